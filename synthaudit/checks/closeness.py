"""How close a row keeps to its nearest neighbour, by a measure whose law does not depend on shape or dimensions."""

import numpy as np

from synthaudit.types import FloatArray

NEAREST = 11
"""Nearest neighbours, of whom the second to the last say how far a nearest one usually is."""


def closeness(distance: FloatArray, n_columns: int) -> FloatArray:
    """How much nearer the nearest neighbour is than the next ones let expect.

    Parameters
    ----------
    distance : (q, NEAREST) float
        To the nearest neighbours, ascending.
    n_columns : int

    Returns
    -------
    (q,) float
        log(d2 / d1) over the mean of j log(d(j+1) / d(j)), which is taken as one over ``n_columns`` at least; 0 of a
        row that equals its neighbour.

    Notes
    -----
    Where rows lie evenly in k dimensions, the logarithms of the ratios d(j+1) / d(j), times j, are independent and
    exponential with rate k (Levina and Bickel 2005). So this follows an F distribution with 2 and 18 degrees of freedom
    in any number of dimensions.

    Examples
    --------
    >>> closeness(np.array([[1.0, *range(2, 12)], [0.1, *range(2, 12)]]), 3).round(1)
    array([0.8, 3.3])
    """
    equal = distance[:, 0] == 0
    gaps = np.diff(np.log(np.where(distance > 0, distance, 1.0)), axis=1)
    usual = (gaps[:, 1:] * np.arange(2, distance.shape[1])).mean(axis=1)
    return np.where(equal, 0.0, gaps[:, 0] / np.maximum(usual, 1 / n_columns))


def closest(top: float) -> float:
    """The closeness that this share of fresh rows exceeds.

    Examples
    --------
    >>> from scipy.stats import f
    >>> round(closest(0.03), 6), round(float(f(2, 18).isf(0.03)), 6)
    (4.287744, 4.287744)
    """
    n = NEAREST - 2
    return float(n * (top ** (-1 / n) - 1))
