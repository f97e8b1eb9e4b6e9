"""Real tables that write one column in two ways: named by table, column and what differs, and never judged."""

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import RealTables, align_real
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.deleted import with_deleted
from synthaudit.adapters.alignment.differences import _is_certain
from synthaudit.adapters.alignment.spelling import Respelled, respelled
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

CITIES = np.array(["Ulm", "Bonn", "Köln", "New York", "St. Gallen"])
DO = "Write the column as train does, or leave it out with --columns."
LEVELS = "Write the levels as train does."


def people(n: int, rng: np.random.Generator, rows: int = 1) -> pd.DataFrame:
    """Invented people, some with several rows that are alike."""
    who = np.arange(n) // rows
    height = rng.normal(size=n)[who]
    return pd.DataFrame(
        {
            "who": [f"P{i}" for i in who],
            "city": rng.choice(CITIES, n, p=[0.3, 0.3, 0.2, 0.1, 0.1])[who],
            "code": rng.choice(["0101", "0202", "1303"], n),
            "blood": rng.choice(["A+", "A-", "B+", "B-"], n, p=[0.6, 0.2, 0.15, 0.05]),
            "cost": np.exp(7 + height + 0.3 * rng.normal(size=n)).round(2),
            "spent": np.where(rng.random(n) < 0.7, 0.0, np.exp(3 + rng.normal(size=n))).round(2),
            "weight": (75 + 9 * height).round(1),
            "temp": (36.8 + 0.4 * height).round(1),
            "age": np.round(50 + 8 * rng.normal(size=n)),
            "day": (np.datetime64("2012-01-01", "D") + rng.integers(0, 3_000, n)).astype("datetime64[us]"),
            "seen": np.datetime64("2020-01-01T09:00", "us") + rng.normal(0, 45, n).astype("timedelta64[m]"),
            "late": np.datetime64("2020-01-01T21:30", "us") + rng.normal(0, 30, n).astype("timedelta64[m]"),
        }
    )


PEOPLE = people(1_200, np.random.default_rng(0))
KINDS = {"code": "categorical", "blood": "categorical", "city": "categorical"}


def aligned(holdout: pd.DataFrame, role: str = "holdout", train: pd.DataFrame | None = None) -> RealTables:
    """Six hundred people as train, and another table beside them."""
    real = read_table((PEOPLE[:600] if train is None else train).drop(columns="who"), "train")
    other = holdout.drop(columns="who").reset_index(drop=True)
    if role == "holdout":
        return align_real(real, read_table(other, "holdout"))
    return align_real(real, None, read_table(other, "reference"))


def cells(**changes: Callable[[pd.Series], Any]) -> pd.DataFrame:
    """The other six hundred with some columns written otherwise."""
    other = PEOPLE[600:].reset_index(drop=True)
    return other.assign(**{name: change(other[name]) for name, change in changes.items()})


def hours(n: float) -> Callable[[pd.Series], Any]:
    """Times moved by so many hours."""
    return lambda column: column + pd.Timedelta(hours=n)


def dotted(every: int) -> Callable[[pd.Series], Any]:
    """A trailing point in every so-manieth cell."""
    return lambda column: np.where(np.arange(len(column)) % every == 0, column + ".", column)


