"""Where the holdout cannot be believed: what the release shows without it, as if none had been given."""

from dataclasses import dataclass, replace

from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps import against_train, controls, copies, reused_identifiers, seen_holdout, stand_in
from synthaudit.types import AgainstTrain, Copies, ReusedIdentifiers, SingleRows
from synthaudit.verdict.void import no_comfort


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    copies: Copies
    single_rows: SingleRows | None
    identifiers: ReusedIdentifiers | None


def is_refused(context: Attacked) -> bool:
    """Whether the vendor may have seen the holdout, or a control failed: membership figures give no comfort then."""
    results = context.results
    # Before the audit has begun, as where it is planned, nothing speaks against the holdout.
    if results.get(copies.STEP) is None:
        return False
    compared = _Compared(
        copies=results[copies.STEP],
        single_rows=results.get(seen_holdout.STEP),
        identifiers=results[reused_identifiers.STEP],
    )
    checked = [results.get(step) for step in (controls.A_A, controls.NULL, controls.BLIND, stand_in.STEP)]
    return no_comfort(compared) is not None or any(control and control.status == "failed" for control in checked)


def run(context: Attacked) -> Result[AgainstTrain]:
    """Train against its own halves, as in an audit without a holdout."""
    result = against_train.run(context)
    reason = N_(
        "the holdout cannot be believed, so the release is held against train alone as well; nothing passes by it"
    )
    own = tuple(replace(covered, test=STEP.name) for covered in result.coverage)
    return Result(value=result.value, coverage=(line(STEP.name, "ran", reason), *own))


STEP: Step[Attacked, AgainstTrain] = Step(
    name=N_("without the holdout"),
    stage="attacked",
    run=run,
    stream=(19,),
    applies=is_refused,
    needs=(
        copies.STEP.name,
        reused_identifiers.STEP.name,
        seen_holdout.STEP.name,
        controls.A_A.name,
        controls.NULL.name,
        controls.BLIND.name,
        stand_in.STEP.name,
    ),
    progress=N_("halves of train"),
)
"""All randomness is of this step: the figures of an audit whose holdout is believed stay as they are."""
