"""Parts of one table that together are too large to hold: as one file, or the error that a whole read ends with."""

import gzip
import json
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_pipeline_streamed import AT_ONCE, QUICK, ROWS, aligned, evidence, people, release, written

import synthaudit
from synthaudit.adapters.readers import jsonlines, source
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

BIG = 2**53 + 1
CUTS = (0, 700, 2_900, ROWS)
OPTIONS = ReadOptions()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "VECTORS", 1)
    monkeypatch.setattr(jsonlines, "BATCH", 500)


def in_parts(table: pd.DataFrame, folder: Path, suffix: str) -> Path:
    """Three parts of different sizes, the second with its columns the other way round, and a marker."""
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    for i, (start, end) in enumerate(pairwise(CUTS)):
        part = table[start:end]
        written(part[part.columns[::-1]] if i == 1 else part, folder / f"part-{i}{suffix}")
    return folder


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl.gz"])
def test_parts_give_the_evidence_of_one_file(tmp_path: Path, suffix: str) -> None:
    """The same figures as the concatenated table, but for the lines that say that there were parts."""
    train, holdout = people(700, 1), people(600, 2)
    table = release(train, n_copies=60)
    folder = in_parts(table, tmp_path / "t", suffix)
    plain = evidence(synthaudit.audit(train, written(table, tmp_path / "one.parquet"), holdout, **QUICK))
    for where in (folder, f"{folder}/part-*"):
        of_parts = evidence(synthaudit.audit(train, where, holdout, **QUICK))
        reading = [line for line in of_parts["coverage"] if line["test"] == "reading"]
        of_parts["coverage"] = [line for line in of_parts["coverage"] if line["test"] != "reading"]
        assert of_parts == plain
        name = "t" if where == folder else "part-*"
        assert reading[0]["reason"] == f"synthetic {name}: 3 parts, read in the order of their names."
        assert len(reading) == (2 if where == folder else 1)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_positions_are_those_of_the_concatenated_table(tmp_path: Path, suffix: str) -> None:
    """The sample and the cells on disk are those of one file, and the sample's rows stand where it says."""
    train = people(700, 1)
    table = release(train)
    with ExitStack() as open_copies:
        parts = aligned(train, in_parts(table, tmp_path / "t", suffix), None, open_copies)
        single = aligned(train, written(table, tmp_path / f"one{suffix}"), None, open_copies)
        held = aligned(train, tmp_path / "t", None, open_copies, release_rows="all")
        assert parts.whole is not None
        assert single.whole is not None
        assert np.array_equal(parts.whole.sampled, single.whole.sampled)
        assert parts.whole.numbers.read_bytes() == single.whole.numbers.read_bytes()
        assert parts.whole.codes.read_bytes() == single.whole.codes.read_bytes()
        expected = held.synthetic.iloc[parts.whole.sampled].reset_index(drop=True)
        # Categories that no real table has are numbered in what is held.
        own, whole = (t.replace(r"unseen \d+", "unseen", regex=True) for t in (parts.synthetic, expected))
        pd.testing.assert_frame_equal(own, whole)
        assert parts.sha256 == held.sha256


