"""Trees that tell the release from the reference."""

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

from synthaudit.attacks.tree_ratios import ExtraTreesRatio, GradientBoostingRatio
from synthaudit.types import Attack

BOTH = pytest.mark.parametrize("attack", [ExtraTreesRatio(), GradientBoostingRatio()], ids=lambda a: a.name)
SMALL = pytest.mark.parametrize(
    "attack", [ExtraTreesRatio(n_trees=30), GradientBoostingRatio(n_rounds=5)], ids=lambda a: a.name
)


@BOTH
def test_a_release_that_is_the_reference_gives_zero(attack: Attack) -> None:
    """S = R: equal rows of both classes cannot be told apart, so every leaf is even."""
    np.testing.assert_allclose(release_is_reference(0).scores(attack), 0.0, atol=1e-12)


@BOTH
def test_swapping_release_and_reference_negates(attack: Attack) -> None:
    """Trees of exchanged labels from one seed are the same trees with opposite leaves."""
    one = strangers(0)
    np.testing.assert_allclose(one.scores(attack), -one.swapped().scores(attack), atol=1e-9)


@BOTH
def test_the_order_of_rows_changes_nothing(attack: Attack) -> None:
    """Rows of all tables shuffled: the same score for the same person, to the last bit."""
    one = strangers(0)
    other, order = one.shuffled(np.random.default_rng(0))
    np.testing.assert_array_equal(other.scores(attack), one.scores(attack)[order])


def test_a_seed_fixes_the_scores() -> None:
    """The generator that is handed in is the only randomness."""
    one = strangers(0)
    for attack in (ExtraTreesRatio(n_trees=20), GradientBoostingRatio(n_rounds=5)):
        np.testing.assert_array_equal(one.scores(attack, seed=1), one.scores(attack, seed=1))
        assert (one.scores(attack, seed=1) != one.scores(attack, seed=2)).any()


@BOTH
def test_ratio_of_two_normals(attack: Attack) -> None:
    """Four dimensions: rank correlation with the exact log density ratio above .85, though trees reach single rows."""
    one, exact = normals(4)
    assert spearmanr(one.scores(attack), exact).statistic > 0.85


@SMALL
@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(attack: Attack, with_reference: bool) -> None:
    """Copied members against strangers: AUC above 0.9, with a sixth of the trees or fewer."""
    assert planted_auc(attack, with_reference=with_reference) > 0.9


@SMALL
def test_a_release_that_knows_nobody_gives_chance(attack: Attack) -> None:
    """No more alarms at .05 in 10 releases than 99.9 % of fair tests would raise."""
    assert false_alarms(attack, with_reference=True, seeds=10) <= binom.ppf(0.999, 10, 0.05)


@SMALL
def test_candidates_as_reference_give_chance(attack: Attack) -> None:
    """No candidate is held against trees that were grown on it: no alarms beyond 99.9 % of fair tests."""
    assert false_alarms(attack, with_reference=False, seeds=4) <= binom.ppf(0.999, 4, 0.05)


@pytest.mark.parametrize(
    "attack", [ExtraTreesRatio(n_trees=5), GradientBoostingRatio(n_rounds=5)], ids=lambda a: a.name
)
def test_odd_tables_give_numbers(attack: Attack) -> None:
    """Tiny, constant, empty or one-column tables give finite scores."""
    for name, one in odd_tables():
        assert np.isfinite(one.scores(attack)).all(), name
