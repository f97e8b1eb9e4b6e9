"""Promises of JSON arrays: each record of the array is a row, as if it stood in a line of its own; nothing else is."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import synthaudit
from synthaudit.adapters.readers import jsonarray
from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

FORM = "Write an array of records ([{...}, ...]), as to_json(orient='records') of pandas does, or JSON lines."
OBJECT = f"SA-124 synthetic t.json: a JSON object that holds others, and no array of records. {FORM}"
TWINS = "SA-132 synthetic t.json: data row 1 has the same name twice. Give every column a name of its own."


def read(path: Path, data: str | bytes, **options: Any) -> RawTable:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, "train", options=ReadOptions(**options))


def refused(path: Path, data: str | bytes, role: Any = "train") -> str:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InputError) as caught:
        read_table(path, role)
    return str(caught.value)


RECORDS: dict[str, list[dict[str, Any]]] = {
    "plain": [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}],
    "names that a record lacks": [{"a": 1}, {"b": "x"}, {}],
    "brackets in text": [{"a": '"]},{[{"'}, {"a": "[{]},"}, {"a": "}"}],
    "quotes and slashes": [{"a": '\\"'}, {"a": "\\\\"}, {"a": "x\\"}, {"\\": "\n\t"}],
    "letters beyond ASCII": [{"å": "Zürich"}, {"å": "東京 🦜"}],
    "a long cell": [{"a": "x" * 300_000}, {"a": "y"}],
    "one record": [{"a": True}],
    "large integers": [{"a": 2**60 + 1}, {"a": -1}],
}
WAYS: dict[str, Any] = {
    "as json writes it": json.dumps,
    "as pandas writes it": lambda records: json.dumps(records, separators=(",", ":"), ensure_ascii=False),
    "indented": lambda records: json.dumps(records, indent=4) + "\n",
    "a record a line": lambda records: "[\n" + ",\n".join(map(json.dumps, records)) + "\n]",
    "with blanks everywhere": lambda records: (
        " \t\r\n[\n\n" + " \n, \t".join(json.dumps(r, indent=1).replace("\n", "\r\n") for r in records) + " ]\n\n "
    ),
    "behind a byte-order mark": lambda records: "\ufeff" + json.dumps(records),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", RECORDS)
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_an_array_is_the_table_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, way: str, chunk: int
) -> None:
    """However it is laid out, and wherever what is held of it ends."""
    records = RECORDS[what]
    monkeypatch.setattr(jsonarray, "CHUNK", chunk)
    lines = read(tmp_path / "t.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    array = read(tmp_path / "t.json", WAYS[way](records))
    assert frame_hash(array.frame) == frame_hash(lines.frame)
    assert array.typed


def test_lines_may_have_the_same_name(tmp_path: Path) -> None:
    """Many programs call JSON lines .json; they may also be packed, and come by standard input."""
    frame = read(tmp_path / "t.json", '{"a":1}\n{"a":2}\n').frame
    assert frame["a"].tolist() == [1, 2]
    assert read(tmp_path / "u.json", '{"a":"}{"}').frame["a"].tolist() == ["}{"]


def test_standard_input_is_told_by_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """An array of records is none of delimited text."""
    data = io.TextIOWrapper(io.BytesIO(b' [ {"a":1},\n{"a":2}]'))
    monkeypatch.setattr(sys, "stdin", data)
    assert read_table("-", "train").frame["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("data", "got"),
    [
        ("", "SA-102 synthetic t.json: 0 bytes. Export the table again."),
        ("[]", "SA-103 synthetic t.json: 0 rows; at least 1 expected. Export the table again."),
        ("[{}]", "SA-103 synthetic t.json: 0 rows; at least 1 expected. Export the table again."),
        ("[1, 2]", f"SA-124 synthetic t.json: something that is no record after record 0. {FORM}"),
        ("[[1], [2]]", f"SA-124 synthetic t.json: something that is no record after record 0. {FORM}"),
        ('[{"a":1}, 2]', f"SA-124 synthetic t.json: something that is no record after record 1. {FORM}"),
        ('[{"a":1},]', f"SA-124 synthetic t.json: something that is no record after record 1. {FORM}"),
        ('[{"a":1} {"a":2}]', f"SA-124 synthetic t.json: something that is no comma after record 1. {FORM}"),
        ('[{"a":1}', f"SA-124 synthetic t.json: an array that is cut short after record 1. {FORM}"),
        ('[{"a":1},{"a":"', f"SA-124 synthetic t.json: an array that is cut short after record 1. {FORM}"),
        ('[{"a":1},{"a', f"SA-124 synthetic t.json: an array that is cut short after record 1. {FORM}"),
        ('[{"a":1}]x', f"SA-124 synthetic t.json: something behind the array after record 1. {FORM}"),
        ('[{"a":1}][{"a":2}]', f"SA-124 synthetic t.json: something behind the array after record 1. {FORM}"),
        ('"text"', f"SA-124 synthetic t.json: no JSON array of records. {FORM}"),
        ("a,b\n1,2\n", f"SA-124 synthetic t.json: no JSON array of records. {FORM}"),
        ('{"a":{"0":1,"1":2}}', OBJECT),
        ('{"data":[{"a":1}]}', OBJECT),
        (
            '[{"a":{"b":1}}]',
            "SA-118 synthetic t.json: data row 1 has a nested cell in 'a'. Flatten it, or leave it out with --exclude "
            "a.",
        ),
        ('[{"a":1,"a":2}]', TWINS),
        ('[{"a":1}, {"a":01}]', "SA-124 synthetic t.json: data row 2 is not valid JSON. Write one JSON object a line."),
        ('[{"a":"x\ny"}]', None),
        ("[{]", None),
        ("[" * 100_000, None),
        ('[{"a":' * 100_000, None),
    ],
)  # fmt: skip
def test_what_is_no_array_of_records(tmp_path: Path, data: str, got: str | None) -> None:
    """One line that says what it is, and how to write it."""
    said = refused(tmp_path / "t.json", data, "synthetic")
    if got is None:
        assert said[:6] in ("SA-124", "SA-118")
    else:
        assert said == got


def test_no_row_of_a_real_table_is_named(tmp_path: Path) -> None:
    """Of train a message does not say which record it is."""
    said = refused(tmp_path / "t.json", '[{"a":1}, 2]')
    assert said == f"SA-124 train t.json: something that is no record. {FORM}"


def test_a_line_end_in_a_text_is_no_blank(tmp_path: Path) -> None:
    """JSON has none; it is not made a blank without a word."""
    assert refused(tmp_path / "t.json", '[{"a":"x\ny"},{"a":"z"}]').startswith("SA-124 train t.json")


def test_a_record_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held for ever."""
    monkeypatch.setattr(jsonarray, "MAX_RECORD", 1 << 20)
    said = refused(tmp_path / "t.json", '[{"a":"' + "x" * (3 << 20))
    assert said.startswith("SA-156 train t.json: a record; limit 1048576 bytes.")


