"""Units: every conversion that people use is recognised from the cells of other people, in either direction."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from synthaudit.adapters.alignment.units import Unit, _log_factor, _log_pvalue, _ordered, other_clock, other_unit
from synthaudit.types import FloatArray

IN_USE = {
    "parts of a million": 1e6,
    "thousands": 1e3,
    "cents": 1e2,
    "millimetres, of centimetres": 1e1,
    "days, of weeks": 7.0,
    "months, of years": 12.0,
    "hours, of days": 24.0,
    "minutes, of hours": 60.0,
    "days, of years": 365.25,
    "seconds, of hours": 60.0 * 60.0,
    "seconds, of days": 24.0 * 60.0 * 60.0,
    "metres, of feet": 0.3048,
    "centimetres, of feet": 30.48,
    "kilograms, of pounds": 0.45359237,
    "kilometres, of miles": 1.609344,
    "centimetres, of inches": 2.54,
    "km/h, of m/s": 3.6,
    "grams, of ounces": 0.45359237 * 1e3 / 16,
}
HOUR = 3_600e6


@pytest.mark.parametrize("name", IN_USE)
def test_a_unit_in_use_is_told_in_either_direction(name: str) -> None:
    """Narrowly spread, so that no other factor is near enough; named by four digits, and certain."""
    rng = np.random.default_rng(3)
    mine, theirs = np.exp(rng.normal(3, 0.05, (2, 3_000)))
    for factor in (IN_USE[name], 1 / IN_USE[name]):
        unit = other_unit(factor * mine, theirs)
        assert unit is not None
        assert unit.is_certain
        named = float(unit.words.removeprefix("about ").removesuffix(" times train's"))
        assert named == float(f"{factor:.4g}")


@pytest.mark.parametrize(
    ("change", "there", "back"),
    [
        (lambda x: 1.8 * x + 32, "train's in Fahrenheit", "train's in Celsius"),
        (lambda x: x + 273.15, "train's in kelvin", "train's in Celsius"),
        (lambda x: x + 1_900, "train's with 1,900 added", "train's with 1,900 taken off"),
        (lambda x: x + 2_000, "train's with 2,000 added", "train's with 2,000 taken off"),
    ],
)
def test_a_unit_with_another_zero_is_told(change: Callable[[FloatArray], FloatArray], there: str, back: str) -> None:
    """Temperatures, and years by two digits, in either direction."""
    mine, theirs = np.random.default_rng(6).normal(40, 9, (2, 3_000)).round()
    assert other_unit(change(mine), theirs) == Unit(words=there, is_certain=True)
    assert other_unit(mine, change(theirs)) == Unit(words=back, is_certain=True)


@pytest.mark.parametrize("factor", [1.5, 4.0, 52.0, 1_440.0])
def test_a_factor_of_no_unit_is_told_and_is_not_certain(factor: float) -> None:
    """Such as a currency's; with two digits."""
    mine, theirs = np.exp(np.random.default_rng(4).normal(3, 0.05, (2, 3_000)))
    unit = other_unit(factor * mine, theirs)
    assert unit is not None
    assert not unit.is_certain
    assert float(unit.words.removeprefix("about ").removesuffix(" times train's")) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize("hours", [n / 2 for n in range(-28, 29) if n])
def test_times_of_another_zone_are_told_by_half_hours(hours: float) -> None:
    """Up to 14 hours either way; where two differ by a day the nearer one is named."""
    rng = np.random.default_rng(5)
    days, others = 24 * HOUR * rng.integers(0, 9_000, (2, 400)) + HOUR * rng.normal(9, 0.5, (2, 400))
    unit = other_clock(days + hours * HOUR, others)
    nearer = hours if abs(hours) <= 12 else hours - 24 * np.sign(hours)
    assert unit is not None
    amount = f"{abs(nearer):g} hour{'' if abs(nearer) == 1 else 's'}"
    said = {f"train's {amount} {'later' if nearer > 0 else 'earlier'}"}
    if abs(nearer) == 12:
        said = {"train's 12 hours later", "train's 12 hours earlier"}
    assert unit.words in said


