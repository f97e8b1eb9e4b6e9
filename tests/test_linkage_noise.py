"""Near copies are drawn by the law that their likelihood is worked out by."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tables import schema_of

from synthaudit.encoding import fit_cells
from synthaudit.linkage.noise import Noise, Population, log_fits, noisy_copies, population_of
from synthaudit.types import Cells, Column, Schema


def population(table: pd.DataFrame, release: pd.DataFrame | None = None) -> tuple[Population, Cells]:
    """The people, and the rows of a release in the same code."""
    release = table if release is None else release
    schema = schema_of(table)
    encoder = fit_cells(schema, [table], [release])
    return population_of(encoder.encode(table), schema), encoder.encode(release)


def rounded(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Two heavily rounded numbers, one with gaps, and two categories."""
    gaps = np.where(rng.random(n) < 0.2, np.nan, np.round(rng.normal(size=n)))
    levels = {f"c{i}": np.array(["a", "b", "c"], dtype=object)[rng.integers(0, 3, size=n)] for i in range(2)}
    return pd.DataFrame({"x": np.round(2 * rng.exponential(size=n)), "y": gaps, **levels})


@pytest.mark.parametrize("size", [0.01, 0.15])
def test_the_likelihood_is_that_of_the_draws(size: int) -> None:
    """Of 200,000 near copies of one person each row comes up as often as its likelihood says, within 5 errors."""
    people, _ = population(rounded(300, np.random.default_rng(0)))
    noise, n = Noise(size=size), 200_000
    for person in range(4):
        original = people.people.take(np.full(n, person))
        copies = noisy_copies(people, original, noise, np.random.default_rng(person))
        drawn, first, times = np.unique(copies.codes, axis=0, return_index=True, return_counts=True)
        rows = copies.take(first)
        fit = log_fits(people, rows, np.full((len(drawn), 1), person), noise)[:, 0]
        cells = people.people.codes
        independent = np.prod([(cells == row).mean(axis=0) for row in drawn], axis=1)
        chance = np.exp(fit) * independent
        assert chance.sum() == pytest.approx(1.0, abs=0.001)
        error = np.sqrt(n * chance) + 1
        assert np.abs(times - n * chance).max() < 5 * error.max()
        assert (np.abs(times - n * chance) < 5 * error).all()


def test_far_from_the_ends_of_a_smooth_column_it_is_the_normal_density() -> None:
    """Of the move, in ranks; nothing beyond six standard deviations."""
    people, rows = population(pd.DataFrame({"x": np.arange(10_000.0)}))
    near = np.array([5_000, 5_100, 5_350, 5_601, 4_000])
    fit = log_fits(people, rows.take(np.array([5_000])), near[None], Noise(size=0.01))[0]
    np.testing.assert_allclose(np.exp(fit[:3]), norm.pdf((near[:3] - 5_000) / 10_000, scale=0.01), rtol=1e-3)
    assert np.isneginf(fit[3:]).all()


def test_errors_add_up_by_hand() -> None:
    """A level kept by one in three, one replaced, and a number that nothing explains; nobody fits nothing."""
    people, rows = population(
        pd.DataFrame({"c": ["a", "b", "b"], "d": ["p", "p", "q"], "x": [0.0, 1.0, np.nan]}),
        pd.DataFrame({"c": ["a"], "d": ["q"], "x": [np.nan]}),
    )
    noise = Noise(size=0.001, replaced=0.25, unrelated=0.5)
    fit = log_fits(people, rows, np.array([[0, 2, -1]]), noise)[0]
    kept, one_in_three = np.log(0.75 * 3 + 0.25), np.log(0.5 * 3 + 0.5)
    np.testing.assert_allclose(fit[:2], [kept + np.log(0.25) + np.log(0.5), np.log(0.25) + kept + one_in_three])
    assert np.isneginf(fit[2])


def test_many_columns_stay_within_the_numbers_that_there_are() -> None:
    """Of 400 columns the logarithm is 400 times that of one, of the person itself and of somebody far away."""
    ones = pd.DataFrame({"x": np.arange(2_000.0)})
    many = pd.DataFrame({f"x{i}": ones["x"] for i in range(400)})
    near, noise = np.array([[0, 1_000, 1_999]]), Noise(size=0.003, unrelated=0.001)
    (one, one_row), (all_of_them, rows) = population(ones), population(many)
    one_fit = log_fits(one, one_row.take(np.array([1_000])), near, noise)
    many_fit = log_fits(all_of_them, rows.take(np.array([1_000])), near, noise)
    np.testing.assert_allclose(many_fit, 400 * one_fit, rtol=1e-9)


def test_gaps_stay_identifiers_go_and_one_category_at_most_changes() -> None:
    """Copied identifiers or notes would give everybody away, whatever the rest does."""
    rng = np.random.default_rng(1)
    table = rounded(500, rng).assign(key=[f"k{i}" for i in range(500)], note="some words")
    columns = (*schema_of(table).columns[:-2], Column(name="key", kind="identifier"), Column(name="note", kind="text"))
    schema = Schema(columns=columns)
    cells = fit_cells(schema, [table], [table]).encode(table)
    copies = noisy_copies(population_of(cells, schema), cells, Noise(size=0.02), rng)
    np.testing.assert_array_equal(np.isnan(copies.values), np.isnan(cells.values))
    assert (copies.codes[:, 4:] == -1).all()
    changed = (copies.codes[:, 2:4] != cells.codes[:, 2:4]).sum(axis=1)
    assert set(changed) == {0, 1}
    moved = copies.codes[:, :2] != cells.codes[:, :2]
    assert 0 < moved.mean() < 0.5
    held = {(column, value) for column in range(2) for value in copies.codes[:, column]}
    assert held <= {(column, value) for column in range(2) for value in cells.codes[:, column]}
