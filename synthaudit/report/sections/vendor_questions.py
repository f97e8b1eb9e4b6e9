"""Questions to the vendor, each with what a good answer is."""

from synthaudit.report.questions import Question, questions
from synthaudit.report.reported_findings import reported_findings
from synthaudit.types import AuditReport


def view(report: AuditReport) -> tuple[Question, ...]:
    """The questions, the gravest first."""
    return questions(report, reported_findings(report))
