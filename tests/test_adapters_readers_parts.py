"""Promises of folders and patterns of parts: one table as if it had been one file, or an error that names the part."""

import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from synthaudit.adapters.config import load_config
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

BIG = 2**53 + 1


def parts(folder: Path, **content: str | bytes) -> Path:
    """A folder with a file for each keyword; ``__`` stands for the dot."""
    folder.mkdir(exist_ok=True)
    for name, data in content.items():
        (folder / name.replace("__", ".")).write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def refused(source: str | Path, options: ReadOptions | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_table(source, "train", options=options)
    return str(caught.value)


def test_parts_are_one_table_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Rows come by part name, columns by name as the first part has them; markers are left out and said."""
    folder = parts(tmp_path / "t", b__csv="z,a\n3,4\n", a__csv="a,z\n1,2\n", _SUCCESS="", __hidden__crc="x")
    table = read_table(folder, "train")
    assert table.frame.to_dict("list") == {"a": ["1", "4"], "z": ["2", "3"]}
    assert table.name == "t"
    assert table.notes == (
        "2 parts, read in the order of their names",
        "2 names with a leading . or _ left out",
    )


def test_the_hash_is_over_the_hashes_of_the_parts(tmp_path: Path) -> None:
    """SHA-256 of the parts' hexadecimal hashes, a line each; the same for folder, pattern, and without reading."""
    a, b = b"a\n1\n", b"a\n2\n"
    folder = parts(tmp_path / "t", p0__csv=a, p1__csv=b)
    expected = hashlib.sha256(f"{hashlib.sha256(a).hexdigest()}\n{hashlib.sha256(b).hexdigest()}".encode()).hexdigest()
    assert read_table(folder, "train").sha256 == expected
    assert read_table(f"{folder}/p*.csv", "train").sha256 == expected
    assert source_hash(folder, "synthetic") == expected


def test_a_pattern_takes_what_it_matches(tmp_path: Path) -> None:
    """Hidden files and markers only where the pattern spells them out; packed parts are unpacked."""
    folder = parts(
        tmp_path / "t",
        **{name: gzip.compress(f"a\n{i}\n".encode()) for i, name in enumerate(("p0__csv__gz", "p1__csv__gz"))},
        _p__csv__gz=gzip.compress(b"a\n9\n"),
        notes__md="no table",
    )
    assert read_table(folder / "*.csv.gz", "train").frame["a"].tolist() == ["0", "1"]
    assert read_table(folder / "_*.csv.gz", "train").frame["a"].tolist() == ["9"]


def test_a_file_with_the_signs_of_a_pattern_is_that_file(tmp_path: Path) -> None:
    """``[1].csv`` that exists is read as it stands."""
    parts(tmp_path, **{"[1]__csv": "a\n1\n", "1__csv": "a\n2\n"})
    assert read_table(tmp_path / "[1].csv", "train").frame["a"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("columns", "more"),
    [
        ({"n": [1, 2]}, {"n": [3, 4]}),
        ({"n": [1, BIG]}, {"n": [3, 4]}),
        ({"n": [1, 2]}, {"n": [3, BIG]}),
        ({"n": [1.0, None]}, {"n": [3.5, 4.0]}),
        ({"n": ["x", None]}, {"n": ["", "00501"]}),
        ({"n": pd.to_datetime(pd.Series(["2020-01-01", None]))}, {"n": pd.to_datetime(["2021-01-01", "2022-01-01"])}),
        ({"n": [True, False]}, {"n": [True, True]}),
        ({"n": pd.array([1, None], dtype="Int64")}, {"n": pd.array([None, None], dtype="Int64")}),
    ],
)
def test_parts_of_parquet_have_the_cells_of_one_file(tmp_path: Path, columns: Any, more: Any) -> None:
    """Oracle: the same rows in one Parquet file, cell by cell and type by type."""
    first, second = pd.DataFrame(columns), pd.DataFrame(more)
    folder = parts(tmp_path / "t", p0__parquet=parquet(first), p1__parquet=parquet(second))
    (tmp_path / "one.parquet").write_bytes(parquet(pd.concat([first, second], ignore_index=True)))
    expected = read_table(tmp_path / "one.parquet", "train")
    pd.testing.assert_frame_equal(read_table(folder, "train").frame, expected.frame)


def test_a_part_without_a_value_takes_the_type_of_the_others(tmp_path: Path) -> None:
    """A column that is null throughout one part says nothing of its type."""
    empty = pd.DataFrame({"n": [None, None], "t": [None, None]})
    full = pd.DataFrame({"n": [1.5, 2.5], "t": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    folder = parts(tmp_path / "t", p0__parquet=parquet(empty), p1__parquet=parquet(full))
    frame = read_table(folder, "train").frame
    assert frame["n"].tolist()[2:] == [1.5, 2.5]
    assert frame["n"].dtype == "float64"
    assert frame["t"].dtype == "datetime64[us]"
    assert frame.isna().sum().tolist() == [2, 2]


def test_parts_that_differ_are_named_with_the_column(tmp_path: Path) -> None:
    """A missing, an additional and an odd column; no cell is quoted."""
    folder = parts(tmp_path / "t", p0__csv="a,b\nsecret,2\n", p1__csv="a\nsecret\n")
    got = "SA-109 train p1.csv, column 2 'b': not there, though the first part has it. Export all parts alike."
    assert refused(folder) == got
    folder = parts(tmp_path / "u", p0__csv="a\nsecret\n", p1__csv="a,b\nsecret,2\n")
    assert refused(folder) == "SA-109 train p1.csv, column 2 'b': not in the first part. Export all parts alike."
    odd = [parquet(pd.DataFrame({"a": values})) for values in ([1.5, 2.0], ["secret", "y"])]
    folder = parts(tmp_path / "v", p0__parquet=odd[0], p1__parquet=odd[1])
    got = "SA-109 train p1.parquet, column 1 'a': of another type than in the parts before. Export all parts alike."
    assert refused(folder) == got


def test_what_is_no_set_of_parts(tmp_path: Path) -> None:
    """Nothing in a folder, nothing that matches, several formats, a folder among them, a damaged part."""
    none = "SA-110 train {}: 0 parts; 1 to 10,000 expected. Give a folder or a pattern of the parts of one table."
    assert refused(parts(tmp_path / "t", _SUCCESS="")) == none.format("t")
    assert refused(tmp_path / "t" / "*.csv") == none.format("*.csv")
    mixed = parts(tmp_path / "u", a__csv="a\n1\n", a__csv__gz=gzip.compress(b"a\n1\n"))
    got = "parts of 2 formats. Give the parts of one table, all of one format and packing."
    assert refused(mixed) == f"SA-110 train u: {got}"
    deep = parts(tmp_path / "v", a__csv="a\n1\n")
    (deep / "sex=f").mkdir()
    assert refused(deep) == "SA-104 train sex=f: a folder among the parts. Give a folder that holds parts alone."
    torn = parts(tmp_path / "w", a__csv="a,b\n1,2\n", b__csv="a,b\n1\n")
    assert refused(torn).startswith("SA-124 train b.csv: ")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A vendor's folder cannot make the auditor read a file of its own; a link to a neighbour is fine."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    folder = parts(tmp_path / "t", a__csv="a\n1\n")
    (folder / "b.csv").symlink_to("a.csv")
    assert len(read_table(folder, "synthetic").frame) == 2
    (folder / "c.csv").symlink_to(tmp_path / "secret.csv")
    for source in (folder, folder / "*.csv"):
        assert refused(source) == "SA-105 train c.csv: a link that leaves its folder. Put the file itself there."
    (folder / "c.csv").unlink()
    (folder / "c.csv").symlink_to("c.csv")
    assert refused(folder).startswith("SA-105 train c.csv")


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_the_limit_is_for_the_sum(tmp_path: Path, kind: str) -> None:
    """Each part alone is below the limit, the second one goes beyond it together with the first."""
    frame = pd.DataFrame({"a": ["x" * 90] * 10})
    data = {
        "csv": frame.to_csv(index=False).encode(),
        "parquet": parquet(frame),
        "jsonl": frame.to_json(orient="records", lines=True).encode(),
    }[kind]
    folder = parts(tmp_path / "t", **{f"p0__{kind}": data, f"p1__{kind}": data})
    options = ReadOptions(max_bytes=1800)
    assert len(read_table(folder / f"p0.{kind}", "train", options=options).frame) == 10
    assert "the first 2 parts together are larger than the limit" in refused(folder, options)
    assert len(read_table(folder, "train", options=ReadOptions(max_bytes=3000)).frame) == 20


def test_a_pattern_in_a_configuration_counts_from_its_folder(tmp_path: Path) -> None:
    """Also where the folder's own name has the signs of a pattern."""
    home = tmp_path / "[v1]"
    parts(home, p0__csv="a\n1\n", p1__csv="a\n2\n", c__toml='[data]\ntrain = "p*.csv"\nsynthetic = "s3://b/p*.csv"')
    data = load_config(home / "c.toml").data
    assert data.train is not None
    assert read_table(data.train, "train").frame["a"].tolist() == ["1", "2"]
    assert data.synthetic == "s3://b/p*.csv"


def test_json_lines_with_big_integers_in_one_part(tmp_path: Path) -> None:
    """All cells become text, as in one file."""
    lines = [json.dumps({"n": n}) for n in (1, BIG)]
    folder = parts(tmp_path / "t", a__jsonl=lines[0], b__jsonl=lines[1])
    (tmp_path / "one.jsonl").write_text("\n".join(lines))
    expected = read_table(tmp_path / "one.jsonl", "train").frame
    pd.testing.assert_frame_equal(read_table(folder, "train").frame, expected)
