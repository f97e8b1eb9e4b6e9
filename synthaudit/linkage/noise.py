"""Near copies: rows made of a person's by a little noise, and how much likelier such a row is than a stranger's.

Everything is measured by ranks and frequencies among real people, so that no scale has to be chosen: a number moves by
a share of the ranks, a category becomes that of a random person.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from synthaudit.encoding import UNSEEN, number_columns, places_among, stable_order
from synthaudit.linkage.agreement import count_of
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import Cells, CodeArray, FloatArray, IntArray, Schema

_BEYOND = 6.0
"""Standard deviations beyond which no number is said to have moved."""
_CERTAIN = 9.0
"""Standard deviations beyond which the normal distribution function is 1."""
_CERTAIN = 9.0
"""Standard deviations beyond which the normal distribution function is 1."""
_LARGE = 1e150
"""Products beyond it, or below one over it, are taken to logarithms before they leave the numbers that there are."""
_NARROW = 0.3
"""Standard deviations below which a value that people share counts as one point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How a near copy differs from its original."""

    size: float
    """Standard deviation of the normal move of every number, as a share of the ranks, reflected at both ends."""
    replaced: float | None = None
    """Chance of each category to become that of a random person; None = exactly one category does, drawn at random."""
    unrelated: float = 0.0
    """Chance of each number to have nothing to do with the original's."""


# Without slots, so that what a kernel reads is laid out once.
@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """The real people whose ranks and frequencies near copies are measured by; see :func:`population_of`."""

    people: Cells
    numbers: IntArray
    """Which columns are numbers."""
    others: IntArray
    """Which are categories; identifiers and free texts are in neither list, and are searched for by other means."""
    ascending: tuple[IntArray, ...]
    """People who have the number, from the least to the greatest, column by column of ``numbers``."""

    @cached_property
    def laid_out(self) -> "_LaidOut":
        """The people themselves, as kernels read them."""
        return _laid_out(self, self.people)

    @cached_property
    def frequency(self) -> FloatArray:
        """(N, q) share of the people who have a person's level."""
        return np.ascontiguousarray(count_of(self.people, self.people)[:, self.others] / max(len(self.people), 1))


def population_of(people: Cells, schema: Schema) -> Population:
    """Rank the people (N rows) column by column."""
    numbers = np.flatnonzero(number_columns(schema))
    is_category = np.array([column.kind in ("categorical", "boolean") for column in schema.columns], dtype=bool)
    order = [stable_order(people.values[:, column]) for column in numbers]
    ascending = tuple(rows[~np.isnan(people.values[rows, column])] for rows, column in zip(order, numbers, strict=True))
    return Population(people=people, numbers=numbers, others=np.flatnonzero(is_category), ascending=ascending)


def noisy_copies(population: Population, originals: Cells, noise: Noise, rng: np.random.Generator) -> Cells:
    """Near copies of these rows, by the law of ``noise`` with exactly one category replaced.

    A value that many share covers many ranks: the move starts from one of them at random. What is missing stays
    missing. Identifiers and free texts become new ones: copied, they would give everybody away whatever the rest does.
    """
    people, n = population.people, len(originals)
    codes, values = originals.codes.copy(), originals.values.copy()
    kept = np.union1d(population.numbers, population.others)
    codes[:, np.setdiff1d(np.arange(codes.shape[1]), kept)] = UNSEEN
    for column, ascending in zip(population.numbers, population.ascending, strict=True):
        if not len(ascending):
            continue
        low, high = _ranks_of(values[:, column], people.values[ascending, column])
        rank = np.abs(low + (high - low) * rng.random(n) + noise.size * rng.normal(size=n))
        rank = 1.0 - np.abs(1.0 - rank)
        moved = ascending[np.clip(np.nan_to_num(rank) * len(ascending), 0, len(ascending) - 1).astype(np.int64)]
        present = ~np.isnan(values[:, column])
        codes[present, column] = people.codes[moved[present], column]
        values[present, column] = people.values[moved[present], column]
    if len(population.others):
        column = rng.choice(population.others, size=n)
        codes[np.arange(n), column] = people.codes[rng.integers(len(people), size=n), column]
    return Cells(codes=codes, values=values)


def log_fits(population: Population, rows: Cells, near: IntArray, noise: Noise) -> FloatArray:
    """How much likelier each row is as a near copy of a person than as a row of independent columns.

    Parameters
    ----------
    rows : Cells
        m rows.
    near : (m, k) int
        People who are looked at for each row; -1 for nobody.

    Returns
    -------
    (m, k) float64
        ``log K(row | person) - sum over columns of log p(cell)`` in nats, -inf where the noise cannot do it, and for
        nobody. Numbers: the chance that the person's rank, moved, falls on the row's value, over the share of people
        who have that value. Categories: 1 over the share of people who have the level, where it stayed.
    """
    size = max(len(population.people), 1)
    n_present = np.array([len(ascending) for ascending in population.ascending], dtype=np.float64)
    law = _Law(
        size=noise.size,
        replaced=-1.0 if noise.replaced is None else noise.replaced,
        unrelated=noise.unrelated,
        present=np.clip(n_present / size, 1 / (2 * size), 1.0),
        absent=np.clip(1 - n_present / size, 1 / (2 * size), 1.0),
    )
    frequency = population.frequency
    stays = 1.0 / frequency if noise.replaced is None else (1 - noise.replaced) / frequency + noise.replaced
    return _log_fits(_laid_out(population, rows), population.laid_out, frequency, np.log(stays), near, law)


