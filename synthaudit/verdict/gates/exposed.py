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
    void = figures_void(grounds)
    if policy.exposed_allowed:
        reason = void or because(ReasonCode.EXPOSED_REPORTED, **counts, policy=policy.name)
        return GateResult(name="exposed", outcome="pass", reason=reason, value=count)
    if exposure.n_exposed == 0 and void is None:
        void = no_comfort(grounds)
    if void is not None:
        return GateResult(name="exposed", outcome="inconclusive", reason=void, limit=0.0, value=count)
    if exposure.n_exposed == 0:
        return GateResult(
            name="exposed", outcome="pass", reason=because(ReasonCode.NOBODY_EXPOSED), limit=0.0, value=count
        )
    proven = grounds.decision is not None and grounds.decision.detected
    return GateResult(
        name="exposed",
        outcome="fail" if proven else "inconclusive",
        reason=because(ReasonCode.EXPOSED, **counts, policy=policy.name),
        limit=0.0,
        value=count,
    )
