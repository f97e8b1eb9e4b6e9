"""Values of one person that the release uses again: mail, telephone, account, national number."""

from collections.abc import Sequence

from synthaudit.checks.reused_identifiers import identifier_columns, measure_identifiers, released_values
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import Coverage, IdentifierReuse, ReusedIdentifiers

_MOST_NAMED = 5


def run(context: Tables) -> Result[ReusedIdentifiers | None]:
    """Look the values up, in all rows of the release."""
    data, streamed = context.data, context.streamed
    columns = identifier_columns(data)
    if not columns:
        return Result(value=None)
    if streamed is None:
        released = released_values(data.synthetic, columns)
    else:
        real = [cells for cells in (context.train, context.holdout) if cells is not None]
        released = streamed.released_values(context.encoder, data, real, columns)
    identifiers = measure_identifiers(data, columns, released)
    return Result(value=identifiers, coverage=tuple(_cover(identifiers)))


def _cover(identifiers: ReusedIdentifiers) -> list[Coverage]:
    by_space = {
        space: [column for column in identifiers.columns if column.space == space]
        for space in ("large", "small", "counter")
    }
    lines = []
    if by_space["large"]:
        reason = N_("looked up in all rows of the release: {by_space}").format(by_space=_counted(by_space["large"]))
        lines.append(line(STEP.name, "ran", reason))
    if by_space["small"]:
        reason = N_(
            "strangers may share such values by chance, so members were compared with non-members alone: {by_space}"
        ).format(by_space=_counted(by_space["small"]))
        lines.append(line(STEP.name, "ran_low_power", reason))
    if by_space["counter"]:
        reason = N_("values that count up meet whoever was counted, and were not tested: {by_space}").format(
            by_space=_named(by_space["counter"])
        )
        lines.append(line(STEP.name, "ran_low_power", reason))
    return lines


def _counted(columns: Sequence[IdentifierReuse]) -> str:
    """Name and counts of the first columns."""
    parts = []
    for column in columns[:_MOST_NAMED]:
        others = (
            N_(", {nonmembers:,} of {n_nonmembers:,} non-members'").format(
                nonmembers=column.nonmembers, n_nonmembers=column.n_nonmembers
            )
            if column.n_nonmembers
            else ""
        )
        parts.append(
            N_("'{column}' {members:,} of {n_members:,} members' values{others}").format(
                column=printable(column.column), members=column.members, n_members=column.n_members, others=others
            )
        )
    return "; ".join(parts) + _rest(columns)


def _named(columns: Sequence[IdentifierReuse]) -> str:
    return ", ".join(f"'{printable(column.column)}'" for column in columns[:_MOST_NAMED]) + _rest(columns)


def _rest(columns: Sequence[IdentifierReuse]) -> str:
    n = len(columns) - _MOST_NAMED
    return N_(", and {n:,} more").format(n=n) if n > 0 else ""


STEP: Step[Tables, ReusedIdentifiers | None] = Step(name=N_("values of one person"), stage="tables", run=run)