@pytest.mark.parametrize("share", [0.0, 0.3, 0.985, 0.995])
@pytest.mark.parametrize("turned", [False, True])
def test_moments_beside_days_alone_are_told(share: float, turned: bool) -> None:
    """Where nearly all of one table are midnights and at most half of the other; other hours alone say nothing."""
    rng = np.random.default_rng(7)
    days = 24 * HOUR * rng.integers(0, 9_000, (2, 1_000))
    spread = HOUR * np.where(rng.random(1_000) < 0.5, rng.normal(6, 1.0, 1_000), rng.uniform(12, 23, 1_000))
    moments, others = days[0] + spread, days[1] + np.where(np.arange(1_000) < 1_000 * share, 0.0, HOUR * 15)
    unit = other_clock(others, moments) if turned else other_clock(moments, others)
    expected = Unit(words="moments, where the other table has days alone", is_certain=False)
    assert unit == (expected if share == 0.995 else None)


@pytest.mark.parametrize(("n", "n_read"), [(50_000, 50_000), (50_001, 25_001), (120_000, 40_000)])
def test_of_very_many_values_every_so_manieth_is_read(n: int, n_read: int) -> None:
    """50,000 at most, in ascending order."""
    read = _ordered(np.arange(n, 0.0, -1.0))
    assert len(read) == n_read
    assert (np.diff(read) > 0).all()
    assert not len(_ordered(np.full(n, np.nan)))


@pytest.mark.parametrize(("n", "is_told"), [(20, True), (19, False)])
def test_a_unit_is_told_from_twenty_values_on(n: int, is_told: bool) -> None:
    """Of fewer anybody might be mistaken."""
    mine, theirs = np.exp(np.random.default_rng(8).normal(3, 0.3, (2, 200)))
    assert (other_unit(1_000 * mine[:n], theirs) is not None) is is_told


@pytest.mark.parametrize(("shift", "is_told"), [(0.4, False), (3.0, True)])
def test_a_constant_is_told_where_most_values_are_beyond_the_others(shift: float, is_told: bool) -> None:
    """Numbers that are a little larger are of other people."""
    mine, theirs = np.random.default_rng(9).normal(-3, 1.0, (2, 3_000))
    expected = Unit(words="train's moved by a constant", is_certain=False) if is_told else None
    assert other_unit(mine + shift, theirs) == expected


def test_days_that_are_partly_those_of_the_others_are_no_other_count() -> None:
    """A table of later years is not one that counts from another day."""
    rng = np.random.default_rng(10)
    days, later = rng.integers(0, 9_000, 1_000).astype(float), rng.integers(3_653, 12_653, 1_000).astype(float)
    assert other_clock(24 * HOUR * later, 24 * HOUR * days) is None


TENTHS = np.tile(np.arange(10) / 9, 40)
"""Moved by 1, nine of ten are beyond all of them; spread a little wider, fewer are."""


@pytest.mark.parametrize(("wider", "is_certain"), [(1.0, True), (1.2, False)])
def test_what_nine_of_ten_values_say_is_certain(wider: float, is_certain: bool) -> None:
    """Kelvin, hours, and days from another beginning: other people's values would rarely lie so far off."""
    theirs = wider * TENTHS
    kelvin = other_unit(273.15 * (theirs + 1), 273.15 * theirs)
    assert kelvin == Unit(words="train's in kelvin", is_certain=is_certain)
    hours = other_clock(3 * HOUR * (theirs + 1), 3 * HOUR * theirs)
    assert hours == Unit(words="train's 3 hours later", is_certain=is_certain)
    days = other_clock(24 * HOUR * 3_653 * (TENTHS + 1), 24 * HOUR * 3_653 * TENTHS)
    assert days == Unit(words="train's 3,653 days later (counted from 1960)", is_certain=True)


@pytest.mark.parametrize(("whole", "part", "is_told"), [(0.99, 0.5, True), (0.989, 0.5, False), (0.99, 0.501, False)])
def test_days_alone_are_99_midnights_of_100_where_the_other_table_has_half_at_most(
    whole: float, part: float, is_told: bool
) -> None:
    """The moments beside them are spread over the day, as no zone would spread midnights."""
    hours = HOUR * np.random.default_rng(11).uniform(5, 20, (2, 1_000))
    days, moments = (np.where(np.arange(1_000) < round(1_000 * share), 0.0, hours[0]) for share in (whole, part))
    assert (other_clock(days, moments) is not None, other_clock(moments, days) is not None) == (is_told, is_told)


def test_the_error_of_a_factor_is_that_of_two_medians() -> None:
    """Of normal logarithms: sqrt(pi / 2) deviations over the root of n, for the wider of both tables."""
    wide, narrow = stats.norm.ppf((np.arange(1_001) + 0.5) / 1_001), stats.norm.ppf((np.arange(401) + 0.5) / 401) / 2
    expected = np.sqrt(np.pi / 2 * (1 / 1_001 + 1 / 401))
    for mine, theirs, factor in ((wide, narrow, 7.0), (narrow, wide, 1 / 7)):
        estimate, error = _log_factor(factor * np.exp(mine), -np.exp(theirs))
        assert (estimate, error) == pytest.approx((np.log(factor), expected), rel=0.01)


