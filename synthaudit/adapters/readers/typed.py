"""Files that carry types of their own: Parquet, by DuckDB."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers import pages
from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES
from synthaudit.adapters.readers.duck import connection, quoted, values_and_mask
from synthaudit.adapters.readers.frames import raw_floats, raw_integers
from synthaudit.adapters.readers.header import check_header
from synthaudit.adapters.readers.leave_out import NOT_READ
from synthaudit.adapters.readers.raw import (
    MAX_CELL,
    MAX_COLUMNS,
    ReadOptions,
    check_count,
    check_names,
    long_cell,
    named,
    where_column,
)
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import EXACT_INTEGER, text_column
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

if TYPE_CHECKING:
    import duckdb

LEFT_OUT = "LEFT OUT"
"""In place of the type of a column that is no plain one and is left out: it is known where a cell is there."""
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_AS_TEXT = (
    *("VARCHAR", '"NULL"', "ENUM", "UUID", "TIME", "TIME_NS", "INTERVAL", "UBIGINT", "HUGEINT", "UHUGEINT"),
    *("DECIMAL", "JSON"),
)
_SQL = {
    **dict.fromkeys(_INTEGERS, "{0}"),
    "BOOLEAN": "{0}",
    "FLOAT": "{0}",
    "DOUBLE": "{0}",
    "DATE": "epoch_us({0}::TIMESTAMP)",
    "TIMESTAMP": "epoch_us({0})",
    "TIMESTAMP_S": "epoch_us({0})",
    "TIMESTAMP_MS": "epoch_us({0})",
    # Cut down, not rounded, as pandas does; // cuts towards 1970.
    "TIMESTAMP_NS": "epoch_ns({0}) // 1000 - (epoch_ns({0}) % 1000 < 0)::INTEGER",
    **dict.fromkeys(_AS_TEXT, "{0}::VARCHAR"),
    LEFT_OUT: f"(CASE WHEN {{0}} IS NOT NULL THEN '{NOT_READ}' END)::VARCHAR",
}


def read_parquet(path: Path, where: str, max_bytes: int | None, options: ReadOptions) -> pd.DataFrame:
    """Read a Parquet file; its decoded size is asked for before anything is converted.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-113 decodes beyond the limit, SA-116 damaged, SA-118 nested or binary columns,
        SA-121 rows that the footer does not count, SA-132 to SA-137 names, SA-156 a cell too long.
    """
    import duckdb

    try:
        return _read_parquet(path, where, DEFAULT_MAX_BYTES if max_bytes is None else max_bytes, options)
    except duckdb.OutOfMemoryException:
        raise InputError(
            "SA-113", where, N_("decodes to more than this machine's memory"), N_("Export fewer rows.")
        ) from None
    except (duckdb.Error, UnicodeError):
        raise InputError(
            "SA-116", where, N_("not valid Parquet, damaged or cut short"), N_("Export it again.")
        ) from None


def _read_parquet(path: Path, where: str, limit: int, options: ReadOptions) -> pd.DataFrame:
    with connection(path) as duck:
        names, kinds, n_rows = layout_of(duck, path, where, options)
        expressions = [expression(kind, i, where_column(where, i, names[i])) for i, kind in enumerate(kinds)]
        _check_size(n_rows * len(kinds) * 8, limit, where)
        table = records_of(path, len(kinds))
        texts = [i for i, kind in enumerate(kinds) if kind == "VARCHAR"]
        if texts:
            lengths = ", ".join(f"sum(strlen(c{i})), max(strlen(c{i}))" for i in texts)
            sizes = duck.execute(f"SELECT {lengths} FROM {table}").fetchall()[0]
            _check_size(sum(int(size or 0) for size in sizes[::2]), limit, where)
            for i, longest in zip(texts, sizes[1::2], strict=True):
                if (longest or 0) > MAX_CELL:
                    raise long_cell(where_column(where, i, names[i]), int(longest), None)
        columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(expressions))
        arrays = duck.execute(f"SELECT {columns} FROM {table}").fetchnumpy()
    check_count(where, n_rows, len(arrays["c0"]))
    return pd.DataFrame({name: column_of(arrays[f"c{i}"], kinds[i]) for i, name in enumerate(names)})


def layout_of(
    duck: "duckdb.DuckDBPyConnection", path: Path, where: str, options: ReadOptions
) -> tuple[list[str], list[str], int]:
    """Checked names, types as DuckDB calls them, and the number of rows."""
    file = quoted(str(path))
    described = duck.execute(f"DESCRIBE SELECT * FROM read_parquet({file})").fetchall()
    # DuckDB renames twins; the schema has the names as they are. Row 0 is the root.
    tree = duck.execute(f"SELECT name, num_children FROM parquet_schema({file})").fetchall()[1:]
    top = _top_level(tree)
    kinds = [str(row[1]) for row in described]
    if len(kinds) > MAX_COLUMNS:
        check_names([str(i) for i in range(len(kinds))], where)
    names = top if len(top) == len(kinds) else [str(row[0]) for row in described]
    check_header(names, where, options)
    names = named(names, where, options)
    kinds = _readable_kinds(names, kinds, where, options)
    n_rows = int(duck.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({file})").fetchall()[0][0])
    _check_counts(duck, path, n_rows, where)
    if not n_rows:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    return names, kinds, n_rows


def _readable_kinds(names: list[str], kinds: list[str], where: str, options: ReadOptions) -> list[str]:
    """Types that can be read; SA-118 with every column of another one that is not left out."""
    refusals, readable = Refusals(), []
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        with refusals.of(where, name):
            if base_of(kind) not in _SQL and not options.leaves_out(name):
                do = N_("Flatten it{or_leave_out}.").format(or_leave_out=options.or_leave_out([name]))
                raise _not_tabular(kind, where_column(where, i, name), do)
        readable.append(kind if base_of(kind) in _SQL else LEFT_OUT)
    refusals.tell()
    return readable


def _check_counts(duck: "duckdb.DuckDBPyConnection", path: Path, n_rows: int, where: str) -> None:
    """Refuse a file whose footer counts otherwise than its groups of rows and its pages (SA-116, SA-121)."""
    chunks = duck.execute(
        "SELECT row_group_id, row_group_num_rows, num_values, total_compressed_size, "
        # Some writers give 0 where there is no dictionary.
        "coalesce(least(nullif(dictionary_page_offset, 0), data_page_offset), data_page_offset) "
        f"FROM parquet_metadata({quoted(str(path))})"
    ).fetchall()
    try:
        counts = pages.count_values(path, [(start, size, n) for _, _, n, size, start in chunks])
    except pages.DamagedError:
        raise InputError(
            "SA-116", where, N_("not valid Parquet, damaged or cut short"), N_("Export it again.")
        ) from None
    for (_, _, expected, _, _), n in zip(chunks, counts, strict=True):
        check_count(where, n, expected, "value")
    check_count(where, sum({group: n for group, n, *_ in chunks}.values()), n_rows)


def records_of(path: Path, n_columns: int) -> str:
    """The rows as a table in SQL, columns ``c0``, ``c1``, ..."""
    return f"(SELECT * FROM read_parquet({quoted(str(path))})) AS t({', '.join(f'c{i}' for i in range(n_columns))})"


def _top_level(tree: list[tuple[Any, ...]]) -> list[str]:
    names, skip = [], 0
    for name, children in tree:
        if skip:
            skip += (children or 0) - 1
        else:
            names.append(str(name))
            skip = children or 0
    return names


def base_of(kind: str) -> str:
    """A type of DuckDB without its width, scale or zone."""
    if kind.endswith("]"):
        return "nested"
    base = kind.split("(", 1)[0]
    return {"TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "TIMESTAMPTZ_NS": "TIMESTAMP_NS"}.get(base, base)


def expression(kind: str, position: int, where: str) -> str:
    """The column at a position in SQL, as one of the few types that are fetched; SA-118 where it is none."""
    sql = _SQL.get(base_of(kind))
    if sql is None:
        raise _not_tabular(kind, where, N_("Flatten it."))
    return sql.format(f"c{position}")


def _not_tabular(kind: str, where: str, do: str) -> InputError:
    return InputError("SA-118", where, N_("type {kind} is not tabular").format(kind=kind.split("(", 1)[0].lower()), do)


def _check_size(n_bytes: int, limit: int, where: str) -> None:
    if n_bytes > limit:
        got = N_("decodes to {n_bytes} bytes; limit {limit}").format(n_bytes=n_bytes, limit=limit)
        raise InputError("SA-113", where, got, N_("Raise --max-bytes only if you trust the file."))


def column_of(array: Any, kind: str) -> pd.Series:
    """A fetched column of this type as a raw one (see ``RawTable``)."""
    values, missing = values_and_mask(array)
    base = base_of(kind)
    if base in _INTEGERS:
        return raw_integers(values, missing)
    if base in ("FLOAT", "DOUBLE"):
        values[missing] = np.nan
        return raw_floats(values)
    if base == "DATE" or base.startswith("TIMESTAMP"):
        times = values.astype(np.int64).astype("datetime64[us]")
        times[missing] = np.datetime64("NaT")
        return pd.Series(times)
    if base == "BOOLEAN":
        values = np.where(values.astype(np.bool_), "true", "false").astype(object)
    values[missing] = None
    return text_column(values)


def extent(kind: str, position: int) -> tuple[str, str, str]:
    """SQL of how many cells of a column are present, and of its lowest and highest where it holds integers."""
    base, cell = base_of(kind), f"c{position}"
    present = f"count({cell}) FILTER (NOT isnan({cell}))" if base in ("FLOAT", "DOUBLE") else f"count({cell})"
    lowest, highest = (f"min({cell})", f"max({cell})") if base in _INTEGERS else ("0", "0")
    return present, lowest, highest


def present_kind(kind: str, n_present: int, lowest: int | None, highest: int | None) -> str | None:
    """What ``column_of`` makes of a whole column, see ``parts.kind_of``; None where no cell is present."""
    base = base_of(kind)
    if not n_present:
        return None
    if base in _INTEGERS:
        return "number" if max(-(lowest or 0), highest or 0) <= EXACT_INTEGER else "O"
    if base == "DATE" or base.startswith("TIMESTAMP"):
        return "M"
    return "number" if base in ("FLOAT", "DOUBLE") else "O"
