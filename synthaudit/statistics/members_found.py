"""Whether of two releases one gives more members away than the other: on the same people, or by intervals alone.

What is compared is the share of members found at 1 % FPR by the strongest attack on each release, and its AUC. A leak
of few people shows in the first, a leak of many in the second; either tells releases apart, each at half of the error.

On the same people the attack is chosen on one half of them, and the other half is compared. Once, and not both ways as
for display: an attack that finds nobody is turned round by one half where it fails on the other, so that the two
measurements are not independent, and a test that adds them up calls chance a difference.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.laws import normal_quantile, normal_sf
from synthaudit.statistics.ranks import allowed_false_positives, descending
from synthaudit.statistics.roc import joint_delong
from synthaudit.statistics.units import check, random_order, split_halves
from synthaudit.statistics.worst_attack import strongest
from synthaudit.types import BoolArray, Estimate, FloatArray, IntArray

FPR = 0.01
N_PERMUTATIONS = 9_999
_STREAM = 410
"""Draws of its own, apart from those that the attacks made with the same seed."""
_MOST_CELLS = 1 << 22
"""Of a block of permutations that is held at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedHalves:
    """One draw of halves and of the order of ties, for all releases that are held against the same people."""

    is_member: BoolArray
    """(n,)"""
    measured: BoolArray
    """(n,) the half that is compared: half of the members and half of the non-members. On the others is chosen."""
    order: IntArray
    """(n,)"""

    @classmethod
    def draw(cls, is_member: BoolArray, seed: int) -> "SharedHalves":
        """Drawn at random from the labels alone, so that every release gets the same."""
        rng = np.random.default_rng((_STREAM, seed))
        return cls(is_member=is_member, measured=~split_halves(is_member, rng), order=random_order(len(is_member), rng))

    @property
    def labels(self) -> BoolArray:
        """Who is a member in the half that is compared."""
        return self.is_member[self.measured]


def standing(scores: npt.ArrayLike, halves: SharedHalves) -> FloatArray:
    """How far from the top the strongest attack puts everybody of the half that is compared.

    Parameters
    ----------
    scores : (K, n) array of float
        Of K attacks, higher = more likely a member.
    halves : SharedHalves

    Returns
    -------
    (m,) array of float
        How many non-members of the other half stand above, by the attack that the other half chose, and as a fraction
        the place among the people of the half itself: no two are equal. Comparable from release to release, whatever
        the scores are, as nobody of the half that is compared sets the scale.

    Examples
    --------
    >>> halves = SharedHalves(
    ...     is_member=np.arange(8) % 4 < 2, measured=np.arange(8) >= 4, order=np.arange(8)
    ... )
    >>> standing([[9.0, 8.0, 2.0, 1.0, 9.0, 1.5, 1.2, 0.0]], halves).tolist()
    [0.0, 1.25, 1.5, 2.75]
    """
    score, label = check(np.atleast_2d(np.asarray(scores, dtype=np.float64)), halves.is_member)
    measured = halves.measured
    _, attack, sign = strongest(score[:, ~measured], label[~measured], halves.order[~measured])
    chosen = sign * score[attack]
    positions = descending(chosen[measured], halves.order[measured])
    place = np.empty(len(positions))
    place[positions] = np.arange(len(positions)) / len(positions)
    scale = np.sort(chosen[~measured & ~label])
    n_above: FloatArray = (len(scale) - np.searchsorted(scale, chosen[measured], side="right")).astype(np.float64)
    return place + n_above


def paired_pvalue(
    first: FloatArray, second: FloatArray, halves: SharedHalves, seed: int, n_permutations: int = N_PERMUTATIONS
) -> float:
    """Two-sided p-value of "both releases give as much away", on the same people: twice the smaller of two.

    Parameters
    ----------
    first, second : (m,) arrays of float
        :func:`standing` on either release.
    halves : SharedHalves
        As the standings were made with.
    seed : int
    n_permutations : int

    Returns
    -------
    float
        In (0, 1].

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> halves = SharedHalves.draw(np.arange(1000) < 500, 0)
    >>> quiet, loud = rng.normal(size=(2, 1000)) + np.outer([0, 2], halves.is_member)
    >>> paired_pvalue(standing(quiet, halves), standing(loud, halves), halves, 0, 999) < 0.001
    True
    """
    return paired_difference(first, second, halves, seed, n_permutations)[1]


