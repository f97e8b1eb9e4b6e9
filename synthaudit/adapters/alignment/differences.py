"""Columns that two real tables write otherwise: named, and held against a verdict, for membership would show there."""

from collections.abc import Iterator
from math import log

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.overlap import entity_codes
from synthaudit.adapters.alignment.spelling import Respelled, respelled
from synthaudit.adapters.alignment.units import Unit, other_clock, other_unit
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.cells import as_text
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Column, Coverage, IntArray, Schema

LIKELY, CERTAIN = log(1e-6), log(1e-9)
"""Logarithms of the p-values from which a difference rules out a pass, and from which it stops an audit."""
FEW_CELLS = 0.02
"""Share of respelled cells below which one person who was not named may be behind them."""


def differences(
    table: RawTable, frame: pd.DataFrame, train: pd.DataFrame, schema: Schema, people_of_train: IntArray | None
) -> list[Coverage]:
    """Hold a real table against train, column by column.

    Parameters
    ----------
    table : RawTable
        Holdout, reference or list of deleted people as read; its entity column tells whose rows are whose.
    frame, train : pandas.DataFrame
        Canonical cells.
    schema : Schema
        Their columns.
    people_of_train : (n,) int, optional
        Person of each row of train: what one person repeats counts once.

    Returns
    -------
    list of Coverage
        Differences that are likely; each rules out a pass.

    Raises
    ------
    InputError
        SA-149 levels in another spelling, SA-155 numbers or times in another unit, where nothing else explains it.
    """
    people = people_in(table, schema.entity)
    if (people is None) != (people_of_train is None):
        # Where it is not said whose rows are whose, one person's many rows would look like many people's.
        return []
    return [
        Coverage(test=N_("spelling"), status="ran_low_power", reason=f"{reason}.", blocks_pass=True)
        for column in schema.columns
        for reason in _differences(
            table, column, _once(frame[column.name], people), _once(train[column.name], people_of_train)
        )
    ]


def people_in(table: RawTable, entity: str | None) -> IntArray | None:
    """(n,) person of each row, a row without a key being one of its own; None where the table does not say."""
    if entity is None or entity not in table.frame:
        return None
    return entity_codes(as_text(table.frame[entity]), None)[0]


def _once(cells: pd.Series, people: IntArray | None) -> pd.Series:
    """The cells of a column: of numbers one a person, of levels each that a person has."""
    if people is None:
        return cells
    by = pd.DataFrame({"cell": cells.to_numpy(), "person": people})
    by = by[by["cell"].notna()]
    return by["cell"][~by.duplicated(subset=["person"] if cells.dtype != object else None)]


def _differences(table: RawTable, column: Column, mine: pd.Series, theirs: pd.Series) -> Iterator[str]:
    where = table.where_column(column.name)
    if column.kind in ("numeric", "datetime"):
        unit = _unit(column, mine, theirs)
        if unit is not None:
            got = N_("cells are spread as {how}").format(how=unit.words)
            if unit.is_certain:
                do = N_("Write the column as train does, or leave it out with --columns.")
                raise InputError("SA-155", where, got, do)
            yield f"{where}: {got}"
    elif column.kind == "categorical":
        mine, theirs = mine.dropna(), theirs.dropna()
        here, there = respelled(mine.tolist(), theirs.tolist()), respelled(theirs.tolist(), mine.tolist())
        for apart, n, whose, of in ((here, len(mine), "", "train"), (there, len(theirs), " of train", "this table")):
            if apart is None or apart.log_pvalue > LIKELY:
                continue
            got = N_("{n_apart:,} of {n:,} cells{whose} are levels of {of} {words}").format(
                n_apart=apart.n, n=n, whose=whose, of=of, words=apart.words
            )
            if _is_certain(apart, n):
                raise InputError("SA-149", where, got, N_("Write the levels as train does."))
            yield f"{where}: {got}"
            return


def _is_certain(apart: Respelled, n: int) -> bool:
    """Not where cells are compared without the difference: only rows that stand in both tables are overlooked then."""
    return not apart.is_folded and apart.log_pvalue < CERTAIN and apart.n >= FEW_CELLS * n


def _unit(column: Column, mine: pd.Series, theirs: pd.Series) -> Unit | None:
    if column.kind == "numeric":
        return other_unit(mine.to_numpy(float), theirs.to_numpy(float))
    moments = [part.dropna().to_numpy("datetime64[us]").astype(np.int64).astype(float) for part in (mine, theirs)]
    return other_clock(*moments)
