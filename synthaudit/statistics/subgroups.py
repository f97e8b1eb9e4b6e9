"""Groups of people at risk: does any group's members score unlike its own non-members, and which counts may be shown.

Groups are formed without the labels. If membership was drawn at random the labels are exchangeable, whatever the
groups and the scores are. Two tests a group, as for the whole audit: the rank sum, which sees a group that is shifted,
and the count of members at the top, which sees a few people in a group of hundreds. Each has half of the error.

*Rank sum.* z is the Wilcoxon rank sum of the members among the group's own units, less its mean, over its standard
deviation given how many members the group has; ties share midranks. One permutation of the labels serves all
groups, which may overlap: p = (1 + #{|z_b| >= |z|}) / (B + 1), alone, and adjusted with the largest |z_b| over the
groups (max-T, Westfall and Young 1993; Phipson and Smyth 2010). Where nothing leaks anywhere the family-wise error
is exact. Where some groups leak, that of the others holds as far as their z do not depend on how many members they
happen to have, which standardising takes care of but for very small groups. Beyond 10,000 units the z of large
groups come from their limit, a normal with the correlation of the rank sums, and those of small ones from
permutations within the group.

*Top.* Members above the (k+1)-th highest non-member of the group, k = 1 % of these: BetaBinomial(n1; k+1, n0-k)
given the group's n1 and n0, exact and two-sided (:func:`observed.count_pvalues`); adjusted after Holm (1979), which
holds whatever the groups have in common.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.runtime.jit import jit
from synthaudit.statistics.multiplicity import holm
from synthaudit.statistics.multivariate_normal import symmetric_root
from synthaudit.statistics.observed import count_pvalues
from synthaudit.statistics.ranks import allowed_false_positives, centred_ranks, descending, members_above
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.statistics.units import check
from synthaudit.types import BoolArray, FloatArray, IntArray, Measured

SMALLEST = 10
"""Fewest members and fewest non-members of a group that is shown."""
NOBODY = -1
"""Group of a unit that belongs to none of a partition."""
_EXACT_UNITS = 10_000
PERMUTATIONS = 9_999
QUICK_PERMUTATIONS = 1_999
"""Still enough for p < .001, which 999 cannot show."""
_NOT_NORMAL = 500
"""With fewer units of the smaller class beside the most frequent score, a rank sum is not yet normal."""
_FPR = 0.01
_BLOCK = 4_000_000


class GroupTests(NamedTuple):
    """Result of :func:`group_tests`; (G,) each."""

    z: FloatArray
    """Rank sum of the group's members within the group, standardised; negative where they score lower."""
    n_top: IntArray
    """Members above the group's own 1 % FPR threshold."""
    pvalue: FloatArray
    """Two-sided, of both tests together, this group alone."""
    pvalue_adjusted: FloatArray
    """Of both tests together, over all groups."""


