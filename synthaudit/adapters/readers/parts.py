"""A folder or a pattern of parts as one table: parts in the order of their names, the same columns in each."""

import glob
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.compression import ReadsBytes
from synthaudit.adapters.readers.exports import refuse_lake
from synthaudit.adapters.readers.formats import format_of
from synthaudit.adapters.readers.hidden import summed
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, plural, where_column, where_of
from synthaudit.adapters.readers.streams import read_stream
from synthaudit.cells import EXACT_INTEGER, text_column
from synthaudit.errors import InputError
from synthaudit.files import leaves_its_folder, open_input, sha256_of
from synthaudit.files.catalogue import N_

MAX_PARTS = 10_000
_TOO_LARGE = ("SA-111", "SA-112", "SA-113")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, not opened yet."""

    name: str
    """Base name."""
    open: Callable[[], AbstractContextManager[ReadsBytes]]
    path: Path | None = None
    """Where it lies on this machine."""


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
            listed = list(path.iterdir())
        except OSError:
            raise InputError(
                "SA-101", where, N_("a folder that cannot be opened"), N_("Check its permissions.")
            ) from None
    else:
        listed = [Path(match) for match in glob.glob(str(path), include_hidden=True)]  # noqa: PTH207
    for folder in [path] if path.is_dir() else {file.parent for file in listed}:
        refuse_lake(_folders(folder), where)
    # A pattern that spells the sign out means it.
    files = [file for file in listed if not is_marker(file.name) or (not path.is_dir() and is_marker(path.name))]
    for file in files:
        place = where_of(role, file.name)
        if leaves_its_folder(file):
            raise InputError("SA-105", place, N_("a link that leaves its folder"), N_("Put the file itself there."))
        if file.is_dir():
            raise InputError(
                "SA-104", place, N_("a folder among the parts"), N_("Give a folder that holds parts alone.")
            )
    parts = [
        Part(name=file.name, open=partial(open_input, file, where_of(role, file.name)), path=file)
        for file in sorted(files, key=lambda file: file.parts)
    ]
    return Parts(name=name, parts=tuple(parts), n_skipped=len(listed) - len(files))


def _folders(folder: Path) -> list[str]:
    """Names of the folders in a folder, where it may be looked into."""
    with suppress(OSError), os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_dir()]
    return []


def read_parts(files: Parts, role: TableRole, options: ReadOptions) -> RawTable:
    """Read parts as one table; its hash is that of the parts' hashes in order.

    Raises
    ------
    InputError
        SA-109 columns that differ, SA-110 no parts, too many, or of several formats, and what a part alone would raise.
    """
    format_of_parts(files, role)
    tables: list[RawTable] = []
    spent = 0
    for part in files.parts:
        with limits_of_the_sum(where_of(role, files.name), len(tables), spent), part.open() as raw:
            table = read_stream(raw, part.name, role, options, spent=spent)
        spent += table.n_bytes
        tables.append(table)
        check_columns(names_of(tables[0]), names_of(table), table.where)
    return joined(files, tables)


def format_of_parts(files: Parts, role: TableRole) -> tuple[str, str]:
    """Format and packing of all parts by their names; SA-110 where they differ, or there are none or too many."""
    where = where_of(role, files.name)
    if not 0 < len(files.parts) <= MAX_PARTS:
        got = N_("{parts}; 1 to {most:,} expected").format(parts=plural(len(files.parts), "part"), most=MAX_PARTS)
        raise InputError("SA-110", where, got, N_("Give a folder or a pattern of the parts of one table."))
    formats = {format_of(part.name, where_of(role, part.name)) for part in files.parts}
    if len(formats) > 1:
        do = N_("Give the parts of one table, all of one format and packing.")
        raise InputError("SA-110", where, N_("parts of {n} formats").format(n=len(formats)), do)
    return formats.pop()


@contextmanager
def limits_of_the_sum(where: str, n_before: int, spent: int) -> Iterator[None]:
    """Say of a part that goes beyond a limit that it does so together with those before it."""
    try:
        yield
    except InputError as error:
        if error.code not in _TOO_LARGE or not spent:
            raise
        got = N_("the first {parts} together are larger than the limit, the last of them").format(
            parts=plural(n_before + 1, "part")
        )
        raise InputError(
            error.code, where, N_("{parts} by itself: {got}").format(parts=got, got=error.got), error.do
        ) from None


def joined(files: Parts, tables: Sequence[RawTable]) -> RawTable:
    """The tables of all parts, in their order, as one."""
    frame = {name: _column([table.frame[name] for table in tables], tables, name) for name in names_of(tables[0])}
    return as_one(files, tables, pd.DataFrame(frame))


def as_one(files: Parts, tables: Sequence[RawTable], frame: pd.DataFrame) -> RawTable:
    """A frame with the name, the hash and the notes of all parts together."""
    notes = [N_("{parts}, read in the order of their names").format(parts=plural(len(tables), "part"))]
    if files.n_skipped:
        notes.append(N_("{names} with a leading . or _ left out").format(names=plural(files.n_skipped, "name")))
    return RawTable(
        frame=frame,
        name=files.name,
        role=tables[0].role,
        sha256=_hash([table.sha256 for table in tables]),
        typed=tables[0].typed,
        notes=(*notes, *dict.fromkeys(note for table in tables for note in table.notes)),
        n_bytes=sum(table.n_bytes for table in tables),
        beyond=summed(table.beyond for table in tables),
    )


def names_of(table: RawTable) -> list[str]:
    """Names of its columns, in their order."""
    return [str(name) for name in table.frame.columns]


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


def check_columns(names: Sequence[str], others: Sequence[str], where: str) -> None:
    """SA-109 where the columns of a part, the ``others``, are not those of the first one, in any order."""
    for i, name in enumerate(names):
        if name not in others:
            got = N_("not there, though the first part has it")
            raise InputError("SA-109", where_column(where, i, name), got, N_("Export all parts alike."))
    for i, name in enumerate(others):
        if name not in names:
            raise InputError(
                "SA-109", where_column(where, i, name), N_("not in the first part"), N_("Export all parts alike.")
            )


def _column(parts: list[pd.Series], tables: Sequence[RawTable], name: str) -> pd.Series:
    """One column of all parts, as one file would have it."""
    kind = common_kind(
        [kind_of(part) if part.notna().any() else None for part in parts],
        lambda i: whole_numbers([parts[i]]),
        lambda i: tables[i].where_column(name),
    )
    kind = kind_of(parts[0]) if kind is None else kind
    return end_to_end([conformed(part, kind) for part in parts])


def common_kind(
    kinds: Sequence[str | None], is_whole: Callable[[int], bool], where: Callable[[int], str]
) -> str | None:
    """The kind of a column whose parts have these; what is missing throughout a part, None, has any kind.

    Parameters
    ----------
    kinds : sequence of str or None
        See `kind_of`.
    is_whole : callable
        Whether a part holds whole numbers, see `whole_numbers`.
    where : callable
        Names the column in a part, for a message.

    Raises
    ------
    InputError
        SA-109 a part of another kind.
    """
    present = [i for i, kind in enumerate(kinds) if kind is not None]
    distinct = {kinds[i] for i in present}
    if distinct == {"number", "O"} and all(is_whole(i) for i in present):
        # Integers are text in a part that has one beyond 2**53, and so in the whole table.
        return "O"
    if len(distinct) > 1:
        odd = next(i for i in present if kinds[i] != kinds[present[0]])
        raise InputError(
            "SA-109", where(odd), N_("of another type than in the parts before"), N_("Export all parts alike.")
        )
    return kinds[present[0]] if present else None


def end_to_end(parts: Sequence[pd.Series]) -> pd.Series:
    """Pieces of one column that have one kind."""
    cells = np.concatenate([part.to_numpy() for part in parts])
    return text_column(cells) if cells.dtype == object else pd.Series(cells)


def conformed(part: pd.Series, kind: str) -> pd.Series:
    """Cells of a column in the kind that it has throughout the table."""
    if kind_of(part) == kind:
        return part
    if part.notna().any():
        return text_column([None if pd.isna(value) else str(int(value)) for value in part])
    if kind == "number":
        return pd.Series(np.full(len(part), np.nan))
    return pd.Series(np.full(len(part), "NaT", "datetime64[us]")) if kind == "M" else text_column([None] * len(part))


def kind_of(part: pd.Series) -> str:
    """``"number"``, ``"M"`` for times, or ``"O"`` for text."""
    return "number" if part.dtype.kind in "if" else part.dtype.kind


def whole_numbers(cells: Iterable[pd.Series]) -> bool:
    """Whether a column, piece by piece, holds whole numbers: as numbers, or as text because one is beyond 2**53."""
    is_text = is_beyond = False
    for piece in cells:
        present = piece.dropna().to_numpy()
        if piece.dtype == object:
            if not all(re.fullmatch(r"0|-?[1-9]\d*", cell) for cell in present):
                return False
            is_text = True
            is_beyond |= any(abs(int(cell)) > EXACT_INTEGER for cell in present)
        elif not (np.isfinite(present) & (present == np.floor(present))).all():
            return False
    return is_beyond or not is_text
