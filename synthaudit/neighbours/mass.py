"""Kernel sums over all rows of a table: how much of a population lies around each point."""

import numpy as np
from joblib import Parallel, delayed

from synthaudit.neighbours.index import RowIndex
from synthaudit.neighbours.sums import add_up
from synthaudit.runtime.jit import jit
from synthaudit.types import CodeArray, FloatArray, Points

_BLOCK = 256
_TILE = 128
_DEEPEST = 40.0
"""Exponents below the largest that are taken for this: a million of them change no digit that matters."""


def log_kernel_sums(at: Points, rows: Points, bandwidth: float, *, jobs: int = 1) -> FloatArray:
    """``log sum_r exp(-|x - r|_1 / h)`` for every x.

    Parameters
    ----------
    at, rows : Points
        n points x and m >= 1 rows r of the same space.
    bandwidth : float
        h > 0, in units of the distance.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (n,) float64
        Relative error below 1e-10.

    Examples
    --------
    >>> line = Points(numeric=np.array([[0.0], [1.0]]), codes=np.zeros((2, 0), dtype=np.int32))
    >>> np.exp(log_kernel_sums(line, line, 1.0)).round(4).tolist()
    [1.3679, 1.3679]
    """
    least = RowIndex(rows).nearest(at, 1, norm="l1", jobs=jobs).distance[:, 0]
    columns = np.ascontiguousarray(rows.numeric.T), np.ascontiguousarray(rows.codes.T)

    def block(start: int) -> FloatArray:
        part = slice(start, start + _BLOCK)
        return _sums(at.numeric[part], at.codes[part], *columns, least[part], bandwidth)

    work = Parallel(n_jobs=jobs, prefer="threads")
    parts = work(delayed(block)(start) for start in range(0, len(at), _BLOCK))
    return np.log(np.concatenate(parts)) - least / bandwidth if len(at) else np.empty(0)


@jit
def _sums(
    numeric: FloatArray,
    codes: CodeArray,
    row_numeric: FloatArray,
    row_codes: CodeArray,
    least: FloatArray,
    bandwidth: float,
) -> FloatArray:
    """Sums of ``exp((least - distance) / bandwidth)`` over rows that come column by column."""
    n, p = numeric.shape
    q = codes.shape[1]
    m = row_numeric.shape[1]
    out = np.zeros(n)
    total = np.empty(_TILE)
    tile, code_tile = np.zeros((p, _TILE)), np.zeros((q, _TILE), dtype=np.int32)
    for start in range(0, m, _TILE):
        size = min(_TILE, m - start)
        tile[:, :size] = row_numeric[:, start : start + size]
        code_tile[:, :size] = row_codes[:, start : start + size]
        for i in range(n):
            farthest = least[i] + _DEEPEST * bandwidth
            # Rows farther than this count nothing.
            if not add_up(total, numeric, codes, i, tile, code_tile, farthest):
                continue
            for j in range(size):
                y = (least[i] - total[j]) / bandwidth
                y = y if y > -_DEEPEST else -_DEEPEST
                # exp y is a short series of y / 512, squared nine times: arithmetic for several rows at once.
                y *= 1.0 / 512.0
                series = 1.0 + y / 6.0 * (1.0 + y / 7.0 * (1.0 + y / 8.0))
                series = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0 * series))))
                series *= series
                series *= series
                series *= series
                series *= series
                series *= series
                series *= series
                series *= series
                series *= series
                total[j] = series * series
            added = 0.0
            for j in range(size):
                added += total[j]
            out[i] += added
    return out
