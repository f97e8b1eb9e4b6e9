"""Made-up tables of any size, and releases of them by generators of very different kinds."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from power.releases import one_thread
from power.tables import ENVIRONMENTS
from scipy.special import ndtr, ndtri
from tables import schema_of

from synthaudit.encoding import fit_cells, fit_space
from synthaudit.generators.cart import Cart
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.types import FloatArray, Generator, Points

Make = Callable[[pd.DataFrame, int, np.random.Generator], pd.DataFrame]
LEVELS: Mapping[str, int] = {
    "sex": 2,
    "smoker": 2,
    "marital": 5,
    "education": 6,
    "region": 12,
    "insurer": 20,
    "district": 30,
    "occupation": 40,
}
CHUNK = 500_000
"""Rows of a large file that are made at a time."""
FITTED = 20_000
"""Rows that a copula is fitted on, however many it draws."""
ROLES = ("train", "holdout", "synthetic")


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """15 columns as in a survey, all tied to one latent factor: skewed numbers, heaped integers, skewed categories."""
    factor = rng.normal(size=n)

    def tied(share: float) -> FloatArray:
        """(n,) standard normal, correlated with the factor by ``share``."""
        made: FloatArray = share * factor + np.sqrt(1 - share**2) * rng.normal(size=n)
        return made

    age = np.clip(np.round(48 + 17 * tied(0.5)), 18, 99)
    income = np.round(np.exp(10.3 + 0.7 * tied(0.8)))
    columns: dict[str, object] = {
        # Some tell a round age, many a round income, most a full week.
        "age": np.where(rng.random(n) < 0.3, 5 * np.round(age / 5), age),
        "income": np.where(rng.random(n) < 0.5, 1000 * np.round(income / 1000), income),
        "savings": np.where(rng.random(n) < 0.2, 0.0, np.round(np.exp(8 + 1.8 * tied(0.7)), 2)),
        "hours": np.where(rng.random(n) < 0.5, 40.0, np.clip(np.round(36 + 9 * tied(0.4)), 0, 80)),
        "commute": 5 * np.round(np.exp(3 + 0.7 * tied(0.2)) / 5),
        "height": np.round(171 + 9 * tied(0.2), 1),
        "children": rng.poisson(np.exp(0.5 * tied(0.4))).astype(float),
    }
    for name, levels in LEVELS.items():
        # The share of level i is in proportion to 1 / (i + 1).
        cuts = np.cumsum(1 / np.arange(1, levels + 1))
        level = np.searchsorted(cuts[:-1] / cuts[-1], ndtr(tied(0.5)), side="right")
        columns[name] = np.array([f"{name} {i}" for i in range(levels)], dtype=object)[level]
    return pd.DataFrame(columns)


def uniform(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """50 independent numbers: the search for neighbours with the least to leave out."""
    return pd.DataFrame(rng.random((n, 50)), columns=[f"x{i}" for i in range(50)])


def kinds_of(table: pd.DataFrame) -> dict[str, str]:
    """Column to ``numeric`` or ``categorical``."""
    return {str(name): "numeric" if table[name].dtype.kind == "f" else "categorical" for name in table}


# --- releases -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A way to make a release, and the law of the table it is a release of."""

    name: str
    label: str
    make: Make
    law: Callable[[int, np.random.Generator], pd.DataFrame] = people


