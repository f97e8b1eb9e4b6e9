"""Exact values that few rows have, blurred: what a careful vendor does before a release leaves the house."""

from typing import Any

import numpy as np
import pandas as pd

from synthaudit.generators.numbers import decimals_of, is_ordered, numbers_of
from synthaudit.types import FloatArray

_MOST_DECIMALS = 9


def smooth_rare(table: pd.DataFrame, release: pd.DataFrame, at_least: int, rng: np.random.Generator) -> pd.DataFrame:
    """Blur the numbers and times of a release that fewer than ``at_least`` rows of the training table have.

    A rare value moves by a Gaussian step of Silverman's bandwidth (1986, eq. 3.31) over the column's distinct rare
    values, is folded back into their range and rounded to the column's own decimals. Common values and levels stay.

    Parameters
    ----------
    table : DataFrame
        The training table, canonical cells.
    release : DataFrame
        Drawn from it, same columns; left as it is.
    at_least : int
        Rows of ``table`` that make a value common.
    rng : Generator
        The steps.

    Returns
    -------
    DataFrame
        Same shape and dtypes as ``release``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"income": [0.0] * 50 + [float(x) for x in range(1000, 51000, 1000)]})
    >>> smooth = smooth_rare(table, table, 10, np.random.default_rng(0))
    >>> int((smooth["income"] == 0).sum()), len(set(smooth["income"]) & set(table["income"]))
    (50, 1)
    """
    smoothed = release.copy()
    for name in release.columns:
        if is_ordered(table[name]):
            smoothed[name] = _smoothed(table[name], release[name], at_least, rng)
    return smoothed


def _smoothed(
    column: "pd.Series[Any]", drawn: "pd.Series[Any]", at_least: int, rng: np.random.Generator
) -> "pd.Series[Any]":
    counts = column.value_counts()
    rare = numbers_of(pd.Series(counts.index[counts < at_least]).sort_values())
    is_rare = (drawn.notna() & ~drawn.isin(counts.index[counts >= at_least])).to_numpy()
    if len(rare) < 2 or not is_rare.any():
        return drawn
    quartiles = np.quantile(rare, [0.25, 0.75])
    bandwidth = 0.9 * min(rare.std(), np.ptp(quartiles) / 1.34) * len(rare) ** -0.2
    values = numbers_of(drawn[is_rare])
    values = _folded(values + rng.normal(scale=bandwidth, size=len(values)), rare[0], rare[-1])
    result = drawn.copy()
    if pd.api.types.is_datetime64_any_dtype(drawn):
        step = np.gcd.reduce(np.diff(rare).astype(np.int64))
        whole = np.int64(rare[0]) + np.round((values - rare[0]) / step).astype(np.int64) * step
        result[is_rare] = whole.astype("datetime64[us]")
    else:
        decimals = decimals_of(numbers_of(column.dropna()))
        result[is_rare] = np.round(values, _MOST_DECIMALS if decimals is None else min(decimals, _MOST_DECIMALS))
    return result


def _folded(values: FloatArray, low: float, high: float) -> FloatArray:
    """Values reflected at the ends of [low, high], so that no value piles up on an exact extreme."""
    width = high - low
    return low + width - np.abs(width - np.mod(values - low, 2 * width))
