"""Workbooks (.xlsx, .xlsb, .ods, .xls): one sheet, measured before it is opened, and opened by another process."""

import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers import sheet
from synthaudit.adapters.readers.apart import run_apart
from synthaudit.adapters.readers.compression import CHUNK, DEFAULT_MAX_BYTES, MAX_RATIO, RATIO_FLOOR, size_text
from synthaudit.adapters.readers.extras import need
from synthaudit.adapters.readers.frames import raw_column
from synthaudit.adapters.readers.header import check_header
from synthaudit.adapters.readers.raw import (
    MAX_COLUMNS,
    ReadOptions,
    check_cells,
    check_count,
    check_names,
    plural,
    where_column,
)
from synthaudit.adapters.readers.sheet_table import SheetTable, table_of
from synthaudit.adapters.readers.surroundings import Row
from synthaudit.cells import number_text
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_

MAX_MEMBERS = 10_000
MEMORY = 1 << 30
"""Bytes that the other process may use, beside twice the limit of decoded bytes."""

_TAIL = 256
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]|<table:table-cell[^>]{0,200} table:formula=")
_ERROR = re.compile(rb'<(?:\w+:)?c [^>]{0,200}\bt="e"')
_DOCTYPE = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C|E\x00?N\x00?T)")
"""Of XML, in UTF-8 or UTF-16: what declares entities, which no workbook has."""
_SPAN = re.compile(rb'table:number-(?:columns|rows)-spanned="(?:[2-9]|[1-9]\d+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What a workbook's text shows before it is read."""

    formulas: bool = False
    errors: bool = False
    spans: bool = False


def read_workbook(
    path: Path, where: str, options: ReadOptions, rows_named: bool, spent: int = 0
) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """Read one sheet: a row names the columns, those below are rows of the table (see ``sheet_table``).

    Returns
    -------
    frame : pandas.DataFrame
        Raw cells, see ``RawTable``; text stays text, whatever it looks like.
    notes : tuple of str
        What was noticed.
    n_beside : int
        Rows with something in them that are none of the table.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-111 expands too far, SA-113 needs too much memory, SA-114 python-calamine is missing,
        SA-115 no such sheet or several, SA-116 damaged, SA-117 merged cells or no row of names, SA-119 encrypted,
        SA-121 rows or cells that are lost.
    """
    need("python_calamine", "excel", where)
    limit = (DEFAULT_MAX_BYTES if options.max_bytes is None else options.max_bytes) - spent
    markup = Markup()
    plain = path
    if path.suffix != ".xls":
        plain = path.with_name(f"plain{path.suffix}")
        markup = _repacked(path, plain, where, limit, by_ratio=options.max_bytes is None)
    table = table_of(_rows(plain, where, options.sheet, limit, markup), where, options)
    frame = _frame(table, where, rows_named, options)
    notes = [*table.notes]
    if markup.formulas:
        notes.append(N_("the workbook holds formulas; the results saved with them were read"))
    if markup.errors:
        notes.append(N_("the workbook holds error cells (such as #N/A), which are read as missing"))
    return frame, tuple(notes), table.n_beside


def _repacked(source: Path, target: Path, where: str, limit: int, *, by_ratio: bool) -> Markup:
    """A copy of a zip that holds exactly the bytes that were measured, and what its sheets show.

    The library that reads it next unpacks until the packed data ends, whatever the archive declares.
    """
    try:
        with (
            zipfile.ZipFile(source) as packed,
            machine_faults(),
            create_private(target) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as copy,
        ):
            members = packed.infolist()
            _check_archive(members, where, limit, by_ratio, source.stat().st_size)
            markup = Markup()
            total = 0
            for member in members:
                with packed.open(member) as unpacked, copy.open(member.filename, "w", force_zip64=True) as out:
                    tail = b""
                    while chunk := unpacked.read(CHUNK):
                        total += len(chunk)
                        if total > limit:
                            raise _expands(where, limit)
                        out.write(chunk)
                        if member.filename.endswith((".xml", ".rels")):
                            if _DOCTYPE.search(tail + chunk):
                                got = N_("a part that declares a document type, which no workbook has")
                                raise InputError("SA-116", where, got, N_("Save it again."))
                            markup = _marked_up(markup, tail + chunk)
                            tail = chunk[-_TAIL:]
            return markup
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise InputError(
            "SA-116", where, N_("not a valid workbook, damaged or cut short"), N_("Save it again.")
        ) from None


def _check_archive(members: list[zipfile.ZipInfo], where: str, limit: int, by_ratio: bool, n_packed: int) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise InputError("SA-119", where, N_("encrypted"), N_("Save it again without a password."))
    if len(members) > MAX_MEMBERS or len({member.filename for member in members}) < len(members):
        got = N_("{n} members, too many or two of one name").format(n=len(members))
        raise InputError("SA-116", where, got, N_("Save it again."))
    declared = sum(member.file_size for member in members)
    if declared > limit:
        raise _expands(where, limit)
    if by_ratio and declared > max(RATIO_FLOOR, MAX_RATIO * n_packed):
        got = N_("expands beyond {n} times its size").format(n=MAX_RATIO)
        raise InputError("SA-111", where, got, N_("Pass --max-bytes only if you trust the file."))


def _expands(where: str, limit: int) -> InputError:
    got = N_("expands beyond the limit of {limit}").format(limit=size_text(limit))
    return InputError("SA-111", where, got, N_("Raise --max-bytes only if you trust the file."))


def _marked_up(markup: Markup, text: bytes) -> Markup:
    return Markup(
        formulas=markup.formulas or _FORMULA.search(text) is not None,
        errors=markup.errors or _ERROR.search(text) is not None,
        spans=markup.spans or _SPAN.search(text) is not None,
    )


def _rows(path: Path, where: str, name: str | None, limit: int, markup: Markup) -> list[Row]:
    target = path.with_name("rows.jsonl")
    create_private(target).close()
    request = {"source": str(path), "target": str(target), "sheet": name}
    answer = run_apart(Path(sheet.__file__), request, memory=MEMORY + 2 * limit, n_bytes=max(limit, CHUNK))
    status = answer["status"]
    if status == "sheets" and not answer["n"]:
        raise InputError("SA-103", where, N_("no sheet holds anything"), N_("Export the table again."))
    if status == "sheets":
        raise InputError(
            "SA-115", where, N_("{n} sheets hold data").format(n=answer["n"]), N_("Name one with --sheet.")
        )
    if status == "no sheet":
        got = N_("no sheet of that name among {sheets}").format(sheets=plural(answer["n"], "sheet"))
        raise InputError("SA-115", where, got, N_("Correct --sheet, which counts upper and lower case."))
    if status == "password":
        raise InputError("SA-119", where, N_("encrypted"), N_("Save it again without a password."))
    if status == "too large":
        got = N_("a sheet that needs more memory or time than the limits allow")
        raise InputError("SA-113", where, got, N_("Export it as CSV, or raise --max-bytes if you trust the file."))
    if status != "ok":
        raise InputError("SA-116", where, N_("not a valid workbook, damaged or cut short"), N_("Save it again."))
    if answer["merged"] or markup.spans:
        raise InputError("SA-117", where, N_("merged cells"), N_("Unmerge them: one row of names, one cell a value."))
    for n, n_read, noun in zip(answer["there"], answer["read"], ("record", "cell"), strict=True):
        # Its text cannot tell of every cell whether it holds anything.
        check_count(where, max(n, n_read), n_read, noun)
    with target.open(encoding="utf-8") as file:
        return [Row(*json.loads(line)) for line in file]


def _frame(table: SheetTable, where: str, rows_named: bool, options: ReadOptions) -> pd.DataFrame:
    names = [_name(cell, i, where) for i, cell in zip(table.places, table.names, strict=True)]
    if len(names) > MAX_COLUMNS:
        check_names([str(i) for i in range(len(names))], where)
    if not table.rows:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    check_header(names, where, options, ([row.cells[i] for i in table.places] for row in table.rows))
    check_names(names, where)
    frame = {}
    for i, name in zip(table.places, names, strict=True):
        place = where_column(where, i, name)
        column = np.empty(len(table.rows), dtype=object)
        column[:] = [_value(row.cells[i]) for row in table.rows]
        frame[name] = raw_column(pd.Series(column, dtype=object), place)
        check_cells(frame[name], place, rows_named)
    return pd.DataFrame(frame)


def _name(cell: Any, position: int, where: str) -> str:
    if isinstance(cell, bool | dict):
        got = N_("column {position} is named by a date or truth value").format(position=position + 1)
        raise InputError("SA-117", where, got, N_("Leave one row of names above the data."))
    if isinstance(cell, int | float):
        return number_text(float(cell))
    return str(cell)


def _value(cell: Any) -> Any:
    return datetime.fromisoformat(cell["time"]) if isinstance(cell, dict) else cell
