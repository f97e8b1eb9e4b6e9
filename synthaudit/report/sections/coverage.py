"""What was tested, and what was not."""

from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.report.components import Status, TextAndTable, Tone, table
from synthaudit.report.numbers import capital, count, sentence, shown
from synthaudit.types import AuditReport, Coverage

_TONES: dict[str, Tone] = {
    "ran": "good",
    "ran_low_power": "open",
    "not_run": "open",
    "not_applicable": "plain",
}


def view(report: AuditReport) -> TextAndTable:
    """The coverage record in fixed words; what rules out a pass is no matter of a fail."""
    of_pass = () if report.outcome == "fail" else (_("A pass"),)
    tests = table(
        "coverage-table",
        _("Coverage record: every test, run or not"),
        (_("Test"), _("Status"), _("Reason"), *of_pass),
        [
            (
                capital(shown(words.name_of_test(line.test), 120)),
                Status(word=words.COVERAGE_WORDS[line.status], tone=_tone(line)),
                _reason(report, line),
                *(_("is ruled out by this") if line.blocks_pass else "–" for __ in of_pass),
            )
            for line in report.coverage
        ],
    )
    return TextAndTable(table=tests and tests.without_empty_columns())


def _reason(report: AuditReport, line: Coverage) -> str:
    """Its sentence; of the attacks also how many figures they became, which the section of the attacks counts."""
    said, n = sentence(line.reason), len(report.findings)
    if line.test != "membership attacks" or not any(finding.view.endswith(":mean") for finding in report.findings):
        return said
    return _("{said} Of each the highest and the average score of a person's rows count: {n} in all.").format(
        said=said, n=count(n)
    )


def _tone(line: Coverage) -> Tone:
    return "bad" if line.blocks_pass else _TONES[line.status]
