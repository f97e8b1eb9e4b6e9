"""What a release gives away beside membership: secrets guessed, people singled out, records linked."""

from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step
from synthaudit.types import Risks
from synthaudit.verdict.levels import ATTRIBUTES_ALPHA


def run(context: Attacked) -> Result[Risks]:
    """Try them on members and on non-members."""
    from synthaudit.risks.measure import measure_risks

    risks, coverage = measure_risks(
        context.data.schema,
        context.space,
        context.pile,
        context.release,
        context.rng,
        error=ATTRIBUTES_ALPHA,
        all_cells=context.view.all_cells if context.view.parts else None,
        jobs=context.settings.jobs,
    )
    return Result(value=risks, coverage=tuple(coverage))


STEP: Step[Attacked, Risks] = Step(
    name=N_("other risks"),
    stage="attacked",
    run=run,
    stream=(12,),
    profiles=("standard", "thorough"),
    left_out=N_("guessing of attributes, singling out and linking are tried in the profile standard"),
    cost="spare",
    progress=N_("other risks"),
)
