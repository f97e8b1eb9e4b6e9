"""Does anything leak? One decision over a fixed family of attacks, by permuting who counts as a member.

If membership was drawn at random, the labels are exchangeable whatever the release and the attacks look like, so a
statistic is judged by its law under relabelling. Family A is the largest |z| of the AUCs; family B the most
surprising count of members above the 1 % false-positive threshold. Each is tested at half of alpha.

Where there are at most 30,000 units, every permutation is drawn and both families read the same ones, with sums of
ranks in exact integers. Beyond, rank sums come from their limit, a K-dimensional normal with the covariance of the
permutation law, except for attacks that give nearly all units one score; these and the counts at the top come from
true permutations of the few units that matter to them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthaudit.compiled import jit
from synthaudit.statistics.normal import symmetric_root
from synthaudit.statistics.observed import Observed, observe
from synthaudit.statistics.units import check, random_order
from synthaudit.types import BoolArray, Decision, FloatArray, IntArray

_EXACT_UNITS = 30_000
_BLOCK = 256
_Blocks = Iterator[tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FamilyTest:
    """The decision, and what each of the K attacks contributed to it."""

    decision: Decision
    pvalue: FloatArray
    """(K,) of the AUC, two-sided, this attack alone."""
    pvalue_adjusted: FloatArray
    """(K,) of the AUC within the family: the maximum of |z| over all attacks is compared with this attack's."""
    z: FloatArray
    """(K,) the AUC in standard errors of its permutation law; negative where members score below non-members."""
    n_true_positives: IntArray
    """(K,) members above the 1 % FPR threshold, ties by ``order``."""
    pvalue_top: FloatArray
    """(K,) exact two-sided p-value of that count, this attack alone."""
    tie_block: IntArray
    """(K,) candidates tied with that threshold; 1 = none."""
    order: IntArray
    """(N,) the random order that broke the ties."""


