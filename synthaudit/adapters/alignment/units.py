"""Numbers and times of two real tables in other units: cents and euros, pounds and kilograms, hours of another zone.

Two tables drawn from one have columns of one law. Where the laws differ beyond chance, and agree once one of the tables
is multiplied or moved by a constant, the tables write one quantity in two ways.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np

from synthaudit.cells import number_text
from synthaudit.encoding import decimals_of
from synthaudit.files.catalogue import N_
from synthaudit.types import FloatArray

FAR = log(1e-9)
"""Logarithm of the p-value below which two columns are not of one law."""
NEAR = log(1e-3)
"""And of the one above which they may be."""
MOST_VALUES = 50_000
FEWEST = 20
APART = 0.9
"""Distance of two laws (Kolmogorov) from which they hardly share a value."""
HALF = 0.5
LEAST = log(1.2)
"""Of the logarithm of a factor that is no unit's: a smaller one is another population rather than another unit."""
ERRORS, TOLERANCE = 3, 0.005
"""Of an estimated factor, and of its logarithm where medians are round: within either a unit's may be meant."""
EXACT = 9
"""Decimals that are compared where the others' are none that anybody wrote."""
SHARP = 0.05
"""Error of a factor, as a share of its logarithm, up to which it is told from others."""
# fmt: off
FACTORS = (
    1e6, 1_000.0, 100.0, 10.0, 7.0, 12.0, 24.0, 60.0, 365.25, 3_600.0, 86_400.0,
    0.3048, 30.48, 0.45359237, 1.609344, 2.54, 3.6, 28.349523125,
)
# fmt: on
"""Of units in use: thousands and cents, weeks to seconds, feet, pounds, miles, inches, m/s, ounces."""
LINES = (
    ("train's in Fahrenheit", 1.8, 32.0, "train's in Celsius"),
    ("train's in kelvin", 1.0, 273.15, "train's in Celsius"),
)
"""Words, factor, constant, and words of the way back."""
CENTURIES = (1_900, 2_000)
"""Of years that one table writes in four digits and the other in two."""
HOURS = tuple(sign * n / 2 for n in range(1, 25) for sign in (1, -1))
"""By the clock: 14 hours later are 10 earlier. The nearest first."""
EPOCHS = {"1900": 25_569, "1904": 24_107, "1960": 3_653}
"""First day of a count of days -> days before 1970."""
DAY = 86_400e6
"""In microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """How one table writes what the other writes otherwise.

    Attributes
    ----------
    words : str
        What makes its law that of the other table.
    is_certain : bool
        A unit in use, met so closely that chance or other people do not explain it.
    """

    words: str
    is_certain: bool


def other_unit(values: FloatArray, others: FloatArray) -> Unit | None:
    """The unit of some numbers, where it is another than that of the others.

    Parameters
    ----------
    values, others : (n,) and (m,) float
        One value for each person; NaN where missing.

    Examples
    --------
    >>> euros = np.random.default_rng(0).lognormal(8, 1, 400).round(2)
    >>> other_unit(100 * euros[:200], euros[200:])
    Unit(words="about 100 times train's", is_certain=True)
    >>> other_unit(euros[:200], euros[200:]) is None
    True
    """
    values, others = _ordered(values), _ordered(others)
    # A factor leaves zeros where they are: where most cells are zero the others tell the unit.
    mine, theirs = values[values != 0], others[others != 0]
    is_scaled, is_moved = _are_apart(mine, theirs), _are_apart(values, others)
    return (
        (_known_factor(mine, theirs) if is_scaled else None)
        or (_known_line(values, others) if is_moved else None)
        or (_some_factor(mine, theirs) if is_scaled else None)
        or (_some_constant(values, others) if is_moved else None)
    )


def other_clock(values: FloatArray, others: FloatArray) -> Unit | None:
    """How times lie otherwise than those of another table, in microseconds: by hours, or by the first day of a count.

    Examples
    --------
    >>> days = DAY * np.random.default_rng(0).integers(0, 9_000, 400)
    >>> other_clock(days[:200] - 2 * 3_600e6, days[200:])
    Unit(words="train's 2 hours earlier", is_certain=True)
    """
    values, others = _ordered(values), _ordered(others)
    if _are_apart(values, others) and _distance(values, others) >= APART:
        for first, days in EPOCHS.items():
            for sign, word in ((1, "later"), (-1, "earlier")):
                if _log_pvalue(values - sign * days * DAY, others) > NEAR:
                    return Unit(
                        words=N_("train's {days:,} days {word} (counted from {first})").format(
                            days=days, word=word, first=first
                        ),
                        is_certain=True,
                    )
    mine, theirs = np.sort(values % DAY), np.sort(others % DAY)
    if not _are_apart(mine, theirs):
        return None
    for hours in HOURS:
        if _log_pvalue(np.sort((mine - hours * 3_600e6) % DAY), theirs) > NEAR:
            word = N_("later") if hours > 0 else N_("earlier")
            amount = (N_("{n:g} hour") if abs(hours) == 1 else N_("{n:g} hours")).format(n=abs(hours))
            words = N_("train's {amount} {word}").format(amount=amount, word=word)
            return Unit(words=words, is_certain=_distance(mine, theirs) >= APART)
    at_midnight = [float((part == 0).mean()) for part in (mine, theirs)]
    if max(at_midnight) >= 0.99 and min(at_midnight) <= 0.5:
        return Unit(words=N_("moments, where the other table has days alone"), is_certain=False)
    return None


def _are_apart(values: FloatArray, others: FloatArray) -> bool:
    """Whether two tables drawn from one would not differ so."""
    return min(len(values), len(others)) >= FEWEST and _log_pvalue(values, others) < FAR


def _known_factor(mine: FloatArray, theirs: FloatArray) -> Unit | None:
    """A factor of units in use that makes one law of two."""
    estimate, error = _log_factor(mine, theirs)
    known = min((power for f in FACTORS for power in (f, 1 / f)), key=lambda factor: abs(log(factor) - estimate))
    if abs(log(known) - estimate) > max(ERRORS * error, TOLERANCE) or not _fits(mine / known, theirs):
        return None
    is_certain = error <= SHARP * abs(log(known))
    return Unit(words=_times(known, 4) if is_certain else _times(exp(estimate), 2), is_certain=is_certain)


def _some_factor(mine: FloatArray, theirs: FloatArray) -> Unit | None:
    """The sign turned, or a factor that no unit has, such as a currency's."""
    if _fits(np.sort(-mine), theirs):
        return Unit(words=N_("train's with the sign turned"), is_certain=False)
    estimate, _ = _log_factor(mine, theirs)
    if _distance(mine, theirs) < HALF or abs(estimate) < LEAST or not _fits(mine / exp(estimate), theirs):
        return None
    return Unit(words=_times(exp(estimate), 2), is_certain=False)