@pytest.mark.parametrize(
    ("n", "n_errors", "named"), [(1_001, 2.9, "0.4536"), (1_001, 3.1, "0.49"), (401, 0.0, "0.4536"), (301, 0.0, "0.45")]
)
def test_a_factor_is_a_units_within_three_errors_and_certain_where_these_are_small(
    n: int, n_errors: float, named: str
) -> None:
    """Further off it is another one, such as a currency's, though the laws would still agree.

    Of n people on either side a factor of 0.4536 has an error of 1.25 * 0.4 * sqrt(2 / n): of its logarithm 4.5 % where
    n is 401, and 5.2 % where n is 301.
    """
    logs = 3 + 0.4 * stats.norm.ppf((np.arange(n) + 0.5) / n)
    _, error = _log_factor(np.exp(logs), np.exp(logs))
    unit = other_unit(np.exp(logs) * 0.45359237 * np.exp(n_errors * error), np.exp(logs))
    assert unit == Unit(words=f"about {named} times train's", is_certain=named == "0.4536")


def test_the_pvalue_of_a_distance_is_that_of_kolmogorov() -> None:
    """Its first term, which is all there is of it where it is small; for tables of any two sizes."""
    for n, m, shift in ((400, 400, 0.2), (100, 900, 0.3)):
        pvalue = stats.kstwobign.logsf(shift * (n * m / (n + m)) ** 0.5)
        moved = np.arange(n) / n + shift - 1e-9
        assert _log_pvalue(moved, np.arange(m) / m) == pytest.approx(pvalue, rel=0.01)


@pytest.mark.parametrize(("wider", "is_told"), [(1.0, True), (1.3, False)])
def test_no_units_factor_or_constant_is_told_where_half_of_the_values_are_beyond(wider: float, is_told: bool) -> None:
    """Where fewer are, it may be other people."""
    halves = wider * np.tile(np.arange(10) / 5, 240)
    factor = other_unit(np.exp(1.6 * (halves + 1)), np.exp(1.6 * halves))
    assert factor == (Unit(words="about 5 times train's", is_certain=False) if is_told else None)
    constant = other_unit(-1.5 + halves, -2.5 + halves)
    assert constant == (Unit(words="train's moved by a constant", is_certain=False) if is_told else None)


@pytest.mark.parametrize(("factor", "is_told"), [(1.21, True), (1.19, False), (1 / 1.21, True), (1 / 1.19, False)])
def test_a_factor_of_no_unit_is_at_least_a_fifth(factor: float, is_told: bool) -> None:
    """A smaller one moves every value by as much, which a constant may do as well."""
    theirs = np.exp(3 + 0.02 * stats.norm.ppf((np.arange(400) + 0.5) / 400))
    constant = Unit(words="train's moved by a constant", is_certain=False)
    factors = Unit(words=f"about {factor:.2g} times train's", is_certain=False)
    assert other_unit(factor * theirs, theirs) == (factors if is_told else constant)


@pytest.mark.parametrize(
    ("odd", "is_told"),
    [(None, True), (0.0, True), (99.0, True), (100.0, False), (-1.0, False), (7.25, False), (7.75, False)],
)
def test_years_by_two_digits_are_whole_and_from_0_to_99(odd: float | None, is_told: bool) -> None:
    """A table with any other number has no years of two digits."""
    years, others = np.random.default_rng(12).integers(20, 80, (2, 500)).astype(float)
    short = others if odd is None else np.r_[others, odd]
    for century in (1_900, 2_000):
        there, back = other_unit(years + century, short), other_unit(short, years + century)
        for unit, words in ((there, f"train's with {century:,} added"), (back, f"train's with {century:,} taken off")):
            assert unit is not None
            assert (unit.words == words) is is_told


def test_a_factor_is_told_where_half_of_the_values_are_the_same() -> None:
    """Medians are then without error, and a factor is as exact as they are rounded: pounds of 4 kg are 8.82."""
    rooms = np.where(np.arange(600) % 5 < 3, 4.0, np.random.default_rng(13).integers(1, 9, 600))
    for factor, named in ((100.0, "100"), (1 / 7, "0.1429"), (1 / 0.45359237, "2.205")):
        expected = Unit(words=f"about {named} times train's", is_certain=True)
        assert other_unit((rooms[:300] * factor).round(2), rooms[300:]) == expected
