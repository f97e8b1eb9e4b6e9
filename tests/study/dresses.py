"""Three disguises of a release, each a family that the seed draws from, so that nothing can be tuned to one."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from synthaudit.types import FloatArray

LEVELS = 60
"""A column of text with more is no category, and keeps its words."""


def dressed(release: pd.DataFrame, dress: str, rng: np.random.Generator) -> pd.DataFrame:
    """The release in this dress; rows and columns in their order."""
    return release.apply(lambda column: DRESSES[dress](column, rng))


def _monotone(column: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Numbers by a monotone map, rising or falling."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return column
    values = column.to_numpy(float)
    spread = max(float(np.std(values)), 1e-9)
    standard = (values - np.mean(values)) / spread
    power, scale, sign = rng.uniform(0.4, 2.5), np.exp(rng.uniform(-1.5, 1.5)), rng.choice([-1.0, 1.0])
    bent: list[FloatArray] = [
        np.sign(standard) * np.abs(standard) ** power,
        np.arctan(power * standard),
        np.sign(standard) * np.log1p(power * np.abs(standard)),
        standard,
    ]
    return pd.Series(sign * scale * spread * bent[int(rng.integers(len(bent)))] + np.mean(values), name=column.name)


def _coarse(column: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Numbers rounded to a grid of .05 to .5 standard deviations, or to the middles of 8 to 40 quantile bins."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return column
    values = column.to_numpy(float)
    step = max(float(np.std(values)), 1e-9) * np.exp(rng.uniform(np.log(0.05), np.log(0.5)))
    if rng.random() < 0.5:
        return pd.Series(np.round(values / step) * step, name=column.name)
    middles = np.quantile(values, (np.arange(n := int(rng.integers(8, 41))) + 0.5) / n)
    nearest = np.abs(values[:, None] - middles[None, :]).argmin(axis=1)
    return pd.Series(middles[nearest], name=column.name)


def _relevelled(column: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Levels that change names with each other; in every other column some of them, never all, get new ones."""
    if pd.api.types.is_numeric_dtype(column.dtype) or column.nunique() > LEVELS:
        return column
    levels = sorted(set(column))
    names = rng.permutation(np.array(levels, dtype=object))
    # A column without one level of train is refused, which hides nothing.
    n_new = int(rng.uniform(0, 0.6) * len(levels)) if rng.random() < 0.5 else 0
    names[:n_new] = [f"{rng.choice(list('ABCDEFG'))}{k}" for k in range(n_new)]
    return column.map(dict(zip(levels, names, strict=True)))


DRESSES: Mapping[str, Callable[[pd.Series, np.random.Generator], pd.Series]] = {
    "monotone": _monotone,
    "coarse": _coarse,
    "re-levelled": _relevelled,
}
