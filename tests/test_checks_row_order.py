"""A release in the order of the training table is found; fresh, sorted and generated ones are not."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from figures import Record
from tables import mixed, schema_of

from synthaudit.checks.row_order import rows_in_order
from synthaudit.encoding import fit_cells
from synthaudit.generators import GENERATORS
from synthaudit.types import IntArray

N = 500
Made = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]


def in_order(train: pd.DataFrame, release: pd.DataFrame, entity: IntArray | None = None) -> int:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [release])
    rng = np.random.default_rng(0)
    return rows_in_order(schema, encoder.encode(train), encoder.encode(release), entity, rng)


def with_copies(train: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row in twenty is a copy, in train's order."""
    release = fresh.copy()
    places = (np.sort(rng.permutation(len(table))[: N // 20]) for table in (release, train))
    at, of = places
    release.iloc[at] = train.iloc[of].to_numpy()
    return release


def noisy(train: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every number moved."""
    numbers = train.select_dtypes("number")
    return train.assign(**(numbers + rng.normal(size=numbers.shape) * 0.1 * numbers.std().to_numpy()))


def sorted_by_all(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(list(table.columns)).reset_index(drop=True)


FOLLOWS: dict[str, Made] = {
    "train": lambda train, fresh, rng: train,
    "train backwards": lambda train, fresh, rng: train[::-1],
    "copies among fresh rows": with_copies,
    "noise": noisy,
    "parts": lambda train, fresh, rng: train.iloc[np.concatenate(rng.permutation(np.arange(N).reshape(-1, 20)))],
}
FREE: dict[str, Made] = {
    "fresh": lambda train, fresh, rng: fresh,
    "fresh, sorted": lambda train, fresh, rng: sorted_by_all(fresh),
    "train shuffled": lambda train, fresh, rng: train.iloc[rng.permutation(N)],
    "train sorted": lambda train, fresh, rng: sorted_by_all(train),
    "cart": lambda train, fresh, rng: GENERATORS["cart"].fit_sample(train, N, rng),
    "smote": lambda train, fresh, rng: GENERATORS["smote"].fit_sample(train, N, rng),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_an_order_that_follows_train_is_found(name: str) -> None:
    """All of it, some of it, and near copies."""
    rng = np.random.default_rng(0)
    train, fresh = mixed(N, rng), mixed(N, rng)
    release = FOLLOWS[name](train, fresh, rng).reset_index(drop=True)
    assert in_order(train, release) == (N // 20 if name == "copies among fresh rows" else N)


@pytest.mark.parametrize("name", FREE)
def test_an_order_that_does_not_is_none(name: str) -> None:
    """Also where train itself is sorted: then an order by content is no order of train."""
    rng = np.random.default_rng(1)
    train, fresh = mixed(N, rng), mixed(N, rng)
    for table in (train, sorted_by_all(train)):
        assert in_order(table, FREE[name](table, fresh, rng).reset_index(drop=True)) == 0


def test_rows_of_one_person_are_one() -> None:
    """Ten rows a person, people in random order: that their rows stand together follows from the people alone."""
    rng = np.random.default_rng(2)
    people = np.repeat(np.arange(50), 10)
    train = mixed(50, rng).iloc[people].reset_index(drop=True)
    train["x0"] += rng.normal(size=N)
    shuffled = train.iloc[np.concatenate(rng.permutation(np.arange(N).reshape(50, 10)))].reset_index(drop=True)
    assert in_order(train, shuffled, people) == 0
    assert in_order(train, train, people) == 50


@pytest.mark.statistics
def test_how_often_an_order_is_found(record_figure: Record) -> None:
    """100 tables each, fresh seeds."""
    for kind, cases in (("follows", FOLLOWS), ("free", FREE)):
        for name, made in cases.items():
            n = 0
            for seed in range(1_000, 1_100):
                rng = np.random.default_rng(seed)
                train, fresh = mixed(N, rng), mixed(N, rng)
                n += in_order(train, made(train, fresh, rng).reset_index(drop=True)) > 0
            record_figure(f"{kind}: {name}, orders found in 100 tables", n, ">= 90" if kind == "follows" else "<= 2")
            assert n >= 90 if kind == "follows" else n <= 2
