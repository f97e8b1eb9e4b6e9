"""Canonical tables go out to other programs and come back as they were."""

from pathlib import Path

import pandas as pd
import pytest
from test_generators_smote import with_everything

from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
from synthaudit.generators.exchange import canonical_like, csv_text


def text(cells: list[str | None]) -> "pd.Series[str]":
    """An object column, as canonical cells are."""
    return pd.Series(cells, dtype=object)


def test_a_table_survives_its_file(tmp_path: Path) -> None:
    """Every kind of cell, missing ones, commas, quotes, line ends and codes with zeros come back as they went."""
    table = with_everything(60)
    table["hard"] = text(["00501", 'a "quote", a comma', "two\nlines", " space ", "NA", None] * 10)
    table["flag"] = text(["true", "false", None] * 20)
    (tmp_path / "t.csv").write_text(csv_text(table), encoding="utf-8", newline="")
    back = canonical_like(read_table(tmp_path / "t.csv", "synthetic"), table)
    pd.testing.assert_frame_equal(back, table)


def test_one_column_with_missing_cells_keeps_its_rows() -> None:
    """A missing cell that is a whole row is no blank line that a reader would skip."""
    assert csv_text(pd.DataFrame({"x": [1.5, float("nan")]})) == 'x\n1.5\n""\n'


def test_spelling_and_order_follow_the_training_table() -> None:
    """Codes that lost their zeros, columns in another order and columns that nobody asked for are put right."""
    table = pd.DataFrame({"zip": text(["00501", "10001"]), "age": [34.0, 35.0]})
    raw = read_table(pd.DataFrame({"id": [7, 8], "age": [1, 2], "zip": [501, 10001]}), "synthetic")
    expected = pd.DataFrame({"zip": text(["00501", "10001"]), "age": [1.0, 2.0]})
    pd.testing.assert_frame_equal(canonical_like(raw, table), expected)


def test_a_missing_column_is_an_error() -> None:
    """How many are missing is said, not which cells."""
    raw = read_table(pd.DataFrame({"a": [1, 2]}), "synthetic")
    with pytest.raises(InputError, match="SA-138 synthetic frame: 1 of 2 columns are missing"):
        canonical_like(raw, pd.DataFrame({"a": [1.0], "b": [2.0]}))
