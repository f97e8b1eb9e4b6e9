"""A large table that stays in its file: read in batches, in single rows, or one column at a time, never whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from synthaudit.adapters.readers import counting, delimited, typed
from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES, MAX_RATIO
from synthaudit.adapters.readers.duck import connection
from synthaudit.adapters.readers.formats import Copied
from synthaudit.adapters.readers.jsonlines import count_lines, open_lines
from synthaudit.adapters.readers.raw import (
    MAX_CELL,
    RawTable,
    ReadOptions,
    among_empty,
    check_count,
    long_cell,
    where_column,
)
from synthaudit.adapters.readers.streams import read_by
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import IntArray

VECTOR = 2_048
"""Rows that DuckDB hands out at a time."""
VECTORS = 32
"""Of one batch, unless its text is long."""
BATCH_BYTES = 256 << 20
"""Text that one batch may hold."""
FEWEST_BYTES = 2
"""Of a record in text."""


class Source(Protocol):
    """A large table, ready to be asked for rows; the private copy that it reads must outlive it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Columns in their order."""
        ...

    @property
    def n_rows(self) -> int:
        """Rows in all."""
        ...

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        """These columns as raw ones (see ``RawTable``), so many rows at a time, in their order.

        Missing text may be NaN here.

        Raises
        ------
        InputError
            SA-116, SA-123 to SA-125: the table is damaged further down.
        """
        ...

    def pick(self, rows: IntArray) -> RawTable:
        """The rows at these 0-based positions, ascending, with all columns."""
        ...

    def column(self, position: int) -> RawTable:
        """One whole column in its place among empty ones; for messages, since nothing else needs it."""
        ...

    def table(self, frame: pd.DataFrame) -> RawTable:
        """A frame with the name, the hash and the notes of this table."""
        ...

    def present_kinds(self) -> list[str | None]:
        """By column what its cells are, see ``parts.kind_of``; None where none is present."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileSource:
    """A copied Parquet or delimited file, read by DuckDB; see :class:`Source`.

    Attributes
    ----------
    kinds : tuple of str
        Types of the columns in SQL; text of delimited files is ``VARCHAR``.
    places : tuple of int
        Where the columns stand among the ``n_columns`` of the file: some of text have neither a name nor cells.
    """

    copy: Copied
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    n_rows: int
    sep: str
    vectors: int
    places: tuple[int, ...]
    n_columns: int

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        """These columns, so many rows at a time."""
        parts = [self._fetched(i) for i in columns]
        columns_sql = ", ".join(", ".join(part) for part in parts)
        n_read = 0
        with self._asked(f"SELECT {columns_sql} FROM {self._records}") as duck:
            while len(frame := duck.fetch_df_chunk(self.vectors)):
                n_read += len(frame)
                yield [self._raw(frame, i) for i in columns]
        check_count(self.copy.where, self.n_rows, n_read)

    def pick(self, rows: IntArray) -> RawTable:
        """The rows at these 0-based positions, ascending, with all columns."""
        columns = ", ".join(f"{self._sql(i)} AS c{i}" for i in range(len(self.names)))
        numbered = f"(SELECT *, row_number() OVER () - 1 AS position FROM {self._records})"
        chosen = pd.DataFrame({"position": rows})
        query = f"SELECT {columns} FROM {numbered} WHERE position IN (SELECT position FROM chosen) ORDER BY position"
        with self._asked(query, chosen) as duck:
            arrays = duck.fetchnumpy()
        check_count(self.copy.where, len(rows), len(arrays["c0"]))
        frame = {
            name: typed.column_of(arrays[f"c{i}"], kind)
            for i, (name, kind) in enumerate(zip(self.names, self.kinds, strict=True))
        }
        return self.table(pd.DataFrame(frame))

    def column(self, position: int) -> RawTable:
        """One whole column."""
        with self._asked(f"SELECT {self._sql(position)} AS c FROM {self._records}") as duck:
            cells = typed.column_of(duck.fetchnumpy()["c"], self.kinds[position])
        check_count(self.copy.where, self.n_rows, len(cells))
        return self.table(among_empty(self.names, position, cells))

    def table(self, frame: pd.DataFrame) -> RawTable:
        """A frame with the name, the hash and the notes of this file."""
        return self.copy.table(frame)

    def present_kinds(self) -> list[str | None]:
        """What the cells of each column are; in delimited text an empty one is text as well."""
        if self.copy.content != "parquet":
            return ["O"] * len(self.names)
        extents = ", ".join(", ".join(typed.extent(self.kinds[i], self.places[i])) for i in range(len(self.names)))
        with self._asked(f"SELECT {extents} FROM {self._records}") as duck:
            values = duck.fetchall()[0]
        return [typed.present_kind(kind, *values[3 * i : 3 * i + 3]) for i, kind in enumerate(self.kinds)]

    @property
    def _records(self) -> str:
        if self.copy.content == "parquet":
            return typed.records_of(self.copy.path, self.n_columns)
        return delimited.records_of(self.copy.path, self.sep, self.n_columns)

    def _sql(self, i: int) -> str:
        place = self.places[i]
        return typed.expression(self.kinds[i], place, where_column(self.copy.where, place, self.names[i]))

    def _fetched(self, i: int) -> list[str]:
        """What is asked of a column: whole numbers, which a frame holds only where none is missing, come in two."""
        sql, kind = self._sql(i), typed.base_of(self.kinds[i])
        if kind in ("FLOAT", "DOUBLE") or sql.endswith("::VARCHAR") or kind == "VARCHAR":
            return [f"{sql} AS c{i}"]
        nothing = "false" if kind == "BOOLEAN" else "0"
        return [f"coalesce({sql}, {nothing}) AS c{i}", f"({sql}) IS NULL AS gone{i}"]

    def _raw(self, frame: pd.DataFrame, i: int) -> pd.Series:
        values = frame[f"c{i}"]
        if values.dtype == object or f"gone{i}" not in frame:
            kind = typed.base_of(self.kinds[i])
            if kind not in ("FLOAT", "DOUBLE"):
                return text_column(values.to_numpy(dtype=object))
            numbers = values.to_numpy()
            return typed.column_of(np.ma.array(numbers, mask=np.isnan(numbers)), self.kinds[i])
        return typed.column_of(np.ma.array(values.to_numpy(), mask=frame[f"gone{i}"].to_numpy()), self.kinds[i])

    def _asked(self, query: str, chosen: pd.DataFrame | None = None) -> "_Asked":
        return _Asked(self, query, chosen)


