"""All gates together: the outcome, the gate that decided, and both in the words of the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthaudit.types import Decidable, Gate, Outcome, Policy, UseVerdict
from synthaudit.types.policy import GateName
from synthaudit.verdict.gates import GATES
from synthaudit.verdict.gates.coverage import all_ran
from synthaudit.verdict.gravest import gravest_first, stands_against, without_advice
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult, Reason, ReasonCode, audited_copy_alone, because
from synthaudit.verdict.sentences import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the release may be used for under one policy, before any words."""

    use: str
    outcome: Outcome
    deciding: GateName
    gates: tuple[GateResult, ...]
    against: tuple[GateResult, ...]
    """The gates that speak for the outcome, the gravest first; none of a pass."""
    scope: tuple[Reason, ...]
    """What a pass leaves out, that it is for the audited copy alone, and what read a sample; empty where there is none
    of these to tell."""


def decide(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> Verdict:
    """Hold the grounds against the limits of one policy.

    Parameters
    ----------
    policy : Policy
        The limits.
    grounds : Grounds
        What was measured.
    decidable : Decidable or None
        What this many people can decide, for the number named beside an inconclusive; None without a holdout.
    """
    results = (gate(policy, grounds, decidable) for gate in GATES)
    gates = tuple(result for result in results if result is not None)
    deciding, *_ = gravest_first(gates, policy, decidable)
    outcome = deciding.outcome
    if outcome == "fail":
        gates = tuple(map(without_advice, gates))
    return Verdict(
        use=policy.name,
        outcome=outcome,
        deciding=deciding.name,
        gates=gates,
        against=tuple(gate for gate in gravest_first(gates, policy, decidable) if stands_against(gate, deciding)),
        scope=tuple(_scope(grounds)) if outcome == "pass" else (),
    )


def _scope(grounds: Grounds) -> Iterator[Reason]:
    if grounds.beyond:
        yield audited_copy_alone(grounds.beyond)
    if grounds.left_out or grounds.by_rank or grounds.rebalanced:
        yield all_ran(grounds)
    if grounds.sampled is not None:
        read, of = grounds.sampled
        yield because(ReasonCode.SAMPLE_READ, read=read, of=of)


def judge(policy: Policy, grounds: Grounds, decidable: Decidable | None) -> UseVerdict:
    """Decide, and say it in the words of the evidence; see ``decide``."""
    return in_words(decide(policy, grounds, decidable))


def in_words(verdict: Verdict) -> UseVerdict:
    """The verdict as the evidence holds it."""
    reasons = {gate.name: sentence(gate.reason) for gate in verdict.gates}
    deciding = " ".join([reasons[verdict.deciding], *map(sentence, verdict.scope)])
    return UseVerdict(
        use=verdict.use,
        outcome=verdict.outcome,
        deciding=deciding,
        gates=tuple(
            Gate(
                name=gate.name,
                outcome=gate.outcome,
                limit=gate.limit,
                value=gate.value,
                lower_bound=gate.lower,
                upper_bound=gate.upper,
                reason=reasons[gate.name],
            )
            for gate in verdict.gates
        ),
    )
