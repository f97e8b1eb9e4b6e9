"""A recorder for the figures of seed studies.

A statistics test states each figure beside what it must reach: ``record_figure("false alarms of 200", 7, "<= 16")``.
The fixture prints it (seen with ``pytest -rP``) and, where ``SYNTHAUDIT_FIGURES`` names a file, appends one line
to it. Lines are appended whole, so test processes may share the file.
"""

import os
from collections.abc import Callable
from pathlib import Path

Record = Callable[[str, object, str], None]


def record(test: str, name: str, value: object, required: str) -> None:
    """Print and note one figure: the test it comes from, its name, its value, what it must reach."""
    shown = f"{value:.4g}" if isinstance(value, float) else str(value)
    line = f"{test} | {name} | {shown} | {required}"
    print(line)
    path = os.environ.get("SYNTHAUDIT_FIGURES")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
