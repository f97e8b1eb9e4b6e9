"""Makes ``datasets/randhie.csv`` from the table that ships inside statsmodels, byte for byte the same everywhere.

Usage: ``pip install statsmodels==0.15.0 && python datasets/make_randhie.py``. Cells are copied as text, never parsed.
"""

import csv
import hashlib
import sys
from importlib.resources import files
from pathlib import Path

KEYS = ("lpi", "fmde", "disea")
"""Rows that share these three are taken as one family: they are fixed per family or plan, and finely graded."""
MOST_ROWS = 20
"""Larger groups are chance collisions of common values rather than families, and are left out."""
SEED = "randhie 20190"


def families(rows: list[dict[str, str]]) -> dict[tuple[str, ...], list[dict[str, str]]]:
    """Rows by family, families in an order that depends on a hash of the key and the seed alone."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in KEYS), []).append(row)
    kept = {key: group for key, group in groups.items() if len(group) <= MOST_ROWS}
    return dict(sorted(kept.items(), key=lambda item: hashlib.sha256(repr((SEED, item[0])).encode()).digest()))


def main() -> None:
    """Write the table beside this script and print what SOURCES.md states."""
    source = files("statsmodels.datasets.randhie") / "randhie.csv"
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    kept = families(rows)
    lines = [",".join(["family", *rows[0]])]
    for code, group in enumerate(kept.values(), start=1):
        lines += [",".join([str(code), *row.values()]) for row in group]
    target = Path(__file__).with_name("randhie.csv")
    target.write_bytes(("\n".join(lines) + "\n").encode())
    sys.stdout.write(
        f"{len(rows)} rows read, {len(lines) - 1} kept, {len(kept)} families\n"
        f"sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}\n"
    )


if __name__ == "__main__":
    main()
