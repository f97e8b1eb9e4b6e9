"""Promises on columns that train and another table dress otherwise: shares and percents, zones, decimals."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import align
from synthaudit.adapters.readers.raw import TableRole
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
from synthaudit.types import BeyondCopy

N = 60
SHARES = np.round(np.random.default_rng(0).beta(2, 6, N), 4)
SMALL = np.round(SHARES / 200, 6)
START = datetime(2020, 1, 1)  # noqa: DTZ001
TIMES = [START + timedelta(hours=37 * i) for i in range(N)]
Write = Callable[..., str]


def cells_of(train: list[str], release: list[str]) -> tuple[pd.Series, pd.Series]:
    """Canonical cells of a column of train and of a release."""

    def table(values: list[str], role: TableRole) -> pd.DataFrame:
        return pd.DataFrame({"x": pd.Series(values, dtype=object), "site": ["a", "b"] * (N // 2)})

    data = align(read_table(table(train, "train"), "train"), read_table(table(release, "synthetic"), "synthetic"))
    return data.train["x"], data.synthetic["x"]


@pytest.mark.parametrize(
    ("values", "train", "release"),
    [
        (SHARES, lambda v: f"{v:.4f}", lambda v: f"{100 * v:.2f}%"),
        (SHARES, lambda v: f"{v:.4f}", lambda v: f"{1000 * v:.1f}‰"),
        (SMALL, lambda v: f"{v:.6f}", lambda v: f"{100 * v:.4f} %"),
        (SHARES, lambda v: f"{100 * v:.2f}", lambda v: f"{100 * v:.2f}%"),
        (SMALL, lambda v: f"{100 * v:.4f}", lambda v: f"{100 * v:.4f}%"),
        (SHARES, lambda v: f"{100 * v:.2f}%", lambda v: f"{100 * v:.2f}"),
        (SHARES, lambda v: f"{1000 * v:.1f}‰", lambda v: f"{1000 * v:.1f}"),
    ],
)
def test_percents_are_divided_only_where_train_has_shares(values: np.ndarray, train: Write, release: Write) -> None:
    """Whichever train is nearer to: shares of any size, or percents without their sign, also in files of text."""
    of_train, of_release = cells_of([train(v) for v in values], [release(v) for v in values])
    np.testing.assert_allclose(of_release, of_train, rtol=1e-9)


@pytest.mark.parametrize(
    ("train", "release", "got"),
    [
        ("%Y-%m-%d %H:%M CET", "%Y-%m-%d %H:%M UTC", "times of zone UTC here, of zone CET in train"),
        ("%Y-%m-%d %H:%M CET", "%Y-%m-%dT%H:%M:%SZ", "times of zone UTC here, of zone CET in train"),
        ("%Y-%m-%d %H:%M CET", "%d.%m.%Y %H:%M +0100", "times of zone UTC here, of zone CET in train"),
        ("%Y-%m-%d %H:%M CET", "%Y-%m-%d %H:%M EST", "times of zone EST here, of zone CET in train"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M EST", "times of zone EST here, of none that is named in train"),
        ("%Y-%m-%d %H:%M CET", "%Y-%m-%d %H:%M", None),
        ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M UTC", None),
    ],
)
def test_another_zone_than_trains_is_an_error(train: str, release: str, got: str | None) -> None:
    """Taken off without a word it would move every moment by hours; no zone at all is that of train."""
    written = [[f"{moment:{form}}" for moment in TIMES] for form in (train, release)]
    if got is None:
        of_train, of_release = cells_of(*written)
        assert of_release.tolist() == of_train.tolist()
        return
    with pytest.raises(InputError) as error:
        cells_of(*written)
    assert (error.value.code, error.value.got) == ("SA-154", got)
    assert error.value.do == "Write all tables in one zone, or none of them with its name."


def test_decimals_of_a_generator_are_no_thousands() -> None:
    """Train has whole years, the release 57.012 of them: whole ones are audited, and it is said that there is more."""
    ages = [str(20 + i % 40) for i in range(N)]
    tables = [pd.DataFrame({"x": pd.Series(cells, dtype=object)}) for cells in (ages, [f"{a}.012" for a in ages])]
    data = align(read_table(tables[0], "train"), read_table(tables[1], "synthetic"))
    assert data.synthetic["x"].tolist() == data.train["x"].tolist()
    assert data.delivered_numbers is not None
    np.testing.assert_allclose(data.delivered_numbers[:, 0], data.train["x"] + 0.012)
    assert BeyondCopy(kind="decimals", n=N, column="x") in data.beyond
