"""What the audited copy keeps of keys: of joined ones each part, in the column that it comes from."""

import pandas as pd
import pytest

from synthaudit.adapters.alignment.made_up import MadeUpKeys, known_keys, numbered
from synthaudit.adapters.alignment.person_key import SEPARATOR, joined_keys
from synthaudit.cells import text_column

PEOPLE = pd.DataFrame({"site": ["N-1", "N-1", "S-2"], "ward": ["a", "b", "a"], "no": [7, 8, 9]}).astype(
    {"site": object, "ward": object}
)


@pytest.mark.parametrize("columns", [["site"], ["site", "no"], ["ward", "site", "no"]])
def test_each_part_of_a_joined_key_is_known_in_its_own_column(columns: list[str]) -> None:
    """By letters and digits, of all tables."""
    known = known_keys([joined_keys(PEOPLE[:2], columns), joined_keys(PEOPLE[2:], columns)], columns)
    expected = {"site": {"n1", "s2"}, "ward": {"a", "b"}, "no": {"7", "8", "9"}}
    assert known == {name: frozenset(expected[name]) for name in columns}


def test_a_key_of_one_column_is_whole_whatever_it_holds() -> None:
    """Also where it has what stands between the parts of joined keys."""
    assert known_keys([text_column([f"A{SEPARATOR}B"])], ["who"]) == {"who": frozenset({f"a{SEPARATOR}b".lower()})}


@pytest.mark.parametrize("n", [9, 10, 250])
def test_made_up_keys_are_numbered_by_numbers_of_one_length(n: int) -> None:
    """In the order in which they first come; longer than the count of rows, which they must not seem to count."""
    texts = text_column([f"Q{i * 7_919 % 10_007}" for i in range(n)] + ["Q0", "known"])
    copied = numbered(texts, MadeUpKeys(frozenset({"known"}))).tolist()
    numbers = [int(cell.rpartition(" ")[2]) for cell in copied[:n]]
    assert numbers == list(range(numbers[0], numbers[0] + n))
    assert {len(str(number)) for number in numbers} == {len(str(n + 2)) + 1}
    assert copied[n:] == [copied[0], "known"]


def test_no_made_up_key_is_named_like_a_real_one() -> None:
    """Whatever real keys begin with, compared by letters and digits."""
    copied = numbered(text_column(["Q1", "Q2"]), MadeUpKeys(frozenset({"unseen102", "unseenx9"})))
    assert [cell.rpartition(" ")[0] for cell in copied] == ["unseenxx", "unseenxx"]
