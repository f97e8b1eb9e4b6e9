"""How the values of one row stand to each other: gaps and ratios, remainders, and the values by size."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synthaudit.attacks.common.scale import spread_of
from synthaudit.types import FloatArray, IntArray

_MOST_KEYS = 12
"""Relations that rows are looked up by in one group of columns: those of most distinct values."""
_MOST_COLUMNS = 10
"""Columns of a group, those of most distinct values."""
_FEWEST_ALIKE = 4
"""Columns that values may have been handed around in."""
_PARTS = 1e6
"""Of a unit, in which remainders are told apart."""
_DAY = 86_400e6
"""Microseconds, in which times are kept."""
_OFTEN = 0.95
"""Share of a column's values that must be above zero for it to be looked at in ratios."""

Of = Callable[[FloatArray], FloatArray]


class Relations(NamedTuple):
    """Relations that are looked at together."""

    of: Of
    """From the (n, d) values of a table to its (n, q) relations."""
    keys: tuple[Of, ...]
    """From these to the (n,) numbers that rows are looked up by, one at a time."""


Columns = np.ndarray[tuple[int], np.dtype[np.bool_]]


def gaps(people: FloatArray, is_number: Columns, is_time: Columns) -> Iterator[Relations]:
    """Differences to one column at a time, of times, of numbers, and of their logs."""
    numbers = np.flatnonzero(is_number & ~is_time)
    present = np.maximum(1, (~np.isnan(people[:, numbers])).sum(axis=0))
    positive = numbers[(people[:, numbers] > 0).sum(axis=0) >= _OFTEN * present]
    for columns, scale in ((np.flatnonzero(is_time), _as_is), (numbers, _as_is), (positive, _log)):
        used = sorted(sorted(columns, key=lambda c: -_distinct(people[:, c]))[:_MOST_COLUMNS])
        x = scale(people[:, used])
        pairs = [(i, j) for i in range(len(used)) for j in range(i + 1, len(used))]
        chosen = sorted(pairs, key=lambda pair: -_distinct(x[:, pair[1]] - x[:, pair[0]]))[:_MOST_KEYS]
        for base in sorted({i for i, _ in chosen}):
            others = [k for k in range(len(used)) if k != base]
            of = _differences(used, others, base, scale)
            places = [others.index(j) for i, j in chosen if i == base]
            yield Relations(of=of, keys=(_sum_of(of(people)), *map(_column, places)))


def remainders(people: FloatArray, is_number: Columns, is_time: Columns) -> Iterator[Relations]:
    """What numbers leave beyond whole ones, or whole hundreds, and times beyond whole days."""
    units = {int(c): _unit(people[:, c], bool(is_time[c])) for c in np.flatnonzero(is_number)}
    columns = [c for c, unit in units.items() if unit > 0]
    if not columns:
        return
    unit = np.array([units[c] for c in columns])

    def of(values: FloatArray) -> FloatArray:
        return np.asarray(np.round(np.mod(values[:, columns], unit) / unit * _PARTS) % _PARTS)

    def pair(i: int, j: int) -> Of:
        return lambda remainders: _PARTS * remainders[:, i] + remainders[:, j]

    pairs = [(i, j) for i in range(len(columns)) for j in range(i + 1, len(columns))][:_MOST_KEYS]
    yield Relations(of=of, keys=tuple(pair(i, j) for i, j in pairs) or (_column(0),))


def order(people: FloatArray, is_number: Columns, is_time: Columns) -> Iterator[Relations]:
    """The values of columns that hold the like, smallest first; sums find them wherever they stand."""
    for columns in _alike(people, np.flatnonzero(is_number & ~is_time)):
        of = _ascending(columns)
        total = _sum_of(of(people))
        yield Relations(of=of, keys=(total, _of_squares(total)))


def _as_is(values: FloatArray) -> FloatArray:
    return values


def _log(values: FloatArray) -> FloatArray:
    return np.log(np.where(values > 0, values, np.nan))


def _differences(columns: Sequence[int], others: Sequence[int], base: int, scale: Of) -> Of:
    def of(values: FloatArray) -> FloatArray:
        scaled = scale(values[:, columns])
        return np.asarray(scaled[:, others] - scaled[:, [base]])

    return of


def _ascending(columns: Sequence[int]) -> Of:
    return lambda values: np.sort(values[:, columns], axis=1)


def _of_squares(key: Of) -> Of:
    return lambda relations: key(relations * np.abs(relations))


def _column(k: int) -> Of:
    return lambda relations: relations[:, k]


def _sum_of(people: FloatArray) -> Of:
    """Of all relations, each in its spread."""
    spread = spread_of(people)
    return lambda relations: np.asarray((relations / spread).sum(axis=1))


def _distinct(values: FloatArray) -> int:
    return len(np.unique(values[~np.isnan(values)]))


def _unit(values: FloatArray, is_time: bool) -> float:
    """What a column's remainders are beyond; 0 where they tell nothing, or most of the value."""
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0
    low, high = (float(end) for end in np.quantile(values, [0.01, 0.99], method="inverted_cdf"))
    unit = _DAY if is_time else 1.0 if (np.round(values) != values).any() else 100.0
    return unit if high - low >= 10 * unit and _distinct(np.mod(values, unit)) >= 10 else 0.0


def _alike(people: FloatArray, columns: IntArray) -> list[list[int]]:
    """Groups of columns each of whose medians lies between the 5 % and the 95 % quantiles of the others' first."""
    groups: list[list[int]] = []
    bounds: dict[int, tuple[float, float, float]] = {}
    for c in map(int, columns):
        present = people[~np.isnan(people[:, c]), c]
        if len(present) < 2:
            continue
        low, middle, high = (float(q) for q in np.quantile(present, [0.05, 0.5, 0.95], method="inverted_cdf"))
        bounds[c] = low, middle, high
        for group in groups:
            first = bounds[group[0]]
            if first[0] <= middle <= first[2] and low <= first[1] <= high:
                group.append(c)
                break
        else:
            groups.append([c])
    return [group for group in groups if len(group) >= _FEWEST_ALIKE]
