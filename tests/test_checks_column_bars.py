"""Bars of the internal edition: exact shares, round ranges, and nothing that fewer than ten people have."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synthaudit
from synthaudit.checks.column_bars import FEWEST, MOST_LEVELS, measure_column_bars
from synthaudit.checks.round_edges import MOST_EDGES
from synthaudit.encoding import fit_cells
from synthaudit.types import Column, IntArray, Kind, Schema
from synthaudit.types.column_bars import Bar, BarsOfColumn, ColumnBars

QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1, "policy": "internal"}
RARE, FEW_FAMILIES, FEW_MADE, MADE_UP, ALONE = "Qrare", "Qfamilies", "Qfewmade", "Qmadeup", "Qalone"
SECRETS = {
    "level of one person": ALONE,
    "level of nine people": RARE,
    "level of nine families with 36 rows": FEW_FAMILIES,
    "level of 40 people and nine rows of the release": FEW_MADE,
    "level of nobody and nine rows of the release": MADE_UP,
    "largest number": "918273",
    "largest number with separators": "918,273",
    "smallest number": "-81723",
    "earliest year": "1871",
    "latest year": "2093",
    "number with decimals": "57.3191",
    "identifier": "ID-0000",
    "text": "Zyxwv",
}


def canaries(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, release: families of four rows, with rare levels, single values and extremes planted."""

    def table(n_families: int, first: int) -> pd.DataFrame:
        n = 4 * n_families
        return pd.DataFrame(
            {
                "family": np.repeat(np.arange(first, first + n_families), 4),
                "city": rng.choice(["Common", "Usual", "Often"], n, p=[0.5, 0.3, 0.2]),
                "income": rng.normal(50, 10, n).round(4),
                "visits": rng.integers(0, 12, n).astype(float),
                "since": pd.Timestamp("2001-01-01") + pd.to_timedelta(rng.integers(0, 6_000, n), unit="D"),
                "account": [f"ID-0000{first}-{i}" for i in range(n)],
                "note": [f"Zyxwv wrote {first + i} letters to the office about it" for i in range(n)],
            }
        )

    train, holdout, release = table(150, 0), table(200, 10_000), table(150, 20_000).drop(columns="family")
    for level, rows in ((ALONE, [0]), (RARE, range(4, 40, 4)), (FEW_FAMILIES, range(100, 136))):
        train.loc[list(rows), "city"] = level
    train.loc[200:360:4, "city"] = FEW_MADE
    train.loc[[5, 6], "income"] = [918273.0, -81723.0]
    train.loc[8, "income"] = 57.3191
    train.loc[[5, 6], "since"] = [pd.Timestamp("1871-05-04"), pd.Timestamp("2093-05-04")]
    for level, first, n in ((ALONE, 0, 20), (RARE, 20, 40), (FEW_FAMILIES, 60, 40), (FEW_MADE, 100, 9)):
        release.loc[first : first + n - 1, "city"] = level
    release.loc[110:118, "city"] = MADE_UP
    release.loc[:3, ["income", "since"]] = train.loc[5:8, ["income", "since"]].to_numpy()
    release["income"] = release["income"].astype(float)
    release["since"] = pd.to_datetime(release["since"])
    return train, holdout, release


@pytest.mark.parametrize("with_holdout", [True, False])
def test_the_internal_edition_shows_nothing_that_fewer_than_ten_share(tmp_path: Path, with_holdout: bool) -> None:
    """The canary: each planted cell is in train or in the release, and none is on the page; common levels are."""
    train, holdout, release = canaries(np.random.default_rng(0))
    more: dict[str, Any] = {"entity": "family", "internal": True, "output": tmp_path / "out"}
    kinds = {"account": "identifier", "note": "text", "city": "categorical"}
    config = {"version": 1, "columns": {name: {"kind": kind} for name, kind in kinds.items()}}
    synthaudit.audit(train, release, holdout if with_holdout else None, config=config, **more, **QUICK)
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir() if path.suffix != ".parquet"}
    internal = pages["report.internal.html"]
    section = internal.partition('<section id="columns"')[2].partition("</section>")[0]
    for level in ("Common", "Usual", "all others"):
        assert level in section, level
    for what, secret in SECRETS.items():
        assert secret.lower() not in internal.lower(), what
    for name, text in pages.items():
        if name != "report.internal.html":
            assert "Usual" not in text, name
            assert 'id="columns"' not in text, name


# --- one table, counted again by hand


def bars_of(
    train: pd.DataFrame, release: pd.DataFrame, kinds: dict[str, Kind], person: IntArray | None = None
) -> ColumnBars:
    schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()))
    encoder = fit_cells(schema, [train], [release])
    return measure_column_bars(encoder, train, encoder.encode(train), encoder.encode(release), person)


