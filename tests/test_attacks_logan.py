"""The neural discriminator."""

import numpy as np
import pytest
from attack_cases import (
    false_alarms,
    normals,
    odd_tables,
    planted_auc,
    release_is_reference,
    strangers,
)
from scipy.stats import binom, spearmanr

from synthaudit.attacks.logan import Logan


def test_a_release_that_is_the_reference_gives_next_to_nothing() -> None:
    """S = R: what is left is the noise of training, with less than a third of the spread that two samples of one law
    cause, and centred on 0."""
    noise = release_is_reference(0).scores(Logan())
    assert np.std(noise) < np.std(strangers(0).scores(Logan())) / 3
    assert abs(np.mean(noise)) < 0.1


def test_swapping_release_and_reference_negates() -> None:
    """Both directions are trained from one start: the scores are opposite to the last bit."""
    one = strangers(0, m=130, n_reference=100)
    np.testing.assert_allclose(one.scores(Logan()), -one.swapped().scores(Logan()), atol=1e-9)


@pytest.mark.parametrize(("d", "least"), [(1, 0.95), (4, 0.85)])
def test_ratio_of_two_normals(d: int, least: float) -> None:
    """Rank correlation with the exact log density ratio: above .95 in one dimension, .85 in four."""
    one, exact = normals(d)
    assert spearmanr(one.scores(Logan()), exact).statistic > least


def test_the_order_of_rows_changes_nothing() -> None:
    """Rows of all tables shuffled: the same score for the same person, up to single precision."""
    one = strangers(0)
    other, order = one.shuffled(np.random.default_rng(0))
    np.testing.assert_allclose(other.scores(Logan()), one.scores(Logan())[order], atol=1e-4)


def test_sizes_of_the_tables_hardly_shift_it() -> None:
    """One law, three times as many synthetic rows: the median candidate is less than half of log 3 off even odds."""
    assert abs(np.median(strangers(3, m=600, n_reference=200).scores(Logan()))) < np.log(3) / 2


def test_a_seed_fixes_the_scores() -> None:
    """The generator that is handed in is the only randomness."""
    one = strangers(0)
    np.testing.assert_array_equal(one.scores(Logan(n_epochs=2), seed=1), one.scores(Logan(n_epochs=2), seed=1))
    assert (one.scores(Logan(n_epochs=2), seed=1) != one.scores(Logan(n_epochs=2), seed=2)).any()


@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(with_reference: bool) -> None:
    """Copied members against strangers: AUC above 0.85."""
    assert planted_auc(Logan(), with_reference=with_reference) > 0.85


@pytest.mark.parametrize(("with_reference", "seeds"), [(True, 10), (False, 3)])
def test_a_release_that_knows_nobody_gives_chance(with_reference: bool, seeds: int) -> None:
    """No more alarms at .05 than 99.9 % of fair tests would raise."""
    alarms = false_alarms(Logan(n_epochs=5), with_reference=with_reference, seeds=seeds)
    assert alarms <= binom.ppf(0.999, seeds, 0.05)


def test_odd_tables_give_numbers() -> None:
    """Tiny, constant, empty or one-column tables give finite scores, and no warning."""
    for name, one in odd_tables():
        assert np.isfinite(one.scores(Logan(n_epochs=2))).all(), name
