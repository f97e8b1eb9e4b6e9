"""One table cut into several of the same format: every row goes to one part, in its order, with all its columns."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers import delimited
from synthaudit.adapters.readers.compression import HashingReader, decoded_chunks, packed_as
from synthaudit.adapters.readers.duck import connection, quoted, write_parquet
from synthaudit.adapters.readers.formats import format_of
from synthaudit.adapters.readers.jsonlines import BLANK
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, check_count, where_of
from synthaudit.adapters.readers.trimming import trim
from synthaudit.cells import parse_number
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults, open_input, private_temporary
from synthaudit.files.catalogue import N_
from synthaudit.types import IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What one output holds."""

    order: IntArray
    """(n,) the output's rows: position in the source, or -1 - i for the i-th further row."""
    extra: pd.DataFrame | None = None
    """(e, d) further rows as text in the source's spelling, None = missing, with its columns."""


def partition(source: Path, table: RawTable, options: ReadOptions, parts: Mapping[str, Part]) -> dict[str, bytes]:
    """Write parts of a table in its own format.

    Parameters
    ----------
    source : Path
        The file that ``table`` was read from with ``options``; only further rows are written from text, all else keeps
        the type or the spelling that the file has.
    parts : mapping of str to Part
        By any name.

    Returns
    -------
    dict of str to bytes
        The content of each output, packed as the source is.
    """
    kind, packing = format_of(source.name, where_of("train", source.name))
    if kind == "parquet":
        return {name: _parquet(source, table, part) for name, part in parts.items()}
    with _text(source, options) as copy:
        if kind == "jsonl":
            lines = [line for line in copy.read_text("utf-8").split("\n") if line.strip(BLANK)]
            check_count(table.where, len(lines), len(table.frame))
            if any(part.extra is not None for part in parts.values()):
                # All rows are written anew, in one way, so that their form tells nothing.
                records = [json.loads(line) for line in lines]
                texts = {name: _json_lines(records, part) for name, part in parts.items()}
            else:
                texts = {name: "".join(f"{lines[row]}\n" for row in part.order) for name, part in parts.items()}
        else:
            sep = _delimiter(copy, table.where, options, prefer_tab=kind == "tsv")
            texts = {name: _delimited(table.frame, sep, part) for name, part in parts.items()}
    return {name: packed_as(text.encode(options.encoding), packing) for name, text in texts.items()}


@contextmanager
def as_file(table: RawTable, options: ReadOptions) -> Iterator[tuple[Path, ReadOptions]]:
    """A table that is no file of its own, written as one: Parquet, or CSV where its cells have no types.

    Reading it again with the options that are handed out gives the same cells of the same types.

    Raises
    ------
    InputError
        SA-116 text that no file can hold.
    """
    with private_temporary(".parquet" if table.typed else ".csv") as path:
        if table.typed:
            _write_parquet(table, path)
        else:
            sep = "," if options.sep is None else delimited.checked_sep(options.sep)
            options = replace(options, sep=sep)
            text = _delimited(table.frame, sep, Part(order=np.arange(len(table.frame))))
            with machine_faults(), create_private(path) as file:
                file.write(text.encode(options.encoding))
        yield path, options


def _write_parquet(table: RawTable, path: Path) -> None:
    import duckdb

    frame = table.frame.set_axis([f"c{i}" for i in range(len(table.frame.columns))], axis=1)
    # Said, not guessed: a column without any cell has no type that could be told from its cells.
    kinds = {"O": "VARCHAR", "i": "BIGINT", "f": "DOUBLE", "M": "TIMESTAMP"}
    columns = ", ".join(
        f"CAST(c{i} AS {kinds[frame[f'c{i}'].dtype.kind]}) AS {_name(str(name))}"
        for i, name in enumerate(table.frame.columns)
    )
    try:
        with connection(path) as duck:
            duck.register("cells", frame)
            write_parquet(duck, f"SELECT {columns} FROM cells", path)
    except (duckdb.Error, UnicodeError):
        got = N_("its rows could not be written as Parquet")
        raise InputError("SA-116", table.where, got, N_("Write it to a CSV file and split that.")) from None


def _delimiter(copy: Path, where: str, options: ReadOptions, *, prefer_tab: bool) -> str:
    """The delimiter of the table within its text."""
    sep = trim(copy, where, options, prefer_tab=prefer_tab).sep or options.sep
    return delimited.delimiter_of(copy, where, prefer_tab) if sep is None else delimited.checked_sep(sep)


