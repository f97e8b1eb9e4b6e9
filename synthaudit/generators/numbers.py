"""Numbers and times of a canonical table as floats, and back in the form the column was written in."""

from typing import Any

import numpy as np
import pandas as pd

from synthaudit.types import Column, FloatArray, Kind, Schema

_MOST_DECIMALS = 12


def is_time(column: "pd.Series[Any]") -> bool:
    """Whether the column holds times."""
    return pd.api.types.is_datetime64_any_dtype(column)


def is_ordered(column: "pd.Series[Any]") -> bool:
    """Whether the column holds numbers or times, whose order means something."""
    return pd.api.types.is_numeric_dtype(column) or is_time(column)


def schema_like(table: pd.DataFrame) -> Schema:
    """Kinds as far as the cells of a canonical table tell them; text that is only true or false is boolean."""

    def kind(column: "pd.Series[Any]") -> Kind:
        if is_time(column):
            return "datetime"
        if is_ordered(column):
            return "numeric"
        levels = set(column.dropna().unique())
        return "boolean" if levels and levels <= {"true", "false"} else "categorical"

    return Schema(columns=tuple(Column(name=str(name), kind=kind(table[name])) for name in table.columns))


def numbers_of(column: "pd.Series[Any]") -> FloatArray:
    """(n,) numbers as they are, times in microseconds since 1970; NaN where missing."""
    if not is_time(column):
        return column.to_numpy(np.float64)
    stamps = column.to_numpy("datetime64[us]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))


def written_like(values: FloatArray, column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Invented numbers in the form of a column, so that their format does not tell them apart.

    Numbers are rounded to the column's decimals (where 12 are enough for it), times to the coarsest grid that all of
    the column's times lie on. Rounding keeps order, so what lay between two cells of the column still does.

    Parameters
    ----------
    values : (n,) float
        As `numbers_of` gives them; NaN is missing.
    column : Series
        The training column, canonical cells.

    Examples
    --------
    >>> written_like(np.array([1.26, np.nan]), pd.Series([0.5, 3.1])).tolist()
    [1.3, nan]
    >>> days = pd.Series(np.array(["2020-01-01", "2020-01-05"], dtype="datetime64[us]"))
    >>> written_like(numbers_of(days)[:1] + 2.5 * 86_400e6, days).tolist()
    [Timestamp('2020-01-05 00:00:00')]
    """
    known = np.unique(numbers_of(column.dropna()))
    missing = np.isnan(values)
    if not is_time(column):
        decimals = decimals_of(known)
        return pd.Series((values if decimals is None else np.round(values, decimals)) + 0.0)
    times = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    if not missing.all():
        start = np.int64(known[0])
        # One time alone has no grid: then every microsecond is one.
        step = max(int(np.gcd.reduce(np.diff(known).astype(np.int64))), 1) if len(known) > 1 else 1
        steps = np.round((values[~missing] - start) / step).astype(np.int64)
        times[~missing] = (start + steps * step).astype("datetime64[us]")
    return pd.Series(times)


def decimals_of(values: FloatArray) -> int | None:
    """Fewest decimals that write every finite number exactly; None where 12 do not."""
    unrounded = values[np.isfinite(values)]
    for decimals in range(_MOST_DECIMALS + 1):
        unrounded = unrounded[np.round(unrounded, decimals) != unrounded]
        if not len(unrounded):
            return decimals
    return None
