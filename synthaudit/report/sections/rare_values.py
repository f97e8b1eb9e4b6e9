"""What gives people away: columns whose rare exact values the release repeats."""

from synthaudit.files.catalogue import _, plural
from synthaudit.report.components import Table, TextAndTable, figure, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, pvalue, shown
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
        return (_("Whether the release repeats rare exact values of members could not be tested."),)
    reused = _reused(reuse)
    if not reused:
        return (
            _(
                "No column was found to repeat rare exact values of members more often than of non-members. "
                "{n_columns} columns were looked at, for values that {rare}."
            ).format(n_columns=count(reuse.n_columns), rare=_rare(reuse)),
        )
    first, more = reused[0], len(reused) - 1
    also = (
        plural(" The same holds for {more} more column.", " The same holds for {more} more columns.", more).format(
            more=count(more)
        )
        if more
        else ""
    )
    unshown = max(len(reused) - _MOST_COLUMNS, 0)
    rest = _(" The table shows the strongest {shown}; evidence.json has all {n}.").format(
        shown=_MOST_COLUMNS, n=count(len(reused))
    ) * bool(unshown)
    return (
        _(
            "Exact values of “{column}” that {rare} are reused: for {members} of {n_members} members against "
            "{nonmembers} of {n_nonmembers} non-members.{also} Whoever knows such a value of a person can look "
            "it up in the release."
        ).format(
            column=shown(first.column, _NAME),
            rare=_rare(reuse),
            members=count(first.members),
            n_members=count(reuse.n_members),
            nonmembers=count(first.nonmembers),
            n_nonmembers=count(reuse.n_nonmembers),
            also=also,
        ),
        _(
            "A column is named where chance hardly makes such a difference: p below\u00a00.05, adjusted for the {n} "
            "columns in which anybody's rare value is repeated. The table says where to look; no limit rests on "
            "it, but where a policy lets nobody be exposed, a column with p below\u00a00.01 rules out a pass. "
            "Rounding or grouping these columns before training leaves fewer values that single somebody "
            "out.{unshown}"
        ).format(n=count(len(reuse.columns)), unshown=rest),
    )


def _table(report: AuditReport) -> Table | None:
    """The columns by name, the strongest first."""
    reuse = report.reuse
    return table(
        "reuse-table",
        _("Columns whose rare exact values the release repeats, counted in {units}").format(units=units(report)),
        (_("Column"), _("Members"), _("Non-members"), _("Difference of shares (95 %)"), _("Adjusted p")),
        [
            (
                shown(column.column, _NAME),
                _("{members} of {n_members}").format(members=count(column.members), n_members=count(reuse.n_members)),
                _("{nonmembers} of {n_nonmembers}").format(
                    nonmembers=count(column.nonmembers), n_nonmembers=count(reuse.n_nonmembers)
                ),
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
    often = _("once") if reuse.at_most == 1 else _("{at_most} times").format(at_most=count(reuse.at_most))
    return _("occur at most {often} in the attacker's sample of the population ({n_reference} records)").format(
        often=often, n_reference=count(reuse.n_reference)
    )
