"""The delivered file: what it holds beyond the table that was audited."""

from collections.abc import Callable, Mapping

from synthaudit.files.catalogue import _, plural
from synthaudit.report.components import TextAndTable, table
from synthaudit.report.numbers import capital, count, shown
from synthaudit.types import AuditReport, BeyondKind, Delivered
from synthaudit.verdict.words import BEYOND

_COUNTED: Mapping[BeyondKind, Callable[[int], str]] = {
    "columns": lambda n: plural("{n} column", "{n} columns", n).format(n=count(n)),
    "row_order": lambda n: plural("{n} row", "{n} rows", n).format(n=count(n)),
    "metadata": lambda n: plural("{n} entry", "{n} entries", n).format(n=count(n)),
    "outside": lambda n: plural("{n} byte", "{n} bytes", n).format(n=count(n)),
    "blank_lines": lambda n: plural("{n} line", "{n} lines", n).format(n=count(n)),
    "line_blanks": lambda n: plural("{n} line", "{n} lines", n).format(n=count(n)),
    "line_ends": lambda n: plural("{n} file", "{n} files", n).format(n=count(n)),
}
"""What is counted; cells where nothing is said here."""
_MOST_ROWS = 40


def view(report: AuditReport) -> TextAndTable | None:
    """Counts by kind and column; None in evidence that does not know."""
    delivered = report.delivered
    if delivered is None:
        return None
    rows = [
        (capital(_(BEYOND[one.kind])), shown(one.column, 80) if one.column else "–", _number(one.n, one.kind))
        for one in delivered.beyond
    ]
    more = len(rows) - _MOST_ROWS
    return TextAndTable(
        text=(
            _(
                "What was audited is the table in the precision and the spelling of the real tables, without "
                "regard to the order of its rows. The delivered file may hold more, in which anything can be "
                "written."
            ),
            *_found(delivered),
            *((_("{more} more are in evidence.json.").format(more=count(more)),) if more > 0 else ()),
            *_copy(delivered),
        ),
        table=table(
            "delivered-table",
            _("What the delivered file holds beyond the audited copy"),
            (_("What"), _("Column"), _("How many")),
            rows[:_MOST_ROWS],
            numeric={2},
        ),
    )


def _number(n: int, kind: BeyondKind) -> str:
    if kind in _COUNTED:
        return _COUNTED[kind](n)
    return plural("{n} cell", "{n} cells", n).format(n=count(n))


def _found(delivered: Delivered) -> tuple[str, ...]:
    if not delivered.beyond:
        return (_("Nothing of the kind was found in it."),)
    lines = [_("It does: see the table. A pass is for the audited copy alone.")]
    if any(one.kind == "row_order" for one in delivered.beyond):
        lines.append(
            _(
                "Its rows come in the order of the training rows that they are nearest to (p < .001), which "
                "tells whoever knows that order which row was made from whom."
            )
        )
    return tuple(lines)


def _copy(delivered: Delivered) -> tuple[str, ...]:
    if delivered.copy is None:
        return (_("No audited copy was written; --audited-copy FILE does so."),)
    return (
        _("The audited copy has {n_rows} rows and the SHA-256 {sha256}.").format(
            n_rows=count(delivered.copy.n_rows), sha256=delivered.copy.sha256
        ),
    )
