"""A person named by several columns: as if they were one, in every table and on every way in."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from tables import mixed

import synthaudit
from synthaudit.adapters.alignment.align import RealTables, align_real, with_synthetic
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.deleted import with_deleted
from synthaudit.adapters.alignment.person_key import joined_keys, key_columns, key_text, keyed, with_key
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.source import Source
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.cells import fold_key, text_column
from synthaudit.cli.main import cli
from synthaudit.commands.split import SplitRequest, run_split
from synthaudit.errors import InputError
from synthaudit.sealed_split.manifest import load_manifest

KEY = "site,subject"


@pytest.mark.parametrize(
    ("entity", "text", "names", "columns"),
    [
        (None, None, [], ()),
        ("who", "who", ["who"], ("who",)),
        (["who"], "who", ["who"], ("who",)),
        ((), None, [], ()),
        ("site,subject", KEY, ["site", "subject"], ("site", "subject")),
        (("site", "subject"), KEY, ["site", "subject"], ("site", "subject")),
        (("a", "b", "c"), "a,b,c", ["a", "b", "c"], ("a", "b", "c")),
        (" site , subject ", " site , subject ", [], ("site", "subject")),
        ("site,subject", KEY, ["site,subject", "site", "subject"], ("site,subject",)),
        (["last, first"], "last, first", ["last, first"], ("last, first",)),
        (["last, first", "site"], '"last, first",site', ["site"], ("last, first", "site")),
        ("site,site", "site,site", ["site"], ("site",)),
        (",", ",", [], (",",)),
        ("site,", "site,", ["site"], ("site",)),
    ],
)
def test_what_names_the_person(
    entity: str | Sequence[str] | None, text: str | None, names: list[str], columns: tuple[str, ...]
) -> None:
    """One text for all ways to write it; a column of exactly this name comes first."""
    assert key_text(entity) == text
    assert key_columns(text, names) == columns


def test_two_keys_are_one_only_where_all_parts_are() -> None:
    """Whatever the cells hold, also where keys are compared by letters and digits; a missing part makes none."""
    parts = ["1", "11", "1ǂ1", "ǂ", "ǂ1", "", "a-b", "ab"]
    pairs = [(a, b) for a in parts for b in parts]
    keys = joined_keys(
        pd.DataFrame({"x": text_column([a for a, _ in pairs]), "y": text_column([b for _, b in pairs])}), ["x", "y"]
    )
    told = [key for key, pair in zip(keys, pairs, strict=True) if "" not in pair]
    assert all(key is None for key, pair in zip(keys, pairs, strict=True) if "" in pair)
    assert len(set(told)) == 49
    # Letters and digits alone: a-b and ab are one part.
    assert len({fold_key(key) for key in told}) == 36
    assert joined_keys(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), ["y"]).tolist() == ["3", "4"]
    numbers = joined_keys(pd.DataFrame({"x": [1, 1], "y": [2.0, np.nan]}), ["x", "y"])
    assert numbers.tolist() == ["1ǂ12", None]


def visits(first: int, n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Two visits of each person; three sites that number their subjects in steps of seven."""
    person = np.repeat(np.arange(first, first + n // 2), 2)
    table = mixed(n, np.random.default_rng(seed + first), numbers=1, categories=1)
    return table.assign(site=[f"S{p % 3}" for p in person], subject=1_000 + 7 * (person // 3))


def real(**options: Any) -> RealTables:
    chosen = AlignOptions(**{"entity": KEY, **options})
    tables = (read_table(visits(0), "train"), read_table(visits(30), "holdout"), read_table(visits(90), "reference"))
    return align_real(*tables, chosen)


def test_the_parts_are_one_key_and_no_audited_columns() -> None:
    """30 people a side, none of them shared though sites and subjects are."""
    aligned = real(overrides={"site": ColumnOverride(sensitive=True)})
    assert aligned.schema.names == ["x0", "c0"]
    assert aligned.schema.entity == KEY
    assert aligned.train_entity is not None
    assert aligned.holdout_entity is not None
    assert len(np.unique(aligned.train_entity)) == len(np.unique(aligned.holdout_entity)) == 30
    assert not np.intersect1d(aligned.train_entity, aligned.holdout_entity).size
    assert real(columns=("x0", "site")).schema.names == ["x0"]


RELEASES: dict[str, tuple[pd.DataFrame, list[int] | None]] = {
    # The people of train whom the release names; None where it has no key.
    "both parts, fresh": (visits(300), []),
    "both parts, of two members": (pd.concat([visits(0)[:4], visits(300)]), [0, 1, 2, 3]),
    "a member's site with another's subject": (visits(300).assign(site="S0", subject=[1_000, 9_001] * 30), [0, 1]),
    "neither part": (visits(0).drop(columns=["site", "subject"]), None),
    "one part": (visits(0).drop(columns="subject"), None),
    "the other part": (visits(0).drop(columns="site"), None),
    "as text": (visits(0)[:4].astype({"subject": str}), [0, 1, 2, 3]),
    "running numbers by site": (visits(300).assign(site=["S0", "S1"] * 30, subject=np.arange(60) // 2 + 1), None),
}


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_may_hold_the_parts_or_lack_them(name: str) -> None:
    """A person whose whole key it holds is named; nothing else is, and no part rules out a pass."""
    release, named = RELEASES[name]
    data = with_synthetic(real(), read_table(release, "synthetic"))
    assert data.synthetic.columns.tolist() == ["x0", "c0"]
    assert (None if data.train_named is None else np.flatnonzero(data.train_named).tolist()) == named
    assert not [line for line in data.coverage if line.blocks_pass]


def test_parts_of_other_names_are_renamed() -> None:
    """As any column of a release."""
    release = visits(0)[:4].rename(columns={"site": "Zentrum"})
    data = with_synthetic(real(rename={"Zentrum": "site"}), read_table(release, "synthetic"))
    assert data.train_named is not None
    assert int(data.train_named.sum()) == 4


@pytest.mark.parametrize(
    ("tables", "entity", "message"),
    [
        (
            (visits(0), visits(30)),
            "site,subjekt",
            "SA-184 train frame: no column 'subjekt', which the options name. Correct the name. Did you mean"
            " 'subject'?",
        ),
        (
            (visits(0), visits(30).drop(columns="site")),
            KEY,
            "SA-138 holdout frame: no column 'site', which is a part of the person's key. Add it, or name the person by"
            " other columns with --entity.",
        ),
        (
            (visits(0), pd.concat([visits(30), visits(0)[:2]])),
            KEY,
            "SA-174 holdout frame: 1 key of 'site,subject' is also in train. Split by person.",
        ),
        (
            (visits(0), visits(30), visits(29)),
            KEY,
            "SA-175 reference frame: 30 keys of 'site,subject' are also in train or holdout. Give other people, or"
            " leave --reference out.",
        ),
        (
            (visits(0), visits(30).assign(**{KEY: 1})),
            KEY,
            "SA-132 holdout frame: column name 'site,subject' is also that of the person's key. Rename the column.",
        ),
    ],
)
def test_keys_that_do_not_fit(tables: tuple[pd.DataFrame, ...], entity: str, message: str) -> None:
    """In the words of a key of one column."""
    train, holdout = read_table(tables[0], "train"), read_table(tables[1], "holdout")
    reference = read_table(tables[2], "reference") if len(tables) > 2 else None
    with pytest.raises(InputError) as caught:
        align_real(train, holdout, reference, AlignOptions(entity=entity))
    assert str(caught.value) == message


def test_deleted_people_and_missing_parts() -> None:
    """A list is matched by the whole key; a row with a missing part is a person of its own."""
    aligned = with_deleted(real(), read_table(visits(0)[:4].assign(subject=[1_000, 1_000, 5, 5]), "deleted"))
    assert aligned.deleted_in_train is not None
    assert aligned.deleted_in_train.tolist() == [True, True, False, False]
    gaps = visits(0).astype({"subject": str})
    gaps.loc[:1, "subject"] = "-"
    table = align_real(read_table(gaps, "train"), options=AlignOptions(entity=KEY, writing=Writing(missing=("-",))))
    assert table.train_entity is not None
    assert len(np.unique(table.train_entity)) == 31
    assert "2 rows without a value in 'site,subject' count as one person each." in [n.reason for n in table.coverage]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_streamed_release_and_reference(suffix: str, tmp_path: Path) -> None:
    """Keys are joined batch by batch, under the release's own names: the same people as of tables held whole."""
    release = pd.concat([visits(0)[:6], visits(300, 2_400)], ignore_index=True).rename(columns={"site": "Zentrum"})
    reference = visits(5_000, 2_400)
    for table, name in ((release, "s"), (reference, "r"), (pd.concat([reference, visits(31)[:2]]), "bad")):
        path = tmp_path / f"{name}{suffix}"
        table.to_csv(path, index=False) if suffix == ".csv" else table.to_parquet(path, index=False)
    options: dict[str, Any] = {
        "entity": ("site", "subject"),
        "rename": {"Zentrum": "site"},
        "profile": "quick",
        "jobs": 1,
        "attacks": ("dcr",),
    }
    counts = []
    for rows in ("all", 1_000):
        report = synthaudit.audit(
            visits(0), tmp_path / f"s{suffix}", visits(30), reference=tmp_path / f"r{suffix}",
            release_rows=rows, candidates=1_000, **options,
        )  # fmt: skip
        counts.append((report.copies.train, report.copies.holdout, report.copies.n_train, report.unit))
    assert counts == [(3, 0, 30, "entity")] * 2
    with pytest.raises(InputError, match=r"SA-175 reference bad.* 1 key of 'site,subject' is also in train or holdout"):
        synthaudit.audit(
            visits(0), tmp_path / f"s{suffix}", visits(30), reference=tmp_path / f"bad{suffix}",
            release_rows=1_000, candidates=1_000, **options,
        )  # fmt: skip


@pytest.mark.parametrize("entity", ['entity = "site,subject"', 'entity = ["site", "subject"]', ""])
def test_the_command_line_and_the_file(entity: str, tmp_path: Path) -> None:
    """A flag, a text and a list in the file name the same people."""
    for table, name in ((visits(0, 120), "t"), (visits(60, 120), "h"), (visits(300, 120), "s")):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "c.toml").write_text(f"version = 1\n[data]\n{entity}\n")
    files = [
        part
        for flag, name in (("train", "t"), ("holdout", "h"), ("synthetic", "s"))
        for part in (f"--{flag}", str(tmp_path / f"{name}.csv"))
    ]
    flags = ["--config", str(tmp_path / "c.toml")] if entity else ["--entity", KEY]
    done = CliRunner().invoke(
        cli, ["audit", *files, *flags, "--profile", "quick", "--quiet", "-o", str(tmp_path / "o")]
    )
    assert done.exit_code == 3, done.output
    evidence = json.loads((tmp_path / "o" / "evidence.json").read_text("utf-8"))
    assert evidence["provenance"]["config"]["audit"]["entity"] == KEY
    assert [(table["role"], table["n_units"]) for table in evidence["tables"]][:2] == [("train", 60), ("holdout", 60)]


def test_a_sealed_split_by_several_columns(tmp_path: Path) -> None:
    """People stay together, canaries have a site that exists, and the manifest knows the key again."""
    visits(0, 240).to_csv(tmp_path / "all.csv", index=False)
    split = run_split(
        SplitRequest(table=tmp_path / "all.csv", output=tmp_path / "o", entity=["site", "subject"], canaries=40)
    )
    assert split.n_units == {"train": 60, "holdout": 60}
    assert load_manifest(split.manifest).entity == KEY
    parts = [pd.read_csv(path) for path in (split.train, split.holdout)]
    assert set(parts[0]["site"]) == {"S0", "S1", "S2"}
    keys = [set(zip(part["site"], part["subject"], strict=True)) for part in parts]
    assert not keys[0] & keys[1]
    options: dict[str, Any] = {"profile": "quick", "jobs": 1, "attacks": ("dcr",), "manifest": split.manifest}
    report = synthaudit.audit(None, visits(900, 240), **options)
    assert report.sealed is not None
    assert {table.role: table.n_units for table in report.tables}["train"] == 60
    with pytest.raises(InputError, match="SA-243 manifest: the split was drawn by another column"):
        synthaudit.audit(None, visits(900, 240), entity="subject", **options)


class FrameSource:
    """A table that is held, as a large one is read."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(str, self.frame.columns))

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        for part in (self.frame[:2], self.frame[2:]):
            yield [part.iloc[:, i].reset_index(drop=True) for i in columns]

    def table(self, frame: pd.DataFrame) -> RawTable:
        return read_table(frame, "synthetic") if len(frame) else read_table(self.frame, "synthetic")


@pytest.mark.parametrize("columns", [[3], [0, 3], [3, 1], [1], [2, 3, 0], [0, 1, 2, 3]])
def test_a_large_table_has_its_keys_beside_any_of_its_columns(columns: list[int]) -> None:
    """In the order in which they are asked for, as from the table read whole."""
    frame = pd.DataFrame(
        {"site": text_column(["a", "b", None, "NA"]), "x": [1.5, 2.5, 3.5, 4.5], "subject": [1, 2, 3, 4]}
    )
    source = keyed(cast(Source, FrameSource(frame)), KEY, ("site", "subject"), ("NA",), ["site", "x", "subject"])
    whole = frame.assign(
        **{KEY: joined_keys(frame.assign(site=text_column(["a", "b", None, None])), ["site", "subject"])}
    )
    batches = [pd.concat(batch, axis=1) for batch in source.batches(columns)]
    read = pd.concat(batches, ignore_index=True).to_numpy()
    assert source.names == ("site", "x", "subject", KEY)
    pd.testing.assert_frame_equal(pd.DataFrame(read), pd.DataFrame(whole.iloc[:, columns].to_numpy()))


@pytest.mark.parametrize(
    ("entity", "columns", "names"),
    [(None, (), ["site", "subject"]), ("site", ("site",), ["site", "subject"]), (KEY, ("site", "subject"), ["site"])],
)
def test_a_large_table_without_a_joined_key_stays_as_it_is(
    entity: str | None, columns: tuple[str, ...], names: list[str]
) -> None:
    """Nobody is named, or by one column, or by one that the table lacks."""
    source = cast(Source, FrameSource(pd.DataFrame({name: ["a", "b"] for name in names})))
    assert keyed(source, entity, columns, (), names) is source


def test_the_first_part_that_a_real_table_lacks_is_named() -> None:
    """In the order of the key."""
    table = read_table(pd.DataFrame({"x": [1, 2], "b": [1, 2]}), "train")
    with pytest.raises(InputError, match="SA-138 train frame: no column 'a', which is a part of the person's key"):
        with_key(table, "a,b,c", ["a", "b", "c"])
