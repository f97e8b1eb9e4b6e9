"""Time and memory of whole audits, of a release of millions of rows, and of shadows."""

import shutil
from collections.abc import Callable, Iterator

import numpy as np
from tables import three

from scale import tables
from scale.children import Asked, audit, own
from scale.report import FIGURES, Figure, memory_of, time_of

ROWS = 10_000
LARGE_ROWS = 50_000
RELEASED, TARGETS = 5_000_000, 20_000
RELEASED_FLAGS = ("--profile", "quick")
"""How an audit is asked for that streams its release; the only place to change where that takes another flag."""
SHADOWS = 64
Section = tuple[list[str], list[Figure]]


def section(asked: Asked, say: Callable[[str], None]) -> Section:
    """Every figure of a whole audit."""
    figures = []
    for part in (small, usual, large, released, shadows):
        for figure in part(asked):
            say(str(figure))
            figures.append(figure)
    lines = [
        "## Whole audits",
        "",
        "By the command line, in a process of its own, from its start to the written report, unless said otherwise.",
        "",
        *FIGURES,
        *map(str, figures),
    ]
    return lines, figures


def small(asked: Asked) -> Iterator[Figure]:
    """As in a notebook."""
    for profile, most in (("quick", 3.0), ("standard", 15.0)):
        run = own("notebook", {"profile": profile}, 10 * most)
        yield time_of(f"audit of 4 x 2,000 rows, 14 columns, profile {profile}, after imports", run, most)


def usual(asked: Asked) -> Iterator[Figure]:
    """8 numbers and 6 categories, with shadows and without."""
    rows = asked.rows(ROWS)
    folder = asked.folder / "usual"
    folder.mkdir()
    made = three([rows] * 3, np.random.default_rng(2026), numbers=8, categories=6)
    for role, table in zip(tables.ROLES, (made[0], made[1], made[2]), strict=True):
        table.to_csv(folder / f"{role}.csv", index=False)
    files = {role: str(folder / f"{role}.csv") for role in tables.ROLES}
    standard = f"audit of 3 x {rows:,} rows, 8 numbers and 6 categories, profile standard"
    for what, flags, most in ((standard, [], 60.0), (f"{standard}, 16 shadows", ["--shadows", "16"], 360.0)):
        run = audit(files, 5 * most, flags)
        yield time_of(what, run, asked.most(ROWS, most))
        yield memory_of(what, run, asked.most(ROWS, 2.0))
    shutil.rmtree(folder)


def large(asked: Asked) -> Iterator[Figure]:
    """Three tables of 50,000 rows."""
    rows = asked.rows(LARGE_ROWS)
    folder = asked.folder / "large"
    folder.mkdir()
    files = tables.write_three(folder, (rows, rows, rows), np.random.default_rng(2032))
    run = audit(files, 10 * asked.limit, ["--profile", "standard", "--shadows", "0"])
    what = f"audit of 3 x {rows:,} rows, 15 mixed columns, profile standard, no shadows"
    yield time_of(what, run, asked.most(LARGE_ROWS, 90.0))
    yield memory_of(what, run, asked.most(LARGE_ROWS, 3.0))
    shutil.rmtree(folder)


def released(asked: Asked) -> Iterator[Figure]:
    """A release of five million rows."""
    rows, targets = asked.rows(RELEASED), asked.rows(TARGETS)
    folder, rng = asked.folder / "released", np.random.default_rng(2033)
    folder.mkdir()
    files = tables.write_three(folder, (targets // 2, targets // 2, 1), rng)
    files["synthetic"] = str(folder / "synthetic.parquet")
    tables.write_parquet(folder / "synthetic.parquet", rows, rng)
    run = audit(files, 5 * asked.limit, RELEASED_FLAGS)
    what = f"audit of {targets:,} targets, {rows:,} synthetic rows from Parquet, {' '.join(RELEASED_FLAGS)[2:]}"
    yield time_of(what, run, asked.most(RELEASED, 60.0))
    yield memory_of(what, run, asked.most(RELEASED, 1.0))
    shutil.rmtree(folder)


def shadows(asked: Asked) -> Iterator[Figure]:
    """CART fitted and drawn from, again and again."""
    rows = asked.rows(ROWS)
    folder = asked.folder / "shadows"
    folder.mkdir()
    files = tables.write_three(folder, (rows, rows, 1), np.random.default_rng(2034))
    kinds = tables.kinds_of(tables.people(1, np.random.default_rng(0)))
    run = own("shadows", {"files": files, "kinds": kinds, "shadows": SHADOWS}, 5 * asked.limit)
    what = f"{SHADOWS} shadows by cart, each fitted on {rows:,} rows of 15 mixed columns, all cores"
    yield time_of(what, run, asked.most(ROWS, 60.0))
    shutil.rmtree(folder)
