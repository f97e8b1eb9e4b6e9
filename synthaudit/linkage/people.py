"""People laid out for products: in an order in which whoever comes next has much in common with whoever came before.

What people and rows agree in is worth a product over columns. Where two people hold the same cells in the leading
columns, the product over these is the same for both, whatever the row: sorted by these columns, people take turns so
that most of them find it done. Columns of few values lead, and of those with as many the ones that take longest.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.types import BoolArray, CodeArray, FloatArray, IntArray

CODE, EXACT, NEAR, RANK, UP, DOWN = range(6)
"""What a cell holds: its code, what equality divides by (``surprisal``), what it multiplies by (``tolerant``), and of
a number twice its mid-rank, and what a row's :data:`DOWN` and :data:`UP` are multiplied by under ``tolerant``."""
FAR = 1e9
"""Twice the mid-rank of a missing number, of people below 0: too far from every rank to be worth anything."""
_LONGER = 3.0
"""How many times as long a number takes as another column; measured."""
_WORTHWHILE = 0.3
"""Least share of people who find a product done, for it to be kept."""


class Tolerance(NamedTuple):
    """How far a copy may be from the original."""

    least: float
    """The smallest rank difference that counts, 1 / n_R."""
    error: float
    """e of the rule ``tolerant``."""
    bandwidth: float
    """b of the rule ``tolerant``."""


class People(NamedTuple):
    """n people in an order of their own, rivals first, then candidates; columns in an order of their own."""

    numbers: FloatArray
    """(n, p, 6) cells of the columns that are numbers."""
    others: FloatArray
    """(n, q, 3) cells of the others."""
    place: IntArray
    """(n,) where each was before."""
    shared: IntArray
    """(n,) leading columns in which each holds what the one before holds."""
    leading: IntArray
    """(k,) columns whose products are kept, the first first: a number's place, or p + that of another column."""
    leading_numbers: int
    """How many of them are numbers: they come first in ``numbers``, and the rest first in ``others``."""


class Columns(NamedTuple):
    """Where the columns of :class:`People` come from."""

    numbers: IntArray
    """(p,) positions among the columns that are numbers."""
    others: IntArray
    """(q,) positions among the others."""


def coded(codes: CodeArray) -> FloatArray:
    """Codes in float64, as wide as products are; NaN, which equals nothing, where no fitted table holds the cell."""
    return np.where(codes < 0, np.nan, codes.astype(np.float64))


def lay_out(
    codes: CodeArray, frequency: FloatArray, rank: FloatArray, is_number: BoolArray, n: int, tolerance: Tolerance
) -> tuple[People, Columns]:
    """Sort people and columns, and write down what agreement with each is worth.

    Parameters
    ----------
    codes : (n_people, d) int32
    frequency : (n_people, d) float64
        Smoothed, in (0, 1].
    rank : (n_people, p) float64
        Mid-ranks in [0, 1], -1 where missing.
    is_number : (d,) bool
    n : int
        The first n are candidates, the others their rivals.
    """
    is_candidate = np.arange(len(codes)) < n
    # The less there is to know of a column, and the longer it takes, the more is gained by knowing it already.
    order = np.argsort([_entropy(codes[:, c]) / (_LONGER if is_number[c] else 1.0) for c in range(codes.shape[1])])
    place = np.lexsort([*(codes[:, c] for c in order[::-1]), is_candidate])
    codes, frequency, rank = codes[place], frequency[place], rank[place]
    shared, n_leading = _shared(codes[:, order], is_candidate[place])
    is_leading = np.isin(np.arange(codes.shape[1]), order[:n_leading])
    # Stable, so that leading columns come first, in their order.
    by_use = [*order[:n_leading], *np.flatnonzero(~is_leading)]
    at_number, at_other = np.cumsum(is_number) - 1, np.cumsum(~is_number) - 1
    columns = Columns(
        numbers=np.array([at_number[c] for c in by_use if is_number[c]], dtype=np.int64),
        others=np.array([at_other[c] for c in by_use if not is_number[c]], dtype=np.int64),
    )
    p = len(columns.numbers)
    leads = is_number[order[:n_leading]]
    leading = np.where(leads, np.cumsum(leads) - 1, p + np.cumsum(~leads) - 1)
    near = np.maximum(1.0, ((1 - tolerance.error) / frequency + tolerance.error) / tolerance.error)
    cells = np.stack([coded(codes), frequency, near], axis=2)
    numbers = np.concatenate([cells[:, is_number], _ranked(rank, tolerance)], axis=2)
    people = People(
        numbers=np.ascontiguousarray(numbers[:, columns.numbers]),
        others=np.ascontiguousarray(cells[:, ~is_number][:, columns.others]),
        place=place,
        shared=shared,
        leading=leading.astype(np.int64),
        leading_numbers=int(leads.sum()),
    )
    return people, columns


def _entropy(codes: CodeArray) -> float:
    share = np.unique(codes, return_counts=True)[1] / max(len(codes), 1)
    return float(-(share * np.log(share)).sum())


def _shared(codes: CodeArray, is_candidate: BoolArray) -> tuple[IntArray, int]:
    """Leading columns that each shares with the one before, and how many columns lead."""
    shared = np.zeros(len(codes), dtype=np.int64)
    # A rival does not count itself, so that its cells are worth more than the same cells of a candidate.
    is_same = is_candidate[1:] == is_candidate[:-1]
    for c in range(codes.shape[1]):
        # Unseen values share a code and nothing else.
        is_same = is_same & (codes[1:, c] == codes[:-1, c]) & (codes[1:, c] >= 0)
        if not len(is_same) or is_same.mean() < _WORTHWHILE:
            return shared, c
        shared[1:] += is_same
    return shared, codes.shape[1]


def _ranked(rank: FloatArray, tolerance: Tolerance) -> FloatArray:
    """(n, p, 3) what a number's cell holds beyond its code and worth."""
    is_missing = rank < 0
    gain = (1 - tolerance.error) / (2 * tolerance.bandwidth * tolerance.error)
    up, down = (gain * np.exp(sign * rank / tolerance.bandwidth) for sign in (1.0, -1.0))
    return np.stack(
        [np.where(is_missing, -FAR, 2 * rank), np.where(is_missing, 0.0, up), np.where(is_missing, 0.0, down)], axis=2
    )
