"""Promises of synthaudit.statistics.tpr_bounds: bounds of the TPR hold for any curve, and reach what they are for."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from synthaudit.statistics.tpr_bounds import (
    _low_count,
    _ranks,
    kept_chance,
    lower_bounds,
    lower_rank,
    tpr_exceeds,
    tpr_lower,
    tpr_upper,
    upper_bounds,
    upper_rank,
)

FPR = 0.01
Curve = Callable[[float], float]


def curves(limit: float) -> dict[str, Curve]:
    """ROC curves whose TPR at 1 % is the limit."""
    shift = stats.norm.isf(FPR) - stats.norm.isf(limit)
    share = (limit - FPR) / (1 - FPR)
    return {
        "a share stands out": lambda u: share + (1 - share) * u,
        "a shift": lambda u: float(stats.norm.sf(stats.norm.isf(u) - shift)) if 0 < u < 1 else u,
        "a step at 1 %": lambda u: limit if u >= FPR else 0.0,
        "flat up to 1 %, then steep": lambda u: min(1.0, limit * max(1.0, u / FPR)),
        "in proportion": lambda u: min(1.0, limit * u / FPR),
    }


def chance(curve: Curve, count: int, n1: int, rank: int, n0: int, *, at_least: bool) -> float:
    """Probability that so many members or more, or at most so many, are above the non-member of this rank."""
    law = stats.beta(rank, n0 - rank + 1)

    def given(u: float) -> float:
        share = curve(u)
        return float(
            law.pdf(u) * (stats.binom.sf(count - 1, n1, share) if at_least else stats.binom.cdf(count, n1, share))
        )

    ends = [0.0, FPR, float(law.isf(1e-13))]
    return sum(integrate.quad(given, a, b, limit=200)[0] for a, b in itertools.pairwise(ends) if b > a)


@pytest.mark.parametrize("limit", [0.03, 0.05, 0.10])
@pytest.mark.parametrize(("n1", "n0"), [(400, 400), (2000, 500), (1500, 3000)])
def test_an_upper_bound_at_the_limit_is_below_it_in_one_case_of_twenty(limit: float, n1: int, n0: int) -> None:
    """Exactly, by integration over the threshold's own rate, whatever the curve is."""
    j = upper_rank(n1, n0, limit, FPR, 0.05)
    below = [count for count in range(n1 + 1) if tpr_upper(count, n1, n0, j, FPR, 0.05) < limit]
    if not below:
        return
    for name, curve in curves(limit).items():
        assert chance(curve, below[-1], n1, j, n0, at_least=False) <= 0.05 + 1e-6, name


@pytest.mark.parametrize("limit", [0.03, 0.05, 0.10])
@pytest.mark.parametrize(("n1", "n0"), [(400, 400), (2000, 500), (1500, 3000)])
def test_a_lower_bound_is_above_the_limit_as_rarely_as_it_says(limit: float, n1: int, n0: int) -> None:
    """At an error of .01: never more often, and for the curve that the bound is made for nearly as often."""
    k = lower_rank(n1, n0, limit, FPR, 0.01)
    refuting = next((c for c in range(n1 + 1) if tpr_exceeds(c, n1, n0, k, limit, FPR) <= 0.01), None)
    if refuting is None:
        return
    sizes = {name: chance(curve, refuting, n1, k + 1, n0, at_least=True) for name, curve in curves(limit).items()}
    assert max(sizes.values()) <= 0.01 + 1e-6, sizes
    assert sizes["flat up to 1 %, then steep"] > 0.005


@pytest.mark.parametrize(("n1", "n0", "j"), [(40, 300, 5), (500, 500, 11), (30, 400, 9)])
@pytest.mark.parametrize("limit", [0.1, 0.2])
def test_the_chance_of_a_low_bound_is_that_of_all_orders_of_people(n1: int, n0: int, j: int, limit: float) -> None:
    """Nothing leaks: every order of members and non-members is as likely, and each is counted in whole numbers."""
    orders = [math.comb(m + j - 1, m) * math.comb(n1 - m + n0 - j, n1 - m) for m in range(n1 + 1)]
    total = math.comb(n1 + n0, n1)
    assert sum(orders) == total
    low = [count for count in range(n1 + 1) if tpr_upper(count, n1, n0, j, FPR, 0.05) < limit]
    expected = sum(orders[count] for count in low) / total
    assert kept_chance(n1, n0, j, limit, FPR, 0.05) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_a_bound_inverts_its_test() -> None:
    """The lower bound is the limit at which the p-value is the error; none found refutes nothing."""
    for count in (5, 40, 200, 400):
        low = tpr_lower(count, 400, 500, 3, FPR, 0.001)
        assert 0 < low < 1 or count == 5
        if 0 < low < 1:
            assert tpr_exceeds(count, 400, 500, 3, low, FPR) == pytest.approx(0.001, rel=1e-3)
    assert tpr_lower(0, 400, 500, 3, FPR, 0.001) == 0.0


