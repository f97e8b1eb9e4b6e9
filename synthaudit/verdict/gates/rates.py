"""The limits of membership: how well attacks tell members from non-members, and how many members they find."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from synthaudit.types import CellSearch, Decidable, Estimate, Finding, Policy, Stack
from synthaudit.types.policy import GateName
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult, ReasonCode, because
from synthaudit.verdict.void import figures_void, no_comfort

AUC, TPR = "auc", "tpr_at_fpr_0.01"


def auc(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Hold max(AUC, 1 - AUC) of every attack, and of all together, against its limit."""
    return _judged("auc", _largest(grounds, AUC), policy.auc, policy, grounds, decidable)


def tpr_at_fpr(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Hold the share of members that any attack finds at 1 % FPR against its limit."""
    return _judged("tpr_at_fpr", _largest(grounds, TPR), policy.tpr_at_fpr, policy, grounds, decidable)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Largest:
    """The largest figures of one metric over all attacks, and whose they are."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    """None where any attack has no upper bound."""
    low_of: Literal["worst", "together", "cells"] = "worst"
    high_of: Literal["worst", "together", "cells"] = "worst"
    all_of: Literal["each", "each_and_together"] = "each"


def _largest(grounds: Grounds, metric: str) -> _Largest:
    findings = grounds.findings
    lows = [low for finding in findings if (low := finding.lower_bounds.get(metric)) is not None]
    highs = [high for finding in findings if (high := finding.upper_bounds.get(metric)) is not None]
    single = _Largest(
        metric=metric,
        value=max(_values(findings, metric), default=None),
        low=max(lows, default=None),
        high=max(highs, default=None) if len(highs) == len(findings) else None,
    )
    if metric == TPR and grounds.holds_pieces and grounds.cells is not None:
        return _with_cells(single, grounds.cells)
    return _with_stack(single, grounds.stack) if metric == AUC and grounds.stack is not None else single


def _values(findings: Sequence[Finding], metric: str) -> list[float]:
    estimates = [finding.estimates.get(metric) for finding in findings]
    values = [estimate.value for estimate in estimates if isinstance(estimate, Estimate)]
    return [max(value, 1 - value) for value in values] if metric == AUC else values


def _with_cells(single: _Largest, cells: CellSearch) -> _Largest:
    """A search that found pieces of members counts as one more attack where it finds too many of them."""
    low, lower = single.low, cells.tpr_lower_bound
    share = cells.tpr_at_fpr
    value, upper = (share.value, share.high) if isinstance(share, Estimate) else (0.0, 0.0)
    high = None if single.high is None else max(single.high, upper)
    return replace(
        single,
        value=max(single.value or 0.0, value),
        low=max((bound for bound in (low, lower) if bound is not None), default=None),
        high=high,
        high_of="worst" if high == single.high else "cells",
        low_of="cells" if lower is not None and (low is None or lower > low) else "worst",
    )


def _with_stack(single: _Largest, stack: Stack) -> _Largest:
    """All attacks together count as one more attack."""
    low, high, value = single.low, single.high, single.value
    lower, upper = stack.lower_bound, stack.upper_bound
    return replace(
        single,
        value=max(value or 0.0, stack.auc.value, 1 - stack.auc.value) if isinstance(stack.auc, Estimate) else value,
        low=max((bound for bound in (low, lower) if bound is not None), default=None),
        high=None if high is None or upper is None else max(high, upper),
        low_of="together" if lower is not None and (low is None or lower > low) else "worst",
        high_of="together" if upper is not None and (high is None or upper > high) else "worst",
        all_of="each_and_together",
    )


def _without_holdout(policy: Policy, grounds: Grounds) -> GateResult | None:
    """Without people to compare with: fail where what the release shows by itself surely finds too many members."""
    against, limit = grounds.against_train, policy.tpr_at_fpr
    if against is None:
        return None
    bounds = [
        *([(against.found_at_least, "looked_up")] if grounds.meets_people else []),
        *([(against.kept_at_least, "kept_to")] if grounds.keeps_to_people else []),
    ]
    low, by = max(bounds, default=(0.0, ""))
    if low <= limit:
        return None
    reason = because(ReasonCode.LIMIT_EXCEEDED, what=TPR, low=low, by=by, policy=policy.name, limit=limit)
    return GateResult(name="tpr_at_fpr", outcome="fail", reason=reason, limit=limit, value=low, lower=low)


def _judged(
    name: GateName, largest: _Largest, limit: float, policy: Policy, grounds: Grounds, decidable: Decidable | None
) -> GateResult:
    """Fail on a simultaneous lower bound above the limit, pass when every upper bound is below it.

    Neither where a control failed; no pass where the people to compare with were known to the vendor.
    """
    if name == "tpr_at_fpr" and (found := _without_holdout(policy, grounds)) is not None:
        return found
    if not grounds.findings:
        return GateResult(name=name, outcome="inconclusive", reason=because(ReasonCode.NO_ATTACK), limit=limit)
    what, low, high = largest.metric, largest.low, largest.high
    void = figures_void(grounds)
    open_gate = GateResult(
        name=name,
        outcome="inconclusive",
        reason=void or because(ReasonCode.SIDES_DIFFER),
        limit=limit,
        value=largest.value,
        lower=low,
        upper=high,
    )
    if void is not None:
        return open_gate
    if low is not None and low > limit:
        reason = because(
            ReasonCode.LIMIT_EXCEEDED, what=what, low=low, by=largest.low_of, policy=policy.name, limit=limit
        )
        return replace(open_gate, outcome="fail", reason=reason)
    if (known_too := no_comfort(grounds)) is not None:
        return replace(open_gate, reason=known_too)
    if high is not None and high < limit:
        reason = because(
            ReasonCode.LIMIT_KEPT, what=what, high=high, by=largest.all_of, policy=policy.name, limit=limit
        )
        return replace(open_gate, outcome="pass", reason=reason)
    reason = because(
        ReasonCode.LIMIT_OPEN,
        what=what,
        high=high,
        by=largest.high_of,
        policy=policy.name,
        limit=limit,
        more_people_help=decidable is None or decidable.ruled_out is None,
        n_needed=None if decidable is None else decidable.n_needed,
        chance=None if decidable is None else decidable.pass_probability,
    )
    return replace(open_gate, reason=reason)
