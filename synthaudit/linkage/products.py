"""Agreement as a product: every column multiplies what it is worth, so no logarithm is looked up in the inner loop.

``exp M(x, t)`` of ``agreement.py`` is a product over columns. A rank difference enters the rule ``surprisal`` as it is,
and the rule ``tolerant`` as ``exp(-|u_x - u_t| / b)``, the smaller of ``exp(u_x / b) exp(-u_t / b)`` and its inverse:
both are arithmetic on numbers that are known beforehand, which a processor does for several rows at once. The product
fits a float64 as long as M stays below :data:`LARGEST`; wider tables are added up in logarithms.

Everything in a loop is a float64, codes too: lanes of one width are what a compiler makes vectors of. Loops over the
rows of a tile stand by themselves and change one array in place, for the same reason; where they do so little that they
would be written out, number by number, their length is read from an array.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.linkage.people import CODE, DOWN, EXACT, FAR, NEAR, RANK, UP, People
from synthaudit.linkage.tiles import TILE, TILES, RowFactors, Tiles, empty_tiles, fill
from synthaudit.runtime.jit import bare, inlined, jit, wide
from synthaudit.types import FloatArray, IntArray

LARGEST = 600.0
"""Nats up to which a product, and a sum of many, is a float64."""
_LANES = 8
_RULES = 3
_HUGE = 1e300
_BLOCK = 256
"""People in a block."""
_KEPT = 4
"""Claims that may be kept back for each candidate, on average, until the rows of all tiles have met everybody."""
_SLACK = 1.0 - 1e-9
"""A claim is looked at if it may be as large as this share of the largest one so far."""
_GUESS = np.int64(0x5FE6EB50C7B537A9)
"""Less half of the bits of x, the bits of ``1 / sqrt(x)`` but for 3.5 % (Lomont 2003)."""


class Asked(NamedTuple):
    """By which rules agreement is summed, by which of them people compete for every row, and how."""

    rules: tuple[bool, bool, bool]
    claims: tuple[bool, bool, bool]
    least: float
    """The smallest rank difference that counts."""
    bandwidth: float
    """b of the rule ``tolerant``."""


class _Work(NamedTuple):
    """How much one person agrees with the rows of a tile, and everybody."""

    exact: FloatArray
    """(k + 2, 128) products by ``surprisal``, of no, one, ... leading columns, then of all: 1 / exp M."""
    near: FloatArray
    """(k + 2, 128) by ``tolerant``, exp M."""
    agreement: FloatArray
    """(3 * 128,) exp M by rule; in one row, so that it is known beforehand how far apart the rules are."""
    root: FloatArray
    """(128,)"""
    bits: IntArray
    """(128,) those of ``root``."""
    contested: FloatArray
    """(tiles * 3, 128) sum of exp M over everybody so far."""
    portion: FloatArray
    """(tiles * 3, 128) its inverse, at last or a while ago, when it was larger."""
    lanes: FloatArray
    """(3 * 8,)"""


class _Claims(NamedTuple):
    """Claims that may turn out to be somebody's largest, once it is known who else competes."""

    where: IntArray
    """(size, 4) rule, candidate, and place in ``portion``."""
    agreement: FloatArray
    """(size,)"""
    needed: IntArray
    """(1,) how many there are, or would be if there were room."""


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
        The largest share of any row that each candidate has got so far, by rule, in the order of ``people``; brought
        up to date.
    first_self : int
        Candidate i is row i - first_self and does not meet it; -1 for none.

    Returns
    -------
    (3, n) sums, by rule, in the order of ``people``.
    """
    p, q, m = len(rows.codes), len(rows.other_codes), max(rows.codes.shape[1], rows.other_codes.shape[1])
    n, levels, root = shares.shape[1], len(people.leading) + 2, np.ones(TILE)
    tiles = empty_tiles(p, q)
    work = _Work(
        np.ones((levels, TILE)),
        np.ones((levels, TILE)),
        np.zeros(_RULES * TILE),
        root,
        root.view(np.int64),
        np.zeros((TILES * _RULES, TILE)),
        np.zeros((TILES * _RULES, TILE)),
        np.zeros(_RULES * _LANES),
    )
    size = _KEPT * n + TILE if asked.claims[0] or asked.claims[1] or asked.claims[2] else 1
    claims = _Claims(np.zeros((size, 4), dtype=np.int64), np.zeros(size), np.zeros(1, dtype=np.int64))
    sums, start = np.zeros((_RULES, n)), 0
    while start < m:
        # Before anybody has claimed anything, all claims are kept back: of one tile at first.
        width = min(TILE if start == 0 else TILES * TILE, m - start)
        for g in range(-(-width // TILE)):
            fill(tiles, rows, g, start + g * TILE, asked.bandwidth)
        at_self = first_self + start if first_self >= 0 else len(people.place)
        _meet(people, tiles, work, asked, (at_self, width), sums, shares, claims)
        start += width
    return sums


@jit
def _meet(
    people: People,
    tiles: Tiles,
    work: _Work,
    asked: Asked,
    frame: tuple[int, int],
    sums: FloatArray,
    shares: FloatArray,
    claims: _Claims,
) -> None:
    """Let everybody agree with the rows of some tiles, add up, and let candidates keep the largest share of a row."""
    wide()
    people, tiles, work, claims, n = bare(people), bare(tiles), bare(work), bare(claims), shares.shape[1]
    sums, shares, contested, agreement = bare(sums), bare(shares), work.contested, work.agreement
    at_self, width = frame
    n_people, n_tiles = len(people.place), -(-width // TILE)
    first = n_people - n
    claims.needed[0], contested[:] = 0, 0.0
    for is_again in (False, True):
        begin, end = 0, n_people
        if is_again:
            # Candidates of the first block, before whom nobody had met the rows; all of them, where more claims had to
            # be kept back than there is room for.
            begin, end = first, n_people if claims.needed[0] > len(claims.agreement) else min(_BLOCK, n_people)
        for start in range(begin, end, _BLOCK):
            for g in range(n_tiles):
                _portions(work, g)
                for i in range(start, min(start + _BLOCK, end)):
                    _agree(people, tiles, work, asked, i, people.shared[i] if i > start else 0, g)
                    _leave_out(work, people.place[i] - at_self - g * TILE, width - g * TILE)
                    if i >= first and not is_again:
                        _add(sums, i - first, work)
                    for rule in range(_RULES):
                        here = rule * TILE
                        if asked.claims[rule] and not is_again:
                            for j in range(len(work.root)):
                                contested[g * _RULES + rule, j] += agreement[here + j]
                        if i >= first and asked.claims[rule] and (is_again or i >= _BLOCK):
                            share = _largest(work, rule, g)
                            if is_again:
                                shares[rule, i - first] = max(shares[rule, i - first], share)
                            elif share > _SLACK * shares[rule, i - first]:
                                _keep(claims, work, rule, i - first, _SLACK * shares[rule, i - first], g)
    _settle(claims, work, shares, n_tiles)


@jit
def _settle(claims: _Claims, work: _Work, shares: FloatArray, n_tiles: int) -> None:
    """Make the claims that were kept back, now that everybody has met the rows of the tiles."""
    if claims.needed[0] > len(claims.agreement):
        return
    for g in range(n_tiles):
        _portions(work, g)
    for k in range(claims.needed[0]):
        rule, x, line, j = claims.where[k, 0], claims.where[k, 1], claims.where[k, 2], claims.where[k, 3]
        shares[rule, x] = max(shares[rule, x], claims.agreement[k] * work.portion[line, j])


@jit
def _portions(work: _Work, g: int) -> None:
    """Of the rows of tile g, the share that an agreement of 1 is, at most."""
    for line in range(g * _RULES, (g + 1) * _RULES):
        for j in range(TILE):
            of_all = work.contested[line, j]
            work.portion[line, j] = np.reciprocal(of_all) if of_all > 0.0 else _HUGE


@jit
def _keep(claims: _Claims, work: _Work, rule: int, x: int, least: float, g: int) -> None:
    """Write down by how much candidate x agrees with the rows of tile g of which it may get more than ``least``."""
    claims, work = bare(claims), bare(work)
    for j in range(TILE):
        agreement = work.agreement[rule * TILE + j]
        if agreement * work.portion[g * _RULES + rule, j] > least:
            k = claims.needed[0]
            if k < len(claims.agreement):
                claims.where[k, 0], claims.where[k, 1], claims.where[k, 2] = rule, x, g * _RULES + rule
                claims.where[k, 3] = j
                claims.agreement[k] = agreement
            claims.needed[0] = k + 1


# --- one person and one tile ---------------------------------------------------------------------------


@inlined
def _agree(people: People, tiles: Tiles, work: _Work, asked: Asked, i: int, known: int, g: int) -> None:
    """Write how much person i agrees with the rows of tile g; ``known`` leading columns are multiplied already."""
    p, q, k, n_leading = people.numbers.shape[1], people.others.shape[1], len(people.leading), people.leading_numbers
    exact, near, width = work.exact, work.near, len(work.root)
    for level in range(known, k + 1):
        for j in range(width):
            exact[level + 1, j] = exact[level, j]
            near[level + 1, j] = near[level, j]
        # The last level takes all columns that do not lead.
        c = people.leading[level] if level < k else -1
        first, last = (c, c + 1) if 0 <= c < p else (n_leading, p)
        if c < p:
            _multiply_numbers(people, tiles, work, (asked, g), i, level + 1, first, last)
        first, last = (c - p, c - p + 1) if c >= p else (k - n_leading, q)
        if c < 0 or c >= p:
            _multiply_others(people, tiles, work, (asked, g), i, level + 1, first, last)
    _turn_round(work, asked, k + 1)


@inlined
def _multiply_numbers(
    people: People, tiles: Tiles, work: _Work, how: tuple[Asked, int], i: int, to: int, first: int, last: int
) -> None:
    """Multiply what person i and the rows of a tile have in common in numbers, two columns in one pass."""
    cells, codes, rank, up, down = people.numbers, tiles.codes, tiles.rank, tiles.up, tiles.down
    (asked, g), exact, near, p = how, work.exact, work.near, people.numbers.shape[1]
    least = asked.least
    for c in range(first, last, 2):
        d = min(c + 1, last - 1)
        is_pair, here, there = d > c, g * p + c, g * p + d
        code, other_code = cells[i, c, CODE], cells[i, d, CODE] if is_pair else np.nan
        if asked.rules[0] or asked.rules[2]:
            mine, worth = cells[i, c, RANK], cells[i, c, EXACT]
            other, other_worth = cells[i, d, RANK] if is_pair else -FAR, cells[i, d, EXACT]
            for j in range(TILE):
                left = abs(mine - rank[here, j]) + least
                left = left if left < 1.0 else 1.0
                left = worth if codes[here, j] == code else left
                right = abs(other - rank[there, j]) + least
                right = right if right < 1.0 else 1.0
                right = other_worth if codes[there, j] == other_code else right
                exact[to, j] *= left * right
        if asked.rules[1] or asked.rules[2]:
            rise, fall = cells[i, c, UP], cells[i, c, DOWN]
            climb, drop = (cells[i, d, UP], cells[i, d, DOWN]) if is_pair else (0.0, 0.0)
            for j in range(TILE):
                high, low = rise * down[here, j], fall * up[here, j]
                left = high if high < low else low
                high, low = climb * down[there, j], drop * up[there, j]
                right = high if high < low else low
                near[to, j] *= (1.0 + left) * (1.0 + right)
            for e in range(c, d + 1):
                # Two missing numbers are equal, whatever the rule; seldom enough for a pass of their own.
                if cells[i, e, RANK] < 0.0:
                    code, worth = cells[i, e, CODE], cells[i, e, NEAR]
                    for j in range(TILE):
                        near[to, j] *= worth if codes[g * p + e, j] == code else 1.0


@inlined
def _multiply_others(
    people: People, tiles: Tiles, work: _Work, how: tuple[Asked, int], i: int, to: int, first: int, last: int
) -> None:
    """Multiply what person i and the rows of a tile have in common in other columns, four in one pass."""
    cells, codes, exact, near, end = people.others, tiles.other_codes, work.exact, work.near, last - 1
    at = how[1] * people.others.shape[1]
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
        for j in range(TILE):
            in_a, in_b = codes[at + a, j] == code_a, codes[at + b, j] == code_b
            in_c, in_d = codes[at + c, j] == code_c, codes[at + d, j] == code_d
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
            agreement[TILE + j] = near[level, j]
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
        agreement[TILE + j] = by_near
        agreement[2 * TILE + j] = both


@inlined
def _leave_out(work: _Work, itself: int, width: int) -> None:
    """Let nobody agree with their own row, nor with what fills up the tile."""
    for rule in range(_RULES):
        for j in range(width, TILE):
            work.agreement[rule * TILE + j] = 0.0
        if 0 <= itself < min(width, TILE):
            work.agreement[rule * TILE + itself] = 0.0


@inlined
def _add(sums: FloatArray, x: int, work: _Work) -> None:
    """Add the rows of the tile to the sums of candidate x: those of every lane first, all rules at once."""
    agreement, lanes = work.agreement, work.lanes
    for j in range(len(lanes) // _RULES):
        lanes[j] = _in_lane(agreement, j) + _in_lane(agreement, j + 64)
        lanes[j + _LANES] = _in_lane(agreement, j + TILE) + _in_lane(agreement, j + TILE + 64)
        lanes[j + 2 * _LANES] = _in_lane(agreement, j + 2 * TILE) + _in_lane(agreement, j + 2 * TILE + 64)
    for rule in range(_RULES):
        k = rule * _LANES
        left, right = (lanes[k] + lanes[k + 4]) + (lanes[k + 2] + lanes[k + 6]), lanes[k + 1] + lanes[k + 5]
        sums[rule, x] += left + (right + (lanes[k + 3] + lanes[k + 7]))


@inlined
def _in_lane(agreement: FloatArray, a: int) -> float:
    left = (agreement[a] + agreement[a + 8]) + (agreement[a + 16] + agreement[a + 24])
    return float(left + ((agreement[a + 32] + agreement[a + 40]) + (agreement[a + 48] + agreement[a + 56])))


@inlined
def _largest(work: _Work, rule: int, g: int) -> float:
    """The largest share of a row of tile g; likewise."""
    agreement, portion, lanes, a, line = work.agreement, work.portion, work.lanes, rule * TILE, g * _RULES + rule
    for j in range(len(lanes) // _RULES):
        low = _largest_in_lane(agreement, portion, line, a, j)
        high = _largest_in_lane(agreement, portion, line, a, j + 64)
        lanes[j] = max(low, high)
    most = max(max(lanes[0], lanes[1]), max(lanes[2], lanes[3]))
    return float(max(most, max(max(lanes[4], lanes[5]), max(lanes[6], lanes[7]))))


@inlined
def _largest_in_lane(agreement: FloatArray, portion: FloatArray, line: int, a: int, j: int) -> float:
    left = max(agreement[a + j] * portion[line, j], agreement[a + j + 8] * portion[line, j + 8])
    right = max(agreement[a + j + 16] * portion[line, j + 16], agreement[a + j + 24] * portion[line, j + 24])
    most = max(left, right)
    left = max(agreement[a + j + 32] * portion[line, j + 32], agreement[a + j + 40] * portion[line, j + 40])
    right = max(agreement[a + j + 48] * portion[line, j + 48], agreement[a + j + 56] * portion[line, j + 56])
    return float(max(most, max(left, right)))
