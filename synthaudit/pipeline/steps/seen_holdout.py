"""Whether the vendor has seen the holdout, or has got it in place of train."""

import numpy as np

from synthaudit.checks.single_rows import ALPHA, single_rows
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import Coverage, Estimate, IntArray, KeptTo, SingleRows


def run(context: Attacked) -> Result[SingleRows | None]:
    """Everybody, by one row a person."""
    everybody, (real, release) = context.pile.everybody, context.points
    row = _one_each(everybody.unit, context.rng)
    members, others = (real.take(row[everybody.is_member[everybody.unit[row]] == side]) for side in (True, False))
    rows = single_rows(members, others, release, context.rng, context.settings.jobs)
    return Result(value=rows, coverage=(_cover(rows),))


def _one_each(unit: IntArray, rng: np.random.Generator) -> IntArray:
    """A row of every unit, drawn at random."""
    order = rng.permutation(len(unit))
    return np.asarray(order[np.unique(unit[order], return_index=True)[1]], dtype=np.int64)


def _cover(rows: SingleRows | None) -> Coverage:
    if rows is None:
        return line(STEP.name, "not_applicable", N_("there are too few different rows to compare"))
    if rows.kept in ("both", "holdout"):
        return line(STEP.name, "ran_low_power", _KEPT[rows.kept].format(share=_share(rows.holdout)), blocks_pass=True)
    if rows.holdout.pvalue < ALPHA:
        return line(STEP.name, "ran", N_("noted: {what}").format(what=_NOTED.format(share=_share(rows.holdout))))
    return line(
        STEP.name, "ran", N_("rows of the release keep no closer to single rows of the holdout than members do")
    )


def _share(kept_to: KeptTo) -> str:
    nearer = kept_to.nearer
    return (
        N_("closer in {nearer:.0f} of 100 comparisons").format(nearer=100 * nearer.value)
        if isinstance(nearer, Estimate)
        else N_("closer")
    )


_KEPT = {
    "both": (
        N_(
            "rows of the release keep to single rows of the holdout more than members do ({share}), which points to a "
            "holdout that the vendor has seen"
        )
    ),
    "holdout": (
        N_(
            "rows of the release keep to single rows of the holdout more than members do ({share}), and not to rows "
            "of train: the two tables may have been exchanged"
        )
    ),
}
_NOTED = N_(
    "rows of the release keep somewhat closer to single rows of the holdout than members do ({share}), as a "
    "release of another shape may"
)

STEP: Step[Attacked, SingleRows | None] = Step(
    name=N_("seen holdout"), stage="attacked", run=run, stream=(21,), progress=N_("seen holdout")
)
