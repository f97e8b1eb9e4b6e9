"""Whether the release resembles the real tables at all: of one that does not, silence says nothing."""

from synthaudit.checks.fidelity import check_resemblance
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step


def run(context: Attacked) -> Result[None]:
    """Compare columns one by one, and their associations."""
    coverage = check_resemblance(
        context.data.schema, context.comparable, context.release, context.undressed, context.rng
    )
    return Result(value=None, coverage=(coverage,))


STEP: Step[Attacked, None] = Step(
    name=N_("resemblance"), stage="attacked", run=run, stream=(7,), progress=N_("controls")
)
