"""The tests of the test, run in every audit.

A/A: two halves of the non-members, nobody can tell them apart. Null: the reference cut in two, one half plays the
release. Blind baseline: members against non-members without the release, which must fail on a random split. A fourth
lets members play the release (``stand_in.py``). That the attacks would find a leak is shown by ``planted_leaks.py``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthaudit.attacker.view import Attacker, attacker
from synthaudit.attacks import EXPOSURE, LINKAGE_ATTACKS, NEIGHBOUR_ATTACKS
from synthaudit.checks.random_trees import RandomTrees
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.runtime.shared import digest, shared
from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.progressive import progressive_test
from synthaudit.statistics.roc import auc
from synthaudit.statistics.units import folds
from synthaudit.types import (
    Attack,
    AttackerView,
    BoolArray,
    Cells,
    CodeArray,
    Control,
    ControlStatus,
    CoverageStatus,
    FloatArray,
    IntArray,
    Measured,
    NotEstimable,
)

ALPHA = 0.001
NOTED = 0.05
FEWEST_PERMUTATIONS = 2_999
"""Of a control: a p-value is twice the smaller of two, and 2 / 2,000 would never be below the level."""
VIEW = "quantile_l2"
PLANTED_ATTACKS: tuple[Attack, ...] = (*(a for a in NEIGHBOUR_ATTACKS if a.view == VIEW), *LINKAGE_ATTACKS)
"""Cheap to repeat, because planted rows are merged into neighbours that are known already."""

ByUnit = Callable[[FloatArray], FloatArray]
"""(n_attacks, n_rows) scores -> (n_members_of_the_family, n_units)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlSetup:
    """What every control needs: the attacker, the truth, and how rows become units."""

    attacker: Attacker
    is_member: BoolArray
    """(n_units,)"""
    unit: IntArray
    """(n_rows,) unit of each candidate row."""
    by_unit: ByUnit
    by_person: bool
    n_permutations: int
    alpha: float = 0.05
    """Error of the family, at which a planted leak is found."""


