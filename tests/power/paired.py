"""The power bench by two commits on the same splits: is any row below the commit before?

``make bench-power-pairs OLD=COMMIT``. The script runs in the checkout that ``PYTHONPATH`` names, without peers and
shadows; held against each other are the results that both have left. Exits with 1 where a figure of the new commit is
below the old one's by more than two standard errors of the mean difference over splits.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SPLITS = tuple(range(8))
COLUMNS = ("label-free best", "linkage_sum/cells", "stack")
METRICS = ("auc", "tpr")
ERRORS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure into a folder, or compare two of them."""
    parser = argparse.ArgumentParser(prog="make bench-power-pairs", description=__doc__)
    parser.add_argument("--measure", type=Path, help="folder of the results")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("OLD", "NEW"))
    parser.add_argument("--commits", nargs=2, default=("?", "?"), metavar=("OLD", "NEW"))
    parser.add_argument("--tables", nargs="*")
    parser.add_argument("--splits", nargs="*", type=int, default=[*SPLITS])
    parser.add_argument("--releases", nargs="*", help="some of those whose truth is plain; all if left out")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args(arguments)
    if asked.measure is not None:
        _measure(asked.measure, asked.tables, asked.splits, asked.releases)
    if asked.compare is None:
        return 0
    old, new = (pd.DataFrame(figures(folder)) for folder in asked.compare)
    text, n_below = compared(old, new, asked.commits)
    print(text)
    if asked.output is not None:
        asked.output.write_text(text, encoding="utf-8")
    return 1 if n_below else 0


def _measure(folder: Path, tables: Sequence[str] | None, splits: Sequence[int], releases: Sequence[str] | None) -> None:
    # Of the checkout that is measured, whichever that is.
    from power import bench, ours
    from power.releases import RELEASES

    ours.AUDITORS.pop("shadow_stack", None)
    plain = [name for name, release in RELEASES.items() if release.truth != "little"]
    options = ["--releases", *(releases or plain), "--peers", "--splits", *map(str, splits), "--cache", str(folder)]
    bench.main(options + (["--tables", *tables] if tables else []))


def figures(folder: Path) -> Iterator[dict[str, Any]]:
    """What is compared of every result in a folder of the bench."""
    for file in sorted((folder / "results").glob("*-synthaudit.json")):
        table, split, release = file.stem.removesuffix("-synthaudit").split("-", 2)
        result = json.loads(file.read_text(encoding="utf-8"))["result"]
        attacks = result["attacks"]
        for metric in METRICS:
            values = (max(attack[metric] for attack in attacks.values()), attacks[COLUMNS[1]][metric])
            for column, value in zip(COLUMNS, (*values, result["learned"]["stack"][metric]), strict=True):
                yield {"table": table, "split": split, "release": release, "of": column, "metric": metric, "is": value}


def compared(old: pd.DataFrame, new: pd.DataFrame, commits: Sequence[str]) -> tuple[str, int]:
    """Markdown, and how many figures fell by more than :data:`ERRORS` standard errors.

    Tables count equally within a split; the standard error is that of the mean over splits.
    """
    key = ["table", "split", "release", "of", "metric"]
    both = old.merge(new, on=key, suffixes=("_old", "_new"))
    both["difference"] = both["is_new"] - both["is_old"]
    by_split = both.groupby(["release", "of", "metric", "split"], sort=False)[["is_old", "is_new", "difference"]].mean()
    rows = []
    for (release, column, metric), here in by_split.groupby(level=[0, 1, 2], sort=False):
        error = float(np.std(here["difference"], ddof=1) / np.sqrt(len(here))) if len(here) > 1 else np.nan
        mean = here.mean()
        is_below = bool(mean["difference"] < -max(ERRORS * error, 1e-9))
        cells = f"{mean['is_old']:.4f} | {mean['is_new']:.4f} | {mean['difference']:+.4f} | {error:.4f}"
        rows.append((is_below, f"| {release} | {column} | {metric} | {cells} | {'BELOW' if is_below else ''} |"))
    n_below = sum(is_below for is_below, _ in rows)
    splits = both.groupby("table")["split"].nunique()
    head = [
        "# Power of two commits",
        "",
        f"`make bench-power-pairs OLD={commits[0]}`, new: {commits[1]}. Attacks that learn from no shadow, on the",
        "releases of [power.md](power.md) whose truth is plain; AUC, and TPR at 1 % FPR. Splits: "
        + ", ".join(f"{table} {n}" for table, n in splits.items())
        + f". {n_below} of {len(rows)} figures are below by more than {ERRORS:.0f} standard errors.",
        "",
        "| release | attack | figure | old | new | difference | standard error | |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    return "\n".join([*head, *(row for _, row in rows), ""]), n_below


if __name__ == "__main__":
    sys.exit(main())
