"""Scores of a family of attacks as ranks and orders, and what these show under the labels as they are."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.laws import betabinomial_pmf, normal_sf
from synthaudit.statistics.ranks import allowed_false_positives, centred_ranks, descending, members_above
from synthaudit.types import BoolArray, FloatArray, IntArray

TOP_FPR = 0.01
"""False-positive rate at which members at the top are counted."""
FIRST = 1
"""Non-members allowed above a second, higher threshold: a few people who are given away stand before nearly everybody
else, and among all those above the first threshold they would be lost."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """K attacks as ranks and orders, and their two statistics under the labels as they are."""

    ranks: npt.NDArray[np.int32]
    """(N, K) centred doubled midranks."""
    positions: npt.NDArray[np.int32]
    """(K, N) units from the highest score down, ties broken."""
    spread: FloatArray
    """(K,) standard deviation of the rank sum under permutation."""
    z: FloatArray
    n_true_positives: IntArray
    """(K,) members above the threshold."""
    p_table: FloatArray
    """(n1 + 1,) exact two-sided p-value of each count; the same for all attacks."""
    p_top: FloatArray
    p_first_table: FloatArray
    """(n1 + 1,) as ``p_table``, of members above all non-members but :data:`FIRST`."""
    p_first: FloatArray
    """(K,)"""
    tie_block: IntArray
    k: int
    """Non-members allowed above the threshold."""
    k_first: int
    """Above the second, higher one; at most ``k``."""
    expected_true_positives: float
    """Members above it if nothing leaks: n1 (k+1) / (n0+1)."""

    @property
    def p_count(self) -> FloatArray:
        """(K,) the smaller p-value of both counts; judged by relabelling, so that nothing is to be made up for."""
        smaller: FloatArray = np.minimum(self.p_top, self.p_first)
        return smaller

    @property
    def is_many(self) -> BoolArray:
        """(K,) whether the more surprising of both counts is above what is expected; by the higher threshold no count
        is too small to be likely.
        """
        many: BoolArray = (self.p_first < self.p_top) | (self.n_true_positives > self.expected_true_positives)
        return many

    def strongest(self, pvalue_auc: float, pvalue_top: float) -> tuple[int, Literal["near", "far"]]:
        """Which attack has the smallest p-value, and which way it points.

        Families are compared by their permutation p-value, and where these are equal (both are as small as they can
        be) by the attack's own p-value, normal for the AUC and exact for the count.
        """
        by_auc, by_top = int(np.abs(self.z).argmax()), int(self.p_count.argmin())
        own_auc = float(2 * normal_sf(abs(self.z[by_auc])))
        if (pvalue_auc, own_auc) <= (pvalue_top, float(self.p_count[by_top])):
            return by_auc, "far" if self.z[by_auc] < 0 else "near"
        return by_top, "near" if self.is_many[by_top] else "far"

    @property
    def emptiest(self) -> float:
        """Smallest p-value of a count at the top that is too small; 1 where none is."""
        return float(self.p_top[self.n_true_positives < self.expected_true_positives].min(initial=1.0))


def observe(score: FloatArray, label: BoolArray, order: npt.NDArray[Any]) -> Observed:
    """Rank (K, N) scores once; permutations then only sum the ranks anew."""
    n, n1 = len(label), int(label.sum())
    n0 = n - n1
    if min(n1, n0) == 0:
        raise ValueError("members and non-members are both needed")
    k = allowed_false_positives(n0, TOP_FPR)
    positions = descending(score, order)
    centred = np.stack([centred_ranks(row, where) for row, where in zip(score, positions, strict=True)])
    spread = np.sqrt(n1 * n0 / (n * (n - 1.0)) * (centred.astype(np.float64) ** 2).sum(axis=1))
    sums = centred[:, label].sum(axis=1)
    z = np.divide(sums, spread, out=np.zeros(len(score)), where=spread > 0)
    k_first = min(FIRST, k)
    above, first = np.array([members_above(label, row)[[k, k_first]] for row in positions]).T
    threshold = np.array([row[where[count + k]] for row, where, count in zip(score, positions, above, strict=True)])
    p_table, p_first_table = (count_pvalues(n1, n0, allowed) for allowed in (k, k_first))
    return Observed(
        ranks=np.ascontiguousarray(centred.T, dtype=np.int32),
        positions=positions.astype(np.int32),
        spread=spread,
        z=z,
        n_true_positives=above,
        p_table=p_table,
        p_top=p_table[above],
        p_first_table=p_first_table,
        p_first=p_first_table[first],
        tie_block=(score == threshold[:, None]).sum(axis=1),
        k=k,
        k_first=k_first,
        expected_true_positives=n1 * (k + 1) / (n0 + 1),
    )


def count_pvalues(n1: int, n0: int, k: int) -> FloatArray:
    """(n1 + 1,) two-sided p-value of each count of members above the (k+1)-th highest of n0 non-members.

    Twice the smaller tail of BetaBinomial(n1; k+1, n0-k), at most 1.

    Examples
    --------
    >>> count_pvalues(2, 2, 0).round(3).tolist()  # P(0, 1, 2 above) = 1/2, 1/3, 1/6
    [1.0, 1.0, 0.333]
    """
    mass = betabinomial_pmf(np.arange(n1 + 1), n1, k + 1, n0 - k)
    lower, upper = np.cumsum(mass), np.cumsum(mass[::-1])[::-1]
    two_sided: FloatArray = np.minimum(2 * np.minimum(lower, upper), 1.0)
    return two_sided
