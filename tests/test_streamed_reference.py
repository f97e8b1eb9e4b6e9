"""A reference of more rows than are held: nobody hides in the rows that are not drawn, and every cell is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_pipeline_streamed import evidence, people, written

import synthaudit
from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.readers import jsonlines, source
from synthaudit.adapters.readers.drawn import row_hashes
from synthaudit.commands.audit import open_real
from synthaudit.commands.request import request
from synthaudit.errors import InputError

ROWS = 5_000
AT_ONCE = 1_500
DRAWN = 1_000
HELD: dict[str, Any] = {"profile": "quick", "jobs": 1, "candidates": DRAWN, "release_rows": "all"}
STREAMED = {**HELD, "release_rows": AT_ONCE}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "VECTORS", 1)
    monkeypatch.setattr(jsonlines, "BATCH", 1_700)


def real() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and a reference of other people, each with a key."""
    train, holdout, reference = people(700, 1), people(600, 2), people(ROWS, 3)
    for table, letter in ((train, "t"), (holdout, "h"), (reference, "r")):
        table["who"] = [f"{letter}{i}" for i in range(len(table))]
    return train, holdout, reference


def both(path: Path, **options: Any) -> list[RealTables | str]:
    """What comes of a reference in a file, streamed and held whole: tables, or the error."""
    train, holdout, _ = real()
    results: list[RealTables | str] = []
    for how in (STREAMED, HELD):
        try:
            results.append(open_real(request(train, holdout, reference=path, **{**how, **options})))
        except InputError as error:
            results.append(str(error))
    return results


def refused(path: Path, **options: Any) -> str:
    """The error, which is the same either way."""
    streamed, held = both(path, **options)
    assert isinstance(streamed, str)
    assert streamed == held
    return streamed


@pytest.mark.parametrize("role", ["train", "holdout"])
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_rows_of_train_or_holdout_among_thousands_are_refused(tmp_path: Path, suffix: str, role: str) -> None:
    """200 rows at the end, of which the sample has a few: the percentages of a reference held whole."""
    train, holdout, reference = real()
    theirs = (train if role == "train" else holdout)[:200]
    both_tables = pd.concat([reference[: ROWS - 200], theirs], ignore_index=True).drop(columns="who")
    message = refused(written(both_tables, tmp_path / f"r{suffix}"), columns=list(train.columns[:-1]))
    assert message.startswith(f"SA-175 reference: 4 % of rows are also in {role} (expected by chance 0.1")


def test_what_is_allowed_is_said_and_rules_out_a_pass(tmp_path: Path) -> None:
    """Overlap that the user accepts leaves the lines that it leaves for a reference held whole."""
    train, _, reference = real()
    path = written(pd.concat([reference[: ROWS - 200], train[:200]], ignore_index=True), tmp_path / "r.parquet")
    lines = []
    for tables in both(path, allow_overlap=True, entity="who"):
        assert isinstance(tables, RealTables)
        lines.append([line for line in tables.coverage if line.test == "overlap"])
    assert lines[0] == lines[1]
    assert len(lines[0]) == 2
    assert all(line.blocks_pass for line in lines[0])


def test_one_key_in_the_last_row_is_refused(tmp_path: Path) -> None:
    """A single person of the holdout, who shares nothing but the key."""
    reference = real()[2]
    reference.loc[ROWS - 1, "who"] = "h77"
    message = refused(written(reference, tmp_path / "r.csv"), entity="who")
    assert message == (
        "SA-175 reference r.csv: 1 key of 'who' is also in train or holdout. Give other people, or leave --reference"
        " out."
    )


