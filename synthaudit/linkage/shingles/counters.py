"""Columns that count the rows: their numbers say when a row was written, and nothing of a person."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from synthaudit.cells import as_text
from synthaudit.types import FloatArray, Kind

_RANGE = 4
"""A counter's numbers span less than so many times their count."""
_NEARLY_ALL = 0.95
_FEWEST = 20
_NUMBERED = re.compile(r"(\D*)(\d{1,15})(\D*)", re.ASCII)


def counts_rows(cells: pd.Series, kind: Kind) -> bool:
    """Whether a column has one number a row, or a key one a person, in a row without large gaps.

    A key may have text around its number, the same in all cells.

    Examples
    --------
    >>> counts_rows(pd.Series([f"P-{i:05}" for i in range(100)], dtype=object), "identifier")
    True
    >>> counts_rows(pd.Series([f"P-{i * i:05}" for i in range(100)], dtype=object), "identifier")
    False
    """
    if kind == "numeric":
        present = cells.dropna()
        distinct = np.unique(present.to_numpy(float))
    elif kind in ("identifier", "categorical", "text"):
        present = as_text(cells).dropna()
        distinct = np.unique(_numbers(present.unique()))
    else:
        return False
    if len(distinct) < _FEWEST or (distinct != np.round(distinct)).any():
        return False
    if kind != "identifier" and len(distinct) < _NEARLY_ALL * len(present):
        return False
    # Each stretch of a table that was cut in two counts by itself.
    gaps = np.diff(distinct)
    stretches = np.split(distinct, np.flatnonzero(gaps > max(_RANGE * float(np.median(gaps)), len(distinct) / 2)) + 1)
    return len(stretches) <= 4 and all(part[-1] - part[0] < _RANGE * len(part) for part in stretches)


def _numbers(texts: Iterable[str]) -> FloatArray:
    """The number in each text; nothing where one has none, or other text around it than the rest."""
    matches = [_NUMBERED.fullmatch(text.strip()) for text in texts]
    around = {(match[1], match[3]) if match else None for match in matches}
    if len(around) != 1 or None in around:
        return np.empty(0)
    return np.array([float(match[2]) for match in matches if match])
