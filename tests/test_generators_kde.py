"""Training rows with noise on them."""

import numpy as np
import pandas as pd
import pytest
from test_generators_smote import with_everything

from synthaudit.generators.fit_each import Effort
from synthaudit.generators.kde import Kde
from synthaudit.generators.shadow_sets import fit_shadows


def test_without_bandwidth_training_rows_are_republished() -> None:
    """Bandwidth 0 and flip 0: every row is a training row, missing cells, dates and dtypes included."""
    table = with_everything(100)
    table["row"] = np.arange(100.0)
    release = Kde(bandwidth=0.0, flip=0.0).fit_sample(table, 500, np.random.default_rng(0))
    source = table.iloc[release["row"].astype(int)].reset_index(drop=True)
    pd.testing.assert_frame_equal(release, source)
    assert release["row"].nunique() > 90  # 500 draws of 100 rows miss less than one of them on average


@pytest.mark.parametrize("bandwidth", [0.05, 0.5])
def test_noise_has_the_asked_size(bandwidth: float) -> None:
    """Gaussian steps of the bandwidth times the column's spread; what is missing stays missing."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=4000)
    x[::4] = np.nan
    table = pd.DataFrame({"row": np.arange(4000.0), "x": x, "half": np.where(rng.random(4000) < 0.6, 0.0, x**2)})
    release = Kde(bandwidth=bandwidth).fit_sample(table, 8000, rng)
    # The row number is blurred as well; from bandwidth times its spread the row cannot be told, but from a small one.
    small = Kde(bandwidth=1e-9).fit_sample(table, 10, rng)
    assert np.abs(small["row"] - small["row"].round()).max() < 1e-4
    spread = min(np.nanstd(x, ddof=1), np.subtract(*np.nanquantile(x, [0.75, 0.25])) / 1.34)
    expected = np.nanvar(x) + (bandwidth * spread) ** 2
    # Standard error of a variance of 6,000 Gaussian draws, on top of that of the training table, which is shared.
    assert abs(release["x"].var() / expected - 1) <= 5 * np.sqrt(2 / 6000)
    assert abs(release["x"].isna().mean() - 0.25) <= 5 * np.sqrt(0.25 * 0.75 / 8000)
    # Half of the column is one value, which has no interquartile range to take the spread from: still it is blurred.
    assert (release["half"] == 0).mean() < 0.01


@pytest.mark.parametrize("flip", [0.0, 0.1, 1.0])
def test_levels_flip_as_often_as_asked(flip: float) -> None:
    """A level is drawn anew from its column with the probability of a flip, and is else that of its row."""
    code = np.arange(1000)
    table = pd.DataFrame({"row": code.astype(float), "level": pd.Series([f"l{c}" for c in code], dtype=object)})
    release = Kde(bandwidth=0.0, flip=flip).fit_sample(table, 5000, np.random.default_rng(2))
    share_kept = (release["level"].str[1:].astype(float) == release["row"]).mean()
    expected = 1 - flip * 999 / 1000
    assert abs(share_kept - expected) <= 5 * np.sqrt(max(expected * (1 - expected), 1e-12) / 5000)


def test_the_stream_decides_and_jobs_do_not() -> None:
    """Same stream, same release; shadows by one worker and by three agree byte for byte."""
    table = with_everything(80)
    first, again, other = (Kde().fit_sample(table, 60, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert first.equals(again)
    assert not first.equals(other)
    assert first.dtypes.equals(table.dtypes)
    serial, parallel = (
        fit_shadows(table, np.arange(80), 40, 60, 4, Kde(), np.random.default_rng(5), Effort(jobs=j)) for j in (1, 3)
    )
    assert all(a.equals(b) for a, b in zip(serial.releases, parallel.releases, strict=True))


@pytest.mark.parametrize(("bandwidth", "flip"), [(-1.0, 0.0), (float("nan"), 0.0), (0.1, 1.5)])
def test_impossible_sizes(bandwidth: float, flip: float) -> None:
    """A negative bandwidth or a probability above 1 is a programmer's error."""
    with pytest.raises(ValueError, match="no bandwidth of"):
        Kde(bandwidth=bandwidth, flip=flip)
