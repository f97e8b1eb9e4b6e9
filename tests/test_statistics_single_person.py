"""Where one person's score stands, against counts and scipy's exact intervals."""

import numpy as np
import pytest
from scipy.stats import binomtest

from synthaudit.statistics.single_person import percentile, pvalue_of, share_as_high

OTHERS = [1.0, 2.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("score", "pvalue", "place"),
    [
        (0.0, 5 / 5, 0.0),
        (1.0, 5 / 5, 0.5 / 4),
        (1.5, 4 / 5, 1 / 4),
        (2.0, 4 / 5, 2 / 4),
        (4.0, 2 / 5, 3.5 / 4),
        (9.0, 1 / 5, 4 / 4),
    ],
)
def test_a_score_among_four_others(score: float, pvalue: float, place: float) -> None:
    """Counted by hand: the p-value counts the person too and ties against it, the percentile takes ties half."""
    assert pvalue_of(score, OTHERS) == pvalue
    assert percentile(score, OTHERS) == place


def ends(count: int, n: int, level: float) -> tuple[float, float]:
    interval = binomtest(count, n).proportion_ci(level, method="exact")
    return interval.low, interval.high


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("score", "count"), [(0.5, 4), (2.0, 3), (3.0, 1), (5.0, 0)])
def test_share_as_high_has_the_exact_interval(score: float, count: int, level: float) -> None:
    """Ties count as high; the interval is scipy's of Clopper and Pearson."""
    share = share_as_high(score, OTHERS, level)
    assert (share.value, share.n, share.confidence_level) == (count / 4, 4, level)
    np.testing.assert_allclose((share.low, share.high), ends(count, 4, level), rtol=1e-9)