def test_rows_of_the_deleted_are_refused_in_all_rows(tmp_path: Path) -> None:
    """A list whose people stand in the reference, in rows that no sample need hold."""
    reference = real()[2]
    listed = people(40, 5).assign(who=[f"d{i}" for i in range(40)])
    reference.loc[4_000:4_019] = listed[:20].to_numpy()
    path = written(reference.astype(listed.dtypes), tmp_path / "r.parquet")
    message = refused(path, deleted=listed, columns=list(reference.columns[:-1]))
    assert message.startswith("SA-193 deleted frame: 50 % of rows are also in the reference")


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("x1", "many", "SA-144"),
        ("x1", "NA", "SA-150"),
        ("since", "31/13/2020", "SA-154"),
        ("smokes", "perhaps", "SA-149"),
    ],
)
def test_a_bad_cell_is_the_same_error(tmp_path: Path, suffix: str, column: str, cell: str, code: str) -> None:
    """Counted over all rows, and naming none: the reference holds real people."""
    reference = real()[2]
    broken = reference.astype({column: object})
    broken[column] = [None if pd.isna(value) else str(value) for value in broken[column]]
    broken.loc[ROWS - 2, column] = cell
    message = refused(written(broken, tmp_path / f"r{suffix}"))
    assert message.startswith(code)
    assert f"1 of {ROWS} cells" in message or f"1 of {int(reference[column].notna().sum())} cells" in message
    assert "row" not in message.split("cells", 1)[1]


@pytest.mark.parametrize(
    ("suffix", "line", "code"),
    [
        (".csv", "1,2,3", "SA-124"),
        (".csv", '"never closed', "SA-125"),
        (".csv", ",".join(["x" * (1 << 21)] * 12), "SA-156"),
        (".jsonl", "{", "SA-124"),
        (".jsonl", '{"who": "a", "who": "b"}', "SA-132"),
        (".jsonl", '{"who": "' + "x" * (1 << 21) + '"}', "SA-156"),
    ],
)
def test_damage_far_down_names_no_row_of_real_people(tmp_path: Path, suffix: str, line: str, code: str) -> None:
    """A line that is none, a cell too long: told without its place, as of a reference held whole."""
    path = written(real()[2], tmp_path / f"r{suffix}")
    lines = path.read_text().splitlines()
    lines[ROWS - 5] = line
    path.write_text("\n".join(lines))
    for message in both(path):
        assert isinstance(message, str)
        assert message.startswith(code)
        assert "data row" not in message


def test_columns_that_lack_everything(tmp_path: Path) -> None:
    """No cell in a column, blanks alone, no such column: refused; cells in one batch alone will do."""
    reference = real()[2]
    assert refused(written(reference.assign(c1=None), tmp_path / "a.parquet")).startswith("SA-151")
    assert refused(written(reference.assign(c1="  "), tmp_path / "b.csv")).startswith("SA-151")
    assert refused(written(reference.drop(columns="c1"), tmp_path / "c.csv")).startswith("SA-138")
    is_last = np.arange(ROWS) == ROWS - 1
    few = reference.assign(c1=reference["c1"].where(is_last, None), x3=reference["x3"].where(is_last))
    for tables in both(written(few, tmp_path / "d.parquet")):
        assert isinstance(tables, RealTables)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl.zst", ""])
def test_the_sample_is_as_good_as_a_table_of_its_own(tmp_path: Path, suffix: str) -> None:
    """The audit is that of the drawn rows given as reference, but for what is said of them; also for parts."""
    train, holdout, reference = (table.drop(columns="who") for table in real())
    release = people(900, 9)
    if suffix:
        path = written(reference, tmp_path / f"r{suffix}")
    else:
        path = tmp_path / "parts"
        path.mkdir()
        written(reference[:2_000], path / "a.csv")
        written(reference[2_000:], path / "b.csv")
    drawn = open_real(request(train, holdout, reference=path, **STREAMED)).reference
    assert drawn is not None
    assert len(drawn) == DRAWN
    audit = synthaudit.audit(train, release, holdout, reference=path, **STREAMED)
    [line] = [line for line in audit.coverage if line.test == "rows of the reference"]
    assert line.reason == (
        "1,000 of 5,000 rows, drawn at random, serve as reference; people and rows of train and holdout were looked for"
        " in all of them"
    )
    assert {table.role: table.n_rows for table in audit.tables}["reference"] == ROWS
    streamed, plain = evidence(audit), evidence(synthaudit.audit(train, release, holdout, reference=drawn, **STREAMED))
    for figures in (streamed, plain):
        for key in ("tables", "coverage"):
            figures.pop(key)
    assert streamed == plain


