"""A table from its files, one or many: whole where it is small, else as a source that hands out its rows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES
from synthaudit.adapters.readers.formats import WORKBOOKS, Copied
from synthaudit.adapters.readers.parts import (
    Parts,
    as_one,
    check_columns,
    common_kind,
    conformed,
    end_to_end,
    format_of_parts,
    is_pattern,
    joined,
    limits_of_the_sum,
    local_parts,
    whole_numbers,
)
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, among_empty, where_column, where_of
from synthaudit.adapters.readers.source import FEWEST_BYTES, Source, check_size, count_rows, open_source
from synthaudit.adapters.readers.streams import copied_stream, parsed
from synthaudit.adapters.readers.tables import copied, local_source, read_table
from synthaudit.types import IntArray


@contextmanager
def opened(source: Any, role: TableRole, options: ReadOptions, most: int) -> Iterator[RawTable | Source]:
    """One table from anywhere; files with more rows than ``most`` as a source, which must not outlive the context.

    Raises
    ------
    InputError
        See ``docs/errors.md``, SA-101 to SA-156.

    Examples
    --------
    >>> with opened(pd.DataFrame({"age": [34, 35]}), "synthetic", ReadOptions(), 1_000) as table:
    ...     len(table.frame)
    2
    """
    path = local_source(source)
    with ExitStack() as open_copies:
        table: RawTable | Source | None = None
        if path is not None:
            is_many = path.is_dir() or is_pattern(path)
            opening = _opened_parts if is_many else _opened_file
            table = opening(path, role, options, most, open_copies)
        # Few rows of many bytes cannot be streamed: refused like any other table.
        yield read_table(source, role, options=options) if table is None else table


def _opened_file(
    path: Path, role: TableRole, options: ReadOptions, most: int, open_copies: ExitStack
) -> RawTable | Source | None:
    copy = open_copies.enter_context(copied(path, role, replace(options, max_bytes=_most_bytes(path, options))))
    source = open_source(copy, options, most)
    if source is not None:
        return source
    return parsed(copy, options) if _can_be_held([copy], options) else None


def _opened_parts(
    path: Path, role: TableRole, options: ReadOptions, most: int, open_copies: ExitStack
) -> RawTable | Source | None:
    files = local_parts(path, role)
    content, packed = format_of_parts(files, role)
    if content in WORKBOOKS:
        return None
    where, spent = where_of(role, files.name), 0
    copies: list[Copied] = []
    for part in files.parts:
        # What is packed counts together, what is not is as large as it lies there.
        before = 0 if packed == "none" and options.max_bytes is None else spent
        limits = replace(options, max_bytes=_most_bytes(part.path, options))
        with limits_of_the_sum(where, len(copies), before), part.open() as raw:
            copies.append(open_copies.enter_context(copied_stream(raw, part.name, role, limits, spent=before)))
        spent += copies[-1].path.stat().st_size
    is_long = copies[0].content == "parquet" or spent >= FEWEST_BYTES * most
    if is_long and sum(count_rows(copy, options) for copy in copies) > most:
        source = _parted(files, copies, options)
        check_size(source.n_rows * len(source.names) * 8, spent, where, options)
        return source
    if not _can_be_held(copies, options):
        return None
    tables: list[RawTable] = []
    for copy in copies:
        before = sum(table.n_bytes for table in tables)
        with limits_of_the_sum(where, len(tables), before):
            tables.append(parsed(copy, options, before))
        check_columns(list(tables[0].frame.columns), list(tables[-1].frame.columns), copy.where)
    return joined(files, tables)


def _most_bytes(path: Path | None, options: ReadOptions) -> int | None:
    """A file that is not packed holds what its size says, however much: what is streamed is not held in memory."""
    if options.max_bytes is not None or path is None or path.suffix.lower() in (".gz", ".zst") or not path.is_file():
        return options.max_bytes
    size = path.stat().st_size
    return size if size > DEFAULT_MAX_BYTES else None


def _can_be_held(copies: Sequence[Copied], options: ReadOptions) -> bool:
    return options.max_bytes is not None or sum(copy.path.stat().st_size for copy in copies) <= DEFAULT_MAX_BYTES


# --- parts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartedSource:
    """The parts of one table, read one after another as if they were one file; see ``Source``.

    Attributes
    ----------
    files : Parts
        Their name together.
    parts : tuple of Source
        In their order.
    order : tuple of tuples of int
        By part, where it has each column of the first one.
    kinds : tuple of str
        By column, what its cells are in all parts; see ``parts.kind_of``.
    """

    files: Parts
    parts: tuple[Source, ...]
    order: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns in the order of the first part."""
        return self.parts[0].names

    @property
    def n_rows(self) -> int:
        """Rows of all parts."""
        return sum(part.n_rows for part in self.parts)

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        """These columns, so many rows at a time, part after part."""
        for part, order in zip(self.parts, self.order, strict=True):
            for batch in part.batches([order[i] for i in columns]):
                yield [conformed(cells, self.kinds[i]) for i, cells in zip(columns, batch, strict=True)]

    def pick(self, rows: IntArray) -> RawTable:
        """The rows at these 0-based positions of the whole table, ascending, with all columns."""
        pieces: list[list[pd.Series]] = [[] for _ in self.names]
        start = 0
        for part, order in zip(self.parts, self.order, strict=True):
            mine = rows[(start <= rows) & (rows < start + part.n_rows)] - start
            start += part.n_rows
            if len(mine):
                frame = part.pick(mine).frame
                for column, place, kind in zip(pieces, order, self.kinds, strict=True):
                    column.append(conformed(frame.iloc[:, place], kind))
        return self.table(pd.DataFrame(dict(zip(self.names, map(end_to_end, pieces), strict=True))))

    def column(self, position: int) -> RawTable:
        """One whole column in its place among empty ones."""
        cells = [
            conformed(part.column(order[position]).frame.iloc[:, order[position]], self.kinds[position])
            for part, order in zip(self.parts, self.order, strict=True)
        ]
        return self.table(among_empty(self.names, position, end_to_end(cells)))

    def table(self, frame: pd.DataFrame) -> RawTable:
        """A frame with the name, the hash and the notes of all parts."""
        return as_one(self.files, [part.table(pd.DataFrame()) for part in self.parts], frame)

    def present_kinds(self) -> list[str | None]:
        """What the cells of each column are."""
        return list(self.kinds)


def _parted(files: Parts, copies: Sequence[Copied], options: ReadOptions) -> PartedSource:
    """All parts as one source; SA-103 an empty part, SA-109 one that differs, and what a part alone would raise."""
    parts: list[Source] = []
    order: list[tuple[int, ...]] = []
    for copy in copies:
        part = open_source(copy, options, 0)
        if part is None:
            parsed(copy, options)
            raise AssertionError("a part without rows cannot be read")
        parts.append(part)
        check_columns(parts[0].names, part.names, copy.where)
        order.append(tuple(part.names.index(name) for name in parts[0].names))
    present = [part.present_kinds() for part in parts]
    kinds = []
    for i, name in enumerate(parts[0].names):

        def is_whole(part: int, column: int = i) -> bool:
            return whole_numbers(batch[0] for batch in parts[part].batches([order[part][column]]))

        def where(part: int, column: int = i, name: str = name) -> str:
            return where_column(copies[part].where, order[part][column], name)

        kind = common_kind([kinds_of[o[i]] for kinds_of, o in zip(present, order, strict=True)], is_whole, where)
        # Where no part has a cell, any kind will do.
        kinds.append("O" if kind is None else kind)
    return PartedSource(files=files, parts=tuple(parts), order=tuple(order), kinds=tuple(kinds))
