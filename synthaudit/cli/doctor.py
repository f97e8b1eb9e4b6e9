"""``doctor``: what is installed, and whether this machine has what an audit needs."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import gettempdir

import click

from synthaudit.adapters.options import LANG
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.files.catalogue import N_, _

DISTRIBUTION = "synthaudit-privacy"
EXTRAS = ("arrow", "db", "excel", "stats", "pdf", "sign", "web", "sdv", "dask", "ray")
"""Those that a user chooses, in the order of the documentation."""
LEAST_FREE = 1 << 30
"""Bytes that the folder for temporary files should have free."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    state: str
    is_wrong: bool = False
    """Whether an audit may not run."""


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "Say what is installed, and whether this machine has what an audit needs. Opens no network.\n\nExit codes: 0"
        " all is there, 4 something is missing without which audits do not run."
    ),
)
@takes(LANG)
@click.pass_context
def doctor(context: click.Context, /) -> None:
    """``doctor``: a line a thing, and what is wrong at the end."""
    lines = [*core(), *extras(), *machine()]
    tell(*(f"{line.what:<12}{line.state}" for line in lines))
    wrong = [line.what for line in lines if line.is_wrong]
    if wrong:
        tell(_("not well: {what}. Install synthaudit-privacy again, or make room.").format(what=", ".join(wrong)))
    context.exit(4 if wrong else 0)


def required(extra: str = "") -> tuple[str, ...]:
    """Distributions that a plain install, or an extra, asks for.

    Examples
    --------
    >>> required("excel")
    ('python-calamine',)
    """
    lines = [
        re.fullmatch(r"([\w.-]+)[^;]*(?:; extra == '(\w+)')?", line) for line in metadata.requires(DISTRIBUTION) or ()
    ]
    return tuple(line[1] for line in lines if line is not None and (line[2] or "") == extra)


def version(distribution: str) -> str | None:
    """Of an installed distribution; None where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def core() -> Iterator[Line]:
    """The program, the Python that runs it, and what every audit needs."""
    yield Line("synthaudit", f"{version(DISTRIBUTION)}, {Path(__file__).parents[1]}")
    yield Line("python", f"{platform.python_version()}, {sys.executable}")
    missing = [name for name in required() if version(name) is None]
    installed = ", ".join(f"{name} {version(name)}" for name in required() if name not in missing)
    yield Line("libraries", installed)
    if missing:
        yield Line("missing", ", ".join(missing), is_wrong=True)


def extras() -> Iterator[Line]:
    """Optional parts: there, or how to get them."""
    for extra in EXTRAS:
        names = required(extra)
        if all(version(name) is not None for name in names):
            yield Line(f"[{extra}]", ", ".join(f"{name} {version(name)}" for name in names))
        else:
            how = _('not installed: pip install "{distribution}[{extra}]"').format(
                distribution=DISTRIBUTION, extra=extra
            )
            yield Line(f"[{extra}]", how)


def machine() -> Iterator[Line]:
    """Cores, and room in the folder for temporary files, where tables are put that come in part by part."""
    yield Line("cores", str(os.cpu_count()))
    folder = gettempdir()
    free = shutil.disk_usage(folder).free
    room = _("{gigabytes:.1f} GB free in {folder}").format(gigabytes=free / 1e9, folder=folder)
    yield Line("room", room, is_wrong=free < LEAST_FREE)
