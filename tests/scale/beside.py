"""Searches and metrics of other packages beside ours, at growing sizes until the limit."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from scale import tables
from scale.children import Asked, audit, own, peer
from scale.measure import Run, climb
from scale.peers import Job
from scale.report import FIGURES, Figure, Series, ratio, ratio_table, seconds_table

SIZES = (2_000, 5_000, 10_000, 50_000, 200_000, 1_000_000)
K_ONE, K_BOTH = 5, 2
REQUIRED_ROWS = 50_000
Section = tuple[list[str], list[Figure]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool of another package, and the work of ours that is the same."""

    name: str
    does: str
    tool: str
    same: str
    environment: str | None = None


ONE, BOTH = f"{K_ONE} nearest, one search", f"{K_BOTH} nearest, two searches"
POINTS = f"{ONE}, tables encoded beforehand"
QUICK, STANDARD = "whole audit, profile quick", "whole audit, profile standard"
PEERS = (
    Tool(name="scikit-learn", does="NearestNeighbors, brute force", tool="scikit-learn", same=POINTS),
    Tool(
        name="Anonymeter",
        does="MixedTypeKNeighbors, the search of its evaluators",
        tool="anonymeter",
        same=ONE,
        environment="anonymeter",
    ),
    Tool(
        name="SDMetrics DCROverfittingProtection",
        does="two searches",
        tool="sdmetrics-overfitting",
        same=BOTH,
        environment="sdmetrics",
    ),
    Tool(
        name="SDMetrics DCRBaselineProtection",
        does="two searches",
        tool="sdmetrics-baseline",
        same=BOTH,
        environment="sdmetrics",
    ),
    Tool(name="SynthEval NNDR", does="two searches", tool="syntheval", same=BOTH, environment="syntheval"),
    Tool(
        name="mostlyai-qa DCR and NNDR",
        does="embeddings and two searches",
        tool="mostlyai-search",
        same=BOTH,
        environment="mostlyai-qa",
    ),
    Tool(
        name="mostlyai-qa distances",
        does="embeddings and 21 searches, as in its report",
        tool="mostlyai-report",
        same=BOTH,
        environment="mostlyai-qa",
    ),
)
FIRST = "SDMetrics DCROverfittingProtection"


def section(asked: Asked, say: Callable[[str], None]) -> Section:
    """Seconds of everybody by rows, and theirs in units of ours."""
    sizes = [rows for rows in SIZES if rows <= asked.largest] or [asked.largest]
    with Files(asked) as files:
        ours = {name: Series(name="synthaudit", does=name, runs=climb(sizes, run)) for name, run in own_work(files)}
        for one in ours.values():
            say(one.row(sizes))
        peers = []
        for tool in PEERS:
            runs = climb(sizes, partial(_peer_run, tool, files))
            peers.append(Series(name=tool.name, does=tool.does, runs=runs))
            say(peers[-1].row(sizes))
    same = [(theirs, ours[tool.same]) for theirs, tool in zip(peers, PEERS, strict=True)]
    whole = [(theirs, ours[profile]) for theirs in peers[1:] for profile in (QUICK, STANDARD)]
    figures = [times_faster(next(one for one in peers if one.name == FIRST), ours[STANDARD], asked)]
    lines = [
        "## Beside other packages",
        "",
        f"Train, holdout and release with as many rows each, 15 mixed columns; all cores. A tool is stopped after "
        f"{asked.limit:g} s,",
        "and then goes up no further; what is in italics is extrapolated with the power of its own last two sizes.",
        "Seconds of searches and metrics are those of the work in memory, after imports and a first run on 300 rows,",
        "the quickest of three where one takes less than 5 s;",
        "those of whole audits are of the process, with its start, reading and report.",
        "",
        *seconds_table([*ours.values(), *peers], sizes),
        "",
        "Time in units of ours on the same work:",
        "",
        *ratio_table(same, sizes),
        "",
        "Time in units of a whole audit, which runs some thirty attacks and its controls:",
        "",
        *ratio_table(whole, sizes),
        "",
        *FIGURES,
        *map(str, figures),
        "",
        *in_short(same, ours, asked.limit),
    ]
    return lines, figures


