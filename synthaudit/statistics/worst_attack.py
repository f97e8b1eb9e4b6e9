"""The worst attack, for display: chosen on one half of the units and measured on the other, both ways.

The largest of many estimates is too large. Choosing and measuring on different units removes that, at the price of
half the sample; what a verdict rests on are the bounds of :mod:`synthaudit.statistics.bounds`, not this.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import mean_of_independent
from synthaudit.statistics.laws import normal_sf
from synthaudit.statistics.observed import observe
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.statistics.units import check, split_halves
from synthaudit.types import BoolArray, Estimate, FloatArray, IntArray, Measured, NotEstimable, Worst


def worst_attack(
    scores: npt.ArrayLike,
    names: Sequence[str],
    is_member: npt.ArrayLike,
    rng: np.random.Generator,
    order: npt.ArrayLike,
) -> Worst:
    """Measure the worst of K attacks without the optimism of having chosen it.

    Parameters
    ----------
    scores : (K, N) array of float
    names : K strings
        ``attack/view``.
    is_member : (N,) array of bool
    rng : numpy.random.Generator
        Source of the halves, each with half of the members and half of the non-members.
    order : (N,) array
        Tie order, see :func:`units.random_order`.

    Returns
    -------
    Worst
        Named is the choice of the half with the stronger evidence. The estimates are the mean of the two halves'
        measurements, each of the attack that the *other* half chose; they describe an attacker who picks by evidence,
        and their upper end does not bound the worst attack. Where the choosing half saw members score below
        non-members the scores are turned round, as an attacker would: an AUC above .5 is a leak in either direction.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_member = np.arange(2000) < 1000
    >>> scores = rng.normal(size=(20, 2000))  # twenty attacks that know nothing
    >>> found = worst_attack(scores, [f"attack_{k}/cells" for k in range(20)], is_member, rng, np.arange(2000))
    >>> found.auc.low < 0.5 < found.auc.high
    True
    """
    score, label = check(scores, is_member)
    score, priority = np.atleast_2d(score), np.asarray(order, dtype=np.int64)
    if len(names) != len(score):
        raise ValueError(f"{len(names)} names for {len(score)} attacks")
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) < 4:
        name, _, view = names[strongest(score, label, priority)[1]].partition("/")
        reason = N_(
            "Choosing on one half and measuring on the other needs four of each; there are {n1} and {n0}."
        ).format(n1=n1, n0=n0)
        lacking = NotEstimable(not_estimable=reason)
        return Worst(attack=name, view=view, auc=lacking, tpr_at_fpr=lacking)
    half = split_halves(label, rng)
    chosen, aucs, tprs = [], [], []
    for choose in (half, ~half):
        pvalue, attack, sign = strongest(score[:, choose], label[choose], priority[choose])
        measured = sign * score[attack, ~choose]
        chosen.append((pvalue, attack))
        aucs.append(auc(measured, label[~choose]))
        tprs.append(tpr_at_fpr(measured, label[~choose], 0.01, order=priority[~choose]))
    name, _, view = names[min(chosen)[1]].partition("/")
    return Worst(attack=name, view=view, auc=_mean(aucs), tpr_at_fpr=_mean(tprs))


def strongest(score: FloatArray, label: BoolArray, order: IntArray) -> tuple[float, int, int]:
    """Smallest own p-value of K attacks, which attack has it, and the direction in which that points (1 or -1).

    Takes (K, n) scores, (n,) labels and (n,) tie order.
    """
    observed = observe(score, label, order)
    by_auc = 2 * normal_sf(np.abs(observed.z))
    smaller = np.minimum(by_auc, observed.p_top)
    attack = int(smaller.argmin())
    if by_auc[attack] <= observed.p_top[attack]:
        is_far = observed.z[attack] < 0
    else:
        is_far = observed.n_true_positives[attack] < observed.expected_true_positives
    return float(smaller[attack]), attack, -1 if is_far else 1


def _mean(halves: list[Measured]) -> Measured:
    """Mean of both halves, or why there is none."""
    first, second = halves
    for half in halves:
        if isinstance(half, NotEstimable):
            reason = N_("On one half of the candidates, where the other half chose: {not_estimable}").format(
                not_estimable=half.not_estimable
            )
            return NotEstimable(not_estimable=reason)
    assert isinstance(first, Estimate)
    assert isinstance(second, Estimate)
    return mean_of_independent(first, second)