def one(train: Any, release: Any, kind: Kind, person: IntArray | None = None) -> BarsOfColumn:
    """The bars of a single column."""
    dtype: Any = {"numeric": float, "datetime": "datetime64[us]"}.get(kind, object)
    known, made = (pd.DataFrame({"x": pd.Series(cells, dtype=dtype)}) for cells in (train, release))
    return bars_of(known, made, {"x": kind}, person).columns[0]


def figures(column: BarsOfColumn) -> list[tuple[str, float, float]]:
    """What each bar holds, in a few letters, with both shares."""

    def name(bar: Bar) -> str:
        missing = "+missing" if bar.with_missing else ""
        if bar.holds != "range":
            return (bar.level or bar.holds) + missing
        low, high = ("" if edge is None else f"{edge:f}" for edge in (bar.low, bar.high))
        return f"{low}..{high}{missing}"

    return [(name(bar), bar.train, bar.release) for bar in column.bars]


def is_in(bar: Bar, cells: pd.Series, shown: set[str]) -> np.ndarray:
    """Which cells a bar speaks of, by its own words."""
    is_missing = cells.isna().to_numpy()
    if bar.holds == "missing":
        return is_missing
    if bar.holds == "level":
        return (cells == bar.level).to_numpy()
    if bar.holds == "others":
        return ~is_missing & ~cells.isin(shown).to_numpy() | (is_missing & bar.with_missing)
    if cells.dtype.kind == "M":
        cells = cells.dt.year * 12 + cells.dt.month - 1
    values = cells.to_numpy(float)
    inside = np.ones(len(values), dtype=bool)
    if bar.low is not None:
        inside &= values >= float(bar.low)
    if bar.high is not None:
        inside &= values < float(bar.high)
    return (inside & ~is_missing) | (is_missing & bar.with_missing)


def check_by_hand(column: BarsOfColumn, train: pd.Series, release: pd.Series, person: np.ndarray) -> None:
    """Shares are the true ones, ten people and ten rows stand behind each, and no cell is counted twice or left out."""
    shown = {bar.level for bar in column.bars if bar.holds == "level"}
    times = [np.zeros(len(table)) for table in (train, release)]
    for bar in column.bars:
        known, made = is_in(bar, train, shown), is_in(bar, release, shown)
        assert (bar.train, bar.release) == (known.mean(), made.mean())
        assert len(set(person[known])) >= FEWEST
        assert made.sum() >= FEWEST
        times[0] += known
        times[1] += made
    if column.bars:
        assert all((counted == 1).all() for counted in times)


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Three columns of laws drawn at random, some with holes, and people with one row or many."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, m = (draw(st.sampled_from([400, 200, 60, 25, 1])) for _ in range(2))
    scale, shift = 10.0 ** draw(st.integers(-6, 9)), draw(st.sampled_from([0, 0, 3, -40, 1_000]))
    decimals = draw(st.sampled_from([None, 0, 2]))
    n_levels, holes = draw(st.integers(1, 40)), draw(st.sampled_from([0.0, 0.01, 0.2]))

    def table(size: int, moved: float) -> pd.DataFrame:
        number = scale * (rng.standard_t(2, size) + shift + moved)
        number = number if decimals is None else np.round(number, decimals) + 0.0
        days = rng.exponential(10 ** draw(st.sampled_from([0, 2, 3])), size)
        frame = pd.DataFrame(
            {
                "number": number,
                "time": (pd.Timestamp("1999-11-20") + pd.to_timedelta(days.round(), unit="D")).astype("datetime64[us]"),
                "level": [
                    f"l{i}" for i in np.minimum(rng.geometric(draw(st.sampled_from([0.1, 0.5])), size), n_levels)
                ],
            }
        )
        return frame.mask(rng.random(frame.shape) < holes)

    people = rng.integers(0, draw(st.sampled_from([10_000, 100, 12, 3])), n)
    return table(n, 0), table(m, draw(st.sampled_from([0, 1]))), people


KINDS: dict[str, Kind] = {"number": "numeric", "time": "datetime", "level": "categorical"}


@settings(max_examples=150, deadline=None)
@given(tables())
def test_whatever_the_tables_every_share_is_true_and_ten_stand_behind_it(
    drawn: tuple[pd.DataFrame, pd.DataFrame, np.ndarray],
) -> None:
    """Counted again by pandas, from what each bar says it holds."""
    train, release, people = drawn
    train, release = (
        t.assign(level=t["level"].astype(object).where(t["level"].notna(), None)) for t in (train, release)
    )
    measured = bars_of(train, release, KINDS, people)
    assert [column.column for column in measured.columns] == list(KINDS)
    for column in measured.columns:
        assert bool(column.bars) is (column.why_not is None)
        check_by_hand(column, train[column.column], release[column.column], people)
        check_edges(column, train[column.column].dropna(), people[train[column.column].notna()])
        assert sum(bar.holds == "level" for bar in column.bars) <= MOST_LEVELS


