"""Charts are drawn by another process, whose death costs no more than the charts."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from example_report import PASS
from test_cli import call

from synthaudit.commands.audit import rendered
from synthaudit.commands.seal import Seal, write_sealed
from synthaudit.errors import CannotFinishError
from synthaudit.evidence import from_json, to_json
from synthaudit.report import drawing
from synthaudit.report.drawing import drawn
from synthaudit.report.render import render_report

SPEC = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
DEAD = (
    "SA-306 report: the process that draws the charts was ended by signal {}; it needs memory, and 70 GB of address"
    " space that it never fills. Raise or lift the limit (ulimit -v). Evidence that is written is kept: synthaudit"
    " report draws it then."
)


def test_a_dead_engine_is_told_and_the_next_one_draws() -> None:
    """Killed at any time: SA-306 once, and no state of the dead one is left."""
    before = drawn(SPEC)
    process = drawing._engine()._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(CannotFinishError) as caught:
        drawn(SPEC)
    assert str(caught.value) == DEAD.format(9)
    assert drawn(SPEC) == before


def test_a_spec_that_cannot_be_drawn_is_an_error_that_quotes_nothing() -> None:
    """Only the kind of what went wrong is told, and the engine goes on."""
    with pytest.raises(RuntimeError, match=r"^a chart could not be drawn: ValueError$"):
        drawn({**SPEC, "mark": "a person's name"})
    assert drawn(SPEC).startswith("<svg")


def test_a_hanging_engine_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process would answer never."""
    drawn(SPEC)
    process = drawing._engine()._process
    assert process is not None
    monkeypatch.setattr(drawing, "_SECONDS", 0.2)
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(CannotFinishError, match="SA-306"):
        drawn(SPEC)


def test_under_a_limit_of_memory_the_evidence_is_kept_and_report_draws_it(tmp_path: Path) -> None:
    """``ulimit -v``: exit code 4 and SA-306 instead of a crash; all but the page is there, and is sealed."""
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    report = from_json(to_json(PASS))
    write_sealed(report, [("evidence.json", to_json(report))], out)
    command = [sys.executable, "-P", "-m", "synthaudit", "report", str(out)]
    limit = 8 << 30
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("synthaudit: SA-306 report: the process that draws the charts was ended by signal ")
    assert sorted(path.name for path in out.iterdir()) == [
        "badge.svg",
        "evidence.json",
        "junit.xml",
        "metrics.csv",
        "metrics.prom",
        "seal.json",
        "summary.md",
    ]
    assert call("report", out).returncode == 0
    assert (out / "report.html").read_text("utf-8") == render_report(report)
    seal = Seal.read(out)
    assert isinstance(seal, Seal)
    assert seal.is_own
    assert set(seal.states(out).values()) == {"as written"}
    assert {name for name, _ in rendered(report, "")} < seal.files.keys()


def test_an_interrupted_drawing_is_not_taken_for_the_next() -> None:
    """Ctrl-C while the engine draws: the next chart is the one that was asked for."""
    wide = {**SPEC, "width": 400}
    expected = drawn(wide)
    process = drawing._engine()._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with pytest.raises(KeyboardInterrupt):
        drawn(SPEC)
    signal.signal(signal.SIGALRM, handler)
    assert drawn(wide) == expected


def test_nobody_waits_for_an_engine_that_is_no_longer_needed() -> None:
    """However busy it is: a command that is refused ends at once."""
    drawn(SPEC)
    engine = drawing._engine()
    process = engine._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    engine.stop()
    assert process.returncode == -signal.SIGKILL
    assert drawn(SPEC).startswith("<svg")
