"""Promises of the alignment of tables: copies are recognised in every disguise, and nothing hides a column."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import (
    RealTables,
    align,
    align_real,
    places_of,
    with_synthetic,
)
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.beside import beside, with_canaries
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.overlap import row_codes
from synthaudit.adapters.alignment.together import together
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.types import Schema

N = 400


def people(seed: int, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "income": np.round(rng.lognormal(10, 1, n), 2),
            "zip": [f"{z * 251:05d}" for z in rng.integers(0, 40, n)],
            "sex": rng.choice(["f", "m"], n),
            "smokes": rng.choice([True, False], n),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 20000, n), unit="D"),
            "city": [f'Straße "{i}", Köln' for i in rng.integers(0, 100, n)],
            "code": text_column([[None, "NA", "x"][i] for i in rng.integers(0, 3, n)]),
        }
    )


TRAIN, HOLDOUT = people(0), people(1)


def raw(frame: pd.DataFrame, role: Any = "synthetic") -> RawTable:
    return read_table(frame, role)


@pytest.fixture(scope="module")
def real() -> RealTables:
    return align_real(raw(TRAIN, "train"), raw(HOLDOUT, "holdout"))


def as_csv(frame: pd.DataFrame, folder: Path) -> RawTable:
    frame.to_csv(folder / "s.csv", index=False)
    return read_table(folder / "s.csv", "synthetic")


DISGUISES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "same": lambda f: f,
    "rows shuffled": lambda f: f.sample(frac=1, random_state=0),
    "columns shuffled": lambda f: f[list(f.columns[::-1])],
    "integers as floats": lambda f: f.assign(age=f["age"].astype(float), zip=f["zip"].astype(float)),
    "integers as text": lambda f: f.assign(age=f["age"].map(lambda v: f" {v}.0"), zip=f["zip"].astype(int)),
    "exponents": lambda f: f.assign(income=f["income"].map(lambda v: f"{v:.17e}")),
    "float32": lambda f: f.assign(age=f["age"].astype("float32")),
    "truth as 0 and 1": lambda f: f.assign(smokes=f["smokes"].astype(int)),
    "truth as yes and no": lambda f: f.assign(smokes=f["smokes"].map({True: "Yes", False: "No"})),
    "times as text": lambda f: f.assign(born=f["born"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")),
    "times zoned": lambda f: f.assign(born=f["born"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
    "categories": lambda f: f.astype("category"),
    "nullable": lambda f: f.convert_dtypes(),
    "objects": lambda f: f.astype(object),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_copies_are_recognised_in_every_disguise(
    real: RealTables, disguise: Callable[[pd.DataFrame], pd.DataFrame], tmp_path: Path
) -> None:
    """However types, rows and columns are rewritten, in a frame or in a CSV file, all train rows are found."""
    for release in (raw(disguise(TRAIN)), as_csv(disguise(TRAIN), tmp_path)):
        data = with_synthetic(real, release)
        train, synthetic = row_codes(data.train, data.synthetic)
        assert np.array_equal(np.sort(train), np.sort(synthetic))
        assert not any(note.blocks_pass for note in data.coverage)


def test_canonical_frames(real: RealTables) -> None:
    """Frames are as AuditData says: column order, dtypes, one spelling of truth values, None for missing."""
    data = with_synthetic(real, raw(TRAIN))
    for frame in (data.train, data.synthetic, data.holdout):
        assert frame is not None
        assert list(frame.columns) == data.schema.names == list(TRAIN.columns)
        assert [str(dtype) for dtype in frame.dtypes] == [
            *("float64", "float64", "object", "object", "object", "datetime64[us]", "object", "object")
        ]
        assert set(frame["smokes"]) == {"true", "false"}
        assert set(frame["code"]) == {None, "NA", "x"}
    assert set(data.sha256) == {"train", "holdout", "synthetic"}


def test_batch_and_single_form_agree(real: RealTables) -> None:
    """Aligning many releases against the real tables gives what aligning each alone gives."""
    for seed in (2, 3):
        once = align(raw(TRAIN, "train"), raw(people(seed)), raw(HOLDOUT, "holdout"))
        again = with_synthetic(real, raw(people(seed)))
        pd.testing.assert_frame_equal(once.synthetic, again.synthetic)
        assert once.coverage == again.coverage


def change(**columns: Any) -> pd.DataFrame:
    return TRAIN.assign(**columns)


BAD_RELEASES: list[tuple[pd.DataFrame, str]] = [
    (
        TRAIN.drop(columns="age"),
        "SA-138 synthetic frame: 1 of 8 columns of train is missing: 'age'. Add them, pass --rename for a column of "
        "another name, or leave them out with --exclude age.",
    ),
    (
        change(note="x"),
        "SA-139 synthetic frame: 1 column not in train: 'note'. Remove them, pass --rename for a column of another "
        "name, or leave them out with --exclude note.",
    ),
    (
        TRAIN.rename(columns={"age": "Age"}),
        "SA-140 synthetic frame: no column 'age'; found 'Age'. Pass --rename Age=age.",
    ),
    (
        TRAIN.rename(columns={"age": " age "}),
        "SA-140 synthetic frame: no column 'age'; found ' age '. Pass --rename ' age =age'.",
    ),
    (
        TRAIN.drop(columns="zip").rename(columns={"age": "Age", "sex": "SEX"}),
        "SA-138 synthetic frame: 1 of 8 columns of train is missing: 'zip'; no columns 'age', 'sex'; found 'Age',"
        " 'SEX'. Add them, pass --rename for a column of another name, or leave them out with --exclude zip. Pass"
        " --rename Age=age --rename SEX=sex.",
    ),
    (
        TRAIN[["age"]].rename(columns={"age": "q7"}),
        "SA-138 synthetic frame: 8 of 8 columns of train are missing: 'age', 'income', 'zip', 'sex', 'smokes', …; 1"
        " column not in train: 'q7'. Add them, pass --rename for a column of another name. Remove them, pass --rename"
        " for a column of another name, or leave them out with --exclude q7.",
    ),
    (
        change(age="old"),
        "SA-142 synthetic frame, column 1 'age': text here, numbers expected (0 of 400 cells parse). Export the "
        "column in the form of train.",
    ),
    (
        change(age=TRAIN["born"]),
        "SA-142 synthetic frame, column 1 'age': times here, numbers expected (0 of 400 cells parse). Export the "
        "column in the form of train.",
    ),
    (
        change(born=1.5),
        "SA-142 synthetic frame, column 6 'born': numbers here, times expected (0 of 400 cells parse). Export the "
        "column in the form of train.",
    ),
    (
        change(age=[*TRAIN["age"][:-2].astype(str), "1e400", "??"]),
        "SA-144 synthetic frame, column 1 'age': 2 of 400 cells cannot be read as a number (data row 399). Correct "
        "them, or pass --missing with their spelling.",
    ),
    (
        change(income=[np.inf, -np.inf, *TRAIN["income"][2:]]),
        "SA-145 synthetic frame, column 2 'income': 2 infinite cells. Write a number or leave it empty.",
    ),
    (
        change(zip="X" + TRAIN["zip"]),
        "SA-149 synthetic frame, column 3 'zip': 0 of 400 cells are levels of train; the values differ in spelling. "
        "Write the levels as train does.",
    ),
    (
        change(smokes="maybe"),
        "SA-149 synthetic frame, column 5 'smokes': 400 of 400 cells cannot be read as a truth value (data row 1). "
        "Correct them, or pass --missing with their spelling.",
    ),
    (
        change(age=["NA", *TRAIN["age"][1:].astype(str)]),
        "SA-150 synthetic frame, column 1 'age': 1 of 400 cells are a usual spelling of missing where numbers are "
        "expected. Pass --missing 'NA'.",
    ),
    (
        change(code=["nan", *["x"] * (N - 1)]),
        "SA-150 synthetic frame, column 8 'code': 1 of 400 cells are a usual spelling of missing; in train such cells "
        "are empty. Pass --missing 'nan'.",
    ),
    (
        change(age=np.nan),
        "SA-151 synthetic frame, column 1 'age': no cell here, and some in another table. Leave it out with --exclude "
        "age, or fill it in.",
    ),
    (
        change(born=["31/13/2020", *TRAIN["born"][1:].dt.strftime("%Y-%m-%d")]),
        "SA-154 synthetic frame, column 6 'born': 1 of 400 cells cannot be read as a date or time (data row "
        "1). Correct them, or pass --missing with their spelling.",
    ),
    (
        change(income=[*TRAIN["income"][1:].map(lambda v: f"{v:.2f}".replace(".", ",")), "a lot"]),
        "SA-131 synthetic frame, column 2 'income': 399 of 400 cells look like numbers with a decimal comma. Pass "
        "--decimal ','.",
    ),
    (TRAIN[:1], "SA-169 synthetic frame: 1 row; at least 2 expected. Give the whole table."),
]


@pytest.mark.parametrize(("release", "message"), BAD_RELEASES, ids=[m[:6] for _, m in BAD_RELEASES])
def test_bad_releases(real: RealTables, release: pd.DataFrame, message: str) -> None:
    """What cannot be aligned is an error with its exact text; no cell of a table is in it."""
    with pytest.raises(InputError) as caught:
        with_synthetic(real, raw(release))
    assert str(caught.value) == message


def test_options_make_it_readable() -> None:
    """--rename, --missing and --decimal read what would be an error without them."""
    release = change(
        income=TRAIN["income"].map(lambda v: f"{v:.2f}".replace(".", ",")),
        code=TRAIN["code"].map(lambda v: "nan" if v is None else v),
    ).rename(columns={"age": "Alter"})
    train = change(income=TRAIN["income"].map(lambda v: f"{v:.2f}".replace(".", ",")))
    options = AlignOptions(rename={"Alter": "age"}, writing=Writing(missing=("nan",), decimal=","))
    data = align(raw(train, "train"), raw(release), options=options)
    pd.testing.assert_frame_equal(data.train, data.synthetic)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            AlignOptions(columns=("agee",)),
            "SA-184 train frame: no column 'agee', which the options name. Correct the name. Did you mean 'age'?",
        ),
        (
            AlignOptions(entity="who"),
            "SA-184 train frame: no column 'who', which the options name. Correct the name.",
        ),
        (
            AlignOptions(rename={"Age": "age"}),
            "SA-184 synthetic frame: no column 'Age', which --rename names. Write --rename THEIRS=TRAINS. Did you "
            "mean 'age'?",
        ),
        (
            AlignOptions(rename={"age": "ages"}),
            "SA-184 train: no column 'ages', which --rename names. Write --rename THEIRS=TRAINS. Did you mean 'age'?",
        ),
        (
            AlignOptions(rename={"age": "income"}),
            "SA-132 synthetic frame: column name 'income' would occur 2 times after --rename. Rename to a name that "
            "is free.",
        ),
        (
            AlignOptions(columns=(), entity=None),
            "SA-185 train frame: no column left to audit. Leave fewer out.",
        ),
        (
            AlignOptions(overrides={"sex": ColumnOverride(kind="numeric")}),
            "SA-142 train frame, column 4 'sex': text here, numbers expected (0 of 400 cells parse). Export the "
            "column in the form of train.",
        ),
    ],
)
def test_bad_options(options: AlignOptions, message: str) -> None:
    """An option that names what is not there says so and suggests."""
    with pytest.raises(InputError) as caught:
        align(raw(TRAIN, "train"), raw(TRAIN), options=options)
    assert str(caught.value) == message


def test_partial_audit_is_said_and_blocks_a_pass() -> None:
    """Columns that the release has and the audit leaves out block a pass; those it lacks do not."""
    options = AlignOptions(columns=("sex", "age"))
    whole = align(raw(TRAIN, "train"), raw(TRAIN), options=options)
    assert whole.schema.names == ["age", "sex"]
    note = whole.coverage[-1]
    assert note.blocks_pass
    assert note.reason == (
        "6 columns of the release left out of the audit on request: 'income', 'zip', 'smokes', 'born', 'city', …."
    )
    part = align(raw(TRAIN, "train"), raw(TRAIN[["age", "sex"]]), options=options)
    assert [(n.blocks_pass, n.reason) for n in part.coverage] == [
        (False, "6 columns of train left out of the audit on request; the release lacks them too.")
    ]


@pytest.mark.parametrize("names", [{"age": "Age"}, {"age": "Age", "sex": "SEX"}])
def test_columns_of_a_real_table_that_are_called_otherwise_are_the_users_to_rename(names: dict[str, str]) -> None:
    """Options rename the columns of a release alone."""
    with pytest.raises(InputError, match=f"Rename {'it' if len(names) == 1 else 'them'}.$"):
        align_real(raw(TRAIN, "train"), raw(HOLDOUT.rename(columns=names), "holdout"))


def test_a_schema_that_leaves_columns_out_lets_a_release_have_others(real: RealTables) -> None:
    """They are named, and rule out a pass, as those of train that are left out."""
    schema = Schema(columns=tuple(column for column in real.schema.columns if column.name in ("age", "sex")))
    part = align_real(raw(TRAIN, "train"), options=AlignOptions(schema=schema))
    (note,) = with_synthetic(part, raw(TRAIN.assign(note="x"))).coverage
    assert (note.reason[:40], note.blocks_pass) == ("7 columns of the release left out of the", True)


def test_of_a_sample_an_empty_column_may_be_full_elsewhere() -> None:
    """A column that is left out rules out a pass unless all of the release is here, and has no cell in it."""
    real = align_real(raw(TRAIN, "train"), options=AlignOptions(columns=("sex", "age")))
    release = raw(TRAIN[["age", "sex"]].assign(income=np.nan))
    for notations, blocks in ((None, False), ({}, True)):
        notes = [note for note in with_synthetic(real, release, notations).coverage if "'income'" in note.reason]
        assert [note.blocks_pass for note in notes] == [blocks]


@pytest.mark.parametrize("role", ["holdout", "reference"])
def test_a_real_table_in_another_unit_is_refused(role: str) -> None:
    """Held against train, whichever table it is."""
    others = {"holdout": raw(HOLDOUT, "holdout"), "reference": raw(people(2), "reference")}
    others[role] = raw(people(3).assign(income=lambda table: (100 * table["income"]).round()), role)
    with pytest.raises(InputError, match=f"SA-155 {role} frame, column 2 'income'"):
        align_real(raw(TRAIN, "train"), others["holdout"], others["reference"])


def test_what_is_behind_a_column_that_cannot_be_read_is_read(real: RealTables) -> None:
    """Two units in the first column, another type in the third: the first is told, with its own words."""
    ages = [f"{age} {('kg', 'lb')[i % 2]}" for i, age in enumerate(TRAIN["age"])]
    with pytest.raises(InputError, match=r"SA-131 synthetic frame, column 1 'age': numbers in 2 units: 'kg', 'lb'"):
        with_synthetic(real, raw(TRAIN.assign(age=ages)))


def test_emptied_and_constant_columns_block_a_pass(real: RealTables) -> None:
    """A column that no honest draw would leave constant or empty is held against a pass, not skipped."""
    data = with_synthetic(real, raw(change(age=1, income=TRAIN["income"].where(TRAIN.index < 100))))
    assert [(note.reason, note.blocks_pass) for note in data.coverage[-2:]] == [
        ("Column 'age' is constant in the release and has 72 values in train.", True),
        ("Column 'income' is missing in 75 % of the release's rows and 0 % of train's.", True),
    ]


def test_a_constant_release_of_a_near_constant_column_is_no_gap() -> None:
    """99.75 % of one level leave a constant column likely: noted, not held against a pass."""
    train = pd.DataFrame({"x": ["a"] * 399 + ["b"], "y": np.arange(400) / 7})
    data = align(raw(train, "train"), raw(train.assign(x="a")))
    assert [(note.test, note.blocks_pass) for note in data.coverage] == [("columns", False)]


def test_unseen_levels_are_counted(real: RealTables) -> None:
    """New levels are no error; how many cells have one is said."""
    data = with_synthetic(real, raw(change(sex=["d"] * 4 + ["f", "m"] * 198)))
    assert data.coverage[-1].reason == (
        "synthetic frame, column 4 'sex': 1 level not in train or holdout (1 % of cells)."
    )


def test_codes_written_as_numbers_are_read_back_and_said(real: RealTables) -> None:
    """501 in a release is the code 00502 of nobody and 00251 of train: spelled as the only level of that value."""
    data = with_synthetic(real, raw(change(zip=TRAIN["zip"].astype(int))))
    assert data.synthetic["zip"].tolist() == TRAIN["zip"].tolist()
    n = int(TRAIN["zip"].str.startswith("0").sum())
    assert data.coverage[-1].reason == (
        f"synthetic frame, column 3 'zip': {n} cells written as numbers, read in the spelling of the real tables."
    )


def test_numbers_of_a_declared_category_compare_by_their_text() -> None:
    """A column of numbers that is declared categorical has one text a number, in every table."""
    options = AlignOptions(overrides={"x": ColumnOverride(kind="categorical")})
    train = pd.DataFrame({"x": text_column(["1", "2", "3"])})
    data = align(raw(train, "train"), raw(pd.DataFrame({"x": [1.0, 3.0]})), options=options)
    assert data.synthetic["x"].tolist() == ["1", "3"]


# --- people, overlap ----------------------------------------------------------------------------------------------


def test_entity_codes_are_shared_and_the_column_is_gone() -> None:
    """Rows of one person have one code; the entity column is in no frame; a released one is left out and said."""
    train = TRAIN.assign(who=np.arange(N) // 2)
    holdout = HOLDOUT.assign(who=1000 + np.arange(N) // 4)
    options = AlignOptions(entity="who")
    data = align(raw(train, "train"), raw(train), raw(holdout, "holdout"), options=options)
    assert data.train_entity is not None
    assert data.holdout_entity is not None
    # Codes follow the sorted names, whatever the order of rows.
    both = pd.concat([train["who"], holdout["who"]]).astype(str)
    code = {name: i for i, name in enumerate(sorted(both.unique()))}
    assert np.array_equal(data.train_entity, train["who"].astype(str).map(code))
    assert np.array_equal(data.holdout_entity, holdout["who"].astype(str).map(code))
    assert "who" not in data.synthetic
    assert data.schema.entity == "who"
    assert [note.reason for note in data.coverage if note.test == "identifier"] == [
        "The identifier 'who' of the release is a running number; it was not compared."
    ]
    assert align(raw(train, "train"), raw(TRAIN), raw(holdout, "holdout"), options=options).synthetic.shape == (N, 8)


def test_entity_written_as_text_and_number_is_one_person() -> None:
    """A key is compared by its canonical text."""
    train = TRAIN.assign(who=np.arange(N))
    holdout = HOLDOUT.assign(who=[str(i) for i in range(N - 1, 2 * N - 1)])
    with pytest.raises(InputError) as caught:
        align_real(raw(train, "train"), raw(holdout, "holdout"), options=AlignOptions(entity="who"))
    assert str(caught.value) == "SA-174 holdout frame: 1 key of 'who' is also in train. Split by person."
    options = AlignOptions(entity="who", allow_overlap=True)
    assert any(
        note.blocks_pass for note in align_real(raw(train, "train"), raw(holdout, "holdout"), None, options).coverage
    )


def test_holdout_that_is_train() -> None:
    """The same rows in any order are an error, with --allow-overlap too."""
    for allow in (False, True):
        with pytest.raises(InputError) as caught:
            align_real(raw(TRAIN, "train"), raw(TRAIN[::-1], "holdout"), options=AlignOptions(allow_overlap=allow))
        assert str(caught.value) == (
            "SA-172 holdout frame: the same rows as train, in any order. Give rows that the generator never saw."
        )


def test_holdout_that_overlaps_train() -> None:
    """Rows of train in the holdout beyond chance are an error; allowed, they block a pass."""
    mixed = pd.concat([HOLDOUT[:380], TRAIN[:20]])
    with pytest.raises(InputError) as caught:
        align_real(raw(TRAIN, "train"), raw(mixed, "holdout"))
    assert str(caught.value) == (
        "SA-173 holdout frame: 5 % of rows are also in train (expected by chance 0.25 %). Give rows that are not in "
        "train."
    )
    allowed = align_real(raw(TRAIN, "train"), raw(mixed, "holdout"), options=AlignOptions(allow_overlap=True))
    assert [note.blocks_pass for note in allowed.coverage if note.test == "overlap"] == [True]


def test_low_cardinality_tables_match_by_chance() -> None:
    """Where every row has twins, a holdout that is found in train to 100 % is no error."""
    rng = np.random.default_rng(0)
    train, holdout = (pd.DataFrame({"a": rng.choice(["x", "y"], n), "b": rng.choice(["p", "q"], n)}) for n in (300, 75))
    notes = align_real(raw(train, "train"), raw(holdout, "holdout")).coverage
    assert [(note.blocks_pass, note.reason) for note in notes] == [
        (False, "holdout frame: 100 % of rows are also in train (expected by chance 99.67 %).")
    ]


def strata(cells: int, rows: int, seed: int) -> pd.DataFrame:
    """So many combinations of two columns, each in so many rows, shuffled."""
    at = np.random.default_rng(seed).permutation(np.repeat(np.arange(cells), rows))
    return pd.DataFrame({"sex": np.array(["f", "m"])[at % 2], "ward": [f"ward {i // 2}" for i in at]})


MAIL = [f"{'abc'[i % 3]}{i * 7919 % 10_007}@x.org" for i in range(2_000)]
BLOCKED = (
    "holdout frame: 100 % of rows are also in train (expected by chance 99.{} %); they stand there equally often. Rows"
    " of train look alike, so a stratified draw cannot be told from a copy of train; a column that tells people apart"
    " (--entity) would."
)
NOTED = "holdout frame: 100 % of rows are also in train (expected by chance 99.{} %)."
TOLD, UNTOLD = [(NOTED.format(75), False)], [(BLOCKED.format(75), True)]
NUMBERED = np.arange(800)
PLANNED = strata(40, 10, 0).sort_values(["ward", "sex"]).iloc[np.arange(400).reshape(40, 10).T.ravel()]
"""The forty cells in turn, ten times."""


@pytest.mark.parametrize(
    ("train", "holdout", "entity", "expected"),
    [
        # Two columns with the same counts on both sides: a quota by two cells, by forty, and a copy of a large table.
        (strata(2, 60, 0), strata(2, 60, 1), None, [(NOTED.format(18), False)]),
        (strata(40, 10, 0), strata(40, 10, 1), None, UNTOLD),
        (strata(200, 2, 0), strata(200, 2, 1), None, "SA-172"),
        # The same with other people by their mails or their key, and with the same ones.
        (strata(40, 10, 0).assign(m=MAIL[:400]), strata(40, 10, 1).assign(m=MAIL[400:800]), None, TOLD),
        (strata(40, 10, 0).assign(m=MAIL[:400]), strata(40, 10, 1).assign(m=MAIL[400:800]), "m", TOLD),
        (strata(40, 10, 0).assign(m=MAIL[:400]), strata(40, 10, 0)[::-1].assign(m=MAIL[399::-1]), None, "SA-172"),
        (
            strata(40, 10, 0).assign(m=MAIL[:400]),
            pd.concat([strata(40, 10, 0).assign(m=MAIL[:400])[:200], strata(40, 10, 1).assign(m=MAIL[400:800])[:200]]),
            None,
            "SA-173",
        ),
        # Rows that are numbered tell nobody; rows in the same order are the same rows.
        (strata(40, 10, 0).assign(row=NUMBERED[:400]), strata(40, 10, 1).assign(row=NUMBERED[:400]), None, UNTOLD),
        (strata(40, 10, 0).assign(row=NUMBERED[:400]), strata(40, 10, 1).assign(row=NUMBERED[400:]), None, UNTOLD),
        (strata(40, 10, 0), strata(40, 10, 0), None, "SA-172"),
        (strata(2, 60, 0), strata(2, 60, 0), None, "SA-172"),
        # A plan of quotas puts other people in the same order; mails tell, however they are written.
        (PLANNED, PLANNED, None, UNTOLD),
        (PLANNED.assign(m=MAIL[:400]), PLANNED.assign(m=MAIL[400:800]), None, TOLD),
        (PLANNED.assign(m=MAIL[:400]), PLANNED.assign(m=[mail.upper() for mail in MAIL[:400]]), None, "SA-172"),
        (strata(2, 60, 0).sort_values("sex"), strata(2, 60, 0).sort_values("sex"), None, [(NOTED.format(18), False)]),
    ],
)  # fmt: skip
def test_a_stratified_holdout_is_no_copy_of_train(
    train: pd.DataFrame, holdout: pd.DataFrame, entity: str | None, expected: Any
) -> None:
    """Equal rows are claimed where rows, their order or identifiers tell; what strata share blocks at most."""
    options = AlignOptions(entity=entity)
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            align_real(raw(train, "train"), raw(holdout, "holdout"), options=options)
        return
    notes = align_real(raw(train, "train"), raw(holdout, "holdout"), options=options).coverage
    assert [(note.reason, note.blocks_pass) for note in notes if note.test == "overlap"] == expected


def test_running_numbers_do_not_hide_overlap() -> None:
    """An identifier that differs in every row does not make a copied row another one."""
    train = TRAIN.assign(row=np.arange(N))
    holdout = TRAIN.assign(row=np.arange(N) + N)
    with pytest.raises(InputError, match="SA-172"):
        align_real(raw(train, "train"), raw(holdout, "holdout"))


def test_reference_that_holds_members_is_refused() -> None:
    """A reference that is train in part is an error; allowed, it blocks a pass: attacks would lean on it."""
    reference = pd.concat([people(5), TRAIN[:100]])
    with pytest.raises(InputError) as caught:
        align_real(raw(TRAIN, "train"), raw(HOLDOUT, "holdout"), raw(reference, "reference"))
    assert str(caught.value) == (
        "SA-175 reference: 20 % of rows are also in train (expected by chance 0.25 %). Give rows that are not in "
        "train, or leave --reference out."
    )
    allowed = AlignOptions(allow_overlap=True)
    real = align_real(raw(TRAIN, "train"), raw(HOLDOUT, "holdout"), raw(reference, "reference"), options=allowed)
    assert [(note.blocks_pass, note.reason) for note in real.coverage if note.test == "overlap"] == [
        (
            True,
            "reference: 20 % of rows are also in train (expected by chance 0.25 %); attacks that use the reference "
            "lean on them.",
        )
    ]


def test_real_tables_must_agree() -> None:
    """A holdout without a column of train is an error; a column beyond train's is left out and said."""
    with pytest.raises(InputError) as caught:
        align_real(raw(TRAIN, "train"), raw(HOLDOUT.drop(columns=["age", "sex"]), "holdout"))
    assert str(caught.value) == (
        "SA-138 holdout frame: 2 of 8 columns of train are missing: 'age', 'sex'. Add them, or leave them out with "
        "--exclude age,sex."
    )
    real = align_real(raw(TRAIN, "train"), raw(HOLDOUT.assign(extra=1), "holdout"))
    assert real.coverage[-1].reason == "holdout frame: 1 column that train lacks left out."