def paired_difference(
    first: FloatArray, second: FloatArray, halves: SharedHalves, seed: int, n_permutations: int = N_PERMUTATIONS
) -> tuple[int, float]:
    """Which release gives more away, and the p-value of :func:`paired_pvalue`, whose parameters it has.

    Returns
    -------
    tuple of int and float
        1 the first, -1 the second, 0 neither, by the figure with the smaller p-value.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> halves = SharedHalves.draw(np.arange(1000) < 500, 0)
    >>> quiet, loud = rng.normal(size=(2, 1000)) + np.outer([0, 2], halves.is_member)
    >>> paired_difference(standing(quiet, halves), standing(loud, halves), halves, 0, 999)[0]
    -1
    """
    found = found_pvalue(first, second, halves, seed, n_permutations)
    auc = auc_pvalue(first, second, halves)
    if found <= auc:
        more: float = found_surplus(first, second, halves)
    else:
        aucs, _covariance = joint_delong(-np.stack([first, second]), halves.labels)
        more = float(aucs[0] - aucs[1])
    return int(np.sign(more)), min(1.0, 2 * min(found, auc))


def auc_pvalue(first: FloatArray, second: FloatArray, halves: SharedHalves) -> float:
    """Two-sided p-value of "both AUCs are equal" on the same people (DeLong 1988).

    Examples
    --------
    >>> halves = SharedHalves.draw(np.arange(1000) < 500, 0)
    >>> same = standing(np.random.default_rng(0).normal(size=1000), halves)
    >>> auc_pvalue(same, same, halves)
    1.0
    """
    aucs, covariance = joint_delong(-np.stack([first, second]), halves.labels)
    difference = float(aucs[0] - aucs[1])
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    if variance <= 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * normal_sf(abs(difference) / math.sqrt(variance)))


def found_pvalue(
    first: FloatArray, second: FloatArray, halves: SharedHalves, seed: int, n_permutations: int = N_PERMUTATIONS
) -> float:
    """Two-sided p-value of "of both releases as many members are found at 1 % FPR".

    Under the null hypothesis it is chance which of the two releases a person's two standings come from: they are
    exchanged at random, person by person, and in each exchange thresholds and counts are made anew. So the chance of
    the threshold counts as well as that of who is found, which McNemar's test leaves out.

    Parameters
    ----------
    first, second : (m,) arrays of float
        :func:`standing` on either release.
    halves : SharedHalves
        As the standings were made with.
    seed : int
    n_permutations : int

    Returns
    -------
    float
        In (0, 1], at least 1 / (n_permutations + 1).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> halves = SharedHalves.draw(np.arange(1000) < 500, 0)
    >>> quiet, loud = rng.normal(size=(2, 1000)) + np.outer([0, 2], halves.is_member)
    >>> found_pvalue(standing(quiet, halves), standing(loud, halves), halves, 0, 999)
    0.001
    """
    rng = np.random.default_rng((_STREAM + 1, seed))
    pair, is_member, k = _paired(first, second, halves)
    lowest = np.partition(pair.max(axis=0)[~is_member], k)[k]
    # Whoever stands below every threshold that an exchange can give is never found and never counts.
    matters = pair.min(axis=0) <= lowest
    pair, is_member = pair[:, matters], is_member[matters]
    observed = int(_surplus(pair[:, None], is_member, k)[0])
    exchanged = _exchanged(pair, is_member, k, rng, n_permutations)
    return float((1 + (np.abs(exchanged) >= abs(observed)).sum()) / (n_permutations + 1))


