"""Records, cells and characters are counted beside the library that reads them: what disagrees is an error."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from synthaudit.adapters.readers import counting, delimited, jsonlines, pages, partition, typed
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.tables import ReadOptions, read_table
from synthaudit.errors import InputError

LOST = "nothing was audited. Export it in another format, such as Parquet, and report this."


Rows = list[list[Any]]


def read(path: Path, data: bytes, **options: Any) -> Rows:
    path.write_bytes(data)
    frame = read_table(path, "synthetic", options=ReadOptions(**options)).frame
    return [list(row) for row in frame.itertuples(index=False, name=None)]


def streamed(path: Path, data: bytes) -> Rows:
    path.write_bytes(data)
    with opened(path, "synthetic", ReadOptions(), 0) as table:
        assert not isinstance(table, RawTable)
        batches = [pd.concat(batch, axis=1) for batch in table.batches(range(len(table.names)))]
    # A batch may have NaN for missing text.
    return [
        [None if pd.isna(cell) else cell for cell in row]
        for batch in batches
        for row in batch.itertuples(index=False, name=None)
    ]


def refused(path: Path, data: bytes, reader: Callable[..., Rows] = read, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        reader(path, data, **options)
    return str(caught.value)


# --- delimited text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("reader", [read, streamed])
def test_a_last_record_of_34_mb(tmp_path: Path, reader: Callable[..., Rows], end: bytes) -> None:
    """DuckDB leaves it out without a word; it is an error like any other cell that is too long."""
    data = b"a,b\n" + b"1,x\n" * 9 + b"1," + b"x" * (34 << 20) + end
    message = refused(tmp_path / "t.csv", data, reader)
    do = "Leave the column out, or look for a quote that is never closed."
    assert message == f"SA-156 synthetic t.csv: a cell in data row 10; limit 1048576 bytes. {do}"


def test_a_record_of_many_cells(tmp_path: Path) -> None:
    """Cells that are each short enough make a record that is not; a header too."""
    many = b",".join(b"c%d" % i for i in range(20)) + b"\n"
    data = many + b",".join([b"x" * (1 << 20)] * 20)
    do = "Leave columns out, or look for a quote that is never closed."
    message = f"SA-156 synthetic t.csv: a record in data row 1; limit 16777216 bytes. {do}"
    assert refused(tmp_path / "t.csv", data) == message
    message = f"SA-156 synthetic t.csv, header: a record; limit 16777216 bytes. {do}"
    assert refused(tmp_path / "t.csv", b"a," + b"x" * (17 << 20) + b"\n1,2\n") == message


def test_five_thousand_columns(tmp_path: Path) -> None:
    """As many as are allowed, with the last cell of the last record."""
    header = ",".join(f"c{i}" for i in range(5_000))
    row = ",".join(str(i) for i in range(5_000))
    rows = read(tmp_path / "t.csv", f"{header}\n{row}\n{row}".encode())
    assert rows == [[str(i) for i in range(5_000)]] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n1,x"y\n2,"3\n4"\n', [["1", 'x"y'], ["2", "3\n4"]]),
        ('a,b\n1,x"y"z\n2,3"\n', [["1", 'x"y"z'], ["2", '3"']]),
        ('a,b\n1,2\n3,"4', "SA-125 synthetic t.csv: a quote opened in data row 2 is never closed. Close it."),
        (
            'a,b\n1,2\n3,"4" \n',
            'SA-125 synthetic t.csv: text after a closing quote in data row 2. Double the quotes within a cell ("").',
        ),
        (
            'a,b\n1, "2\n3,4"\n',
            "SA-125 synthetic t.csv: a space before a quote. Write quotes next to the delimiter.",
        ),
        (
            'a,b\n1,2\n3, "4"\n',
            "SA-125 synthetic t.csv: a space before a quote. Write quotes next to the delimiter.",
        ),
        (
            "a,b\n1,2\n\n3,4,5\n",
            "SA-123 synthetic t.csv: data row 2 has 3 fields, the header has 2. Quote cells that hold the delimiter, "
            "or pass --sep.",
        ),
        ('a,b\n1," ""2"\n', [["1", ' "2']]),
        ("a\n1\n\n", [["1"], [None]]),
        ('a\n1\n""', [["1"], [""]]),
        ("a\n1\n\n\n2", [["1"], [None], [None], ["2"]]),
        ("a,b\n1,2\n\n3,\n\n", [["1", "2"], ["3", None]]),
        ("a,b\r1,2\r\r\n3,4", [["1", "2"], ["3", "4"]]),
        ("a,b\n1,2\n\ufeff3,4\n", [["1", "2"], ["\ufeff3", "4"]]),
        ("a,b\n1,2\n\x1a,\x0b\n", [["1", "2"], ["\x1a", "\x0b"]]),
    ],
)
def test_odd_files(tmp_path: Path, text: str, expected: list[list[Any]] | str) -> None:
    """Quotes within cells, blank lines and odd ends: every record is there, or an error says what is wrong."""
    path = tmp_path / "t.csv"
    for reader in (read, streamed):
        data = text.encode()
        assert (refused(path, data, reader) if isinstance(expected, str) else reader(path, data)) == expected


def test_a_delimiter_is_never_swallowed(tmp_path: Path) -> None:
    """A blank line of one column that is cut by the delimiter given has two fields."""
    message = refused(tmp_path / "t.csv", b"a\n1\n \n", sep=" ")
    assert message.startswith("SA-123 synthetic t.csv: data row 2 has 2 fields, the header has 1.")


def test_counts_are_those_of_the_standard_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of random text, cut into blocks anywhere: the same records and characters, or refused by both."""
    rng = random.Random(0)
    path = tmp_path / "t.csv"
    for _ in range(500):
        n_columns = rng.choice([1, 2, 3])
        header = ["x", "y", "z"][:n_columns]
        text = ",".join(header) + "\n" + "".join(rng.choice('ab,,"""\n\n é€😀') for _ in range(rng.randrange(20)))
        path.write_bytes(text.encode())
        monkeypatch.setattr(counting, "BLOCK", rng.choice([1, 2, 3, 7, 1 << 18]))
        try:
            records = list(csv.reader(io.StringIO(text, newline="\n"), strict=True))[1:]
            fields = [record for record in records if record or n_columns == 1]
            is_fit = all(len(record) == n_columns for record in fields if record)
            expected = (len(fields), sum(len(cell) for record in fields for cell in record)) if is_fit else "ragged"
        except csv.Error:
            expected = "ragged"
        try:
            count = counting.count_records(path, ",", header, "w", True)
            result: object = (count.records, count.characters)
        except InputError as error:
            result = "ragged" if error.code in ("SA-123", "SA-124", "SA-125") else error.code
        assert result == expected, text


