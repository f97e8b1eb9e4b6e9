"""What a delivered file holds beyond the table that was audited, and the copy of that table, where one was written."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.tables import STRICT

BeyondKind = Literal[
    "columns",
    "row_order",
    "metadata",
    "outside",
    "levels",
    "identifiers",
    "words",
    "time_of_day",
    "decimals",
    "marks",
    "spelling",
    "blank_lines",
    "line_blanks",
    "line_ends",
]
"""What may be hidden there, the most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondCopy:
    """One thing that the delivered file holds and the audited copy does not; never its content."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: BeyondKind
    """What may be hidden there."""
    n: int
    """Cells, columns, rows, lines, entries or bytes, by kind; of a streamed release cells of the sample."""
    column: str | None = None
    """None where it is of the whole file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCopy:
    """The file with the audited table."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_rows: int
    """Rows of the file, which are those that were audited."""
    sha256: str
    """Hexadecimal SHA-256 of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The release as it was delivered, beside what was audited of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    beyond: tuple[BeyondCopy, ...]
    """The most telling first; empty where the file holds nothing that the audit did not see."""
    copy: AuditedCopy | None = None
    """None where none was asked for."""
