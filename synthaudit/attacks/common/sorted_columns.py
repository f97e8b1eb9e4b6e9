"""Columns of numbers in order, in which a number's place is looked up millions of times."""

from typing import NamedTuple

import numpy as np

from synthaudit.runtime.jit import inlined
from synthaudit.types import FloatArray, IntArray

_BINS = 4_096
"""Of equal width in each column: a place is looked for within one of them."""


class SortedColumns(NamedTuple):
    """Columns in order, and an index into each; see :func:`sorted_columns`."""

    values: FloatArray
    """(q, N) in order, missing ones last."""
    size: IntArray
    """(q,) how many are there."""
    begins: IntArray
    """(q, bins + 1) how many values lie in the bins before each."""
    low: FloatArray
    """(q,) where the first bin begins."""
    per_unit: FloatArray
    """(q,) bins in one unit; 0 where all values share one bin."""


def sorted_columns(columns: FloatArray) -> SortedColumns:
    """Sort (N, q) columns, NaN for what is missing.

    Examples
    --------
    >>> columns = sorted_columns(np.array([[3.0], [np.nan], [1.0], [3.0]]))
    >>> columns.values.tolist(), columns.size.tolist()
    ([[1.0, 3.0, 3.0, nan]], [3])
    """
    values = np.ascontiguousarray(np.sort(columns, axis=0).T)
    size = (~np.isnan(columns)).sum(axis=0).astype(np.int64)
    begins = np.zeros((len(values), _BINS + 1), dtype=np.int64)
    low, per_unit = np.zeros(len(values)), np.zeros(len(values))
    for k, n in enumerate(size):
        present = values[k, :n]
        if n and np.isfinite(width := present[-1] - present[0]) and width > 0:
            low[k], per_unit[k] = present[0], min(_BINS / width, np.finfo(np.float64).max)
        # What rounds differently here than in the search would be looked for in a wrong bin: both multiply.
        bins = np.minimum((present - low[k]) * per_unit[k], _BINS - 1) if per_unit[k] else np.zeros(n)
        begins[k, 1:] = np.cumsum(np.bincount(bins.astype(np.int64), minlength=_BINS))
    return SortedColumns(values=values, size=size, begins=begins, low=low, per_unit=per_unit)


@inlined
def n_below(columns: SortedColumns, k: int, value: float, or_equal: bool) -> int:
    """How many values of column k are below a value that is there, or are equal to it as well."""
    place = (value - columns.low[k]) * columns.per_unit[k] if columns.per_unit[k] > 0.0 else 0.0
    # Below the first bin nothing is; beyond the last everything, and a comparison with a bin's ends says so.
    j = int(min(max(place, 0.0), float(columns.begins.shape[1] - 2)))
    low, high = columns.begins[k, j], columns.begins[k, j + 1]
    while low < high:
        middle = (low + high) // 2
        here = columns.values[k, middle]
        if here < value or (or_equal and here == value):
            low = middle + 1
        else:
            high = middle
    return int(low)
