"""The golden audits that take seconds give every figure that was recorded; ``make golden`` runs all of them."""

import pytest
from golden.cases import CASES, QUICK
from golden.record import EXPECTED, check, differences, other_environment


def test_every_case_is_recorded() -> None:
    """As many files as cases, by name."""
    assert {path.stem for path in EXPECTED.glob("*.json")} == set(CASES)


def test_the_quick_audits_are_as_they_were() -> None:
    """Exit codes, messages, verdicts and every digit of the evidence, where the libraries are those of the record."""
    if other := other_environment():
        pytest.skip(f"recorded elsewhere: {other}")
    lines = check(QUICK)
    assert not lines, "\n".join(lines)


def test_a_changed_figure_is_shown() -> None:
    """The last digit, a type, a figure that is gone, one that is new: each with its place, old and new."""
    old = {"a": [{"auc": 0.1, "n": 1, "names": []}], "gone": None}
    new = {"a": [{"auc": 0.1 + 2**-56, "n": 1.0, "names": ["x"]}]}
    assert differences(old, old) == []
    assert differences(old, new) == [
        ("a[0].auc", "0.1", "0.10000000000000002"),
        ("a[0].n", "1", "1.0"),
        ("a[0].names", "[]", "-"),
        ("gone", "null", "-"),
        ("a[0].names[0]", "-", '"x"'),
    ]
