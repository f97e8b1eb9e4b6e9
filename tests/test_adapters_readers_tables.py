"""Promises of synthaudit.adapters.readers.tables: what is read is what was written, or an error says what is wrong."""

import csv
import gzip
import io
import json
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from synthaudit.adapters.readers.delimited import LineEnds, checked_text
from synthaudit.adapters.readers.tables import RawTable, ReadOptions, read_table
from synthaudit.errors import InputError


def read(path: Path, data: bytes, **options: Any) -> RawTable:
    path.write_bytes(data)
    return read_table(path, "synthetic", options=ReadOptions(**options))


def cells(table: RawTable) -> dict[str, list[Any]]:
    return {str(name): table.frame[name].tolist() for name in table.frame.columns}


# --- delimited text -------------------------------------------------------------------------------------------


def test_codes_stay_codes(tmp_path: Path) -> None:
    """Leading zeros, the code NA, spaces and comment signs are kept; nothing is typed."""
    table = read(tmp_path / "t.csv", b"zip,code,x\n00501,NA, 1\n#7,null,1e3\n")
    assert cells(table) == {"zip": ["00501", "#7"], "code": ["NA", "null"], "x": [" 1", "1e3"]}
    assert {str(dtype) for dtype in table.frame.dtypes} == {"object"}
    assert not table.typed


def test_empty_and_quoted_empty_are_kept_apart(tmp_path: Path) -> None:
    """Nothing between two delimiters is None; two quotes are the empty text."""
    assert cells(read(tmp_path / "t.csv", b'a,b\n,1\n"",2\n')) == {"a": [None, ""], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("name", "data", "options"),
    [
        ("t.csv", b"a,b\n1,x y\n2,z\n", {}),
        ("t.csv", b"a;b\n1;x y\n2;z\n", {}),
        ("t.tsv", b"a\tb\n1\tx y\n2\tz\n", {}),
        ("t.csv", b"a|b\n1|x y\n2|z\n", {}),
        ("t.csv", b"a~b\n1~x y\n2~z\n", {"sep": "~"}),
        ("t.csv", b"a,b\r\n1,x y\r\n2,z", {}),
        ("t.csv", b"a,b\r1,x y\r2,z\r", {}),
        ("t.csv", b"\xef\xbb\xbfa,b\n1,x y\n2,z\n", {}),
        ("t.csv", b'"a","b"\n"1","x y"\n"2","z"\n', {}),
        ("t.csv", "a,b\n1,x y\n2,z\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("t.csv.gz", gzip.compress(b"a,b\n1,x y\n2,z\n", mtime=0), {}),
        ("t.tsv.zst", zstandard.compress(b"a\tb\n1\tx y\n2\tz\n"), {}),
        ("t.TXT", b"a,b\n1,x y\n2,z\n", {}),
    ],
)
def test_one_table_in_many_dresses(tmp_path: Path, name: str, data: bytes, options: dict[str, Any]) -> None:
    """Delimiters, line ends, marks, quotes, encodings and compressions lead to the same cells."""
    assert cells(read(tmp_path / name, data, **options)) == {"a": ["1", "2"], "b": ["x y", "z"]}


def test_latin_1_when_told(tmp_path: Path) -> None:
    """A codec that is named is used, strictly."""
    data = "größe,b\nä,ß\n".encode("latin-1")
    assert cells(read(tmp_path / "t.csv", data, encoding="latin-1")) == {"größe": ["ä"], "b": ["ß"]}


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    """A file without any delimiter is one column, quotes and all."""
    assert cells(read(tmp_path / "t.csv", b'note\n"x, y"\nz\n')) == {"note": ["x, y", "z"]}


def test_line_ends_within_quotes_are_one_kind(tmp_path: Path) -> None:
    """A quoted line end stays within its cell, written as a line feed."""
    table = read(tmp_path / "t.csv", b'a,b\r\n1,"x\r\ny"\r\n2,"p\nq"\r\n')
    assert cells(table) == {"a": ["1", "2"], "b": ["x\ny", "p\nq"]}
    assert table.notes == ("mixed line ends, all read as line ends",)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6))
