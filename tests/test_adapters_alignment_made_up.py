"""What the audited copy keeps of keys: of joined ones each part, in the column that it comes from."""

import pandas as pd
import pytest

from synthaudit.adapters.alignment.made_up import known_keys
from synthaudit.adapters.alignment.person_key import joined_keys

PEOPLE = pd.DataFrame({"site": ["N-1", "N-1", "S-2"], "ward": ["a", "b", "a"], "no": [7, 8, 9]}).astype(
    {"site": object, "ward": object}
)


@pytest.mark.parametrize("columns", [["site"], ["site", "no"], ["ward", "site", "no"]])
def test_each_part_of_a_joined_key_is_known_in_its_own_column(columns: list[str]) -> None:
    """By letters and digits, of all tables."""
    known = known_keys([joined_keys(PEOPLE[:2], columns), joined_keys(PEOPLE[2:], columns)], columns)
    expected = {"site": {"n1", "s2"}, "ward": {"a", "b"}, "no": {"7", "8", "9"}}
    assert known == {name: frozenset(expected[name]) for name in columns}
