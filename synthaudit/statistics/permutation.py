"""What a family of attacks would show if the labels were drawn again: the law that a test holds its statistics against.

Where there are at most 30,000 units, every permutation is drawn and both families read the same ones, with sums of
ranks in exact integers. Beyond, rank sums come from their limit, a K-dimensional normal with the covariance of the
permutation law, except for attacks that give nearly all units one score; these and the counts at the top come from
true permutations of the few units that matter to them.

Permutations are drawn in parts of fixed size, each with a random stream of its own, so that nothing depends on where
the parts are drawn.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthaudit.runtime.engine import Task, spread
from synthaudit.runtime.jit import bare, jit
from synthaudit.statistics.multivariate_normal import symmetric_root
from synthaudit.statistics.observed import Observed
from synthaudit.types import BoolArray, FloatArray, IntArray

_EXACT_UNITS = 30_000
_PART = 512
"""Permutations of one task."""
_BLOCK = 256
"""Permutations whose random numbers are held at a time."""
_LANES = 16
"""Sums of ranks that are added up side by side."""
_Blocks = Iterator[tuple[FloatArray, FloatArray]]
Run = Callable[[Sequence[Task]], list[Any]]
"""Results of all tasks in their order, as :func:`engine.spread` gives them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relabelled:
    """The two families under B random relabellings."""

    n_as_extreme: FloatArray
    """(K,) how often |z_b| >= |z| for each attack."""
    largest_z: FloatArray
    """(B,) ascending, the largest |z| of the observed."""
    smallest_p: FloatArray
    """(B,) the smallest p-value of a count at the top, by either threshold."""

    def at_least(self, size: float) -> int:
        """How many maxima are at least ``size``."""
        return len(self.largest_z) - int(np.searchsorted(self.largest_z, size, side="left"))


def relabelled(
    observed: Observed, label: BoolArray, n_permutations: int, rng: np.random.Generator, run: Run = spread
) -> Relabelled:
    """Draw the labels again, B times; the result does not depend on where ``run`` does so."""
    draw = (_Exact if len(label) <= _EXACT_UNITS else _Large).of(observed, label, n_permutations)
    sizes = [min(_PART, n_permutations - start) for start in range(0, n_permutations, _PART)]
    seeds = rng.integers(2**63, size=len(sizes))
    tasks = [
        Task(function=_part, arguments=(draw, np.abs(observed.z), size, int(seed)))
        for size, seed in zip(sizes, seeds, strict=True)
    ]
    parts = run(tasks)
    return Relabelled(
        n_as_extreme=np.sum([part[0] for part in parts], axis=0),
        largest_z=np.sort(np.concatenate([part[1] for part in parts])),
        smallest_p=np.concatenate([part[2] for part in parts]),
    )


class _Draw(Protocol):
    """What is needed to draw relabellings, looked up once for all parts."""

    def blocks(self, n_permutations: int, rng: np.random.Generator) -> _Blocks:
        """Yield |z| (b, K) and the smallest p-value of a count (b,) of blocks of relabellings."""
        ...


