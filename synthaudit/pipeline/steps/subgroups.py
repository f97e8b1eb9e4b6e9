"""Who is at risk: groups of people whose members stand out."""

from synthaudit.attacks import EXPOSURE
from synthaudit.checks.subgroups import measure_groups
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.statistics.subgroups import PERMUTATIONS, QUICK_PERMUTATIONS
from synthaudit.types import Subgroup


def run(context: Attacked) -> Result[tuple[Subgroup, ...]]:
    """By the one attack that was fixed beforehand for single people and groups."""
    by_name = zip(context.scores, context.names, strict=True)
    single = [score for score, name in by_name if name.startswith(f"{EXPOSURE.name}/")]
    if not single:
        reason = N_("the attack {name} was not asked for, or failed").format(name=EXPOSURE.name)
        return Result(value=(), coverage=(line(STEP.name, "not_run", reason),))
    n_permutations = QUICK_PERMUTATIONS if context.settings.profile == "quick" else PERMUTATIONS
    subgroups, coverage = measure_groups(
        context.data, context.pile, context.attacking, single[0], context.order, context.rng, n_permutations
    )
    return Result(value=subgroups, coverage=(coverage,))


STEP: Step[Attacked, tuple[Subgroup, ...]] = Step(name=N_("groups at risk"), stage="attacked", run=run, stream=(13,))
