"""Releases in other dresses: numbers under another scale, order or precision, levels under other names."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from synthaudit.types import FloatArray

Dress = Callable[[pd.DataFrame], pd.DataFrame]


def on_numbers(change: Callable[[FloatArray, int], FloatArray]) -> Dress:
    """Change every column of numbers by itself, told its place among them."""

    def dress(table: pd.DataFrame) -> pd.DataFrame:
        numbers = [str(name) for name in table if table[name].dtype.kind == "f"]
        return table.assign(**{name: change(table[name].to_numpy(), i) for i, name in enumerate(numbers)})

    return dress


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    """Every level under a name that no real table has."""
    texts = [str(name) for name in table if table[name].dtype.kind != "f"]
    return table.assign(**{name: "other " + table[name].astype(str).str[::-1] for name in texts})


def _standard(x: FloatArray) -> FloatArray:
    return np.asarray((x - x.mean()) / x.std())


def _curved(x: FloatArray, i: int) -> FloatArray:
    z = np.clip(_standard(x), -8, 8)
    return np.asarray([np.exp(z), z**3, np.sign(z) * np.log1p(np.abs(z)), np.arctan(z)][i % 4])


def _coarse(x: FloatArray, i: int) -> FloatArray:
    edges = np.unique(np.quantile(x, np.linspace(0, 1, 11)))
    return np.asarray(edges[np.searchsorted(edges, x, side="right") - 1])


def keyed(x: FloatArray, i: int) -> FloatArray:
    """The eighths of a column in an order of their own, the law kept."""
    rank = (stats.rankdata(x, method="ordinal") - 1) / len(x)
    block = (8 * rank).astype(int)
    order = np.random.default_rng(i).permutation(8)
    return np.asarray(np.quantile(x, (order[block] + 8 * rank - block) / 8, method="nearest"), dtype=np.float64)


DRESSES: Mapping[str, Dress] = {
    "curved": on_numbers(_curved),
    "negated": on_numbers(lambda x, i: -x),
    "every second negated": on_numbers(lambda x, i: -x if i % 2 else x),
    "rounded": on_numbers(_coarse),
    "normal scores": on_numbers(lambda x, i: stats.norm.ppf((stats.rankdata(x) - 0.5) / len(x))),
    "other units": on_numbers(lambda x, i: x * (2.54, 0.4536, 30.48)[i % 3] + 17),
    "standardised": on_numbers(lambda x, i: _standard(x)),
    "levels renamed": renamed,
    "curved, levels renamed": lambda table: renamed(on_numbers(_curved)(table)),
}