def _part(draw: _Draw, size: FloatArray, n_permutations: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How often each |z_b| >= size, the largest of each b, and the smallest p-values."""
    n_as_extreme, largest, smallest = np.zeros(len(size)), [], []
    for z, p in draw.blocks(n_permutations, np.random.default_rng(seed)):
        n_as_extreme += (z >= size).sum(axis=0)
        largest.append(z.max(axis=1))
        smallest.append(p)
    return n_as_extreme, np.concatenate(largest), np.concatenate(smallest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counts:
    """The laws of members above either threshold."""

    p_table: FloatArray
    k: int
    p_first_table: FloatArray
    k_first: int

    @classmethod
    def of(cls, observed: Observed) -> "_Counts":
        return cls(
            p_table=observed.p_table,
            k=observed.k,
            p_first_table=observed.p_first_table,
            k_first=observed.k_first,
        )

    def smallest(self, drawn: BoolArray, members_drawn: bool, positions: npt.NDArray[np.int32]) -> FloatArray:
        """(B,) the smallest p-value of any attack's counts; arguments as for :func:`_at_top`."""
        counts, first = _at_top(drawn, members_drawn, positions, self.k, self.k_first)
        smallest: FloatArray = np.minimum(self.p_table[counts], self.p_first_table[first]).min(axis=1)
        return smallest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Exact:
    """Every permutation as it is."""

    n: int
    n1: int
    ranks: npt.NDArray[np.int16]
    """(n, K), filled up with attacks that say nothing; of so few units two bytes hold every rank, four every sum."""
    positions: npt.NDArray[np.int32]
    divisor: FloatArray
    counts: "_Counts"

    @classmethod
    def of(cls, observed: Observed, label: BoolArray, n_permutations: int) -> "_Exact":
        return cls(
            n=len(label),
            n1=int(label.sum()),
            # In full vectors: what is left over at the end of a row takes as long as a vector of it.
            ranks=np.pad(observed.ranks.astype(np.int16), ((0, 0), (0, -observed.ranks.shape[1] % _LANES))),
            positions=observed.positions,
            divisor=_divisor(observed),
            counts=_Counts.of(observed),
        )

    def blocks(self, n_permutations: int, rng: np.random.Generator) -> _Blocks:
        """As ``_Draw`` says."""
        # Draw the smaller class; centred ranks sum to zero, so the other class has the same |z|.
        members_drawn = self.n1 <= self.n - self.n1
        take = min(self.n1, self.n - self.n1)
        pool = np.arange(self.n, dtype=np.int32)
        for start in range(0, n_permutations, _BLOCK):
            b = min(_BLOCK, n_permutations - start)
            random = rng.integers(0, 2**32, size=(b, take), dtype=np.uint32)
            sums = np.zeros((b, self.ranks.shape[1]), dtype=np.int32)
            drawn = _draws(random, np.full(b, take), pool, self.ranks, sums)
            # Divided like the observed z, so that equal rank sums are equal.
            z = np.abs(sums[:, : len(self.divisor)]) / self.divisor
            yield z, self.counts.smallest(drawn, members_drawn, self.positions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Large:
    """Normal rank sums, and true permutations of the units that decide the rest."""

    n: int
    n1: int
    sparse: IntArray
    """Attacks whose rank sums are not normal."""
    common: IntArray
    """Their most frequent rank."""
    ranks: IntArray
    """(u, sparse) ranks of the units that decide, less the most frequent: all but a few units have that one."""
    top: npt.NDArray[np.int32]
    """(K, L) which of these units stand at the top."""
    root: FloatArray
    divisor: FloatArray
    counts: "_Counts"

    @classmethod
    def of(cls, observed: Observed, label: BoolArray, n_permutations: int) -> "_Large":
        n, n1 = len(label), int(label.sum())
        sparse, common = _sparse(observed, min(n1, n - n1) / n)
        top = observed.positions[:, : observed.k + 1 + _reach(observed, n_permutations)]
        off = [np.flatnonzero(observed.ranks[:, a] != common[a]).astype(np.int32) for a in sparse]
        union, inverse = np.unique(np.concatenate([top.ravel(), *off]), return_inverse=True)
        return cls(
            n=n,
            n1=n1,
            sparse=sparse,
            common=common[sparse],
            ranks=np.ascontiguousarray(observed.ranks[union][:, sparse].astype(np.int64) - common[sparse]),
            top=inverse[: top.size].reshape(top.shape).astype(np.int32),
            root=symmetric_root(_correlation(observed.ranks.astype(np.float64))),
            divisor=_divisor(observed)[sparse],
            counts=_Counts.of(observed),
        )

    def blocks(self, n_permutations: int, rng: np.random.Generator) -> _Blocks:
        """As ``_Draw`` says."""
        n_units = len(self.ranks)
        members = rng.hypergeometric(self.n1, self.n - self.n1, n_units, size=n_permutations)
        pool = np.arange(n_units, dtype=np.int32)
        block = max(1, min(_BLOCK, 20_000_000 // n_units))
        for start in range(0, n_permutations, block):
            size = members[start : start + block]
            random = rng.integers(0, 2**32, size=(len(size), int(size.max())), dtype=np.uint32)
            sums = np.zeros((len(size), len(self.sparse)), dtype=np.int64)
            drawn = _draws(random, size, pool, self.ranks, sums)
            z = np.abs(rng.standard_normal((len(size), len(self.root))) @ self.root)
            z[:, self.sparse] = np.abs(sums + self.n1 * self.common) / self.divisor
            yield z, self.counts.smallest(drawn, True, self.top)


def _divisor(observed: Observed) -> FloatArray:
    return np.where(observed.spread > 0, observed.spread, np.inf)


def _reach(observed: Observed, n_permutations: int) -> int:
    """Count of members at the top that is exceeded in no relabelling of any attack, but for a chance of 1e-9."""
    rare = observed.p_table <= 2e-9 / (n_permutations * len(observed.z))
    rare[: int(observed.expected_true_positives) + 1] = False
    return int(rare.argmax()) if rare.any() else len(observed.p_table) - 1


def _sparse(observed: Observed, share: float) -> tuple[IntArray, IntArray]:
    """Attacks whose rank sum is not yet normal, and the most frequent rank of every attack.

    Ranks are bounded, so a sum fails to be normal only where nearly all units have the same score: where fewer than
    500 of the smaller class are expected among the others.
    """
    common = np.empty(len(observed.z), dtype=np.int64)
    others = np.empty(len(observed.z))
    for attack, rank in enumerate(observed.ranks.T):
        value, count = np.unique(rank, return_counts=True)
        common[attack], others[attack] = value[count.argmax()], len(rank) - count.max()
    return np.flatnonzero(others * share < 500), common


def _correlation(ranks: FloatArray) -> FloatArray:
    """(K, K) correlation of the rank sums under permutation; rows of zeros where a z is always 0."""
    length = np.sqrt((ranks**2).sum(axis=0))
    unit = np.divide(ranks, length, out=np.zeros_like(ranks), where=length > 0)
    correlation: FloatArray = unit.T @ unit
    return correlation


@jit
def _draws(
    random: npt.NDArray[np.uint32],
    sizes: IntArray,
    pool: npt.NDArray[np.int32],
    ranks: npt.NDArray[np.signedinteger[Any]],
    sums: npt.NDArray[np.signedinteger[Any]],
) -> BoolArray:
    """Draw from ``pool`` B times, and add up the ranks of those drawn: whole numbers, exact in any order.

    random : (B, >= size); sizes : (B,) units drawn; pool : (U,) all units in any order, is shuffled on;
    ranks : (U, K); sums : (B, K) noughts, wide enough for any sum of ranks.
    Returns (B, U) which units were drawn.
    """
    n_draws, n_units = len(sizes), len(pool)
    drawn = np.zeros((n_draws, n_units), dtype=np.bool_)
    for b in range(n_draws):
        for i in range(sizes[b]):
            # Fisher-Yates; multiply-shift maps 32 bits to 0..n-i-1 with a bias below n / 2^32.
            j = i + np.int64((np.uint64(random[b, i]) * np.uint64(n_units - i)) >> np.uint64(32))
            unit = pool[j]
            pool[j] = pool[i]
            pool[i] = unit
            drawn[b, unit] = True
        _add_ranks(sums, b, ranks, pool, sizes[b])
    return drawn


@jit
def _add_ranks(
    sums: npt.NDArray[np.signedinteger[Any]],
    b: int,
    ranks: npt.NDArray[np.signedinteger[Any]],
    pool: npt.NDArray[np.int32],
    size: int,
) -> None:
    """Add the ranks of the first ``size`` units of the pool to sums b."""
    sums, ranks, pool = bare(sums), bare(ranks), bare(pool)
    n_attacks, first = ranks.shape[1], size % 4
    for i in range(first):
        for a in range(n_attacks):
            sums[b, a] += ranks[pool[i], a]
    # Four units at a time: the sums are fetched and put back a quarter as often.
    for i in range(first, size, 4):
        w, x, y, z = pool[i], pool[i + 1], pool[i + 2], pool[i + 3]
        for a in range(n_attacks):
            sums[b, a] += (ranks[w, a] + ranks[x, a]) + (ranks[y, a] + ranks[z, a])


@jit
def _at_top(
    drawn: BoolArray, members_drawn: bool, positions: npt.NDArray[np.int32], k: int, k_first: int
) -> tuple[IntArray, IntArray]:
    """(B, K) members before the (k+1)-th and before the (k_first+1)-th non-member, k_first <= k.

    drawn : (B, U); members_drawn : whether the drawn are the members or the others;
    positions : (K, L) units from the highest score down.
    """
    n_draws, (n_attacks, depth) = len(drawn), positions.shape
    counts = np.zeros((n_draws, n_attacks), dtype=np.int64)
    first = np.zeros((n_draws, n_attacks), dtype=np.int64)
    for b in range(n_draws):
        for a in range(n_attacks):
            others = members = before = i = 0
            while i < depth and others <= k:
                # Added up without a branch: which of the two comes next cannot be foreseen.
                is_member = int(drawn[b, positions[a, i]] == members_drawn)
                members += is_member
                before += is_member * int(others <= k_first)
                others += 1 - is_member
                i += 1
            counts[b, a] = members
            first[b, a] = before
    return counts, first
