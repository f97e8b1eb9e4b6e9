"""Values of one person: numbers, mails and names that the release should have made up, and did not."""

from synthaudit.files.catalogue import N_, Labels, _, plural
from synthaudit.report.components import TextAndTable, table
from synthaudit.report.numbers import count, pvalue, shown
from synthaudit.types import AuditReport, IdentifierReuse

_MOST_COLUMNS = 20
_SPACES: Labels[str, str] = Labels(
    {
        "large": N_("large"),
        "small": N_("small, or not told by the form"),
        "counter": N_("counts up: not tested"),
    }
)
_FORMS: Labels[str, str] = Labels(
    {"letters_and_digits": N_("letters and digits"), "digits": N_("digits alone"), "digest": N_("hashes of them")}
)


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
            plural(
                "In {n} column every value belongs to one person: a release has to make them up anew. Values that "
                "members alone, or non-members alone, have were looked up in it, whatever their case and punctuation.",
                "In {n} columns every value belongs to one person: a release has to make them up anew. Values that "
                "members alone, or non-members alone, have were looked up in it, whatever their case and punctuation.",
                len(columns),
            ).format(n=count(len(columns))),
            _(
                "Columns where members' values are used again: {reused}. Columns where non-members' values are, "
                "which nobody knows who has not seen the holdout: {seen}. Either counts only beyond chance, with "
                "an error of {alpha:g} over all columns."
            ).format(reused=count(reused), seen=count(seen), alpha=identifiers.alpha),
        ),
        table=table(
            "identifiers-table",
            _("Values of one person that the release uses again"),
            (
                _("Column"),
                _("Compared by"),
                _("Members'"),
                _("Non-members'"),
                _("Space"),
                _("p by chance"),
                _("p against non-members"),
            ),
            [_row(column) for column in columns[:_MOST_COLUMNS]],
            numeric={2, 3, 5, 6},
        ),
    )


def _row(column: IdentifierReuse) -> tuple[str, ...]:
    nonmembers = (
        _("{nonmembers} of {n_nonmembers}").format(
            nonmembers=count(column.nonmembers), n_nonmembers=count(column.n_nonmembers)
        )
        if column.n_nonmembers
        else _("no holdout")
    )
    return (
        shown(column.column, 80),
        _FORMS[column.compared_by],
        _("{members} of {n_members}").format(members=count(column.members), n_members=count(column.n_members)),
        nonmembers,
        _SPACES[column.space],
        _p(column.pvalue_chance),
        _p(column.pvalue_comparison),
    )


def _p(value: float | None) -> str:
    return _("not\u00a0tested") if value is None else pvalue(value)
