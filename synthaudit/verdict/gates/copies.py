"""The limit of verbatim copies."""

import math
from dataclasses import replace

from synthaudit.types import Decidable, Estimate, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import COPIES_ALPHA, PASS_ERROR
from synthaudit.verdict.reasons import GateResult, ReasonCode, because

TWINS = 25
"""The share of people with a twin may be at most limit^2 n / 25: chance copies would hide others beyond that."""


def copies(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Fail where copies are surely more than the limit, pass where they are surely fewer."""
    counted, limit, single = grounds.copies, policy.copies_excess, grounds.copies.single
    told = counted if single is None else single
    counts = {
        "members": told.train,
        "n_members": told.n_train,
        "nonmembers": told.holdout,
        "n_nonmembers": told.n_holdout,
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
    if single is None:
        if counted.pvalue < COPIES_ALPHA and excess.low > limit:
            reason = because(ReasonCode.COPIES_EXCEED, **counts, low=excess.low, limit=limit)
            return replace(known, outcome="fail", reason=reason)
        return replace(known, reason=because(ReasonCode.COPIES_BY_GUESS, **counts))
    low, high = single.lower_bound, single.upper_bound
    known = replace(known, lower=low, upper=high)
    if counted.pvalue < COPIES_ALPHA and low > limit:
        return replace(known, outcome="fail", reason=because(ReasonCode.COPIES_EXCEED, **counts, low=low, limit=limit))
    n = min(counted.n_train, counted.n_holdout)
    if single.twins > limit**2 * n / TWINS:
        needed = math.ceil(TWINS * single.twins / limit**2)
        return replace(known, reason=because(ReasonCode.COPIES_COLLIDE, **counts, twins=single.twins, n_needed=needed))
    if high < limit:
        return replace(known, outcome="pass", reason=because(ReasonCode.COPIES_KEPT, **counts, high=high, limit=limit))
    # Where nobody is copied, more people decide; where somebody is, it depends on how many more are.
    enough = None if single.train else math.ceil(math.log(PASS_ERROR) / math.log1p(-limit))
    return replace(known, reason=because(ReasonCode.COPIES_OPEN, **counts, high=high, limit=limit, n_needed=enough))
