"""Whether members and non-members are related in a way that has nothing to do with the release.

The reference holds the same share of either side, so it favours nobody where members and non-members are related to
each other; but such tables hide a leak. So half of the members play the release, and the others must be as far from
them as strangers are.
"""

from dataclasses import replace

import numpy as np

from synthaudit.attacker.view import Attacker, attacker
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps.controls import (
    PLANTED_ATTACKS,
    VIEW,
    ControlSetup,
    judged_control,
    score_all,
    without_release,
)
from synthaudit.types import BoolArray, Control, CoverageStatus, FloatArray, Neighbours, NotEstimable

FEWEST = 20
"""Members below whom no half of them is anything like a release."""


def stand_in(setup: ControlSetup, rng: np.random.Generator) -> Control:
    """Let a random half of the members play the release, and attack the other members and the non-members."""
    members = np.flatnonzero(setup.is_member)
    if len(members) < FEWEST:
        reason = N_("Half of fewer than {fewest} members cannot play the release.").format(fewest=FEWEST)
        return Control(status="not_run", pvalue=None, auc=NotEstimable(not_estimable=reason), reason=reason)
    plays = np.zeros(len(setup.is_member), dtype=bool)
    plays[rng.permutation(members)[: len(members) // 2]] = True
    is_row_left = ~plays[setup.unit]
    release = setup.attacker.candidates.take(~is_row_left)
    left = _without(setup.attacker, is_row_left)

    def by_unit(rows: FloatArray) -> FloatArray:
        everybody = np.zeros((len(rows), len(setup.unit)))
        everybody[:, is_row_left] = rows
        return setup.by_unit(everybody)[:, ~plays]

    view = left.look_at(release, views=(VIEW,))
    scores, names = score_all(PLANTED_ATTACKS, view, left.candidates, rng, by_unit)
    return judged_control(
        setup,
        scores,
        names,
        setup.is_member[~plays],
        rng,
        N_("Members and non-members, half of the members as release,"),
    )


def _without(attacking: Attacker, left: BoolArray) -> Attacker:
    """The attacker of some candidates alone; what is known of a reference of its own is kept."""
    candidates = attacking.candidates.take(left)
    if attacking.reference_is_candidates:
        return attacker(
            attacking.schema, attacking.space, candidates, None, jobs=attacking.jobs, views=(VIEW,), competing=()
        )
    near = attacking.to_reference[VIEW]
    return replace(
        attacking,
        candidates=candidates,
        candidate_points=attacking.candidate_points.take(left),
        agreement={rule: known.take(left) for rule, known in attacking.agreement.items()},
        agreement_reference={rule: sums[left] for rule, sums in attacking.agreement_reference.items()},
        competing=(),
        to_reference={VIEW: Neighbours(distance=near.distance[left], row=near.row[left])},
    )


def run(context: Attacked) -> Result[Control]:
    """In every audit; the coverage says how it ended."""
    control = without_release(context, STEP.name, stand_in)
    status: CoverageStatus = "not_applicable" if control.status == "not_run" else "ran"
    return Result(value=control, coverage=(line(STEP.name, status, control.reason),))


STEP: Step[Attacked, Control] = Step(
    name=N_("stand-in control"), stage="attacked", run=run, stream=(20,), progress=N_("controls"), beside=True
)
