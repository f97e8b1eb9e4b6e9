"""Raw cells to canonical ones, as tables: cells in, cells out, what is noticed, and every error word by word."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.canonical import Spelling, canonical_column
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.types import Column, Kind

NAN = float("nan")


def canonical(
    cells: Any, kind: Kind, *, decimal: str = ".", spelling: Spelling | None = None, role: Any = "train"
) -> tuple[pd.Series, list[str]]:
    column = text_column(cells) if any(isinstance(cell, str) for cell in cells) else pd.Series(cells)
    table = read_table(pd.DataFrame({"x": column}), role)
    return canonical_column(table, Column(name="x", kind=kind), decimal, spelling)


DIGITS = "more digits than float64 keeps; numbers that agree in 17 digits count as equal"
ZONES = "times with and without a zone are mixed; those without are read as UTC"


@pytest.mark.parametrize(
    ("cells", "kind", "expected", "notes"),
    [
        ([1, -0.0, 2], "numeric", [1.0, 0.0, 2.0], []),
        (["1", " 2.5", None, "1e3"], "numeric", [1.0, 2.5, NAN, 1000.0], []),
        (["True", "false", None], "numeric", [1.0, 0.0, NAN], []),
        (["0.12345678901234567"], "numeric", [0.12345678901234567], []),
        (["0.00000000000000012"], "numeric", [1.2e-16], []),
        (["0.123456789012345678"], "numeric", [0.12345678901234568], [DIGITS]),
        ([0.0, 1.0, NAN], "boolean", ["false", "true", None], []),
        (["Yes", "n", None], "boolean", ["true", "false", None], []),
        (["b", " a ", None], "categorical", ["b", " a ", None], []),
    ],
)
def test_cells(cells: list[Any], kind: Kind, expected: list[Any], notes: list[str]) -> None:
    """Each kind has one form of its cells, and one of what is missing."""
    found, noticed = canonical(cells, kind)
    assert noticed == notes
    if kind == "numeric":
        np.testing.assert_array_equal(found.to_numpy(), expected)
        assert not np.signbit(found.to_numpy()).any()
    else:
        assert found.tolist() == expected


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        (["2020-01-02", "2020-01-02T03:00:00"], []),
        (["2020-01-02T00:00:00Z", "2020-01-02T05:00:00+02:00"], []),
        (["2020-01-02", "2020-01-02T05:00:00+02:00"], [ZONES]),
    ],
)
def test_times_are_in_utc(cells: list[str], notes: list[str]) -> None:
    """Two moments three hours apart, with zones, without, and mixed; missing stays missing."""
    found, noticed = canonical([*cells, None], "datetime")
    assert found.dtype == "datetime64[us]"
    assert found.isna().tolist() == [False, False, True]
    assert found[:2].tolist() == [pd.Timestamp("2020-01-02T00:00"), pd.Timestamp("2020-01-02T03:00")]
    assert noticed == notes


def test_a_zero_has_no_sign() -> None:
    """One person's nought is nobody else's minus nought."""
    cells, _ = canonical([-0.0, 0.0, 1.0], "numeric")
    assert np.signbit(cells).tolist() == [False, False, False]


def test_a_word_beside_decimal_commas_that_were_named_is_what_is_wrong() -> None:
    """The mark is known: naming it again would not help."""
    with pytest.raises(InputError, match=r"SA-144 .* 1 of 3 cells cannot be read as a number"):
        canonical(["1,5", "2,5", "x1"], "numeric", decimal=",")


def test_a_decimal_comma_is_read_where_it_is_named() -> None:
    """``1,5`` is a number under ``decimal=','``, and then ``1.5`` is none."""
    assert canonical(["1,5", "2"], "numeric", decimal=",")[0].tolist() == [1.5, 2.0]
    with pytest.raises(InputError, match="text here, numbers expected"):
        canonical(["1.5", "2.5"], "numeric", decimal=",")


@pytest.mark.parametrize(
    ("cells", "kind", "message"),
    [
        ([None, NAN], "numeric", "SA-151 W: no cell here, and some in another table. Leave it out with --exclude "),
        (["1,5", "2"], "numeric", "SA-131 W: 1 of 2 cells look like numbers with a decimal comma. Pass --decimal ','."),
        (["1,5", "x", "2"], "numeric", "SA-144 W: 1 of 3 cells cannot be read as a number. Correct them, or pass "),
        (
            ["1,5", "x", "y", "2"],
            "numeric",
            "SA-144 W: 2 of 4 cells cannot be read as a number. Correct them, or",
        ),
        (["1,5", "2,5", "-", "2"], "numeric", "SA-150 W: 1 of 4 cells are a usual spelling of missing where numbers "),
        ([np.inf, 1.0], "numeric", "SA-145 W: 1 infinite cell. Write a number or leave it empty."),
        ([1.5, 2.0], "datetime", "SA-142 W: numbers here, times expected (0 of 2 cells parse). Export the column in "),
        (["x", "y", None], "datetime", "SA-142 W: text here, times expected (0 of 2 cells parse). Export the column "),
        (["2020-02-30", "2020-01-01"], "datetime", "SA-154 W: 1 of 2 cells cannot be read as a date or "),
        (
            ["-", "?", "yes"],
            "boolean",
            "SA-150 W: 2 of 3 cells are a usual spelling of missing where truth values are ",
        ),
        (["x", "z"], "boolean", "SA-149 W: 2 of 2 cells cannot be read as a truth value. Correct them, or pass "),
        ([0.0, 2.0, 3.0], "boolean", "SA-149 W: 2 of 3 cells cannot be read as a truth value. Correct them, or pass "),
        (["-", "x", "1"], "numeric", "SA-144 W: 2 of 3 cells cannot be read as a number. Correct them, or pass "),
    ],
)
def test_what_cannot_be_read(cells: list[Any], kind: Kind, message: str) -> None:
    """Counted, in the words of the kind; where it stands is told of a release only, for the others hold real people."""
    with pytest.raises(InputError) as caught:
        canonical(cells, kind)
    assert str(caught.value).startswith(message.replace(" W:", " train frame, column 1 'x':"))


def test_times_are_no_truth_values_and_no_numbers() -> None:
    """A column of times says so, with the number of its cells."""
    moments = pd.date_range("2020", periods=3)
    for kind, nouns in (("boolean", "truth values"), ("numeric", "numbers")):
        with pytest.raises(InputError) as caught:
            canonical(moments, kind)  # type: ignore[arg-type]
        assert str(caught.value) == (
            f"SA-142 train frame, column 1 'x': times here, {nouns} expected (0 of 3 cells parse). Export the column "
            "in the form of train."
        )


def test_the_place_of_a_bad_cell_is_that_of_its_first_row() -> None:
    """Counted from 1 over all rows, the missing ones too."""
    with pytest.raises(InputError, match=r"2 of 3 cells cannot be read as a number \(data row 3\)\."):
        canonical(["1", None, "x", "y"], "numeric", role="synthetic")


@pytest.mark.parametrize(
    ("levels", "cells", "expected", "n"),
    [
        (["00501", "10001"], ["501", "10001", "501.0", "7", None], ["00501", "10001", "00501", "7", None], 2),
        (["00501", "501"], ["501.0", "501"], ["501.0", "501"], 0),
        (["00501", "0501", "1"], ["501", "1.0"], ["501", "1"], 1),
        (["a", "b"], ["a", "1"], ["a", "1"], 0),
    ],
)
def test_codes_that_were_written_as_numbers(
    levels: list[str], cells: list[str | None], expected: list[str | None], n: int
) -> None:
    """Spelled as the one level of that value; where several have it, or none, the cell stays as it is."""
    found, noticed = canonical(cells, "categorical", spelling=Spelling.of(levels))
    assert found.tolist() == expected
    said = f"{n} cell{'s' if n > 1 else ''} written as numbers, read in the spelling of the real tables"
    assert noticed == ([said] if n else [])
