"""Limits of a use, and how the release stands to them."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.tables import STRICT, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits of one use of the release, and who set them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    """``internal``, ``partner``, ``public``, or what the user's file calls it; hostile text."""
    auc: float
    """Limit of max(AUC, 1-AUC)."""
    tpr_at_fpr: Annotated[float, Field(alias="tpr_at_fpr_0.01")]
    """Limit of the share of members found at 1 % FPR."""
    copies_excess: float
    """Limit of the excess share of members copied verbatim."""
    exposed_allowed: bool
    """False: nobody may be clearly exposed."""
    source: str
    """Who set these limits."""
    attribute_excess: float | None = None
    """Limit of the excess share of members whose secret is guessed right; None sets no limit."""


GateName = Literal["auc", "tpr_at_fpr", "copies", "exposed", "top", "attributes", "positive_control", "coverage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One limit of the policy and how the release stands to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: GateName
    """Which limit, or what else rules out a pass."""
    outcome: Outcome
    """How the release stands to it."""
    limit: float | None
    """Of the policy; None where the gate has no number."""
    value: float | None
    """What was estimated; None where there is no number."""
    lower_bound: float | None
    """Above the limit it fails; None where there is none."""
    upper_bound: float | None
    """Below the limit it passes; None where there is none."""
    reason: str
    """One plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseVerdict:
    """What the release may be used for under one policy."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    use: str
    """Name of the policy."""
    outcome: Outcome
    """What the release is by its limits."""
    deciding: str
    """The test that decided, one plain sentence."""
    gates: tuple[Gate, ...]
    """One for each limit and for what else rules out a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decidable:
    """Whether this many people can decide a use at all, worked out before any attack."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    use: str
    """Name of the policy."""
    pass_probability: float
    """Chance, if nothing leaks, that the limits of AUC, members found and guessed secrets are met; no other gate."""
    n_needed: int | None
    """Members and non-members, each, that give a chance of 80 %; None above 200,000, and where a pass is ruled out."""
    n_secrets: int = 0
    """Secrets whose guessing the chance counts; 0 where the policy sets no limit, or none is guessed."""
    ruled_out: str | None = None
    """Test of the coverage record that rules out a pass beforehand, whatever is found; the chance is then 0."""