def test_csv_round_trip(rows: list[tuple[str, str, str]]) -> None:
    """What the standard library writes, quotes, delimiters, line feeds and all, is read back cell by cell."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([("first name", "second name", "third name"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder) / "t.csv", buffer.getvalue().encode())
    assert list(table.frame.itertuples(index=False, name=None)) == rows


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.sampled_from("a\r\nß€")), cut=st.integers(1, 5))
def test_line_ends_do_not_depend_on_chunks(text: str, cut: int) -> None:
    """A CR and its LF, or the bytes of one character, may lie in two chunks."""
    data = text.encode()
    chunks = iter([data[i : i + cut] for i in range(0, len(data), cut)])
    read_back = "".join(checked_text(chunks, "utf-8", "w", LineEnds()))
    assert read_back == text.replace("\r\n", "\n").replace("\r", "\n")


HINT = "Export CSV, TSV, Parquet or JSON lines."
BAD_CSV: list[tuple[bytes, str]] = [
    (b"", "SA-102 synthetic t.csv: 0 bytes. Export the table again."),
    (b"a,b\n", "SA-103 synthetic t.csv: 0 rows; at least 1 expected. Export the table again."),
    (b"PK\x03\x04xxx", "SA-108 synthetic t.csv: content is zip, the name says csv. Give it its own name."),
    (b"PAR1xxx", "SA-108 synthetic t.csv: content is parquet, the name says csv. Give it its own name."),
    (
        gzip.compress(b"a\n1\n", mtime=0),
        "SA-108 synthetic t.csv: content is gzip, the name says csv. Give it its own name.",
    ),
    (
        b"\x80\x04\x95",
        "SA-107 synthetic t.csv: content is 'pickle', which can run code or is not safe to read, and is refused. "
        + HINT,
    ),
    (
        b"a,b\n1,2,3\n",
        "SA-123 synthetic t.csv: data row 1 has 3 fields, the header has 2. Quote cells that hold the delimiter, or "
        "pass --sep.",
    ),
    (
        b"a,b\n1,2\n3\n",
        "SA-157 synthetic t.csv: line 3 behind the last row has fewer cells than the 2 names. Pass --skip-rows 3 if "
        "this is no row; else the file was cut short: export it again.",
    ),
    (b'a,b\n1,"2\n3,4\n', "SA-125 synthetic t.csv: a quote opened in data row 1 is never closed. Close it."),
    (
        b'a,b\n1,"2"x\n',
        'SA-125 synthetic t.csv: text after a closing quote in data row 1. Double the quotes within a cell ("").',
    ),
    (
        b"a,b\n1,\x00\n",
        "SA-126 synthetic t.csv: NUL among the first 8 bytes. Export plain text; if this is UTF-16, pass "
        "--encoding utf-16.",
    ),
    (
        "ä,b\n1,2\n".encode("latin-1"),
        "SA-127 synthetic t.csv: not UTF-8 at byte 0. Pass --encoding with the right one, such as latin-1 or cp1252.",
    ),
    ("a,b\n".encode("utf-16"), "SA-127 synthetic t.csv: not UTF-8 at byte 0. Pass --encoding utf-16."),
    (
        b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n",
        "SA-128 synthetic t.csv: a second byte-order mark at the start. Remove one.",
    ),
    (
        b"a\n1,2\n",
        "SA-130 synthetic t.csv: the delimiter cannot be told, it may be ','. Pass --sep with the right one.",
    ),
    (
        b"a,b;c\n1,2;3\n",
        "SA-130 synthetic t.csv: the delimiter cannot be told, it may be ',' or ';'. Pass --sep with the right one.",
    ),
    (
        b"a,b,a\n1,2,3\n",
        "SA-132 synthetic t.csv: columns 1, 3 have the same name. Give every column a name of its own.",
    ),
    (
        b"inc,Inc\n1,2\n",
        "SA-133 synthetic t.csv: the names of columns 1 and 2 differ only in case, spaces or composition. Rename one "
        "of them.",
    ),
    (
        b"a,\n1,2\n",
        "SA-134 synthetic t.csv: column 2 has an empty name. Name it, or leave it out with --exclude '(column 2)'.",
    ),
    (
        b"a,b\n1,2\n3\n4,5\n",
        "SA-124 synthetic t.csv: data row 2 has 1 field, the header has 2. Quote cells that hold the delimiter, or "
        "pass --sep.",
    ),
    (
        "a,in\u200bc\n1,2\n".encode(),
        "SA-135 synthetic t.csv: column 2 has invisible characters in its name. Remove them.",
    ),
    (
        b"a," + b"x" * 257 + b"\n1,2\n",
        "SA-136 synthetic t.csv: the name of column 2 is 257 characters; limit 256. Shorten it.",
    ),
    (
        ",".join(f"c{i}" for i in range(5001)).encode() + b"\n1\n",
        "SA-137 synthetic t.csv: 5001 columns; limit 5000. Leave some out.",
    ),
    (
        b"a,b\n1," + b"x" * 1_048_577 + b"\n",
        "SA-156 synthetic t.csv, column 2: a cell of 1048577 bytes in data row 1; limit 1048576 bytes. Leave the "
        "column out, or look for a quote that is never closed.",
    ),
]


@pytest.mark.parametrize(("data", "message"), BAD_CSV, ids=[m[:6] for _, m in BAD_CSV])
def test_bad_csv(tmp_path: Path, data: bytes, message: str) -> None:
    """Every fault of a file has its own message, and nothing of DuckDB's."""
    with pytest.raises(InputError) as caught:
        read(tmp_path / "t.csv", data)
    assert str(caught.value) == message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_no_row_number_of_a_real_table(tmp_path: Path) -> None:
    """Where a real table's row lies is not told; the fault is."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n3\n4,5\n")
    with pytest.raises(InputError, match=r"train t\.csv: a row has 1 field, the header has 2"):
        read_table(path, "train")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "t.pkl",
            "SA-107 train t.pkl: format 'pickle' can run code or is not safe to read, and is refused. " + HINT,
        ),
        (
            "t.feather",
            "SA-107 train t.feather: format 'feather' can run code or is not safe to read, and is refused. " + HINT,
        ),
        (
            "t.docx",
            "SA-107 train t.docx: the name ends in no format that is read (.csv, .tsv, .txt, .parquet, .pq, .jsonl, "
            ".ndjson, .json, .xlsx, .xlsb, .ods, .xls, .sav, .zsav, .dta, .sas7bdat, .xpt; .gz and .zst after it). "
            + HINT,
        ),
        ("none.csv", "SA-101 train none.csv: cannot be opened (ENOENT). Check the path and its permissions."),
        ("https://host/t.csv", "SA-106 train URL: a kind of URL that is not read. Download it first."),
        ("https://host/t.csv#t", "SA-106 train URL: a kind of URL that is not read. Download it first."),
        ("imap://host/t.csv", "SA-106 train URL: a kind of URL that is not read. Download it first."),
    ],
)
def test_refused_names(tmp_path: Path, name: str, message: str) -> None:
    """A format that can run code, an unknown one, a missing file and a URL are refused by name."""
    with pytest.raises(InputError) as caught:
        read_table(name if "://" in name else tmp_path / name, "train")
    assert str(caught.value) == message


def test_options_are_checked(tmp_path: Path) -> None:
    """A delimiter of two characters and a codec that is no text encoding are errors of the option."""
    with pytest.raises(InputError, match="SA-180 option --sep: not one character"):
        read(tmp_path / "t.csv", b"a,b\n1,2\n", sep=",,")
    with pytest.raises(InputError, match="SA-180 option --encoding: no such text encoding"):
        read(tmp_path / "t.csv", b"a,b\n1,2\n", encoding="hex")
    with pytest.raises(InputError, match=r"SA-112 synthetic t.csv: larger than the limit of 4 bytes\."):
        read(tmp_path / "t.csv", b"a,b\n1,2\n", max_bytes=4)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input is told by its content."""
    for data, expected in [
        (b"a,b\n1,2\n", {"a": ["1"], "b": ["2"]}),
        (gzip.compress(b'{"a": "1", "b": "2"}\n', mtime=0), {"a": ["1"], "b": ["2"]}),
    ]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        table = read_table("-", "train")
        assert cells(table) == expected
        assert table.where == "train stdin"


