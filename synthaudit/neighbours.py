"""The k nearest rows of a mixed table, exact, in float64, whatever the number of workers.

A scan of all rows in tiles. Nothing larger than (queries, k) is held beside the tables, so memory does not grow with
the number of queries times rows.
"""

import numpy as np
from joblib import Parallel, delayed

from synthaudit.compiled import jit
from synthaudit.types import CodeArray, FloatArray, IntArray, Neighbours, Points

_BLOCK = 512
"""Queries of one task; fixed, so that nothing depends on the number of workers."""
_TILE = 64
"""Rows whose distances are added up side by side."""


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
    n = len(queries)
    starts = range(0, n, _BLOCK)
    row_numeric, row_codes = np.ascontiguousarray(rows.numeric.T), np.ascontiguousarray(rows.codes.T)

    def block(start: int) -> tuple[FloatArray, IntArray]:
        stop = min(start + _BLOCK, n)
        first = start if exclude_self else -1
        return _scan(
            queries.numeric[start:stop], queries.codes[start:stop], row_numeric, row_codes, k, norm == "l2", first
        )

    parts = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(start) for start in starts)
    distance = np.concatenate([part[0] for part in parts]) if n else np.empty((0, k))
    row = np.concatenate([part[1] for part in parts]) if n else np.empty((0, k), dtype=np.int64)
    return Neighbours(distance=np.sqrt(distance) if norm == "l2" else distance, row=row)


@jit
def _scan(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    row_numeric: FloatArray,
    row_codes: CodeArray,
    k: int,
    squared: bool,
    first_self: int,
) -> tuple[FloatArray, IntArray]:
    """Scan all rows, which come column by column: (p, m) and (q, m).

    A tile of rows is added up one column after the other, which the processor does for several rows at once, and
    every row still adds its columns in one order.
    """
    n, p = query_numeric.shape
    q = query_codes.shape[1]
    m = row_numeric.shape[1]
    best = np.full((n, k), np.inf)
    where = np.full((n, k), -1, dtype=np.int64)
    total = np.empty(_TILE)
    for i in range(n):
        limit = np.inf
        for start in range(0, m, _TILE):
            size = min(_TILE, m - start)
            total[:] = 0.0
            for c in range(q):
                code = query_codes[i, c]
                codes = row_codes[c, start : start + size]
                for j in range(size):
                    total[j] += 1.0 if codes[j] != code else 0.0
            for c in range(p):
                value = query_numeric[i, c]
                numbers = row_numeric[c, start : start + size]
                if squared:
                    for j in range(size):
                        difference = value - numbers[j]
                        total[j] += difference * difference
                else:
                    for j in range(size):
                        total[j] += abs(value - numbers[j])
            if first_self >= 0 and start <= first_self + i < start + size:
                total[first_self + i - start] = np.inf
            for j in range(size):
                found = total[j]
                if found < limit:
                    slot = k - 1
                    while slot > 0 and best[i, slot - 1] > found:
                        best[i, slot] = best[i, slot - 1]
                        where[i, slot] = where[i, slot - 1]
                        slot -= 1
                    best[i, slot] = found
                    where[i, slot] = start + j
                    limit = best[i, k - 1]
    return best, where
