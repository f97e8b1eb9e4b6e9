"""A column brought to the law of the real rows is the column it was made from, as nearly as ranks can tell."""

import numpy as np
import pytest

from synthaudit.attacker.monotone_map import fit_map
from synthaudit.types import FloatArray


def people(seed: int, n: int = 2_000) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.lognormal(3, 1, n).round(3), rng.lognormal(3, 1, n).round(3)


def test_a_curve_is_undone_to_within_chance_of_ranks() -> None:
    """The bridge between two samples of n each stays below 1.95 sqrt(2 / n) with a chance of .999 (Kolmogorov)."""
    made, real = people(0)
    fitted = fit_map(np.log(made) ** 3, real)
    mapped = fitted.of(np.log(made) ** 3)
    assert fitted.matched == 0
    ranks = [np.searchsorted(np.sort(real), x) / len(real) for x in (made, mapped)]
    assert np.abs(ranks[0] - ranks[1]).max() < 1.95 * np.sqrt(2 / len(real))
    assert (np.argsort(made, kind="stable") == np.argsort(mapped, kind="stable")).mean() > 0.9


@pytest.mark.parametrize("change", [np.exp, lambda x: x**3 - 5, np.arctan, lambda x: 2.54 * x + 32])
def test_common_values_are_undone_exactly(change: np.ufunc) -> None:
    """Counts of a Poisson law of mean 3, whose values of a hundredth of the rows or more are told by their shares."""
    rng = np.random.default_rng(1)
    made, real = rng.poisson(3, 2_000).astype(float), rng.poisson(3, 2_000).astype(float)
    fitted = fit_map(change(made), real)
    assert fitted.matched > 0.9
    assert (fitted.of(change(made)) == made).mean() > 0.98


def test_other_units_are_undone_exactly_where_values_are_common() -> None:
    """Half of all rows share four values, which lie on a line; the others, each alone, follow it."""
    rng = np.random.default_rng(2)
    real = np.where(rng.random(3_000) < 0.5, rng.integers(0, 4, 3_000), rng.normal(0, 9, 3_000).round(2)).astype(float)
    fitted = fit_map(1.8 * real[:1_000] + 32, real)
    assert np.array_equal(fitted.of(1.8 * real + 32), real)


def test_order_is_kept_and_values_are_real() -> None:
    made, real = people(3)
    mapped = fit_map(np.sqrt(made), real).of(np.sqrt(made))
    assert (np.diff(mapped[np.argsort(made, kind="stable")]) >= 0).all()
    assert np.isin(mapped, real).all()


def test_one_number_is_enough() -> None:
    assert fit_map(np.array([7.0, 7.0]), np.array([3.0])).of(np.array([7.0, 9.0])).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("change", [lambda x: np.log(x) ** 3, lambda x: np.round(np.sqrt(x))])
def test_a_map_of_a_sample_brings_the_rest_back_as_one_of_all_would(change: np.ufunc) -> None:
    """Ranks differ by what a sample of 1,000 misses of a law: at most 1.95 / sqrt(1,000) with a chance of .999."""
    made, real = people(4, 20_000)
    numbers = change(made)
    all_of_it, part = fit_map(numbers, real), fit_map(numbers[:1_000], real)
    ascending = np.sort(real)
    ranks = [np.searchsorted(ascending, fitted.of(numbers)) / len(real) for fitted in (all_of_it, part)]
    assert np.abs(ranks[0] - ranks[1]).max() < 1.95 / np.sqrt(1_000)
    assert (np.diff(part.of(np.sort(numbers))) >= 0).all()
