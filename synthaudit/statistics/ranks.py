"""Orders and ranks of scores, in integers, so that sums of ranks are exact and free of their order."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from synthaudit.encoding import stable_order
from synthaudit.types import BoolArray, FloatArray, IntArray


def descending(scores: FloatArray, order: npt.NDArray[Any]) -> IntArray:
    """Positions from the highest score to the lowest, equal scores by ``order`` (lowest first); of a matrix by row."""
    by_order = stable_order(np.asarray(order))
    falling = -scores[..., by_order]
    rows = np.array([stable_order(row) for row in np.atleast_2d(falling)], dtype=np.int64)
    return by_order[rows.reshape(falling.shape)]


def centred_ranks(scores: FloatArray, positions: IntArray) -> IntArray:
    """(n,) twice the midrank less (n + 1): integers that sum to zero and change sign with the scores.

    ``positions`` puts the scores in descending order.

    Examples
    --------
    >>> scores = np.array([3.0, 1.0, 3.0])
    >>> centred_ranks(scores, descending(scores, np.arange(3))).tolist()
    [1, -2, 1]
    """
    n = len(scores)
    value = scores[positions]
    start = np.flatnonzero(np.r_[True, value[1:] != value[:-1]])
    size = np.diff(np.r_[start, n])
    rank = np.empty(n, dtype=np.int64)
    # A block of `size` equal scores below `start` higher ones has midrank n - start - (size - 1) / 2.
    rank[positions] = np.repeat(n - 2 * start - size, size)
    return rank


def midranks(values: npt.ArrayLike) -> FloatArray:
    """Ranks from 1, of equal values their mean; of a matrix by row.

    Examples
    --------
    >>> midranks([3.0, 1.0, 3.0]).tolist(), midranks([[2.0, 1.0], [5.0, 5.0]]).tolist()
    ([2.5, 1.0, 2.5], [[2.0, 1.0], [1.5, 1.5]])
    """
    value = np.asarray(values)
    rows = np.atleast_2d(value)
    ranks = np.empty(rows.shape)
    for row, rank in zip(rows, ranks, strict=True):
        rank[:] = (len(row) + 1 + centred_ranks(row, stable_order(row)[::-1])) / 2
    return ranks.reshape(value.shape)


def smaller_pvalue(values: FloatArray, others: FloatArray) -> float:
    """One-sided p-value of "``values`` are no smaller than ``others``" (Mann and Whitney 1947), in its normal limit.

    Corrected for ties, and for counts being whole; 1 where all values are equal.

    Examples
    --------
    >>> round(smaller_pvalue(np.arange(20.0), np.arange(20.0) + 8), 4)
    0.0003
    """
    n1, n0 = len(values), len(others)
    n = n1 + n0
    rank = midranks(np.concatenate([values, others]))
    below = n1 * n0 - (rank[:n1].sum() - n1 * (n1 + 1) / 2)
    size = np.unique(rank, return_counts=True)[1].astype(np.float64)
    variance = n1 * n0 / 12 * ((n + 1) - (size**3 - size).sum() / (n * (n - 1)))
    return float(ndtr(-(below - n1 * n0 / 2 - 0.5) / np.sqrt(variance))) if variance > 0 else 1.0


def members_above(is_member: BoolArray, positions: IntArray) -> IntArray:
    """(n0,) how many members stand above the highest non-member, above the second highest, and so on."""
    nonmember = np.flatnonzero(~is_member[positions])
    return nonmember - np.arange(len(nonmember))


def allowed_false_positives(n_nonmembers: int, fpr: float) -> int:
    """Most non-members that a threshold of this false-positive rate may name: floor(fpr n0)."""
    # The small constant undoes products such as 0.29 * 100 = 28.999999999999996.
    return min(int(fpr * n_nonmembers + 1e-9), n_nonmembers)
