"""What the headers of SPSS, Stata and SAS files count, read without the library that reads the cells."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from synthaudit.adapters.readers.raw import check_count

CARD = 80
"""Bytes of a record of a SAS transport file."""
_BLOCK = CARD << 14
_STATA = re.compile(
    rb"<stata_dta><header><release>(\d{3})</release><byteorder>([ML])SF</byteorder><K>(.{2,4}?)</K><N>(.{4,8}?)</N>",
    re.DOTALL,
)
_MEMBERS = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
_NAMES = re.compile(rb"HEADER RECORD\*{7}NAM(?:ESTR|STV8) +HEADER RECORD!{7}0{6}(\d{4})")
_ROW_SIZE, _COLUMN_SIZE = (b"\xf7" * 4, b"\xf6" * 4)


class DamagedError(ValueError):
    """The header is not one, or counts more than the file can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a header counts; None where the format, or this file, does not say."""

    rows: int | None = None
    most_rows: int | None = None
    """Where the size of the file tells them up to blanks at its end: ``rows`` is the fewest then."""
    columns: int | None = None
    tables: int = 1

    def check(self, where: str, rows: int, columns: int) -> None:
        """SA-121 where other numbers of rows or columns were read."""
        if self.rows is not None and not self.rows <= rows <= (self.most_rows or self.rows):
            check_count(where, self.rows, rows)
        if self.columns is not None:
            check_count(where, self.columns, columns, "column")


def counts_of(path: Path, content: str) -> Counts:
    """The counts in a file's own header.

    Raises
    ------
    DamagedError
        It is cut short, or counts more than the file can hold.
    """
    try:
        with path.open("rb") as file:
            counts = _READERS[content](file, path.stat().st_size)
    except (struct.error, IndexError, OverflowError):
        raise DamagedError from None
    if min(counts.rows or 0, counts.columns or 0) < 0:
        raise DamagedError
    return counts


def _spss(file: BinaryIO, size: int) -> Counts:
    head = file.read(96)
    order = "<" if head[64:68] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
    packing, _, n_rows = struct.unpack(f"{order}3i", head[72:84])
    if n_rows < 0:
        # Programs that write row by row do not know.
        return Counts()
    # A row takes a byte at least, unless zlib packs the rows.
    if packing in (0, 1) and n_rows > size:
        raise DamagedError
    return Counts(rows=n_rows)


def _stata(file: BinaryIO, size: int) -> Counts:
    head = file.read(256)
    tagged = _STATA.match(head)
    if tagged is not None:
        order = "big" if tagged[2] == b"M" else "little"
        n_columns, n_rows = (int.from_bytes(tagged[i], order) for i in (3, 4))  # type: ignore[arg-type]
    else:
        n_columns, n_rows = struct.unpack(">Hi" if head[1] == 1 else "<Hi", head[4:10])
    # Every cell takes a byte at least.
    if n_rows * n_columns > size:
        raise DamagedError
    return Counts(rows=n_rows, columns=n_columns)


def _sas(file: BinaryIO, size: int) -> Counts:
    """The counts among the first pages of a SAS data set; none where they are written in another way."""
    head = file.read(288)
    is_wide, order = head[32] == 0x33, "<" if head[37] == 1 else ">"
    shift = 4 if head[35] == 0x33 else 0
    start, page, n_pages = struct.unpack(f"{order}3i", head[196 + shift : 208 + shift])
    word, kind, ahead, step = (8, "q", 40, 24) if is_wide else (4, "i", 24, 12)
    if not (0 < start <= size and 0 < page <= size):
        raise DamagedError
    rows = columns = None
    for i in range(min(max(n_pages, 1), 16)):
        file.seek(start + i * page)
        data = file.read(page)
        if len(data) < page:
            break
        (n,) = struct.unpack(f"{order}h", data[ahead - 4 : ahead - 2])
        for j in range(min(n, (page - ahead) // step)):
            at = ahead + j * step
            (offset,) = struct.unpack(f"{order}{kind}", data[at : at + word])
            part = data[offset : offset + 7 * word] if 0 < offset < page else b""
            numbers = struct.unpack(f"{order}7{kind}", part) if len(part) == 7 * word else (0,) * 7
            if _ROW_SIZE in part[:word]:
                rows = numbers[6]
            elif _COLUMN_SIZE in part[:word]:
                columns = numbers[1]
    return Counts(rows=rows, columns=columns)


def _transport(file: BinaryIO, size: int) -> Counts:
    """Rows of a SAS transport file: as its header says, or as many as its size tells."""
    members = list(_members(file))
    if not members:
        raise DamagedError
    if len(members) > 1:
        return Counts(tables=len(members))
    file.seek(members[0])
    head = file.read(5 * CARD)
    names = _NAMES.match(head[4 * CARD :])
    if names is None:
        raise DamagedError
    n_columns = int(names[1])
    described = file.read(-(-n_columns * 140 // CARD) * CARD)
    width = sum(struct.unpack(">h", described[i * 140 + 4 : i * 140 + 6])[0] for i in range(n_columns))
    while not (card := file.read(CARD)).startswith(b"HEADER RECORD*******OBS"):
        if len(card) < CARD:
            raise DamagedError
    start, said = file.tell(), card[48:63].strip(b" ")
    if width <= 0:
        raise DamagedError
    most = (size - start) // width
    if card[20:25] == b"OBSV8" and said.isdigit() and int(said):
        if int(said) > most:
            raise DamagedError
        return Counts(rows=int(said), columns=n_columns)
    file.seek(max(start, size - CARD + 1))
    last = file.read()
    fewest = -(-(size - start - (len(last) - len(last.rstrip(b" ")))) // width)
    return Counts(rows=min(fewest, most), most_rows=most, columns=n_columns)


def _members(file: BinaryIO) -> Iterator[int]:
    """Where the data sets of a transport file begin."""
    start = 0
    while block := file.read(_BLOCK):
        for i in range(0, len(block), CARD):
            if block.startswith(_MEMBERS, i):
                yield start + i
        start += len(block)


_READERS: Mapping[str, Callable[[BinaryIO, int], Counts]] = {
    "sav": _spss,
    "dta": _stata,
    "sas7bdat": _sas,
    "xpt": _transport,
}
