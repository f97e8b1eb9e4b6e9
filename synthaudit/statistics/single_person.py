"""Where one person's score stands among those of others; what that is worth, ``evidence_levels`` says."""

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.types import Estimate

_LEVEL = 0.95


def pvalue_of(score: float, nonmembers: npt.ArrayLike) -> float:
    """Conformal p-value: uniform for a stranger like the non-members, and never too small where scores are tied.

    Parameters
    ----------
    score : float
        Of the person asked about, by the same rule as the others.
    nonmembers : (n0,) array of float

    Returns
    -------
    float
        ``(1 + #{s_i >= score}) / (n0 + 1)`` (Bates et al. 2023).

    Examples
    --------
    >>> pvalue_of(2.0, [1.0, 2.0, 3.0]), pvalue_of(9.0, [1.0, 2.0, 3.0])
    (0.75, 0.25)
    """
    other = np.asarray(nonmembers, dtype=np.float64)
    return float((1 + (other >= score).sum()) / (len(other) + 1))


def percentile(score: float, others: npt.ArrayLike) -> float:
    """Share of the others who score lower, ties half.

    Examples
    --------
    >>> percentile(2.0, [1.0, 2.0, 3.0, 0.0])
    0.625
    """
    other = np.asarray(others, dtype=np.float64)
    return float(((other < score).sum() + (other <= score).sum()) / (2 * len(other)))


def share_as_high(score: float, others: npt.ArrayLike, confidence_level: float = _LEVEL) -> Estimate:
    """Share of the others who score at least as high, with its Clopper-Pearson interval.

    Examples
    --------
    >>> found = share_as_high(5.0, np.zeros(99))
    >>> found.value, found.low, round(found.high, 3)
    (0.0, 0.0, 0.037)
    """
    other = np.asarray(others, dtype=np.float64)
    count, n, piece = int((other >= score).sum()), len(other), (1 - confidence_level) / 2
    return Estimate(
        value=count / n,
        low=clopper_pearson_low(count, n, piece),
        high=clopper_pearson_high(count, n, piece),
        confidence_level=confidence_level,
        n=n,
    )
