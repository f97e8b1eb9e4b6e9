"""Columns under another name: each is found once, and what to type for them is cut where it grows long."""

import pytest

from synthaudit.adapters.alignment.renaming import proposed, rename_flags


@pytest.mark.parametrize(("n", "more"), [(100, ""), (101, " and 1 more"), (130, " and 30 more")])
def test_a_hundred_names_are_proposed(n: int, more: str) -> None:
    """A command line of thousands helps nobody."""
    flags = rename_flags({f"A{i}": f"a{i}" for i in range(n)})
    assert flags.count("--rename ") == 100
    assert flags.endswith(f"--rename A99=a99{more}")


def test_pairs_come_in_the_order_of_the_columns_that_are_looked_for() -> None:
    """The closest spelling first, and no name twice."""
    assert list(proposed(["b", "a", "Größe"], ["GROESSE", "A", "B"]).items()) == [
        ("B", "b"),
        ("A", "a"),
        ("GROESSE", "Größe"),
    ]
    assert proposed(["a", "A"], ["a ", "x"]) == {}
