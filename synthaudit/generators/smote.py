"""Rows between neighbours: SMOTE (Chawla, Bowyer, Hall and Kegelmeyer 2002, J. Artif. Intell. Res. 16, section 4)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.encoding import fit_cells, fit_space
from synthaudit.generators.numbers import is_ordered, numbers_of, schema_like, written_like
from synthaudit.neighbours import nearest
from synthaudit.types import IntArray, Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Smote:
    """Interpolation between a training row and one of its nearest neighbours (implements ``Generator``).

    A row and one of its ``k`` nearest are drawn. Numbers and times lie on the line between the two, at one random
    place for the whole row, in the column's own decimals; where either is missing, and for levels, the cell is that
    of one of the two, by a coin. Neighbours are those of the quantile space that the attacks measure in.
    Every row lies close to two people.

    Parameters
    ----------
    k : int, default 5
        Neighbours to choose from, at least 1; 5 is the paper's.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"x": [0.5, 1.5, 2.5], "y": [5.5, 5.5, 5.5]})
    >>> release = Smote(k=1).fit_sample(table, 1000, np.random.default_rng(0))
    >>> sorted(set(release["x"]))[:4], sorted(set(release["x"]))[-1], set(release["y"])
    ([0.5, 0.6, 0.7, 0.8], 2.5, {5.5})
    """

    k: int = 5
    name: str = "smote"

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"k must be at least 1, got {self.k}")

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw ``n_rows`` rows between rows of ``table``; columns and dtypes as there, a fresh RangeIndex."""
        n = len(table)
        base = rng.integers(n, size=n_rows)
        neighbour = base
        if n > 1:
            k = min(self.k, n - 1)
            neighbour = _neighbours(table, k)[base, rng.integers(k, size=n_rows)]
        place = rng.random(n_rows)
        columns = {}
        for j in range(table.shape[1]):
            column = table.iloc[:, j]
            coin = rng.random(n_rows) < 0.5
            cells = column.take(np.where(coin, base, neighbour)).reset_index(drop=True)
            if is_ordered(column):
                numbers = numbers_of(column)
                between = numbers[base] + place * (numbers[neighbour] - numbers[base])
                written = written_like(between, column)
                cells = written.where(~np.isnan(between), cells).astype(column.dtype)
            columns[j] = cells
        return pd.DataFrame(columns).set_axis(table.columns, axis=1)


def _neighbours(table: pd.DataFrame, k: int) -> IntArray:
    """(n, k) the rows nearest to each row, itself left out."""
    schema = schema_like(table)
    encoder = fit_cells(schema, [table], [table])
    cells = encoder.encode(table)
    points: Points = fit_space(schema, cells, cells).points(cells)
    return nearest(points, points, k, norm="l2", exclude_self=True).row
