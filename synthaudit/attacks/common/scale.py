"""The scale of numeric columns that single extreme values cannot move."""

import numpy as np

from synthaudit.types import FloatArray


def spread_of(values: FloatArray) -> FloatArray:
    """Standard deviation of each column between its 1 % and 99 % quantiles.

    A single sentinel such as 1e9 would else make everybody equal.

    Parameters
    ----------
    values : (n, p) float64
        NaN is missing.

    Returns
    -------
    (p,) float64
        Positive and finite; 1 for a column of one value or none.
    """
    spread = np.ones(values.shape[1])
    for i in range(values.shape[1]):
        present = values[~np.isnan(values[:, i]), i]
        if len(present) < 2:
            continue
        low, high = np.quantile(present, [0.01, 0.99], method="inverted_cdf")
        with np.errstate(over="ignore"):
            width = np.clip(present, low, high).std() if high > low else present.std()
        if 0 < width < np.inf:
            spread[i] = width
    return spread
