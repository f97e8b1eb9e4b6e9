"""Whether members score higher than chance leaves them: one decision over many scores, which looks one way only.

As :mod:`synthaudit.statistics.family_test`, but a score by which members stand *below* strangers proves nothing here:
a release whose keys avoid those of its training table is no leak.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from synthaudit.runtime.engine import spread
from synthaudit.statistics.observed import observe
from synthaudit.statistics.permutation import Run, relabelled
from synthaudit.statistics.roc import tpr_lower_bound
from synthaudit.statistics.units import check, split_halves
from synthaudit.types import FloatArray


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
    is_many = observed.n_true_positives > observed.expected_true_positives
    by_top = np.where(is_many, np.searchsorted(smallest, observed.p_top, side="right"), n_permutations)
    auc, top = ((1.0 + count) / (n_permutations + 1) for count in (by_auc, by_top))
    each = np.minimum(2 * np.minimum(auc, top), 1.0)
    return OneSided(
        pvalue=float(each.min()),
        pvalue_auc=float(auc.min()),
        pvalue_top=float(top.min()),
        each=each,
        strongest=int(np.lexsort((-observed.z, each))[0]),
    )


def chosen_tpr_lower_bound(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, order: npt.ArrayLike, *, rng: np.random.Generator, alpha: float
) -> float | None:
    """Lower bound of the TPR at 1 % FPR of the score that one half of the units chooses, from the other half.

    Too high with probability at most ``alpha``, whatever the scores: nothing was chosen on the half that is measured,
    and half of ``alpha`` goes to its threshold. None where that half has too few non-members, 597 at .005.

    Examples
    --------
    >>> is_member = np.arange(4000) < 2000
    >>> scores = [is_member * (np.arange(4000) % 4 == 0), np.zeros(4000)]  # every fourth member stands out
    >>> bound = chosen_tpr_lower_bound(scores, is_member, np.arange(4000), rng=np.random.default_rng(0), alpha=0.005)
    >>> round(bound, 2)
    0.2
    """
    score, label = check(np.atleast_2d(np.asarray(scores, dtype=np.float64)), is_member)
    half = split_halves(label, rng)
    if min(int(label[half].sum()), int((~label[half]).sum())) < 2:
        return None
    observed = observe(score[:, half], label[half], np.asarray(order, dtype=np.int64)[half])
    is_many = observed.n_true_positives > observed.expected_true_positives
    own = np.minimum(stats.norm.sf(observed.z), np.where(is_many, observed.p_top / 2, 1.0))
    return tpr_lower_bound(score[int(own.argmin()), ~half], label[~half], 0.01, piece=alpha / 2)
