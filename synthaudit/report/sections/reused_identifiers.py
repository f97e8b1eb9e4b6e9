"""Values of one person: numbers, mails and names that the release should have made up, and did not."""

from synthaudit.report.components import TextAndTable, table
from synthaudit.report.numbers import NBSP, count, pvalue, shown
from synthaudit.types import AuditReport, IdentifierReuse

_MOST_COLUMNS = 20
_SPACES = {
    "large": "large",
    "small": "small, or not told by the form",
    "counter": "counts up: not tested",
}
_FORMS = {"letters_and_digits": "letters and digits", "digits": "digits alone"}


def view(report: AuditReport) -> TextAndTable | None:
    """Every such column with its counts; None where the tables have none."""
    identifiers = report.identifiers
    if identifiers is None or not identifiers.columns:
        return None
    columns = sorted(identifiers.columns, key=lambda column: not (column.reused or column.holdout_seen))
    reused = sum(column.reused for column in columns)
    seen = sum(column.holdout_seen for column in columns)
    return TextAndTable(
        text=(
            f"In {count(len(columns))} {'column' if len(columns) == 1 else 'columns'} every value belongs to one"
            " person: a release has to make them up anew. Values that members alone, or non-members alone, have were"
            " looked up in it, whatever their case and punctuation.",
            f"Columns where members' values are used again: {count(reused)}. Columns where non-members' values"
            f" are, which nobody knows who has not seen the holdout: {count(seen)}. Either counts only beyond chance,"
            f" with an error of {identifiers.alpha:g} over all columns.",
        ),
        table=table(
            "identifiers-table",
            "Values of one person that the release uses again",
            ("Column", "Compared by", "Members'", "Non-members'", "Space", "p by chance", "p against non-members"),
            [_row(column) for column in columns[:_MOST_COLUMNS]],
            numeric={2, 3, 5, 6},
        ),
    )


def _row(column: IdentifierReuse) -> tuple[str, ...]:
    nonmembers = f"{count(column.nonmembers)} of {count(column.n_nonmembers)}" if column.n_nonmembers else "no holdout"
    return (
        shown(column.column, 80),
        _FORMS[column.compared_by],
        f"{count(column.members)} of {count(column.n_members)}",
        nonmembers,
        _SPACES[column.space],
        _p(column.pvalue_chance),
        _p(column.pvalue_comparison),
    )


def _p(value: float | None) -> str:
    return f"not{NBSP}tested" if value is None else pvalue(value)
