"""Training rows with noise on them: a kernel density estimate of small bandwidth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.generators.numbers import is_ordered, numbers_of, written_like


@dataclass(frozen=True, slots=True, kw_only=True)
class Kde:
    """A training row with Gaussian noise on its numbers (implements ``Generator``).

    A draw from a product kernel density estimate (Silverman 1986, section 6.4: the smoothed bootstrap). The noise of
    a column has ``bandwidth`` times its spread, the smaller of standard deviation and interquartile range / 1.34 as in
    eq. 3.31 there, and is written in the column's own decimals; missing stays missing. The kernel of a level is that of
    Aitchison and Aitken (1976): it stays with probability ``1 - flip``, else it is drawn anew from its column.

    Parameters
    ----------
    bandwidth : float, default 0.05
        At least 0; 0 republishes the numbers of training rows.
    flip : float, default 0.02
        Probability in [0, 1] that a level is drawn anew.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"x": [0.0, 100.0], "y": ["a", "b"]})
    >>> release = Kde(bandwidth=0.0, flip=0.0).fit_sample(table, 1000, np.random.default_rng(0))
    >>> sorted(set(release.itertuples(index=False, name=None)))
    [(0.0, 'a'), (100.0, 'b')]
    """

    bandwidth: float = 0.05
    flip: float = 0.02
    name: str = "kde"

    def __post_init__(self) -> None:
        if not (self.bandwidth >= 0 and 0 <= self.flip <= 1):
            raise ValueError(f"no bandwidth of {self.bandwidth} or flip of {self.flip}")

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw ``n_rows`` rows near rows of ``table``; columns and dtypes as there, a fresh RangeIndex."""
        rows = rng.integers(len(table), size=n_rows)
        columns = {}
        for j in range(table.shape[1]):
            column = table.iloc[:, j]
            if is_ordered(column):
                step = self.bandwidth * _spread(column) * rng.standard_normal(n_rows)
                columns[j] = written_like(numbers_of(column)[rows] + step, column).astype(column.dtype)
            else:
                anew = rng.random(n_rows) < self.flip
                drawn = np.where(anew, rng.integers(len(table), size=n_rows), rows)
                columns[j] = column.take(drawn).reset_index(drop=True)
        return pd.DataFrame(columns).set_axis(table.columns, axis=1)


def _spread(column: "pd.Series[Any]") -> float:
    """Silverman's spread; the standard deviation alone where half of the column is one value."""
    numbers = numbers_of(column.dropna())
    if len(numbers) < 2:
        return 0.0
    deviation = float(numbers.std(ddof=1))
    middle = float(np.ptp(np.quantile(numbers, [0.25, 0.75]))) / 1.34
    return min(deviation, middle) if middle > 0 else deviation
