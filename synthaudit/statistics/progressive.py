"""A valid p-value for a model that learns from labels: it is always judged on people it has yet to see.

Scores that a model gives out of fold are not exchangeable: each label also trained the model that scored others, so
permuting them afterwards rejects far too often. Here the model for fold k is fitted on the folds before k only.
Given all that it learned from, the labels inside fold k are still exchangeable, so each fold gives a z that is
standard under the null whatever came before, and their sum over the root of their number is standard as well.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import logit_interval
from synthaudit.statistics.laws import normal_quantile, normal_sf
from synthaudit.statistics.ranks import centred_ranks, descending
from synthaudit.statistics.roc import degenerate_interval, joint_delong
from synthaudit.statistics.units import entity_labels, entity_scores
from synthaudit.types import BoolArray, Estimate, FloatArray, IntArray, Measured, NotEstimable

FitScore = Callable[[IntArray, IntArray], FloatArray]
"""(train rows, test rows) -> one finite score per test row."""


class ProgressiveTest(NamedTuple):
    """Result of :func:`progressive_test`."""

    z: float
    pvalue: float
    """Two-sided."""
    auc: Measured
    """Mean over folds, weighted by their pairs of a member and a non-member."""


def progressive_test(
    fit_score: FitScore,
    is_member: npt.ArrayLike,
    fold: npt.ArrayLike,
    rng: np.random.Generator,
    n_permutations: int | None = None,
    *,
    entity: npt.ArrayLike | None = None,
) -> ProgressiveTest:
    """Test whether a model that is trained on labels tells members from non-members.

    Parameters
    ----------
    fit_score : callable
        Given positions of train and test rows, fits on the first and scores the second.
    is_member : (n,) array of bool
    fold : (n,) array of int
        Folds drawn without the labels, :func:`units.folds`; taken in ascending order.
    rng : numpy.random.Generator
        Source of permutations; unused without them.
    n_permutations : int, optional
        Labels are permuted inside each fold this many times; without, the normal limit is used.
    entity : (n,) array of int, optional
        An entity's score is the mean over its rows; labels are permuted and units counted by entity.

    Returns
    -------
    ProgressiveTest
        Folds without both classes, or met before both classes were seen, are left out. z_k is the standardised rank
        sum of the members of fold k; z = sum of z_k / sqrt(folds used).

    Examples
    --------
    >>> from synthaudit.statistics.units import folds
    >>> rng = np.random.default_rng(0)
    >>> is_member, feature = np.arange(600) < 300, rng.normal(size=600)
    >>> feature[is_member] += 0.5
    >>> def fit_score(train, test):  # which side of the mean members were on
    ...     return feature[test] * (feature[train][is_member[train]].mean() - feature[train].mean())
    >>> test = progressive_test(fit_score, is_member, folds(600, 5, rng), rng)
    >>> test.pvalue < 1e-4, round(test.auc.value, 1)
    (True, 0.6)
    """
    label = np.asarray(is_member, dtype=np.bool_)
    judged = _judged_folds(fit_score, label, np.asarray(fold), np.arange(len(label)) if entity is None else entity)
    if not judged:
        reason = N_("No fold had members and non-members both in it and before it.")
        return ProgressiveTest(z=0.0, pvalue=1.0, auc=NotEstimable(not_estimable=reason))
    ranks = [_standard_ranks(score, unit) for score, unit in judged]
    scale = np.sqrt(len(judged))
    z = sum(float(rank[unit].sum()) for rank, (_, unit) in zip(ranks, judged, strict=True)) / scale
    if n_permutations is None:
        pvalue = float(2 * normal_sf(abs(z)))
    else:
        null = np.zeros(n_permutations)
        for rank, (_, unit) in zip(ranks, judged, strict=True):
            null += rng.permuted(np.tile(unit, (n_permutations, 1)), axis=1) @ rank
        # Sums in another order may differ in the last bits: a tie must count as one.
        pvalue = float((1 + (np.abs(null) / scale >= abs(z) - 1e-9).sum()) / (n_permutations + 1))
    return ProgressiveTest(z=float(z), pvalue=pvalue, auc=_mean_auc(judged))


def _judged_folds(
    fit_score: FitScore, label: BoolArray, fold: IntArray, entity: npt.ArrayLike
) -> list[tuple[FloatArray, BoolArray]]:
    """Scores and labels by entity of every fold that can be judged, each by what was learned before it."""
    code, judged = np.asarray(entity), []
    for k in np.unique(fold):
        train, test = np.flatnonzero(fold < k), np.flatnonzero(fold == k)
        if np.unique(label[train]).size < 2 or np.unique(label[test]).size < 2:
            continue
        score = np.asarray(fit_score(train, test), dtype=np.float64)
        if score.shape != test.shape or not np.isfinite(score).all():
            raise ValueError("fit_score must give one finite score per test row")
        judged.append((entity_scores(score, code[test])["mean"], entity_labels(label[test], code[test])))
    return judged


def _standard_ranks(score: FloatArray, label: BoolArray) -> FloatArray:
    """Ranks whose sum over random members has mean 0 and variance 1; all 0 where all scores are equal."""
    n, n1 = len(label), int(label.sum())
    rank = centred_ranks(score, descending(score, np.arange(n))).astype(np.float64)
    spread = np.sqrt(n1 * (n - n1) / (n * (n - 1.0)) * (rank**2).sum())
    return rank / spread if spread > 0 else rank


def _mean_auc(judged: list[tuple[FloatArray, BoolArray]]) -> Measured:
    """AUC over folds, which are independent given what the models had learned."""
    usable = [(s, u) for s, u in judged if min(u.sum(), (~u).sum()) >= 2]
    if not usable:
        return NotEstimable(not_estimable=N_("No fold had two members and two non-members."))
    weight = np.array([float(u.sum()) * float((~u).sum()) for _, u in usable])
    weight /= weight.sum()
    parts = [joint_delong(s, u) for s, u in usable]
    value = float(sum(w * a[0] for w, (a, _) in zip(weight, parts, strict=True)))
    variance = float(sum(w**2 * c[0, 0] for w, (_, c) in zip(weight, parts, strict=True)))
    if variance == 0.0:
        # Every fold is separated or constant: the mean of the folds' own intervals, which is wide enough.
        ends = [
            degenerate_interval(float(a[0]), int(u.sum()), int((~u).sum()), 0.025)
            for (a, _), (_, u) in zip(parts, usable, strict=True)
        ]
        low, high = (float(weight @ np.array([end[i] for end in ends])) for i in (0, 1))
    else:
        low, high = logit_interval(value, variance, normal_quantile(0.975))
    n = sum(len(u) for _, u in usable)
    return Estimate(value=value, low=low, high=high, confidence_level=0.95, n=n)
