"""What a file holds beside its table: found where it was put, and nothing in what libraries write."""

import gzip
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zstandard

from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

ZSTD = zstandard.ZstdCompressor()
TABLE = pd.DataFrame(
    {
        "a": np.arange(400) / 8,
        "b": ["x", "y"] * 200,
        "c": [f"text {i}" for i in range(400)],
        "d": pd.date_range("2020-01-01", periods=400),
    }
)


def beside(path: Path, role: str = "synthetic") -> list[tuple[str, int]]:
    table = read_table(path, role, options=ReadOptions())  # type: ignore[arg-type]
    return [(one.kind, one.n) for one in table.beyond]


def pandas_parquet(path: Path) -> None:
    TABLE.to_parquet(path)


def many_groups(path: Path) -> None:
    TABLE.to_parquet(path, row_group_size=50, compression="zstd", write_page_index=True)


def polars_parquet(path: Path) -> None:
    pytest.importorskip("polars").from_pandas(TABLE).write_parquet(path)


def duckdb_parquet(path: Path) -> None:
    import duckdb

    duckdb.from_df(TABLE).write_parquet(str(path))


@pytest.mark.parametrize("write", [pandas_parquet, many_groups, polars_parquet, duckdb_parquet])
def test_what_libraries_write_is_nothing(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """Types in the footer, statistics, indexes of pages, Bloom filters."""
    write(tmp_path / "t.parquet")
    assert beside(tmp_path / "t.parquet") == []


def test_metadata_of_parquet_is_counted(tmp_path: Path) -> None:
    """An entry of its own; one under a library's name that is far too long, as is then what Arrow repeats of it."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    for extra, n in (({b"people": b"Jane Doe"}, 1), ({b"pandas": b"x" * 9_000, b"k": b"v"}, 3), ({}, 0)):
        table = pa.Table.from_pandas(TABLE)
        pq.write_table(table.replace_schema_metadata({**table.schema.metadata, **extra}), tmp_path / "t.parquet")
        assert beside(tmp_path / "t.parquet") == ([("metadata", n)] if n else [])


def test_bytes_between_pages_and_footer_are_counted(tmp_path: Path) -> None:
    """37 bytes that nothing points to; the table is read as before."""
    pandas_parquet(tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    (tmp_path / "t.parquet").write_bytes(whole[:-footer] + b"Jane Doe was in it; so was everybody." + whole[-footer:])
    assert beside(tmp_path / "t.parquet") == [("outside", 37)]


@pytest.mark.parametrize(("ending", "text"), [("csv", "a,b\n1,2\n3,4\n"), ("jsonl", '{"a": 1}\n{"a": 2}\n')])
def test_blank_lines_are_counted(tmp_path: Path, ending: str, text: str) -> None:
    """Between records and behind the last one; of one column they are records."""
    first, second, _ = text.split("\n")[-3:] if ending == "jsonl" else text.split("\n")[1:]
    head = "" if ending == "jsonl" else "a,b\n"
    (tmp_path / f"t.{ending}").write_text(f"{head}{first}\n\n\n{second}\n\n")
    assert beside(tmp_path / f"t.{ending}") == [("blank_lines", 3)]
    (tmp_path / f"t.{ending}").write_text(text)
    assert beside(tmp_path / f"t.{ending}") == []
    (tmp_path / "one.csv").write_text("a\n1\n\n2\n")
    assert beside(tmp_path / "one.csv") == []


TEXT = b"a,b\n1,2\n3,4\n"


def gzip_member(data: bytes, *, extra: bytes = b"", name: bytes = b"", comment: bytes = b"") -> bytes:
    """One member as RFC 1952 has it."""
    flags = 4 * bool(extra) + 8 * bool(name) + 16 * bool(comment)
    fields = len(extra).to_bytes(2, "little") + extra if extra else b""
    fields += name + b"\0" if name else b""
    fields += comment + b"\0" if comment else b""
    packed = zlib.compress(data, wbits=-15)
    ends = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\x03" + fields + packed + ends


def zstd_skipped(data: bytes, which: int = 0) -> bytes:
    """A frame that readers skip, as RFC 8878 has it."""
    return bytes([0x50 + which]) + b"\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


PACKED: list[tuple[str, bytes, int]] = [
    ("gz", gzip.compress(TEXT, mtime=0), 0),
    ("gz", gzip_member(TEXT, name=b"t.csv"), 0),
    ("gz", gzip_member(TEXT, comment=b"Jane Doe"), 1),
    ("gz", gzip_member(TEXT, extra=b"JD\x04\0Jane"), 1),
    ("gz", gzip_member(TEXT, extra=b"JD\x04\0Jane", comment=b"Doe" * 30_000), 2),
    ("gz", gzip_member(TEXT[:8]) + gzip_member(b"", comment=b"Jane Doe") + gzip_member(TEXT[8:]), 1),
    ("gz", gzip.compress(TEXT, mtime=0) + bytes(700), 1),
    ("zst", ZSTD.compress(TEXT), 0),
    ("zst", ZSTD.compress(TEXT[:8]) + ZSTD.compress(TEXT[8:]), 0),
    ("zst", ZSTD.compress(TEXT) + zstd_skipped(b"Jane Doe"), 1),
    ("zst", ZSTD.compress(TEXT) + zstd_skipped(b"Doe" * 5_000, 7) + zstd_skipped(b"Jane", 15), 2),
]


@pytest.mark.parametrize(("ending", "data", "n"), PACKED)
def test_what_packed_data_carries_beside_the_file_is_counted(tmp_path: Path, ending: str, data: bytes, n: int) -> None:
    """Comments and further fields of gzip, padding, frames to be skipped; the table is read as before."""
    (tmp_path / f"t.csv.{ending}").write_bytes(data)
    assert beside(tmp_path / f"t.csv.{ending}") == ([("metadata", n)] if n else [])
    assert read_table(tmp_path / f"t.csv.{ending}", "synthetic").frame.shape == (2, 2)


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT, mtime=0) + b"Jane Doe",
        gzip.compress(TEXT, mtime=0)[:-1],
        gzip.compress(TEXT, mtime=0) + b"\0" * 9 + b"x",
    ],
)
def test_what_is_no_gzip_is_refused(tmp_path: Path, data: bytes) -> None:
    """Other bytes behind a member, and one that is cut short."""
    (tmp_path / "t.csv.gz").write_bytes(data)
    with pytest.raises(InputError, match="SA-116"):
        read_table(tmp_path / "t.csv.gz", "synthetic")


def test_blanks_around_lines_of_json_are_counted(tmp_path: Path) -> None:
    """Before or behind a record; between its fields they are a matter of style."""
    (tmp_path / "t.jsonl").write_text('{"a": 1}  \n\t{"a": 2}\n{"a":   3}\n')
    assert beside(tmp_path / "t.jsonl") == [("line_blanks", 2)]


def test_line_ends_of_several_kinds_are_told(tmp_path: Path) -> None:
    """One kind says nothing, whichever it is."""
    (tmp_path / "t.csv").write_bytes(b"a,b\r\n1,2\r\n3,4\r\n")
    assert beside(tmp_path / "t.csv") == []
    (tmp_path / "t.csv").write_bytes(b"a,b\r\n1,2\n3,4\r\n")
    assert beside(tmp_path / "t.csv") == [("line_ends", 1)]


def test_other_parts_of_a_workbook_are_counted(tmp_path: Path) -> None:
    """A plain sheet has none; a comment of the archive and a picture are two."""
    pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    TABLE[["a", "b"]].to_excel(tmp_path / "t.xlsx", index=False)
    assert beside(tmp_path / "t.xlsx") == []
    with zipfile.ZipFile(tmp_path / "t.xlsx", "a") as workbook:
        workbook.writestr("xl/media/people.png", b"Jane Doe")
        workbook.comment = b"Jane Doe"
    assert beside(tmp_path / "t.xlsx") == [("metadata", 2)]


def test_real_tables_and_parts(tmp_path: Path) -> None:
    """Of real tables nothing is counted; of a folder all parts together."""
    for i in range(2):
        (tmp_path / f"p{i}.csv").write_text("a,b\n1,2\n\n3,4\n")
    assert beside(tmp_path) == [("blank_lines", 2)]
    assert beside(tmp_path / "p0.csv", "train") == []
