"""Promises of synthaudit.adapters.notation: a dressed quantity is its plain value, a code is never a quantity."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from synthaudit.adapters.notation.number_cell import undress
from synthaudit.adapters.notation.numbers import NumberNotation, ReadNumbers, apply_numbers, read_numbers
from synthaudit.adapters.notation.times import ReadTimes, TimeNotation, apply_times, read_format, read_times
from synthaudit.adapters.notation.undecided import Undecided

EURO = str.maketrans(",.", ".,")
RNG = np.random.default_rng(0)
AMOUNTS = [round(float(v), 2) for v in RNG.lognormal(7, 1.5, 300)]
"""Some below 1, some above 100,000."""
WHOLE = [int(v) for v in AMOUNTS]

DRESSES: dict[str, tuple[list[str], list[float]]] = {
    "dollar": ([f"${v:,.2f}" for v in AMOUNTS], AMOUNTS),
    "dollar and blank": ([f"US$ {v:,.2f}" for v in AMOUNTS], AMOUNTS),
    "euro behind": ([f"{v:,.2f} €".translate(EURO) for v in AMOUNTS], AMOUNTS),
    "code before": ([f"EUR {v:,.2f}".translate(EURO) for v in AMOUNTS], AMOUNTS),
    "kroner": ([f"kr. {v:.2f}".replace(".", ",").replace("kr,", "kr.") for v in AMOUNTS], AMOUNTS),
    "rupees in lakh": (["Rs. 12,34,567.50", "Rs. 999", "Rs. 1,00,000"], [1234567.5, 999, 100000]),
    "german": ([f"{v:,.2f}".translate(EURO) for v in AMOUNTS], AMOUNTS),
    "decimal comma": ([f"{v:.2f}".replace(".", ",") for v in AMOUNTS], AMOUNTS),
    "swiss": ([f"{v:,.2f}".replace(",", "'") for v in AMOUNTS], AMOUNTS),
    "swiss, curled": ([f"{v:,.2f}".replace(",", "\u2019") for v in AMOUNTS], AMOUNTS),
    "french": ([f"{v:,.2f}".replace(",", "\u202f").replace(".", ",") for v in AMOUNTS], AMOUNTS),
    "blanks": ([f"{v:,.2f}".replace(",", " ") for v in AMOUNTS], AMOUNTS),
    "no-break blanks": ([f"{v:,.2f}".replace(",", "\xa0") for v in AMOUNTS], AMOUNTS),
    "underscores": ([f"{v:_}" for v in WHOLE], [float(v) for v in WHOLE]),
    "thousands of whole numbers": ([f"{v:,}" for v in WHOLE], [float(v) for v in WHOLE]),
    "points in whole numbers": ([f"{v:,}".translate(EURO) for v in WHOLE], [float(v) for v in WHOLE]),
    "millions": (["1,234,567", "999"], [1234567, 999]),
    "percent": ([f"{v / 100:.1f}%" for v in AMOUNTS], [round(v / 100, 1) for v in AMOUNTS]),
    "percent and blank": ([f"{v:.2f} %" for v in AMOUNTS], AMOUNTS),
    "percent before": ([f"%{v:.2f}" for v in AMOUNTS], AMOUNTS),
    "kilograms": ([f"{v:.2f} kg" for v in AMOUNTS], AMOUNTS),
    "pressure": ([f"{v:.2f}mmHg" for v in AMOUNTS], AMOUNTS),
    "squares": ([f"{v:.2f} kg/m²" for v in AMOUNTS], AMOUNTS),
    "a word of its own": ([f"{v:.2f} Stück" for v in AMOUNTS], AMOUNTS),
    "brackets": (
        [f"({v:,.2f})" if i % 3 else f"{v:,.2f}" for i, v in enumerate(AMOUNTS)],
        [-v if i % 3 else v for i, v in enumerate(AMOUNTS)],
    ),
    "brackets behind the sign": (
        [f"$ ({v:,.2f})" if i % 3 else f"$ {v:,.2f}" for i, v in enumerate(AMOUNTS)],
        [-v if i % 3 else v for i, v in enumerate(AMOUNTS)],
    ),
    "sign before the currency": ([f"-${v:,.2f}" for v in AMOUNTS], [-v for v in AMOUNTS]),
    "sign behind the currency": ([f"$-{v:,.2f}" for v in AMOUNTS], [-v for v in AMOUNTS]),
    "minus behind": ([f"{v:.2f}-" for v in AMOUNTS], [-v for v in AMOUNTS]),
    "true minus": ([f"\u2212{v:.2f}" for v in AMOUNTS], [-v for v in AMOUNTS]),
    "plus": ([f"+{v:,.2f}" for v in AMOUNTS], AMOUNTS),
    "full width": (["１２.５", "７"], [12.5, 7]),
    "arabic digits": (["\u0661\u0662\u066b\u0665", "\u0663"], [12.5, 3]),
    "limits": ([f"{v:.2f}" if v > 300 else "<300" for v in AMOUNTS], [v if v > 300 else 300.0 for v in AMOUNTS]),
    "limits with a blank": (["< 0.5", "≥ 90", "7.5", "12.25"], [0.5, 90, 7.5, 12.25]),
    "exponents": (["1,5E+03", "2,5e-1", "3"], [1500, 0.25, 3]),
    "zero without its unit": (["0", "12 kg", "13.5 kg"], [0, 12, 13.5]),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_dressed_number_is_its_plain_value(dress: str) -> None:
    """To the last bit: the value is read from the digits, not computed."""
    cells, values = DRESSES[dress]
    read = read_numbers(cells)
    assert isinstance(read, ReadNumbers)
    assert list(read.values) == values


def digits(*sizes: int, sep: str = "-", n: int = 200) -> list[str]:
    """Codes of so many digits a part, none beginning with zero."""
    return [sep.join(str(RNG.integers(10 ** (s - 1), 10**s)) for s in sizes) for _ in range(n)]


CODES: dict[str, list[str]] = {
    "telephone": digits(3, 3, 3, sep=" "),
    "telephone with country": [f"+49 {v}" for v in digits(9)],
    "area code": [f"({v})" for v in digits(3)],
    "company number": digits(3, 3, 3, sep=" "),
    "tax number": [f"{a}-{b}" for a, b in zip(digits(3, 3, 3, sep="."), digits(2), strict=True)],
    "article": digits(2, 3, 2, sep="."),
    "article of threes": digits(3, 3, 3, sep="."),
    "social security": digits(3, 2, 4),
    "isbn": [f"978-{v}" for v in digits(1, 3, 5, 1)],
    "swedish postcode": digits(3, 2, sep=" "),
    "greek postcode": digits(2, 3, sep=" "),
    "polish postcode": digits(2, 3),
    "dutch postcode": [f"{v} {chr(65 + i % 26)}{chr(65 + i // 26)}" for i, v in enumerate(digits(4))],
    "british postcode": [f"SW{i % 20} {i % 9}AB" for i in range(200)],
    "plate": [f"B-AB {v}" for v in digits(4)],
    "plate behind": [f"{v} XKZ" + "ABCDEFGHJ"[i % 9] for i, v in enumerate(digits(4))],
    "version": [f"{i % 7}.{i % 20}.{i % 11}" for i in range(200)],
    "version of four": [f"{i % 7}.{i % 20}.{i % 11}.{i % 3}" for i in range(200)],
    "address": [f"{i % 250 + 1}.{i * 7 % 250}.{i * 13 % 250}.{i * 3 % 250}" for i in range(200)],
    "leading zeros": [f"{i:05d}" for i in range(200)],
    "leading zeros behind a sign": [f"$0{i}" for i in range(200)],
    "patient": [f"P{v}" for v in digits(5)],
    "patient behind": [f"{v}P" for v in digits(5)],
    "icd": [f"{'VE'[i % 2]}{i % 90 + 10}.{i % 10}" for i in range(200)],
    "hexadecimal": [f"{i * 99_999_989 % 2**32:08x}" for i in range(200)],
    "blood pressure": [f"{a}/{b}" for a, b in zip(digits(3), digits(2), strict=True)],
    "ages": [f"{i}-{i + 4}" for i in range(0, 100, 5)],
    "age groups": ["<30", "30-50", ">50"],
    "two groups": ["<30", ">=30"],
    "house": [f"{i % 90 + 1}{'ab'[i % 2] if i % 3 else ''}" for i in range(200)],
    "titre": ["1:10", "1:20", "1:40", "1:320"],
    "dilution": ["1:10", "1:20", "1:40"],
    "score": ["2:1", "0:0", "3:2"],
    "case of a year": [f"2023-{i % 99 + 1:02d}" for i in range(200)],
    "long number": [str(10**17 + i) for i in range(200)],
    "room": [f"{i % 9}.{i % 30 + 1}a" for i in range(200)],
    "coordinates": [f"48°{i % 60}'{i % 50}\"N" for i in range(200)],
    "interval": [f"{i} (10-20)" for i in range(200)],
    "sentence": ["12 of 20", "7 of 9"],
    "footnote": ["12*", "13*"],
    "empty": [],
}


@pytest.mark.parametrize("name", CODES)
def test_a_code_is_no_quantity(name: str) -> None:
    """Neither a number nor a time, however many digits it has."""
    assert (read_numbers(CODES[name]), read_times(CODES[name])) == (None, None)


DATES = [datetime(1950, 1, 1) + timedelta(seconds=int(s)) for s in RNG.integers(0, 2 * 10**9, 300)]  # noqa: DTZ001
DAYS = [d.replace(hour=0, minute=0, second=0) for d in DATES]
MONTHS = [d.replace(day=1) for d in DAYS]
MINUTES = [d.replace(second=0) for d in DATES]
FORMS: dict[str, list[datetime]] = {
    "%Y-%m-%d %H:%M:%S UTC": DATES,
    "%Y-%m-%d %H:%M:%S GMT": DATES,
    "%Y%m%dT%H%M%SZ": DATES,
    "%Y-%m-%dT%H:%M:%S+0000": DATES,
    "%Y/%m/%d %H:%M:%S": DATES,
    "%d%b%Y": DAYS,
    "%d%b%Y:%H:%M:%S": DATES,
    "%d/%b/%Y:%H:%M:%S +0000": DATES,
    "%d-%b-%Y": DAYS,
    "%d %B %Y": DAYS,
    "%d. %B %Y": DAYS,
    "%B %d, %Y": DAYS,
    "%b %d %Y": DAYS,
    "%A, %B %d, %Y": DAYS,
    "%a, %d %b %Y %H:%M:%S GMT": DATES,
    "%d.%m.%Y": DAYS,
    "%d.%m.%Y %H:%M": MINUTES,
    "%d/%m/%Y": DAYS,
    "%m/%d/%Y": DAYS,
    "%d-%m-%Y": DAYS,
    "%m/%d/%Y %I:%M %p": MINUTES,
    "%Y/%m/%d": DAYS,
    "%Y.%m.%d": DAYS,
    "%Y-%m": MONTHS,
    "%m/%Y": MONTHS,
    "%b %Y": MONTHS,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_dressed_time_is_its_moment(form: str) -> None:
    """Whatever the form, where it can be read in one way only."""
    read = read_times([d.strftime(form) for d in DATES])
    assert isinstance(read, ReadTimes)
    assert list(read.values) == FORMS[form]


OTHER_TIMES: list[tuple[list[str], list[Any]]] = [
    (["2023-03-01T10:00:00+02:00", "2023-03-01 10:00:00 -0530"], ["2023-03-01T08:00", "2023-03-01T15:30"]),
    (["1. März 2023", "24. Dezember 2022"], ["2023-03-01", "2022-12-24"]),
    (["3 août 2020", "1 févr. 2021"], ["2020-08-03", "2021-02-01"]),
    (["2023Q1", "2022-Q4"], ["2023-01-01", "2022-10-01"]),
    (["2023-W09", "2020-W53"], ["2023-02-27", "2020-12-28"]),
    (["2023-W09-3"], ["2023-03-01"]),
    (["2023-03-01 10:00:00 CET", "2023-07-01 10:00:00 CET"], ["2023-03-01T10:00", "2023-07-01T10:00"]),
    (["12/31/2020", "2020-01-02"], ["2020-12-31", "2020-01-02"]),
    (["03.04.1971"], ["1971-04-03"]),
    (["2023-03-01 10:15:00,250"], ["2023-03-01T10:15:00.250"]),
]


@pytest.mark.parametrize(("cells", "moments"), OTHER_TIMES, ids=[c[0] for c, _ in OTHER_TIMES])
def test_other_forms_of_times(cells: list[str], moments: list[str]) -> None:
    """Zones, names of months in other languages, quarters and weeks by their first day."""
    read = read_times(cells)
    assert isinstance(read, ReadTimes)
    assert np.array(read.values, dtype="datetime64[us]").tolist() == np.array(moments, dtype="datetime64[us]").tolist()


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["10:15", "09:30"], [36900, 34200]),
        (["10:15:05", "100:00:01"], [36905, 360001]),
        (["01:05 PM", "12:00 AM"], [47100, 0]),
    ],
)
def test_times_of_the_day_are_seconds(cells: list[str], seconds: list[float]) -> None:
    """From midnight; with seconds also durations."""
    read = read_times(cells)
    assert isinstance(read, ReadTimes)
    assert (list(read.values), read.notation.grain) == (seconds, "clock")


CHOICES: list[tuple[list[str], str]] = [
    (["1,234", "5,678"], "every ',' has three digits behind it: thousands or decimals"),
    (["1.234", "5.678"], "every '.' has three digits behind it: thousands or decimals"),
    (["$1,234", "$5,678"], "every ',' has three digits behind it: thousands or decimals"),
    (["12 kg", "20 lb"], "numbers in 2 units: 'kg', 'lb'"),
    (["12 €", "$20", "5 £"], "numbers in 3 units: '$', '£', '€'"),
    (["03/04/1971", "12/11/1980"], "dates that can be read day first and month first"),
    (["03-04-1971 10:00"], "dates that can be read day first and month first"),
    ([f"{d:02d}.12.71" for d in range(1, 29)], "dates whose year has two digits"),
    ([f"{d:02d}-Mar-71" for d in range(1, 29)], "dates whose year has two digits"),
    (["2023-03-01 10:00 CET", "2023-07-01 10:00 CEST"], "times of several zones, or of one that some cells name"),
    (["2023-03-01 10:00 CET", "2023-07-01 10:00"], "times of several zones, or of one that some cells name"),
]


@pytest.mark.parametrize(("cells", "got"), CHOICES, ids=[c[0] for c, _ in CHOICES])
def test_what_can_be_read_in_two_ways_is_not_read(cells: list[str], got: str) -> None:
    """The user decides, and is told between what."""
    read = read_numbers(cells) or read_times(cells)
    assert isinstance(read, Undecided)
    assert read.got == got


def test_what_decides_between_two_readings() -> None:
    """An option, whole numbers in train, a column's own zeros, or the notation of the real tables."""
    cells = ["1,234", "5,678"]
    by_option = [read_numbers(cells, decimal=","), read_numbers(cells, thousands=",")]
    assert [list(r.values) for r in by_option if isinstance(r, ReadNumbers)] == [[1.234, 5.678], [1234, 5678]]
    whole = read_numbers(cells, whole_about=500.0)
    assert isinstance(whole, ReadNumbers)
    assert list(whole.values) == [1234, 5678]
    fixed_decimals = [f"{v:.3f}".replace(".", ",") for v in np.linspace(1, 99, 50)]
    assert isinstance(read_numbers(fixed_decimals), Undecided)
    zeros = [*(f"{v},{v}0" for v in range(10, 40)), "950"]
    thousands = read_numbers(zeros)
    assert isinstance(thousands, ReadNumbers)
    assert thousands.values[0] == 10100
    known = TimeNotation(order="month")
    read = read_times(["03/04/1971", "12/11/1980"], known=known)
    assert isinstance(read, ReadTimes)
    assert read.values[0] == datetime(1971, 3, 4)  # noqa: DTZ001