def test_declared_schema_is_taken() -> None:
    """A given schema replaces the inference; the release is read by it."""
    schema = Schema(columns=align_real(raw(TRAIN, "train")).schema.columns[:2])
    real = align_real(raw(TRAIN, "train"), options=AlignOptions(schema=schema))
    assert with_synthetic(real, raw(TRAIN)).synthetic.columns.tolist() == ["age", "income"]


# --- beside the aligned tables ------------------------------------------------------------------------------------

FEW = ["age", "born", "sex"]


def few(first: int, n: int, who: Sequence[str | None] | None = None) -> pd.DataFrame:
    """``n`` rows of three kinds of column, with a key of each person where that is wanted."""
    number = np.arange(first, first + n)
    table = pd.DataFrame(
        {
            "age": number + 0.5,
            "born": pd.Timestamp("2000-01-01") + pd.to_timedelta(number, unit="D"),
            "sex": ["f" if i % 2 else "m" for i in number],
        }
    )
    return table if who is None else table.assign(who=text_column(list(who)))


def keyed(**options: Any) -> RealTables:
    train, holdout = few(0, 20, [f"p{i}" for i in range(20)]), few(100, 20, [f"p{i}" for i in range(100, 120)])
    return align_real(raw(train, "train"), raw(holdout, "holdout"), options=AlignOptions(entity="who", **options))


