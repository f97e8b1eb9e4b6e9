"""An exact block tree over mixed rows: boxes whose gap to a query says that no row inside can be near.

Rows are split at the median of the column that spreads most until a leaf holds a few. Every node keeps an interval
per number and a set of codes per category; the distance of a query to that box is a lower bound of its distance to
every row inside, so whole nodes are passed over (Bentley 1975, k-d trees; Guttman 1984, bounding boxes).

The bound adds up its columns in the order in which distances do, and rounding never turns a smaller sum into a larger
one: the bound holds for the computed distances to the last bit, not only for the exact ones.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.neighbours.coarse import BLOCK, Blocks, Table, coarsen, in_parts, unfilled
from synthaudit.runtime.jit import jit
from synthaudit.types import FloatArray, IntArray, Points

Sets = npt.NDArray[np.uint64]

_SAMPLE = 48
"""Rows by which a node chooses its column and the place to split it."""
_FIRST = 16_384
"""Rows by which the upper part of a large tree is grown."""
_FIRST_LEAF = 16
"""Of these rows, those that are not split further."""
BITS = np.int32(63)
"""A set of codes is a 64-bit word; codes that share their last six bits share a bit, which loosens a bound only."""


class Boxes(NamedTuple):
    """What the rows of each node lie within."""

    low: FloatArray
    """(nodes, p) smallest numbers."""
    high: FloatArray
    """(nodes, p) largest numbers."""
    levels: Sets
    """(nodes, q) sets of codes."""


class BlockTree(NamedTuple):
    """Rows in leaf order and the boxes above them."""

    start: IntArray
    """(nodes,) first of its rows in leaf order."""
    stop: IntArray
    """(nodes,) one past the last."""
    left: IntArray
    """(nodes,) left child, followed by the right one; in leaf number i, from 0, it is -1 - i."""
    boxes: Boxes
    first: IntArray
    """(nodes,) smallest position in the table."""
    leaves: Blocks
    """Leaf after leaf, the rows of each in the order of the table."""
    depth: int


@jit
def _spread(
    table: Table, order: IntArray, start: int, stop: int, chosen: IntArray, sample: FloatArray
) -> tuple[int, float]:
    """The column that spreads most over a sample of the node's rows, and where to split it; column -1 for none.

    Numbers count by twice their variance and codes by their Gini impurity: both are the mean contribution of two
    random rows to a squared distance. Codes that share their last six bits count as one, as they do in boxes.
    """
    numeric, codes = table.numeric, table.codes
    p, q = numeric.shape[1], codes.shape[1]
    n = min(len(sample), stop - start)
    step = (stop - start) / n
    for j in range(n):
        chosen[j] = order[start + int(j * step)]
    best, column = 0.0, -1
    times = np.zeros(BITS + 1, dtype=np.int64)
    for c in range(p + q):
        if c < p:
            mean, square = 0.0, 0.0
            for j in range(n):
                value = numeric[chosen[j], c]
                mean += value
                square += value * value
            score = 2.0 * (square / n - (mean / n) ** 2)
        else:
            pairs = 0
            for j in range(n):
                code = codes[chosen[j], c - p] & BITS
                pairs += times[code]
                times[code] += 1
            for j in range(n):
                times[codes[chosen[j], c - p] & BITS] = 0
            score = 1.0 - (2.0 * pairs + n) / (n * n)
        if score > best + 1e-12:
            best, column = score, c
    if column < 0:
        return -1, 0.0
    for j in range(n):
        sample[j] = numeric[chosen[j], column] if column < p else codes[chosen[j], column - p]
    ascending = np.sort(sample[:n])
    middle = (n - 1) // 2
    # Both sides must get a row: the largest value cannot be the last on the left.
    while ascending[middle] == ascending[n - 1]:
        middle -= 1
    return column, ascending[middle]


@jit
def _any_spread(table: Table, order: IntArray, start: int, stop: int) -> tuple[int, float]:
    """A column in which any two rows of the node differ, and its smallest value there; column -1 for none."""
    numeric, codes = table.numeric, table.codes
    p, q = numeric.shape[1], codes.shape[1]
    for c in range(p + q):
        low = high = numeric[order[start], c] if c < p else float(codes[order[start], c - p])
        for i in range(start + 1, stop):
            value = numeric[order[i], c] if c < p else float(codes[order[i], c - p])
            low, high = min(low, value), max(high, value)
        if low < high:
            return c, low
    return -1, 0.0


@jit
def _split(
    table: Table, order: IntArray, nodes: IntArray, cuts: FloatArray, leaf: int, halve: bool
) -> tuple[IntArray, FloatArray]:
    """Split what holds more than ``leaf`` rows, on and on; rows are put into leaf order in ``order``.

    ``nodes`` are (3, nodes) start, stop and left child (-1 in a leaf), ``cuts`` (2, nodes) column and largest value on
    the left; both come back with what was added. Rows that are all the same are cut in their middle, or with ``halve``
    False not at all.
    """
    numeric, codes = table.numeric, table.codes
    p = numeric.shape[1]
    spare = np.empty(len(order), dtype=np.int64)
    chosen, sample = np.empty(_SAMPLE, dtype=np.int64), np.empty(_SAMPLE)
    n_nodes, at = nodes.shape[1], 0
    # Nodes are split in the order in which they were made: children always come after their parent.
    while at < n_nodes:
        start, stop = nodes[0, at], nodes[1, at]
        if nodes[2, at] < 0 and stop - start > leaf:
            column, cut = _spread(table, order, start, stop, chosen, sample)
            if column < 0:
                column, cut = _any_spread(table, order, start, stop)
            if column < 0 and not halve:
                at += 1
                continue
            # Rows keep their order on both sides, so a leaf's rows stay in the order of the table.
            n_left, n_right = 0, 0
            for i in range(start, stop if column >= 0 else start):
                row = order[i]
                value = numeric[row, column] if column < p else float(codes[row, column - p])
                if value <= cut:
                    order[start + n_left] = row
                    n_left += 1
                else:
                    spare[n_right] = row
                    n_right += 1
            order[start + n_left : start + n_left + n_right] = spare[:n_right]
            n_left = n_left if column >= 0 else (stop - start) // 2
            if n_nodes + 2 > nodes.shape[1]:
                more = max(n_nodes, 1_024)
                nodes = np.concatenate((nodes, np.empty((3, more), dtype=np.int64)), axis=1)
                cuts = np.concatenate((cuts, np.empty((2, more))), axis=1)
            middle = start + n_left
            cuts[0, at], cuts[1, at] = column, cut
            nodes[2, at] = n_nodes
            nodes[0, n_nodes], nodes[1, n_nodes], nodes[2, n_nodes] = start, middle, -1
            nodes[0, n_nodes + 1], nodes[1, n_nodes + 1], nodes[2, n_nodes + 1] = middle, stop, -1
            n_nodes += 2
        at += 1
    return nodes[:, :n_nodes].copy(), cuts[:, :n_nodes].copy()


@jit
def _fall(table: Table, left: IntArray, cuts: FloatArray, leaf: IntArray, first: int, end: int) -> None:
    """Write the node in which each of the rows ``first`` to ``end`` comes to rest."""
    numeric, codes = table.numeric, table.codes
    p = numeric.shape[1]
    for row in range(first, end):
        node = 0
        while left[node] >= 0:
            column = int(cuts[0, node])
            value = numeric[row, column] if column < p else float(codes[row, column - p])
            node = left[node] + (0 if value <= cuts[1, node] else 1)
        leaf[row] = node


@jit
def _gather(leaf: IntArray, nodes: IntArray) -> IntArray:
    """Leaf order of rows that have come to rest, and the numbers of ``nodes`` to go with it."""
    count = np.zeros(nodes.shape[1], dtype=np.int64)
    for node in leaf:
        count[node] += 1
    # Children come after their parent.
    for node in range(len(count) - 1, -1, -1):
        child = nodes[2, node]
        if child >= 0:
            count[node] = count[child] + count[child + 1]
    nodes[0, 0], nodes[1, 0] = 0, len(leaf)
    for node in range(len(count)):
        child = nodes[2, node]
        if child >= 0:
            middle = nodes[0, node] + count[child]
            nodes[0, child], nodes[1, child] = nodes[0, node], middle
            nodes[0, child + 1], nodes[1, child + 1] = middle, nodes[1, node]
    free, order = nodes[0].copy(), np.empty(len(leaf), dtype=np.int64)
    for row in range(len(leaf)):
        order[free[leaf[row]]] = row
        free[leaf[row]] += 1
    return order


@jit
def _leaf_boxes(boxes: Boxes, blocks: Blocks, nodes: IntArray, first: int, end: int) -> None:
    """Write what the leaves ``first`` to ``end`` hold, which are these of the nodes."""
    numeric, codes, order = blocks.table.numeric, blocks.table.codes, blocks.row
    low, high, levels = boxes.low, boxes.high, boxes.levels
    p, q = numeric.shape[1], codes.shape[1]
    for leaf in range(first, end):
        node = nodes[leaf]
        for j in range(blocks.start[leaf], blocks.stop[leaf]):
            row = order[j]
            for c in range(p):
                value = numeric[row, c]
                low[node, c], high[node, c] = min(low[node, c], value), max(high[node, c], value)
            for c in range(q):
                levels[node, c] |= np.uint64(1) << np.uint64(codes[row, c] & BITS)


@jit
def _inner_boxes(boxes: Boxes, left: IntArray, first: IntArray) -> int:
    """Write what the other nodes hold, and their first row, from what their children do; gives the depth."""
    low, high, levels = boxes.low, boxes.high, boxes.levels
    level = np.zeros(len(left), dtype=np.int64)
    for node in range(len(left) - 1, -1, -1):
        child = left[node]
        if child < 0:
            continue
        level[node] = max(level[child], level[child + 1]) + 1
        first[node] = min(first[child], first[child + 1])
        for c in range(low.shape[1]):
            low[node, c] = min(low[child, c], low[child + 1, c])
            high[node, c] = max(high[child, c], high[child + 1, c])
        for c in range(levels.shape[1]):
            levels[node, c] = levels[child, c] | levels[child + 1, c]
    return int(level[0])


def grow(rows: Points, jobs: int = 1) -> BlockTree:
    """The tree of at least one row, without NaN.

    A large tree is split by some of its rows first, which the others follow: they need not be looked at on every
    level.
    """
    table, m = Table(numeric=rows.numeric, codes=rows.codes), len(rows)
    order = np.arange(m) if m <= _FIRST else np.linspace(0, m - 1, _FIRST).astype(np.int64)
    nodes, cuts = np.array([[0], [len(order)], [-1]]), np.zeros((2, 1))
    if m > _FIRST:
        nodes, cuts = _split(table, order, nodes, cuts, _FIRST_LEAF, False)
        leaf = np.empty(m, dtype=np.int64)
        in_parts(m, jobs, partial(_fall, table, nodes[2], cuts, leaf), _FIRST)
        order = _gather(leaf, nodes)
    nodes, _ = _split(table, order, nodes, cuts, BLOCK, True)
    start, stop, left = nodes
    at_leaf = np.flatnonzero(left < 0)
    left[at_leaf] = -1 - np.arange(len(at_leaf))
    leaves, first = unfilled(table, order, start[at_leaf], stop[at_leaf]), order[start]
    boxes = Boxes(
        low=np.full((len(left), table.numeric.shape[1]), np.inf),
        high=np.full((len(left), table.numeric.shape[1]), -np.inf),
        levels=np.zeros((len(left), table.codes.shape[1]), dtype=np.uint64),
    )

    def fill(begin: int, end: int) -> None:
        _leaf_boxes(boxes, leaves, at_leaf, begin, end)
        coarsen(leaves, begin, end)

    in_parts(len(at_leaf), jobs, fill)
    depth = _inner_boxes(boxes, left, first)
    return BlockTree(start=start, stop=stop, left=left, boxes=boxes, first=first, leaves=leaves, depth=depth)
