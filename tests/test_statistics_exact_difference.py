"""Promises of synthaudit.statistics.exact_difference: bounds that hold for every pair of shares, at any size."""

import numpy as np
import pytest
from scipy import optimize, stats

from synthaudit.statistics.exact_difference import _restricted, _score, lower_bound, upper_bound
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low


@pytest.mark.parametrize(("n1", "n0"), [(4, 3), (2, 7)])
@pytest.mark.parametrize("error", [0.05, 0.005])
def test_bounds_hold_for_every_pair_of_shares(n1: int, n0: int, error: float) -> None:
    """By enumeration of all outcomes at 21 x 21 shares: wrong in at most ``error``, and somewhere nearly so often."""
    outcomes = [(i, j) for i in range(n1 + 1) for j in range(n0 + 1)]
    upper = np.array([upper_bound(i, n1, j, n0, error) for i, j in outcomes])
    lower = np.array([lower_bound(i, n1, j, n0, error) for i, j in outcomes])
    wrong = []
    for one in np.linspace(0, 1, 21):
        for other in np.linspace(0, 1, 21):
            chance = np.array([stats.binom.pmf(i, n1, one) * stats.binom.pmf(j, n0, other) for i, j in outcomes])
            wrong.append([chance[upper < one - other - 1e-9].sum(), chance[lower > one - other + 1e-9].sum()])
    worst = np.max(wrong, axis=0)
    assert (worst <= error + 1e-9).all()
    assert (worst > 0.5 * error).all()


@pytest.mark.parametrize("error", [0.05, 0.005])
@pytest.mark.parametrize(
    "counts", [(3, 8, 1, 6), (0, 5, 0, 9), (8, 8, 0, 6), (1, 12, 4, 9), (5, 5, 5, 5), (2, 7, 9, 9)]
)
def test_a_bound_is_the_largest_difference_that_no_shares_refute(
    counts: tuple[int, int, int, int], error: float
) -> None:
    """By all outcomes that speak as much for less, at 401 differences and 201 shares of the other side."""
    found, n, found_other, n_other = counts
    one, other = (part.ravel() for part in np.meshgrid(np.arange(n + 1), np.arange(n_other + 1)))
    largest = -1.0
    for difference in np.linspace(1, -1, 401):
        shares = np.linspace(max(-difference, 0.0), min(1.0 - difference, 1.0), 201)[:, None]
        observed = _score(np.array([found]), n, np.array([found_other]), n_other, difference)[0]
        less = _score(one, n, other, n_other, difference) <= observed + 1e-10
        chance = stats.binom.pmf(one[less], n, np.clip(shares + difference, 0.0, 1.0))
        chance *= stats.binom.pmf(other[less], n_other, shares)
        if chance.sum(axis=1).max() > error:
            largest = difference
            break
    assert largest - 1e-9 <= upper_bound(found, n, found_other, n_other, error) <= largest + 0.0051


@pytest.mark.parametrize(("n", "limit"), [(299, 0.01), (598, 0.005), (1497, 0.002)])
def test_no_copy_among_so_many_is_enough(n: int, limit: float) -> None:
    """Nobody of n is copied: fewer than the limit are, and with one person fewer it is not shown."""
    assert upper_bound(0, n, 0, n, 0.05) < limit <= upper_bound(0, n - 1, 0, n, 0.05)


def test_a_difference_that_both_intervals_rule_out_is_not_ruled_out_by_that() -> None:
    """100 of 118 against none of 24 at .005: at .926, the ends of both intervals, the chance is still above."""
    ends = clopper_pearson_high(100, 118, 0.0025) - clopper_pearson_low(0, 24, 0.0025)
    assert ends == pytest.approx(0.9265, abs=1e-4)
    bound = upper_bound(100, 118, 0, 24, 0.005)
    assert ends < bound < 0.94
    for share in np.linspace(bound + 0.001, 1.0, 50):
        other = share - bound - 0.001
        assert stats.binom.cdf(100, 118, share) * stats.binom.pmf(0, 24, max(other, 0.0)) <= 0.005


def test_bounds_grow_with_the_evidence() -> None:
    """More copies of members, fewer of others: higher; sides exchanged: the other sign."""
    highs = [upper_bound(found, 400, 2, 400, 0.05) for found in (0, 2, 5, 20, 200, 400)]
    assert highs == sorted(highs)
    assert highs[-1] == pytest.approx(1.0, abs=0.01)
    lows = [lower_bound(20, 400, other, 400, 0.05) for other in (0, 5, 20, 100)]
    assert lows == sorted(lows, reverse=True)
    assert lower_bound(20, 400, 3, 300, 0.05) == -upper_bound(3, 300, 20, 400, 0.05)


def test_large_tables_agree_with_the_normal_law() -> None:
    """2,000 of 20,000 against 1,000 of 20,000: Wald's bound to a thirtieth of its half width."""
    one, other, n = 0.10, 0.05, 20_000
    half = stats.norm.isf(0.05) * np.sqrt((one * (1 - one) + other * (1 - other)) / n)
    assert upper_bound(2_000, n, 1_000, n, 0.05) == pytest.approx(one - other + half, abs=half / 30)
    assert lower_bound(2_000, n, 1_000, n, 0.05) == pytest.approx(one - other - half, abs=half / 30)


@pytest.mark.parametrize("difference", [-0.3, 0.02, 0.4])
@pytest.mark.parametrize(("x", "n", "y", "m"), [(3, 20, 1, 10), (15, 20, 9, 30), (7, 9, 2, 8)])
def test_restricted_shares_are_the_likeliest(x: int, n: int, y: int, m: int, difference: float) -> None:
    """Of all pairs that differ by so much, by a search over the likelihood."""

    def unlikely(share: float) -> float:
        return -float(stats.binom.logpmf(x, n, share) + stats.binom.logpmf(y, m, share - difference))

    ends = max(0.0, difference) + 1e-9, min(1.0, 1.0 + difference) - 1e-9
    best = optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-10}).x
    share, other = _restricted(np.array([x / n]), n, np.array([y / m]), m, difference)
    assert (share[0], other[0]) == pytest.approx((best, best - difference), abs=1e-6)
