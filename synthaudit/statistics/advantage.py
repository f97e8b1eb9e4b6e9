"""What an attacker makes of the scores: who is named, how often rightly, and how much better than by chance."""

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import difference_of_shares
from synthaudit.statistics.units import check, split_halves
from synthaudit.types import BoolArray, Estimate, FloatArray, Measured, NotEstimable


def ppv(tpr: float, fpr: float, prior: float) -> float:
    """Chance that somebody named is a member, when a share ``prior`` of all those asked about are members.

    Examples
    --------
    >>> round(ppv(0.05, 0.01, prior=0.01), 3)
    0.048
    """
    named = tpr * prior + fpr * (1.0 - prior)
    return tpr * prior / named if named > 0 else prior


def advantage(scores: npt.ArrayLike, is_member: npt.ArrayLike, rng: np.random.Generator) -> Measured:
    """Largest TPR - FPR, its threshold chosen on one half of the units and measured on the other, both ways.

    Returns
    -------
    Estimate or NotEstimable
        Counts of both halves are pooled; 95 % interval by :func:`intervals.difference_of_shares`.

    Examples
    --------
    >>> scores = np.arange(400.0)
    >>> found = advantage(scores, scores >= 200, np.random.default_rng(0))
    >>> found.value > 0.98, found.low > 0.95
    (True, True)
    """
    score, label = check(scores, is_member)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) < 4:
        return NotEstimable(
            not_estimable=N_("An advantage needs four members and four non-members; there are {n1} and {n0}.").format(
                n1=n1, n0=n0
            )
        )
    half = split_halves(label, rng)
    true = false = 0
    for choose in (half, ~half):
        threshold = _best_threshold(score[choose], label[choose])
        named = score[~choose] > threshold
        true += int((named & label[~choose]).sum())
        false += int((named & ~label[~choose]).sum())
    low, high = difference_of_shares(true, n1, false, n0, 0.95)
    return Estimate(value=true / n1 - false / n0, low=low, high=high, confidence_level=0.95, n=n1 + n0)


def _best_threshold(score: FloatArray, label: BoolArray) -> float:
    """Score above which TPR - FPR is largest."""
    value, unit = np.unique(score, return_inverse=True)
    weight = np.where(label, 1.0 / label.sum(), -1.0 / (~label).sum())
    # Naming all scores strictly above value[i] gives the sum of the later weights.
    gain = np.append(np.cumsum(np.bincount(unit, weights=weight)[::-1])[::-1][1:], 0.0)
    return float(value[int(gain.argmax())])
