"""The search for neighbours against scikit-learn's, on releases of every kind, and how far it goes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from tables import three

from scale import tables
from scale.children import Asked, own, peer
from scale.measure import Run
from scale.report import FIGURES, Figure, memory_of, time_of
from synthaudit.attacker.view import K_NEIGHBOURS, K_SPARE
from synthaudit.types import Points

K = 5
ROWS, QUERIES = 200_000, 2_000
"""Of the comparison over releases of every kind."""
MANY_ROWS, MANY_QUERIES, SAMPLED = 1_000_000, 50_000, 1_000
"""Of the largest search, and how many of its queries a plain scan answers as well."""
OLD_ROWS = 10_000
EASY = ("copula", "cart", "independent")
HARD = "uniform"
Section = tuple[list[str], list[Figure]]


def section(asked: Asked, say: Callable[[str], None]) -> Section:
    """Every comparison of searches: lines of Markdown, and the required figures."""
    lines, figures = releases(asked, say)
    figures += largest(asked, say)
    figures += within_audits(asked, say)
    return ["## Search for neighbours", "", *lines, "", *FIGURES, *map(str, figures)], figures


def releases(asked: Asked, say: Callable[[str], None]) -> Section:
    """Ours and scikit-learn's on one and on all cores, by what made the release."""
    rows, queries = asked.rows(ROWS), asked.rows(QUERIES)
    counts = sorted({1, cpu_count()})
    columns = [f"{who}, {_cores(jobs)}" for jobs in counts for who in ("synthaudit", "scikit-learn", "ratio")]
    lines = [
        f"The {K} nearest of {rows:,} rows of a release for {queries:,} real rows, exact, in float64; scikit-learn by",
        "brute force (its trees know no categories), which get one column a level. Half of the real rows are of the",
        f"training table, which has {rows:,}. {_copula()}",
        "",
        "| Release | " + " | ".join(columns) + " |",
        "| --- |" + " ---: |" * len(columns),
    ]
    figures = []
    for number, release in enumerate(tables.RELEASES):
        folder = asked.folder / "release"
        try:
            _write_release(folder, release, rows, queries, np.random.default_rng([2029, number]))
        except RuntimeError as error:
            lines.append(f"| {release.label} | not made: {error} |" + " |" * (len(columns) - 1))
            continue
        cells = []
        for jobs in counts:
            ours, theirs, times = _against_scikit_learn(folder, K, asked.limit, jobs)
            cells += [_seconds(ours), _seconds(theirs), f"{times.value:.3g} x"]
            what = f"{release.label}, {rows:,} rows, {_cores(jobs)}: {times.what}"
            figures.append(_required(replace(times, what=what), release.name, asked))
        lines.append(f"| {release.label} | " + " | ".join(cells) + " |")
        say(lines[-1])
        shutil.rmtree(folder)
    return lines, figures


def _required(figure: Figure, release: str, asked: Asked) -> Figure:
    if asked.largest < ROWS or release not in (*EASY, HARD):
        return figure
    return replace(figure, least=10.0 if release in EASY else round(1 / 1.3, 3))


