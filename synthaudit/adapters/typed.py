"""Files that carry types of their own: Parquet by DuckDB, JSON lines by the standard library."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthaudit.adapters.cells import text_column
from synthaudit.adapters.duck import connection, quoted, values_and_mask
from synthaudit.adapters.frames import raw_column, raw_floats, raw_integers
from synthaudit.adapters.raw import MAX_CELL, MAX_COLUMNS, check_cells, check_names, long_cell, where_column
from synthaudit.errors import InputError
from synthaudit.files import DEFAULT_MAX_BYTES

if TYPE_CHECKING:
    import duckdb

MAX_RECORD = 64 << 20

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
}


def read_parquet(path: Path, where: str, max_bytes: int | None) -> pd.DataFrame:
    """Read a Parquet file; its decoded size is asked for before anything is converted.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-113 decodes beyond the limit, SA-116 damaged, SA-118 nested or binary columns,
        SA-132 to SA-137 names, SA-156 a cell too long.
    """
    import duckdb

    try:
        return _read_parquet(path, where, DEFAULT_MAX_BYTES if max_bytes is None else max_bytes)
    except duckdb.OutOfMemoryException:
        raise InputError("SA-113", where, "decodes to more than this machine's memory", "Export fewer rows.") from None
    except (duckdb.Error, UnicodeError):
        raise InputError("SA-116", where, "not valid Parquet, damaged or cut short", "Export it again.") from None


def _read_parquet(path: Path, where: str, limit: int) -> pd.DataFrame:
    with connection(path) as duck:
        names, kinds, n_rows = layout_of(duck, path, where)
        expressions = [expression(kind, i, where_column(where, i, names[i])) for i, kind in enumerate(kinds)]
        _check_size(n_rows * len(kinds) * 8, limit, where)
        table = records_of(path, len(kinds))
        texts = [i for i, kind in enumerate(kinds) if kind == "VARCHAR"]
        if texts:
            asked = ", ".join(f"sum(strlen(c{i})), max(strlen(c{i}))" for i in texts)
            sizes = duck.execute(f"SELECT {asked} FROM {table}").fetchall()[0]
            _check_size(sum(int(size or 0) for size in sizes[::2]), limit, where)
            for i, longest in zip(texts, sizes[1::2], strict=True):
                if (longest or 0) > MAX_CELL:
                    raise long_cell(where_column(where, i, names[i]), int(longest), None)
        wanted = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(expressions))
        arrays = duck.execute(f"SELECT {wanted} FROM {table}").fetchnumpy()
    return pd.DataFrame({name: column_of(arrays[f"c{i}"], kinds[i]) for i, name in enumerate(names)})


def layout_of(duck: "duckdb.DuckDBPyConnection", path: Path, where: str) -> tuple[list[str], list[str], int]:
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
    check_names(names, where)
    n_rows = int(duck.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({file})").fetchall()[0][0])
    if not n_rows:
        raise InputError("SA-103", where, "0 rows; at least 1 expected", "Export the table again.")
    return names, kinds, n_rows


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
        got = f"type {kind.split('(', 1)[0].lower()} is not tabular"
        raise InputError("SA-118", where, got, "Flatten it, or leave the column out.")
    return sql.format(f"c{position}")


def _check_size(n_bytes: int, limit: int, where: str) -> None:
    if n_bytes > limit:
        got = f"decodes to {n_bytes} bytes; limit {limit}"
        raise InputError("SA-113", where, got, "Raise --max-bytes only if you trust the file.")


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


def read_json_lines(path: Path, where: str, rows_named: bool) -> pd.DataFrame:
    """Read checked UTF-8 text with one JSON object a line; a name that a record lacks is missing there.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-118 nested cells, SA-124 a line that is no object, SA-132 to SA-137 names,
        SA-156 a cell or line too long.
    """
    cells: dict[str, list[Any]] = {}
    row = 0
    with path.open(encoding="utf-8", newline="") as file:
        while line := file.readline(MAX_RECORD):
            if not line.strip():
                continue
            row += 1
            for name, value in _record(line, where, row if rows_named else None):
                if name not in cells:
                    if len(cells) == MAX_COLUMNS:
                        got = f"more than {MAX_COLUMNS} columns; limit {MAX_COLUMNS}"
                        raise InputError("SA-137", where, got, "Leave some out.")
                    cells[name] = []
                column = cells[name]
                column += [None] * (row - 1 - len(column))
                column.append(value)
    if not row or not cells:
        raise InputError("SA-103", where, "0 rows; at least 1 expected", "Export the table again.")
    check_names(list(cells), where)
    frame = {}
    for i, (name, values) in enumerate(cells.items()):
        here = where_column(where, i, name)
        values += [None] * (row - len(values))
        array = np.empty(row, dtype=object)
        array[:] = values
        frame[name] = raw_column(pd.Series(array, dtype=object), here)
        check_cells(frame[name], here, rows_named)
    return pd.DataFrame(frame)


def _record(line: str, where: str, row: int | None) -> list[tuple[str, Any]]:
    place = "a line" if row is None else f"data row {row}"
    if len(line) >= MAX_RECORD:
        raise long_cell(where, None, row)
    try:
        # Pairs, not a dict: a name that occurs twice in a record must not win silently.
        pairs = json.loads(line, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise InputError("SA-124", where, f"{place} is not valid JSON", "Write one JSON object a line.") from None
    is_object = line.lstrip().startswith("{")
    if not is_object:
        raise InputError("SA-124", where, f"{place} is not a JSON object", "Write one JSON object a line.")
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        got = f"{place} has the same name twice"
        raise InputError("SA-132", where, got, "Give every column a name of its own.")
    if any(isinstance(value, list | tuple) for _, value in pairs):
        raise InputError("SA-118", where, f"{place} has a nested cell", "Flatten it.")
    return list(pairs)
