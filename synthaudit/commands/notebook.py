"""What is shown while an audit runs in a notebook, and how a page gets into one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from itertools import count
from typing import Any

from synthaudit.files import written_out
from synthaudit.files.catalogue import N_
from synthaudit.files.retold import retold
from synthaudit.settings import Progress

_lines = count(1)


def kernel() -> Any | None:
    """IPython's shell of the notebook that runs this; None on a terminal, in a script and without IPython."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    is_notebook = any(base.__name__ == "ZMQInteractiveShell" for base in type(shell).__mro__)
    return shell if is_notebook else None


def display_html(shell: Any, html: str, text: str) -> None:
    """Show a page below the cell that runs; ``text`` stands for it where no HTML is shown."""
    shell.display_pub.publish({"text/html": html, "text/plain": text})


@contextmanager
def shown_progress(progress: Progress | None) -> Iterator[Progress | None]:
    """Give a callback ``(stage, done, total)``: the caller's own, in a notebook else one that shows itself there.

    Parameters
    ----------
    progress : callable or None
        Of the caller.

    Yields
    ------
    callable or None
        None where nobody asked and no notebook runs this. What is shown is taken away at the end.
    """
    shell = kernel() if progress is None else None
    if shell is None:
        yield progress
        return
    line = {"display_id": f"synthaudit-progress-{next(_lines)}"}
    last = [(retold(N_("reading the tables")), 0)]
    shell.display_pub.publish(_bar(*last[0]), transient=line)

    def show(stage: str, done: int, total: int) -> None:
        state = (retold(stage), 100 * done // total if total else 0)
        # Of the same percent there is nothing new to say: a message to the browser costs more than the step.
        if state != last[0]:
            last[0] = state
            shell.display_pub.publish(_bar(*state), transient=line, update=True)

    try:
        yield show
    finally:
        shell.display_pub.publish({"text/html": "", "text/plain": ""}, transient=line, update=True)


def _bar(stage: str, percent: int) -> dict[str, str]:
    """A bar and its words."""
    words = f"synthaudit: {written_out(stage)}"
    bar = (
        f'<progress max="100" value="{percent}" aria-label="{escape(words)}" style="vertical-align:middle"></progress>'
    )
    return {"text/html": f"<div>{bar} {escape(words)}</div>", "text/plain": f"{words}, {percent} %"}
