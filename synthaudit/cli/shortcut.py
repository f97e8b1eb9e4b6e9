"""``shortcut``: a file that starts the page of this machine by a double click."""

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from synthaudit.adapters.options import LANG
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.told import Option as ToldOption
from synthaudit.errors import InputError
from synthaudit.files import printable, write_atomic
from synthaudit.files.catalogue import N_, _

_DESKTOP_SPOILS = {"\\": "\\\\\\\\", '"': '\\\\"', "`": "\\\\`", "$": "\\\\$", "%": "%%"}
"""What ends or changes a quoted word of a desktop entry, escaped for its string and for the word in it."""


def windows(words: list[str]) -> str:
    """A batch file; its window stays open where something went wrong."""
    quoted = " ".join(f'"{word}"' for word in words).replace("%", "%%")
    return f"@echo off\r\nchcp 65001 >nul\r\n{quoted}\r\nif errorlevel 1 pause\r\n"


def macos(words: list[str]) -> str:
    """A shell script that Finder opens in a terminal."""
    return f"#!/bin/sh\nexec {shlex.join(words)}\n"


def linux(words: list[str]) -> str:
    """A desktop entry."""
    quoted = " ".join(f'"{"".join(_DESKTOP_SPOILS.get(c, c) for c in word)}"' for word in words)
    return (
        "[Desktop Entry]\nType=Application\nName=synthaudit\nComment=Privacy audit of a synthetic table\n"
        f"Exec={quoted}\nTerminal=true\nCategories=Office;\n"
    )


SYSTEMS: Mapping[str, tuple[str, Callable[[list[str]], str]]] = {
    "windows": ("synthaudit.cmd", windows),
    "macos": ("synthaudit.command", macos),
    "linux": ("synthaudit.desktop", linux),
}
"""System -> the name of its starter, and what writes it."""


def this_system() -> str:
    """The system that runs this."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def write_starter(folder: Path, system: str, data_dir: str | None = None) -> Path:
    """Write the starter of a system, for the Python that runs this.

    Raises
    ------
    InputError
        SA-435 a folder whose name a starter cannot hold.
    """
    words = [sys.executable, "-P", "-m", "synthaudit", "serve"]
    if data_dir is not None:
        words += ["--data-dir", str(Path(data_dir).absolute())]
    if any(not character.isprintable() for word in words for character in word) or (
        system == "windows" and any('"' in word for word in words)
    ):
        got = N_("a folder in its path has a name with hidden characters or quotes")
        where = printable(" ".join(words), 200)
        raise InputError("SA-435", where, got, N_("Install synthaudit in another folder."))
    name, written = SYSTEMS[system]
    path = write_atomic(folder / name, written(words))
    path.chmod(0o700)
    return path


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Write a file that opens the local page by a double click, on the desktop or in DIR."),
)
@click.option(
    "-o",
    "--output",
    cls=ToldOption,
    type=click.Path(file_okay=False),
    metavar=N_("DIR"),
    help=N_("Gets the file; by default your desktop, else this folder."),
)
@click.option(
    "--system", cls=ToldOption, type=click.Choice(list(SYSTEMS)), help=N_("Of another machine; by default this one's.")
)
@click.option(
    "--data-dir", cls=ToldOption, type=click.Path(), metavar=N_("DIR"), help=N_("Where the page keeps its audits.")
)
@takes(LANG)
def shortcut(output: str | None, system: str | None, data_dir: str | None) -> None:
    """``shortcut``: prints where it was written."""
    desktop = Path.home() / "Desktop"
    folder = Path(output) if output is not None else desktop if desktop.is_dir() else Path()
    path = write_starter(folder, system or this_system(), data_dir)
    tell(_("double-click this to open the page: {path}").format(path=path.absolute()))