def test_a_table_beside_the_others_may_be_one_row_with_empty_columns() -> None:
    """Cells in the kinds of the real tables, all missing or not; the key where it is there, or an error if needed."""
    one = few(7, 1, ["p7"]).assign(age=np.nan, born=None, sex=text_column([None]))
    frame, keys, notes = beside(keyed(), raw(one, "deleted"))
    assert [str(dtype) for dtype in frame.dtypes] == ["float64", "datetime64[us]", "object"]
    assert frame.isna().all().all()
    assert keys is not None
    assert (keys.tolist(), notes) == (["p7"], ())
    frame, keys, _ = beside(keyed(), raw(few(7, 1), "record"), needs_entity=False)
    assert (frame["age"].tolist(), frame["sex"].tolist(), keys) == ([7.5], ["f"], None)
    assert beside(align_real(raw(few(0, 20), "train")), raw(few(7, 1, ["p7"]), "deleted"))[1] is None
    with pytest.raises(InputError) as caught:
        beside(keyed(), raw(few(7, 1), "deleted"))
    assert str(caught.value) == ("SA-138 deleted frame: 1 of 4 columns of train is missing: 'who'. Add them.")


def test_what_is_noticed_beside_the_others_is_said() -> None:
    """Missing tokens are those of the real tables, codes are spelled as theirs, columns beyond theirs are left out."""
    train = TRAIN[["age", "zip"]]
    real = align_real(raw(train, "train"), options=AlignOptions(writing=Writing(missing=("-1",))))
    table = train[:3].assign(age=[-1, 40, 41], zip=train["zip"][:3].astype(int), extra=1)
    frame, _, notes = beside(real, raw(table, "deleted"))
    assert frame["age"].isna().tolist() == [True, False, False]
    assert frame["zip"].tolist() == train["zip"][:3].tolist()
    n = int(train["zip"][:3].str.startswith("0").sum())
    assert [note.reason for note in notes] == [
        "deleted frame: 1 column that train lacks left out.",
        f"deleted frame, column 2 'zip': {n} cells written as numbers, read in the spelling of the real tables.",
    ]