@pytest.mark.parametrize(
    ("where", "text", "got"),
    [
        ("WHERE c0 <> '2'", "a,b\n1,x\n2,y\n3,z\n", "3 records are there, 2 were read; "),
        ("UNION ALL SELECT '4', ''", "a,b\n1,x\n2,y\n3,z\n", "3 records are there, 4 were read; "),
        ("WHERE c0 <> '1'", "a,b\n1,x\n", "1 record is there, 0 were read; "),
    ],
)
@pytest.mark.parametrize("reader", [read, streamed])
def test_a_lost_record_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable[..., Rows], where: str, text: str, got: str
) -> None:
    """Whatever loses a record within DuckDB, or adds one."""
    whole = delimited.records_of
    monkeypatch.setattr(delimited, "records_of", lambda *given: f"(SELECT * FROM {whole(*given)} AS t(c0, c1) {where})")
    assert refused(tmp_path / "t.csv", text.encode(), reader) == f"SA-121 synthetic t.csv: {got}{LOST}"


@pytest.mark.parametrize("reader", [read, streamed])
def test_a_cell_that_is_cut_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable[..., Rows]
) -> None:
    """Characters are counted as well; é is one."""
    whole = delimited.records_of
    monkeypatch.setattr(
        delimited, "records_of", lambda *given: f"(SELECT left(c0, 2) AS c0, c1 FROM {whole(*given)} AS t(c0, c1))"
    )
    message = refused(tmp_path / "t.csv", "a,b\n1,x\nééé,y\n".encode(), reader)
    assert message == f"SA-121 synthetic t.csv: 6 characters are there, 5 were read; {LOST}"


