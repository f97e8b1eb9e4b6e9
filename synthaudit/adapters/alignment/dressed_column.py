"""One column of one table, read as numbers or times where it is dressed."""

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from synthaudit import cells
from synthaudit.adapters.alignment.declared import ColumnOverride, names_a_day
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.notation.numbers import NumberNotation, ReadNumbers, apply_numbers, read_numbers
from synthaudit.adapters.notation.times import ReadTimes, TimeNotation, apply_times, names_utc, read_format, read_times
from synthaudit.adapters.notation.undecided import Undecided
from synthaudit.adapters.notation.units import PERCENT, is_unit, unit_key
from synthaudit.adapters.readers.raw import TableRole, plural
from synthaudit.cells import Levels, levels_of, text_column
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import FloatArray

Quantity = Literal["numeric", "datetime"]
Notation = NumberNotation | TimeNotation
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
    median : float
        Of train's different numbers, without their signs.
    limits : str, optional
        Name of the column of limits, where train has cells such as ``<0.5``.
    """

    quantity: Quantity
    notation: Notation | None
    are_whole: bool
    median: float
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


def are_plain(levels: list[str], decimal: str) -> bool:
    """Whether all cells are numbers without any dress."""
    return cells.all_numbers(levels, decimal) is not None


@dataclass(frozen=True, slots=True)
class DressedColumn:
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
                return self._read_numbers(levels, read, known, is_fixed=notation is fixed)
        is_plain = are_plain(levels.values, self.writing.decimal or ".")
        if is_plain and not self.may_be_grouped(levels.values):
            return None
        read_or_not: ReadNumbers | Undecided | None = None
        for decimal in dict.fromkeys((self.writing.decimal, None)):
            read_or_not = read_numbers(
                levels.values,
                decimal=decimal,
                thousands=self.override.thousands or self.writing.thousands,
                unit=self.override.unit,
                whole_about=known.median if known is not None and known.are_whole else None,
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

    def _read_numbers(
        self, levels: Levels, read: ReadNumbers, known: ColumnNotation | None, *, is_fixed: bool = False
    ) -> ReadColumn | None:
        notation = read.notation
        decimal = self.writing.decimal or "."
        if notation == NumberNotation(decimal=decimal) and are_plain(levels.values, decimal):
            return None
        values = np.array(read.values)
        if not is_fixed and known is not None and (notation.unit or "") in PERCENT and _are_shares(known, values):
            notation = replace(notation, divisor=PERCENT[notation.unit or ""])
        share = (
            N_(", divided by {divisor:,} as train has shares of 1").format(divisor=notation.divisor)
            if notation.divisor > 1
            else ""
        )
        self._refuse_other_unit(notation, known)
        n_limits = levels.count(dict(zip(levels.values, map(bool, read.bounds), strict=True)).__getitem__)
        mark = N_(" with a decimal point") if notation.decimal == "." != decimal else ""
        what = N_("cells read as numbers{mark}{unit}{share}").format(mark=mark, unit=_shown(notation), share=share)
        note = (
            what
            if not n_limits
            else N_("{what}; {limits} (< or >) read as the number, and compared").format(
                what=what, limits=plural(n_limits, "limit")
            )
        )
        return ReadColumn(
            cells=pd.Series(levels.spread(values / notation.divisor, np.float64, np.nan)),
            limits=text_column(levels.spread((bound or "=" for bound in read.bounds), object, None)),
            notation=notation,
            note=note,
        )

    def _refuse_other_unit(self, notation: NumberNotation, known: ColumnNotation | None) -> None:
        of_train = None if known is None else known.notation
        if not isinstance(of_train, NumberNotation) or of_train.unit is None or notation.unit is None:
            return
        if unit_key(of_train.unit) != unit_key(notation.unit) and is_unit(of_train.unit) and is_unit(notation.unit):
            got = N_("numbers in '{unit}' here, in '{of_train}' in train").format(
                unit=notation.unit, of_train=of_train.unit
            )
            raise InputError("SA-131", self.where, got, N_("Convert them to the unit of train."))

    def _times(self, levels: Levels, known: ColumnNotation | None, fixed: Notation | None) -> ReadColumn | None:
        if self.override.format is not None:
            return self._in_format(levels, self.override.format)
        of_train = None if known is None else known.notation
        zone = of_train.zone if isinstance(of_train, TimeNotation) else None
        if all(cells.is_time_shaped(level) for level in levels.values):
            if zone is not None and any(map(cells.is_zoned, levels.values)):
                raise self._other_zone("UTC", zone)
            return None
        read: ReadTimes | Undecided | None = None
        if isinstance(fixed, TimeNotation):
            read = apply_times(levels.values, fixed)
        if read is None:
            read = read_times(levels.values, self.name, of_train if isinstance(of_train, TimeNotation) else None)
        if isinstance(read, Undecided):
            raise self._undecided("SA-154", read)
        if read is None:
            return None
        here = read.notation.zone or ("UTC" if zone and any(map(names_utc, levels.values)) else None)
        if known is not None and here is not None and here != zone:
            raise self._other_zone(here, zone)
        return _read_times(levels, read)

    def _other_zone(self, here: str, zone: str | None) -> InputError:
        got = N_("times of zone {here} here, of {other} in train").format(
            here=here, other=N_("none that is named") if zone is None else N_("zone {zone}").format(zone=zone)
        )
        return InputError("SA-154", self.where, got, N_("Write all tables in one zone, or none of them with its name."))

    def _in_format(self, levels: Levels, form: str) -> ReadColumn:
        if not names_a_day(form):
            got = N_("the form '{form}' has no day, month and year").format(form=printable(form))
            raise InputError("SA-154", self.where, got, N_("Write it as for strptime: %d.%m.%Y."))
        moments = [
            moment or cells.parse_time(level)
            for level, moment in zip(levels.values, read_format(levels.values, form), strict=True)
        ]
        n_bad = levels.count(dict(zip(levels.values, (moment is None for moment in moments), strict=True)).__getitem__)
        if n_bad:
            got = N_("{n_bad} of {n} cells are no dates in the form '{form}'").format(
                n_bad=n_bad, n=levels.n_present, form=printable(form)
            )
            raise InputError(
                "SA-154", self.where, got, N_("Correct the form or the cells, or pass --missing with theirs.")
            )
        values = tuple(moment for moment in moments if moment is not None)
        read = _read_times(levels, ReadTimes(values=values, notation=TimeNotation()))
        return replace(read, note=N_("cells read as dates in the form '{form}'").format(form=printable(form)))

    def _undecided(self, code: str, undecided: Undecided) -> InputError:
        of = "" if self.role == "train" else f"{'train' if self.role == 'canaries' else self.role}="
        kind = N_(', or declare the column: [columns."{name}"] kind = "categorical"').format(name=printable(self.name))
        do = undecided.do.replace("{of}", of).rstrip(".") + (kind if self.role == "train" else "")
        return InputError(code, self.where, undecided.got, f"{do}.")


def _are_shares(known: ColumnNotation, percents: FloatArray) -> bool:
    """Whether train has shares of 1 where another table has percents: whichever train's median is nearer to."""
    is_bare = not (isinstance(known.notation, NumberNotation) and known.notation.unit)
    return is_bare and 0 < known.median < 1 and bool(np.median(np.abs(percents)) > 10 * known.median)


def _shown(notation: NumberNotation) -> str:
    """The notation in words that quote no cell: a unit that is none of the known ones is not shown."""
    if notation.unit is not None and not is_unit(notation.unit):
        rest = replace(notation, unit=None).text
        return N_(": a word behind each number taken off") + (f", {rest}" if rest else "")
    return f": {notation.text}" if notation.text else ""


def _read_times(levels: Levels, read: ReadTimes) -> ReadColumn:
    if read.notation.grain == "clock":
        column = pd.Series(levels.spread(read.values, np.float64, np.nan))
    else:
        moments = np.array(read.values, dtype="datetime64[us]")
        column = pd.Series(levels.spread(moments, "datetime64[us]", np.datetime64("NaT")))
    limits = text_column(levels.spread(("=" for _ in levels.values), object, None))
    return ReadColumn(
        cells=column,
        limits=limits,
        notation=read.notation,
        note=N_("cells read as {form}").format(form=read.notation.text),
    )
