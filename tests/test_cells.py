"""Promises of synthaudit.cells: one spelling for every value."""

import re
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthaudit import cells


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("34", 34.0),
        (" 34.0 ", 34.0),
        ("+3.4e1", 34.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-0", 0.0),
        ("00501", 501.0),
        ("1e400", None),
        ("1_000", None),
        ("0x10", None),
        ("nan", None),
        ("inf", None),
        ("1,5", None),
        ("", None),
        ("٣", None),
        ("1" * 65, None),
    ],
)
def test_parse_number(text: str, number: float | None) -> None:
    """Plain and exponent form in ASCII digits, finite, at most 64 characters; nothing else."""
    assert cells.parse_number(text) == number


SIGNS = st.text(alphabet="0123456789+-.eE", max_size=6)


@given(
    texts=st.lists(SIGNS | st.text(alphabet="09.,-e \n_\tx٣", max_size=5), max_size=5), decimal=st.sampled_from(".,")
)
def test_all_numbers_are_those_of_each_text(texts: list[str], decimal: str) -> None:
    """Whatever the texts hold, line ends among it; None where one of them is no number."""
    each = [cells.parse_number(text, decimal) for text in texts]
    assert cells.all_numbers(texts, decimal) == (None if None in each else each)


@pytest.mark.parametrize("odd", ["1e400", "1" * 65, "1\n2", "", "-", "1_0", "٣", " 3"])
def test_one_odd_text_among_plain_numbers(odd: str) -> None:
    """It decides as it does alone."""
    alone = cells.parse_number(odd)
    assert cells.all_numbers(["1", odd, "2"]) == (None if alone is None else [1.0, alone, 2.0])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_round_trip(value: float) -> None:
    """The text of a number is read back as the same number."""
    assert cells.parse_number(cells.number_text(value)) == value


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-02-01", datetime(2020, 2, 1)),  # noqa: DTZ001
        ("2020-02-01T10:00Z", datetime(2020, 2, 1, 10)),  # noqa: DTZ001
        ("2020-02-01 10:00:00.1234567+02:00", datetime(2020, 2, 1, 8, 0, 0, 123456)),  # noqa: DTZ001
        ("1600-01-01", datetime(1600, 1, 1)),  # noqa: DTZ001
        ("0001-01-01T00:00+02:00", None),
        ("2021-02-31", None),
        ("20200201", None),
        ("01/02/2020", None),
        ("2020-W05", None),
    ],
)
def test_parse_time(text: str, moment: datetime | None) -> None:
    """ISO 8601 dates and times only, as microseconds of naive UTC; nothing is guessed."""
    assert cells.parse_time(text) == moment


def test_parse_truth() -> None:
    """Every common spelling, any case; anything else is none."""
    assert [cells.parse_truth(text) for text in ("TRUE", " y", "1", "1.0", "off", "No", "f", "2", "maybe")] == [
        *(True, True, True, True, False, False, False),
        *(None, None),
    ]


def test_fold_text() -> None:
    """Case, composition, width and padding are folded; letters are not."""
    assert cells.fold_text(" Ａ\u00a0") == cells.fold_text("a")
    assert cells.fold_text("e\u0301") == cells.fold_text("É")
    assert cells.fold_text("a") != cells.fold_text("b")


def test_big_integers_and_leading_zeros() -> None:
    """Integers that float64 holds exactly are numbers; beyond 2**53, or with leading zeros, they are codes."""
    assert [cells.is_big_integer(text) for text in (str(2**53), str(2**53 + 1), "-" + "9" * 5000, "1e20")] == [
        *(False, True, True, False)
    ]
    assert [cells.has_leading_zero(text) for text in ("0", "01", "0.5", "-007", "10")] == [
        *(False, True, False, True, False)
    ]


@given(st.text(alphabet="0123456789+-. \u00a0", max_size=22))
def test_a_code_is_one_by_any_of_three_rules(text: str) -> None:
    """Zeros before, an integer beyond 2**53, a telephone: by the patterns themselves, blanks around them or not."""
    digits = re.fullmatch(r"[+-]*([0-9]+)", text.strip())
    is_big = digits is not None and len(digits[1].lstrip("0")) > 15 and int(digits[1].lstrip("0")[:32]) > 2**53
    is_padded = re.fullmatch(r"[+-]?0[0-9]+", text.strip()) is not None
    assert cells.is_code(text) == (is_padded or is_big or re.fullmatch(r"\+[0-9]{8,15}", text.strip()) is not None)


def test_levels_skip_blank_text() -> None:
    """Blank text is missing, and no level."""
    levels = cells.levels_of(cells.text_column([" ", "a", None, "", "b", "a"]))
    assert levels.codes.tolist() == [-1, 0, -1, -1, 1, 0]
    assert levels.values == ["a", "b"]
    assert levels.mask(lambda value: value == "a").tolist() == [False, True, False, False, False, True]


def test_as_text() -> None:
    """Numbers lose their .0, dates their midnight, text its kind of line end."""
    assert cells.as_text(pd.Series([1.0, 2.5, np.nan])).tolist() == ["1", "2.5", None]
    assert cells.as_text(pd.Series([pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-01 10:00")])).tolist() == [
        *("2020-02-01", "2020-02-01T10:00:00")
    ]
    assert cells.as_text(cells.text_column(["a\r\nb", None])).tolist() == ["a\nb", None]


def test_long_runs_of_marks_are_not_normalised() -> None:
    """Normalising is quadratic in them, so text beyond 4,096 characters is only folded."""
    hostile = "A" + "\u0301\u0323" * 50_000
    assert cells.fold_text(hostile) == "a" + hostile[1:]
    assert cells.fold_text("A\u0301") == "á"
