"""Whether the release keeps to single rows of train, and of a holdout that it should not know."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT

KeptTables = Literal["neither", "train", "holdout", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTo:
    """Rows of the release beside one real table, held against rows of the other real table."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_release: int
    """Different rows of the release that were asked about."""
    n_real: int
    """Different rows of the other real table."""
    nearer: Measured
    """Chance that a row of the release keeps closer to one row of the table than a real row does; 99.8 %."""
    pvalue: float
    """One-sided, that it is above one half."""
    pvalue_shape: float
    """The same after what the shape of the release explains is taken off."""
    kept: bool
    """All clauses; ``pvalue`` alone below .001 is noted."""
    pvalue_close: float | None = None
    """That more rows of the release than real ones are very close to one row, whatever the shape; None in older
    evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleRows:
    """Whether the release keeps to single rows of either real table."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    holdout: KeptTo
    """The release beside the holdout."""
    train: KeptTo
    """The release beside train."""
    kept: KeptTables
    """``both``: the holdout was seen; ``holdout``: the tables may have been exchanged; ``train``: a leak, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangersCopied:
    """Rows of non-members that the release holds word for word."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    rows: int
    """Different ones."""
    pvalue: float
    """Chance of so many if they met the release as often as they meet each other and train; where equal rows were left
    out of the real tables, as often as the release repeats its own."""
    pvalue_sharper: float
    """The same if they met the release three times as often."""
