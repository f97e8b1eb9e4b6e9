"""Anything tabular to a :class:`RawTable`: delimited text, Parquet, JSON lines, standard input, pandas frames."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from synthaudit.adapters.raw import RawTable, ReadOptions, TableRole, where_of
from synthaudit.errors import InputError
from synthaudit.files import HashingReader, content_of, decoded_chunks, machine_faults, open_input, private_temporary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RawTable", "ReadOptions", "TableRole", "read_table"]

_FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_PACKED = {".gz": "gzip", ".zst": "zstd"}
_CODE = {
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".dill": "dill",
    ".npy": "npy",
    ".npz": "npz",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".rds": "rds",
    ".rda": "rds",
    ".rdata": "rds",
    ".pt": "torch",
    ".pth": "torch",
    ".feather": "feather",
    ".arrow": "arrow",
    ".ipc": "arrow",
}
_READABLE = "Export CSV, TSV, Parquet or JSON lines."
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copied:
    """A private copy of a table's file, decoded and of a format that is read."""

    path: Path
    content: str
    """``"csv"``, ``"tsv"``, ``"parquet"`` or ``"jsonl"``."""
    name: str
    role: TableRole
    sha256: str
    notes: tuple[str, ...]

    @property
    def where(self) -> str:
        """Role and name, for messages."""
        return where_of(self.role, self.name)


def read_table(source: Any, role: TableRole, *, options: ReadOptions | None = None) -> RawTable:
    """Read one table; nothing in it is guessed, run, or looked up elsewhere.

    Parameters
    ----------
    source : path, "-", or pandas.DataFrame
        CSV, TSV or JSON lines (plain, ``.gz`` or ``.zst``), Parquet, standard input, or a frame.
    role : {"train", "holdout", "synthetic", "reference", "deleted", "record"}
        What the table is in the audit; a message may name a row of the synthetic table only.
    options : ReadOptions, optional
        Delimiter, encoding, size limit.

    Returns
    -------
    RawTable
        The cells as they were written; see ``docs/input-tables.md``.

    Raises
    ------
    InputError
        See ``docs/errors.md``, SA-101 to SA-156.
    CannotFinishError
        No space for, or no access to, the temporary copy.

    Examples
    --------
    >>> import pandas as pd
    >>> table = read_table(pd.DataFrame({"zip": ["00501", None], "age": [34, 35]}), "train")
    >>> table.where, table.frame["zip"].tolist(), table.typed
    ('train frame', ['00501', None], True)
    """
    options = options or ReadOptions()
    if isinstance(source, str | os.PathLike):
        with copied(source, role, options) as copy:
            return parsed(copy, options)
    if _is_frame(source):
        return _read_frame(cast("pd.DataFrame", source), role)
    got = f"an object of type {type(source).__name__}"
    raise InputError("SA-107", where_of(role, "table"), got, "Give a path or a pandas DataFrame.")


@contextmanager
def copied(source: str | os.PathLike[Any], role: TableRole, options: ReadOptions) -> Iterator[Copied]:
    """A private copy of the file at a path, or of standard input, for as long as it is used; see :func:`read_table`."""
    text = os.fspath(source)
    if not isinstance(text, str):
        text = os.fsdecode(text)
    if text == "-":
        with _copied_stream(HashingReader(sys.stdin.buffer), "stdin", role, options, named=False) as copy:
            yield copy
        return
    if _SCHEME.match(text):
        where = where_of(role, "URL")
        raise InputError("SA-106", where, "remote and URL paths are not read", "Download it first.")
    path = Path(text)
    where = where_of(role, path.name)
    format_of(path.name, where)
    with (
        open_input(path, where) as raw,
        _copied_stream(HashingReader(raw), path.name, role, options, named=True) as copy,
    ):
        yield copy


def parsed(copy: Copied, options: ReadOptions) -> RawTable:
    """The table of a copied file."""
    from synthaudit.adapters import delimited, typed

    rows_named = copy.role == "synthetic"
    if copy.content == "parquet":
        frame = typed.read_parquet(copy.path, copy.where, options.max_bytes)
    elif copy.content == "jsonl":
        frame = typed.read_json_lines(copy.path, copy.where, rows_named)
    else:
        prefer_tab = copy.content == "tsv"
        frame = delimited.read_delimited(copy.path, copy.where, options, prefer_tab=prefer_tab, rows_named=rows_named)
    return RawTable(
        frame=frame,
        name=copy.name,
        role=copy.role,
        sha256=copy.sha256,
        typed=copy.content in ("parquet", "jsonl"),
        notes=copy.notes,
    )


