"""Object stores (s3, gs, abfs, hdfs) through pyarrow: the bytes pass the same checks as those of a local file."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from glob import has_magic
from posixpath import basename, dirname
from typing import Any
from urllib.parse import urlsplit

from synthaudit.adapters.readers.compression import ReadsBytes
from synthaudit.adapters.readers.exports import refuse_lake
from synthaudit.adapters.readers.extras import need
from synthaudit.adapters.readers.formats import format_of
from synthaudit.adapters.readers.parts import Part, Parts, is_marker, read_parts
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, where_of
from synthaudit.adapters.readers.streams import read_stream
from synthaudit.adapters.readers.urls import scheme_of
from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files.catalogue import N_

RETRY_SECONDS = 60


def read_object(uri: str, role: TableRole, options: ReadOptions) -> RawTable:
    """Read a stored object, or the objects of a folder or a pattern (``s3://bucket/t/part-*.parquet``) as parts.

    Raises
    ------
    InputError
        SA-101 cannot be opened, SA-114 pyarrow is missing, and what a local file would raise.
    """
    where = where_of(role, "object")
    need("pyarrow", "io", where)
    from pyarrow import fs

    if not urlsplit(uri).path.strip("/") and not urlsplit(uri).netloc:
        raise InputError(
            "SA-101", where, N_("an address that names no object"), N_("Write the store, its bucket and a name.")
        )
    with _faults(where):
        store, path = fs.FileSystem.from_uri(_bounded(uri))
    return read_from(store, path, role, options)


def _bounded(uri: str) -> str:
    """The address, and how long Google's store is asked again: a quarter of an hour, if nothing is said."""
    if scheme_of(uri) not in ("gs", "gcs") or "retry_limit_seconds" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}retry_limit_seconds={RETRY_SECONDS}"


def read_from(store: Any, path: str, role: TableRole, options: ReadOptions) -> RawTable:
    """Read from an opened ``pyarrow.fs.FileSystem``; see `read_object`."""
    from pyarrow import fs

    path = path.rstrip("/")
    name = basename(path)
    where = where_of(role, name)
    with _faults(where):
        kind = store.get_file_info(path).type
    if kind == fs.FileType.Directory or (kind == fs.FileType.NotFound and has_magic(name)):
        return read_parts(_parts(store, path, role, is_folder=kind == fs.FileType.Directory), role, options)
    if kind == fs.FileType.NotFound:
        raise InputError("SA-101", where, N_("no such object"), N_("Check the address."))
    format_of(name, where)
    with _opened(store, path, where) as raw:
        return read_stream(raw, name, role, options)


def _parts(store: Any, path: str, role: TableRole, *, is_folder: bool) -> Parts:
    from pyarrow import fs

    name = basename(path)
    folder, pattern = (path, "*") if is_folder else (dirname(path), name)
    with _faults(where_of(role, name)):
        listed = store.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    refuse_lake(
        [info.base_name for info in listed if info.type == fs.FileType.Directory], where_of(role, basename(folder))
    )
    matches = [info for info in listed if info.path.rstrip("/") != folder and fnmatchcase(info.base_name, pattern)]
    objects = [info for info in matches if not is_marker(info.base_name) or is_marker(pattern)]
    for info in objects:
        if info.type == fs.FileType.Directory:
            where = where_of(role, info.base_name)
            raise InputError(
                "SA-104", where, N_("a folder among the parts"), N_("Give a folder that holds parts alone.")
            )
    parts = (
        Part(name=info.base_name, open=partial(_opened, store, info.path, where_of(role, info.base_name)))
        for info in sorted(objects, key=lambda info: str(info.path))
    )
    return Parts(name=name, parts=tuple(parts), n_skipped=len(matches) - len(objects))


@contextmanager
def _opened(store: Any, path: str, where: str) -> Iterator[ReadsBytes]:
    with _faults(where):
        size = store.get_file_info(path).size
        stream = store.open_input_stream(path, compression=None)
    with stream:
        yield _Reader(stream, where, size)


class _Reader:
    """A stored object front to back; what breaks on the way is the network's fault."""

    def __init__(self, stream: Any, where: str, size: int | None) -> None:
        self._stream = stream
        self._where = where
        self._size = size
        self._n_read = 0

    def read(self, size: int, /) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except OSError as error:
            raise self._stopped(type(error).__name__) from None
        self._n_read += len(data)
        if not data and self._size is not None and self._n_read != self._size:
            raise self._stopped(N_("{n_read} of {n} bytes").format(n_read=self._n_read, n=self._size))
        return data

    def _stopped(self, why: str) -> CannotFinishError:
        return CannotFinishError(
            N_("SA-302 {where}: reading stopped ({why}). Check the network, and try again.").format(
                where=self._where, why=why
            )
        )


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """What a store says of a failure may hold a key: only its type is told."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException, ValueError) as error:
        got = N_("cannot be opened ({kind})").format(kind=type(error).__name__)
        raise InputError("SA-101", where, got, N_("Check the address, the network and your credentials.")) from None
