"""Agreement as a sum of logarithms, for tables whose products would leave the range of a float64."""

from typing import NamedTuple

import numpy as np

from synthaudit.runtime.jit import bare, jit
from synthaudit.types import CodeArray, FloatArray

_TILE = 64
"""Rows of the table whose agreement with everybody is in memory at a time."""
_NEGLIGIBLE = 30.0
"""Terms of a log-sum this far below the largest change no digit that matters."""
_NOBODY = np.int32(-2)


class Columns(NamedTuple):
    """People, or rows, column by column."""

    codes: CodeArray
    """(q, n) of the columns that are no numbers."""
    number_codes: CodeArray
    """(p, n)"""
    ranks: CodeArray
    """(p, n) doubled mid-ranks; negative where missing."""


class Weights(NamedTuple):
    """What agreement is worth, in nats."""

    equal: FloatArray
    """(q, n) of the columns that are no numbers, where the codes are the same."""
    equal_number: FloatArray
    """(p, n)"""
    apart: FloatArray
    """By the difference of doubled ranks, of numbers that differ."""


@jit
def agree_by_logarithms(
    people: Columns, weights: Weights, rows: Columns, n: int, first_self: int, compete: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Running maximum, sum of exponentials above it, and largest log-share of the first n people over some rows."""
    n_people = max(people.codes.shape[1], people.number_codes.shape[1])
    m = max(rows.codes.shape[1], rows.number_codes.shape[1])
    top, total, claim = np.full(n, -np.inf), np.zeros(n), np.full(n, -np.inf)
    agreement = np.empty((n_people, _TILE))
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        _agree(agreement, people, weights, rows, start, size, first_self)
        _add(top, total, agreement, size)
        if compete:
            _claim(claim, agreement, size)
    return top, total, claim


@jit
def _agree(
    agreement: FloatArray, people: Columns, weights: Weights, rows: Columns, start: int, size: int, first_self: int
) -> None:
    """Write how much everybody agrees with the rows of a tile."""
    agreement, people, weights, rows = bare(agreement), bare(people), bare(weights), bare(rows)
    codes, number_codes, ranks, apart = people.codes, people.number_codes, people.ranks, weights.apart
    for i in range(len(agreement)):
        mine = agreement[i]
        mine[:] = 0.0
        for c in range(codes.shape[0]):
            code = codes[c, i]
            if code >= 0:
                value = weights.equal[c, i]
                row = rows.codes[c, start : start + size]
                for j in range(size):
                    mine[j] += value if row[j] == code else 0.0
        for c in range(number_codes.shape[0]):
            # Unseen numbers share a code and are still not equal.
            code = number_codes[c, i] if number_codes[c, i] >= 0 else _NOBODY
            value = weights.equal_number[c, i]
            row = rows.number_codes[c, start : start + size]
            if ranks[c, i] < 0:
                for j in range(size):
                    mine[j] += value if row[j] == code else 0.0
                continue
            rank = ranks[c, i]
            row_rank = rows.ranks[c, start : start + size]
            for j in range(size):
                # Unsigned, so that no time goes into looking for negative positions.
                mine[j] += value if row[j] == code else apart[np.uint32(abs(rank - row_rank[j]))]
        if first_self >= 0 and start <= i - first_self < start + size:
            mine[i - first_self - start] = -np.inf


@jit
def _add(top: FloatArray, total: FloatArray, agreement: FloatArray, size: int) -> None:
    """Add the rows of a tile to the log-sums."""
    top, total, agreement = bare(top), bare(total), bare(agreement)
    for i in range(len(top)):
        mine = agreement[i]
        peak = top[i]
        for j in range(size):
            if mine[j] > peak:
                peak = mine[j]
        if peak == -np.inf:
            continue
        added = total[i] * np.exp(top[i] - peak) if total[i] > 0.0 else 0.0
        for j in range(size):
            if mine[j] > peak - _NEGLIGIBLE:
                added += np.exp(mine[j] - peak)
        top[i] = peak
        total[i] = added


@jit
def _claim(claim: FloatArray, agreement: FloatArray, size: int) -> None:
    """Let the first people keep the largest log-share of a row of the tile, for which all compete."""
    claim, agreement = bare(claim), bare(agreement)
    highest, contested = np.full(_TILE, -np.inf), np.zeros(_TILE)
    for i in range(len(agreement)):
        for j in range(size):
            if agreement[i, j] > highest[j]:
                highest[j] = agreement[i, j]
    for i in range(len(agreement)):
        for j in range(size):
            if agreement[i, j] > highest[j] - _NEGLIGIBLE:
                contested[j] += np.exp(agreement[i, j] - highest[j])
    for j in range(size):
        contested[j] = highest[j] + np.log(contested[j])
    for i in range(len(claim)):
        for j in range(size):
            share = agreement[i, j] - contested[j]
            if share > claim[i]:
                claim[i] = share
