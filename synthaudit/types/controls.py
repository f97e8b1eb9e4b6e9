"""The tests of the test, and the weakest leak that it would have found."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT, ControlStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A test of the test: an audit of something whose truth is known."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    status: ControlStatus
    """``noted``: unusual, and not enough to void the audit; ``failed``: attacks prove nothing here."""
    pvalue: float | None
    """That the two sides, between which there is nothing to find, are told apart; None where it was not run."""
    auc: Measured
    """With which they are told apart."""
    reason: str
    """What came of it, one plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Leaks of known strength planted into the release, and how often the attacks found them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["verbatim", "near"]
    """``near`` in audits of schema version 1 alone; later ones measure near copies, see :class:`NearCopies`."""
    share: float
    """Share of the members planted."""
    found: int
    """Plantings in which the leak was found."""
    of: int
    """Plantings that were tried."""
    recognisable: bool = True
    """False for near copies in a table where they are not found even if half of the members are planted: strangers
    are then as near to a person as a near copy."""
    gates: tuple[str, ...] = ()
    """The uses whose positive control this is; empty on the sensitivity curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopies:
    """Near copies of one kind, planted into the release, and how many of the people behind them are seen.

    They are copies of non-members; one of these is seen whose score is above the threshold that 1 % of the non-members
    exceed of whom nothing was planted.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    size: float
    """Standard deviation of the move of every number, as a share of the ranks; one category is replaced as well."""
    seen: Measured
    """Share of them that the best attack sees, chosen on other people; each end of its interval holds with 95 %."""
    attack: str
    """That attack, as ``attack/view``; empty where none was tried."""
    known: Measured
    """Share of them that an attacker sees who knows how the copies were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The tests of the test."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    a_a: Control
    """Two random halves of the non-members, one called members."""
    null: Control
    """The reference cut at random in two, one half plays the release."""
    blind_baseline: Control
    """Members against non-members told apart without the release."""
    planted: tuple[Planted, ...]
    """Leaks of known strength, those of the limits first."""
    stand_in: Control | None = None
    """A random half of the members plays the release, the others are told from non-members; None in earlier audits."""
    near_copies: tuple[NearCopies, ...] = ()
    """By size of the noise; empty in earlier audits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestDetectable:
    """The weakest leak that this audit would have found in 80 % of cases."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    auc: float
    """Of an attack on that leak, in [.5, 1]; 1 where none is sure to be found."""
    tpr_at_fpr: Annotated[float, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""
    power: float
    """Share of audits that would have found it."""
    n_members: int
    """Members attacked."""
    n_nonmembers: int
    """Non-members attacked."""
