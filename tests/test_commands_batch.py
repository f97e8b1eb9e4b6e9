"""Many releases: each judged as if alone, a bad one taints nothing, what is finished is not done again."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from tables import three

import synthaudit
from synthaudit.commands import batch as batches
from synthaudit.commands import read_release as readings
from synthaudit.commands.batch import Watch, run_batch
from synthaudit.commands.batch_files import BatchFiles, exit_code_of
from synthaudit.commands.batch_sources import sources_in
from synthaudit.commands.request import request
from synthaudit.commands.verify import verify_folder
from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import dated_folders
from synthaudit.pipeline.steps import controls
from synthaudit.pipeline.steps import stand_in as stand_ins
from synthaudit.runtime.batch_file import from_json
from synthaudit.types.batch import BatchRecord

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


def without_times(evidence: Any) -> Any:
    """Evidence without what two runs may differ in."""
    if isinstance(evidence, dict):
        return {k: without_times(v) for k, v in evidence.items() if k not in ("seconds", "created_utc", "config")}
    return [without_times(item) for item in evidence] if isinstance(evidence, list) else evidence


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
    # A leak is not masked by a file that cannot be read.
    assert result.exit_code == 1
    assert not (tmp_path / "out" / "ragged" / "evidence.json").exists()
    alone = synthaudit.audit(source / "train.csv", source / "releases" / "clean.csv", source / "holdout.csv", **OPTIONS)
    together = json.loads((tmp_path / "out" / "clean" / "evidence.json").read_text())
    assert without_times(together) == without_times(json.loads(alone.to_json()))
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
    """No release gets a folder when nothing can be audited."""
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="0 releases"):
        synthaudit.audit_batch(tmp_path / "none", source / "train.csv", output=tmp_path / "out")
    with pytest.raises(InputError, match="is not a folder"):
        synthaudit.audit_batch(source / "train.csv", source / "train.csv", output=tmp_path / "out")
    with pytest.raises(InputError, match="SA-101"):
        synthaudit.audit_batch(source / "releases", source / "nothing.csv", output=tmp_path / "out")
    # But for what a build server reads: there the error stands, and no verdict.
    record = from_json((tmp_path / "out" / "batch.json").read_text())
    assert record is not None
    assert (record.exit_code, record.code, record.releases) == (2, "SA-101", ())
    root = ElementTree.fromstring((tmp_path / "out" / "junit.xml").read_text())
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
    assert "SA-101" in (tmp_path / "out" / "index.html").read_text()


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


# --- what a batch tells of all releases -------------------------------------------------------------------------


@pytest.fixture
def small(source: Path, tmp_path: Path) -> Path:
    """A folder of a release that is audited in a moment, and two that are broken."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "a.csv").write_text((source / "releases" / "clean.csv").read_text())
    (folder / "b.csv").write_text("x0,x1\n1,2\n3\n")
    (folder / "c.csv").write_text("")
    return folder


def record_of(out: Path) -> BatchRecord:
    """What ``batch.json`` holds."""
    record = from_json((out / "batch.json").read_text())
    assert record is not None
    return record


def unlike(out: Path) -> list[str]:
    """Files that are not as they were written; where tables are is not told from Python."""
    checked = verify_folder(out, {}).checked
    return [item.name for item in checked if item.state != "as written" and "/table " not in item.name]


def again(source: Path, releases: Path, out: Path, **options: Any) -> Any:
    """A batch of some releases by one attack."""
    real = (source / "train.csv", source / "holdout.csv")
    return synthaudit.audit_batch(releases, *real, output=out, **{**OPTIONS, "attacks": ["dcr"], **options})


@pytest.mark.parametrize(
    ("codes", "leak", "worst"),
    [
        ((0, 0), 0, 0),
        ((0, 3), 3, 3),
        ((3, 2), 2, 2),
        ((2, 4, 3), 4, 4),
        ((1, 2), 1, 2),
        ((1, 4, 2, 3, 0), 1, 4),
        ((), 0, 0),
    ],
)
def test_a_leak_comes_before_all_else_unless_asked_otherwise(codes: Any, leak: int, worst: int) -> None:
    """1 before 4, 2, 3 and 0; or 4, 2, 1, 3, 0."""
    assert (exit_code_of(codes, "leak"), exit_code_of(codes, "worst")) == (leak, worst)


