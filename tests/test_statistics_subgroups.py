"""Groups of people against all relabellings of a small case, and which of them are hidden, by hand."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import rankdata

from synthaudit.statistics.multiplicity import holm
from synthaudit.statistics.observed import count_pvalues
from synthaudit.statistics.subgroups import group_estimates, group_tests, hidden
from synthaudit.types import Estimate, NotEstimable

SCORES = np.array([7.0, 6.0, 6.0, 1.0, 5.0, 4.0, 3.0, 3.0, 2.0])
GROUP = np.array([[0, 2], [0, 2], [0, -1], [0, -1], [1, 2], [1, 2], [1, -1], [1, 2], [1, -1]])


def standardised(label: np.ndarray) -> np.ndarray:
    """Rank sums of the members in each of the three groups, over their standard deviations."""
    z = []
    for g in range(3):
        inside = np.equal(GROUP, g).any(axis=1)
        rank, own = rankdata(SCORES[inside]), label[inside]
        n, n1 = len(own), own.sum()
        spread = np.sqrt(n1 * (n - n1) / (n * (n - 1)) * ((rank - rank.mean()) ** 2).sum())
        z.append((rank[own] - rank.mean()).sum() / spread if spread else 0.0)
    return np.array(z)


@pytest.mark.parametrize("members", [(0, 1, 4, 7), (0, 2, 5, 6, 8), (3, 4, 5), (1, 2, 3, 6, 7, 8)])
def test_groups_that_overlap_have_the_pvalues_of_all_relabellings(members: tuple[int, ...]) -> None:
    """Nine units, every way to deal the labels over all of them: alone, and by the largest of the three groups."""
    label = np.isin(np.arange(9), members)
    observed = np.abs(standardised(label))
    every = np.abs([standardised(np.isin(np.arange(9), c)) for c in combinations(range(9), len(members))])
    alone = (every >= observed - 1e-9).mean(axis=0)
    largest = (every.max(axis=1)[:, None] >= observed - 1e-9).mean(axis=0)
    found = group_tests(SCORES, label, GROUP, np.arange(9), np.random.default_rng(0), n_permutations=20_000)
    assert found.z == pytest.approx(standardised(label))
    top = []
    for g, count in enumerate(found.n_top):
        own = label[np.equal(GROUP, g).any(axis=1)]
        both = own.any() and not own.all()
        top.append(count_pvalues(int(own.sum()), int((~own).sum()), 0)[count] if both else 1.0)
    expected = np.minimum(1.0, 2 * np.minimum(alone, top)), np.minimum(1.0, 2 * np.minimum(largest, holm(top)))
    assert found.pvalue == pytest.approx(expected[0], abs=0.02)
    assert found.pvalue_adjusted == pytest.approx(expected[1], abs=0.02)


def test_units_in_no_group_make_no_test() -> None:
    """Nobody in any group: nothing to test, and no error."""
    found = group_tests(SCORES, np.arange(9) < 4, np.full((9, 2), -1), np.arange(9), np.random.default_rng(0))
    assert [len(part) for part in found] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("members", "others", "expected"),
    [
        ([10, 10], [10, 10], [False, False]),
        ([9, 10, 40], [10, 10, 40], [True, True, False]),
        ([10, 9, 40], [9, 10, 40], [True, True, False]),
        ([3, 10, 25], [30, 40, 24], [True, False, True]),  # 50 people against 49: the second of them goes
        ([3, 4, 40, 50], [30, 40, 40, 50], [True, True, True, False]),  # 7 members in both are still too few
        ([5, 5, 40, 50], [30, 40, 40, 50], [True, True, False, False]),
        ([30, 40, 40, 50], [5, 5, 40, 50], [True, True, False, False]),
        ([30, 40, 40, 50], [5, 4, 40, 50], [True, True, True, False]),
        ([3, 40], [30, 40], [True, True]),
        ([3], [30], [True]),
    ],
)
def test_what_is_hidden_so_that_nobody_can_be_worked_out(
    members: list[int], others: list[int], expected: list[bool]
) -> None:
    """Fewer than ten on a side; then the smallest of the rest, until two groups and ten of either side are hidden."""
    assert hidden(members, others).tolist() == expected


def test_estimates_of_a_group_are_its_auc_and_its_share_above_everybodys_threshold() -> None:
    """The AUC is among the group's own; the threshold of 1 % is that of all 400 non-members, of whom it has ten."""
    scores = np.r_[np.arange(400.0), np.full(390, 500.0), 394.5, 395.5, 396.5, np.zeros(7)]
    is_member = np.arange(800) >= 400
    in_group = (np.arange(800) < 10) | (np.arange(800) >= 790)
    auc, tpr = group_estimates(scores, is_member, in_group, np.arange(800))
    assert isinstance(auc, Estimate)
    assert isinstance(tpr, Estimate)
    # Zeros tie with one non-member of ten, and are below the nine others.
    assert auc.n == 20
    assert auc.value == pytest.approx((3 * 10 + 7 * 0.5) / 100)
    # Four non-members may be above: 396 to 399.
    assert (tpr.value, tpr.n) == (0.2, 410)
    assert isinstance(group_estimates(scores, is_member, in_group & is_member, np.arange(800))[0], NotEstimable)
