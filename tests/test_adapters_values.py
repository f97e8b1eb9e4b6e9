"""Options take only what they mean, and each table may have its own: input, exact outcome, code and message."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import synthaudit
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.config import load_config, parse_config, setting
from synthaudit.adapters.options import OPTIONS
from synthaudit.adapters.readers.raw import TableRole
from synthaudit.cli.main import cli, main
from synthaudit.commands.request import request
from synthaudit.errors import InputError
from synthaudit.types import Vendor

TABLE = pd.DataFrame({"x": np.arange(8.0), "c": list("aabbccdd")})
DECIMAL = "SA-180 option --decimal: no decimal mark. Give . or a comma."
THOUSANDS = "SA-180 option --thousands: no mark between thousands. Give one of , . ' _ or the word space."
BOTH = "SA-180 option --thousands: the decimal mark itself. Give the mark between thousands."
SEP = "SA-180 option --sep: not one character. Pass one character, or 'tab'."
NO_SEP = (
    "SA-180 option --sep: a letter, a digit or a control character. Pass the character between two cells, or 'tab'."
)
ENCODING = "SA-180 option --encoding: no such text encoding. Pass a codec such as utf-8, utf-16, latin-1 or cp1252."
JOBS = "Give 1 or more, or leave it out for all cores."
EMPTY = "an empty text. Give one, or leave the option out."
INVISIBLE = "invisible characters. Remove them."
LONG = "257 characters; limit 256. Shorten it."
HUGE = 10**400


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("decimal", "", DECIMAL),
        ("decimal", "x", DECIMAL),
        ("decimal", "..", DECIMAL),
        ("decimal", 1, DECIMAL),
        ("decimal", {"synthetic": ";"}, DECIMAL),
        (
            "decimal",
            {"vendor": "."},
            "SA-180 option --decimal: no table 'vendor'. Choose from train, holdout, reference, synthetic, deleted, "
            "all.",
        ),
        ("thousands", "x", THOUSANDS),
        ("thousands", "  ", THOUSANDS),
        ("thousands", {"all": "blank"}, THOUSANDS),
        ("sep", "", SEP),
        ("sep", ";;", SEP),
        ("sep", '"', SEP),
        ("sep", "\n", SEP),
        ("sep", "\0", SEP),
        ("sep", "\ud800", SEP),
        ("sep", {"train": 5}, SEP),
        ("sep", "7", NO_SEP),
        ("sep", "x", NO_SEP),
        ("sep", "\a", NO_SEP),
        ("encoding", "", ENCODING),
        ("encoding", "no-such", ENCODING),
        ("encoding", "hex", ENCODING),
        ("encoding", "undefined", ENCODING),
        ("encoding", "a\0b", ENCODING),
        ("encoding", {"train": 8}, ENCODING),
        ("sheet", " ", f"SA-180 option --sheet: {EMPTY}"),
        ("sheet", "a\nb", f"SA-180 option --sheet: {INVISIBLE}"),
        ("sheet", 3, "SA-180 option --sheet: an object of type int. Give a text."),
        ("missing", "", f"SA-180 option --missing: {EMPTY}"),
        ("missing", ["NA", " "], f"SA-180 option --missing: {EMPTY}"),
        ("missing", {"train": ["a\x07"]}, f"SA-180 option --missing: {INVISIBLE}"),
        ("missing", "x" * 257, f"SA-180 option --missing: {LONG}"),
        ("missing", 5, "SA-180 option --missing: an object of type int. Give a list of texts."),
        ("missing", [float("nan")], "SA-180 option --missing: an object of type float. Give a text."),
        ("entity", "", f"SA-180 entity: {EMPTY}"),
        ("columns", [], "SA-180 columns: no name. Give one, or leave the option out."),
        ("columns", "x", "SA-180 columns: an object of type str. Give a list of texts."),
        ("columns", ["x", ""], f"SA-180 columns: {EMPTY}"),
        ("attacks", "dcr", "SA-180 attacks: an object of type str. Give a list of texts."),
        ("rename", ["a=b"], "SA-180 rename: an object of type list. Give pairs of names."),
        ("rename", {"": "x"}, f"SA-180 rename: {EMPTY}"),
        ("train", "", "SA-101 train: an empty name. Give a path."),
        ("holdout", "a\0b", "SA-101 holdout: characters that no path has. Give a path."),
        ("reference", "x" * 5_000, "SA-101 reference: a name that is too long. Give a path."),
        ("manifest", 5, "SA-180 manifest: an object of type int. Give a path."),
        ("policy", "x" * 5_000, "SA-101 policy: a name that is too long. Give a path."),
        ("shadow_store", "", "SA-101 shadow_store: an empty name. Give a path."),
        ("sdv_metadata", "", "SA-101 sdv_metadata: an empty name. Give a path."),
        ("engine", 1, "SA-180 engine: an object of type int. Give a text."),
        ("profile", "fast", "SA-203 profile: unknown profile 'fast'. Choose from quick, standard, thorough."),
        ("profile", True, "SA-203 profile: no name of a profile. Choose from quick, standard, thorough."),
        ("seed", -1, "SA-205 seed: -1. Give 0 or more, below 2^64."),
        ("seed", HUGE, "SA-205 seed: a number beyond all limits. Give 0 or more, below 2^64."),
        ("seed", float("nan"), "SA-205 seed: no whole number. Give 0 or more, below 2^64."),
        ("shadows", 2.5, "SA-204 shadows: no whole number. Ask for 0 to 10,000."),
        ("shadows", -1, "SA-204 shadows: -1 shadows. Ask for 0 to 10,000."),
        ("jobs", 0, f"SA-207 jobs: 0 workers. {JOBS}"),
        ("jobs", True, f"SA-207 jobs: no whole number. {JOBS}"),
        ("jobs", "2", f"SA-207 jobs: no whole number. {JOBS}"),
        ("candidates", "some", "SA-209 candidates: no whole number. Give 1,000 or more people of each side, or all."),
        ("release_rows", float("inf"), "SA-209 release_rows: no whole number. Give 1,000 or more rows, or all."),
        ("max_bytes", -1, "SA-180 max_bytes: -1 bytes. Give 1 or more."),
        ("time_budget", float("nan"), "SA-223 --time-budget: no duration above zero. Write 90s, 30m or 2h."),
        ("time_budget", HUGE, "SA-223 --time-budget: no duration above zero. Write 90s, 30m or 2h."),
        ("time_budget", "9" * 400 + "m", "SA-223 --time-budget: no duration above zero. Write 90s, 30m or 2h."),
        ("fresh", "yes", "SA-180 fresh: an object of type str. Give True or False."),
        ("allow_overlap", 1, "SA-180 allow_overlap: an object of type int. Give True or False."),
        ("vendor", 5, "SA-180 vendor: an object of type int. Give a text, or a Vendor."),
        ("vendor", Vendor(name="a\nb"), "SA-180 vendor: invisible characters. Remove them."),
        ("vendor", Vendor(release="a" * 257), "SA-180 vendor: 257 characters; limit 256. Shorten it."),
        ("release", " ", "SA-180 release: an empty text. Give one, or leave the option out."),
        ("dataset", "a" * 257, "SA-180 dataset: 257 characters; limit 256. Shorten it."),
        ("purpose", "a\x1bb", "SA-180 purpose: invisible characters. Remove them."),
        ("auditor", ["A"], "SA-180 auditor: an object of type list. Give a text."),
        ("claims", 3.0, "SA-180 claims: 'the file' must be a table. Correct the file."),
        ("schema", 5, "SA-186 schema: an object of type int. Give a Schema, a mapping by column, or SDV's metadata."),
        ("schema", {"x": 5}, "SA-186 schema, column 'x': an object of type int. Give a mapping."),
        (
            "schema",
            {"x": {"kind": "words"}},
            "SA-180 schema, column 'x': 'kind' must be 'numeric', 'categorical', 'datetime', 'boolean', 'text' or "
            "'identifier'. Correct the file.",
        ),
        (
            "generator",
            "",
            "SA-206 --generator : no generator of this name. Choose one of: cart, marginals, smote, kde, "
            "gaussian_copula, ctgan, tvae, copulagan, auto, command:PROGRAM ..., releases:FOLDER.",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 20 else "",
)
def test_what_an_option_does_not_take(option: str, value: Any, message: str) -> None:
    """From Python; the configuration file and the command line hand their values to the same checks."""
    with pytest.raises(InputError) as caught:
        request(**{"train": TABLE, "jobs": 1, option: value})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("decimal", "thousands", "is_refused"),
    [
        (",", ",", True),
        (",", ".", False),
        (None, ".", False),
        ({"synthetic": "."}, ".", True),
        (",", {"synthetic": ","}, True),
        ({"all": ",", "synthetic": "."}, {"all": ".", "synthetic": ","}, False),
    ],
)
def test_one_mark_has_one_meaning_within_a_table(decimal: Any, thousands: Any, is_refused: bool) -> None:
    """For all tables or for one; what is not said is not held against the other."""
    if not is_refused:
        request(TABLE, decimal=decimal, thousands=thousands, jobs=1)
        return
    with pytest.raises(InputError) as caught:
        request(TABLE, decimal=decimal, thousands=thousands, jobs=1)
    assert str(caught.value) == BOTH


# --- by table -------------------------------------------------------------------------------------------------


def test_what_one_table_says_reaches_reader_and_cells_of_that_table_alone() -> None:
    """Canaries and the record of a query are written as train is; spellings of missing add up, the rest overrules."""
    asked = request(
        TABLE,
        jobs=1,
        decimal={"all": ",", "synthetic": "."},
        thousands={"train": "space"},
        missing={"all": "NA", "synthetic": ["-", "?"]},
        sep={"train": "tab", "synthetic": ","},
        encoding={"deleted": "latin-1"},
        sheet="People",
    )
    roles: tuple[TableRole, ...] = ("train", "canaries", "record", "holdout", "reference", "deleted", "synthetic")
    of_train = Writing(decimal=",", thousands=" ", missing=("NA",))
    common = Writing(decimal=",", missing=("NA",))
    expected = [of_train, of_train, of_train, common, common, common, Writing(decimal=".", missing=("NA", "-", "?"))]
    assert [asked.align.writing_of(role) for role in roles] == expected
    read = [asked.read_of(role) for role in roles]
    assert [options.sep for options in read] == ["\t", "\t", "\t", None, None, None, ","]
    assert [options.encoding for options in read] == [*["utf-8"] * 5, "latin-1", "utf-8"]
    assert {options.sheet for options in read} == {"People"}


def params(*typed: str) -> dict[str, Any]:
    """What the command line makes of flags."""
    names = ("sep", "decimal", "thousands", "encoding", "missing", "sheet")
    made = cli.commands["audit"].make_context("audit", ["--synthetic", "s.csv", *typed]).params
    return {name: made[name] for name in names if made[name] != OPTIONS[name].default}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", {}),
        ("--decimal ,", {"decimal": ","}),
        ("--decimal all=,", {"decimal": ","}),
        ("--decimal , --decimal ,", {"decimal": ","}),
        ("--decimal synthetic=.", {"decimal": {"synthetic": "."}}),
        ("--decimal , --decimal synthetic=.", {"decimal": {"all": ",", "synthetic": "."}}),
        ("--sep synthetic==", {"sep": {"synthetic": "="}}),
        ("--sep =", {"sep": "="}),
        ("--missing a=b", {"missing": ("a=b",)}),
        ("--missing all=train=x", {"missing": ("train=x",)}),
        ("--missing NA --missing train=- --missing train=?", {"missing": {"all": ("NA",), "train": ("-", "?")}}),
        ("--encoding deleted=latin-1", {"encoding": {"deleted": "latin-1"}}),
        ("--thousands holdout='", {"thousands": {"holdout": "'"}}),
        ("--sheet reference=People", {"sheet": {"reference": "People"}}),
    ],
)
def test_flags_name_a_table_or_all(typed: str, expected: dict[str, Any]) -> None:
    """A prefix counts where it is the name of a table, or ``all``; any other text is the value itself."""
    assert params(*typed.split()) == expected


def test_two_values_for_one_table_are_refused() -> None:
    """Neither the first nor the last is taken silently."""
    for typed, whose in (("--decimal , --decimal .", "all tables"), ("--decimal train=, --decimal train=.", "train")):
        with pytest.raises(InputError) as caught:
            params(*typed.split())
        assert str(caught.value) == (
            f"SA-180 option --decimal: two values for {whose}. Give one for all tables, and --decimal TABLE=X where a "
            "table has another."
        )


@pytest.mark.parametrize(
    ("file", "environment", "typed", "expected"),
    [
        ('decimal = ","', None, "", ","),
        ('decimal = ","', ".", "", "."),
        ('decimal = ","', "synthetic=.", "", {"all": ",", "synthetic": "."}),
        ('decimal = ","', ", synthetic=.", "--decimal synthetic=,", {"all": ",", "synthetic": ","}),
        ('decimal = ","\nsynthetic = { decimal = "." }', None, "", {"all": ",", "synthetic": "."}),
        ('decimal = ","\nsynthetic = { decimal = "." }', None, "--decimal .", "."),
        ('synthetic = { decimal = "." }', None, "--decimal train=,", {"synthetic": ".", "train": ","}),
    ],
)
def test_flags_beat_the_environment_which_beats_the_file_table_by_table(
    file: str, environment: str | None, typed: str, expected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of all tables replaces everything; what is said of one leaves the others as they were."""
    (tmp_path / "c.toml").write_text(f"[data]\n{file}\n")
    if environment is not None:
        monkeypatch.setenv("SYNTHAUDIT_DECIMAL", environment)
    assert params("--config", str(tmp_path / "c.toml"), *typed.split()) == {"decimal": expected}