def times_faster(theirs: Series, ours: Series, asked: Asked) -> Figure:
    """What is required of a whole audit beside one metric, at equal rows."""
    rows = asked.rows(REQUIRED_ROWS)
    own_run, run = ours.runs.get(rows), theirs.runs.get(rows)
    estimate = theirs.estimate(rows)
    took = run.seconds if run is not None and run.outcome in ("finished", "stopped") else 0.0
    seconds = took if estimate is None else estimate
    note = ratio(theirs, ours, rows) if run is None or not run.finished else ""
    known = own_run is not None and own_run.finished and seconds > 0.0
    return Figure(
        what=f"{theirs.name} in units of a whole audit, profile standard, 3 x {rows:,} rows",
        value=seconds / own_run.seconds if own_run is not None and known else 0.0,
        unit="x",
        least=asked.most(REQUIRED_ROWS, 20.0),
        note=note if known else "",
        instead="" if known else "not measured: too few sizes finish",
    )


def in_short(same: Sequence[tuple[Series, Series]], ours: dict[str, Series], limit: float) -> list[str]:
    """The part that the README shows: how far each tool goes, and ours at that size."""
    lines = [
        "## In short",
        "",
        f"| tool | largest table within {limit:g} s | it takes | synthaudit: same searches | whole audit, `standard` |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for theirs, searches in same:
        # Sizes that ours was run at as well.
        rows = max((n for n, run in theirs.runs.items() if run.finished and n in searches.runs), default=None)
        if rows is None:
            lines.append(f"| {theirs.name} | none | | | |")
            continue
        lines.append(
            f"| {theirs.name} | {rows:,} rows | {theirs.at(rows)} | {_beside(theirs, searches, rows)} "
            f"| {_beside(theirs, ours[STANDARD], rows)} |"
        )
    for name in (BOTH, QUICK, STANDARD):
        largest = ours[name].largest
        if largest is not None:
            lines.append(f"| synthaudit, {name} | {largest:,} rows | {ours[name].at(largest)} | | |")
    return lines


def _beside(theirs: Series, ours: Series, rows: int) -> str:
    times = ratio(theirs, ours, rows)
    return f"{ours.at(rows)} ({times})" if times else ours.at(rows)


# --- runs ---------------------------------------------------------------------------------------------


class Files:
    """Tables of each size as files, made on first use: CSV for tools that read tables, arrays for searches."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._made: dict[int, Job] = {}
        self._folder = tempfile.TemporaryDirectory(dir=asked.folder)

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def of(self, rows: int) -> Job:
        """Paths and kinds of the tables with so many rows."""
        if rows not in self._made:
            folder, rng = Path(self._folder.name) / str(rows), np.random.default_rng([2031, rows])
            folder.mkdir()
            made = {role: tables.people(rows, rng) for role in tables.ROLES}
            for role, table in made.items():
                table.to_csv(folder / f"{role}.csv", index=False)
            tables.write_points(folder, *tables.points(made["train"], made["synthetic"]))
            files = {role: str(folder / f"{role}.csv") for role in tables.ROLES}
            self._made[rows] = {"files": files, "folder": str(folder), "kinds": tables.kinds_of(made["train"])}
        return self._made[rows]


def own_work(files: Files) -> list[tuple[str, Callable[[int], Run]]]:
    """What of ours is run at every size."""
    limit = files.asked.limit

    def profile(name: str) -> Callable[[int], Run]:
        return lambda rows: audit(files.of(rows)["files"], limit, ["--profile", name])

    return [
        (POINTS, lambda rows: own("search", {**files.of(rows), "k": K_ONE}, limit)),
        (ONE, lambda rows: own("search-tables", {**files.of(rows), "k": K_ONE}, limit)),
        (BOTH, lambda rows: own("search-both", {**files.of(rows), "k": K_BOTH}, limit)),
        (QUICK, profile("quick")),
        (STANDARD, profile("standard")),
    ]


def _peer_run(tool: Tool, files: Files, rows: int) -> Run:
    return peer(tool.environment, tool.tool, {**files.of(rows), "k": K_ONE}, files.asked.limit)
