"""Closeness on a grid: distances on many subsets of the columns from one scan, exact, ties and all.

Ranks are whole numbers, small enough that no sum over columns loses a digit in float32. The distance on some of the
columns is then the total less what the others add, to the last bit; rows that are equally near are seen to be, and
nothing depends on the order of rows, columns or workers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from synthaudit.encoding import QuantileSpace, doubled_ranks
from synthaudit.runtime.jit import bare, inlined, jit
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray

SingleArray = npt.NDArray[np.float32]

BLOCK = 256
"""Queries of one task; fixed, so that nothing depends on the number of workers."""
TILE = 64
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

    def kernel_rows(self, rows: slice = slice(None)) -> "Rows":
        """Some of the rows as kernels take them."""
        return Rows(self.numeric[:, rows], self.codes[:, rows], self.unit[rows], np.float32(self.step))

    def parts_of(self, column: int) -> IntArray:
        """Parts of one column; empty where distances do not use it."""
        return np.flatnonzero(self.owner == column).astype(np.int64)


class Rows(NamedTuple):
    """Rows of a :class:`Grid`."""

    numeric: SingleArray
    codes: CodeArray
    unit: IntArray
    step: np.float32


class _Cuts(NamedTuple):
    """Ways to cut the parts in two; see :func:`shares_a_row`."""

    halves: BoolArray
    order: CodeArray
    content: IntArray


class _Nearest(NamedTuple):
    """The k nearest rows by each half of each cut, nearest first: (P, 2, k) each."""

    distance: SingleArray
    turn: IntArray
    row: IntArray


class _Tile(NamedTuple):
    """Room for what is worked out of one query and up to 64 rows."""

    parts: SingleArray
    """(p + q, 64) what each part adds to the distance."""
    total: SingleArray
    """(64,)"""
    halves: SingleArray
    """(2, 64) what either half of a cut adds."""


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
    held, cuts = rows.kernel_rows(), _Cuts(halves=halves, order=order, content=content)

    def block(start: int) -> FloatArray:
        return _linked(queries.kernel_rows(slice(start, start + BLOCK)), held, cuts, k)

    blocks = Parallel(n_jobs=jobs, prefer="threads")(delayed(block)(i) for i in range(0, len(queries), BLOCK))
    return np.concatenate([np.empty(0), *blocks])


@inlined
def add_up(queries: Rows, i: int, rows: Rows, start: int, size: int, parts: SingleArray, total: SingleArray) -> None:
    """Fill in what each part adds to the distances of query i to a tile of rows, and their sums."""
    numeric, codes, row_numeric, row_codes, step = queries.numeric, queries.codes, rows.numeric, rows.codes, rows.step
    p = numeric.shape[0]
    total[:] = 0.0
    for c in range(p):
        value, others, added = numeric[c, i], row_numeric[c, start : start + size], parts[c]
        for j in range(size):
            part = abs(value - others[j])
            added[j] = part
            total[j] += part
    for c in range(codes.shape[0]):
        code, levels, added = codes[c, i], row_codes[c, start : start + size], parts[p + c]
        for j in range(size):
            part = step if levels[j] != code else np.float32(0.0)
            added[j] = part
            total[j] += part


@inlined
def any_within(sums: SingleArray, size: int, limit: np.float32) -> bool:
    """Whether any of the first sums is at most ``limit``, all compared side by side: mostly none is."""
    near = False
    for j in range(size):
        near |= sums[j] <= limit
    return near


@jit
def _linked(queries: Rows, rows: Rows, cuts: _Cuts, k: int) -> FloatArray:
    n, m, shape = len(queries.unit), len(rows.unit), (len(cuts.halves), 2, k)
    nearest = _Nearest(np.empty(shape, dtype=np.float32), np.empty(shape, np.int64), np.empty(shape, np.int64))
    parts = np.empty((len(queries.numeric) + len(queries.codes), TILE), dtype=np.float32)
    tile = _Tile(parts, np.empty(TILE, dtype=np.float32), np.empty((2, TILE), dtype=np.float32))
    linked = np.zeros(n)
    for i in range(n):
        nearest.distance[:] = np.float32(3e38)
        nearest.turn[:] = m
        nearest.row[:] = -1
        _find_halves(nearest, queries, i, rows, cuts, tile)
        linked[i] = _share_of_hits(nearest.row, cuts.content)
    return linked


@jit
def _find_halves(nearest: _Nearest, queries: Rows, i: int, rows: Rows, cuts: _Cuts, tile: _Tile) -> None:
    """Write the rows nearest to query i by each half of each cut."""
    nearest, queries, rows, cuts, tile = bare(nearest), bare(queries), bare(rows), bare(cuts), bare(tile)
    parts, total, sums, own, unit = tile.parts, tile.total, tile.halves, queries.unit[i], rows.unit
    last = nearest.distance.shape[2] - 1
    for start in range(0, len(unit), TILE):
        size = min(TILE, len(unit) - start)
        add_up(queries, i, rows, start, size, parts, total)
        for cut in range(len(cuts.halves)):
            sums[0, :] = 0.0
            for c in range(len(parts)):
                if cuts.halves[cut, c]:
                    for j in range(size):
                        sums[0, j] += parts[c, j]
            for j in range(size):
                sums[1, j] = total[j] - sums[0, j]
            for half in range(2):
                limit = nearest.distance[cut, half, last]
                if not any_within(sums[half], size, limit):
                    continue
                for j in range(size):
                    if unit[start + j] != own:
                        _take_up(nearest, cut, half, sums[half, j], cuts.order[cut, half, start + j], start + j)


@inlined
def _take_up(nearest: _Nearest, cut: int, half: int, distance: np.float32, turn: int, row: int) -> None:
    """Put a row into a list if it is near enough, of equally near ones those whose turn is earlier."""
    distances, turns, where = nearest.distance, nearest.turn, nearest.row
    slot = distances.shape[2] - 1
    if distance > distances[cut, half, slot]:
        return
    if distance == distances[cut, half, slot] and turn > turns[cut, half, slot]:
        return
    while slot > 0 and (
        distances[cut, half, slot - 1] > distance
        or (distances[cut, half, slot - 1] == distance and turns[cut, half, slot - 1] > turn)
    ):
        distances[cut, half, slot] = distances[cut, half, slot - 1]
        turns[cut, half, slot] = turns[cut, half, slot - 1]
        where[cut, half, slot] = where[cut, half, slot - 1]
        slot -= 1
    distances[cut, half, slot] = distance
    turns[cut, half, slot] = turn
    where[cut, half, slot] = row


@jit
def _share_of_hits(row: IntArray, content: IntArray) -> float:
    """In how many cuts both lists hold a row of equal content."""
    n_cuts, _, k = row.shape
    hits = 0
    for cut in range(n_cuts):
        hit = False
        for a in range(k):
            for b in range(k):
                x, y = row[cut, 0, a], row[cut, 1, b]
                if x >= 0 and y >= 0 and content[x] == content[y]:
                    hit = True
        hits += 1 if hit else 0
    return float(hits / n_cuts)
