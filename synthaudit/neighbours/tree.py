"""An exact block tree over mixed rows: boxes whose gap to a query says that no row inside can be near.

Rows are split at the median of the column that spreads most until a leaf holds a few. Every node keeps an interval
per number and a set of codes per category; the distance of a query to that box is a lower bound of its distance to
every row inside, so whole nodes are passed over (Bentley 1975, k-d trees; Guttman 1984, bounding boxes).

The bound adds up its columns in the order in which distances do, and rounding never turns a smaller sum into a larger
one: the bound holds for the computed distances to the last bit, not only for the exact ones.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.compiled import jit
from synthaudit.neighbours.sums import add_up
from synthaudit.types import CodeArray, FloatArray, IntArray

_LEAF = 128
"""Rows that are not split further."""
_SAMPLE = 48
"""Rows by which a node chooses its column and the place to split it."""
NO_LIMIT = np.iinfo(np.int64).max
_BITS = np.int32(63)
"""A set of codes is a 64-bit word; codes that share their last six bits share a bit, which loosens a bound only."""


class BlockTree(NamedTuple):
    """Rows in leaf order and the boxes above them."""

    numeric: FloatArray
    """(leaves, p, 128) numbers; a leaf of fewer rows is filled up with zeros that nobody reads."""
    codes: CodeArray
    """(leaves, q, 128) codes, likewise."""
    row: IntArray
    """(m,) position of each row in the table, leaf by leaf, ascending within a leaf."""
    start: IntArray
    """(nodes,) first of its rows in leaf order."""
    stop: IntArray
    """(nodes,) one past the last."""
    left: IntArray
    """(nodes,) left child, followed by the right one; in leaf number i, from 0, it is -1 - i."""
    low: FloatArray
    """(nodes, p) smallest numbers."""
    high: FloatArray
    """(nodes, p) largest numbers."""
    levels: npt.NDArray[np.uint64]
    """(nodes, q) sets of codes."""
    first: IntArray
    """(nodes,) smallest position in the table."""
    depth: int


@jit
def _spread(
    numeric: FloatArray, codes: CodeArray, order: IntArray, start: int, stop: int, sample: FloatArray
) -> tuple[int, float]:
    """The column that spreads most over a sample of the node's rows, and where to split it; column -1 for none.

    Numbers count by twice their variance and codes by their Gini impurity: both are the mean contribution of two
    random rows to a squared distance.
    """
    p, q = numeric.shape[1], codes.shape[1]
    n = min(len(sample), stop - start)
    step = (stop - start) / n
    best, column = 0.0, -1
    for c in range(p + q):
        if c < p:
            mean, square = 0.0, 0.0
            for j in range(n):
                value = numeric[order[start + int(j * step)], c]
                mean += value
                square += value * value
            score = 2.0 * (square / n - (mean / n) ** 2)
        else:
            for j in range(n):
                sample[j] = codes[order[start + int(j * step)], c - p]
            found = np.sort(sample[:n])
            run, pairs = 1, 0
            for j in range(1, n):
                if found[j] == found[j - 1]:
                    pairs += run
                    run += 1
                else:
                    run = 1
            score = 1.0 - (2.0 * pairs + n) / (n * n)
        if score > best + 1e-12:
            best, column = score, c
    if column < 0:
        return -1, 0.0
    for j in range(n):
        row = order[start + int(j * step)]
        sample[j] = numeric[row, column] if column < p else codes[row, column - p]
    found = np.sort(sample[:n])
    middle = (n - 1) // 2
    # Both sides must get a row: the largest value cannot be the last on the left.
    while found[middle] == found[n - 1]:
        middle -= 1
    return column, found[middle]


@jit
def _any_spread(numeric: FloatArray, codes: CodeArray, order: IntArray, start: int, stop: int) -> tuple[int, float]:
    """A column in which any two rows of the node differ, and its smallest value there; column -1 for none."""
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
def _split(numeric: FloatArray, codes: CodeArray, leaf: int, n_sample: int) -> tuple[IntArray, IntArray, int]:
    """Leaf order of the rows, (3, nodes) start, stop and left child of every node, and the depth."""
    m, p = numeric.shape
    order = np.arange(m).astype(np.int64)
    spare = np.empty(m, dtype=np.int64)
    sample = np.empty(n_sample)
    nodes = np.empty((3, 1024), dtype=np.int64)
    level = np.zeros(1024, dtype=np.int64)
    nodes[0, 0], nodes[1, 0], nodes[2, 0] = 0, m, -1
    n_nodes, at, depth = 1, 0, 0
    # Nodes are split in the order in which they were made: children always come after their parent.
    while at < n_nodes:
        start, stop = nodes[0, at], nodes[1, at]
        if stop - start > leaf:
            column, cut = _spread(numeric, codes, order, start, stop, sample)
            if column < 0:
                column, cut = _any_spread(numeric, codes, order, start, stop)
            # Rows keep their order on both sides, so a leaf's rows stay in the order of the table. Rows that are
            # all the same are cut in their middle.
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
                nodes = np.concatenate((nodes, np.empty_like(nodes)), axis=1)
                level = np.concatenate((level, np.zeros_like(level)))
            middle = start + n_left
            nodes[2, at] = n_nodes
            nodes[0, n_nodes], nodes[1, n_nodes], nodes[2, n_nodes] = start, middle, -1
            nodes[0, n_nodes + 1], nodes[1, n_nodes + 1], nodes[2, n_nodes + 1] = middle, stop, -1
            level[n_nodes] = level[n_nodes + 1] = level[at] + 1
            depth = max(depth, level[at] + 1)
            n_nodes += 2
        at += 1
    return order, nodes[:, :n_nodes].copy(), depth


@jit
def _boxes(
    numeric: FloatArray, codes: CodeArray, order: IntArray, nodes: IntArray, width: int
) -> tuple[FloatArray, CodeArray, FloatArray, FloatArray, npt.NDArray[np.uint64], IntArray]:
    """Rows laid out leaf by leaf, and what every node holds; leaves are numbered in ``nodes`` from -1 down."""
    p, q = numeric.shape[1], codes.shape[1]
    n_nodes, n_leaves = nodes.shape[1], 0
    for node in range(n_nodes):
        if nodes[2, node] < 0:
            n_leaves += 1
            nodes[2, node] = -n_leaves
    leaf_numeric, leaf_codes = np.zeros((n_leaves, p, width)), np.zeros((n_leaves, q, width), dtype=np.int32)
    low, high = np.full((n_nodes, p), np.inf), np.full((n_nodes, p), -np.inf)
    levels = np.zeros((n_nodes, q), dtype=np.uint64)
    first = np.empty(n_nodes, dtype=np.int64)
    # Children come after their parent, so from the end every node finds its children done.
    for node in range(n_nodes - 1, -1, -1):
        start, stop, child = nodes[0, node], nodes[1, node], nodes[2, node]
        if child >= 0:
            for c in range(p):
                low[node, c] = min(low[child, c], low[child + 1, c])
                high[node, c] = max(high[child, c], high[child + 1, c])
            for c in range(q):
                levels[node, c] = levels[child, c] | levels[child + 1, c]
            first[node] = min(first[child], first[child + 1])
            continue
        leaf = -child - 1
        for j in range(stop - start):
            row = order[start + j]
            for c in range(p):
                value = numeric[row, c]
                leaf_numeric[leaf, c, j] = value
                low[node, c], high[node, c] = min(low[node, c], value), max(high[node, c], value)
            for c in range(q):
                leaf_codes[leaf, c, j] = codes[row, c]
                levels[node, c] |= np.uint64(1) << np.uint64(codes[row, c] & _BITS)
        first[node] = order[start]
    return leaf_numeric, leaf_codes, low, high, levels, first


def grow(numeric: FloatArray, codes: CodeArray) -> BlockTree:
    """The tree of a table of at least one row, (m, p) numbers without NaN and (m, q) codes."""
    order, nodes, depth = _split(numeric, codes, _LEAF, _SAMPLE)
    leaf_numeric, leaf_codes, low, high, levels, first = _boxes(numeric, codes, order, nodes, _LEAF)
    return BlockTree(
        numeric=leaf_numeric,
        codes=leaf_codes,
        row=order,
        start=nodes[0],
        stop=nodes[1],
        left=nodes[2],
        low=low,
        high=high,
        levels=levels,
        first=first,
        depth=int(depth),
    )


@jit
def _gap(
    numbers: FloatArray,
    bits: npt.NDArray[np.uint64],
    low: FloatArray,
    high: FloatArray,
    levels: npt.NDArray[np.uint64],
    node: int,
    squared: bool,
    limit: float,
) -> float:
    """Distance of a query to a node's box, or anything above ``limit`` where it is above."""
    gap = 0.0
    # No branch depends on a column: which columns are apart cannot be foreseen.
    for c in range(len(bits)):
        gap += 1.0 if levels[node, c] & bits[c] == 0 else 0.0
    if gap > limit:
        return gap
    for c in range(len(numbers)):
        value = numbers[c]
        below, above = low[node, c] - value, value - high[node, c]
        off = below if below > above else above
        off = off if off > 0.0 else 0.0
        gap += off * off if squared else off
    return gap


