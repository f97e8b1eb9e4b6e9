"""Singling out: descriptions read off single rows that fit exactly one person."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import QuantileSpace, distance_columns, doubled_ranks
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray, Schema

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
    descriptions = _Descriptions.of(space, candidates, rows)
    is_alone = np.zeros(int(unit.max()) + 1, dtype=np.bool_)
    for row in rng.integers(len(rows), size=N_PREDICATES):
        chosen = rng.permutation(used)[: rng.integers(1, min(_MOST_COLUMNS, len(used)) + 1)]
        fitting = np.flatnonzero(descriptions.fit(int(chosen[0]), int(row), slice(None)))
        for column in chosen[1:]:
            fitting = fitting[descriptions.fit(int(column), int(row), fitting)]
        if rows_unit[row] >= 0:
            fitting = fitting[unit[fitting] != rows_unit[row]]
        if len(fitting) and (unit[fitting] == unit[fitting[0]]).all():
            is_alone[unit[fitting[0]]] = True
    return is_alone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Descriptions:
    """What rows and the people asked about are compared by, column by column."""

    rows: Cells
    codes: CodeArray
    """(d, n) of the people asked about."""
    values: FloatArray
    """(d, n)"""
    ranks: Mapping[int, CodeArray]
    """Of each column of numbers: doubled ranks of the people,"""
    row_ranks: Mapping[int, CodeArray]
    """of the rows,"""
    tails: Mapping[int, IntArray]
    """in which tail the rows lie,"""
    within: Mapping[int, int]
    """and the largest difference of doubled ranks that still fits."""

    @classmethod
    def of(cls, space: QuantileSpace, candidates: Cells, rows: Cells) -> "_Descriptions":
        values = np.ascontiguousarray(candidates.values.T)
        scale = dict(zip(space.numbers.tolist(), space.ascending, strict=True))
        return cls(
            rows=rows,
            codes=np.ascontiguousarray(candidates.codes.T),
            values=values,
            ranks={c: doubled_ranks(values[c], ascending) for c, ascending in scale.items()},
            row_ranks={c: doubled_ranks(rows.values[:, c], ascending) for c, ascending in scale.items()},
            tails={c: _tails(rows.values[:, c]) for c in scale},
            # Doubled ranks: |u - v| <= 1/100 without a division.
            within={c: 2 * len(ascending) // _WITHIN for c, ascending in scale.items()},
        )

    def fit(self, column: int, row: int, among: IntArray | slice) -> BoolArray:
        """Which of the people ``among`` all agree with a row on one column."""
        value = self.rows.values[row, column]
        if column not in self.ranks or np.isnan(value):
            return np.asarray(self.codes[column][among] == self.rows.codes[row, column])
        if self.tails[column][row]:
            beyond = np.greater_equal if self.tails[column][row] > 0 else np.less_equal
            return np.asarray(beyond(self.values[column][among], value))
        is_near = np.abs(self.ranks[column][among] - self.row_ranks[column][row]) <= self.within[column]
        return np.asarray(is_near & (self.codes[column][among] > 0))


def _tails(values: FloatArray) -> IntArray:
    """(m,) 1 in the upper tail of the column's own values, -1 in the lower one, else 0."""
    ascending = np.sort(values[~np.isnan(values)])
    doubled, n = doubled_ranks(values, ascending).astype(np.int64), len(ascending)
    tails = (_TAIL * (2 * n - doubled) <= 2 * n).astype(np.int64) - (_TAIL * doubled <= 2 * n)
    tails[np.isnan(values)] = 0
    return tails
