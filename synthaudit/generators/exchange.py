"""Canonical tables to files that other programs read, and back."""

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.canonical import Spelling, canonical_column
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.cells import as_text, levels_of, text_column
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.generators.numbers import is_ordered, schema_like

NAMED = ReadOptions(has_header=True)
"""How tables of generators are read: their columns have the names of a table that was read before."""


def csv_text(table: pd.DataFrame) -> str:
    """A canonical table as CSV: numbers in their shortest decimal, times as ISO 8601, missing cells empty.

    Examples
    --------
    >>> print(csv_text(pd.DataFrame({"zip": pd.Series(["00501", None], dtype=object), "age": [34.0, 0.1]})), end="")
    zip,age
    00501,34
    ,0.1
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[name]) for name in table.columns), strict=True))
    return file.getvalue()


def _cells(column: "pd.Series[Any]") -> list[str]:
    if not is_ordered(column):
        return ["" if gone else cell for cell, gone in zip(column, column.isna(), strict=True)]
    return ["" if cell is None else cell for cell in as_text(column.reset_index(drop=True))]


def canonical_like(raw: RawTable, table: pd.DataFrame) -> pd.DataFrame:
    """A table that was read, in the columns, kinds and spellings of a canonical one; other columns are left out.

    Parameters
    ----------
    raw : RawTable
        As `read_table` gives it.
    table : DataFrame
        Canonical cells; its dtypes and levels say how ``raw`` is to be read.

    Raises
    ------
    InputError
        SA-138 a column is missing, or as `canonical_column`.
    """
    lacking = [name for name in table.columns if name not in raw.frame.columns]
    if lacking:
        got = N_("{n_lacking} of {n_columns} columns are missing").format(
            n_lacking=len(lacking), n_columns=table.shape[1]
        )
        raise InputError("SA-138", raw.where, got, N_("Write every column of the training table."))
    columns = {}
    for column in schema_like(table).columns:
        name = column.name
        if not levels_of(raw.frame[name]).n_present:
            columns[name] = _nothing(table[name], len(raw.frame))
            continue
        is_text = column.kind == "categorical"
        spelling = Spelling.of(set(table[name].dropna().unique())) if is_text else None
        columns[name] = canonical_column(raw, column, ".", spelling)[0]
    return pd.DataFrame(columns, index=pd.RangeIndex(len(raw.frame)))


def _nothing(column: "pd.Series[Any]", n_rows: int) -> "pd.Series[Any]":
    """A column of which every cell is missing."""
    if not is_ordered(column):
        return text_column([None] * n_rows)
    return pd.Series(np.full(n_rows, np.nan)).astype(column.dtype)


def like(release: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Columns that a library made from canonical ones, back in the dtypes and missing cells of ``table``.

    Columns that ``release`` lacks are missing throughout.
    """
    columns = {}
    for name in table.columns:
        if name not in release:
            columns[name] = _nothing(table[name], len(release))
        elif not is_ordered(table[name]):
            columns[name] = text_column([None if pd.isna(cell) else str(cell) for cell in release[name]])
        else:
            columns[name] = release[name].reset_index(drop=True).astype(table[name].dtype)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(release)))
