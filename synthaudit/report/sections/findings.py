"""Findings: each with how grave it is, what was seen, what usually helps, and the command that looks again."""

from dataclasses import dataclass

from synthaudit.files.catalogue import _
from synthaudit.report.components import Cell, Named, Table, table
from synthaudit.report.finding_words import kind_words
from synthaudit.report.numbers import shown
from synthaudit.report.reported_findings import ReportedFinding, reported_findings
from synthaudit.report.retest import FOLDER, RELEASE, THIS, retest
from synthaudit.report.since_previous import SincePrevious, since_previous, since_status
from synthaudit.types import AuditReport

_MOST = 30
"""Rows of the table; evidence of more columns is in its own section."""
_SENTENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsView:
    """The section, ready to print."""

    text: tuple[str, ...]
    table: Table | None
    commands: tuple[str, ...]
    how: str
    """What to write in the commands."""


def view(report: AuditReport, previous: AuditReport | None = None) -> FindingsView:
    """Every finding, the gravest first; with an earlier audit of the same dataset, what became of its findings."""
    since = None if previous is None else since_previous(report, previous)
    findings = reported_findings(report)
    return FindingsView(
        text=(*_text(findings), *_about(since)),
        table=_table(findings, since),
        commands=retest(report),
        how=_(
            "Write the next release for {release}, a new folder for {folder}, and the folder of this audit for {this}."
        ).format(release=RELEASE, folder=FOLDER, this=THIS),
    )


def _text(findings: tuple[ReportedFinding, ...]) -> tuple[str, ...]:
    if not findings:
        return (_("Nothing was found that chance does not explain. That is no proof that there is nothing."),)
    more = _(" The table shows the first {n}.").format(n=_MOST) if len(findings) > _MOST else ""
    return (
        _(
            "How grave a finding is says how many times its limit it surely is: three times or more is far above. "
            "What no limit covers rules out a pass, or is only reported.{more}"
        ).format(more=more),
    )


def _about(since: SincePrevious | None) -> tuple[str, ...]:
    if since is None:
        return ()
    day = shown(since.created[:10], 10) or _("an unknown day")
    return (
        _(
            "Held against the audit of {day}, of the same training table under the same limits. Fixed means: looked "
            "for again, and not found."
        ).format(day=day),
    )


def _table(findings: tuple[ReportedFinding, ...], since: SincePrevious | None) -> Table | None:
    rows: list[tuple[Cell, ...]] = [
        (
            _name(finding),
            finding.status,
            *((since_status(since.state[finding.name]),) if since else ()),
            shown(finding.seen, _SENTENCE),
            kind_words(finding.kind).helps,
        )
        for finding in findings[:_MOST]
    ]
    for finding, state in since.gone[:_MOST] if since else ():
        rows.append((_name(finding), "–", since_status(state), "–", "–"))
    head = (_("Finding"), _("How grave"), *((_("Since the earlier audit"),) if since else ()))
    return table("findings-table", _("What was found"), (*head, _("What was seen"), _("What usually helps")), rows)


def _name(finding: ReportedFinding) -> Named:
    return Named(text=finding.label, code=shown(finding.name, 120))
