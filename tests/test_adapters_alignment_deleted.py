"""A list of deleted people, and one person, laid beside aligned tables: exact rows, exact messages."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import RealTables, align_real
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.deleted import one_person, with_deleted
from synthaudit.adapters.readers.drawn import row_hashes
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.errors import InputError

N = 100
CHANCE = "expected by chance 0.98 %"  # no twins among 100 rows: 1 / 102


def people(first: int, n: int = N, keys: bool = False) -> pd.DataFrame:
    """Rows that nobody else has, and a key of each person."""
    number = np.arange(first, first + n)
    table = pd.DataFrame({"x": number + 0.25, "c": [f"level {i % 7}" for i in number]})
    return table.assign(who=[f"p{i}" for i in number]) if keys else table


def raw(frame: pd.DataFrame, role: Any = "deleted") -> RawTable:
    return read_table(frame, role)


def aligned(*, keys: bool = False, reference: bool = False, allow_overlap: bool = False) -> RealTables:
    """Train from 0, holdout from 1,000, reference from 2,000."""
    return align_real(
        raw(people(0, keys=keys), "train"),
        raw(people(1_000, keys=keys), "holdout"),
        raw(people(2_000), "reference") if reference else None,
        AlignOptions(entity="who" if keys else None, allow_overlap=allow_overlap),
    )


def listed(*starts: int, n: int = 5, keys: bool = False) -> pd.DataFrame:
    """``n`` people from each start."""
    return pd.concat([people(start, n, keys) for start in starts], ignore_index=True)


def test_a_list_of_rows() -> None:
    """Without keys the rows stand beside the tables, in their cells; nothing is said, and nobody is in train by key."""
    real = aligned(reference=True)
    found = with_deleted(real, raw(listed(5_000).astype({"x": str})))
    assert found.deleted is not None
    pd.testing.assert_frame_equal(found.deleted, listed(5_000), check_dtype=False)
    assert (found.deleted_entity, found.deleted_in_train) == (None, None)
    assert found.coverage == real.coverage
    assert found.keys == real.keys == {}
    assert {role: found.sha256[role] == real.sha256.get(role) for role in found.sha256} == {
        "train": True,
        "holdout": True,
        "reference": True,
        "deleted": False,
    }


def test_a_list_of_keys() -> None:
    """Codes are of people, nameless rows of one each; who is in train is told row by row, by key and not by cells."""
    table = listed(5_000, 0, keys=True)  # 0 to 4 are in train
    table["x"] += 0.5
    table["who"] = ["p9000", "p9000", None, None, "p77", "p9000", "p1", "p1", None, "p8000"]
    found = with_deleted(aligned(keys=True), raw(table))
    assert found.deleted_entity is not None
    assert found.deleted_in_train is not None
    # p1, p77, p8000, p9000 in the order of their text, then the nameless.
    assert found.deleted_entity.tolist() == [3, 3, 4, 5, 1, 3, 0, 0, 6, 2]
    assert found.deleted_in_train.tolist() == [i in (4, 6, 7) for i in range(10)]
    assert found.keys["deleted"].dropna().tolist() == ["p9000", "p9000", "p77", "p9000", "p1", "p1", "p8000"]
    assert set(found.keys) == {"train", "holdout", "deleted"}


@pytest.mark.parametrize(
    ("n", "got"),
    [(1, "1 key{of} is also in the holdout"), (2, "2 keys{of} are also in the holdout")],
)
def test_keys_of_the_holdout(n: int, got: str) -> None:
    """One is enough for an error, however often it is listed; where overlap is allowed it blocks a pass."""
    table = listed(5_000, keys=True)
    table["who"] = ["p1000", "p1000", "p1001" if n == 2 else None, "p5000", "p5001"]
    with pytest.raises(InputError) as caught:
        with_deleted(aligned(keys=True), raw(table))
    assert str(caught.value) == (
        "SA-193 deleted frame: " + got.format(of=" of 'who'") + ". Leave these people out of one of the two."
    )
    found = with_deleted(aligned(keys=True, allow_overlap=True), raw(table)).coverage[-1]
    assert (found.test, found.status, found.reason, found.blocks_pass) == (
        *("overlap", "ran_low_power", f"deleted frame: {got.format(of='')}."),
        True,
    )


@pytest.mark.parametrize(("role", "start"), [("holdout", 1_000), ("reference", 2_000)])
def test_rows_of_holdout_or_reference(role: str, start: int) -> None:
    """Half of the list elsewhere is an error; where overlap is allowed it blocks a pass."""
    table = listed(5_000, start)
    got = f"50 % of rows are also in the {role} ({CHANCE})"
    with pytest.raises(InputError) as caught:
        with_deleted(aligned(reference=True), raw(table))
    assert str(caught.value) == f"SA-193 deleted frame: {got}. Leave these people out of one of the two."
    real = aligned(reference=True, allow_overlap=True)
    found = with_deleted(real, raw(table))
    assert [(note.reason, note.blocks_pass) for note in found.coverage[len(real.coverage) :]] == [
        (f"deleted frame: {got}.", True)
    ]


def test_rows_of_a_reference_are_met_without_a_holdout_and_by_their_hashes() -> None:
    """Of a reference that was read in parts all rows are known, more than those that are held."""
    real = aligned(reference=True)
    assert real.reference is not None
    alone = align_real(raw(people(0), "train"), None, raw(people(2_000), "reference"))
    hashes = row_hashes(real.reference[real.telling]).view(np.int64)
    sampled = replace(real, reference=real.reference[:1], reference_hashes=hashes)
    for tables in (alone, sampled):
        with pytest.raises(InputError, match=r"SA-193 .*50 % of rows are also in the reference"):
            with_deleted(tables, raw(listed(5_000, 2_000)))
    with pytest.raises(InputError, match=r"SA-193 .*50 % of rows are also in the holdout"):
        with_deleted(sampled, raw(listed(5_000, 1_000)))


def test_equal_rows_of_one_person_of_the_holdout_are_no_chance() -> None:
    """The same rows of the reference, whose people nobody names, are."""

    def twice(first: int, keys: bool) -> pd.DataFrame:
        return people(first, 50, keys).loc[np.repeat(np.arange(50), 2)].reset_index(drop=True)

    tables = (
        raw(people(0, keys=True), "train"),
        raw(twice(1_000, True), "holdout"),
        raw(twice(2_000, False), "reference"),
    )
    real = align_real(*tables, AlignOptions(entity="who"))
    others = [f"q{i}" for i in range(10)]
    with pytest.raises(InputError, match=f"SA-193 .*50 % of rows are also in the holdout .{CHANCE}"):
        with_deleted(real, raw(listed(5_000, 1_000).assign(who=others)))
    assert with_deleted(real, raw(listed(5_000, 2_000).assign(who=others))).coverage == real.coverage


def test_rows_of_train_are_no_error() -> None:
    """That people of the list are in train is an answer, not a mistake."""
    real = aligned(reference=True)
    assert with_deleted(real, raw(listed(0))).coverage == real.coverage


def test_one_person_is_a_row_or_the_rows_of_a_key() -> None:
    """The record in the cells of the tables, and the key; a record without the column of keys has none."""
    frame, key = one_person(aligned(), raw(listed(0, n=1)))
    pd.testing.assert_frame_equal(frame, listed(0, n=1), check_dtype=False)
    assert key is None
    rows = listed(5_000, n=3, keys=True).assign(who="p5")
    frame, key = one_person(aligned(keys=True), raw(rows))
    assert (len(frame), key) == (3, "p5")
    assert one_person(aligned(keys=True), raw(rows.drop(columns="who")))[1] is None
    assert one_person(aligned(keys=True), raw(rows[:1].assign(who=None)))[1] is None


@pytest.mark.parametrize(
    ("keys", "who", "message"),
    [
        (False, None, "2 rows; without --entity a row is a person. Give one row, or name the column of people with "),
        (True, ["p1", "p2"], "2 people in 'who'. Give the rows of one person."),
        (True, ["p1", None], "2 people in 'who'. Give the rows of one person."),
    ],
)
def test_more_than_one_person_is_refused(keys: bool, who: list[str | None] | None, message: str) -> None:
    """Two rows without a key, two keys, and a key beside a row that has none."""
    table = listed(5_000, n=2) if who is None else listed(5_000, n=2).assign(who=pd.Series(who, dtype=object))
    with pytest.raises(InputError) as caught:
        one_person(aligned(keys=keys), raw(table, "record"))
    assert str(caught.value).removesuffix("--entity.") == f"SA-190 record frame: {message}"
