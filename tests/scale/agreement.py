"""Record-linkage agreement alone (``make bench-agreement``): this version and an earlier one by turns.

Both score the same people and the same release, one after the other, pair by pair on one thread, each in a process of
its own, and what is compared is the quotient of the two CPU times of a pair: a busy machine slows down both. Scores
must agree, and people whom the earlier version ties must be tied.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from power.releases import one_thread
from tables import schema_of

from scale.report import FIGURES, Figure, machine
from scale.tables import people
from synthaudit.attacker.view import Attacker, attacker
from synthaudit.checks.explanation import contributions
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.linkage.agreement import RULES, SUM_RULES, Rule
from synthaudit.types import Cells, FloatArray

TESTS = Path(__file__).parents[1]
PROFILES: Mapping[str, tuple[Rule, ...]] = {"quick": ("blended",), "standard": RULES}
"""The rules by which claims are made; sums are always asked by two."""
CANDIDATES = 5 / 7
"""Share of candidates among people, as where 16,000 are set aside of 56,000."""
COPIED = 20
"""One row in so many of the release is a candidate's."""
LEAST, AT = 6.0, (40_000, 50_000)
MOST_EXPONENT, GROWTH = 1.5, (10_000, 20_000, 40_000, 80_000)
NEGLIGIBLE, SOME = 1e-10, 200
Scores = dict[str, FloatArray]


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, grow, print, write; 1 if a required figure is missed."""
    given = parser().parse_args(arguments)
    lines = ["# Agreement", "", "`make bench-agreement`; how to read it: `docs/speed.md`.", "", *machine(), ""]
    with tempfile.TemporaryDirectory() as folder:
        figures = [
            *(
                compared(given.old, Path(folder), profile, (given.people, given.rows), given.pairs)
                for profile in PROFILES
            ),
            *grown(Path(folder), given.largest),
        ]
    text = "\n".join([*lines, *FIGURES, *(str(figure) for figure in figures), ""])
    print(text)
    if given.output is not None:
        given.output.write_text(text, encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


def parser() -> argparse.ArgumentParser:
    """What a run may be limited to."""
    made = argparse.ArgumentParser(prog="make bench-agreement", description=__doc__)
    made.add_argument("--old", type=Path, required=True, help="a checkout of the earlier version")
    made.add_argument("--people", type=int, default=AT[0])
    made.add_argument("--rows", type=int, default=AT[1])
    made.add_argument("--pairs", type=int, default=3)
    made.add_argument("--largest", type=int, default=GROWTH[-1], help="people and rows of the largest growth")
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


def compared(old: Path, folder: Path, profile: str, size: tuple[int, int], pairs: int) -> Figure:
    """How many times as long the earlier version takes, the median of all pairs; scores must be the same."""
    ratios, difference = [], 0.0
    for _ in range(pairs):
        before, after = (run(root, folder, profile, size) for root in (old, TESTS.parent))
        ratios.append(before["seconds"] / after["seconds"])
        difference = max(difference, differs(np.load(before["file"]), np.load(after["file"])))
        print(f"{profile}: {before['seconds']:.1f} s, {after['seconds']:.1f} s, {ratios[-1]:.2f} x", file=sys.stderr)
    return Figure(
        what=f"{profile}, {size[0]:,} people, {size[1]:,} rows: the earlier version's time in units of this one's",
        value=statistics.median(ratios),
        unit="x",
        least=LEAST if size == AT else None,
        note=f"pairs from {min(ratios):.2f} to {max(ratios):.2f}, scores differ by {difference:.1g} at most",
    )


def differs(before: Mapping[str, FloatArray], after: Mapping[str, FloatArray]) -> float:
    """The largest difference of two scores; people whom the earlier version ties must be tied."""
    largest = 0.0
    for name, scores in before.items():
        if name == "cells":
            continue
        largest = max(largest, float(np.abs(scores - after[name]).max()))
        _, twin = np.unique(before["cells"], axis=0, return_inverse=True)
        first = np.unique(twin, return_index=True)[1][twin]
        if not np.array_equal(after[name], after[name][first]):
            raise SystemExit(f"{name} tells people apart who hold the same cells")
    return largest


def grown(folder: Path, largest: int) -> list[Figure]:
    """How time grows with people and rows together, and the share of rows that a score depends on."""
    sizes = [size for size in GROWTH if size <= largest]
    runs = [run(TESTS.parent, folder, "quick", (size, size)) for size in sizes]
    for size, each in zip(sizes, runs, strict=True):
        print(f"quick, {size:,} people and rows: {each['seconds']:.1f} s", file=sys.stderr)
    exponent = (
        float("nan")
        if len(sizes) < 2
        else float(np.polyfit(np.log(sizes), np.log([each["seconds"] for each in runs]), 1)[0])
    )
    return [
        Figure(
            what=f"quick, {sizes[0]:,} to {sizes[-1]:,} people and rows: time grows with both to the power",
            value=exponent,
            unit="",
            most=MOST_EXPONENT if largest >= GROWTH[-1] else None,
        ),
        *(
            Figure(
                what=f"rows that half of {SOME} people need for their sum by {rule} to be known to {NEGLIGIBLE:g}",
                value=100 * runs[0]["needed"][rule],
                unit="%",
                note=f"of {sizes[0]:,}, the largest terms first",
            )
            for rule in runs[0]["needed"]
        ),
    ]


def run(root: Path, folder: Path, profile: str, size: tuple[int, int]) -> dict[str, Any]:
    """Score in a process of its own, by the version that is checked out at ``root``."""
    out = folder / f"{root.name}-{profile}.npz"
    asked = json.dumps({"profile": profile, "n_people": size[0], "n_rows": size[1], "file": str(out)})
    env = one_thread() | {"PYTHONPATH": os.pathsep.join([str(root), str(TESTS)]), "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "scale.agreement", "child", asked]
    said = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(said.strip().splitlines()[-1]))


# --- the child -----------------------------------------------------------------------------------------


def child(profile: str, n_people: int, n_rows: int, file: str) -> dict[str, Any]:
    """CPU seconds of one pass over a release, once everything is compiled; the scores go to a file."""
    score(*made(profile, 350, 300))
    attacking, release = made(profile, n_people, n_rows)
    began = time.process_time()
    scores = score(attacking, release)
    seconds = time.process_time() - began
    arrays: dict[str, Any] = {"cells": attacking.candidates.codes, **scores}
    np.savez(file, **arrays)
    return {"seconds": seconds, "file": file, "needed": needed(attacking, release) if n_people <= GROWTH[0] else {}}


def made(profile: str, n_people: int, n_rows: int) -> tuple[Attacker, Cells]:
    """An attacker who knows so many people, and a release into which some of them were copied."""
    rng = np.random.default_rng([2032, n_people, n_rows])
    n = round(CANDIDATES * n_people)
    candidates, reference, release = people(n, rng), people(n_people - n, rng), people(n_rows, rng)
    copies = candidates.iloc[rng.integers(0, n, n_rows // COPIED)]
    release.iloc[: len(copies)] = copies.to_numpy()
    release = release.astype(candidates.dtypes.to_dict())
    schema = schema_of(candidates)
    encoder = fit_cells(schema, [candidates, reference], [release])
    cells = [encoder.encode(table) for table in (candidates, reference, release)]
    space = fit_space(schema, joined(*cells[:2]), cells[2])
    competing = PROFILES[profile]
    return attacker(schema, space, cells[0], cells[1], views=(), competing=competing), cells[2]


def score(attacking: Attacker, release: Cells) -> Scores:
    """Log-sums and claims."""
    sums, claims = attacking.agree(release)
    return {f"sum {rule}": scores for rule, scores in sums.items()} | {
        f"claim {rule}": scores for rule, scores in claims.items()
    }


def needed(attacking: Attacker, release: Cells) -> dict[str, float]:
    """By rule, the share of rows without which the median of some people does not know its sum."""
    shares: dict[str, float] = {}
    for rule in SUM_RULES:
        terms = np.stack([contributions(attacking.agreement[rule], i, release).sum(axis=1) for i in range(SOME)])
        ascending = np.sort(np.exp(terms - terms.max(axis=1, keepdims=True)), axis=1)
        reached = np.cumsum(ascending, axis=1)
        shares[rule] = float(np.median((reached > NEGLIGIBLE * reached[:, -1:]).mean(axis=1)))
    return shares


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        print(json.dumps(child(**json.loads(sys.argv[2]))))
    else:
        sys.exit(main())
