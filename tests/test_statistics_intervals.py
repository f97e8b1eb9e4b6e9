"""Intervals of shares, against scipy and against printed examples."""

import math

import pytest
from scipy import stats

from synthaudit.statistics.intervals import (
    clopper_pearson_high,
    clopper_pearson_low,
    difference_of_shares,
    logit_interval,
    mean_of_independent,
    wilson,
)
from synthaudit.types import Estimate


@pytest.mark.parametrize(("x", "n"), [(0, 10), (1, 10), (7, 31), (31, 31), (250, 5000)])
def test_clopper_pearson_is_scipys(x: int, n: int) -> None:
    """Both ends agree with scipy's exact interval to 1e-12."""
    expected = stats.binomtest(x, n).proportion_ci(0.95, method="exact")
    assert clopper_pearson_low(x, n, 0.025) == pytest.approx(expected.low, abs=1e-12)
    assert clopper_pearson_high(x, n, 0.025) == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize(("x", "n"), [(0, 10), (7, 31), (31, 31)])
def test_wilson_is_scipys(x: int, n: int) -> None:
    """Both ends agree with scipy's score interval."""
    expected = stats.binomtest(x, n).proportion_ci(0.95, method="wilson")
    assert wilson(x, n, 0.95) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_difference_reproduces_newcombes_table(
    counts: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    """Method 10 in table II of Newcombe, Statistics in Medicine 17 (1998) 873-890."""
    assert difference_of_shares(*counts, 0.95) == pytest.approx(expected, abs=5e-5)


def test_logit_interval_is_symmetric_in_log_odds() -> None:
    """A variance of (value (1 - value))^2 is a standard error of 1 on the logit scale."""
    low, high = logit_interval(0.8, (0.8 * 0.2) ** 2, 1.5)
    assert [math.log(p / (1 - p)) for p in (low, high)] == pytest.approx([math.log(4) - 1.5, math.log(4) + 1.5])


def test_mean_of_independent_adds_distances_in_squares() -> None:
    """Ends may be uneven: each side is combined on its own."""
    a = Estimate(value=0.6, low=0.57, high=0.64, confidence_level=0.95, n=10)
    b = Estimate(value=0.8, low=0.76, high=0.83, confidence_level=0.95, n=30)
    found = mean_of_independent(a, b)
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.7, 0.675, 0.725, 40))
    wide = Estimate(value=0.9, low=0.1, high=0.95, confidence_level=0.95, n=4)
    for first, second in ((a, wide), (wide, a)):
        mean = mean_of_independent(first, second)
        assert (mean.low, mean.high) == pytest.approx(
            (0.75 - math.hypot(0.03, 0.8) / 2, 0.75 + math.hypot(0.04, 0.05) / 2)
        )
