"""Rows in one byte a cell: lower bounds of distances, at a tenth of the time that distances take.

A number is known to lie in one of 256 intervals of equal width, and two numbers are at least as far apart as the
intervals between theirs are wide; codes that differ in their last byte differ (the vector approximation file of Weber,
Schek and Blott 1998, section 4). Only rows whose bound is no larger than the distance asked for are then measured, in
float64: the answer is that of measuring them all, to the last bit.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from synthaudit.runtime.jit import jit, wide
from synthaudit.types import CodeArray, FloatArray, IntArray

Bytes = npt.NDArray[np.uint8]
Sums = npt.NDArray[np.uint16]

BLOCK = 128
"""Rows whose bounds are added up side by side; a multiple of what the processor adds at once."""
_LARGEST = 65_535
"""A sum of bounds must fit into two bytes, or it would begin again at nought."""
_BYTE = np.int32(255)
_SAMPLE = 4_096
"""Rows by which the scale is chosen."""
_ENDS = (0.01, 0.99)
"""Quantiles between which intervals lie: a few numbers far out would leave too few of them for all others."""
_GROUP = 8
"""Columns that are added up between two looks at whether any row can still be near."""


class Scale(NamedTuple):
    """How numbers become intervals; bounds are whole numbers of units."""

    low: FloatArray
    """(p,) where the first interval begins."""
    per_unit: float
    """Intervals that one unit of distance spans, the same in every column."""
    last: int
    """Of the intervals, counted from 0; numbers beyond either end lie in the first and the last."""


class Table(NamedTuple):
    """Points as kernels take them."""

    numeric: FloatArray
    """(n, p)"""
    codes: CodeArray
    """(n, q)"""


class Blocks(NamedTuple):
    """Rows in blocks of one to 128, and each block's cells in one byte."""

    table: Table
    row: IntArray
    """(m,) position of each row in the table, block by block."""
    start: IntArray
    """(blocks,) first of its rows in this order."""
    stop: IntArray
    """(blocks,) one past the last."""
    cells: Bytes
    """(blocks, q + p, 128) codes, then numbers; a block of fewer rows is filled up with its first."""
    scale: Scale


class Metric(NamedTuple):
    """How distances, and their bounds, are counted."""

    n_codes: int
    """q, the columns that come first."""
    unit: float
    """How many units of a bound one (squared) distance is worth."""
    squared: bool
    """L2, whose root is left to the end."""


def metric_of(blocks: Blocks, squared: bool) -> Metric:
    """The metric on the scale of these rows."""
    per_unit = blocks.scale.per_unit
    unit = per_unit * (per_unit / 256.0) if squared else per_unit
    return Metric(n_codes=blocks.table.codes.shape[1], unit=unit, squared=squared)


def unfilled(table: Table, row: IntArray, start: IntArray, stop: IntArray) -> Blocks:
    """Blocks whose cells :func:`coarsen` has yet to write."""
    (_, p), (_, q) = table.numeric.shape, table.codes.shape
    cells = np.empty((len(start), q + p, BLOCK), dtype=np.uint8)
    return Blocks(table=table, row=row, start=start, stop=stop, cells=cells, scale=scale_of(table.numeric, q))


def in_parts(n: int, jobs: int, work: Callable[[int, int], None], size: int = 128) -> None:
    """Call ``work`` on ranges that make up 0 to n, in threads."""
    Parallel(n_jobs=jobs if n > size else 1, prefer="threads")(
        delayed(work)(at, min(at + size, n)) for at in range(0, n, size)
    )