def _log_factor(mine: FloatArray, theirs: FloatArray) -> tuple[float, float]:
    """Logarithm of the factor between two tables by their medians, and its standard error."""
    logs = [np.log(np.abs(part)) for part in (mine, theirs)]
    spread = max(float(np.subtract(*np.percentile(part, [75, 25]))) / 1.35 for part in logs)
    error = 1.25 * spread * (1 / len(mine) + 1 / len(theirs)) ** 0.5
    return float(np.median(logs[0]) - np.median(logs[1])), error


def _times(factor: float, digits: int) -> str:
    return N_("about {factor} times train's").format(factor=number_text(float(f"{factor:.{digits}g}")))


def _known_line(values: FloatArray, others: FloatArray) -> Unit | None:
    """A factor and a constant of units in use that make one law of two."""
    is_certain = _distance(values, others) >= APART
    for words, factor, constant, back in LINES:
        if _fits((values - constant) / factor, others):
            return Unit(words=words, is_certain=is_certain)
        if _fits(values * factor + constant, others):
            return Unit(words=back, is_certain=is_certain)
    for century in CENTURIES:
        if _are_short_years(others) and _fits(values - century, others):
            return Unit(words=N_("train's with {century:,} added").format(century=century), is_certain=is_certain)
        if _are_short_years(values) and _fits(values + century, others):
            return Unit(words=N_("train's with {century:,} taken off").format(century=century), is_certain=is_certain)
    return None


def _are_short_years(values: FloatArray) -> bool:
    return bool(values[0] >= 0 and values[-1] <= 99 and (values == np.round(values)).all())


def _some_constant(values: FloatArray, others: FloatArray) -> Unit | None:
    constant = float(np.median(values) - np.median(others))
    if _distance(values, others) < HALF or not _fits(values - constant, others):
        return None
    return Unit(words=N_("train's moved by a constant"), is_certain=False)


# --- distances of two laws ------------------------------------------------------------------------------------


def _ordered(values: FloatArray) -> FloatArray:
    """The finite values in ascending order, of very many every k-th."""
    values = values[np.isfinite(values)]
    return np.sort(values[:: max(1, -(-len(values) // MOST_VALUES))])


def _distance(a: FloatArray, b: FloatArray) -> float:
    """Largest distance of two distribution functions (Kolmogorov and Smirnov), of ordered values."""
    both = np.concatenate([a, b])
    shares = [np.searchsorted(part, both, side="right") / len(part) for part in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())


def _log_pvalue(a: FloatArray, b: FloatArray) -> float:
    """Bound on the logarithm of the p-value of that distance (Dvoretzky, Kiefer and Wolfowitz; Massart 1990)."""
    n = len(a) * len(b) / (len(a) + len(b))
    return log(2) - 2 * n * _distance(a, b) ** 2


def _fits(values: FloatArray, others: FloatArray) -> bool:
    """Whether ordered values, brought into another unit, may be of the others' law; rounding does not count."""
    return any(_log_pvalue(np.round(values, n), np.round(others, n)) > NEAR for n in (decimals_of(others), EXACT))
