"""The bounds that a verdict is made of: simultaneous lower ones to fail, single upper ones to pass.

A fail must be right for whichever attack it rests on, so its lower bounds hold together over all attacks and both
metrics with the error that the budget of the audit leaves to the family, half for each metric. A pass is an
intersection-union test: it needs every upper bound below the limit, each one-sided 95 % alone, and is then wrong in at
most 5 % of cases.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from synthaudit.statistics import tpr_bounds
from synthaudit.statistics.laws import normal_quantile
from synthaudit.statistics.multivariate_normal import symmetric_root
from synthaudit.statistics.roc import degenerate_interval, joint_delong
from synthaudit.statistics.units import check
from synthaudit.types import FloatArray
from synthaudit.verdict.levels import PASS_ERROR

FPR = 0.01
"""False-positive rate that the limits speak of."""
_DRAWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyBounds:
    """Bounds of each of K attacks, in their order."""

    auc_lower: tuple[float, ...]
    """Of max(AUC, 1 - AUC), simultaneous."""
    auc_upper: tuple[float, ...]
    """Of max(AUC, 1 - AUC), one-sided 95 %."""
    tpr_lower: tuple[float, ...]
    """Of the TPR at 1 % FPR, simultaneous."""
    tpr_upper: tuple[float, ...]
    """Of the TPR at 1 % FPR, one-sided 95 %."""

    def lower(self, attack: int) -> dict[str, float | None]:
        """Lower bounds of one attack by metric."""
        return {"auc": self.auc_lower[attack], "tpr_at_fpr_0.01": self.tpr_lower[attack]}

    def upper(self, attack: int) -> dict[str, float | None]:
        """Upper bounds of one attack by metric."""
        return {"auc": self.auc_upper[attack], "tpr_at_fpr_0.01": self.tpr_upper[attack]}


def family_bounds(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    order: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    error: float,
    limit: float,
) -> FamilyBounds:
    """Bounds of K attacks for the verdict.

    Parameters
    ----------
    scores : (K, N) array of float
    is_member : (N,) array of bool
    order : (N,) array
        Tie order, see :func:`units.random_order`.
    rng : numpy.random.Generator
        Source of the draws behind :func:`simultaneous_auc_lower`.
    error : float
        Of all lower bounds together.
    limit : float
        Of the TPR, for which the thresholds are chosen; the bounds hold whatever it is.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_member = np.arange(2000) < 1000
    >>> scores = rng.normal(size=(1, 2000)) + 9 * (np.arange(2000) < 100)  # one member in ten stands out
    >>> bounds = family_bounds(scores, is_member, np.arange(2000), rng, error=0.05, limit=0.05)
    >>> {metric: round(bound, 2) for metric, bound in bounds.lower(0).items()}
    {'auc': 0.51, 'tpr_at_fpr_0.01': 0.08}
    >>> {metric: round(bound, 2) for metric, bound in bounds.upper(0).items()}
    {'auc': 0.56, 'tpr_at_fpr_0.01': 0.13}
    """
    score, label = check(scores, is_member)
    score = np.atleast_2d(score)
    each = error / 2 / len(score)
    return FamilyBounds(
        auc_lower=tuple(simultaneous_auc_lower(score, label, error / 2, rng).tolist()),
        auc_upper=tuple(auc_upper_one_sided(score, label).tolist()),
        tpr_lower=tuple(tpr_bounds.lower_bounds(score, label, limit, FPR, each).tolist()),
        tpr_upper=tuple(tpr_bounds.upper_bounds(score, label, order, limit, FPR, PASS_ERROR).tolist()),
    )


def simultaneous_auc_lower(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, alpha: float, rng: np.random.Generator
) -> FloatArray:
    """Lower bounds of max(AUC, 1 - AUC) that all hold together with probability 1 - ``alpha``.

    On the logit scale the K AUCs are jointly normal with DeLong's covariance; the critical value is the 1 - alpha
    quantile of the largest |z|, two-sided since either direction may be the strong one, from 50,000 draws. An attack
    whose estimated variance is 0 (all members on one side, or one score for everybody) gets the exact bound of
    :func:`roc.degenerate_interval` at its share alpha / K instead.

    Returns
    -------
    (K,) array of float
        In [0.5, 1).

    Examples
    --------
    >>> scores = np.arange(100.0)  # 50 members above 50 non-members
    >>> simultaneous_auc_lower(scores, scores >= 50, 0.05, np.random.default_rng(0)).round(3)
    array([0.863])
    """
    aucs, cov = joint_delong(scores, is_member)
    label = np.asarray(is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    regular = np.diag(cov) > 0
    lower = np.empty(len(aucs))
    for k in np.flatnonzero(~regular):
        low, high = degenerate_interval(float(aucs[k]), n1, n0, alpha / len(aucs) / 2)
        lower[k] = max(low, 1 - high, 0.5)
    if regular.any():
        share = alpha * regular.mean()
        critical = _critical_value(cov[np.ix_(regular, regular)], share, rng)
        middle, spread = _on_logit_scale(aucs[regular], np.diag(cov)[regular])
        lower[regular] = expit(np.maximum(np.abs(middle) - critical * spread, 0.0))
    return lower


def auc_upper_one_sided(scores: npt.ArrayLike, is_member: npt.ArrayLike, alpha: float = PASS_ERROR) -> FloatArray:
    """Upper bound of max(AUC, 1 - AUC) of each attack alone, too low with probability at most ``alpha``.

    The larger of the one-sided upper bounds of AUC and of 1 - AUC: whichever of the two is the truth, its own bound
    is not above the one given, so no error is added by looking at both sides.

    Returns
    -------
    (K,) array of float
        In [0.5, 1].

    Examples
    --------
    >>> scores = np.arange(1000.0)
    >>> auc_upper_one_sided(scores, scores % 2 == 0).round(3)
    array([0.531])
    """
    aucs, cov = joint_delong(scores, is_member)
    label = np.asarray(is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    variance = np.diag(cov)
    upper = np.empty(len(aucs))
    for k, (value, spread2) in enumerate(zip(aucs, variance, strict=True)):
        if spread2 > 0:
            middle, spread = _on_logit_scale(value, spread2)
            upper[k] = expit(np.abs(middle) - normal_quantile(alpha) * spread)
        else:
            low, high = degenerate_interval(float(value), n1, n0, alpha / 2)
            upper[k] = max(high, 1 - low)
    return upper


def _on_logit_scale(value: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    return logit(value), np.sqrt(variance) / (value * (1 - value))


def _critical_value(cov: FloatArray, alpha: float, rng: np.random.Generator) -> float:
    """1 - alpha quantile of max |z| of a normal with the correlation of ``cov``."""
    spread = np.sqrt(np.diag(cov))
    root = symmetric_root(cov / np.outer(spread, spread))
    largest = np.abs(rng.standard_normal((_DRAWS, len(cov))) @ root).max(axis=1)
    return float(np.quantile(largest, 1 - alpha))
