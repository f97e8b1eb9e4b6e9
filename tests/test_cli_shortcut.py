"""A starter runs the command that it is for, whatever the folders are called."""

import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from synthaudit.cli.main import cli
from synthaudit.cli.shortcut import linux, macos, windows, write_starter
from synthaudit.errors import InputError

ODD = ["/opt/a b/python", 'x"y', "it's", "$HOME", "`id`", "100%", "back\\slash", "a;b&c", "--data-dir=ü"]


def words_of_entry(text: str) -> list[str]:
    """The words of a desktop entry's command, as its specification reads them: string, quoted words, percent codes."""
    (line,) = re.findall("^Exec=(.*)$", text, re.MULTILINE)
    string = line.replace("\\\\", "\\")
    quoted = re.findall(r'"((?:\\.|[^"\\])*)"(?: |$)', string)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]


def test_every_word_arrives_as_it_was() -> None:
    """A shell and a desktop get the words back; none ends its quotes, is a variable, or a code."""
    assert shlex.split(macos(ODD).splitlines()[1]) == ["exec", *ODD]
    assert words_of_entry(linux(ODD)) == ODD


def test_a_shell_runs_what_it_is_told(tmp_path: Path) -> None:
    """The macOS starter, run by the shell of this machine."""
    path = tmp_path / "starter"
    path.write_text(macos([sys.executable, "-c", "import sys; print(sys.argv[1:])", *ODD]), "utf-8")
    said = subprocess.run(["sh", str(path)], capture_output=True, text=True, check=True, env={"PYTHONUTF8": "1"})
    assert said.stdout == f"{ODD}\n"


def test_windows_gets_quoted_words_and_its_line_ends() -> None:
    """A percent sign is no variable; the window stays open where something went wrong."""
    assert windows(["C:\\100% mine\\python.exe", "-P"]) == (
        '@echo off\r\nchcp 65001 >nul\r\n"C:\\100%% mine\\python.exe" "-P"\r\nif errorlevel 1 pause\r\n'
    )


@pytest.mark.parametrize(
    ("system", "name"),
    [("windows", "synthaudit.cmd"), ("macos", "synthaudit.command"), ("linux", "synthaudit.desktop")],
)
def test_it_is_a_file_that_can_be_started(tmp_path: Path, system: str, name: str) -> None:
    """Under the ending that the system starts by a double click, for its user alone, with this Python and the page."""
    result = CliRunner().invoke(cli, ["shortcut", "-o", str(tmp_path), "--system", system, "--data-dir", "audits"])
    assert (result.exit_code, str(tmp_path / name) in result.output) == (0, True)
    text = (tmp_path / name).read_text("utf-8")
    assert all(word in text for word in (sys.executable, "synthaudit", "serve", str(Path("audits").absolute())))
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


@pytest.mark.parametrize(("system", "folder"), [("linux", "a\nb"), ("windows", 'a"b'), ("macos", "a\x1bb")])
def test_a_name_that_a_starter_cannot_hold(tmp_path: Path, system: str, folder: str) -> None:
    """It is refused: a line of its own would be run."""
    with pytest.raises(InputError, match="SA-435"):
        write_starter(tmp_path, system, folder)
    assert not list(tmp_path.iterdir())
