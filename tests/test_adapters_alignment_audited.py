"""What of a release is audited, and what its cells hold beyond that: by column, against counts that were planted."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import align_real, with_synthetic
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.audited import AuditedForm, grain_of, in_grain, plain_text
from synthaudit.adapters.alignment.beyond import beyond_keys
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import text_column
from synthaudit.types import AuditData, Column, Schema

N = 120
RNG = np.random.default_rng(0)
REAL = pd.DataFrame(
    {
        "age": [f"{x:.1f}" for x in RNG.normal(40, 9, N)],
        "site": RNG.choice(["North", "South", "East"], N),
        "day": [f"2020-03-{x:02d}" for x in RNG.integers(1, 29, N)],
        "note": [f"Patient {x} came. All is well." for x in RNG.permutation(10**4)[:N]],
        "ok": RNG.choice(["Yes", "No"], N),
        "cost": [f"${x:,.2f}" for x in RNG.lognormal(8, 1, N)],
    }
)
TRAIN, RELEASE = REAL[:80], REAL[80:].reset_index(drop=True)


def aligned(release: pd.DataFrame, **options: Any) -> AuditData:
    real = align_real(read_table(TRAIN, "train"), options=AlignOptions(**options))
    return with_synthetic(real, read_table(release, "synthetic"))


def beyond(release: pd.DataFrame, **options: Any) -> dict[tuple[str, str | None], int]:
    return {(one.kind, one.column): one.n for one in aligned(release, **options).beyond}


CLEAN = RELEASE.assign(
    cost=[cell.strip("$").replace(",", "") for cell in RELEASE["cost"]],
    note=TRAIN["note"].iloc[: len(RELEASE)].tolist(),
)
"""Nothing is in it that is not audited."""


def changed(column: str, *cells: str) -> pd.DataFrame:
    return CLEAN.assign(**{column: [*cells, *CLEAN[column].iloc[len(cells) :]]})


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (CLEAN, {}),
        (changed("age", "40.123", "39.98"), {("decimals", "age"): 2}),
        (changed("age", "40", "041.5"), {("spelling", "age"): 2}),
        (CLEAN.assign(age=[f"{float(x):.2f}" for x in CLEAN["age"]]), {}),
        (CLEAN.assign(age=CLEAN["age"].astype(float)), {}),
        (changed("age", "-0.0"), {}),
        (changed("site", "NORTH ", "south"), {("spelling", "site"): 2}),
        (changed("site", "Jane Doe", "John Doe", "jane doe"), {("levels", "site"): 3}),
        (changed("site", "unseen 1", "unseen 2"), {}),
        (changed("day", "2020-03-04T10:22:00"), {("time_of_day", "day"): 1}),
        (changed("day", "2020-03-04T00:00"), {("spelling", "day"): 1}),
        (changed("note", "ALL came. patient", "is\u200b  well"), {("spelling", "note"): 2}),
        (changed("note", "all came. patient", "is well"), {}),
        (changed("note", "a new note", "is well"), {("words", "note"): 1}),
        (changed("note", "A  new Note", "is fresh"), {("spelling", "note"): 1, ("words", "note"): 2}),
        (CLEAN.assign(note=[f"NOTE {i}" for i in range(len(CLEAN))]), {("words", "note"): len(CLEAN)}),
        (CLEAN.assign(ok=["Y" if x == "Yes" else "N" for x in CLEAN["ok"]]), {}),
        (changed("ok", *["yes" if x == "Yes" else "NO" for x in CLEAN["ok"][:2]]), {("spelling", "ok"): 2}),
        (CLEAN.assign(ok=[x == "Yes" for x in CLEAN["ok"]]), {}),
        (CLEAN.assign(ok=text_column([None, "yes", *CLEAN["ok"][2:]])), {("spelling", "ok"): 1}),
        (CLEAN.assign(cost=RELEASE["cost"]), {("marks", "cost"): len(RELEASE)}),
    ],
)
def test_what_a_cell_says_beyond_what_is_audited(release: pd.DataFrame, expected: dict[Any, int]) -> None:
    """A way of writing that all cells share is nothing; what differs from cell to cell is counted."""
    assert beyond(release) == expected


@pytest.mark.parametrize(("odd", "expected"), [([], {}), (["40,10", "041,5"], {("spelling", "age"): 2})])
def test_a_decimal_comma_is_no_spelling(odd: list[str], expected: dict[Any, int]) -> None:
    """Where all numbers have it, cells are held against each other as with a point."""
    cells = [x.replace(".", ",") for x in CLEAN["age"]]
    release = CLEAN.assign(age=[*odd, *cells[len(odd) :]])
    assert beyond(release, by_table={"synthetic": Writing(decimal=",")}) == expected


def test_columns_that_are_not_audited_are_counted() -> None:
    """As many as there are, whatever they are called."""
    assert beyond(CLEAN.assign(extra="Jane", more="Doe"), columns=tuple(REAL.columns)) == {("columns", None): 2}
    assert beyond(CLEAN.assign(extra=None, more="Doe"), columns=tuple(REAL.columns)) == {("columns", None): 1}


def test_what_is_audited_says_the_same_when_it_is_audited() -> None:
    """A fixed point, with every kind of thing in it, whatever the order of the rows."""
    release = CLEAN.assign(
        age=[f"{float(x) + 0.0123:.4f}" for x in CLEAN["age"]],
        site=[*["Jane", "JOHN ", "north"], *CLEAN["site"][3:]],
        day=[*["2020-03-04T10:22:00"], *CLEAN["day"][1:]],
        note=[*["ǅ ﬁne", "İstanbul", "\u200b", "A  b"], *CLEAN["note"][4:]],
    )
    once = aligned(release)
    again = aligned(once.synthetic)
    pd.testing.assert_frame_equal(again.synthetic, once.synthetic)
    # Words that no real table has stay in the table, which attacks read; the copy does not have them.
    assert [(one.kind, one.n) for one in again.beyond] == [("words", 3)]
    assert once.synthetic["site"][:3].tolist() == ["unseen 1", "unseen 2", "North"]
    assert once.synthetic["note"][2] is None
    assert (once.synthetic["day"] == once.synthetic["day"].dt.normalize()).all()
    turned = aligned(release[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(turned.synthetic[::-1].reset_index(drop=True), once.synthetic)


def test_a_time_of_day_hides_no_copy() -> None:
    """A row of train with a time behind its date is that row."""
    release = TRAIN.assign(day=[f"{day}T11:30:00" for day in TRAIN["day"]])
    assert aligned(release).synthetic["day"].equals(aligned(TRAIN).synthetic["day"])


@pytest.mark.parametrize(
    ("grain", "unit"),
    [(86_400_000_000, "D"), (3_600_000_000, "h"), (60_000_000, "m"), (10**6, "s"), (10**3, "ms"), (1, "us")],
)
def test_moments_are_cut_to_the_unit_that_the_real_ones_have(grain: int, unit: str) -> None:
    """Days, hours, minutes, seconds, milliseconds, or as they are; what is missing tells nothing."""
    counts = np.array([18_262 * (86_400_000_000 // grain), 18_263 * (86_400_000_000 // grain) + 1])
    moments = pd.Series(counts.astype(f"datetime64[{unit}]").astype("datetime64[us]"))
    gap = pd.Series(np.array(["NaT"], dtype="datetime64[us]"))
    assert grain_of(pd.concat([moments, gap])) == grain
    finer = pd.concat([moments + pd.Timedelta(grain - 1, "us"), gap], ignore_index=True)
    pd.testing.assert_series_equal(in_grain(finer, grain), pd.concat([moments, gap], ignore_index=True))


def test_keys_of_people_that_are_not_written_alike_are_counted() -> None:
    """Of keys that are all in capitals none; of some with blanks and capitals those that the copy writes otherwise."""
    known = {"gone": ["ab1"], "who": ["ab1", "cd2", "ef3"]}
    mixed = ["ab1", "CD2", "\u200bef3", "ef 3", "ab1", None]
    for cells, expected in ((["AB1", "CD2"], []), (mixed, [("spelling", 2)])):
        raw = pd.DataFrame({"who": pd.Series(cells, dtype=object)})
        assert [(each.kind, each.n) for each in beyond_keys(raw, known)] == expected


def test_a_category_that_nobody_has_is_named_like_none_of_the_real_ones() -> None:
    """Numbered in the order of the alphabet; where the real tables have such a name themselves, a star is added."""
    schema = Schema(columns=(Column(name="site", kind="categorical"),))
    release = pd.DataFrame({"site": ["Zed", "North", "Ann", "zed"]})
    for real, names in ((["North"], ["unseen 2", "unseen 1"]), (["North", "Unseen 7"], ["unseen* 2", "unseen* 1"])):
        audited = AuditedForm.of(schema, [pd.DataFrame({"site": real})], {}).audited(release)
        assert audited["site"].tolist() == [names[0], "North", names[1], names[0]]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("ß\u0301", "sś"), ("Ĥ\u0331", "h\u0331\u0302"), ("İ\u0316", "i\u0316\u0307"), ("a" + "ß\u0301" * 5_000, None)],
)
def test_plain_text_is_plain(text: str, plain: str | None) -> None:
    """What small letters and their marks become when they are composed anew is composed anew, until it stays."""
    once = plain_text(text)
    assert once is not None
    assert plain_text(once) == once
    assert plain in (once, None)


def test_identifiers_are_known_by_letters_and_digits_and_categories_by_all_they_hold() -> None:
    """P-1 and p1 are one person's, A-1 and A1 may be two wards."""
    schema = Schema(columns=(Column(name="who", kind="identifier"), Column(name="ward", kind="categorical")))
    real = pd.DataFrame({"who": ["P-1", "P-2"], "ward": ["A-1", "B"]})
    release = pd.DataFrame({"who": ["p1", "P-2"], "ward": ["a1", "b "]})
    audited = AuditedForm.of(schema, [real], {}).audited(release)
    assert audited.to_numpy().tolist() == [["P-1", "unseen 1"], ["P-2", "B"]]
