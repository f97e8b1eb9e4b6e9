"""Cells that a user says are missing: by their spelling in text, by their value in numbers, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.missing import mark_missing


@pytest.mark.parametrize(
    ("tokens", "text", "numbers"),
    [
        (("-99",), ["-99", " -99 ", "-99.0"], [-99.0]),
        (("?",), ["?"], []),
        (("0",), ["0", "0.0"], [0.0]),
        ((), [], []),
    ],
)
def test_what_is_said_to_be_missing(tokens: tuple[str, ...], text: list[str], numbers: list[float]) -> None:
    """A number however it is written, a code with noughts before it not; moments are no numbers."""
    cells = ["-99", " -99 ", "-99.0", "?", "0", "0.0", "007", "-099", "a"]
    values = np.array([-99.0, 0.0, 7.0, 1.5, np.nan])
    moments = np.array(["1970-01-01", "1969-12-31T23:58:21"], dtype="datetime64[us]")
    marked = mark_missing(pd.DataFrame({"text": pd.Series(cells, dtype=object)}), tokens)
    assert marked["text"].tolist() == [None if cell in text else cell for cell in cells]
    marked = mark_missing(pd.DataFrame({"value": values}), tokens)
    np.testing.assert_array_equal(marked["value"], [np.nan if value in numbers else value for value in values])
    marked = mark_missing(pd.DataFrame({"day": moments}), tokens)
    assert not marked["day"].isna().any()
