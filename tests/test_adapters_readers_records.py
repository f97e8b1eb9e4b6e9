"""A record is never lost: tables whose records are known, in every format and dress, with a limit hit at any place."""

import gzip
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from synthaudit.adapters.readers import counting, jsonlines, raw, source, typed
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.tables import ReadOptions, read_table
from synthaudit.errors import InputError

Cell = str | None
Rows = list[list[Cell]]
PIECES = ("a", "7", " ", "é", "€", "😀", '"', '""', "\n", ",", ";", "\t", "|", "'", "#", "\\", "\u2028", "\x0b", "\x1c")


@dataclass(frozen=True, slots=True)
class Dress:
    """How a table is written."""

    name: str
    sep: str = ","
    line_end: str = "\n"
    quote_all: bool = False
    mark: bool = False
    ends: bool = True
    blank_lines: bool = False
    encoding: str = "utf-8"
    n_parts: int = 0


def a_dress(rng: random.Random) -> Dress:
    kind = rng.choice(["csv", "csv", "tsv", "txt", "jsonl", "parquet"])
    return Dress(
        name=f"t.{kind}" + ("" if kind == "parquet" else rng.choice(["", "", ".gz", ".zst"])),
        sep="\t" if kind == "tsv" else rng.choice(",;|§"),
        line_end=rng.choice(["\n", "\n", "\r\n", "\r"]),
        quote_all=rng.random() < 0.3,
        mark=rng.random() < 0.2,
        ends=rng.random() < 0.7,
        blank_lines=rng.random() < 0.2,
        encoding=rng.choice(["utf-8", "utf-8", "utf-8", "utf-16-le"]),
        n_parts=rng.choice([0, 0, 0, 1, 3]),
    )


def a_table(rng: random.Random, sep: str) -> Rows:
    n_columns = rng.choice([1, 2, 2, 3, 5])

    def a_cell() -> Cell:
        if rng.random() < 0.2:
            return rng.choice([None, ""])
        return "".join(rng.choice([*PIECES, sep]) for _ in range(rng.randrange(1, 6)))

    return [[a_cell() for _ in range(n_columns)] for _ in range(rng.randrange(1, 9))]


def field(cell: Cell, dress: Dress) -> str:
    if cell is None:
        return ""
    cell = cell.replace("\n", dress.line_end)
    if not dress.quote_all and cell and not any(mark in cell for mark in (dress.sep, '"', "\n", "\r")):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def delimited_bytes(rows: Rows, dress: Dress) -> bytes:
    header: list[Cell] = [f"c{i}" for i in range(len(rows[0]))]
    lines = [dress.sep.join(field(cell, dress) for cell in row) for row in [header, *rows]]
    if dress.blank_lines and len(header) > 1:
        lines = [line for record in lines for line in (record, "")]
    # A last line that is empty is a record of one column, and needs its end.
    text = dress.line_end.join(lines) + (dress.line_end if dress.ends or not lines[-1] else "")
    return ("\ufeff" * dress.mark + text).encode(dress.encoding)


def jsonl_bytes(rows: Rows, dress: Dress) -> bytes:
    lines = [json.dumps({f"c{i}": cell for i, cell in enumerate(row)}, ensure_ascii=False) for row in rows]
    if dress.blank_lines:
        lines = [line for record in lines for line in ("", record, " \t")]
    return (dress.line_end.join(lines) + dress.line_end * dress.ends).encode(dress.encoding)


def parquet_bytes(rows: Rows) -> bytes:
    table = pa.table({f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(zip(*rows, strict=True))})
    file = io.BytesIO()
    parquet.write_table(table, file, row_group_size=3)
    return file.getvalue()


