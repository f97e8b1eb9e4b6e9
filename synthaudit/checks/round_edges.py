"""Round numbers, and round moments, that part the middle of a column: of single values they tell nothing."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import chain, count

import numpy as np

from synthaudit.types import FloatArray, IntArray

MOST_EDGES = 7
"""They part a column into eight ranges."""
OUTSIDE = 0.05
"""Share of people below all edges, and of those above."""
ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5")))
"""Steps from edge to edge, times a power of ten."""
BELOW_A_YEAR = tuple(map(Decimal, (1, 3, 6)))
"""Steps of times in months; a longer one is a round number of years."""


def number_edges(values: FloatArray, person: IntArray, decimals: int | None) -> list[Decimal]:
    """Multiples of one round step between the 5th and the 95th percentile.

    Parameters
    ----------
    values : (n,) float
        Without missing ones.
    person : (n,) int
        Whose they are; everybody counts once, however many rows are hers.
    decimals : int or None
        What numbers of this column are written with; no edge has more.

    Returns
    -------
    list of Decimal
        Ascending, at most seven; empty where the percentiles are equal, or there is no value.

    Examples
    --------
    >>> ages = np.arange(15.0, 86)
    >>> [int(edge) for edge in number_edges(ages, np.arange(71), decimals=0)]
    [20, 30, 40, 50, 60, 70, 80]
    """
    middle = _middle(values, person)
    if middle is None:
        return []
    low, high = middle
    least = ((high - low) / MOST_EDGES).adjusted() - 1
    return _edges(low, high, _round_steps(least, decimals))


def month_edges(months: FloatArray, person: IntArray) -> list[Decimal]:
    """The same of months that are counted from January of the year 0: by months, quarters, half-years, or years.

    Examples
    --------
    >>> months = 12 * 2010 + np.arange(48.0)
    >>> [divmod(int(edge), 12) for edge in month_edges(months, np.arange(48))]
    [(2010, 6), (2011, 0), (2011, 6), (2012, 0), (2012, 6), (2013, 0), (2013, 6)]
    """
    middle = _middle(months, person)
    years = (12 * step for step in _round_steps(0, 0))
    return [] if middle is None else _edges(*middle, chain(BELOW_A_YEAR, years))


def _middle(values: FloatArray, person: IntArray) -> tuple[Decimal, Decimal] | None:
    """Both percentiles, where everybody counts once; None where they are equal."""
    if not len(values):
        return None
    order = np.argsort(values, kind="stable")
    rows = np.bincount(person)
    reached = np.cumsum(1 / rows[person[order]])
    # Sums of fractions end a hair beside whole people.
    ends = np.searchsorted(reached, np.array([OUTSIDE, 1 - OUTSIDE]) * reached[-1] - 1e-9)
    low, high = values[order][ends].tolist()
    # As they are written: the double next to 0.3 counts as 0.3.
    return None if low == high else (Decimal(str(low)), Decimal(str(high)))


def _round_steps(least: int, decimals: int | None) -> Iterator[Decimal]:
    """Ascending, from this power of ten on, without those that have too many decimals."""
    for exponent in count(least):
        for digits in ROUND:
            step = digits.scaleb(exponent)
            if decimals is None or _decimals(step) <= decimals:
                yield step


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "steps are finite"
    return -exponent


def _edges(low: Decimal, high: Decimal, steps: Iterable[Decimal]) -> list[Decimal]:
    """Multiples of the first step that has few enough of them from low to high."""
    for step in steps:
        first = int((low / step).to_integral_value(ROUND_CEILING))
        last = int((high / step).to_integral_value(ROUND_FLOOR))
        if last - first < MOST_EDGES:
            return [multiple * step for multiple in range(first, last + 1)]
    raise AssertionError("steps end")
