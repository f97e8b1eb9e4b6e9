"""Agreement as a product: every column multiplies what it is worth, so no logarithm is looked up in the inner loop.

``exp M(x, t)`` of ``agreement.py`` is a product over columns. A rank difference enters the rule ``surprisal`` as it is,
and the rule ``tolerant`` as ``exp(-|u_x - u_t| / b)``, the smaller of ``exp(u_x / b) exp(-u_t / b)`` and its inverse:
both are arithmetic on numbers that are known beforehand, which a processor does for several rows at once. The product
fits a float64 as long as M stays below :data:`LARGEST`; wider tables are added up in logarithms.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.runtime.jit import jit
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


@jit
def agree_by_products(
    people: Factors,
    row_codes: CodeArray,
    row_number_codes: CodeArray,
    row_rank: FloatArray,
    n: int,
    least: float,
    error: float,
    bandwidth: float,
    wanted: tuple[bool, bool, bool],
    compete: bool,
    first_self: int,
) -> tuple[FloatArray, FloatArray]:
    """Sums of ``exp M`` over some rows, and the largest share of a row that each of the first n people gets.

    Parameters
    ----------
    people : Factors
        n candidates, then their rivals.
    row_codes, row_number_codes, row_rank
        (q, m) codes, (p, m) codes and mid-ranks of the rows, -1 where missing.
    least : float
        The smallest rank difference that counts, 1 / n_R.
    error, bandwidth : float
        e and b of the rule ``tolerant``.
    wanted : tuple of bool
        Whether to sum by ``surprisal``, ``tolerant``, ``blended``.
    first_self : int
        Person i is row i - first_self and does not meet it; -1 for none.

    Returns
    -------
    (3, n) sums and (3, n) shares, by rule.
    """
    q, n_people = people.codes.shape
    p = people.rank.shape[0]
    n_people = max(n_people, people.rank.shape[1])
    m = max(row_codes.shape[1], row_rank.shape[1])
    # Every lane of a register has a sum and a maximum of its own.
    sums, shares = np.zeros((3, n, _LANES)), np.zeros((3, n, _LANES))
    # Of rivals nobody asks again what they agree with.
    n_kept = n + 1 if compete else 1
    exact, near = np.ones((n_kept, _TILE)), np.ones((n_kept, _TILE))
    gain = (1.0 - error) / (2.0 * bandwidth * error)
    contested = np.zeros((3, _TILE))
    both = np.zeros(_TILE)
    with_exact, with_near = wanted[0] or wanted[2], wanted[1] or wanted[2]
    codes, number_codes = np.empty((q, _TILE), dtype=np.int32), np.empty((p, _TILE), dtype=np.int32)
    rank, row_up, row_down = np.empty((p, _TILE)), np.empty((p, _TILE)), np.empty((p, _TILE))
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        codes[:, :size] = row_codes[:, start : start + size]
        number_codes[:, :size] = row_number_codes[:, start : start + size]
        for c in range(p):
            for j in range(size):
                value = row_rank[c, start + j]
                # A missing number is too far from every rank to be worth anything.
                rank[c, j] = value if value >= 0.0 else _FAR
                row_up[c, j] = np.exp(value / bandwidth) if value >= 0.0 else 0.0
                row_down[c, j] = np.exp(-value / bandwidth) if value >= 0.0 else 0.0
        contested[:] = 0.0
        for i in range(n_people):
            at = min(i, n) if compete else 0
            # Whole arrays are indexed, not their rows: every row taken from an array counts references to it.
            for j in range(_TILE):
                exact[at, j] = 1.0
                near[at, j] = 1.0
            c = 0
            while c < q:
                # Two columns in one pass: every product is read and written once for both.
                d = min(c + 1, q - 1)
                one, two = people.codes[c, i], people.codes[d, i]
                # Unseen values share a code and are still not equal; a column must not count twice.
                one = one if one >= 0 else _NOBODY
                two = two if two >= 0 and d > c else _NOBODY
                if with_exact:
                    first, second = people.exact[c, i], people.exact[d, i]
                    for j in range(_TILE):
                        left = first if codes[c, j] == one else 1.0
                        right = second if codes[d, j] == two else 1.0
                        exact[at, j] *= left * right
                if with_near:
                    first, second = people.near[c, i], people.near[d, i]
                    for j in range(_TILE):
                        left = first if codes[c, j] == one else 1.0
                        right = second if codes[d, j] == two else 1.0
                        near[at, j] *= left * right
                c += 2
            c = 0
            while c < p:
                d = min(c + 1, p - 1)
                mine, other = people.rank[c, i], people.rank[d, i] if d > c else -1.0
                if with_exact:
                    one, two = people.number_codes[c, i], people.number_codes[d, i]
                    one = one if one >= 0 else _NOBODY
                    two = two if two >= 0 and d > c else _NOBODY
                    first, second = people.number_exact[c, i], people.number_exact[d, i]
                    mine, other = mine if mine >= 0.0 else -_FAR, other if other >= 0.0 else -_FAR
                    for j in range(_TILE):
                        left = 2.0 * abs(mine - rank[c, j]) + least
                        left = left if left < 1.0 else 1.0
                        right = 2.0 * abs(other - rank[d, j]) + least
                        right = right if right < 1.0 else 1.0
                        left = first if number_codes[c, j] == one else left
                        right = second if number_codes[d, j] == two else right
                        exact[at, j] *= left * right
                if with_near:
                    rise, fall = (people.up[c, i], people.down[c, i]) if mine >= 0.0 else (0.0, 0.0)
                    climb, drop = (people.up[d, i], people.down[d, i]) if other >= 0.0 else (0.0, 0.0)
                    for j in range(_TILE):
                        high, low = rise * row_down[c, j], fall * row_up[c, j]
                        left = high if high < low else low
                        high, low = climb * row_down[d, j], drop * row_up[d, j]
                        right = high if high < low else low
                        near[at, j] *= (1.0 + gain * left) * (1.0 + gain * right)
                c += 2
            for c in range(p):
                # Two missing numbers are equal, whatever the rule; seldom enough for a pass of their own.
                if with_near and people.rank[c, i] < 0.0 and people.number_codes[c, i] >= 0:
                    code, value = people.number_codes[c, i], people.number_near[c, i]
                    for j in range(_TILE):
                        near[at, j] *= value if number_codes[c, j] == code else 1.0
            for j in range(_TILE):
                exact[at, j] = 1.0 / exact[at, j]
            for j in range(size, _TILE):
                exact[at, j] = 0.0
                near[at, j] = 0.0
            if first_self >= 0 and start <= i - first_self < start + size:
                exact[at, i - first_self - start] = 0.0
                near[at, i - first_self - start] = 0.0
            if wanted[2]:
                for j in range(_TILE):
                    both[j] = np.sqrt(exact[at, j] * near[at, j])
            if compete:
                for j in range(_TILE):
                    contested[0, j] += exact[at, j]
                    contested[1, j] += near[at, j]
                if wanted[2]:
                    for j in range(_TILE):
                        contested[2, j] += both[j]
            if i < n:
                for block in range(0, _TILE, _LANES):
                    for lane in range(_LANES):
                        sums[0, i, lane] += exact[at, block + lane]
                        sums[1, i, lane] += near[at, block + lane]
                if wanted[2]:
                    for block in range(0, _TILE, _LANES):
                        for lane in range(_LANES):
                            sums[2, i, lane] += both[block + lane]
        if not compete:
            continue
        for rule in range(3):
            for j in range(_TILE):
                contested[rule, j] = 1.0 / contested[rule, j] if contested[rule, j] > 0.0 else 0.0
        for i in range(n):
            for block in range(0, _TILE, _LANES):
                for lane in range(_LANES):
                    share = exact[i, block + lane] * contested[0, block + lane]
                    shares[0, i, lane] = share if share > shares[0, i, lane] else shares[0, i, lane]
                    share = near[i, block + lane] * contested[1, block + lane]
                    shares[1, i, lane] = share if share > shares[1, i, lane] else shares[1, i, lane]
            if wanted[2]:
                for j in range(_TILE):
                    both[j] = np.sqrt(exact[i, j] * near[i, j]) * contested[2, j]
                for block in range(0, _TILE, _LANES):
                    for lane in range(_LANES):
                        share = both[block + lane]
                        shares[2, i, lane] = share if share > shares[2, i, lane] else shares[2, i, lane]
    return _added(sums), _largest(shares)


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
