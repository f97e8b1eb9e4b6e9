"""Whether a leak as large as the limit would have been seen: planted leaks must be found."""

from synthaudit.types import Decidable, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import PLANTINGS_NEEDED
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode, because


def positive_control(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Pass where leaks no larger than the limit were found often enough, of both kinds that can be recognised."""
    missed = _missed(policy, grounds)
    if missed is not None:
        return GateResult(name="positive_control", outcome="inconclusive", reason=missed)
    planted = grounds.controls.planted if grounds.controls else ()
    reason = because(
        ReasonCode.PLANTED_FOUND,
        share=policy.tpr_at_fpr,
        near_recognisable=all(leak.recognisable for leak in planted),
    )
    return GateResult(name="positive_control", outcome="pass", reason=reason)


def _missed(policy: Policy, grounds: Grounds) -> Reason | None:
    if grounds.controls is None:
        return because(ReasonCode.NOTHING_PLANTED)
    share = policy.tpr_at_fpr
    for kind in ("verbatim", "near"):
        leaks = [leak for leak in grounds.controls.planted if leak.kind == kind]
        if any(not leak.recognisable for leak in leaks):
            continue
        # A leak found at a smaller share is found at a larger one.
        fitting = [leak for leak in leaks if leak.gates and leak.share <= share + 1e-12]
        best = max(fitting, key=lambda leak: leak.found, default=None)
        if best is None:
            return because(ReasonCode.PLANTED_MISSED, share=share, kind=kind, found=None, of=None)
        if best.found < PLANTINGS_NEEDED:
            return because(ReasonCode.PLANTED_MISSED, share=share, kind=kind, found=best.found, of=best.of)
    return None
