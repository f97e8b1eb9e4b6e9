"""What many parts of the page ask of a report."""

from synthaudit.files.catalogue import _, marks
from synthaudit.report import words
from synthaudit.report.components import TONES, Status
from synthaudit.report.numbers import shown
from synthaudit.report.retold import worded
from synthaudit.types import AuditReport, Coverage, Gate
from synthaudit.verdict import reasons
from synthaudit.verdict.sentences import NOT_COVERED

BY_SIZE = ("auc", "tpr_at_fpr", "copies", "attributes")
"""Gates that more people decide."""


def has_holdout(report: AuditReport) -> bool:
    """Whether members could be compared with people whom the generator never saw."""
    return any(table.role == "holdout" for table in report.tables)


def units(report: AuditReport) -> str:
    """What is counted: people where an entity column says who is who, else records."""
    return _("people") if report.unit == "entity" else _("records")


def gaps(report: AuditReport) -> list[Coverage]:
    """Tests that did not give an answer, those that block a pass first."""
    open_lines = [line for line in report.coverage if line.status in ("not_run", "ran_low_power")]
    return sorted(open_lines, key=lambda line: not line.blocks_pass)


def policy_name(report: AuditReport) -> str:
    """Name of the policy, cut to a length that fits a line."""
    return shown(report.policy.name, 40)


def heading(report: AuditReport) -> str:
    """The outcome, for which use, and what it says, without the word for the outcome itself.

    Returns
    -------
    str
        Such as ``for internal use: a small leak, below the limit``.
    """
    use = words.FOR_USE.get(report.policy.name) or _("under the policy {policy}").format(policy=policy_name(report))
    return f"{use}{marks().colon}{words.HEADINGS[report.outcome, bool(report.leakage_detected)]}"


def is_for_copy(report: AuditReport) -> bool:
    """Whether a pass is for the audited copy, and not for the delivered file."""
    return report.delivered is not None and bool(report.delivered.beyond)


def deleted_in_train(report: AuditReport) -> str | None:
    """That people said to be deleted stand in train; None where none do."""
    alone = report.without_holdout
    reason = reasons.deleted_in_train(report.deleted or (None if alone is None else alone.deleted))
    return None if reason is None else worded(reason)


def gate_status(report: AuditReport, gate: Gate) -> Status:
    """How the release stands to a limit; where the policy sets none, nothing is within it."""
    if gate.name == "exposed" and report.policy.exposed_allowed and gate.outcome == "pass":
        return Status(word=_(words.NO_LIMIT), tone="plain")
    if gate.name == "coverage" and gate.reason.startswith(NOT_COVERED):
        return Status(word=_(words.A_GAP), tone=TONES[gate.outcome])
    return Status(word=words.gate_word(gate.name, gate.outcome), tone=TONES[gate.outcome])
