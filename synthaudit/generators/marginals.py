"""Each column resampled on its own: keeps every distribution, destroys every dependence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.generators.cart import take_cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginals:
    """Independent marginals (implements ``Generator``).

    Not harmless: exact values that few people have are passed on as they are, and give those people away.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"age": [30.0, 71.0], "retired": ["no", "yes"]})
    >>> release = Marginals().fit_sample(table, 1000, np.random.default_rng(0))
    >>> len(release.drop_duplicates())  # all four combinations, two of which nobody has
    4
    """

    name: str = "marginals"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Draw ``n_rows`` rows, every cell from a row of its own; columns and dtypes as in ``table``."""
        return take_cells(table, [rng.integers(len(table), size=n_rows) for _ in range(table.shape[1])])
