"""Orders and ranks."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.ranks import (
    allowed_false_positives,
    centred_ranks,
    descending,
    members_above,
    smaller_pvalue,
)


def test_descending_breaks_ties_by_the_given_order_only() -> None:
    """Equal scores stand in the order that was drawn, not in that of rows."""
    assert descending(np.array([1.0, 2.0, 1.0, 2.0]), np.array([3, 2, 0, 1])).tolist() == [3, 1, 2, 0]


def test_centred_ranks_are_midranks() -> None:
    """Twice scipy's average rank less n + 1, exactly, with and without ties."""
    rng = np.random.default_rng(0)
    for scores in (rng.normal(size=101), rng.integers(5, size=100).astype(float), np.zeros(7)):
        expected = 2 * stats.rankdata(scores) - (len(scores) + 1)
        found = centred_ranks(scores, descending(scores, rng.permutation(len(scores))))
        assert found.tolist() == expected.tolist()
        assert found.sum() == 0


def test_the_p_value_of_smaller_values_is_that_of_mann_and_whitney() -> None:
    """As scipy has it, corrected for ties and for counts being whole; 1 where all are equal."""
    rng = np.random.default_rng(1)
    for values, others in (
        (rng.normal(size=12), rng.normal(0.7, 1.0, size=19)),
        (rng.integers(5, size=15).astype(float), rng.integers(1, 6, size=11).astype(float)),
        (rng.integers(3, size=9).astype(float), rng.integers(2, size=30).astype(float)),
    ):
        expected = stats.mannwhitneyu(values, others, alternative="less", method="asymptotic").pvalue
        assert smaller_pvalue(values, others) == pytest.approx(expected, rel=1e-9)
    assert smaller_pvalue(np.ones(4), np.ones(5)) == 1.0


def test_members_above_counts_up_to_each_nonmember() -> None:
    """M N M M N: one member above the first non-member, three above the second."""
    label = np.array([True, False, True, True, False])
    assert members_above(label, np.arange(5)).tolist() == [1, 3]


def test_allowed_false_positives_is_an_exact_floor() -> None:
    """floor(fpr n0) in decimal arithmetic: 29 % of 100 is 29, though the product in binary is a little less."""
    assert [allowed_false_positives(n, 0.01) for n in (99, 100, 199, 300, 700, 20_000)] == [0, 1, 1, 3, 7, 200]
    assert allowed_false_positives(100, 0.29) == 29
    assert allowed_false_positives(5, 1.0) == 5