def test_records_are_counted_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB counts as many, or nothing is audited."""
    monkeypatch.setattr(jsonarray, "_records", lambda text, where, named: iter([(0, '{"a":1}')]))
    assert refused(tmp_path / "t.json", '[{"a":1},{"a":2},{"a":3}]').startswith(
        "SA-121 train t.json: 3 records are there, 1 was read; nothing was audited."
    )


def test_gaps_that_differ_are_counted_of_a_release(tmp_path: Path) -> None:
    """Blanks between records may say something; the same everywhere they do not."""
    for gap, n in ((lambda i: "", 0), (lambda i: "\n  ", 0), (lambda i: " " * (i % 2), 2), (lambda i: " \t"[i % 2], 2)):
        text = "".join(("" if not i else f",{gap(i)}") + f'{{"a":{i}}}' for i in range(6))
        (tmp_path / "t.json").write_text(f"[{text}]")
        beyond = read_table(tmp_path / "t.json", "synthetic").beyond
        assert [(one.kind, one.n) for one in beyond] == ([("line_blanks", n)] if n else [])


def test_a_large_array_stays_in_its_file(tmp_path: Path) -> None:
    """It is read in batches, with the cells that it has as a whole."""
    frame = pd.DataFrame({"a": np.arange(3_000), "b": [f"x{i}" for i in range(3_000)]})
    frame.to_json(tmp_path / "t.json", orient="records")
    with opened(tmp_path / "t.json", "train", ReadOptions(), 1_000) as source:
        assert not isinstance(source, RawTable)
        batches = list(source.batches([0, 1]))
    cells = [pd.concat([batch[i] for batch in batches], ignore_index=True) for i in (0, 1)]
    assert cells[0].tolist() == frame["a"].tolist()
    assert cells[1].tolist() == frame["b"].tolist()


def test_a_split_is_written_as_parquet(tmp_path: Path) -> None:
    """Every row in one part."""
    frame = pd.DataFrame({"a": np.arange(40), "b": [f"x{i}" for i in range(40)]})
    frame.to_json(tmp_path / "t.json", orient="records")
    split = synthaudit.split(tmp_path / "t.json", tmp_path / "out")
    parts = pd.concat([read_table(part, "train").frame for part in (split.train, split.holdout)])
    assert split.train.name == "train.parquet"
    assert parts.sort_values("a")["b"].tolist() == frame["b"].tolist()
