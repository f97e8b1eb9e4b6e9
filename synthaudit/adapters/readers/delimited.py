"""Delimited text: bytes to checked UTF-8, header and delimiter by the standard library, records by DuckDB.

DuckDB's sniffer loses data silently (ragged files become one column, duplicate names are renamed), so it never
sniffs here: it is told the delimiter and the number of columns and gives every cell back as text. Its messages
quote the offending row; none of them leaves this module.
"""

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from synthaudit.adapters.readers import counting
from synthaudit.adapters.readers.duck import connection, quoted, values_and_mask
from synthaudit.adapters.readers.exports import refuse_fixed_width
from synthaudit.adapters.readers.header import SAMPLE_RECORDS, check_header
from synthaudit.adapters.readers.raw import MAX_COLUMNS, ReadOptions, check_cells, named
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_

DELIMITERS = (",", ";", "\t", "|")
INDEX = "the first column has no name and counts the rows; it is left out"
NO_CELL = "columns without a name and without any cell are left out"
_BOM = "\ufeff"


@dataclass(slots=True)
class LineEnds:
    """Which line ends a text stream had."""

    lf: bool = False
    crlf: bool = False
    cr: bool = False

    @property
    def mixed(self) -> bool:
        """More than one kind."""
        return self.lf + self.crlf + self.cr > 1


def checked_text(chunks: Iterator[bytes], encoding: str, where: str, ends: LineEnds) -> Iterator[str]:
    """Decode strictly, drop one byte-order mark, and write every line end as ``\\n``, within quotes too.

    Raises
    ------
    InputError
        SA-126 NUL, SA-127 wrong encoding, SA-128 second byte-order mark, SA-129 UTF-8 under another name, SA-180
        unknown encoding.
    """
    decoder = _decoder(encoding)
    utf8 = _MaybeUtf8() if _is_single_byte(encoding) else None
    done = 0
    at_start = True
    held = ""
    for chunk in _with_end(chunks):
        before = done - len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise _wrong_encoding(encoding, before + start, chunk, where) from None
        done += len(chunk)
        if utf8 is not None and utf8.holds(chunk):
            got = N_(
                "valid UTF-8 with letters beyond ASCII; read as {encoding}, each of them would become two or more"
            ).format(encoding=encoding)
            raise InputError("SA-129", where, got, N_("Leave --encoding out."))
        if at_start and text:
            at_start = False
            text = text.removeprefix(_BOM)
            if text.startswith(_BOM):
                raise InputError("SA-128", where, N_("a second byte-order mark at the start"), N_("Remove one."))
        if "\0" in text:
            do = N_("Export plain text; if this is UTF-16, pass --encoding utf-16.")
            raise InputError("SA-126", where, N_("NUL among the first {done} bytes").format(done=done), do)
        text = held + text
        # A CR at the end of a chunk waits for the LF that may follow it.
        held = "\r" if chunk and text.endswith("\r") else ""
        text = text[: len(text) - len(held)]
        if "\r" in text:
            n_crlf = text.count("\r\n")
            ends.crlf |= n_crlf > 0
            ends.cr |= text.count("\r") > n_crlf
            ends.lf |= text.count("\n") > n_crlf
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        else:
            ends.lf |= "\n" in text
        yield text


def _is_single_byte(encoding: str) -> bool:
    """Whether each byte is a character, so that the bytes of any text decode to something."""
    with suppress(UnicodeError):
        high = bytes(range(0x80, 0x100))
        return len(high.decode(encoding, "replace")) == len(high) and len("é".encode().decode(encoding, "replace")) == 2
    return False


