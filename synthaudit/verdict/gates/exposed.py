"""Whether anybody may be clearly exposed."""

from synthaudit.types import Decidable, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult, ReasonCode, because
from synthaudit.verdict.void import figures_void, no_comfort


def exposed(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Where nobody may be: fail on people exposed by a family that detects leakage, pass where there are none."""
    exposure = grounds.exposure
    if exposure is None:
        return GateResult(name="exposed", outcome="inconclusive", reason=because(ReasonCode.EXPOSURE_UNKNOWN))
    count = float(exposure.n_exposed)
    counts = {"exposed": exposure.n_exposed, "members": exposure.n_members}
    if policy.exposed_allowed:
        reason = because(ReasonCode.EXPOSED_REPORTED, **counts, policy=policy.name)
        return GateResult(name="exposed", outcome="pass", reason=reason, value=count)
    if exposure.n_exposed == 0:
        if (void := figures_void(grounds) or no_comfort(grounds)) is not None:
            return GateResult(name="exposed", outcome="inconclusive", reason=void, limit=0.0, value=count)
        reason = because(ReasonCode.NOBODY_EXPOSED)
        return GateResult(name="exposed", outcome="pass", reason=reason, limit=0.0, value=count)
    proven = grounds.decision is not None and grounds.decision.detected and grounds.figures_hold
    return GateResult(
        name="exposed",
        outcome="fail" if proven else "inconclusive",
        reason=because(ReasonCode.EXPOSED, **counts, policy=policy.name),
        limit=0.0,
        value=count,
    )
