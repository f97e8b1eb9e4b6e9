"""Promises of formats that are known and not read: they are named, and the way out that is shown leads out."""

import io
import re
import sys
from pathlib import Path

import pandas as pd
import pyarrow
import pytest
from pyarrow import fs, orc, parquet

from synthaudit.adapters.readers.exports import UNREAD
from synthaudit.adapters.readers.objects import read_from
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

TABLE = pd.DataFrame(
    {"name": ["ann", "bob", "christine"], "age": [34, 35, 101], "town": ["Bern", "St. Gallen", "Chur"]}
)


def refused(source: object, **options: str) -> str:
    with pytest.raises(InputError) as caught:
        read_table(source, "train", options=ReadOptions(**options))  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("suffix", UNREAD)
@pytest.mark.parametrize("packing", ["", ".gz"])
def test_a_format_is_named_by_its_name(tmp_path: Path, suffix: str, packing: str) -> None:
    """In any case, packed or not, whatever it holds; with the way out of that format."""
    for name in (f"t{suffix}{packing}", f"t{suffix.upper()}{packing}"):
        (tmp_path / name).write_bytes(b"x")
        export = UNREAD[suffix]
        assert refused(tmp_path / name) == f"SA-107 train {name}: {export.name}, which is not read. {export.do}"


def test_a_format_is_named_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the name of another, and by standard input."""
    (tmp_path / "t.xpt").write_bytes(b"**COMPRESSED** **COMPRESSED** **COMPRESSED** **COMPRESSED**")
    assert refused(tmp_path / "t.xpt").startswith("SA-107 train t.xpt: a file of PROC CPORT, which is not read.")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Obj\x01\x04\x16avro.schema")))
    assert refused("-").startswith("SA-107 train stdin: a file of Avro, which is not read.")


LAKES = {
    "a Delta table": ("_delta_log/00000000000000000000.json", "part-0.parquet"),
    "an Iceberg table": ("metadata/v1.metadata.json", "data/part-0.parquet"),
    "a Hudi table": (".hoodie/hoodie.properties", "part-0.parquet"),
}


@pytest.mark.parametrize("what", LAKES)
def test_a_folder_whose_parts_are_not_its_table(tmp_path: Path, what: str) -> None:
    """Its parts hold deleted rows too: it is read neither as a folder, nor by a pattern, nor from an object store."""
    for name in LAKES[what]:
        (tmp_path / "people" / name).parent.mkdir(parents=True, exist_ok=True)
        TABLE.to_parquet(tmp_path / "people" / name)
    expected = f"SA-107 train people: {what}, which is not read. "
    assert refused(tmp_path / "people").startswith(expected)
    with pytest.raises(InputError) as caught:
        read_from(fs.LocalFileSystem(), str(tmp_path / "people"), "train", ReadOptions())
    assert str(caught.value).startswith(expected)
    if what != "an Iceberg table":
        said = refused(tmp_path / "people" / "*.parquet")
        assert said.startswith(f"SA-107 train *.parquet: {what}, which is not read. ")


def test_a_folder_with_other_folders_is_no_such_table(tmp_path: Path) -> None:
    """A folder called metadata alone says nothing."""
    (tmp_path / "metadata").mkdir()
    TABLE.to_parquet(tmp_path / "t.parquet")
    assert refused(tmp_path).startswith("SA-104 train metadata: a folder among the parts.")


def test_the_way_out_of_orc(tmp_path: Path) -> None:
    """The line of the message, run, gives the table."""
    orc.write_table(pyarrow.Table.from_pandas(TABLE), tmp_path / "t.orc")
    line = refused(tmp_path / "t.orc").partition("in Python: ")[2].rstrip(".")
    line = line.replace("'PATH'", repr(str(tmp_path / "t.orc"))).replace("'table.", f"'{tmp_path}/table.")
    assert line.startswith("pyarrow.parquet.write_table(")
    assert parquet is pyarrow.parquet
    eval(line, {"pyarrow": pyarrow})
    assert read_table(tmp_path / "table.parquet", "train").frame.to_dict("list") == TABLE.to_dict("list")


# --- columns of fixed width -------------------------------------------------------------------------------------


def fixed(frame: pd.DataFrame, *, header: bool = True) -> str:
    return frame.to_string(index=False, header=header) + "\n"


def test_the_way_out_of_fixed_width(tmp_path: Path) -> None:
    """Text of one column by its marks and of three by its blanks is no table of one column."""
    path = tmp_path / "t.txt"
    path.write_text(fixed(TABLE))
    said = refused(path)
    assert said.startswith("SA-130 train t.txt: no delimiter, and columns of fixed width as it seems. ")
    line = re.search(r"pandas\.read_fwf\(.*index=False\)", said)
    assert line is not None
    text = (
        line[0]
        .replace("WIDTHS", str([9, 5, 11]))
        .replace("'PATH'", repr(str(path)))
        .replace("'table.", f"'{tmp_path}/table.")
    )
    eval(text, {"pandas": pd})
    assert read_table(tmp_path / "table.csv", "train").frame.to_dict("list") == TABLE.astype(str).to_dict("list")


@pytest.mark.parametrize(
    "text",
    [
        "name\nann\nbob\n",
        "code\nAB 1\nCD 2\nEF 3\n",
        "my code\nAB 1234\nCD 5678\nEF 9012\n",
        "name       \nann smith  \nbob jones  \ntom miller \n",
        "the name\nann smith\nbob jones of Bern\n",
        "name      \nann       \nchristine \nbob       \n",
    ],
)
def test_one_column_of_words_stays_one(tmp_path: Path, text: str) -> None:
    """Blanks within cells, lines of one length, or padding alone say nothing."""
    (tmp_path / "t.txt").write_text(text)
    assert len(read_table(tmp_path / "t.txt", "train").frame.columns) == 1


def test_a_delimiter_that_is_named_counts(tmp_path: Path) -> None:
    """Whoever passes --sep has said what the file is."""
    (tmp_path / "t.txt").write_text("a  b\nx  1\ny  2\n")
    assert refused(tmp_path / "t.txt").startswith("SA-130 train t.txt: no delimiter")
    assert list(read_table(tmp_path / "t.txt", "train", options=ReadOptions(sep=",")).frame.columns) == ["a  b"]
