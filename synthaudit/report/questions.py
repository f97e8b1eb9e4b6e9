"""Questions to the vendor: they follow from what was found, from what the vendor claims, and from what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synthaudit.report.facts import has_holdout, is_for_copy
from synthaudit.report.finding_words import ASKED, Topic, kind_words
from synthaudit.report.reported_findings import ReportedFinding
from synthaudit.types import AuditReport

MOST = 8
"""Questions on a page; those about findings are never left out."""
_DISGUISE = ("resemblance", "disguise")
"""Lines of the coverage record that ask for an explanation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and how an answer that helps would look."""

    topic: Topic
    text: str
    good: str
    """What a good answer is."""


def questions(report: AuditReport, findings: Sequence[ReportedFinding]) -> tuple[Question, ...]:
    """What to ask the vendor, the gravest first.

    Parameters
    ----------
    report : AuditReport
        The audit.
    findings : sequence of ReportedFinding
        Its findings, the gravest first.

    Returns
    -------
    tuple of Question
        One or more for every kind of finding, then as many of the others as make :data:`MOST`; no figure stands in
        any of them.
    """
    about_findings = dict.fromkeys(kind_words(finding.kind).topic for finding in findings)
    others = [topic for topic in dict.fromkeys(_others(report)) if topic not in about_findings]
    topics = [*about_findings, *others[: max(0, MOST - len(about_findings))]]
    return tuple(Question(topic=topic, text=ASKED[topic][0], good=ASKED[topic][1]) for topic in topics)


def _others(report: AuditReport) -> Iterator[Topic]:
    """Claims that no audit shows, gaps that the vendor can close, and what is asked of every release."""
    if report.claim is not None and report.claim.stands != "refuted":
        yield "proof"
    if not has_holdout(report):
        yield "left_out"
    if is_for_copy(report):
        yield "beyond"
    if any(line.blocks_pass and line.test in _DISGUISE for line in report.coverage):
        yield "resemblance"
    yield "fitted_on"
    yield "other_releases"
