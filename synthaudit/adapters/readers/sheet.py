"""A program of its own: one sheet of a workbook as lines of JSON, within limits of memory, time and output.

calamine lays a sheet out in full: two cells far apart ask for terabytes, and where they are refused the process ends
at once. That must not be the process that audits. It is run by its path and imports nothing of synthaudit.
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

_ROW, _CELL, _STRING = (re.compile(rb"<(?:\w+:)?" + name + rb"[ >/]") for name in (b"row", b"c", b"si"))
_TEXT = re.compile(rb"<(?:\w+:)?[vt](?: [^>]*)?>([^<]*[^<\s])")
"""What a value or a text begins with, where it is more than blanks."""
_KIND = re.compile(rb"""\bt=["'](\w+)["']""")
_SHEET_END = re.compile(rb"</(?:\w+:)?sheetData>")


def main(source: str, target: str, sheet: str | None) -> dict[str, Any]:
    """Write the sheet's rows, each with its number, to ``target`` and say what was found.

    A cell is null, a text, a number, a truth value, or ``{"time": text}``.
    """
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, WorksheetNotFound

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
            n_rows = n_cells = 0
            with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123
                for number, row in _rows(table):
                    file.write(json.dumps([number, row]) + "\n")
                    n_filled = sum(cell is not None for cell in row)
                    n_rows, n_cells = n_rows + (n_filled > 0), n_cells + n_filled
            there = _in_xml(source, sheet) if source.endswith(".xlsx") else (0, 0)
            return {"status": "ok", "merged": bool(table.merged_cell_ranges), "read": (n_rows, n_cells), "there": there}
    except PasswordError:
        return {"status": "password"}
    except (MemoryError, OSError):
        return {"status": "too large"}
    except Exception:
        # Whatever it says of the file, it may quote a cell.
        return {"status": "damaged"}


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Rows that hold anything, and all rows of a sheet of one column, with their numbers as the sheet shows them."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(value) for value in row]
        if len(cells) == 1 or any(cell is not None for cell in cells):
            yield number, cells


def _cell(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime | date):
        return {"time": value.isoformat()}
    if isinstance(value, time):
        return value.isoformat()
    return None if value == "" else value


def _in_xml(source: str, sheet: str) -> tuple[int, int]:
    """Rows and cells of a sheet that surely hold something, by its text alone; none where the sheet is not found."""
    with ZipFile(source) as book:
        members = set(book.namelist())
        names, targets, strings = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
        if not {names, targets} <= members:
            return 0, 0
        keys = {
            node.get("name"): next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
            for node in ElementTree.fromstring(book.read(names)).iter()
            if node.tag.endswith("}sheet")
        }
        paths = {node.get("Id"): node.get("Target", "") for node in ElementTree.fromstring(book.read(targets))}
        path = paths.get(keys.get(sheet), "")
        path = path[1:] if path.startswith("/") else f"xl/{path}"
        if path not in members:
            return 0, 0
        texts = _STRING.split(book.read(strings))[1:] if strings in members else []
        blank = {i for i, text in enumerate(texts) if not _TEXT.search(text)}
        cells = _SHEET_END.split(book.read(path))[0]
    filled = [sum(_is_filled(cell, blank) for cell in _CELL.split(row)[1:]) for row in _ROW.split(cells)[1:]]
    return sum(n > 0 for n in filled), sum(filled)


def _is_filled(cell: bytes, blank: set[int]) -> bool:
    head, _, body = cell.partition(b">")
    text = _TEXT.search(body)
    kind = _KIND.search(head)
    if text is None or (kind and kind[1] == b"e"):
        return False
    return not (kind and kind[1] == b"s" and text[1].isdigit() and int(text[1]) in blank)


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    print(json.dumps(main(**request)))