def test_hash_is_that_of_the_bytes_as_given(tmp_path: Path) -> None:
    """A packed file's hash is the packed file's, whatever was read of it."""
    from synthaudit.files import sha256_of

    path = tmp_path / "t.csv.gz"
    assert read(path, gzip.compress(b"a,b\n1,2\n")).sha256 == sha256_of(path)


# --- typed files ------------------------------------------------------------------------------------------------


def parquet(path: Path, select: str) -> Path:
    with duckdb.connect() as duck:
        duck.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet_types(tmp_path: Path) -> None:
    """Integers, floats, decimals, texts, truth values, dates and zoned times come back as raw cells."""
    path = parquet(
        tmp_path / "t.parquet",
        """SELECT * FROM (VALUES
        (1::INTEGER, 0.1::FLOAT, 2.50::DECIMAL(5,2), '00501', true, DATE '2020-02-01',
         TIMESTAMPTZ '2020-02-01 10:00:00+02', 9007199254740993::BIGINT, TIMESTAMP_NS '2020-02-01 00:00:00.123456789'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) t(i, f, d, s, b, dt, tz, big, ns)""",
    )
    frame = read_table(path, "train").frame
    assert frame.iloc[0].tolist() == [
        *(1.0, 0.1, "2.50", "00501", "true", pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-01 08:00")),
        *("9007199254740993", pd.Timestamp("2020-02-01 00:00:00.123456")),
    ]
    assert frame.iloc[1].isna().all()
    assert [str(frame[name].dtype) for name in ("i", "dt", "tz", "ns")] == ["float64", *["datetime64[us]"] * 3]


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (
            "SELECT 1 a, [1] b",
            "SA-118 train t.parquet, column 2 'b': type integer[] is not tabular. "
            "Flatten it, or leave it out with --exclude b.",
        ),
        (
            "SELECT 1 a, {'x': 1} b",
            "SA-118 train t.parquet, column 2 'b': type struct is not tabular. "
            "Flatten it, or leave it out with --exclude b.",
        ),
        (
            "SELECT 'x'::BLOB a",
            "SA-118 train t.parquet, column 1 'a': type blob is not tabular. "
            "Flatten it, or leave it out with --exclude a.",
        ),
        (
            "SELECT 1 a WHERE false",
            "SA-103 train t.parquet: 0 rows; at least 1 expected. Export the table again.",
        ),
        (
            'SELECT 1 AS " "',
            "SA-134 train t.parquet: column 1 has an empty name. Name it, or leave it out with --exclude '(column 1)'.",
        ),
    ],
)
def test_bad_parquet(tmp_path: Path, select: str, message: str) -> None:
    """Nested and binary columns, no rows and no names are refused."""
    with pytest.raises(InputError) as caught:
        read_table(parquet(tmp_path / "t.parquet", select), "train")
    assert str(caught.value) == message