def search(
    query_numeric: FloatArray,
    query_codes: CodeArray,
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
    compared = search_on(query_numeric, query_codes, tree, best, where, 0, squared, first_self, most)
    return best, where, compared


@jit
def search_on(
    query_numeric: FloatArray,
    query_codes: CodeArray,
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
    n, q = query_codes.shape
    k = best.shape[1]
    waiting = np.empty(tree.depth + 2, dtype=np.int64)
    gaps = np.empty(tree.depth + 2)
    total = np.empty(_LEAF)
    bits = np.empty(q, dtype=np.uint64)
    compared = 0
    for i in range(n):
        numbers, codes = query_numeric[i], query_codes[i]
        for c in range(q):
            bits[c] = np.uint64(1) << np.uint64(codes[c] & _BITS)
        if compared > most:
            break
        itself = first_self + i if first_self >= 0 else -1
        limit, last = best[i, k - 1], where[i, k - 1]
        waiting[0], gaps[0] = 0, 0.0
        n_waiting = 1
        while n_waiting > 0 and compared <= most:
            n_waiting -= 1
            node = waiting[n_waiting]
            gap = gaps[n_waiting]
            # At the limit itself only an earlier row could still displace the last one.
            if gap > limit or (gap == limit and tree.first[node] + offset > last):
                continue
            child = tree.left[node]
            if child >= 0:
                one = _gap(numbers, bits, tree.low, tree.high, tree.levels, child, squared, limit)
                two = _gap(numbers, bits, tree.low, tree.high, tree.levels, child + 1, squared, limit)
                near, far = (child, child + 1) if one <= two else (child + 1, child)
                waiting[n_waiting], gaps[n_waiting] = far, max(one, two)
                waiting[n_waiting + 1], gaps[n_waiting + 1] = near, min(one, two)
                n_waiting += 2
                continue
            start, size = tree.start[node], tree.stop[node] - tree.start[node]
            compared += size
            if not add_up(total, query_numeric, query_codes, i, tree.numeric, tree.codes, -child - 1, squared, limit):
                continue
            for j in range(size):
                found = total[j]
                if found > limit:
                    continue
                row = tree.row[start + j] + offset
                if row == itself or (found == limit and row > last):
                    continue
                slot = k - 1
                while slot > 0 and (
                    best[i, slot - 1] > found or (best[i, slot - 1] == found and where[i, slot - 1] > row)
                ):
                    best[i, slot] = best[i, slot - 1]
                    where[i, slot] = where[i, slot - 1]
                    slot -= 1
                best[i, slot] = found
                where[i, slot] = row
                limit, last = best[i, k - 1], where[i, k - 1]
    return compared
