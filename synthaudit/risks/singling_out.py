"""Singling out: descriptions read off single rows that fit exactly one person."""

import numpy as np

from synthaudit.encoding import QuantileSpace, distance_columns, doubled_ranks
from synthaudit.types import BoolArray, Cells, FloatArray, IntArray, Schema

N_PREDICATES = 2_000
_MOST_COLUMNS = 4
_WITHIN = 100
"""A number is described by one hundredth of the ranks on either side, or by a tail."""
_TAIL = 50
"""One of so many lies in a tail, on each side."""


def singled_out(
    schema: Schema,
    space: QuantileSpace,
    candidates: Cells,
    unit: IntArray,
    rows: Cells,
    rows_unit: IntArray,
    rng: np.random.Generator,
) -> BoolArray:
    """Draw descriptions of single rows and see whom they fit alone.

    Parameters
    ----------
    space : QuantileSpace
        The scale of the numbers, fitted on the real rows.
    candidates : Cells
        n rows of the people asked about.
    unit : (n,) array of int
        Whose row it is, numbered from 0.
    rows : Cells
        m rows that descriptions are read off.
    rows_unit : (m,) array of int
        Whose rows they are, -1 for nobody among the candidates: a description of a person's own row is held against the
        others, and does not single that person out.
    rng : numpy.random.Generator
        Draws, for each of 2,000 descriptions, a row and one to four columns.

    Returns
    -------
    (n_units,) array of bool
        Units that at least one description fits, and nobody else.

    Notes
    -----
    A category is described by its level, missing being one. A number is described by the ranks that differ from its own
    by at most .01, or, where it lies in the outer 2 % of its column in ``rows``, by everything as large or as small as
    it; a missing number by being missing.
    """
    used = np.flatnonzero(distance_columns(schema))
    codes = np.ascontiguousarray(candidates.codes.T)
    values = np.ascontiguousarray(candidates.values.T)
    scale = dict(zip(space.numbers.tolist(), space.ascending, strict=True))
    ranks = {c: doubled_ranks(values[c], a) for c, a in scale.items()}
    places = {c: doubled_ranks(rows.values[:, c], a) for c, a in scale.items()}
    tails = {c: _tails(rows.values[:, c]) for c in scale}

    def fits(column: int, row: int, among: IntArray | slice) -> BoolArray:
        """Which of the candidate rows ``among`` agree with a row on one column."""
        value = rows.values[row, column]
        if column not in scale or np.isnan(value):
            return np.asarray(codes[column][among] == rows.codes[row, column])
        if tails[column][row]:
            beyond = np.greater_equal if tails[column][row] > 0 else np.less_equal
            return np.asarray(beyond(values[column][among], value))
        # Doubled ranks: |u - v| <= 1/100 without a division.
        within = np.abs(ranks[column][among] - places[column][row]) <= 2 * len(scale[column]) // _WITHIN
        return np.asarray(within & (codes[column][among] > 0))

    alone = np.zeros(int(unit.max()) + 1, dtype=np.bool_)
    for row in rng.integers(len(rows), size=N_PREDICATES):
        chosen = rng.permutation(used)[: rng.integers(1, min(_MOST_COLUMNS, len(used)) + 1)]
        left = np.flatnonzero(fits(int(chosen[0]), int(row), slice(None)))
        for column in chosen[1:]:
            left = left[fits(int(column), int(row), left)]
        if rows_unit[row] >= 0:
            left = left[unit[left] != rows_unit[row]]
        if len(left) and (unit[left] == unit[left[0]]).all():
            alone[unit[left[0]]] = True
    return alone


def _tails(values: FloatArray) -> IntArray:
    """(m,) 1 in the upper tail of the column's own values, -1 in the lower one, else 0."""
    ascending = np.sort(values[~np.isnan(values)])
    doubled, n = doubled_ranks(values, ascending).astype(np.int64), len(ascending)
    tails = (_TAIL * (2 * n - doubled) <= 2 * n).astype(np.int64) - (_TAIL * doubled <= 2 * n)
    tails[np.isnan(values)] = 0
    return tails
