"""What a per-record attack shows: on worlds of its own how well it works, on the release how often it is right.

A few records are attacked in many worlds, each made with a random half of them. The worlds say how exposed a record
is if the generator is of the family assumed; the release under audit, where the truth is known to the auditor, says
whether anything leaks at all.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import comb

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import logit_interval, mean_of_independent
from synthaudit.statistics.laws import hypergeometric_pmf, normal_quantile
from synthaudit.statistics.roc import auc, degenerate_interval, delong_components
from synthaudit.types import BoolArray, Estimate, FloatArray, Measured, NotEstimable

MOST_TARGETS = 20
"""All 2^20 ways of being in or out are looked at one by one."""


def mean_auc(votes: npt.ArrayLike, included: npt.ArrayLike) -> Measured:
    """Mean over records of the AUC over worlds.

    Parameters
    ----------
    votes : (T, W) array of float
        Score of each record in each world.
    included : (T, W) array of bool
        Whether the world was made with the record.

    Returns
    -------
    Estimate or NotEstimable
        Two-sided 95 % for these records over worlds, on the logit scale. Records share the worlds, so DeLong's
        components are added up by world before they are squared (for one record this is DeLong's variance). Where
        that is 0: the interval of one record alone, see :func:`roc.degenerate_interval`.

    Examples
    --------
    >>> votes = np.array([[0.9, 0.8, 0.3, 0.7, 0.2, 0.1]])
    >>> found = mean_auc(votes, np.array([[True, True, True, False, False, False]]))
    >>> round(found.value, 3), round(found.low, 2), round(found.high, 2)  # as roc.auc
    (0.889, 0.26, 0.99)
    """
    score, label = np.asarray(votes, dtype=np.float64), np.asarray(included, dtype=np.bool_)
    n_in, n_out = label.sum(axis=1), (~label).sum(axis=1)
    if min(n_in.min(), n_out.min()) < 2:
        return NotEstimable(not_estimable=N_("An AUC needs two worlds with each record and two without."))
    part = np.zeros(score.shape[1])
    values = np.empty(len(score))
    for t, (row, inside) in enumerate(zip(score, label, strict=True)):
        aucs, v10, v01 = delong_components(row, inside)
        values[t] = aucs[0]
        part[inside] += (v10[0] - aucs[0]) / np.sqrt(n_in[t] * (n_in[t] - 1.0))
        part[~inside] += (v01[0] - aucs[0]) / np.sqrt(n_out[t] * (n_out[t] - 1.0))
    value, variance = float(values.mean()), float(((part / len(score)) ** 2).sum())
    if variance > 0:
        low, high = logit_interval(value, variance, -normal_quantile(0.025))
    else:
        low, high = degenerate_interval(value, int(n_in.min()), int(n_out.min()), 0.025)
    return Estimate(value=value, low=low, high=high, confidence_level=0.95, n=score.shape[1])


def worst_target_auc(votes: npt.ArrayLike, included: npt.ArrayLike, half: npt.ArrayLike) -> Measured:
    """AUC of the most exposed record, chosen on one half of the worlds and measured on the other, both ways.

    The largest of T estimates is too large even where all records are alike; choosing and measuring on different
    worlds takes that away.

    Parameters
    ----------
    votes, included : (T, W) arrays
        As in :func:`mean_auc`.
    half : (W,) array of bool
        Which worlds are the first half; drawn without looking at the votes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> votes, included = rng.random((20, 400)), rng.random((20, 400)) < 0.5
    >>> round(max(auc(v, i).value for v, i in zip(votes, included)), 2)  # nobody is exposed
    0.56
    >>> worst_target_auc(votes, included, np.arange(400) < 200).low < 0.5
    True
    """
    score, label = np.asarray(votes, dtype=np.float64), np.asarray(included, dtype=np.bool_)
    first = np.asarray(half, dtype=np.bool_)
    measured: list[Estimate] = []
    for choose in (first, ~first):
        if min(label[:, choose].sum(axis=1).min(), (~label)[:, choose].sum(axis=1).min()) < 2:
            return NotEstimable(not_estimable=N_("Half of the worlds must hold two with each record and two without."))
    for choose in (first, ~first):
        values = [delong_components(s[choose], i[choose])[0][0] for s, i in zip(score, label, strict=True)]
        worst = int(np.argmax(values))
        of_worst = auc(score[worst, ~choose], label[worst, ~choose])
        assert isinstance(of_worst, Estimate)
        measured.append(of_worst)
    return mean_of_independent(*measured)


def evidence_pvalue(evidence: npt.ArrayLike, is_member: npt.ArrayLike, n_members: int, n_nonmembers: int) -> float:
    """Chance that the members among the records sum up to so much evidence if the release knew nothing of them.

    Parameters
    ----------
    evidence : (T,) array of float
        Log odds that each record is a member, fixed before any label was read; at most 20 records.
    is_member : (T,) array of bool
    n_members, n_nonmembers : int
        Units of the pool that the records were picked from, label-blind.

    Returns
    -------
    float
        Exact and one-sided. If membership was drawn at random, every set of t records is equally likely to be the
        members among them, and t is Hypergeometric(n_members + n_nonmembers, n_members, T): calling all of them
        members, rightly, counts too.

    Examples
    --------
    >>> one_way = evidence_pvalue([1.0, 1.0, -1.0, -1.0], np.array([True, True, False, False]), 2, 2)
    >>> round(6 * one_way, 9)  # 1 of 6 ways
    1.0
    """
    weight, label = np.asarray(evidence, dtype=np.float64), np.asarray(is_member, dtype=np.bool_)
    n = len(weight)
    if not (weight.shape == label.shape and 1 <= n <= MOST_TARGETS and np.isfinite(weight).all()):
        raise ValueError(f"1 to {MOST_TARGETS} finite log odds and as many labels are needed")
    sums, members = np.zeros(1), np.zeros(1, dtype=np.int64)
    for w in weight:
        sums, members = np.concatenate([sums, sums + w]), np.concatenate([members, members + 1])
    observed = sums[int((label << np.arange(n)).sum())]
    chance = _chance_of_one_set(n, n_members, n_nonmembers)
    # Equal sums may differ in the last bit by the order of their terms.
    as_much = sums >= observed - 1e-9 * np.abs(weight).sum()
    return float(min((np.bincount(members[as_much], minlength=n + 1) * chance).sum(), 1.0))


def _chance_of_one_set(n: int, n_members: int, n_nonmembers: int) -> FloatArray:
    """(n + 1,) chance that the members among n records are one given set of t of them."""
    t = np.arange(n + 1)
    return np.asarray(hypergeometric_pmf(t, n_members + n_nonmembers, n_members, n) / comb(n, t), dtype=np.float64)


def right_guesses(evidence: FloatArray, is_member: BoolArray) -> tuple[int, int]:
    """How many guesses by the sign of the evidence are right, and how many are made: none where it is 0.

    Examples
    --------
    >>> right_guesses(np.array([2.0, -1.0, 0.0]), np.array([True, True, True]))
    (1, 2)
    """
    return int(((evidence > 0) & is_member).sum() + ((evidence < 0) & ~is_member).sum()), int((evidence != 0).sum())
