"""Delimited text without DuckDB: how many records and characters a file holds, and what is wrong with it.

DuckDB has dropped a last record that did not fit into its buffer, and spaces before a quote, without a word. So a file
is counted first, by the bytes that separate its cells, or by the standard library where quotes stand elsewhere than
around cells; what DuckDB returns must agree.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from synthaudit.adapters.readers.raw import MAX_CELL, check_count, long_cell, long_record, plural
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import IntArray

MAX_RECORD = 16 << 20
"""Bytes of a record, its line end left out."""
BLOCK = 1 << 18
_QUOTE, _END = ord('"'), ord("\n")
_CONTINUED = -64
"""Below it, as a signed number, lie the bytes that go on with a character."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a file holds below its header."""

    records: int
    characters: int
    """Of all cells; a quote around a cell is none, two within it are one."""
    is_padded: bool = False
    """A space stands before a quote: DuckDB takes that quote for one that opens the cell, others do not."""

    def check(self, where: str, records: int, characters: int) -> None:
        """SA-121 where another number of them was read, SA-125 where the file explains it."""
        if self.is_padded and (records, characters) != (self.records, self.characters):
            raise InputError("SA-125", where, N_("a space before a quote"), N_("Write quotes next to the delimiter."))
        check_count(where, self.records, records)
        check_count(where, self.characters, characters, "character")


def count_records(path: Path, sep: str, header: list[str], where: str, rows_named: bool) -> Count:
    """Count the records and characters below the header of checked UTF-8 text with ``\\n`` line ends.

    Raises
    ------
    InputError
        SA-123 and SA-124 ragged, SA-125 quotes, SA-156 a record too long.
    """
    count = _by_bytes(path, sep, len(header), where, rows_named) if len(sep.encode()) == 1 else None
    if count is None:
        count = _by_library(path, sep, len(header))
    if count is None:
        raise diagnosis(path, sep, len(header), where, rows_named)
    return replace(count, records=count.records - 1, characters=count.characters - sum(map(len, header)))


# --- by bytes -------------------------------------------------------------------------------------------------


