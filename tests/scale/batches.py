"""A batch of releases beside as many single audits (``make bench-batch``): the same work, done once.

Exits with 1 where the batch takes more than half of the time by the clock, which is what whoever waits for it sees; the
processor's time stands beside it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import numpy as np

from scale.children import AUDITED, Asked, audit, compiled, own_environment
from scale.measure import Run, measured
from scale.report import machine
from scale.tables import people

MOST = 0.5
"""Of the time of single audits."""
LIMIT = 24 * 3600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 if a batch takes longer than it may."""
    given = _parser().parse_args(arguments)
    lines = [
        "# A batch beside single audits",
        "",
        "`make bench-batch`: releases of one source by `synthaudit batch`, and the same ones by as many calls of"
        " `synthaudit audit`, each in a process of its own, from the start of Python to the written report. Tables of"
        " 15 mixed columns, train and holdout as long as a release. What is required is asked of the clock; it says"
        " little on a busy machine. The processor's time is that of all cores, with charts.",
        "",
        *machine(),
        "",
        "| profile | releases | rows | single audits | batch | ratio | processor: single | batch | ratio | required |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    is_met = True
    with tempfile.TemporaryDirectory() as folder:
        if not given.compiled:
            compiled(Asked(limit=LIMIT, largest=given.rows, folder=Path(folder)))
        tables = _tables(Path(folder) / "tables", given.releases, given.rows)
        for profile in given.profiles:
            single = [_single(tables, i, profile) for i in range(given.single or given.releases)]
            batch = _batch(tables, profile)
            times = [mean(run.seconds for run in single), mean(run.processor for run in single)]
            clock, processor = (
                (given.releases * alone, together)
                for alone, together in zip(times, (batch.seconds, batch.processor), strict=True)
            )
            ratio = clock[1] / clock[0]
            is_met &= ratio <= MOST
            lines.append(
                f"| {profile} | {given.releases} | {given.rows:,} | {_compared(*clock)} | {_compared(*processor)}"
                f" | <= {MOST:g}, {'met' if ratio <= MOST else 'MISSED'} |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
    if given.single and given.single < given.releases:
        lines += ["", f"Of the single audits the first {given.single} were run; the others take as long."]
    text = "\n".join([*lines, ""])
    print(text)
    if given.output is not None:
        given.output.write_text(text, encoding="utf-8")
    return 0 if is_met else 1


def _compared(alone: float, together: float) -> str:
    return f"{alone:.1f} s | {together:.1f} s | {together / alone:.2f}"


def _tables(folder: Path, n_releases: int, rows: int) -> Path:
    """Train, holdout and releases that leak nothing, as CSV."""
    (folder / "releases").mkdir(parents=True)
    rng = np.random.default_rng([2035, n_releases, rows])
    names = ("train", "holdout", *(f"releases/v{i:02d}" for i in range(n_releases)))
    for name in names:
        people(rows, rng).to_csv(folder / f"{name}.csv", index=False)
    return folder


def _single(tables: Path, i: int, profile: str) -> Run:
    files = {"train": "train.csv", "holdout": "holdout.csv", "synthetic": f"releases/v{i:02d}.csv"}
    return _done(audit({role: str(tables / file) for role, file in files.items()}, LIMIT, ["--profile", profile]))


def _batch(tables: Path, profile: str) -> Run:
    with tempfile.TemporaryDirectory() as out:
        real: list[str | Path] = ["--train", tables / "train.csv", "--holdout", tables / "holdout.csv", "-o", out]
        command: list[str | Path] = [sys.executable, "-P", "-m", "synthaudit", "batch", tables / "releases", *real]
        environment = {**os.environ, **own_environment()}
        return _done(measured([*command, "--quiet", "--profile", profile], LIMIT, exits=AUDITED, env=environment))


def _done(run: Run) -> Run:
    if not run.finished:
        raise SystemExit(f"a run came to nothing: {run.outcome}, {run.why}")
    return run


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bench-batch", description=__doc__)
    made.add_argument("--releases", type=int, default=20)
    made.add_argument("--rows", type=int, default=10_000, help="of each table")
    made.add_argument("--profiles", type=lambda text: text.split(","), default=["quick", "standard"])
    made.add_argument("--single", type=int, default=0, help="single audits that are run; the others take as long")
    made.add_argument("--compiled", action="store_true", help="what numba compiles lies on the disk already")
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


if __name__ == "__main__":
    sys.exit(main())
