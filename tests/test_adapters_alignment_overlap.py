"""Rows and people in two tables, against Python's own tuples and counts by hand; both sides of every limit."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.overlap import (
    entity_codes,
    holdout_overlap,
    in_same_order,
    is_telling,
    overlap_of,
    reference_overlap,
    row_codes,
    whole_rows,
)
from synthaudit.adapters.alignment.schema import infer_schema
from synthaudit.adapters.readers.tables import read_table


def test_row_codes_are_equal_where_rows_are_tuples_that_are_equal() -> None:
    """Three tables of few levels with gaps: the same partition of all rows as by tuples, columns of any order."""
    rng = np.random.default_rng(0)

    def table(n: int) -> pd.DataFrame:
        levels = np.array(["a", "b", None], dtype=object)
        return pd.DataFrame(
            {
                "x": rng.choice([0.0, 1.0, np.nan], n),
                "c": rng.choice(levels, n),
                "d": rng.choice(levels, n),
                "t": rng.choice(np.array(["2020-01-01", "NaT"], dtype="datetime64[us]"), n),
            }
        )

    tables = [table(n) for n in (150, 1, 80)]
    codes = row_codes(*tables)
    assert [len(part) for part in codes] == [150, 1, 80]
    rows = [
        tuple("missing" if pd.isna(cell) else str(cell) for cell in row)
        for frame in tables
        for row in frame.itertuples(index=False)
    ]
    pairs = set(zip(rows, np.concatenate(codes).tolist(), strict=True))
    assert len(pairs) == len(set(rows)) == len({code for _, code in pairs}) > 50


@pytest.mark.parametrize(
    ("table", "other", "entity", "n_found", "n_twins", "is_same"),
    [
        ([1, 2, 9], [1, 1, 2, 3], None, 2, 2, False),
        ([1, 2, 9], [1, 1, 2, 3], [5, 5, 6, 7], 2, 0, False),
        ([1, 2, 9], [1, 1, 2, 3], [5, 6, 6, 7], 2, 2, False),
        ([1, 1, 1, 1], [1, 1, 2, 2], None, 4, 4, False),
        ([3, 1, 1, 2], [1, 2, 1, 3], None, 4, 2, True),
        ([1, 2, 2, 3], [1, 2, 1, 3], None, 4, 2, False),
        ([1, 2, 3], [1, 2, 3, 4], None, 3, 0, False),
    ],
)
def test_counts_of_an_overlap(
    table: list[int], other: list[int], entity: list[int] | None, n_found: int, n_twins: int, is_same: bool
) -> None:
    """Rows found, rows of the other table with a twin of another person there, and whether both are one bag."""
    found = overlap_of(np.array(table), np.array(other), None if entity is None else np.array(entity))
    assert (found.n_found, found.n_rows, found.is_same) == (n_found, len(table), is_same)
    assert found.expected == (n_twins + 1) / (len(other) + 2)
    assert found.share == n_found / len(table)


@pytest.mark.parametrize(
    ("n_rows", "n_shared", "is_excess"),
    [
        (1_000, 11, False),  # 1.1 % less 0.1 % is 1 point, not more
        (1_000, 12, True),
        (20, 3, False),  # P(Bin(20, 0.001) >= 3) = 1.1e-6
        (20, 4, True),  # 4.8e-9
    ],
)
def test_where_an_overlap_becomes_an_excess(n_rows: int, n_shared: int, is_excess: bool) -> None:
    """998 rows without twins make 0.1 % expected: more than a point above it, and a p-value below 1e-6."""
    table = np.r_[np.arange(n_shared), 10_000 + np.arange(n_rows - n_shared)]
    assert overlap_of(table, np.arange(998)).is_excess == is_excess


def test_where_rows_collide_random_splits_decide() -> None:
    """Twenty levels, all of them among 30 rows: chance finds most of 3,000 rows there, whatever the twins say.

    A hundred rows of a thousand that stand in the other table, where ten stand twice, are no chance: a random split
    would share (100 + 10) / 2, give or take sqrt(110) / 2.
    """
    levels = np.arange(3_000) % 20
    honest = overlap_of(levels, np.r_[np.arange(20), np.zeros(10, dtype=np.int64)])
    assert (honest.share, honest.expected, honest.is_excess) == (1.0, 12 / 32, False)
    other = np.r_[np.arange(990), np.arange(10)]
    for n_shared, is_excess in ((60, True), (30, False)):
        table = np.r_[100 + np.arange(n_shared), 10_000 + np.arange(1_000 - n_shared)]
        found = overlap_of(table, other)
        assert found.expected == 21 / 1002
        assert found.is_excess == is_excess


def test_codes_of_people_are_by_name_and_shared() -> None:
    """Sorted names, then one code for each nameless row; people in both tables are counted once."""
    train = pd.Series(["b", None, "a", "b", "d", None], dtype=object)
    holdout = pd.Series([None, "c", "b", "d", "b"], dtype=object)
    first, second, n_shared = entity_codes(train, holdout)
    assert second is not None
    assert (first.tolist(), second.tolist(), n_shared) == ([1, 4, 0, 1, 3, 5], [6, 2, 1, 3, 1], 2)
    alone, none, n_shared = entity_codes(train, None)
    assert (alone.tolist(), none, n_shared) == ([1, 3, 0, 1, 2, 4], None, 0)
    assert Counter(alone.tolist())[1] == 2


def test_an_order_that_begins_alike_twice_is_no_plan() -> None:
    """Rows drawn at random whose first hundred come again later: the rest follows no plan, and equal tables are one."""
    rows = np.random.default_rng(4).integers(0, 3, 600)
    rows[200:300] = rows[:100]
    assert in_same_order(rows, rows.copy())
    assert not in_same_order(np.tile(rows[:200], 3), np.tile(rows[:200], 3))


def test_a_split_that_chance_may_draw_is_not_refused() -> None:
    """21 pairs of equal rows in either table and 88 across: of 130 pairs chance puts 65 +- 6 across.

    By the twins of one table, 1.95 % of its rows, 4 % would be beyond belief.
    """
    n, pairs, across = 2_200, np.repeat(np.arange(21), 2), np.arange(100, 188)
    alone = n - len(pairs) - len(across)
    train = np.concatenate([pairs, across, 1_000 + np.arange(alone)])
    holdout = np.concatenate([50 + pairs, across, 9_000 + np.arange(alone)])
    overlap = overlap_of(holdout, train)
    assert (overlap.n_found, overlap.expected) == (88, 43 / 2_202)
    assert not overlap.is_excess
    # As many rows of train among them again are beyond it.
    assert overlap_of(np.concatenate([holdout[:-60], 1_000 + np.arange(60)]), train).is_excess


def test_a_running_number_tells_nobody_and_an_identifier_tells_by_letters_and_digits() -> None:
    """People of both tables are the same rows, whatever their place in either table is called."""
    rng = np.random.default_rng(0)
    n, n_both = 60, 20
    keys = rng.permutation(np.arange(10_000, 99_999))[: 2 * n - n_both]

    def table(of: slice, mark: str) -> pd.DataFrame:
        own = keys[of]
        return pd.DataFrame(
            {
                "ticket": [f"T-{i:04d}" for i in range(n)],
                "card": [f"{key // 100}{mark}{key % 100:02d}" for key in own],
                "age": own % 60,
            }
        ).astype({"ticket": object, "card": object})

    train, holdout = table(slice(n), "-"), table(slice(n - n_both, None), " ")
    overrides = {name: ColumnOverride(kind="identifier") for name in ("ticket", "card")}
    schema = infer_schema(read_table(train, "train"), read_table(holdout, "holdout"), overrides)
    codes = whole_rows(schema, {"train": train, "holdout": holdout})
    assert codes is not None
    np.testing.assert_array_equal(codes["train"][-n_both:], codes["holdout"][:n_both])
    assert len(np.unique(np.concatenate([codes["train"], codes["holdout"]]))) == 2 * n - n_both


@pytest.mark.parametrize(
    ("n_different", "n", "expected"), [(1, 5, True), (1, 6, False), (20, 100, True), (20, 101, False)]
)
def test_rows_can_be_told_apart_where_a_fifth_of_them_are_different(n_different: int, n: int, expected: bool) -> None:
    """Where fewer are, an honest draw may hold each as often."""
    assert is_telling(np.arange(n) % n_different) is expected


@pytest.mark.parametrize(("n_twins", "is_excess"), [(4, True), (5, False)])
def test_from_five_rows_with_twins_on_random_splits_are_asked(n_twins: int, is_excess: bool) -> None:
    """20 rows of 1,000 stand in another 1,000: by few twins no chance, but a random split shares 10 +- 3 and more."""
    other = np.r_[np.repeat(np.arange(n_twins // 2), 2), np.zeros(n_twins % 2, dtype=np.int64)]
    other = np.r_[other, 100 + np.arange(1_000 - n_twins)]
    table = np.r_[100 + np.arange(20), 5_000 + np.arange(980)]
    overlap = overlap_of(table, other)
    assert (overlap.expected, overlap.is_excess) == ((n_twins + 1) / 1_002, is_excess)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([0, 1, 2, 0, 1, 2], False),  # a plan, twice
        ([0, 0, 1, 0, 0, 1, 0, 0], False),  # a plan that begins with equal rows, and breaks off
        ([0, 1, 2, 0, 1, 2, 0, 1, 2, 1], True),  # three times, and another row
        ([0, 1, 0, 2, 0, 1], True),  # what comes again has only begun to
        ([0, 1, 2, 1, 2, 0], True),  # six runs of three rows
        ([0, 1, 2, 1, 0, 0], False),  # five
    ],
)
def test_an_order_that_no_sort_and_no_plan_gives(rows: list[int], expected: bool) -> None:
    """A plan comes twice at least; an order that sorting gives has fewer than two runs for each row."""
    assert in_same_order(np.array(rows), np.array(rows)) is expected


@pytest.mark.parametrize(("n_shared", "status", "blocks_pass"), [(2, "ran", False), (40, "ran_low_power", True)])
def test_an_overlap_that_is_allowed_stands_against_a_pass_where_chance_does_not_explain_it(
    n_shared: int, status: str, blocks_pass: bool
) -> None:
    """Rows of a holdout of 1,000 that stand in train too are told in either case."""
    codes = {"train": np.arange(1_000), "holdout": np.r_[np.arange(n_shared), 5_000 + np.arange(1_000 - n_shared)]}
    (note,) = holdout_overlap(codes, None, "holdout", allow_overlap=True)
    assert (note.status, note.blocks_pass) == (status, blocks_pass)


def test_rows_of_one_person_are_no_chance_for_a_reference() -> None:
    """Two equal rows of each of 300 people explain nothing; those of a holdout, whose people nobody names, do."""
    twice = np.repeat(np.arange(300), 2)
    codes = {"train": twice, "holdout": 1_000 + twice[:400], "reference": np.r_[:50, 1_000:1_050, 5_000:5_400]}
    (note,) = reference_overlap(codes, twice, allow_overlap=True)
    assert "are also in train (expected by chance 0.17 %)" in note.reason
    assert [note.test for note in reference_overlap(codes, None, allow_overlap=True)] == []
