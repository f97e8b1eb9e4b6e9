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
    """Guesses that were made, the surest first."""
    n_right: int
    """Guesses that were right."""
    lower_bound: float
    """Lower bound of epsilon that these guesses show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonBound:
    """Lower bound of epsilon from this one release, of its own design of fair coins."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    lower_bound: float
    """0 rules nothing out and is no evidence of safety."""
    ceiling: float
    """What would have been shown if every guess had been right."""
    delta: float
    """For which the bound holds."""
    confidence_level: float
    """With which the bound holds, over all tries together."""
    relation: Relation
    """Neighbours that the design tests."""
    units: Literal["rows", "people", "canaries"]
    """What was in or out by one coin each."""
    n_coins: int
    """Fair coins that were tossed: the units, or pairs of them."""
    attack: str
    """Whose scores made the guesses, fixed beforehand."""
    tries: tuple[EpsilonTry, ...]
    """Numbers of guesses that were tried, ascending; the largest bound is ``lower_bound``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A vendor's claim of differential privacy, in the terms of this audit, held against the bound."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    epsilon: float
    """As claimed."""
    delta: float
    """As claimed."""
    unit: str
    """As claimed: what one change of the table adds, removes or replaces, ``row`` or ``person``."""
    relation: Relation | None
    """As claimed; None = the vendor does not say."""
    converted_epsilon: float | None
    """For the unit and the neighbours that the audit tests; None where it cannot be converted."""
    converted_delta: float | None
    """Of the converted claim, at most 1; None where ``converted_epsilon`` is."""
    conversion: tuple[str, ...]
    """One sentence for each step."""
    largest_tpr: float | None
    """Largest TPR at 1 % FPR that the converted claim allows."""
    stands: Literal["refuted", "not_refuted", "not_tested"]
    """Whether the bound refutes the claim; ``not_refuted`` is no proof of it."""
    reason: str
    """Why, one plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryTest:
    """Made-up people, in or out of the training table by fair coins, told apart by the release."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_in: int
    """Canaries of the training table."""
    n_out: int
    """Canaries that were kept out of it."""
    copied_in: int
    """Canaries of the training table that occur in the release word for word."""
    copied_out: int
    """Of those kept out, the ones that occur in the release word for word."""
    auc: Measured
    """Of the one attack that was fixed beforehand."""
    pvalue: float
    """Of the attacks and the copies together, by permuting which canaries were in."""
    known: bool
    """p < .01: the release tells which of them were in."""
    reason: str
    """What was found, one plain sentence."""
