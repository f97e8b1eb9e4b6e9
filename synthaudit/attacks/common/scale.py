"""The scale of numeric columns that single extreme values cannot move."""

from collections.abc import Callable

import numpy as np

from synthaudit.encoding import distance_columns, number_columns
from synthaudit.types import Cells, FloatArray, Points, Schema


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


def standardised(schema: Schema, people: Cells) -> Callable[[Cells], Points]:
    """Points with numbers in spreads of these people; missing is a level of its own, one away from every number.

    Parameters
    ----------
    schema : Schema
    people : Cells
        Whose spread it is; label-blind.

    Returns
    -------
    callable
        From the cells of a table to its points.
    """
    is_number, used = number_columns(schema), distance_columns(schema)
    numbers, others = np.flatnonzero(is_number & used), np.flatnonzero(~is_number & used)
    scale = spread_of(people.values[:, numbers])

    def points(cells: Cells) -> Points:
        values = cells.values[:, numbers] / scale
        absent = np.isnan(values)
        codes = np.concatenate([cells.codes[:, others], absent.astype(np.int32)], axis=1)
        numeric = np.ascontiguousarray(np.where(absent, 0.0, values))
        return Points(numeric=numeric, codes=np.ascontiguousarray(codes))

    return points
