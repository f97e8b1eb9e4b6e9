"""Agreement as a product: every column multiplies what it is worth, so no logarithm is looked up in the inner loop.

``exp M(x, t)`` of ``agreement.py`` is a product over columns. A rank difference enters the rule ``surprisal`` as it is,
and the rule ``tolerant`` as ``exp(-|u_x - u_t| / b)``, the smaller of ``exp(u_x / b) exp(-u_t / b)`` and its inverse:
both are arithmetic on numbers that are known beforehand, which a processor does for several rows at once. The product
fits a float64 as long as M stays below :data:`LARGEST`; wider tables are added up in logarithms.

Everything in a loop is a float64, codes too: lanes of one width are what a compiler makes vectors of. Loops over the
rows of a tile stand by themselves and change one array in place, for the same reason.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.linkage.people import CODE, DOWN, EXACT, FAR, NEAR, RANK, UP, People
from synthaudit.runtime.jit import bare, inlined, jit, wide
from synthaudit.types import FloatArray, IntArray

LARGEST = 600.0
"""Nats up to which a product, and a sum of many, is a float64."""
_TILE = 64
"""Rows that meet everybody at a time; a power of two."""
_LANES = 8
_RULES = 3
_HUGE = 1e300
_BLOCK = 256
"""People after whom it is said anew how contested the rows of a tile are at least."""
_KEPT = 4
"""Claims that may be kept back for each candidate and tile, on average."""
_SLACK = 1.0 - 1e-9
"""A claim is looked at if it may be as large as this share of the largest one so far."""
_GUESS = np.int64(0x5FE6EB50C7B537A9)
"""Less half of the bits of x, the bits of ``1 / sqrt(x)`` but for 3.5 % (Lomont 2003)."""


class RowFactors(NamedTuple):
    """Rows to agree with, column by column, in the order of the people's columns."""

    codes: FloatArray
    """(p, m) of the numbers."""
    rank: FloatArray
    """(p, m) mid-rank, -1 where missing."""
    other_codes: FloatArray
    """(q, m)"""


class Asked(NamedTuple):
    """By which rules agreement is summed, by which of them people compete for every row, and how."""

    rules: tuple[bool, bool, bool]
    claims: tuple[bool, bool, bool]
    least: float
    """The smallest rank difference that counts."""
    bandwidth: float
    """b of the rule ``tolerant``."""


class _Tile(NamedTuple):
    """Some of the rows, 64 at a time, as :class:`People` meet them."""

    codes: FloatArray
    rank: FloatArray
    up: FloatArray
    down: FloatArray
    other_codes: FloatArray


class _Work(NamedTuple):
    """How much one person agrees with the rows of a tile, and everybody."""

    exact: FloatArray
    """(k + 2, 64) products by ``surprisal``, of no, one, ... leading columns, then of all; what they are 1 / exp M of."""
    near: FloatArray
    """(k + 2, 64) by ``tolerant``, exp M."""
    agreement: FloatArray
    """(3 * 64,) exp M by rule; in one row, so that it is known beforehand how far apart the rules are."""
    root: FloatArray
    """(64,)"""
    bits: IntArray
    """(64,) those of ``root``."""
    contested: FloatArray
    """(3 * 64,) sum of exp M over everybody so far."""
    portion: FloatArray
    """(3 * 64,) its inverse, at last or a while ago, when it was larger."""
    lanes: FloatArray
    """(32,)"""


class _Claims(NamedTuple):
    """Claims that may turn out to be somebody's largest, once it is known who else competes."""

    where: IntArray
    """(size, 3) rule, candidate and row of the tile."""
    agreement: FloatArray
    """(size,)"""
    count: IntArray
    """(1,) how many there are, or would be if they had room."""