def test_the_record_tells_every_release_and_every_file_beside_them(source: Path, small: Path, tmp_path: Path) -> None:
    """Audited, broken and skipped ones; junit and index are of the same batch."""
    (small / "README.md").write_text("read me")
    (small / "_SUCCESS").write_text("")
    (small / "old.zip").write_text("no archive")
    result = again(source, small, tmp_path / "out", exit_rule="worst")
    record = record_of(tmp_path / "out")
    assert result.record.releases == record.releases
    assert (record.status, record.exit, record.exit_code) == ("finished", "worst", result.exit_code)
    assert {each.name: each.code for each in record.releases} == {
        "a": "",
        "b": "SA-157",
        "c": "SA-102",
        "old": "SA-107",
    }
    assert [item.file for item in record.skipped] == ["README.md", "_SUCCESS"]
    root = ElementTree.fromstring((tmp_path / "out" / "junit.xml").read_text())
    names = [suite.get("name") for suite in root.findall("testsuite")]
    assert names == ["a", "b", "c", "old", "not audited"]
    assert unlike(tmp_path / "out") == []


def test_only_what_is_included_is_audited(source: Path, small: Path, tmp_path: Path) -> None:
    """Patterns match names; what they leave out is told, and nothing at all is an error."""
    names = {item.file for item in sources_in(small, ["[ab].csv"]).skipped}
    assert names == {"c.csv"}
    assert [name for _, name in sources_in(small, ["a*", "b*"]).releases] == ["a", "b"]
    with pytest.raises(InputError, match="0 releases, 3 other entries"):
        again(source, small, tmp_path / "out", include=["*.parquet"])
    with pytest.raises(InputError, match="SA-180"):
        again(source, small, tmp_path / "out", include="*.csv")


def test_no_release_fights_with_a_file_of_the_batch(tmp_path: Path) -> None:
    """Whatever it is called."""
    for name in ("index.csv", "batch.json", "junit.xml", "seal.json", "previous.csv", "index.html.csv"):
        (tmp_path / name).write_text("")
    names = {name for _, name in sources_in(tmp_path, ["*"]).releases}
    assert not names & {"index.html", "batch.json", "junit.xml", "seal.json", "previous"}
    assert len(names) == 6


def test_what_changed_since_the_last_batch_is_told(source: Path, small: Path, tmp_path: Path) -> None:
    """New, the same, another file, audited again, another verdict, and what is gone, which is told once."""
    out = tmp_path / "out"
    assert {e.change for e in again(source, small, out).entries} == {""}
    assert {e.change for e in again(source, small, out).entries} == {"same"}
    (small / "c.csv").unlink()
    (small / "b.csv").write_text((small / "a.csv").read_text())
    lines = (small / "a.csv").read_text().splitlines(keepends=True)
    (small / "a.csv").write_text("".join([lines[0], *lines[2:]]))
    (small / "d.csv").write_text("")
    result = again(source, small, out)
    assert {e.name: e.change for e in result.entries} == {"a": "another_file", "b": "another_verdict", "d": "new"}
    assert [each.name for each in result.record.removed] == ["c"]
    assert "Releases that are gone" in (out / "index.html").read_text()
    result = again(source, small, out, fresh=True)
    assert {e.name: e.change for e in result.entries} == {"a": "audited_again", "b": "audited_again", "d": "same"}
    assert result.record.removed == ()


def test_a_batch_that_broke_off_is_not_the_last_one(source: Path, small: Path, tmp_path: Path) -> None:
    """What changed is told since the last that was finished; what was edited is not believed, and that is told."""
    out = tmp_path / "out"
    again(source, small, out)

    def interrupted(name: str, place: int, n: int) -> None:
        if place == 2:
            raise KeyboardInterrupt

    asked = request(source / "train.csv", source / "holdout.csv", **OPTIONS, attacks=["dcr"])
    (small / "a.csv").unlink()
    with pytest.raises(KeyboardInterrupt):
        run_batch(small, asked, out, watch=Watch(began=interrupted))
    assert record_of(out).status == "running"
    assert [each.name for each in again(source, small, out).record.removed] == ["a"]
    path = out / "batch.json"
    path.write_text(path.read_text().replace('"SA-102"', '"SA-103"'))
    result = again(source, small, out)
    assert {e.change for e in result.entries} == {""}
    assert result.record.before_doubt == "batch.json of the batch before is not as it was written"


