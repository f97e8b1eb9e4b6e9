"""Whether the rows of one table come in the order of another: what their own content does not explain."""

from itertools import pairwise

import numpy as np

from synthaudit.encoding import stable_order
from synthaudit.statistics.laws import normal_sf, poisson_sf
from synthaudit.statistics.ranks import midranks
from synthaudit.types import CodeArray, FloatArray, IntArray

FEWEST_ROWS = 8
"""Fewer rows in a row show no order."""
ROWS_OF_GROUP = 3
"""Rows that the groups of a column have on average, so that to stand together means anything."""


def follows_order(match: IntArray, block: IntArray, *, with_neighbours: bool = True) -> float:
    """Chance that rows follow the order of another table as much as these, if their order says nothing of it.

    Parameters
    ----------
    match : (n,) array of int
        In the order of the rows: the place of each row's match in the other table.
    block : (n,) array of int
        Rows between which order is explained by content (`content_blocks`) have different ones.
    with_neighbours : bool
        Whether rows may be counted that follow each other in both tables; not where one person has many rows.

    Returns
    -------
    float
        The smaller of two p-values, doubled. If the rows of a block come in random order, the sum over blocks of the
        product of centred ranks has mean 0 and an exact variance (Hoeffding 1951); the normal law is held against it,
        two-sided. And of pairs of neighbours, those whose matches are neighbours too are as many as chance makes
        (Poisson), which finds parts of the other table that come one after another in another order.

    Examples
    --------
    >>> rng, one = np.random.default_rng(0), np.zeros(300, dtype=np.int64)
    >>> follows_order(np.arange(300), one) < 1e-9, follows_order(rng.permutation(300), one) > 0.05
    (True, True)
    >>> in_parts = np.concatenate(rng.permutation(np.arange(300).reshape(30, 10)))
    >>> follows_order(in_parts, one) < 1e-9
    True
    """
    order = stable_order(block)
    match, block = match[order], block[order]
    block = np.cumsum(np.r_[False, block[1:] != block[:-1]][: len(block)])
    size = np.bincount(block)
    if size.max(initial=0) < FEWEST_ROWS:
        return 1.0
    place = _centred(np.arange(len(match), dtype=np.float64), block, size)
    rank = _centred(_ranks(match, block), block, size)
    of_block = np.bincount(block, weights=place**2) * np.bincount(block, weights=rank**2)
    variance = float((of_block / np.maximum(size - 1, 1)).sum())
    pvalues = [1.0]
    if variance > 0:
        pvalues.append(float(2 * normal_sf(abs(float((place * rank).sum())) / np.sqrt(variance))))
    if with_neighbours:
        pvalues.append(_neighbours(match, block, size))
    return min(1.0, 2 * min(pvalues))


def content_blocks(codes: CodeArray, *, grouped: bool = True) -> IntArray:
    """Rows that columns by which the table is sorted, or grouped, do not tell apart.

    Parameters
    ----------
    codes : (n, d) array of int
        Cells of the rows in their order; larger codes are larger values, 0 is missing.
    grouped : bool
        Whether equal cells of a column that stand together count as well: they explain who stands beside whom, and not
        in which order the groups come.

    Returns
    -------
    (n,) array of int
        Ascending; one block where no column explains the order.

    Examples
    --------
    >>> sorted_by_the_first = np.array([[1, 5], [1, 2], [1, 9], [2, 3], [2, 1], [2, 7]])
    >>> content_blocks(sorted_by_the_first).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    block = np.zeros(len(codes), dtype=np.int64)
    left = list(range(codes.shape[1]))
    while (column := next((i for i in left if _explains(codes[:, i], block, grouped)), None)) is not None:
        left.remove(column)
        starts = (np.diff(block) != 0) | (np.diff(codes[:, column]) != 0)
        block = np.concatenate([[0], np.cumsum(starts)]).astype(np.int64)
    return block


def _explains(cells: CodeArray, block: IntArray, grouped: bool) -> bool:
    """Whether every block is sorted by a column that splits it, or its equal cells stand together."""
    inner = np.diff(block) == 0
    steps = np.where(inner, np.diff(cells.astype(np.int64)), 0)
    if not steps.any():
        return False
    last = np.where(cells == 0, np.int64(cells.max(initial=0)) + 1, cells)
    steps_last = np.where(inner, np.diff(last), 0)
    if any(((s >= 0).all() or (s <= 0).all()) for s in (steps, steps_last)):
        return True
    if not grouped:
        return False
    n_runs = 1 + int(((steps != 0) | ~inner).sum())
    # There are never more groups than runs; of so many, groups are not counted.
    if ROWS_OF_GROUP * n_runs > len(cells):
        return False
    least = int(cells.min())
    group = block * (int(cells.max()) - least + 1) + (cells.astype(np.int64) - least)
    return n_runs == len(np.unique(group))


def _centred(values: FloatArray, block: IntArray, size: IntArray) -> FloatArray:
    return np.asarray(values - (np.bincount(block, weights=values) / size)[block], dtype=np.float64)


def _ranks(match: IntArray, block: IntArray) -> FloatArray:
    """Mid-ranks within the blocks."""
    ranks = np.empty(len(match))
    bounds = np.concatenate([[0], np.cumsum(np.bincount(block))])
    for start, end in pairwise(bounds.tolist()):
        ranks[start:end] = midranks(match[start:end])
    return ranks


def _neighbours(match: IntArray, block: IntArray, size: IntArray) -> float:
    """Chance of so many pairs of neighbours whose matches are neighbours too."""
    inner = np.diff(block) == 0
    n_pairs = int((inner & (np.abs(np.diff(match)) == 1)).sum())
    distinct, counts = np.unique(np.stack([block, match]), axis=1, return_counts=True)
    steps = (np.diff(distinct[0]) == 0) & (np.diff(distinct[1]) == 1)
    alike = np.bincount(distinct[0][1:][steps], weights=(counts[:-1] * counts[1:])[steps], minlength=len(size))
    # Of a block's n (n - 1) / 2 pairs, n - 1 are neighbours.
    expected = float((2 * alike / np.maximum(size, 1)).sum())
    return float(poisson_sf(n_pairs - 1, expected)) if expected > 0 else 1.0
