"""Any program as a generator: what it gets, what it may answer, and how it may fail."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest
from tables import mixed, three

import synthaudit
from synthaudit.errors import InputError
from synthaudit.generators.command import Command
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.shadow_sets import fit_shadows

SECRET = "secret level 4711"
TABLE = pd.DataFrame({"x": [1.0, 2.5, np.nan], "c": pd.Series(["00501", SECRET, None], dtype=object)})

MEMORISE = """
    import csv, random, sys
    train, rows, seed, out = sys.argv[1:]
    head, *table = csv.reader(open(train, encoding="utf-8", newline=""))
    draw = random.Random(int(seed))
    with open(out, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head] + [draw.choice(table) for _ in range(int(rows))])
"""


def program(folder: Path, body: str, time_limit: float = 60.0) -> Command:
    """A Python script as a generator; the name of the folder holds a space."""
    path = folder / "my model" / "make.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(body))
    return Command(
        arguments=(sys.executable, "-S", str(path), "{train}", "{rows}", "{seed}", "{out}"), time_limit=time_limit
    )


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def failure(command: Command, private: Path) -> str:
    """The error of one run; nothing is left behind and no cell is told."""
    with pytest.raises(InputError) as error:
        command.fit_sample(TABLE, 3, np.random.default_rng(0))
    assert list(private.iterdir()) == []
    assert SECRET not in str(error.value)
    return str(error.value)


def test_the_program_gets_training_file_rows_and_seed(tmp_path: Path, private: Path) -> None:
    """What was filled in is what was asked for, nobody else may read the file, and nothing of it stays behind."""
    command = program(
        tmp_path,
        f"""
        import os, stat, sys
        train, rows, seed, out = sys.argv[1:]
        folder = os.path.dirname(train)
        said = [rows, seed, oct(stat.S_IMODE(os.stat(train).st_mode)), oct(stat.S_IMODE(os.stat(folder).st_mode)),
                repr(sys.stdin.read()), open(train, encoding="utf-8").read()]
        open({str(tmp_path / "said")!r}, "w").write("|".join(said))
        print("{SECRET}"); print("{SECRET}", file=sys.stderr)
        open(out, "w").write("c,x\\n501,7\\n,1e1\\n{SECRET},\\n")
        """,
    )
    release = command.fit_sample(TABLE, 3, np.random.default_rng(5))
    seed = int(np.random.default_rng(5).integers(2**31))
    arguments = (tmp_path / "said").read_text().split("|")
    assert arguments == ["3", str(seed), "0o600", "0o700", "''", f"x,c\n1,00501\n2.5,{SECRET}\n,\n"]
    expected = pd.DataFrame({"x": [7.0, 10.0, np.nan], "c": pd.Series(["00501", None, SECRET], dtype=object)})
    pd.testing.assert_frame_equal(release, expected)
    assert list(private.iterdir()) == []


def test_braces_and_quotes_of_an_argument_are_its_own() -> None:
    """Only the four placeholders are filled in, within arguments as well, and no shell looks at the rest."""
    command = Command.of("env sh '{\"n\": {rows}}' --in={train} $HOME `id` ; {out}")
    assert command.arguments == ("env", "sh", '{"n": {rows}}', "--in={train}", "$HOME", "`id`", ";", "{out}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "no program. Write command:PROGRAM ... {train} {rows} {seed} {out}."),
        ("env {train}", "no {out} among the arguments. Write command:PROGRAM ... {train} {rows} {seed} {out}."),
        ("env {out}", "no {train} among the arguments. Write command:PROGRAM ... {train} {rows} {seed} {out}."),
        ("env 'a {train} {out}", "a quote or escape is not closed. Close it."),
        ("no-such\x07 {train} {out}", r"no program no-such\u0007 that may be run. Check its path and permissions."),
    ],
)
def test_a_line_that_cannot_work_is_refused_at_once(line: str, expected: str) -> None:
    """Before any table is read, with what is wrong and what to write."""
    with pytest.raises(InputError) as error:
        Command.of(line)
    assert str(error.value) == f"SA-210 --generator command: {expected}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("import sys; sys.exit('boom')", "SA-211 {}: the program ended with exit code 1. Run it by hand to see what"),
        ("import os; os.kill(os.getpid(), 9)", "SA-211 {}: the program was killed by signal 9. Run it by hand"),
        ("pass", "SA-212 {}: the program wrote no table. Let it write CSV to {{out}}."),
        ("OUT.write('')", "SA-212 {}: the program's output is no table that can be read (SA-102). Let it write CSV"),
        ("OUT.write('x,c\\n1,2,3\\n')", "SA-212 {}: the program's output is no table that can be read (SA-1"),
        (f"OUT.write('{SECRET},{SECRET}\\n1,2\\n')", "SA-212 {}: the program's output is no table that can be read ("),
        ("OUT.write('x,c\\n1,a\\n')", "SA-212 {}: 3 rows of 2 columns were asked for, the program wrote 1 of 2, 2 of"),
        ("OUT.write('x,d\\n1,a\\n2,b\\n3,c\\n')", "SA-212 {}: 3 rows of 2 columns were asked for, the program wrote 3"),
        ("OUT.write('x,c,d\\n' + '1,a,b\\n' * 3)", "SA-212 {}: 3 rows of 2 columns were asked for, the program wrote"),
        (
            f"OUT.write('x,c\\n{SECRET},a\\n2,b\\n3,c\\n')",
            "SA-212 {}: cells of the table do not fit the training table (SA-144). Write them as {{train}} does.",
        ),
        ("OUT.write('\\x1b[31m\\x00')", "SA-212 {}: the program's output is no table that can be read (SA-1"),
        ("OUT.write('x' * 2_000_000)", "SA-212 {}: the program's output is no table that can be read (SA-1"),
        ("import os; os.mkfifo(sys.argv[4])", "SA-212 {}: the program's output is no table that can be read (SA-104)"),
    ],
)
def test_each_failure_has_its_cause(tmp_path: Path, private: Path, body: str, expected: str) -> None:
    """Exit codes, signals, missing, unreadable, hostile and ill-shaped tables: one line, without a cell."""
    opened = "import sys\n" + ("OUT = open(sys.argv[4], 'w')\n" if "OUT" in body else "")
    text = failure(program(tmp_path, opened + body), private)
    assert text.startswith(expected.format("--generator command"))


def test_a_hanging_program_is_stopped_with_all_it_started(tmp_path: Path, private: Path) -> None:
    """At the time limit the program and its children are killed, and their files are removed."""
    command = program(
        tmp_path,
        f"""
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
        time.sleep(600)
        """,
        time_limit=2,
    )
    text = failure(command, private)
    assert text == (
        "SA-211 --generator command: the program was stopped after 2 seconds. Make it faster, or audit fewer rows."
    )
    assert is_gone(int((tmp_path / "child").read_text()))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, which init may take a moment to notice."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_what_a_program_leaves_running_is_killed(tmp_path: Path) -> None:
    """A program that ends well before its children leaves none of them behind."""
    table = pd.DataFrame({"x": [1.0, 2.0]})
    leaves = f"""
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
        open(sys.argv[4], "w").write("x\\n1\\n2\\n")
        """
    program(tmp_path, leaves).fit_sample(table, 2, np.random.default_rng(0))
    assert is_gone(int((tmp_path / "child").read_text()))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_an_interrupted_audit_leaves_nothing_behind(tmp_path: Path) -> None:
    """A worker thread that waits for its program does not keep program or training file alive."""
    private = tmp_path / "tmp"
    private.mkdir()
    hang = f"""
        import os, time
        open({str(tmp_path / "pid")!r} + str(os.getpid()), "w")
        time.sleep(600)
        """
    arguments = program(tmp_path, hang).arguments
    run = dedent(f"""
        import numpy as np, pandas as pd, signal
        from synthaudit.generators.command import Command
        from synthaudit.generators.fit_each import Effort
        from synthaudit.generators.shadow_sets import fit_shadows
        # What runs in the background of a shell inherits that interrupts are ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        table = pd.DataFrame({{"x": np.arange(20.0)}})
        command = Command(arguments={arguments!r})
        fit_shadows(table, np.arange(20), 10, 5, 4, command, np.random.default_rng(0), Effort(jobs=2))
        """)
    audit = subprocess.Popen([sys.executable, "-c", run], env={**os.environ, "TMPDIR": str(private)}, stderr=-3)
    for _ in range(1200):
        if len(list(tmp_path.glob("pid*"))) == 2:
            break
        time.sleep(0.05)
    audit.send_signal(signal.SIGINT)
    audit.wait(30)
    assert all(is_gone(int(path.name.removeprefix("pid"))) for path in tmp_path.glob("pid*"))
    assert list(private.glob("synthaudit-*")) == []


def test_seeds_and_jobs(tmp_path: Path) -> None:
    """Every shadow has a seed of its own from its stream, so releases are the same by one worker and by three."""
    table = mixed(40, np.random.default_rng(0))
    command = program(tmp_path, MEMORISE)
    serial, parallel = (
        fit_shadows(table, np.arange(40), 20, 30, 4, command, np.random.default_rng(5), Effort(jobs=j)) for j in (1, 3)
    )
    assert serial.failures == ()
    assert all(a.equals(b) for a, b in zip(serial.releases, parallel.releases, strict=True))
    assert not serial.releases[0].equals(serial.releases[1])
    rows = [set(map(tuple, table[included].to_numpy())) for included in serial.included]
    for known, release in zip(rows, serial.releases, strict=True):
        assert set(map(tuple, release.to_numpy())) <= known


def test_another_program_under_the_same_name_is_another_generator(tmp_path: Path) -> None:
    """What tells a finished audit from one to be done again changes with the script, not with the clock."""
    command = program(tmp_path, MEMORISE)
    before = command.fingerprint()
    assert program(tmp_path, MEMORISE).fingerprint() == before
    assert program(tmp_path, MEMORISE + "# changed\n").fingerprint() != before


def test_an_argument_longer_than_any_path_is_no_file(tmp_path: Path) -> None:
    """Long options are told apart like short ones."""
    first, second = (
        Command(arguments=(*program(tmp_path, MEMORISE).arguments, "x" * n)).fingerprint() for n in (5_000, 5_001)
    )
    assert first != second


def test_an_audit_finds_what_the_program_memorises(tmp_path: Path) -> None:
    """Shadow attacks with the vendor's own program see a release that resamples its training rows."""
    train, holdout = three((120, 120), np.random.default_rng(1))
    command = program(tmp_path, MEMORISE)
    release = command.fit_sample(train, 120, np.random.default_rng(2))
    line = f"command:{sys.executable} -S '{command.arguments[2]}' {{train}} {{rows}} {{seed}} {{out}}"
    result = synthaudit.audit(
        train, release, holdout, generator=line, shadows=8, attacks=["lira"], profile="quick", copies_test=False
    )
    assert result.shadows is not None
    assert (result.shadows.generator, result.shadows.finished, result.shadows.failures) == ("command", 8, ())
    assert min(f.pvalue for f in result.findings) <= 0.001
