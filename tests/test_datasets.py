"""The committed tables are the ones that SOURCES.md describes."""

import csv
import hashlib
import importlib.util
import re
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

DATASETS = Path(__file__).parents[1] / "datasets"
SOURCES = (DATASETS / "SOURCES.md").read_text(encoding="utf-8")


def rows() -> list[dict[str, str]]:
    with (DATASETS / "randhie.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_checksum() -> None:
    """The bytes in the folder have the sha256 that SOURCES.md states."""
    stated = re.findall(r"sha256 \| `([0-9a-f]{64})`", SOURCES)
    assert stated == [hashlib.sha256((DATASETS / "randhie.csv").read_bytes()).hexdigest()]


def test_every_number_in_sources_holds() -> None:
    """Rows, families, family sizes and distinct values are those that SOURCES.md states; no cell is missing."""
    table = rows()
    assert f"| rows | {len(table):,} |" in SOURCES
    sizes: dict[str, int] = {}
    for row in table:
        sizes[row["family"]] = sizes.get(row["family"], 0) + 1
    assert f"| families | {len(sizes):,}, of {min(sizes.values())} to {max(sizes.values())} rows |" in SOURCES
    assert f"| columns | {len(table[0])} |" in SOURCES
    for name, stated in re.findall(r"^\| (\w+) \| numeric \|.* (\d+) distinct values", SOURCES, re.MULTILINE):
        assert len({row[name] for row in table}) == int(stated), name
    for name in re.findall(r"^\| (\w+) \| boolean", SOURCES, re.MULTILINE):
        assert {row[name] for row in table} == {"0", "1"}, name
    assert all(cell for row in table for cell in row.values())


def test_a_family_is_one_key() -> None:
    """Rows share a family exactly where they share lpi, fmde and disea, and families are numbered in file order."""
    key_of: dict[str, tuple[str, ...]] = {}
    for row in rows():
        key = (row["lpi"], row["fmde"], row["disea"])
        assert key_of.setdefault(row["family"], key) == key
    assert len(set(key_of.values())) == len(key_of)
    assert list(key_of) == [str(code) for code in range(1, len(key_of) + 1)]


def test_the_number_of_a_family_tells_nothing() -> None:
    """Numbers follow a hash: the rank correlation with the family's own columns is within 4 / sqrt(n) of zero."""
    first = {row["family"]: row for row in rows()}
    for name in ["lncoins", "lpi", "fmde", "disea", "idp"]:
        values = np.array([float(row[name]) for row in first.values()])
        assert abs(spearmanr(np.arange(len(values)), values).statistic) <= 4 / np.sqrt(len(values)), name


def test_the_script_leaves_out_large_groups_and_orders_by_hash() -> None:
    """Groups of more than 20 rows go, order within a group stays, and the order of groups ignores that of the file."""
    spec = importlib.util.spec_from_file_location("make_randhie", DATASETS / "make_randhie.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = [
        {"lpi": str(group), "fmde": "0", "disea": "1", "visit": str(i)}
        for group, size in enumerate([20, 21, 1, 3])
        for i in range(size)
    ]
    kept = module.families(table)
    assert sorted((key[0], len(group)) for key, group in kept.items()) == [("0", 20), ("2", 1), ("3", 3)]
    assert [row["visit"] for row in kept["3", "0", "1"]] == ["0", "1", "2"]
    backwards = sorted(table, key=lambda row: -int(row["lpi"]))
    assert list(module.families(backwards)) == list(kept)
