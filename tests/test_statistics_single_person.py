"""What is said of one person, against counts, scipy's exact intervals and Bayes' rule."""

import numpy as np
import pytest
from scipy.stats import binomtest

from synthaudit.statistics.single_person import percentile, pvalue_of, share_as_high, worth
from synthaudit.types import AtLeast, AtMost, Estimate, NotEstimable

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


def people(n_members: int, members_high: int, n_others: int, others_high: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores 1 of those who score as high as the person asked about, 0 of the rest; members first."""
    is_high = np.r_[np.arange(n_members) < members_high, np.arange(n_others) < others_high]
    return is_high.astype(float), np.arange(n_members + n_others) < n_members


def bayes(tpr: float, fpr: float, prior: float) -> float:
    return tpr * prior / (tpr * prior + fpr * (1 - prior))


@pytest.mark.parametrize("prior", [0.01, 0.5])
@pytest.mark.parametrize(("members_high", "others_high"), [(30, 10), (1, 1), (60, 40)])
def test_worth_is_bayes_rule_with_the_worst_and_best_of_both_shares(
    members_high: int, others_high: int, prior: float
) -> None:
    """Each share at 97.5 %, so that both hold together in 95 %; sides of different size are shares of their own."""
    found = worth(1.0, *people(60, members_high, 40, others_high), prior)
    assert isinstance(found, Estimate)
    (tpr_low, tpr_high), (fpr_low, fpr_high) = ends(members_high, 60, 0.975), ends(others_high, 40, 0.975)
    expected = (
        bayes(members_high / 60, others_high / 40, prior),
        bayes(tpr_low, fpr_high, prior),
        bayes(tpr_high, fpr_low, prior),
    )
    np.testing.assert_allclose((found.value, found.low, found.high), expected, rtol=1e-9)
    assert (found.n, found.confidence_level) == (100, 0.95)


def test_worth_gives_one_bound_where_only_one_side_scores_as_high() -> None:
    """A share of 0 makes the ratio 0 or 1 whatever the number of people: one bound, both shares at 95 %."""
    least = worth(1.0, *people(60, 30, 40, 0), 0.1)
    assert isinstance(least, AtLeast)
    assert least.at_least == pytest.approx(bayes(ends(30, 60, 0.95)[0], ends(0, 40, 0.95)[1], 0.1), rel=1e-9)
    most = worth(1.0, *people(60, 0, 40, 30), 0.1)
    assert isinstance(most, AtMost)
    assert most.at_most == pytest.approx(bayes(ends(0, 60, 0.95)[1], ends(30, 40, 0.95)[0], 0.1), rel=1e-9)
    assert (least.n, most.n, least.confidence_level, most.confidence_level) == (100, 100, 0.95, 0.95)


def test_worth_of_a_score_that_nobody_has() -> None:
    """0 of 0 is anything: said, not estimated."""
    assert worth(1.0, *people(60, 0, 40, 0), 0.1) == NotEstimable(
        not_estimable="nobody else of either side scores as high"
    )
