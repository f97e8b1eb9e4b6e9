"""The planted leak has exactly the size that was asked for."""

import numpy as np
import pandas as pd
import pytest

from synthaudit.generators.copies import with_copies


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.05, 10), (1.0, 200)])
def test_share_of_rows_is_replaced(share: float, expected: int) -> None:
    """That share of the release, rounded, is rows of the table, none twice; the other rows stay in place."""
    table = pd.DataFrame({"x": np.arange(500.0), "y": pd.Series([str(i) for i in range(500)], dtype=object)})
    release = pd.DataFrame({"x": -np.arange(1.0, 201.0), "y": pd.Series(["made"] * 200, dtype=object)})
    leaked = with_copies(table, release, share, np.random.default_rng(0))
    copied = (leaked["x"] >= 0).to_numpy()
    assert int(copied.sum()) == expected
    assert leaked.loc[copied, "x"].is_unique
    assert (leaked.loc[copied, "y"] == leaked.loc[copied, "x"].astype(int).astype(str)).all()
    assert leaked[~copied].equals(release[~copied])
    assert leaked.dtypes.equals(release.dtypes)


def test_more_copies_than_rows_is_an_error() -> None:
    """A row is copied at most once, so a small table cannot fill a large release."""
    table, release = pd.DataFrame({"x": [1.0] * 4}), pd.DataFrame({"x": [0.0] * 10})
    with pytest.raises(ValueError, match="5 copies asked for, 4 rows to copy and 10 to replace"):
        with_copies(table, release, 0.5, np.random.default_rng(0))
