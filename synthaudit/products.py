"""Agreement as a product: every column multiplies what it is worth, so no logarithm is looked up in the inner loop.

``exp M(x, t)`` of ``agreement.py`` is a product over columns. A rank difference enters the rule ``surprisal`` as it is,
and the rule ``tolerant`` as ``exp(-|u_x - u_t| / b)``, the smaller of ``exp(u_x / b) exp(-u_t / b)`` and its inverse:
both are arithmetic on numbers that are known beforehand, which a processor does for several rows at once. The product
fits a float64 as long as M stays below :data:`LARGEST`; wider tables are added up in logarithms.
"""

from typing import NamedTuple

import numpy as np

from synthaudit.compiled import jit
from synthaudit.types import CodeArray, FloatArray

LARGEST = 600.0
"""Nats up to which a product, and a sum of many, is a float64."""
_TILE = 64
"""Rows whose agreement with everybody is in memory at a time; a power of two."""
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
    sums, shares = np.zeros((3, n)), np.zeros((3, n))
    n_kept = n_people if compete else 1
    exact, near = np.ones((n_kept, _TILE)), np.ones((n_kept, _TILE))
    gain = (1.0 - error) / (2.0 * bandwidth * error)
    contested = np.empty((3, _TILE))
    spare = np.empty(_TILE)
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
            at = i if compete else 0
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
            for c in range(p):
                code = people.number_codes[c, i]
                code = code if code >= 0 else _NOBODY
                mine = people.rank[c, i]
                if mine < 0.0:
                    value, other = people.number_exact[c, i], people.number_near[c, i]
                    for j in range(_TILE):
                        exact[at, j] *= value if number_codes[c, j] == code else 1.0
                    for j in range(_TILE):
                        near[at, j] *= other if number_codes[c, j] == code else 1.0
                    continue
                if with_exact:
                    value = people.number_exact[c, i]
                    for j in range(_TILE):
                        apart = 2.0 * abs(mine - rank[c, j]) + least
                        apart = apart if apart < 1.0 else 1.0
                        exact[at, j] *= value if number_codes[c, j] == code else apart
                if with_near:
                    rise, fall = people.up[c, i], people.down[c, i]
                    for j in range(_TILE):
                        high, low = rise * row_down[c, j], fall * row_up[c, j]
                        near[at, j] *= 1.0 + gain * (high if high < low else low)
            for j in range(_TILE):
                exact[at, j] = 1.0 / exact[at, j]
            for j in range(size, _TILE):
                exact[at, j] = 0.0
                near[at, j] = 0.0
            if first_self >= 0 and start <= i - first_self < start + size:
                exact[at, i - first_self - start] = 0.0
                near[at, i - first_self - start] = 0.0
            for rule in range(3):
                if not wanted[rule]:
                    continue
                _worth(rule, at, exact, near, spare)
                if compete:
                    for j in range(_TILE):
                        contested[rule, j] += spare[j]
                if i < n:
                    # Halves onto halves: the order of a sum is fixed, and several are added at once.
                    half = _TILE // 2
                    while half > 0:
                        for j in range(half):
                            spare[j] += spare[j + half]
                        half //= 2
                    sums[rule, i] += spare[0]
        if not compete:
            continue
        for rule in range(3):
            if not wanted[rule]:
                continue
            for j in range(_TILE):
                contested[rule, j] = 1.0 / contested[rule, j] if contested[rule, j] > 0.0 else 0.0
            for i in range(n):
                _worth(rule, i, exact, near, spare)
                for j in range(_TILE):
                    spare[j] *= contested[rule, j]
                half = _TILE // 2
                while half > 0:
                    for j in range(half):
                        spare[j] = spare[j] if spare[j] > spare[j + half] else spare[j + half]
                    half //= 2
                if spare[0] > shares[rule, i]:
                    shares[rule, i] = spare[0]
    return sums, shares


@jit
def _worth(rule: int, i: int, exact: FloatArray, near: FloatArray, out: FloatArray) -> None:
    if rule == 0:
        for j in range(_TILE):
            out[j] = exact[i, j]
    elif rule == 1:
        for j in range(_TILE):
            out[j] = near[i, j]
    else:
        for j in range(_TILE):
            out[j] = np.sqrt(exact[i, j] * near[i, j])
