"""Audits of one dataset are held against each other person by person where their scores are of the same people."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from example_report import FAIL
from test_cli import call

from synthaudit.attacker.candidates import Scores
from synthaudit.commands.audit import scores_parquet
from synthaudit.commands.history import record_folder, write_history
from synthaudit.commands.seal import write_sealed
from synthaudit.evidence import to_json
from synthaudit.types import Vendor

N = 2_000
"""On each side, as the evidence counts."""
NAMES = ("dcr/cells", "linkage_sum/cells")


def scores(leaks: int, *, drawn: int = N, n_rows: int = N) -> Scores:
    """Of two attacks, one of which puts so many members far above everybody else."""
    rng = np.random.default_rng(leaks)
    members, others = rng.normal(size=(2, len(NAMES), n_rows))
    members[1, :leaks] += 9
    for side in (members, others):
        side[:, drawn:] = np.nan
    rows = np.arange(n_rows)
    return Scores(names=NAMES, train=members, holdout=others, train_unit=rows, holdout_unit=rows)


def audited(folder: Path, day: int, given: Scores | None) -> Path:
    """A sealed folder with evidence that is the same but for its day, and scores where there are some."""
    folder.mkdir(parents=True)
    made = replace(FAIL.provenance, created_utc=f"2026-11-{day:02}T09:41:07Z")
    report = replace(FAIL, provenance=made, vendor=Vendor(name="Acme", release=f"day {day}"))
    files: list[tuple[str, str | bytes]] = [("evidence.json", to_json(report))]
    if given is not None:
        files.append(("scores.parquet", scores_parquet(given)))
    write_sealed(report, files, folder)
    return folder


def recorded(tmp_path: Path, *given: Scores | None) -> Path:
    """A history of audits with these scores, one a day."""
    for day, each in enumerate(given, start=1):
        record_folder(tmp_path / "h.db", audited(tmp_path / "out" / str(day), day, each))
    return tmp_path / "h.db"


def changes(page: Path) -> list[tuple[str, str]]:
    """Word and how it was tested, the latest first."""
    cells = re.findall(r'data-head="Change since the audit before">(?:.(?!</td>))*.', page.read_text("utf-8"), re.S)
    texts = [re.sub(r"<[^>]+>", " ", cell.partition(">")[2]).split(maxsplit=1) for cell in cells if "note" in cell]
    return [(words[0], words[1].strip()) for words in texts]


def test_the_same_people_are_held_against_each_other(tmp_path: Path) -> None:
    """The counts in the evidence are all alike. The scores say what became better and worse, and what did not."""
    history = recorded(tmp_path, scores(40), scores(300), scores(301), scores(40))
    assert write_history(history, tmp_path / "page.html", [tmp_path / "out"]) == ()
    same = "the same people"
    assert changes(tmp_path / "page.html") == [("better", same), ("same", same), ("worse", same)]
    assert write_history(history, tmp_path / "counts.html") == ()
    assert changes(tmp_path / "counts.html") == [("same", "by counts")] * 3


def test_other_people_are_compared_by_counts(tmp_path: Path) -> None:
    """No scores, of fewer people than the evidence counts, or of others as many."""
    others = replace(scores(300, drawn=N, n_rows=N + 1))
    others.train[:, [0, N]] = others.train[:, [N, 0]]
    history = recorded(tmp_path, scores(40), None, scores(300), scores(300, drawn=N - 9), others)
    assert write_history(history, tmp_path / "page.html", [tmp_path / "out"]) == ()
    assert {how for _, how in changes(tmp_path / "page.html")} == {"by counts"}


@pytest.mark.parametrize("what", ["scores", "seal", "none"])
def test_scores_that_no_audit_wrote_are_told_and_left_out(tmp_path: Path, what: str) -> None:
    """Changed, without a seal, or sealed and yet none: the counts are compared, and a line says whose scores."""
    history = recorded(tmp_path, scores(40), scores(300))
    folder = tmp_path / "out" / "2"
    if what == "scores":
        (folder / "scores.parquet").write_bytes((folder / "scores.parquet").read_bytes() + b" ")
    elif what == "seal":
        (folder / "seal.json").unlink()
    else:
        made = replace(FAIL.provenance, created_utc="2026-11-02T09:41:07Z")
        report = replace(FAIL, provenance=made, vendor=Vendor(name="Acme", release="day 2"))
        write_sealed(report, [("evidence.json", to_json(report)), ("scores.parquet", b"PAR1")], folder)
    left_out = write_history(history, tmp_path / "page.html", [tmp_path / "out"])
    assert len(left_out) == 1
    assert left_out[0].startswith(f"{folder / 'scores.parquet'}: ")
    assert changes(tmp_path / "page.html") == [("same", "by counts")]


def test_the_command_takes_folders_with_scores(tmp_path: Path) -> None:
    """By --scores, or those that the history is made of; nothing of a person is on the page or in the file."""
    history = recorded(tmp_path, scores(40), scores(300))
    for arguments in ((history, "--scores", tmp_path / "out"), ("--rebuild", tmp_path / "out", tmp_path / "again.db")):
        done = call("history", *arguments, "-o", tmp_path / "page.html")
        assert (done.returncode, done.stderr) == (0, "")
        assert changes(tmp_path / "page.html") == [("worse", "the same people")]
    done = call("history", history, "--scores", tmp_path / "none", "-o", tmp_path / "page.html")
    assert done.returncode == 2
    assert "SA-101 folder none: is not a folder" in done.stderr
