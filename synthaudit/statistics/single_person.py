"""What one person's score says, against those of members and non-members: never a number without its interval."""

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.advantage import ppv
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.types import AtLeast, AtMost, BoolArray, Estimate, FloatArray, NotEstimable

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


Worth = Estimate | AtLeast | AtMost | NotEstimable


def worth(score: float, scores: FloatArray, is_member: BoolArray, prior: float) -> Worth:
    """Chance that somebody who scores at least as high is a member, if a share ``prior`` of those asked about are.

    Parameters
    ----------
    score : float
        Of the person asked about.
    scores, is_member : (n,) arrays
        Of the people compared with.
    prior : float
        In (0, 1).

    Returns
    -------
    Estimate, AtLeast, AtMost or NotEstimable
        Bayes: tpr prior / (tpr prior + fpr (1 - prior)). The ends take the worst and the best of both shares, each with
        a Clopper-Pearson bound at 1.25 %, so together they cover with at least 95 %. Where no non-member scores as high
        the ratio would be 100 % whatever the number of people: there, and where no member does, one bound is given
        instead, from both shares at 2.5 % each. Not estimable where nobody of either side scores as high: the two
        shares are then 0, and their ratio is anything.

    Examples
    --------
    >>> is_member = np.arange(200) < 100
    >>> scores = np.where(np.arange(200) < 30, 1.0, 0.0) + (np.arange(200) >= 190)  # 30 of 100 against 10 of 100
    >>> found = worth(1.0, scores, is_member, 0.1)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)  # .03 / (.03 + .09)
    (0.25, 0.107, 0.512)
    >>> found = worth(1.0, np.where(is_member, scores, 0.0), is_member, 0.1)  # 30 of 100 against none
    >>> round(found.at_least, 2), found.confidence_level
    (0.39, 0.95)
    """
    sides = scores[is_member], scores[~is_member]
    counts = [int((side >= score).sum()) for side in sides]
    n = len(scores)
    if not any(counts):
        return NotEstimable(not_estimable="nobody else of either side scores as high")
    if not all(counts):
        # One bound, and two shares behind it: each has half of the error.
        tpr, fpr = (share_as_high(score, side) for side in sides)
        if counts[0]:
            return AtLeast(at_least=ppv(tpr.low, fpr.high, prior), confidence_level=_LEVEL, n=n)
        return AtMost(at_most=ppv(tpr.high, fpr.low, prior), confidence_level=_LEVEL, n=n)
    tpr, fpr = (share_as_high(score, side, 1 - (1 - _LEVEL) / 2) for side in sides)
    return Estimate(
        value=ppv(tpr.value, fpr.value, prior),
        low=ppv(tpr.low, fpr.high, prior),
        high=ppv(tpr.high, fpr.low, prior),
        confidence_level=_LEVEL,
        n=n,
    )