class _Asked:
    """A connection with the answer to one query; what DuckDB says of the file is put into our words."""

    def __init__(self, source: FileSource, query: str, chosen: pd.DataFrame | None) -> None:
        self._source, self._query, self._chosen = source, query, chosen
        self._connection = connection(source.copy.path)

    def __enter__(self) -> Any:
        duck = self._connection.__enter__()
        try:
            if self._chosen is not None:
                duck.register("chosen", self._chosen)
            return duck.execute(self._query)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        import duckdb

        # The generator of a context manager would raise the error again.
        self._connection.__exit__(None, None, None)
        if isinstance(error, duckdb.Error | UnicodeError):
            raise _fault(self._source.copy) from None


def open_source(copy: Copied, options: ReadOptions, more_than: int) -> Source | None:
    """The copied table as a source, where it has more rows than that.

    Raises
    ------
    InputError
        SA-103, SA-113 decodes too far, SA-116 to SA-137, SA-156; see ``docs/errors.md``.
    """
    import duckdb

    stored = copy.path.stat().st_size
    if copy.content != "parquet" and stored < FEWEST_BYTES * more_than:
        return None
    if copy.content == "jsonl":
        if count_lines(copy.path) <= more_than:
            return None
        lines = open_lines(copy, options)
        check_size(lines.n_rows * len(lines.names) * 8, stored, copy.where, options)
        return lines
    layout = _layout(copy, options)
    if layout.n_rows <= more_than:
        return None
    check_size(layout.n_rows * len(layout.names) * 8, stored, copy.where, options)
    try:
        with connection(copy.path) as duck:
            vectors = _vectors(duck, layout, copy)
    except (duckdb.Error, UnicodeError):
        raise _fault(copy) from None
    return FileSource(
        copy=replace(copy, notes=(*copy.notes, *layout.notes)),
        names=tuple(layout.names[i] for i in layout.places),
        kinds=tuple(layout.kinds[i] for i in layout.places),
        n_rows=layout.n_rows,
        sep=layout.sep,
        vectors=vectors,
        places=layout.places,
        n_columns=len(layout.kinds),
    )


def count_rows(copy: Copied, options: ReadOptions) -> int:
    """Rows of the copied table, of which no cell is checked yet; raises as `open_source` does."""
    return count_lines(copy.path) if copy.content == "jsonl" else _layout(copy, options).n_rows


