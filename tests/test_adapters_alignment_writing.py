"""How cells are written: what is said of one table holds there, what is said of all holds where it says nothing."""

import pytest

from synthaudit.adapters.alignment.writing import Writing

SWISS = Writing(decimal=".", thousands="'", missing=("NA", "-"))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (Writing(), SWISS),
        (Writing(decimal=","), Writing(decimal=",", thousands="'", missing=("NA", "-"))),
        (Writing(thousands="."), Writing(decimal=".", thousands=".", missing=("NA", "-"))),
        (Writing(missing=("-", "?")), Writing(decimal=".", thousands="'", missing=("NA", "-", "?"))),
    ],
)
def test_what_is_said_of_one_table_overrules(own: Writing, expected: Writing) -> None:
    """Marks are replaced, spellings of missing are added."""
    assert SWISS.overruled_by(own) == expected
    assert Writing().overruled_by(own) == own
