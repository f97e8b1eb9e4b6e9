"""Whether the release has enough rows for a verdict."""

from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line

SMALLEST_SYNTHETIC = 100


def run(context: Tables) -> Result[int]:
    """Rows of the release, of the smallest where there are several."""
    releases = context.data.releases
    smallest = min((len(part.table) for part in releases), default=len(context.synthetic))
    if smallest >= SMALLEST_SYNTHETIC:
        return Result(value=smallest)
    reason = N_("{smallest} synthetic rows; at least {smallest_synthetic} are needed for a verdict").format(
        smallest=smallest, smallest_synthetic=SMALLEST_SYNTHETIC
    )
    return Result(value=smallest, coverage=(line(STEP.name, "ran_low_power", reason, blocks_pass=True),))


STEP: Step[Tables, int] = Step(name=N_("size of the release"), stage="tables", run=run)
