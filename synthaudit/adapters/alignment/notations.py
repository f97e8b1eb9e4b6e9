"""Columns of quantities in dress, read as plain numbers and times before anything else is decided of them.

Train decides how a column is written, by all of its cells; the other tables are read as what train's column is. What
fits in one way only is read, and said; what fits in two ways is the user's to decide; what fits in none is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from synthaudit import cells
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.dressed_column import (
    ColumnNotation,
    DressedColumn,
    Notation,
    Quantity,
    ReadColumn,
    are_plain,
)
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import levels_of, text_column
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import FloatArray, Kind

MOST_NAMED = 8
"""Columns that one line names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notations:
    """How the real tables write their quantities, by column; made by `read_train`."""

    columns: Mapping[str, ColumnNotation] = field(default_factory=dict)
    declared: Mapping[str, ColumnOverride] = field(default_factory=dict)

    @property
    def limits(self) -> Mapping[str, str]:
        """Column of limits -> the column of numbers that it belongs to."""
        return {column.limits: name for name, column in self.columns.items() if column.limits is not None}

    def read(
        self,
        table: RawTable,
        writing: Writing,
        fixed: Mapping[str, Notation] | None = None,
        refusals: Refusals | None = None,
    ) -> RawTable:
        """Another table than train, its quantities without their dress.

        Parameters
        ----------
        table : RawTable
            Under train's names.
        writing : Writing
            What the user says of its cells.
        fixed : mapping, optional
            How columns of the table are written, where that is known from more rows than these.
        refusals : Refusals, optional
            Takes up what is wrong with columns, to be told later; else it is raised.

        Raises
        ------
        InputError
            SA-131, SA-154: a column can be read in two ways.
        """
        return self.read_with_notations(table, writing, fixed, refusals)[0]

    def read_with_notations(
        self,
        table: RawTable,
        writing: Writing,
        fixed: Mapping[str, Notation] | None = None,
        refusals: Refusals | None = None,
    ) -> tuple[RawTable, dict[str, Notation]]:
        """`read`, and how the dressed columns of this table are written."""
        columns, notes, notations = {}, {}, {}
        found = refusals or Refusals()
        for name in map(str, table.frame.columns):
            if name in self.limits:
                got = N_("a column '{name}', which is made of the cells of '{source}'").format(
                    name=printable(name), source=printable(self.limits[name])
                )
                raise InputError("SA-139", table.where, got, N_("Rename or remove it."))
            columns[name] = raw = table.frame[name]
            known = self.columns.get(name)
            if known is None:
                continue
            asked = DressedColumn(table.role, table.where_column(name), name, writing, self._declared(name))
            read = None
            with found.of(table.where, name):
                read = asked.read(raw, known, (fixed or {}).get(name))
            if read is not None:
                columns[name], notations[name], notes[name] = read.cells, read.notation, read.note
            if known.limits is not None:
                columns[known.limits] = _no_limits(raw) if read is None else read.limits
        if refusals is None:
            found.tell()
        frame = pd.DataFrame(columns, index=table.frame.index)
        return replace(table, frame=frame, notes=(*table.notes, *_by_note(notes))), notations

    def is_plain(self, table: RawTable, name: str, writing: Writing) -> bool:
        """Whether a column of a table is surely written as plain numbers, or ISO 8601."""
        known = self.columns[name]
        levels = levels_of(table.frame[name]).values
        if known.quantity == "datetime":
            return all(cells.is_time_shaped(level) for level in levels) and self._declared(name).format is None
        asked = DressedColumn(table.role, table.where, name, writing, self._declared(name))
        is_dressed = known.notation is not None or asked.may_be_grouped(levels)
        return not is_dressed and are_plain(levels, writing.decimal or ".")

    def _declared(self, name: str) -> ColumnOverride:
        return self.declared.get(name, ColumnOverride())


