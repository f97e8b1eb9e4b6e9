"""The sealed split: what it writes, that it is random, and that nothing can be changed afterwards."""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from tables import mixed
from test_cli import process

import synthaudit
from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.partition import Part, partition
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.audit import open_real
from synthaudit.commands.request import request
from synthaudit.commands.split import SplitRequest, SplitResult, run_split
from synthaudit.errors import InputError
from synthaudit.sealed_split.manifest import PARTS, SealedFile, draw, load_manifest, packed
from synthaudit.types import Design

SECRET = "ab" * 32


def people(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Hostile cells: quotes, delimiters, line ends, codes with leading zeros, missing and quoted empty cells."""
    rng = np.random.default_rng(seed)
    odd = ['say "hi"', "a,b", "two\nlines", " padded ", "", None, "O'Brien", "ünï", "'=1+1"]
    return pd.DataFrame(
        {
            "id": [f"P{i // 2:04d}" for i in range(n)],
            "zip": [f"{x:05d}" for x in rng.integers(100, 99_999, size=n)],
            "age": rng.integers(18, 90, size=n),
            "pay": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n).round(3)),
            "note": [odd[i % len(odd)] for i in range(n)],
        }
    )


def write_csv(table: pd.DataFrame, path: Path) -> None:
    def field(cell: Any) -> str:
        if cell is None or cell != cell:
            return ""
        return '"' + str(cell).replace('"', '""') + '"'

    lines = [",".join(table.columns), *(",".join(map(field, row)) for row in table.itertuples(index=False))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_gz(table: pd.DataFrame, path: Path) -> None:
    plain = path.with_name("plain.csv")
    write_csv(table, plain)
    path.write_bytes(gzip.compress(plain.read_bytes()))


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    duckdb.from_df(table).write_parquet(str(path))


def write_jsonl(table: pd.DataFrame, path: Path) -> None:
    lines = [json.dumps({k: None if v != v else v for k, v in row.items()}) for row in table.to_dict("records")]
    path.write_text("\n".join(lines), encoding="utf-8")


FORMATS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "t.csv": write_csv,
    "t.csv.gz": write_gz,
    "t.parquet": write_parquet,
    "t.jsonl": write_jsonl,
}


def part_frames(split: SplitResult) -> dict[str, pd.DataFrame]:
    paths = {"train": split.train, "holdout": split.holdout, "reference": split.reference}
    return {role: read_table(path, "train").frame for role, path in paths.items() if path is not None}


# --- what is written --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("design", ["fixed", "coins", "pairs"])
def test_the_parts_are_the_table(name: str, design: Design, tmp_path: Path) -> None:
    """Put together in the order that the manifest seals, the parts are the source, cell by cell and type by type."""
    FORMATS[name](people(), tmp_path / name)
    whole = read_table(tmp_path / name, "train").frame
    split = run_split(
        SplitRequest(table=tmp_path / name, output=tmp_path / "out", entity="id", design=design, secret=SECRET)
    )
    parts = part_frames(split)
    drawn = draw(30, design, SECRET, 0.5)
    part = drawn.part[np.arange(60) // 2]
    for i, role in enumerate(PARTS):
        expected = whole[part == i].reset_index(drop=True)
        if len(expected):
            pd.testing.assert_frame_equal(parts[role], expected, check_dtype=False)
    assert sum(map(len, parts.values())) == 60
    assert {path.name for path in split.folder.iterdir()} >= {"manifest.json", "commitment.txt", f"train{name[1:]}"}
    assert split.manifest.stat().st_mode & 0o777 == 0o600


def test_one_column_with_missing_cells_keeps_its_rows(tmp_path: Path) -> None:
    """A missing cell of a table of one column is an empty line, which would be no row."""
    (tmp_path / "t.csv").write_text('a\n1\n""\n2\n3\n4\n""\n5\n6\n', encoding="utf-8")
    split = run_split(SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", secret=SECRET))
    assert sum(map(len, part_frames(split).values())) == 8


def test_another_delimiter_and_encoding_are_kept(tmp_path: Path) -> None:
    """``;`` and Latin-1 in, ``;`` and Latin-1 out."""
    text = "a;b\n" + "".join(f"{i};é\n" for i in range(20))
    (tmp_path / "t.csv").write_bytes(text.encode("latin-1"))
    split = run_split(
        SplitRequest(
            table=tmp_path / "t.csv", output=tmp_path / "out", read=ReadOptions(encoding="latin-1"), secret=SECRET
        )
    )
    lines = (
        split.train.read_bytes().decode("latin-1").splitlines()
        + split.holdout.read_bytes().decode("latin-1").splitlines()
    )
    assert sorted(set(lines)) == sorted(set(text.splitlines()))


# --- other doors ------------------------------------------------------------------------------------------


def frame_of_types(n: int = 60) -> pd.DataFrame:
    """People with times, truth values, whole numbers with gaps, text that comes late, and integers beyond 2**53."""
    days = pd.date_range("2020-01-01", periods=n, freq="h")
    return people(n).assign(
        born=pd.Series(days).mask(np.arange(n) % 7 == 0),
        smokes=np.arange(n) % 3 == 0,
        visits=pd.array([None if i % 5 == 0 else i for i in range(n)], dtype="Int64"),
        late=np.array([None] * (n - 40) + ["07"] * 40, dtype=object),
        key=[2**60 + i for i in range(n)],
    )


def together_again(split: SplitResult) -> pd.DataFrame:
    """The parts in the order that the manifest seals."""
    place = draw(30, "pairs", SECRET, 0.5).part[np.arange(60) // 2]
    order = np.argsort(np.concatenate([np.flatnonzero(place == i) for i in range(len(PARTS))]))
    return pd.concat(part_frames(split).values(), ignore_index=True).iloc[order].reset_index(drop=True)


def test_a_frame_is_split_without_losing_a_type(tmp_path: Path) -> None:
    """pandas, polars, Arrow and the workbook's kind of cells: the parts hold what an audit of the frame would read."""
    frame = frame_of_types()
    polars = pl.from_pandas(frame)
    for i, table in enumerate((frame, frame.set_index(np.arange(60) + 7), polars, polars.to_arrow())):
        split = run_split(
            SplitRequest(table=table, output=tmp_path / str(i), entity="id", design="pairs", secret=SECRET)
        )
        whole = read_table(table, "train")
        assert split.train.name == "train.parquet"
        assert frame_hash(together_again(split)) == frame_hash(whole.frame) == whole.sha256
        assert load_manifest(split.manifest).source_sha256 == whole.sha256
        sealed = open_real(request(manifest=split.manifest)).sealed
        assert sealed is not None
        assert sealed.commitment == split.commitment
    # A frame has no bytes that could be held against the seal: only the files that were written are taken.
    with pytest.raises(InputError, match="SA-243 train frame: not the table that the manifest seals"):
        open_real(request(pd.read_parquet(split.train), manifest=split.manifest))


def test_parts_of_a_folder_are_one_table(tmp_path: Path) -> None:
    """Text without types stays text, written as one delimited file as the options say."""
    (tmp_path / "parts").mkdir()
    for i, rows in enumerate((people()[:25], people()[25:])):
        write_csv(rows, tmp_path / "parts" / f"{i}.csv")
    whole = read_table(tmp_path / "parts", "train").frame
    for name, read in (("comma", ReadOptions()), ("semicolon", ReadOptions(sep=";", encoding="utf-16"))):
        if name == "semicolon":
            for path in (tmp_path / "parts").iterdir():
                text = read_table(path, "train").frame.to_csv(index=False, sep=";", lineterminator="\n")
                path.write_bytes(text.encode("utf-16"))
            whole = read_table(tmp_path / "parts", "train", options=read).frame
        split = run_split(
            SplitRequest(
                table=tmp_path / "parts", output=tmp_path / name, entity="id", design="pairs", secret=SECRET, read=read
            )
        )
        assert split.train.name == "train.csv"
        paths = {"train": split.train, "holdout": split.holdout, "reference": split.reference}
        place = draw(30, "pairs", SECRET, 0.5).part[np.arange(60) // 2]
        for i, role in enumerate(PARTS):
            part = read_table(paths[role], "train", options=read).frame
            pd.testing.assert_frame_equal(part, whole[place == i].reset_index(drop=True))


def test_standard_input_is_split_and_verified(tmp_path: Path) -> None:
    """``split -`` reads a pipe; the audit finds the parts beside the manifest, and refuses one that was changed."""
    write_csv(people(), tmp_path / "t.csv")
    piped = (tmp_path / "t.csv").read_bytes()
    done = process("split", "-", "--out", tmp_path / "out", "--entity", "id", stdin=piped)
    assert done.returncode == 0, done.stderr
    manifest = load_manifest(tmp_path / "out" / "manifest.json")
    assert manifest.source_sha256 == hashlib.sha256(piped).hexdigest()
    real = open_real(request(manifest=tmp_path / "out" / "manifest.json"))
    assert len(real.train) + len(real.holdout if real.holdout is not None else []) == 60
    train = tmp_path / "out" / "train.csv"
    train.write_bytes(train.read_bytes().replace(b"P00", b"P01", 1))
    with pytest.raises(InputError, match="SA-243 train"):
        open_real(request(manifest=tmp_path / "out" / "manifest.json"))


def test_canaries_of_a_frame_have_its_types(tmp_path: Path) -> None:
    """Made-up rows beside a frame's own are read as the same kinds, and the manifest knows them."""
    frame = frame_of_types(200)
    split = synthaudit.split(frame, tmp_path / "out", entity="id", canaries=40)
    train = read_table(split.train, "train").frame
    assert [dtype.kind for dtype in train.dtypes] == [dtype.kind for dtype in read_table(frame, "train").frame.dtypes]
    real = open_real(request(manifest=split.manifest))
    assert real.canaries is not None
    assert len(real.canaries) == 40
    holdout = real.holdout
    assert holdout is not None
    assert len(real.train) + len(holdout) == 200


# --- the draw ---------------------------------------------------------------------------------------------


def test_draws_are_uniform() -> None:
    """Over 4,000 secrets every unit is in as often as due, and every two of them together as often as due."""
    n, runs = 10, 4_000
    both_candidates = 8 / 10 * 7 / 9
    expected: dict[Design, tuple[float, float]] = {
        "fixed": (0.5, 5 / 10 * 4 / 9),
        "coins": (0.4, both_candidates / 4),
        "pairs": (0.4, both_candidates * 6 / 7 / 4),
    }
    for design, (share, joint_share) in expected.items():
        inside = np.array([draw(n, design, f"{i:064x}", 0.5).part == 0 for i in range(runs)], dtype=float)
        assert np.abs(inside.mean(axis=0) - share).max() < 4.5 * np.sqrt(share * (1 - share) / runs)
        together = (inside.T @ inside / runs)[np.triu_indices(n, 1)]
        assert np.abs(together - joint_share).max() < 4.5 * np.sqrt(joint_share * (1 - joint_share) / runs)


def test_pairs_have_one_member_each() -> None:
    """Every pair has one partner in and one out, and units without a pair are the reference."""
    drawn = draw(101, "pairs", SECRET, 0.5)
    paired = drawn.pair >= 0
    assert (drawn.part[~paired] == 2).all()
    for pair in np.unique(drawn.pair[paired]):
        assert sorted(drawn.part[drawn.pair == pair]) == [0, 1]


def test_coins_are_independent() -> None:
    """The number of members under ``coins`` scatters as a binomial does; a fixed-size draw would not scatter."""
    counts = np.array([(draw(50, "coins", f"{i:064x}", 0.5).part == 0).sum() for i in range(2_000)])
    assert counts.mean() == pytest.approx(20, abs=4 * np.sqrt(10 / 2_000))
    assert counts.var() == pytest.approx(10, rel=0.15)


# --- the seal ---------------------------------------------------------------------------------------------


def split_of(tmp_path: Path, **options: Any) -> SplitResult:
    write_csv(people(200), tmp_path / "t.csv")
    return run_split(SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", secret=SECRET, **options))


def test_tables_are_found_beside_the_manifest(tmp_path: Path) -> None:
    """``--manifest`` alone opens train and holdout, by the entity that the split was drawn by."""
    split = split_of(tmp_path, entity="id")
    real = open_real(request(manifest=split.manifest))
    assert real.holdout is not None
    assert len(real.train) + len(real.holdout) == 200
    assert real.sealed is not None
    assert real.sealed.commitment == split.commitment
    assert real.train_entity is not None


@pytest.mark.parametrize("part", ["train", "holdout"])
def test_a_changed_table_is_refused(part: str, tmp_path: Path) -> None:
    """One cell changed, one row moved: SA-243."""
    split = split_of(tmp_path)
    path = split.train if part == "train" else split.holdout
    lines = path.read_text("utf-8").splitlines()
    lines[-1], lines[-2] = lines[-2], lines[-1]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(InputError, match=rf"SA-243 {part} {part}\.csv: not the table that the manifest seals"):
        open_real(request(manifest=split.manifest))


def test_a_changed_manifest_is_refused(tmp_path: Path) -> None:
    """Any field that is changed breaks the seal; a manifest that was sealed anew does not fit the public text."""
    split = split_of(tmp_path)
    content = json.loads(split.manifest.read_text("utf-8"))
    split.manifest.write_text(json.dumps({**content, "share": 0.4}), "utf-8")
    with pytest.raises(InputError, match="SA-242"):
        load_manifest(split.manifest)
    split.manifest.write_text(json.dumps({**content, "secret": "cd" * 32}), "utf-8")
    with pytest.raises(InputError, match="SA-242"):
        load_manifest(split.manifest)
    split.manifest.write_text('{"version": 1}', "utf-8")
    with pytest.raises(InputError, match="SA-241"):
        load_manifest(split.manifest)


def test_a_draw_that_was_not_random_is_refused(tmp_path: Path) -> None:
    """Somebody picks who is a member and seals that: the draw does not follow from the secret."""
    split = split_of(tmp_path)
    whole = read_table(tmp_path / "t.csv", "train")
    picked = np.arange(200) // 100
    written = partition(
        tmp_path / "t.csv",
        whole,
        ReadOptions(),
        {role: Part(order=np.flatnonzero(picked == i)) for i, role in enumerate(PARTS[:2])},
    )
    manifest = load_manifest(split.manifest)
    files: dict[Any, SealedFile] = {}
    for role, data in written.items():
        (split.folder / f"{role}.csv").write_bytes(data)
        table = read_table(split.folder / f"{role}.csv", "train")
        files[role] = SealedFile(name=f"{role}.csv", sha256=table.sha256, n_rows=len(table.frame))
    rigged = replace(manifest, parts=packed(picked), files=files)
    rigged = replace(rigged, commitment=rigged.sealed())
    (split.folder / "commitment.txt").unlink()
    split.manifest.write_text(json.dumps(asdict(rigged)), "utf-8")
    with pytest.raises(InputError, match="SA-244"):
        open_real(request(manifest=split.manifest))


def test_the_commitment_tells_nothing_and_binds(tmp_path: Path) -> None:
    """The public text holds the training file's hash and the seal, neither the secret nor the holdout."""
    split = split_of(tmp_path)
    text = (split.folder / "commitment.txt").read_text("utf-8")
    assert split.commitment in text
    assert SECRET not in text
    assert load_manifest(split.manifest).files["holdout"].sha256 not in text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second split into the same folder would orphan the vendor's training file."""
    split_of(tmp_path)
    with pytest.raises(InputError, match="SA-240"):
        split_of(tmp_path)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"share": 1.0}, "SA-245"),
        ({"share": float("nan")}, "SA-245"),
        ({"canaries": -1}, "SA-245"),
        ({"canaries": 20}, "SA-245"),
        ({"entity": "nobody"}, "SA-184"),
    ],
)
def test_impossible_splits(options: dict[str, Any], code: str, tmp_path: Path) -> None:
    """What cannot be split is refused before anything is written."""
    write_csv(people(), tmp_path / "t.csv")
    with pytest.raises(InputError, match=code):
        run_split(SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", **options))
    assert not (tmp_path / "out").exists()


def test_the_report_says_what_the_seal_replaces(tmp_path: Path) -> None:
    """With a manifest no assumption about the generator is needed; without one the report names the assumption."""
    mixed(700, np.random.default_rng(3)).to_csv(tmp_path / "t.csv", index=False)
    split = run_split(SplitRequest(table=tmp_path / "t.csv", output=tmp_path / "out", secret=SECRET))
    release = mixed(350, np.random.default_rng(4))
    sealed = synthaudit.audit(synthetic=release, manifest=split.manifest, profile="quick", jobs=1)
    plain = synthaudit.audit(split.train, release, split.holdout, profile="quick", jobs=1)
    assert sealed.sealed is not None
    assert sealed.sealed.commitment == split.commitment
    assert "the tables agree with the seal" in sealed.assumption
    assert plain.sealed is None
    assert "No sealed split was given" in plain.assumption
    # The seal changes what the figures rest on, and no figure.
    assert [f.pvalue for f in sealed.findings] == [f.pvalue for f in plain.findings]
