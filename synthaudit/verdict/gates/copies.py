"""The limit of verbatim copies: of whole records, and of values that each name one person."""

import math
from collections.abc import Mapping
from dataclasses import replace

from synthaudit.types import Decidable, Estimate, Policy, SingleCopies
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import COPIES_ALPHA, PASS_ERROR, people_to_tell_copies
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode, because, identifiers_exceed
from synthaudit.verdict.void import no_comfort


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
    if (named := grounds.most_named) is not None and named.excess_low is not None and named.excess_low > limit:
        share = named.members / named.n_members
        reason = identifiers_exceed(named, policy)
        return replace(unknown, outcome="fail", reason=reason, value=share, lower=named.excess_low)
    excess = counted.excess
    if not isinstance(excess, Estimate):
        return unknown
    known = replace(unknown, value=excess.value, lower=excess.low, upper=excess.high)
    low = excess.low if single is None else single.lower_bound
    if counted.pvalue < COPIES_ALPHA and low > limit:
        high = excess.high if single is None else single.upper_bound
        reason = because(ReasonCode.COPIES_EXCEED, **counts, low=low, limit=limit)
        return replace(known, outcome="fail", reason=reason, lower=low, upper=high)
    if single is None:
        return replace(known, reason=because(ReasonCode.COPIES_BY_GUESS, **counts))
    known = replace(known, lower=low, upper=single.upper_bound)
    needed = people_to_tell_copies(single.twins, limit)
    if needed > min(counted.n_train, counted.n_holdout):
        return replace(known, reason=because(ReasonCode.COPIES_COLLIDE, **counts, twins=single.twins, n_needed=needed))
    if (known_too := no_comfort(grounds)) is not None:
        return _of_both(known, single, counts, known_too, can_fail=grounds.knows_strangers)
    if single.upper_bound < limit:
        reason = because(ReasonCode.COPIES_KEPT, **counts, high=single.upper_bound, limit=limit)
        return replace(known, outcome="pass", reason=reason)
    # Where nobody is copied, more people decide; where somebody is, it depends on how many more are.
    enough = None if single.train else math.ceil(math.log(PASS_ERROR) / math.log1p(-limit))
    reason = because(ReasonCode.COPIES_OPEN, **counts, high=single.upper_bound, limit=limit, n_needed=enough)
    return replace(known, reason=reason)


def _of_both(
    known: GateResult, single: SingleCopies, counts: Mapping[str, int], known_too: Reason, *, can_fail: bool
) -> GateResult:
    """Where non-members were known to the vendor as well, their copies excuse none: those of both sides count.

    It fails only where rows of non-members are accused by themselves (``Grounds.knows_strangers``), which has its own
    share of the error.
    """
    low, high, limit = single.lower_bound_of_both, single.upper_bound_of_both, known.limit
    if low is None or high is None or limit is None:
        return replace(known, reason=known_too)
    share = (single.train + single.holdout) / (single.n_train + single.n_holdout)
    of_both = replace(known, value=share, lower=low, upper=high)
    if can_fail and low > limit:
        reason = because(ReasonCode.COPIES_OF_BOTH_EXCEED, **counts, low=low, limit=limit)
        return replace(of_both, outcome="fail", reason=reason)
    if high < limit:
        reason = because(ReasonCode.COPIES_OF_BOTH_KEPT, **counts, high=high, limit=limit)
        return replace(of_both, outcome="pass", reason=reason)
    return replace(of_both, reason=because(ReasonCode.COPIES_OF_BOTH_OPEN, **counts, high=high, limit=limit))
