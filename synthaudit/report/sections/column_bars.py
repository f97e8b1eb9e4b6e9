"""Train beside the release, level by level and range by range: in the internal edition alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from synthaudit.checks.column_bars import FEWEST
from synthaudit.files.catalogue import N_, Labels, _, marks
from synthaudit.report.components import Table, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, percent, shown
from synthaudit.types import AuditReport, Kind
from synthaudit.types.column_bars import Bar, BarsOfColumn, ColumnBars, WhyNot

_MOST_COLUMNS = 40
_MOST_NOT_SHOWN = 100
_NAME = 80
_LONGEST = 16
"""Characters of a number beyond which it is written with a power of ten."""
_WIDTH = 100
"""Of the longest bar of a column."""
WHY_NOT: Mapping[WhyNot, str] = Labels(
    {
        "kind": N_("identifiers and texts are never shown"),
        "flat": N_("nearly all hold one number, or a time within one month"),
        "few": N_("no two ranges, or no level, with ten on either side"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """A level or range: its share in both tables, in words and as lengths of bars."""

    label: str
    is_pooled: bool
    """Whether the label is the page's word and no level."""
    train: str
    release: str
    widths: tuple[str, str] | None
    """None of all others together: beside their bar those of single levels would be dots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """One column."""

    name: str
    kind: Kind
    rows: tuple[BarRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBarsView:
    """The section, ready to print."""

    text: tuple[str, ...]
    columns: tuple[ColumnView, ...]
    more: str
    """How many columns are left out; empty where none is."""
    not_shown: Table | None


def view(report: AuditReport, bars: ColumnBars | None) -> ColumnBarsView | None:
    """Columns with bars, the least alike first; None where nothing was counted."""
    if bars is None:
        return None
    drawn = sorted((column for column in bars.columns if column.bars), key=_apart, reverse=True)
    left_out = [(shown(each.column, _NAME), WHY_NOT[each.why_not]) for each in bars.columns if each.why_not]
    rest = len(drawn) - _MOST_COLUMNS
    return ColumnBarsView(
        text=tuple(_text(report, bars, is_any=bool(drawn))),
        columns=tuple(
            ColumnView(name=shown(column.column, _NAME), kind=column.kind, rows=tuple(_rows(column)))
            for column in drawn[:_MOST_COLUMNS]
        ),
        more=_("{n} more columns are more alike than these.").format(n=count(rest)) if rest > 0 else "",
        not_shown=table(
            "columns-not-shown", _("Columns that are not shown"), (_("Column"), _("Why")), left_out[:_MOST_NOT_SHOWN]
        ),
    )


def _apart(column: BarsOfColumn) -> float:
    return sum(abs(bar.train - bar.release) for bar in column.bars)


def _text(report: AuditReport, bars: ColumnBars, *, is_any: bool) -> Iterator[str]:
    whom = units(report)
    is_sample = any(each.role == "synthetic" and each.n_rows > bars.n_release for each in report.tables)
    rows = count(bars.n_release)
    release = (
        _("a random sample of {n} rows of the release").format(n=rows)
        if is_sample
        else _("{n} rows of the release").format(n=rows)
    )
    yield _(
        "Bars show which share of the {n_train} rows of train, and of {release}, a level or a range has. The columns "
        "that are least alike come first; the longest bar of a column is its largest share, and all others together "
        "have none."
    ).format(n_train=count(bars.n_train), release=release)
    yield _(
        "Behind everything shown stand at least {fewest} {people} of train and {fewest} rows of the release. What "
        "fewer have is pooled: levels into “all others”, ranges with the one beside them. Ranges begin and end at "
        "round numbers, or at months and years, and the two at the ends are open."
    ).format(fewest=FEWEST, people=whom)
    if is_any:
        yield _(
            "Beside the records that stand out, these shares can tell which common level a row holds. That is one more "
            "reason not to hand this edition on."
        )


def _rows(column: BarsOfColumn) -> Iterator[BarRow]:
    longest = max(max(bar.train, bar.release) for bar in column.bars if bar.holds != "others")
    for bar in column.bars:
        widths = (f"{_WIDTH * bar.train / longest:.1f}", f"{_WIDTH * bar.release / longest:.1f}")
        yield BarRow(
            label=_label(bar, column),
            is_pooled=bar.holds in ("missing", "others"),
            train=percent(bar.train),
            release=percent(bar.release),
            widths=None if bar.holds == "others" else widths,
        )


def _label(bar: Bar, column: BarsOfColumn) -> str:
    if bar.holds == "level":
        return shown(bar.level, _NAME)
    if bar.holds == "missing":
        return _("missing cells")
    if bar.holds == "others":
        text = _("all others")
    elif column.kind == "datetime":
        text = months(bar.low, bar.high, by_year=all(_is_year(each) for each in column.bars))
    else:
        text = numbers(bar.low, bar.high)
    return _("{range}, or missing").format(range=text) if bar.with_missing else text


def numbers(low: Decimal | None, high: Decimal | None) -> str:
    """A range of numbers; None where it is open.

    Examples
    --------
    >>> numbers(None, Decimal("2E+1")), numbers(Decimal("-2.50"), Decimal(0)), numbers(Decimal("1E+4"), None)
    ('below 20', '-2.5 to below 0', '10,000 and above')
    """
    if low is None or high is None:
        if low is None:
            return _("below {number}").format(number=_number(high))
        return _("{number} and above").format(number=_number(low))
    return _("{low} to below {high}").format(low=_number(low), high=_number(high))


def _number(edge: Decimal | None) -> str:
    """Four digits may be a year, and have no separator."""
    assert edge is not None, "no range is open on both sides"
    edge = edge.normalize() + 0
    text = f"{edge:,f}" if abs(edge) >= 10_000 else f"{edge:f}"
    return marks().number(text if len(text) <= _LONGEST else f"{edge:E}")


def months(low: Decimal | None, high: Decimal | None, *, by_year: bool) -> str:
    """A range of months, counted from January of the year 0, by its first and its last; None where it is open.

    Examples
    --------
    >>> year = Decimal(12)
    >>> months(None, 2010 * year, by_year=True), months(2010 * year, 2015 * year, by_year=True)
    ('before 2010', '2010 to 2014')
    >>> months(2010 * year, 2011 * year, by_year=True), months(2010 * year + 6, None, by_year=False)
    ('2010', '2010-07 and later')
    """
    if low is None:
        return _("before {month}").format(month=_month(high, by_year))
    first = _month(low, by_year)
    if high is None:
        return _("{month} and later").format(month=first)
    last = _month(high - 1, by_year)
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def _month(month: Decimal | None, by_year: bool) -> str:
    assert month is not None, "no range is open on both sides"
    year, rest = divmod(int(month), 12)
    return f"{year:04}" if by_year else f"{year:04}-{rest + 1:02}"


def _is_year(bar: Bar) -> bool:
    return all(edge is None or edge % 12 == 0 for edge in (bar.low, bar.high))
