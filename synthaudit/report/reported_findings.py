"""What was found, as findings that have a name: of which kind, in which column, how grave, and what was seen."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report import what_now
from synthaudit.report.components import Status, Tone
from synthaudit.report.facts import deleted_in_train
from synthaudit.report.finding_words import KIND_OF, RANK, Kind, kind_words
from synthaudit.report.numbers import count, p_is, percent, sentence, shown
from synthaudit.report.reasons import chosen_gates, figures_hold, in_people
from synthaudit.report.retold import worded
from synthaudit.report.summary import group_name
from synthaudit.types import AgainstTrain, AuditReport, Estimate, Gate
from synthaudit.verdict.gravest import times_exposed, times_its_limit
from synthaudit.verdict.levels import ALONE_ALPHA, CELLS_ALPHA, COPIES_ALPHA, RELEASE_DOUBT, REUSE_ALPHA, STACK_ALPHA
from synthaudit.verdict.limit_sentences import PHRASES
from synthaudit.verdict.reasons import claim_refuted
from synthaudit.verdict.void import no_comfort

Severity = Literal["far_above", "above", "blocks", "open", "below", "noted"]
FAR = 3.0
"""Times its limit that a figure surely is, from which on it is far above."""
GRAVEST: tuple[Severity, ...] = ("far_above", "above", "blocks", "open", "below", "noted")
SEVERITIES: Labels[Severity, str] = Labels(
    {
        "far_above": N_("far above the limit"),
        "above": N_("above the limit"),
        "blocks": N_("rules out a pass"),
        "open": N_("not decided"),
        "below": N_("below the limit"),
        "noted": N_("reported, no limit"),
    }
)
_TONES: Mapping[Severity, Tone] = {
    "far_above": "bad",
    "above": "bad",
    "blocks": "open",
    "open": "open",
    "below": "plain",
    "noted": "plain",
}
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """One finding."""

    kind: Kind
    column: str = ""
    """Where it is one of a single column; hostile text."""
    severity: Severity
    times: float = 0.0
    """How many times its limit it surely is, where it is above one."""
    seen: str = ""
    """Its figures, in words: not for the vendor."""

    @property
    def name(self) -> str:
        """The same in every audit of the dataset: the kind, and the column where there is one.

        Examples
        --------
        >>> ReportedFinding(kind="attribute", column="income", severity="above").name
        'attribute:income'
        """
        return f"{self.kind}:{self.column}" if self.column else self.kind

    @property
    def label(self) -> str:
        """What a reader calls it."""
        label = kind_words(self.kind).label
        if not self.column:
            return label
        return _("{label}: “{column}”").format(label=label, column=shown(self.column, _NAME))

    @property
    def status(self) -> Status:
        """How grave it is, in a word."""
        return Status(word=SEVERITIES[self.severity], tone=_TONES[self.severity])


def reported_findings(report: AuditReport) -> tuple[ReportedFinding, ...]:
    """Every finding of a report, the gravest first.

    Parameters
    ----------
    report : AuditReport
        As read from ``evidence.json``; its column names may be hostile.

    Returns
    -------
    tuple of ReportedFinding
        Those above a limit by how many times their limit they surely are, the farthest first; then what rules out a
        pass, what is not decided, what lies below its limit, and what no limit covers. Each name is there once.
    """
    kinds = [KIND_OF[row] for row in what_now.findings(report)]
    extra: tuple[tuple[Kind, bool], ...] = (
        ("claim", claim_refuted(report.claim) is not None),
        ("one-release", _which_release(report) is not None),
        ("holdout-seen", no_comfort(report) is not None),
    )
    kinds += [kind for kind, applies in extra if applies]
    named: dict[str, ReportedFinding] = {}
    for each in sorted((each for kind in kinds for each in _OF[kind](report)), key=_place):
        named.setdefault(each.name, each)
    return tuple(named.values())


def _place(each: ReportedFinding) -> tuple[int, float, int]:
    is_above = each.severity in ("far_above", "above")
    return (0 if is_above else GRAVEST.index(each.severity), -each.times, RANK[each.kind])


def severity_of(times: float) -> Severity:
    """Above a limit, or far above it.

    Examples
    --------
    >>> severity_of(1.2), severity_of(3.0)
    ('above', 'far_above')
    """
    return "far_above" if times >= FAR else "above"


def times_of(report: AuditReport, gate: Gate) -> float:
    """How many times its limit a failed gate surely is; infinite where there is nothing to measure by."""
    if gate.name == "exposed":
        exposure = report.exposure
        return 0.0 if exposure is None else times_exposed(exposure.n_exposed, exposure.n_members, report.policy)
    return times_its_limit(gate.name, gate.lower_bound, gate.limit)


def _exceeds(kind: Kind, times: float, seen: str, column: str = "") -> ReportedFinding:
    return ReportedFinding(kind=kind, column=column, severity=severity_of(times), times=times, seen=seen)


def _unlimited(report: AuditReport) -> Severity:
    """Of what rules out a pass where nobody may be exposed, and is only reported elsewhere."""
    return "noted" if report.policy.exposed_allowed else "blocks"


def _copies(report: AuditReport) -> Iterator[ReportedFinding]:
    copies, gate = report.copies, chosen_gates(report).get("copies")
    has_failed = gate is not None and gate.outcome == "fail"
    if copies.identical_to_train:
        yield _exceeds("copies", math.inf, _("The release is the training table itself."))
        return
    named = {column.excess_low for column in (report.identifiers.columns if report.identifiers else ())}
    if has_failed and gate is not None and gate.lower_bound in named and copies.pvalue >= COPIES_ALPHA:
        # The limit is broken by values of one person, which are a finding of their own.
        return
    counted = copies.single or copies
    seen = _("{n_in} of {n_members} members").format(n_in=count(counted.train), n_members=count(counted.n_train))
    if counted.n_holdout:
        seen = _("{members}, {n_out} of {n_nonmembers} non-members").format(
            members=seen, n_out=count(counted.holdout), n_nonmembers=count(counted.n_holdout)
        )
    if has_failed and gate is not None:
        yield _exceeds("copies", times_of(report, gate), seen)
    else:
        yield ReportedFinding(kind="copies", severity="below" if gate and gate.outcome == "pass" else "open", seen=seen)


def _own_values(report: AuditReport) -> Iterator[ReportedFinding]:
    limit = report.policy.copies_excess
    gate = chosen_gates(report).get("copies")
    for column in report.identifiers.columns if report.identifiers else ():
        if not column.reused:
            continue
        seen = _("{n_in} of {n_members} values of members").format(
            n_in=count(column.members), n_members=count(column.n_members)
        )
        low = column.excess_low
        if gate is not None and gate.outcome == "fail" and low is not None and low > limit:
            yield _exceeds("own-values", times_its_limit("copies", low, limit), seen, column.column)
        else:
            yield ReportedFinding(kind="own-values", column=column.column, severity=_unlimited(report), seen=seen)


def _rare_values(report: AuditReport) -> Iterator[ReportedFinding]:
    for column in report.reuse.columns if report.reuse else ():
        if column.pvalue_adjusted < REUSE_ALPHA and figures_hold(report):
            seen = _("{n_in} members, {n_out} non-members").format(
                n_in=count(column.members), n_out=count(column.nonmembers)
            )
            yield ReportedFinding(kind="rare-values", column=column.column, severity=_unlimited(report), seen=seen)
    yield from _pieces(report, "rare-values")
    alone = _against_train(report)
    if alone is not None and alone.pvalue_met < ALONE_ALPHA:
        met = alone.met
        seen = (
            ""
            if met is None
            else _("cells of {n_met} people that nobody else in train has").format(n_met=count(met.met))
        )
        yield _by_itself(report, "rare-values", seen, "looked_up")


def _pieces(report: AuditReport, kind: Kind) -> Iterator[ReportedFinding]:
    """What the search of cells met, where it is of this kind: all of it text, or not."""
    cells = report.cells
    if cells is None or not cells.detected or not figures_hold(report):
        return
    kinds = {column.kind for column in report.columns if column.name in cells.columns_from}
    if (kinds == {"text"}) is not (kind == "pieces"):
        return
    seen = _("pieces of members' cells, more often than of others'")
    gate, low = chosen_gates(report).get("tpr_at_fpr"), cells.tpr_lower_bound
    times = 0.0 if low is None else times_its_limit("tpr_at_fpr", low, report.policy.tpr_at_fpr)
    for column in cells.columns_from or ("",):
        if gate is not None and gate.outcome == "fail" and times > 1:
            yield _exceeds(kind, times, seen, column)
        else:
            yield ReportedFinding(kind=kind, column=column, severity="blocks", seen=seen)


def _text(report: AuditReport) -> Iterator[ReportedFinding]:
    yield from _pieces(report, "pieces")
    alone = _against_train(report)
    if alone is not None and alone.pvalue_pieces < CELLS_ALPHA:
        yield _by_itself(report, "pieces", p_is(alone.pvalue_pieces), "")


def _against_train(report: AuditReport) -> AgainstTrain | None:
    alone = report.without_holdout
    return report.refused_holdout or (None if alone is None else alone.against_train)


def _by_itself(report: AuditReport, kind: Kind, seen: str, by: str) -> ReportedFinding:
    """What was found beside train alone; the limit of members found is broken by it where the gate says so."""
    gate = chosen_gates(report).get("tpr_at_fpr")
    if gate is not None and gate.outcome == "fail" and by and f" for {PHRASES[by]};" in gate.reason:
        return _exceeds(kind, times_of(report, gate), in_people(report, gate))
    return ReportedFinding(kind=kind, severity="blocks", seen=seen)


_OF_MEMBERSHIP = ("auc", "tpr_at_fpr", "exposed", "top")


def _near(report: AuditReport) -> Iterator[ReportedFinding]:
    yield from _membership(report, "near-copies")
    canaries, alone = report.canaries, _against_train(report)
    if canaries is not None and canaries.known:
        seen = _("made-up people of the split told apart, {p}").format(p=p_is(canaries.pvalue))
        yield ReportedFinding(kind="near-copies", column="", severity="blocks", seen=seen)
    if alone is not None and alone.pvalue_kept < ALONE_ALPHA:
        yield _by_itself(report, "near-copies", p_is(alone.pvalue_kept), "kept_to")


def _removed(report: AuditReport) -> Iterator[ReportedFinding]:
    above = [each for each in _membership(report, "rows-removed") if each.times]
    yield from above or [ReportedFinding(kind="rows-removed", severity="blocks", seen=_leak(report))]


def _membership(report: AuditReport, kind: Kind) -> Iterator[ReportedFinding]:
    """What the attacks found, by the limit that it surely exceeds the most."""
    gates = [gate for name, gate in chosen_gates(report).items() if name in _OF_MEMBERSHIP]
    failed = {times_of(report, gate): gate for gate in gates if gate.outcome == "fail" and gate.name != "top"}
    if failed:
        times = max(failed)
        yield _exceeds(kind, times, in_people(report, failed[times]))
    elif (report.decision is not None and report.decision.detected) or _together(report):
        is_open = any(gate.outcome == "inconclusive" for gate in gates)
        yield ReportedFinding(kind=kind, severity="open" if is_open else "below", seen=_leak(report))
    elif any(gate.outcome == "inconclusive" and gate.name in ("top", "exposed") for gate in gates):
        gate = next(gate for gate in gates if gate.outcome == "inconclusive" and gate.name in ("top", "exposed"))
        yield ReportedFinding(kind=kind, severity="open", seen=in_people(report, gate))


def _together(report: AuditReport) -> bool:
    return report.stack is not None and report.stack.pvalue < STACK_ALPHA


def _leak(report: AuditReport) -> str:
    gate = chosen_gates(report).get("tpr_at_fpr")
    return "" if gate is None else in_people(report, gate)


def _groups(report: AuditReport) -> Iterator[ReportedFinding]:
    sure = [g for g in report.subgroups if g.pvalue_adjusted is not None and g.pvalue_adjusted < STACK_ALPHA]
    for group in sorted(sure, key=lambda group: group.pvalue_adjusted or 0.0):
        # Of a column the surest group is told; its level is no part of the name, for that is a cell.
        seen = _("{group}, {p}").format(group=group_name(group), p=p_is(group.pvalue_adjusted or 0.0))
        yield ReportedFinding(
            kind="group", column=group.by if group.kind == "column" else "", severity=_unlimited(report), seen=seen
        )


def _attributes(report: AuditReport) -> Iterator[ReportedFinding]:
    limit = report.policy.attribute_excess
    for risk in report.risks.found if report.risks else ():
        low = risk.lower_bound
        if risk.kind == "attribute_inference" and limit is not None and low is not None and low > limit:
            excess = percent(risk.excess.value) if isinstance(risk.excess, Estimate) else ""
            seen = _("guessed right more often of members than of others, by {excess}").format(excess=excess)
            yield _exceeds("attribute", times_its_limit("attributes", low, limit), seen, risk.column or "")


def _isolated(report: AuditReport) -> Iterator[ReportedFinding]:
    record = report.per_record
    if record is not None:
        seen = _("{n} people looked at one by one, {p}").format(n=count(record.n_records), p=p_is(record.pvalue))
        yield ReportedFinding(kind="isolated", severity="blocks", seen=seen)


def _deleted_known(report: AuditReport) -> Iterator[ReportedFinding]:
    alone = report.without_holdout
    listed = report.deleted or (None if alone is None else alone.deleted)
    if listed is not None and listed.known:
        seen = _("{n} people tested, {p}").format(n=count(listed.n_tested), p=p_is(listed.pvalue))
        yield ReportedFinding(kind="deleted-known", severity="blocks", seen=seen)


def _deleted_in_train(report: AuditReport) -> Iterator[ReportedFinding]:
    if (said := deleted_in_train(report)) is not None:
        yield ReportedFinding(kind="deleted-in-train", severity="blocks", seen=said)


def _claim(report: AuditReport) -> Iterator[ReportedFinding]:
    refuted = claim_refuted(report.claim)
    if refuted is not None and report.claim is not None:
        yield ReportedFinding(kind="claim", severity="blocks", seen=sentence(report.claim.reason))


def _one_release(report: AuditReport) -> Iterator[ReportedFinding]:
    if (which := _which_release(report)) is not None:
        seen = _("Release {which} of {of}").format(which=which, of=len(report.releases))
        yield ReportedFinding(kind="one-release", severity="blocks", seen=seen)


def _which_release(report: AuditReport) -> int | None:
    """The release that tells members from non-members by itself, counted from 1; None where none does."""
    pvalues = [release.pvalue for release in report.releases]
    if not pvalues or not figures_hold(report) or min(pvalues) * len(pvalues) >= RELEASE_DOUBT:
        return None
    return 1 + pvalues.index(min(pvalues))


def _holdout_seen(report: AuditReport) -> Iterator[ReportedFinding]:
    if (reason := no_comfort(report)) is not None:
        yield ReportedFinding(kind="holdout-seen", severity="blocks", seen=worded(reason))


_OF: Mapping[Kind, Callable[[AuditReport], Iterator[ReportedFinding]]] = {
    "copies": _copies,
    "own-values": _own_values,
    "rare-values": _rare_values,
    "near-copies": _near,
    "group": _groups,
    "attribute": _attributes,
    "isolated": _isolated,
    "rows-removed": _removed,
    "pieces": _text,
    "deleted-known": _deleted_known,
    "deleted-in-train": _deleted_in_train,
    "claim": _claim,
    "one-release": _one_release,
    "holdout-seen": _holdout_seen,
}
"""Findings of a kind; of several with one name the gravest counts."""
