"""A stream of bytes that says by name and content what it is, to a :class:`RawTable`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES, HashingReader, ReadsBytes, decoded_chunks
from synthaudit.adapters.readers.exports import CONTENTS
from synthaudit.adapters.readers.formats import (
    CODE,
    READABLE,
    STATISTICAL,
    WORKBOOKS,
    Copied,
    content_of,
    format_of,
)
from synthaudit.adapters.readers.hidden import beside_table, summed
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, where_of
from synthaudit.adapters.readers.rewritten import Rewritten, rewritten
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults, private_temporary
from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondCopy

if TYPE_CHECKING:
    import pandas as pd

_HEAD = 1 << 16
MIXED = N_("mixed line ends, all read as line ends")


def read_stream(
    raw: ReadsBytes, name: str, role: TableRole, options: ReadOptions, *, named: bool = True, spent: int = 0
) -> RawTable:
    """Read one table from its bytes, wherever they come from.

    Parameters
    ----------
    raw : stream
        The bytes as they are stored.
    name : str
        Base name; says the format, unless not ``named``.
    spent : int
        Decoded bytes of earlier parts of the same table, which count towards the limit.

    Raises
    ------
    InputError
        See ``docs/errors.md``, SA-102 to SA-156.
    """
    with copied_stream(raw, name, role, options, named=named, spent=spent) as copy:
        return parsed(copy, options, spent)


@contextmanager
def copied_stream(
    raw: ReadsBytes, name: str, role: TableRole, options: ReadOptions, *, named: bool = True, spent: int = 0
) -> Iterator[Copied]:
    """A private, decoded copy of a table's bytes, for as long as it is used; see :func:`read_stream`."""
    where = where_of(role, name)
    head = raw.read(_HEAD)
    if not head:
        raise InputError("SA-102", where, N_("0 bytes"), N_("Export the table again."))
    source = HashingReader(raw, head)
    content_seen = content_of(head)
    packed_seen = content_seen if content_seen in ("gzip", "zstd") else "none"
    promised, packed = format_of(name, where) if named else ("", packed_seen)
    if packed != packed_seen:
        promise = (
            N_("{promised} packed as {packed}").format(promised=promised, packed=packed)
            if packed != "none"
            else promised
        )
        raise InputError(
            "SA-108",
            where,
            N_("content is {content_seen}, the name says {promise}").format(content_seen=content_seen, promise=promise),
            N_("Give it its own name."),
        )
    chunks = decoded_chunks(source, packed, where, options.max_bytes, spent)
    first = next(chunks, b"")
    if not first:
        raise InputError(
            "SA-102", where, N_("0 bytes within {packed}").format(packed=packed), N_("Export the table again.")
        )
    content = _checked_content(content_of(first), first, promised, where)
    with private_temporary(f".{content}") as copy:
        notes = _write_copy(chain([first], chunks), copy, content, where, options)
        rows_named = role == "synthetic"
        table = rewritten(copy, content, where, options, rows_named=rows_named, spent=spent)
        yield Copied(
            path=table.path,
            content=table.content,
            name=name,
            role=role,
            sha256=source.hexdigest(),
            notes=(*notes, *table.notes),
            beyond=_beyond(table, notes, source.n_beside) if role == "synthetic" else (),
            sep=table.sep,
        )


def parsed(copy: Copied, options: ReadOptions, spent: int = 0) -> RawTable:
    """The table of a copied file."""
    from synthaudit.adapters.readers import delimited, excel, jsonlines, typed

    content, where, notes = copy.content, copy.where, copy.notes
    rows_named = copy.rows_named
    if content in WORKBOOKS:
        frame, notes, n_beside = excel.read_workbook(copy.path, where, options, rows_named, spent)
        if rows_named:
            copy = replace(copy, beyond=summed([*copy.beyond, BeyondCopy(kind="metadata", n=n_beside)]))
    elif content == "parquet":
        limit = DEFAULT_MAX_BYTES if options.max_bytes is None else options.max_bytes
        frame = typed.read_parquet(copy.path, where, limit - spent, options)
    elif content == "jsonl":
        frame = jsonlines.read_json_lines(copy.path, where, rows_named, options)
    else:
        tab, shown = content == "tsv", read_by(copy, options)
        frame, more = delimited.read_delimited(copy.path, where, shown, prefer_tab=tab, rows_named=rows_named)
        notes = (*notes, *more)
    is_binary = content == "parquet" or content in WORKBOOKS
    n_bytes = decoded_size(frame) if is_binary else copy.path.stat().st_size
    return replace(copy.table(frame), notes=notes, n_bytes=n_bytes)


def read_by(copy: Copied, options: ReadOptions) -> ReadOptions:
    """Options with the delimiter that the file itself shows."""
    return options if copy.sep is None else replace(options, sep=copy.sep)


def decoded_size(frame: "pd.DataFrame") -> int:
    """Bytes of a raw frame's cells: eight for a number, the characters of a text beside its eight."""
    texts = (frame[name] for name in frame.columns if frame[name].dtype == object)
    return 8 * frame.size + sum(len(value) for column in texts for value in column if value is not None)


def _beyond(table: Rewritten, notes: tuple[str, ...], n_packed: int) -> tuple[BeyondCopy, ...]:
    """What a release's file holds beside its table: which of several line ends stands where may say something too."""
    mixed = (BeyondCopy(kind="line_ends", n=1),) if MIXED in notes else ()
    packed = (BeyondCopy(kind="metadata", n=n_packed),)
    return summed([*beside_table(table.path, table.content), *table.beyond, *mixed, *packed])


def _checked_content(content: str, first: bytes, promised: str, where: str) -> str:
    """The format to read, where name and content agree; standard input has no name."""
    if content == "pickle" or content in CODE.values():
        got = N_("content is '{content}', which can run code or is not safe to read, and is refused").format(
            content=content
        )
        raise InputError("SA-107", where, got, READABLE)
    if content in CONTENTS:
        raise CONTENTS[content].refusal(where)
    if content in ("encrypted parquet", "encrypted sav"):
        raise InputError("SA-119", where, N_("encrypted"), N_("Give a plain file."))
    if promised in ("xlsx", "xlsb", "ods") and content == "xls":
        got = N_("protected by a password, or an .xls under another name")
        raise InputError("SA-119", where, got, N_("Save it again without a password."))
    expected = promised if promised in ("parquet", *STATISTICAL) else WORKBOOKS.get(promised, "text")
    if promised and content != expected:
        raise InputError(
            "SA-108",
            where,
            N_("content is {content}, the name says {promised}").format(content=content, promised=promised),
            N_("Give it its own name."),
        )
    if promised:
        return promised
    if content == "text":
        begin = re.match(rb'\s*(\[\s*)?\{\s*("|\})', first.removeprefix(b"\xef\xbb\xbf"))
        return "csv" if begin is None else "json" if begin[1] else "jsonl"
    if content in ("parquet", *STATISTICAL):
        return content
    raise InputError("SA-108", where, N_("content is {content}, not a table").format(content=content), READABLE)


def _write_copy(chunks: Iterator[bytes], copy: Path, content: str, where: str, options: ReadOptions) -> tuple[str, ...]:
    """Write the decoded bytes, text as checked UTF-8, and say what was noticed."""
    from synthaudit.adapters.readers import delimited

    if content in ("parquet", *STATISTICAL) or content in WORKBOOKS:
        with machine_faults(), create_private(copy) as file:
            for chunk in chunks:
                file.write(chunk)
        return ()
    ends = delimited.write_text(chunks, copy, options.encoding, where)
    return (MIXED,) if ends.mixed else ()