def test_a_sheet_in_the_environment_may_hold_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut only where another table is named."""
    monkeypatch.setenv("SYNTHAUDIT_SHEET", "My people synthetic=Sheet 1")
    assert params() == {"sheet": {"all": "My people", "synthetic": "Sheet 1"}}


def test_a_table_of_the_file_has_a_path_and_a_writing(tmp_path: Path) -> None:
    """Paths count from the file's folder, in each form; a literal token that looks like a prefix stays one."""
    (tmp_path / "c.toml").write_text(
        'data.train = "t.csv"\ndata.missing = ["train=x"]\n[data.holdout]\npath = "h.csv"\nsep = "tab"\n'
        '[data.synthetic]\npath = ["a.csv", "b.csv"]\nmissing = ["-"]\nthousands = "space"\n'
    )
    config = load_config(tmp_path / "c.toml")
    names = ("train", "holdout", "synthetic", "missing", "sep", "thousands", "decimal")
    assert {name: setting(config, OPTIONS[name]) for name in names} == {
        "train": f"{tmp_path}/t.csv",
        "holdout": f"{tmp_path}/h.csv",
        "synthetic": (f"{tmp_path}/a.csv", f"{tmp_path}/b.csv"),
        "missing": {"all": ("train=x",), "synthetic": ("-",)},
        "sep": {"holdout": "tab"},
        "thousands": {"synthetic": "space"},
        "decimal": None,
    }
    made = cli.commands["audit"].make_context("audit", ["--config", str(tmp_path / "c.toml")]).params
    assert made["synthetic"] == (f"{tmp_path}/a.csv", f"{tmp_path}/b.csv")
    assert made["missing"] == {"all": ("train=x",), "synthetic": ("-",)}