class _LaidOut(NamedTuple):
    """Numbers as the ranks from ``low`` to ``high`` that their value covers, NaN where missing; (n, p), (n, q)."""

    low: FloatArray
    high: FloatArray
    codes: CodeArray


class _Law(NamedTuple):
    """The noise as the kernel reads it; ``replaced`` is negative where exactly one category is."""

    size: float
    replaced: float
    unrelated: float
    present: FloatArray
    """(p,) share of people who have the number."""
    absent: FloatArray


def _ranks_of(values: FloatArray, ascending: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The ranks in [0, 1] that each value covers; one that nobody has covers half a person to either side."""
    n = max(len(ascending), 1)
    low, high = (place / n for place in places_among(values, ascending))
    alone = low == high
    low, high = np.where(alone, low - 0.5 / n, low), np.where(alone, high + 0.5 / n, high)
    return np.where(np.isnan(values), np.nan, low), high


def _laid_out(population: Population, cells: Cells) -> _LaidOut:
    low, high = (np.empty((len(cells), len(population.numbers))) for _ in range(2))
    for i, (column, ascending) in enumerate(zip(population.numbers, population.ascending, strict=True)):
        low[:, i], high[:, i] = _ranks_of(cells.values[:, column], population.people.values[ascending, column])
    return _LaidOut(low, high, np.ascontiguousarray(cells.codes[:, population.others]))


@jit
def _normal_mean(t: float) -> float:
    """Integral of the normal distribution function up to t."""
    # Where the distribution function is 1 or 0 to the last bit it need not be worked out.
    if t > _CERTAIN:
        return t
    if t < -_CERTAIN:
        return math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi)
    return t * 0.5 * (1.0 + math.erf(t / math.sqrt(2.0))) + math.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi)


@jit
def _moved(low: float, high: float, to_low: float, to_high: float, size: float) -> float:
    """Chance that a rank drawn from ``low`` to ``high``, moved, ends from ``to_low`` to ``to_high``, per rank there."""
    total = 0.0
    for image in range(3):
        # What goes beyond an end comes back from it.
        a = to_low if image == 0 else -to_high if image == 1 else 2.0 - to_high
        b = to_high if image == 0 else -to_low if image == 1 else 2.0 - to_low
        if max(a - high, low - b) > _BEYOND * size:
            continue
        if high - low < _NARROW * size and b - a < _NARROW * size:
            apart = 0.5 * (a + b - low - high) / size
            total += math.exp(-0.5 * apart * apart) / (math.sqrt(2.0 * math.pi) * size)
        else:
            up = _normal_mean((b - low) / size) - _normal_mean((b - high) / size)
            down = _normal_mean((a - low) / size) - _normal_mean((a - high) / size)
            total += size * (up - down) / ((high - low) * (b - a))
    return max(total, 0.0)


@jit
def _log_fits(
    rows: _LaidOut, people: _LaidOut, frequency: FloatArray, stays: FloatArray, near: IntArray, law: _Law
) -> FloatArray:
    """``stays`` is what a level that stayed is worth to each person, in nats."""
    rows, people, law = bare(rows), bare(people), bare(law)
    p, q, exactly_one = rows.low.shape[1], rows.codes.shape[1], law.replaced < 0.0
    goes = math.log(law.replaced) if law.replaced > 0.0 else 0.0 if exactly_one else -np.inf
    out = np.full(near.shape, -np.inf)
    for t in range(near.shape[0]):
        for i in range(near.shape[1]):
            x = near[t, i]
            if x < 0:
                continue
            fit, n_replaced, share_kept, kept = 0.0, 0, 0.0, 1.0
            for c in range(q):
                if rows.codes[t, c] == people.codes[x, c]:
                    fit += stays[x, c]
                    share_kept += frequency[x, c]
                else:
                    fit += goes
                    n_replaced += 1
            if exactly_one and q > 0:
                # The one that was drawn may have become what it was.
                drawn = share_kept if n_replaced == 0 else 1.0 if n_replaced == 1 else 0.0
                kept = drawn / q
            for c in range(p):
                if kept == 0.0:
                    break
                kept *= (1.0 - law.unrelated) * _number(rows, people, t, x, c, law) + law.unrelated
                if kept > _LARGE or 0.0 < kept < 1.0 / _LARGE:
                    fit += math.log(kept)
                    kept = 1.0
            if kept > 0.0:
                out[t, i] = fit + math.log(kept)
    return out


@jit
def _number(rows: _LaidOut, people: _LaidOut, t: int, x: int, c: int, law: _Law) -> float:
    """How much likelier number c of row t is, if it is that of person x, moved, than in the population."""
    is_absent, was_absent = np.isnan(rows.low[t, c]), np.isnan(people.low[x, c])
    if is_absent or was_absent:
        return 1.0 / law.absent[c] if is_absent and was_absent else 0.0
    moved = _moved(people.low[x, c], people.high[x, c], rows.low[t, c], rows.high[t, c], law.size)
    return float(moved / law.present[c])
