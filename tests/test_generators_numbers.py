"""Invented numbers take the form of the column they are invented for."""

import numpy as np
import pandas as pd
import pytest

from synthaudit.generators.numbers import decimals_of, numbers_of, schema_like, written_like


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([1.0, 20.0, np.nan], 0), ([0.1, 2.0], 1), ([1e-12], 12), ([1 / 3], None), ([], 0), ([1e300], 0)],
)
def test_fewest_decimals(values: list[float], decimals: int | None) -> None:
    """As many decimals as the most precise number needs; none where twelve do not do."""
    assert decimals_of(np.array(values, dtype=float)) == decimals


def test_times_stay_on_their_grid() -> None:
    """Times that fall on Mondays alone are invented on Mondays alone, missing stays missing, far years too."""
    week = np.timedelta64(7 * 86_400_000_000, "us")
    mondays = pd.Series(np.datetime64("0003-01-06", "us") + np.array([0, 3, 7, 1000]) * week)
    drawn = numbers_of(mondays)[[0, 1, 2, 3]] + np.array([0.4, -0.6, 2.2, np.nan]) * 7 * 86_400e6
    written = written_like(drawn, mondays)
    steps = (written.to_numpy() - mondays.to_numpy()[0]) / week
    assert steps[:3].tolist() == [0, 2, 9]
    assert np.isnat(written.to_numpy()[3])
    assert written.dtype == mondays.dtype


def test_rounding_keeps_what_is_between_between() -> None:
    """A number between two cells of the column is still between them when it is written."""
    rng = np.random.default_rng(0)
    for scale in (1, 10, 1000):
        column = pd.Series(np.round(rng.normal(size=200) * scale, 2))
        a, b = column.to_numpy()[:100], column.to_numpy()[100:]
        written = written_like(a + rng.random(100) * (b - a), column).to_numpy()
        assert ((np.minimum(a, b) <= written) & (written <= np.maximum(a, b))).all()


def test_kinds_are_read_off_canonical_cells() -> None:
    """Floats are numbers, times are times, text of true and false alone is boolean, the rest are levels."""
    table = pd.DataFrame({"n": [1.0], "t": np.array(["2020-01-01"], dtype="datetime64[us]")})
    table = table.assign(b=pd.Series(["true"], dtype=object), c=pd.Series(["x"], dtype=object))
    table = table.assign(none=pd.Series([None], dtype=object))
    assert [c.kind for c in schema_like(table).columns] == [
        "numeric",
        "datetime",
        "boolean",
        "categorical",
        "categorical",
    ]
