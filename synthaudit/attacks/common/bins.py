"""Cells of a few columns at a time: numbers in quantile bins, everything else by level, and how often each occurs.

All of it is label-blind and knows no order of rows: bins come from release and reference pooled, which swapping the
two does not change either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from synthaudit.encoding import number_columns
from synthaudit.types import AttackerView, Cells, FloatArray, IntArray

_DENSE = 1 << 18
"""Tables of up to this many cells are counted in one array; larger ones by sorting what occurs."""
_LARGEST_KEY = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binned:
    """Three tables as levels 0, ..., ``n_levels[c] - 1`` of each column c."""

    candidates: IntArray
    """(d, n), like the other two one row per column."""
    synthetic: IntArray
    reference: IntArray
    n_levels: IntArray
    """(d,)"""
    own: int
    """1 where candidate i is row i of the reference and is not compared with itself, else 0."""


def binned(candidates: Cells, view: AttackerView, n_bins: int | None) -> Binned:
    """Number the levels of every column.

    Numbers and times fall into about ``n_bins`` bins that hold equal shares of release and reference pooled; a value
    that holds a whole share by itself has a bin of its own. Every other cell is its own level. Missing cells are one
    level, and among exact cells what neither table holds is one level.

    Parameters
    ----------
    candidates : Cells
        n rows.
    view : AttackerView
        Its m synthetic and n_R reference rows.
    n_bins : int or None
        At least 1; None = numbers are their own levels, too.
    """
    tables = (candidates, view.synthetic, view.reference)
    in_bins = number_columns(view.schema) & (n_bins is not None)
    columns = [
        _bins([t.values[:, c] for t in tables], n_bins or 1) if is_number else _levels([t.codes[:, c] for t in tables])
        for c, is_number in enumerate(in_bins)
    ]
    x, s, r = (np.stack([column[t] for column in columns]) for t in range(3))
    n_levels = np.array([max(int(part.max(initial=0)) for part in column) + 1 for column in columns], dtype=np.int64)
    return Binned(candidates=x, synthetic=s, reference=r, n_levels=n_levels, own=int(view.reference_is_candidates))


def cell_counts(table: Binned, columns: Sequence[int]) -> tuple[IntArray, IntArray]:
    """How many rows share a candidate's cell of these columns.

    Returns
    -------
    (n,), (n,) int
        Rows of the release, and rows of the reference without the candidate itself.

    Notes
    -----
    O(n + m + n_R) where the columns span few cells, with a logarithm more where they span many; memory O(n + m + n_R).
    """
    x, s, r = (np.zeros(t.shape[1], dtype=np.int64) for t in (table.candidates, table.synthetic, table.reference))
    size = 1
    for c in columns:
        levels = int(table.n_levels[c])
        if size > _LARGEST_KEY // levels:
            x, s, r, size = _renumbered(x, s, r)
        x = x * levels + table.candidates[c]
        s = s * levels + table.synthetic[c]
        r = r * levels + table.reference[c]
        size *= levels
    if size > _DENSE:
        x, s, r, size = _renumbered(x, s, r)
    in_synthetic, in_reference = (np.bincount(key, minlength=size)[x] for key in (s, r))
    return in_synthetic, in_reference - table.own


def log_lift(in_synthetic: IntArray, in_reference: IntArray, m: int, n_reference: int) -> FloatArray:
    """``log((c_S + a) / (m + 2 a)) - log((c_R + b) / (n_R + 2 b))``, a = m / (m + n_R), b = n_R / (m + n_R).

    With tables of one size a = b = 1/2. At any sizes a cell that nobody holds scores 0, equal tables score 0, and
    swapped tables score the negative, all to the last bit.

    Examples
    --------
    >>> import numpy as np
    >>> log_lift(np.array([0, 3, 12]), np.array([0, 3, 2]), 99, 99).round(3)
    array([0.   , 0.   , 1.609])
    """
    a, b = m / (m + n_reference), n_reference / (m + n_reference)
    in_both = np.log((in_synthetic + a) / (m + 2 * a)) - np.log((in_reference + b) / (n_reference + 2 * b))
    return np.asarray(in_both, dtype=np.float64)


def column_sets(d: int, size: int, most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Up to ``most`` different sets of ``size`` of d columns, each ascending; all of them where there are no more.

    Sets are cut from shuffled columns, so that every column occurs equally often, up to one and to repeats left out.
    """
    if not 1 <= size <= d:
        return []
    if comb(d, size) <= most:
        return list(combinations(range(d), size))
    drawn: dict[tuple[int, ...], None] = {}
    for _ in range(-(-most // (d // size))):
        shuffled = rng.permutation(d)[: d // size * size].reshape(-1, size)
        drawn.update(dict.fromkeys(tuple(int(c) for c in row) for row in np.sort(shuffled, axis=1)))
    return list(drawn)[:most]


def _bins(values: Sequence[FloatArray], n_bins: int) -> list[IntArray]:
    """Missing is 0, bins count from 1."""
    pooled = np.sort(np.concatenate(values[1:]))
    pooled = pooled[~np.isnan(pooled)]
    cuts = pooled[np.arange(1, n_bins) * len(pooled) // n_bins] if len(pooled) else pooled
    edges, repeats = np.unique(cuts, return_counts=True)
    # A value that is a cut twice fills a bin: the next bin begins right above it.
    edges = np.unique(np.concatenate([edges, np.nextafter(edges[repeats > 1], np.inf)]))
    return [np.where(np.isnan(v), 0, np.searchsorted(edges, v, side="right") + 1).astype(np.int64) for v in values]


def _levels(codes: Sequence[np.ndarray]) -> list[IntArray]:
    """Levels of release and reference from 0, and one more for what neither holds."""
    known = np.unique(np.concatenate(codes[1:]))
    places = [np.minimum(np.searchsorted(known, c), len(known) - 1) for c in codes]
    x, s, r = (np.where(known[p] == c, p, len(known)).astype(np.int64) for p, c in zip(places, codes, strict=True))
    # Negative codes are cells without a code: two of them need not be equal.
    return [np.where(codes[0] < 0, len(known), x), s, r]


def _renumbered(x: IntArray, s: IntArray, r: IntArray) -> tuple[IntArray, IntArray, IntArray, int]:
    """The same keys as small numbers, and how many there are."""
    keys = np.concatenate([x, s, r])
    order = np.argsort(keys)
    ascending = keys[order]
    number = np.empty(len(keys), dtype=np.int64)
    number[order] = np.cumsum(np.concatenate([[0], ascending[1:] != ascending[:-1]]))
    x, s, r = np.split(number, [len(x), len(x) + len(s)])
    return x, s, r, int(number.max()) + 1
