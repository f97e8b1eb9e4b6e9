"""Several releases of one source: each attacked alone, beside the union that the audit attacks as one.

Releases of one source add up: each may stay below a limit that all of them together exceed, since what one of them says
of a person is independent noise to the others.
"""

import numpy as np

from synthaudit.attacks import QUICK_FAMILY, QUICK_VIEWS
from synthaudit.checks.copies import Side, count_rows, measure_copies
from synthaudit.checks.epsilon import ATTACK
from synthaudit.encoding import canonical_order
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.suite import Scored, gaps_of, names_of, run_attacks
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.types import Coverage, Release, ReleaseAlone


def run(context: Attacked) -> Result[tuple[ReleaseAlone, ...]]:
    """Attack every release by itself, in the order given; attacks that could not be made on one block a pass."""
    parts = context.data.releases
    releases: list[ReleaseAlone] = []
    gaps: list[Coverage] = []
    for part, rng in zip(parts, context.rng.spawn(len(parts)), strict=True):
        release, scored = _attacked_alone(context, part, rng)
        releases.append(release)
        gaps += gaps_of(scored, N_("release {n} alone").format(n=len(releases)))
    reason = N_("{n} releases were attacked as one, and each by itself").format(n=len(releases))
    return Result(value=tuple(releases), coverage=(*gaps, line(STEP.name, "ran", reason)))


def _attacked_alone(context: Attacked, part: Release, rng: np.random.Generator) -> tuple[ReleaseAlone, Scored]:
    data, pile, encode = context.data, context.pile, context.encoder.encode
    cells = encode(part.table)
    train, holdout = context.train, context.holdout
    members = Side(cells=train, entity=data.train_entity)
    others = None if holdout is None else Side(cells=holdout, entity=data.holdout_entity)
    counted, limit = count_rows(data.schema, train, cells, holdout), context.settings.policy.copies_excess
    copies = measure_copies(data.schema, members, others, counted, limit=limit, released=cells)
    view = context.attacking.look_at(cells.take(canonical_order(cells)), views=QUICK_VIEWS)
    scoring, testing = rng.spawn(2)
    scored = run_attacks(QUICK_FAMILY, view, pile.candidates, scoring, lambda *_: None)
    scores, names = pile.by_unit(scored.rows), names_of(scored.attacks, pile.suffixes)
    n_permutations, order = context.settings.n_permutations, context.order
    decision = family_decision(
        scores, names, pile.is_member, rng=testing, n_permutations=n_permutations, order=order
    ).decision
    score = scores[names.index(f"{ATTACK}{pile.suffixes[0]}")]
    release = ReleaseAlone(
        n_rows=len(part.table),
        sha256=part.sha256,
        attack=f"{ATTACK}{pile.suffixes[0]}",
        auc=auc(score, pile.is_member),
        tpr_at_fpr=tpr_at_fpr(score, pile.is_member, 0.01, order=order),
        detected=decision.detected,
        pvalue=min(1.0, 2 * min(decision.pvalue_auc, decision.pvalue_top)),
        copies_train=copies.train,
        copies_holdout=copies.holdout,
    )
    return release, scored


STEP: Step[Attacked, tuple[ReleaseAlone, ...]] = Step(
    name=N_("several releases"),
    stage="attacked",
    run=run,
    stream=(11,),
    applies=lambda context: bool(context.data.releases),
)