SOME = "{n} of 600 cells"
STOPPED: list[tuple[str, Callable[[pd.Series], Any], str]] = [
    ("city", lambda c: c + ".", "SA-149 city: 600 of 600 cells are levels of train once a trailing point is taken off"),
    ("city", dotted(3), f"SA-149 city: {SOME} are levels of train once a trailing point is taken off"),
    ("city", lambda c: "'" + c + "'", "SA-149 city: 600 of 600 cells are levels of train but for punctuation"),
    ("city", lambda c: c.str.replace("ö", "o"), "SA-149 city: {n} of 600 cells are levels of train but for accents"),
    ("city", lambda c: c.str.replace(" ", ""), "SA-149 city: {n} of 600 cells are levels of train but for blanks"),
    (
        "city",
        lambda c: c.str.replace(" ", "-"),
        "SA-149 city: {n} of 600 cells are levels of train but for punctuation",
    ),
    ("cost", lambda x: (100 * x).round(), "SA-155 cost: cells are spread as about 100 times train's"),
    ("cost", lambda x: (x / 1_000).round(5), "SA-155 cost: cells are spread as about 0.001 times train's"),
    ("cost", lambda x: x * 60, "SA-155 cost: cells are spread as about 60 times train's"),
    ("spent", lambda x: x * 1_000, "SA-155 spent: cells are spread as about 1000 times train's"),
    ("weight", lambda x: (x / 0.45359237).round(1), "SA-155 weight: cells are spread as about 2.205 times train's"),
    ("weight", lambda x: (x * 0.45359237).round(1), "SA-155 weight: cells are spread as about 0.4536 times train's"),
    ("weight", lambda x: (x / 2.54).round(2), "SA-155 weight: cells are spread as about 0.3937 times train's"),
    ("weight", lambda x: (x / 1.609344).round(2), "SA-155 weight: cells are spread as about 0.6214 times train's"),
    ("weight", lambda x: (x * 3.6).round(1), "SA-155 weight: cells are spread as about 3.6 times train's"),
    ("age", lambda x: x * 12, "SA-155 age: cells are spread as about 12 times train's"),
    ("age", lambda x: (x * 365.25).round(), "SA-155 age: cells are spread as about 365.2 times train's"),
    ("age", lambda x: x + 1_900, "SA-155 age: cells are spread as train's with 1,900 added"),
    ("temp", lambda x: (1.8 * x + 32).round(1), "SA-155 temp: cells are spread as train's in Fahrenheit"),
    ("temp", lambda x: (x + 273.15).round(2), "SA-155 temp: cells are spread as train's in kelvin"),
    ("day", hours(-2), "SA-155 day: cells are spread as train's 2 hours earlier"),
    ("day", hours(1), "SA-155 day: cells are spread as train's 1 hour later"),
    ("seen", hours(5.5), "SA-155 seen: cells are spread as train's 5.5 hours later"),
    ("late", hours(5), "SA-155 late: cells are spread as train's 5 hours later"),
    ("day", hours(24 * 25_569), "SA-155 day: cells are spread as train's 25,569 days later (counted from 1900)"),
    ("day", hours(24 * 24_107), "SA-155 day: cells are spread as train's 24,107 days later (counted from 1904)"),
    ("day", hours(-24 * 3_653), "SA-155 day: cells are spread as train's 3,653 days earlier (counted from 1960)"),
]


@pytest.mark.parametrize("role", ["holdout", "reference"])
@pytest.mark.parametrize(("name", "change", "message"), STOPPED)
def test_a_column_that_is_surely_written_otherwise_stops_the_audit(
    name: str, change: Callable[[pd.Series], Any], message: str, role: str
) -> None:
    """Neither a pass nor a fail could be believed; the message says which table, column and difference."""
    other = cells(**{name: change})
    n = int((other[name] != PEOPLE[name][600:].reset_index(drop=True)).sum())
    with pytest.raises(InputError) as caught:
        aligned(other, role)
    code, got = message.format(n=n)[:6], message.format(n=n).split(": ", 1)[1]
    place = f"{role} frame, column {list(PEOPLE.columns).index(name)} '{name}'"
    assert str(caught.value) == f"{code} {place}: {got}. {LEVELS if code == 'SA-149' else DO}"


LIKELY: list[tuple[str, Callable[[Any], Any], str]] = [
    ("city", str.upper, "600 of 600 cells are levels of train but for case, blanks around them or Unicode composition"),
    ("city", lambda c: f" {c} ", "600 of 600 cells are levels of train but for case, blanks around them or Unicode"),
    ("city", dotted(12), "50 of 600 cells are levels of train once a trailing point is taken off"),
    ("cost", lambda x: (x * 4.7).round(2), "cells are spread as about 4.8 times train's"),
    ("cost", lambda x: -x, "cells are spread as train's with the sign turned"),
    ("temp", lambda x: x + 5, "cells are spread as train's moved by a constant"),
]


@pytest.mark.parametrize(("name", "change", "message"), LIKELY)
def test_a_column_that_is_likely_written_otherwise_rules_out_a_pass(
    name: str, change: Callable[[Any], Any], message: str
) -> None:
    """Other people might explain it, or cells are compared without the difference: a line of the coverage."""
    is_by_text = message.startswith("600")
    other = cells(**{name: (lambda column: column.map(change)) if is_by_text else change})
    blocking = [note for note in aligned(other).coverage if note.blocks_pass]
    assert [(note.test, note.status) for note in blocking] == [("spelling", "ran_low_power")]
    place = f"holdout frame, column {list(PEOPLE.columns).index(name)} '{name}'"
    assert blocking[0].reason.startswith(f"{place}: {message}")


def test_train_that_is_written_otherwise_is_found_from_the_other_side() -> None:
    """Where train alone writes some cells otherwise, these are counted among train's."""
    train = PEOPLE[:600].assign(city=dotted(3)(PEOPLE["city"][:600]))
    with pytest.raises(InputError) as caught:
        aligned(cells(), train=train)
    got = "200 of 600 cells of train are levels of this table once a trailing point is taken off"
    assert str(caught.value) == f"SA-149 holdout frame, column 1 'city': {got}. {LEVELS}"


