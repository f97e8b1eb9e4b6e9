"""Where in the rows of a sheet the table lies: below titles, above notes, beside empty columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synthaudit.adapters.readers.delimited import INDEX, NO_CELL
from synthaudit.adapters.readers.header import looks_like_a_cell
from synthaudit.adapters.readers.leave_out import exclude_flag, stand_in
from synthaudit.adapters.readers.raw import ReadOptions, plural
from synthaudit.adapters.readers.surroundings import (
    MOST_ABOVE,
    Row,
    Totals,
    counts_up,
    is_filled,
    is_note,
    is_title,
    label_of,
    may_be_totals,
    rows_said,
    says_count,
    shows_names,
    uncertain,
)
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

NEAR = 20
"""Rows at the end that show whether blank rows stand between rows as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A table among the rows of a sheet.

    Attributes
    ----------
    names : tuple
        Cells that name the columns, as they stand there.
    places : tuple of int
        Where these columns are among those of the sheet.
    rows : sequence of Row
        Below the names.
    notes : tuple of str
        What was left out.
    n_beside : int
        Rows with something in them that are none of the table.
    """

    names: tuple[Any, ...]
    places: tuple[int, ...]
    rows: Sequence[Row]
    notes: tuple[str, ...]
    n_beside: int


def table_of(rows: Sequence[Row], where: str, options: ReadOptions) -> SheetTable:
    """Find the table.

    Parameters
    ----------
    rows : sequence of Row
        Those that hold anything.

    Raises
    ------
    InputError
        SA-103 no rows, SA-117 columns without a name, SA-157 totals that may be a row, SA-180 no such row.
    """
    notes: list[str] = []
    kept = _without_asked(rows, where, options, notes)
    if not kept:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    k = 0 if options.header_row is not None else _n_titles(kept, options)
    if k:
        notes.append(N_("{rows} above the names of the columns left out").format(rows=_rows(kept[:k])))
    header, body = kept[k], _without_below(kept[k + 1 :], where, notes)
    names, places = _named_columns(header, body, where, options, notes)
    n_beside = len(rows) - 1 - len(body)
    return SheetTable(names=names, places=places, rows=body, notes=tuple(dict.fromkeys(notes)), n_beside=n_beside)


def _rows(rows: Sequence[Row]) -> str:
    said = rows_said([row.number for row in rows])
    return N_("row {said}").format(said=said) if said.isdigit() else N_("rows {said}").format(said=said)


def _without_asked(rows: Sequence[Row], where: str, options: ReadOptions, notes: list[str]) -> list[Row]:
    """Rows without those that the user says are none."""
    first = options.header_row or 1
    beyond = max([first, *(last for _, last in options.skip_rows)])
    if rows and beyond > rows[-1].number:
        got = N_("{rows}, fewer than --header-row or --skip-rows names").format(rows=plural(rows[-1].number, "row"))
        raise InputError("SA-180", where, got, N_("Correct the numbers, which count from 1."))
    ranges = [(1, first - 1), *options.skip_rows]
    out = [row for row in rows if any(a <= row.number <= b for a, b in ranges)]
    if out:
        notes.append(N_("{rows} left out on request").format(rows=_rows(out)))
    return [row for row in rows if row not in out] if out else list(rows)


def _n_titles(rows: Sequence[Row], options: ReadOptions) -> int:
    """Rows above the names that are surely titles."""
    width = len(rows[0].cells)
    k = 0
    while k < min(len(rows) - 1, MOST_ABOVE) and is_title(rows[k], width):
        k += 1
    header = rows[k]
    inner = header.filled
    are_names = options.has_header or all(isinstance(cell, str) and not looks_like_a_cell(cell) for cell in inner)
    return k if len(header.filled) > 1 and are_names and shows_names(header, rows[k + 1 :]) else 0


def _named_columns(
    header: Row, body: Sequence[Row], where: str, options: ReadOptions, notes: list[str]
) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """What names each column, and where it is, without those that have no name and nothing to tell."""
    names: dict[int, Any] = {}
    unnamed: list[int] = []
    for i, name in enumerate(header.cells):
        if is_filled(name):
            names[i] = name
        elif not any(is_filled(row.cells[i]) for row in body):
            notes.append(NO_CELL)
        elif i == 0 and counts_up(row.cells[0] for row in body):
            notes.append(INDEX)
        elif options.leaves_out(stand_in(i)):
            names[i] = stand_in(i)
        else:
            unnamed.append(i)
    if unnamed:
        which = N_("the first row") if header.number == 1 else N_("row {row}").format(row=header.number)
        got = N_("{which} names {n} of {columns}").format(
            which=which, n=len(names), columns=plural(len(names) + len(unnamed), "column")
        )
        do = N_("Leave one row of names above the data, or say which it is with --header-row")
        if options.may_exclude:
            do += N_("; {flag} leaves out what has no name").format(
                flag=exclude_flag([stand_in(i) for i in unnamed[:100]])
            )
        raise InputError("SA-117", where, got, f"{do}.")
    return tuple(names.values()), tuple(names)


def _without_below(rows: list[Row], where: str, notes: list[str]) -> list[Row]:
    """Rows without the notes and the totals behind the last of them."""
    n = len(rows)
    while n and is_title(rows[n - 1], len(rows[n - 1].cells)):
        n -= 1
    apart = rows[n:]
    if n and apart:
        near = rows[max(0, n - NEAR) : n]
        is_spaced = near[-1].number - near[0].number >= len(near)
        is_behind_blank = apart[0].number > rows[n - 1].number + 1 and not is_spaced
        told = apart[0].filled[0] if apart[0].filled else ""
        if (is_behind_blank and is_note(told)) or says_count(str(told), n):
            notes.append(N_("{rows} behind the last row left out").format(rows=_rows(apart)))
            rows = rows[:n]
    last = rows[-1] if rows else None
    if last is None or label_of(last) is None:
        return rows
    totals = Totals(last)
    for row in rows[:-1]:
        totals.add(row.cells)
    if totals.is_certain:
        notes.append(N_("{rows} left out: totals of the rows above").format(rows=_rows([last])))
        return rows[:-1]
    if may_be_totals(last):
        do = N_("Pass --skip-rows {rows} if it is no row; if it is one, let another row be the last.")
        raise uncertain(where, "row", [last.number], N_("is the last and begins as a row of totals does"), do)
    return rows
