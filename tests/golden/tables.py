"""Small tables of made-up people, from fixed seeds: every kind of column, and releases whose truth is known."""

from pathlib import Path

import numpy as np
import pandas as pd

REGIONS = ("north", "east", "south", "west", "islands", "enclave")
REGION_SHARES = (0.36, 0.26, 0.2, 0.14, 0.032, 0.008)
JOBS = tuple(f"job {letter}" for letter in "abcdefghijkl")
DIAGNOSES = ("none", "asthma", "diabetes", "migraine", "gout")


def people(n: int, seed: int) -> pd.DataFrame:
    """``n`` people, one row each: a key, numbers (whole, rounded, heavy-tailed, exact), skewed categories with rare
    levels, a date, a truth value, a sensitive column that follows from the others, and missing cells.
    """
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=n)
    age = np.clip(np.round(47 + 14 * factor + 9 * rng.normal(size=n)), 18, 96).astype(int)
    sick = np.clip(np.floor(np.abs(0.9 * factor + 0.6 * rng.normal(size=n)) * 1.6), 0, len(DIAGNOSES) - 1).astype(int)
    job = np.minimum(np.floor(np.abs(rng.normal(size=n) + 0.5 * factor) * 4).astype(int), len(JOBS) - 1)
    table = pd.DataFrame(
        {
            "record_id": [f"R{number:07d}" for number in rng.choice(9_000_000, size=n, replace=False) + seed],
            "age": age,
            "weight": np.round(2 * (74 + 7 * factor + 10 * rng.normal(size=n))) / 2,
            "income": np.round(np.exp(10 + 0.5 * factor + 0.6 * rng.normal(size=n)), 2),
            "score": factor + 0.7 * rng.normal(size=n),
            "region": rng.choice(REGIONS, size=n, p=REGION_SHARES),
            "job": np.array(JOBS)[job],
            "since": (np.datetime64("2004-01-01") + rng.integers(0, 5_000, n).astype("timedelta64[D]")).astype(str),
            "smokes": rng.random(n) < 0.3 - 0.05 * factor.clip(-2, 2),
            "diagnosis": np.array(DIAGNOSES)[sick],
        }
    )
    table.loc[rng.random(n) < 0.08, "weight"] = np.nan
    table.loc[rng.random(n) < 0.05, "job"] = None
    return table


def visits(n: int, seed: int) -> pd.DataFrame:
    """``n`` people with one to four rows each; age and region are the person's, everything else the visit's."""
    rng = np.random.default_rng([seed, 1])
    whose = np.repeat(np.arange(n), rng.choice(4, size=n, p=[0.4, 0.3, 0.2, 0.1]) + 1)
    rows, persons = people(len(whose), seed + 1_000), people(n, seed)
    for column in ("age", "region"):
        rows[column] = persons[column].to_numpy()[whose]
    rows["record_id"] = persons["record_id"].to_numpy()[whose]
    return rows.rename(columns={"record_id": "patient"})


def resampled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """As many rows drawn with replacement: of strangers, a release that repeats itself and leaks nobody."""
    return table.sample(len(table), replace=True, random_state=seed).reset_index(drop=True)


def with_copies(table: pd.DataFrame, strangers: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Strangers among whom a share of rows are copied from ``table``."""
    n = round(share * len(strangers))
    copies = table.sample(n, random_state=seed)
    mixed = pd.concat([copies, strangers.iloc[n:]], ignore_index=True)
    return mixed.sample(frac=1, random_state=seed).reset_index(drop=True)


def near_copies(table: pd.DataFrame, strangers: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Strangers among whom a share of rows are copies with their numbers moved a little."""
    rng = np.random.default_rng(seed)
    moved = table.copy()
    moved["score"] += 0.02 * rng.normal(size=len(table))
    moved["income"] = np.round(moved["income"] * np.exp(0.01 * rng.normal(size=len(table))), 2)
    moved["age"] = np.clip(moved["age"] + rng.integers(-1, 2, len(table)), 18, 96)
    return with_copies(moved, strangers, share, seed)


def renumbered(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The rows under keys of the release's own, which no person has."""
    keys = np.random.default_rng([seed, 2]).choice(900_000, size=len(table), replace=False) + 9_000_100
    return table.assign(record_id=[f"R{number:07d}" for number in keys])


def write(table: pd.DataFrame, path: Path) -> Path:
    """CSV with all digits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n")
    return path


def write_tables(folder: Path) -> None:
    """Every table that the cases share."""
    train, holdout, reference, fresh, gone = (people(n, seed) for seed, n in enumerate((400, 500, 300, 400, 60)))
    many, others = people(1_200, 5), people(1_300, 6)
    stays, strangers, made = visits(220, 7), visits(260, 8), visits(220, 9)
    tables = {
        "train": train,
        "holdout": holdout,
        "reference": reference,
        "fresh": renumbered(fresh, 10),
        "resampled": renumbered(resampled(fresh, 11), 11),
        "copies": renumbered(with_copies(train, fresh, 0.12, 12), 12),
        "near": renumbered(near_copies(train, fresh, 0.7, 13), 13),
        "itself": train,
        "source": people(1_200, 14),
        "many": many,
        "many-others": others,
        "large": renumbered(with_copies(many, people(2_600, 15), 0.03, 16), 16),
        # Of the people who asked to be deleted some stand in a release, and three were left in train.
        "deleted": gone,
        "deleted-in-train": pd.concat([gone, train.iloc[:3]], ignore_index=True),
        "knows-deleted": renumbered(with_copies(gone, fresh, 0.1, 17), 17),
        "record": train.iloc[[17]],
        "stranger": people(1, 18),
        "visits-train": stays,
        "visits-holdout": strangers,
        "visits-fresh": made.drop(columns="patient"),
        "visits-copies": with_copies(stays, made, 0.15, 19).drop(columns="patient"),
    }
    for name, table in tables.items():
        write(table, folder / f"{name}.csv")
