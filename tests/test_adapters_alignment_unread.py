"""Promises on columns of text that may be quantities: none is left to equality without a line that rules out a pass."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pandas as pd
import pytest

from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.schema import infer_with_notes
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

N = 1_000
VALUES = [(i * 7_919) % 611 + 1_000 for i in range(N)]
"""611 different numbers, each once or twice."""
DAY = datetime(2000, 1, 1)  # noqa: DTZ001


def noticed(values: list[str], name: str = "x") -> tuple[str, list[tuple[bool, str]]]:
    """Kind of a column, and what is said of it: whether a pass is ruled out, and why."""
    train = read_table(pd.DataFrame({name: values}), "train")
    schema, coverage = infer_with_notes(train, None, None, entity=None, columns=None, decimal=None)
    return schema.columns[0].kind, [(line.blocks_pass, line.reason) for line in coverage]


def asked(name: str, what: str) -> list[tuple[bool, str]]:
    ask = f'Say what it is: [columns."{name}"] kind = "identifier", "categorical", "numeric", "datetime" or "text".'
    return [(True, f"Column '{name}': {what}. {ask}")]


UNREAD = "perhaps of a quantity in a form that is not read; compared as categories"
DIFFERENT = f"611 different values with digits, {UNREAD}"
CODE = "digits of a code (zeros in front, very long numbers, telephones, versions)"


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda v: f"~{v}", DIFFERENT),
        (lambda v: f"{v / 1000:.3f}k", DIFFERENT),
        (lambda v: f"{v // 60}h{v % 60:02d}", DIFFERENT),
        (lambda v: f"{v // 60}m {v % 60}s", DIFFERENT),
        (lambda v: f"{v // 12}ft {v % 12}in", DIFFERENT),
        (lambda v: f"{v // 8} {v % 8}/8", DIFFERENT),
        (lambda v: f"about {v} or so", DIFFERENT),
        (lambda v: f"{v // 100}€{v % 100:02d}", DIFFERENT),
        (lambda v: f"0x{v:x}", DIFFERENT),
        (lambda v: f"{DAY + timedelta(days=v):%Y-%j}", DIFFERENT),
        (lambda v: f"{v:08d}", f"{CODE}, {UNREAD}"),
        (lambda v: f"{DAY + timedelta(days=v):%y%m%d}", f"{CODE}, {UNREAD}"),
    ],
)
def test_a_quantity_that_nobody_can_read_rules_out_a_pass(write: Callable[[int], str], said: str) -> None:
    """Six cells of ten differ: near copies of such cells equal nothing, so that is not for the audit to accept."""
    assert noticed([write(v) for v in VALUES]) == ("categorical", asked("x", said))


def test_up_to_20_words_among_numbers_stop_the_audit() -> None:
    """They may stand for missing; of more it is for the user to say what the column is."""
    words = [f"{first}{second}x" for first in "abcde" for second in "fghij"]
    for n in (20, 21):
        column = [*words[:n], *(f"{v}.5" for v in VALUES[n:])]
        if n == 20:
            with pytest.raises(InputError, match="980 of 1000 cells are numbers or times, 20 cells hold a word"):
                noticed(column)
        else:
            assert [is_blocking for is_blocking, _ in noticed(column)[1]] == [True]


@pytest.mark.parametrize(
    ("word", "n", "shown"),
    [
        ("unbekannt", 10, ": 'unbekannt' (10 cells)."),
        ("unbekannt", 9, " that is not shown here."),
        ("wwwwwwwwwwwwwwwwwwww", 10, ": 'wwwwwwwwwwwwwwwwwwww' (10 cells)."),
        ("wwwwwwwwwwwwwwwwwwwww", 10, " that is not shown here."),
        ("NA", 1, ": 'NA' (1 cell)."),
    ],
)
def test_a_word_among_numbers_is_shown_where_it_names_nobody(word: str, n: int, shown: str) -> None:
    """In ten cells at least and not longer than 20 letters, or a usual spelling of missing."""
    column = [*[word] * n, *(f"{v}.5" for v in VALUES[n:])]
    other = "nobody" if word == "NA" else "NA"
    if word == "NA":
        column[-1] = other
        shown = ": 'NA' (1 cell), and others."
    with pytest.raises(InputError) as caught:
        noticed(column)
    assert f"hold{'s' if n == 1 and word != 'NA' else ''} a word{shown}" in str(caught.value)


def test_all_columns_that_cannot_be_read_are_told_at_once() -> None:
    """Whoever mends one would else meet the next."""
    numbers = [f"{v}.5" for v in VALUES]
    spoiled = ["lost", *numbers[1:]]
    train = read_table(pd.DataFrame({"x": spoiled, "fine": numbers, "y": spoiled}), "train")
    with pytest.raises(InputError) as caught:
        infer_with_notes(train, None, None, entity=None, columns=None, decimal=None)
    assert [name for name in ("x", "fine", "y") if f"'{name}'" in str(caught.value)] == ["x", "y"]


def test_names_of_which_some_have_a_digit_are_no_quantity() -> None:
    """One in three: hardly any repeats, and still nobody counts in them."""
    names = ["".join("abcdefghij"[int(digit)] for digit in str(v)) for v in VALUES]
    assert noticed([f"{name}2" if v % 3 == 0 else name for v, name in zip(VALUES, names, strict=True)])[1] == []


@pytest.mark.parametrize("odd", ["00", "007", "+491601234567", "9007199254740993"])
def test_one_code_among_amounts_rules_out_a_pass(odd: str) -> None:
    """One cell turns amounts into text; they are then no identifier, and no categories, without a question."""
    kind, said = noticed([odd, *(f"{7 * v}.25" for v in VALUES[1:])])
    assert (kind, said) == ("categorical", asked("x", f"{CODE}, {UNREAD}"))
    kind, said = noticed([odd, *(f"{v}.25" for v in range(1, N))])
    got = "taken for an identifier since 100 % of its cells differ; it is left out when rows are compared"
    assert (kind, said) == ("identifier", asked("x", got))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("zip", [f"{v:05d}" for v in VALUES], [(False, f"Column 'zip': {CODE}, kept as text.")]),
        ("postcode", [f"AB{v % 20} {v % 9}XY" for v in VALUES], []),
        ("visit_id", [f"P{v}" for v in VALUES], []),
        ("surname", ["".join("abcdefghij"[int(c)] for c in str(v)) for v in VALUES], []),
        ("site", [f"Site {v % 200}" for v in VALUES], []),
        ("icd", [f"{'ABCDEFGH'[v % 8]}{v % 90 + 10}.{v % 9}" for v in VALUES], []),
        ("ward", [f"W{v % 21}" for v in VALUES], []),
    ],
)
def test_codes_are_not_asked_about(name: str, values: list[str], said: list[tuple[bool, str]]) -> None:
    """Neither those that the name tells, nor those that repeat, nor text without digits."""
    assert noticed(values, name) == ("categorical", said)


def test_many_values_of_one_form_are_asked_about_in_any_number_of_rows() -> None:
    """A quantity repeats in a large table; more than 200 levels of one form are asked about, codes with zeros not."""
    rows = [VALUES[i % N] % 201 for i in range(4 * N)]
    said = f"201 different values with digits, {UNREAD}"
    assert noticed([f"~{v}" for v in rows]) == ("categorical", asked("x", said))
    assert noticed([f"~{v % 200}" for v in rows]) == ("categorical", [])
    assert noticed([f"0{v}" for v in rows]) == ("categorical", [(False, f"Column 'x': {CODE}, kept as text.")])


@pytest.mark.parametrize("name", ["ssn", "home phone", "IBAN", "licencePlate"])
def test_a_name_may_say_that_values_are_of_one_person(name: str) -> None:
    """Such a column is an identifier without a question; its values are looked up all the same."""
    assert noticed([f"{7 * i:03d}-{i:05d}" for i in range(N)], name) == ("identifier", [])


@pytest.mark.parametrize(
    ("zero", "form"),
    [("00.00.0000", "%d.%m.%Y"), ("00/00/0000", "%d/%m/%Y"), ("0000-00-00", "%Y-%m-%d")],
)
def test_dates_of_zeros_are_a_spelling_of_missing(zero: str, form: str) -> None:
    """SAP and MySQL write them; the message says what to pass, and that is enough."""
    days = [f"{DAY + timedelta(days=37 * i):{form}}" for i in range(100)]
    with pytest.raises(InputError, match=r"SA-15[04]") as error:
        noticed([*days, zero])
    assert f"--missing '{zero}'" in error.value.do or zero in error.value.got
    train = read_table(pd.DataFrame({"x": pd.Series([*days, zero], dtype=object)}), "train")
    real = align_real(train, None, None, AlignOptions(writing=Writing(missing=(zero,))))
    assert real.schema.columns[0].kind == "datetime"
    assert real.train["x"].isna().tolist() == [False] * 100 + [True]
