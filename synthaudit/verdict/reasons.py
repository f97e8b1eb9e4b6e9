"""What a gate answers: an outcome with its figures, and the reason as a code with values. No words here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from synthaudit.types import (
    BeyondCopy,
    CellSearch,
    ClaimCheck,
    Deleted,
    DeletedCopies,
    Estimate,
    IdentifierReuse,
    Outcome,
    Policy,
    ReusedIdentifiers,
    SingleRows,
)
from synthaudit.types.policy import GateName

Value = str | float | tuple[str, ...] | None


class ReasonCode(StrEnum):
    """Why a gate stands as it does; ``sentences`` says each in words."""

    NO_ATTACK = auto()
    SIDES_DIFFER = auto()
    SIDES_RELATED = auto()
    STRANGERS_DIFFER = auto()
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
    COPIES_OF_BOTH_EXCEED = auto()
    COPIES_OF_BOTH_OPEN = auto()
    COPIES_OF_BOTH_KEPT = auto()
    EXPOSURE_UNKNOWN = auto()
    EXPOSED_REPORTED = auto()
    NOBODY_EXPOSED = auto()
    EXPOSED = auto()
    TOP_UNKNOWN = auto()
    TOP_KNOWN = auto()
    TOP_BY_CHANCE = auto()
    GUESSES_DIFFER = auto()
    SECRET_EXCEEDS = auto()
    SECRETS_KEPT = auto()
    SECRET_OPEN = auto()
    NOTHING_PLANTED = auto()
    PLANTED_MISSED = auto()
    PLANTED_FOUND = auto()
    NEAR_COPIES_MISSED = auto()
    CONTROL_FAILED = auto()
    ROWS_REMOVED = auto()
    ISOLATED_KNOWN = auto()
    DELETED_KNOWN = auto()
    RELEASE_TELLS = auto()
    CANARIES_KNOWN = auto()
    DELETED_IN_TRAIN = auto()
    GROUP_AT_RISK = auto()
    CLAIM_REFUTED = auto()
    IDENTIFIERS_REUSED = auto()
    IDENTIFIERS_EXCEED = auto()
    HOLDOUT_SEEN = auto()
    HOLDOUT_KEPT_TO = auto()
    TABLES_EXCHANGED = auto()
    STRANGERS_COPIED = auto()
    PIECES_FOUND = auto()
    VALUES_REUSED = auto()
    NOT_COVERED = auto()
    ALL_RAN = auto()
    SAMPLE_READ = auto()
    AUDITED_COPY_ALONE = auto()


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


def identifiers_reused(identifiers: ReusedIdentifiers | None) -> Reason | None:
    """Why members' own values in the release give them away: the column with the most; None where none does."""
    met = [column for column in identifiers.columns if column.reused] if identifiers else []
    if not met:
        return None
    first = max(met, key=lambda column: column.members)
    return because(ReasonCode.IDENTIFIERS_REUSED, others=len(met) - 1, **_of_column(first))


def identifiers_exceed(column: IdentifierReuse, policy: Policy) -> Reason:
    """That more members than the policy lets be copied are named by their own values in this column."""
    return because(
        ReasonCode.IDENTIFIERS_EXCEED,
        low=column.excess_low,
        limit=policy.copies_excess,
        policy=policy.name,
        **_of_column(column),
    )


def _of_column(column: IdentifierReuse) -> dict[str, Value]:
    return {
        "column": column.column,
        "members": column.members,
        "n_members": column.n_members,
        "nonmembers": column.nonmembers,
        "n_nonmembers": column.n_nonmembers,
        "expected": column.expected if column.beyond_chance else None,
        **({"hashed": True} if column.compared_by == "digest" else {}),
    }


def holdout_seen(identifiers: ReusedIdentifiers | None) -> Reason | None:
    """Why non-members' own values in the release make them no strangers; None where none does."""
    met = [column for column in identifiers.columns if column.holdout_seen] if identifiers else []
    if not met:
        return None
    first = max(met, key=lambda column: column.nonmembers)
    return because(
        ReasonCode.HOLDOUT_SEEN,
        column=first.column,
        others=len(met) - 1,
        nonmembers=first.nonmembers,
        n_nonmembers=first.n_nonmembers,
    )


def deleted_in_train(deleted: Deleted | DeletedCopies | None) -> Reason | None:
    """That people who were said to be deleted stand in train; None where none do."""
    if deleted is None or not deleted.n_in_train:
        return None
    return because(ReasonCode.DELETED_IN_TRAIN, in_train=deleted.n_in_train, listed=deleted.n_listed)


def claim_refuted(claim: ClaimCheck | None) -> Reason | None:
    """That the release shows a larger epsilon than the vendor claims; None where it does not."""
    if claim is None or claim.stands != "refuted":
        return None
    return because(ReasonCode.CLAIM_REFUTED, epsilon=claim.epsilon, reason=claim.reason)


def kept_to_holdout(rows: SingleRows | None) -> Reason | None:
    """Why single rows of the holdout make members no match for it; None where the release keeps to none."""
    if rows is None or rows.kept not in ("both", "holdout"):
        return None
    code = ReasonCode.HOLDOUT_KEPT_TO if rows.kept == "both" else ReasonCode.TABLES_EXCHANGED
    nearer = rows.holdout.nearer
    return because(code, nearer=nearer.value if isinstance(nearer, Estimate) else None)


def audited_copy_alone(beyond: tuple[BeyondCopy, ...]) -> Reason:
    """That a pass is not for the delivered file: what that holds as well, each kind once, the most telling first."""
    kinds = tuple(dict.fromkeys(one.kind for one in beyond))
    return because(ReasonCode.AUDITED_COPY_ALONE, kinds=kinds)


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