def test_canaries_know_which_of_them_went_in() -> None:
    """Those inside first, with their keys; an outside table is optional."""
    inside, outside = few(500, 3, ["c0", "c1", None]), few(600, 2, ["c3", "c4"])
    real = with_canaries(keyed(), raw(inside, "train"), raw(outside, "holdout"))
    assert real.canaries is not None
    assert real.canary_is_in is not None
    assert real.canaries["age"].to_dict() == {0: 500.5, 1: 501.5, 2: 502.5, 3: 600.5, 4: 601.5}
    assert real.keys["canaries"].index.tolist() == [0, 1, 2, 3, 4]
    assert real.canary_is_in.tolist() == [True, True, True, False, False]
    assert [key if isinstance(key, str) else None for key in real.keys["canaries"]] == ["c0", "c1", None, "c3", "c4"]
    alone = with_canaries(align_real(raw(few(0, 20), "train")), raw(few(500, 3), "train"), None)
    assert alone.canary_is_in is not None
    assert (alone.canary_is_in.tolist(), "canaries" in alone.keys) == ([True] * 3, False)


def test_places_of_columns_in_a_release() -> None:
    """Of the audited ones and the key, under train's names; others have none, and what lacks one is an error."""
    release = few(0, 5, ["x"] * 5)[["who", "sex", "born", "age"]].rename(columns={"sex": "Sex"})
    real = keyed(columns=("age", "sex"), rename={"Sex": "sex"})
    assert places_of(real, raw(release)) == {"who": 0, "sex": 1, "age": 3}
    with pytest.raises(InputError, match="SA-138"):
        places_of(real, raw(release.drop(columns="age")))


