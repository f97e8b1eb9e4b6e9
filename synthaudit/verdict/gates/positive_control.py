"""Whether a leak as large as the limit would have been seen: planted leaks must be found."""

from collections.abc import Sequence

from synthaudit.types import Decidable, Estimate, NearCopies, Policy
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import NEAR_COPIES_FEWEST, NEAR_COPIES_KNOWN, PLANTINGS_NEEDED, near_copies_seen
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode, because

_FPR = 0.01
"""At which the limit of members found holds."""


def positive_control(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> GateResult:
    """Pass where verbatim leaks no larger than the limit were found often enough, and no near copies go unseen."""
    missed = _missed(policy, grounds)
    if missed is not None:
        return GateResult(name="positive_control", outcome="inconclusive", reason=missed)
    copies, least = grounds.controls.near_copies if grounds.controls else (), near_copies_seen(policy.tpr_at_fpr)
    seen = [leak.seen.low for leak in copies if _is_seen(leak, least) and isinstance(leak.seen, Estimate)]
    unseen = [leak.known.value for leak in copies if not _is_seen(leak, least) and isinstance(leak.known, Estimate)]
    reason = because(
        ReasonCode.PLANTED_FOUND,
        share=policy.tpr_at_fpr,
        near_seen=min(seen, default=None),
        near_limit=_breaks_limit(policy.tpr_at_fpr, seen),
        near_known=max(unseen, default=None),
    )
    return GateResult(name="positive_control", outcome="pass", reason=reason)


def _missed(policy: Policy, grounds: Grounds) -> Reason | None:
    if grounds.controls is None:
        return because(ReasonCode.NOTHING_PLANTED)
    share = policy.tpr_at_fpr
    # A leak found at a smaller share is found at a larger one.
    fitting = [
        leak
        for leak in grounds.controls.planted
        if leak.kind == "verbatim" and leak.gates and leak.share <= share + 1e-12
    ]
    best = max(fitting, key=lambda leak: leak.found, default=None)
    if best is None:
        return because(ReasonCode.PLANTED_MISSED, share=share, found=None, of=None)
    if best.found < PLANTINGS_NEEDED:
        return because(ReasonCode.PLANTED_MISSED, share=share, found=best.found, of=best.of)
    return _near_missed(grounds.controls.near_copies, near_copies_seen(share))


def _near_missed(copies: Sequence[NearCopies], least: float) -> Reason | None:
    """Near copies that the attacks may miss although somebody could see them; a leak of them might pass."""
    if not copies:
        return because(ReasonCode.NEAR_COPIES_MISSED, size=None, seen=None, n=None, known=None)
    missed = [leak for leak in copies if not (_is_seen(leak, least) or _gives_nobody_away(leak))]
    if not missed:
        return None
    worst = min(missed, key=lambda leak: leak.seen.value if isinstance(leak.seen, Estimate) else -1.0)
    return because(
        ReasonCode.NEAR_COPIES_MISSED,
        size=worst.size,
        seen=worst.seen.value if isinstance(worst.seen, Estimate) else None,
        n=worst.seen.n if isinstance(worst.seen, Estimate) else None,
        known=worst.known.value if isinstance(worst.known, Estimate) else None,
    )


def _is_seen(leak: NearCopies, least: float) -> bool:
    """So many are surely seen that a leak of twice the limit is above the limit, and its bound says so."""
    return isinstance(leak.seen, Estimate) and leak.seen.low >= least


def _gives_nobody_away(leak: NearCopies) -> bool:
    """Even who knows how the copies were made sees no more than half of them; of few people, surely not."""
    if not isinstance(leak.known, Estimate):
        return False
    most = leak.known.value if leak.known.n >= NEAR_COPIES_FEWEST else leak.known.high
    return most <= NEAR_COPIES_KNOWN


def _breaks_limit(limit: float, seen: Sequence[float]) -> float | None:
    """The smallest share of members whose near copies lift the members found above the limit; None where unknown.

    Of a share s of which q are seen, s q + .01 (1 - s) of the members are found.
    """
    return min(1.0, (limit - _FPR) / (min(seen) - _FPR)) if seen else None
