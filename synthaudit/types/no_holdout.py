"""What can be said without people whom the generator never saw."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.deleted import DeletedCopies
from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfGenerator:
    """What a generator of some kind gives away when it is fitted on half of the training table; never of a release."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Family assumed."""
    requested: int
    """Halves drawn."""
    finished: int
    failures: tuple[str, ...]
    """One cause per kind of failure; no value of a table."""
    attack: str
    """Attack and view that was strongest in most halves, ``attack/view``; empty where none could be measured."""
    auc: Measured
    """Of the attack that is strongest on the other halves, turned so that it points to members."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR, of the same attack."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutHoldout:
    """What can be said without people whom the generator never saw: hints, and never a pass or a fail."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    nearer: Measured
    """Share of synthetic rows nearer to one half of train than rows of the other half are; ties count half."""
    suspected: Literal["near", "far"] | None
    """``near`` where the interval lies above one half, ``far`` where it lies below."""
    n_synthetic: int
    """Distinct synthetic rows behind it."""
    n_train: int
    """Rows in each half of train, the smaller."""
    kind: KindOfGenerator | None
    """None where no generator was named, or none could be fitted."""
    deleted: DeletedCopies | None = None
    """People said to be deleted, counted in the release; the one thing here that is no hint."""
