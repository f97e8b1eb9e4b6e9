"""How the row that fits a found member best differs from that member."""

from synthaudit.checks.likeness import Likeness, measure_likeness
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step


def run(context: Attacked) -> Result[Likeness | None]:
    """Averages over those who are found; None where nobody is."""
    scored = context.scored
    likeness = measure_likeness(context.attacking, context.pile, context.release, scored.rows, scored.attacks)
    return Result(value=likeness)


STEP: Step[Attacked, Likeness | None] = Step(name=N_("likeness"), stage="attacked", run=run)
