"""Whether members score higher than chance leaves them: one decision over many scores, which looks one way only.

As :mod:`synthaudit.statistics.family_test`, but a score by which members stand *below* strangers proves nothing here:
a release whose keys avoid those of its training table is no leak.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.runtime.engine import spread
from synthaudit.statistics.intervals import mean_of_independent
from synthaudit.statistics.observed import observe
from synthaudit.statistics.permutation import Run, relabelled
from synthaudit.statistics.roc import surely_below, tpr_at_fpr
from synthaudit.statistics.tpr_bounds import tpr_lower
from synthaudit.statistics.units import check, split_halves
from synthaudit.types import BoolArray, Estimate, FloatArray, IntArray, Measured, NotEstimable

_FPR = 0.01
_LOWER = 2.0
"""The second threshold is where strangers are so many times as frequent."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OneSided:
    """p-values over K scores together."""

    pvalue: float
    """Of the decision: twice the smaller of the two below."""
    pvalue_auc: float
    """Of the largest z, against the law of the largest absolute z."""
    pvalue_top: float
    """Of the most surprising count of members above the 1 % FPR threshold that is too large."""
    each: FloatArray
    """(K,) of each score within the family, the smaller of the two, doubled."""
    strongest: int
    """The score with the smallest of these, and of several the one with the largest z."""


def one_sided_test(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    order: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    n_permutations: int = 9_999,
    run: Run = spread,
) -> OneSided:
    """Decide whether any of K scores puts members above strangers.

    Parameters
    ----------
    scores : (K, N) array of float
    is_member : (N,) array of bool
    order : (N,) array
        Tie order, see :func:`units.random_order`.
    rng : numpy.random.Generator
        Source of the permutations.
    n_permutations : int
        No p-value is below 2 / (B + 1).
    run : callable
        Draws the permutations, in parts; the result does not depend on where.

    Examples
    --------
    >>> is_member = np.arange(400) < 200
    >>> test = one_sided_test([1.0 - is_member, is_member], is_member, np.arange(400), rng=np.random.default_rng(0))
    >>> test.pvalue, test.each.tolist(), test.strongest
    (0.0002, [1.0, 0.0002], 1)
    """
    score, label = check(np.atleast_2d(np.asarray(scores, dtype=np.float64)), is_member)
    observed = observe(score, label, np.asarray(order, dtype=np.int64))
    null = relabelled(observed, label, n_permutations, rng, run)
    by_auc = np.array([null.at_least(z) if z > 0 else n_permutations for z in observed.z])
    smallest = np.sort(null.smallest_p)
    by_top = np.where(observed.is_many, np.searchsorted(smallest, observed.p_count, side="right"), n_permutations)
    auc, top = ((1.0 + count) / (n_permutations + 1) for count in (by_auc, by_top))
    each = np.minimum(2 * np.minimum(auc, top), 1.0)
    return OneSided(
        pvalue=float(each.min()),
        pvalue_auc=float(auc.min()),
        pvalue_top=float(top.min()),
        each=each,
        strongest=int(np.lexsort((-observed.z, each))[0]),
    )


class MembersFound(NamedTuple):
    """The share of members that the best score finds at 1 % FPR."""

    share: Measured
    """Mean of two halves, each measured by the score that the other half chose; two-sided 95 %."""
    lower_bound: float | None
    """Of the score that the first half chose, on the second; None where there are fewer than four of a side."""


def members_found(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, order: npt.ArrayLike, *, rng: np.random.Generator, alpha: float
) -> MembersFound:
    """Measure the score that finds most members, without the optimism of having chosen it.

    Parameters
    ----------
    scores : (K, N) array of float
    is_member : (N,) array of bool
    order : (N,) array
        Tie order, see :func:`units.random_order`.
    rng : numpy.random.Generator
        Source of the halves.
    alpha : float
        Chance that the lower bound is too high, whatever the scores.

    Examples
    --------
    >>> is_member = np.arange(4000) < 2000
    >>> scores = [is_member * (np.arange(4000) % 4 == 0), np.zeros(4000)]  # every fourth member stands out
    >>> rng = np.random.default_rng(0)
    >>> met = members_found(scores, is_member, rng.permutation(4000), rng=rng, alpha=0.005)
    >>> round(met.share.value, 2), round(met.lower_bound, 2)
    (0.25, 0.21)
    """
    score, label = check(np.atleast_2d(np.asarray(scores, dtype=np.float64)), is_member)
    priority = np.asarray(order, dtype=np.int64)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) < 4:
        reason = N_(
            "Choosing on one half and measuring on the other needs four of each; there are {n1} and {n0}."
        ).format(n1=n1, n0=n0)
        return MembersFound(NotEstimable(not_estimable=reason), None)
    half = split_halves(label, rng)
    chosen = [_most_found(score, label, priority, choose) for choose in (half, ~half)]
    first, second = (
        tpr_at_fpr(score[attack, measured], label[measured], _FPR, order=priority[measured])
        for attack, measured in zip(chosen, (~half, half), strict=True)
    )
    low = _lower_bound(score[chosen[0], ~half], label[~half], alpha)
    if isinstance(first, Estimate) and isinstance(second, Estimate):
        return MembersFound(mean_of_independent(first, second), low)
    return MembersFound(first if isinstance(first, NotEstimable) else second, low)


def _lower_bound(score: FloatArray, label: BoolArray, alpha: float) -> float:
    """The better of two thresholds: among the very first strangers, or, where members crowd just below those, lower."""
    n1, n0 = int(label.sum()), int((~label).sum())
    strangers = np.sort(score[~label])[::-1]
    ranks = (surely_below(n0, _FPR, alpha / 4) or 0, math.ceil(_LOWER * _FPR * n0))
    counts = (int((score[label] > strangers[rank]).sum()) for rank in ranks)
    return max(
        tpr_lower(count, n1, n0, rank, _FPR, alpha / len(ranks)) for count, rank in zip(counts, ranks, strict=True)
    )


def _most_found(score: FloatArray, label: BoolArray, order: IntArray, choose: BoolArray) -> int:
    """The score with most members above its threshold among these units, and of several the one with the largest z."""
    observed = observe(score[:, choose], label[choose], order[choose])
    return int(np.lexsort((-observed.z, -observed.n_true_positives))[0])