def test_the_sample_is_random_and_follows_content(tmp_path: Path) -> None:
    """Other rows by another seed, the same by any order of rows; each row of it is one of the file's, once."""
    reference = real()[2]
    paths = [written(table, tmp_path / f"{i}.parquet") for i, table in enumerate((reference, reference.sample(frac=1)))]

    def drawn(path: Path, seed: int) -> list[int]:
        tables = both(path, seed=seed)[0]
        assert isinstance(tables, RealTables)
        assert tables.reference is not None
        return sorted(row_hashes(tables.reference).tolist())

    rows, other_rows = drawn(paths[0], 0), drawn(paths[0], 1)
    assert rows == drawn(paths[1], 0)
    whole = both(paths[0])[1]
    assert isinstance(whole, RealTables)
    assert whole.reference is not None
    assert len(whole.reference) == ROWS
    everything = set(row_hashes(whole.reference).tolist())
    assert len(everything) == ROWS
    assert set(rows) <= everything
    # Hypergeometric: 200 in common on average, standard deviation 11.3.
    assert abs(len(set(rows) & set(other_rows)) - 200) < 6 * 11.3


def test_few_rows_are_held_whole(tmp_path: Path) -> None:
    """As many rows as the limit, or as many people as are attacked, whichever is more."""
    reference = real()[2]
    for n, drawn in ((AT_ONCE, DRAWN), (3_000, 3_000)):
        tables = both(written(reference[:n], tmp_path / f"{n}.csv"), candidates=drawn)[0]
        assert isinstance(tables, RealTables)
        assert tables.reference is not None
        assert (len(tables.reference), tables.reference_hashes) == (n, None)


def test_hashes_tell_rows_apart_as_cells_do() -> None:
    """Against the rows themselves: equal hashes exactly where rows are equal, in pieces of any size; NaN is NaN."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "x": rng.integers(4, size=2_000) / 3,
            "y": np.array(["a", "b", "", None], dtype=object)[rng.integers(4, size=2_000)],
            "t": np.datetime64("2020-01-01", "us") + rng.integers(3, size=2_000).astype("timedelta64[D]"),
        }
    ).astype({"y": object})
    table.loc[rng.random(2_000) < 0.2, "x"] = np.nan
    table.loc[rng.random(2_000) < 0.2, "t"] = pd.NaT
    # Another missing number than the usual one.
    table.loc[3, "x"] = np.array([0x7FF8000000000123], dtype=np.uint64).view(np.float64)[0]
    rows = table.fillna({"x": -1.0, "t": pd.Timestamp(0)}).assign(y=table["y"].fillna("missing"))
    expected = rows.groupby(list("xyt")).ngroup().to_numpy()
    hashes = row_hashes(table)
    pieces = np.concatenate([row_hashes(table[i : i + 300]) for i in range(0, 2_000, 300)])
    assert np.array_equal(hashes, pieces)
    assert len(np.unique(hashes)) == len(np.unique(expected)) == len(np.unique(np.stack([hashes, expected]), axis=1).T)


def test_a_reference_needs_no_key(tmp_path: Path) -> None:
    """Train and holdout name their people, the reference does not: read as one that is held whole."""
    path = written(real()[2].drop(columns="who"), tmp_path / "r.parquet")
    streamed, held = both(path, entity="who")
    assert isinstance(streamed, RealTables)
    assert isinstance(held, RealTables)
    assert streamed.reference is not None
    assert held.reference is not None
    assert (len(streamed.reference), len(held.reference)) == (DRAWN, ROWS)
    assert [line for line in streamed.coverage if line.test != "rows of the reference"] == list(held.coverage)
