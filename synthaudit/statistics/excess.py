"""How much more often an attack on single people succeeds with members than with non-members.

Only the excess counts: a secret that follows from the other columns is guessed right for everybody, and that is what
the release is for.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import difference_of_shares, wilson
from synthaudit.statistics.laws import hypergeometric_sf, normal_sf, student_quantile
from synthaudit.statistics.units import check
from synthaudit.types import Estimate, FloatArray, Measured, NotEstimable

MOST_UNITS = 3_000
"""People asked about on each side; beyond, so many are drawn at random."""
_LEVEL = 0.95
_ENOUGH = 15
"""Expected successes, and failures, that a side needs before the mean of shares is taken as normal."""


class Excess(NamedTuple):
    """Result of :func:`excess_of`."""

    members: Measured
    """Mean success of members; two-sided 95 %."""
    nonmembers: Measured
    excess: Measured
    """Members less non-members; two-sided 95 %."""
    pvalue: float
    """One-sided: an excess as large as this, or larger, if members and non-members are alike."""


def excess_of(success: npt.ArrayLike, is_member: npt.ArrayLike) -> Excess:
    """Compare the success of one attack between members and non-members.

    Parameters
    ----------
    success : (n_units,) array of float
        Success with each unit, in [0, 1], found without the labels: 0 or 1 where the unit is a row, else the mean over
        the rows of a person.
    is_member : (n_units,) array of bool

    Returns
    -------
    Excess

    Notes
    -----
    Successes that are 0 or 1: intervals of Wilson (1927) and, for the difference, method 10 of Newcombe (1998); the
    p-value is the upper tail of the hypergeometric law (Fisher's exact test). Else the interval of Welch (1947) on the
    units' means, and the p-value is the normal limit of the permutation test, with its exact variance. Where a side has
    fewer than 15 expected successes or failures the shares' intervals are used for means as well: a mean of values in
    [0, 1] has at most the variance of a share, so they err towards width.

    Examples
    --------
    >>> is_member = np.arange(200) < 100
    >>> found = excess_of((np.arange(200) < 40) | (np.arange(200) >= 190), is_member)  # 40 members, 10 non-members
    >>> round(found.excess.value, 2), round(found.excess.low, 3), round(found.excess.high, 3), found.pvalue < 1e-5
    (0.3, 0.183, 0.408, True)
    """
    a, b = _sides(success, is_member)
    if min(len(a), len(b)) < 2:
        few = N_("An excess needs two members and two non-members; there are {n:,} and {n_2:,}.").format(
            n=len(a), n_2=len(b)
        )
        lacking = NotEstimable(not_estimable=few)
        return Excess(members=lacking, nonmembers=lacking, excess=lacking, pvalue=1.0)
    low, high = _difference(a, b, _LEVEL)
    excess = Estimate(value=float(a.mean() - b.mean()), low=low, high=high, confidence_level=_LEVEL, n=len(a) + len(b))
    return Excess(members=mean_success(a), nonmembers=mean_success(b), excess=excess, pvalue=_pvalue(a, b))


def excess_bounds(
    success: npt.ArrayLike, is_member: npt.ArrayLike, alpha_low: float, alpha_high: float
) -> tuple[float, float]:
    """One-sided lower and upper bound of the excess, each wrong with probability ``alpha_low`` and ``alpha_high``.

    Examples
    --------
    >>> is_member = np.arange(2000) < 1000
    >>> low, high = excess_bounds(np.arange(2000) % 2 == 0, is_member, 0.05 / 10, 0.05)
    >>> round(low, 3), round(high, 3)
    (-0.057, 0.037)
    """
    a, b = _sides(success, is_member)
    return _difference(a, b, 1 - 2 * alpha_low)[0], _difference(a, b, 1 - 2 * alpha_high)[1]


def mean_success(success: npt.ArrayLike) -> Measured:
    """Mean of per-unit successes in [0, 1] with its two-sided 95 % interval.

    Examples
    --------
    >>> share = mean_success([1, 0, 0, 0])
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.25, 0.046, 0.699)
    """
    x = np.asarray(success, dtype=np.float64)
    if not len(x):
        return NotEstimable(not_estimable=N_("Nobody was asked about."))
    if _is_binary(x) or not _many(x):
        low, high = wilson(float(x.sum()), len(x), _LEVEL)
    else:
        half = student_quantile((1 + _LEVEL) / 2, len(x) - 1) * math.sqrt(x.var(ddof=1) / len(x))
        # So many succeed and fail that both ends are shares.
        low, high = float(x.mean()) - half, float(x.mean()) + half
    return Estimate(value=float(x.mean()), low=low, high=high, confidence_level=_LEVEL, n=len(x))


def _sides(success: npt.ArrayLike, is_member: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, label = check(success, is_member)
    if x.ndim != 1 or (len(x) and not 0 <= x.min() <= x.max() <= 1):
        raise ValueError("success must be one number in [0, 1] for each unit")
    return x[label], x[~label]


def _is_binary(x: FloatArray) -> bool:
    return bool(((x == 0) | (x == 1)).all())


def _many(x: FloatArray) -> bool:
    return bool(min(x.sum(), len(x) - x.sum()) >= _ENOUGH)


def _difference(a: FloatArray, b: FloatArray, level: float) -> tuple[float, float]:
    """Two-sided interval of mean(a) - mean(b)."""
    is_alike = np.ptp(a) == np.ptp(b) == 0
    if is_alike or (_is_binary(a) and _is_binary(b)) or not (_many(a) and _many(b)):
        # Alike within each side: what the unseen could change is not in the sample.
        return difference_of_shares(float(a.sum()), len(a), float(b.sum()), len(b), level)
    parts = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    variance = sum(parts)
    freedom = variance**2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
    half = student_quantile((1 + level) / 2, freedom) * math.sqrt(variance)
    middle = float(a.mean() - b.mean())
    return max(-1.0, middle - half), min(1.0, middle + half)


def _pvalue(a: FloatArray, b: FloatArray) -> float:
    n1, n0 = len(a), len(b)
    if _is_binary(a) and _is_binary(b):
        total = int(a.sum() + b.sum())
        return hypergeometric_sf(int(a.sum()) - 1, n1 + n0, n1, total)
    pooled = np.concatenate([a, b])
    if np.ptp(pooled) == 0:
        return 1.0
    spread = math.sqrt(pooled.var(ddof=1) * (n1 + n0) / (n1 * n0))
    return float(normal_sf((a.mean() - b.mean()) / spread))
