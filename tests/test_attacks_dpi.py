"""The data plagiarism index."""

import numpy as np
import pytest
from attack_cases import (
    case,
    false_alarms,
    normals,
    odd_tables,
    planted_auc,
    release_is_reference,
    strangers,
)
from scipy.spatial.distance import cdist
from scipy.stats import binom, spearmanr
from tables import mixed

from synthaudit.attacks.dpi import Dpi

VIEWS = ("quantile_l2", "quantile_l1")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("k", [7, 10, 20])
def test_a_release_that_is_the_reference_gives_one_half(view: str, k: int) -> None:
    """S = R: .5 exactly, for odd k too, where the last place is shared."""
    assert (release_is_reference(0).scores(Dpi(view, k)) == 0.5).all()


@pytest.mark.parametrize("view", VIEWS)
def test_swapping_release_and_reference_gives_the_other_share(view: str) -> None:
    """The shares of the two directions add up to 1, for tables of unequal sizes too."""
    one = strangers(0, m=150, n_reference=100)
    np.testing.assert_allclose(one.scores(Dpi(view)) + one.swapped().scores(Dpi(view)), 1.0, atol=1e-12)


@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("k", [10, 20])
def test_it_is_the_weighted_share_of_the_pooled_neighbours(k: int, with_reference: bool) -> None:
    """All rows of both tables in one list, the k nearest taken, weighed by inverse distance and table size; nobody is
    their own neighbour."""
    rng = np.random.default_rng(1)
    tables = [mixed(n, rng, numbers=3, categories=0)[["x0", "x1"]] for n in (100, 200, 90)]
    one = case(tables[0], tables[1], tables[2] if with_reference else None)
    view = one.view
    x, s, r = (view.points[t].numeric for t in ("candidates", "synthetic", "reference"))
    to_r = cdist(x, r, "cityblock")
    if not with_reference:
        np.fill_diagonal(to_r, np.inf)
    pooled = np.concatenate([cdist(x, s, "cityblock"), to_r], axis=1)
    size = np.repeat([200, 90 if with_reference else 99], [200, len(r)])
    weight = 1 / (pooled + view.neighbours["quantile_l1"].smallest_positive / 2) / size
    expected = []
    for distance, w in zip(pooled, weight, strict=True):
        limit = np.sort(distance)[k - 1]
        # Rows tied at the end enter in equal parts.
        last = np.abs(distance - limit) < 1e-9
        inside = (distance < limit) & ~last
        part = inside + last * (k - inside.sum()) / last.sum()
        expected.append((part * w)[:200].sum() / (part * w).sum())
    np.testing.assert_allclose(one.scores(Dpi("quantile_l1", k)), expected, atol=1e-9)


def test_sizes_of_the_tables_do_not_shift_it() -> None:
    """One law, three times as many synthetic rows: the median candidate stays at one half, within .05."""
    rng = np.random.default_rng(2)
    tables = [mixed(n, rng, numbers=2, categories=0) for n in (1_000, 1_500, 500)]
    assert abs(np.median(case(*tables).scores(Dpi("quantile_l2"))) - 0.5) < 0.05


def test_ratio_of_two_normals() -> None:
    """Four dimensions: rank correlation with the exact density ratio above .85, for 20 neighbours of 4,000 rows."""
    one, exact = normals(4)
    assert spearmanr(one.scores(Dpi("quantile_l2")), exact).statistic > 0.85


def test_the_order_of_rows_changes_nothing() -> None:
    """Rows of all tables shuffled: the same score for the same person, to the last bit."""
    one = strangers(0)
    other, order = one.shuffled(np.random.default_rng(0))
    np.testing.assert_array_equal(other.scores(Dpi("quantile_l2")), one.scores(Dpi("quantile_l2"))[order])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(view: str, with_reference: bool) -> None:
    """Copied members against strangers: AUC above 0.92."""
    assert planted_auc(Dpi(view), with_reference=with_reference) > 0.92


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_that_knows_nobody_gives_chance(with_reference: bool) -> None:
    """No more alarms at .05 in 30 releases than 99.9 % of fair tests would raise."""
    assert false_alarms(Dpi("quantile_l2"), with_reference=with_reference, seeds=30) <= binom.ppf(0.999, 30, 0.05)


def test_odd_tables_give_numbers() -> None:
    """Tiny, constant, empty or one-column tables give finite scores."""
    for name, one in odd_tables():
        assert np.isfinite(one.scores(Dpi("quantile_l2"))).all(), name