def group_tests(
    scores: npt.ArrayLike,
    is_member: npt.ArrayLike,
    group_of: npt.ArrayLike,
    order: npt.ArrayLike,
    rng: np.random.Generator,
    n_permutations: int = PERMUTATIONS,
) -> GroupTests:
    """Test in each group whether its members score differently from its own non-members.

    Parameters
    ----------
    scores : (n,) array of float
        Of one attack, fixed before any label was read.
    is_member : (n,) array of bool
    group_of : (n, P) array of int
        P partitions of the units into groups, numbered 0 to G-1 over all partitions; -1 for a unit in no group of a
        partition. Formed without the labels.
    order : (n,) array of int
        Breaks ties at a threshold, the order of the whole audit.
    rng : numpy.random.Generator
        Source of the permutations.
    n_permutations : int, optional
        B.

    Returns
    -------
    GroupTests
        Twice the smaller p-value of the two tests, at most 1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_member, group = np.arange(400) % 2 == 0, np.arange(400) // 100
    >>> scores = rng.normal(size=400) + 2.0 * is_member * (group == 3)
    >>> tests = group_tests(scores, is_member, group[:, None], np.arange(400), rng, n_permutations=999)
    >>> (tests.pvalue_adjusted < 0.05).tolist()
    [False, False, False, True]
    """
    score, label = check(scores, is_member)
    group = np.atleast_2d(np.asarray(group_of, dtype=np.int64).T).T
    if group.shape[0] != len(label) or score.ndim != 1:
        raise ValueError("one score and one row of groups per unit are needed")
    n_groups = int(group.max(initial=NOBODY)) + 1
    if not n_groups:
        return GroupTests(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    b = n_permutations
    ranked = _ranks(score, group, n_groups)
    every = np.flatnonzero(label).astype(np.int32)
    observed = _standardised(*_sums(every[None, :], group, ranked.ranks, n_groups), ranked)[0]
    drawn = (_permuted if len(label) <= _EXACT_UNITS else _limit)(ranked, label, group, b, rng)
    n_as_extreme, n_largest = _count_as_extreme(np.abs(observed), drawn)
    n_top, top = _top(score, label, group, n_groups, np.asarray(order, dtype=np.int64))
    return GroupTests(
        z=observed,
        n_top=n_top,
        pvalue=np.minimum(1.0, 2 * np.minimum((1.0 + n_as_extreme) / (b + 1), top)),
        pvalue_adjusted=np.minimum(1.0, 2 * np.minimum((1.0 + n_largest) / (b + 1), holm(top))),
    )


def _count_as_extreme(size: FloatArray, drawn: Iterator[FloatArray]) -> tuple[IntArray, IntArray]:
    """(G,) how many |z| of the group, and how many of the largest over all groups, are at least ``size``."""
    n_as_extreme, largest = np.zeros(len(size), dtype=np.int64), []
    for z in drawn:
        n_as_extreme += (np.abs(z) >= size).sum(axis=0)
        largest.append(np.abs(z).max(axis=1))
    ascending = np.sort(np.concatenate(largest))
    return n_as_extreme, len(ascending) - np.searchsorted(ascending, size, side="left")


def _top(
    score: FloatArray, label: BoolArray, group: IntArray, n_groups: int, order: IntArray
) -> tuple[IntArray, FloatArray]:
    """(G,) members above each group's own threshold, and the exact two-sided p-value of that count."""
    count, pvalue = np.zeros(n_groups, dtype=np.int64), np.ones(n_groups)
    for column in group.T:
        for g in np.unique(column[column >= 0]):
            units = np.flatnonzero(column == g)
            own = label[units]
            n1, n0 = int(own.sum()), int((~own).sum())
            if min(n1, n0) == 0:
                continue
            k = allowed_false_positives(n0, _FPR)
            count[g] = members_above(own, descending(score[units], order[units]))[k]
            pvalue[g] = count_pvalues(n1, n0, k)[count[g]]
    return count, pvalue


def group_estimates(
    scores: FloatArray, is_member: BoolArray, in_group: BoolArray, order: IntArray
) -> tuple[Measured, Measured]:
    """AUC within a group, and the share of its members above the threshold that all non-members set.

    Parameters
    ----------
    scores : (n,) array of float
    is_member, in_group : (n,) array of bool
    order : (n,) array of int
        Breaks ties, the order of the whole audit.

    Returns
    -------
    auc, tpr : Estimate or NotEstimable
        Two-sided 95 %, this group alone; the second as :func:`roc.tpr_at_fpr` at 1 %, whose bounds cover the threshold.

    Examples
    --------
    >>> scores = np.r_[np.arange(500.0), np.arange(500.0), np.full(20, 1e6)]  # non-members, members, members of a group
    >>> is_member, in_group = np.arange(1020) >= 500, (np.arange(1020) >= 1000) | (np.arange(1020) < 40)
    >>> auc, tpr = group_estimates(scores, is_member, in_group, np.arange(1020))
    >>> auc.value, tpr.value, round(tpr.low, 2)
    (1.0, 1.0, 0.83)
    """
    wide = in_group | ~is_member
    tpr = tpr_at_fpr(scores[wide], is_member[wide], _FPR, order=order[wide])
    return auc(scores[in_group], is_member[in_group]), tpr


def hidden(n_members: npt.ArrayLike, n_nonmembers: npt.ArrayLike) -> BoolArray:
    """Which groups of one partition must not be shown.

    Parameters
    ----------
    n_members, n_nonmembers : (k,) array of int
        Of every group of a partition whose totals are known.

    Returns
    -------
    (k,) array of bool
        Groups with fewer than 10 on either side; and, as long as these can be worked out from the totals (one group
        alone, or fewer than 10 members or non-members in all), the smallest of the others as well.

    Examples
    --------
    >>> hidden([3, 40, 25, 30], [30, 40, 35, 30]).tolist()  # the first, and the smallest of the rest to cover it
    [True, False, True, False]
    """
    n1, n0 = np.asarray(n_members, dtype=np.int64), np.asarray(n_nonmembers, dtype=np.int64)
    out: BoolArray = (n1 < SMALLEST) | (n0 < SMALLEST)
    # One group alone is out for having fewer than that.
    while out.any() and not out.all() and min(n1[out].sum(), n0[out].sum()) < SMALLEST:
        rest = np.flatnonzero(~out)
        out[rest[(n1 + n0)[rest].argmin()]] = True
    return out


class _Ranked(NamedTuple):
    """Scores as ranks within each group."""

    ranks: IntArray
    """(n, P) doubled centred midranks."""
    size: IntArray
    """(G,) units."""
    square: FloatArray
    """(G,) sums of squared ranks."""
    varied: IntArray
    """(G,) units beside those with the most frequent score."""


def _ranks(score: FloatArray, group: IntArray, n_groups: int) -> _Ranked:
    ranks = np.zeros(group.shape, dtype=np.int64)
    size, square, varied = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups), np.zeros(n_groups, dtype=np.int64)
    for p, column in enumerate(group.T):
        for g in np.unique(column[column >= 0]):
            units = np.flatnonzero(column == g)
            own = score[units]
            ranks[units, p] = centred_ranks(own, descending(own, np.arange(len(units))))
            size[g], square[g] = len(units), float((ranks[units, p].astype(np.float64) ** 2).sum())
            varied[g] = len(units) - np.unique(own, return_counts=True)[1].max()
    return _Ranked(ranks, size, square, varied)


