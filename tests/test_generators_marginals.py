"""Independent marginals against the product law."""

import numpy as np
import pandas as pd

from synthaudit.generators.marginals import Marginals


def test_columns_are_kept_and_independent() -> None:
    """Each share is kept, and the joint shares are their products, within 5 standard errors."""
    table = pd.DataFrame(
        {"x": [0.0] * 60 + [1.0] * 40, "y": pd.Series(["a"] * 60 + ["b"] * 30 + [None] * 10, dtype=object)}
    )
    m = 20_000
    release = Marginals().fit_sample(table, m, np.random.default_rng(0))
    assert release.dtypes.equals(table.dtypes)
    joint = release.groupby(["x", "y"], dropna=False).size() / m
    for x, share_x in [(0.0, 0.6), (1.0, 0.4)]:
        for y, share_y in [("a", 0.6), ("b", 0.3), (np.nan, 0.1)]:
            p = share_x * share_y
            is_cell = (release["x"] == x) & (release["y"].isna() if y is np.nan else release["y"] == y)
            assert abs(is_cell.mean() - p) <= 5 * np.sqrt(p * (1 - p) / m), (x, y)
    assert len(joint) == 6


def test_every_draw_is_its_own() -> None:
    """Two columns that are equal in training agree in a release only as often as chance says."""
    x = np.arange(1000.0)
    release = Marginals().fit_sample(pd.DataFrame({"x": x, "y": x}), 5000, np.random.default_rng(1))
    assert int((release["x"] == release["y"]).sum()) <= 20  # Poisson with mean 5
