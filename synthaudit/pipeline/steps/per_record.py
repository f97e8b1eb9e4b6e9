"""The attack on single records, by fitting the generator with and without them."""

from synthaudit.files.catalogue import N_
from synthaudit.generators.ready_shadows import Releases
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.shadows.per_record import per_record
from synthaudit.types import Coverage, CoverageStatus, PerRecord


def run(context: Attacked) -> Result[PerRecord | None]:
    """Attack the most isolated people; None where too few fits could be made."""
    measured = per_record(context.target, context.rng, most=context.budget.left)
    if isinstance(measured, Coverage):
        return Result(value=None, coverage=(measured,))
    status: CoverageStatus = "ran" if measured.finished == measured.requested else "ran_low_power"
    return Result(value=measured, coverage=(line(STEP.name, status, measured.cost),))


STEP: Step[Attacked, PerRecord | None] = Step(
    name=N_("per-record attack"),
    stage="attacked",
    run=run,
    stream=(10,),
    profiles=("thorough",),
    applies=lambda context: not isinstance(context.settings.generator, Releases),
    left_out=N_("made in the profile thorough, with a generator that can be fitted again"),
    cost="spare",
)
