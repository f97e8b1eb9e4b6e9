"""Dates and times in forms other than plain ISO 8601, months, quarters, weeks, and times of the day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from synthaudit.adapters.notation.characters import plain_characters
from synthaudit.adapters.notation.undecided import Undecided
from synthaudit.cells import MAX_PARSED_LENGTH
from synthaudit.files.catalogue import N_

Order = Literal["day", "month"]
"""Which comes first in 03/04/1971."""
Grain = Literal["moment", "month", "quarter", "week", "clock"]

_MONTH_NAMES = (
    "jan january januar janvier janv enero ene gennaio gen januari janeiro",
    "feb february februar février fevrier févr febrero febbraio februari fevereiro fev",
    "mar march märz maerz mär mrz mars marzo maart mrt março marco",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro",
)
_MONTHS: Mapping[str, int] = {name: i for i, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_UTC = ("z", "utc", "gmt")
_ZONE_WORDS = frozenset(
    {
        *("cet", "cest", "mez", "mesz", "wet", "west", "eet", "eest", "bst", "ist"),
        *("est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "jst", "aest"),
    }
)
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
"""Of months, quarters and weeks, which look like codes otherwise."""

_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"
_SECONDS = r"(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?"
_ZONE = r"(?P<zone>z|[+-]\d{2}(?::?\d{2})?|[a-z]{3,4})"
_CLOCK = rf"(?P<hour>\d{{1,3}}):(?P<minute>\d{{2}})(?::{_SECONDS})?(?:\s?(?P<half>[ap])\.?m\.?)?(?:\s?{_ZONE})?"
_COMPACT = rf"(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:{_SECONDS})?{_ZONE}?"
_AFTER = rf"(?:(?:\s*t\s*|,?\s+|:){_CLOCK})?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_AFTER}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})t{_COMPACT}",
        rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second_part>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_AFTER}",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?[-\s/]?(?:de\s)?{_NAME}[-\s/,]{{0,2}}(?:de\s)?(?P<year>\d{{4}}){_AFTER}",
        rf"{_WEEKDAY}{_NAME}\s?(?P<day>\d{{1,2}}),?\s(?P<year>\d{{4}}){_AFTER}",
        rf"{_WEEKDAY}{_NAME}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[年년]\s?(?P<month>\d{{1,2}})[月월](?:\s?(?P<day>\d{{1,2}})[日일]{_AFTER})?",
        rf"{_NAME}[-\s/]?(?P<year>\d{{4}})",
        r"(?P<year>\d{4})[-/](?P<month>0[1-9]|1[0-2])",
        r"(?P<month>0[1-9]|1[0-2])[-/](?P<year>\d{4})",
        r"(?P<year>\d{4})[-\s]?q(?P<quarter>[1-4])",
        r"(?P<year>\d{4})-?w(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?",
        _CLOCK,
    )
)
_SHORT_YEAR = re.compile(
    rf"\d{{1,2}}(?P<mark>[-/.])\d{{1,2}}(?P=mark)\d{{2}}{_AFTER}|\d{{1,2}}[-\s/]?[^\W\d_]{{3}}[-\s/]?\d{{2}}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeNotation:
    """How a column writes its times.

    Attributes
    ----------
    order : {"day", "month"}, optional
        Which comes first where a date is three numbers with the year last.
    zone : str, optional
        A zone's name that every cell has, and that was taken off.
    grain : {"moment", "month", "quarter", "week", "clock"}
        What a cell names; ``clock`` is a time of the day, read as seconds.
    """

    order: Order | None = None
    zone: str | None = None
    grain: Grain = "moment"

    @property
    def text(self) -> str:
        """In words."""
        what = {
            "moment": N_("dates"),
            "month": N_("months, by their first day"),
            "quarter": N_("quarters, by their first day"),
            "week": N_("weeks, by their Monday"),
            "clock": N_("times of the day, in seconds"),
        }[self.grain]
        order = "" if self.order is None else N_(", the {order} first").format(order=self.order)
        return what + order + ("" if self.zone is None else N_(", zone {zone} taken off").format(zone=self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTimes:
    """Times of a column's levels: moments in naive UTC, or seconds of the day where the notation says so."""

    values: tuple[datetime, ...] | tuple[float, ...]
    notation: TimeNotation


@dataclass(frozen=True, slots=True)
class _Parsed:
    moment: datetime
    grain: Grain
    zone: str