@pytest.mark.parametrize(
    "values",
    [
        ([1, 2], [3, 4], [5, 6]),
        ([1, BIG], [3, 4], [5, 6]),
        ([1, 2], [3.0, None], [BIG, -BIG]),
        ([1.5, None], [3, 4], [None, None]),
        ([None, None], ["x", ""], ["00501", None]),
        (pd.to_datetime(["2020-01-01"] * 2), pd.to_datetime(["2020-01-02"] * 2), [None, None]),
        ([True, False], [True, None], [False, False]),
        ([None, None], [None, None], [None, None]),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_a_column_has_one_type_in_all_parts(tmp_path: Path, values: Any, suffix: str) -> None:
    """Oracle: the same parts read whole, cell by cell, in batches, in picked rows and by column."""
    for i, two in enumerate(values):
        part = pd.DataFrame({"n": list(two) * 400, "k": np.arange(800)})
        path = tmp_path / f"p{i}{suffix}"
        if suffix == ".parquet":
            part.to_parquet(path, index=False)
        else:
            cells = part["n"].astype(str if part["n"].dtype.kind == "M" else object)
            records = [{"n": None if pd.isna(n) else n, "k": k} for n, k in zip(cells, range(800), strict=True)]
            path.write_text("\n".join(json.dumps(record) for record in records))
    held = read_table(tmp_path, "synthetic")
    rows = np.sort(np.random.default_rng(0).permutation(2_400)[:50])
    with opened(tmp_path, "synthetic", OPTIONS, AT_ONCE) as table:
        assert not isinstance(table, RawTable)
        assert table.n_rows == len(held.frame)
        batches = [pd.DataFrame(dict(zip("nk", batch, strict=True))) for batch in table.batches([0, 1])]
        joined = pd.concat([batch.astype(object) for batch in batches], ignore_index=True)
        same_cells(joined, held.frame)
        same_cells(table.column(0).frame[["n"]], held.frame[["n"]])
        picked = table.pick(rows)
        same_cells(picked.frame, held.frame.iloc[rows].reset_index(drop=True))
        assert (picked.name, picked.sha256, picked.typed, picked.notes) == (held.name, held.sha256, True, held.notes)


def same_cells(streamed: pd.DataFrame, expected: pd.DataFrame) -> None:
    left, right = (table.astype(object).where(table.notna(), None) for table in (streamed, expected))
    assert left.to_dict("list") == right.to_dict("list")


def spoilt(folder: Path, suffix: str, fault: str) -> ReadOptions:
    """Parts with one thing wrong."""
    last = folder / f"part-2{suffix}"
    table = people(2_000, 7)
    if fault == "cell":
        table = table.astype({"x1": object})
        table["x1"] = [str(cell) for cell in table["x1"]]
        table.loc[1_990, "x1"] = "many"
        for part in ("part-0", "part-1") if suffix != ".csv" else ():
            held = read_table(folder / f"{part}{suffix}", "train").frame
            written(held.assign(x1=held["x1"].astype(str)), folder / f"{part}{suffix}")
    elif fault == "missing column":
        table = table.drop(columns="x1")
    elif fault == "column of its own":
        table = table.assign(more=1)
    elif fault == "type":
        table = table.assign(x1="text")
    elif fault == "empty part":
        table = table[:0]
    written(table, last)
    if fault == "damage":
        data = last.read_bytes()
        last.write_bytes(data[:-40] if suffix != ".csv" else data + b"1,2,3\n")
    if fault == "formats":
        last.rename(folder / "part-2.tsv")
    if fault == "limit":
        return ReadOptions(max_bytes=sum(file.stat().st_size for file in folder.iterdir()) - 10)
    return OPTIONS


FAULTS = {
    "cell": ("SA-144", "(data row 4891)"),
    "missing column": ("SA-109", "x1"),
    "column of its own": ("SA-109", "more"),
    "type": ("SA-109", "part-2"),
    "empty part": ("SA-10", "part-2"),
    "damage": ("SA-1", "part-2"),
    "formats": ("SA-110", ""),
    "limit": ("SA-11", "the first 3 parts together"),
}
# Text is text in delimited files; what Parquet decodes to is more than its bytes.
CASES = [
    (fault, suffix)
    for fault in FAULTS
    for suffix in (".parquet", ".csv", ".jsonl")
    if (fault, suffix) not in (("type", ".csv"), ("limit", ".parquet"))
]


@pytest.mark.parametrize(("fault", "suffix"), CASES)
def test_what_is_wrong_with_a_part_is_the_same_error(tmp_path: Path, suffix: str, fault: str) -> None:
    """The part, or the row of the whole table, is named as when all parts are held."""
    train = people(700, 1)
    folder = in_parts(release(train), tmp_path / "t", suffix)
    read = spoilt(folder, suffix, fault)
    messages = []
    for rows in (AT_ONCE, "all"):
        with ExitStack() as open_copies, pytest.raises(InputError) as error:
            aligned(train, folder, None, open_copies, release_rows=rows, max_bytes=read.max_bytes)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
    code, names = FAULTS[fault]
    assert messages[0].startswith(code)
    assert names in messages[0]


def test_few_rows_are_held_whole(tmp_path: Path) -> None:
    """As many rows as may be held at once, in parts: the table of a whole read; one row more is streamed."""
    table = people(AT_ONCE, 3)
    for suffix in (".parquet", ".csv", ".jsonl"):
        folder = tmp_path / suffix[1:]
        folder.mkdir()
        written(table[:400], folder / f"a{suffix}")
        written(table[400:], folder / f"b{suffix}")
        with opened(folder, "synthetic", OPTIONS, AT_ONCE) as loaded:
            assert isinstance(loaded, RawTable)
            held = read_table(folder, "synthetic")
            pd.testing.assert_frame_equal(loaded.frame, held.frame)
            assert (loaded.sha256, loaded.notes, loaded.n_bytes) == (held.sha256, held.notes, held.n_bytes)
        with opened(folder, "synthetic", OPTIONS, AT_ONCE - 1) as loaded:
            assert not isinstance(loaded, RawTable)


def test_packed_parts_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of packed bytes is for the sum of all parts; parts that lie there unpacked may have any size."""
    from synthaudit.adapters.readers import compression, large

    monkeypatch.setattr(compression, "DEFAULT_MAX_BYTES", 60_000)
    monkeypatch.setattr(large, "DEFAULT_MAX_BYTES", 60_000)
    text = "a,b\n" + "1,2\n" * 10_000
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    for folder in (plain, packed):
        folder.mkdir()
    for name in ("p0", "p1"):
        (plain / f"{name}.csv").write_text(text)
        (packed / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    with opened(plain, "synthetic", OPTIONS, AT_ONCE) as table:
        assert not isinstance(table, RawTable)
        assert table.n_rows == 20_000
    with (
        pytest.raises(InputError, match="SA-111 synthetic packed: the first 2 parts together are larger"),
        opened(packed, "synthetic", OPTIONS, AT_ONCE),
    ):
        pass