def test_parquet_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """A small file of one long text in many rows is measured, not unpacked."""
    path = parquet(tmp_path / "t.parquet", "SELECT repeat('x', 100000) s FROM range(30000)")
    with pytest.raises(InputError, match=r"SA-113 train t.parquet: decodes to 3000000000 bytes; limit 2147483648\."):
        read_table(path, "train")


def test_damaged_parquet(tmp_path: Path) -> None:
    """A file that only begins like Parquet is no Parquet."""
    with pytest.raises(InputError) as caught:
        read(tmp_path / "t.parquet", b"PAR1 and nothing PAR1")
    message = "SA-116 synthetic t.parquet: not valid Parquet, damaged or cut short. Export it again."
    assert str(caught.value) == message


def test_json_lines(tmp_path: Path) -> None:
    """Numbers, texts, truth values and nulls; a name that a record lacks is missing there."""
    data = b'{"n": 1, "s": "00501", "b": true}\n\n{"n": 2.5, "b": null, "big": 9007199254740993}\n'
    table = read(tmp_path / "t.jsonl", data)
    assert table.frame["n"].tolist() == [1.0, 2.5]
    assert table.frame["s"].tolist() == ["00501", None]
    assert table.frame["b"].tolist() == ["true", None]
    assert table.frame["big"].tolist() == [None, "9007199254740993"]


