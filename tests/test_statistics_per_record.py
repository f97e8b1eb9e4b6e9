"""Estimates and p-values of per-record attacks against definitions, brute force and exact enumeration."""

from itertools import product
from math import comb

import numpy as np
import pytest
from scipy.stats import hypergeom

from synthaudit.statistics.per_record import evidence_pvalue, mean_auc, right_guesses, worst_target_auc
from synthaudit.statistics.roc import auc
from synthaudit.types import Estimate, NotEstimable


def worlds(n_records: int, n_worlds: int, shift: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    included = rng.random((n_records, n_worlds)) < 0.5
    return rng.normal(size=included.shape) + shift * included, included


def test_the_mean_auc_of_one_record_is_its_auc_with_delongs_interval() -> None:
    """T = 1 is the plain AUC, to the last digits of its interval."""
    votes, included = worlds(1, 120, 0.7, 0)
    ours, plain = mean_auc(votes, included), auc(votes[0], included[0])
    assert isinstance(ours, Estimate)
    assert isinstance(plain, Estimate)
    np.testing.assert_allclose([ours.value, ours.low, ours.high], [plain.value, plain.low, plain.high], rtol=1e-12)


def test_records_that_share_their_worlds_are_not_counted_as_independent() -> None:
    """The same record twenty times says as much as once; twenty independent ones say more."""
    votes, included = worlds(20, 120, 0.7, 1)
    one = mean_auc(votes[:1], included[:1])
    again = mean_auc(np.repeat(votes[:1], 20, axis=0), np.repeat(included[:1], 20, axis=0))
    many = mean_auc(votes, included)
    assert isinstance(one, Estimate)
    assert isinstance(again, Estimate)
    assert isinstance(many, Estimate)
    np.testing.assert_allclose([again.low, again.high], [one.low, one.high], rtol=1e-12)
    assert (many.high - many.low) / (one.high - one.low) == pytest.approx(20**-0.5, rel=0.2)


def test_the_interval_of_the_mean_auc_covers() -> None:
    """In 95 % of 400 repetitions, up to three standard errors, it holds Phi(shift / sqrt 2)."""
    truth = 0.6914624612740131  # shift sqrt(2) / 2
    held = 0
    for seed in range(400):
        found = mean_auc(*worlds(5, 60, 0.5 * 2**0.5, seed))
        assert isinstance(found, Estimate)
        held += found.low <= truth <= found.high
    assert abs(held - 380) <= 3 * (400 * 0.05 * 0.95) ** 0.5


def test_the_most_exposed_of_many_equal_records_is_not_overestimated() -> None:
    """Twenty records that nobody can attack: the maximum averages far above .5, the estimate .5."""
    naive, honest = [], []
    for seed in range(60):
        votes, included = worlds(20, 100, 0.0, seed)
        found = worst_target_auc(votes, included, np.arange(100) < 50)
        assert isinstance(found, Estimate)
        honest.append(found.value)
        naive.append(max(auc(v, i).value for v, i in zip(votes, included, strict=True)))  # type: ignore[union-attr]
    assert np.mean(naive) > 0.59
    assert abs(np.mean(honest) - 0.5) < 3 * np.std(honest) / 60**0.5


def test_the_most_exposed_record_is_found() -> None:
    """One record of twenty with AUC .98: the estimate is its AUC."""
    votes, included = worlds(20, 400, 0.0, 5)
    votes[7] += 3.0 * included[7]
    found = worst_target_auc(votes, included, np.arange(400) < 200)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(auc(votes[7], included[7]).value, abs=0.01)  # type: ignore[union-attr]


def test_too_few_worlds_are_said_to_be_too_few() -> None:
    """No AUC from one world with the record."""
    included = np.array([[True, False, False, False]])
    assert isinstance(mean_auc(np.zeros((1, 4)), included), NotEstimable)
    assert isinstance(worst_target_auc(np.zeros((1, 4)), included, np.arange(4) < 2), NotEstimable)


@pytest.mark.parametrize("sizes", [(10, 10), (30, 7), (5, 400)])
def test_the_pvalue_is_exact(sizes: tuple[int, int]) -> None:
    """Over all ways that five records can be in or out: P(p <= a) <= a for every a, and = a where p takes it."""
    evidence = np.array([1.3, 0.2, -0.4, 0.2, -2.0])
    labels = np.array(list(product([False, True], repeat=5)))
    members = labels.sum(axis=1)
    chance = hypergeom.pmf(members, sum(sizes), sizes[0], 5) / [comb(5, int(t)) for t in members]
    pvalue = np.array([evidence_pvalue(evidence, label, *sizes) for label in labels])
    for p in np.unique(pvalue):
        assert chance[pvalue <= p + 1e-12].sum() == pytest.approx(p)


def test_all_twenty_guessed_rightly_is_one_way_of_all() -> None:
    """The smallest p-value is the chance of that very set; that all of them are members counts as well."""
    label = np.arange(20) < 12
    evidence = np.where(label, 2.0, -2.0)
    assert evidence_pvalue(evidence, label, 50, 70) == pytest.approx(hypergeom.pmf(12, 120, 50, 20) / comb(20, 12))
    everybody = np.ones(20, dtype=bool)
    assert evidence_pvalue(np.ones(20), everybody, 50, 70) == pytest.approx(hypergeom.pmf(20, 120, 50, 20))
    assert right_guesses(evidence, label) == (20, 20)


def test_no_evidence_gives_one() -> None:
    """Nothing said: p = 1, and no guess is counted."""
    label = np.arange(6) < 3
    assert evidence_pvalue(np.zeros(6), label, 30, 30) == pytest.approx(1.0)
    assert right_guesses(np.zeros(6), label) == (0, 0)


def test_two_worlds_with_and_two_without_are_enough() -> None:
    """Each record counts its own worlds; the estimates are of all worlds, and separated ones have an exact interval."""
    included = np.array([[True, True, False, False], [False, True, True, False]])
    found = mean_auc(included.astype(float), included)
    assert isinstance(found, Estimate)
    assert (found.value, found.high, found.n, found.confidence_level) == (1.0, 1.0, 4, 0.95)
    assert found.low == pytest.approx(0.025 ** (1 / 2) * 0.025 ** (1 / 2))
    halves = np.tile(included[:1], 2)
    worst = worst_target_auc(halves.astype(float), halves, np.arange(8) < 4)
    assert isinstance(worst, Estimate)
    assert (worst.value, worst.n) == (1.0, 8)
    for is_in in (halves & (np.arange(8) != 1), halves | (np.arange(8) == 2)):
        assert isinstance(worst_target_auc(is_in.astype(float), is_in, np.arange(8) < 4), NotEstimable)
    for few in (np.array([[True, True, True, False]]), np.array([[True, False, False, False]])):
        assert mean_auc(few.astype(float), few) == NotEstimable(
            not_estimable="An AUC needs two worlds with each record and two without."
        )


def test_one_record_is_a_coin() -> None:
    """Guessed rightly, one of as many ways as there are units in and out."""
    assert evidence_pvalue(np.array([1.0]), np.array([True]), 30, 10) == pytest.approx(0.75)
    assert evidence_pvalue(np.array([-1.0]), np.array([True]), 30, 10) == 1.0


@pytest.mark.parametrize("n", [0, 21])
def test_no_record_and_more_than_twenty_are_refused(n: int) -> None:
    """All ways of being in or out are looked at: 2^20 at most."""
    with pytest.raises(ValueError, match="1 to 20 finite log odds"):
        evidence_pvalue(np.zeros(n), np.zeros(n, dtype=bool), 30, 30)


def test_right_guesses_are_counted_on_either_side() -> None:
    """Above 0 a member, below 0 a non-member, however little; at 0 nothing is guessed."""
    evidence = np.array([2.0, -1.0, 0.0, 3.0, -0.5, -4.0])
    is_member = np.array([True, True, True, False, False, False])
    assert right_guesses(evidence, is_member) == (3, 5)
