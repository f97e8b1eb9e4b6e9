"""A folder or a pattern of parts as one table: parts in the order of their names, the same columns in each."""

import glob
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.adapters.cells import EXACT_INTEGER, text_column
from synthaudit.adapters.raw import RawTable, ReadOptions, TableRole, plural, where_column, where_of
from synthaudit.adapters.streams import format_of, read_stream
from synthaudit.errors import InputError
from synthaudit.files import ReadsBytes, leaves_its_folder, open_input, sha256_of

MAX_PARTS = 10_000
_TOO_LARGE = ("SA-111", "SA-112", "SA-113")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, not opened yet."""

    name: str
    """Base name."""
    open: Callable[[], AbstractContextManager[ReadsBytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one table, in the order of their names."""

    name: str
    """Of the folder, or the pattern."""
    parts: tuple[Part, ...]
    n_skipped: int
    """Hidden files and markers, such as ``_SUCCESS``."""


def is_pattern(path: Path) -> bool:
    """Whether a path is a pattern (``part-*.csv``) and not the name of a file with such signs in it."""
    return glob.has_magic(str(path)) and not os.path.lexists(path)


def is_marker(name: str) -> bool:
    """Whether a file beside parts is none itself: hidden, or a marker of the program that wrote them."""
    return name.startswith((".", "_"))


def local_parts(path: Path, role: TableRole) -> Parts:
    """The parts that a folder holds or a pattern matches.

    Raises
    ------
    InputError
        SA-104 a folder among them, SA-105 a link that leaves its folder, SA-110 none, or too many.
    """
    name = path.name or path.resolve().name
    where = where_of(role, name)
    if path.is_dir():
        try:
            found = list(path.iterdir())
        except OSError:
            raise InputError("SA-101", where, "a folder that cannot be opened", "Check its permissions.") from None
    else:
        found = [Path(match) for match in glob.glob(str(path), include_hidden=True)]  # noqa: PTH207
    # A pattern that spells the sign out means it.
    kept = [file for file in found if not is_marker(file.name) or (not path.is_dir() and is_marker(path.name))]
    for file in kept:
        here = where_of(role, file.name)
        if leaves_its_folder(file):
            raise InputError("SA-105", here, "a link that leaves its folder", "Put the file itself there.")
        if file.is_dir():
            raise InputError("SA-104", here, "a folder among the parts", "Give a folder that holds parts alone.")
    parts = [
        Part(name=file.name, open=partial(open_input, file, where_of(role, file.name)))
        for file in sorted(kept, key=lambda file: file.parts)
    ]
    return Parts(name=name, parts=tuple(parts), n_skipped=len(found) - len(kept))


def read_parts(given: Parts, role: TableRole, options: ReadOptions) -> RawTable:
    """Read parts as one table; its hash is that of the parts' hashes in order.

    Raises
    ------
    InputError
        SA-109 columns that differ, SA-110 no parts, too many, or of several formats, and what a part alone would raise.
    """
    where = where_of(role, given.name)
    if not 0 < len(given.parts) <= MAX_PARTS:
        got = f"{plural(len(given.parts), 'part')}; 1 to {MAX_PARTS:,} expected"
        raise InputError("SA-110", where, got, "Give a folder or a pattern of the parts of one table.")
    formats = {format_of(part.name, where_of(role, part.name)) for part in given.parts}
    if len(formats) > 1:
        do = "Give the parts of one table, all of one format and packing."
        raise InputError("SA-110", where, f"parts of {len(formats)} formats", do)
    tables: list[RawTable] = []
    spent = 0
    for part in given.parts:
        try:
            with part.open() as raw:
                table = read_stream(raw, part.name, role, options, spent=spent)
        except InputError as error:
            if error.code not in _TOO_LARGE or not spent:
                raise
            got = f"the first {plural(len(tables) + 1, 'part')} together are larger than the limit, the last of them"
            raise InputError(error.code, where, f"{got} by itself: {error.got}", error.do) from None
        spent += table.n_bytes
        _check_columns(tables[0] if tables else table, table)
        tables.append(table)
    notes = [f"{plural(len(tables), 'part')}, read in the order of their names"]
    if given.n_skipped:
        notes.append(f"{plural(given.n_skipped, 'name')} with a leading . or _ left out")
    return RawTable(
        frame=_joined(tables),
        name=given.name,
        role=role,
        sha256=_hash([table.sha256 for table in tables]),
        typed=tables[0].typed,
        notes=(*notes, *dict.fromkeys(note for table in tables for note in table.notes)),
        n_bytes=spent,
    )


