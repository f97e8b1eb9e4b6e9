"""Rare exact values of members that the release uses again, column by column."""

from synthaudit.checks.rare_values import measure_reuse
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import Reuse


def run(context: Attacked) -> Result[Reuse]:
    """Look the values up, in all rows of the release."""
    pile, streamed = context.pile, context.streamed
    is_met = None if streamed is None else streamed.is_met(context.encoder, pile.everybody.cells)
    reuse = measure_reuse(context.data.schema, pile, context.release, is_met)
    reason = N_("{n_columns} columns were looked up in the release").format(n_columns=reuse.n_columns)
    return Result(value=reuse, coverage=(line(STEP.name, "ran", reason),))


STEP: Step[Attacked, Reuse] = Step(name=N_("rare values by column"), stage="attacked", run=run)