@pytest.mark.parametrize(
    ("line", "got"),
    [
        (b"[1]", "SA-124 synthetic t.jsonl: data row 1 is not a JSON object. Write one JSON object a line."),
        (b'{"a": 1', "SA-124 synthetic t.jsonl: data row 1 is not valid JSON. Write one JSON object a line."),
        (b"[" * 100_000, "SA-124 synthetic t.jsonl: data row 1 is not valid JSON. Write one JSON object a line."),
        (
            b'{"a": {}}',
            "SA-118 synthetic t.jsonl: data row 1 has a nested cell in 'a'. "
            "Flatten it, or leave it out with --exclude a.",
        ),
        (
            b'{"a": 1, "a": 2}',
            "SA-132 synthetic t.jsonl: data row 1 has the same name twice. Give every column a name of its own.",
        ),
        (b"\n", "SA-103 synthetic t.jsonl: 0 rows; at least 1 expected. Export the table again."),
    ],
)
def test_bad_json_lines(tmp_path: Path, line: bytes, got: str) -> None:
    """Whatever is not one flat object a line is refused."""
    with pytest.raises(InputError) as caught:
        read(tmp_path / "t.jsonl", line)
    assert str(caught.value) == got


# --- frames ---------------------------------------------------------------------------------------------------


def test_frame_dtypes() -> None:
    """Every pandas dtype of tabular data leads to the same raw cells as a typed file."""
    frame = pd.DataFrame(
        {
            "i8": np.array([1, 2], dtype=np.int8),
            "nullable": pd.array([1, None], dtype="Int64"),
            "u64": np.array([2**63, 1], dtype=np.uint64),
            "f32": np.array([0.1, np.nan], dtype=np.float32),
            "bool": [True, False],
            "nullable_bool": pd.array([True, None], dtype="boolean"),
            "cat": pd.Categorical(["x", None]),
            "str": pd.array(["y", None], dtype="string"),
            "zoned": pd.Series([pd.Timestamp("2020-02-01 10:00+02:00"), pd.NaT]).dt.tz_convert("Europe/Berlin"),
            "date": pd.Series([date(2020, 2, 1), None], dtype=object),
            "decimal": pd.Series([Decimal("2.50"), None], dtype=object),
            "mixed": pd.Series([1, "x"], dtype=object),
            "aware": pd.Series([datetime(2020, 2, 1, tzinfo=UTC), None], dtype=object),
        }
    )
    raw = read_table(frame, "train").frame
    assert raw["i8"].tolist() == [1, 2]
    assert raw["u64"].tolist() == ["9223372036854775808", "1"]
    assert raw["f32"].tolist()[0] == 0.1
    assert raw["bool"].tolist() == ["true", "false"]
    assert raw["nullable_bool"].tolist() == ["true", None]
    assert raw["cat"].tolist() == ["x", None]
    assert raw["str"].tolist() == ["y", None]
    assert raw["zoned"].tolist()[0] == pd.Timestamp("2020-02-01 08:00")
    assert raw["date"].tolist()[0] == pd.Timestamp("2020-02-01")
    assert raw["decimal"].tolist() == ["2.50", None]
    assert raw["mixed"].tolist() == ["1", "x"]
    assert raw["aware"].tolist()[0] == pd.Timestamp("2020-02-01")
    assert np.isnan(raw["nullable"].tolist()[1])


