"""Whether more members than strangers stand at the very top of an attack, where nobody may be exposed."""

from synthaudit.types import Decidable, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode, because
from synthaudit.verdict.void import figures_void, no_comfort


def top(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult | None:
    """Pass where chance explains who stands there; no gate where people may be exposed.

    A surplus says that some are exposed and not how many, so there is no limit to hold it against: it never fails by
    itself. The test is that of the family, at its half of the family's share of the error (``ErrorBudget.family``).
    """
    if policy.exposed_allowed:
        return None
    reason = _doubt(policy, grounds)
    if reason is not None:
        return GateResult(name="top", outcome="inconclusive", reason=reason)
    return GateResult(name="top", outcome="pass", reason=because(ReasonCode.TOP_BY_CHANCE))


def _doubt(policy: Policy, grounds: Grounds) -> Reason | None:
    """Why no pass is given; None where there is no doubt."""
    decision = grounds.decision
    if decision is None:
        return because(ReasonCode.TOP_UNKNOWN)
    void = figures_void(grounds)
    if void is not None:
        return void
    if decision.pvalue_top < decision.alpha_each:
        # The test has two sides: too few members there are rows that were removed.
        return because(ReasonCode.ROWS_REMOVED) if decision.hole else because(ReasonCode.TOP_KNOWN, policy=policy.name)
    return no_comfort(grounds)