@pytest.mark.parametrize(
    ("data", "got"),
    [
        ({"synthetic": 5}, "'data.synthetic' must be a table"),
        ({"synthetic": []}, "'data.synthetic' must not be empty"),
        ({"holdout": ["a", "b"]}, "'data.holdout' must be a path"),
        ({"train": {"pth": "x"}}, "unknown key 'data.train.pth' (did you mean 'path'?)"),
        ({"train": {"decimal": ";"}}, "'data.train.decimal' must be '.' or ','"),
        ({"thousands": "x"}, "'data.thousands' must be ',', '.', ' ', \"'\", '_' or 'space'"),
        ({"deleted": {"missing": "NA"}}, "'data.deleted.missing' must be a list"),
    ],
)
def test_what_a_table_of_the_file_may_not_be(data: dict[str, Any], got: str) -> None:
    """By its path in the file."""
    with pytest.raises(InputError) as caught:
        parse_config({"data": data})
    assert str(caught.value) == f"SA-180 config: {got}. Correct the file."


# --- from the shell -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables with semicolons and commas, a release with commas and points."""
    folder = tmp_path_factory.mktemp("styles")
    rng = np.random.default_rng(0)
    for name in "ths":
        table = pd.DataFrame({"x": rng.normal(size=60).round(2), "c": rng.choice(list("ab"), 60)})
        sep, decimal = (",", ".") if name == "s" else (";", ",")
        table.to_csv(folder / f"{name}.csv", index=False, sep=sep, decimal=decimal)
    return folder


