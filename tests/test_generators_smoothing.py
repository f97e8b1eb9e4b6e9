"""Rare values are blurred, and nothing else is."""

import numpy as np
import pandas as pd
from scipy import stats

from synthaudit.generators.smoothing import smooth_rare


def test_rare_values_are_gone_and_common_ones_stay() -> None:
    """A value that enough training rows have stays where it is; of the others none is left to recognise."""
    rng = np.random.default_rng(0)
    rare = np.round(rng.lognormal(10, 1, 900), 2)
    table = pd.DataFrame({"income": np.concatenate([np.zeros(300), rare]), "sex": ["f", "m"] * 600})
    release = table.sample(1200, random_state=1).reset_index(drop=True)
    smooth = smooth_rare(table, release, 20, rng)
    assert smooth.loc[release["income"] == 0, "income"].eq(0).all()
    blurred = smooth.loc[release["income"] != 0, "income"]
    assert blurred.isin(rare).mean() <= 0.01  # cents of a column this wide hardly ever meet
    assert smooth["sex"].equals(release["sex"])
    assert blurred.between(rare.min(), rare.max()).all()
    assert stats.ks_2samp(blurred, rare).pvalue > 0.01


def test_written_form_is_kept() -> None:
    """Whole numbers stay whole, dates stay dates, missing stays missing: the blur cannot be told by its format."""
    rng = np.random.default_rng(0)
    day = np.timedelta64(86_400_000_000, "us")
    visits = rng.poisson(20, 1000).astype(float)
    visits[::10] = np.nan
    table = pd.DataFrame(
        {"visits": visits, "born": np.datetime64("1950-01-01", "us") + rng.integers(9000, size=1000) * day}
    )
    smooth = smooth_rare(table, table, 10, rng)
    assert smooth.dtypes.equals(table.dtypes)
    assert smooth["visits"].isna().equals(table["visits"].isna())
    assert (smooth["visits"].dropna() % 1 == 0).all()
    assert smooth["born"].dt.normalize().equals(smooth["born"])
    assert (smooth["born"] != table["born"]).mean() > 0.9


def test_a_single_rare_value_has_nothing_to_blur_with() -> None:
    """One distinct rare value has no spread to take a bandwidth from, and stays."""
    table = pd.DataFrame({"flag": [0.0] * 99 + [1.0]})
    assert smooth_rare(table, table, 5, np.random.default_rng(0)).equals(table)