def _is_frame(source: Any) -> bool:
    import pandas as pd

    return isinstance(source, pd.DataFrame)


def _read_frame(frame: "pd.DataFrame", role: TableRole) -> RawTable:
    from synthaudit.adapters.frames import frame_hash, raw_frame

    raw, notes = raw_frame(frame, where_of(role, "frame"), role == "synthetic")
    return RawTable(frame=raw, name="frame", role=role, sha256=frame_hash(raw), typed=True, notes=notes)


def format_of(name: str, where: str) -> tuple[str, str]:
    """Format and compression that a file's name promises."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    for suffix in suffixes[-2:]:
        if suffix in _CODE:
            got = f"format '{_CODE[suffix]}' can run code or is not safe to read, and is refused"
            raise InputError("SA-107", where, got, _READABLE)
    packed = _PACKED.get(suffixes[-1], "none") if suffixes else "none"
    kind = suffixes[-1] if packed == "none" and suffixes else suffixes[-2] if len(suffixes) > 1 else ""
    if kind not in _FORMATS:
        got = f"the name ends in no format that is read ({', '.join(_FORMATS)}; .gz and .zst after it)"
        raise InputError("SA-107", where, got, _READABLE)
    return _FORMATS[kind], packed


@contextmanager
def _copied_stream(
    source: HashingReader, name: str, role: TableRole, options: ReadOptions, *, named: bool
) -> Iterator[Copied]:
    where = where_of(role, name)
    head = source.read(_HEAD)
    if not head:
        raise InputError("SA-102", where, "0 bytes", "Export the table again.")
    source = HashingReader(source, head)
    seen = content_of(head)
    packed_seen = seen if seen in ("gzip", "zstd") else "none"
    promised, packed = format_of(name, where) if named else ("", packed_seen)
    if packed != packed_seen:
        said = f"{promised} packed as {packed}" if packed != "none" else promised
        raise InputError("SA-108", where, f"content is {seen}, the name says {said}", "Give it its own name.")
    chunks = decoded_chunks(source, packed, where, options.max_bytes)
    first = next(chunks, b"")
    if not first:
        raise InputError("SA-102", where, f"0 bytes within {packed}", "Export the table again.")
    content = _checked_content(content_of(first), first, promised, where)
    with private_temporary(f".{content}") as copy:
        notes = _write_copy(chain([first], chunks), copy, content, where, options)
        yield Copied(path=copy, content=content, name=name, role=role, sha256=source.hexdigest(), notes=notes)


def _checked_content(seen: str, first: bytes, promised: str, where: str) -> str:
    """The format to read, where name and content agree; standard input has no name."""
    if seen == "pickle" or seen in _CODE.values():
        got = f"content is '{seen}', which can run code or is not safe to read, and is refused"
        raise InputError("SA-107", where, got, _READABLE)
    if seen == "encrypted parquet":
        raise InputError("SA-119", where, "encrypted", "Give a plain file.")
    expected = "parquet" if promised == "parquet" else "text"
    if promised and seen != expected:
        raise InputError("SA-108", where, f"content is {seen}, the name says {promised}", "Give it its own name.")
    if promised:
        return promised
    if seen in ("parquet", "text"):
        is_record = re.match(rb'\s*\{\s*("|\})', first.removeprefix(b"\xef\xbb\xbf"))
        return "parquet" if seen == "parquet" else "jsonl" if is_record else "csv"
    raise InputError("SA-108", where, f"content is {seen}, not a table", _READABLE)


def _write_copy(chunks: Iterator[bytes], copy: Path, content: str, where: str, options: ReadOptions) -> tuple[str, ...]:
    """Write the decoded bytes, text as checked UTF-8, and say what was noticed."""
    if content == "parquet":
        with machine_faults("temporary file"), copy.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        return ()
    from synthaudit.adapters import delimited

    ends = delimited.write_text(chunks, copy, options.encoding, where)
    return ("mixed line ends, all read as line ends",) if ends.mixed else ()
