"""What the rows nearest to a person hold: secrets guessed on the grid of :mod:`synthaudit.risks.closeness`."""

from collections.abc import Sequence

import numpy as np
from joblib import Parallel, delayed

from synthaudit.risks.closeness import BLOCK, TILE, Grid, Rows, SingleArray, add_up, any_within
from synthaudit.runtime.jit import bare, inlined, jit
from synthaudit.types import BoolArray, IntArray

MISSING = -1
"""A guess: the number is missing."""
NO_GUESS = -2
"""There was no row to read a guess off."""


def nearest_secrets(
    queries: Grid, rows: Grid, columns: Sequence[int], secrets: IntArray, is_number: BoolArray, *, jobs: int = 1
) -> IntArray:
    """Read the secrets of each query off the rows nearest to it on all other columns.

    Parameters
    ----------
    queries, rows : Grid
        n people asked about and m rows.
    columns : sequence of int
        The K secret columns; one after the other is left out of the distance.
    secrets : (K, m) array of int
        What the rows hold: a level as a number from 0, the most preferred first; a number as its doubled mid-rank, or
        ``MISSING``.
    is_number : (K,) array of bool
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (K, n) array of int
        Of all rows that are equally near: the most common level, the smallest of those that are equally common; of
        numbers the sum of lower and upper median, ``MISSING`` where more than half are; ``NO_GUESS`` without a row.
    """
    leave, held = _left_out(queries, columns), rows.kernel_rows()

    def block(start: int) -> IntArray:
        return _guesses(queries.kernel_rows(slice(start, start + BLOCK)), held, leave, secrets, is_number)

    blocks = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(i) for i in range(0, len(queries), BLOCK))
    return np.concatenate([np.empty((len(columns), 0), dtype=np.int64), *blocks], axis=1)


def is_nearest(queries: Grid, rows: Grid, columns: Sequence[int], *, jobs: int = 1) -> BoolArray:
    """(m,) which rows are the nearest to any query on all columns but one of ``columns``, ties among them.

    Of a table in parts, these rows of each part hold all that :func:`nearest_secrets` reads of the whole.
    """
    leave, held = _left_out(queries, columns), rows.kernel_rows()

    def block(start: int) -> BoolArray:
        return _met(queries.kernel_rows(slice(start, start + BLOCK)), held, leave)

    blocks = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(i) for i in range(0, len(queries), BLOCK))
    return np.asarray(np.logical_or.reduce([np.zeros(len(rows), dtype=np.bool_), *blocks]), dtype=np.bool_)


def _left_out(queries: Grid, columns: Sequence[int]) -> IntArray:
    """(K, 2) parts of each column, -1 fills up."""
    leave = np.full((len(columns), 2), -1, dtype=np.int64)
    for k, column in enumerate(columns):
        parts = queries.parts_of(column)
        leave[k, : len(parts)] = parts
    return leave


@inlined
def _find_nearest(
    queries: Rows, i: int, rows: Rows, leave: IntArray, tied: IntArray, n_tied: IntArray, tile: SingleArray
) -> None:
    """Write the rows nearest to query i without the parts of each secret, and how many there are.

    ``tile`` is (p + q + 2, 64): what each part adds, the sums, and the sums without a secret.
    """
    row_unit, own, m, n_parts = rows.unit, queries.unit[i], len(rows.unit), len(tile) - 2
    parts, total, rest = tile[:n_parts], tile[n_parts], tile[n_parts + 1]
    nearest = np.full(len(leave), np.float32(3e38), dtype=np.float32)
    n_tied[:] = 0
    for start in range(0, m, TILE):
        size = min(TILE, m - start)
        add_up(queries, i, rows, start, size, parts, total)
        for j in range(size):
            if row_unit[start + j] == own:
                total[j] = np.inf
        for s in range(len(leave)):
            rest[:] = total
            for which in range(2):
                part = leave[s, which]
                if part >= 0:
                    for j in range(size):
                        rest[j] -= parts[part, j]
            limit = nearest[s]
            if not any_within(rest, size, limit):
                continue
            for j in range(size):
                if rest[j] <= limit:
                    if rest[j] < limit:
                        limit = rest[j]
                        n_tied[s] = 0
                    tied[s, n_tied[s]] = start + j
                    n_tied[s] += 1
            nearest[s] = limit


@jit
def _guesses(queries: Rows, rows: Rows, leave: IntArray, secrets: IntArray, is_number: BoolArray) -> IntArray:
    queries, rows = bare(queries), bare(rows)
    n, n_secrets = len(queries.unit), len(leave)
    guess = np.empty((n_secrets, n), dtype=np.int64)
    tile = np.empty((len(queries.numeric) + len(queries.codes) + 2, TILE), dtype=np.float32)
    n_tied = np.empty(n_secrets, dtype=np.int64)
    tied = np.empty((n_secrets, len(rows.unit)), dtype=np.int64)
    for i in range(n):
        _find_nearest(queries, i, rows, leave, tied, n_tied, tile)
        for s in range(n_secrets):
            held = secrets[s][tied[s, : n_tied[s]]]
            guess[s, i] = _median(held) if is_number[s] else _most_common(held)
    return guess


@jit
def _met(queries: Rows, rows: Rows, leave: IntArray) -> BoolArray:
    queries, rows = bare(queries), bare(rows)
    met = np.zeros(len(rows.unit), dtype=np.bool_)
    tile = np.empty((len(queries.numeric) + len(queries.codes) + 2, TILE), dtype=np.float32)
    n_tied = np.empty(len(leave), dtype=np.int64)
    tied = np.empty((len(leave), len(rows.unit)), dtype=np.int64)
    for i in range(len(queries.unit)):
        _find_nearest(queries, i, rows, leave, tied, n_tied, tile)
        for s in range(len(leave)):
            for j in range(n_tied[s]):
                met[tied[s, j]] = True
    return met


@jit
def _most_common(levels: IntArray) -> int:
    """The most common level, the smallest of those that are equally common."""
    if len(levels) == 0:
        return NO_GUESS
    ascending = np.sort(levels)
    best, most, run = int(ascending[0]), 0, 0
    for j in range(len(ascending)):
        run = run + 1 if j > 0 and ascending[j] == ascending[j - 1] else 1
        if run > most:
            best, most = int(ascending[j]), run
    return best


@jit
def _median(ranks: IntArray) -> int:
    """Lower and upper median of what is there, added up."""
    if len(ranks) == 0:
        return NO_GUESS
    ascending = np.sort(ranks)
    absent = np.searchsorted(ascending, 0)
    if 2 * absent > len(ranks):
        return MISSING
    present = ascending[absent:]
    return int(present[(len(present) - 1) // 2] + present[len(present) // 2])