# --- other formats --------------------------------------------------------------------------------------------


def with_footer(data: bytes, n: int, other: int, places: tuple[int, ...] | None = None) -> bytes:
    """A Parquet file with another number in its footer, wherever the first stands or at some of these places."""

    def varint(value: int) -> bytes:
        return bytes([2 * value & 0x7F | 0x80, 2 * value >> 7])

    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    pieces = data[start:-8].split(varint(n))
    marks = [varint(other if places is None or i in places else n) for i in range(len(pieces) - 1)]
    footer = b"".join(piece + mark for piece, mark in zip(pieces, [*marks, b""], strict=True))
    return data[:start] + footer + data[-8:]


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"data_page_version": "2.0", "compression": "zstd"},
        {"use_dictionary": False, "data_page_size": 200, "write_batch_size": 10},
        {"write_page_index": True, "write_page_checksum": True},
    ],
)
@pytest.mark.parametrize(
    ("places", "got"),
    [
        (None, "300 values are there, 200 were read; "),
        ((0,), "300 records are there, 200 were read; "),
    ],
)
def test_a_footer_that_counts_fewer_rows(
    tmp_path: Path, written: dict[str, Any], places: tuple[int, ...] | None, got: str
) -> None:
    """DuckDB reads as many rows as the footer says; the pages hold more of them."""
    file = io.BytesIO()
    parquet.write_table(pa.table({"a": list(range(300)), "b": [str(i) for i in range(300)]}), file, **written)
    for reader in (read, streamed):
        assert len(reader(tmp_path / "t.parquet", file.getvalue())) == 300
        message = refused(tmp_path / "t.parquet", with_footer(file.getvalue(), 300, 200, places), reader)
        assert message == f"SA-121 synthetic t.parquet: {got}{LOST}"


@pytest.mark.parametrize(
    ("chunks", "outcome"),
    [
        ([(4, 0, 0)], [0]),
        ([(4, 10, 1)], None),
        ([(4, -1, 0)], None),
        ([(4, 40, 0), (4, 41, 0)], None),
        ([(4, 20, 0)], [0]),
    ],
)
def test_pages_that_are_none(tmp_path: Path, chunks: list[tuple[int, int, int]], outcome: list[int] | None) -> None:
    """Chunks without pages, of impossible size, or that overlap, are damaged; rubbish behind the last page is not."""
    (tmp_path / "t").write_bytes(b"PAR1" + b"\xff" * 76)
    if outcome is None:
        with pytest.raises(pages.DamagedError):
            pages.count_values(tmp_path / "t", chunks)
    else:
        assert pages.count_values(tmp_path / "t", chunks) == outcome


@pytest.mark.parametrize("reader", [read, streamed])
def test_a_lost_line_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable[..., Rows]) -> None:
    """Lines of JSON are counted by their bytes; those of ASCII blanks are none, and no other blank hides one."""
    data = b'{"a": "x"}\n \t\n{"a": "y"}\r\n\n{"a": "z"}'
    assert [row[0] for row in reader(tmp_path / "t.jsonl", data)] == ["x", "y", "z"]
    message = refused(tmp_path / "t.jsonl", data + "\n\u00a0\n".encode(), reader)
    assert message == "SA-124 synthetic t.jsonl: data row 4 is not valid JSON. Write one JSON object a line."
    whole = jsonlines._texts

    def without_the_last(path: Path) -> Iterator[str]:
        yield from list(whole(path))[:-1]

    monkeypatch.setattr(jsonlines, "_texts", without_the_last)
    message = refused(tmp_path / "t.jsonl", data, reader)
    assert message == f"SA-121 synthetic t.jsonl: 3 records are there, 2 were read; {LOST}"


