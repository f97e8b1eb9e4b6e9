"""What single people have, looked up in a release: counts by hand, and tables that must not be taken for leaks."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tables import mixed, schema_of

from synthaudit.checks.met_people import Lookup, Meetings, combinations
from synthaudit.encoding import fit_cells
from synthaudit.types import IntArray


def looked_up(
    train: pd.DataFrame, release: pd.DataFrame, columns: tuple[int, ...], person: IntArray | None = None
) -> Meetings:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [release])
    who = np.arange(len(train)) if person is None else person
    return Lookup(schema, encoder.encode(train), encoder.encode(release), who).meetings(columns)


def letters(text: str) -> pd.DataFrame:
    return pd.DataFrame({"x": np.array(list(text), dtype=object)})


def counts(meetings: Meetings) -> tuple[int, int, int]:
    return meetings.n_met, meetings.n_twins, meetings.n_repeated


def test_people_and_kinds_are_counted_by_hand() -> None:
    """Alone: a, b, c, of whom a and b are met; d is shared by two, e by three; the release alone repeats f, not g."""
    assert counts(looked_up(letters("abcddeee"), letters("aabdffg"), (0,))) == (2, 1, 1)


def test_rows_of_one_person_count_once() -> None:
    """One person has a three times, alone: met once. Two people share b."""
    person = np.array([0, 0, 0, 1, 2])
    met = looked_up(letters("aaabb"), letters("aab"), (0,), person)
    assert (counts(met), met.n_people) == ((1, 1, 0), 3)
    # One row of the release for 5/3 rows of a person, of which each has the cells alone three times.
    assert met.pairs == pytest.approx(2 * 3 * 3 / (5 * 2) * 3)


def test_a_combination_is_met_as_a_whole() -> None:
    """Its cells in two rows of the release are no meeting."""
    train = pd.DataFrame({"x": np.array(list("abc"), dtype=object), "y": np.array(list("uvw"), dtype=object)})
    release = pd.DataFrame({"x": np.array(list("abc"), dtype=object), "y": np.array(list("uwv"), dtype=object)})
    assert counts(looked_up(train, release, (0, 1))) == (1, 0, 0)
    assert counts(looked_up(train, release, (0,))) == (3, 0, 0)


def test_the_order_of_rows_changes_nothing() -> None:
    """Shuffled tables: the same counts in all combinations."""
    rng = np.random.default_rng(0)
    train, release = mixed(200, rng), mixed(300, rng)
    mingled = [table.sample(frac=1, random_state=1) for table in (train, release)]
    for columns in combinations(np.arange(9), np.random.default_rng(1)):
        assert counts(looked_up(train, release, columns)) == counts(looked_up(mingled[0], mingled[1], columns))


def test_combinations_hold_every_column_and_all() -> None:
    """Each once, of all sizes."""
    drawn = combinations(np.array([1, 2, 5, 7]), np.random.default_rng(0))
    assert {(1,), (2,), (5,), (7,), (1, 2, 5, 7)} <= set(drawn)
    assert len(set(drawn)) == len(drawn)
    assert {len(columns) for columns in drawn} == {1, 2, 3, 4}
    assert combinations(np.array([], dtype=np.int64), np.random.default_rng(0)) == []


def test_shuffled_columns_of_train_are_met() -> None:
    """Every nearly unique number is in the release."""
    train = mixed(400, np.random.default_rng(2))
    release = train.apply(lambda cells: cells.sample(frac=1, random_state=0).to_numpy())
    met = looked_up(train, release, (1,))
    assert met.n_met == 400
    assert met.pvalue < 1e-20
    assert met.found_at_least(0.01) > 0.1


def categories(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            f"c{i}": np.floor(np.abs(rng.normal(size=n)) * (2 + i)).astype(int).astype(str).astype(object)
            for i in range(5)
        }
    )


def without_equal_rows(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return categories(4 * n, rng).drop_duplicates()[:n].reset_index(drop=True)


def keys(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Numbers that are given out once."""
    return pd.DataFrame({"key": rng.choice(10 * n, n, replace=False).astype(float), "x": rng.normal(size=n)})


@pytest.mark.parametrize("draw", [categories, without_equal_rows, keys], ids=["categories", "no equal rows", "keys"])
def test_tables_that_repeat_less_than_people_do_are_no_leak(
    draw: Callable[[int, np.random.Generator], pd.DataFrame],
) -> None:
    """10 releases of fresh rows of the same kind of table: nothing below .001."""
    for seed in range(10):
        rng = np.random.default_rng([3, seed])
        train, release = draw(500, rng), draw(500, rng)
        for columns in combinations(np.arange(train.shape[1]), rng):
            assert looked_up(train, release, columns).pvalue > 0.001