@contextmanager
def _text(source: Path, options: ReadOptions) -> Iterator[Path]:
    where = where_of("train", source.name)
    _, packing = format_of(source.name, where)
    with open_input(source, where) as raw, private_temporary(".txt") as copy:
        chunks = decoded_chunks(HashingReader(raw), packing, where, options.max_bytes)
        delimited.write_text(chunks, copy, options.encoding, where)
        yield copy


def _delimited(frame: pd.DataFrame, sep: str, part: Part) -> str:
    columns = [frame[name].to_numpy(dtype=object) for name in frame.columns]
    extra = None if part.extra is None else part.extra.to_numpy(dtype=object)
    lines = [sep.join(_field(str(name), sep) for name in frame.columns)]
    for row in part.order:
        cells = [column[row] for column in columns] if row >= 0 or extra is None else list(extra[-1 - row])
        fields = [_field(cell, sep) for cell in cells]
        # An empty line would be no record.
        lines.append(sep.join(fields) if len(fields) > 1 or fields[0] else '""')
    return "\n".join(lines) + "\n"


def _field(cell: Any, sep: str) -> str:
    if not isinstance(cell, str):
        return ""
    plain = cell and not any(mark in cell for mark in (sep, '"', "\n", "\r")) and cell == cell.strip()
    return cell if plain else '"' + cell.replace('"', '""') + '"'


def _json_lines(records: list[dict[str, Any]], part: Part) -> str:
    extra: list[dict[str, Any]] = []
    if part.extra is not None:
        kinds = {key: type(value) for record in records for key, value in record.items() if value is not None}
        nulls = {key for record in records for key, value in record.items() if value is None}
        for row in part.extra.to_dict("records"):
            cells = {str(key): _value(text, kinds.get(str(key), str)) for key, text in row.items()}
            # A cell that is not there is written as null only where rows are written so.
            extra.append({key: value for key, value in cells.items() if value is not None or key in nulls})
    chosen = (records[row] if row >= 0 else extra[-1 - row] for row in part.order)
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in chosen)


def _value(text: Any, kind: type) -> Any:
    if not isinstance(text, str):
        return None
    if kind is bool:
        return text == "true"
    number = parse_number(text) if kind in (int, float) else None
    if number is None:
        return text
    return int(number) if kind is int and number == int(number) else number


def _parquet(source: Path, table: RawTable, part: Part) -> bytes:
    import duckdb

    names = [str(name) for name in table.frame.columns]
    order = pd.DataFrame({"source": part.order})
    order["place"] = np.arange(len(order))
    with private_temporary(".parquet") as copy:
        with machine_faults(), create_private(copy) as file:
            file.write(source.read_bytes())
        target = copy.with_name("part.parquet")
        try:
            with connection(copy, target) as duck:
                duck.register("part_rows", order)
                listed = ", ".join(f"c{i}" for i in range(len(names)))
                records = f"(SELECT * FROM read_parquet({quoted(str(copy))})) AS t({listed})"
                kinds = [str(row[1]) for row in duck.execute(f"DESCRIBE SELECT * FROM {records}").fetchall()]
                duck.execute(f"CREATE TABLE source AS SELECT *, row_number() OVER () - 1 AS source FROM {records}")
                union = ""
                if part.extra is not None:
                    frame = part.extra.set_axis([f"c{i}" for i in range(len(names))], axis=1).astype(object)
                    frame = frame.where(frame.notna(), None)
                    frame["source"] = -1 - np.arange(len(frame))
                    duck.register("further", frame)
                    cast = ", ".join(f"CAST(c{i} AS {kind}) AS c{i}" for i, kind in enumerate(kinds))
                    union = f" UNION ALL SELECT {cast}, source FROM further"
                chosen = ", ".join(f"c{i} AS {_name(name)}" for i, name in enumerate(names))
                joined = f"SELECT {chosen} FROM (SELECT * FROM source{union}) JOIN part_rows USING (source)"
                n_written = write_parquet(duck, f"{joined} ORDER BY place", target)
        except duckdb.Error:
            got = N_("its rows could not be written as Parquet again")
            raise InputError("SA-116", table.where, got, N_("Export it as CSV and split that.")) from None
        check_count(table.where, len(order), n_written)
        return target.read_bytes()


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