def found_surplus(first: FloatArray, second: FloatArray, halves: SharedHalves) -> int:
    """Members found at 1 % FPR in the first release beyond those found in the second, among those compared.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> halves = SharedHalves.draw(np.arange(1000) < 500, 0)
    >>> quiet, loud = rng.normal(size=(2, 1000)) + np.outer([0, 9], halves.is_member)
    >>> found_surplus(standing(loud, halves), standing(quiet, halves), halves)
    243
    """
    pair, is_member, k = _paired(first, second, halves)
    return int(_surplus(pair[:, None], is_member, k)[0])


def _paired(first: FloatArray, second: FloatArray, halves: SharedHalves) -> tuple[FloatArray, BoolArray, int]:
    """(2, m) standings without ties, who is a member, and how many false positives are allowed."""
    is_member = halves.labels
    # Two people may stand equally far from the top of two releases: a tie, broken as all others are.
    tie = np.argsort(np.argsort(halves.order[halves.measured])) / len(is_member) ** 2 / 2
    return np.stack([first + tie, second + tie]), is_member, allowed_false_positives(int((~is_member).sum()), FPR)


def _exchanged(
    pair: FloatArray, is_member: BoolArray, k: int, rng: np.random.Generator, n_permutations: int
) -> IntArray:
    """(n_permutations,) surpluses, block by block."""
    block = max(1, _MOST_CELLS // max(1, pair.shape[1]))
    parts = []
    for start in range(0, n_permutations, block):
        swapped = rng.random((min(block, n_permutations - start), pair.shape[1])) < 0.5
        both = np.stack([np.where(swapped, pair[1], pair[0]), np.where(swapped, pair[0], pair[1])])
        parts.append(_surplus(both, is_member, k))
    return np.concatenate(parts)


def _surplus(pair: FloatArray, is_member: BoolArray, k: int) -> IntArray:
    """(2, b, n) -> (b,) members found in the first release beyond those found in the second."""
    threshold = np.partition(pair[..., ~is_member], k, axis=-1)[..., k, None]
    n_found = (pair[..., is_member] < threshold).sum(axis=-1)
    surplus: IntArray = n_found[0] - n_found[1]
    return surplus


def unpaired_pvalue(first: tuple[Estimate, Estimate], second: tuple[Estimate, Estimate]) -> float:
    """Two-sided p-value of "both releases give as much away" by intervals alone: twice the smaller of two.

    Parameters
    ----------
    first, second : tuple of (Estimate, Estimate)
        Share of members found and AUC of either release.
    """
    smallest = min(interval_pvalue(one, other) for one, other in zip(first, second, strict=True))
    return min(1.0, 2 * smallest)


def interval_pvalue(first: Estimate, second: Estimate) -> float:
    """Two-sided p-value of "both figures are equal" by their intervals, as if the people were others.

    The distance of the two values against that from each value to the end of its interval which lies towards the other
    (MOVER, Zou and Donner 2008, turned round). It errs to the safe side: the intervals cover the chance of the
    threshold too, the two halves behind a figure are taken to err together and not each by itself, and people who are
    the same make figures more alike.

    Examples
    --------
    >>> low = Estimate(value=0.05, low=0.03, high=0.08, confidence_level=0.95, n=2000)
    >>> high = Estimate(value=0.1, low=0.07, high=0.15, confidence_level=0.95, n=2000)
    >>> interval_pvalue(low, low), round(interval_pvalue(low, high), 2)
    (1.0, 0.1)
    """
    below, above = sorted((first, second), key=lambda estimate: estimate.value)
    distance = above.value - below.value
    reach = math.sqrt(2) * math.hypot(
        (above.value - above.low) / _z(above.confidence_level), (below.high - below.value) / _z(below.confidence_level)
    )
    if distance == 0:
        return 1.0
    return float(2 * normal_sf(distance / reach)) if reach > 0 else 0.0


def _z(confidence_level: float) -> float:
    return normal_quantile((1 + confidence_level) / 2)
