"""Promise: which columns are audited is said, all that is wrong with them at once, and nothing left out hides a leak.

What is excluded is excluded in every table. A pass is ruled out exactly where the release holds something in a column
that no attack reads.
"""

import datetime
import json
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from test_cli import call

from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.audit import open_real
from synthaudit.commands.read_release import align_release
from synthaudit.commands.request import request
from synthaudit.errors import InputError
from synthaudit.types import AuditData, Coverage

N = 60
ROLES = ("train", "holdout", "synthetic")


def tables(**columns: Any) -> dict[str, pd.DataFrame]:
    """Three tables of one law, with further columns: one value for all, or one for each role."""
    rng = np.random.default_rng(0)
    made = {}
    for role in ROLES:
        frame = pd.DataFrame(
            {
                "age": rng.integers(18, 90, N),
                "cost": np.round(rng.lognormal(6, 1, N), 2),
                "ward": rng.choice(["North", "South", "East"], N),
            }
        )
        for name, value in columns.items():
            own = value.get(role, "absent") if isinstance(value, dict) else value
            if not (isinstance(own, str) and own == "absent"):
                frame[name] = own(N) if callable(own) else own
        made[role] = frame
    return made


def aligned(made: dict[str, pd.DataFrame], **options: Any) -> AuditData:
    asked = request(made["train"], made["holdout"], **options)
    with ExitStack() as resources:
        return align_release(open_real(asked), made["synthetic"], asked, resources)


def on_columns(data: AuditData) -> list[Coverage]:
    return [note for note in data.coverage if note.test == "columns"]


def refused(made: dict[str, pd.DataFrame], **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        aligned(made, **options)
    return str(caught.value)


# --- empty, constant, left out --------------------------------------------------------------------------------

SOME = [*["x"] * 2, *[None] * (N - 2)]
NOTHING: Any = None

COVERED: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, bool]]]] = {
    "nothing to say": ({}, {}, []),
    "empty in every table": (
        {"fax": NOTHING, "note": NOTHING},
        {},
        [("2 columns without any cell in a real table, nor in the release: 'fax', 'note'.", False)],
    ),
    "empty in real tables, a cell of the release": (
        {"fax": {"train": None, "holdout": None, "synthetic": SOME}, "note": NOTHING},
        {},
        [
            ("Column 'fax' is empty in every real table, and the release has 2 cells in it.", True),
            ("1 column without any cell in a real table, nor in the release: 'note'.", False),
        ],
    ),
    "empty in real tables, and not in the release at all": (
        {"fax": {"train": None, "holdout": None}},
        {},
        [("1 column without any cell in a real table, nor in the release: 'fax'.", False)],
    ),
    "one value everywhere": ({"land": "DE"}, {}, []),
    "one value, and another in the release": (
        {"land": {"train": "DE", "holdout": "DE", "synthetic": ["DE"] * (N - 1) + ["FR"]}},
        {},
        [("Column 'land' has one value in every real row, and another one in 1 row of the release.", True)],
    ),
    "one number, and finer ones in the release": (
        {"version": {"train": 2, "holdout": 2, "synthetic": lambda n: 2 + np.arange(n) / 1000}},
        {},
        [],
    ),
    "one number, and others in the release": (
        {"version": {"train": 2, "holdout": 2, "synthetic": [2] * (N - 3) + [3] * 3}},
        {},
        [("Column 'version' has one value in every real row, and another one in 3 rows of the release.", True)],
    ),
    "left out, and held by the release": (
        {},
        {"exclude": ["cost"]},
        [("1 column of the release left out of the audit on request: 'cost'.", True)],
    ),
    "left out, and lacking in the release": (
        {"fax": {"train": lambda n: np.arange(n) % 7, "holdout": 1}},
        {"exclude": ["fax"]},
        [("1 column of train left out of the audit on request; the release lacks them too.", False)],
    ),
    "left out, and empty in the release": (
        {"fax": {"train": lambda n: np.arange(n) % 7, "holdout": 1, "synthetic": None}},
        {"exclude": ["fax"]},
        [("1 column left out of the audit on request; the release has no cell there: 'fax'.", False)],
    ),
    "left out, and but one cell in the release": (
        {"fax": {"train": "1", "holdout": "1", "synthetic": ["1"] + [None] * (N - 1)}},
        {"exclude": ["fax"]},
        [("1 column of the release left out of the audit on request: 'fax'.", True)],
    ),
    "left out, in the release alone": (
        {"note": {"synthetic": "x"}},
        {"exclude": ["note"]},
        [("1 column of the release left out of the audit on request: 'note'.", True)],
    ),
    "left out, and in no table": (
        {},
        {"exclude": ["middle_name"]},
        [
            (
                "synthetic frame: neither here nor in a real table is a column that --exclude names: 'middle_name'.",
                False,
            )
        ],
    ),
    "left out, in the holdout alone": (
        {"note": {"holdout": "x"}},
        {"exclude": ["note"]},
        [("holdout frame: 1 column that train lacks left out.", False)],
    ),
    "left out under the name of the release": (
        {"fax": {"train": "1", "holdout": "1"}, "FAX": {"synthetic": "1"}},
        {"exclude": ["fax"], "rename": {"FAX": "fax"}},
        [("1 column of the release left out of the audit on request: 'fax'.", True)],
    ),
    "others than those named, one of them empty in the release": (
        {"fax": {"train": "1", "holdout": "1", "synthetic": None}},
        {"columns": ["age", "ward"]},
        [
            ("1 column of the release left out of the audit on request: 'cost'.", True),
            ("1 column left out of the audit on request; the release has no cell there: 'fax'.", False),
        ],
    ),
    "left out, though it could be read in two ways": (
        {"amount": [f"{i},{100 + i}" for i in range(1, N + 1)]},
        {"exclude": ["amount"]},
        [("1 column of the release left out of the audit on request: 'amount'.", True)],
    ),
}
"""Further columns, options, and what the coverage says of columns: text, and whether it rules out a pass."""


