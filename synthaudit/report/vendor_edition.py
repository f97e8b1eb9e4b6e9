"""The edition for the vendor: verdict, bands, kinds of finding and questions, and no figure of the audit.

Whoever knows how well the last release did, to three digits, makes the next one until the figure is small, and not
until nothing leaks. So this edition holds what has to be mended and leaves out how much was measured: no estimate,
bound, p-value or count, no number of people, and no outcome under other limits than those that were agreed, since two
limits side by side tell where between them a figure lies. It has no hash of the evidence either, by which a guessed
figure could be tried out.
"""

from dataclasses import dataclass
from typing import Literal

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report import words
from synthaudit.report.components import TONES, Cell, Named, Status, Table, table
from synthaudit.report.facts import gaps, heading, policy_name
from synthaudit.report.finding_words import RANK, kind_words
from synthaudit.report.names import moment, names, title
from synthaudit.report.numbers import capital, sentence, shown
from synthaudit.report.questions import Question, questions
from synthaudit.report.reasons import chosen_gates, figures_told
from synthaudit.report.reported_findings import (
    GRAVEST,
    ReportedFinding,
    reported_findings,
    severity_of,
    times_of,
)
from synthaudit.report.since_previous import SincePrevious, since_previous, since_status
from synthaudit.types import AuditReport, Gate, Outcome

Band = Literal["far_above", "above", "near", "below", "not_tested"]
_BANDS: Labels[Band, str] = Labels(
    {
        "far_above": N_("far above the limit"),
        "above": N_("above the limit"),
        "near": N_("near the limit, or not decided"),
        "below": N_("below the limit"),
        "not_tested": N_("not tested"),
    }
)
_LIMITED = ("auc", "tpr_at_fpr", "copies", "exposed", "attributes")
"""Gates that have a limit; the others are told as findings, or as what was not tested."""
_LEADS: Labels[Outcome, str] = Labels(
    {
        "pass": N_("Every limit that was agreed is kept, as far as these attacks can tell."),
        "fail": N_("At least one limit that was agreed is surely exceeded: the release is not accepted as it is."),
        "inconclusive": N_("Nothing was decided, which is no acceptance."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorView:
    """The page, ready to print."""

    title: str
    names: tuple[tuple[str, str], ...]
    created: str
    release: str
    outcome: Outcome
    heading: str
    lead: str
    policy: str
    bands: Table | None
    findings: Table | None
    questions: tuple[Question, ...]
    untested: tuple[str, ...]
    release_sha256: str
    """Of the table that the vendor made: it says which one was audited."""
    digest: str = ""
    """None: see above."""


def vendor_edition(report: AuditReport, previous: AuditReport | None = None) -> VendorView:
    """What the vendor may read of a report.

    Parameters
    ----------
    report : AuditReport
        The audit; every text in it may be hostile.
    previous : AuditReport, optional
        An earlier audit of the same dataset: findings are then fixed, open or new.

    Raises
    ------
    InputError
        SA-406 ``previous`` is of another training table, or under other limits.
    """
    release, findings = title(report), by_band(reported_findings(report))
    since = None if previous is None else since_previous(report, previous)
    return VendorView(
        title=_("Findings of the privacy audit of {release}").format(release=release or _("a synthetic table")),
        names=names(report),
        created=report.provenance.created_utc if moment(report) else "",
        release=release,
        outcome=report.outcome,
        heading=f"{words.OUTCOME_WORDS[report.outcome]} {heading(report)}",
        lead=_LEADS[report.outcome],
        policy=_("{policy}. {source}").format(
            policy=policy_name(report), source=sentence(shown(report.policy.source, 200))
        ),
        bands=_bands(report),
        findings=_findings(findings, since),
        questions=questions(report, findings),
        untested=tuple(
            dict.fromkeys(
                capital(shown(words.name_of_test(line.test), 80)) for line in gaps(report) if line.blocks_pass
            )
        ),
        release_sha256=next((shown(t.sha256, 64) for t in report.tables if t.role == "synthetic"), ""),
    )


def by_band(findings: tuple[ReportedFinding, ...]) -> tuple[ReportedFinding, ...]:
    """In an order that tells no more than their bands: within one, by kind and by the name of the column.

    Examples
    --------
    >>> far = ReportedFinding(kind="attribute", column="b", severity="above", times=2.0)
    >>> near = ReportedFinding(kind="attribute", column="a", severity="above", times=1.5)
    >>> [finding.name for finding in by_band((far, near))]
    ['attribute:a', 'attribute:b']
    """
    return tuple(sorted(findings, key=lambda each: (GRAVEST.index(each.severity), RANK[each.kind], each.column)))


def _bands(report: AuditReport) -> Table | None:
    gates = chosen_gates(report)
    rows: list[tuple[Cell, ...]] = [
        (words.gate_label(name), _status(report, gates[name])) for name in _LIMITED if name in gates
    ]
    return table("bands", _("The release and the limits"), (_("Limit"), _("The release is")), rows)


def _status(report: AuditReport, gate: Gate) -> Status:
    if gate.name == "exposed" and report.policy.exposed_allowed:
        return Status(word=_(words.NO_LIMIT), tone="plain")
    return Status(word=_BANDS[band(report, gate)], tone=TONES[gate.outcome])


def band(report: AuditReport, gate: Gate) -> Band:
    """Where a release stands to a limit, as coarsely as says what to do."""
    if gate.outcome == "fail":
        return "far_above" if severity_of(times_of(report, gate)) == "far_above" else "above"
    if gate.outcome == "pass":
        return "below"
    is_measured = gate.upper_bound is not None or gate.name == "exposed"
    return "near" if is_measured and figures_told(report) else "not_tested"


def _findings(findings: tuple[ReportedFinding, ...], since: SincePrevious | None) -> Table | None:
    rows: list[tuple[Cell, ...]] = [
        (
            _name(finding),
            finding.status,
            *((since_status(since.state[finding.name]),) if since else ()),
            kind_words(finding.kind).helps,
        )
        for finding in findings
    ]
    for finding, state in sorted(since.gone, key=lambda pair: pair[0].name) if since else ():
        rows.append((_name(finding), "–", since_status(state), "–"))
    head = (_("Finding"), _("How grave"), *((_("Since the earlier audit"),) if since else ()))
    return table("vendor-findings", _("What was found"), (*head, _("What usually helps")), rows)


def _name(finding: ReportedFinding) -> Named:
    return Named(text=finding.label, code=shown(finding.name, 120))
