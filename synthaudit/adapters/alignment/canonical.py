"""One raw column to canonical cells of a kind, or a clear error; never a column that is skipped."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from synthaudit import cells
from synthaudit.adapters.alignment.missing import missing_flags
from synthaudit.adapters.alignment.spoiled import MOSTLY
from synthaudit.adapters.notation.numbers import is_number
from synthaudit.adapters.notation.times import is_time
from synthaudit.adapters.readers.leave_out import exclude_flag
from synthaudit.adapters.readers.raw import RawTable, plural
from synthaudit.cells import Levels, as_text, levels_of
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Column, Coverage

MAX_EXACT_DIGITS = 17


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """How the real tables spell the levels of one text column."""

    by_number: Mapping[Decimal, str]
    """Number -> the only level that writes it; 501 -> ``"00501"``."""

    @classmethod
    def of(cls, levels: Collection[str]) -> "Spelling":
        """From the levels of the real tables."""
        by_number: dict[Decimal, str] = {}
        twice: set[Decimal] = set()
        for level in levels:
            value = cells.text_value(level)
            if value is not None and by_number.setdefault(value, level) != level:
                twice.add(value)
        return cls({value: level for value, level in by_number.items() if value not in twice})

    def respelled(self, text: str) -> str:
        """The real tables' spelling of a code that was written as a number; other text as it is."""
        value = cells.text_value(text) if self.by_number else None
        return text if value is None else self.by_number.get(value, text)


def noted(where: str, notes: Iterable[str]) -> list[Coverage]:
    """What was noticed while a table or a column was read, for the coverage record."""
    return [Coverage(test=N_("reading"), status="ran", reason=f"{where}: {note}.") for note in notes]


def canonical_column(
    table: RawTable, column: Column, decimal: str | None, spelling: Spelling | None = None
) -> tuple[pd.Series, list[str]]:
    """The canonical cells of one column (see ``AuditData``), and what was noticed.

    Parameters
    ----------
    table : RawTable
        Any of the tables.
    column : Column
        Name and kind, as the real tables have it.
    decimal : str
        Decimal mark of numbers in text.
    spelling : Spelling, optional
        The real tables' levels, so that codes which were written as numbers are recognised.

    Raises
    ------
    InputError
        SA-131, SA-142, SA-144, SA-145, SA-149, SA-150, SA-151, SA-154.
    """
    raw = table.frame[column.name]
    levels = levels_of(raw)
    if not levels.n_present:
        raise no_cell(table.where_column(column.name), column.name)
    if column.kind == "numeric":
        return _numeric(table, column.name, raw, levels, decimal or ".")
    if column.kind == "datetime":
        return _datetime(table, column.name, raw, levels)
    if column.kind == "boolean":
        return _boolean(table, column.name, raw, levels), []
    return _text(raw, spelling)


def no_cell(where: str, name: str) -> InputError:
    """SA-151 of a column that is empty in one table and not in others."""
    do = N_("Leave it out with {flag}, or fill it in.").format(flag=exclude_flag([name]))
    return InputError("SA-151", where, N_("no cell here, and some in another table"), do)


def _numeric(table: RawTable, name: str, raw: pd.Series, levels: Levels, decimal: str) -> tuple[pd.Series, list[str]]:
    where = table.where_column(name)
    if raw.dtype.kind == "M":
        raise _wrong_type(where, N_("times"), N_("numbers"), levels)
    if raw.dtype != object:
        values = raw.to_numpy(dtype=np.float64) + 0.0
        n_infinite = int(np.isinf(values).sum())
        if n_infinite:
            raise InputError(
                "SA-145", where, plural(n_infinite, "infinite cell"), N_("Write a number or leave it empty.")
            )
        return pd.Series(values), []
    numbers = cells.all_numbers(levels.values, decimal)
    parsed: Sequence[float | None] = numbers or [cells.parse_number(value, decimal) for value in levels.values]
    if None in parsed and {cells.fold_text(value) for value in levels.values} <= {"true", "false"}:
        parsed = [float(cells.fold_text(value) == "true") for value in levels.values]
    bad = [value for value, number in zip(levels.values, parsed, strict=True) if number is None]
    if bad:
        n_comma = levels.count(cells.has_decimal_comma) if decimal == "." else 0
        if n_comma and n_comma >= MOSTLY * levels.count(lambda value: value in bad):
            got = N_("{n_comma} of {n} cells look like numbers with a decimal comma").format(
                n_comma=n_comma, n=levels.n_present
            )
            raise InputError("SA-131", where, got, N_("Pass --decimal ','."))
        raise _unparsed(table, where, levels, _strange(bad, is_number), "SA-144", N_("a number"), N_("numbers"))
    notes = []
    long = (value for value in levels.values if len(value) > MAX_EXACT_DIGITS)
    if any(cells.significant_digits(value) > MAX_EXACT_DIGITS for value in long):
        notes.append(N_("more digits than float64 keeps; numbers that agree in 17 digits count as equal"))
    return pd.Series(levels.spread(parsed, np.float64, np.nan)), notes


