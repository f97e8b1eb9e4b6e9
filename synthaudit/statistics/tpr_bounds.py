"""Bounds of the share of members found at a false-positive rate, for the verdict: no assumption on the curve.

The threshold is a non-member's score whose rank is fixed beforehand, so that its own false-positive rate u has a known
law, Beta(k+1, n0-k) above the (k+1)-th highest of n0. From there to the rate a that the limit speaks of:

- Below: whoever is flagged at u > a can be kept with probability a/u, so TPR(a) >= TPR(u) a/u, and at u <= a the TPR is
  no larger than at a. If TPR(a) is at most L, TPR(u) is at most L max(1, u/a).
- Above: at u >= a the TPR is at least that at a; u < a happens with a probability that is known beforehand, and paid.

Either way the count of members above the threshold is binomial given u. Ranks are chosen from n1, n0 and the limit.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.intervals import clopper_pearson_high
from synthaudit.statistics.laws import (
    beta_cdf,
    beta_quantile,
    beta_upper_quantile,
    betabinomial_cdf,
    binomial_quantile,
    binomial_sf,
    binomial_upper_quantile,
)
from synthaudit.statistics.ranks import descending, members_above
from synthaudit.statistics.roots import root
from synthaudit.statistics.units import check
from synthaudit.types import FloatArray, IntArray

STRONG = 3.0
"""The rank of the lower bound is chosen for a TPR of so many times the limit."""
LIKELY = 0.9
_MOST_RANKS = 60
_CLEARLY = 1e-5
"""What a bound is below another where the sixth digit cannot be meant."""
_NODES = 1_200
_TAIL = 1e-12


def tpr_exceeds(n_found: int, n1: int, n0: int, k: int, limit: float, fpr: float) -> float:
    """p-value of "TPR at ``fpr`` is at most ``limit``".

    Parameters
    ----------
    n_found : int
        Members strictly above the (k+1)-th highest non-member.
    n1, n0 : int
        Members and non-members, in units.
    k : int
        In [0, n0).
    limit, fpr : float
        In (0, 1).

    Returns
    -------
    float
        E[P(Bin(n1, min(1, limit max(1, U/fpr))) >= n_found)], U ~ Beta(k+1, n0-k).

    Examples
    --------
    >>> round(tpr_exceeds(60, 417, 417, 0, 0.05, 0.01), 6)
    1.4e-05
    """
    rates, weights = _beta_nodes(k + 1, n0 - k, fpr)
    share = np.minimum(limit * np.maximum(1.0, rates / fpr), 1.0)
    return float(min((weights * binomial_sf(n_found - 1, n1, share)).sum() + _TAIL, 1.0))


@lru_cache(maxsize=512)
def _beta_nodes(a: int, b: int, fpr: float) -> tuple[FloatArray, FloatArray]:
    """Places and weights of an integral over Beta(a, b), cut at ``fpr`` and fine in the upper tail."""
    # In log survival from 1 to the tail that is added in full: the tail decides, and equal steps in its log reach it.
    below = beta_cdf(fpr, a, b)
    edges = np.exp(np.linspace(math.log(_TAIL), 0.0, _NODES + 1))
    edges = np.unique(np.append(edges, 1.0 - below))
    # The upper end of each part: never too small a p-value.
    return beta_upper_quantile(edges[:-1], a, b), np.diff(edges)


def tpr_lower(n_found: int, n1: int, n0: int, k: int, fpr: float, error: float) -> float:
    """Largest limit that the count refutes at ``error``: a lower bound of the TPR, 0 where it refutes none.

    Examples
    --------
    >>> round(tpr_lower(417, 417, 417, 0, 0.01, 0.0125 / 36), 3)
    0.527
    """
    if n_found == 0 or tpr_exceeds(n_found, n1, n0, k, 1e-9, fpr) > error:
        return 0.0
    if tpr_exceeds(n_found, n1, n0, k, 1.0, fpr) <= error:
        return 1.0
    return float(root(lambda limit: tpr_exceeds(n_found, n1, n0, k, limit, fpr) - error, 1e-9, 1.0, precision=1e-7))


@lru_cache(maxsize=1024)
def lower_rank(n1: int, n0: int, limit: float, fpr: float, error: float) -> int:
    """Rank k of the threshold of the lower bound.

    The one whose bound is highest where the TPR is three times the limit and the count as low as in one audit of ten.

    Examples
    --------
    >>> lower_rank(333, 333, 0.10, 0.01, 0.0125 / 36), lower_rank(5000, 5000, 0.05, 0.01, 0.0125 / 36)
    (0, 29)
    """
    strong = min(STRONG * limit, 1.0)
    plain = max((strong - fpr) / (1 - fpr), 0.0)

    def bound(k: int, least: float) -> float:
        """The bound; 0 where it is below ``least``, which one look tells."""
        rates = beta_quantile((np.arange(200) + 0.5) / 200, k + 1, n0 - k)
        count = _low_count(n1, plain + (1 - plain) * rates)
        if 0.0 < least < 1.0 and tpr_exceeds(count, n1, n0, k, least, fpr) > error:
            return 0.0
        return tpr_lower(count, n1, n0, k, fpr, error)

    # Of equally good ranks the highest: it reads most people.
    best = (-1.0, 0)
    for k in _ranks(n0, fpr):
        best = max(best, (round(bound(k, best[0] - _CLEARLY), 6), k))
    return best[1]


def _low_count(n1: int, shares: FloatArray) -> int:
    """Largest count that is reached nine times in ten, where the share is any of these."""
    low, high = 0, n1
    while low < high:
        middle = (low + high + 1) // 2
        if np.mean(binomial_sf(middle - 1, n1, shares)) >= LIKELY:
            low = middle
        else:
            high = middle - 1
    return low


def _ranks(n0: int, fpr: float) -> list[int]:
    """Ranks that come into question: up to those whose rate is surely above ``fpr``, at most sixty of them."""
    last = min(n0 - 1, math.ceil(fpr * n0 + 4 * math.sqrt(fpr * n0) + 4))
    return sorted(set(np.unique(np.linspace(0, last, min(last + 1, _MOST_RANKS)).astype(int)).tolist()))


def tpr_upper(n_found: int, n1: int, n0: int, j: int, fpr: float, error: float) -> float:
    """Upper bound of the TPR at ``fpr``, too low with probability at most ``error``.

    Parameters
    ----------
    n_found : int
        Members above the j-th highest non-member.
    j : int
        In [1, n0].

    Returns
    -------
    float
        The threshold's own rate is below ``fpr`` with d = P(Bin(n0, fpr) >= j): the Clopper-Pearson bound of the count
        is taken at (error - d) / (1 - d). 1 where d leaves nothing.

    Examples
    --------
    >>> round(tpr_upper(20, 1000, 1000, 17, 0.01, 0.05), 4)
    0.0308
    """
    missed = float(binomial_sf(j - 1, n0, fpr))
    if missed >= error or n1 == 0:
        return 1.0
    return clopper_pearson_high(n_found, n1, (error - missed) / (1 - missed))


@lru_cache(maxsize=1024)
def upper_rank(n1: int, n0: int, limit: float, fpr: float, error: float) -> int:
    """Rank j of the threshold of the upper bound: the one most likely to be below the limit if nothing leaks.

    Examples
    --------
    >>> upper_rank(1000, 1000, 0.05, 0.01, 0.05)
    17
    """
    chances = dict(kept_chances(n1, n0, limit, fpr, error))
    return max(chances, key=lambda j: (chances[j], -j))


def kept_chance(n1: int, n0: int, j: int, limit: float, fpr: float, error: float) -> float:
    """Chance that the upper bound of one leak-free attack is below the limit, its threshold the j-th highest."""
    return _kept(n1, n0, j, int(_kept_counts(n1, n0, range(j, j + 1), limit, fpr, error)[0]))


def kept_chances(n1: int, n0: int, limit: float, fpr: float, error: float) -> Iterator[tuple[int, float]]:
    """Ranks that come into question for the threshold and their :func:`kept_chance`, likely ones first.

    Worked out one by one as they are asked for: of many people each takes a while.
    """
    first = int(binomial_upper_quantile(error, n0, fpr)) + 1
    last = min(n0, math.ceil(first + 4 * math.sqrt(fpr * n0) + 8))
    ranks = range(min(first, n0), last + 1)
    counts = _kept_counts(n1, n0, ranks, limit, fpr, error)
    for i in sorted(range(len(ranks)), key=lambda i: abs(i - len(ranks) // 3)):
        yield ranks[i], _kept(n1, n0, ranks[i], int(counts[i]))


def _kept_counts(n1: int, n0: int, ranks: range, limit: float, fpr: float, error: float) -> IntArray:
    """For each rank the largest count whose bound is below the limit; -1 where there is none.

    P(Bin(n1, limit) <= count) is below the error that is left.
    """
    missed = binomial_sf(np.asarray(ranks) - 1, n0, fpr)
    left = np.clip((error - missed) / (1 - missed), 0.0, 1.0)
    return binomial_quantile(left, n1, min(limit, 1.0)) - 1


def _kept(n1: int, n0: int, j: int, count: int) -> float:
    return betabinomial_cdf(count, n1, j, n0 - j + 1) if count >= 0 else 0.0


def lower_bounds(scores: npt.ArrayLike, is_member: npt.ArrayLike, limit: float, fpr: float, error: float) -> FloatArray:
    """(K,) lower bounds of the TPR of K attacks, each at ``error``; ties with the threshold are not above it.

    Examples
    --------
    >>> rng, is_member = np.random.default_rng(0), np.arange(1000) < 500
    >>> scores = rng.normal(size=(1, 1000)) + 9 * (np.arange(1000) < 200)  # 4 members in 10 stand out
    >>> lower_bounds(scores, is_member, 0.05, 0.01, 0.01).round(2)
    array([0.35])
    """
    score, label = check(scores, is_member)
    score = np.atleast_2d(score)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) == 0:
        return np.zeros(len(score))
    k = lower_rank(n1, n0, limit, fpr, error)
    threshold = np.partition(score[:, ~label], n0 - 1 - k, axis=1)[:, n0 - 1 - k]
    counts = (score[:, label] > threshold[:, None]).sum(axis=1)
    by_count = {int(count): tpr_lower(int(count), n1, n0, k, fpr, error) for count in np.unique(counts)}
    return np.array([by_count[int(count)] for count in counts])


def upper_bounds(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, order: npt.ArrayLike, limit: float, fpr: float, error: float
) -> FloatArray:
    """(K,) upper bounds of the TPR of K attacks, each alone at ``error``, ties broken by ``order``."""
    score, label = check(scores, is_member)
    score, priority = np.atleast_2d(score), np.asarray(order)
    n1, n0 = int(label.sum()), int((~label).sum())
    if min(n1, n0) == 0:
        return np.ones(len(score))
    j = upper_rank(n1, n0, limit, fpr, error)
    above = [int(members_above(label, descending(row, priority))[j - 1]) for row in score]
    return np.array([tpr_upper(count, n1, n0, j, fpr, error) for count in above])