def read_times(
    levels: Sequence[str], column: str = "COLUMN", known: TimeNotation | None = None
) -> ReadTimes | Undecided | None:
    """Times of a column, where all of its levels are times in known forms.

    Parameters
    ----------
    levels : sequence of str
        Different cells of the whole column.
    column : str
        Its name, for what a user should write.
    known : TimeNotation, optional
        How the real tables write the column: it decides where day and month could be either.

    Returns
    -------
    ReadTimes, Undecided or None
        None where some level is no time, ``Undecided`` where the levels can be read in two ways.

    Examples
    --------
    >>> read_times(["03.04.1971"]).values[0].date().isoformat(), read_times(["2023-03"]).notation.text
    ('1971-04-03', 'months, by their first day')
    >>> read_times(["20230301T101500Z", "01MAR2023", "2023-03-01 10:00:00 UTC"]).values[0]
    datetime.datetime(2023, 3, 1, 10, 15)
    >>> read_times(["03/04/1971", "12/11/1980"]).got
    'dates that can be read day first and month first'
    >>> read_times(["10:15", "09:30:05"]).values, read_times(["2.10.3", "1.4.1"]) is None
    ((36900.0, 34205.0), True)
    """
    by_order: dict[Order, list[_Parsed]] = {}
    for order in get_args(Order):
        parsed = _all_parsed(levels, order)
        if parsed is not None:
            by_order[order] = parsed
    if not by_order:
        return _short_years(levels, column)
    order = _order(by_order, known)
    if order is None:
        return _either_order(column)
    parsed = by_order[order]
    zones = {cell.zone for cell in parsed}
    grains = {cell.grain for cell in parsed}
    if len(grains) > 1:
        return None
    if len(zones - {""}) > 1 or (len(zones) > 1 and zones - {""}):
        return Undecided(
            got=N_("times of several zones, or of one that some cells name"), do=N_("Write them all in UTC.")
        )
    grain = grains.pop()
    # One hour only is a ratio: 1:10, 1:20.
    if (
        grain == "clock"
        and len({(cell.moment - _MIDNIGHT) // timedelta(hours=1) for cell in parsed}) == 1
        and len(levels) > 1
    ):
        return None
    is_ordered = any(re.fullmatch(r"\D*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*", level.strip()) for level in levels[:1000])
    notation = TimeNotation(order=order if is_ordered else None, zone=next(iter(zones)) or None, grain=grain)
    return _read(parsed, notation)


def apply_times(levels: Sequence[str], notation: TimeNotation) -> ReadTimes | None:
    """Times of levels that are all written in this notation, however few they are; else None."""
    parsed = _all_parsed(levels, notation.order or "day")
    if parsed is None or any((c.grain, c.zone) != (notation.grain, notation.zone or "") for c in parsed):
        return None
    return _read(parsed, notation)


def _read(parsed: Sequence[_Parsed], notation: TimeNotation) -> ReadTimes:
    if notation.grain == "clock":
        return ReadTimes(values=tuple((cell.moment - _MIDNIGHT).total_seconds() for cell in parsed), notation=notation)
    return ReadTimes(values=tuple(cell.moment for cell in parsed), notation=notation)


def is_time(text: str) -> bool:
    """Whether a text is a date or time in a known form.

    Examples
    --------
    >>> is_time("03.04.1971"), is_time("3.4"), is_time("B-AB 1234")
    (True, False, False)
    """
    return _parsed(text, "day") is not None or _parsed(text, "month") is not None


def names_utc(text: str) -> bool:
    """Whether a time says that it is one of UTC, or its distance to it.

    Examples
    --------
    >>> [names_utc(text) for text in ("2023-03-01 10:00 UTC", "1.3.2023 10:00 +0100", "2023-03-01 10:00", "1.3.-2023")]
    [True, True, False, False]
    """
    return re.search(r":.*?(?:\b(?:utc|gmt)|\dz|[+-]\d{2}(?::?\d{2})?)$", text.strip().casefold()) is not None


_MIDNIGHT = datetime(1970, 1, 1)  # noqa: DTZ001
_FEW = 20


def _all_parsed(levels: Sequence[str], order: Order) -> list[_Parsed] | None:
    parsed = []
    for level in levels:
        cell = _parsed(level, order)
        if cell is None:
            return None
        parsed.append(cell)
    return parsed or None


def _order(by_order: Mapping[Order, list[_Parsed]], known: TimeNotation | None) -> Order | None:
    """What comes first: the only order that fits, or that of the real tables; None where both fit and differ."""
    moments = [[cell.moment for cell in parsed] for parsed in by_order.values()]
    if len(moments) == 1 or moments[0] == moments[1]:
        return next(iter(by_order))
    return None if known is None else known.order


def _either_order(column: str) -> Undecided:
    do = N_("Pass --date-format '{column}=%d/%m/%Y' or '{column}=%m/%d/%Y', with the marks that the cells have.")
    return Undecided(got=N_("dates that can be read day first and month first"), do=do.format(column=column))


def _short_years(levels: Sequence[str], column: str) -> Undecided | None:
    """Two digits for a year leave the century open; a handful of such cells may as well be version numbers."""
    if len(levels) <= _FEW or not all(len(x) <= 40 and _SHORT_YEAR.fullmatch(plain_characters(x)) for x in levels):
        return None
    do = N_("Pass --date-format '{column}=%d.%m.%y' with the form that the cells have.").format(column=column)
    return Undecided(got=N_("dates whose year has two digits"), do=do)


def _parsed(text: str, order: Order) -> _Parsed | None:
    if len(text) > MAX_PARSED_LENGTH:
        return None
    text = plain_characters(text)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            try:
                return _moment(match.groupdict(), order)
            except (ValueError, OverflowError):
                return None
    return None


def _moment(part: Mapping[str, str | None], order: Order) -> _Parsed | None:
    """What the parts of a cell name; ValueError where there is no such time."""
    year, name = part.get("year"), part.get("name")
    if year is None:
        return _clock(part)
    month = None if name is None else _MONTHS.get(name.casefold())
    if name is not None and month is None:
        return None
    if part.get("first") is not None:
        first, second = int(part["first"] or 0), int(part["second_part"] or 0)
        is_day_first = part["mark"] == "." or order == "day"
        day, month = (first, second) if is_day_first else (second, first)
        return _at(datetime(int(year), month, day), part)  # noqa: DTZ001
    if part.get("week") is not None:
        moment = datetime.fromisocalendar(int(year), int(part["week"] or 0), int(part.get("weekday") or 1))
        return _coarse(moment, "moment" if part.get("weekday") else "week")
    if part.get("quarter") is not None:
        return _coarse(datetime(int(year), 3 * int(part["quarter"] or 0) - 2, 1), "quarter")  # noqa: DTZ001
    month = month or int(part["month"] or 0)
    if part.get("day") is None:
        return _coarse(datetime(int(year), month, 1), "month")  # noqa: DTZ001
    return _at(datetime(int(year), month, int(part["day"] or 0)), part)  # noqa: DTZ001


def _coarse(moment: datetime, grain: Grain) -> _Parsed | None:
    return _Parsed(moment, grain, "") if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _clock(part: Mapping[str, str | None]) -> _Parsed | None:
    """A time of the day, or a duration with its seconds."""
    if int(part["hour"] or 0) >= 24 and (part["second"] is None or part["half"] or part["zone"]):
        return None
    cell = _at(_MIDNIGHT, part)
    return None if cell is None or part["zone"] else _Parsed(cell.moment, "clock", "")


def _at(day: datetime, part: Mapping[str, str | None]) -> _Parsed | None:
    """A day with the time that follows it, in naive UTC."""
    if part.get("hour") is None:
        return _Parsed(day, "moment", "")
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (part.get("half") or "").casefold()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if minute > 59 or second > 59 or (hour > 23 and day is not _MIDNIGHT):
        return None
    micro = int((part.get("fraction") or "0")[:6].ljust(6, "0"))
    moment = day + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
    zone = (part.get("zone") or "").casefold()
    if not zone or zone in _UTC:
        return _Parsed(moment, "moment", "")
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return _Parsed(moment - away if zone[0] == "+" else moment + away, "moment", "")
    return _Parsed(moment, "moment", zone.upper()) if zone in _ZONE_WORDS else None


def read_format(levels: Sequence[str], format_: str) -> list[datetime | None]:
    """Moments of the levels in the form that the user says, in naive UTC; None where a level has another.

    Examples
    --------
    >>> read_format(["03.04.71", "x"], "%d.%m.%y")
    [datetime.datetime(1971, 4, 3, 0, 0), None]
    """
    moments: list[datetime | None] = []
    for level in levels:
        try:
            moment = datetime.strptime(plain_characters(level), format_)  # noqa: DTZ007
        except (ValueError, OverflowError):
            moments.append(None)
            continue
        offset = moment.utcoffset()
        moments.append(moment.replace(tzinfo=None) - (offset or timedelta(0)))
    return moments
