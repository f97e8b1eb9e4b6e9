"""A later audit of the same dataset: which findings of the earlier one are fixed, which are open, which are new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from synthaudit.adapters.options import PROFILES
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report.components import Status, Tone
from synthaudit.report.finding_words import Kind
from synthaudit.report.reasons import figures_told
from synthaudit.report.reported_findings import ReportedFinding, reported_findings
from synthaudit.types import AuditReport, Policy

Since = Literal["new", "open", "fixed", "not_tested"]
STATES: tuple[Since, ...] = get_args(Since)
SINCE: Labels[Since, str] = Labels(
    {"new": N_("new"), "open": N_("open"), "fixed": N_("fixed"), "not_tested": N_("not tested again")}
)
_TONES: Mapping[Since, Tone] = {"new": "bad", "open": "bad", "fixed": "good", "not_tested": "open"}
_WITHOUT_COMPARISON: tuple[Kind, ...] = ("copies", "own-values", "deleted-in-train", "holdout-seen", "claim")
"""Kinds that are looked for whether or not members can be compared with non-members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SincePrevious:
    """What became of the findings of an earlier audit."""

    state: Mapping[str, Since]
    """Name of a finding of this audit -> new or open."""
    gone: tuple[tuple[ReportedFinding, Since], ...]
    """Findings of the earlier audit that this one does not have: fixed, or not tested again."""
    created: str
    """When the earlier audit was made, as its evidence has it."""


def since_status(state: Since) -> Status:
    """The word for a state."""
    return Status(word=SINCE[state], tone=_TONES[state])


def since_previous(report: AuditReport, previous: AuditReport) -> SincePrevious:
    """Hold the findings of an audit against those of an earlier one of the same dataset.

    Parameters
    ----------
    report, previous : AuditReport
        The later and the earlier audit.

    Returns
    -------
    SincePrevious
        Findings are the same where kind and column are.

    Raises
    ------
    InputError
        SA-406 the two were made of different training tables, or judged by different limits.
    """
    refuse_another(report.provenance.sha256.get("train"), report.policy, previous)
    now = reported_findings(report)
    before = {finding.name: finding for finding in reported_findings(previous)}
    names = {finding.name for finding in now}
    return SincePrevious(
        state={finding.name: "open" if finding.name in before else "new" for finding in now},
        gone=tuple(
            (finding, "fixed" if _is_tested(finding, report, previous) else "not_tested")
            for name, finding in before.items()
            if name not in names
        ),
        created=previous.provenance.created_utc,
    )


def since_counts(since: SincePrevious) -> str:
    """How many findings of the two audits are new, open, fixed, and not tested again, in words."""
    states = [*since.state.values(), *(state for _finding, state in since.gone)]
    counts = [f"{states.count(state)} {SINCE[state]}" for state in STATES if state in states]
    return ", ".join(counts) or _("no finding in either")


def refuse_another(train_sha256: str | None, policy: Policy, previous: AuditReport) -> None:
    """Refuse an earlier audit of another training table than this one, or under other limits; see above."""
    where = N_("option --previous")
    if train_sha256 is None or train_sha256 != previous.provenance.sha256.get("train"):
        do = N_("Give the evidence of an audit with the same training table.")
        raise InputError("SA-406", where, N_("it was made of another training table"), do)
    if policy != previous.policy:
        do = N_("Give the evidence of an audit under the same policy.")
        raise InputError("SA-406", where, N_("it was judged by other limits"), do)


def _is_tested(finding: ReportedFinding, report: AuditReport, previous: AuditReport) -> bool:
    """Whether this audit looked for what the earlier one found: only then its absence says anything."""
    kind = finding.kind
    if finding.column and finding.column not in {column.name for column in report.columns}:
        return False
    if kind in ("deleted-known", "deleted-in-train"):
        alone = report.without_holdout
        return report.deleted is not None or (alone is not None and alone.deleted is not None)
    if kind == "claim":
        return report.claim is not None and report.claim.stands != "not_tested"
    if kind == "isolated":
        return report.per_record is not None and figures_told(report)
    if kind == "one-release":
        return len(report.releases) >= len(previous.releases) and figures_told(report)
    if kind == "attribute":
        guessed = report.risks.found if report.risks else ()
        return finding.column in {risk.column for risk in guessed} and figures_told(report)
    if kind in _WITHOUT_COMPARISON:
        return True
    return _as_thorough(report, previous) and figures_told(report) and bool(report.findings)


def _as_thorough(report: AuditReport, previous: AuditReport) -> bool:
    """Whether the profile runs all that the earlier one ran; profiles of another version say nothing."""
    ranks = [PROFILES.index(audit.profile) if audit.profile in PROFILES else -1 for audit in (report, previous)]
    return min(ranks) >= 0 and ranks[0] >= ranks[1]