def test_frame_is_copied_and_its_index_said() -> None:
    """The caller's frame is never touched; a named index is left out and noted."""
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.Index(["p", "q"], name="ssn"))
    table = read_table(frame, "train")
    table.frame.loc[0, "a"] = 9.0
    assert frame["a"].tolist() == [1.0, 2.0]
    assert table.notes == ("the frame's index is not a column and was left out; reset_index() turns it into one",)


def test_frame_hash_is_of_content() -> None:
    """The hash follows names and cells, not the index or the object."""
    frame = pd.DataFrame({"a": ["x", None], "b": [1.0, 2.0]})
    same = frame.set_index(pd.Index([5, 6]))
    assert read_table(frame, "train").sha256 == read_table(same, "train").sha256
    assert read_table(frame, "train").sha256 != read_table(frame.iloc[::-1], "train").sha256
    assert read_table(frame, "train").sha256 != read_table(frame.assign(a=["x", ""]), "train").sha256


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            pd.DataFrame({"a": [[1], [2]]}),
            "SA-118 train frame, column 1 'a': cells of type list are not tabular. "
            "Flatten them, or leave them out with --exclude a.",
        ),
        (
            pd.DataFrame({"a": [b"x"]}),
            "SA-118 train frame, column 1 'a': cells of type bytes are not tabular. "
            "Flatten them, or leave them out with --exclude a.",
        ),
        (
            pd.DataFrame({"a": [1j]}),
            "SA-118 train frame, column 1 'a': type complex128 is not tabular. "
            "Convert it to numbers or text, or leave it out with --exclude a.",
        ),
        (
            pd.DataFrame({"a": []}),
            "SA-103 train frame: 0 rows and 1 column; at least 1 of each expected. Export the table again.",
        ),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            "SA-132 train frame: columns 1, 2 have the same name. Give every column a name of its own.",
        ),
        (
            pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
            "SA-118 train frame: column names of several levels. Flatten them.",
        ),
    ],
)
def test_bad_frames(frame: pd.DataFrame, message: str) -> None:
    """A frame that is no plain table is refused, with its column."""
    with pytest.raises(InputError) as caught:
        read_table(frame, "train")
    assert str(caught.value) == message


def test_a_thing_that_is_no_table() -> None:
    """An object of another type is named by its type."""
    with pytest.raises(InputError, match=r"SA-107 train table: an object of type dict\. Give a path or a data frame\."):
        read_table({"a": [1]}, "train")


def test_same_cells_from_every_format(tmp_path: Path) -> None:
    """Parquet, JSON lines and a frame of the same content give the same raw cells."""
    frame = pd.DataFrame({"n": [1.5, 2.5], "s": ["ä", "b"]})
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in frame.to_dict("records"))
    sources: list[Any] = [frame, tmp_path / "t.jsonl"]
    (tmp_path / "t.jsonl").write_text(lines, encoding="utf-8")
    sources.append(parquet(tmp_path / "t.parquet", "SELECT * FROM (VALUES (1.5::DOUBLE, 'ä'), (2.5, 'b')) t(n, s)"))
    for source in sources:
        assert cells(read_table(source, "train")) == {"n": [1.5, 2.5], "s": ["ä", "b"]}
