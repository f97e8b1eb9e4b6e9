"""Cells of several columns are counted as a dictionary of rows would count them."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from tables import mixed

from synthaudit.attacks.common.bins import binned, cell_counts, column_sets, log_lift


def holes(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A tenth of the cells missing, numbers rounded so that they repeat."""
    table = table.round(1)
    return table.mask(pd.DataFrame(rng.random(table.shape) < 0.1, columns=table.columns))


def rows_of(table: pd.DataFrame, columns: list[int]) -> list[tuple[str, ...]]:
    """Rows as text, the same for all missing cells and for both zeros."""
    return [
        tuple("-" if pd.isna(cell) else cell if isinstance(cell, str) else str(cell + 0.0) for cell in row)
        for row in table.iloc[:, columns].to_numpy()
    ]


@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("columns", [[0], [5, 8], [0, 1, 7], [2, 3, 4, 5, 6, 8]], ids=str)
def test_exact_cells_are_counted_as_a_dictionary_counts_rows(columns: list[int], with_reference: bool) -> None:
    """Equal cells count, missing equals missing, and a candidate that is in the reference does not count itself."""
    rng = np.random.default_rng(0)
    candidates, synthetic, reference = (holes(mixed(n, rng), rng) for n in (300, 250, 200))
    candidates = pd.concat([candidates, synthetic[:40], reference[:40]], ignore_index=True)
    x, view = cells_view(candidates, synthetic, reference if with_reference else None)
    in_synthetic, in_reference = cell_counts(binned(x, view, None), columns)
    rows = rows_of(candidates, columns)
    s, r = Counter(rows_of(synthetic, columns)), Counter(rows_of(reference, columns) if with_reference else rows)
    np.testing.assert_array_equal(in_synthetic, [s[row] for row in rows])
    np.testing.assert_array_equal(in_reference, [r[row] - (not with_reference) for row in rows])


def test_more_cells_than_an_integer_can_number() -> None:
    """Eight columns of some 900 levels span 10^23 cells; counts stay exact."""
    rng = np.random.default_rng(1)
    names = [f"x{i}" for i in range(8)]
    candidates, reference = (pd.DataFrame(rng.normal(size=(300, 8)), columns=names) for _ in range(2))
    synthetic = candidates.iloc[rng.integers(300, size=300)]
    x, view = cells_view(candidates, synthetic, reference)
    in_synthetic, in_reference = cell_counts(binned(x, view, None), range(8))
    s = Counter(rows_of(synthetic, list(range(8))))
    np.testing.assert_array_equal(in_synthetic, [s[row] for row in rows_of(candidates, list(range(8)))])
    assert not in_reference.any()


def test_binned_cells_are_counted_as_their_levels() -> None:
    """Coarse cells of three columns: as many rows as have the same three levels."""
    rng = np.random.default_rng(2)
    x, view = cells_view(*(holes(mixed(n, rng), rng) for n in (200, 150, 100)))
    table = binned(x, view, 8)
    columns = [0, 1, 6]
    for rows, found in zip((table.synthetic, table.reference), cell_counts(table, columns), strict=True):
        same = (table.candidates[columns][:, :, None] == rows[columns][:, None, :]).all(axis=0)
        np.testing.assert_array_equal(found, same.sum(axis=1))


def test_bins_hold_equal_shares_and_heavy_values_stand_alone() -> None:
    """Of release and reference together: 8 bins of 1/8 each; a value of 30 %, and missing cells, have their own."""
    rng = np.random.default_rng(3)
    tables = [pd.DataFrame({"even": rng.normal(size=n), "heavy": rng.normal(size=n) ** 2}) for n in (500, 300, 500)]
    for frame in tables:
        frame.loc[rng.random(len(frame)) < 0.3, "heavy"] = 0.0
        frame.loc[rng.random(len(frame)) < 0.05, "heavy"] = np.nan
    x, view = cells_view(*tables)
    table = binned(x, view, 8)
    pooled = np.concatenate([table.synthetic[0], table.reference[0]])
    assert set(np.bincount(pooled)[1:]) == {100}
    heavy, values = table.candidates[1], tables[0]["heavy"].to_numpy()
    for alone in (np.isnan(values), values == 0):
        assert len(set(heavy[alone])) == 1
        assert not set(heavy[alone]) & set(heavy[~alone])


def test_lift_is_the_formula_at_equal_sizes_and_silent_about_empty_cells_at_any() -> None:
    """m = n_R: log((c_S + .5)/(m + 1)) - log((c_R + .5)/(n_R + 1)); an empty cell 0, swapping negates, to the bit."""
    s, r = np.array([0, 1, 7, 0]), np.array([0, 0, 2, 9])
    np.testing.assert_allclose(log_lift(s, r, 50, 50), np.log((s + 0.5) / 51) - np.log((r + 0.5) / 51), rtol=1e-12)
    assert abs(log_lift(s, r, 50, 4_000)[0]) < 1e-12
    np.testing.assert_array_equal(log_lift(s, r, 50, 4_000), -log_lift(r, s, 4_000, 50))


def test_column_sets_are_all_or_balanced() -> None:
    """Few columns: every set once. Many: distinct sets in which columns occur equally often, up to the repeats."""
    rng = np.random.default_rng(4)
    assert len(set(column_sets(6, 3, 20, rng))) == 20
    assert column_sets(2, 3, 20, rng) == []
    drawn = column_sets(40, 2, 400, rng)
    counts = np.bincount(np.ravel(drawn), minlength=40)
    repeats = 400 - len(drawn)
    assert len(set(drawn)) == len(drawn)
    assert repeats < 200
    assert counts.max() == 20
    assert (20 - counts).sum() == 2 * repeats
