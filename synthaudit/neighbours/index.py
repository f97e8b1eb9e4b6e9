"""One table made ready to be searched, by a tree where the tree has less to do than a scan of all rows.

Both ways give the same bits: the choice changes time alone. Nothing larger than (queries, k) is held beside the
tables, so memory does not grow with the number of queries times rows.
"""

import numpy as np
from joblib import Parallel, delayed

from synthaudit.neighbours.coarse import Blocks
from synthaudit.neighbours.lists import Lists, empty_lists
from synthaudit.neighbours.scan import in_order, scan
from synthaudit.neighbours.search import search
from synthaudit.neighbours.tree import BlockTree, grow
from synthaudit.runtime.threads import threads_for
from synthaudit.types import FloatArray, IntArray, Neighbours, Points

_ROUNDING, _TINY = 1e-12, 1e-300
_BLOCK = 256
"""Queries of one task; fixed, so that nothing depends on the number of workers."""
_PILOT = 64
"""Queries that try the tree before it is used for all."""
_FEWEST_ROWS = 2_000
"""Rows below which a scan is over before a tree is grown."""
_GROWING = 200
"""Queries whose scan of all rows takes as long as growing the tree."""
_DEAREST, _DEAREST_OF_FEW, _MANY_ROWS = 0.15, 0.04, 200_000
"""Share of the rows above which comparing them one leaf after the other takes longer than scanning them all: of so many
rows or more, and of hardly any, which stay in the cache throughout a scan."""


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
        self._tree: BlockTree | None = None
        self._blocks: Blocks | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def tree(self, jobs: int = 1) -> BlockTree:
        """The rows as a tree, grown at the first look on so many threads."""
        if self._tree is None:
            self._tree = grow(self.rows, jobs)
        return self._tree

    def blocks(self, jobs: int = 1) -> Blocks:
        """The rows as they come, for a scan."""
        if self._blocks is None:
            self._blocks = in_order(self.rows, jobs)
        return self._blocks

    def nearest(self, queries: Points, k: int, *, norm: str, exclude_self: bool = False, jobs: int = 1) -> Neighbours:
        """Find the k nearest rows of each query; see :func:`nearest`."""
        lists = NearestLists(queries, k, norm=norm)
        lists.read(self, exclude_self=exclude_self, jobs=jobs)
        return lists.found()

    def is_worth_a_tree(self, lists: "NearestLists", jobs: int = 1) -> bool:
        """Whether a few queries, spread over all, meet few enough rows in the tree."""
        n, m = len(lists.queries), len(self.rows)
        if m < _FEWEST_ROWS or (n < _GROWING and self._tree is None):
            return False
        pilot = np.unique(np.linspace(0, n - 1, _PILOT).astype(np.int64))
        most = _DEAREST_OF_FEW + (_DEAREST - _DEAREST_OF_FEW) * min(1.0, m / _MANY_ROWS)
        return lists.share_met(pilot, self.tree(jobs), most) <= most


class NearestLists:
    """The k nearest rows of each query among all that were read so far, batch after batch; exact.

    Parameters
    ----------
    queries : Points
        n queries.
    k : int
        Neighbours kept.
    norm : {"l1", "l2"}
        See :func:`nearest`.
    within : (n,) float64, optional
        Distance of each query beyond which rows are not asked for.

    Examples
    --------
    >>> line = Points(numeric=np.array([[0.0], [0.4], [1.0]]), codes=np.zeros((3, 0), dtype=np.int32))
    >>> lists = NearestLists(line.take(np.array([0])), 2, norm="l1")
    >>> for _ in range(2):
    ...     lists.read(RowIndex(line))
    >>> lists.found().row.tolist(), lists.n_rows
    ([[0, 3]], 6)
    """

    def __init__(self, queries: Points, k: int, *, norm: str, within: FloatArray | None = None) -> None:
        self.queries, self.squared = queries, norm == "l2"
        self.n_rows = 0
        # Squared for L2 until the end: the root of a sum, squared again, need not be the sum.
        self._total, self._row, _ = empty_lists(len(queries), k)
        if within is not None:
            # A little more, so that rounding leaves out no row that is just as far.
            self._total[:] = ((within**2 if self.squared else within) * (1 + _ROUNDING) + _TINY)[:, None]

    def read(self, rows: RowIndex, *, exclude_self: bool = False, jobs: int = 1) -> None:
        """Take up the next rows; what is equally near stays behind what was there before."""
        if not len(rows):
            return
        tree = rows.tree() if rows.is_worth_a_tree(self, jobs) else None
        blocks = rows.blocks(jobs) if tree is None else None

        def block(start: int) -> None:
            part = slice(start, start + _BLOCK)
            queries = Points(numeric=self.queries.numeric[part], codes=self.queries.codes[part])
            lists = Lists(distance=self._total[part], row=self._row[part], offset=self.n_rows)
            first_self = start if exclude_self else -1
            if tree is not None:
                search(queries, tree, lists, squared=self.squared, first_self=first_self)
            elif blocks is not None:
                scan(queries, blocks, lists, squared=self.squared, first_self=first_self)

        n_threads = threads_for(len(self.queries) * len(rows), jobs)
        Parallel(n_jobs=n_threads, prefer="threads")(
            delayed(block)(start) for start in range(0, len(self.queries), _BLOCK)
        )
        self.n_rows += len(rows)

    def join(self, later: "NearestLists") -> None:
        """Take up what the same queries found in the rows that come next."""
        k = self._total.shape[1]
        total = np.concatenate([self._total, later._total], axis=1)
        row = np.concatenate([self._row, np.where(later._row < 0, -1, later._row + self.n_rows)], axis=1)
        # What was there before stays in front of what is equally near.
        nearest = np.argsort(total, axis=1, kind="stable")[:, :k]
        self._total, self._row = np.take_along_axis(total, nearest, axis=1), np.take_along_axis(row, nearest, axis=1)
        self.n_rows += later.n_rows

    def found(self) -> Neighbours:
        """The lists as they are now; rows are numbered in the order in which they were read."""
        distance = np.sqrt(self._total) if self.squared else self._total.copy()
        distance[self._row < 0] = np.inf
        return Neighbours(distance=distance, row=self._row.copy())

    def share_met(self, which: IntArray, tree: BlockTree, most: float) -> float:
        """Share of the rows that these queries are compared with, given up above ``most``; the lists stay."""
        pairs = len(which) * len(tree.leaves.row)
        lists = Lists(distance=self._total[which], row=self._row[which], offset=self.n_rows)
        # A query that meets itself costs no more than one that may not.
        return search(self.queries.take(which), tree, lists, squared=self.squared, most=int(most * pairs) + 1) / pairs


def nearest(
    queries: Points,
    rows: Points,
    k: int,
    *,
    norm: str,
    exclude_self: bool = False,
    within: FloatArray | None = None,
    jobs: int = 1,
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
    within : (n,) float64, optional
        Distance of each query beyond which rows are not asked for, at least 0: all nearer rows and as far ones are in
        the lists, a row farther by less than a billionth may be. Where few rows are so near it saves most of the time.
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
    lists = NearestLists(queries, k, norm=norm, within=within)
    lists.read(RowIndex(rows), exclude_self=exclude_self, jobs=jobs)
    return lists.found()