def test_a_known_notation_reads_a_few_cells() -> None:
    """What a column's other rows have decided holds for one cell of it, and for nothing else."""
    german = NumberNotation(decimal=",", thousands=".", unit="€")
    one = apply_numbers(["1.234 €"], german)
    assert one is not None
    assert one.values == (1234.0,)
    assert apply_numbers(["1,234.50"], german) is None
    assert apply_numbers(["12 kg"], german) is None
    assert apply_numbers(["word"], german) is None
    day = apply_times(["03/04/1971"], TimeNotation(order="day"))
    assert day is not None
    assert day.values == (datetime(1971, 4, 3),)  # noqa: DTZ001
    assert apply_times(["2023-03"], TimeNotation(order="day")) is None


def test_a_form_that_the_user_says() -> None:
    """Two digits for a year, a zone, and a cell that has another form."""
    moments = read_format(["03.04.71 +0200", "x", "1.1.2000"], "%d.%m.%y %z")
    assert moments == [datetime(1971, 4, 2, 22), None, None]  # noqa: DTZ001
    assert datetime(1971, 4, 2, 22, tzinfo=UTC).tzinfo is UTC


@pytest.mark.parametrize(
    "cell", ["", " ", "-", "$", "()", "(-5)", "--5", "+-5", "5kg$", "1,2,3", "1..2", "9" * 65, "<", "1e400", "٣" * 70]
)
def test_what_is_no_number(cell: str) -> None:
    """Signs alone, two signs, marks without digits between, too long, too large."""
    read = undress(cell)
    assert read is None or read_numbers([cell]) is None


