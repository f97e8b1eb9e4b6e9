"""Closeness on a grid: distances on many subsets of the columns from one scan, exact, ties and all.

Ranks are whole numbers, small enough that no sum over columns loses a digit in float32. The distance on some of the
columns is then the total less what the others add, to the last bit; rows that are equally near are seen to be, and
nothing depends on the order of rows, columns or workers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from synthaudit.encoding import QuantileSpace, doubled_ranks
from synthaudit.runtime.jit import jit
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray

SingleArray = npt.NDArray[np.float32]

MISSING = -1
"""A guess: the number is missing."""
NO_GUESS = -2
"""There was no row to read a guess off."""
_BLOCK = 256
"""Queries of one task; fixed, so that nothing depends on the number of workers."""
_TILE = 64
"""Rows whose distances are added up side by side."""
_EXACT = 2**24
"""Whole numbers up to here are exact in float32."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """One table, part by part: (p, n) whole numbers up to ``step``, and (q, n) codes that cost ``step`` to differ."""

    numeric: SingleArray
    codes: CodeArray
    unit: IntArray
    """(n,) whose row it is; -1 for rows of nobody who is asked about. Nobody is compared with a row of their own."""
    step: float
    owner: IntArray
    """(p + q,) which column of the table each part belongs to: a number that may be missing has two."""

    def __len__(self) -> int:
        return len(self.unit)

    def parts_of(self, column: int) -> IntArray:
        """Parts of one column; empty where distances do not use it."""
        return np.flatnonzero(self.owner == column).astype(np.int64)


def to_grid(space: QuantileSpace, cells: Cells, unit: IntArray | None = None) -> Grid:
    """Put a table on the grid of a quantile space.

    Parameters
    ----------
    space : QuantileSpace
        Fitted on the real rows; a number's place is its mid-rank there, a missing one stands at the median.
    cells : Cells
        n rows.
    unit : (n,) array of int, optional
        Whose row it is.
    """
    owner = np.concatenate([space.numbers, space.others, space.with_missing]).astype(np.int64)
    step = _step(max((len(ascending) for ascending in space.ascending), default=0), len(owner))
    numeric = np.empty((len(space.numbers), len(cells)), dtype=np.float32)
    for i, (column, ascending) in enumerate(zip(space.numbers, space.ascending, strict=True)):
        values = cells.values[:, column]
        place = doubled_ranks(values, ascending).astype(np.float64) * step / (2 * max(len(ascending), 1))
        numeric[i] = np.where(np.isnan(values), step // 2, np.round(place))
    missing = np.isnan(cells.values[:, space.with_missing]).astype(np.int32)
    codes = np.concatenate([cells.codes[:, space.others], missing], axis=1).T
    return Grid(
        numeric=numeric,
        codes=np.ascontiguousarray(codes, dtype=np.int32),
        unit=np.full(len(cells), -1, dtype=np.int64) if unit is None else unit.astype(np.int64),
        step=float(step),
        owner=owner,
    )


def _step(n_ranks: int, n_parts: int) -> int:
    """What a part costs at most: a multiple of the doubled ranks, so that these are whole, if sums stay exact."""
    most, doubled = _EXACT // max(n_parts, 1) // 2 * 2, 2 * max(n_ranks, 1)
    return most // doubled * doubled or most


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
    leave = np.full((len(columns), 2), -1, dtype=np.int64)
    for k, column in enumerate(columns):
        parts = queries.parts_of(column)
        leave[k, : len(parts)] = parts

    def block(start: int) -> IntArray:
        stop = min(start + _BLOCK, len(queries))
        return _guesses(
            queries.numeric[:, start:stop],
            queries.codes[:, start:stop],
            queries.unit[start:stop],
            rows.numeric,
            rows.codes,
            rows.unit,
            np.float32(rows.step),
            leave,
            secrets,
            is_number,
        )

    found = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(i) for i in range(0, len(queries), _BLOCK))
    return np.concatenate([np.empty((len(columns), 0), dtype=np.int64), *found], axis=1)


def shares_a_row(
    queries: Grid, rows: Grid, halves: BoolArray, order: CodeArray, content: IntArray, k: int, *, jobs: int = 1
) -> FloatArray:
    """How often the k nearest rows by one half of the columns and by the other have a row in common.

    Parameters
    ----------
    queries, rows : Grid
        n people asked about and m rows.
    halves : (P, p + q) array of bool
        P ways to cut the parts in two.
    order : (P, 2, m) array of int
        Which of equally near rows come first, one order for each half.
    content : (m,) array of int
        Rows of equal content have equal numbers, and count as one row.
    k : int
        Neighbours on each side.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (n,) array of float
        Share of the P cuts, in [0, 1].
    """

    def block(start: int) -> FloatArray:
        stop = min(start + _BLOCK, len(queries))
        return _linked(
            queries.numeric[:, start:stop],
            queries.codes[:, start:stop],
            queries.unit[start:stop],
            rows.numeric,
            rows.codes,
            rows.unit,
            np.float32(rows.step),
            halves,
            order,
            content,
            k,
        )

    found = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(i) for i in range(0, len(queries), _BLOCK))
    return np.concatenate([np.empty(0), *found])


@jit
def _add_up(
    numeric: SingleArray,
    codes: CodeArray,
    i: int,
    row_numeric: SingleArray,
    row_codes: CodeArray,
    start: int,
    size: int,
    step: np.float32,
    parts: SingleArray,
    total: SingleArray,
) -> None:
    """Fill in what each part adds to the distances of query i to a tile of rows, and their sums."""
    p = numeric.shape[0]
    total[:] = 0.0
    for c in range(p):
        value = numeric[c, i]
        for j in range(size):
            part = abs(value - row_numeric[c, start + j])
            parts[c, j] = part
            total[j] += part
    for c in range(codes.shape[0]):
        code = codes[c, i]
        for j in range(size):
            part = step if row_codes[c, start + j] != code else np.float32(0.0)
            parts[p + c, j] = part
            total[j] += part


@jit
def _guesses(
    numeric: SingleArray,
    codes: CodeArray,
    unit: IntArray,
    row_numeric: SingleArray,
    row_codes: CodeArray,
    row_unit: IntArray,
    step: np.float32,
    leave: IntArray,
    secrets: IntArray,
    is_number: BoolArray,
) -> IntArray:
    n, m, n_secrets = len(unit), len(row_unit), len(leave)
    guess = np.empty((n_secrets, n), dtype=np.int64)
    parts = np.empty((numeric.shape[0] + codes.shape[0], _TILE), dtype=np.float32)
    total = np.empty(_TILE, dtype=np.float32)
    rest = np.empty(_TILE, dtype=np.float32)
    nearest = np.empty(n_secrets, dtype=np.float32)
    n_tied = np.empty(n_secrets, dtype=np.int64)
    tied = np.empty((n_secrets, m), dtype=np.int64)
    for i in range(n):
        nearest[:] = np.float32(3e38)
        n_tied[:] = 0
        for start in range(0, m, _TILE):
            size = min(_TILE, m - start)
            _add_up(numeric, codes, i, row_numeric, row_codes, start, size, step, parts, total)
            for j in range(size):
                if row_unit[start + j] == unit[i]:
                    total[j] = np.inf
            for s in range(n_secrets):
                rest[:] = total
                for which in range(2):
                    part = leave[s, which]
                    if part >= 0:
                        for j in range(size):
                            rest[j] -= parts[part, j]
                limit = nearest[s]
                for j in range(size):
                    if rest[j] <= limit:
                        if rest[j] < limit:
                            limit = rest[j]
                            n_tied[s] = 0
                        tied[s, n_tied[s]] = secrets[s, start + j]
                        n_tied[s] += 1
                nearest[s] = limit
        for s in range(n_secrets):
            found = tied[s, : n_tied[s]]
            guess[s, i] = _median(found) if is_number[s] else _most_common(found)
    return guess


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
    there = ascending[absent:]
    return int(there[(len(there) - 1) // 2] + there[len(there) // 2])


@jit
def _linked(
    numeric: SingleArray,
    codes: CodeArray,
    unit: IntArray,
    row_numeric: SingleArray,
    row_codes: CodeArray,
    row_unit: IntArray,
    step: np.float32,
    halves: BoolArray,
    order: CodeArray,
    content: IntArray,
    k: int,
) -> FloatArray:
    n, m, n_cuts = len(unit), len(row_unit), len(halves)
    n_parts = numeric.shape[0] + codes.shape[0]
    linked = np.zeros(n)
    parts = np.empty((n_parts, _TILE), dtype=np.float32)
    total = np.empty(_TILE, dtype=np.float32)
    side = np.empty((2, _TILE), dtype=np.float32)
    nearest = np.empty((n_cuts, 2, k), dtype=np.float32)
    first = np.empty((n_cuts, 2, k), dtype=np.int64)
    where = np.empty((n_cuts, 2, k), dtype=np.int64)
    for i in range(n):
        nearest[:] = np.float32(3e38)
        first[:] = m
        where[:] = -1
        for start in range(0, m, _TILE):
            size = min(_TILE, m - start)
            _add_up(numeric, codes, i, row_numeric, row_codes, start, size, step, parts, total)
            for cut in range(n_cuts):
                side[0, :] = 0.0
                for c in range(n_parts):
                    if halves[cut, c]:
                        for j in range(size):
                            side[0, j] += parts[c, j]
                for j in range(size):
                    side[1, j] = total[j] - side[0, j]
                for h in range(2):
                    for j in range(size):
                        d = side[h, j]
                        if d > nearest[cut, h, k - 1] or row_unit[start + j] == unit[i]:
                            continue
                        turn = order[cut, h, start + j]
                        if d == nearest[cut, h, k - 1] and turn > first[cut, h, k - 1]:
                            continue
                        slot = k - 1
                        while slot > 0 and (
                            nearest[cut, h, slot - 1] > d
                            or (nearest[cut, h, slot - 1] == d and first[cut, h, slot - 1] > turn)
                        ):
                            nearest[cut, h, slot] = nearest[cut, h, slot - 1]
                            first[cut, h, slot] = first[cut, h, slot - 1]
                            where[cut, h, slot] = where[cut, h, slot - 1]
                            slot -= 1
                        nearest[cut, h, slot] = d
                        first[cut, h, slot] = turn
                        where[cut, h, slot] = start + j
        hits = 0
        for cut in range(n_cuts):
            hit = False
            for a in range(k):
                for b in range(k):
                    x, y = where[cut, 0, a], where[cut, 1, b]
                    if x >= 0 and y >= 0 and content[x] == content[y]:
                        hit = True
            hits += 1 if hit else 0
        linked[i] = hits / n_cuts
    return linked
