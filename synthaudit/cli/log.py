"""What goes to standard error: lines for people, or with ``--log-format json`` lines of one schema for machines.

Every line of JSON has every field of :class:`Line`, null where it says nothing.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from synthaudit.cli.terminal import tell

Format = Literal["text", "json"]
Level = Literal["info", "warning", "error"]
Event = Literal["release", "progress", "notice", "verdict", "error", "interrupted", "finished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    ts: str
    """UTC, ``2026-11-30T09:41:00.123Z``."""
    level: Level
    event: Event
    release: str | None = None
    """Which release it is about; null where it is about all, or none."""
    stage: str | None = None
    done: int | None = None
    total: int | None = None
    code: str | None = None
    """``SA-nnn`` of an error."""
    outcome: str | None = None
    """``pass``, ``fail``, ``inconclusive``, or ``error`` of a release that could not be audited."""
    exit_code: int | None = None
    """Of the release, and of the command where ``event`` is ``finished``, ``interrupted`` or an error of no release."""
    text: str | None = None


_state: dict[str, str | None] = {"format": "text", "release": None}


def speak(form: str, release: str | None = None) -> None:
    """Write lines in this form from now on, and about this release."""
    _state.update(format=form, release=release)


def about(release: str | None) -> None:
    """Write lines about this release from now on."""
    _state["release"] = release


def speaks_json() -> bool:
    """Whether lines are JSON."""
    return _state["format"] == "json"


def asked_for(arguments: Sequence[str], environment: Mapping[str, str]) -> Format:
    """The form that a command line asks for, before anybody has parsed it: its own errors are lines as well.

    Examples
    --------
    >>> asked_for(["audit", "--log-format", "json"], {}), asked_for(["--log-format=text"], {}), asked_for([], {})
    ('json', 'text', 'text')
    """
    given = environment.get("SYNTHAUDIT_LOG_FORMAT", "text")
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == "--log-format":
            given = following
        elif argument.startswith("--log-format="):
            given = argument.partition("=")[2]
    return "json" if given == "json" else "text"


def write(
    event: Event,
    level: Level = "info",
    *,
    stage: str | None = None,
    counts: tuple[int, int] | None = None,
    code: str | None = None,
    outcome: str | None = None,
    exit_code: int | None = None,
    text: str | None = None,
) -> None:
    """Write one line of JSON about the release of the moment; where people read, nothing."""
    if not speaks_json():
        return
    done, total = counts or (None, None)
    line = Line(
        ts=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        level=level,
        event=event,
        release=_state["release"],
        stage=stage,
        done=done,
        total=total,
        code=code or None,
        outcome=outcome,
        exit_code=exit_code,
        text=text,
    )
    # In ASCII: no name of a vendor can turn or hide text, nor begin a line.
    print(json.dumps(asdict(line)), file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Say on standard error what the user should read."""
    if speaks_json():
        write("notice", "warning", text=text)
    else:
        tell(f"synthaudit: {text}", err=True)


def fail(text: str, exit_code: int, code: str = "") -> None:
    """Say on standard error why the command ends."""
    if speaks_json():
        first = text.partition(" ")[0]
        write("error", "error", code=code or (first if first.startswith("SA-") else ""), exit_code=exit_code, text=text)
    else:
        tell(f"synthaudit: {text}", err=True)


def form_of_environment() -> Format:
    """The form that this process was asked for."""
    return asked_for(sys.argv[1:], os.environ)
