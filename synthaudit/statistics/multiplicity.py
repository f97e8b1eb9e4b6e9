"""P-values of several tests, adjusted so that none of them is wrong."""

import numpy as np
import numpy.typing as npt

from synthaudit.types import FloatArray


def holm(pvalues: npt.ArrayLike) -> FloatArray:
    """P-values adjusted over their family (Holm 1979): rejecting below alpha errs anywhere with at most alpha.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(pvalues, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