@pytest.mark.parametrize(
    "cells",
    [
        [f"FT{v}" for v in WHOLE],
        [f"RS{v}" for v in WHOLE],
        [f"FR {v}" for v in WHOLE],
        [f"KR {v}" for v in WHOLE],
        [f"rs{v}" for v in WHOLE],
        [f"CAD{v}" for v in WHOLE],
        [f"{v} Berlin" for v in range(10_115, 10_200)],
        ["1.2 beta", "1.10 beta", "1.20 beta"],
        ["1", "1-", "2", "2-", "3", "3-"],
        ["1", "2+", "2", "3+", "3"],
        ["5", "12+", "15"],
        ["1.5", "12+", "2.5"],
        ["+351 912 345 678", "+34 612 345 678", "+1 212 555 012"],
        ["+351.912.345.678", "+34.612.345.678", "+1.212.555.012"],
    ],
    ids=lambda cells: cells[0],
)
def test_codes_that_look_like_quantities_stay_text(cells: list[str]) -> None:
    """Article and SNP numbers, plates, postcodes of one city, versions, telephones of several countries."""
    assert (read_numbers(cells), read_times(cells)) == (None, None)


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["Fr. 12.--", "Fr. 7.50", "Fr. 1'234.-"], [12, 7.5, 1234], "Fr."),
        (["12,- €", "7,50 €", "-3,50 €", "8,– €"], [12, 7.5, -3.5, 8], "€"),
        (["12.-", "7.50", "7.50-"], [12, 7.5, -7.5], None),
        (["$5.25", "US$7.50", "USD 8.75"], [5.25, 7.5, 8.75], "USD"),
        (["5,25 €", "7,50 EUR"], [5.25, 7.5], "EUR"),
        (["5.25 µg", "7.5 \u03bcg", "8 mcg", "9 ug"], [5.25, 7.5, 8, 9], "ug"),
        (["Rs. 5.25", "₹7.50", "INR 8"], [5.25, 7.5, 8], "INR"),
        (["1 year", "2 years", "3 yrs"], [1, 2, 3], "yrs"),
        (["1234円", "56円"], [1234, 56], "円"),
        (["kr 12.50", "Kr. 7"], [12.5, 7], "Kr."),
    ],
)
def test_one_unit_in_several_spellings_is_one(cells: list[str], values: list[float], unit: str | None) -> None:
    """Signs and codes of a currency, abbreviations of a unit; a dash for no cents is no minus."""
    read = read_numbers(cells)
    assert isinstance(read, ReadNumbers)
    assert (list(read.values), read.notation.unit) == (values, unit)


