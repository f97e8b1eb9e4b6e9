"""What gives people away: columns whose rare exact values the release repeats."""

from synthaudit.report.components import Table, table
from synthaudit.report.numbers import NBSP, count, measured, pvalue, shown
from synthaudit.report.summary import units
from synthaudit.types import AuditReport, ColumnReuse, Estimate, Reuse

_MOST_COLUMNS = 20
_NAME = 80


def text(report: AuditReport) -> tuple[str, ...]:
    """In words: the strongest column, or that there is none."""
    found = report.reuse
    if found is None:
        return ("Whether the release repeats rare exact values of members could not be tested.",)
    named = _named(found)
    if not named:
        return (
            f"No column was found to repeat rare exact values of members more often than of non-members. "
            f"{count(found.n_columns)} columns were looked at, for values that {_rare(report, found)}.",
        )
    first, more = named[0], len(named) - 1
    also = f" The same holds for {count(more)} more {'columns' if more > 1 else 'column'}." if more else ""
    unshown = max(len(named) - _MOST_COLUMNS, 0)
    rest = f" The table shows the strongest {_MOST_COLUMNS}; evidence.json has all {count(len(named))}." * bool(unshown)
    return (
        f"Exact values of “{shown(first.column, _NAME)}” that {_rare(report, found)} are reused: for "
        f"{count(first.members)} of {count(found.n_members)} members against {count(first.nonmembers)} of "
        f"{count(found.n_nonmembers)} non-members.{also} Whoever knows such a value of a person can look it up in the "
        "release.",
        f"A column is named where chance hardly makes such a difference: p below{NBSP}0.05, adjusted for the "
        f"{count(len(found.columns))} columns in which anybody's rare value is repeated. The table says where to "
        f"look; no limit rests on it, but where a policy lets nobody be exposed, a column with p below{NBSP}0.01 rules "
        "out a pass. Rounding or grouping these columns before training leaves fewer values "
        f"that single somebody out.{rest}",
    )


def columns(report: AuditReport) -> Table | None:
    """The columns by name, the strongest first."""
    found = report.reuse
    return table(
        "reuse-table",
        f"Columns whose rare exact values the release repeats, counted in {units(report)}",
        ("Column", "Members", "Non-members", "Difference of shares (95 %)", "Adjusted p"),
        [
            (
                shown(one.column, _NAME),
                f"{count(one.members)} of {count(found.n_members)}",
                f"{count(one.nonmembers)} of {count(found.n_nonmembers)}",
                measured(one.excess, as_percent=True),
                pvalue(one.pvalue_adjusted),
            )
            for one in _named(found)[:_MOST_COLUMNS]
        ]
        if found
        else [],
        numeric={1, 2, 3, 4},
    )


def _named(found: Reuse) -> list[ColumnReuse]:
    def key(one: ColumnReuse) -> tuple[float, str]:
        return (-one.excess.value if isinstance(one.excess, Estimate) else 0.0, one.column)

    return sorted((one for one in found.columns if one.reused), key=key)


def _rare(report: AuditReport, found: Reuse) -> str:
    often = "once" if found.at_most == 1 else f"{count(found.at_most)} times"
    return f"occur at most {often} in the attacker's sample of the population ({count(found.n_reference)} records)"