def check_edges(column: BarsOfColumn, cells: pd.Series, people: np.ndarray) -> None:
    """All are multiples of one round step, between the 5th and the 95th percentile of people."""
    edges = sorted({bar.low for bar in column.bars if bar.low is not None})
    assert len(edges) <= MOST_EDGES
    if not edges:
        return
    if column.kind == "datetime":
        cells = cells.dt.year * 12 + cells.dt.month - 1
    low, high = weighted(cells.to_numpy(float), people)
    assert low <= float(edges[0]) <= float(edges[-1]) <= high
    if column.kind == "numeric":
        # Seven edges at most span the middle, so the step is at least an eighth of it.
        least = Decimal((high - low) / (MOST_EDGES + 1))
        assert all(min(abs(edge % step) for step in round_steps(least)) == 0 for edge in edges)


def weighted(values: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """The percentiles where everybody counts once, by their definition."""
    count = Counter(people.tolist())
    pairs = sorted(zip(values.tolist(), [1 / count[person] for person in people.tolist()], strict=True))
    total, below, ends = len(count), 0.0, []
    for share in (0.05, 0.95):
        below = 0.0
        for value, weight in pairs:
            below += weight
            if below >= share * total - 1e-9:
                ends.append(value)
                break
    return ends[0], ends[1]


def round_steps(least: Decimal) -> list[Decimal]:
    """1, 2, 2.5 and 5 times powers of ten around this size."""
    exponent = least.adjusted()
    steps = [Decimal(m).scaleb(e) for e in range(exponent, exponent + 3) for m in ("1", "2", "2.5", "5")]
    return [step for step in steps if step >= least / 2]


# --- known answers


def test_ages_are_cut_at_tens_and_the_ends_are_open() -> None:
    """Each age from 15 to 85 twenty times: percentiles 18 and 82, steps of ten; decades without release are pooled."""
    ages = np.repeat(np.arange(15.0, 86), 20)
    same = one(ages, ages, "numeric")
    decades = [("..20", 5), *[(f"{low}..{low + 10}", 10) for low in range(20, 80, 10)], ("80..", 6)]
    assert figures(same) == [(name, n / 71, n / 71) for name, n in decades]
    middle = one(ages, np.repeat(np.arange(20.0, 60), 30), "numeric")
    shares = [
        ("..30", 15 / 71, 1 / 4),
        ("30..40", 10 / 71, 1 / 4),
        ("40..50", 10 / 71, 1 / 4),
        ("50..", 36 / 71, 1 / 4),
    ]
    assert figures(middle) == shares


def test_an_extreme_person_moves_no_edge() -> None:
    """With a tenth of all rows hers, and a thousand times larger: everybody counts once."""
    ages = np.repeat(np.arange(15.0, 86), 20)
    person = np.arange(len(ages))
    with_her = np.concatenate([ages, np.full(200, 85_000.0)])
    people = np.concatenate([person, np.full(200, 9_999_999)])
    alone, beside = one(ages, ages, "numeric", person), one(with_her, ages, "numeric", people)
    assert [name for name, *_ in figures(alone)] == [name for name, *_ in figures(beside)]


def test_a_bin_with_too_few_goes_to_its_smaller_neighbour() -> None:
    """One person of 55 between 100 at 45 and 60 at 65: no edge keeps apart what she holds."""
    values = np.repeat([25.0, 35, 45, 55, 65, 75], [100, 100, 100, 1, 60, 100])
    names = [name for name, *_ in figures(one(values, np.repeat(values, 20), "numeric"))]
    assert names == ["..30", "30..40", "40..50", "50..70", "70.."]


def test_nine_families_with_forty_rows_are_too_few() -> None:
    """Without families ten rows are ten people; with them they are nine."""
    levels = ["a"] * 100 + ["b"] * 40
    person = np.concatenate([np.arange(100), 1_000 + np.arange(40) % 9])
    assert [bar.level for bar in one(levels, levels, "categorical").bars] == ["a", "b"]
    column = one(levels, levels, "categorical", person)
    assert (column.bars, column.why_not) == ((), "few")


def test_all_others_are_never_told_by_what_is_left() -> None:
    """A rest of nine people takes the least common level with it; a rest of ten stands alone, no rest is not told."""
    levels = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
    for n, shown in ((0, ["a", "b", "c"]), (1, ["a", "b", "others"]), (9, ["a", "b", "others"])):
        column = one([*levels, *[f"r{i}" for i in range(n)]], levels, "categorical")
        assert [name for name, *_ in figures(column)] == shown
    rest = [f"r{i}" for i in range(10)]
    assert [name for name, *_ in figures(one(levels + rest, levels + rest, "categorical"))] == ["a", "b", "c", "others"]
    # Nine rows of the release are as few as nine people of train.
    assert [name for name, *_ in figures(one(levels + rest, levels + rest[1:], "categorical"))] == ["a", "b", "others"]


def test_missing_cells_count_as_others_do() -> None:
    """Ten on each side are told apart; fewer are pooled, of numbers with the last range."""
    levels: list[Any] = ["a"] * 50 + ["b"] * 30
    assert figures(one(levels + [None] * 20, levels + [None] * 20, "categorical"))[-1] == ("missing", 0.2, 0.2)
    pooled = [("a", 50 / 85, 50 / 80), ("others+missing", 35 / 85, 30 / 80)]
    assert figures(one(levels + [None] * 5, levels, "categorical")) == pooled
    three = levels + ["c"] * 20
    assert figures(one(three + [None] * 5, three, "categorical"))[-1] == ("others+missing", 25 / 105, 0.2)
    numbers = list(np.repeat(np.arange(10.0, 90), 10))
    told = figures(one(numbers + [None] * 200, numbers + [None] * 800, "numeric"))
    assert told[-1] == ("missing", 0.2, 0.5)
    assert figures(one([*numbers, None], numbers, "numeric"))[-1][0].endswith("..+missing")


def test_at_most_twelve_levels_the_most_common_of_train() -> None:
    """Thirty levels, the first the most common."""
    levels = [f"l{i:02}" for i in range(30) for _ in range(100 - i)]
    column = one(levels, levels[::-1], "categorical")
    assert [bar.level for bar in column.bars] == [*(f"l{i:02}" for i in range(12)), ""]
    assert column.bars[-1].holds == "others"


def test_a_spelling_of_one_person_is_not_shown() -> None:
    """A level is written as ten people write it, else in small letters."""
    common = ["Paris"] * 40 + ["PARIS"] + ["Rome"] * 20
    assert [bar.level for bar in one(common, common, "categorical").bars] == ["Paris", "Rome"]
    odd = [f"{'lyon'[:i]}{'lyon'[i:].upper()}" for i in range(4) for _ in range(4)] + ["Rome"] * 20
    assert [bar.level for bar in one(odd, odd, "categorical").bars] == ["Rome", "lyon"]


def test_times_are_cut_at_years_or_months() -> None:
    """Seven years by year, forty by decades and more, half a year by month, one week not at all."""

    def days(n: int) -> Any:
        return np.repeat(pd.date_range("2010-01-01", periods=n, freq="D").to_numpy(), 3)

    def named(n: int) -> list[int]:
        return [int(bar.low) for bar in one(days(n), days(n), "datetime").bars if bar.low is not None]

    assert named(365 * 7 + 2) == [12 * year for year in range(2011, 2017)]
    assert named(365 * 40) == [12 * year for year in range(2015, 2050, 5)][: len(named(365 * 40))]
    assert named(181) == [12 * 2010 + month for month in range(1, 6)]
    assert one(days(7), days(7), "datetime").why_not == "flat"


def test_what_has_no_law_or_no_spread_is_said_to_be_left_out() -> None:
    """Keys and texts for what they are, a number that nearly all share for that, and few people for being few."""
    assert one(["a"] * 50, ["a"] * 50, "identifier").why_not == "kind"
    assert one(["a"] * 50, ["a"] * 50, "text").why_not == "kind"
    assert one([1.0] * 98 + [0.0] * 2, [1.0] * 98, "numeric").why_not == "flat"
    assert one(np.arange(15.0), np.arange(500.0), "numeric").why_not == "few"
    assert one([None] * 50, [None] * 50, "numeric").why_not == "few"
    assert one([1e308, -1e308] * 50, [0.0] * 50, "numeric").why_not == "few"


def test_decimals_of_the_column_are_the_finest_step() -> None:
    """Whole numbers are cut at whole numbers: 0 or 1, and 0 to 3."""
    assert [name for name, *_ in figures(one([0.0, 1.0] * 30, [0.0, 1.0] * 30, "numeric"))] == ["..1", "1.."]
    few = [0.0, 1.0, 2.0, 3.0] * 30
    assert [name for name, *_ in figures(one(few, few, "numeric"))] == ["..1", "1..2", "2..3", "3.."]
