"""Mixed tables to arrays: canonical cells, which decide identity, and points, which distances are taken between.

Everything here is label-blind: it is fitted on tables, never on who is a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.cells import fold_key, fold_text
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray, Kind, Points, Schema

NUMBERS = ("numeric", "datetime")
UNSEEN = np.int32(-1)
MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellEncoder:
    """Canonical cell -> code, one dictionary per column, fitted on all tables of an audit.

    Two cells get one code exactly if they are the same after harmonising how they were written: numbers are
    rounded to the fewest decimals that either side (real, synthetic) uses, text is compared after NFKC, casefold and
    strip, keys and sentences by their letters and digits alone. All of this
    would otherwise tell the sides apart by format, or hide a copy behind it.
    """

    schema: Schema
    decimals: tuple[int | None, ...]
    levels: tuple[pd.Index, ...]

    def encode(self, frame: pd.DataFrame) -> Cells:
        """Arrays of one table; cells that no fitted table holds get the code -1."""
        shape = (len(frame), len(self.schema.columns))
        codes = np.zeros(shape, dtype=np.int32)
        values = np.full(shape, np.nan)
        for i, column in enumerate(self.schema.columns):
            number, keys = _distinct_keys(frame[column.name], column.kind, self.decimals[i])
            if column.kind in NUMBERS:
                values[:, i] = np.append(keys, np.nan)[number]
            position = self.levels[i].get_indexer(pd.Index(keys))
            codes[:, i] = np.append(np.where(position < 0, UNSEEN, position + 1), 0)[number]
        return Cells(codes=codes, values=values)


def fit_cells(schema: Schema, real: Sequence[pd.DataFrame], synthetic: Sequence[pd.DataFrame]) -> CellEncoder:
    """Fit the dictionaries of canonical cells.

    Parameters
    ----------
    schema : Schema
        The audited columns.
    real, synthetic : sequences of DataFrame
        Every table of the audit by side; the order of tables and rows changes nothing.
    """
    decimals: list[int | None] = []
    levels: list[pd.Index] = []
    for column in schema.columns:
        places = None
        if column.kind == "numeric":
            sides = [np.unique(pd.concat([f[column.name] for f in side]).to_numpy(float)) for side in (real, synthetic)]
            places = min(decimals_of(numbers) for numbers in sides)
            places = None if places > MOST_DECIMALS else places
        keys = [_distinct_keys(f[column.name], column.kind, places)[1] for f in (*real, *synthetic)]
        decimals.append(places)
        # Each once before they are sorted: texts are compared one by one.
        levels.append(pd.Index(np.sort(pd.unique(np.concatenate(keys)))))
    return CellEncoder(schema=schema, decimals=tuple(decimals), levels=tuple(levels))


def keys_of(cells: pd.Series, kind: Kind, decimals: int | None) -> np.ndarray:
    """What cells are compared by: numbers rounded, text folded; NaN or None where missing."""
    if kind not in NUMBERS:
        number, keys = _distinct_keys(cells, kind, decimals)
        of_cell: npt.NDArray[np.object_] = np.append(keys, [None])[number]
        return of_cell
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        stamps = cells.to_numpy("datetime64[us]")
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(float))
    numbers = cells.to_numpy(float)
    # Adding zero turns -0.0 into 0.0.
    return (numbers if decimals is None else np.round(numbers, decimals)) + 0.0


def _distinct_keys(cells: pd.Series, kind: Kind, decimals: int | None) -> tuple[IntArray, np.ndarray]:
    """(n,) which key a cell has, -1 where missing, and the keys; texts that fold alike have one each."""
    if kind in NUMBERS:
        return pd.factorize(keys_of(cells, kind, decimals))
    number, texts = pd.factorize(cells.to_numpy(dtype=object))
    fold = fold_key if kind in ("text", "identifier") else fold_text
    is_text = np.array([isinstance(text, str) for text in texts], dtype=np.bool_)
    keys = np.array([fold(text) for text in texts[is_text]], dtype=object)
    return np.append(np.where(is_text, np.cumsum(is_text) - 1, -1), -1)[number], keys


def delivered_numbers(schema: Schema, frame: pd.DataFrame) -> FloatArray:
    """(n, d) numbers and times of a table with all their decimals, NaN where there is none."""
    columns = [
        keys_of(frame[c.name], c.kind, None) if c.kind in NUMBERS else np.full(len(frame), np.nan)
        for c in schema.columns
    ]
    return np.column_stack(columns).astype(np.float64)


def decimals_of(numbers: FloatArray) -> int:
    """Fewest decimals that write every number exactly; above MOST_DECIMALS where none does."""
    numbers = numbers[np.isfinite(numbers)]
    for places in range(MOST_DECIMALS + 1):
        numbers = numbers[np.round(numbers, places) != numbers]
        if not len(numbers):
            return places
    return MOST_DECIMALS + 1


def number_columns(schema: Schema) -> BoolArray:
    """(d,) mask of the columns whose cells are numbers or times."""
    return np.array([column.kind in NUMBERS for column in schema.columns], dtype=bool)


def distance_columns(schema: Schema) -> BoolArray:
    """(d,) mask of the columns that distances use: identifiers match exactly or not at all."""
    return np.array([column.kind != "identifier" for column in schema.columns], dtype=bool)


def canonical_order(cells: Cells, unit: IntArray | None = None) -> IntArray:
    """Row order by content, so that no result depends on the order of a file.

    Rows are sorted by their codes (and then by unit); a random draw over sorted rows is a random draw.
    """
    keys = [cells.codes[:, i].astype(np.int64) for i in reversed(range(cells.codes.shape[1]))]
    # lexsort takes its most important key last.
    return np.lexsort(keys if unit is None else [unit, *keys]).astype(np.int64)


def row_codes(tables: Mapping[str, Cells], columns: BoolArray) -> dict[str, IntArray]:
    """One integer per row of each table, equal exactly if the rows agree on all of ``columns``."""
    names = list(tables)
    stacked = np.concatenate([tables[name].codes[:, columns] for name in names])
    inverse = np.zeros(len(stacked), dtype=np.int64)
    for i in range(stacked.shape[1]):
        # Re-numbering after every column keeps the pair code far from overflow.
        pair = inverse * (np.int64(stacked[:, i].max(initial=0)) + 2) + stacked[:, i] + 1
        inverse = np.unique(pair, return_inverse=True)[1].reshape(-1).astype(np.int64)
    cuts = np.cumsum([len(tables[name]) for name in names])[:-1]
    return dict(zip(names, np.split(inverse, cuts), strict=True))


def midrank(values: FloatArray, ascending: FloatArray) -> FloatArray:
    """Share of ``ascending`` below each value plus half of the share equal to it, in [0, 1]."""
    below, upto = places_among(values, ascending)
    return np.asarray((below + upto) / (2 * max(len(ascending), 1)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileSpace:
    """Mixed points: numbers by their quantile among the real rows, everything else by code.

    A missing number sits at the median and carries its own 0/1 code, so that missing against present costs as
    much as one category that differs. Quantiles come from the real tables alone: a release with one extreme row
    cannot shrink the scale.
    """

    numbers: IntArray
    others: IntArray
    ascending: tuple[FloatArray, ...]
    with_missing: IntArray

    def points(self, cells: Cells) -> Points:
        """Points of one table, (n, p) numbers in [0, 1] and (n, q) codes."""
        numeric = np.empty((len(cells), len(self.numbers)))
        for i, (column, ascending) in enumerate(zip(self.numbers, self.ascending, strict=True)):
            numeric[:, i] = midrank(cells.values[:, column], ascending)
        numeric[np.isnan(cells.values[:, self.numbers])] = 0.5
        missing = np.isnan(cells.values[:, self.with_missing]).astype(np.int32)
        codes = np.concatenate([cells.codes[:, self.others], missing], axis=1)
        return Points(numeric=np.ascontiguousarray(numeric), codes=np.ascontiguousarray(codes, dtype=np.int32))


def joined(*tables: Cells) -> Cells:
    """The rows of all tables, in their order."""
    return Cells(
        codes=np.concatenate([table.codes for table in tables]),
        values=np.concatenate([table.values for table in tables]),
    )


def fit_space(schema: Schema, real: Cells, synthetic: Cells) -> QuantileSpace:
    """Fit the quantile scale on the real rows of both sides together."""
    is_number, used = number_columns(schema), distance_columns(schema)
    numbers = np.flatnonzero(is_number & used)
    values = real.values
    ascending = tuple(np.sort(values[~np.isnan(values[:, i]), i]) for i in numbers)
    anywhere = np.isnan(np.concatenate([values, synthetic.values]))
    return QuantileSpace(
        numbers=numbers,
        others=np.flatnonzero(~is_number & used),
        ascending=ascending,
        with_missing=np.array([i for i in numbers if anywhere[:, i].any()], dtype=np.int64),
    )


def doubled_ranks(values: FloatArray, ascending: FloatArray) -> CodeArray:
    """Twice the mid-rank count of each value among sorted numbers, an integer in [0, 2 n]."""
    below, upto = places_among(values, ascending)
    return np.asarray(below + upto, dtype=np.int32)


Norm = Literal["l1", "l2"]
VIEWS: Mapping[str, Norm] = {"quantile_l2": "l2", "quantile_l1": "l1"}


# --- orders and places, by numpy's vectorised sort, in less time than by its stable one and by a search


def stable_order(values: npt.NDArray[Any]) -> IntArray:
    """Positions from the smallest value to the largest, equal ones in the order in which they stand.

    Parameters
    ----------
    values : (n,) array
        Whole or real numbers; NaN comes last.

    Returns
    -------
    (n,) array of int
        Exactly ``np.argsort(values, kind="stable")``.

    Examples
    --------
    >>> stable_order(np.array([2.0, 1.0, 2.0, 1.0])).tolist()
    [1, 3, 0, 2]
    """
    order = np.argsort(values)
    ascending = values[order]
    if values.dtype.kind == "f" and len(values) and np.isnan(ascending[-1]):
        return np.argsort(values, kind="stable")
    differs = ascending[1:] != ascending[:-1]
    if not differs.all():
        # Run after run, the positions within each are sorted once more.
        run = np.concatenate([[0], np.cumsum(differs)]) * len(values)
        order = np.sort(run + order) - run
    return order


def places_among(values: FloatArray, ascending: FloatArray) -> tuple[IntArray, IntArray]:
    """How many of the numbers ``ascending`` are smaller than each value, and how many are no larger.

    Parameters
    ----------
    values : (n,) array of float
        NaN is larger than all.
    ascending : (m,) array of float
        Sorted, without NaN.

    Returns
    -------
    below, upto : (n,) arrays of int
        In [0, m], as ``np.searchsorted`` finds them; values one after the other by size are looked up in the cache.

    Examples
    --------
    >>> [part.tolist() for part in places_among(np.array([3.0, 1.0, 0.0]), np.array([1.0, 1.0, 2.0]))]
    [[3, 0, 0], [3, 2, 0]]
    """
    order = np.argsort(values)
    sought = values[order]
    below, upto = np.empty(len(values), dtype=np.int64), np.empty(len(values), dtype=np.int64)
    below[order] = np.searchsorted(ascending, sought, side="left")
    upto[order] = np.searchsorted(ascending, sought, side="right")
    return below, upto
