"""What gives people away: columns whose rare exact values the release repeats."""

from synthaudit.report.components import Table, TextAndTable, figure, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import NBSP, count, pvalue, shown
from synthaudit.types import AuditReport, ColumnReuse, Estimate, Reuse

_MOST_COLUMNS = 20
_NAME = 80


def view(report: AuditReport) -> TextAndTable:
    """Which columns to look at first."""
    return TextAndTable(text=_text(report), table=_table(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    """In words: the strongest column, or that there is none."""
    reuse = report.reuse
    if reuse is None:
        return ("Whether the release repeats rare exact values of members could not be tested.",)
    reused = _reused(reuse)
    if not reused:
        return (
            f"No column was found to repeat rare exact values of members more often than of non-members. "
            f"{count(reuse.n_columns)} columns were looked at, for values that {_rare(reuse)}.",
        )
    first, more = reused[0], len(reused) - 1
    also = f" The same holds for {count(more)} more {'columns' if more > 1 else 'column'}." if more else ""
    unshown = max(len(reused) - _MOST_COLUMNS, 0)
    rest = f" The table shows the strongest {_MOST_COLUMNS}; evidence.json has all {count(len(reused))}." * bool(
        unshown
    )
    return (
        f"Exact values of “{shown(first.column, _NAME)}” that {_rare(reuse)} are reused: for "
        f"{count(first.members)} of {count(reuse.n_members)} members against {count(first.nonmembers)} of "
        f"{count(reuse.n_nonmembers)} non-members.{also} Whoever knows such a value of a person can look it up in the "
        "release.",
        f"A column is named where chance hardly makes such a difference: p below{NBSP}0.05, adjusted for the "
        f"{count(len(reuse.columns))} columns in which anybody's rare value is repeated. The table says where to "
        f"look; no limit rests on it, but where a policy lets nobody be exposed, a column with p below{NBSP}0.01 rules "
        "out a pass. Rounding or grouping these columns before training leaves fewer values "
        f"that single somebody out.{rest}",
    )


def _table(report: AuditReport) -> Table | None:
    """The columns by name, the strongest first."""
    reuse = report.reuse
    return table(
        "reuse-table",
        f"Columns whose rare exact values the release repeats, counted in {units(report)}",
        ("Column", "Members", "Non-members", "Difference of shares (95 %)", "Adjusted p"),
        [
            (
                shown(column.column, _NAME),
                f"{count(column.members)} of {count(reuse.n_members)}",
                f"{count(column.nonmembers)} of {count(reuse.n_nonmembers)}",
                figure(column.excess, as_percent=True),
                pvalue(column.pvalue_adjusted),
            )
            for column in _reused(reuse)[:_MOST_COLUMNS]
        ]
        if reuse
        else [],
        numeric={1, 2, 3, 4},
    )


def _reused(reuse: Reuse) -> list[ColumnReuse]:
    """The columns that chance does not explain, the strongest first."""

    def key(column: ColumnReuse) -> tuple[float, str]:
        return (-column.excess.value if isinstance(column.excess, Estimate) else 0.0, column.column)

    return sorted((column for column in reuse.columns if column.reused), key=key)


def _rare(reuse: Reuse) -> str:
    often = "once" if reuse.at_most == 1 else f"{count(reuse.at_most)} times"
    return f"occur at most {often} in the attacker's sample of the population ({count(reuse.n_reference)} records)"
