"""Whole audits by an old commit and by this one, in turn on the same tables (``make bench-pairs OLD=COMMIT``).

A machine that is at other work is slow for both: only the ratio of a pair counts, and that of the processor's time more
than that of the clock.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from scale.children import AUDITED
from scale.measure import Run, measured
from scale.report import machine
from scale.tables import write_three

HERE = Path(__file__).parents[2]
LIMIT = 3_600.0
CASES = ("quick:2000", "quick:50000", "standard:10000", "standard:50000")
REQUIRED: Mapping[str, float] = {"quick:2000": 2.0, "quick:50000": 10.0, "standard:10000": 2.0, "standard:50000": 3.0}
"""Times that this commit is to be as fast as the old one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One audit by either commit."""

    old: Run
    new: Run

    @property
    def lines(self) -> tuple[float, float, float]:
        """Old over new: seconds of the clock, of the processor, peak memory."""
        return (
            self.old.seconds / self.new.seconds,
            self.old.processor / self.new.processor,
            self.old.gigabytes / self.new.gigabytes,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    given = _parser().parse_args(arguments)
    lines = [
        "# Pairs of old and new",
        "",
        f"`make bench-pairs OLD={given.old}`: whole audits by the command line, from the start of Python to the written"
        " report, by the old commit and by the new one in turn; tables as in `bench.md`, 15 mixed columns. Ratios are"
        " old over new, medians of the pairs; the processor's time is that of all cores, charts included.",
        "",
        *machine(),
        "",
        "| profile, rows of each of three tables | pairs | time old | time new | ratio | processor old | new | ratio"
        " | memory old | new | required |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        old = _checkout(given.old, Path(folder) / "old")
        try:
            _compile((old, HERE), Path(folder), {case.split(":")[0] for case in given.only})
            for case in given.only:
                lines.append(_case(case, given.pairs, old, Path(folder)))
                print(lines[-1], file=sys.stderr, flush=True)
        finally:
            subprocess.run(["git", "-C", HERE, "worktree", "remove", "--force", old], check=True)
    text = "\n".join([*lines, ""])
    print(text)
    if given.output is not None:
        given.output.write_text(text, encoding="utf-8")
    return 0


def _case(case: str, n_pairs: int, old: Path, folder: Path) -> str:
    profile, rows = case.split(":")
    tables = folder / case.replace(":", "-")
    tables.mkdir()
    files = write_three(tables, (int(rows),) * 3, np.random.default_rng([2031, int(rows)]))
    pairs = [Pair(_audit(old, files, profile), _audit(HERE, files, profile)) for _ in range(n_pairs)]
    clock, processor, _ = (median(ratios) for ratios in zip(*(pair.lines for pair in pairs), strict=True))
    olds, news = [pair.old for pair in pairs], [pair.new for pair in pairs]

    def middle(runs: Sequence[Run], what: str) -> float:
        return float(median(getattr(run, what) for run in runs))

    return (
        f"| {profile}, {int(rows):,} | {n_pairs} | {middle(olds, 'seconds'):.1f} s | {middle(news, 'seconds'):.1f} s"
        f" | {clock:.2f} | {middle(olds, 'processor'):.1f} s | {middle(news, 'processor'):.1f} s | {processor:.2f}"
        f" | {middle(olds, 'gigabytes'):.2f} GB | {middle(news, 'gigabytes'):.2f} GB | {REQUIRED.get(case, 1.0):g} |"
    )


def _compile(trees: Sequence[Path], folder: Path, profiles: Collection[str]) -> None:
    """Audits that do not count: kernels are compiled, and modules written to disk."""
    small = folder / "small"
    small.mkdir()
    files = write_three(small, (2_100,) * 3, np.random.default_rng(0))
    for tree in trees:
        for profile in sorted(profiles):
            _audit(tree, files, profile)


def _audit(tree: Path, files: Mapping[str, str], profile: str) -> Run:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    named = [part for role, file in files.items() for part in (f"--{role}", file)]
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-P", "-m", "synthaudit", "audit", *named, "-o", out, "--quiet"]
        run = measured(
            [*command, "--profile", profile], LIMIT, exits=AUDITED, env=environment | {"PYTHONPATH": str(tree)}
        )
    if not run.finished:
        raise SystemExit(f"an audit by {tree.name} came to nothing: {run.outcome}, {run.why}")
    return run


def _checkout(commit: str, folder: Path) -> Path:
    """The old commit's files beside this one's."""
    subprocess.run(["git", "-C", HERE, "worktree", "add", "--detach", "--quiet", folder, commit], check=True)
    return folder


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bench-pairs", description=__doc__)
    made.add_argument("--old", required=True, help="the commit to compare with")
    made.add_argument("--only", type=lambda text: text.split(","), default=list(CASES), help="PROFILE:ROWS, by commas")
    made.add_argument("--pairs", type=int, default=5, help="of every case")
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


if __name__ == "__main__":
    sys.exit(main())
