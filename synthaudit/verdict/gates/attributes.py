"""The limit of guessed secrets."""

from dataclasses import replace

from synthaudit.types import Decidable, Estimate, Policy, Risk
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult, ReasonCode, because
from synthaudit.verdict.void import figures_void


def attributes(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult | None:
    """Fail on a simultaneous lower bound above the limit, pass when the upper bound of every secret is below it.

    No gate where the policy sets no limit, or nothing was guessed: the coverage says why.
    """
    limit = policy.attribute_excess
    secrets = [risk for risk in (grounds.risks.found if grounds.risks else ()) if risk.kind == "attribute_inference"]
    if limit is None or not secrets:
        return None
    surest, loosest = max(secrets, key=_lower), max(secrets, key=_upper)
    low, high = _lower(surest), _upper(loosest)
    open_gate = GateResult(
        name="attributes",
        outcome="inconclusive",
        reason=because(ReasonCode.SECRET_OPEN, high=high, column=loosest.column or "", policy=policy.name, limit=limit),
        limit=limit,
        value=max((risk.excess.value for risk in secrets if isinstance(risk.excess, Estimate)), default=None),
        lower=low,
        upper=high,
    )
    if (void := figures_void(grounds)) is not None:
        return replace(open_gate, reason=void if grounds.split_is_random else because(ReasonCode.GUESSES_DIFFER))
    if low > limit:
        reason = because(
            ReasonCode.SECRET_EXCEEDS, low=low, column=surest.column or "", policy=policy.name, limit=limit
        )
        return replace(open_gate, outcome="fail", reason=reason)
    if high < limit:
        reason = because(ReasonCode.SECRETS_KEPT, high=high, policy=policy.name, limit=limit)
        return replace(open_gate, outcome="pass", reason=reason)
    return open_gate


def _lower(risk: Risk) -> float:
    return -1.0 if risk.lower_bound is None else risk.lower_bound


def _upper(risk: Risk) -> float:
    return 1.0 if risk.upper_bound is None else risk.upper_bound
