"""Attribute inference: who knows the rest of a record reads the secret off the nearest row."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from synthaudit.encoding import QuantileSpace, distance_columns, doubled_ranks, joined
from synthaudit.risks.closeness import Grid, to_grid
from synthaudit.risks.nearest_rows import MISSING, is_nearest, nearest_secrets
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray, Schema

MOST_SECRETS = 10
"""Columns guessed where none is marked sensitive."""
_WITHIN = 100
"""A guessed number is right within one hundredth of the ranks."""
_NOWHERE = 2**40
"""Preference of a level that the rows do not hold: no guess is ever equal to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Which columns are guessed, in their order."""

    columns: tuple[int, ...]
    constant: tuple[int, ...]
    """Left out: everybody has the same value."""
    n_others: int
    """Columns that could be guessed as well, beyond the ten with most to guess."""
    declared: bool
    """Marked sensitive, by the user or for their names; else chosen by entropy."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """The rows that an attacker reads secrets off, on the grid."""

    cells: Cells
    grid: Grid
    common: dict[int, CodeArray] = field(default_factory=dict)
    """By secret the levels of all rows, the most common first, where ``cells`` are the nearest rows alone."""


def nearest_rows(
    space: QuantileSpace, queries: Grid, parts: Iterable[Cells], secrets: tuple[int, ...], *, jobs: int = 1
) -> Read:
    """Of a release that is read part by part the rows that are nearest to anybody on all columns but a secret.

    :func:`guessed_right` reads off them, to the last guess, what it would read off all rows.
    """
    kept: Cells | None = None
    counts: dict[int, dict[int, int]] = {i: {} for i in secrets}
    for part in parts:
        for i, count in counts.items():
            for level, n in zip(*np.unique(part.codes[:, i], return_counts=True), strict=True):
                count[int(level)] = count.get(int(level), 0) + int(n)
        rows = part if kept is None else joined(kept, part)
        kept = rows.take(is_nearest(queries, to_grid(space, rows), secrets, jobs=jobs))
    assert kept is not None
    common = {
        i: np.array(sorted(count, key=lambda level: (-count[level], level)), np.int32) for i, count in counts.items()
    }
    return Read(cells=kept, grid=to_grid(space, kept), common=common)


def choose_secrets(schema: Schema, real: Cells) -> Secrets:
    """The columns declared sensitive, else ten: those whose name sounds so, then those with the largest entropy.

    A name alone must not narrow what is guessed: a leak in another column would go unseen.

    Parameters
    ----------
    real : Cells
        Candidates and reference together, unlabelled.
    """
    eligible = [i for i, column in enumerate(schema.columns) if column.is_declared_sensitive]
    declared = bool(eligible)
    if not declared:
        eligible = np.flatnonzero(distance_columns(schema)).tolist()
    constant = tuple(i for i in eligible if (real.codes[:, i] == real.codes[0, i]).all())
    varied = [i for i in eligible if i not in constant]

    def rank(i: int) -> tuple[bool, float, int]:
        return "sensitive" not in schema.columns[i].roles, -_entropy(real.codes[:, i]), i

    chosen = varied if declared else sorted(varied, key=rank)[:MOST_SECRETS]
    used = set(np.flatnonzero(distance_columns(schema)).tolist())
    return Secrets(
        # Nothing can be read off a row that nothing else is known of.
        columns=tuple(i for i in sorted(chosen) if used - {i}),
        constant=constant,
        n_others=len(varied) - len(chosen),
        declared=declared,
    )


def guessed_right(
    space: QuantileSpace,
    candidates: Cells,
    queries: Grid,
    read: Read,
    secrets: tuple[int, ...],
    *,
    jobs: int = 1,
) -> BoolArray:
    """Guess each secret of each candidate row by the rows nearest to it on all other columns.

    Parameters
    ----------
    candidates, queries : Cells, Grid
        n rows of the people asked about.
    read : Read
        The m rows that the attacker reads.
    secrets : tuple of int
        K columns.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (K, n) array of bool
        Whether the guess is right: the same level, missing being one; a number within .01 of the ranks of the real
        rows; a missing number only where missing was guessed.

    Notes
    -----
    Of equally near rows the most common level is taken, the one more common in all rows if two are, or the median.
    """
    numbers = dict(zip(space.numbers.tolist(), space.ascending, strict=True))
    is_number = np.array([i in numbers for i in secrets])
    rows = read.cells
    held = np.empty((len(secrets), len(rows)), dtype=np.int64)
    truth = np.empty((len(secrets), len(candidates)), dtype=np.int64)
    for k, i in enumerate(secrets):
        if i in numbers:
            held[k], truth[k] = (_places(cells, i, numbers[i]) for cells in (rows, candidates))
        else:
            common = read.common.get(i)
            by_rank = _most_common_first(rows.codes[:, i]) if common is None else common
            held[k], truth[k] = (_preferences(codes[:, i], by_rank) for codes in (rows.codes, candidates.codes))
    guess = nearest_secrets(queries, read.grid, secrets, held, is_number, jobs=jobs)
    right = guess == truth
    for k, i in enumerate(secrets):
        if i not in numbers:
            continue
        are_numbers = (guess[k] >= 0) & (truth[k] >= 0)
        # A guess is the sum of two doubled ranks: |u - v| <= 1/100 without a division.
        near = _WITHIN * np.abs(guess[k] - 2 * truth[k]) <= 4 * len(numbers[i])
        right[k] = np.where(are_numbers, near, (guess[k] == MISSING) & (truth[k] == MISSING))
    return np.asarray(right, dtype=np.bool_)


def _entropy(codes: CodeArray) -> float:
    share = np.unique(codes, return_counts=True)[1] / len(codes)
    # Rounded: two columns with the same shares in another order are alike.
    return float(np.round(-np.sort(share * np.log(share)).sum(), 9))


def _places(cells: Cells, column: int, ascending: FloatArray) -> IntArray:
    values = cells.values[:, column]
    return np.where(np.isnan(values), MISSING, doubled_ranks(values, ascending)).astype(np.int64)


def _most_common_first(codes: CodeArray) -> CodeArray:
    levels, count = np.unique(codes, return_counts=True)
    return levels[np.argsort(-count, kind="stable")]


def _preferences(codes: CodeArray, common: CodeArray) -> IntArray:
    """Levels numbered from the most common one down."""
    rank = np.argsort(common, kind="stable")
    levels = common[rank]
    place = np.searchsorted(levels, codes).clip(max=len(levels) - 1)
    return np.where(levels[place] == codes, rank[place], _NOWHERE).astype(np.int64)
