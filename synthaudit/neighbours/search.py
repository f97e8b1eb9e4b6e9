"""The nearest rows in a block tree: nearer boxes first, and none whose gap says that nothing in it can be near."""

import numpy as np

from synthaudit.neighbours.coarse import BLOCK, Bytes, Sums, add_bounds, as_bytes, unit_of, units
from synthaudit.neighbours.lists import take_up
from synthaudit.neighbours.tree import BITS, BlockTree, Sets
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import CodeArray, FloatArray, IntArray

NO_LIMIT = np.iinfo(np.int64).max


@jit
def _gap(
    query_numeric: FloatArray,
    bits: Sets,
    i: int,
    low: FloatArray,
    high: FloatArray,
    levels: Sets,
    node: int,
    squared: bool,
    limit: float,
) -> float:
    """Distance of query i to a node's box, or anything above ``limit`` where it is above."""
    gap = 0.0
    # No branch depends on a column: which columns are apart cannot be foreseen.
    for c in range(bits.shape[1]):
        gap += 1.0 if levels[node, c] & bits[i, c] == 0 else 0.0
    if gap > limit:
        return gap
    for c in range(query_numeric.shape[1]):
        value = query_numeric[i, c]
        below, above = low[node, c] - value, value - high[node, c]
        off = below if below > above else above
        off = off if off > 0.0 else 0.0
        gap += off * off if squared else off
    return gap


def search(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    numeric: FloatArray,
    codes: CodeArray,
    tree: BlockTree,
    k: int,
    squared: bool,
    first_self: int,
    most: int,
) -> tuple[FloatArray, IntArray, int]:
    """The k nearest of each query, (n, k) distances (squared ones for L2) and rows, and how many rows were compared.

    Equal distances in the order of rows, to the last bit what a scan of all rows finds. A search that has compared
    more than ``most`` rows is given up: what it found by then is of no use.
    """
    best = np.full((len(query_numeric), k), np.inf)
    where = np.full(best.shape, -1, dtype=np.int64)
    compared = search_on(query_numeric, query_codes, numeric, codes, tree, best, where, 0, squared, first_self, most)
    return best, where, compared


def search_on(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    numeric: FloatArray,
    codes: CodeArray,
    tree: BlockTree,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    first_self: int,
    most: int,
) -> int:
    """Search where (n, k) lists are known from earlier rows, and write what is nearer into them.

    The tree's rows are those from ``offset`` on, all known ones come before. See :func:`search`.
    """
    scale = tree.leaves.scale
    cells, unit = as_bytes(query_numeric, query_codes, scale), unit_of(scale, squared)
    bits = np.uint64(1) << (query_codes & BITS).astype(np.uint64)
    total = np.empty(BLOCK, dtype=np.uint16)
    waiting, gaps = np.empty(tree.depth + 2, dtype=np.int64), np.empty(tree.depth + 2)
    return _search(
        query_numeric,
        query_codes,
        cells,
        bits,
        numeric,
        codes,
        tree.leaves.cells,
        unit,
        tree.row,
        tree.start,
        tree.stop,
        tree.left,
        tree.low,
        tree.high,
        tree.levels,
        tree.first,
        best,
        where,
        offset,
        squared,
        first_self,
        most,
        total,
        waiting,
        gaps,
    )


@jit
def _search(
    query_numeric: FloatArray,
    query_codes: CodeArray,
    cells: Bytes,
    bits: Sets,
    numeric: FloatArray,
    codes: CodeArray,
    coarse: Bytes,
    unit: float,
    row: IntArray,
    starts: IntArray,
    stops: IntArray,
    left: IntArray,
    low: FloatArray,
    high: FloatArray,
    levels: Sets,
    first: IntArray,
    best: FloatArray,
    where: IntArray,
    offset: int,
    squared: bool,
    first_self: int,
    most: int,
    total: Sums,
    waiting: IntArray,
    gaps: FloatArray,
) -> int:
    query_numeric, query_codes, cells, bits = bare(query_numeric), bare(query_codes), bare(cells), bare(bits)
    numeric, codes, coarse, row = bare(numeric), bare(codes), bare(coarse), bare(row)
    low, high, levels = bare(low), bare(high), bare(levels)
    best, where, total = bare(best), bare(where), bare(total)
    n_codes, mismatch, last = codes.shape[1], int(unit), best.shape[1] - 1
    compared = 0
    for i in range(len(cells)):
        if compared > most:
            break
        itself = first_self + i if first_self >= 0 else -1
        waiting[0], gaps[0] = 0, 0.0
        n_waiting = 1
        while n_waiting > 0 and compared <= most:
            n_waiting -= 1
            node = waiting[n_waiting]
            gap, limit = gaps[n_waiting], best[i, last]
            # At the limit itself only an earlier row could still displace the last one.
            if gap > limit or (gap == limit and first[node] + offset > where[i, last]):
                continue
            child = left[node]
            if child >= 0:
                one = _gap(query_numeric, bits, i, low, high, levels, child, squared, limit)
                two = _gap(query_numeric, bits, i, low, high, levels, child + 1, squared, limit)
                near, far = (child, child + 1) if one <= two else (child + 1, child)
                waiting[n_waiting], gaps[n_waiting] = far, max(one, two)
                waiting[n_waiting + 1], gaps[n_waiting + 1] = near, min(one, two)
                n_waiting += 2
                continue
            compared += stops[node] - starts[node]
            if not add_bounds(total, cells, i, coarse, -child - 1, n_codes, mismatch, squared, units(limit, unit)):
                continue
            take_up(
                query_numeric,
                query_codes,
                i,
                numeric,
                codes,
                unit,
                row,
                starts[node],
                stops[node],
                best,
                where,
                offset,
                squared,
                itself,
                total,
            )
    return compared