def test_several_releases_are_one_union() -> None:
    """Rows one after another, a person named by any is named, a note is said once, hashes make one hash."""
    parts = [with_synthetic(keyed(), raw(few(200 * i, 5, who))) for i, who in ((1, ["p3"] * 5), (2, ["p105"] * 5))]
    union = together(parts)
    assert union.synthetic["age"].tolist() == [*(200.5 + np.arange(5)), *(400.5 + np.arange(5))]
    assert union.train_named is not None
    assert union.holdout_named is not None
    assert np.flatnonzero(union.train_named).tolist() == [3]
    assert np.flatnonzero(union.holdout_named).tolist() == [5]
    assert union.deleted_named is None
    assert union.coverage == parts[0].coverage == parts[1].coverage != ()
    hashes = [part.sha256["synthetic"] for part in parts]
    assert union.sha256["synthetic"] == hashlib.sha256(" ".join(hashes).encode()).hexdigest()
    assert [release.sha256 for release in union.releases] == hashes
    assert union.delivered_numbers is not None
    numbers = [part.delivered_numbers for part in parts if part.delivered_numbers is not None]
    np.testing.assert_array_equal(union.delivered_numbers, np.concatenate(numbers))
    assert together([parts[0], replace(parts[1], delivered_numbers=None)]).delivered_numbers is None
    assert together(parts[:1]) is parts[0]
    with pytest.raises(InputError) as caught:
        together([parts[0]] * 3)
    assert str(caught.value) == "SA-189 synthetic: 2 of 3 releases given twice. Give each release once."


