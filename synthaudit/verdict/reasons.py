"""What a gate answers: an outcome with its figures, and the reason as a code with values. No words here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from synthaudit.types import CellSearch, Outcome
from synthaudit.types.policy import GateName

Value = str | float | tuple[str, ...] | None


class ReasonCode(StrEnum):
    """Why a gate stands as it does; ``sentences`` says each in words."""

    NO_ATTACK = auto()
    SIDES_DIFFER = auto()
    LIMIT_EXCEEDED = auto()
    LIMIT_KEPT = auto()
    LIMIT_OPEN = auto()
    TRAINING_TABLE = auto()
    COPIES_WITHOUT_CHANCE = auto()
    COPIES_EXCEED = auto()
    COPIES_COLLIDE = auto()
    COPIES_BY_GUESS = auto()
    COPIES_OPEN = auto()
    COPIES_KEPT = auto()
    EXPOSURE_UNKNOWN = auto()
    EXPOSED_REPORTED = auto()
    NOBODY_EXPOSED = auto()
    EXPOSED = auto()
    GUESSES_DIFFER = auto()
    SECRET_EXCEEDS = auto()
    SECRETS_KEPT = auto()
    SECRET_OPEN = auto()
    NOTHING_PLANTED = auto()
    PLANTED_MISSED = auto()
    PLANTED_FOUND = auto()
    CONTROL_FAILED = auto()
    ROWS_REMOVED = auto()
    TOP_KNOWN = auto()
    ISOLATED_KNOWN = auto()
    DELETED_KNOWN = auto()
    RELEASE_TELLS = auto()
    CANARIES_KNOWN = auto()
    DELETED_IN_TRAIN = auto()
    GROUP_AT_RISK = auto()
    CLAIM_REFUTED = auto()
    PIECES_FOUND = auto()
    VALUES_REUSED = auto()
    NOT_COVERED = auto()
    ALL_RAN = auto()


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, and what its sentence names."""

    code: ReasonCode
    values: Mapping[str, Value]


def because(code: ReasonCode, **values: Value) -> Reason:
    """The reason of this code with these values.

    Examples
    --------
    >>> because(ReasonCode.EXPOSED, exposed=3)
    Reason(code=<ReasonCode.EXPOSED: 'exposed'>, values={'exposed': 3})
    """
    return Reason(code, values)


def pieces_found(cells: CellSearch) -> Reason:
    """That rare pieces of members' cells stand in the release: which columns they come from, and where they stand."""
    return because(
        ReasonCode.PIECES_FOUND,
        kind=cells.kind or "cell",
        columns_from=cells.columns_from,
        columns_in=cells.columns_in,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """One limit of the policy, how the release stands to it, and why."""

    name: GateName
    outcome: Outcome
    reason: Reason
    limit: float | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
