"""How many rows of the release an attack read, where it read fewer than there are."""

from dataclasses import dataclass
from typing import Any, ClassVar

from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRead:
    """One attack that read a random part of the release, fixed by its size alone."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    attack: str
    """Its name; with its view, ``name/view``, where it attacks the release by rank."""
    n_rows: int
    """Rows that it read."""
