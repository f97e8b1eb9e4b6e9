"""The verdict's sentences as a reader meets them first: those of attacks in natural frequencies.

The evidence holds sentences. Which gate a sentence is of is asked here and nowhere else: the deciding gate is found by
its name, and where the sentence is not that gate's, as another version may have worded it, it is shown as it stands.
"""

import re
from math import ceil, floor

from synthaudit.files.catalogue import N_, _
from synthaudit.report import words
from synthaudit.report.numbers import capital, sentence
from synthaudit.report.retold import worded
from synthaudit.types import AuditReport, Coverage, Estimate, Gate, Measured, UseVerdict
from synthaudit.verdict.limit_sentences import PHRASES
from synthaudit.verdict.void import no_comfort

_FINDERS = {
    "cells": N_("the search of rare pieces of cells"),
    "looked_up": N_("whoever looks up what only one person of train has"),
    "kept_to": N_("whoever names the one person of train whom a row of the release keeps close to"),
}
"""What finds members beside the attacks."""
_OF_BOUND = ("The AUC ", "The share of members found ")
"""How a gate's own sentence begins that holds a bound against its limit."""
_PROGRAM = re.compile(r"strongest attack: (\w+)/[\w:]+\)")
"""An attack by a program's name, as evidence of earlier versions has it."""
_CONTROL = re.compile(r"The (A/A|null|stand-in) control failed: (.+)")
"""A control by the name that the evidence has for it."""
_LEFT_OPEN = ("auc", "tpr_at_fpr", "copies", "attributes", "positive_control")
"""Gates that, undecided, say nothing of a fail by another."""


def chosen_use(report: AuditReport) -> UseVerdict | None:
    """The verdict under the policy that this audit was run under."""
    return next((use for use in report.uses if use.use == report.policy.name), None)


def chosen_gates(report: AuditReport) -> dict[str, Gate]:
    """The gates of the policy that this audit was run under, by name."""
    use = chosen_use(report)
    return {gate.name: gate for gate in use.gates} if use else {}


def reasons(report: AuditReport) -> tuple[str, ...]:
    """Every reason of the report in its order, for whoever has not met a metric yet.

    What a pass says beyond its gate's reason, such as what the profile leaves out, is a reason of its own. Beside a
    fail nothing is told that is merely undecided.
    """
    use = chosen_use(report)
    gates = {gate.reason: gate for gate in reversed(use.gates)} if use else {}
    if use and (deciding := _deciding_gate(use)):
        gates[use.deciding] = deciding
    said = []
    for reason in report.reasons:
        gate = gates.get(reason)
        if gate is None:
            said.append(_of_control(reason) or sentence(_PROGRAM.sub(_plain_name, reason)))
        elif not _is_left_open(report, gate):
            said += [in_people(report, gate), sentence(reason.removeprefix(gate.reason))]
    return tuple(dict.fromkeys(filter(None, said)))


def _of_control(reason: str) -> str:
    """That a control failed, under the name that it has on the page; empty of any other reason."""
    said = _CONTROL.fullmatch(reason)
    if said is None:
        return ""
    return _("The control “{control}” failed: {reason}").format(
        control=words.control_name(said[1]), reason=sentence(said[2])
    )


def _plain_name(match: re.Match[str]) -> str:
    return f"strongest attack: {words.attack_name(match[1]) or match[1].replace('_', ' ')})"


def _is_left_open(report: AuditReport, gate: Gate) -> bool:
    return report.outcome == "fail" and gate.outcome == "inconclusive" and gate.name in _LEFT_OPEN


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
    exact = _of_control(gate.reason) or sentence(gate.reason)
    bound = _deciding_bound(gate)
    # Why figures mean nothing is said by the gate as well, and then there is no bound to tell.
    is_of_bound = gate.name in ("auc", "tpr_at_fpr") and gate.reason.startswith(_OF_BOUND)
    if gate.limit is None or bound is None or not is_of_bound or not figures_hold(report):
        return exact
    # As coarse as still keeps bound and limit apart.
    for of in (100, 1000) if gate.name == "auc" else (1000, 10_000):
        n, limit = (floor if gate.outcome == "fail" else ceil)(round(bound * of, 6)), round(gate.limit * of)
        if n != limit:
            break
    else:
        return exact
    at = _("of {of:,} tries").format(of=of) if gate.name == "auc" else _("at 1 false name in 100")
    if gate.outcome == "pass":
        who = _("No attack, nor all of them together,") if gate.name == "auc" and report.stack else _("No attack")
        what = (
            _("tells members from non-members in more than {n:,}").format(n=n)
            if gate.name == "auc"
            else _("finds more than {n:,}").format(n=n)
        )
        return _("{who} {what}{of_members} {at}; the limit is {limit:,}.").format(
            who=who,
            what=what,
            of_members="" if gate.name == "auc" else _(" of {of:,} members").format(of=of),
            at=at,
            limit=limit,
        )
    how = _("at least") if gate.outcome == "fail" else _("maybe as many as")
    by = _by(report, gate)
    if gate.name == "auc":
        return _("Members can be told from non-members in {how} {n:,} {at}{by}; the limit is {limit:,}.").format(
            how=how, n=n, at=at, by=by, limit=limit
        )
    return _("{how} {n:,} of {of:,} members can be found {at}{by}; the limit is {limit:,}.").format(
        how=capital(how), n=n, of=of, at=at, by=by, limit=limit
    )


def members_found(report: AuditReport) -> tuple[str, Measured] | None:
    """Who finds most members, and what share of them: the strongest attack, or what breaks the limit beside it; None
    where nobody was attacked.
    """
    if report.worst is None:
        return None
    gate, cells = chosen_gates(report).get("tpr_at_fpr"), report.cells
    by_cells = gate is not None and gate.outcome == "fail" and _finder(gate) == "cells"
    if by_cells and cells is not None and isinstance(cells.tpr_at_fpr, Estimate):
        return _(_FINDERS["cells"]), cells.tpr_at_fpr
    return _("the strongest attack"), report.worst.tpr_at_fpr


def _finder(gate: Gate) -> str | None:
    """Which of ``_FINDERS`` a gate's bound is of; None where it is of the attacks."""
    return next((by for by in _FINDERS if f" for {PHRASES[by]};" in gate.reason), None)


def _by(report: AuditReport, gate: Gate) -> str:
    """Whose bound it is, where it is no single attack's."""
    if together_decides(report, gate):
        return _(", by all attacks together")
    finder = _finder(gate)
    return _(", by {finder}").format(finder=_(_FINDERS[finder])) if finder else ""


def together_decides(report: AuditReport, gate: Gate | None) -> bool:
    """Whether the bound that this gate rests on is that of all attacks together, and no single attack's."""
    stack = report.stack
    if stack is None or gate is None or gate.name != "auc":
        return False
    bound = stack.lower_bound if gate.outcome == "fail" else stack.upper_bound
    return bound is not None and bound == _deciding_bound(gate)


def void(report: AuditReport) -> str:
    """Why no figure that compares members with non-members means anything; empty where they do."""
    if figures_told(report):
        return ""
    controls, reason = report.controls, no_comfort(report)
    if controls is not None and controls.blind_baseline.status == "failed":
        why = _("these differ even without the release.")
    elif not figures_hold(report) or reason is None:
        why = _("a control failed.")
    else:
        why = worded(reason)
    return _("Figures that compare members with non-members cannot be relied on: {why}").format(why=why)


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
