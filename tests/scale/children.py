"""Start tools of ours and of peers as child processes, on files of the same tables."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import cpu_count
from power.releases import one_thread
from power.tables import ENVIRONMENTS

from scale.measure import Run, measured
from scale.peers import Job
from scale.tables import write_three

TESTS = Path(__file__).parents[1]
START = 600.0
"""Seconds a tool may take to be imported, to read its tables and to run on a few rows."""
AUDITED = (0, 1, 3)
"""Exit codes of an audit that ended: pass, fail and inconclusive are all results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run of the bench may take."""

    limit: float
    """Seconds for a point of a comparison."""
    largest: int
    """Rows of the largest table."""
    folder: Path
    """For files of any size."""

    def rows(self, n: int) -> int:
        """So many rows, or the most allowed."""
        return min(n, self.largest)

    def most(self, n: int, most: float) -> float | None:
        """What is required at ``n`` rows; nothing where the run may not go that far."""
        return most if n <= self.largest else None


def own(tool: str, job: Job, limit: float, *, jobs: int | None = None) -> Run:
    """Run a tool of ``scale.ours``, on all cores unless ``jobs`` says otherwise."""
    job = {"jobs": jobs or cpu_count(), "limit": limit, **job}
    return _worked([sys.executable, "-P", "-m", "scale.ours", tool], job, own_environment(jobs))


def peer(environment: str | None, tool: str, job: Job, limit: float, *, jobs: int | None = None) -> Run:
    """Run a tool of ``scale.peers`` in its environment, or in ours where that is None."""
    if environment is not None and not (ENVIRONMENTS / environment / ".done").exists():
        return Run(outcome="failed", seconds=0.0, gigabytes=0.0, why="not installed")
    python = sys.executable if environment is None else ENVIRONMENTS / environment / "bin" / "python"
    job = {"jobs": jobs or cpu_count(), "limit": limit, **job}
    return _worked([python, "-P", TESTS / "scale" / "peers.py", tool], job, _environment(jobs))


def audit(files: dict[str, str], limit: float, flags: Sequence[str] = ()) -> Run:
    """Run a whole audit by the command line: seconds of the process, from its start to the written report."""
    with tempfile.TemporaryDirectory() as out:
        named = [part for role, file in files.items() for part in (f"--{role}", file)]
        command = [sys.executable, "-P", "-m", "synthaudit", "audit", *named, "-o", out, "--quiet", *flags]
        return measured(command, limit, exits=AUDITED, env=own_environment())


def compiled(asked: Asked) -> None:
    """Run one audit that nobody times, large enough for trees of rows: what numba compiles stays on disk."""
    folder = asked.folder / "compiled"
    folder.mkdir()
    run = audit(write_three(folder, (2_100, 2_100, 2_100), np.random.default_rng(0)), START)
    if not run.finished:
        raise SystemExit(f"an audit of 2,100 rows came to nothing: {run.outcome}, {run.why}")
    shutil.rmtree(folder)


def own_environment(jobs: int | None = None) -> dict[str, str]:
    """Environment variables of a program of ours, with the tests on its path."""
    path = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return _environment(jobs) | {"PYTHONPATH": os.pathsep.join(path)}


def _environment(jobs: int | None) -> dict[str, str]:
    # Not PYTHONPATH, which would let our packages into other environments.
    return one_thread() if jobs == 1 else {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _worked(command: Sequence[str | Path], job: Job, env: dict[str, str]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "job.json"
        file.write_text(json.dumps(job), encoding="utf-8")
        return measured([*command, file], job["limit"], start=START, env=env)
