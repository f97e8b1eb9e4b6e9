"""Verbatim copies by candidate."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.copies import copies_test, copies_without_holdout
from synthaudit.statistics.intervals import difference_of_shares
from synthaudit.types import Estimate, NotEstimable


def table(train: int, n1: int, holdout: int, n0: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates of which so many are copied on each side."""
    label = np.arange(n1 + n0) < n1
    copied = (np.arange(n1 + n0) < train) | (np.arange(n1 + n0) >= n1 + n0 - holdout)
    return copied, label


@pytest.mark.parametrize("counts", [(12, 1000, 2, 1000), (3, 300, 9, 1200), (0, 50, 5, 70), (50, 50, 70, 70)])
def test_pvalue_is_fishers(counts: tuple[int, int, int, int]) -> None:
    """The upper hypergeometric tail is Fisher's exact test, one-sided, for unequal sizes too."""
    train, n1, holdout, n0 = counts
    found = copies_test(*table(*counts))
    expected = stats.fisher_exact(np.array([[train, n1 - train], [holdout, n0 - holdout]]), alternative="greater")
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.expected == pytest.approx((train + holdout) * n1 / (n1 + n0))
    assert isinstance(found.excess, Estimate)
    assert found.excess.value == pytest.approx(train / n1 - holdout / n0)
    assert (found.excess.low, found.excess.high) == difference_of_shares(train, n1, holdout, n0, 0.95)


def test_no_copies_no_evidence() -> None:
    """0 of 2,000: p = 1 and an excess of at most 3.84/(n + 3.84) = .19 %."""
    found = copies_test(*table(0, 2000, 0, 2000))
    assert (found.expected, found.pvalue) == (0.0, 1.0)
    assert isinstance(found.excess, Estimate)
    z2 = stats.norm.ppf(0.975) ** 2
    assert (found.excess.low, found.excess.high) == pytest.approx((-z2 / (2000 + z2), z2 / (2000 + z2)))


def test_fewer_copies_than_expected_are_no_finding_here() -> None:
    """No member but twelve non-members copied: p is 1, and the excess is negative."""
    found = copies_test(*table(0, 1000, 12, 1000))
    assert found.pvalue == 1.0
    assert isinstance(found.excess, Estimate)
    assert found.excess.high < 0.001


def test_false_alarms_where_rows_collide() -> None:
    """Candidates collide with the release at 10 % on both sides: p < .05 in at most 29 of 400 draws."""
    rng = np.random.default_rng(0)
    label = np.arange(900) < 300
    alarms = sum(copies_test(rng.random(900) < 0.1, label).pvalue < 0.05 for _ in range(400))
    assert alarms <= 29


def test_without_nonmembers_there_is_nothing_to_compare() -> None:
    """The copies are counted; their excess is not estimable."""
    found = copies_test(*table(4, 10, 0, 0))
    assert (found.expected, found.pvalue) == (4.0, 1.0)
    assert found.excess == NotEstimable(not_estimable="An excess needs members and non-members; there are 10 and 0.")
    with pytest.raises(ValueError, match="same length"):
        copies_test([True], [True, False])


def test_without_a_holdout_fresh_rows_are_rarely_called_copies() -> None:
    """Rows of an alphabet where one in a hundred has a twin: p < .01 in at most 4 of 200 fresh releases."""
    rng = np.random.default_rng(11)
    small = 0
    for _ in range(200):
        train, release = rng.integers(0, 100_000, 1_000), rng.integers(0, 100_000, 1_000)
        codes, counts = np.unique(train, return_counts=True)
        found = int(np.isin(np.unique(release), codes).sum())
        copied = int(np.isin(train, release).sum())
        twins = int(counts[counts > 1].sum())
        small += (
            copies_without_holdout(found, len(np.unique(release)), copied, 1_000, n_twins=twins, n_train=1_000).pvalue
            < 0.01
        )
    assert small <= 4


def test_without_a_holdout_two_percent_of_copies_are_found() -> None:
    """20 of 1,000 rows where no row has a twin: beyond doubt, and the excess is bounded from below."""
    found = copies_without_holdout(20, 1_000, 20, 1_000, n_twins=0, n_train=1_000)
    assert found.pvalue < 1e-6
    assert isinstance(found.excess, Estimate)
    assert found.excess.low == pytest.approx(0.01225 - 0.00459, abs=1e-4)
