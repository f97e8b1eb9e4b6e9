"""A history is recorded by audits, made again from their evidence, and equal either way."""

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from example_report import EXAMPLES, FAIL, HOSTILE_TEXT, NO_HOLDOUT, PASS
from tables import three
from test_cli import call
from test_runtime_history_file import AUDIT, dump

from synthaudit.commands.history import past_audit, rebuild, record_folder, write_history
from synthaudit.commands.seal import write_sealed
from synthaudit.errors import InputError
from synthaudit.evidence import from_bytes, to_json
from synthaudit.runtime.history_file import read, record
from synthaudit.types import AuditReport, Engagement, Estimate


def write_audit(folder: Path, report: AuditReport) -> Path:
    """A sealed folder with the evidence of a report."""
    folder.mkdir(parents=True)
    write_sealed(report, [("evidence.json", to_json(report))], folder)
    return folder


def test_every_example_is_recorded_and_made_again(tmp_path: Path) -> None:
    """One by one as audits do it, or all from the folders: the same rows, whatever the report is like."""
    for name, report in EXAMPLES.items():
        record_folder(tmp_path / "one.db", write_audit(tmp_path / "out" / name, report))
    made = rebuild(tmp_path / "again.db", [tmp_path / "out"])
    assert dump(tmp_path / "one.db") == dump(tmp_path / "again.db")
    assert (made.n_audits, made.n_dropped, made.left_out) == (len(read(tmp_path / "one.db")), 0, ())
    assert made.n_audits == len({to_json(report) for report in EXAMPLES.values()})
    assert write_history(tmp_path / "one.db", tmp_path / "page.html") == ()
    assert f"{made.n_audits} audits of " in (tmp_path / "page.html").read_text("utf-8")


def test_a_row_is_what_the_evidence_says() -> None:
    """Names, hashes, the worst attack with its interval, and the count of the attack that found most."""
    report = replace(FAIL, engagement=Engagement(dataset="Patients"))
    row, worst = past_audit(report, "ab" * 32), report.worst
    assert worst is not None
    assert isinstance(worst.tpr_at_fpr, Estimate)
    assert (row.tpr, row.tpr_low, row.tpr_high) == (
        worst.tpr_at_fpr.value,
        worst.tpr_at_fpr.low,
        worst.tpr_at_fpr.high,
    )
    assert (row.outcome, row.policy, row.tpr_limit) == ("fail", report.policy.name, report.policy.tpr_at_fpr)
    assert (row.dataset, row.train_sha256) == ("Patients", report.provenance.sha256["train"])
    counts = [finding.n_true_positives for finding in report.findings]
    assert row.n_found == max(n for n in counts if n is not None)
    assert row.n_members is not None
    assert row.n_nonmembers is not None
    most = max(report.findings, key=lambda finding: finding.n_true_positives or 0)
    estimate = most.estimates["tpr_at_fpr_0.01"]
    assert isinstance(estimate, Estimate)
    assert row.n_members + row.n_nonmembers == estimate.n
    assert row.n_found / row.n_members == pytest.approx(estimate.value, abs=1 / row.n_members)


def test_figures_that_cannot_be_relied_on_are_not_kept() -> None:
    """Without a holdout there are none to keep."""
    row = past_audit(NO_HOLDOUT, "ab" * 32)
    assert (row.tpr, row.n_found, row.n_members) == (None, None, None)


def test_names_change_no_settings(tmp_path: Path) -> None:
    """What an audit is called, and its seed, leave the settings the same; what decides figures does not."""

    def setup(**settings: object) -> str:
        made = replace(PASS.provenance, config={"audit": {"entity": None, "release": "a", **settings}})
        return past_audit(replace(PASS, provenance=made), "ab" * 32).setup_sha256

    assert setup() == setup(release="b", dataset="x", policy="public")
    assert setup() != setup(entity="person")
    assert setup() != past_audit(replace(PASS, profile="quick"), "ab" * 32).setup_sha256


def test_half_characters_are_no_fault(tmp_path: Path) -> None:
    """A name of bytes that are no text is kept, written out."""
    report = replace(HOSTILE_TEXT, vendor=replace(HOSTILE_TEXT.vendor, name="a\udcff"))
    record(tmp_path / "h.db", [past_audit(report, "ab" * 32)])
    assert read(tmp_path / "h.db")[0].vendor == "a\\udcff"


