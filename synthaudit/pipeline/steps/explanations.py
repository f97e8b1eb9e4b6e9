"""Why members stand out, for the internal edition."""

from synthaudit.checks.explanation import Explanations, explain
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step


def run(context: Attacked) -> Result[Explanations]:
    """Find the row of the release that fits each of them best; nothing of it becomes part of the report."""
    whole, scored = context.data.whole, context.scored
    given_row = context.given_row if whole is None else whole.sampled[context.given_row]
    explanations = explain(context.attacking, context.pile, context.release, given_row, scored.rows, scored.attacks)
    return Result(value=explanations)


STEP: Step[Attacked, Explanations] = Step(
    name=N_("explanations"), stage="attacked", run=run, applies=lambda context: context.explaining
)
