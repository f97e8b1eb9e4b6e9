"""Draws from a normal whose attacks may repeat each other."""

import numpy as np

from synthaudit.types import FloatArray


def symmetric_root(correlation: FloatArray) -> FloatArray:
    """(K, K) symmetric root of a correlation matrix, singular or not.

    Unlike a factor of eigenvectors it moves little when the matrix moves little, so that the last bits of a sum do
    not decide which draws are made.

    Examples
    --------
    >>> symmetric_root(np.ones((2, 2))).round(4).tolist()
    [[0.7071, 0.7071], [0.7071, 0.7071]]
    """
    value, vector = np.linalg.eigh(correlation)
    root: FloatArray = (vector * np.sqrt(np.clip(value, 0.0, None))) @ vector.T
    return root
