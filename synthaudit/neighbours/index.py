"""One table made ready to be searched, by a tree where the tree has less to do than a scan of all rows.

Both ways give the same bits: the choice changes time alone. Nothing larger than (queries, k) is held beside the
tables, so memory does not grow with the number of queries times rows.
"""

from functools import cached_property

import numpy as np
from joblib import Parallel, delayed

from synthaudit.neighbours.scan import scan
from synthaudit.neighbours.tree import NO_LIMIT, BlockTree, grow, search
from synthaudit.types import CodeArray, FloatArray, IntArray, Neighbours, Points

_BLOCK = 256
"""Queries of one task; fixed, so that nothing depends on the number of workers."""
_PILOT = 64
"""Queries that try the tree before it is used for all."""
_FEWEST_ROWS = 2_000
"""Rows below which a scan is over before a tree is grown."""
_FEW_ROWS = 16_384
"""Rows of a tree that is grown only to see whether one is of use."""
_HOPELESS = 0.7
"""Share of those rows above which it is not."""
_GROWING = 40
"""Queries whose scan of all rows takes as long as growing the tree."""
_DEAREST = 0.08
"""Share of the rows above which comparing them one leaf after the other takes longer than scanning them all."""


class RowIndex:
    """Rows that are searched more than once; the tree is grown when it is first needed.

    Parameters
    ----------
    rows : Points
        m rows.

    Examples
    --------
    >>> line = Points(numeric=np.array([[0.0], [0.4], [1.0]]), codes=np.zeros((3, 0), dtype=np.int32))
    >>> RowIndex(line).nearest(line, 1, norm="l1", exclude_self=True).distance.ravel().tolist()
    [0.4, 0.4, 0.6]
    """

    def __init__(self, rows: Points) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _tree(self) -> BlockTree:
        return grow(self.rows.numeric, self.rows.codes)

    @cached_property
    def _columns(self) -> tuple[FloatArray, CodeArray]:
        return np.ascontiguousarray(self.rows.numeric.T), np.ascontiguousarray(self.rows.codes.T)

    def nearest(self, queries: Points, k: int, *, norm: str, exclude_self: bool = False, jobs: int = 1) -> Neighbours:
        """Find the k nearest rows of each query; see :func:`nearest`."""
        n, squared = len(queries), norm == "l2"
        use_tree = self._is_worth_a_tree(queries, k, squared)

        def block(start: int) -> tuple[FloatArray, IntArray]:
            stop = min(start + _BLOCK, n)
            first = start if exclude_self else -1
            numeric, codes = queries.numeric[start:stop], queries.codes[start:stop]
            if use_tree:
                return search(numeric, codes, self._tree, k, squared, first, NO_LIMIT)[:2]
            return scan(numeric, codes, *self._columns, k, squared, first)

        parts = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(start) for start in range(0, n, _BLOCK))
        distance = np.concatenate([part[0] for part in parts]) if n else np.empty((0, k))
        row = np.concatenate([part[1] for part in parts]) if n else np.empty((0, k), dtype=np.int64)
        return Neighbours(distance=np.sqrt(distance) if squared else distance, row=row)

    def _is_worth_a_tree(self, queries: Points, k: int, squared: bool) -> bool:
        """Whether a few queries, spread over all, meet few enough rows in the tree."""
        n, m = len(queries), len(self.rows)
        has_tree = "_tree" in self.__dict__
        if m < _FEWEST_ROWS or (n < _GROWING and not has_tree):
            return False
        pilot = queries.take(np.unique(np.linspace(0, n - 1, _PILOT).astype(np.int64)))
        if not has_tree and m > _FEW_ROWS:
            few = self.rows.take(np.linspace(0, m - 1, _FEW_ROWS).astype(np.int64))
            # Where a small tree passes over nothing, a large one is not worth its growing.
            if _share_met(pilot, grow(few.numeric, few.codes), k, squared, _HOPELESS) > _HOPELESS:
                return False
        return _share_met(pilot, self._tree, k, squared, _DEAREST) <= _DEAREST


def _share_met(queries: Points, tree: BlockTree, k: int, squared: bool, most: float) -> float:
    """Share of the rows that a query is compared with, given up above ``most``."""
    pairs = len(queries) * len(tree.row)
    # A query that meets itself costs no more than one that may not.
    return search(queries.numeric, queries.codes, tree, k, squared, -1, int(most * pairs) + 1)[2] / pairs


def nearest(
    queries: Points, rows: Points, k: int, *, norm: str, exclude_self: bool = False, jobs: int = 1
) -> Neighbours:
    """Find the k nearest ``rows`` of each query.

    Parameters
    ----------
    queries, rows : Points
        n queries and m rows of the same space.
    k : int
        Neighbours wanted; where fewer rows exist, the missing ones have distance inf and row -1.
    norm : {"l1", "l2"}
        Sum of absolute differences plus mismatches, or root of squared differences plus mismatches.
    exclude_self : bool
        Query i never meets row i: for a table searched in itself.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    Neighbours
        (n, k) distances, ascending, and row positions; equal distances in the order of rows.

    Examples
    --------
    >>> line = Points(numeric=np.array([[0.0], [0.4], [1.0]]), codes=np.zeros((3, 0), dtype=np.int32))
    >>> nearest(line, line, 1, norm="l2", exclude_self=True).row.tolist()
    [[1], [0], [1]]
    """
    return RowIndex(rows).nearest(queries, k, norm=norm, exclude_self=exclude_self, jobs=jobs)
