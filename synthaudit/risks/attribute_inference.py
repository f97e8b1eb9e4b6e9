"""Attribute inference: who knows the rest of a record reads the secret off the nearest row."""

from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import QuantileSpace, distance_columns, doubled_ranks
from synthaudit.risks.closeness import MISSING, Grid, nearest_secrets
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
    rows: Cells,
    row_grid: Grid,
    secrets: tuple[int, ...],
    *,
    jobs: int = 1,
) -> BoolArray:
    """Guess each secret of each candidate row by the rows nearest to it on all other columns.

    Parameters
    ----------
    candidates, rows : Cells
        n rows of the people asked about, and the m rows that the attacker reads.
    queries, row_grid : Grid
        The same on the grid.
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
    held = np.empty((len(secrets), len(rows)), dtype=np.int64)
    truth = np.empty((len(secrets), len(candidates)), dtype=np.int64)
    for k, i in enumerate(secrets):
        if i in numbers:
            held[k], truth[k] = (_places(cells, i, numbers[i]) for cells in (rows, candidates))
        else:
            held[k], truth[k] = _preferences(rows.codes[:, i], candidates.codes[:, i])
    guess = nearest_secrets(queries, row_grid, secrets, held, is_number, jobs=jobs)
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


def _preferences(held: CodeArray, truth: CodeArray) -> tuple[IntArray, IntArray]:
    """Levels numbered from the most common in ``held`` down."""
    levels, count = np.unique(held, return_counts=True)
    rank = np.empty(len(levels), dtype=np.int64)
    rank[np.argsort(-count, kind="stable")] = np.arange(len(levels))
    place = np.searchsorted(levels, truth).clip(max=len(levels) - 1)
    return rank[np.searchsorted(levels, held)], np.where(levels[place] == truth, rank[place], _NOWHERE)
