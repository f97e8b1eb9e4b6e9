"""Rows of the release that repeat each other."""

from synthaudit.checks.duplicates import cover_repeats, measure_repeats
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step
from synthaudit.types import Repeats


def run(context: Tables) -> Result[Repeats]:
    """Count them, in train too."""
    whole = context.data.whole
    occurrences = None if whole is None else whole.occurrences
    repeats = measure_repeats(context.data.schema, context.train, context.synthetic, occurrences)
    return Result(value=repeats, coverage=(cover_repeats(repeats),))


STEP: Step[Tables, Repeats] = Step(name=N_("rows that repeat"), stage="tables", run=run)
