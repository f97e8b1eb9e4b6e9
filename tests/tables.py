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