def family_decision(
    scores: npt.ArrayLike,
    names: Sequence[str],
    is_member: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    n_permutations: int = 9_999,
    alpha: float = 0.05,
    order: npt.ArrayLike | None = None,
) -> FamilyTest:
    """Decide whether any attack of the family tells members from non-members.

    Parameters
    ----------
    scores : (K, N) array of float
        One row per attack, one column per unit.
    names : K strings
        ``attack/view``.
    is_member : (N,) array of bool
    rng : numpy.random.Generator
        Source of the order of ties, then of the permutations.
    n_permutations : int
        B; every p-value is (1 + #{T_b >= T}) / (B + 1) and so never below 1 / (B + 1).
    alpha : float
        Error of the decision; half goes to each family.
    order : (N,) array, optional
        Tie order drawn earlier; else drawn here.

    Returns
    -------
    FamilyTest
        An attack with one score for everybody has z = 0 and p = 1 in family A.

    Notes
    -----
    Valid for any attacks, dependence and size if membership was drawn uniformly: rejects in at most a share alpha of
    leak-free releases (max-T of Westfall and Young 1993; p-values of Phipson and Smyth 2010). Counts are two-sided,
    since a missing top is a finding too; with few expected counts the lower side cannot be significant, and because
    the smallest p-value is itself judged by permutation, nothing is lost to the upper side.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> is_member = np.arange(400) < 200
    >>> scores = rng.normal(size=(2, 400)) + [[0.0], [0.6]] * is_member
    >>> found = family_decision(scores, ["dcr/l2", "linkage_sum/cells"], is_member, rng=rng, n_permutations=999)
    >>> found.decision.detected, found.decision.strongest, found.decision.pvalue_auc
    (True, 'linkage_sum/cells', 0.001)
    """
    score, label = check(scores, is_member)
    score = np.atleast_2d(score)
    if len(names) != len(score) or not len(score):
        raise ValueError(f"{len(names)} names for {len(score)} attacks")
    priority = random_order(len(label), rng) if order is None else np.asarray(order, dtype=np.int64)
    family = observe(score, label, priority)
    alpha_each = alpha / 2
    null = _Null(family, label, n_permutations, rng)
    as_extreme = (1.0 + np.array([null.at_least(size) for size in np.abs(family.z)])) / (n_permutations + 1)
    pvalue_auc = float(as_extreme.min())
    pvalue_top = float((1 + (null.smallest_p <= family.p_top.min()).sum()) / (n_permutations + 1))
    strongest, direction = family.strongest(pvalue_auc, pvalue_top)
    # The test rejects where fewer than alpha_each (B + 1) of the B + 1 maxima are at least as large.
    rank = max(int(alpha_each * (n_permutations + 1) + 1e-9), 1)
    decision = Decision(
        detected=pvalue_auc <= alpha_each or pvalue_top <= alpha_each,
        pvalue_auc=pvalue_auc,
        pvalue_top=pvalue_top,
        alpha_each=alpha_each,
        critical_z=float(null.largest_z[-rank]),
        n_attacks=len(score),
        n_permutations=n_permutations,
        strongest=names[strongest],
        direction=direction,
        hole=1 + int((null.smallest_p <= family.emptiest).sum()) <= alpha_each * (n_permutations + 1),
    )
    return FamilyTest(
        decision=decision,
        pvalue=(1.0 + null.alone) / (n_permutations + 1),
        pvalue_adjusted=as_extreme,
        z=family.z,
        n_true_positives=family.found,
        pvalue_top=family.p_top,
        tie_block=family.tie_block,
        order=priority,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Permutations:
    """One order of ties and one set of relabellings, shared by many tests of the same units."""

    is_member: BoolArray
    order: IntArray
    n_permutations: int
    seed: int

    @classmethod
    def draw(cls, is_member: npt.ArrayLike, rng: np.random.Generator, n_permutations: int = 999) -> "Permutations":
        """Draw them for these labels (N,)."""
        label = np.asarray(is_member, dtype=np.bool_)
        return cls(
            is_member=label,
            order=random_order(len(label), rng),
            n_permutations=n_permutations,
            # The relabellings are drawn again from their seed: as quick as reading them back, and no memory.
            seed=int(rng.integers(2**63)),
        )

    def detects(self, scores: npt.ArrayLike, alpha: float = 0.05) -> bool:
        """Whether :func:`family_decision` rejects for scores (K, N).

        Examples
        --------
        >>> shared = Permutations.draw(np.arange(100) < 50, np.random.default_rng(0))
        >>> shared.detects(np.arange(100.0)), shared.detects(np.arange(100.0) % 2)
        (True, False)
        """
        score = np.atleast_2d(np.asarray(scores, dtype=np.float64))
        return family_decision(
            score,
            [""] * len(score),
            self.is_member,
            rng=np.random.default_rng(self.seed),
            n_permutations=self.n_permutations,
            alpha=alpha,
            order=self.order,
        ).decision.detected


def detects(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, rng: np.random.Generator, n_permutations: int = 999
) -> bool:
    """Whether :func:`family_decision` rejects at 5 %: the same rule with fewer permutations, for planted leaks.

    Examples
    --------
    >>> detects(np.arange(100.0), np.arange(100) < 50, np.random.default_rng(0))
    True
    """
    return Permutations.draw(is_member, rng, n_permutations).detects(scores)


# --- what relabelling would show -----------------------------------------------------------------------


class _Null:
    """The two families under B random relabellings."""

    def __init__(self, family: Observed, label: BoolArray, n_permutations: int, rng: np.random.Generator) -> None:
        self.alone = np.zeros(len(family.z))
        """(K,) how often |z_b| >= |z| for each attack."""
        self.smallest_p = np.empty(n_permutations)
        largest = np.empty(n_permutations)
        size = np.abs(family.z)
        exact = len(label) <= _EXACT_UNITS
        draw = _exact_blocks if exact else _large_blocks
        start = 0
        for z, p in draw(family, label, n_permutations, rng):
            stop = start + len(z)
            self.alone += (z >= size).sum(axis=0)
            largest[start:stop] = z.max(axis=1)
            self.smallest_p[start:stop] = p
            start = stop
        self.largest_z = np.sort(largest)

    def at_least(self, size: float) -> int:
        """How many maxima are at least ``size``."""
        return len(self.largest_z) - int(np.searchsorted(self.largest_z, size, side="left"))


def _exact_blocks(family: Observed, label: BoolArray, n_permutations: int, rng: np.random.Generator) -> _Blocks:
    """Yield |z| (b, K) and the smallest count p-value (b,) of blocks of relabellings."""
    n, n1 = len(label), int(label.sum())
    # Draw the smaller class; centred ranks sum to zero, so the other class has the same |z|.
    members_drawn = n1 <= n - n1
    take = min(n1, n - n1)
    pool, mark = np.arange(n, dtype=np.int32), np.zeros(n, dtype=np.bool_)
    divisor = np.where(family.spread > 0, family.spread, np.inf)
    for start in range(0, n_permutations, _BLOCK):
        b = min(_BLOCK, n_permutations - start)
        random = rng.integers(0, 2**32, size=(b, take), dtype=np.uint32)
        size = np.full(b, take)
        sums, counts = _relabel(random, size, pool, mark, members_drawn, family.ranks, family.positions, family.k)
        # Divided like the observed z, so that equal rank sums are equal.
        yield np.abs(sums) / divisor, _smallest(family, counts)


def _large_blocks(family: Observed, label: BoolArray, n_permutations: int, rng: np.random.Generator) -> _Blocks:
    """The same for large samples: normal rank sums, and true permutations of the units that decide the rest."""
    n, n1 = len(label), int(label.sum())
    sparse, common = _sparse(family, min(n1, n - n1) / n)
    top = family.positions[:, : family.k + 1 + _reach(family, n_permutations)]
    off = [np.flatnonzero(family.ranks[:, a] != common[a]).astype(np.int32) for a in sparse]
    union, inverse = np.unique(np.concatenate([top.ravel(), *off]), return_inverse=True)
    top = inverse[: top.size].reshape(top.shape).astype(np.int32)
    # Less the most frequent rank, which all but a few units of a sparse attack have: these few are drawn.
    ranks = np.ascontiguousarray(family.ranks[union][:, sparse].astype(np.int64) - common[sparse])
    members = rng.hypergeometric(n1, n - n1, len(union), size=n_permutations)
    pool, mark = np.arange(len(union), dtype=np.int32), np.zeros(len(union), dtype=np.bool_)
    root = symmetric_root(_correlation(family.ranks.astype(np.float64)))
    divisor = np.where(family.spread > 0, family.spread, np.inf)[sparse]
    block = max(1, min(_BLOCK, 20_000_000 // len(union)))
    for start in range(0, n_permutations, block):
        size = members[start : start + block]
        random = rng.integers(0, 2**32, size=(len(size), int(size.max())), dtype=np.uint32)
        sums, counts = _relabel(random, size, pool, mark, True, ranks, top, family.k)
        z = np.abs(rng.standard_normal((len(size), len(family.z))) @ root)
        z[:, sparse] = np.abs(sums + n1 * common[sparse]) / divisor
        yield z, _smallest(family, counts)


def _reach(family: Observed, n_permutations: int) -> int:
    """Count of members at the top that is exceeded in no relabelling of any attack, but for a chance of 1e-9."""
    rare = family.p_table <= 2e-9 / (n_permutations * len(family.z))
    rare[: int(family.expected_found) + 1] = False
    return int(rare.argmax()) if rare.any() else len(family.p_table) - 1


def _sparse(family: Observed, share: float) -> tuple[IntArray, IntArray]:
    """Attacks whose rank sum is not yet normal, and the most frequent rank of every attack.

    Ranks are bounded, so a sum fails to be normal only where nearly all units have the same score: where fewer than
    500 of the smaller class are expected among the others.
    """
    common = np.empty(len(family.z), dtype=np.int64)
    others = np.empty(len(family.z))
    for attack, rank in enumerate(family.ranks.T):
        value, count = np.unique(rank, return_counts=True)
        common[attack], others[attack] = value[count.argmax()], len(rank) - count.max()
    return np.flatnonzero(others * share < 500), common


def _smallest(family: Observed, counts: IntArray) -> FloatArray:
    smallest: FloatArray = family.p_table[counts].min(axis=1)
    return smallest


def _correlation(ranks: FloatArray) -> FloatArray:
    """(K, K) correlation of the rank sums under permutation; rows of zeros where a z is always 0."""
    length = np.sqrt((ranks**2).sum(axis=0))
    unit = np.divide(ranks, length, out=np.zeros_like(ranks), where=length > 0)
    correlation: FloatArray = unit.T @ unit
    return correlation


@jit
def _relabel(
    random: npt.NDArray[np.uint32],
    sizes: IntArray,
    pool: npt.NDArray[np.int32],
    mark: BoolArray,
    members_drawn: bool,
    ranks: npt.NDArray[np.signedinteger[Any]],
    positions: npt.NDArray[np.int32],
    k: int,
) -> tuple[IntArray, IntArray]:
    """Sum ranks and count members at the top for each of B random draws from ``pool``.

    random : (B, >= size); sizes : (B,) units drawn; pool : (U,) all units in any order, is shuffled on;
    mark : (U,) all False, is left so; members_drawn : whether the drawn are the members or the others;
    ranks : (U, K or 0); positions : (K, L) units from the highest score down.
    Returns the rank sums of the drawn (B, K or 0) and the members before the (k+1)-th non-member (B, K).
    """
    n_draws, n_units = len(sizes), len(pool)
    n_sums, n_attacks, depth = ranks.shape[1], positions.shape[0], positions.shape[1]
    sums = np.zeros((n_draws, n_sums), dtype=ranks.dtype)
    counts = np.zeros((n_draws, n_attacks), dtype=np.int64)
    for b in range(n_draws):
        total = sums[b]
        for i in range(sizes[b]):
            # Fisher-Yates; multiply-shift maps 32 bits to 0..n-i-1 with a bias below n / 2^32.
            j = i + np.int64((np.uint64(random[b, i]) * np.uint64(n_units - i)) >> np.uint64(32))
            unit = pool[j]
            pool[j] = pool[i]
            pool[i] = unit
            mark[unit] = True
            row = ranks[unit]
            for a in range(n_sums):
                total[a] += row[a]
        for a in range(n_attacks):
            others = 0
            members = 0
            for i in range(depth):
                if mark[positions[a, i]] == members_drawn:
                    members += 1
                else:
                    others += 1
                    if others > k:
                        break
            counts[b, a] = members
        for i in range(sizes[b]):
            mark[pool[i]] = False
    return sums, counts