def test_the_record_of_the_batch_before_does_not_pass_for_one_that_was_killed(
    source: Path, small: Path, tmp_path: Path
) -> None:
    """From the first moment on, also while the real tables are read, the files say that it is not finished."""
    out = tmp_path / "out"
    again(source, small, out)
    finished = record_of(out)

    def killed(name: str, place: int, n: int) -> None:
        raise KeyboardInterrupt

    asked = request(source / "train.csv", source / "holdout.csv", **OPTIONS, attacks=["dcr"])
    with pytest.raises(KeyboardInterrupt):
        run_batch(small, asked, out, watch=Watch(began=killed))
    record = record_of(out)
    assert (record.status, record.releases, record.n_releases) == ("running", (), len(finished.releases))
    assert {each.name for each in record.before} == {each.name for each in finished.releases}
    said = f"not finished: 0 of {record.n_releases} releases are done"
    assert f'<error message="{said}" />' in (out / "junit.xml").read_text()
    assert {e.change for e in again(source, small, out).entries} == {"same"}
    assert "not finished" not in (out / "junit.xml").read_text()


def test_a_leak_is_told_where_the_batch_cannot_write(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full under the page does not hide what was found."""

    def full(*_: object) -> None:
        raise CannotFinishError("SA-301 output index.html: no space left on the device.")

    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "copy.csv").write_text((source / "releases" / "copy.csv").read_text())
    monkeypatch.setattr(BatchFiles, "write", full)
    result = again(source, releases, tmp_path / "out")
    assert (result.exit_code, result.faults) == (1, ("SA-301 output index.html: no space left on the device.",))
    assert (tmp_path / "out" / "copy" / "evidence.json").is_file()


def test_earlier_runs_are_kept_by_date_as_many_as_asked_for(source: Path, small: Path, tmp_path: Path) -> None:
    """The newest stay, each whole under its seal."""
    out = tmp_path / "out"
    (small / "b.csv").unlink()
    (small / "c.csv").unlink()
    for seed in range(4):
        again(source, small, out, seed=seed, keep=2)
        # Two runs within a second are told apart as well.
        assert len(dated_folders(out / "a")) == min(seed, 2)
    seeds = [
        json.loads((folder / "evidence.json").read_text())["provenance"]["seed"] for folder in dated_folders(out / "a")
    ]
    assert seeds == [1, 2]
    assert unlike(out) == []
    again(source, small, out, seed=9, keep=0)
    assert dated_folders(out / "a") == []


def test_what_no_release_changes_is_worked_out_once(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of releases with values that the real tables lack, too; each has the evidence that it has alone."""
    releases = tmp_path / "releases"
    releases.mkdir()
    for seed in range(3):
        three((300,), np.random.default_rng([7, seed]))[0].to_csv(releases / f"v{seed}.csv", index=False)
    counts: dict[str, int] = {}

    def counted(module: Any, name: str) -> None:
        work = getattr(module, name)

        def counting(*given: Any, **more: Any) -> Any:
            counts[name] = counts.get(name, 0) + 1
            return work(*given, **more)

        monkeypatch.setattr(module, name, counting)

    counted(batches, "open_real")
    counted(readings, "pieces_of")
    counted(controls, "null")
    counted(controls, "blind_baseline")
    counted(stand_ins, "stand_in")
    real = (source / "train.csv", source / "holdout.csv")
    synthaudit.audit_batch(releases, *real, output=tmp_path / "out", **OPTIONS)
    assert counts == {"open_real": 1, "pieces_of": 1, "null": 1, "blind_baseline": 1, "stand_in": 1}
    alone = synthaudit.audit(real[0], releases / "v2.csv", real[1], **OPTIONS)
    together = json.loads((tmp_path / "out" / "v2" / "evidence.json").read_text())
    assert without_times(together) == without_times(json.loads(alone.to_json()))
    assert counts["null"] == 2