def source_hash(path: Path, role: TableRole) -> str:
    """The hash that `read_parts` or a single file has, without reading any table."""
    if not path.is_dir():
        return sha256_of(path)
    hashes = []
    for part in local_parts(path, role).parts:
        with part.open() as raw:
            digest = hashlib.sha256()
            while chunk := raw.read(1 << 20):
                digest.update(chunk)
        hashes.append(digest.hexdigest())
    return _hash(hashes)


def _hash(hashes: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _check_columns(first: RawTable, table: RawTable) -> None:
    names, others = list(map(str, first.frame.columns)), list(map(str, table.frame.columns))
    for i, name in enumerate(names):
        if name not in others:
            where = where_column(table.where, i, name)
            raise InputError("SA-109", where, "not there, though the first part has it", "Export all parts alike.")
    for i, name in enumerate(others):
        if name not in names:
            where = where_column(table.where, i, name)
            raise InputError("SA-109", where, "not in the first part", "Export all parts alike.")


def _joined(tables: list[RawTable]) -> pd.DataFrame:
    columns = {}
    for name in map(str, tables[0].frame.columns):
        columns[name] = _column([table.frame[name] for table in tables], tables, name)
    return pd.DataFrame(columns)


def _column(parts: list[pd.Series], tables: list[RawTable], name: str) -> pd.Series:
    """One column of all parts, as one file would have it: what is missing throughout a part has any type."""
    present = [i for i, part in enumerate(parts) if part.notna().any()]
    kinds = {_kind(parts[i]) for i in present}
    if kinds == {"number", "O"} and all(_is_integer(parts[i]) for i in present):
        # Integers are text in a part that has one beyond 2**53, and so in the whole table.
        parts = [_as_integer_text(part) for part in parts]
        kinds = {"O"}
    if len(kinds) > 1:
        odd = next(i for i in present if _kind(parts[i]) != _kind(parts[present[0]]))
        where = tables[odd].where_column(name)
        raise InputError("SA-109", where, "of another type than in the parts before", "Export all parts alike.")
    kind = kinds.pop() if kinds else _kind(parts[0])
    parts = [part if _kind(part) == kind else _missing(len(part), kind) for part in parts]
    joined = np.concatenate([part.to_numpy() for part in parts])
    return text_column(joined) if joined.dtype == object else pd.Series(joined)


def _kind(part: pd.Series) -> str:
    return "number" if part.dtype.kind in "if" else part.dtype.kind


def _missing(n: int, kind: str) -> pd.Series:
    if kind == "number":
        return pd.Series(np.full(n, np.nan))
    return pd.Series(np.full(n, "NaT", "datetime64[us]")) if kind == "M" else text_column([None] * n)


def _is_integer(part: pd.Series) -> bool:
    if part.dtype == object:
        cells = [cell for cell in part if cell is not None]
        plain = all(re.fullmatch(r"0|-?[1-9]\d*", cell) for cell in cells)
        return plain and any(abs(int(cell)) > EXACT_INTEGER for cell in cells)
    present = part[part.notna()].to_numpy()
    return part.dtype.kind == "i" or bool((present == np.floor(present)).all())


def _as_integer_text(part: pd.Series) -> pd.Series:
    if part.dtype == object:
        return part
    return text_column([None if pd.isna(value) else str(int(value)) for value in part])