def test_a_lost_row_of_an_arrow_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows that were handed over are those that are read."""
    whole = typed.read_parquet
    monkeypatch.setattr(typed, "read_parquet", lambda *given: whole(*given).iloc[:-1])
    with pytest.raises(InputError) as caught:
        read_table(pa.table({"a": [1, 2, 3]}), "train")
    assert str(caught.value) == f"SA-121 train frame: 3 records are there, 2 were read; {LOST}"


# --- encodings ------------------------------------------------------------------------------------------------

UTF8 = "valid UTF-8 with letters beyond ASCII; read as {}, each of them would become two or more. Leave --encoding out."


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *(("t.csv", encoding) for encoding in ("latin-1", "ISO-8859-15", "cp1252", "cp437", "koi8-r", "mac-roman")),
        *((name, "latin-1") for name in ("t.csv.gz", "t.jsonl", "t.tsv")),
    ],
)
def test_utf8_is_never_read_as_another_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    """Whatever a file is, packed or not; decided by all of its bytes, and ASCII is ASCII in each of them."""
    letters = "öé"
    lines = {
        "t.csv": ["a,b", "1,é"],
        "t.csv.gz": ["a,b", "1,2", f"3,{letters}"],
        "t.jsonl": [json.dumps({"a": letters}, ensure_ascii=False)],
        "t.tsv": ["a\tb", *["1\t" + "2" * 1_000] * 1_200, "1\té"],
    }[name]
    pack: Callable[[bytes], bytes] = gzip.compress if name.endswith(".gz") else bytes
    text = "\n".join(lines)
    message = refused(tmp_path / name, pack(text.encode()), encoding=encoding)
    assert message == f"SA-129 synthetic {name}: {UTF8.format(encoding)}"
    ascii_only = text.replace("é", "e").replace("ö", "o")
    assert len(read(tmp_path / name, pack(ascii_only.encode()), encoding=encoding)) == len(lines) - (name != "t.jsonl")


def test_what_is_utf8_at_first_only(tmp_path: Path) -> None:
    """A file is UTF-8 by all of its bytes: one letter of latin-1 at the end of it, or half of one, is enough."""
    line = "é" * 1_000
    good = "a\n" + f"{line}\n" * 700
    for tail in (b"\xe9", b"\xc3"):
        rows = read(tmp_path / "t.csv", good.encode() + tail, encoding="latin-1")
        assert (len(rows), rows[0], rows[-1]) == (701, ["Ã©" * 1_000], [tail.decode("latin-1")])
    # At any border of a chunk.
    for cut in range(1, 12):
        data = "a,b\né€,😀\n".encode()
        chunks = iter([data[i : i + cut] for i in range(0, len(data), cut)])
        with pytest.raises(InputError, match="SA-129"):
            list(delimited.checked_text(chunks, "latin-1", "w", delimited.LineEnds()))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "gb18030", "shift_jis"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    """Codecs of several bytes a character are left alone."""
    text = "a,b\n1,本\n2,日本\n"
    assert read(tmp_path / "t.csv", text.encode(encoding), encoding=encoding) == [["1", "本"], ["2", "日本"]]


def test_half_a_character(tmp_path: Path) -> None:
    """A codec of escapes spells what no file of text holds."""
    message = refused(tmp_path / "t.csv", b"a,b\n1,+2AA-\n", encoding="utf-7")
    assert message == "SA-127 synthetic t.csv: half a character (\\ud800). Write whole characters."


# --- parts ----------------------------------------------------------------------------------------------------


def test_parts_that_are_cut_out_of_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written by their position among the lines: as many of them as the table has rows."""
    (tmp_path / "t.jsonl").write_bytes(b'{"a": 1}\n \n{"a": 2}\n{"a": 3}\n')
    table = read_table(tmp_path / "t.jsonl", "train")
    part = {"half": partition.Part(order=np.array([2, 0]))}
    written = partition.partition(tmp_path / "t.jsonl", table, ReadOptions(), part)
    assert written == {"half": b'{"a": 3}\n{"a": 1}\n'}
    monkeypatch.setattr(partition, "BLANK", '{"a: 2}\n')
    with pytest.raises(InputError, match=r"SA-121 train t\.jsonl: 2 records are there, 3 were read"):
        partition.partition(tmp_path / "t.jsonl", table, ReadOptions(), part)