@jit
def agree_by_products(
    people: People, rows: RowFactors, shares: FloatArray, asked: Asked, first_self: int
) -> FloatArray:
    """Sums of ``exp M`` over some rows, by rule.

    Parameters
    ----------
    people : People
        Rivals, then n candidates.
    shares : (3, n) float64
        The largest share of any row that each candidate has got so far, by rule; brought up to date.
    first_self : int
        Candidate i is row i - first_self and does not meet it; -1 for none.

    Returns
    -------
    (3, n) sums, by rule.
    """
    wide()
    p, q, m = len(rows.codes), len(rows.other_codes), max(rows.codes.shape[1], rows.other_codes.shape[1])
    n, levels = shares.shape[1], len(people.leading) + 2
    sums, root = np.zeros((_RULES, n)), np.ones(_TILE)
    tile = _Tile(
        np.full((p, _TILE), np.nan),
        np.full((p, _TILE), FAR),
        np.zeros((p, _TILE)),
        np.zeros((p, _TILE)),
        np.full((q, _TILE), np.nan),
    )
    work = _Work(
        np.ones((levels, _TILE)),
        np.ones((levels, _TILE)),
        np.zeros(_RULES * _TILE),
        root,
        root.view(np.int64),
        np.zeros(_RULES * _TILE),
        np.zeros(_RULES * _TILE),
        np.zeros(_TILE // 2),
    )
    size = _KEPT * n + _TILE if asked.claims[0] or asked.claims[1] or asked.claims[2] else 1
    claims = _Claims(np.zeros((size, 3), dtype=np.int64), np.zeros(size), np.zeros(1, dtype=np.int64))
    for start in range(0, m, _TILE):
        width = min(_TILE, m - start)
        _fill(tile, rows, start, width, asked.bandwidth)
        at_self = first_self + start if first_self >= 0 else len(people.place)
        _meet(people, tile, work, asked, (at_self, width), sums, shares, claims)
    return sums


@jit
def _fill(tile: _Tile, rows: RowFactors, start: int, width: int, bandwidth: float) -> None:
    """Write the rows from ``start`` on into a tile."""
    tile, rows = bare(tile), bare(rows)
    for c in range(len(tile.other_codes)):
        for j in range(width):
            tile.other_codes[c, j] = rows.other_codes[c, start + j]
    for c in range(len(tile.codes)):
        for j in range(width):
            rank = rows.rank[c, start + j]
            tile.codes[c, j] = rows.codes[c, start + j]
            tile.rank[c, j] = 2.0 * rank if rank >= 0.0 else FAR
            tile.up[c, j] = np.exp(rank / bandwidth) if rank >= 0.0 else 0.0
            tile.down[c, j] = np.exp(-rank / bandwidth) if rank >= 0.0 else 0.0


@jit
def _meet(
    people: People,
    tile: _Tile,
    work: _Work,
    asked: Asked,
    frame: tuple[int, int],
    sums: FloatArray,
    shares: FloatArray,
    claims: _Claims,
) -> None:
    """Let everybody agree with the rows of a tile, add up, and let candidates keep the largest share of a row."""
    wide()
    people, tile, work, claims, n = bare(people), bare(tile), bare(work), bare(claims), shares.shape[1]
    sums, shares, place, contested, agreement = bare(sums), bare(shares), people.place, work.contested, work.agreement
    claims.count[0], contested[:] = 0, 0.0
    first = len(place) - n
    # Once; and candidates once more where too many claims had to be kept back, as in the first tile, before anybody
    # has claimed anything.
    for t in range(len(place) + n):
        is_again, i = t >= len(place), t if t < len(place) else t - n
        if t == len(place):
            _portions(work)
            if claims.count[0] <= len(claims.agreement):
                break
        elif t % _BLOCK == 0 and not is_again:
            _portions(work)
        _agree(people, tile, work, asked, i, 0 if t == len(place) else people.shared[i])
        x = place[i]
        _leave_out(work, x, frame)
        for rule in range(_RULES):
            if asked.claims[rule] and not is_again:
                for j in range(len(work.root)):
                    contested[rule * _TILE + j] += agreement[rule * _TILE + j]
            if i >= first:
                if asked.rules[rule] and not is_again:
                    sums[rule, x] += _added(work, rule * _TILE)
                if asked.claims[rule]:
                    share = _largest(work, rule * _TILE)
                    if is_again:
                        shares[rule, x] = max(shares[rule, x], share)
                    elif share > _SLACK * shares[rule, x]:
                        _keep(claims, work, rule, x, _SLACK * shares[rule, x])
    if claims.count[0] <= len(claims.agreement):
        _settle(claims, work, shares)


@jit
def _settle(claims: _Claims, work: _Work, shares: FloatArray) -> None:
    """Make the claims that were kept back, now that everybody has met the rows of the tile."""
    for k in range(claims.count[0]):
        rule, x, j = claims.where[k, 0], claims.where[k, 1], claims.where[k, 2]
        shares[rule, x] = max(shares[rule, x], claims.agreement[k] * work.portion[rule * _TILE + j])


@jit
def _portions(work: _Work) -> None:
    """What an agreement of 1 with a row is a share of, at most."""
    for j in range(_RULES * _TILE):
        of_all = work.contested[j]
        work.portion[j] = np.reciprocal(of_all) if of_all > 0.0 else _HUGE


@jit
def _keep(claims: _Claims, work: _Work, rule: int, x: int, least: float) -> None:
    """Write down by how much candidate x agrees with the rows of which it may get more than ``least``."""
    claims, work = bare(claims), bare(work)
    for j in range(_TILE):
        agreement = work.agreement[rule * _TILE + j]
        if agreement * work.portion[rule * _TILE + j] > least:
            k = claims.count[0]
            if k < len(claims.agreement):
                claims.where[k, 0], claims.where[k, 1], claims.where[k, 2] = rule, x, j
                claims.agreement[k] = agreement
            claims.count[0] = k + 1


# --- one person and one tile ---------------------------------------------------------------------------


@inlined
def _agree(people: People, tile: _Tile, work: _Work, asked: Asked, i: int, known: int) -> None:
    """Write how much person i agrees with the rows of a tile; ``known`` leading columns are multiplied already."""
    k, p, q, leading_numbers = len(people.leading), people.numbers.shape[1], people.others.shape[1], people.leading_numbers
    exact, near, width = work.exact, work.near, len(work.root)
    for level in range(known, k + 1):
        for j in range(width):
            exact[level + 1, j] = exact[level, j]
            near[level + 1, j] = near[level, j]
        # The last level takes all columns that do not lead.
        c = people.leading[level] if level < k else -1
        first, last = (c, c + 1) if 0 <= c < p else (leading_numbers, p)
        if c < p:
            _multiply_numbers(people, tile, work, asked, i, level + 1, first, last)
        first, last = (c - p, c - p + 1) if c >= p else (k - leading_numbers, q)
        if c < 0 or c >= p:
            _multiply_others(people, tile, work, asked, i, level + 1, first, last)
    _turn_round(work, asked, k + 1)


@inlined
def _multiply_numbers(
    people: People, tile: _Tile, work: _Work, asked: Asked, i: int, to: int, first: int, last: int
) -> None:
    """Multiply what person i and the rows of a tile have in common in numbers, two columns in one pass."""
    cells, codes, rank, up, down = people.numbers, tile.codes, tile.rank, tile.up, tile.down
    exact, near, least = work.exact, work.near, asked.least
    for c in range(first, last, 2):
        d = min(c + 1, last - 1)
        is_pair = d > c
        code, other_code = cells[i, c, CODE], cells[i, d, CODE] if is_pair else np.nan
        if asked.rules[0] or asked.rules[2]:
            mine, worth = cells[i, c, RANK], cells[i, c, EXACT]
            other, other_worth = cells[i, d, RANK] if is_pair else -FAR, cells[i, d, EXACT]
            for j in range(_TILE):
                left = abs(mine - rank[c, j]) + least
                left = left if left < 1.0 else 1.0
                left = worth if codes[c, j] == code else left
                right = abs(other - rank[d, j]) + least
                right = right if right < 1.0 else 1.0
                right = other_worth if codes[d, j] == other_code else right
                exact[to, j] *= left * right
        if asked.rules[1] or asked.rules[2]:
            rise, fall = cells[i, c, UP], cells[i, c, DOWN]
            climb, drop = (cells[i, d, UP], cells[i, d, DOWN]) if is_pair else (0.0, 0.0)
            for j in range(_TILE):
                high, low = rise * down[c, j], fall * up[c, j]
                left = high if high < low else low
                high, low = climb * down[d, j], drop * up[d, j]
                right = high if high < low else low
                near[to, j] *= (1.0 + left) * (1.0 + right)
            for e in range(c, d + 1):
                # Two missing numbers are equal, whatever the rule; seldom enough for a pass of their own.
                if cells[i, e, RANK] < 0.0:
                    code, worth = cells[i, e, CODE], cells[i, e, NEAR]
                    for j in range(_TILE):
                        near[to, j] *= worth if codes[e, j] == code else 1.0


@inlined
def _multiply_others(
    people: People, tile: _Tile, work: _Work, asked: Asked, i: int, to: int, first: int, last: int
) -> None:
    """Multiply what person i and the rows of a tile have in common in other columns, four in one pass."""
    cells, codes, exact, near, end = people.others, tile.other_codes, work.exact, work.near, last - 1
    for a in range(first, last, 4):
        b, c, d = min(a + 1, end), min(a + 2, end), min(a + 3, end)
        # A column must not count twice.
        code_a, code_b = cells[i, a, CODE], cells[i, b, CODE] if a < b else np.nan
        code_c, code_d = cells[i, c, CODE] if b < c else np.nan, cells[i, d, CODE] if c < d else np.nan
        exact_a, exact_b, exact_c, exact_d = (
            cells[i, a, EXACT],
            cells[i, b, EXACT],
            cells[i, c, EXACT],
            cells[i, d, EXACT],
        )
        near_a, near_b, near_c, near_d = cells[i, a, NEAR], cells[i, b, NEAR], cells[i, c, NEAR], cells[i, d, NEAR]
        # For both rules at once, whichever is asked: to compare takes longest.
        for j in range(_TILE):
            in_a, in_b = codes[a, j] == code_a, codes[b, j] == code_b
            in_c, in_d = codes[c, j] == code_c, codes[d, j] == code_d
            left, right = exact[to, j] * (exact_a if in_a else 1.0), exact_b if in_b else 1.0
            exact[to, j] = left * right * (exact_c if in_c else 1.0) * (exact_d if in_d else 1.0)
            left, right = near[to, j] * (near_a if in_a else 1.0), near_b if in_b else 1.0
            near[to, j] = left * right * (near_c if in_c else 1.0) * (near_d if in_d else 1.0)


@inlined
def _turn_round(work: _Work, asked: Asked, level: int) -> None:
    """Write exp M by rule."""
    exact, near, agreement, root, bits = work.exact, work.near, work.agreement, work.root, work.bits
    width = len(root)
    if not asked.rules[2]:
        for j in range(width):
            agreement[j] = np.reciprocal(exact[level, j])
            agreement[_TILE + j] = near[level, j]
        return
    # Of near / exact the root is asked, and of exact the inverse: both follow from 1 / sqrt(near exact), which takes
    # half as long by multiplications as a division and a root do.
    for j in range(width):
        product = exact[level, j] * near[level, j]
        root[j] = product
        agreement[j] = product
    for j in range(width):
        bits[j] = _GUESS - (bits[j] >> 1)
    for j in range(width):
        x, guess, by_near = agreement[j], root[j], near[level, j]
        off = x * guess * guess
        guess *= 1.875 + off * (0.375 * off - 1.25)
        guess *= 1.5 - 0.5 * x * guess * guess
        guess *= 1.5 - 0.5 * x * guess * guess
        both = by_near * guess
        agreement[j] = both * guess
        agreement[_TILE + j] = by_near
        agreement[2 * _TILE + j] = both


@inlined
def _leave_out(work: _Work, x: int, frame: tuple[int, int]) -> None:
    """Let nobody agree with their own row, nor with what fills up the tile."""
    at_self, width = frame
    for rule in range(_RULES):
        for j in range(width, _TILE):
            work.agreement[rule * _TILE + j] = 0.0
        if 0 <= x - at_self < width:
            work.agreement[rule * _TILE + x - at_self] = 0.0


@inlined
def _added(work: _Work, first: int) -> float:
    """The sum over the tile, in halves, each of a length that is known beforehand."""
    agreement, lanes = work.agreement, work.lanes
    for j in range(len(lanes)):
        lanes[j] = agreement[first + j] + agreement[first + j + 32]
    for j in range(16):
        lanes[j] += lanes[j + 16]
    for j in range(8):
        lanes[j] += lanes[j + 8]
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))


@inlined
def _largest(work: _Work, first: int) -> float:
    """The largest share of a row of the tile; likewise."""
    agreement, portion, lanes = work.agreement, work.portion, work.lanes
    for j in range(len(lanes)):
        left = agreement[first + j] * portion[first + j]
        right = agreement[first + j + 32] * portion[first + j + 32]
        lanes[j] = left if left > right else right
    for j in range(16):
        lanes[j] = lanes[j] if lanes[j] > lanes[j + 16] else lanes[j + 16]
    for j in range(8):
        lanes[j] = lanes[j] if lanes[j] > lanes[j + 8] else lanes[j + 8]
    left, right = max(lanes[0], lanes[1]), max(lanes[2], lanes[3])
    return max(max(left, right), max(max(lanes[4], lanes[5]), max(lanes[6], lanes[7])))
