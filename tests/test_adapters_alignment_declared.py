"""What may be said of a column: marks, units and forms of a length that somebody would write."""

import pytest
from pydantic import TypeAdapter, ValidationError

from synthaudit.adapters.alignment.declared import ColumnOverride, names_a_day

DECLARED = TypeAdapter(ColumnOverride)


@pytest.mark.parametrize("option", ["unit", "thousands", "format"])
@pytest.mark.parametrize(("length", "is_taken"), [(0, False), (1, True), (64, True), (65, False)])
def test_a_mark_has_a_sign_and_64_at_most(option: str, length: int, is_taken: bool) -> None:
    """An empty one says nothing; a longer one is a mistake."""
    said = {option: "x" * length}
    if is_taken:
        assert DECLARED.validate_python(said) == ColumnOverride(**said)  # type: ignore[arg-type]
    else:
        with pytest.raises(ValidationError):
            DECLARED.validate_python(said)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("%d.%m.%Y", True),
        ("%j %y", True),
        ("%b %d, %Y %H:%M", True),
        ("%d.%Y", False),
        ("%m.%Y", False),
        ("%d.%m.", False),
        ("%H:%M", False),
        ("", False),
        (None, False),
    ],
)
def test_a_form_names_a_day(form: str | None, expected: bool) -> None:
    """By day, month and year: what it leaves out would be the first of January 1900."""
    assert names_a_day(form) is expected