def scale_of(numeric: FloatArray, n_codes: int) -> Scale:
    """The finest scale whose bounds of these (m, p) numbers and so many codes can be added up, m at least 1."""
    some = numeric[:: max(1, len(numeric) // _SAMPLE)]
    low, high = np.quantile(some, _ENDS, axis=0) if len(numeric[0]) else np.empty((2, 0))
    widest = float((high - low).max(initial=0.0))
    last = min(255, _LARGEST // max(len(low) + n_codes, 1))
    # One unit of distance, which a mismatch of codes is, must not span more intervals than there are.
    return Scale(low=low, per_unit=last / max(widest, 1.0), last=last)


@jit
def coarsen(blocks: Blocks, first: int, end: int) -> None:
    """Write the cells of the blocks ``first`` to ``end``."""
    numeric, codes = blocks.table.numeric, blocks.table.codes
    row, cells, low = blocks.row, blocks.cells, blocks.scale.low
    per_unit, last = blocks.scale.per_unit, float(blocks.scale.last)
    p, q = numeric.shape[1], codes.shape[1]
    for b in range(first, end):
        start = blocks.start[b]
        size = blocks.stop[b] - start
        for c in range(q):
            for j in range(size):
                cells[b, c, j] = codes[row[start + j], c] & _BYTE
        for c in range(p):
            for j in range(size):
                place = (numeric[row[start + j], c] - low[c]) * per_unit
                cells[b, q + c, j] = int(min(max(place, 0.0), last))
        # What fills up a block is as near as its first row, so that it is never what keeps the block from being left.
        for c in range(q + p):
            for j in range(size, BLOCK):
                cells[b, c, j] = cells[b, c, 0]


@jit
def as_bytes(table: Table, scale: Scale) -> Bytes:
    """(n, q + p) cells of queries on the scale of the rows."""
    numeric, codes, low, per_unit = table.numeric, table.codes, scale.low, scale.per_unit
    n, p = numeric.shape
    q = codes.shape[1]
    cells = np.empty((n, q + p), dtype=np.uint8)
    for i in range(n):
        for c in range(q):
            cells[i, c] = codes[i, c] & _BYTE
        for c in range(p):
            place = (numeric[i, c] - low[c]) * per_unit
            cells[i, q + c] = int(min(max(place, 0.0), float(scale.last)))
    return cells


@jit
def units(distance: float, unit: float) -> int:
    """The largest bound of a row that may be this near."""
    # Intervals and distances are rounded: by far less than this.
    exact = distance * unit * (1.0 + 1e-9) + 1e-6
    return _LARGEST if exact >= _LARGEST else int(exact)


@jit
def add_bounds(bounds: Sums, queries: Bytes, i: int, rows: Bytes, block: int, metric: Metric, most: int) -> bool:
    """Write the bounds between query i and the rows of a block into ``bounds``, unless all of them exceed ``most``.

    Arithmetic stays within 8 and 16 bits, whatever the width that numba gives it first: every step is cut back.
    Whole arrays are indexed: every part that is taken from an array counts references to it, which takes longer than
    the sums.

    Returns
    -------
    bool
        Whether any bound is at most ``most``; if not, ``bounds`` is of no use.
    """
    wide()
    n_columns, n_codes, squared = queries.shape[1], metric.n_codes, metric.squared
    missed = np.uint16(int(metric.unit))
    for j in range(BLOCK):
        bounds[j] = 0
    for c in range(n_codes):
        code = queries[i, c]
        for j in range(BLOCK):
            bounds[j] += missed if rows[block, c, j] != code else np.uint16(0)
    for first in range(n_codes, n_columns, _GROUP):
        least = np.uint16(_LARGEST)
        for j in range(BLOCK):
            least = min(least, bounds[j])
        if least > most:
            return False
        for c in range(first, min(first + _GROUP, n_columns)):
            place = queries[i, c]
            for j in range(BLOCK):
                other = rows[block, c, j]
                apart = np.uint8(other - place) if other > place else np.uint8(place - other)
                # Numbers of neighbouring intervals may be next to each other.
                apart = np.uint8(apart - 1) if apart > 0 else np.uint8(0)
                if squared:
                    # Cut short, so that as many columns can be added up as without the square.
                    bounds[j] += np.uint16(np.uint16(np.uint16(apart) * np.uint16(apart)) >> np.uint16(8))
                else:
                    bounds[j] += np.uint16(apart)
    least = np.uint16(_LARGEST)
    for j in range(BLOCK):
        least = min(least, bounds[j])
    return bool(least <= most)
