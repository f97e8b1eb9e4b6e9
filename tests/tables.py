"""Tables of known law for tests: real people that do not exist."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthaudit.types import Column, Kind, Schema


def mixed(n: int, rng: np.random.Generator, *, numbers: int = 5, categories: int = 4) -> pd.DataFrame:
    """Correlated numbers (one heavy-tailed, one rounded) and skewed categories; rows practically never collide."""
    factor = rng.normal(size=n)
    columns: dict[str, object] = {}
    for i in range(numbers):
        x = 0.6 * factor + rng.normal(size=n)
        columns[f"x{i}"] = [x, np.exp(1.5 * x), np.round(10 * x)][min(i, 2) if i < 3 else 0]
    for i in range(categories):
        levels = np.floor(np.abs(rng.normal(size=n) + 0.5 * factor) * (2 + i)).astype(int)
        columns[f"c{i}"] = np.array([f"level {level}" for level in levels], dtype=object)
    return pd.DataFrame(columns)


def transactions(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Transactions as of a bank: numbers of one or two digits, categories that mostly follow from the type."""
    wealth, kind = rng.normal(size=n), rng.choice(8, p=[0.3, 0.2, 0.15, 0.1, 0.1, 0.07, 0.05, 0.03], size=n)
    fixed = kind >= 4

    def follows(of_kind: list[int], share: float) -> np.ndarray:
        return np.where(rng.random(n) < share, np.array(of_kind)[kind], rng.integers(0, max(of_kind) + 1, size=n))

    def digits(x: np.ndarray, step: float) -> np.ndarray:
        unit = step * 10 ** np.floor(np.log10(x))
        return np.asarray(np.round(x / unit) * unit)

    scale = np.array([3, 4, 5, 6, 4.5, 2.7, 2, 1])[kind]
    numbers = {
        "amount": digits(np.exp(scale + np.where(fixed, 0, 0.7 * rng.normal(size=n) + 0.3 * wealth)), 1.0),
        "balance": digits(np.exp(8 + 0.7 * wealth + 0.4 * rng.normal(size=n)), 0.5),
        "day": np.where(fixed, rng.choice([1, 15, 28], size=n), rng.integers(1, 29, size=n)).astype(float),
        "month": rng.integers(1, 13, size=n).astype(float),
        "age": np.clip(np.round((45 + 14 * rng.normal(size=n) + 4 * wealth) / 5) * 5, 20, 80),
    }
    levels = {
        "type": kind,
        "channel": follows([0, 0, 1, 1, 2, 2, 3, 0], 0.95),
        "operation": follows([0, 1, 2, 2, 3, 3, 4, 0], 0.97),
        "symbol": follows([0, 0, 0, 1, 2, 3, 4, 5], 0.9),
        "card": rng.choice(4, p=[0.8, 0.1, 0.06, 0.04], size=n),
        "segment": np.clip(np.round(wealth + 1.5), 0, 3).astype(int),
        "region": np.minimum(rng.exponential(2.5, size=n).astype(int), 9),
        "foreign": (rng.random(n) < 0.05).astype(int),
        "loan": (rng.random(n) < 0.1).astype(int),
        "order": (rng.random(n) < 0.2).astype(int),
    }
    return pd.DataFrame({name: [f"{name} {level}" for level in column] for name, column in levels.items()} | numbers)


def schema_of(table: pd.DataFrame) -> Schema:
    """Numbers are numeric, times datetime, everything else categorical."""

    def kind(name: str) -> Kind:
        if pd.api.types.is_datetime64_any_dtype(table[name].dtype):
            return "datetime"
        return "numeric" if table[name].dtype.kind == "f" else "categorical"

    return Schema(columns=tuple(Column(name=str(name), kind=kind(name)) for name in table.columns))


def three(n: Sequence[int], rng: np.random.Generator, **shape: int) -> list[pd.DataFrame]:
    """Independent tables of one law, with these numbers of rows."""
    return [mixed(rows, rng, **shape) for rows in n]
