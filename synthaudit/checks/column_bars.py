"""Bars of single columns, train beside the release, each of ten people or more.

They hold levels of the real table, so they never become part of the evidence or of the shareable report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from synthaudit.checks.round_edges import month_edges, number_edges
from synthaudit.encoding import CellEncoder
from synthaudit.types import BoolArray, Cells, Column, FloatArray, IntArray
from synthaudit.types.column_bars import Bar, BarsOfColumn, ColumnBars, WhyNot

FEWEST = 10
"""People of train, and rows of the release, behind everything that is shown."""
MOST_LEVELS = 12


def measure_column_bars(
    encoder: CellEncoder, train: pd.DataFrame, cells: Cells, release: Cells, person: IntArray | None
) -> ColumnBars:
    """Count how common each level, and each range of a number, is in train and in the release.

    Parameters
    ----------
    encoder : CellEncoder
        Of all tables.
    train : DataFrame
        Canonical cells, for how levels are written.
    cells, release : Cells
        Of train and of the release.
    person : (n_train,) int, optional
        Whom each row of train belongs to; without it every row is a person.

    Returns
    -------
    ColumnBars
        Shares of all rows. Ten people of train and ten rows of the release stand behind each. They add up to 1, so
        what is too small for that is pooled with others and cannot be told by what is left.

    Examples
    --------
    >>> from synthaudit.encoding import fit_cells
    >>> from synthaudit.types import Schema
    >>> schema = Schema(columns=(Column(name="smokes", kind="categorical"),))
    >>> real = pd.DataFrame({"smokes": ["never"] * 50 + ["daily"] * 30 + ["rarely"] * 15 + ["once"] * 5})
    >>> encoder = fit_cells(schema, [real], [real])
    >>> bars = measure_column_bars(encoder, real, encoder.encode(real), encoder.encode(real), None)
    >>> [(bar.level or bar.holds, bar.train, bar.release) for bar in bars.columns[0].bars]
    [('never', 0.5, 0.5), ('daily', 0.3, 0.3), ('others', 0.2, 0.2)]
    """
    person = np.arange(len(cells)) if person is None else np.unique(person, return_inverse=True)[1].reshape(-1)
    tables = _Tables(encoder=encoder, train=train, cells=cells, release=release, person=person)
    return ColumnBars(
        columns=tuple(_of_column(tables, place, column) for place, column in enumerate(encoder.schema.columns)),
        n_train=len(cells),
        n_release=len(release),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    encoder: CellEncoder
    train: pd.DataFrame
    cells: Cells
    release: Cells
    person: IntArray
    """(n_train,) from 0 on, without a gap."""

    def part(self, known: BoolArray, made: BoolArray, bar: Bar) -> "_Part":
        """What these rows of train and of the release hold, counted."""
        return _Part(
            known=known,
            made=made,
            bar=replace(bar, train=float(known.mean()), release=float(made.mean())),
            size=int(min(np.count_nonzero(np.bincount(self.person[known])), made.sum())),
        )

    def joined(self, one: "_Part", other: "_Part", bar: Bar) -> "_Part":
        """Two as one."""
        return self.part(one.known | other.known, one.made | other.made, bar)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """A bar, or what may become a part of one."""

    known: BoolArray
    """(n_train,) mask of its rows."""
    made: BoolArray
    """(n_release,) likewise."""
    bar: Bar
    size: int
    """People of train or rows of the release, whichever are fewer."""

    @property
    def is_empty(self) -> bool:
        """Whether no row of either table is in it."""
        return self.bar.train == self.bar.release == 0


def _of_column(tables: _Tables, place: int, column: Column) -> BarsOfColumn:
    parts: Sequence[_Part] | WhyNot = "kind"
    if not len(tables.cells) or not len(tables.release):
        parts = "few"
    elif column.kind in ("numeric", "datetime"):
        parts = _by_range(tables, place, column)
    elif column.kind in ("categorical", "boolean"):
        parts = _by_level(tables, place, column)
    if isinstance(parts, str):
        return BarsOfColumn(column=column.name, kind=column.kind, why_not=parts)
    return BarsOfColumn(column=column.name, kind=column.kind, bars=tuple(part.bar for part in parts))


# --- levels


def _by_level(tables: _Tables, place: int, column: Column) -> Sequence[_Part] | WhyNot:
    """The most common levels that ten have on either side, missing cells, and all others."""
    known, made = (table.codes[:, place].astype(np.int64) for table in (tables.cells, tables.release))
    parts = []
    for code in _common(known, made, tables.person):
        level = _written(tables, place, column, code)
        parts.append(tables.part(known == code, made == code, Bar(holds="level", level=level)))
    if not parts:
        return "few"
    missing = tables.part(known == 0, made == 0, Bar(holds="missing"))
    if missing.size >= FEWEST:
        parts.append(missing)
    shown = [np.logical_or.reduce(masks) for masks in zip(*((part.known, part.made) for part in parts), strict=True)]
    others = Bar(holds="others", with_missing=not missing.is_empty and missing.size < FEWEST)
    rest = tables.part(~shown[0], ~shown[1], others)
    if not rest.is_empty and rest.size < FEWEST:
        # All add up to 1, so a rest of few would be told by what is left. The least common goes with it.
        least = min(parts, key=lambda part: part.bar.train)
        parts.remove(least)
        rest = tables.joined(rest, least, replace(others, with_missing=others.with_missing or least is missing))
    if not any(part.bar.holds == "level" for part in parts):
        return "few"
    return parts if rest.is_empty else [*parts, rest]


def _common(known: IntArray, made: IntArray, person: IntArray) -> list[int]:
    """Codes of the levels that enough have on either side, the most common of train first."""
    code, rows = np.unique(known[known > 0], return_counts=True)
    # Each person once a level.
    holders = np.unique(known * len(person) + person) // len(person)
    people = np.searchsorted(holders, code, side="right") - np.searchsorted(holders, code, side="left")
    delivered = np.sort(made)
    of_release = np.searchsorted(delivered, code, side="right") - np.searchsorted(delivered, code, side="left")
    is_enough = np.minimum(people, of_release) >= FEWEST
    order = np.argsort(-rows[is_enough], kind="stable")[:MOST_LEVELS]
    return [int(each) for each in code[is_enough][order]]


def _written(tables: _Tables, place: int, column: Column, code: int) -> str:
    """A level as most rows of train write it, if ten people do; else as cells are compared."""
    rows = np.flatnonzero(tables.cells.codes[:, place] == code)
    cells = tables.train[column.name].iloc[rows]
    spelling = cells.mode().iloc[0]
    writers = np.unique(tables.person[rows[(cells == spelling).to_numpy()]])
    return str(spelling) if len(writers) >= FEWEST else str(tables.encoder.levels[place][code - 1])


# --- ranges


def _by_range(tables: _Tables, place: int, column: Column) -> Sequence[_Part] | WhyNot:
    """Ranges between round edges, pooled until ten on either side are in each, and missing cells."""
    known, made = tables.cells.values[:, place], tables.release.values[:, place]
    if column.kind == "datetime":
        known, made = _months(known), _months(made)
    is_there = ~np.isnan(known)
    who = np.unique(tables.person[is_there], return_inverse=True)[1].reshape(-1)
    if column.kind == "datetime":
        edges = month_edges(known[is_there], who)
    else:
        edges = number_edges(known[is_there], who, tables.encoder.decimals[place])
    if not edges:
        return "flat" if is_there.any() else "few"
    bins = [np.searchsorted(np.array(edges, dtype=float), values, side="right") for values in (known, made)]
    bins = [np.where(np.isnan(values), -1, each) for values, each in zip((known, made), bins, strict=True)]
    ends: list[Decimal | None] = [None, *edges, None]
    parts = [
        tables.part(bins[0] == i, bins[1] == i, Bar(holds="range", low=ends[i], high=ends[i + 1]))
        for i in range(len(edges) + 1)
    ]
    missing = tables.part(bins[0] == -1, bins[1] == -1, Bar(holds="missing"))
    is_apart = missing.size >= FEWEST
    if not missing.is_empty and not is_apart:
        parts[-1] = tables.joined(parts[-1], missing, replace(parts[-1].bar, with_missing=True))
    parts = _pooled(tables, parts)
    if len(parts) < 2:
        return "few"
    return [*parts, missing] if is_apart else parts


def _months(moments: FloatArray) -> FloatArray:
    """Microseconds since 1970 as months since January of the year 0; NaN stays."""
    is_there = ~np.isnan(moments)
    stamps = np.where(is_there, moments, 0).astype(np.int64).view("datetime64[us]")
    return np.where(is_there, stamps.astype("datetime64[M]").astype(np.int64) + 12 * 1970, np.nan)


def _pooled(tables: _Tables, parts: list[_Part]) -> list[_Part]:
    """Join the smallest range with its smaller neighbour until each is large enough."""
    parts = list(parts)
    while len(parts) > 1 and min(part.size for part in parts) < FEWEST:
        i = min(range(len(parts)), key=lambda k: parts[k].size)
        beside = [k for k in (i - 1, i + 1) if 0 <= k < len(parts)]
        first = min(i, min(beside, key=lambda k: parts[k].size))
        low, high = parts[first], parts[first + 1]
        bar = replace(low.bar, high=high.bar.high, with_missing=high.bar.with_missing)
        parts[first : first + 2] = [tables.joined(low, high, bar)]
    return parts
