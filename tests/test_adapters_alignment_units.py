"""Units: every conversion that people use is recognised from the cells of other people, in either direction."""

import numpy as np
import pytest

from synthaudit.adapters.alignment.units import HOURS, other_clock, other_unit

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
        # The mile also has a factor of its own as 1.609.
        assert named == pytest.approx(factor, rel=5e-4)


@pytest.mark.parametrize("factor", [1.5, 4.0, 52.0, 1_440.0])
def test_a_factor_of_no_unit_is_told_and_is_not_certain(factor: float) -> None:
    """Such as a currency's; with two digits."""
    mine, theirs = np.exp(np.random.default_rng(4).normal(3, 0.05, (2, 3_000)))
    unit = other_unit(factor * mine, theirs)
    assert unit is not None
    assert not unit.is_certain
    assert float(unit.words.removeprefix("about ").removesuffix(" times train's")) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize("hours", HOURS)
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
