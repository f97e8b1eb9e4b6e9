"""The monotone map that brings one column of numbers to the law of the real rows.

Ranks go to ranks. Where a column has values that many rows share, the values of the two tables are matched by their
shares, in order, and ranks between them are mapped piece by piece; where three or more matched values lie on one line,
the map is that line: other units, or a standardised column.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.types import FloatArray, IntArray

COMMON = 0.01
"""Smallest share of rows of a value that is matched."""
_MOST_VALUES = 60
"""Values that are matched, the commonest."""
_FARTHEST = 0.15
"""Largest distance in ranks between two values that are matched."""
_ON_LINE = 1e-4
"""Largest distance from a line, as a share of the range of the real numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Law:
    """The distinct numbers of a column in ascending order, with the shares of rows below and up to each."""

    value: FloatArray
    below: FloatArray
    upto: FloatArray

    @classmethod
    def of(cls, numbers: FloatArray) -> "_Law":
        value, count = np.unique(numbers, return_counts=True)
        upto = np.cumsum(count) / len(numbers)
        return cls(value=value, below=upto - count / len(numbers), upto=upto)

    def midrank(self, numbers: FloatArray) -> FloatArray:
        """Share of rows below each number, and half of those that have it."""
        after = np.searchsorted(self.value, numbers, side="right")
        is_known = (after > 0) & (self.value[after - 1] == numbers)
        upto = np.where(after > 0, self.upto[after - 1], 0.0)
        return np.asarray((np.where(is_known, self.below[after - 1], upto) + upto) / 2, dtype=np.float64)

    def place(self, rank: FloatArray) -> IntArray:
        """Where the values of these ranks stand."""
        place = np.minimum(np.searchsorted(self.upto, rank, side="right"), len(self.value) - 1)
        return np.asarray(place, dtype=np.int64)

    def common(self) -> IntArray:
        """Where the values stand that are matched."""
        share = self.upto - self.below
        places = np.flatnonzero(share >= COMMON)
        return np.sort(places[np.argsort(-share[places], kind="stable")[:_MOST_VALUES]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonotoneMap:
    """A map of numbers to real numbers, order kept.

    Attributes
    ----------
    matched : float
        Share of rows whose values were matched by their shares, in [0, 1]; 0 where no value is common.
    """

    matched: float
    _mine: _Law
    _theirs: _Law
    _ranks: tuple[FloatArray, FloatArray]
    """Where the ranks of either law are known to meet."""
    _line: tuple[float, float] | None
    """Slope and constant."""

    def of(self, numbers: FloatArray) -> FloatArray:
        """(m,) one of the real numbers for each; what the map was not fitted on goes where its neighbours go."""
        value, inverse = np.unique(numbers, return_inverse=True)
        if self._line is None:
            rank = np.interp(self._mine.midrank(value), *self._ranks)
            mapped = self._theirs.value[self._theirs.place(rank)]
        else:
            mapped = _nearest(self._line[0] * value + self._line[1], self._theirs.value)
        return np.asarray(mapped[inverse.reshape(-1)], dtype=np.float64)


def fit_map(release: FloatArray, real: FloatArray) -> MonotoneMap:
    """Fit the map from numbers of a release, or of a sample of it, to real numbers.

    Parameters
    ----------
    release : (m,) float
        Without missing numbers, at least one.
    real : (n,) float
        Likewise.

    Examples
    --------
    >>> fit_map(np.array([20.0, 10.0, 30.0, 40.0]), np.array([1.0, 2.0, 3.0, 4.0])).of(np.array([10.0, 31.0, 50.0]))
    array([1., 3., 4.])
    """
    mine, theirs = _Law.of(release), _Law.of(real)
    i, j, overlap = _matched(mine, theirs)
    x = np.concatenate([[0.0], np.column_stack([mine.below[i], mine.upto[i]]).ravel(), [1.0]])
    y = np.concatenate([[0.0], np.column_stack([theirs.below[j], theirs.upto[j]]).ravel(), [1.0]])
    line = _line(mine.value[i], theirs.value[j], theirs.value)
    return MonotoneMap(matched=overlap, _mine=mine, _theirs=theirs, _ranks=(x, y), _line=line)


def _matched(mine: _Law, theirs: _Law) -> tuple[IntArray, IntArray, float]:
    """Common values of both laws in pairs, in order, such that the shares of the pairs overlap most."""
    a, b = mine.common(), theirs.common()
    p, q = mine.upto[a] - mine.below[a], theirs.upto[b] - theirs.below[b]
    apart = np.abs((mine.below[a] + mine.upto[a])[:, None] - (theirs.below[b] + theirs.upto[b])[None]) / 2
    gain = np.where(apart <= _FARTHEST, np.minimum(p[:, None], q[None]) * (1 - apart / _FARTHEST), 0.0)
    best = np.zeros((len(a) + 1, len(b) + 1))
    for row in range(len(a)):
        taken = best[row, :-1] + gain[row]
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(taken, best[row, 1:]))
    pairs = []
    row, column = len(a), len(b)
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((a[row], b[column]))
    i, j = np.array(pairs[::-1], dtype=np.int64).reshape(-1, 2).T
    return i, j, float(best[-1, -1])


def _line(x: FloatArray, y: FloatArray, real: FloatArray) -> tuple[float, float] | None:
    """Slope and constant of a line through the matched values; None where they lie on none."""
    if len(x) < 3:
        return None
    scale = real[-1] - real[0]
    slope, constant = np.polyfit(x, y, 1)
    if slope <= 0 or np.abs(slope * x + constant - y).max() > _ON_LINE * scale:
        return None
    return float(slope), float(constant)


def _nearest(line: FloatArray, real: FloatArray) -> FloatArray:
    """The real number nearest to each of these."""
    place = np.clip(np.searchsorted(real, line), 1, len(real) - 1)
    place -= line - real[place - 1] < real[place] - line
    return np.asarray(real[place], dtype=np.float64)
