"""Agreement as a sum of logarithms, for tables whose products would leave the range of a float64."""

import numpy as np

from synthaudit.runtime.jit import jit
from synthaudit.types import CodeArray, FloatArray

_TILE = 64
"""Rows of the table whose agreement with everybody is in memory at a time."""
_NEGLIGIBLE = 30.0
"""Terms of a log-sum this far below the largest change no digit that matters."""


@jit
def agree_by_logarithms(
    codes: CodeArray,
    number_codes: CodeArray,
    ranks: CodeArray,
    weight: FloatArray,
    number_weight: FloatArray,
    row_codes: CodeArray,
    row_number_codes: CodeArray,
    row_ranks: CodeArray,
    worth: FloatArray,
    n: int,
    first_self: int,
    compete: bool,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Running maximum, sum of exponentials above it, and largest log-share of the first n people over some rows."""
    n_people = number_codes.shape[1] if number_codes.shape[0] else codes.shape[1]
    m = row_number_codes.shape[1] if row_number_codes.shape[0] else row_codes.shape[1]
    top = np.full(n, -np.inf)
    total = np.zeros(n)
    claim = np.full(n, -np.inf)
    agreement = np.empty((n_people, _TILE))
    highest = np.empty(_TILE)
    contested = np.empty(_TILE)
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        for i in range(n_people):
            found = agreement[i]
            found[:] = 0.0
            for c in range(codes.shape[0]):
                code = codes[c, i]
                if code >= 0:
                    value = weight[c, i]
                    row = row_codes[c, start : start + size]
                    for j in range(size):
                        found[j] += value if row[j] == code else 0.0
            for c in range(number_codes.shape[0]):
                # Unseen numbers share a code and are still not equal.
                code = number_codes[c, i] if number_codes[c, i] >= 0 else np.int32(-2)
                value = number_weight[c, i]
                row = row_number_codes[c, start : start + size]
                if ranks[c, i] < 0:
                    for j in range(size):
                        found[j] += value if row[j] == code else 0.0
                    continue
                rank = ranks[c, i]
                row_rank = row_ranks[c, start : start + size]
                for j in range(size):
                    # Unsigned, so that no time goes into looking for negative positions.
                    found[j] += value if row[j] == code else worth[np.uint32(abs(rank - row_rank[j]))]
            if first_self >= 0 and start <= i - first_self < start + size:
                found[i - first_self - start] = -np.inf
        for i in range(n):
            found = agreement[i]
            peak = top[i]
            for j in range(size):
                if found[j] > peak:
                    peak = found[j]
            if peak == -np.inf:
                continue
            added = total[i] * np.exp(top[i] - peak) if total[i] > 0.0 else 0.0
            for j in range(size):
                if found[j] > peak - _NEGLIGIBLE:
                    added += np.exp(found[j] - peak)
            top[i] = peak
            total[i] = added
        if compete:
            highest[:] = -np.inf
            contested[:] = 0.0
            for i in range(n_people):
                for j in range(size):
                    if agreement[i, j] > highest[j]:
                        highest[j] = agreement[i, j]
            for i in range(n_people):
                for j in range(size):
                    if agreement[i, j] > highest[j] - _NEGLIGIBLE:
                        contested[j] += np.exp(agreement[i, j] - highest[j])
            for j in range(size):
                contested[j] = highest[j] + np.log(contested[j])
            for i in range(n):
                for j in range(size):
                    share = agreement[i, j] - contested[j]
                    if share > claim[i]:
                        claim[i] = share
    return top, total, claim