@pytest.mark.parametrize(("n", "end"), [(5, "'n4'."), (6, "'n4', ….")])
def test_at_most_five_columns_are_listed(n: int, end: str) -> None:
    """Missing, unknown or left out: five names, and a sign that there are more."""
    wide = few(0, 20).assign(**{f"n{i}": np.arange(20) + i / 8 for i in range(n)})
    names = ", ".join(f"'n{i}'" for i in range(5)) + end.removeprefix("'n4'").removesuffix(".")
    with pytest.raises(InputError, match=f"SA-138 .* {n} of {n + 3} columns of train are missing: {names}\\. "):
        align(raw(wide, "train"), raw(few(0, 20)))
    with pytest.raises(InputError, match=f"SA-139 .* {n} columns not in train: {names}\\. "):
        align(raw(few(0, 20), "train"), raw(wide))
    left_out = align(raw(wide, "train"), raw(wide), options=AlignOptions(columns=tuple(FEW)))
    assert left_out.coverage[-1].reason.endswith(f"left out of the audit on request: {names}.")


def test_two_rows_are_a_table_and_a_schema_says_what_is_read() -> None:
    """One row is none; the schema's key is expected of a holdout and not of a reference."""
    assert len(align(raw(few(0, 2), "train"), raw(few(0, 2))).synthetic) == 2
    schema = Schema(columns=keyed().schema.columns, entity="who")
    train = few(0, 20, [f"p{i}" for i in range(20)])
    real = align_real(raw(train, "train"), None, raw(few(200, 20), "reference"), AlignOptions(schema=schema))
    assert real.train_entity is not None
    assert (real.schema.names, len(np.unique(real.train_entity)), list(real.keys)) == (FEW, 20, ["train"])
    with pytest.raises(InputError, match=r"SA-138 holdout frame: 1 of 4 columns of train is missing: 'who'"):
        align_real(raw(train, "train"), raw(few(100, 20), "holdout"), options=AlignOptions(schema=schema))


def test_real_tables_are_read_in_the_spelling_of_train() -> None:
    """Codes of holdout and reference that were written as numbers; a code that train lacks stays as it is."""
    train = pd.DataFrame({"zip": text_column(["00501", "10001", "007"] * 20)})
    other = pd.DataFrame({"zip": [501, 10001, 8] * 20})
    real = align_real(raw(train, "train"), raw(other, "holdout"), raw(other, "reference"))
    assert real.holdout is not None
    assert real.reference is not None
    assert real.holdout["zip"].tolist() == real.reference["zip"].tolist() == ["00501", "10001", "8"] * 20
    assert [note.reason for note in real.coverage if note.test == "reading"] == [
        f"{role} frame, column 1 'zip': 20 cells written as numbers, read in the spelling of the real tables."
        for role in ("holdout", "reference")
    ]
