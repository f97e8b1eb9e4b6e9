"""A Python function as a generator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.tables import read_table
from synthaudit.generators.exchange import canonical_like


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function ``(table, n_rows, seed) -> table`` (implements ``Generator``).

    Parameters
    ----------
    make : callable
        Gets canonical cells, the number of rows and a seed in [0, 2**31); its table may have any dtypes.

    Examples
    --------
    >>> table = pd.DataFrame({"visits": [1.0, 2.0]})
    >>> Function(make=lambda t, n, seed: t.head(n).astype(int)).fit_sample(table, 2, np.random.default_rng(0))
       visits
    0     1.0
    1     2.0
    """

    make: Callable[[pd.DataFrame, int, int], Any]
    name: str = "function"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Call the function; its table in the columns and kinds of ``table``.

        Raises
        ------
        InputError
            No table, a column that is missing, or cells that do not fit.
        """
        release = self.make(table.copy(), n_rows, int(rng.integers(2**31)))
        return canonical_like(read_table(release, "synthetic"), table)
