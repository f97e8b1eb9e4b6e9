"""What a family of attacks shows under the labels as they are."""

import math
from itertools import accumulate

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.observed import count_pvalues, observe


def test_z_is_the_tie_corrected_rank_sum() -> None:
    """Agrees with scipy's Mann-Whitney z without continuity correction, ties included."""
    rng = np.random.default_rng(0)
    label = np.arange(70) < 30
    scores = np.stack([rng.normal(size=70), rng.integers(4, size=70).astype(float)])
    found = observe(scores, label, np.arange(70))
    for z, row in zip(found.z, scores, strict=True):
        expected = stats.mannwhitneyu(row[label], row[~label], use_continuity=False, method="asymptotic")
        assert 2 * stats.norm.sf(abs(z)) == pytest.approx(expected.pvalue, rel=1e-12)
        assert np.sign(z) == np.sign(expected.statistic - 30 * 40 / 2)


def test_a_constant_attack_has_no_evidence() -> None:
    """One score for everybody: z = 0."""
    assert observe(np.full((1, 40), 3.0), np.arange(40) < 20, np.arange(40)).z.tolist() == [0.0]


@pytest.mark.parametrize(("n1", "n0", "k"), [(12, 30, 0), (200, 500, 5), (700, 650, 6)])
def test_count_pvalues_are_the_two_tails_of_the_law(n1: int, n0: int, k: int) -> None:
    """Twice the smaller tail, with every order of members and non-members counted in whole numbers."""
    orders = [math.comb(k + x, x) * math.comb(n1 - x + n0 - k - 1, n1 - x) for x in range(n1 + 1)]
    total = math.comb(n1 + n0, n1)
    assert sum(orders) == total
    lower, upper = list(accumulate(orders)), list(accumulate(reversed(orders)))[::-1]
    expected = [min(1.0, 2 * min(a, b) / total) for a, b in zip(lower, upper, strict=True)]
    assert count_pvalues(n1, n0, k) == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_tie_block_counts_the_threshold_and_its_equals() -> None:
    """150 non-members allow one false positive: the second highest of them stands at 7, with two members."""
    scores = np.r_[[9.0, 7.0, 7.0], np.zeros(97), [8.0, 7.0], np.zeros(148)]
    found = observe(scores[None, :], np.arange(250) < 100, np.arange(250))
    assert (found.k, found.n_true_positives.tolist(), found.tie_block.tolist()) == (1, [3], [3])
    # The second of 151 places between and beside 150 non-members.
    assert found.expected_true_positives == pytest.approx(100 * 2 / 151)


def test_a_few_members_before_all_others_are_more_surprising_by_the_higher_threshold() -> None:
    """16 of 1,000 members before 1,000 others, the rest mixed: about 2^-12, against 1 in 100 at the lower threshold."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=2_000) + 100 * (np.arange(2_000) < 16)
    family = observe(scores[None, :], np.arange(2_000) < 1_000, rng.permutation(2_000))
    assert (family.k, family.k_first) == (10, 1)
    law = stats.betabinom(1_000, 2, 999)
    before = int((np.sort(scores[:1_000]) > np.sort(scores[1_000:])[-2]).sum())
    assert family.p_first[0] == pytest.approx(2 * law.sf(before - 1), rel=1e-6)
    assert family.p_count[0] == family.p_first[0] < family.p_top[0] / 10
    assert family.is_many.tolist() == [True]


def test_the_strongest_attack_is_of_the_family_with_the_smaller_pvalue() -> None:
    """Where families are equal, of the attack with the smaller p-value of its own.

    The first attack moves everybody and lifts nobody to the top, with z = 3.6; the second puts ten members before all
    others: its p-value is .01.
    """
    label, others = np.arange(200) < 100, np.arange(100)
    moved, some = np.r_[30.5 + 0.68 * others, others], np.r_[np.full(10, 1_000.0), np.arange(90) + 0.5, others]
    family = observe(np.stack([moved, some]), label, np.arange(200))
    assert family.z[0] == pytest.approx(3.58, abs=0.01)
    assert family.p_count[1] == pytest.approx(0.0097, abs=1e-4)
    assert family.strongest(0.001, 0.5) == (0, "near")
    assert family.strongest(0.5, 0.001) == (1, "near")
    assert family.strongest(0.001, 0.001) == (0, "near")
    turned = observe(np.stack([-moved, some]), label, np.arange(200))
    assert turned.strongest(0.001, 0.5) == (0, "far")
    hardly = observe(np.r_[others - 2.5, others][None, :], label, np.arange(200))
    assert -1 < hardly.z[0] < 0
    assert hardly.strongest(0.001, 0.5) == (0, "far")
    # Two-sided .0135, which is one-sided less than .01.
    nearly = observe(np.stack([np.r_[21.5 + 0.77 * others, others], some]), label, np.arange(200))
    assert nearly.strongest(0.001, 0.001) == (1, "near")
    slightly = observe(np.stack([np.r_[5.5 + 0.9 * others, others], some]), label, np.arange(200))
    assert slightly.strongest(0.001, 0.001) == (1, "near")


def test_a_top_without_members_is_empty_and_one_with_many_is_not() -> None:
    """Its p-value is that of so small a count; where no attack has one there is nothing to say."""
    label, others = np.arange(2_000) < 1_000, np.arange(1_000.0)
    none, many = np.r_[others - 100, others], np.r_[others + 100, others]
    family = observe(np.stack([none, many]), label, np.arange(2_000))
    assert family.is_many.tolist() == [False, True]
    assert family.emptiest == family.p_top[0] < 0.01
    assert observe(many[None, :], label, np.arange(2_000)).emptiest == 1.0


def test_one_class_cannot_be_compared() -> None:
    """Without non-members there is no test."""
    with pytest.raises(ValueError, match="members and non-members are both needed"):
        observe(np.zeros((1, 3)), np.ones(3, dtype=bool), np.arange(3))
