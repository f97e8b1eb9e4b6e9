"""The verdict's sentences as a reader meets them first: those of attacks in natural frequencies.

The evidence holds sentences. Which gate a sentence is of is asked here and nowhere else: the deciding gate is found by
its name, and where the sentence is not that gate's, as another version may have worded it, it is shown as it stands.
"""

from math import ceil, floor

from synthaudit.report import words
from synthaudit.report.numbers import sentence
from synthaudit.types import AuditReport, Coverage, Gate, UseVerdict
from synthaudit.verdict.limit_sentences import PHRASES
from synthaudit.verdict.void import no_comfort

_FINDERS = {
    "cells": "The search of rare pieces of cells",
    "looked_up": "Looking up what only one person of train has",
    "kept_to": "Naming the one person of train whom a row of the release keeps close to",
}
"""What finds members beside the attacks."""


def chosen_use(report: AuditReport) -> UseVerdict | None:
    """The verdict under the policy that this audit was run under."""
    return next((use for use in report.uses if use.use == report.policy.name), None)


def chosen_gates(report: AuditReport) -> dict[str, Gate]:
    """The gates of the policy that this audit was run under, by name."""
    use = chosen_use(report)
    return {gate.name: gate for gate in use.gates} if use else {}


def reasons(report: AuditReport) -> tuple[str, ...]:
    """Every reason of the report; the verdict's name their metric, and here, above the fold, nobody has met it yet.

    What a verdict says beyond its gate's reason, such as what the profile leaves out, is kept.
    """
    use = chosen_use(report)
    gates = {gate.reason: gate for gate in reversed(use.gates)} if use else {}
    if use and (deciding := _deciding_gate(use)):
        gates[use.deciding] = deciding
    return tuple(
        f"{in_people(report, gate)} {reason.removeprefix(gate.reason).strip()}".strip()
        if (gate := gates.get(reason))
        else sentence(reason)
        for reason in report.reasons
    )


def why(report: AuditReport, use: UseVerdict) -> str:
    """What decided one use, without what is the same for every use."""
    gate = _deciding_gate(use)
    return in_people(report, gate) if gate else sentence(use.deciding)


def untold(report: AuditReport) -> list[Coverage]:
    """What was tested and found, rules out a pass, and stands in no reason: the gate names the first alone."""
    reasons_given = " ".join(report.reasons).casefold()
    return [
        line
        for line in report.coverage
        if line.blocks_pass and line.status == "ran" and line.reason.casefold() not in reasons_given
    ]


def _deciding_gate(use: UseVerdict) -> Gate | None:
    fitting = (gate for gate in use.gates if gate.outcome == use.outcome and gate.reason)
    said = [gate for gate in fitting if use.deciding.startswith(gate.reason)]
    return max(said, key=lambda gate: len(gate.reason), default=None)


def in_people(report: AuditReport, gate: Gate) -> str:
    """A gate's reason in natural frequencies; every other sentence, and what rounding would blur, as it is."""
    exact = sentence(gate.reason)
    bound = _deciding_bound(gate)
    if gate.limit is None or bound is None or gate.name not in ("auc", "tpr_at_fpr") or not figures_hold(report):
        return exact
    # As coarse as still keeps bound and limit apart.
    for of in (100, 1000) if gate.name == "auc" else (1000, 10_000):
        n, limit = (floor if gate.outcome == "fail" else ceil)(round(bound * of, 6)), round(gate.limit * of)
        if n != limit:
            break
    else:
        return exact
    what = (
        f"told members from non-members in {{n}} of {of:,} tries"
        if gate.name == "auc"
        else f"found {{n}} of {of:,} members at 1 false name in 100"
    )
    worst = words.TOGETHER if together_decides(report, gate) else _finder(gate)
    each = "Every attack and all of them together" if gate.name == "auc" and report.stack else "Every attack"
    how, who = {
        "fail": ("at least", worst),
        "pass": ("at most", each),
        "inconclusive": ("maybe as many as", worst),
    }[gate.outcome]
    return f"{who} {what.format(n=f'{how} {n:,}')}; the limit is {limit:,}."


def _finder(gate: Gate) -> str:
    """Whose bound it is: an attack's, unless the gate's own sentence names what was looked up beside the attacks."""
    names = (name for by, name in _FINDERS.items() if f" for {PHRASES[by]};" in gate.reason)
    return next(names, "The worst attack")


def together_decides(report: AuditReport, gate: Gate | None) -> bool:
    """Whether the bound that this gate rests on is that of all attacks together, and no single attack's."""
    stack = report.stack
    if stack is None or gate is None or gate.name != "auc":
        return False
    bound = stack.lower_bound if gate.outcome == "fail" else stack.upper_bound
    return bound is not None and bound == _deciding_bound(gate)


def figures_told(report: AuditReport) -> bool:
    """Whether the figures of attacks mean anything: where the holdout was seen, to find nobody says nothing."""
    detected = report.decision is not None and report.decision.detected
    return figures_hold(report) and (detected or no_comfort(report) is None)


def figures_hold(report: AuditReport) -> bool:
    """False where a control failed: membership figures then mean nothing."""
    controls = report.controls
    if controls is None:
        return True
    all_four = (controls.blind_baseline, controls.stand_in, controls.null, controls.a_a)
    return all(control is None or control.status != "failed" for control in all_four)


def _deciding_bound(gate: Gate) -> float | None:
    return gate.lower_bound if gate.outcome == "fail" else gate.upper_bound
