"""Exact bounds of the difference of two shares, whatever the shares are.

The shares of members and of non-members whose record occurs in a release are small: normal approximations fail. The
bounds invert the exact unconditional test of Chan and Zhang (1999): outcomes are ordered by the score statistic of
Farrington and Manning (1990), and the chance of one as extreme is the largest over the nuisance share. That share is
searched in a confidence set of coverage 1 - 1e-6 whose error is added (Berger and Boos 1994), so the bounds stay exact.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np

from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.statistics.laws import binomial_cdf, binomial_pmf, binomial_upper_quantile
from synthaudit.types import FloatArray, IntArray

NUISANCE_ERROR = 1e-6
"""Share of the error that is spent on where the share of non-members lies."""
_POINTS = 60
_FEW = 100
"""Trials below which the chance is so rough a function that it is searched in finer steps."""
_STEPS = 16
_PRECISION = 1e-5
"""Of a bound, relative; it is rounded to the safe side."""
_TAIL = 1e-12


@lru_cache(maxsize=256)
def upper_bound(found: int, n: int, found_other: int, n_other: int, error: float) -> float:
    """Upper bound of share - other share, too low with probability at most ``error``.

    Parameters
    ----------
    found, n : int
        Successes and trials of the one share.
    found_other, n_other : int
        Of the other.
    error : float
        In (NUISANCE_ERROR, 1).

    Returns
    -------
    float
        In (-1, 1].

    Examples
    --------
    >>> [upper_bound(0, n, 0, n, 0.05) < limit for n, limit in ((299, 0.01), (598, 0.005), (1497, 0.002))]
    [True, True, True]
    >>> round(upper_bound(12, 1000, 2, 1000, 0.05), 4)
    0.0173
    """

    def is_refuted(difference: float) -> bool:
        return _chance_at_most(difference, found, n, found_other, n_other) <= error

    # The chance is no monotone function of the difference: the largest that is not refuted is looked for from above.
    observed = found / n - found_other / n_other
    if n + n_other <= _FEW:
        return 1.0 if not is_refuted(1.0) else _last_kept(is_refuted, observed, 1.0, 8 * _STEPS)
    farthest = clopper_pearson_high(found, n, error / 2) - clopper_pearson_low(found_other, n_other, error / 2)
    if is_refuted(min(farthest, 1.0)):
        return _last_kept(is_refuted, observed, min(farthest, 1.0), _STEPS)
    return 1.0 if farthest >= 1.0 or not is_refuted(1.0) else _last_kept(is_refuted, farthest, 1.0, _STEPS)


def _last_kept(is_refuted: Callable[[float], bool], low: float, high: float, n_steps: int) -> float:
    """Largest difference between these that is not refuted, rounded up; ``high`` is refuted."""
    steps: list[float] = np.linspace(high, low, n_steps + 1).tolist()
    for above, below in pairwise(steps):
        if not is_refuted(below):
            while above - below > _PRECISION * max(abs(above), 1e-4):
                middle = (above + below) / 2
                above, below = (middle, below) if is_refuted(middle) else (above, middle)
            return above
    return low


def lower_bound(found: int, n: int, found_other: int, n_other: int, error: float) -> float:
    """Lower bound of share - other share, too high with probability at most ``error``.

    Examples
    --------
    >>> round(lower_bound(12, 1000, 2, 1000, 0.05), 4)
    0.0039
    """
    return -upper_bound(found_other, n_other, found, n, error)


def _chance_at_most(difference: float, found: int, n: int, found_other: int, n_other: int) -> float:
    """Largest probability, over the other share, of an outcome that speaks as much for less than this difference."""
    low = max(clopper_pearson_low(found_other, n_other, NUISANCE_ERROR / 2), -difference, 0.0)
    high = min(clopper_pearson_high(found_other, n_other, NUISANCE_ERROR / 2), 1.0 - difference, 1.0)
    if low > high:
        return NUISANCE_ERROR
    observed = float(_score(np.array([found]), n, np.array([found_other]), n_other, difference)[0])
    most = min(int(binomial_upper_quantile(_TAIL, n_other, high)) + 1, n_other)
    others = np.arange(most + 1)
    counts = _largest_count(observed, others, n, n_other, difference)
    others, counts = others[counts >= 0], counts[counts >= 0]

    def chances(shares: FloatArray) -> FloatArray:
        given = binomial_cdf(counts, n, np.clip(shares + difference, 0.0, 1.0)[:, None])
        outcome = binomial_pmf(others, n_other, shares[:, None])
        return np.asarray((outcome * given).sum(axis=1), dtype=np.float64)

    shares = low + (high - low) * np.linspace(0.0, 1.0, _POINTS) ** 2
    best = int(np.argmax(chances(shares)))
    around = np.linspace(shares[max(best - 1, 0)], shares[min(best + 1, _POINTS - 1)], _POINTS)
    return float(chances(around).max()) + NUISANCE_ERROR


def _largest_count(observed: float, others: IntArray, n: int, n_other: int, difference: float) -> IntArray:
    """For each count of the other side the largest count of this one whose score is at most the observed; -1 = none."""
    low, high = np.full(len(others), -1), np.full(len(others), n)
    while (low < high).any():
        middle = (low + high + 1) // 2
        is_low = _score(middle, n, others, n_other, difference) <= observed + 1e-10
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle - 1)
    return low


def _score(found: IntArray, n: int, found_other: IntArray, n_other: int, difference: float) -> FloatArray:
    """Score statistic of Farrington and Manning: how far shares are from this difference, in standard errors."""
    share, other = found / n, found_other / n_other
    first, second = _restricted(share, n, other, n_other, difference)
    variance = first * (1 - first) / n + second * (1 - second) / n_other
    distance = share - other - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        score = distance / np.sqrt(np.maximum(variance, 0.0))
    return np.where(distance == 0, 0.0, score)


def _restricted(
    share: FloatArray, n: int, other: FloatArray, n_other: int, difference: float
) -> tuple[FloatArray, FloatArray]:
    """Likeliest shares that differ by this much: a root of the cubic of Farrington and Manning, in closed form."""
    ratio = n_other / n
    a = 1 + ratio
    b = -(1 + ratio + share + ratio * other + difference * (ratio + 2))
    c = difference**2 + difference * (2 * share + ratio + 1) + share + ratio * other
    d = -share * difference * (1 + difference)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = np.sign(np.where(v == 0, 1.0, v)) * np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio_vu = np.where(u == 0, 0.0, v / u**3)
    w = (np.pi + np.arccos(np.clip(ratio_vu, -1.0, 1.0))) / 3
    first = np.clip(2 * u * np.cos(w) - b / (3 * a), max(difference, 0.0), min(1.0, 1.0 + difference))
    return first, np.clip(first - difference, 0.0, 1.0)