def test_people_said_to_be_deleted_are_held_against_train_too() -> None:
    """In another spelling nobody of them would be known again, which must not read as deleted."""
    real = aligned(cells())
    listed = cells(city=lambda c: c + ".").drop(columns="who")[:100]
    with pytest.raises(
        InputError, match=r"SA-149 deleted frame, column 1 'city': 100 of 100 cells are levels of train"
    ):
        with_deleted(real, read_table(listed, "deleted"))


def test_signs_make_other_levels() -> None:
    """A+ is not A-, C# is not C, and < 5 is not 5, however often they occur."""
    for one, two in (("A+", "A-"), ("C#", "C"), ("< 5", "5"), ("-", "--")):
        assert respelled([one] * 50, [two] * 50) is None


def test_the_chance_of_a_spelling_that_one_table_alone_has() -> None:
    """Of ten cells three are drawn into one table of five in 21 of 252 draws; levels of one spelling say nothing."""
    apart = respelled(["Ulm."] * 3 + ["Ulm"] * 2 + ["Bonn"], ["Ulm"] * 5 + ["Bonn"] * 9 + ["Oos"])
    assert apart is not None
    assert apart.log_pvalue == pytest.approx(np.log1p(np.sqrt(21 / 252)) + np.log(21 / 252) / 2)


@pytest.mark.parametrize(
    ("n_apart", "log10_pvalue", "is_folded", "is_certain"),
    [(20, -10, False, True), (19, -10, False, False), (1_000, -8.9, False, False), (1_000, -99, True, False)],
)
def test_a_spelling_is_certain_in_a_fiftieth_of_the_cells(
    n_apart: int, log10_pvalue: float, is_folded: bool, is_certain: bool
) -> None:
    """Below a chance of one in a thousand million, and where cells are not compared without the difference."""
    apart = Respelled(n=n_apart, words="", log_pvalue=log10_pvalue * log(10), is_folded=is_folded)
    assert _is_certain(apart, 1_000) is is_certain


@pytest.mark.parametrize("rows", [1, 5])
def test_honest_random_splits_are_left_alone(rows: int) -> None:
    """A hundred draws, each, of skewed, rounded, rare and dirty columns, by row and by person: not one line."""
    lines: list[str] = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        n = int(rng.choice([60, 200, 600]))
        table = people(n, rng, rows)
        # A few people write their city otherwise, in every row of theirs.
        writes = table["who"].map(dict(zip(table["who"].unique(), rng.random(n // rows), strict=True)))
        table["city"] = np.where(writes < 0.05, table["city"] + ".", table["city"])
        names = rng.permutation(table["who"].unique())
        is_in = table["who"].isin(names[: len(names) // 2])
        real = align_real(
            read_table(table[is_in].reset_index(drop=True), "train"),
            read_table(table[~is_in].reset_index(drop=True), "holdout"),
            options=AlignOptions(entity="who", allow_overlap=True),
        )
        lines += [note.reason for note in real.coverage if note.test == "spelling"]
    assert lines == []


def by_person(other: pd.DataFrame, role: str) -> RealTables:
    """Train of 120 people of five rows each, and 600 rows beside them."""
    train = people(600, np.random.default_rng(1), rows=5)
    options = AlignOptions(entity="who", allow_overlap=True)
    tables = {"holdout": read_table(people(600, np.random.default_rng(2), rows=5).assign(who="Q"), "holdout")}
    return align_real(read_table(train, "train"), **(tables | {role: read_table(other, role)}), options=options)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["holdout", "reference"])
def test_tables_of_people_are_held_against_each_other_by_person(role: str) -> None:
    """Another unit stops the audit as among rows; where a table does not say whose rows are whose nothing is asked."""
    other = people(600, np.random.default_rng(3), rows=5)
    other = other.assign(who="R" + other["who"], cost=(100 * other["cost"]).round())
    with pytest.raises(InputError, match=f"SA-155 {role} frame, column 5 'cost': cells are spread as about 100 times"):
        by_person(other, role)
    if role == "reference":
        real = by_person(other.drop(columns="who"), role)
        assert [note.reason for note in real.coverage if note.test == "spelling"] == []


def test_what_one_person_repeats_counts_once() -> None:
    """Of 19 people no unit is told, of 20 it is, whatever the number of their rows."""
    for n, is_told in ((19, False), (20, True)):
        other = people(5 * n, np.random.default_rng(4), rows=5)
        other = other.assign(who="R" + other["who"], weight=100 * other["weight"])
        if is_told:
            with pytest.raises(InputError, match=r"SA-155 reference frame, .* 'weight'"):
                by_person(other, "reference")
        else:
            assert [note for note in by_person(other, "reference").coverage if note.test == "spelling"] == []
