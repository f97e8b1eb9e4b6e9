"""What only a split that the auditor drew and sealed can show: epsilon, claims, canaries."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT

Relation = Literal["add_remove", "replace_one"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonTry:
    """Guesses of which units were in, their number fixed beforehand, and how many were right."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_guesses: int
    n_right: int
    lower_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonBound:
    """Lower bound of epsilon from this one release, of its own design of fair coins."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    lower_bound: float
    """0 rules nothing out and is no evidence of safety."""
    ceiling: float
    """What would have been shown if every guess had been right."""
    delta: float
    confidence_level: float
    relation: Relation
    """Neighbours that the design tests."""
    units: Literal["rows", "people", "canaries"]
    n_coins: int
    attack: str
    """Whose scores made the guesses, fixed beforehand."""
    tries: tuple[EpsilonTry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A vendor's claim of differential privacy, in the terms of this audit, held against the bound."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    epsilon: float
    delta: float
    unit: str
    relation: Relation | None
    """As claimed; None = the vendor does not say."""
    converted_epsilon: float | None
    """For the unit and the neighbours that the audit tests; None where it cannot be converted."""
    converted_delta: float | None
    conversion: tuple[str, ...]
    """One sentence for each step."""
    largest_tpr: float | None
    """Largest TPR at 1 % FPR that the converted claim allows."""
    stands: Literal["refuted", "not_refuted", "not_tested"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryTest:
    """Made-up people, in or out of the training table by fair coins, told apart by the release."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_in: int
    n_out: int
    copied_in: int
    """Canaries of the training table that occur in the release word for word."""
    copied_out: int
    auc: Measured
    """Of the one attack that was fixed beforehand."""
    pvalue: float
    """Of the attacks and the copies together, by permuting which canaries were in."""
    known: bool
    """p < .01: the release tells which of them were in."""
    reason: str
