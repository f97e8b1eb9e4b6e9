"""Standard error: lines of one schema for machines, and for people how far a batch is."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from tables import three

from synthaudit.cli import log, main
from synthaudit.cli.log import Event, Level, Line
from synthaudit.cli.pace import Pace

QUICK = ("--profile", "quick", "--attacks", "dcr", "--jobs", "1")


@pytest.fixture(autouse=True)
def _plain() -> Iterator[None]:
    """Whatever a test asked for, the next one begins anew."""
    yield
    log.speak("text")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables, a release that is a copy, and one without a row whose name tries to be a line of the log."""
    folder = tmp_path_factory.mktemp("tables")
    train, holdout = three((100, 150), np.random.default_rng(3))[:2]
    (folder / "releases").mkdir()
    for name, table in (("train", train), ("holdout", holdout), ("releases/copy", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "releases" / 'x"\n{"event": "verdict"}\u202e.csv').write_text("")
    return folder


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """The exit code of a command, run as the shell runs it."""
    monkeypatch.setattr("sys.argv", ["synthaudit", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main.main()
    return int(str(exit_.value.code))


def lines(text: str) -> list[dict[str, Any]]:
    """Every line, which has every field of the schema in its type and nothing else."""
    parsed = [json.loads(line) for line in text.splitlines()]
    hints = get_type_hints(Line)
    for line in parsed:
        assert list(line) == [each.name for each in fields(Line)]
        assert line["level"] in get_args(Level)
        assert line["event"] in get_args(Event)
        for name, value in line.items():
            if name not in ("level", "event"):
                assert isinstance(value, hints[name]), (name, value)
    return parsed


def test_a_batch_logs_releases_progress_verdicts_and_errors(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one schema, each with its release; the last line has the exit code."""
    real = ("--train", tables / "train.csv", "--holdout", tables / "holdout.csv")
    code = ended(monkeypatch, "batch", tables / "releases", *real, "-o", tmp_path, *QUICK, "--log-format", "json")
    told = lines(capsys.readouterr().err)
    hostile = next(path.stem for path in (tables / "releases").iterdir() if path.stem != "copy").split(".")[0]
    assert code == 1
    assert [line["release"] for line in told if line["event"] == "release"] == ["copy", hostile]
    assert [(line["done"], line["total"]) for line in told if line["event"] == "release"] == [(0, 2), (1, 2)]
    (verdict,) = [line for line in told if line["event"] == "verdict"]
    assert (verdict["release"], verdict["outcome"], verdict["exit_code"]) == ("copy", "fail", 1)
    assert verdict["text"] == "The release is the training table itself, row for row."
    (error,) = [line for line in told if line["event"] == "error"]
    assert (error["release"], error["code"], error["level"], error["exit_code"]) == (hostile, "SA-102", "error", 2)
    progress = [line for line in told if line["event"] == "progress"]
    assert {line["release"] for line in progress} == {"copy"}
    assert all(line["stage"] and line["done"] <= line["total"] for line in progress)
    assert (told[-1]["event"], told[-1]["exit_code"], told[-1]["release"]) == ("finished", 1, None)
    assert [line["ts"] for line in told] == sorted(line["ts"] for line in told)


def test_quiet_leaves_out_progress_and_nothing_else(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of an audit, too: notices may be left out, the verdict is told."""
    real = ("--train", tables / "train.csv", "--holdout", tables / "holdout.csv")
    release = ("--synthetic", tables / "releases" / "copy.csv", "-o", tmp_path)
    assert ended(monkeypatch, "audit", *real, *release, *QUICK, "--quiet", "--log-format", "json") == 1
    told = lines(capsys.readouterr().err)
    assert [(line["event"], line["release"], line["exit_code"]) for line in told] == [
        ("verdict", "copy.csv", 1),
        ("finished", "copy.csv", 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("audit", "--train", "none.csv", "--synthetic", "none.csv"), "SA-101"),
        (("audit", "--train", "a.csv", "--synthetic", "b.csv", "--seed", "x"), "SA-180"),
        (("audit", "--synthetic", "b.csv"), None),
        (("audit", "--no-such-option"), None),
    ],
)
def test_what_ends_a_command_is_one_line_of_the_log(
    arguments: tuple[str, ...],
    code: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wrong usage as well, before anybody has parsed the options."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTHAUDIT_LOG_FORMAT", "json")
    assert ended(monkeypatch, *arguments) == 2
    (line,) = lines(capsys.readouterr().err)
    assert (line["event"], line["level"], line["exit_code"], line["code"]) == ("error", "error", 2, code)
    assert line["text"]


def test_people_read_no_json(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A batch says which release it is at; nothing of a name acts."""
    real = ("--train", tables / "train.csv", "--holdout", tables / "holdout.csv")
    assert ended(monkeypatch, "batch", tables / "releases", *real, "-o", tmp_path, *QUICK) == 1
    told = capsys.readouterr().err
    assert told.startswith("synthaudit: 1 of 2: copy ...\n")
    assert "synthaudit: 2 of 2: x" in told
    assert "about 1 min left" in told
    assert all(line.startswith("synthaudit: ") for line in told.splitlines())
    assert "\u202e" not in told


def test_what_is_left_follows_from_the_releases_that_were_audited() -> None:
    """Kept and broken ones count for nothing; one that takes longer than the others never goes below them."""
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    for place, (seconds, counts) in enumerate([(1.0, False), (120.0, True), (240.0, True)], 1):
        pace.begin(f"v{place}", place, 5)
        assert (pace.seconds_left is None) == (place < 3)
        now[0] += seconds
        pace.end(counts=counts)
    pace.begin("v4", 4, 5)
    assert pace.seconds_left == 180 + 180
    now[0] += 100
    assert pace.seconds_left == 80 + 180
    now[0] += 1_000
    assert pace.seconds_left == 180
    assert pace.line("attacks", 1, 3) == "4 of 5: v4, attacks 33 %, about 3 min left"
