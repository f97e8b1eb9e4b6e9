"""Foreign text that is printed: nothing hides, nothing is too long, and a TOML string is read back as it was."""

import tomllib

import pytest

from synthaudit.files.text import printable, toml_text, written_out

TAG, ZERO_WIDTH = "\U000e0001", "\u200b"
"""Characters that nobody sees: written out they take ten places, and six."""


def test_what_hides_is_written_out() -> None:
    """By four digits up to the last character that has four, by eight beyond; what can be seen stays."""
    assert written_out(f"a{ZERO_WIDTH}é\uffff{TAG}") == r"a\u200bé\uffff\U000e0001"
    assert written_out("\U00010000\U00010d00") == "\U00010000\U00010d00"
    assert written_out("bell\x07, \x1b[2J") == r"bell\u0007, \u001b[2J"


def test_a_text_is_cut_where_it_is_long_or_would_be_once_written_out() -> None:
    """Ten characters in ten; of hidden ones at most six places each."""
    assert printable("abcdefghij", limit=10) == "abcdefghij"
    assert printable("a" * 40) == "a" * 40
    assert printable("a" * 41) == "a" * 39 + "…"
    assert printable("abcdefghijk", limit=10) == "abcdefghi…"
    assert printable(10 * ZERO_WIDTH, limit=10) == 10 * r"\u200b"
    assert printable(10 * TAG, limit=10) == r"\U000e000" + "…"
    assert printable(6 * TAG, limit=10) == 6 * r"\U000e0001"
    assert printable(6 * TAG + "a", limit=10) == r"\U000e000" + "…"


@pytest.mark.parametrize("text", ["", "plain", 'a "b"', r"C:\new", '\\"', "é日本"])
def test_a_toml_string_is_read_back_as_it_was(text: str) -> None:
    """Quotes and backslashes too."""
    assert tomllib.loads(f"text = {toml_text(text)}") == {"text": text}