def _permuted(
    ranked: _Ranked, label: BoolArray, group: IntArray, b: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield blocks of the (b, G) z under relabellings of all units."""
    n, n1, n_groups = len(label), int(label.sum()), len(ranked.size)
    take, members_drawn = min(n1, n - n1), n1 <= n - n1
    pool = np.arange(n, dtype=np.int32)
    block = max(1, min(256, _BLOCK // max(take, 1)))
    for start in range(0, b, block):
        drawn = _draw(rng.integers(0, 2**32, size=(min(block, b - start), take), dtype=np.uint32), pool)
        sums, count = _sums(drawn, group, ranked.ranks, n_groups)
        # Centred ranks sum to zero in every group: the others of a draw have the negative sum.
        yield _standardised(sums, count, ranked) if members_drawn else _standardised(-sums, ranked.size - count, ranked)


def _limit(
    ranked: _Ranked, label: BoolArray, group: IntArray, b: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield the (b, G) z of many units: normal, and by relabellings within the group where that is not near enough."""
    n_groups = len(ranked.size)
    z = rng.standard_normal((b, n_groups)) @ symmetric_root(_correlation(ranked, group))
    for g in range(n_groups):
        units, place = np.nonzero(group == g)
        n1 = int(label[units].sum())
        if ranked.varied[g] * min(n1, len(units) - n1) >= _NOT_NORMAL * len(units):
            continue
        own = slice(g, g + 1)
        within = _Ranked(ranked.ranks[units, place][:, None], ranked.size[own], ranked.square[own], ranked.varied[own])
        only_group = np.zeros((len(units), 1), dtype=np.int64)
        z[:, g] = np.concatenate(list(_permuted(within, label[units], only_group, b, rng)))[:, 0]
    yield z


def _correlation(ranked: _Ranked, group: IntArray) -> FloatArray:
    """(G, G) correlation of the rank sums under relabelling; groups of one partition share no unit."""
    n_groups, n_partitions = len(ranked.size), group.shape[1]
    product = np.diag(ranked.square)
    for p in range(n_partitions):
        for q in range(p + 1, n_partitions):
            both = (group[:, p] >= 0) & (group[:, q] >= 0)
            pair = group[both, p] * n_groups + group[both, q]
            weight = ranked.ranks[both, p].astype(np.float64) * ranked.ranks[both, q]
            shared = np.bincount(pair, weights=weight, minlength=n_groups**2).reshape(n_groups, n_groups)
            product += shared + shared.T
    length = np.sqrt(ranked.square)
    scale = np.outer(length, length)
    correlation: FloatArray = np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)
    return correlation


def _standardised(sums: IntArray, members: IntArray, ranked: _Ranked) -> FloatArray:
    """(b, G) rank sums over their standard deviations; 0 where a group holds one kind only or one score only."""
    size = ranked.size
    share = members * (size - members) / np.maximum(size * (size - 1.0), 1.0)
    spread = np.sqrt(share * ranked.square)
    return np.divide(sums, spread, out=np.zeros(sums.shape), where=spread > 0)


@jit
def _draw(random: npt.NDArray[np.uint32], pool: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """(b, take) units drawn without replacement, by Fisher-Yates; ``pool`` is shuffled on."""
    b, take = random.shape
    n = len(pool)
    drawn = np.empty((b, take), dtype=np.int32)
    for k in range(b):
        for i in range(take):
            # Multiply-shift maps 32 bits to 0..n-i-1 with a bias below n / 2^32.
            j = i + np.int64((np.uint64(random[k, i]) * np.uint64(n - i)) >> np.uint64(32))
            unit = pool[j]
            pool[j] = pool[i]
            pool[i] = unit
            drawn[k, i] = unit
    return drawn


@jit
def _sums(drawn: npt.NDArray[np.int32], group: IntArray, ranks: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """(b, G) sum of ranks, and number, of the drawn units of each group."""
    b, take = drawn.shape
    sums = np.zeros((b, n_groups), dtype=np.int64)
    count = np.zeros((b, n_groups), dtype=np.int64)
    for k in range(b):
        for i in range(take):
            unit = drawn[k, i]
            for p in range(group.shape[1]):
                g = group[unit, p]
                if g >= 0:
                    sums[k, g] += ranks[unit, p]
                    count[k, g] += 1
    return sums, count
