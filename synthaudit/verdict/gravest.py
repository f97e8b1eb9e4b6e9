"""Which gate is told first, and what of the others is told at all."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from synthaudit.types import Decidable, Outcome, Policy
from synthaudit.types.policy import GateName
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode

PLAINEST: Mapping[Outcome, GateName] = {"fail": "copies", "inconclusive": "auc", "pass": "tpr_at_fpr"}
"""The gate that is told first among equals: copies are the plainest reason to refuse, the share of people found the
plainest to accept."""
_WORST_FIRST: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")
_GUESSING = 0.5
_FOUND = frozenset(
    {
        ReasonCode.EXPOSED,
        ReasonCode.TOP_KNOWN,
        ReasonCode.ROWS_REMOVED,
        ReasonCode.ISOLATED_KNOWN,
        ReasonCode.DELETED_KNOWN,
        ReasonCode.RELEASE_TELLS,
        ReasonCode.CANARIES_KNOWN,
        ReasonCode.DELETED_IN_TRAIN,
        ReasonCode.GROUP_AT_RISK,
        ReasonCode.CLAIM_REFUTED,
        ReasonCode.IDENTIFIERS_REUSED,
        ReasonCode.PIECES_FOUND,
        ReasonCode.VALUES_REUSED,
    }
)
"""What was found, and no limit covers: graver than what could not be decided."""
_WORTHLESS = frozenset(
    {
        ReasonCode.NO_ATTACK,
        ReasonCode.SIDES_DIFFER,
        ReasonCode.SIDES_RELATED,
        ReasonCode.STRANGERS_DIFFER,
        ReasonCode.GUESSES_DIFFER,
        ReasonCode.CONTROL_FAILED,
        ReasonCode.HOLDOUT_SEEN,
        ReasonCode.HOLDOUT_KEPT_TO,
        ReasonCode.TABLES_EXCHANGED,
        ReasonCode.STRANGERS_COPIED,
    }
)
"""What takes the comparison away: to be mended before anything else is asked."""
_CONSEQUENCES = frozenset({ReasonCode.EXPOSURE_UNKNOWN, ReasonCode.TOP_UNKNOWN, ReasonCode.NOTHING_PLANTED})
"""Of having nobody to compare with."""
_ADVISES = frozenset({ReasonCode.LIMIT_OPEN, ReasonCode.COPIES_OPEN, ReasonCode.COPIES_COLLIDE, ReasonCode.SECRET_OPEN})
"""Whose sentence says how many people would decide."""


def gravest_first(gates: Iterable[GateResult], policy: Policy, decidable: Decidable | None) -> tuple[GateResult, ...]:
    """All gates, the one that decides first.

    Parameters
    ----------
    gates : iterable of GateResult
        In the order of the evidence, which settles what is left equal.
    policy : Policy
        Whose limits they hold.
    decidable : Decidable or None
        Whether a pass was ruled out before any attack.

    Returns
    -------
    tuple of GateResult
        Fails by how many times their limit they surely are, the farthest first; then what is inconclusive: what was
        found, what takes the comparison away, what ruled out a pass beforehand, the rest; then what passes.
    """

    def place(gate: GateResult) -> tuple[int, float, bool]:
        plainest = gate.name == PLAINEST[gate.outcome]
        by = -_times(gate, policy) if gate.outcome == "fail" else float(_rank(gate, decidable))
        return _WORST_FIRST.index(gate.outcome), by, not plainest

    return tuple(sorted(gates, key=place))


def times_its_limit(name: GateName, lower: float | None, limit: float | None) -> float:
    """How many times its limit a figure surely is, at least; of the AUC what lies beyond guessing counts.

    Parameters
    ----------
    name : str
        Of the gate.
    lower, limit : float or None
        In the unit of the gate.

    Returns
    -------
    float
        Infinite where there is nothing to measure by, as of the training table itself.

    Examples
    --------
    >>> times_its_limit("copies", 0.02, 0.005), round(times_its_limit("auc", 0.7, 0.6), 6)
    (4.0, 2.0)
    """
    if lower is None or limit is None:
        return math.inf
    chance = _GUESSING if name == "auc" else 0.0
    tolerated = limit - chance
    return (lower - chance) / tolerated if tolerated > 0 else math.inf


def times_exposed(exposed: float, members: float, policy: Policy) -> float:
    """The same of people of whom nobody may be exposed: held against the share who may be found at all.

    Examples
    --------
    >>> from synthaudit.adapters.policy import load_policy
    >>> round(times_exposed(200, 2_000, load_policy("partner")), 6)
    2.0
    """
    return exposed / max(members, 1.0) / policy.tpr_at_fpr


def _times(gate: GateResult, policy: Policy) -> float:
    if gate.name == "exposed":
        return times_exposed(float(gate.value or 0.0), _number(gate.reason.values["members"]), policy)
    return times_its_limit(gate.name, gate.lower, gate.limit)


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _rank(gate: GateResult, decidable: Decidable | None) -> int:
    code = gate.reason.code
    ruled_out = decidable is not None and decidable.ruled_out is not None
    if code in _FOUND:
        return 0
    if code in _WORTHLESS:
        return 1
    return 2 if ruled_out and code is ReasonCode.NOT_COVERED else 3


def stands_against(gate: GateResult, deciding: GateResult) -> bool:
    """Whether a gate is a reason for the outcome of all: beside a fail nothing that is merely undecided is, and where
    no attack could be made nothing that follows from it.
    """
    code = gate.reason.code
    if gate.outcome == "pass" or (deciding.reason.code is ReasonCode.NO_ATTACK and code in _CONSEQUENCES):
        return False
    return deciding.outcome != "fail" or gate.outcome == "fail" or code in _FOUND


def without_advice(gate: GateResult) -> GateResult:
    """The same gate without what to do about the number of people, which no fail is a matter of."""
    if gate.reason.code not in _ADVISES:
        return gate
    return replace(gate, reason=Reason(gate.reason.code, {**gate.reason.values, "more_people_help": False}))
