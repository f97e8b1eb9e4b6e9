"""How far an audit is, on the terminal: bars for people, lines for log files, JSON for machines."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from synthaudit.files import written_out
from synthaudit.settings import Progress

Format = Literal["text", "json"]


@contextmanager
def shown_progress(*, quiet: bool, log_format: Format, no_color: bool) -> Iterator[Progress | None]:
    """Give a callback ``(stage, done, total)`` that shows itself on standard error."""
    if quiet:
        yield None
    elif log_format == "json" or not sys.stderr.isatty():
        yield _lines(log_format)
    else:
        with _bars(no_color) as progress:
            yield progress


def _lines(log_format: Format) -> Progress:
    seen: set[str] = set()

    def progress(stage: str, done: int, total: int) -> None:
        if log_format == "json":
            print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)
        elif stage not in seen:
            from synthaudit.files.retold import retold

            seen.add(stage)
            print(f"synthaudit: {written_out(retold(stage))} ...", file=sys.stderr, flush=True)

    return progress


@contextmanager
def _bars(no_color: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from synthaudit.files.retold import retold

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True, no_color=no_color), transient=True) as bars:

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(escape(written_out(retold(stage))), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield progress