def shell(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *argv: str) -> list[Any]:
    """Exit code, standard output and standard error of a command run in the folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["synthaudit", *argv])
    with pytest.raises(SystemExit) as ended:
        main()
    return [ended.value.code, *capsys.readouterr()]


TABLES = ("--train", "t.csv", "--holdout", "h.csv", "--synthetic", "s.csv")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("--seed x", "SA-180 option --seed: no whole number. Give a whole number."),
        ("--candidates 1e400", "SA-180 option --candidates: no whole number. Give a whole number."),
        ("--profile fast", "SA-180 option --profile: none of its values. Choose from quick, standard, thorough."),
        ("--rename a", "SA-180 option --rename: not A=B. Write the synthetic table's name, =, train's name."),
        ("--columns ,", "SA-180 option --columns: no name. Give one, or leave the option out."),
        ("--decimal synthetic=;", DECIMAL),
        ("--missing synthetic=", f"SA-180 option --missing: {EMPTY}"),
        ("--max-bytes 0", "SA-180 max_bytes: 0 bytes. Give 1 or more."),
    ],
)
def test_a_flag_with_nonsense_ends_with_two(
    folder: Path,
    typed: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line with a code, nothing on standard output."""
    done = shell(folder, monkeypatch, capsys, "check-inputs", *TABLES, *typed.split())
    assert done == [2, "", f"synthaudit: {message}\n"]