@pytest.mark.parametrize(("n", "limit", "power"), [(333, 0.10, 0.95), (417, 0.05, 0.98), (1000, 0.03, 0.98)])
def test_three_times_the_limit_fails_with_36_attacks(n: int, limit: float, power: float) -> None:
    """Where the old bound had none for want of non-members."""
    error = 0.0125 / 36
    k = lower_rank(n, n, limit, FPR, error)
    count = next(c for c in range(n + 1) if tpr_exceeds(c, n, n, k, limit, FPR) <= error)
    assert chance(curves(3 * limit)["a share stands out"], count, n, k + 1, n, at_least=True) >= power


@pytest.mark.parametrize(("n", "limit"), [(887, 0.05), (2588, 0.03)])
def test_a_pass_needs_so_many_people_with_36_attacks(n: int, limit: float) -> None:
    """80 % of leak-free audits of independent attacks: with a tenth fewer people not."""
    for people, enough in ((n, True), (round(0.9 * n), False)):
        j = upper_rank(people, people, limit, FPR, 0.05)
        assert (kept_chance(people, people, j, limit, FPR, 0.05) ** 36 >= 0.8) == enough


def test_bounds_of_scores() -> None:
    """Ties with the threshold count for a pass, by their order, and not for a fail."""
    is_member = np.arange(200) < 100
    ties = np.zeros((1, 200))
    assert lower_bounds(ties, is_member, 0.05, FPR, 0.01).tolist() == [0.0]
    first, last = np.arange(200), np.arange(200)[::-1]
    high = [upper_bounds(ties, is_member, order, 0.05, FPR, 0.05)[0] for order in (first, last)]
    assert high[0] == 1.0
    assert high[1] == pytest.approx(tpr_upper(0, 100, 100, upper_rank(100, 100, 0.05, FPR, 0.05), FPR, 0.05))
    rng = np.random.default_rng(1)
    scores, order = rng.normal(size=(3, 200)), rng.permutation(200)
    scores[1, :40] += 9
    j = upper_rank(100, 100, 0.05, FPR, 0.05)
    above = [int((row[:100] > np.sort(row[100:])[-j]).sum()) for row in scores]
    assert len(set(above)) > 1
    assert upper_bounds(scores, is_member, order, 0.05, FPR, 0.05).tolist() == [
        tpr_upper(count, 100, 100, j, FPR, 0.05) for count in above
    ]
    nobody = np.ones(5, dtype=bool)
    assert lower_bounds(np.zeros((2, 5)), nobody, 0.05, FPR, 0.01).tolist() == [0.0, 0.0]
    assert upper_bounds(np.zeros((2, 5)), nobody, np.arange(5), 0.05, FPR, 0.05).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("shares", [[0.05], [0.02, 0.3], [0.9]])
def test_a_low_count_is_reached_nine_times_in_ten(shares: list[float]) -> None:
    """The largest of all counts with a chance of .9 at least, by trying each."""
    chance = [np.mean(stats.binom.sf(count - 1, 200, shares)) for count in range(201)]
    assert _low_count(200, np.array(shares)) == max(count for count in range(201) if chance[count] >= 0.9)


@pytest.mark.parametrize("n0", [300, 1_000, 20_000])
def test_ranks_go_to_where_the_rate_is_surely_above(n0: int) -> None:
    """As many of n0 non-members above a threshold of 1 % are found less than once in a thousand."""
    ranks = _ranks(n0, FPR)
    assert stats.binom.sf(ranks[-1] - 1, n0, FPR) < 1e-3
    assert ranks == list(range(ranks[-1] + 1)) if n0 <= 1_000 else len(ranks) == 60
