"""How well scores tell members from non-members: AUC, TPR at a fixed FPR, and the curve between.

AUC = P(member's score > non-member's) + P(equal)/2. TPR at FPR a = share of members above the score that only a
share a of the non-members exceed. Both get intervals that stay honest where the sample is small or separated.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import (
    clopper_pearson_high,
    clopper_pearson_low,
    logit_interval,
)
from synthaudit.statistics.laws import binomial_quantile, binomial_upper_quantile, normal_quantile
from synthaudit.statistics.ranks import allowed_false_positives, descending, members_above, midranks
from synthaudit.statistics.units import by_unit, check, entity_labels
from synthaudit.types import CurvePoint, Estimate, FloatArray, Measured, NotEstimable

# --- AUC ----------------------------------------------------------------------------------------------


def auc(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    *,
    entity: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> Measured:
    """Area under the ROC curve by midranks, with a two-sided interval.

    Parameters
    ----------
    scores : (n,) array of float
        Finite; higher = more likely a member.
    is_member : (n,) array of bool
        True for members.
    entity : (n,) array of int, optional
        Clusters of rows, each wholly member or wholly non-member. The value stays that of rows; its variance is the
        one of Obuchowski (Biometrics 53, 1997), and the ``n`` of the estimate counts entities.
    confidence_level : float
        In (0, 1).

    Returns
    -------
    Estimate or NotEstimable
        Variance by DeLong, DeLong and Clarke-Pearson (1988) in the O(n log n) form of Sun and Xu (2014), interval on
        the logit scale. Where that variance is 0 (all members above all non-members, all below, or one score for
        everybody) see :func:`degenerate_interval`. Fewer than two units in a class: not estimable.

    Examples
    --------
    >>> found = auc([0.9, 0.8, 0.3, 0.7, 0.2, 0.1], [True, True, True, False, False, False])
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2)
    (0.889, 0.26, 0.99)
    """
    score, label = check(scores, is_member)
    if score.ndim != 1:
        raise ValueError("auc takes the scores of one attack")
    unit_label = label if entity is None else entity_labels(label, entity)
    n1, n0 = int(unit_label.sum()), int((~unit_label).sum())
    if min(n1, n0) < 2:
        return NotEstimable(
            not_estimable=N_(
                "An AUC with its interval needs two members and two non-members; there are {n1} and {n0}."
            ).format(n1=n1, n0=n0)
        )
    aucs, v10, v01 = delong_components(score, label)
    value = float(aucs[0])
    if entity is None:
        variance = float(v10[0].var(ddof=1) / n1 + v01[0].var(ddof=1) / n0)
    else:
        code = np.unique(np.asarray(entity), return_inverse=True)[1]
        variance = _cluster_variance(v10[0] - value, code[label]) + _cluster_variance(v01[0] - value, code[~label])
    alpha = 1.0 - confidence_level
    if variance == 0.0:
        low, high = degenerate_interval(value, n1, n0, alpha / 2)
    else:
        low, high = logit_interval(value, variance, normal_quantile(1.0 - alpha / 2))
    return Estimate(value=value, low=low, high=high, confidence_level=confidence_level, n=n1 + n0)


def degenerate_interval(value: float, n1: int, n0: int, piece: float) -> tuple[float, float]:
    """Interval of an AUC whose estimated variance is 0.

    A threshold chosen in advance (name as many units as there are members) then has TPR 1 and FPR 0, and
    AUC >= TPR (1 - FPR) for any threshold: each share gets its Clopper-Pearson bound at ``piece``. One score for
    everybody: at most a share 1 - piece^(1/n) of each class can have another one, all of it on the best side.

    Examples
    --------
    >>> round(degenerate_interval(1.0, 50, 50, 0.025)[0], 3)
    0.863
    """
    # Share of each class that must look like all those seen.
    certain = piece ** (1.0 / n1) * piece ** (1.0 / n0)
    if value == 1.0:
        return certain, 1.0
    if value == 0.0:
        return 0.0, 1.0 - certain
    return certain / 2, 1.0 - certain / 2


def delong_components(scores: npt.ArrayLike, is_member: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Structural components of the AUC of K attacks.

    Parameters
    ----------
    scores : (K, n) or (n,) array of float
    is_member : (n,) array of bool

    Returns
    -------
    aucs : (K,)
    v10 : (K, n1)
        For each member the share of non-members below it, ties half.
    v01 : (K, n0)
        For each non-member the share of members above it, ties half.

    Examples
    --------
    >>> aucs, v10, v01 = delong_components([2.0, 1.0, 1.0], np.array([True, True, False]))
    >>> aucs.tolist(), v10.tolist(), v01.tolist()
    ([0.75], [[1.0, 0.5]], [[0.75]])
    """
    score, label = check(scores, is_member)
    score = np.atleast_2d(score)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) == 0:
        raise ValueError("members and non-members are both needed")
    pooled = midranks(score)
    v10 = (pooled[:, label] - midranks(score[:, label])) / n0
    v01 = 1.0 - (pooled[:, ~label] - midranks(score[:, ~label])) / n1
    # Midranks are multiples of 1/2: their sum is exact, and the division the only rounding.
    aucs = (pooled[:, label].sum(axis=1) - n1 * (n1 + 1) / 2) / (n1 * n0)
    return aucs, v10, v01