class _MaybeUtf8:
    """Whether bytes that are said to be of another encoding are UTF-8, which only all of them together tell."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_valid = True
        self._is_ascii = True

    def holds(self, chunk: bytes) -> bool:
        """Take the next bytes, none at the end; True there where all were UTF-8 and not ASCII alone."""
        if self._is_valid and not (chunk.isascii() and self._is_ascii):
            self._is_ascii = False
            try:
                self._decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                self._is_valid = False
        return not chunk and self._is_valid and not self._is_ascii


def _with_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        codec = codecs.lookup(encoding)
        if not getattr(codec, "_is_text_encoding", True):
            raise LookupError
        return codecs.getincrementaldecoder(codec.name)(errors="strict")
    except LookupError:
        do = N_("Pass a codec such as utf-8, utf-16, latin-1 or cp1252.")
        raise InputError(
            "SA-180", N_("option {option}").format(option="--encoding"), N_("no such text encoding"), do
        ) from None


def _wrong_encoding(encoding: str, position: int, chunk: bytes, where: str) -> InputError:
    name = codecs.lookup(encoding).name.upper()
    utf16 = position < 2 and chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    do = (
        N_("Pass --encoding utf-16.") if utf16 else N_("Pass --encoding with the right one, such as latin-1 or cp1252.")
    )
    return InputError("SA-127", where, N_("not {name} at byte {position}").format(name=name, position=position), do)


def write_text(chunks: Iterator[bytes], target: Path, encoding: str, where: str) -> LineEnds:
    """Write the checked text of a byte stream to ``target`` as UTF-8."""
    ends = LineEnds()
    with machine_faults(), create_private(target) as file:
        for text in checked_text(chunks, encoding, where, ends):
            try:
                file.write(text.encode())
            except UnicodeEncodeError:
                # Codecs of escapes, such as UTF-7, can spell what no text file holds.
                raise InputError(
                    "SA-127", where, N_("half a character (\\ud800)"), N_("Write whole characters.")
                ) from None
    return ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a table lies in its text.

    Attributes
    ----------
    sep : str
        Delimiter.
    header : tuple of str
        What the first line holds.
    places : tuple of int
        Columns of the table among those of the text; others have neither a name nor anything to tell.
    names : tuple of str
        Checked names of these.
    notes : tuple of str
        What was noticed.
    """

    sep: str
    header: tuple[str, ...]
    places: tuple[int, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_delimited(
    path: Path, where: str, options: ReadOptions, *, prefer_tab: bool, rows_named: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read checked UTF-8 text; every cell is str, or None where the file has nothing between two delimiters.

    Parameters
    ----------
    path : Path
        UTF-8 with ``\\n`` line ends, as `write_text` leaves it.
    where : str
        Role and file name, for messages.
    options : ReadOptions
        ``sep`` is used.
    prefer_tab : bool
        The name says TSV.
    rows_named : bool
        Whether a message may name a row.

    Returns
    -------
    frame : pandas.DataFrame
        (n, d) raw cells.
    notes : tuple of str
        What was noticed.

    Raises
    ------
    InputError
        SA-103 no rows, SA-121 read otherwise than counted, SA-123 to SA-125 ragged or unclosed, SA-130 delimiter,
        SA-132 to SA-137 names, SA-156 a cell or record too long.
    """
    layout = layout_of(path, where, options, prefer_tab, rows_named)
    sep, header = layout.sep, list(layout.header)
    count = counting.count_records(path, sep, header, where, rows_named)
    if count.records == 0:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    columns = _fetch(path, sep, len(header), where)
    n_characters = sum(
        check_cells(column, N_("{where}, column {position}").format(where=where, position=i + 1), rows_named)
        for i, column in enumerate(columns)
    )
    count.check(where, len(columns[0]), n_characters)
    frame = {name: columns[place] for name, place in zip(layout.names, layout.places, strict=True)}
    return pd.DataFrame(frame), layout.notes


def layout_of(path: Path, where: str, options: ReadOptions, prefer_tab: bool, rows_named: bool) -> Layout:
    """The delimiter, and the checked header without the columns that have no name and nothing to tell."""
    sep = checked_sep(options.sep) if options.sep is not None else delimiter_of(path, where, prefer_tab)
    with counting.records_of(path, sep) as records:
        try:
            header = next(records, [])
        except csv.Error as error:
            raise counting.fault_of(error, N_("{where}, header").format(where=where), None) from None
        if len(header) <= MAX_COLUMNS:
            check_header(header, where, options, _readable(records))
    header = header or [""]
    dropped: dict[int, str] = {}
    if len(header) <= MAX_COLUMNS and not all(name.strip() for name in header) and any(header):
        counting.count_records(path, sep, header, where, rows_named)
        dropped = _without_name(path, sep, header, where)
    places = tuple(i for i in range(len(header)) if i not in dropped)
    names = named([header[i] for i in places], where, options, places)
    if sep != "," and len(header) == 1 and options.sep is None:
        sep = ","
    notes = tuple(dict.fromkeys(dropped.values()))
    return Layout(sep=sep, header=tuple(header), places=places, names=tuple(names), notes=notes)


def _without_name(path: Path, sep: str, header: list[str], where: str) -> dict[int, str]:
    """Columns without a name that are surely none of the table, and what is said of them."""
    import duckdb

    unnamed = [i for i, name in enumerate(header) if not name.strip()]
    number = "TRY_CAST(c0 AS BIGINT)"
    steps = f"bool_and({number}::VARCHAR IS NOT DISTINCT FROM c0), count(DISTINCT {number} - row), count(DISTINCT row)"
    held = ", ".join(f"count(c{i}) FILTER (c{i} <> '')" for i in unnamed)
    rows = f"(SELECT *, row_number() OVER () AS row FROM {records_of(path, sep, len(header))})"
    try:
        with connection(path) as duck:
            are_numbers, n_steps, n_rows, *n_held = duck.execute(f"SELECT {steps}, {held} FROM {rows}").fetchall()[0]
    except duckdb.Error:
        raise counting.refused(where) from None
    empty = [i for i, n in zip(unnamed, n_held, strict=True) if not n]
    if not n_rows:
        return {}
    is_index = 0 in unnamed and are_numbers and n_steps == 1
    return dict.fromkeys(empty, NO_CELL) | ({0: INDEX} if is_index else {})


def _readable(records: Iterator[list[str]]) -> Iterator[list[str]]:
    """Records up to the first that is damaged, which is told later."""
    with suppress(csv.Error):
        yield from records


def checked_sep(sep: str) -> str:
    """A delimiter as ``--sep`` names it; SA-180 where it is none."""
    sep = "\t" if sep in ("\\t", "TAB", "tab") else sep
    if len(sep) != 1 or sep in '"\n\r\0':
        raise InputError(
            "SA-180",
            N_("option {option}").format(option="--sep"),
            N_("not one character"),
            N_("Pass one character, or 'tab'."),
        )
    return sep


def _widths(path: Path, sep: str, *, only_split: bool) -> list[int] | None:
    """Fields in the header and the first 1,000 records; None where quotes do not fit this delimiter.

    With ``only_split`` the records below a header of one field are not looked at.
    """
    with counting.records_of(path, sep) as records:
        widths: list[int] = []
        try:
            for record in islice(records, SAMPLE_RECORDS + 1):
                if record:
                    widths.append(len(record))
                if only_split and widths[:1] == [1]:
                    break
        except csv.Error:
            return widths[:1] or None
    return widths


def delimiter_of(path: Path, where: str, prefer_tab: bool) -> str:
    """The one delimiter that cuts the header and the first records alike; SA-130 where there is none."""
    widths = {sep: _widths(path, sep, only_split=True) for sep in DELIMITERS}
    fitting = [sep for sep, w in widths.items() if w and w[0] > 1 and len(set(w)) == 1]
    # A header that falls apart under one delimiter only has named it, even where records below are ragged.
    splitting = [sep for sep, w in widths.items() if w and w[0] > 1]
    for separators in (fitting, splitting):
        if len(separators) == 1:
            return separators[0]
        if prefer_tab and "\t" in separators:
            return "\t"
    if not splitting:
        widths = {sep: _widths(path, sep, only_split=False) for sep in DELIMITERS}
    if not splitting and all(w is None or set(w) <= {1} for w in widths.values()):
        refuse_fixed_width(path, where)
        return ","
    candidates = fitting or splitting or [sep for sep, w in widths.items() if w and max(w) > 1]
    shown = " or ".join("TAB" if sep == "\t" else f"'{sep}'" for sep in candidates)
    got = N_("the delimiter cannot be told, it may be {shown}").format(shown=shown)
    raise InputError("SA-130", where, got, N_("Pass --sep with the right one."))


def records_of(path: Path, sep: str, n_columns: int) -> str:
    """The records as a table in SQL, columns ``c0``, ``c1``, ... of text."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(n_columns))
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, columns={{{columns}}}, header=true, skip=0, "
        f"delim={quoted(sep)}, quote='\"', escape='\"', comment='', nullstr='', allow_quoted_nulls=false, "
        f"new_line='\\n', strict_mode=true, null_padding=false, ignore_errors=false, encoding='utf-8', "
        f"max_line_size={2 * counting.MAX_RECORD}, buffer_size={2 * counting.MAX_RECORD})"
    )


def _fetch(path: Path, sep: str, n_columns: int, where: str) -> list[pd.Series]:
    import duckdb

    try:
        with connection(path) as duck:
            arrays = duck.execute(f"SELECT * FROM {records_of(path, sep, n_columns)}").fetchnumpy()
    except duckdb.Error:
        raise counting.refused(where) from None
    result = []
    for i in range(n_columns):
        values, missing = values_and_mask(arrays[f"c{i}"])
        values[missing] = None
        result.append(text_column(values))
    return result
