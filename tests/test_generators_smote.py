"""Rows between neighbours, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from tables import mixed

from synthaudit.generators.fit_each import Effort
from synthaudit.generators.marginals import Marginals
from synthaudit.generators.numbers import is_ordered, numbers_of
from synthaudit.generators.shadow_sets import fit_shadows
from synthaudit.generators.smote import Smote
from synthaudit.types import BoolArray

DAY = np.timedelta64(86_400_000_000, "us")


def with_everything(n: int) -> pd.DataFrame:
    """Numbers, levels, dates, missing cells of each, a constant, and columns of which nothing is known."""
    rng = np.random.default_rng(0)
    table = mixed(n, rng)
    table["on"] = pd.Series(np.datetime64("2020-01-01", "us") + rng.integers(500, size=n) * DAY)
    for name in ("x0", "on"):
        table.loc[rng.random(n) < 0.2, name] = None
    for name in ("c0", "c1", "c2", "c3"):
        keep = rng.random(n) < (0.8 if name == "c1" else 1)
        table[name] = pd.Series([cell if k else None for cell, k in zip(table[name], keep, strict=True)], dtype=object)
    table["one"] = 7.0
    table["none"] = np.nan
    table["nothing"] = pd.Series([None] * n, dtype=object)
    table["never"] = pd.Series(np.full(n, np.datetime64("NaT", "us")))
    return table


def between(release: pd.DataFrame, table: pd.DataFrame, i: int) -> BoolArray:
    """(n, n) which pairs of training rows release row i lies between, cell by cell."""
    fits = np.ones((len(table), len(table)), dtype=bool)
    for name in table.columns:
        column = table[name]
        gone = column.isna().to_numpy()
        if not is_ordered(column):
            cells, cell = column.to_numpy(), release[name][i]
            has = gone if cell is None else cells == cell
            fits &= has[:, None] | has[None, :]
            continue
        x, value = numbers_of(column), numbers_of(release[name])[i]
        if np.isnan(value):
            fits &= gone[:, None] | gone[None, :]
            continue
        low, high = np.fmin(x[:, None], x[None, :]), np.fmax(x[:, None], x[None, :])
        # Where one of the two is missing, the cell is that of the other.
        fits &= (low <= value) & (value <= high)
    return fits


def test_every_row_lies_between_two_training_rows() -> None:
    """Each cell of a row lies between, or is that of, the same two training rows; the form of every column is kept."""
    table = with_everything(120)
    release = Smote().fit_sample(table, 150, np.random.default_rng(1))
    assert list(release.columns) == list(table.columns)
    assert release.dtypes.equals(table.dtypes)
    assert release.index.equals(pd.RangeIndex(150))
    assert all(between(release, table, i).any() for i in range(150))
    assert (release["x2"] == release["x2"].round()).all()
    assert release["on"].dropna().eq(release["on"].dropna().dt.normalize()).all()
    # Independent resamples of the columns hardly ever pass, so the check has power.
    mixed_up = Marginals().fit_sample(table, 120, np.random.default_rng(2))
    assert np.mean([between(mixed_up, table, i).any() for i in range(120)]) < 0.1


def test_the_other_row_is_a_near_one() -> None:
    """Two far clusters are never bridged, whatever row is drawn, as long as neighbours are within a cluster."""
    rng = np.random.default_rng(0)
    where = np.repeat([0.0, 1000.0], 50)
    table = pd.DataFrame({"x": where + rng.normal(size=100), "y": where + rng.normal(size=100)})
    release = Smote(k=5).fit_sample(table, 2000, rng)
    assert not release["x"].between(100, 900).any()
    assert abs((release["x"] > 500).mean() - 0.5) <= 5 * 0.5 / np.sqrt(2000)


def test_smallest_tables() -> None:
    """One row has no neighbour and is repeated; two rows are each other's."""
    row = pd.DataFrame({"x": [1.25], "y": pd.Series(["a"], dtype=object)})
    assert Smote().fit_sample(row, 3, np.random.default_rng(0)).equals(pd.concat([row] * 3, ignore_index=True))
    two = pd.DataFrame({"x": [0.0, 1 / 3]})
    x = Smote().fit_sample(two, 5000, np.random.default_rng(0))["x"]
    # The place on the line is uniform: mean 1/2, standard error of a uniform over sqrt(n).
    assert abs(x.mean() * 3 - 0.5) <= 5 * np.sqrt(1 / 12 / 5000)
    assert x.between(0, 1 / 3).all()


def test_the_stream_decides_and_jobs_do_not() -> None:
    """Same stream, same release; shadows by one worker and by three agree byte for byte."""
    table = with_everything(80)
    first, again, other = (Smote().fit_sample(table, 60, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert first.equals(again)
    assert not first.equals(other)
    serial, parallel = (
        fit_shadows(table, np.arange(80), 40, 60, 4, Smote(), np.random.default_rng(5), Effort(jobs=j)) for j in (1, 3)
    )
    assert all(a.equals(b) for a, b in zip(serial.releases, parallel.releases, strict=True))


def test_no_neighbour_is_an_error() -> None:
    """Zero neighbours are a programmer's error."""
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        Smote(k=0)