def read_train(
    train: RawTable,
    writing: Writing,
    declared: Mapping[str, ColumnOverride],
    *,
    with_limits: bool = True,
    refusals: Refusals | None = None,
) -> tuple[RawTable, Notations]:
    """Train with its quantities without their dress, and how they were written.

    Parameters
    ----------
    train : RawTable
        As it was read, missing cells marked.
    writing : Writing
        What the user says of its cells.
    declared : mapping of str to ColumnOverride
        What the user says of single columns: a kind that is no quantity leaves the column as it is.
    with_limits : bool
        Whether limits of measurement get a column of their own.
    refusals : Refusals, optional
        Takes up columns that can be read in two ways (SA-131, SA-154); else they are raised, all at once.

    Examples
    --------
    >>> from synthaudit.adapters.readers.tables import read_table
    >>> frame = pd.DataFrame({"cost": ["$1,200.50", "$7.25"], "lead": ["<0.5", "1.5"], "code": ["A 1", "B 2"]})
    >>> table, notations = read_train(read_table(frame, "train"), Writing(), {})
    >>> table.frame
          cost  lead lead (limit) code
    0  1200.50   0.5            <  A 1
    1     7.25   1.5            =  B 2
    """
    columns: dict[str, pd.Series] = {}
    known: dict[str, ColumnNotation] = {}
    notes: dict[str, str] = {}
    found = refusals or Refusals()
    for name in map(str, train.frame.columns):
        columns[name] = train.frame[name]
        override, read = declared.get(name, ColumnOverride()), None
        with found.of(train.where, name):
            asked = DressedColumn(train.role, train.where_column(name), name, writing, override)
            read = asked.read(columns[name], None, None) if override.kind in (None, "numeric", "datetime") else None
        if read is not None:
            columns[name], notes[name] = read.cells, read.note
        quantity = _quantity_of(columns[name], writing, override.kind)
        if quantity is None or name in found.names:
            continue
        known[name] = _known(columns[name], writing, quantity, read)
        if with_limits and read is not None and read.limits.isin(["<", ">"]).any():
            limits = _free_name(limits_of(name), train)
            columns[limits] = read.limits
            known[name] = replace(known[name], limits=limits)
    if refusals is None:
        found.tell()
    table = replace(train, frame=pd.DataFrame(columns, index=train.frame.index), notes=(*train.notes, *_by_note(notes)))
    return table, Notations(columns=known, declared=declared)


def _known(column: pd.Series, writing: Writing, quantity: Quantity, read: ReadColumn | None) -> ColumnNotation:
    """What is known of a column of train once its dress is off."""
    amounts = _amounts(column, writing) if quantity == "numeric" else np.array([])
    return ColumnNotation(
        quantity=quantity,
        notation=None if read is None else read.notation,
        are_whole=quantity == "numeric" and _are_whole(column, amounts),
        median=float(np.median(amounts)) if len(amounts) else 0.0,
    )


def _by_note(notes: Mapping[str, str]) -> list[str]:
    """What was read of columns, those of which the same is said together."""
    alike: dict[str, list[str]] = {}
    for name, note in notes.items():
        alike.setdefault(note, []).append(f"'{printable(name)}'")
    return [
        (N_("column {names}{more}: {note}") if len(names) == 1 else N_("columns {names}{more}: {note}")).format(
            names=", ".join(names[:MOST_NAMED]),
            more=N_(" and {n} more").format(n=len(names) - MOST_NAMED) if len(names) > MOST_NAMED else "",
            note=note,
        )
        for note, names in alike.items()
    ]


def limits_of(name: str) -> str:
    """Name of the column that has the limits of another one."""
    return f"{name} (limit)"


def _free_name(name: str, table: RawTable) -> str:
    while name in table.frame.columns:
        name += "*"
    return name


def _no_limits(raw: pd.Series) -> pd.Series:
    """The column of limits of a table that has none."""
    return text_column([None if code < 0 else "=" for code in levels_of(raw).codes], raw.index)


def _quantity_of(column: pd.Series, writing: Writing, kind: Kind | None) -> Quantity | None:
    """What a column of train is once its dress is off, None for anything but numbers and times."""
    if kind is not None:
        return kind if kind in ("numeric", "datetime") else None
    if column.dtype.kind in "if":
        return "numeric"
    if column.dtype.kind == "M":
        return "datetime"
    levels = levels_of(column).values
    if not levels:
        return None
    if are_plain(levels, writing.decimal or "."):
        return "numeric"
    return "datetime" if all(cells.is_time_shaped(level) for level in levels) else None


def _amounts(column: pd.Series, writing: Writing) -> FloatArray:
    """The different numbers of a column, without their signs."""
    if column.dtype.kind in "if":
        numbers = np.unique(column.to_numpy(np.float64))
    else:
        # A column that was declared numeric and has other cells is refused later.
        parsed = cells.all_numbers(levels_of(column).values, writing.decimal or ".") or []
        numbers = np.array(parsed, dtype=np.float64)
    return np.array(np.abs(numbers[np.isfinite(numbers)]))


def _are_whole(column: pd.Series, numbers: FloatArray) -> bool:
    if column.dtype == object:
        return not any("." in level or "," in level for level in levels_of(column).values)
    return bool((numbers == np.round(numbers)).all())
