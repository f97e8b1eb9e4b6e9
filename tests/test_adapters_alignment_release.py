"""What a release does to a column, from the tables alone: both sides of every limit, word by word."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.keys import RunningNumber, has_many_values, without_running_numbers
from synthaudit.adapters.alignment.release import constant_notes, refuse_token, release_notes
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.types import Column, Coverage, Kind, Schema


def notes(
    release: pd.Series,
    train: pd.Series,
    kind: Kind = "categorical",
    holdout: Any = None,
    name: str = "x",
    entity: str | None = None,
) -> list[Coverage]:
    return release_notes(
        read_table(pd.DataFrame({name: release}), "synthetic"),
        pd.DataFrame({name: release}),
        Schema(columns=(Column(name=name, kind=kind),), entity=entity),
        pd.DataFrame({name: train}),
        None if holdout is None else pd.DataFrame({name: holdout}),
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
        (levels(132), levels(899, 101), [True]),  # .899^132 = 7.9e-7
        (levels(129), levels(899, 101), [False]),  # .899^129 = 1.1e-6
        (levels(1_000), levels(999, 1), [False]),  # .999^1000 = .37
        (levels(1_000), levels(899, 101), [True]),
        (levels(1_000), levels(900, 100), [False]),
        (levels(100), levels(100), []),
        (levels(99, 1), levels(50, 50), []),
    ],
)
def test_a_constant_column_blocks_where_honest_draws_would_not_be_constant(
    release: pd.Series, train: pd.Series, blocks: list[bool]
) -> None:
    """The chance of n draws of the most frequent level, at its share of train, against one in a million.

    A generator that loses what one row in ten has is poor: nothing of the others hangs on it.
    """
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


INVENTED = "0 of 4 cells are levels of train; it looks like a key that the release invents anew. "
RESPELLED = "0 of 4 cells are levels of train; the values differ in spelling"
FEW, MANY = ["a", "b"] * 20, [f"place {i // 2}" for i in range(40)]


@pytest.mark.parametrize(
    ("name", "train", "entity", "message"),
    [
        ("patient_id", FEW, None, INVENTED + "Pass --entity patient_id if it names a person, else declare it: {}."),
        ("patient", FEW, None, INVENTED + "Pass --entity patient if it names a person, else declare it: {}."),
        ("encounterId", FEW, "who", INVENTED + "Declare it: {}."),
        ("visit no", FEW, None, INVENTED + "Pass --entity 'visit no' if it names a person, else declare it: {}."),
        ("visit no", FEW, "who", INVENTED + "Declare it: {}."),
        ("city", MANY, None, f"{RESPELLED}, or the release invents them anew. Write the levels as train does. "),
        ("city", MANY, "who", f"{RESPELLED}, or the release invents them anew. Write the levels as train does. "),
        ("city", FEW, None, f"{RESPELLED}. Write the levels as train does."),
        ("city", MANY[:38], None, f"{RESPELLED}. Write the levels as train does."),
        ("identity", FEW, None, f"{RESPELLED}. Write the levels as train does."),
    ],
)
def test_a_key_that_a_release_invents_anew_is_to_be_declared(
    name: str, train: list[str], entity: str | None, message: str
) -> None:
    """Its name says so, or from 20 different values in a fifth of the rows on it may be one; else it is spelling."""
    declared = f'[columns."{name}"] kind = "identifier"'
    if message.endswith("does. "):
        person = f"Pass --entity {name} if it names a person, else declare it: "
        message += f"{'Declare it: ' if entity else person}{declared}."
    with pytest.raises(InputError) as caught:
        notes(text_column(["y", "z", "y", "z"]), text_column(train), name=name, entity=entity)
    assert str(caught.value) == f"SA-149 synthetic frame, column 1 '{name}': {message.format(declared)}"


def test_new_values_that_do_not_repeat_in_train_are_noted_with_the_way_to_declare_them() -> None:
    """Declared as identifier nothing is said of them at all."""
    train, release = (text_column([f"{letter}{i}z" for i in range(30)]) for letter in "ab")
    assert [(note.reason, note.blocks_pass) for note in notes(release, train, name="order_key")] == [
        (
            "synthetic frame, column 1 'order_key': 30 levels not in train or holdout (100 % of cells). If the release"
            " invents them anew: Pass --entity order_key if it names a person, else declare it: "
            '[columns."order_key"] kind = "identifier".',
            False,
        )
    ]
    assert notes(release, train, "identifier", name="order_key") == []


@pytest.mark.parametrize(
    ("name", "n", "is_advised"),
    [("order_key", 10, True), ("city", 10, False), ("city", 30, True), ("order_key", 30, True)],
)
def test_what_may_be_a_key_by_its_name_or_its_values_is_told_how_to_declare(
    name: str, n: int, is_advised: bool
) -> None:
    """Of ten different towns nobody would say that they are keys."""
    train, release = (text_column([f"{letter}{i}z" for i in range(n)]) for letter in "ab")
    assert ["If the release invents them anew" in note.reason for note in notes(release, train, name=name)] == [
        is_advised
    ]


@pytest.mark.parametrize(
    ("name", "release", "is_noted"),
    [
        ("visit_id", [5.0, 6.0, 7.0], True),
        ("visit_id", [5.0, 6.0, 3.0], False),  # train has 3
        ("visit_id", [5.5, 6.0, 7.0], False),
        ("visits", [5.0, 6.0, 7.0], False),
    ],
)
def test_a_key_of_numbers_that_a_release_counts_on_its_own_is_noted(
    name: str, release: list[float], is_noted: bool
) -> None:
    """It would be read as a quantity."""
    found = notes(pd.Series(release), pd.Series([1.0, 2.0, 3.0, 4.0]), "numeric", name=name, entity="who")
    assert [(note.test, note.reason, note.blocks_pass) for note in found] == [
        (
            "keys",
            f"synthetic frame, column 1 '{name}': no number of it is in train or holdout. If it is a key: Declare it: "
            f'[columns."{name}"] kind = "identifier".',
            False,
        )
    ] * is_noted


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


@pytest.mark.parametrize(
    ("parts", "holds", "leaves_no_gap"),
    [
        ([["1", "2", "3"]], True, True),
        ([["0", "1"], ["2", "3"]], True, True),
        ([["E003", "E001"], ["E002"]], True, True),
        ([["E1x", "E2x"], []], True, True),
        ([["5", "6", "7"]], False, True),
        ([["1", "2", "4"]], False, False),
        ([["1", "3"], ["2", "2"]], True, True),
        ([["A1", "B2"]], False, False),
        ([["1"]], False, False),
        ([["1", "x"]], False, False),
        ([["1", "900000000000000000000"]], False, False),
        ([["0000000000000001", "0000000000000002"]], True, True),  # 16 digits
        ([["00000000000000001", "00000000000000002"]], False, False),
        ([["1", "2"], ["8"]], False, False),
        ([["1", "2" * 20], ["3"]], False, False),
        ([[]], False, False),
    ],
)
def test_what_merely_numbers_the_rows(parts: list[list[str]], holds: bool, leaves_no_gap: bool) -> None:
    """From 0 or 1 on without a gap, within the same letters, in any order; a repeated number is the same one."""
    numbers = RunningNumber(4)
    for part in parts:
        numbers.read(part)
    assert (numbers.holds, numbers.leaves_no_gap) == (holds, leaves_no_gap)


def test_identifiers_that_number_the_rows_are_emptied_where_there_are_other_columns() -> None:
    """It is said of each; a table of nothing else is left as it is."""
    release = pd.DataFrame({"a": ["1", "2"], "b": ["E0", "E1"], "c": ["x7", "x9"], "d": ["0", "1"]}, dtype=object)
    kinds: dict[str, Kind] = {"a": "identifier", "b": "identifier", "c": "identifier", "d": "categorical"}
    schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()))
    emptied, said = without_running_numbers(release, schema)
    assert emptied.isna().all().to_dict() == {"a": True, "b": True, "c": False, "d": False}
    assert [(note.test, note.status, note.reason, note.blocks_pass) for note in said] == [
        (
            "identifier",
            "not_run",
            f"The identifier '{name}' of the release is a running number; it was not compared.",
            False,
        )
        for name in "ab"
    ]
    alone = Schema(columns=schema.columns[:2])
    assert without_running_numbers(release[["a", "b"]], alone)[0].notna().all().all()


@pytest.mark.parametrize(
    ("n_different", "n", "many"), [(20, 100, True), (20, 101, False), (19, 19, False), (30, 30, True)]
)
def test_a_column_has_many_values_from_20_in_a_fifth_of_its_cells(n_different: int, n: int, many: bool) -> None:
    """What is missing counts for nothing."""
    column = text_column([*(f"v{i % n_different}" for i in range(n)), *[None] * 50])
    assert has_many_values(column) is many


def test_columns_behind_one_that_is_refused_are_looked_at() -> None:
    """What is wrong with a column was kept to be told later, of all of them at once."""
    release, train = (pd.DataFrame({"a": one, "b": one, "c": one}) for one in (levels(20), levels(50, 50)))
    schema = Schema(columns=tuple(Column(name=name, kind="categorical") for name in "abc"))
    (note_a, note_c) = release_notes(
        read_table(release, "synthetic"), release, schema, train, None, Refusals(names={"b"})
    )
    assert ["'a'" in note_a.reason, "'c'" in note_c.reason] == [True, True]


@pytest.mark.parametrize(
    ("release", "train", "holdout", "expected"),
    [
        (["a", "b", "b", None], ["a", "a"], ["a"], "2 rows"),
        (["a", "b"], ["a", "a"], None, "1 row"),
        (["a", "a", None], ["a", "a"], ["a"], None),
        (["b"], ["a", None], ["a"], None),
        (["b"], ["a", "a"], ["a", "c"], None),
        (["b"], ["a", "c"], None, None),
    ],
)
def test_a_value_beside_the_one_that_all_real_people_have_is_said(
    release: list[str | None], train: list[str | None], holdout: list[str] | None, expected: str | None
) -> None:
    """No attack reads a column of one value; what stands there instead may be anything."""
    tables = [
        None if cells is None else pd.DataFrame({"n": range(len(cells)), "x": text_column(cells)})
        for cells in (release, train, holdout)
    ]
    assert tables[0] is not None
    assert tables[1] is not None
    schema = Schema(columns=(Column(name="n", kind="numeric"), Column(name="x", kind="categorical")))
    said = constant_notes(tables[0], schema, tables[1], tables[2])
    reason = f"Column 'x' has one value in every real row, and another one in {expected} of the release."
    assert said == (
        [Coverage(test="columns", status="ran", reason=reason, blocks_pass=True)] if expected is not None else []
    )


def test_text_without_a_digit_counts_nothing() -> None:
    """Wherever it stands among others."""
    for values in (["ward"], ["ward", "ward"], ["1", "2", "ward"], ["ward", "1", "2"]):
        assert not RunningNumber(5).read(values).holds
