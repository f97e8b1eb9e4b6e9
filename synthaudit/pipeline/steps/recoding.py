"""Whether columns of the release were recoded so that the attacks do not know them again."""

from synthaudit.checks.recoding import check_disguise
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step
from synthaudit.pipeline.steps import family


def run(context: Attacked) -> Result[None]:
    """Attack the release by how common its levels are, whatever they are called."""
    pile, suite = context.pile, context.results[family.STEP]
    coverage = check_disguise(
        context.space,
        pile.candidates,
        context.release,
        pile.is_member,
        pile.by_unit,
        suite.findings,
        context.settings.jobs,
    )
    return Result(value=None, coverage=(coverage,))


STEP: Step[Attacked, None] = Step(name=N_("disguise"), stage="attacked", run=run, needs=(family.STEP.name,))
