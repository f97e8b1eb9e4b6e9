"""What was tested, and what was not."""

from synthaudit.report import words
from synthaudit.report.components import Status, TextAndTable, Tone, table
from synthaudit.report.numbers import capital, sentence, shown
from synthaudit.types import AuditReport

_TONES: dict[str, Tone] = {
    "ran": "good",
    "ran_low_power": "open",
    "not_run": "open",
    "not_applicable": "plain",
}


def view(report: AuditReport) -> TextAndTable:
    """The coverage record in fixed words."""
    tests = table(
        "coverage-table",
        "Coverage record: every test, run or not",
        ("Test", "Status", "Reason", "A pass"),
        [
            (
                capital(shown(line.test, 120)),
                Status(
                    word=words.COVERAGE_WORDS[line.status],
                    tone="bad" if line.blocks_pass else _TONES[line.status],
                ),
                sentence(line.reason),
                "is blocked by this" if line.blocks_pass else "is not blocked",
            )
            for line in report.coverage
        ],
    )
    return TextAndTable(table=tests)
