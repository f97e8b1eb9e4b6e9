"""What a user says of one column."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from synthaudit.types import Kind

_Text = Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOverride:
    """What a user says of one column; None leaves it to the inference.

    Attributes
    ----------
    kind, sensitive, quasi_identifier : optional
        What it is, and what an attacker may know or want of it.
    unit, thousands : str, optional
        What stands beside its numbers, and between their thousands, in every table.
    format : str, optional
        Form of its dates, as ``datetime.strptime`` takes it.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    kind: Kind | None = None
    sensitive: Annotated[bool, Field(strict=True)] | None = None
    quasi_identifier: Annotated[bool, Field(strict=True)] | None = None
    unit: _Text | None = None
    thousands: _Text | None = None
    format: _Text | None = None
