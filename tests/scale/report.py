"""Figures with what they must be, tables of seconds by rows, and how often ours is faster."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import cpu_count

from scale.measure import Run, extrapolated, growth


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure, and the most or the least it may be where that is required."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""
    """How the figure came about, where it is not simply measured."""
    instead: str = ""
    """What is shown instead of the value where the work did not finish; no upper limit is met then."""

    @property
    def met(self) -> bool:
        """Whether it is what it must be."""
        below = self.most is None or (not self.instead and self.value <= self.most)
        return below and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        shown = self.instead or f"{_number(self.value)} {self.unit}"
        limits = [f"{sign} {_number(x)}" for sign, x in (("<=", self.most), (">=", self.least)) if x is not None]
        required = f"{' and '.join(limits)} {self.unit}, {'met' if self.met else 'MISSED'}" if limits else ""
        return f"| {self.what} | {shown}{', ' * bool(self.note)}{self.note} | {required} |"


def time_of(what: str, run: Run, most: float | None = None) -> Figure:
    """Seconds of a run."""
    instead = "" if run.finished else _ended(run)
    return Figure(what=f"{what}: time", value=run.seconds, unit="s", most=most, instead=instead)


def memory_of(what: str, run: Run, most: float | None = None) -> Figure:
    """Peak memory of a run."""
    instead = "" if run.finished else f"{_number(run.gigabytes)} GB before it ended: {run.outcome}"
    return Figure(what=f"{what}: peak memory", value=run.gigabytes, unit="GB", most=most, instead=instead)


BUSY_FROM = 0.25
BUSY = "; **the machine was at other work, so times are too long and ratios uncertain**"

FIGURES = ("| Work | Measured | Required |", "| --- | ---: | ---: |")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One tool at growing sizes."""

    name: str
    does: str
    runs: Mapping[int, Run]

    def at(self, rows: int) -> str:
        """Seconds at a size, or why there are none."""
        run = self.runs.get(rows)
        if run is not None:
            return f"{_number(run.seconds)} s" if run.finished else _ended(run)
        estimate = self.estimate(rows)
        return "" if estimate is None else f"*about {_number(estimate)} s*"

    def estimate(self, rows: int) -> float | None:
        """Seconds that growth lets expect at a size where the work was stopped, or was not tried for that."""
        last = list(self.runs)[-1:]
        run = self.runs.get(rows, self.runs[last[0]] if last and rows > last[0] else None)
        return extrapolated(self.runs, rows) if run is not None and run.outcome == "stopped" else None

    @property
    def largest(self) -> int | None:
        """The largest size that finished."""
        return max((rows for rows, run in self.runs.items() if run.finished), default=None)

    def row(self, sizes: Sequence[int]) -> str:
        """The line of a table."""
        exponent, largest = growth(self.runs), self.largest
        done = [f"{rows:,}" for rows, run in self.runs.items() if run.finished][-2:]
        grows = "" if exponent is None else f"{exponent:.2f} ({' to '.join(done)})"
        peak = "" if largest is None else f"{_number(self.runs[largest].gigabytes)} GB at {largest:,}"
        cells = [f"**{self.name}**: {self.does}", *map(self.at, sizes), grows, peak]
        return "| " + " | ".join(cells) + " |"


def seconds_table(series: Sequence[Series], sizes: Sequence[int]) -> list[str]:
    """Seconds of every tool by rows; extrapolated ones in italics."""
    head = ["Tool", *(f"{rows:,}" for rows in sizes), "grows with rows to the power", "peak memory"]
    return ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1), *(s.row(sizes) for s in series)]


def ratio(theirs: Series, ours: Series, rows: int) -> str:
    """Their seconds in units of ours: measured, a lower bound where theirs was stopped, extrapolated in italics."""
    own, run = ours.runs.get(rows), theirs.runs.get(rows)
    if own is None or not own.finished:
        return ""
    if run is not None and run.finished:
        return f"{_number(run.seconds / own.seconds)} x"
    estimate = theirs.estimate(rows)
    bound = [f"> {_number(run.seconds / own.seconds)} x"] if run is not None and run.outcome == "stopped" else []
    about = [] if estimate is None else [f"*about {_number(estimate / own.seconds)} x*"]
    return ", ".join(bound + about) or ("" if run is None else run.outcome)


def ratio_table(pairs: Sequence[tuple[Series, Series]], sizes: Sequence[int]) -> list[str]:
    """How many times longer each tool takes than ours, by rows."""
    head = ["Tool", "in units of synthaudit's", *(f"{rows:,}" for rows in sizes)]
    rows = [[theirs.name, ours.does, *(ratio(theirs, ours, n) for n in sizes)] for theirs, ours in pairs]
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return [lines[0], "| --- | --- |" + " ---: |" * len(sizes), *lines[1:]]


def _ended(run: Run) -> str:
    if run.outcome == "stopped":
        return f"> {_number(run.seconds)} s, stopped"
    # What a peer wrote must not end the cell of a table.
    return run.outcome if run.outcome == "out of memory" else f"failed: {run.why[:80].replace('|', '/')}"


def _number(value: float) -> str:
    """Three digits, never in powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> list[str]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores, load = cpu_count(), os.getloadavg()[1]
    return [
        f"- processor: {models[0] if models else platform.machine()}, {cores} cores",
        f"- memory: {memory:.1f} GB",
        f"- Python {platform.python_version()}, numpy {np.__version__}",
        f"- load before the start: {load:.2f}{BUSY if load > BUSY_FROM * cores else ''}",
    ]