def gaussian_copula(train: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """SDV's GaussianCopula where the environment of the generators is installed, else our own.

    Raises
    ------
    RuntimeError
        SDV is installed and failed.
    """
    return _sdv(train[:FITTED], n, rng) if sdv_installed() else own_copula(train[:FITTED], n, rng)


def sdv_installed() -> bool:
    """Whether the environment of the generators was made."""
    return (ENVIRONMENTS / "generators" / ".done").exists()


def _sdv(train: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    kinds = kinds_of(train)
    with tempfile.TemporaryDirectory() as folder:
        given, drawn, request = (Path(folder) / name for name in ("train.csv", "release.csv", "request.json"))
        train.to_csv(given, index=False)
        settings = {"library": "sdv", "model": "GaussianCopulaSynthesizer", "default_distribution": "norm"}
        asked = {"settings": settings, "kinds": kinds, "domain": {}, "rows": n, "seed": int(rng.integers(2**31))}
        request.write_text(json.dumps({**asked, "train": str(given), "release": str(drawn)}), encoding="utf-8")
        program = Path(__file__).parents[1] / "power" / "fit.py"
        command: list[str | Path] = [ENVIRONMENTS / "generators" / "bin" / "python", "-P", program, request]
        ended = subprocess.run(command, env=one_thread(), capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError((ended.stderr.strip() or "SDV gave no reason").splitlines()[-1])
        return pd.read_csv(drawn, dtype={name: float if kind == "numeric" else object for name, kind in kinds.items()})


def own_copula(train: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A Gaussian copula with the margins of the training table; levels are ranked by their frequency."""
    places = {name: _places(train[name]) for name in train}
    normal = np.column_stack([ndtri((place + 0.5) / len(train)) for place in places.values()])
    drawn = ndtr(rng.multivariate_normal(np.zeros(len(places)), np.corrcoef(normal.T), size=n, method="cholesky"))
    rows = np.minimum((drawn * len(train)).astype(int), len(train) - 1)
    ascending = {name: train[name].to_numpy()[np.argsort(place)] for name, place in places.items()}
    return pd.DataFrame({name: ascending[name][rows[:, i]] for i, name in enumerate(places)})


def _places(column: pd.Series) -> FloatArray:
    """(n,) 0 to n - 1, each once, in the order of the column."""
    key = column if column.dtype.kind == "f" else -column.map(column.value_counts())
    return np.argsort(np.lexsort([column, key])).astype(np.float64)


def _of(generator: Generator) -> Make:
    return lambda train, n, rng: generator.fit_sample(train, n, rng)


def _copies(train: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    return train.take(rng.integers(len(train), size=n)).reset_index(drop=True)


def _fresh_numbers(train: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    return uniform(n, rng)


RELEASES = (
    Release(name="copula", label="Gaussian copula", make=gaussian_copula),
    Release(name="cart", label="CART, leaf 5", make=_of(Cart())),
    Release(name="independent", label="independent columns", make=_of(Marginals())),
    Release(name="copies", label="verbatim copies", make=_copies),
    Release(name="noisy", label="noisy copies (KDE, small bandwidth)", make=_of(Kde())),
    Release(name="uniform", label="50 independent numbers", make=_fresh_numbers, law=uniform),
)
"""From the easiest for a search tree to the hardest, more or less."""


# --- files ----------------------------------------------------------------------------------------------


def write_three(folder: Path, sizes: tuple[int, int, int], rng: np.random.Generator) -> dict[str, str]:
    """Independent tables of one law as CSV files: role to path."""
    files = {role: folder / f"{role}.csv" for role in ROLES}
    for file, n in zip(files.values(), sizes, strict=True):
        people(n, rng).to_csv(file, index=False)
    return {role: str(file) for role, file in files.items()}


def write_parquet(file: Path, n: int, rng: np.random.Generator) -> None:
    """A table of any length, never whole in memory."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder, duckdb.connect(str(Path(folder) / "rows.db")) as base:
        for start in range(0, n, CHUNK):
            base.register("chunk", people(min(CHUNK, n - start), rng))
            base.execute(f"{'INSERT INTO whole' if start else 'CREATE TABLE whole AS'} SELECT * FROM chunk")
            base.unregister("chunk")
        base.execute(f"COPY whole TO '{file}' (FORMAT parquet)")


def points(queries: pd.DataFrame, rows: pd.DataFrame) -> tuple[Points, Points]:
    """Both tables in the space that an audit searches."""
    schema = schema_of(queries)
    encoder = fit_cells(schema, [queries], [rows])
    own, others = encoder.encode(queries), encoder.encode(rows)
    space = fit_space(schema, own, others)
    return space.points(own), space.points(others)


def write_points(folder: Path, queries: Points, rows: Points) -> None:
    """Arrays as files, so that a search is not charged with reading a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in (("queries", queries), ("rows", rows)):
        np.save(folder / f"{name}-numeric.npy", table.numeric)
        np.save(folder / f"{name}-codes.npy", table.codes)
