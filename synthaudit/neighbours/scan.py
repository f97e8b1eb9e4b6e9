"""All rows against all queries, in tiles: what a tree is measured against, and what is used where no tree can help."""

import numpy as np

from synthaudit.compiled import jit
from synthaudit.neighbours.sums import add_up
from synthaudit.types import CodeArray, FloatArray, IntArray

_TILE = 128
"""Rows whose distances to a query are added up side by side, and which stay in the cache for all queries."""


def scan(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    row_numeric: FloatArray,
    row_codes: CodeArray,
    k: int,
    squared: bool,
    first_self: int,
) -> tuple[FloatArray, IntArray]:
    """The k nearest of all rows, which come column by column: (p, m) and (q, m); squared distances for L2."""
    best = np.full((len(query_numeric), k), np.inf)
    where = np.full(best.shape, -1, dtype=np.int64)
    scan_on(query_numeric, query_codes, row_numeric, row_codes, best, where, 0, squared, first_self)
    return best, where


@jit
def scan_on(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    row_numeric: FloatArray,
    row_codes: CodeArray,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    first_self: int,
) -> None:
    """Scan where (n, k) lists are known from earlier rows, and write what is nearer into them.

    The rows are those from ``offset`` on, all known ones come before.
    """
    n, p = query_numeric.shape
    q = query_codes.shape[1]
    m = row_numeric.shape[1]
    k = best.shape[1]
    total = np.empty(_TILE)
    tile, code_tile = np.zeros((1, p, _TILE)), np.zeros((1, q, _TILE), dtype=np.int32)
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        # Columns a whole table apart would push each other out of the cache.
        tile[0, :, :size] = row_numeric[:, start : start + size]
        code_tile[0, :, :size] = row_codes[:, start : start + size]
        for i in range(n):
            limit = best[i, k - 1]
            if not add_up(total, query_numeric, query_codes, i, tile, code_tile, 0, squared, limit):
                continue
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
                    where[i, slot] = offset + start + j
                    limit = best[i, k - 1]
