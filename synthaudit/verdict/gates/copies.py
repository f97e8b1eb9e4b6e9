"""The limit of verbatim copies."""

from dataclasses import replace

from synthaudit.types import Decidable, Estimate, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import COPIES_ALPHA
from synthaudit.verdict.reasons import GateResult, ReasonCode, because


def copies(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Fail on copies that are surely more than the limit, pass where no more are seen than it allows."""
    counted, limit = grounds.copies, policy.copies_excess
    counts = {
        "members": counted.train,
        "n_members": counted.n_train,
        "nonmembers": counted.holdout,
        "n_nonmembers": counted.n_holdout,
    }
    unknown = GateResult(
        name="copies",
        outcome="inconclusive",
        reason=because(ReasonCode.COPIES_WITHOUT_CHANCE, **counts),
        limit=limit,
    )
    if counted.identical_to_train:
        return replace(unknown, outcome="fail", reason=because(ReasonCode.TRAINING_TABLE), value=1.0)
    excess = counted.excess
    if not isinstance(excess, Estimate):
        return unknown
    known = replace(unknown, value=excess.value, lower=excess.low, upper=excess.high)
    if counted.pvalue < COPIES_ALPHA and excess.low > limit:
        reason = because(ReasonCode.COPIES_EXCEED, **counts, low=excess.low, limit=limit)
        return replace(known, outcome="fail", reason=reason)
    if not counted.recognisable:
        return replace(known, outcome="pass", reason=because(ReasonCode.COPIES_COLLIDE, **counts))
    if counted.n_holdout == 0:
        return replace(known, reason=because(ReasonCode.COPIES_BY_GUESS, **counts))
    if excess.value > limit:
        return replace(known, reason=because(ReasonCode.COPIES_OPEN, **counts, limit=limit))
    return replace(known, outcome="pass", reason=because(ReasonCode.COPIES_KEPT, **counts))
