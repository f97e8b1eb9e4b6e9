"""One column in its dress, read on its own: what is fixed stays, what is plain is left alone."""

import pandas as pd
import pytest

from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.dressed_column import ColumnNotation, DressedColumn
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.notation.numbers import NumberNotation

SHARES = ColumnNotation(quantity="numeric", notation=None, are_whole=False, median=0.3)


def column(decimal: str | None = None, override: ColumnOverride | None = None) -> DressedColumn:
    return DressedColumn("synthetic", "release", "x", Writing(decimal=decimal), override or ColumnOverride())


@pytest.mark.parametrize(
    ("levels", "decimal", "expected"),
    [
        (["1.234", "25.300.100"], None, True),
        (["1.234", "7"], None, True),
        (["12", "7"], None, False),
        (["1.234", "7.25"], None, False),
        (["1.234"], ".", False),
    ],
)
def test_a_point_with_three_digits_behind_it_may_stand_between_thousands(
    levels: list[str], decimal: str | None, expected: bool
) -> None:
    """Everywhere it stands, and unless the user says that it is the decimal mark."""
    assert column(decimal).may_be_grouped(levels) is expected


@pytest.mark.parametrize(
    ("fixed", "texts", "cells", "is_said"),
    [
        (None, ["20 %", "40 %"], [0.2, 0.4], True),
        (NumberNotation(unit="%", divisor=1), ["20 %", "40 %"], [20.0, 40.0], False),
        (None, ["2 %", "4 %"], [2.0, 4.0], False),
        (NumberNotation(unit="%", divisor=100), ["2 %", "4 %"], [0.02, 0.04], True),
    ],
)
def test_a_notation_that_is_fixed_is_not_decided_again(
    fixed: NumberNotation | None, texts: list[str], cells: list[float], is_said: bool
) -> None:
    """What percents are divided by was decided on the whole column; the cells of one part may say otherwise."""
    read = column().read(pd.Series(texts, dtype=object), SHARES, fixed)
    assert read is not None
    assert (read.cells.tolist(), "divided by 100 as train has shares of 1" in read.note) == (cells, is_said)


@pytest.mark.parametrize(
    ("median", "percent", "is_divided"),
    [
        (0.3, 3.1, True),
        (0.3, 2.9, False),  # nearer to shares than to hundredths of them
        (0.3, -3.1, True),
        (0.99, 99.0, True),
        (1.0, 99.0, False),  # no shares of 1
        (0.0, 99.0, False),  # says nothing
    ],
)
def test_percents_are_divided_where_train_has_shares(median: float, percent: float, is_divided: bool) -> None:
    """By what is in the middle of train's different numbers, without their signs."""
    known = ColumnNotation(quantity="numeric", notation=None, are_whole=False, median=median)
    read = column().read(pd.Series([f"{percent} %"] * 3, dtype=object), known, None)
    assert read is not None
    assert read.cells.tolist() == [percent / 100 if is_divided else percent] * 3
