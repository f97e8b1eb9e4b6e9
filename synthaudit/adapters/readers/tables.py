"""Anything tabular to a :class:`RawTable`: one entry, each door in a file of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from synthaudit.adapters.readers.formats import WORKBOOKS, Copied, format_of
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, where_of
from synthaudit.adapters.readers.streams import copied_stream, read_stream
from synthaudit.adapters.readers.urls import OBJECT_STORES, local_path, scheme_of
from synthaudit.errors import InputError
from synthaudit.files import open_input
from synthaudit.files.catalogue import N_

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RawTable", "ReadOptions", "TableRole", "read_table"]


def read_table(source: Any, role: TableRole, *, options: ReadOptions | None = None) -> RawTable:
    """Read one table; nothing in it is guessed, run, or looked up elsewhere.

    Parameters
    ----------
    source : path, "-", URL, frame, or pair
        A file, a folder or a pattern of parts, standard input, the URL of a database table or of a stored object, a
        pandas, polars or Arrow frame, or an SQLAlchemy engine or connection with a Select or Table.
    role : {"train", "holdout", "synthetic", "reference", "deleted", "record"}
        What the table is in the audit; a message may name a row of the synthetic table only.
    options : ReadOptions, optional
        Delimiter, encoding, sheet, size limit.

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
        text = os.fspath(source)
        return _read_named(text if isinstance(text, str) else os.fsdecode(text), role, options)
    if _is_frame(source):
        return _read_frame(cast("pd.DataFrame", source), role, options)
    if is_arrow(source):
        from synthaudit.adapters.readers.arrow import read_arrow

        return read_arrow(source, role, options)
    if is_query(source):
        from synthaudit.adapters.readers.database import read_query

        return read_query(*source, role=role, options=options)
    got = N_("an object of type {kind}").format(kind=type(source).__name__)
    raise InputError("SA-107", where_of(role, "table"), got, N_("Give a path or a data frame."))


def _read_named(text: str, role: TableRole, options: ReadOptions) -> RawTable:
    from synthaudit.adapters.readers import parts

    if text == "-":
        return read_stream(sys.stdin.buffer, "stdin", role, options, named=False)
    scheme = scheme_of(text)
    if scheme == "file":
        text = local_path(text, where_of(role, "URL"))
    elif scheme in OBJECT_STORES:
        from synthaudit.adapters.readers.objects import read_object

        return read_object(text, role, options)
    elif scheme is not None:
        from synthaudit.adapters.readers.database import read_url

        return read_url(text, role, options)
    path = Path(text)
    if path.is_dir() or parts.is_pattern(path):
        return parts.read_parts(parts.local_parts(path, role), role, options)
    where = where_of(role, path.name)
    format_of(path.name, where)
    with open_input(path, where) as raw:
        return read_stream(raw, path.name, role, options)


def is_arrow(source: Any) -> bool:
    """Whether an object hands out its columns by the Arrow C stream, as polars and pyarrow do."""
    return hasattr(source, "__arrow_c_stream__") or type(source).__module__.startswith("polars.")


def is_query(source: Any) -> bool:
    """Whether a source is a pair of an SQLAlchemy engine or connection and what to read from it."""
    return isinstance(source, tuple) and len(source) == 2 and type(source[0]).__module__.startswith("sqlalchemy.")


def sources_of(tables: Any) -> list[Any]:
    """One source or several, as a list; the pair of a database is one."""
    return list(tables) if isinstance(tables, list | tuple) and not is_query(tables) else [tables]


def local_source(source: Any) -> Path | None:
    """The path of a source on this machine: a file, a folder or a pattern; None for any other, and for a workbook."""
    if not isinstance(source, str | os.PathLike):
        return None
    text = os.fsdecode(os.fspath(source))
    if text == "-" or scheme_of(text) not in (None, "file"):
        return None
    path = Path(local_path(text, "URL") if scheme_of(text) else text)
    return None if path.suffix.lower()[1:] in WORKBOOKS else path


@contextmanager
def copied(path: Path, role: TableRole, options: ReadOptions) -> Iterator[Copied]:
    """A private copy of one file, for as long as it is used."""
    where = where_of(role, path.name)
    format_of(path.name, where)
    with open_input(path, where) as raw, copied_stream(raw, path.name, role, options) as copy:
        yield copy


def _is_frame(source: Any) -> bool:
    import pandas as pd

    return isinstance(source, pd.DataFrame)


def _read_frame(frame: "pd.DataFrame", role: TableRole, options: ReadOptions) -> RawTable:
    from synthaudit.adapters.readers.frames import frame_hash, raw_frame

    raw, notes = raw_frame(frame, where_of(role, "frame"), role == "synthetic", options)
    return RawTable(frame=raw, name="frame", role=role, sha256=frame_hash(raw), typed=True, notes=notes)
