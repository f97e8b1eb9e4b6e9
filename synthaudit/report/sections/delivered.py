"""The delivered file: what it holds beyond the table that was audited."""

from synthaudit.report.components import TextAndTable, table
from synthaudit.report.numbers import capital, count, shown
from synthaudit.types import AuditReport, BeyondKind, Delivered
from synthaudit.verdict.words import BEYOND

_UNITS: dict[BeyondKind, str] = {
    "columns": "column",
    "row_order": "row",
    "metadata": "entry",
    "outside": "byte",
    "blank_lines": "line",
    "line_blanks": "line",
    "line_ends": "file",
}
"""What is counted; cells where nothing is said here."""
_MOST_ROWS = 40


def view(report: AuditReport) -> TextAndTable | None:
    """Counts by kind and column; None in evidence that does not know."""
    delivered = report.delivered
    if delivered is None:
        return None
    rows = [
        (capital(BEYOND[one.kind]), shown(one.column, 80) if one.column else "–", _number(one.n, one.kind))
        for one in delivered.beyond
    ]
    more = len(rows) - _MOST_ROWS
    return TextAndTable(
        text=(
            "What was audited is the table in the precision and the spelling of the real tables, without regard to the"
            " order of its rows. The delivered file may hold more, in which anything can be written.",
            *_found(delivered),
            *((f"{count(more)} more are in evidence.json.",) if more > 0 else ()),
            *_copy(delivered),
        ),
        table=table(
            "delivered-table",
            "What the delivered file holds beyond the audited copy",
            ("What", "Column", "How many"),
            rows[:_MOST_ROWS],
            numeric={2},
        ),
    )


def _number(n: int, kind: BeyondKind) -> str:
    unit = _UNITS.get(kind, "cell")
    plural = "entries" if unit == "entry" else f"{unit}s"
    return f"{count(n)} {unit if n == 1 else plural}"


def _found(delivered: Delivered) -> tuple[str, ...]:
    if not delivered.beyond:
        return ("Nothing of the kind was found in it.",)
    lines = ["It does: see the table. A pass is for the audited copy alone."]
    if any(one.kind == "row_order" for one in delivered.beyond):
        lines.append(
            "Its rows come in the order of the training rows that they are nearest to (p < .001), which tells whoever"
            " knows that order which row was made from whom."
        )
    return tuple(lines)


def _copy(delivered: Delivered) -> tuple[str, ...]:
    if delivered.copy is None:
        return ("No audited copy was written; --audited-copy FILE does so.",)
    return (f"The audited copy has {count(delivered.copy.n_rows)} rows and the SHA-256 {delivered.copy.sha256}.",)