def _by_bytes(path: Path, sep: str, n_columns: int, where: str, rows_named: bool) -> Count | None:
    """Records and characters, header and all; None where bytes alone cannot tell."""
    records = characters = 0
    data, block = b"", b"-"
    with path.open("rb") as file:
        while block:
            # As much again as is left over, so that a long record is not looked at anew for every block.
            block = file.read(max(BLOCK, len(data)))
            data += block or (b"\n" if data else b"")
            piece = _piece(data, ord(sep), n_columns)
            if piece is None:
                return None
            records += piece.records
            characters += piece.characters
            data = data[piece.n_bytes :]
            if piece.is_cut or len(data) > MAX_RECORD:
                raise _too_long(data, sep, where, records if rows_named else None)
    return None if data else Count(records, characters)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Whole records at the start of a block."""

    records: int
    characters: int
    n_bytes: int
    is_cut: bool
    """The next record is too long."""


def _piece(data: bytes, sep: int, n_columns: int) -> _Piece | None:
    """The whole records of a block; None where one is ragged, or a quote is neither around a cell nor doubled."""
    block = np.frombuffer(data, np.uint8)
    is_end, is_sep = block == _END, block == sep
    quotes = np.flatnonzero(block == _QUOTE)
    if len(quotes):
        if not _enclose(block, quotes, sep):
            return None
        outside = np.bitwise_xor.accumulate((block == _QUOTE).view(np.uint8)) == 0
        is_end &= outside
        is_sep &= outside
    ends = np.flatnonzero(is_end)
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    too_long = np.flatnonzero(ends - starts > MAX_RECORD)
    if len(too_long):
        ends, starts = ends[: too_long[0]], starts[: too_long[0]]
    n_bytes = int(ends[-1]) + 1 if len(ends) else 0
    seps = np.flatnonzero(is_sep[:n_bytes])
    n_ends = len(ends)
    if n_columns > 1:
        # A blank line is no record, unless it is the one cell of one.
        ends, starts = ends[starts < ends], starts[starts < ends]
    if not _fit(seps, starts, ends, n_columns - 1):
        return None
    quotes = quotes[quotes < n_bytes]
    n_doubled = int((quotes[2::2] == quotes[1:-1:2] + 1).sum())
    n_continued = 0 if data.isascii() else int((block[:n_bytes].view(np.int8) < _CONTINUED).sum())
    characters = n_bytes - n_continued - n_ends - len(seps) - (len(quotes) - n_doubled)
    return _Piece(len(ends), characters, n_bytes, bool(len(too_long)))


def _enclose(block: npt.NDArray[np.uint8], quotes: IntArray, sep: int) -> bool:
    """Whether every quote opens or closes a cell, or is one of two that stand for one."""
    opening, closing = quotes[::2], quotes[1::2]
    before = block[opening[opening > 0] - 1]
    after = block[closing[closing < len(block) - 1] + 1]
    return all(bool(((b == sep) | (b == _END) | (b == _QUOTE)).all()) for b in (before, after))


def _fit(seps: IntArray, starts: IntArray, ends: IntArray, n: int) -> bool:
    """Whether there are n delimiters in every record."""
    if len(seps) != n * len(ends):
        return False
    return n == 0 or bool((seps[::n] >= starts).all() and (seps[n - 1 :: n] < ends).all())


def _too_long(data: bytes, sep: str, where: str, row: int | None) -> InputError:
    """What is said of a record that goes beyond the limit: most often it is one cell that does."""
    text = TextIOWrapper(BytesIO(data[:MAX_RECORD]), "utf-8", errors="replace", newline="\n")
    with cell_limit():
        try:
            next(csv.reader(text, delimiter=sep), None)
        except csv.Error:
            return long_cell(where, None, row)
    return long_record(where, MAX_RECORD, row)


# --- by the standard library ----------------------------------------------------------------------------------


@contextmanager
def cell_limit() -> Iterator[None]:
    """The standard library's limit of a cell as it is here."""
    # The limit is the standard library's global; it is put back.
    old = csv.field_size_limit(MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(old)


class _LongRecord(csv.Error):
    """A record goes beyond the limit."""


class _Lines:
    """The lines of a file as text, no more of them for one record than it may have."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.n_bytes = 0
        """Since this was last set to 0."""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_RECORD + 2)
        if not line:
            raise StopIteration
        self.n_bytes += len(line)
        if self.n_bytes - line.endswith(b"\n") > MAX_RECORD:
            raise _LongRecord
        return line.decode()


@contextmanager
def records_of(path: Path, sep: str) -> Iterator[Iterator[list[str]]]:
    """The records of checked UTF-8 text, header first; ``csv.Error`` on the way."""
    with cell_limit(), path.open("rb") as file:
        yield _bounded(_Lines(file), sep)


def _bounded(lines: _Lines, sep: str) -> Iterator[list[str]]:
    for record in csv.reader(lines, delimiter=sep, strict=True):
        lines.n_bytes = 0
        yield record


def _by_library(path: Path, sep: str, n_columns: int) -> Count | None:
    """Records and characters, header and all; None where one cannot be read."""
    n = characters = 0
    is_padded = False
    with records_of(path, sep) as records:
        try:
            for record in records:
                if record and len(record) != n_columns:
                    return None
                cells = "".join(record)
                n += bool(record) or n_columns == 1
                characters += len(cells)
                is_padded |= ' "' in cells
        except csv.Error:
            return None
    return Count(n, characters, is_padded)


def diagnosis(path: Path, sep: str, n_columns: int, where: str, rows_named: bool) -> InputError:
    """What is wrong with a file that cannot be counted."""
    row = 0
    with records_of(path, sep) as records:
        try:
            for record in records:
                row += bool(record) or n_columns == 1
                place = N_("data row {row}").format(row=row - 1) if rows_named else N_("a row")
                if record and len(record) != n_columns:
                    code = "SA-123" if len(record) > n_columns else "SA-124"
                    got = N_("{place} has {fields}, the header has {n_columns}").format(
                        place=place, fields=plural(len(record), "field"), n_columns=n_columns
                    )
                    return InputError(code, where, got, N_("Quote cells that hold the delimiter, or pass --sep."))
        except csv.Error as error:
            return fault_of(error, where, row if rows_named else None)
    return refused(where)


def refused(where: str) -> InputError:
    """SA-125 where nothing is wrong but that DuckDB refuses the file."""
    got = N_("a form of CSV that one of two readers refuses")
    return InputError("SA-125", where, got, N_("Export it again with quotes around text, and without blank lines."))


def fault_of(error: csv.Error, where: str, row: int | None) -> InputError:
    """What stopped the standard library, in our words."""
    place = "" if row is None else N_(" in data row {row}").format(row=row)
    if isinstance(error, _LongRecord):
        return long_record(where, MAX_RECORD, row)
    if "field limit" in str(error):
        return long_cell(where, None, row)
    if "unexpected end" in str(error):
        return InputError(
            "SA-125", where, N_("a quote opened{place} is never closed").format(place=place), N_("Close it.")
        )
    got = N_("text after a closing quote{place}").format(place=place)
    return InputError("SA-125", where, got, N_('Double the quotes within a cell ("").'))