@dataclass(frozen=True, slots=True)
class _Layout:
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    n_rows: int
    sep: str
    table: str
    """In SQL."""
    count: counting.Count | None
    """Of delimited text."""
    places: tuple[int, ...]
    """Of the columns that belong to the table."""
    notes: tuple[str, ...] = ()


def _layout(copy: Copied, options: ReadOptions) -> _Layout:
    if copy.content != "parquet":
        options, prefer_tab = read_by(copy, options), copy.content == "tsv"
        lies = delimited.layout_of(copy.path, copy.where, options, prefer_tab, copy.rows_named)
        sep, header = lies.sep, list(lies.header)
        count = counting.count_records(copy.path, sep, header, copy.where, copy.rows_named)
        table = delimited.records_of(copy.path, sep, len(header))
        table = f"{table} AS t({', '.join(f'c{i}' for i in range(len(header)))})"
        kinds: tuple[str, ...] = ("VARCHAR",) * len(header)
        known = dict(zip(lies.places, lies.names, strict=True))
        names = tuple(known.get(i, "") for i in range(len(header)))
        return _Layout(names, kinds, count.records, sep, table, count, lies.places, lies.notes)
    import duckdb

    try:
        with connection(copy.path) as duck:
            found, types, n_rows = typed.layout_of(duck, copy.path, copy.where, options)
    except (duckdb.Error, UnicodeError):
        raise _fault(copy) from None
    table = typed.records_of(copy.path, len(found))
    return _Layout(tuple(found), tuple(types), n_rows, "", table, None, tuple(range(len(found))))


def check_size(n_bytes: int, stored: int, where: str, options: ReadOptions) -> None:
    """SA-113 where little that is stored stands for endless rows, which would keep an audit busy for ever."""
    limit = max(DEFAULT_MAX_BYTES, MAX_RATIO * stored)
    limit = limit if options.max_bytes is None else options.max_bytes
    if n_bytes > limit:
        got = N_("decodes to {n_bytes} bytes; limit {limit}").format(n_bytes=n_bytes, limit=limit)
        raise InputError("SA-113", where, got, N_("Raise --max-bytes only if you trust the file."))


def _vectors(duck: Any, layout: _Layout, copy: Copied) -> int:
    """How many vectors make a batch, by the longest text in any of them; SA-121 where a record is lost."""
    texts, table = [i for i, kind in enumerate(layout.kinds) if kind == "VARCHAR"], layout.table
    if not texts:
        return VECTORS
    sums = ", ".join(
        f"coalesce(sum(strlen(c{i})), 0) AS s{i}, max(strlen(c{i})) AS m{i}, sum(length(c{i})) AS n{i}" for i in texts
    )
    total = " + ".join(f"s{i}" for i in texts)
    longest = ", ".join(f"max(m{i})" for i in texts)
    n_characters = " + ".join(f"coalesce(sum(n{i}), 0)" for i in texts)
    numbered = f"(SELECT *, (row_number() OVER () - 1) // {VECTOR} AS vector FROM {table})"
    vectors = f"(SELECT {sums}, count(*) AS n FROM {numbered} GROUP BY vector)"
    n_read, n_characters, most, *cells = duck.execute(
        f"SELECT sum(n), {n_characters}, max({total}), {longest} FROM {vectors}"
    ).fetchall()[0]
    if layout.count is not None:
        layout.count.check(copy.where, int(n_read or 0), int(n_characters))
    for i, cell in zip(texts, cells, strict=True):
        if (cell or 0) > MAX_CELL:
            first = duck.execute(
                f"SELECT position FROM (SELECT c{i}, row_number() OVER () AS position FROM {table})"
                f" WHERE strlen(c{i}) > {MAX_CELL} LIMIT 1"
            ).fetchall()
            row = int(first[0][0]) if copy.rows_named else None
            raise long_cell(where_column(copy.where, i, layout.names[i]), int(cell), row)
    if most > BATCH_BYTES:
        got = N_("{n} rows with {n_bytes} bytes of text; limit {limit}").format(
            n=VECTOR, n_bytes=int(most), limit=BATCH_BYTES
        )
        raise InputError("SA-113", copy.where, got, N_("Leave the columns of long text out."))
    # A batch may straddle two of the vectors that were measured.
    return max(1, min(VECTORS, int(BATCH_BYTES // (2 * max(most, 1)))))


def _fault(copy: Copied) -> InputError:
    if copy.content == "parquet":
        return InputError("SA-116", copy.where, N_("not valid Parquet, damaged or cut short"), N_("Export it again."))
    return counting.refused(copy.where)
