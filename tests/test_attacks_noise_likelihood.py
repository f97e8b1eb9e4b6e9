"""The likelihood ratio of near copies is what its definition says, and sees copies that other attacks miss."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from attack_cases import Case, case, false_alarms, odd_tables, planted_auc, strangers, unknown
from gaming import jittered
from scipy.special import logsumexp
from sklearn.metrics import roc_auc_score
from tables import mixed

from synthaudit.attacks.noise_likelihood import LAWS, NoiseLikelihood
from synthaudit.encoding import joined
from synthaudit.linkage.noise import log_fits, population_of


def planted_release() -> Case:
    """Near copies of the first 60 of 600 candidates among 300 rows: numbers moved, one category another."""
    rng = np.random.default_rng(1)
    candidates, release, reference = (mixed(n, rng, numbers=4, categories=5) for n in (600, 300, 300))
    near = jittered(candidates[:60], candidates, 0.02, rng)
    near["c4"] = rng.permutation(near["c4"].to_numpy())
    return case(candidates, pd.concat([near, release[60:]], ignore_index=True), reference)


@pytest.mark.parametrize("with_reference", [True, False])
def test_scores_equal_the_definition(with_reference: bool) -> None:
    """With as many neighbours as people: the largest log K over the mean of K and of independent columns."""
    attacked = unknown(0, with_reference)
    candidates, view = attacked.ready.candidates, attacked.view
    people = joined(candidates, view.reference) if with_reference else candidates
    everybody = np.tile(np.arange(len(people)), (len(view.synthetic), 1))
    population = population_of(people, view.schema)
    fits = [log_fits(population, view.synthetic, everybody, law) for law in LAWS]
    fit = logsumexp(fits, axis=0) - np.log(len(LAWS))
    anybody = logsumexp(fit, axis=1, keepdims=True) - np.log(len(people))
    # Half and half in the definition, the half left out: a constant.
    expected = (fit - np.logaddexp(anybody, 0.0)).max(axis=0)[: len(candidates)]
    np.testing.assert_allclose(attacked.scores(NoiseLikelihood(k=len(people))), expected, rtol=1e-9)


def test_the_nearest_are_enough() -> None:
    """Ten people by either distance give planted people the rank that all people give them."""
    attacked = planted_release()
    few, all_of_them = (attacked.scores(NoiseLikelihood(k=k)) for k in (10, 900))
    is_planted = np.arange(600) < 60
    assert roc_auc_score(is_planted, few) == pytest.approx(roc_auc_score(is_planted, all_of_them), abs=0.01)


def test_the_release_in_another_order_gives_the_same_scores() -> None:
    """Rows of every table shuffled: the scores follow the candidates, but for equally near people."""
    attacked = planted_release()
    shuffled, order = attacked.shuffled(np.random.default_rng(2))
    np.testing.assert_allclose(shuffled.scores(NoiseLikelihood()), attacked.scores(NoiseLikelihood())[order], rtol=1e-6)


@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(with_reference: bool) -> None:
    """AUC of copied members against strangers."""
    assert planted_auc(NoiseLikelihood(), with_reference=with_reference) > 0.95


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_that_knows_nobody_tells_nobody(with_reference: bool) -> None:
    """At most 4 of 20 at .05, which chance exceeds once in 300."""
    assert false_alarms(NoiseLikelihood(), with_reference=with_reference, seeds=20) <= 4


def test_odd_tables_get_finite_scores() -> None:
    """Constant, empty, tiny, of one kind: a number for everybody, and nothing for nobody where columns say nothing."""
    for name, attacked in odd_tables():
        scores = attacked.scores(NoiseLikelihood())
        assert scores.shape == (20,), name
        assert np.isfinite(scores).all(), name
        if name.startswith(("constant", "all missing")):
            assert np.ptp(scores) == 0.0, name


def test_scores_do_not_depend_on_the_number_of_workers() -> None:
    """One thread or two."""
    attacked = strangers(3)
    two = replace(attacked, view=replace(attacked.view, jobs=2))
    np.testing.assert_array_equal(attacked.scores(NoiseLikelihood()), two.scores(NoiseLikelihood()))
