"""Columns of quantities in dress, read as plain numbers and times before anything else is decided of them.

Train decides how a column is written, by all of its cells; the other tables are read as what train's column is. What
fits in one way only is read, and said; what fits in two ways is the user's to decide; what fits in none is left alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from synthaudit import cells
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.notation.numbers import NumberNotation, ReadNumbers, apply_numbers, read_numbers
from synthaudit.adapters.notation.times import ReadTimes, TimeNotation, apply_times, read_format, read_times
from synthaudit.adapters.notation.undecided import Undecided
from synthaudit.adapters.notation.units import PERCENT, is_unit, unit_key
from synthaudit.adapters.readers.raw import RawTable, TableRole, plural
from synthaudit.cells import Levels, levels_of, text_column
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.types import Kind

Quantity = Literal["numeric", "datetime"]
Notation = NumberNotation | TimeNotation

MOST_NAMED = 8
"""Columns that one line names."""
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNotation:
    """What a column of train is, and how train writes it.

    Attributes
    ----------
    quantity : {"numeric", "datetime"}
        What the column of every table is read as.
    notation : NumberNotation or TimeNotation, optional
        How train writes it, where it is dressed.
    are_whole : bool
        Train has whole numbers alone.
    largest : float
        Of train's numbers, without their signs.
    limits : str, optional
        Name of the column of limits, where train has cells such as ``<0.5``.
    """

    quantity: Quantity
    notation: Notation | None = None
    are_whole: bool = False
    largest: float = 0.0
    limits: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadColumn:
    """A column without its dress.

    Attributes
    ----------
    cells : pandas.Series
        Float64 or datetime64[us], as a typed source has them.
    limits : pandas.Series
        ``<``, ``>``, ``=``, or None where the cell is missing.
    notation : NumberNotation or TimeNotation
        How it was written.
    note : str
        What was taken off, for the coverage record.
    """

    cells: pd.Series
    limits: pd.Series
    notation: Notation
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notations:
    """How the real tables write their quantities, by column; made by `read_train`."""

    columns: Mapping[str, ColumnNotation] = field(default_factory=dict)
    declared: Mapping[str, ColumnOverride] = field(default_factory=dict)

    @property
    def limits(self) -> Mapping[str, str]:
        """Column of limits -> the column of numbers that it belongs to."""
        return {column.limits: name for name, column in self.columns.items() if column.limits is not None}

    def read(self, table: RawTable, writing: Writing, fixed: Mapping[str, Notation] | None = None) -> RawTable:
        """Another table than train, its quantities without their dress.

        Parameters
        ----------
        table : RawTable
            Under train's names.
        writing : Writing
            What the user says of its cells.
        fixed : mapping, optional
            How columns of the table are written, where that is known from more rows than these.

        Raises
        ------
        InputError
            SA-131, SA-154: a column can be read in two ways.
        """
        return self.read_with_notations(table, writing, fixed)[0]

    def read_with_notations(
        self, table: RawTable, writing: Writing, fixed: Mapping[str, Notation] | None = None
    ) -> tuple[RawTable, dict[str, Notation]]:
        """`read`, and how the dressed columns of this table are written."""
        columns, notes, notations = {}, {}, {}
        for name in map(str, table.frame.columns):
            columns[name] = raw = table.frame[name]
            known = self.columns.get(name)
            if known is None:
                continue
            asked = _Asked(table.role, table.where_column(name), name, writing, self._declared(name))
            read = asked.read(raw, known, (fixed or {}).get(name))
            if read is not None:
                columns[name], notations[name], notes[name] = read.cells, read.notation, read.note
            if known.limits is not None:
                columns[known.limits] = _no_limits(raw) if read is None else read.limits
        frame = pd.DataFrame(columns, index=table.frame.index)
        return replace(table, frame=frame, notes=(*table.notes, *_by_note(notes))), notations

    def is_plain(self, table: RawTable, name: str, writing: Writing) -> bool:
        """Whether a column of a table is surely written as plain numbers, or ISO 8601."""
        known = self.columns[name]
        levels = levels_of(table.frame[name]).values
        if known.quantity == "datetime":
            return all(cells.is_time_shaped(level) for level in levels) and self._declared(name).format is None
        asked = _Asked(table.role, table.where, name, writing, self._declared(name))
        is_dressed = known.notation is not None or asked.may_be_grouped(levels)
        return not is_dressed and _are_plain(levels, writing.decimal or ".")

    def _declared(self, name: str) -> ColumnOverride:
        return self.declared.get(name, ColumnOverride())


def read_train(
    train: RawTable, writing: Writing, declared: Mapping[str, ColumnOverride], *, with_limits: bool = True
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

    Raises
    ------
    InputError
        SA-131, SA-154: a column can be read in two ways.

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
    for name in map(str, train.frame.columns):
        columns[name] = raw = train.frame[name]
        override = declared.get(name, ColumnOverride())
        asked = _Asked(train.role, train.where_column(name), name, writing, override)
        read = asked.read(raw, None, None) if override.kind in (None, "numeric", "datetime") else None
        if read is not None:
            columns[name], notes[name] = read.cells, read.note
        quantity = _quantity_of(columns[name], writing, override.kind)
        if quantity is None:
            continue
        limits = None
        if with_limits and read is not None and read.limits.isin(["<", ">"]).any():
            limits = _free_name(f"{name} (limit)", train)
            columns[limits] = read.limits
        numbers = columns[name].to_numpy(float) if columns[name].dtype.kind in "if" else np.array([])
        present = numbers[np.isfinite(numbers)]
        known[name] = ColumnNotation(
            quantity=quantity,
            notation=None if read is None else read.notation,
            are_whole=quantity == "numeric" and _are_whole(columns[name], present),
            largest=float(np.abs(present).max(initial=0.0)),
            limits=limits,
        )
    frame = pd.DataFrame(columns, index=train.frame.index)
    noted = (*train.notes, *_by_note(notes))
    return replace(train, frame=frame, notes=noted), Notations(columns=known, declared=declared)


def _by_note(notes: Mapping[str, str]) -> list[str]:
    """What was read of columns, those of which the same is said together."""
    alike: dict[str, list[str]] = {}
    for name, note in notes.items():
        alike.setdefault(note, []).append(f"'{printable(name)}'")
    return [
        f"column{'s' if len(names) > 1 else ''} {', '.join(names[:MOST_NAMED])}"
        f"{f' and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''}: {note}"
        for note, names in alike.items()
    ]


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
    if _are_plain(levels, writing.decimal or "."):
        return "numeric"
    return "datetime" if all(cells.is_time_shaped(level) for level in levels) else None


def _are_plain(levels: list[str], decimal: str) -> bool:
    return all(cells.parse_number(level, decimal) is not None for level in levels)


def _are_whole(column: pd.Series, numbers: np.ndarray) -> bool:
    if column.dtype == object:
        return not any("." in level or "," in level for level in levels_of(column).values)
    return bool((numbers == np.round(numbers)).all())


@dataclass(frozen=True, slots=True)
class _Asked:
    """One column of one table, and what the user says of it."""

    role: TableRole
    where: str
    name: str
    writing: Writing
    override: ColumnOverride

    def read(self, raw: pd.Series, known: ColumnNotation | None, fixed: Notation | None) -> ReadColumn | None:
        """The column without its dress; None where there is none, or none that is known.

        ``known`` is train's column, None for train itself.
        """
        if raw.dtype != object:
            return None
        levels = levels_of(raw)
        if not levels.values:
            return None
        quantity = known.quantity if known is not None else self.override.kind
        is_clock = known is not None and isinstance(known.notation, TimeNotation)
        if quantity in (None, "datetime") or is_clock:
            times = self._times(levels, known, fixed)
            if times is not None:
                return times
        return self._numbers(levels, known, fixed) if quantity in (None, "numeric") else None

    def _numbers(self, levels: Levels, known: ColumnNotation | None, fixed: Notation | None) -> ReadColumn | None:
        of_train = None if known is None else known.notation
        for notation in (fixed, of_train):
            if isinstance(notation, NumberNotation) and (read := apply_numbers(levels.values, notation)) is not None:
                return self._read_numbers(levels, read, known)
        is_plain = _are_plain(levels.values, self.writing.decimal or ".")
        if is_plain and not self.may_be_grouped(levels.values):
            return None
        read_or_not: ReadNumbers | Undecided | None = None
        for decimal in dict.fromkeys((self.writing.decimal, None)):
            read_or_not = read_numbers(
                levels.values,
                decimal=decimal,
                thousands=self.override.thousands or self.writing.thousands,
                unit=self.override.unit,
                are_whole=known is not None and known.are_whole,
            )
            if read_or_not is not None:
                break
        if isinstance(read_or_not, Undecided) and not is_plain:
            raise self._undecided("SA-131", read_or_not)
        return self._read_numbers(levels, read_or_not, known) if isinstance(read_or_not, ReadNumbers) else None

    def may_be_grouped(self, levels: list[str]) -> bool:
        """Whether plain numbers may have a point between their thousands: it always has three digits behind it."""
        marked = [level.strip() for level in levels if "." in level]
        return bool(marked) and self.writing.decimal is None and all(map(_GROUPED.fullmatch, marked))

    def _read_numbers(self, levels: Levels, read: ReadNumbers, known: ColumnNotation | None) -> ReadColumn | None:
        notation = read.notation
        decimal = self.writing.decimal or "."
        is_plain = notation == NumberNotation(decimal=decimal) and _are_plain(levels.values, decimal)
        if is_plain and not any(read.bounds):
            return None
        values, share = np.array(read.values), ""
        if known is not None and (notation.unit or "") in PERCENT and known.largest <= 1 < np.abs(values).max():
            of_train = known.notation
            if not (isinstance(of_train, NumberNotation) and of_train.unit):
                values, share = values / 100, ", divided by 100 as train has shares of 1"
        self._refuse_other_unit(notation, known)
        n_limits = levels.count(dict(zip(levels.values, map(bool, read.bounds), strict=True)).__getitem__)
        mark = " with a decimal point" if notation.decimal == "." != decimal else ""
        what = f"cells read as numbers{mark}{_shown(notation)}{share}"
        note = (
            what if not n_limits else f"{what}; {plural(n_limits, 'limit')} (< or >) read as the number, and compared"
        )
        return ReadColumn(
            cells=pd.Series(levels.spread(values, np.float64, np.nan)),
            limits=text_column(levels.spread((bound or "=" for bound in read.bounds), object, None)),
            notation=notation,
            note=note,
        )

    def _refuse_other_unit(self, notation: NumberNotation, known: ColumnNotation | None) -> None:
        of_train = None if known is None else known.notation
        if not isinstance(of_train, NumberNotation) or of_train.unit is None or notation.unit is None:
            return
        if unit_key(of_train.unit) != unit_key(notation.unit) and is_unit(of_train.unit) and is_unit(notation.unit):
            got = f"numbers in '{notation.unit}' here, in '{of_train.unit}' in train"
            raise InputError("SA-131", self.where, got, "Convert them to the unit of train.")

    def _times(self, levels: Levels, known: ColumnNotation | None, fixed: Notation | None) -> ReadColumn | None:
        if self.override.format is not None:
            return self._in_format(levels, self.override.format)
        if all(cells.is_time_shaped(level) for level in levels.values):
            return None
        of_train = None if known is None else known.notation
        read: ReadTimes | Undecided | None = None
        if isinstance(fixed, TimeNotation):
            read = apply_times(levels.values, fixed)
        if read is None:
            read = read_times(levels.values, self.name, of_train if isinstance(of_train, TimeNotation) else None)
        if isinstance(read, Undecided):
            raise self._undecided("SA-154", read)
        return None if read is None else _read_times(levels, read)

    def _in_format(self, levels: Levels, form: str) -> ReadColumn:
        moments = [
            moment or cells.parse_time(level)
            for level, moment in zip(levels.values, read_format(levels.values, form), strict=True)
        ]
        n_bad = levels.count(dict(zip(levels.values, (moment is None for moment in moments), strict=True)).__getitem__)
        if n_bad:
            got = f"{n_bad} of {levels.n_present} cells are no dates in the form '{printable(form)}'"
            raise InputError("SA-154", self.where, got, "Correct the form or the cells, or pass --missing with theirs.")
        values = tuple(moment for moment in moments if moment is not None)
        read = _read_times(levels, ReadTimes(values=values, notation=TimeNotation()))
        return replace(read, note=f"cells read as dates in the form '{printable(form)}'")

    def _undecided(self, code: str, undecided: Undecided) -> InputError:
        of = "" if self.role == "train" else f"{'train' if self.role == 'canaries' else self.role}="
        kind = f', or declare the column: [columns."{printable(self.name)}"] kind = "categorical"'
        do = undecided.do.replace("{of}", of).rstrip(".") + (kind if self.role == "train" else "")
        return InputError(code, self.where, undecided.got, f"{do}.")


def _shown(notation: NumberNotation) -> str:
    """The notation in words that quote no cell: a unit that is none of the known ones is not shown."""
    if notation.unit is not None and not is_unit(notation.unit):
        rest = replace(notation, unit=None).text
        return ": a word behind each number taken off" + (f", {rest}" if rest else "")
    return f": {notation.text}" if notation.text else ""


def _read_times(levels: Levels, read: ReadTimes) -> ReadColumn:
    if read.notation.grain == "clock":
        column = pd.Series(levels.spread(read.values, np.float64, np.nan))
    else:
        moments = np.array(read.values, dtype="datetime64[us]")
        column = pd.Series(levels.spread(moments, "datetime64[us]", np.datetime64("NaT")))
    limits = text_column(levels.spread(("=" for _ in levels.values), object, None))
    return ReadColumn(cells=column, limits=limits, notation=read.notation, note=f"cells read as {read.notation.text}")