def test_what_was_changed_is_left_out_and_told(tmp_path: Path) -> None:
    """Evidence that its seal belies, and what is no evidence; the rest is taken, what an earlier run left included."""
    good = write_audit(tmp_path / "out" / "good", PASS)
    write_audit(tmp_path / "out" / "good" / "previous", FAIL)
    bad = write_audit(tmp_path / "out" / "bad", NO_HOLDOUT)
    (bad / "evidence.json").write_text((bad / "evidence.json").read_text() + " ")
    (tmp_path / "out" / "torn").mkdir()
    (tmp_path / "out" / "torn" / "evidence.json").write_text('{"schema')
    (tmp_path / "out" / "link").symlink_to(good)
    made = rebuild(tmp_path / "h.db", [tmp_path / "out"])
    assert made.n_audits == 2
    assert len(made.left_out) == 2
    assert any("bad/evidence.json: not what was sealed: it was changed" in line for line in made.left_out)
    assert {audit.outcome for audit in read(tmp_path / "h.db")} == {"pass", "fail"}


def test_nothing_found_leaves_a_history_alone(tmp_path: Path) -> None:
    """A folder without audits empties no history; an audit without evidence is told to be dropped."""
    record(tmp_path / "h.db", [AUDIT])
    (tmp_path / "empty").mkdir()
    for folder, code in ((tmp_path / "empty", "SA-425"), (tmp_path / "none", "SA-101")):
        with pytest.raises(InputError, match=code):
            rebuild(tmp_path / "h.db", [folder])
    assert read(tmp_path / "h.db") == (AUDIT,)
    write_audit(tmp_path / "out", PASS)
    assert rebuild(tmp_path / "h.db", [tmp_path / "out"]).n_dropped == 1


def test_the_page_is_not_written_over_the_history(tmp_path: Path) -> None:
    """Under its own name it would be the end of it."""
    record(tmp_path / "h.db", [AUDIT])
    with pytest.raises(InputError, match="SA-426"):
        write_history(tmp_path / "h.db", tmp_path / "." / "h.db")
    assert read(tmp_path / "h.db") == (AUDIT,)


def test_audits_and_batches_record_themselves(tmp_path: Path) -> None:
    """On the command line: two audits in one folder and a batch, run twice; the page, and the file made again."""
    (tmp_path / "releases").mkdir()
    train, holdout = three((120, 160), np.random.default_rng(0))
    for name, table in (("train", train), ("holdout", holdout), ("releases/vendor", train)):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "releases" / "bad.csv").write_text("")
    history, release = tmp_path / "h.db", tmp_path / "releases" / "vendor.csv"
    shared = (
        *("--train", tmp_path / "train.csv", "--holdout", tmp_path / "holdout.csv", "--profile", "quick"),
        *("--jobs", 1, "--quiet", "--history", history),
    )
    done = call("audit", *shared, "--synthetic", release, "-o", tmp_path / "out" / "a", "--dataset", "Patients")
    assert done.returncode == 1, done.stderr
    for _ in range(2):
        done = call("batch", tmp_path / "releases", *shared, "-o", tmp_path / "out" / "b")
        assert done.returncode == 1, done.stderr
    # Both may be of the same second: the history then goes by their hashes.
    audits = sorted(read(history), key=lambda audit: audit.dataset, reverse=True)
    assert [(audit.dataset, audit.release, audit.outcome) for audit in audits] == [
        ("Patients", "vendor.csv", "fail"),
        ("", "vendor.csv", "fail"),
    ]
    evidence = (tmp_path / "out" / "b" / "vendor" / "evidence.json").read_bytes()
    assert past_audit(from_bytes(evidence), audits[1].evidence_sha256) == audits[1]
    again = tmp_path / "again.db"
    done = call("history", "--rebuild", tmp_path / "out", again, "-o", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"history: {again}, 2 audits\npage: {tmp_path / 'page.html'}\n"
    assert dump(history) == dump(again)
    assert "Patients" in (tmp_path / "page.html").read_text()
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600
    shutil.copy(tmp_path / "train.csv", tmp_path / "no.db")
    done = call("audit", *shared[:-1], tmp_path / "no.db", "--synthetic", release, "-o", tmp_path / "out" / "c")
    assert done.returncode == 2
    assert done.stderr.startswith("synthaudit: SA-424 history no.db: no history of synthaudit, or a damaged one.")
    assert not (tmp_path / "out" / "c").exists()


def test_folders_and_rebuild_go_together(tmp_path: Path) -> None:
    """One without the other is a mistake in usage, and nothing is written."""
    for words in (("a", "b.db"), ("--rebuild", "b.db")):
        done = call("history", *words)
        assert done.returncode == 2
        assert "--rebuild and folders go together" in done.stderr
    assert call("history", tmp_path / "none.db").returncode == 2


def test_no_cell_is_kept(tmp_path: Path) -> None:
    """Columns of the file are names, hashes, and figures of whole audits: nothing quotes a sentence or a column."""
    record_folder(tmp_path / "h.db", write_audit(tmp_path / "out", FAIL))
    with sqlite3.connect(tmp_path / "h.db") as database:
        row = json.dumps(database.execute("SELECT * FROM audits").fetchall())
    assert not any(f'"{column.name}"' in row for column in FAIL.columns)
    assert not any(reason in row for reason in FAIL.reasons)
