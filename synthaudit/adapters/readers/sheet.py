"""A program of its own: one sheet of a workbook as lines of JSON, within limits of memory, time and output.

calamine lays a sheet out in full: two cells far apart ask for terabytes, and where they are refused the process ends
at once. That must not be the process that audits. It is run by its path and imports nothing of synthaudit.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any


def main(source: str, target: str, sheet: str | None, memory: int, seconds: int, n_bytes: int) -> dict[str, Any]:
    """Write the sheet's rows to ``target`` and say what was found.

    A cell is null, a text, a number, a truth value, or ``{"time": text}``.
    """
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, WorksheetNotFound

    _limit(memory, seconds, n_bytes)
    try:
        with CalamineWorkbook.from_path(source) as book:
            if sheet is None:
                tables = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
                filled = [name for name in tables if any(_rows(book.get_sheet_by_name(name)))]
                if len(filled) != 1:
                    return {"status": "sheets", "n": len(filled)}
                sheet = filled[0]
            try:
                table = book.get_sheet_by_name(sheet)
            except WorksheetNotFound:
                return {"status": "no sheet", "n": len(book.sheet_names)}
            with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123
                for row in _rows(table):
                    file.write(json.dumps(row) + "\n")
            return {"status": "ok", "merged": bool(table.merged_cell_ranges)}
    except PasswordError:
        return {"status": "password"}
    except (MemoryError, OSError):
        return {"status": "too large"}
    except Exception:
        # Whatever it says of the file, it may quote a cell.
        return {"status": "damaged"}


def _limit(memory: int, seconds: int, n_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, n_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """Rows that hold anything, and all rows of a sheet of one column."""
    for row in sheet.iter_rows():
        cells = [_cell(value) for value in row]
        if len(cells) == 1 or any(cell is not None for cell in cells):
            yield cells


def _cell(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime | date):
        return {"time": value.isoformat()}
    if isinstance(value, time):
        return value.isoformat()
    return None if value == "" else value


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    print(json.dumps(main(**request)))
