"""A generator that leaves a file for every fit, to count them over processes, and that can kill whoever runs it.

As a program: ``python counting_generator.py COUNTS [kill-parent-at] {train} {rows} {seed} {out}``.
"""

import csv
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Counting:
    """A resample with a little noise; every fit leaves a file in ``folder``."""

    folder: str
    kills: int = 0
    """So many fits end their own process, the way the kernel does it for memory."""
    name: str = "counting"
    prefers_processes: ClassVar[bool] = True

    def fingerprint(self) -> str:
        """One and the same generator, wherever it counts."""
        return "counting 1"

    def fit_sample(self, table: "pd.DataFrame", n_rows: int, rng: "np.random.Generator") -> "pd.DataFrame":
        """Rows of the table, one column shuffled."""
        release = table.take(rng.integers(len(table), size=n_rows)).reset_index(drop=True)
        release.iloc[:, 0] = release.iloc[rng.permutation(n_rows), 0].to_numpy()
        for i in range(self.kills):
            try:
                (Path(self.folder) / f"killed-{i}").touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
        (Path(self.folder) / f"fit-{uuid4().hex}").touch()
        return release


def n_fits(folder: Path) -> int:
    """Fits that were finished."""
    return len(list(folder.glob("fit-*")))


def evidence_of(text: str) -> object:
    """Evidence without what may differ between two runs of one audit."""
    import json

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("seconds", "created_utc", "config")}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return strip(json.loads(text))


def without_error_budget(evidence: object) -> object:
    """Evidence but for what rests on the share of the error that the attacks are left, which other tests take from."""
    assert isinstance(evidence, dict)
    evidence.pop("smallest_detectable")
    for finding in evidence["findings"]:
        finding.pop("lower_bounds")
    for figure in ("alpha_each", "critical_z", "detected", "hole"):
        evidence["decision"].pop(figure)
    # Planted leaks are found at that error.
    evidence["controls"].pop("planted")
    return evidence


def _rows(path: str) -> Iterator[list[str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def main() -> None:
    """The same as a program; with the environment variable KILL_AT it kills its parent instead of that fit."""
    counts, train, rows, seed, out = sys.argv[1:]
    if os.environ.get("KILL_AT") == str(n_fits(Path(counts)) + 1):
        os.kill(os.getppid(), signal.SIGKILL)
        return
    header, *table = _rows(train)
    drawn = random.Random(int(seed)).choices(table, k=int(rows))
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *drawn])
    (Path(counts) / f"fit-{uuid4().hex}").touch()


if __name__ == "__main__":
    main()
