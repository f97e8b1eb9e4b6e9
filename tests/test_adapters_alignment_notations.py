"""Promises of synthaudit.adapters.alignment.notations: what is read of a dressed column, and what is said."""

import sys
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading_docs
from faker import Faker

from synthaudit.adapters.alignment.align import RealTables, align_real, with_synthetic
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.beside import beside
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.notations import read_train
from synthaudit.adapters.alignment.schema import infer_schema
from synthaudit.adapters.alignment.schema_file import schema_to_toml
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.config import parse_config
from synthaudit.adapters.readers.raw import RawTable, TableRole
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import text_column
from synthaudit.cli.main import main
from synthaudit.errors import InputError

N = 60
NUMBERS = [round(1.25 * i * i + 0.5, 2) for i in range(N)]
DAYS = [datetime(1970, 1, 1) + timedelta(days=37 * i) for i in range(N)]  # noqa: DTZ001


def table(values: list[Any], role: TableRole = "train", name: str = "x") -> RawTable:
    sites = ["b", "a"] if role == "holdout" else ["a", "b"]
    return read_table(pd.DataFrame({name: text_column(values), "site": sites * (len(values) // 2)}), role)


def real(values: list[Any], holdout: list[Any] | None = None, **options: Any) -> RealTables:
    held = None if holdout is None else table(holdout, "holdout")
    return align_real(table(values), held, None, AlignOptions(allow_overlap=True, **options))


def dressed(form: str) -> list[str]:
    return [form.format(v) for v in NUMBERS]


@dataclass(frozen=True, kw_only=True)
class Said:
    """A train column, options, and what the coverage record says of it."""

    train: list[Any]
    kind: str
    said: str
    blocks: bool = False
    options: dict[str, Any] = field(default_factory=dict)


ASK = '. Say what it is: [columns."x"] kind = "identifier", "categorical", "numeric", "datetime" or "text"'
SAID = [
    Said(
        train=dressed("${:,.2f}"),
        kind="numeric",
        said="train frame: column 'x': cells read as numbers: unit '$' taken off, ',' between thousands, '.' before"
        " decimals.",
    ),
    Said(
        train=dressed("{:.2f} Stück"),
        kind="numeric",
        said="train frame: column 'x': cells read as numbers: a word behind each number taken off.",
    ),
    Said(
        train=["<10" if v < 10 else f"{v}" for v in NUMBERS],
        kind="numeric",
        said="train frame: column 'x': cells read as numbers; 3 limits (< or >) read as the number, and compared.",
    ),
    Said(
        train=[d.strftime("%d.%m.%Y") for d in DAYS],
        kind="datetime",
        said="train frame: column 'x': cells read as dates, the day first.",
    ),
    Said(
        train=[d.strftime("%Y-%m") for d in DAYS],
        kind="datetime",
        said="train frame: column 'x': cells read as months, by their first day.",
    ),
    Said(
        train=[d.strftime("%Y-%m-%d 10:00 CET") for d in DAYS],
        kind="datetime",
        said="train frame: column 'x': cells read as dates, zone CET taken off.",
    ),
    Said(
        train=[f"{i % 24:02d}:{i:02d}" for i in range(N)],
        kind="numeric",
        said="train frame: column 'x': cells read as times of the day, in seconds.",
    ),
    Said(
        train=[d.strftime("%d/%m/%y") for d in DAYS],
        kind="datetime",
        said="train frame: column 'x': cells read as dates in the form '%d/%m/%y'.",
        options={"overrides": {"x": ColumnOverride(format="%d/%m/%y")}},
    ),
    Said(
        train=[f"{i},{i:03d}" for i in range(10, 10 + N)],
        kind="numeric",
        said="train frame: column 'x': cells read as numbers: ',' between thousands, '.' before decimals.",
        options={"writing": Writing(thousands=",")},
    ),
    Said(
        train=[f"{i},{i + 100} kg" for i in range(N)],
        kind="numeric",
        said="train frame: column 'x': cells read as numbers: unit 'kg' taken off, ',' before decimals.",
        options={"writing": Writing(decimal=",")},
    ),
    Said(
        train=dressed("${:.2f}"),
        kind="numeric",
        said="train frame: column 'x': cells read as numbers with a decimal point: unit '$' taken off.",
        options={"writing": Writing(decimal=",")},
    ),
    Said(
        train=dressed("{} zorkmid"),
        kind="numeric",
        said="train frame: column 'x': cells read as numbers: a word behind each number taken off.",
        options={"overrides": {"x": ColumnOverride(kind="numeric", unit="zorkmid")}},
    ),
    Said(
        train=[f"{i}/{i + 40}" for i in range(N)],
        kind="identifier",
        said="Column 'x': taken for an identifier since 100 % of its cells differ; it is left out when rows are "
        f"compared{ASK}.",
        blocks=True,
    ),
    Said(
        train=[f"the patient number {i} was seen in the morning" for i in range(N)],
        kind="text",
        said=f"Column 'x': taken for free text, which is left out when rows are compared{ASK}.",
        blocks=True,
    ),
    Said(
        train=[*(f"{v}" for v in NUMBERS[:57]), "12a", "13a", "14b"],
        kind="identifier",
        said="Column 'x': 95 % of its cells are numbers or times, the rest is none; taken for an identifier, which is"
        f" left out when rows are compared{ASK}.",
        blocks=True,
    ),
    Said(
        train=[*(f"{i % 40}.5" for i in range(57)), "12a", "13a", "14b"],
        kind="categorical",
        said=f"Column 'x': 95 % of its cells are numbers or times, the rest is none; compared as categories{ASK}.",
        blocks=True,
    ),
    Said(
        train=[*(f"{d:02d}/12/2020" for d in range(1, 30)), *(f"{d:02d}/12/2020" for d in range(1, 30)), "x1", "x2"],
        kind="categorical",
        said=f"Column 'x': looks like dates that are not ISO 8601, audited as text{ASK}.",
        blocks=True,
    ),
]


@pytest.mark.parametrize("case", SAID, ids=[f"{i}-{c.kind}" for i, c in enumerate(SAID)])
def test_what_is_said_of_a_column(case: Said) -> None:
    """What was taken off, or why a column may hide something; only the latter blocks a pass."""
    aligned = real(case.train, **case.options)
    assert aligned.schema.columns[0].kind == case.kind
    lines = [(note.reason, note.blocks_pass) for note in aligned.coverage]
    assert lines == [(case.said, case.blocks)]


KG, LAST = [f"{i} kg" for i in range(100, 130)], [f"{d}.12.2020" for d in range(1, 31)]
QUANTITIES: dict[str, tuple[str, list[str]]] = {
    "two forms, all different": ("identifier", KG + LAST),
    "two forms": ("categorical", [*(KG[:11] + LAST[:10]) * 2, *KG[:9], *LAST[:9]]),
    "two forms of 20 in all": ("categorical", (KG[:10] + LAST[:10]) * 3),
    "others in a twentieth, all different": ("identifier", [*map(str, NUMBERS[:57]), "12a", "13a", "14b"]),
    "others in a tenth": ("categorical", [*(f"{i % 40}.5" for i in range(54)), *(f"{i % 3}a" for i in range(6))]),
    "others in a sixth": ("categorical", [*(f"{i % 40}.5" for i in range(50)), *(f"{i % 5}a" for i in range(10))]),
}


@pytest.mark.parametrize("form", QUANTITIES)
@pytest.mark.parametrize("name", ["size", "zip", "mobile"])
def test_quantities_in_text_are_questioned_unless_their_name_says_what_they_are(name: str, form: str) -> None:
    """A name of codes explains quantities alone; one of a value of each person's own explains an identifier.

    From 21 of them on, in nine of ten cells; fewer are a handful of codes.
    """
    kind, values = QUANTITIES[form]
    aligned = align_real(table(values, name=name))
    assert aligned.schema.columns[0].kind == kind
    explained = {
        "size": {"two forms of 20 in all"},
        "zip": {"two forms of 20 in all", "others in a sixth", "two forms"},
        "mobile": {*QUANTITIES} - {"others in a tenth"},
    }
    assert [note.blocks_pass for note in aligned.coverage] == ([] if form in explained[name] else [True])


@pytest.mark.parametrize("kind", ["identifier", "categorical", "text"])
def test_what_is_declared_is_not_questioned(kind: Any) -> None:
    """A declared column is what the user says, and blocks nothing."""
    aligned = real(dressed("${:,.2f} or so"), overrides={"x": ColumnOverride(kind=kind)})
    assert (aligned.schema.columns[0].kind, aligned.coverage) == (kind, ())


@pytest.mark.parametrize("name", ["patient_id", "uuid", "row_index", "x"])
def test_a_key_by_name_or_form_is_not_questioned(name: str) -> None:
    """A name that says key, or cells that are mail addresses: not distinct text alone."""
    values = [f"ann.{i}@example.org" if name == "x" else f"K{i:05d}" for i in range(N)]
    aligned = align_real(table(values, name=name))
    assert aligned.schema.columns[0].kind == "identifier"
    assert not any(note.blocks_pass for note in aligned.coverage)


@pytest.mark.parametrize(("n_words", "stops"), [(29, True), (30, True), (31, False)])
def test_a_word_is_questioned_where_it_fills_half_of_the_cells_at_most(n_words: int, stops: bool) -> None:
    """A column of words with some numbers is a column of words."""
    values = [*dressed("{}")[n_words:], *["refused"] * n_words]
    if stops:
        with pytest.raises(InputError, match=f"SA-150 .*{n_words} cells hold a word: 'refused'"):
            align_real(table(values))
    else:
        assert align_real(table(values)).schema.columns[0].kind == "categorical"


STOPS: list[tuple[list[Any], dict[str, Any], str]] = [
    (
        [*dressed("{}")[1:], "k.A."],
        {},
        "SA-150 train frame, column 1 'x': 59 of 60 cells are numbers, the rest is a usual spelling of missing. Pass"
        " --missing 'k.A.', or declare the column categorical.",
    ),
    (
        [*dressed("${:,.2f}")[1:], "#DIV/0!"],
        {},
        "SA-150 train frame, column 1 'x': 59 of 60 cells are numbers or times, 1 cell holds a word: '#DIV/0!' (1"
        ' cell). Pass --missing with what stands for missing, or declare the column: [columns."x"] kind ='
        ' "categorical".',
    ),
    (
        [*dressed("{}")[1:], "Ms Miller"],
        {},
        "SA-150 train frame, column 1 'x': 59 of 60 cells are numbers or times, 1 cell holds a word that is not shown"
        ' here. Pass --missing with what stands for missing, or declare the column: [columns."x"] kind ='
        ' "categorical".',
    ),
    (
        [*dressed("{}")[12:], *["refused"] * 11, "Ms Miller"],
        {},
        "SA-150 train frame, column 1 'x': 48 of 60 cells are numbers or times, 12 cells hold a word: 'refused' (11"
        ' cells), and others. Pass --missing with what stands for missing, or declare the column: [columns."x"] kind'
        ' = "categorical".',
    ),
    (
        [*(d.strftime("%d.%m.%Y") for d in DAYS[1:]), "unknown"],
        {},
        "SA-150 train frame, column 1 'x': 59 of 60 cells are numbers or times, 1 cell holds a word that is not shown"
        ' here. Pass --missing with what stands for missing, or declare the column: [columns."x"] kind ='
        ' "categorical".',
    ),
    (
        [f"{i},{i:03d}" for i in range(10, 10 + N)],
        {},
        "SA-131 train frame, column 1 'x': every ',' has three digits behind it: thousands or decimals. Pass"
        ' --thousands "," or --decimal ",", or declare the column: [columns."x"] kind = "categorical".',
    ),
    (
        [f"{i} {('kg', 'lb')[i % 2]}" for i in range(N)],
        {},
        "SA-131 train frame, column 1 'x': numbers in 2 units: 'kg', 'lb'. Convert them to one unit, or declare the"
        ' column: [columns."x"] kind = "categorical".',
    ),
    (
        [f"{1 + i % 12:02d}/{1 + i % 11:02d}/1980" for i in range(N)],
        {},
        "SA-154 train frame, column 1 'x': dates that can be read day first and month first. Pass --date-format"
        " 'x=%d/%m/%Y' or 'x=%m/%d/%Y', with the marks that the cells have, or declare the column: [columns.\"x\"] kind"
        ' = "categorical".',
    ),
    (
        [d.strftime("%d.%m.%y") for d in DAYS],
        {},
        "SA-154 train frame, column 1 'x': dates whose year has two digits. Pass --date-format 'x=%d.%m.%y' with the"
        ' form that the cells have, or declare the column: [columns."x"] kind = "categorical".',
    ),
    (
        [*(d.strftime("%d.%m.%y") for d in DAYS[1:]), "1.1.1.1"],
        {"overrides": {"x": ColumnOverride(format="%d.%m.%y")}},
        "SA-154 train frame, column 1 'x': 1 of 60 cells are no dates in the form '%d.%m.%y'. Correct the form or the"
        " cells, or pass --missing with theirs.",
    ),
    (
        [*dressed("{}")[1:], "word"],
        {"overrides": {"x": ColumnOverride(kind="numeric")}},
        "SA-144 train frame, column 1 'x': 1 of 60 cells cannot be read as a number. Correct them, or pass --missing"
        " with their spelling.",
    ),
]


@pytest.mark.parametrize(
    ("values", "options", "message"), STOPS, ids=[f"{i}-{m[:6]}" for i, (_, _, m) in enumerate(STOPS)]
)
def test_what_only_the_user_can_decide(values: list[Any], options: dict[str, Any], message: str) -> None:
    """A choice is asked for with what to write; no cell is shown that could name somebody."""
    with pytest.raises(InputError) as stopped:
        real(values, **options)
    assert str(stopped.value) == message


PLAIN = dressed("{}")
OTHERS: list[tuple[list[str], list[str], str]] = [
    (PLAIN, dressed("{:,.2f} €"), ""),
    (PLAIN, [f"{v:.2f}".replace(".", ",") for v in NUMBERS], ""),
    (dressed("{} kg"), PLAIN, ""),
    (dressed("{} kg"), dressed("{}kg"), ""),
    (dressed("{} kg"), dressed("{:,.2f}"), ""),
    (dressed("{:,.2f}"), dressed("{} kg"), ""),
    (
        dressed("{} kg"),
        dressed("{} lb"),
        "SA-131 {role} frame, column 1 'x': numbers in 'lb' here, in 'kg' in train. Convert them to the unit of train.",
    ),
    (
        dressed("${:,.2f}"),
        dressed("{:,.2f} €"),
        "SA-131 {role} frame, column 1 'x': numbers in '€' here, in '$' in train. Convert them to the unit of train.",
    ),
    (
        PLAIN,
        dressed("about {}"),
        "SA-142 {role} frame, column 1 'x': text here, numbers expected (0 of 60 cells parse). Export the column in the"
        " form of train.",
    ),
    (
        PLAIN,
        [f"{i},{i:03d}" for i in range(10, 10 + N)],
        "SA-131 {role} frame, column 1 'x': every ',' has three digits behind it: thousands or decimals. Pass"
        ' --thousands "{role}=," or --decimal "{role}=,".',
    ),
    (
        [d.strftime("%Y-%m-%d") for d in DAYS],
        [f"{1 + i % 12:02d}/{1 + i % 11:02d}/1980" for i in range(N)],
        "SA-154 {role} frame, column 1 'x': dates that can be read day first and month first. Pass --date-format"
        " 'x=%d/%m/%Y' or 'x=%m/%d/%Y', with the marks that the cells have.",
    ),
    ([d.strftime("%Y-%m-%d") for d in DAYS], [d.strftime("%d%b%Y") for d in DAYS], ""),
    ([d.strftime("%d.%m.%Y") for d in DAYS], [d.strftime("%Y-%m-%d") for d in DAYS], ""),
]


@pytest.mark.parametrize("role", ["holdout", "synthetic"])
@pytest.mark.parametrize(("train", "other", "message"), OTHERS)
def test_another_table_in_another_dress(train: list[str], other: list[str], message: str, role: TableRole) -> None:
    """The same cells as train's, or a stop: another unit is no spelling."""

    def cells() -> pd.Series:
        if role == "holdout":
            frame = real(train, other).holdout
            assert frame is not None
            return frame["x"]
        return with_synthetic(real(train), table(other, "synthetic")).synthetic["x"]

    if message:
        with pytest.raises(InputError) as stopped:
            cells()
        assert str(stopped.value) == message.format(role=role)
    else:
        pd.testing.assert_series_equal(cells(), real(train).train["x"])


def test_days_that_can_be_read_in_two_ways_are_read_as_trains() -> None:
    """Where train's own can be read in one way only."""
    both = [(1 + i % 11, 1 + i % 12) for i in range(N)]
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        moments = [datetime(1980, month, day) for month, day in both]  # noqa: DTZ001
        aligned = real([d.strftime(form) for d in DAYS])
        release = with_synthetic(aligned, table([moment.strftime(form) for moment in moments], "synthetic")).synthetic
        assert release["x"].tolist() == moments


def test_whole_numbers_of_train_decide_what_a_mark_is() -> None:
    """1.234 is thousands where train counts; a share is no percent."""
    whole = [str(1000 + 17 * i) for i in range(N)]
    for written in ([f"{int(v):,}" for v in whole], [f"{int(v):,}".replace(",", ".") for v in whole]):
        release = with_synthetic(real(whole), table(written, "synthetic")).synthetic
        assert release["x"].tolist() == [float(v) for v in whole]
    shares = [f"{i / 64:.6f}" for i in range(N)]
    release = with_synthetic(real(shares), table([f"{100 * float(v):.4f} %" for v in shares], "synthetic")).synthetic
    assert np.allclose(release["x"], [float(v) for v in shares], atol=1e-12)


def test_limits_are_compared_like_levels() -> None:
    """A cell below a limit is the limit and a level of its own, in every table, also where none is there."""
    train = ["<10" if v < 10 else ">4000" if v > 4000 else f"{v}" for v in NUMBERS]
    aligned = real(train, PLAIN)
    assert aligned.schema.names == ["x", "x (limit)", "site"]
    assert aligned.train["x"].tolist() == [min(max(v, 10), 4000) for v in NUMBERS]
    assert aligned.train["x (limit)"].tolist() == ["<" if v < 10 else ">" if v > 4000 else "=" for v in NUMBERS]
    assert aligned.holdout is not None
    assert aligned.holdout["x (limit)"].tolist() == ["="] * N
    record, _, _ = beside(aligned, read_table(pd.DataFrame({"x": ["<10"], "site": ["a"]}), "record"))
    assert record.iloc[0].tolist() == [10.0, "<", "a"]
    data = with_synthetic(aligned, table([*train[1:], None], "synthetic"))
    assert data.synthetic["x (limit)"].tolist() == [*aligned.train["x (limit)"][1:], None]


def test_a_release_brings_no_limits_of_its_own() -> None:
    """A column that train's limits make is nobody's to give: it would hide which cells are limits."""
    aligned = real(["<10" if v < 10 else f"{v}" for v in NUMBERS])
    frame = pd.DataFrame({"x": PLAIN, "x (limit)": "=", "site": ["a", "b"] * (N // 2)})
    with pytest.raises(InputError) as stopped:
        with_synthetic(aligned, read_table(frame, "synthetic"))
    assert str(stopped.value) == (
        "SA-139 synthetic frame: a column 'x (limit)', which is made of the cells of 'x'. Rename or remove it."
    )


def test_columns_that_are_asked_for_keep_their_limits() -> None:
    """--columns x is x and its limits; the free name does not collide."""
    values = ["<10" if v < 10 else f"{v}" for v in NUMBERS]
    frame = pd.DataFrame({"x": values, "x (limit)": ["a", "b"] * (N // 2), "y": NUMBERS})
    aligned = align_real(read_table(frame, "train"), options=AlignOptions(columns=("x",)))
    assert aligned.schema.names == ["x", "x (limit)*"]


def test_the_written_schema_reads_the_same() -> None:
    """What ``schema infer`` prints says why, and as a configuration it gives the same kinds without a word."""
    train = table([f"{i}/{i + 40}" for i in range(N)])
    aligned = align_real(train)
    text = schema_to_toml(aligned.schema, aligned.coverage)
    assert text.startswith("# Column 'x': taken for an identifier since 100 % of its cells differ; ")
    again = align_real(train, options=AlignOptions(overrides=parse_config(tomllib.loads(text)).columns))
    assert (again.schema, again.coverage) == (aligned.schema, ())


def test_the_documentation_says_what_is_read() -> None:
    """``python -P tests/reading_docs.py`` was run after the last change of what is read how."""
    page = reading_docs.PAGE.read_text("utf-8")
    assert reading_docs.updated(page) == page


PROVIDERS = (
    *("license_plate", "postcode", "phone_number", "ssn", "iban", "swift", "isbn13", "isbn10", "ipv4", "mac_address"),
    *("building_number", "street_address", "credit_card_number", "company", "name", "hex_color", "bban", "vin", "ein"),
)
LOCALES = (
    *("en_US", "de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "sv_SE", "pl_PL", "pt_BR", "ja_JP", "en_GB", "en_CA"),
    *("da_DK", "fi_FI", "cs_CZ"),
)


def test_no_code_becomes_a_number_or_a_time() -> None:
    """Of more than 200 columns of plates, postcodes, telephones, names and numbers that are none: not one."""
    turned, n_columns = [], 0
    for locale in LOCALES:
        fake = Faker(locale)
        fake.seed_instance(1)
        for provider in PROVIDERS:
            make = getattr(fake, provider, None)
            cells = [] if make is None else [str(make()) for _ in range(80)]
            # Digits alone are numbers, as they have always been.
            if not cells or all(cell.isdecimal() for cell in cells):
                continue
            n_columns += 1
            kind = infer_schema(read_table(pd.DataFrame({"x": text_column(cells)}), "train")).columns[0].kind
            turned += [(locale, provider)] if kind in ("numeric", "datetime") else []
    assert (turned, n_columns >= 200) == ([], True)


def test_a_form_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--date-format is the column's format; what is no form, no pair or no column is refused first."""
    rows = [d.strftime("%d.%m.%y") for d in DAYS]
    for role in ("t", "h", "s"):
        pd.DataFrame({"x": rows, "y": [f"{i * i + ord(role)}.5" for i in range(N)]}).to_csv(
            tmp_path / role, index=False
        )
        (tmp_path / role).rename(tmp_path / f"{role}.csv")
    tables = ["--train", tmp_path / "t.csv", "--holdout", tmp_path / "h.csv", "--synthetic", tmp_path / "s.csv"]

    def checked(form: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["synthaudit", "check-inputs", *map(str, tables), "--date-format", form])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return ended.value.code, shown.err.strip() if ended.value.code else shown.out.splitlines()[0]

    assert checked("x=%d.%m.%y") == (0, "datetime     x")
    refused = {
        "x": "SA-180 option --date-format: not COLUMN=FORMAT. Write the column's name, =, and the form: born=%d.%m.%Y.",
        "x=%H": "SA-180 option --date-format, column 'x': a form without day, month and year. Write it as for strptime:"
        " %d.%m.%Y.",
        "z=%d.%m.%y": "SA-184 train t.csv: no column 'z', which the configuration describes. Correct the name.",
    }
    for form, message in refused.items():
        assert checked(form) == (2, f"synthaudit: {message}")


@pytest.mark.parametrize(
    ("cells", "are_whole"),
    [
        ([1.0, 2.0, np.nan], True),
        ([1.0, 2.25], False),
        ([1.0, 2.75], False),
        ([-3.0, -2.25], False),
        (["1", "2"], True),
        (["1", "2.0"], False),
    ],
)
def test_a_column_of_whole_numbers_has_no_decimal_in_any_cell(cells: list[object], are_whole: bool) -> None:
    """Where it has none, 1.234 in a release is over a thousand."""
    column = pd.Series(cells) if isinstance(cells[0], float) else text_column(cells)
    _, notations = read_train(read_table(pd.DataFrame({"x": column}), "train"), Writing(), {})
    assert notations.columns["x"].are_whole == are_whole


@pytest.mark.parametrize(("n", "more"), [(8, ""), (9, " and 1 more")])
def test_columns_of_which_the_same_is_said_are_named_up_to_eight(n: int, more: str) -> None:
    """And how many there are besides."""
    train = pd.DataFrame({f"c{i}": text_column([f"${v}" for v in range(30)]) for i in range(n)})
    table, _ = read_train(read_table(train, "train"), Writing(), {})
    (note,) = table.notes
    assert f"'c7'{more}: " in note


@pytest.mark.parametrize(
    ("cells", "form", "expected"),
    [
        (["2020-01-02", "2021-03-04"], None, True),
        (["02.01.2020", "2021-03-04"], None, False),
        (["2020-01-02", "2021-03-04"], "%Y-%m-%d", False),
        (["02.01.2020", "04.03.2021"], "%d.%m.%Y", False),
    ],
)
def test_days_are_plain_where_all_are_iso_and_no_form_was_named(
    cells: list[str], form: str | None, expected: bool
) -> None:
    """Else they are read by their form, part by part."""
    train = read_table(pd.DataFrame({"day": text_column(["2020-01-02", "2021-03-04"])}), "train")
    _, notations = read_train(train, Writing(), {"day": ColumnOverride(kind="datetime", format=form)})
    release = read_table(pd.DataFrame({"day": text_column(cells)}), "synthetic")
    assert notations.is_plain(release, "day", Writing()) is expected


def test_days_in_a_form_that_was_named_are_read_by_it() -> None:
    """Those that are ISO 8601 beside it as well; what is neither stops the audit."""
    declared = {"day": ColumnOverride(kind="datetime", format="%d/%m/%y")}
    train = read_table(pd.DataFrame({"day": text_column(["02/03/04", "2021-05-06", None, "31/12/99"])}), "train")
    table, _ = read_train(train, Writing(), declared)
    expected = np.array(["2004-03-02", "2021-05-06", "NaT", "1999-12-31"], dtype="datetime64[us]")
    np.testing.assert_array_equal(table.frame["day"].to_numpy("datetime64[us]"), expected)
    wrong = read_table(pd.DataFrame({"day": text_column(["02/03/04", "31/31/99", "x"])}), "train")
    with pytest.raises(InputError, match="2 of 3 cells are no dates in the form"):
        read_train(wrong, Writing(), declared)


@pytest.mark.parametrize(
    ("train", "part", "decimal", "is_plain"),
    [
        (PLAIN, ["1.5", "-2", None], None, True),
        (PLAIN, ["1.5", "$2"], None, False),
        (PLAIN, ["1,5", "2"], None, False),
        (PLAIN, ["1,5", "2"], ",", True),
        (PLAIN, ["1.234", "2"], None, False),
        (PLAIN, ["1.234", "2"], ".", True),
        (dressed("{} kg"), ["1.5", "2"], None, False),
        ([d.strftime("%Y-%m-%d") for d in DAYS], ["2020-03-04", None], None, True),
        ([d.strftime("%Y-%m-%d") for d in DAYS], ["2020-03-04", "4.3.2020"], None, False),
    ],
)
def test_a_part_that_is_surely_plain(
    train: list[str], part: list[str | None], decimal: str | None, is_plain: bool
) -> None:
    """Such a part needs no other part to be read: train's column has no dress, and its own cells have none."""
    _, notations = read_train(table(train), Writing(), {})
    release = read_table(pd.DataFrame({"x": text_column(part)}), "synthetic")
    assert notations.is_plain(release, "x", Writing(decimal=decimal)) is is_plain


def test_what_is_wrong_with_columns_is_raised_unless_it_is_kept() -> None:
    """Of train and of other tables alike."""
    units = table([f"{i} {('kg', 'lb')[i % 2]}" for i in range(N)])
    _, notations = read_train(table(PLAIN), Writing(), {})
    for read in (
        lambda refusals: read_train(units, Writing(), {}, refusals=refusals),
        lambda refusals: notations.read(units, Writing(), refusals=refusals),
    ):
        with pytest.raises(InputError, match="SA-131"):
            read(None)
        refusals = Refusals()
        read(refusals)
        assert refusals.names == {"x"}


def test_only_quantities_are_known() -> None:
    """A column of words stays one in every table, whatever is written there."""
    words = table(["a", "b"] * 30)
    assert set(read_train(words, Writing(), {})[1].columns) == set()