def a_a(setup: ControlSetup, scores: FloatArray, names: Sequence[str], rng: np.random.Generator) -> Control:
    """Call a random half of the non-members members: the whole family must stay silent.

    Parameters
    ----------
    scores : (n_attacks, n_units)
        The scores of the audit itself.
    """
    strangers = scores[:, ~setup.is_member]
    half = np.zeros(strangers.shape[1], dtype=bool)
    half[rng.permutation(len(half))[: len(half) // 2]] = True
    return judged_control(setup, strangers, names, half, rng, N_("Two random halves of the non-members"))


def null(setup: ControlSetup, rng: np.random.Generator) -> Control:
    """Let one random half of the reference play the release and the other the reference."""
    attacking = setup.attacker
    if attacking.reference_is_candidates or len(attacking.reference) < 40:
        reason = N_("No reference could be set aside, so none could be cut in two.")
        return Control(status="not_run", pvalue=None, auc=NotEstimable(not_estimable=reason), reason=reason)
    order = rng.permutation(len(attacking.reference))
    cut = len(order) // 2
    release, rest = (attacking.reference.take(np.sort(part)) for part in (order[:cut], order[cut:]))
    blind = attacker(
        attacking.schema,
        attacking.space,
        attacking.candidates,
        rest,
        jobs=attacking.jobs,
        views=(VIEW,),
        competing=(),
    )
    scores, names = score_all(PLANTED_ATTACKS, blind.look_at(release), attacking.candidates, rng, setup.by_unit)
    return judged_control(
        setup, scores, names, setup.is_member, rng, N_("Half of the reference in place of the release")
    )


def blind_baseline(setup: ControlSetup, rng: np.random.Generator) -> Control:
    """Tell members from non-members by a classifier that never sees the release."""
    attacking, points = setup.attacker, setup.attacker.candidate_points
    columns: list[npt.NDArray[Any]] = [points.numeric, points.codes]
    if setup.by_person:
        # People with more rows on one side than on the other are no random split either.
        columns.append(np.bincount(setup.unit)[setup.unit][:, None])
    if not attacking.reference_is_candidates:
        # A reference that holds one side would turn every attack that leans on it into a false alarm.
        columns.append(attacking.to_reference[VIEW].distance[:, :1])
    features = np.concatenate(columns, axis=1).astype(np.float32)
    if not features.shape[1]:
        reason = N_("There is no column to tell members from non-members by.")
        return Control(status="not_run", pvalue=None, auc=NotEstimable(not_estimable=reason), reason=reason)
    is_member = setup.is_member[setup.unit]
    trees = RandomTrees(jobs=attacking.jobs)

    def fit_score(train: IntArray, test: IntArray) -> FloatArray:
        return trees.fit_score(features[train], is_member[train], features[test], rng)

    fold = folds(len(is_member), 5, rng, entity=setup.unit)
    _, pvalue, measured = progressive_test(fit_score, is_member, fold, rng, entity=setup.unit)
    status, words = _judge(pvalue, N_("Members and non-members without the release"))
    return Control(status=status, pvalue=pvalue, auc=measured, reason=words)


def score_all(
    attacks: Sequence[Attack], view: AttackerView, candidates: Cells, rng: np.random.Generator, by_unit: ByUnit
) -> tuple[FloatArray, list[str]]:
    """Scores of every attack by unit, and their names."""
    streams = rng.spawn(len(attacks))
    rows = np.array([attack.score(candidates, view, s) for attack, s in zip(attacks, streams, strict=True)])
    scores = by_unit(rows)
    repeats = len(scores) // len(attacks)
    return scores, [f"{attack.name}/{attack.view}" for attack in attacks for _ in range(repeats)]


def judged_control(
    setup: ControlSetup,
    scores: FloatArray,
    names: Sequence[str],
    labels: BoolArray,
    rng: np.random.Generator,
    what: str,
) -> Control:
    """Whether the family tells units with these labels apart, where it must not; ``what`` names them."""
    n_permutations = max(setup.n_permutations, FEWEST_PERMUTATIONS)
    test = family_decision(scores, names, labels, rng=rng, n_permutations=n_permutations)
    # One p-value for two families: the smaller, doubled.
    pvalue = min(1.0, 2 * min(test.decision.pvalue_auc, test.decision.pvalue_top))
    # The interval is that of one attack fixed beforehand; that of the worst would not cover.
    shown = next((i for i, name in enumerate(names) if name.startswith(f"{EXPOSURE.name}/")), 0)
    measured: Measured = auc(scores[shown], labels)
    status, words = _judge(pvalue, what)
    return Control(status=status, pvalue=pvalue, auc=measured, reason=words)


def _judge(pvalue: float, what: str) -> tuple[ControlStatus, str]:
    if pvalue < ALPHA:
        return "failed", N_(
            "{what} can be told apart (p = {pvalue:.2g}), which chance does once in a thousand audits."
        ).format(what=what, pvalue=pvalue)
    if pvalue < NOTED:
        return "noted", N_(
            "{what} look somewhat different (p = {pvalue:.2g}), as chance does in one audit of twenty."
        ).format(what=what, pvalue=pvalue)
    return "ok", N_("{what} cannot be told apart (p = {pvalue:.2g}), as it should be.").format(what=what, pvalue=pvalue)


def control_setup(context: Attacked) -> ControlSetup:
    """What the controls of an audit need."""
    pile = context.pile
    return ControlSetup(
        attacker=context.attacking,
        is_member=pile.is_member,
        unit=pile.unit,
        by_unit=pile.by_unit,
        by_person=pile.by_person,
        n_permutations=context.settings.n_permutations,
        alpha=context.error_budget.family,
    )


def _covered(control: Control, name: str, *, blocks_pass: bool = False) -> Result[Control]:
    """A control that could not be made; without the blind baseline nobody knows whether the split is random."""
    is_missing = control.status == "not_run"
    status: CoverageStatus = "not_applicable" if is_missing else "ran"
    return Result(value=control, coverage=(line(name, status, control.reason, blocks_pass=is_missing and blocks_pass),))


def _run_a_a(context: Attacked) -> Result[Control]:
    return _covered(a_a(control_setup(context), context.scores, context.names, context.rng), A_A.name)


def without_release(
    context: Attacked, name: str, control: Callable[[ControlSetup, np.random.Generator], Control]
) -> Control:
    """A control that never sees the release: audits of the same real tables need it once."""
    setup = control_setup(context)

    def inputs() -> Any:
        # Numbered by the real rows alone: which cells are equal, and which comes first, is all that is asked of codes.
        attacking, rows = setup.attacker, setup.attacker.candidates
        others = attacking.reference
        return (
            (attacking.schema, attacking.space, sorted(attacking.to_reference), attacking.reference_is_candidates),
            _numbered(np.concatenate([rows.codes, others.codes])),
            (rows.values, others.values, setup.is_member, setup.unit),
            (setup.by_person, setup.n_permutations, setup.alpha, context.rng),
        )

    return shared(context.settings.shared, name, inputs, lambda: control(setup, context.rng))


def _numbered(codes: CodeArray) -> CodeArray:
    """Codes without gaps, in their order; 0 is missing, and stays so."""
    columns = [np.unique(np.append(column, 0), return_inverse=True)[1].reshape(-1)[:-1] for column in codes.T]
    return np.array(columns, dtype=np.int32).T


def _run_null(context: Attacked) -> Result[Control]:
    return _covered(without_release(context, NULL.name, null), NULL.name)


def _run_blind(context: Attacked) -> Result[Control]:
    # Its trees split codes as they are, so that these must be the same as well.
    points = context.attacking.candidate_points
    name = f"{BLIND.name} {digest((points.numeric, points.codes))}" if context.settings.shared else BLIND.name
    return _covered(without_release(context, name, blind_baseline), BLIND.name, blocks_pass=True)


A_A: Step[Attacked, Control] = Step(
    name=N_("A/A control"), stage="attacked", run=_run_a_a, stream=(5, 0), progress=N_("controls"), beside=True
)
NULL: Step[Attacked, Control] = Step(
    name=N_("null control"), stage="attacked", run=_run_null, stream=(5, 1), progress=N_("controls"), beside=True
)
BLIND: Step[Attacked, Control] = Step(
    name=N_("blind baseline"), stage="attacked", run=_run_blind, stream=(5, 2), progress=N_("controls"), beside=True
)
