"""What may be said of a column: marks, units and forms of a length that somebody would write."""

import pytest
from pydantic import TypeAdapter, ValidationError

from synthaudit.adapters.alignment.declared import ColumnOverride

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
