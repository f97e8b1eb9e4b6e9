"""Releases larger than memory, searched by a cluster of two workers on this machine (``make bench-cluster``)."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scale.children import AUDITED, own_environment
from scale.measure import Run, growth, measured
from scale.report import FIGURES, Figure, machine
from scale.tables import people, write_parquet

PEOPLE = 2_000
"""Rows of train and of holdout."""
SIZES = (1_000_000, 5_000_000, 20_000_000)
EQUAL = 5_000_000
"""Rows at which the evidence is held against that of one machine."""
LIMIT = 3_600.0
MOST_MEMORY, MOST_GROWTH = 1.1, 1.05
"""Peak memory of a worker at the largest size over that at the smallest; power of the rows that time grows with."""
BILLION = 1_000_000_000
VOLATILE = ("seconds", "created_utc", "command")
"""Names of what differs between two runs of one audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One audit by a cluster."""

    run: Run
    peaks: Sequence[int]
    """Of each worker, bytes."""
    evidence: Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 where a figure is missed."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        audits, alone = _audits(given.engine, given.sizes, Path(folder))
    figures = list(_figures(audits, alone))
    text = "\n".join(_page(given.engine, audits, figures))
    print(text)
    if given.output is not None:
        given.output.write_text(text, encoding="utf-8")
    return int(not all(figure.met for figure in figures))


def _audits(kind: str, sizes: Sequence[int], folder: Path) -> tuple[dict[int, Audited], Audited]:
    """By rows of the release; and one of the same release on this machine alone."""
    files = {}
    for role, seed in (("train", 1), ("holdout", 2)):
        files[role] = str(folder / f"{role}.csv")
        people(PEOPLE, np.random.default_rng([2033, seed])).to_csv(files[role], index=False)
    audits, alone = {}, None
    compared = EQUAL if EQUAL in sizes else sizes[0]
    for rows in sizes:
        release = folder / f"{rows}.parquet"
        write_parquet(release, rows, np.random.default_rng([2033, rows]))
        with _cluster(kind) as (engine, peaks):
            audits[rows] = _audited(files | {"synthetic": str(release)}, engine, folder / f"{rows}", peaks)
        if rows == compared:
            alone = _audited(files | {"synthetic": str(release)}, "local", folder / f"{rows}-alone")
        release.unlink()
        print(f"{rows:,} rows: {audits[rows].run.seconds:.0f} s", file=sys.stderr, flush=True)
    assert alone is not None
    return audits, alone


@contextmanager
def _cluster(kind: str) -> Iterator[tuple[str, Any]]:
    """The engine's name, and a function that asks for the peak memory of its workers."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("workers.py")), kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=own_environment()) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def peaks() -> list[int]:
            asked.write(b"\n")
            asked.flush()
            return [int(size) for size in json.loads(answers.readline())]

        yield str(json.loads(answers.readline())), peaks
        asked.close()


def _audited(files: Mapping[str, str], engine: str, out: Path, peaks: Any = list) -> Audited:
    named = [part for role, file in files.items() for part in (f"--{role}", file)]
    flags = ["--profile", "quick", "--engine", engine, "--quiet", "-o", str(out)]
    command = [sys.executable, "-P", "-m", "synthaudit", "audit", *named, *flags]
    run = measured(command, LIMIT, exits=AUDITED, env=own_environment())
    if not run.finished:
        raise SystemExit(f"an audit by {engine} came to nothing: {run.outcome}, {run.why}")
    return Audited(run=run, peaks=peaks(), evidence=json.loads((out / "evidence.json").read_text(encoding="utf-8")))


def different(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Parts of two evidence files that differ, but for when, by which command and how quickly they were made."""
    plain = [_timeless(evidence) for evidence in (one, other)]
    return [part for part in sorted({*plain[0], *plain[1]}) if plain[0].get(part) != plain[1].get(part)]


def _timeless(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {name: _timeless(value) for name, value in part.items() if name not in VOLATILE}
    return [_timeless(value) for value in part] if isinstance(part, list) else part


def _figures(audits: Mapping[int, Audited], alone: Audited) -> Iterator[Figure]:
    sizes = list(audits)
    least, most = max(audits[sizes[0]].peaks), max(audits[sizes[-1]].peaks)
    span = f"{sizes[0]:,} to {sizes[-1]:,} rows"
    yield Figure(what=f"peak memory of a worker, {span}", value=most / least, unit="times", most=MOST_MEMORY)
    exponent = growth({rows: audit.run for rows, audit in audits.items()})
    if exponent is not None:
        what = f"power of the rows that time grows with, {sizes[-2]:,} to {sizes[-1]:,}"
        yield Figure(what=what, value=exponent, unit="", most=MOST_GROWTH)
    compared = EQUAL if EQUAL in audits else sizes[0]
    parts = different(audits[compared].evidence, alone.evidence)
    what = f"parts of the evidence that differ from one machine's, {compared:,} rows"
    yield Figure(what=what, value=len(parts), unit="", most=0, note=", ".join(parts))


def _page(kind: str, audits: Mapping[int, Audited], figures: Sequence[Figure]) -> Iterator[str]:
    yield from (
        "# Releases searched by a cluster",
        "",
        f"`make bench-cluster`: {PEOPLE:,} people a side, releases of 15 mixed columns in Parquet, profile quick, a"
        f" {kind.title()} cluster of two workers with a thread each on this machine. Seconds are those of the whole"
        " process that asks; the workers are started anew for every size.",
        "",
        *machine(),
        "",
        *FIGURES,
        *map(str, figures),
        "",
        "| rows of the release | time | peak memory, the process that asks | each worker |",
        "| ---: | ---: | ---: | ---: |",
    )
    for rows, audit in audits.items():
        workers = ", ".join(f"{size / 1e9:.2f}" for size in audit.peaks)
        yield f"| {rows:,} | {audit.run.seconds:.0f} s | {audit.run.gigabytes:.2f} GB | {workers} GB |"
    rows, audit = list(audits.items())[-1]
    hours = audit.run.seconds * BILLION / rows / 3_600
    yield ""
    yield f"*A billion rows, extrapolated in a straight line from {rows:,} and never run: about {hours:.1f} hours.*"
    yield ""


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bench-cluster", description=__doc__)
    made.add_argument("--engine", choices=("dask", "ray"), default="dask")
    made.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=list(SIZES))
    made.add_argument("--folder", type=Path, help="for the releases: 1 GB for 20 million rows, and twice that spooled")
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


if __name__ == "__main__":
    sys.exit(main())