def packed(data: bytes, name: str) -> bytes:
    """In two members, one after another, where the name says packed."""
    packs: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard.compress}
    pack = packs.get(Path(name).suffix, bytes)
    return pack(data[: len(data) // 2]) + pack(data[len(data) // 2 :])


def written(rows: Rows, dress: Dress, folder: Path) -> Path:
    """The file of a table, or the folder of its parts."""
    if dress.n_parts:
        (folder / "parts").mkdir()
        size = -(-len(rows) // dress.n_parts)
        for start in range(0, len(rows), size):
            file = written(rows[start : start + size], replace(dress, n_parts=0), folder)
            file.rename(folder / "parts" / f"part-{start}-{file.name}")
        return folder / "parts"
    if ".parquet" in dress.name:
        data = parquet_bytes(rows)
    else:
        data = jsonl_bytes(rows, dress) if ".jsonl" in dress.name else delimited_bytes(rows, dress)
    (folder / dress.name).write_bytes(packed(data, dress.name))
    return folder / dress.name


def options_of(dress: Dress) -> ReadOptions:
    return ReadOptions(sep=dress.sep, encoding=dress.encoding)


def rows_of(columns: Sequence[pd.Series]) -> Rows:
    """Rows of raw columns; missing is None, however it is written."""
    cells = [[None if pd.isna(cell) else cell for cell in column] for column in columns]
    return [list(row) for row in zip(*cells, strict=True)]


def read_whole(path: Path, dress: Dress) -> Rows:
    frame = read_table(path, "synthetic", options=options_of(dress)).frame
    return rows_of([frame[name] for name in frame.columns])


def read_streamed(path: Path, dress: Dress) -> Rows:
    with opened(path, "synthetic", options_of(dress), 0) as table:
        assert not isinstance(table, RawTable)
        return [row for batch in table.batches(range(len(table.names))) for row in rows_of(batch)]


# --- as it was written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(300))
def test_every_record_of_every_format(tmp_path: Path, seed: int) -> None:
    """The frame is the table that was written, cell by cell: read whole, and one in ten read in batches too."""
    rng = random.Random(seed)
    dress = a_dress(rng)
    rows = a_table(rng, dress.sep)
    path = written(rows, dress, tmp_path)
    assert read_whole(path, dress) == rows
    if seed % 10 == 0:
        assert read_streamed(path, dress) == rows


# --- limits at every place ------------------------------------------------------------------------------------

LIMIT = 64
N_ROWS = 9
PLACES = (1, 5, N_ROWS)
DRESSES = (
    Dress("t.csv"),
    Dress("t.csv", quote_all=True),
    Dress("t.tsv", sep="\t", ends=False),
    Dress("t.csv", sep="§", line_end="\r\n"),
    Dress("t.csv.gz", quote_all=True, ends=False, line_end="\r"),
    Dress("t.csv.zst", blank_lines=True),
    Dress("t.jsonl"),
    Dress("t.jsonl.gz", ends=False),
    Dress("t.parquet"),
    Dress("t.csv", n_parts=3),
)
DOORS = [
    *((dress, read_whole) for dress in DRESSES),
    *((dress, read_streamed) for dress in DRESSES if dress.name in ("t.tsv", "t.jsonl", "t.parquet")),
]


def names_of(value: object) -> str:
    if not isinstance(value, Dress):
        return "streamed" if value is read_streamed else "whole"
    return f"{value.name}{'-quoted' * value.quote_all}{'-parts' * bool(value.n_parts)}"


def limited(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (counting, jsonlines, raw, source, typed):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, LIMIT)


def a_row(n: int, place: int, cell: str) -> list[Cell]:
    return ["k", cell] if n == place else [str(n), "y"]


def outcome(read: Callable[[Path, Dress], Rows], path: Path, dress: Dress) -> Rows | str:
    try:
        return read(path, dress)
    except InputError as error:
        return f"{error.code} {error.got}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("dress", "read"), DOORS, ids=names_of)
def test_a_cell_at_the_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path, Dress], Rows],
    place: int,
    dress: Dress,
) -> None:
    """A cell of as many bytes as are allowed is read, one byte more is an error that names it; é has two of them."""
    limited(monkeypatch, "MAX_CELL")
    for size in (LIMIT, LIMIT + 1):
        cell = "é" + "x" * (size - 2)
        rows = [a_row(n, place, cell) for n in range(1, N_ROWS + 1)]
        folder = tmp_path / str(size)
        folder.mkdir()
        result = outcome(read, written(rows, dress, folder), dress)
        row = place - (place - 1) // 3 * 3 if dress.n_parts else place
        # Parquet is measured as a whole before any of its cells is fetched.
        named = "" if ".parquet" in dress.name and read is read_whole else f" in data row {row}"
        expected = f"SA-156 a cell of {size} bytes{named}; limit {LIMIT} bytes"
        assert result == (expected if size > LIMIT else rows)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("dress", "read"), [door for door in DOORS if door[0].name != "t.parquet"], ids=names_of)
def test_a_record_at_the_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path, Dress], Rows],
    place: int,
    dress: Dress,
) -> None:
    """A record of as many bytes as are allowed is read, one byte more is an error that names it."""
    limited(monkeypatch, "MAX_RECORD")
    is_json = ".jsonl" in dress.name
    bare_dress = replace(dress, ends=False, line_end="\n", blank_lines=False)
    bare = (jsonl_bytes if is_json else delimited_bytes)([["k", "x"]], bare_dress)
    own = len(bare.splitlines()[-1]) - 1
    for size in (LIMIT, LIMIT + 1):
        rows = [a_row(n, place, "x" * (size - own)) for n in range(1, N_ROWS + 1)]
        folder = tmp_path / str(size)
        folder.mkdir()
        result = outcome(read, written(rows, dress, folder), dress)
        row = place - (place - 1) // 3 * 3 if dress.n_parts else place
        assert result == (f"SA-156 a record in data row {row}; limit {LIMIT} bytes" if size > LIMIT else rows)