def test_a_release_with_points_beside_tables_with_commas(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read the same by flags, by the file and from Python, also as a release of a batch and as a split."""
    flags = ("--decimal", ",", "--decimal", "synthetic=.", "--sep", ";", "--sep", "synthetic=,")
    code, shown, _ = shell(folder, monkeypatch, capsys, "check-inputs", *TABLES, *flags)
    assert (code, shown.splitlines()[0], shown.splitlines()[-1]) == (
        0,
        "numeric      x",
        "train 60 rows, holdout 60 rows, synthetic 60 rows",
    )
    (folder / "c.toml").write_text(
        'data = { train = "t.csv", holdout = "h.csv", decimal = ",", synthetic = { path = "s.csv", decimal = "." } }\n'
    )
    assert shell(folder, monkeypatch, capsys, "check-inputs", "--config", "c.toml")[:2] == [0, shown]
    code, toml, _ = shell(folder, monkeypatch, capsys, "schema", "infer", "t.csv", *flags)
    assert (code, 'kind = "numeric"' in toml) == (0, True)
    (folder / "releases").mkdir()
    (folder / "s.csv").rename(folder / "releases" / "s.csv")
    batch = synthaudit.audit_batch(
        folder / "releases",
        folder / "t.csv",
        folder / "h.csv",
        output=folder / "out",
        profile="quick",
        jobs=1,
        decimal={"all": ",", "synthetic": "."},
    )
    assert [entry.outcome for entry in batch.entries] == ["inconclusive"]
    made = synthaudit.split(folder / "t.csv", folder / "split", decimal={"train": ","}, missing={"train": "NA"})
    assert made.n_rows == {"train": 30, "holdout": 30}
