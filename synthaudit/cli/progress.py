"""How far an audit is, on the terminal: bars for people, lines for log files, JSON for machines."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synthaudit.cli import log
from synthaudit.cli.log import Format
from synthaudit.cli.pace import Pace, share
from synthaudit.files import written_out
from synthaudit.settings import Progress

if TYPE_CHECKING:
    from synthaudit.commands.batch import Watch
    from synthaudit.types.batch import BatchRelease

_SELDOM = 10.0
"""Seconds between two lines of a log file, where nothing new begins."""


@contextmanager
def shown_progress(*, quiet: bool, log_format: Format, no_color: bool) -> Iterator[Progress | None]:
    """Give a callback ``(stage, done, total)`` that shows itself on standard error."""
    if quiet:
        yield None
    elif log_format == "json":
        yield _json
    elif not sys.stderr.isatty():
        yield _lines(None)
    else:
        with _bars(no_color, None) as progress:
            yield progress


@contextmanager
def shown_batch(*, quiet: bool, log_format: Format, no_color: bool) -> "Iterator[Watch]":
    """Give what a batch tells how far it is, and shows itself on standard error."""
    pace = Pace()
    if log_format == "json":
        # Verdicts are no progress: they are told to machines also where that is not.
        yield _watch(pace, None if quiet else _json, lambda: None)
    elif quiet:
        yield _watch(pace, None, lambda: None)
    elif not sys.stderr.isatty():
        yield _watch(pace, _lines(pace), lambda: _say(pace.line()))
    else:
        with _bars(no_color, pace) as progress:
            yield _watch(pace, progress, lambda: progress("", 0, 1))


def _watch(pace: Pace, progress: Progress | None, begun: Callable[[], None]) -> "Watch":
    from synthaudit.commands.batch import Watch

    def began(name: str, place: int, n: int) -> None:
        pace.begin(name, place, n)
        log.about(name)
        log.write("release", counts=(place - 1, n))
        begun()

    def ended(release: "BatchRelease") -> None:
        pace.end(counts=not release.resumed and release.outcome != "error")
        if release.outcome == "error":
            log.write(
                "error",
                "error",
                outcome="error",
                code=release.code,
                exit_code=release.exit_code,
                text=release.reason,
                counts=(pace.place, pace.n),
            )
        else:
            log.write(
                "verdict",
                outcome=release.outcome,
                exit_code=release.exit_code,
                text=release.reason,
                counts=(pace.place, pace.n),
            )
        log.about(None)

    return Watch(progress=progress, began=began, ended=ended)


def _json(stage: str, done: int, total: int) -> None:
    log.write("progress", stage=stage, counts=(done, total))


def _say(text: str) -> None:
    print(f"synthaudit: {written_out(text)} ...", file=sys.stderr, flush=True)


def _lines(pace: Pace | None) -> Progress:
    """A line where a stage begins, in a batch where a release does, and now and then how far it is."""
    seen: set[str] = set()
    last = [time.monotonic()]

    def progress(stage: str, done: int, total: int) -> None:
        from synthaudit.files.retold import retold

        is_due = time.monotonic() - last[0] > _SELDOM
        is_new = pace is None and stage not in seen
        seen.add(stage)
        if not (is_new or is_due):
            return
        last[0] = time.monotonic()
        if pace is None:
            _say(f"{retold(stage)} {'' if is_new else share(done, total)}".rstrip())
        else:
            _say(pace.line(retold(stage), done, total))

    return progress


@contextmanager
def _bars(no_color: bool, pace: Pace | None) -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from synthaudit.files.retold import retold

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True, no_color=no_color), transient=True) as bars:

        def progress(stage: str, done: int, total: int) -> None:
            if pace is not None and not stage:
                # Another release: its stages begin anew.
                for task in tasks.values():
                    bars.remove_task(task)
                tasks.clear()
            told = retold(stage) if pace is None else pace.line(retold(stage))
            if stage not in tasks:
                tasks[stage] = bars.add_task(escape(written_out(told)), total=total)
            bars.update(tasks[stage], completed=done, total=total, description=escape(written_out(told)))

        yield progress
