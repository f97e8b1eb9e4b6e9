"""The excess of members over non-members: its interval, bounds and p-value against independent answers."""

from math import comb

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.excess import excess_bounds, excess_of, mean_success
from synthaudit.types import Estimate, NotEstimable


def labelled(a: list[float], b: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([*a, *b]), np.arange(len(a) + len(b)) < len(a)


def test_shares_have_newcombes_interval_and_fishers_pvalue() -> None:
    """Newcombe (1998), example (a): 56/70 against 48/80 gives .2 (.0524 to .3339); the p-value by counting."""
    found = excess_of(*labelled([1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32))
    assert isinstance(found.excess, Estimate)
    assert [round(x, 4) for x in (found.excess.value, found.excess.low, found.excess.high)] == [0.2, 0.0524, 0.3339]
    small = excess_of(*labelled([1.0, 1, 1, 0], [1.0, 0, 0, 0, 0]))
    # 4 successes among 9 units; 3 or 4 of them among the 4 members.
    assert small.pvalue == pytest.approx((comb(4, 3) * comb(5, 1) + comb(4, 4)) / comb(9, 4))
    assert excess_of(*labelled([0.0] * 5, [0.0] * 5)).pvalue == 1.0


def test_means_have_welchs_interval() -> None:
    """People with several rows: the interval of scipy's Welch test, at any level."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 200) / 3, rng.integers(0, 3, 150) / 4
    success, is_member = labelled(a.tolist(), b.tolist())
    found = excess_of(success, is_member)
    assert isinstance(found.excess, Estimate)
    welch = stats.ttest_ind(a, b, equal_var=False)
    expected = welch.confidence_interval(0.95)
    assert (found.excess.low, found.excess.high) == pytest.approx((expected.low, expected.high))
    low, high = excess_bounds(success, is_member, 0.005, 0.05)
    assert low == pytest.approx(welch.confidence_interval(0.99).low)
    assert high == pytest.approx(welch.confidence_interval(0.90).high)
    assert isinstance(found.members, Estimate)
    interval = stats.ttest_1samp(a, 0).confidence_interval(0.95)
    assert (found.members.low, found.members.high) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize("turned", [False, True])
def test_shares_beside_means_have_welchs_interval(turned: bool) -> None:
    """One side has one row a person, the other several."""
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 2, 200) * 1.0, rng.integers(0, 4, 150) / 3
    if turned:
        a, b = b, a
    found = excess_of(*labelled(a.tolist(), b.tolist()))
    assert isinstance(found.excess, Estimate)
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert (found.excess.low, found.excess.high) == pytest.approx((expected.low, expected.high))
    assert found.pvalue == pytest.approx(stats.ttest_ind(a, b, alternative="greater").pvalue, rel=0.02)


def test_the_pvalue_of_means_is_that_of_all_permutations() -> None:
    """Against 20,000 permutations of people with several rows each, within their error."""
    rng = np.random.default_rng(1)
    success = np.concatenate([rng.binomial(3, 0.35, 80) / 3, rng.binomial(3, 0.3, 120) / 3])
    is_member = np.arange(200) < 80
    observed = success[is_member].mean()
    drawn = np.array([rng.permutation(success)[:80].mean() for _ in range(20_000)])
    low, high = (drawn > observed + 1e-12).mean(), (drawn >= observed - 1e-12).mean()
    assert low - 0.01 <= excess_of(success, is_member).pvalue <= high + 0.01


def test_few_or_constant_means_never_have_an_interval_of_no_width() -> None:
    """A sample without spread, or with next to no successes, is as uncertain as a share."""
    for a, b in (([0.5] * 40, [0.25] * 40), ([0.5] + [0.0] * 39, [0.0] * 40), ([1 / 3] * 20, [1 / 3] * 30)):
        found = excess_of(*labelled(a, b))
        assert isinstance(found.excess, Estimate)
        assert found.excess.high - found.excess.low > 0.05
    assert found.pvalue == 1.0


def test_no_excess_without_both_sides() -> None:
    """One member is no comparison; nobody is no share; a success beyond 1 is a programmer's error."""
    assert isinstance(excess_of(*labelled([1.0], [0.0, 1.0])).excess, NotEstimable)
    assert isinstance(mean_success([]), NotEstimable)
    with pytest.raises(ValueError, match="success must be"):
        excess_of(*labelled([2.0, 0.0], [0.0, 1.0]))


@pytest.mark.parametrize("rows", [1, 4])
def test_intervals_cover_and_bounds_err_as_seldom_as_they_say(rows: int) -> None:
    """2,000 samples, true excess .1, clustered where people have four rows: 95 % within 1.5 points."""
    rng = np.random.default_rng(2)
    is_member = np.arange(500) < 300
    covered = too_low = too_high = 0
    for _ in range(2_000):
        rate = np.where(is_member, 0.3, 0.2)
        if rows > 1:
            rate = rng.beta(2 * rate, 2 * (1 - rate))
        success = rng.binomial(rows, rate) / rows
        found = excess_of(success, is_member).excess
        assert isinstance(found, Estimate)
        low, high = excess_bounds(success, is_member, 0.05, 0.05)
        covered += found.low <= 0.1 <= found.high
        too_low += high < 0.1
        too_high += low > 0.1
    assert 0.935 <= covered / 2_000 <= 0.965
    assert max(too_low, too_high) / 2_000 <= 0.065


def test_every_share_says_of_how_many_and_has_wilsons_interval() -> None:
    """Members, non-members and excess count their own people, which differ."""
    found = excess_of(*labelled([1.0] * 56 + [0.0] * 14, [1.0] * 48 + [0.0] * 32))
    for share, count, n in ((found.members, 56, 70), (found.nonmembers, 48, 80)):
        assert isinstance(share, Estimate)
        interval = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
        assert (share.value, share.low, share.high) == pytest.approx((count / n, interval.low, interval.high))
        assert (share.n, share.confidence_level) == (n, 0.95)
    assert isinstance(found.excess, Estimate)
    assert (found.excess.n, found.excess.confidence_level) == (150, 0.95)


@pytest.mark.parametrize(("n", "is_normal"), [(60, True), (58, False)])
@pytest.mark.parametrize("turned", [False, True])
def test_fifteen_successes_and_failures_make_a_mean_normal(n: int, is_normal: bool, turned: bool) -> None:
    """Successes of 1/8 and 3/8 in turn, or failures: 15 have Student's interval, 14.5 the wider one of a share."""
    x = np.tile([0.125, 0.375], n // 2)
    x = 1 - x if turned else x
    found = mean_success(x)
    assert isinstance(found, Estimate)
    student = stats.t.interval(0.95, n - 1, x.mean(), stats.sem(x))
    z2 = stats.norm.ppf(0.975) ** 2
    half = np.sqrt(z2 * x.mean() * (1 - x.mean()) / n + (z2 / (2 * n)) ** 2) / (1 + z2 / n)
    centre = (x.mean() + z2 / (2 * n)) / (1 + z2 / n)
    assert (found.low, found.high) == pytest.approx(student if is_normal else (centre - half, centre + half))
    assert (found.value, found.n, found.confidence_level) == (x.mean(), n, 0.95)


def test_two_of_each_are_enough() -> None:
    """One is not, on either side, and the numbers are said."""
    assert isinstance(excess_of(*labelled([1.0, 0.0], [0.0, 1.0])).excess, Estimate)
    for a, b in (([1.0], [0.0, 1.0, 1.0]), ([0.0, 1.0, 1.0], [1.0])):
        lacking = NotEstimable(
            not_estimable=f"An excess needs two members and two non-members; there are {len(a)} and {len(b)}."
        )
        assert excess_of(*labelled(a, b)) == (lacking, lacking, lacking, 1.0)
