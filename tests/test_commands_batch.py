"""Many releases: each judged as if alone, a bad one taints nothing, what is finished is not done again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tables import three

import synthaudit
from synthaudit.errors import InputError

OPTIONS: dict[str, Any] = {"profile": "quick", "jobs": 1, "policy": "internal"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables, a clean release, a copy, a ragged file, and something that is no table."""
    folder = tmp_path_factory.mktemp("source")
    train, holdout, fresh = three((300, 500, 300), np.random.default_rng(0))
    (folder / "releases").mkdir()
    for name, table in (("train", train), ("holdout", holdout), ("releases/clean", fresh), ("releases/copy", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "releases" / "ragged.csv").write_text("x0,x1\n1,2\n3\n")
    (folder / "releases" / "deep").mkdir()
    return folder


def run(source: Path, out: Path, **options: Any) -> Any:
    return synthaudit.audit_batch(
        source / "releases", source / "train.csv", source / "holdout.csv", output=out, **{**OPTIONS, **options}
    )


def test_each_release_gets_what_it_would_get_alone(source: Path, tmp_path: Path) -> None:
    """Good releases have evidence and report, bad ones an error and no evidence; the exit code is the worst."""
    result = run(source, tmp_path / "out")
    outcomes = {entry.name: entry.outcome for entry in result.entries}
    assert outcomes["copy"] == "fail"
    assert outcomes["clean"] in ("pass", "inconclusive")
    assert outcomes["ragged"] == outcomes["deep"] == "error"
    read_on = {entry.name: entry.what_now for entry in result.entries}
    assert read_on["copy"].startswith('docs/what-now.md, "A leak was found" (verbatim copies')
    assert read_on["ragged"] == read_on["deep"] == ""
    assert result.exit_code == 2
    assert not (tmp_path / "out" / "ragged" / "evidence.json").exists()
    alone = synthaudit.audit(source / "train.csv", source / "releases" / "clean.csv", source / "holdout.csv", **OPTIONS)
    together = json.loads((tmp_path / "out" / "clean" / "evidence.json").read_text())
    assert [f["pvalue"] for f in together["findings"]] == [f.pvalue for f in alone.findings]
    index = (tmp_path / "out" / "index.html").read_text()
    assert all(name in index for name in outcomes)
    assert "clean/report.html" in index


def test_finished_releases_are_not_done_again(source: Path, tmp_path: Path) -> None:
    """A second run touches nothing; another seed, a lost report or --fresh make it work again."""
    out = tmp_path / "out"
    run(source, out)
    evidence = out / "clean" / "evidence.json"
    before = evidence.stat().st_mtime_ns
    again = run(source, out)
    assert {e.name for e in again.entries if e.resumed} == {"clean", "copy"}
    assert evidence.stat().st_mtime_ns == before
    (out / "clean" / "report.html").unlink()
    run(source, out)
    assert evidence.stat().st_mtime_ns == before
    assert (out / "clean" / "report.html").is_file()
    assert not any(e.resumed for e in run(source, out, seed=1).entries)
    assert not any(e.resumed for e in run(source, out, seed=1, fresh=True).entries)
    evidence.write_text("{torn")
    assert {e.name for e in run(source, out, seed=1).entries if e.resumed} == {"copy"}


def test_a_missing_internal_edition_is_a_reason_to_work_again(source: Path, tmp_path: Path) -> None:
    """It cannot be made from the evidence; once it is there the release counts as finished."""
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "clean.csv").write_text((source / "releases" / "clean.csv").read_text())

    def again(internal: bool) -> tuple[bool, bool]:
        train, holdout = source / "train.csv", source / "holdout.csv"
        out = tmp_path / "out"
        result = synthaudit.audit_batch(releases, train, holdout, output=out, internal=internal, **OPTIONS)
        return result.entries[0].resumed, (out / "clean" / "report.internal.html").is_file()

    assert again(internal=False) == (False, False)
    assert again(internal=True) == (False, True)
    assert again(internal=True) == (True, True)


def test_releases_of_one_name_get_folders_of_their_own(source: Path, tmp_path: Path) -> None:
    """a.csv and a.tsv do not overwrite each other."""
    releases = tmp_path / "releases"
    releases.mkdir()
    text = (source / "releases" / "clean.csv").read_text()
    (releases / "a.csv").write_text(text)
    (releases / "a.tsv").write_text(text.replace(",", "\t"))
    result = synthaudit.audit_batch(releases, source / "train.csv", output=tmp_path / "out", **OPTIONS)
    assert [entry.name for entry in result.entries] == ["a.csv", "a.tsv"]
    assert [entry.outcome for entry in result.entries] == ["inconclusive", "inconclusive"]
    assert result.exit_code == 3


def test_an_empty_folder_or_a_bad_train_table_is_an_error_at_once(source: Path, tmp_path: Path) -> None:
    """Nothing is written when nothing can be audited."""
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="0 releases"):
        synthaudit.audit_batch(tmp_path / "none", source / "train.csv", output=tmp_path / "out")
    with pytest.raises(InputError, match="is not a folder"):
        synthaudit.audit_batch(source / "train.csv", source / "train.csv", output=tmp_path / "out")
    with pytest.raises(InputError, match="SA-101"):
        synthaudit.audit_batch(source / "releases", source / "nothing.csv", output=tmp_path / "out")


def test_a_folder_of_parts_is_a_release(source: Path, tmp_path: Path) -> None:
    """It is judged as the one table of its rows, kept when it is finished, and done again when a part changes."""
    releases = tmp_path / "releases"
    (releases / "vendor").mkdir(parents=True)
    lines = (source / "releases" / "copy.csv").read_text().splitlines(keepends=True)
    for i, rows in enumerate((lines[1:100], lines[100:])):
        (releases / "vendor" / f"part-{i}.csv").write_text("".join([lines[0], *rows]))
    (releases / "vendor" / "_SUCCESS").write_text("")

    def done() -> Any:
        real = (source / "train.csv", source / "holdout.csv")
        return synthaudit.audit_batch(releases, *real, output=tmp_path / "out", **OPTIONS).entries

    (first,) = done()
    assert (first.name, first.outcome, first.resumed) == ("vendor", "fail", False)
    assert first.reason == "The release is the training table itself, row for row."
    assert [entry.resumed for entry in done()] == [True]
    (releases / "vendor" / "part-1.csv").write_text("".join([lines[0], *lines[101:]]))
    assert [entry.resumed for entry in done()] == [False]
    (releases / "vendor" / "part-2.csv").symlink_to(source / "train.csv")
    assert done()[0].reason.startswith("SA-105 synthetic part-2.csv: a link that leaves its folder.")
