"""Agreement as a product: every column multiplies what it is worth, so no logarithm is looked up in the inner loop.

``exp M(x, t)`` of ``agreement.py`` is a product over columns. A rank difference enters the rule ``surprisal`` as it is,
and the rule ``tolerant`` as ``exp(-|u_x - u_t| / b)``, the smaller of ``exp(u_x / b) exp(-u_t / b)`` and its inverse:
both are arithmetic on numbers that are known beforehand, which a processor does for several rows at once. The product
fits a float64 as long as M stays below :data:`LARGEST`; wider tables are added up in logarithms.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.runtime.jit import bare, inlined, jit
from synthaudit.types import CodeArray, FloatArray

LARGEST = 600.0
"""Nats up to which a product, and a sum of many, is a float64."""
_TILE = 64
"""Rows whose agreement with everybody is in memory at a time; a power of two."""
_LANES = 8
_NOBODY = np.int32(-2)
_FAR = 1e9


class Factors(NamedTuple):
    """People, or rows, column by column; the last six for the p numbers, the others for the q other columns."""

    codes: CodeArray
    """(q, n)"""
    exact: FloatArray
    """(q, n) what equality divides by, in (0, 1]."""
    near: FloatArray
    """(q, n) what equality multiplies by under ``tolerant``, at least 1."""
    number_codes: CodeArray
    """(p, n)"""
    number_exact: FloatArray
    """(p, n)"""
    number_near: FloatArray
    """(p, n) for two missing numbers."""
    rank: FloatArray
    """(p, n) mid-rank u in [0, 1], -1 where missing."""
    up: FloatArray
    """(p, n) ``exp(u / b)``"""
    down: FloatArray
    """(p, n) ``exp(-u / b)``"""


class RowFactors(NamedTuple):
    """Rows to agree with, column by column."""

    codes: CodeArray
    """(q, m)"""
    number_codes: CodeArray
    """(p, m)"""
    rank: FloatArray
    """(p, m) mid-rank, -1 where missing."""


class Tolerance(NamedTuple):
    """How far a copy may be from the original."""

    least: float
    """The smallest rank difference that counts, 1 / n_R."""
    error: float
    """e of the rule ``tolerant``."""
    bandwidth: float
    """b of the rule ``tolerant``."""


class Asked(NamedTuple):
    """By which rules agreement is summed, and whether people compete for every row."""

    surprisal: bool
    tolerant: bool
    blended: bool
    compete: bool


class _Tile(NamedTuple):
    """Some of the rows, 64 at a time, with what :class:`Factors` says of numbers."""

    codes: CodeArray
    number_codes: CodeArray
    rank: FloatArray
    up: FloatArray
    down: FloatArray


class _Agreement(NamedTuple):
    """How much people agree with the rows of a tile; rivals all in one place, which nobody reads again."""

    exact: FloatArray
    """(n + 1, 64) by ``surprisal``; of one person where nobody competes."""
    near: FloatArray
    """(n + 1, 64) by ``tolerant``; likewise."""
    both: FloatArray
    """(1, 64) by ``blended``, of one person"""
    contested: FloatArray
    """(3, 64) sum over all, by rule."""


@jit
def agree_by_products(
    people: Factors, rows: RowFactors, n: int, tolerance: Tolerance, asked: Asked, first_self: int
) -> tuple[FloatArray, FloatArray]:
    """Sums of ``exp M`` over some rows, and the largest share of a row that each of the first n people gets.

    Parameters
    ----------
    people : Factors
        n candidates, then their rivals.
    first_self : int
        Person i is row i - first_self and does not meet it; -1 for none.

    Returns
    -------
    (3, n) sums and (3, n) shares, by rule.
    """
    (q, n_people), p = people.codes.shape, people.rank.shape[0]
    n_people = max(n_people, people.rank.shape[1])
    m = max(rows.codes.shape[1], rows.rank.shape[1])
    # Every lane of a register has a sum and a maximum of its own.
    sums, shares = np.zeros((3, n, _LANES)), np.zeros((3, n, _LANES))
    shape = n + 1 if asked.compete else 1, _TILE
    agreement = _Agreement(np.ones(shape), np.ones(shape), np.zeros((1, _TILE)), np.zeros((3, _TILE)))
    codes, number_codes = np.empty((q, _TILE), dtype=np.int32), np.empty((p, _TILE), dtype=np.int32)
    tile = _Tile(codes, number_codes, np.empty((p, _TILE)), np.empty((p, _TILE)), np.empty((p, _TILE)))
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        _fill(tile, rows, start, size, tolerance.bandwidth)
        _meet(
            sums, agreement, people, tile, size, tolerance, asked, first_self + start if first_self >= 0 else n_people
        )
        if asked.compete:
            _share(shares, agreement, asked.blended)
    return _added(sums), _largest(shares)


@jit
def _meet(
    sums: FloatArray,
    agreement: _Agreement,
    people: Factors,
    tile: _Tile,
    size: int,
    tolerance: Tolerance,
    asked: Asked,
    first_self: int,
) -> None:
    """Let everybody agree with the ``size`` rows of a tile; person i is row i - first_self if there is one."""
    sums, agreement, people, tile = bare(sums), bare(agreement), bare(people), bare(tile)
    exact, near, both, contested = agreement.exact, agreement.near, agreement.both, agreement.contested
    with_exact, with_near = asked.surprisal or asked.blended, asked.tolerant or asked.blended
    n = sums.shape[1]
    contested[:] = 0.0
    for i in range(max(people.codes.shape[1], people.rank.shape[1])):
        at = min(i, n) if asked.compete else 0
        for j in range(_TILE):
            exact[at, j] = 1.0
            near[at, j] = 1.0
        _multiply_equal(exact, near, at, people, i, tile.codes, with_exact, with_near)
        if with_exact:
            _multiply_ranks(exact, at, people, i, tile, tolerance.least)
        if with_near:
            _multiply_copies(near, at, people, i, tile, tolerance)
        _leave_out(exact, near, at, size, i - first_self)
        if asked.blended:
            _blend(both, exact, near, at)
        if asked.compete:
            _add(contested, 0, exact, at)
            _add(contested, 1, near, at)
            if asked.blended:
                _add(contested, 2, both, 0)
        if i < n:
            _add_by_lane(sums, 0, i, exact, at)
            _add_by_lane(sums, 1, i, near, at)
            if asked.blended:
                _add_by_lane(sums, 2, i, both, 0)


@jit
def _fill(tile: _Tile, rows: RowFactors, start: int, size: int, bandwidth: float) -> None:
    """Write the rows from ``start`` on into a tile."""
    tile, rows = bare(tile), bare(rows)
    tile.codes[:, :size] = rows.codes[:, start : start + size]
    tile.number_codes[:, :size] = rows.number_codes[:, start : start + size]
    for c in range(len(rows.rank)):
        for j in range(size):
            value = rows.rank[c, start + j]
            # A missing number is too far from every rank to be worth anything.
            tile.rank[c, j] = value if value >= 0.0 else _FAR
            tile.up[c, j] = np.exp(value / bandwidth) if value >= 0.0 else 0.0
            tile.down[c, j] = np.exp(-value / bandwidth) if value >= 0.0 else 0.0


@inlined
def _multiply_equal(
    exact: FloatArray,
    near: FloatArray,
    at: int,
    people: Factors,
    i: int,
    row_codes: CodeArray,
    with_exact: bool,
    with_near: bool,
) -> None:
    """Multiply what person i and the rows of a tile have in common outside the numbers."""
    q = len(row_codes)
    # Whole arrays are indexed, not their rows: every row taken from an array counts references to it.
    for c in range(0, q, 2):
        # Two columns in one pass: every product is read and written once for both.
        d = min(c + 1, q - 1)
        left_code, right_code = people.codes[c, i], people.codes[d, i]
        # Unseen values share a code and are still not equal; a column must not count twice.
        left_code = left_code if left_code >= 0 else _NOBODY
        right_code = right_code if right_code >= 0 and d > c else _NOBODY
        if with_exact:
            left_worth, right_worth = people.exact[c, i], people.exact[d, i]
            for j in range(_TILE):
                left = left_worth if row_codes[c, j] == left_code else 1.0
                right = right_worth if row_codes[d, j] == right_code else 1.0
                exact[at, j] *= left * right
        if with_near:
            left_worth, right_worth = people.near[c, i], people.near[d, i]
            for j in range(_TILE):
                left = left_worth if row_codes[c, j] == left_code else 1.0
                right = right_worth if row_codes[d, j] == right_code else 1.0
                near[at, j] *= left * right


@inlined
def _multiply_ranks(exact: FloatArray, at: int, people: Factors, i: int, tile: _Tile, least: float) -> None:
    """Multiply what person i and the rows of a tile have in common among the numbers, by the rule ``surprisal``."""
    rank, number_codes, p = tile.rank, tile.number_codes, len(tile.rank)
    for c in range(0, p, 2):
        d = min(c + 1, p - 1)
        mine, other = people.rank[c, i], people.rank[d, i] if d > c else -1.0
        left_code, right_code = people.number_codes[c, i], people.number_codes[d, i]
        left_code = left_code if left_code >= 0 else _NOBODY
        right_code = right_code if right_code >= 0 and d > c else _NOBODY
        left_worth, right_worth = people.number_exact[c, i], people.number_exact[d, i]
        mine, other = mine if mine >= 0.0 else -_FAR, other if other >= 0.0 else -_FAR
        for j in range(_TILE):
            left = 2.0 * abs(mine - rank[c, j]) + least
            left = left if left < 1.0 else 1.0
            right = 2.0 * abs(other - rank[d, j]) + least
            right = right if right < 1.0 else 1.0
            left = left_worth if number_codes[c, j] == left_code else left
            right = right_worth if number_codes[d, j] == right_code else right
            exact[at, j] *= left * right


@inlined
def _multiply_copies(near: FloatArray, at: int, people: Factors, i: int, tile: _Tile, tolerance: Tolerance) -> None:
    """Multiply what person i and the rows of a tile have in common among the numbers, by the rule ``tolerant``."""
    up, down, number_codes, p = tile.up, tile.down, tile.number_codes, len(tile.up)
    gain = (1.0 - tolerance.error) / (2.0 * tolerance.bandwidth * tolerance.error)
    for c in range(0, p, 2):
        d = min(c + 1, p - 1)
        mine, other = people.rank[c, i], people.rank[d, i] if d > c else -1.0
        rise, fall = (people.up[c, i], people.down[c, i]) if mine >= 0.0 else (0.0, 0.0)
        climb, drop = (people.up[d, i], people.down[d, i]) if other >= 0.0 else (0.0, 0.0)
        for j in range(_TILE):
            high, low = rise * down[c, j], fall * up[c, j]
            left = high if high < low else low
            high, low = climb * down[d, j], drop * up[d, j]
            right = high if high < low else low
            near[at, j] *= (1.0 + gain * left) * (1.0 + gain * right)
    for c in range(p):
        # Two missing numbers are equal, whatever the rule; seldom enough for a pass of their own.
        if people.rank[c, i] < 0.0 and people.number_codes[c, i] >= 0:
            code, worth = people.number_codes[c, i], people.number_near[c, i]
            for j in range(_TILE):
                near[at, j] *= worth if number_codes[c, j] == code else 1.0


@inlined
def _leave_out(exact: FloatArray, near: FloatArray, at: int, size: int, itself: int) -> None:
    """Turn ``exact`` round, and let nobody agree with their own row or with what fills up the tile."""
    for j in range(_TILE):
        exact[at, j] = 1.0 / exact[at, j]
    for j in range(size, _TILE):
        exact[at, j] = 0.0
        near[at, j] = 0.0
    if 0 <= itself < size:
        exact[at, itself] = 0.0
        near[at, itself] = 0.0


@inlined
def _blend(both: FloatArray, exact: FloatArray, near: FloatArray, at: int) -> None:
    for j in range(_TILE):
        both[0, j] = np.sqrt(exact[at, j] * near[at, j])


@inlined
def _add(contested: FloatArray, rule: int, agreement: FloatArray, at: int) -> None:
    for j in range(_TILE):
        contested[rule, j] += agreement[at, j]


@inlined
def _add_by_lane(sums: FloatArray, rule: int, i: int, agreement: FloatArray, at: int) -> None:
    for block in range(0, _TILE, _LANES):
        for lane in range(_LANES):
            sums[rule, i, lane] += agreement[at, block + lane]


@jit
def _share(shares: FloatArray, agreement: _Agreement, blended: bool) -> None:
    """Let everybody keep the largest share of a row of the tile that they got."""
    shares, agreement = bare(shares), bare(agreement)
    exact, near, both, contested = agreement.exact, agreement.near, agreement.both, agreement.contested
    for rule in range(3):
        for j in range(_TILE):
            contested[rule, j] = 1.0 / contested[rule, j] if contested[rule, j] > 0.0 else 0.0
    for i in range(shares.shape[1]):
        _largest_by_lane(shares, 0, i, exact, i, contested)
        _largest_by_lane(shares, 1, i, near, i, contested)
        if blended:
            _blend(both, exact, near, i)
            _largest_by_lane(shares, 2, i, both, 0, contested)


@inlined
def _largest_by_lane(shares: FloatArray, rule: int, i: int, agreement: FloatArray, at: int, of_all: FloatArray) -> None:
    for block in range(0, _TILE, _LANES):
        for lane in range(_LANES):
            share = agreement[at, block + lane] * of_all[rule, block + lane]
            shares[rule, i, lane] = share if share > shares[rule, i, lane] else shares[rule, i, lane]


@jit
def _added(lanes: FloatArray) -> FloatArray:
    out = np.zeros(lanes.shape[:2])
    for rule in range(lanes.shape[0]):
        for i in range(lanes.shape[1]):
            for lane in range(_LANES):
                out[rule, i] += lanes[rule, i, lane]
    return out


@jit
def _largest(lanes: FloatArray) -> FloatArray:
    out = np.zeros(lanes.shape[:2])
    for rule in range(lanes.shape[0]):
        for i in range(lanes.shape[1]):
            for lane in range(_LANES):
                out[rule, i] = max(out[rule, i], lanes[rule, i, lane])
    return out
