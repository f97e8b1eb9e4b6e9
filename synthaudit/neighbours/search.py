"""The nearest rows in a block tree: nearer boxes first, and none whose gap says that nothing in it can be near."""

from typing import NamedTuple

import numpy as np

from synthaudit.neighbours.coarse import BLOCK, Metric, Sums, add_bounds, metric_of, units
from synthaudit.neighbours.lists import Lists, Queries, queries_of, take_up
from synthaudit.neighbours.tree import BITS, BlockTree, Boxes, Sets
from synthaudit.runtime.jit import bare, inlined, jit
from synthaudit.types import FloatArray, IntArray, Points

NO_LIMIT = np.iinfo(np.int64).max


class _Stack(NamedTuple):
    """Nodes that are still to be looked at, the last first, and how far their boxes are."""

    node: IntArray
    gap: FloatArray


def search(
    queries: Points, tree: BlockTree, lists: Lists, *, squared: bool, first_self: int = -1, most: int = NO_LIMIT
) -> int:
    """Write what is nearer among the rows of a tree into the lists.

    Equal distances in the order of rows, to the last bit what a scan of all rows finds. A search that has compared
    more than ``most`` rows is given up: what it found by then is of no use.

    Returns
    -------
    int
        How many rows were compared.
    """
    bits = np.uint64(1) << (queries.codes & BITS).astype(np.uint64)
    stack = _Stack(node=np.empty(tree.depth + 2, dtype=np.int64), gap=np.empty(tree.depth + 2))
    asked, metric = queries_of(queries, tree.leaves, first_self), metric_of(tree.leaves, squared)
    return _search(asked, bits, tree, lists, metric, stack, np.empty(BLOCK, dtype=np.uint16), most)


@inlined
def _gap(queries: FloatArray, bits: Sets, i: int, boxes: Boxes, node: int, squared: bool, limit: float) -> float:
    """Distance of query i to a node's box, or anything above ``limit`` where it is above."""
    low, high, levels = boxes.low, boxes.high, boxes.levels
    gap = 0.0
    # No branch depends on a column: which columns are apart cannot be foreseen.
    for c in range(bits.shape[1]):
        gap += 1.0 if levels[node, c] & bits[i, c] == 0 else 0.0
    if gap > limit:
        return gap
    for c in range(queries.shape[1]):
        value = queries[i, c]
        below, above = low[node, c] - value, value - high[node, c]
        off = below if below > above else above
        off = off if off > 0.0 else 0.0
        gap += off * off if squared else off
    return gap


@jit
def _search(
    queries: Queries,
    bits: Sets,
    tree: BlockTree,
    lists: Lists,
    metric: Metric,
    stack: _Stack,
    bounds: Sums,
    most: int,
) -> int:
    queries, bits, tree, lists = bare(queries), bare(bits), bare(tree), bare(lists)
    stack, bounds = bare(stack), bare(bounds)
    numeric, cells, nearest, boxes = queries.table.numeric, queries.cells, lists.distance, tree.boxes
    left, first, waiting, gaps = tree.left, tree.first, stack.node, stack.gap
    last, compared = nearest.shape[1] - 1, 0
    for i in range(len(cells)):
        if compared > most:
            break
        waiting[0], gaps[0] = 0, 0.0
        n_waiting = 1
        while n_waiting > 0 and compared <= most:
            n_waiting -= 1
            node = waiting[n_waiting]
            gap, limit = gaps[n_waiting], nearest[i, last]
            # At the limit itself only an earlier row could still displace the last one.
            if gap > limit or (gap == limit and first[node] + lists.offset > lists.row[i, last]):
                continue
            child = left[node]
            if child >= 0:
                left_gap = _gap(numeric, bits, i, boxes, child, metric.squared, limit)
                right_gap = _gap(numeric, bits, i, boxes, child + 1, metric.squared, limit)
                near, far = (child, child + 1) if left_gap <= right_gap else (child + 1, child)
                waiting[n_waiting], gaps[n_waiting] = far, max(left_gap, right_gap)
                waiting[n_waiting + 1], gaps[n_waiting + 1] = near, min(left_gap, right_gap)
                n_waiting += 2
                continue
            compared += tree.stop[node] - tree.start[node]
            block = -child - 1
            if add_bounds(bounds, cells, i, tree.leaves.cells, block, metric, units(limit, metric.unit)):
                take_up(queries, i, tree.leaves, block, lists, metric, bounds)
    return compared
