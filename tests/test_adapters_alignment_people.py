"""Keys of people in tables and releases: who is named, what is said, and when a key is a mere running number."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.people import ReleaseKeys, named_people, people_of
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.errors import InputError

REAL = {
    "train": pd.Series(["ann", "7", None, "B-2"], dtype=object),
    "holdout": pd.Series(["cy", "1"], dtype=object),
}


def table(who: list[Any], role: Any) -> RawTable:
    return read_table(pd.DataFrame({"x": np.arange(len(who)) + 0.5, "who": pd.Series(who, dtype=object)}), role)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([["ann", "cy"], ["zoe"]], {"train": [1, 0, 0, 0], "holdout": [1, 0]}),
        ([["zoe", None], [" b-2", "ANN"]], {"train": [1, 0, 0, 1], "holdout": [0, 0]}),
        ([["x", "y"]], {"train": [0, 0, 0, 0], "holdout": [0, 0]}),
        ([["7", "9"]], {"train": [0, 1, 0, 0], "holdout": [0, 0]}),
        ([["3", "1"], ["2"]], None),
        ([["0", "1", "2"]], None),
        ([["1", "2"], ["1", "2"]], None),
        ([["6", "7", "8"]], {"train": [0, 1, 0, 0], "holdout": [0, 0]}),
        ([["1", "2", "4"]], {"train": [0, 0, 0, 0], "holdout": [0, 1]}),
        ([["1"]], {"train": [0, 0, 0, 0], "holdout": [0, 1]}),
        ([["1", "2"], ["three"]], {"train": [0, 0, 0, 0], "holdout": [0, 1]}),
        ([["one"], ["1", "2"]], {"train": [0, 0, 0, 0], "holdout": [0, 1]}),
        ([["1", "2x"]], {"train": [0, 0, 0, 0], "holdout": [0, 1]}),
        ([[f"{i:015d}" for i in range(5)]], None),
        ([[f"{i:016d}" for i in range(5)]], {"train": [0, 0, 0, 0], "holdout": [0, 0]}),
        ([["9" * 20, "7"]], {"train": [0, 1, 0, 0], "holdout": [0, 0]}),
    ],
)
def test_whose_key_a_release_holds(parts: list[list[Any]], named: dict[str, list[int]] | None) -> None:
    """Keys are met in any part and whatever their case; 0, 1, 2, ... without a gap, or 1, 2, ..., name nobody."""
    keys = ReleaseKeys(REAL)
    for part in parts:
        keys.read(pd.Series(part, dtype=object))
    found, (note,) = keys.named("who")
    if named is None:
        assert found == {}
        assert (note.status, note.reason) == (
            "not_run",
            "The identifier 'who' of the release is a running number; it was not compared.",
        )
    else:
        assert {role: mask.astype(int).tolist() for role, mask in found.items()} == named
        assert (note.status, note.reason) == (
            "ran",
            "The release has the identifier 'who'; a person whose key it holds counts as copied.",
        )


def test_a_release_without_the_key_names_nobody() -> None:
    """No entity column named, or none released: nothing to say."""
    assert named_people(table(["ann", "zoe"], "synthetic"), None, REAL) == ({}, [])
    assert named_people(table(["ann", "zoe"], "synthetic"), "person", REAL) == ({}, [])
    assert named_people(table(["ann", "zoe"], "synthetic"), "who", REAL)[0]["train"].tolist() == [True, *[False] * 3]


@pytest.mark.parametrize(
    ("train", "holdout", "reference", "message"),
    [
        ([None] * 2, [None] * 2, None, "SA-151 train frame, column 2 'who': all cells missing. Leave --entity out."),
        ([None] * 2, None, None, "SA-151 train frame, column 2 'who': all cells missing. Leave --entity out."),
        (["a", "b"], ["b", "c"], None, "SA-174 holdout frame: 1 key of 'who' is also in train. Split by person."),
        (["a", "b"], ["b", "a"], None, "SA-174 holdout frame: 2 keys of 'who' are also in train. Split by person."),
        (
            ["a", "b"],
            ["c", "d"],
            ["e", "d", "d"],
            "SA-175 reference frame: 1 key of 'who' is also in train or holdout. Give other people, or leave "
            "--reference out.",
        ),
        (
            ["a", "b"],
            None,
            ["b", "a"],
            "SA-175 reference frame: 2 keys of 'who' are also in train or holdout. Give other people, or leave "
            "--reference out.",
        ),
    ],
)
def test_people_who_stand_where_they_must_not(
    train: list[Any], holdout: list[Any] | None, reference: list[Any] | None, message: str
) -> None:
    """Nobody named, somebody on both sides, somebody of the reference on either: exact errors."""
    given = [
        None if who is None else table(who, role)
        for who, role in ((train, "train"), (holdout, "holdout"), (reference, "reference"))
    ]
    assert given[0] is not None
    with pytest.raises(InputError) as caught:
        people_of(given[0], given[1], given[2], "who", False)
    assert str(caught.value) == message


def test_what_is_said_of_people() -> None:
    """Nameless rows are counted over both tables; people on both sides and in the reference, where allowed, block."""
    found = people_of(
        *(table(["b", None, "a"], "train"), table(["b", None, None], "holdout"), table(["a", "x", "b"], "reference")),
        *("who", True),
    )
    assert found.train is not None
    assert found.holdout is not None
    assert (found.train.tolist(), found.holdout.tolist()) == ([1, 2, 0], [1, 3, 4])
    assert [(note.test, note.reason, note.blocks_pass) for note in found.coverage] == [
        ("entity", "3 rows without a value in 'who' count as one person each.", False),
        ("overlap", "holdout frame: 1 key of 'who' is also in train; their labels contradict each other.", True),
        (
            "overlap",
            "reference frame: 2 keys of 'who' are also in train or holdout; attacks that use the reference lean on"
            " them.",
            True,
        ),
    ]


def test_without_an_entity_column_nobody_is_coded() -> None:
    """Rows are then the units, and nothing is said; a table whose keys are all there has nothing said either."""
    train = table(["a", None], "train")
    bare = people_of(train, None, None, None, False)
    assert (bare.train, bare.holdout, bare.coverage) == (None, None, [])
    assert people_of(table(["a", "b"], "train"), None, None, "who", False).coverage == []
    (note,) = people_of(train, None, None, "who", False).coverage
    assert note.reason == "1 row without a value in 'who' count as one person each."
