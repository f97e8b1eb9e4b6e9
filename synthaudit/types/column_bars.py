"""Bars of single columns, train beside the release: for the internal edition, and never part of the evidence."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from synthaudit.types.tables import Kind

WhyNot = Literal["kind", "flat", "few"]
"""Why a column has no bars: keys and texts have no law; no round number parts its middle; too few people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One level or range, or what is pooled; at least ten people of train and ten rows of the release stand behind it.

    A range holds numbers from ``low`` on and below ``high``; None where it is open. Of times both are months, counted
    from January of the year 0.
    """

    holds: Literal["level", "range", "missing", "others"]
    train: float = 0.0
    """Share of its rows, in [0, 1]."""
    release: float = 0.0
    level: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    with_missing: bool = False
    """Whether missing cells are counted here too, being too few for a bar of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsOfColumn:
    """The bars of one column, which add up to 1 on either side; or why there are none."""

    column: str
    kind: Kind
    bars: tuple[Bar, ...] = ()
    why_not: WhyNot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBars:
    """All columns in the order of the train table."""

    columns: tuple[BarsOfColumn, ...]
    n_train: int
    """Rows."""
    n_release: int
    """Rows that were counted: of a large release those of its sample."""