def _datetime(table: RawTable, name: str, raw: pd.Series, levels: Levels) -> tuple[pd.Series, list[str]]:
    where = table.where_column(name)
    if raw.dtype.kind == "M":
        return pd.Series(raw.to_numpy().astype("datetime64[us]")), []
    if raw.dtype != object:
        raise _wrong_type(where, N_("numbers"), N_("times"), levels)
    parsed = [cells.parse_time(value) for value in levels.values]
    bad = [value for value, moment in zip(levels.values, parsed, strict=True) if moment is None]
    if bad:
        raise _unparsed(table, where, levels, _strange(bad, is_time), "SA-154", N_("a date or time"), N_("times"))
    zoned = [cells.is_zoned(value) for value in levels.values]
    notes = ["times with and without a zone are mixed; those without are read as UTC"] if len(set(zoned)) > 1 else []
    moments = [np.datetime64(moment, "us") for moment in parsed if moment is not None]
    return pd.Series(levels.spread(moments, "datetime64[us]", np.datetime64("NaT"))), notes


def _boolean(table: RawTable, name: str, raw: pd.Series, levels: Levels) -> pd.Series:
    where = table.where_column(name)
    if raw.dtype.kind == "M":
        raise _wrong_type(where, N_("times"), N_("truth values"), levels)
    parse: Callable[[Any], bool | None] = (
        cells.parse_truth if raw.dtype == object else lambda value: {0.0: False, 1.0: True}.get(float(value))
    )
    parsed = [parse(value) for value in levels.values]
    bad = [value for value, truth in zip(levels.values, parsed, strict=True) if truth is None]
    if bad:
        raise _unparsed(table, where, levels, bad, "SA-149", N_("a truth value"), N_("truth values"))
    spelled = ["true" if truth else "false" for truth in parsed]
    return cells.text_column(levels.spread(spelled, object, None))


def _text(raw: pd.Series, spelling: Spelling | None) -> tuple[pd.Series, list[str]]:
    text = as_text(raw)
    if spelling is None:
        return text, []
    levels = levels_of(text)
    respelled = [spelling.respelled(value) for value in levels.values]
    changed = {old for old, new in zip(levels.values, respelled, strict=True) if old != new}
    if not changed:
        return text, []
    n = levels.count(lambda value: value in changed)
    note = N_("{cells} written as numbers, read in the spelling of the real tables").format(cells=plural(n, "cell"))
    return cells.text_column(levels.spread(respelled, object, None)), [note]


def _wrong_type(where: str, actual: str, expected: str, levels: Levels) -> InputError:
    got = N_("{actual} here, {expected} expected (0 of {n} cells parse)").format(
        actual=actual, expected=expected, n=levels.n_present
    )
    return InputError("SA-142", where, got, N_("Export the column in the form of train."))


def _strange(bad: list[Any], is_quantity: Callable[[str], bool]) -> list[Any]:
    """Of the cells that cannot be read, those that are no quantity in any dress, where there are such."""
    strange = [value for value in bad if not is_quantity(value)]
    return strange or bad


def _unparsed(
    table: RawTable, where: str, levels: Levels, bad: list[Any], code: str, a_noun: str, nouns: str
) -> InputError:
    """What to say of cells that do not fit the kind: a missing token, another type, or single bad cells."""
    unfit = set(bad)
    mask = levels.mask(lambda value: value in unfit)
    n_bad, n = int(mask.sum()), levels.n_present
    tokens = sorted({value.strip() for value in bad}) if isinstance(bad[0], str) else []
    if tokens and set(tokens) <= set(cells.KNOWN_MISSING):
        got = N_("{n_bad} of {n} cells are a usual spelling of missing where {nouns} are expected").format(
            n_bad=n_bad, n=n, nouns=nouns
        )
        return InputError("SA-150", where, got, N_("Pass {flags}.").format(flags=missing_flags(tokens)))
    if n_bad == n and code != "SA-149":
        got = N_("text here, {nouns} expected (0 of {n} cells parse)").format(nouns=nouns, n=n)
        return InputError("SA-142", where, got, N_("Export the column in the form of train."))
    place = N_(" (data row {row})").format(row=int(np.flatnonzero(mask)[0]) + 1) if table.role == "synthetic" else ""
    got = N_("{n_bad} of {n} cells cannot be read as {a_noun}{place}").format(
        n_bad=n_bad, n=n, a_noun=a_noun, place=place
    )
    return InputError(code, where, got, N_("Correct them, or pass --missing with their spelling."))
