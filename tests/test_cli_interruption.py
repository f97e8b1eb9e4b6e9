"""Ctrl-C and SIGTERM end the program with 130 and one sentence at most, whatever it is doing just then."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from synthaudit.adapters.readers.duck import connection

ROOT = Path(__file__).parents[1]
TOLD = "\nsynthaudit: interrupted; what is finished is kept\n"
SIGNALS = (signal.SIGINT, signal.SIGTERM)
AT_FIRST, LATER = "click", "synthaudit.adapters.policy"
"""Modules that are imported on the way to a command, and by the command ``policy list``."""

# Python runs a file of this name before anything else.
SITE = '''
import atexit, os, signal, sys
from importlib.abc import MetaPathFinder

number, place, how = int(os.environ["NUMBER"]), os.environ["PLACE"], os.environ["HOW"]

class Dropped:
    def __del__(self):
        signal.raise_signal(number)

class Finder(MetaPathFinder):
    """The user interrupts as a module is looked for, and what was interrupted makes of it what it does."""

    def find_spec(self, name, path, target=None):
        if name != place:
            return None
        sys.meta_path.remove(self)
        if how == "dropped":
            Dropped()
            signal.sigtimedwait([signal.SIGUSR1], 5)
        elif how == "exec":
            exec("signal.raise_signal(number)")
        else:
            try:
                signal.raise_signal(number)
            except KeyboardInterrupt:
                if how == "raised":
                    raise
                if how == "printed":
                    sys.excepthook(*sys.exc_info())
                if how != "swallowed":
                    raise ImportError("initialization failed") from None
        return None

if how == "ignored":
    signal.signal(number, signal.SIG_IGN)
if place == "exit":
    atexit.register(signal.raise_signal, number)
sys.meta_path.insert(0, Finder())
'''


def interrupted(tmp_path: Path, command: list[str], number: int, place: str, how: str) -> tuple[int, str, str]:
    """Exit code and both streams of a command that gets a signal at a place."""
    (tmp_path / "sitecustomize.py").write_text(SITE)
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    env = {**os.environ, "PYTHONPATH": paths, "NUMBER": str(number), "PLACE": place, "HOW": how}
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", *command, "policy", "list"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def console_script(tmp_path: Path) -> str:
    """The command as an installer writes it."""
    module, name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["synthaudit"].split(":")
    path = tmp_path / "synthaudit"
    path.write_text(f"import re\nimport sys\nfrom {module} import {name}\nsys.exit({name}())\n")
    return str(path)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("entry", ["module", "console script"])
def test_while_the_program_is_imported(tmp_path: Path, entry: str, number: int) -> None:
    """Exit code 130, and not a word."""
    command = ["-m", "synthaudit"] if entry == "module" else [console_script(tmp_path)]
    assert interrupted(tmp_path, command, number, AT_FIRST, "raised") == (130, "", "")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("how", ["raised", "exec", "dropped", "broken", "printed", "swallowed"])
def test_whatever_the_code_that_is_interrupted_makes_of_it(tmp_path: Path, how: str, number: int) -> None:
    """Exit code 130 and one sentence, where it is

    raised, as in Python; raised within an ``exec`` of text, after which Python ends by the signal; dropped, as in what
    runs when an object is removed; made an import error or printed with its traceback, as in libraries written in C;
    or swallowed.
    """
    code, _, errors = interrupted(tmp_path, ["-m", "synthaudit"], number, LATER, how)
    assert (code, errors) == (130, TOLD if how in ("raised", "exec", "dropped") else TOLD[1:])


@pytest.mark.parametrize("number", SIGNALS)
def test_while_python_ends(tmp_path: Path, number: int) -> None:
    """All is printed and written: the exit code is that of the command."""
    code, printed, errors = interrupted(tmp_path, ["-m", "synthaudit"], number, "exit", "raised")
    assert (code, errors) == (0, "")
    assert printed.startswith("internal")


@pytest.mark.parametrize("place", [AT_FIRST, LATER, "exit"])
def test_what_runs_in_the_background_goes_on(tmp_path: Path, place: str) -> None:
    """A shell lets it ignore Ctrl-C, and so does the program."""
    assert interrupted(tmp_path, ["-m", "synthaudit"], signal.SIGINT, place, "ignored")[0] == 0


def endless_query(path: Path) -> None:
    with connection(path) as duck:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        duck.execute("SELECT count(*) FROM range(1000000000000) a WHERE a.range % 7 = 8").fetchall()


def test_a_query_that_is_interrupted_is_no_broken_table(tmp_path: Path) -> None:
    """DuckDB makes a RuntimeError of it, which would be taken for a fault of the program."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            endless_query(tmp_path / "none")
        with pytest.raises(RuntimeError, match="of another kind"), connection(tmp_path / "none"):
            raise RuntimeError("of another kind")
    finally:
        signal.signal(signal.SIGALRM, before)
