"""A number with its interval, or the reason why there is none."""

from dataclasses import dataclass
from typing import Any, ClassVar

from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; no number leaves ``statistics`` without one."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    value: float
    """Point estimate; what of is said by the field that holds it."""
    low: float
    """Lower end of the two-sided interval."""
    high: float
    """Upper end of the two-sided interval."""
    confidence_level: float
    """Of the interval, in (0, 1)."""
    n: int
    """Units behind it: people where entities are declared, else rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEstimable:
    """An answer that the data cannot give, with its reason; never a zero."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    not_estimable: str
    """Why, one plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """A lower bound that stands by itself."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    at_least: float
    confidence_level: float
    n: int
    """Units behind it."""


Measured = Estimate | NotEstimable
