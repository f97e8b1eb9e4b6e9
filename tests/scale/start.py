"""How long a user waits before anything happens."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from scale.children import Asked, own_environment
from scale.measure import measured
from scale.report import FIGURES, Figure

TIMES = 5
Section = tuple[list[str], list[Figure]]


def section(asked: Asked, say: Callable[[str], None]) -> Section:
    """Medians of five, after a first time that fills the disk's cache."""
    script = Path(sys.executable).with_name("synthaudit")
    helped = waited([script] if script.exists() else [sys.executable, "-P", "-m", "synthaudit"], "--help")
    python = [sys.executable, "-P", "-c"]
    package, pandas = (waited(python, f"import {name}") for name in ("synthaudit", "pandas"))
    used = waited(python, "from synthaudit import audit")
    figures = [
        Figure(what="`synthaudit --help`", value=helped, unit="s", most=0.3),
        Figure(what="`import pandas`", value=pandas, unit="s"),
        Figure(what="`import synthaudit` beyond `import pandas`", value=package - pandas, unit="s", most=0.5),
        Figure(what="`from synthaudit import audit` beyond `import pandas`", value=used - pandas, unit="s"),
    ]
    for figure in figures:
        say(str(figure))
    return ["## Start", "", f"Medians of {TIMES}.", "", *FIGURES, *map(str, figures)], figures


def waited(program: Sequence[str | Path], argument: str) -> float:
    """Median seconds from start to end."""
    runs = [measured([*program, argument], 60, env=own_environment()) for _ in range(TIMES + 1)]
    for run in runs:
        if not run.finished:
            raise SystemExit(f"{program[0]} {argument} did not end well: {run.why}")
    return median(run.seconds for run in runs[1:])
