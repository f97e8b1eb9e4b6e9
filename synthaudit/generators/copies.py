"""A leak of known strength: verbatim rows of a table inside a release."""

import numpy as np
import pandas as pd


def with_copies(table: pd.DataFrame, release: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Replace random rows of a release by verbatim rows of a table.

    Parameters
    ----------
    table : DataFrame
        Where the copies come from, each row at most once.
    release : DataFrame
        Same columns and dtypes; left as it is.
    share : float
        Share of the rows of ``release`` to replace, in [0, 1].
    rng : Generator
        Picks the rows on both sides.

    Returns
    -------
    DataFrame
        A release of the same size with a fresh RangeIndex.

    Raises
    ------
    ValueError
        More copies are asked for than ``table`` has rows.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table, release = pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"x": [0.0] * 10})
    >>> int((with_copies(table, release, 0.2, np.random.default_rng(0)) > 0).sum().sum())
    2
    """
    n_copies = round(share * len(release))
    if not 0 <= n_copies <= min(len(table), len(release)):
        raise ValueError(f"{n_copies} copies asked for, {len(table)} rows to copy and {len(release)} to replace")
    rows = np.arange(len(release))
    replaced = rng.choice(len(release), size=n_copies, replace=False)
    rows[replaced] = len(release) + rng.choice(len(table), size=n_copies, replace=False)
    return pd.concat([release, table[list(release.columns)]], ignore_index=True).take(rows).reset_index(drop=True)
