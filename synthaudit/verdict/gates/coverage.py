"""Whether everything that a pass rests on ran, and nothing was found that no limit covers."""

from collections.abc import Callable

from synthaudit.types import Decidable, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import RELEASE_DOUBT
from synthaudit.verdict.reasons import (
    GateResult,
    Reason,
    ReasonCode,
    because,
    claim_refuted,
    deleted_in_train,
    holdout_seen,
    identifiers_reused,
    kept_to_holdout,
    pieces_found,
)

Check = Callable[[Policy, Grounds], Reason | None]
"""Why no pass can be given, or None."""


def coverage(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Pass where no check objects; the first that does gives the reason."""
    objections = (check(policy, grounds) for check in CHECKS)
    objection = next((reason for reason in objections if reason is not None), None)
    if objection is not None:
        return GateResult(name="coverage", outcome="inconclusive", reason=objection)
    return GateResult(name="coverage", outcome="pass", reason=all_ran(grounds))


def all_ran(grounds: Grounds) -> Reason:
    """What a pass rests on, and what it does not."""
    names = ("profile", "left_out", "by_rank", "rebalanced")
    return because(ReasonCode.ALL_RAN, **{name: getattr(grounds, name) for name in names})


def _control_failed(policy: Policy, grounds: Grounds) -> Reason | None:
    # That the blind baseline failed, the limits of membership say.
    for name, control in grounds.failed_controls:
        if name != "blind baseline":
            return because(ReasonCode.CONTROL_FAILED, control=name, reason=control.reason)
    return None


def _kept_to_holdout(policy: Policy, grounds: Grounds) -> Reason | None:
    return kept_to_holdout(grounds.single_rows)


def _rows_removed(policy: Policy, grounds: Grounds) -> Reason | None:
    decision = grounds.decision
    removed = decision is not None and decision.detected and (decision.direction == "far" or decision.hole)
    return because(ReasonCode.ROWS_REMOVED) if removed else None


def _isolated_known(policy: Policy, grounds: Grounds) -> Reason | None:
    return because(ReasonCode.ISOLATED_KNOWN) if grounds.knows_isolated else None


def _deleted_known(policy: Policy, grounds: Grounds) -> Reason | None:
    return because(ReasonCode.DELETED_KNOWN) if grounds.knows_deleted else None


def _release_tells(policy: Policy, grounds: Grounds) -> Reason | None:
    if not grounds.figures_hold or grounds.release_pvalue >= RELEASE_DOUBT:
        return None
    pvalues = [release.pvalue for release in grounds.releases]
    return because(ReasonCode.RELEASE_TELLS, which=1 + pvalues.index(min(pvalues)), of=len(pvalues))


def _canaries_known(policy: Policy, grounds: Grounds) -> Reason | None:
    return because(ReasonCode.CANARIES_KNOWN) if grounds.knows_canaries else None


def _deleted_in_train(policy: Policy, grounds: Grounds) -> Reason | None:
    return deleted_in_train(grounds.deleted)


def _group_at_risk(policy: Policy, grounds: Grounds) -> Reason | None:
    """Like the list of exposed people, groups at risk count where nobody may be."""
    groups = grounds.groups_at_risk
    if policy.exposed_allowed or not grounds.figures_hold or not groups:
        return None
    surest = groups[0]
    name = surest.name if surest.kind == "rarity" else None
    return because(ReasonCode.GROUP_AT_RISK, by=surest.by, name=name, others=len(groups) - 1, policy=policy.name)


def _claim_refuted(policy: Policy, grounds: Grounds) -> Reason | None:
    return claim_refuted(grounds.claim)


def _identifiers_reused(policy: Policy, grounds: Grounds) -> Reason | None:
    return None if policy.exposed_allowed else identifiers_reused(grounds.identifiers)


def _holdout_seen(policy: Policy, grounds: Grounds) -> Reason | None:
    return holdout_seen(grounds.identifiers)


def _pieces_found(policy: Policy, grounds: Grounds) -> Reason | None:
    return pieces_found(grounds.cells) if grounds.holds_pieces and grounds.cells is not None else None


def _values_reused(policy: Policy, grounds: Grounds) -> Reason | None:
    columns = grounds.reused_columns
    if policy.exposed_allowed or not grounds.split_is_random or not columns:
        return None
    surest = columns[0]
    return because(
        ReasonCode.VALUES_REUSED,
        column=surest.column,
        others=len(columns) - 1,
        members=surest.members,
        nonmembers=surest.nonmembers,
        policy=policy.name,
    )


def _not_covered(policy: Policy, grounds: Grounds) -> Reason | None:
    gaps = [line for line in grounds.coverage if line.blocks_pass]
    if not gaps:
        return None
    first, others = gaps[0], len(gaps) - 1
    return because(
        ReasonCode.NOT_COVERED, test=first.test, reason=first.reason, others=others, ran=first.status == "ran"
    )


CHECKS: tuple[Check, ...] = (
    _deleted_in_train,
    _control_failed,
    _kept_to_holdout,
    _rows_removed,
    _isolated_known,
    _deleted_known,
    _release_tells,
    _canaries_known,
    _group_at_risk,
    _claim_refuted,
    _identifiers_reused,
    _holdout_seen,
    _pieces_found,
    _values_reused,
    _not_covered,
)
"""In the order in which they are told; one more is a function above and a line here."""