@pytest.mark.parametrize("case", COVERED)
def test_what_the_coverage_says_of_columns(case: str) -> None:
    """Exactly these lines, and a pass is ruled out exactly where the release holds something unread."""
    columns, options, expected = COVERED[case]
    data = aligned(tables(**columns), **options)
    assert [(note.reason, note.blocks_pass) for note in on_columns(data)] == expected
    left_out = {*options.get("exclude", ()), "fax", "note"}
    assert not left_out & set(data.schema.names)


def test_a_column_left_out_is_beyond_the_audited_copy_only_where_it_holds_anything() -> None:
    """A pass is then for the copy alone."""
    for value, n in ((None, 0), (" ", 1), ("x", 1)):
        made = tables(fax={"train": "1", "holdout": "1", "synthetic": value})
        assert sum(one.n for one in aligned(made, exclude=["fax"]).beyond if one.kind == "columns") == n


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "empty in train alone": (
        {"fax": {"train": None, "holdout": "1", "synthetic": "1"}, "note": {"train": None, "holdout": "1"}},
        {},
        "SA-151 train frame, columns 4 'fax', 5 'note': no cell here, and some in another table. Leave them out with "
        "--exclude fax,note, or fill them in.",
    ),
    "empty in the holdout alone": (
        {"fax": {"train": "1", "holdout": None, "synthetic": "1"}},
        {},
        "SA-151 holdout frame, column 4 'fax': no cell here, and some in another table. Leave it out with --exclude "
        "fax, or fill it in.",
    ),
    "empty in the release alone": (
        {name: {"train": "1", "holdout": "1", "synthetic": None} for name in ("fax", "last name")},
        {},
        "SA-151 synthetic frame, columns 4 'fax', 5 'last name': no cell here, and some in another table. Leave them "
        "out with --exclude 'fax,last name', or fill them in.",
    ),
    "several faults": (
        {
            "a": {"train": lambda n: np.arange(n) / 7, "holdout": 0.5, "synthetic": ["??"] + ["1.5"] * (N - 1)},
            "b": {"train": lambda n: np.arange(n) / 7, "holdout": 0.5, "synthetic": None},
            "c": {"train": lambda n: np.arange(n) / 7, "holdout": 0.5, "synthetic": None},
            "d": {"train": ["u", "v"] * (N // 2), "holdout": "u", "synthetic": "w"},
        },
        {},
        "SA-144 synthetic frame: 4 columns cannot be read as they are. Column 4 'a': 1 of 60 cells cannot be read as a "
        "number (data row 1). Correct them, or pass --missing with their spelling. Columns 5 'b', 6 'c': no cell here, "
        "and some in another table. Leave them out with --exclude b,c, or fill them in. Column 7 'd': 0 of 60 cells "
        "are levels of train; the values differ in spelling. Write the levels as train does.",
    ),
    "missing, renamed and further": (
        {"sex": {"train": "f", "holdout": "f"}, "zip": {"train": "1", "holdout": "1"}, "ZIP": {"synthetic": "1"},
         "more": {"synthetic": "x"}},
        {},
        "SA-138 synthetic frame: 1 of 5 columns of train is missing: 'sex'; no column 'zip'; found 'ZIP'; 1 column not "
        "in train: 'more'. Add them, pass --rename for a column of another name, or leave them out with --exclude sex. "
        "Pass --rename ZIP=zip. Remove them, pass --rename for a column of another name, or leave them out with "
        "--exclude more.",
    ),
    "a name that nobody has": (
        {},
        {"exclude": ["cots"]},
        "SA-184 synthetic frame: no column 'cots' here or in a real table, which --exclude names. Correct the name. "
        "Did you mean 'cost'?",
    ),
    "the person": (
        {"who": lambda n: np.arange(n)},
        {"exclude": ["who"], "entity": "who"},
        "SA-180 option --exclude: 'who', which --entity names. Leave it out of one of the two.",
    ),
    "in and out": (
        {},
        {"exclude": ["age"], "columns": ["age", "ward"]},
        "SA-180 option --exclude: 'age', which --columns names. Leave it out of one of the two.",
    ),
    "all": (
        {},
        {"exclude": ["age", "cost", "ward"]},
        "SA-185 train frame: no column left to audit. Leave fewer out.",
    ),
}  # fmt: skip
"""Further columns, options, exactly what is said."""


@pytest.mark.parametrize("case", REFUSED)
def test_all_that_is_wrong_is_said_at_once(case: str) -> None:
    """One message, its code that of the first fault, with everything to pass."""
    columns, options, message = REFUSED[case]
    assert refused(tables(**columns), **options) == message


# --- names ----------------------------------------------------------------------------------------------------

NAMES: dict[str, tuple[list[str], list[str], str]] = {
    "capitals": (
        ["age", "sex", "ward"],
        ["AGE", "SEX", "WARD"],
        "no columns 'age', 'sex', 'ward'; found 'AGE', 'SEX', 'WARD'. Pass --rename AGE=age --rename SEX=sex --rename "
        "WARD=ward.",
    ),
    "names of R": (
        ["Body mass (kg)", "2nd visit", "% fat"],
        ["Body.mass..kg.", "X2nd.visit", "X..fat"],
        "no columns 'Body mass (kg)', '2nd visit', '% fat'; found 'Body.mass..kg.', 'X2nd.visit', 'X..fat'. Pass "
        "--rename 'Body.mass..kg.=Body mass (kg)' --rename 'X2nd.visit=2nd visit' --rename 'X..fat=% fat'.",
    ),
    "snake and camel": (
        ["firstVisit", "Zip Code"],
        ["first_visit", "zip_code"],
        "no columns 'firstVisit', 'Zip Code'; found 'first_visit', 'zip_code'. Pass --rename first_visit=firstVisit "
        "--rename 'zip_code=Zip Code'.",
    ),
    "accents": (
        ["Größe", "année", "Łódź"],
        ["Groesse", "annee", "lodz"],
        "no columns 'Größe', 'année', 'Łódź'; found 'Groesse', 'annee', 'lodz'. Pass --rename 'Groesse=Größe' --rename "
        "'annee=année' --rename 'lodz=Łódź'.",
    ),
    "two that may be meant": (
        ["a b"],
        ["a.b", "a_b"],
        "1 of 2 columns of train is missing: 'a b'; 2 columns not in train: 'a.b', 'a_b'. Add them, pass --rename for "
        "a column of another name, or leave them out with --exclude 'a b'. Remove them, pass --rename for a column of "
        "another name, or leave them out with --exclude a.b,a_b.",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_all_names_to_pass_are_proposed(case: str) -> None:
    """Equal letters and digits, one of each; two that could be meant are left to the user. Passed, it is read."""
    mine, theirs, message = NAMES[case]
    real = {"z": np.arange(N) % 9, **{name: np.arange(N) % 5 for name in mine}}
    made = {role: pd.DataFrame(real) for role in ROLES}
    made["holdout"] = made["holdout"].iloc[::-1].reset_index(drop=True) + 1
    released = {name: np.arange(N) % 5 for name in theirs}
    made["synthetic"] = pd.DataFrame({"z": np.arange(N) % 9, **released})
    code = "SA-138" if case == "two that may be meant" else "SA-140"
    assert refused(made, allow_overlap=True) == f"{code} synthetic frame: {message}"
    if code == "SA-140":
        data = aligned(made, allow_overlap=True, rename=dict(zip(theirs, mine, strict=True)))
        assert list(data.synthetic.columns) == ["z", *mine]


# --- cells that are no plain values ---------------------------------------------------------------------------

NESTED = pd.DataFrame({"age": [34, 51, 27], "drugs": [["a"], None, ["b", "c"]], "scan": [b"x", b"y", None]})
LEFT_OUT = ReadOptions(exclude=frozenset({"drugs", "scan"}))
BOTH = {"drugs": ["(not read)", None, "(not read)"], "scan": ["(not read)", "(not read)", None]}


@pytest.mark.parametrize("door", ["parquet", "frame", "arrow"])
def test_nested_and_binary_columns_can_be_left_out(tmp_path: Path, door: str) -> None:
    """All of them are told at once, with what to pass; left out, it is known where a cell is and nothing else."""
    source: Any = NESTED
    if door == "parquet":
        source = tmp_path / "t.parquet"
        NESTED.to_parquet(source)
    elif door == "arrow":
        source = pa.Table.from_pandas(NESTED)
    with pytest.raises(InputError) as caught:
        read_table(source, "train")
    assert caught.value.code == "SA-118"
    assert "'drugs'" in str(caught.value)
    assert "'scan'" in str(caught.value)
    frame = read_table(source, "train", options=LEFT_OUT).frame
    assert {name: frame[name].tolist() for name in ("drugs", "scan")} == BOTH
    assert frame["age"].tolist() == [34, 51, 27]


def test_nested_cells_of_json_can_be_left_out(tmp_path: Path) -> None:
    """In the lines of a file, alone or among plain ones."""
    path = tmp_path / "t.jsonl"
    records = [{"age": 34, "drugs": ["a"]}, {"age": 51, "drugs": "none"}, {"age": 27, "drugs": {"a": 1}}, {"age": 2}]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    with pytest.raises(InputError) as caught:
        read_table(path, "train")
    assert str(caught.value) == (
        "SA-118 train t.jsonl: a line has a nested cell in 'drugs'. Flatten it, or leave it out with --exclude drugs."
    )
    frame = read_table(path, "train", options=LEFT_OUT).frame
    assert frame["drugs"].tolist() == ["(not read)", "none", "(not read)", None]


def test_a_nested_column_of_a_release_rules_out_a_pass_where_it_holds_anything(tmp_path: Path) -> None:
    """Empty lists are there as well; nulls alone are not."""
    for drugs, blocks in (([["a"]] * N, [True]), ([[]] * N, [True]), ([None] * (N - 1) + [["a"]], [True]), (None, [])):
        made = tables(drugs={"train": lambda n: [["a"]] * n, "holdout": lambda n: [["b"]] * n})
        if drugs is not None:
            made["synthetic"]["drugs"] = pd.Series(drugs, dtype=object)
        data = aligned(made, exclude=["drugs"])
        assert [note.blocks_pass for note in on_columns(data) if note.blocks_pass] == blocks


def test_who_names_the_columns_to_audit_may_have_others_in_the_release() -> None:
    """Also where they are all that train has: whatever else is there was left out on purpose."""
    made = tables(extra={"synthetic": lambda n: np.arange(n) % 7})
    with pytest.raises(InputError, match="SA-139"):
        aligned(made)
    data = aligned(made, columns=["age", "cost", "ward"])
    assert list(data.synthetic.columns) == ["age", "cost", "ward"]
    assert [note.blocks_pass for note in on_columns(data)] == [True]


def test_keys_and_times_of_python_are_text() -> None:
    """UUIDs, times of the day, durations and classes of numbers, as the same table has them as CSV."""
    key = uuid.UUID(int=7)
    frame = pd.DataFrame(
        {
            "key": [key, None],
            "at": [datetime.time(10, 15), datetime.time(9, 30, 5)],
            "lasted": pd.Series([datetime.timedelta(minutes=2), None], dtype=object),
            "class": pd.cut(pd.Series([3, 12]), [0, 10, 20]),
        }
    )
    read = read_table(frame, "train").frame
    assert read["key"].tolist() == [str(key), None]
    assert read["at"].tolist() == ["10:15:00", "09:30:05"]
    assert read["lasted"].tolist()[0] == 120.0
    assert read["class"].tolist() == ["(0, 10]", "(10, 20]"]


# --- the command line, the configuration file, the environment ------------------------------------------------


def written(folder: Path, made: dict[str, pd.DataFrame]) -> list[str]:
    flags = []
    for role, frame in made.items():
        frame.to_csv(folder / f"{role}.csv", index=False)
        flags += [f"--{role}", str(folder / f"{role}.csv")]
    return flags


def test_names_with_commas_and_several_flags(tmp_path: Path) -> None:
    """Quoted as for --entity; what is said twice adds up, and the configuration file takes a list."""
    made = tables(**{"last, first": "x", "fax": "1"})
    flags = written(tmp_path, made)
    expected = "! columns: 2 columns of the release left out of the audit on request: 'last, first', 'fax'."
    for more in (["--exclude", '"last, first",fax'], ["--exclude", '"last, first"', "--exclude", "fax"]):
        assert expected in call("check-inputs", *flags, *more).stdout.splitlines()
    config = tmp_path / "audit.toml"
    config.write_text('[data]\nexclude = ["last, first", "fax"]\n')
    assert expected in call("check-inputs", *flags, "--config", config).stdout.splitlines()


def test_lines_of_one_table_by_flag_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--header-row train=2`` is for train alone; a wrong number is told."""
    flags = written(tmp_path, tables())
    train = tmp_path / "train.csv"
    train.write_text("Ward,3\n" + train.read_text())
    said = "  reading: train train.csv: line 1 left out on request."
    assert said in call("check-inputs", *flags, "--header-row", "train=2").stdout.splitlines()
    assert said in call("check-inputs", *flags, "--skip-rows", "train=1").stdout.splitlines()
    config = tmp_path / "audit.toml"
    config.write_text(f'[data.train]\npath = "{train}"\nheader_row = 2\n')
    assert said in call("check-inputs", *flags[2:], "--config", config).stdout.splitlines()
    monkeypatch.setenv("SYNTHAUDIT_SKIP_ROWS", "train=1")
    assert said in call("check-inputs", *flags).stdout.splitlines()
    monkeypatch.delenv("SYNTHAUDIT_SKIP_ROWS")
    done = call("check-inputs", *flags, "--skip-rows", "last")
    do = "Give numbers and ranges, counted from the first line: 1-3,1502."
    assert (done.returncode, done.stderr) == (2, f"synthaudit: SA-180 option --skip-rows: no numbers of lines. {do}\n")
    done = call("check-inputs", *flags, "--header-row", "0")
    got = "no number of a line. Give 1 or more, counted from the first line."
    assert (done.returncode, done.stderr) == (2, f"synthaudit: SA-180 option --header-row: {got}\n")
