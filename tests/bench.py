"""Time and memory of one audit, and of the neighbour search beside scikit-learn's (``make bench``).

Prints a Markdown table, writes it to ``docs/figures/bench.md``, and exits with 1 if a required figure is missed.
The audits run through the command line in a process of their own, reading CSV files and writing the whole output;
seconds are wall-clock and include the start of Python.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.neighbors import NearestNeighbors

import synthaudit
from synthaudit.attacker import K_NEIGHBOURS, K_SPARE
from synthaudit.generators.cart import Cart
from synthaudit.generators.shadows import fit_shadows
from synthaudit.neighbours import nearest
from synthaudit.types import FloatArray, Points

# ``python -P`` keeps the folder of the script off the path.
sys.path.append(str(Path(__file__).parent))
from tables import mixed, three

ROWS = 10_000
SMALL_ROWS = 2_000
NUMBERS, CATEGORIES = 8, 6
OUTPUT = Path(__file__).parent.parent / "docs" / "figures" / "bench.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and the most it may be, where that is required."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether it is what it must be."""
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        required = "" if self.most is None else f"<= {self.most:g} {self.unit}{'' if self.met else ', MISSED'}"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {required} |"


def main() -> int:
    """Measure, print, write; 1 if a required figure is missed."""
    lines = [*machine(), "", "| Work | Measured | Required |", "| --- | ---: | ---: |"]
    print("\n".join(lines), flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(2026)
        roles = ("train", "holdout", "synthetic")
        for role, table in zip(roles, three([ROWS] * 3, rng, numbers=NUMBERS, categories=CATEGORIES), strict=True):
            table.to_csv(folder / f"{role}.csv", index=False)
        standard = f"audit of 3 x {ROWS:,} rows, {NUMBERS} numbers and {CATEGORIES} categories, profile standard"
        for what, flags, most in ((standard, [], 60.0), (f"{standard}, 16 shadows", ["--shadows", "16"], 360.0)):
            seconds, gigabytes = audit(folder, flags)
            new = [Figure(f"{what}: time", seconds, "s", most), Figure(f"{what}: peak memory", gigabytes, "GB", 2.0)]
            figures += new
            print(*new, sep="\n", flush=True)
    new = [small_audit(profile, most) for profile, most in (("quick", 3.0), ("standard", 15.0))]
    figures += new
    print(*new, sep="\n", flush=True)
    new = [shadows()]
    figures += new
    print(*new, sep="\n", flush=True)
    searches = neighbours()
    print(*searches, sep="\n")
    lines += map(str, figures + searches)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text("\n".join(["# Time and memory", "", *lines, ""]), encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


def machine() -> list[str]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in _lines(cpuinfo) if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return [
        f"- processor: {models[0] if models else platform.machine()}, {cpu_count()} cores",
        f"- memory: {memory:.1f} GB",
        f"- Python {platform.python_version()}, numpy {np.__version__}",
    ]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def audit(folder: Path, flags: list[str]) -> tuple[float, float]:
    """Wall-clock seconds and peak resident memory in GB of one audit; its workers are threads of one process."""
    files = [part for role in ("train", "holdout", "synthetic") for part in (f"--{role}", str(folder / f"{role}.csv"))]
    command = [sys.executable, "-P", "-m", "synthaudit", "audit", *files, "-o", str(folder / "out"), "--quiet", *flags]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    # Pass, fail and inconclusive are all results; anything else is no audit.
    if process.returncode not in (0, 1, 3):
        raise SystemExit(f"the audit ended with exit code {process.returncode}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def small_audit(profile: str, most: float) -> Figure:
    """Seconds of one audit as a notebook runs it, once everything is imported and compiled: quickest of three."""
    tables = three([SMALL_ROWS] * 4, np.random.default_rng(2028), numbers=NUMBERS, categories=CATEGORIES)
    train, release, holdout, reference = tables
    few = [table.iloc[:600] for table in (train, release, holdout)]
    synthaudit.audit(*few, profile=profile)
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        synthaudit.audit(train, release, holdout, reference=reference, profile=profile)
        seconds.append(time.monotonic() - began)
    columns = NUMBERS + CATEGORIES
    what = f"audit of 4 x {SMALL_ROWS:,} rows, {columns} columns, profile {profile}, after imports: time"
    return Figure(what, min(seconds), "s", most)


def shadows(k: int = 64) -> Figure:
    """Fit and sample shadows of cart on all cores; nothing is kept."""
    pool = mixed(2 * ROWS, np.random.default_rng(2026), numbers=NUMBERS, categories=CATEGORIES)
    began = time.perf_counter()
    fit_shadows(pool, np.arange(2 * ROWS), ROWS, ROWS, k, Cart(), np.random.default_rng(0), cpu_count())
    return Figure(f"{k} shadows of cart, {ROWS:,} rows each", time.perf_counter() - began, "s", 60.0)


def neighbours() -> list[Figure]:
    """Our search against scikit-learn's brute force: the same rows, neighbours, distances and cores."""
    rng = np.random.default_rng(2027)
    candidates, release = three([ROWS] * 2, rng, numbers=NUMBERS, categories=CATEGORIES)
    queries, rows = points(candidates, release)
    k, jobs = K_NEIGHBOURS + K_SPARE, cpu_count()
    levels = [np.unique(np.concatenate([queries.codes[:, i], rows.codes[:, i]])) for i in range(rows.codes.shape[1])]
    dense_queries, dense_rows = one_hot(queries, levels), one_hot(rows, levels)
    brute = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=jobs).fit(dense_rows)

    own_seconds, ours = quickest(lambda: nearest(queries, rows, k, norm="l2", jobs=jobs).distance)
    their_seconds, theirs = quickest(lambda: brute.kneighbors(dense_queries)[0])
    # Matrix products lose half of the digits of a distance.
    np.testing.assert_allclose(ours, theirs, atol=1e-6)

    work = f"{k} nearest of {ROWS:,} rows for {ROWS:,} queries, {dense_rows.shape[1]} columns one-hot, {jobs} threads"
    return [
        Figure(f"{work}: synthaudit", own_seconds, "s"),
        Figure(f"{work}: scikit-learn, brute force", their_seconds, "s"),
        Figure("the first in units of the second", own_seconds / their_seconds, "x"),
    ]


def points(*tables: pd.DataFrame) -> list[Points]:
    """Numbers as their quantile, categories as codes, row by row in memory as the encoder lays them out."""
    both = pd.concat(tables, ignore_index=True)
    is_number = both.columns.str.startswith("x")
    numeric = np.ascontiguousarray(both.loc[:, is_number].rank(pct=True), dtype=np.float64)
    codes = np.ascontiguousarray(both.loc[:, ~is_number].apply(lambda column: pd.factorize(column)[0]), dtype=np.int32)
    ends = np.cumsum([len(table) for table in tables])[:-1]
    return [Points(numeric=x, codes=c) for x, c in zip(np.split(numeric, ends), np.split(codes, ends), strict=True)]


def quickest(search: Callable[[], FloatArray]) -> tuple[float, FloatArray]:
    """Seconds of the quickest of three runs, and the distances found; the first run may have to compile."""
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        distances = search()
        seconds.append(time.monotonic() - began)
    return min(seconds), distances


def one_hot(table: Points, levels: list[np.ndarray]) -> FloatArray:
    """(n, p) coordinates in which squared Euclidean distance is that of ``Points``: 1 for each mismatch."""
    hot = [(table.codes[:, i][:, None] == level) / np.sqrt(2) for i, level in enumerate(levels)]
    return np.concatenate([table.numeric, *hot], axis=1)


if __name__ == "__main__":
    sys.exit(main())
