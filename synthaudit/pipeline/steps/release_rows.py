"""What was read of a release that is too large to be held whole."""

from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step


def run(context: Tables) -> Result[None]:
    """Nothing is measured: what comes from all rows and what from a sample is put on record."""
    assert context.streamed is not None
    return Result(value=None, coverage=(context.streamed.coverage(),))


STEP: Step[Tables, None] = Step(
    name=N_("rows of the release"), stage="tables", run=run, applies=lambda context: context.streamed is not None
)
