"""JSON lines by the standard library: one flat object a line; a name that a record lacks is missing there."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.compression import CHUNK
from synthaudit.adapters.readers.formats import Copied
from synthaudit.adapters.readers.frames import cell_text, raw_column
from synthaudit.adapters.readers.leave_out import NOT_READ
from synthaudit.adapters.readers.raw import (
    MAX_CELL,
    MAX_COLUMNS,
    RawTable,
    ReadOptions,
    among_empty,
    bytes_beyond,
    check_cells,
    check_count,
    check_names,
    long_cell,
    long_record,
    where_column,
)
from synthaudit.cells import EXACT_INTEGER, text_column
from synthaudit.errors import InputError
from synthaudit.files import excess, json_structure, printable
from synthaudit.files.catalogue import N_
from synthaudit.types import IntArray

MAX_RECORD = 64 << 20
"""Characters of a line, its end left out."""
BLANK = " \t\n\r\v\f"
"""What a line may hold and be none: ASCII alone, as where bytes are counted."""
BATCH = 65_536
"""Rows of one batch, unless its text is long."""
BATCH_CHARACTERS = 64 << 20
"""Text that closes a batch; of up to four bytes each."""
_HALF = re.compile("[\ud800-\udfff]")
"""One of the two codes that together spell a character beyond 16 bits."""

Record = list[tuple[str, Any]]


def read_json_lines(path: Path, where: str, rows_named: bool, options: ReadOptions) -> pd.DataFrame:
    """Read checked UTF-8 text with one JSON object a line.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-118 nested cells, SA-121 lines lost, SA-124 a line that is no object, SA-127 half a
        character, SA-132 to SA-137 names, SA-156 a cell or line too long.
    """
    cells: dict[str, list[Any]] = {}
    row = 0
    for row, record in enumerate(_records(path, where, rows_named, options), 1):
        for name, value in record:
            if name not in cells:
                _check_width(len(cells), where)
                cells[name] = []
            column = cells[name]
            column += [None] * (row - 1 - len(column))
            column.append(value)
    check_count(where, count_lines(path), row)
    _check_layout(row, list(cells), where)
    frame = {}
    for i, (name, values) in enumerate(cells.items()):
        place = where_column(where, i, name)
        values += [None] * (row - len(values))
        array = np.empty(row, dtype=object)
        array[:] = values
        frame[name] = raw_column(pd.Series(array, dtype=object), place)
        check_cells(frame[name], place, rows_named)
    return pd.DataFrame(frame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinesSource:
    """A copied file of JSON lines, checked once from end to end, ready to be asked for rows; see ``Source``.

    Attributes
    ----------
    kinds : tuple of str or None
        ``"number"`` where all present cells of a column are numbers that float64 holds, ``"O"`` for text, None where
        no cell is present.
    """

    copy: Copied
    names: tuple[str, ...]
    kinds: tuple[str | None, ...]
    n_rows: int
    options: ReadOptions

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        """These columns as raw ones, so many rows at a time, in the order of the file."""
        names = [self.names[i] for i in columns]
        cells: list[list[Any]] = [[] for _ in columns]
        n_read = n = characters = 0
        for line, record in _lines(self.copy.path, self.copy.where, self.copy.rows_named, self.options):
            n_read += 1
            cell_of = dict(record)
            for name, column in zip(names, cells, strict=True):
                column.append(cell_of.get(name))
            n, characters = n + 1, characters + len(line)
            if n >= BATCH or characters >= BATCH_CHARACTERS:
                yield self._raw(columns, cells)
                cells = [[] for _ in columns]
                n = characters = 0
        if n:
            yield self._raw(columns, cells)
        check_count(self.copy.where, self.n_rows, n_read)

    def pick(self, rows: IntArray) -> RawTable:
        """The rows at these 0-based positions, ascending, with all columns."""
        positions = set(rows.tolist())
        cells: list[list[Any]] = [[] for _ in self.names]
        for i, line in enumerate(_texts(self.copy.path)):
            if i in positions:
                cell_of = dict(_record(line, self.copy.where, None, self.options))
                for name, column in zip(self.names, cells, strict=True):
                    column.append(cell_of.get(name))
        check_count(self.copy.where, len(rows), len(cells[0]))
        return self.table(pd.DataFrame(dict(zip(self.names, self._raw(range(len(self.names)), cells), strict=True))))

    def column(self, position: int) -> RawTable:
        """One whole column in its place among empty ones."""
        cells = pd.concat([batch[0] for batch in self.batches([position])], ignore_index=True)
        return self.table(among_empty(self.names, position, cells))

    def table(self, frame: pd.DataFrame) -> RawTable:
        """A frame with the name, the hash and the notes of this file."""
        return self.copy.table(frame)

    def present_kinds(self) -> list[str | None]:
        """What the cells of each column are."""
        return list(self.kinds)

    def _raw(self, columns: Iterable[int], cells: list[list[Any]]) -> list[pd.Series]:
        return [
            _numbers(values) if self.kinds[i] == "number" else _texts_of(values, self.copy.where)
            for i, values in zip(columns, cells, strict=True)
        ]


def count_lines(path: Path) -> int:
    """Lines that are not blank, by their bytes alone."""
    n, is_filled = 0, False
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            filled = [bool(piece.strip()) for piece in block.split(b"\n")]
            filled[0] |= is_filled
            is_filled = filled.pop()
            n += sum(filled)
    return n + is_filled


def open_lines(copy: Copied, options: ReadOptions) -> LinesSource:
    """The copied file as a source, every line of it checked.

    Raises
    ------
    InputError
        As for a file that is read whole.
    """
    where = copy.where
    # In order of appearance.
    names: dict[str, None] = {}
    numbers: set[str] = set()
    texts: set[str] = set()
    long: dict[str, tuple[int, int | None]] = {}
    row = 0
    for row, record in enumerate(_records(copy.path, where, copy.rows_named, options), 1):
        for name, value in record:
            if name not in names:
                _check_width(len(names), where)
                names[name] = None
            if isinstance(value, str):
                texts.add(name)
                n = bytes_beyond(value)
                if n is not None and name not in long:
                    long[name] = n, row if copy.rows_named else None
            elif isinstance(value, bool) or (isinstance(value, int) and abs(value) > EXACT_INTEGER):
                texts.add(name)
            elif not _is_missing(value):
                numbers.add(name)
    check_count(where, count_lines(copy.path), row)
    _check_layout(row, list(names), where)
    for i, name in enumerate(names):
        if name in long:
            raise long_cell(where_column(where, i, name), *long[name])
    kinds = tuple("O" if name in texts else "number" if name in numbers else None for name in names)
    return LinesSource(copy=copy, names=tuple(names), kinds=kinds, n_rows=row, options=options)


def _nested(names: list[str], where: str, place: str, options: ReadOptions) -> InputError:
    """SA-118 with the columns of one line that hold more than a value."""
    shown = ", ".join(f"'{printable(name)}'" for name in names[:10]) + (", …" if len(names) > 10 else "")
    got, do = (
        (N_("{place} has a nested cell in {shown}"), N_("Flatten it{or_leave_out}."))
        if len(names) == 1
        else (N_("{place} has nested cells in {shown}"), N_("Flatten them{or_leave_out}."))
    )
    do = do.format(or_leave_out=options.or_leave_out(names, "it" if len(names) == 1 else "them"))
    return InputError("SA-118", where, got.format(place=place, shown=shown), do)


def _is_missing(value: Any) -> bool:
    return value is None or value != value


def _numbers(values: list[Any]) -> pd.Series:
    return pd.Series(np.array([np.nan if value is None else float(value) for value in values]) + 0.0)


def _texts_of(values: list[Any], where: str) -> pd.Series:
    return text_column([None if _is_missing(value) else cell_text(value, where) for value in values])


# --- lines ----------------------------------------------------------------------------------------------------


def _texts(path: Path) -> Iterator[str]:
    """The lines that are not blank, the longest of them cut."""
    with path.open(encoding="utf-8", newline="") as file:
        while line := file.readline(MAX_RECORD + 1):
            if line.strip(BLANK):
                yield line


def _lines(path: Path, where: str, rows_named: bool, options: ReadOptions) -> Iterator[tuple[str, Record]]:
    for row, line in enumerate(_texts(path), 1):
        yield line, _record(line, where, row if rows_named else None, options)


def _records(path: Path, where: str, rows_named: bool, options: ReadOptions) -> Iterator[Record]:
    return (record for _, record in _lines(path, where, rows_named, options))


def _check_width(n_columns: int, where: str) -> None:
    if n_columns == MAX_COLUMNS:
        got = N_("more than {limit} columns; limit {limit}").format(limit=MAX_COLUMNS)
        raise InputError("SA-137", where, got, N_("Leave some out."))


def _check_layout(n_rows: int, names: list[str], where: str) -> None:
    if not n_rows or not names:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    check_names(names, where)


def _record(line: str, where: str, row: int | None, options: ReadOptions) -> Record:
    place = N_("a line") if row is None else N_("data row {row}").format(row=row)
    if len(line) > MAX_RECORD and not line.endswith("\n"):
        raise long_record(where, MAX_RECORD, row)
    beyond = excess(json_structure(line), MAX_COLUMNS) if len(line) > MAX_CELL else None
    if beyond is not None:
        raise InputError(
            "SA-118", where, N_("{place} holds {beyond}").format(place=place, beyond=beyond), N_("Flatten it.")
        )
    try:
        # Pairs, not a dict: a name that occurs twice in a record must not win silently.
        pairs = json.loads(line, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise InputError(
            "SA-124", where, N_("{place} is not valid JSON").format(place=place), N_("Write one JSON object a line.")
        ) from None
    is_object = line.lstrip().startswith("{")
    if not is_object:
        raise InputError(
            "SA-124", where, N_("{place} is not a JSON object").format(place=place), N_("Write one JSON object a line.")
        )
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        got = N_("{place} has the same name twice").format(place=place)
        raise InputError("SA-132", where, got, N_("Give every column a name of its own."))
    nested = [name for name, value in pairs if isinstance(value, list | tuple)]
    if nested:
        refused = [name for name in nested if not options.leaves_out(name)]
        if refused:
            raise _nested(refused, where, place, options)
        pairs = [(name, NOT_READ if isinstance(value, list | tuple) else value) for name, value in pairs]
    # Only an escape can spell half a character, which no text file and no library behind this one can hold.
    if "\\u" in line and any(_HALF.search(value) for _, value in pairs if isinstance(value, str)):
        raise InputError(
            "SA-127",
            where,
            N_("{place} spells half a character (\\ud800)").format(place=place),
            N_("Write whole characters."),
        )
    return list(pairs)