def joint_delong(scores: npt.ArrayLike, is_member: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """AUC of K attacks on the same units and their (K, K) covariance (DeLong 1988).

    Examples
    --------
    >>> aucs, cov = joint_delong([[3.0, 1.0, 2.0, 0.0]], np.array([True, True, False, False]))
    >>> aucs.tolist(), cov.tolist()
    ([0.75], [[0.125]])
    """
    aucs, v10, v01 = delong_components(scores, is_member)
    if min(v10.shape[1], v01.shape[1]) < 2:
        raise ValueError("a covariance needs two members and two non-members")
    return aucs, np.atleast_2d(np.cov(v10)) / v10.shape[1] + np.atleast_2d(np.cov(v01)) / v01.shape[1]


def _cluster_variance(centred: FloatArray, cluster: npt.NDArray[np.intp]) -> float:
    """Variance of the mean of components that move together within clusters."""
    total = np.bincount(cluster, weights=centred)[np.unique(cluster)]
    clusters = len(total)
    return float(clusters / (clusters - 1) * (total**2).sum()) / len(centred) ** 2


# --- TPR at a fixed FPR -------------------------------------------------------------------------------


def tpr_at_fpr(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    fpr: float,
    *,
    order: npt.ArrayLike,
    entity: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> Measured:
    """Share of members found when at most a share ``fpr`` of the non-members is wrongly named.

    The ROC curve is a step function and is never interpolated: the value counts members above the (k+1)-th highest
    non-member, k = floor(fpr n0), ties broken by ``order``. The bounds also cover the threshold: see
    :func:`tpr_lower_bound` and :func:`tpr_upper_bound`, both at (1 - confidence_level)/2 a piece.

    Parameters
    ----------
    scores, is_member : (n,) arrays
    fpr : float
        In (0, 1).
    order : (n,) array
        Distinct random priorities, the same for all attacks (:func:`units.random_order`).
    entity : (n,) array of int, optional
        Rows are first summarised to the highest score of each entity.
    confidence_level : float
        In (0, 1).

    Returns
    -------
    Estimate or NotEstimable
        Not estimable where no threshold is surely at ``fpr``: at 95 %, below 36, 368 and 3,688 non-members for 10 %,
        1 % and 0.1 %.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_member = np.arange(1000) < 500
    >>> scores = rng.normal(size=1000) + 9 * (np.arange(1000) < 50)  # one member in ten stands out
    >>> found = tpr_at_fpr(scores, is_member, 0.01, order=np.arange(1000))
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.11, 0.08, 0.156)
    """
    score, label, first = by_unit(scores, is_member, entity, "max")
    priority = np.asarray(order)[first]
    n1, n0 = int(label.sum()), int((~label).sum())
    piece = (1.0 - confidence_level) / 2
    low = tpr_lower_bound(score, label, fpr, piece=piece) if n1 else None
    if low is None:
        return NotEstimable(
            not_estimable=N_(
                "The share of members found at {fpr} false-positive rate needs {fpr_2:,} non-members and one "
                "member; there are {n0:,} and {n1:,}."
            ).format(fpr=_percent(fpr), fpr_2=nonmembers_needed(fpr, piece), n0=n0, n1=n1)
        )
    found, _ = true_positives(score, label, fpr, order=priority)
    high = tpr_upper_bound(score, label, fpr, order=priority, piece=piece)
    return Estimate(value=found / n1, low=low, high=high, confidence_level=confidence_level, n=n1 + n0)


def tpr_lower_bound(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, fpr: float, *, piece: float = 0.025
) -> float | None:
    """Lower bound of the TPR at ``fpr``, wrong with probability at most 2 ``piece``; None where there is none.

    The threshold is the (k+1)-th highest non-member with k the largest for which P(Beta(k+1, n0-k) > fpr) <= piece:
    its true FPR is then at most ``fpr`` but with that probability. Scores tied with it are not above it. The count of
    members above gets the Clopper-Pearson bound at ``piece``. For K attacks at once at error alpha, piece = alpha/(2K).

    Examples
    --------
    >>> scores = np.arange(1000.0)  # 500 members, all above 500 non-members
    >>> round(tpr_lower_bound(scores, scores >= 500, 0.01), 4)
    0.9926
    """
    score, label = check(scores, is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    k = surely_below(n0, fpr, piece)
    if k is None:
        return None
    threshold = np.partition(score[~label], n0 - 1 - k)[n0 - 1 - k]
    return clopper_pearson_low(int((score[label] > threshold).sum()), n1, piece)


def tpr_upper_bound(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, fpr: float, *, order: npt.ArrayLike, piece: float = 0.025
) -> float:
    """Upper bound of the TPR at ``fpr``, wrong with probability at most 2 ``piece``; defined for any size.

    The threshold is the j-th highest non-member with j the smallest for which P(Beta(j, n0-j+1) < fpr) <= piece: its
    true FPR is at least ``fpr`` but with that probability. Members above it, ties by ``order``, get the upper
    Clopper-Pearson bound at ``piece``. The default is the one-sided 95 % bound of the pass rule.

    Examples
    --------
    >>> scores = np.arange(1000.0)  # every second one a member: nothing leaks
    >>> round(tpr_upper_bound(scores, np.arange(1000) % 2 == 0, 0.01, order=np.arange(1000)), 4)
    0.0365
    """
    score, label = check(scores, is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    j = surely_above(n0, fpr, piece)
    if j is None or n1 == 0:
        return 1.0
    above = members_above(label, descending(score, np.asarray(order)))
    return clopper_pearson_high(int(above[j - 1]), n1, piece)


def true_positives(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, fpr: float, *, order: npt.ArrayLike
) -> tuple[int, int]:
    """Members above the threshold at ``fpr``, and how many candidates are tied with that threshold (1 = none).

    Under the null the count is BetaBinomial(n1; k+1, n0-k), k = floor(fpr n0), whatever the scores are.

    Examples
    --------
    >>> true_positives([4.0, 3.0, 2.0, 2.0], np.array([True, True, False, True]), 0.01, order=np.arange(4))
    (2, 2)
    """
    score, label = check(scores, is_member)
    n0 = int((~label).sum())
    k = allowed_false_positives(n0, fpr)
    if k >= n0:
        raise ValueError("a false-positive rate below 1 and one non-member are needed")
    positions = descending(score, np.asarray(order))
    n_above = int(members_above(label, positions)[k])
    return n_above, int((score == score[positions[n_above + k]]).sum())


def nonmembers_needed(fpr: float, piece: float = 0.025) -> int:
    """Fewest non-members that give a lower bound at ``fpr``: the smallest n0 with (1 - fpr)^n0 <= piece.

    Examples
    --------
    >>> [nonmembers_needed(fpr) for fpr in (0.1, 0.01, 0.001)]
    [36, 368, 3688]
    """
    return math.ceil(math.log(piece) / math.log1p(-fpr))


@lru_cache(maxsize=4096)
def surely_below(n0: int, fpr: float, piece: float) -> int | None:
    """Largest k with P(Beta(k+1, n0-k) > fpr) = P(Bin(n0, fpr) <= k) <= piece."""
    if n0 == 0:
        return None
    k = int(binomial_quantile(piece, n0, fpr)) - 1
    return k if k >= 0 else None


@lru_cache(maxsize=4096)
def surely_above(n0: int, fpr: float, piece: float) -> int | None:
    """Smallest j with P(Beta(j, n0-j+1) < fpr) = P(Bin(n0, fpr) >= j) <= piece."""
    j = int(binomial_upper_quantile(piece, n0, fpr)) + 1 if n0 else 1
    return j if j <= n0 else None


def _percent(rate: float) -> str:
    return f"{100 * rate:g} %"


# --- the curve ----------------------------------------------------------------------------------------


def detection_curve(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, order: npt.ArrayLike, points: int = 30
) -> tuple[CurvePoint, ...]:
    """TPR at false-positive rates k/n0, spaced evenly on a log axis from 1/n0 to 1.

    Each point has the value and the pointwise 95 % bounds of :func:`tpr_at_fpr`; where no lower bound exists it is 0.

    Examples
    --------
    >>> scores = np.arange(8.0)
    >>> [(p.fpr, p.tpr) for p in detection_curve(scores, scores >= 4, np.arange(8), points=3)]
    [(0.25, 1.0), (0.5, 1.0), (1.0, 1.0)]
    """
    score, label = check(scores, is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) == 0:
        return ()
    positions = descending(score, np.asarray(order))
    above = np.append(members_above(label, positions), n1)
    threshold = score[positions][~label[positions]]
    member = np.sort(score[label])
    curve = []
    for k in np.unique(np.rint(np.geomspace(1, n0, points)).astype(int)).tolist():
        fpr = k / n0
        low, high = (1.0, 1.0) if k == n0 else (0.0, 1.0)
        if k < n0:
            below, over = surely_below(n0, fpr, 0.025), surely_above(n0, fpr, 0.025)
            if below is not None:
                strictly = n1 - int(np.searchsorted(member, threshold[below], side="right"))
                low = clopper_pearson_low(strictly, n1, 0.025)
            if over is not None:
                high = clopper_pearson_high(int(above[over - 1]), n1, 0.025)
        curve.append(CurvePoint(fpr=fpr, tpr=float(above[k] / n1), low=low, high=high))
    return tuple(curve)
