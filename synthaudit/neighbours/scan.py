"""All rows against all queries, block by block: what is used where no tree can help, and what a tree must find."""

from functools import partial

import numpy as np

from synthaudit.neighbours.coarse import (
    BLOCK,
    Bytes,
    CoarseRows,
    Sums,
    add_bounds,
    as_bytes,
    coarsen,
    in_parts,
    scale_of,
    unit_of,
    units,
)
from synthaudit.neighbours.lists import take_up
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import CodeArray, FloatArray, IntArray


def in_order(numeric: FloatArray, codes: CodeArray, jobs: int = 1) -> CoarseRows:
    """The rows of a table of at least one row in blocks, as they come."""
    m, scale = len(numeric), scale_of(numeric, codes.shape[1])
    starts = np.arange(0, m, BLOCK)
    stops = np.minimum(starts + BLOCK, m)
    cells = np.empty((len(starts), numeric.shape[1] + codes.shape[1], BLOCK), dtype=np.uint8)
    in_parts(len(starts), jobs, partial(coarsen, numeric, codes, np.arange(m), starts, stops, scale, cells))
    return CoarseRows(cells=cells, scale=scale)


def scan(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    numeric: FloatArray,
    codes: CodeArray,
    coarse: CoarseRows,
    k: int,
    squared: bool,
    first_self: int,
) -> tuple[FloatArray, IntArray]:
    """The k nearest of all rows, (n, k) distances (squared ones for L2) and rows."""
    best = np.full((len(query_numeric), k), np.inf)
    where = np.full(best.shape, -1, dtype=np.int64)
    scan_on(query_numeric, query_codes, numeric, codes, coarse, best, where, 0, squared, first_self)
    return best, where


def scan_on(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    numeric: FloatArray,
    codes: CodeArray,
    coarse: CoarseRows,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    first_self: int,
) -> None:
    """Scan where (n, k) lists are known from earlier rows, and write what is nearer into them.

    The rows are those from ``offset`` on, all known ones come before.
    """
    cells, row = as_bytes(query_numeric, query_codes, coarse.scale), np.arange(len(numeric))
    unit, total = unit_of(coarse.scale, squared), np.empty(BLOCK, dtype=np.uint16)
    pair = query_numeric, query_codes, cells, numeric, codes, coarse.cells
    _scan(*pair, unit, row, best, where, offset, squared, first_self, total)


@jit
def _scan(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    cells: Bytes,
    numeric: FloatArray,
    codes: CodeArray,
    coarse: Bytes,
    unit: float,
    row: IntArray,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    first_self: int,
    total: Sums,
) -> None:
    query_numeric, query_codes, cells = bare(query_numeric), bare(query_codes), bare(cells)
    numeric, codes, coarse, row = bare(numeric), bare(codes), bare(coarse), bare(row)
    best, where, total = bare(best), bare(where), bare(total)
    n_codes, mismatch, last = codes.shape[1], int(unit), best.shape[1] - 1
    for block in range(len(coarse)):
        start = block * BLOCK
        stop = min(start + BLOCK, len(row))
        # A block stays in the cache for all queries.
        for i in range(len(cells)):
            itself = first_self + i if first_self >= 0 else -1
            if not add_bounds(total, cells, i, coarse, block, n_codes, mismatch, squared, units(best[i, last], unit)):
                continue
            take_up(
                query_numeric,
                query_codes,
                i,
                numeric,
                codes,
                unit,
                row,
                start,
                stop,
                best,
                where,
                offset,
                squared,
                itself,
                total,
            )