def _write_release(folder: Path, release: tables.Release, rows: int, queries: int, rng: np.random.Generator) -> None:
    train = release.law(rows, rng)
    made = release.make(train, rows, rng)
    real = pd.concat([train[: queries // 2], release.law(queries - queries // 2, rng)], ignore_index=True)
    tables.write_points(folder, *tables.points(real, made))


def _against_scikit_learn(folder: Path, k: int, limit: float, jobs: int) -> tuple[Run, Run, Figure]:
    """Both runs on the same points, and their time in units of ours; distances must agree."""
    job: dict[str, Any] = {"folder": str(folder), "k": k}
    ours, theirs = own("search", job, limit, jobs=jobs), peer(None, "scikit-learn", job, limit, jobs=jobs)
    for run in (ours, theirs):
        if run.outcome == "failed":
            raise SystemExit(f"a search of {folder.name} failed: {run.why}")
    if ours.finished and theirs.finished:
        # Matrix products lose half of the digits of a distance.
        found, expected = (np.load(folder / f"{who}.npy") for who in ("synthaudit", "scikit-learn"))
        np.testing.assert_allclose(found, expected, atol=1e-6)
    value = theirs.seconds / ours.seconds if ours.finished else 0.0
    note = "" if theirs.finished else f"a lower bound, scikit-learn: {theirs.outcome}"
    return ours, theirs, Figure(what="scikit-learn's time in units of ours", value=value, unit="x", note=note)


def largest(asked: Asked, say: Callable[[str], None]) -> list[Figure]:
    """A million rows: time and memory of building and searching, and every bit against a plain scan."""
    rows, queries = asked.rows(MANY_ROWS), asked.rows(MANY_QUERIES)
    folder, rng = asked.folder / "largest", np.random.default_rng(2030)
    tables.write_points(folder, *tables.points(tables.people(queries, rng), tables.people(rows, rng)))
    job = {"folder": str(folder), "k": K, "sampled": SAMPLED}
    what = f"{K} nearest of {rows:,} rows, 15 mixed columns, for {queries:,} targets"
    # A search that is far too slow is to be stopped, not to be waited for.
    run = own("search", job, 5 * asked.limit)
    figures = [
        time_of(what, run, asked.most(MANY_ROWS, 10.0)),
        memory_of(what, run, asked.most(MANY_ROWS, 1.5)),
    ]
    if run.finished:
        check = own("exact", job, 10 * asked.limit, jobs=1)
        differ = check.said["differ"] if check.finished else SAMPLED
        name = f"{what}: of {asked.rows(SAMPLED):,} targets, those that a plain scan answers otherwise in any bit"
        figures.append(Figure(what=name, value=differ, unit="targets", most=0.0, note=check.why))
    shutil.rmtree(folder)
    for figure in figures:
        say(str(figure))
    return figures


def within_audits(asked: Asked, say: Callable[[str], None]) -> list[Figure]:
    """As many neighbours as an audit wants, of tables as small as most."""
    n, k = asked.rows(OLD_ROWS), K_NEIGHBOURS + K_SPARE
    folder = asked.folder / "within"
    candidates, release = three([n] * 2, np.random.default_rng(2027), numbers=8, categories=6)
    queries, rows = by_rank(candidates, release)
    tables.write_points(folder, queries, rows)
    ours, theirs, times = _against_scikit_learn(folder, k, asked.limit, cpu_count())
    shutil.rmtree(folder)
    work = f"{k} nearest of {n:,} rows for {n:,} queries, 8 numbers and 6 categories, {_cores(cpu_count())}"
    times = replace(times, what=f"{work}: {times.what}")
    figures = [time_of(f"{work}, synthaudit", ours), time_of(f"{work}, scikit-learn", theirs), times]
    for figure in figures:
        say(str(figure))
    return figures


def by_rank(*frames: pd.DataFrame) -> list[Points]:
    """Numbers as their quantile, categories as codes, row by row in memory as the encoder lays them out."""
    both = pd.concat(frames, ignore_index=True)
    is_number = both.columns.str.startswith("x")
    numeric = np.ascontiguousarray(both.loc[:, is_number].rank(pct=True), dtype=np.float64)
    codes = np.ascontiguousarray(both.loc[:, ~is_number].apply(lambda column: pd.factorize(column)[0]), dtype=np.int32)
    ends = np.cumsum([len(table) for table in frames])[:-1]
    return [Points(numeric=x, codes=c) for x, c in zip(np.split(numeric, ends), np.split(codes, ends), strict=True)]


def _cores(jobs: int) -> str:
    return "1 thread" if jobs == 1 else f"{jobs} threads"


def _seconds(run: Run) -> str:
    return f"{run.seconds:.3g} s" if run.finished else f"> {run.seconds:g} s, {run.outcome}"


def _copula() -> str:
    if tables.sdv_installed():
        return "The copula is SDV's GaussianCopulaSynthesizer."
    return "The copula is our own: SDV is not installed in `.venv-peers/generators`."