@pytest.mark.parametrize(
    ("cells", "moments"),
    [
        (["2023年3月1日", "2023年12月24日"], [datetime(2023, 3, 1), datetime(2023, 12, 24)]),  # noqa: DTZ001
        (["2023년 3월 1일"], [datetime(2023, 3, 1)]),  # noqa: DTZ001
        (["2023年3月"], [datetime(2023, 3, 1)]),  # noqa: DTZ001
        (["Wed Mar  1 10:00:05 2023"], [datetime(2023, 3, 1, 10, 0, 5)]),  # noqa: DTZ001
        (["Wed Mar 11 10:00:05 UTC 2023"], [datetime(2023, 3, 11, 10, 0, 5)]),  # noqa: DTZ001
        (["1 de marzo de 2023", "24 de dic de 2023"], [datetime(2023, 3, 1), datetime(2023, 12, 24)]),  # noqa: DTZ001
    ],
)
def test_dates_of_more_countries_and_logs(cells: list[str], moments: list[datetime]) -> None:
    """Japan, Korea, Spain, and what C's ``ctime`` writes."""
    read = read_times(cells)
    assert isinstance(read, ReadTimes)
    assert list(read.values) == moments


@pytest.mark.parametrize(
    ("about", "value"), [(57.0, 57.012), (400.0, 57.012), (3_000.0, 57_012.0), (90_000.0, 57_012.0)]
)
def test_three_digits_behind_a_mark_are_read_by_the_size_of_train(about: float, value: float) -> None:
    """A generator's ages of 57.012 are no 57,012 years, though train has whole years."""
    read = read_numbers(["57.012", "34.120", "81.999"], whole_about=about)
    assert isinstance(read, ReadNumbers)
    assert read.values[0] == value


def test_the_highest_class_is_a_limit() -> None:
    """Ages of 90 and more."""
    read = read_numbers(["45", "67", "90+", "89"])
    assert isinstance(read, ReadNumbers)
    assert (read.values, read.bounds) == ((45, 67, 90, 89), ("", "", ">", ""))
