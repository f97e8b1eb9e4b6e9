"""What a release does to a column, from the tables alone: both sides of every limit, word by word."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.release import refuse_token, release_notes
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.types import Column, Coverage, Kind, Schema


def notes(release: pd.Series, train: pd.Series, kind: Kind = "categorical", holdout: Any = None) -> list[Coverage]:
    return release_notes(
        read_table(pd.DataFrame({"x": release}), "synthetic"),
        pd.DataFrame({"x": release}),
        Schema(columns=(Column(name="x", kind=kind),)),
        pd.DataFrame({"x": train}),
        None if holdout is None else pd.DataFrame({"x": holdout}),
    )


def levels(*counts: int) -> pd.Series:
    """So many cells of each of the levels a, b, c, ..."""
    return text_column([chr(97 + i) for i, n in enumerate(counts) for _ in range(n)])


def numbers(n: int, n_missing: int) -> pd.Series:
    return pd.Series(np.r_[np.arange(n - n_missing) % 7, np.full(n_missing, np.nan)])


@pytest.mark.parametrize(
    ("release", "train", "blocks"),
    [
        (levels(20), levels(50, 50), [True]),  # 2^-20 = 9.5e-7
        (levels(19), levels(50, 50), [False]),  # 2^-19 = 1.9e-6
        (levels(1_000), levels(999, 1), [False]),  # .999^1000 = .37
        (levels(100), levels(100), []),
        (levels(99, 1), levels(50, 50), []),
    ],
)
def test_a_constant_column_blocks_where_honest_draws_would_not_be_constant(
    release: pd.Series, train: pd.Series, blocks: list[bool]
) -> None:
    """The chance of n draws of the most frequent level, at its share of train, against one in a million."""
    found = notes(release, train)
    assert [note.blocks_pass for note in found] == blocks
    assert [note.reason for note in found] == ["Column 'x' is constant in the release and has 2 values in train."] * (
        len(blocks)
    )


@pytest.mark.parametrize(
    ("missing", "missing_in_train", "blocks"),
    [(5, 0, []), (6, 0, [False]), (25, 20, []), (26, 20, [False]), (50, 0, [False]), (51, 0, [True])],
)
def test_emptied_cells_are_noted_from_five_points_and_block_from_fifty(
    missing: int, missing_in_train: int, blocks: list[bool]
) -> None:
    """Only what is missing beyond train counts."""
    found = notes(numbers(100, missing), numbers(100, missing_in_train), "numeric")
    assert [(note.test, note.status, note.reason, note.blocks_pass) for note in found] == [
        (
            *("missing cells", "ran_low_power"),
            f"Column 'x' is missing in {missing} % of the release's rows and {missing_in_train} % of train's.",
            block,
        )
        for block in blocks
    ]


def test_new_levels_are_counted_and_other_spellings_are_none() -> None:
    """Case and space are spelling; a level of the holdout is known; cells are counted, not levels."""
    release = text_column([" A", "b", "c", "new", "new", "other", "a", "B", "b", "b"])
    found = notes(release, levels(2, 2), holdout=levels(1, 0, 1))
    assert [note.reason for note in found] == [
        "synthetic frame, column 1 'x': 2 levels not in train or holdout (30 % of cells)."
    ]
    assert notes(release, levels(2, 2), "text", holdout=levels(1, 0, 1)) == []


@pytest.mark.parametrize(("alone", "is_refused"), [(4, True), (5, False)])
def test_a_release_without_any_level_of_train_is_refused_where_train_repeats_its_own(
    alone: int, is_refused: bool
) -> None:
    """Half of train's cells in repeated levels, or more: other levels are another spelling; below, other people."""
    train = text_column(["a"] * 4 + [f"single {i}" for i in range(alone)])
    release = text_column(["y", "z", "y", "z"])
    if is_refused:
        with pytest.raises(InputError) as caught:
            notes(release, train)
        assert str(caught.value) == (
            "SA-149 synthetic frame, column 1 'x': 0 of 4 cells are levels of train; the values differ in spelling. "
            "Write the levels as train does."
        )
    else:
        assert [note.reason for note in notes(release, train)] == [
            "synthetic frame, column 1 'x': 2 levels not in train or holdout (100 % of cells)."
        ]


def test_a_token_is_refused_only_where_train_has_gaps_and_no_such_level() -> None:
    """Every spelling is named once; without missing cells in train, or where train has the word, it is a level."""
    release = text_column(["NA", " NA", "nan", "x", None])
    with pytest.raises(InputError) as caught:
        refuse_token(release, text_column(["x", None]), "here")
    assert str(caught.value) == (
        "SA-150 here: 3 of 5 cells are a usual spelling of missing; in train such cells are empty. Pass --missing 'NA' "
        "--missing 'nan'."
    )
    refuse_token(release, text_column(["x", "y"]), "here")
    refuse_token(text_column(["NA", "x"]), text_column(["NA", "x", None]), "here")
