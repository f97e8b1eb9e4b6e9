"""How a release that streams by writes its quantities: told from its first rows, or from a whole column."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.alignment.dressed_column import Notation
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.notation.numbers import NumberNotation
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.source import Source


def marked(real: RealTables, table: RawTable) -> RawTable:
    """Some columns of the release under train's names, its spellings of missing marked."""
    return replace(table, frame=mark_missing(table.frame, real.options.release_writing.missing))


def whole_column(real: RealTables, source: Source, name: str, place: int) -> RawTable:
    """One whole column of the release, by itself under train's name."""
    cells = source.column(place).frame.iloc[:, place]
    return marked(real, source.table(pd.DataFrame({name: cells})))


def whole_notation(real: RealTables, source: Source, name: str, place: int) -> Notation | None:
    """How the release writes this column, by all of its cells; None where it has no dress, or none that is known.

    Raises
    ------
    InputError
        SA-131, SA-154: the column can be read in two ways.
    """
    table = whole_column(real, source, name, place)
    return real.notations.read_with_notations(table, real.options.release_writing)[1].get(name)


def first_notations(real: RealTables, source: Source, places: Mapping[str, int]) -> dict[str, Notation]:
    """How the release writes the columns whose first rows are not plain."""
    quantities = [name for name in real.notations.columns if name in places]
    batch = next(iter(source.batches([places[name] for name in quantities])), []) if quantities else []
    dressed: dict[str, Notation] = {}
    for name, cells in zip(quantities, batch, strict=False):
        table = marked(real, source.table(pd.DataFrame({name: cells})))
        if cells.dtype != object:
            continue
        is_plain = real.notations.is_plain(table, name, real.options.release_writing)
        notation = None if is_plain else whole_notation(real, source, name, places[name])
        is_number = real.notations.columns[name].quantity == "numeric"
        if notation is None and is_number and (not is_plain or cells.str.contains(".", regex=False).any()):
            # Its point is a decimal point, also where all cells of a batch have three digits behind it.
            notation = NumberNotation(decimal=real.options.release_writing.decimal or ".")
        dressed |= {} if notation is None else {name: notation}
    return dressed
