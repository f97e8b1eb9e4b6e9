"""The tests of the test, run in every audit.

A/A: two halves of the non-members, nobody can tell them apart. Null: the reference cut in two, one half plays the
release. Blind baseline: members against non-members without the release, which must fail on a random split.
Planted leaks: copies of known number put into the release, which the attacks must find.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.ensemble import ExtraTreesClassifier

from synthaudit.attacker.view import K_NEIGHBOURS, Attacker, attacker
from synthaudit.attacks import EXPOSURE, LINKAGE_ATTACKS, NEIGHBOUR_ATTACKS
from synthaudit.encoding import VIEWS
from synthaudit.linkage.agreement import SUM_RULES, Rule
from synthaudit.neighbours import nearest
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.statistics.family_test import detects, family_decision
from synthaudit.statistics.progressive import progressive_test
from synthaudit.statistics.roc import auc
from synthaudit.statistics.units import folds
from synthaudit.types import (
    Attack,
    AttackerView,
    BoolArray,
    Cells,
    Control,
    ControlStatus,
    CoverageStatus,
    FloatArray,
    IntArray,
    Measured,
    Neighbours,
    NotEstimable,
    Planted,
    Points,
)
from synthaudit.verdict.levels import PLANTINGS, PLANTINGS_NEEDED

ALPHA = 0.001
NOTED = 0.05
SENSITIVITY = (0.01, 0.05)
"""Shares of members planted for the sensitivity curve."""
_VIEW = "quantile_l2"
_TREES = 30
_PERMUTATIONS = 499
"""Of each planting: its answer is yes or no at 5 %."""
PLANTED_ATTACKS: tuple[Attack, ...] = (*(a for a in NEIGHBOUR_ATTACKS if a.view == _VIEW), *LINKAGE_ATTACKS)
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
    return _control(setup, strangers, names, half, rng, "Two random halves of the non-members")


def null(setup: ControlSetup, rng: np.random.Generator) -> Control:
    """Let one random half of the reference play the release and the other the reference."""
    attacking = setup.attacker
    if attacking.reference_is_candidates or len(attacking.reference) < 40:
        reason = "No reference could be set aside, so none could be cut in two."
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
        views=(_VIEW,),
        competing=(),
    )
    scores, names = score_all(PLANTED_ATTACKS, blind.look_at(release), attacking.candidates, rng, setup.by_unit)
    return _control(setup, scores, names, setup.is_member, rng, "Half of the reference in place of the release")


def blind_baseline(setup: ControlSetup, rng: np.random.Generator) -> Control:
    """Tell members from non-members by a classifier that never sees the release."""
    attacking, points = setup.attacker, setup.attacker.candidate_points
    columns: list[npt.NDArray[Any]] = [points.numeric, points.codes]
    if setup.by_person:
        # People with more rows on one side than on the other are no random split either.
        columns.append(np.bincount(setup.unit)[setup.unit][:, None])
    if not attacking.reference_is_candidates:
        # A reference that holds one side would turn every attack that leans on it into a false alarm.
        columns.append(attacking.to_reference[_VIEW].distance[:, :1])
    features = np.concatenate(columns, axis=1).astype(np.float32)
    if not features.shape[1]:
        reason = "There is no column to tell members from non-members by."
        return Control(status="not_run", pvalue=None, auc=NotEstimable(not_estimable=reason), reason=reason)
    is_member = setup.is_member[setup.unit]

    def fit_score(train: IntArray, test: IntArray) -> FloatArray:
        trees = ExtraTreesClassifier(
            n_estimators=_TREES,
            min_samples_leaf=5,
            class_weight="balanced",
            n_jobs=attacking.jobs,
            random_state=int(rng.integers(2**31)),
        )
        trees.fit(features[train], is_member[train])
        # Threads add up votes in the order they finish; one worker keeps the last bit the same.
        trees.n_jobs = 1
        proba = trees.predict_proba(features[test])
        return np.asarray(proba[:, -1] if proba.shape[1] > 1 else np.zeros(len(test)), dtype=np.float64)

    fold = folds(len(is_member), 5, rng, entity=setup.unit)
    _, pvalue, measured = progressive_test(fit_score, is_member, fold, rng, entity=setup.unit)
    status, words = _judge(pvalue, "Members and non-members without the release")
    return Control(status=status, pvalue=pvalue, auc=measured, reason=words)


def plant_leaks(
    setup: ControlSetup,
    view: AttackerView,
    limits: Mapping[str, float],
    sensitivity: Sequence[float],
    rng: np.random.Generator,
) -> tuple[Planted, ...]:
    """Plant leaks at the limits of the policies, and verbatim copies for the sensitivity curve.

    Parameters
    ----------
    limits : mapping of str to float
        Use -> largest tolerated share of members found. The strictest comes first, and what is found at its share
        is the control of every looser use too: a leak of more people is easier to find.
    sensitivity : sequence of float
        Shares of members planted verbatim, for no use in particular.
    """
    results = []
    shares = sorted(set(limits.values()))
    kinds: tuple[Literal["verbatim", "near"], ...] = ("verbatim", "near")
    for kind, stream in zip(kinds, rng.spawn(len(kinds)), strict=True):
        for share, own in zip(shares, stream.spawn(len(shares)), strict=True):
            found, of = _plantings(setup, view, kind, share, own)
            uses = tuple(
                use for use, limit in limits.items() if limit == share or (found >= PLANTINGS_NEEDED and limit > share)
            )
            results.append(Planted(kind=kind, share=share, found=found, of=of, gates=uses))
            if found >= PLANTINGS_NEEDED:
                break
        else:
            if kind == "near" and not _plantings(setup, view, kind, 0.5, stream)[0]:
                # Strangers are as near to each other as a near copy to its original: it gives nobody away, and to ask
                # for it would be to ask for nothing.
                results = [leak for leak in results if leak.kind != kind]
                planted = Planted(kind=kind, share=0.5, found=0, of=3, recognisable=False, gates=tuple(limits))
                results.append(planted)
    for share, own in zip(sensitivity, rng.spawn(len(sensitivity)), strict=True):
        n_found, of = _plantings(setup, view, "verbatim", share, own)
        results.append(Planted(kind="verbatim", share=share, found=n_found, of=of))
    return tuple(results)


def _plantings(
    setup: ControlSetup, view: AttackerView, kind: str, share: float, rng: np.random.Generator
) -> tuple[int, int]:
    """How often the neighbour and linkage attacks find a planted leak.

    Each time other candidates are called members, as many as there are, drawn at random: a leak that the release
    has of its own then counts for nothing, and only what was planted can be found. The rows of ``share`` of these
    members replace random rows of the release, verbatim or as near copies (every number moved by 1 % of its rank
    range, one category changed). Stops as soon as the answer to "in at least 8 of 10?" is certain.
    """
    # The workers are spent on plantings, not within one. Those that turn out not to be needed are not counted.
    alone = replace(setup, attacker=replace(setup.attacker, jobs=1))
    jobs = min(setup.attacker.jobs, PLANTINGS)
    streams = rng.spawn(PLANTINGS)
    n_found = of = 0
    for start in range(0, PLANTINGS, jobs):
        results = Parallel(n_jobs=jobs, prefer="threads")(
            delayed(_is_found)(alone, view, kind, share, stream) for stream in streams[start : start + jobs]
        )
        for result in results:
            n_found, of = n_found + result, of + 1
            if n_found >= PLANTINGS_NEEDED or of - n_found > PLANTINGS - PLANTINGS_NEEDED:
                return n_found, of
    return n_found, of


def _is_found(setup: ControlSetup, view: AttackerView, kind: str, share: float, rng: np.random.Generator) -> bool:
    """Plant once and attack."""
    attacking, n_units = setup.attacker, len(setup.is_member)
    n_members = int(setup.is_member.sum())
    members = rng.permutation(n_units)[:n_members]
    called_member = np.isin(np.arange(n_units), members)
    leaked = members[: max(1, round(share * n_members))]
    copies = attacking.candidates.take(np.isin(setup.unit, leaked))
    if kind == "near":
        copies = _nudged(attacking, copies, rng)
    leaky = _replace(attacking, view, copies, rng)
    scores, _ = score_all(PLANTED_ATTACKS, leaky, attacking.candidates, rng, setup.by_unit)
    return detects(scores, called_member, rng, _PERMUTATIONS)


def score_all(
    attacks: Sequence[Attack], view: AttackerView, candidates: Cells, rng: np.random.Generator, by_unit: ByUnit
) -> tuple[FloatArray, list[str]]:
    """Scores of every attack by unit, and their names."""
    streams = rng.spawn(len(attacks))
    rows = np.array([attack.score(candidates, view, s) for attack, s in zip(attacks, streams, strict=True)])
    scores = by_unit(rows)
    repeats = len(scores) // len(attacks)
    return scores, [f"{attack.name}/{attack.view}" for attack in attacks for _ in range(repeats)]


def _control(
    setup: ControlSetup,
    scores: FloatArray,
    names: Sequence[str],
    labels: BoolArray,
    rng: np.random.Generator,
    what: str,
) -> Control:
    test = family_decision(scores, names, labels, rng=rng, n_permutations=setup.n_permutations)
    # One p-value for two families: the smaller, doubled.
    pvalue = min(1.0, 2 * min(test.decision.pvalue_auc, test.decision.pvalue_top))
    # The interval is that of one attack fixed beforehand; that of the worst would not cover.
    shown = next((i for i, name in enumerate(names) if name.startswith(f"{EXPOSURE.name}/")), 0)
    measured: Measured = auc(scores[shown], labels)
    status, words = _judge(pvalue, what)
    return Control(status=status, pvalue=pvalue, auc=measured, reason=words)


def _judge(pvalue: float, what: str) -> tuple[ControlStatus, str]:
    if pvalue < ALPHA:
        return "failed", f"{what} can be told apart (p = {pvalue:.2g}), which chance does once in a thousand audits."
    if pvalue < NOTED:
        return "noted", f"{what} look somewhat different (p = {pvalue:.2g}), as chance does in one audit of twenty."
    return "ok", f"{what} cannot be told apart (p = {pvalue:.2g}), as it should be."


def _nudged(attacking: Attacker, copies: Cells, rng: np.random.Generator) -> Cells:
    """Near copies: each number goes 1 % of the ranks up or down, one category becomes that of somebody else."""
    codes, values = copies.codes.copy(), copies.values.copy()
    pool = attacking.candidates
    rows = np.arange(len(copies))
    for column in attacking.space.numbers:
        order = np.argsort(pool.values[:, column], kind="stable")
        order = order[~np.isnan(pool.values[order, column])]
        if not len(order):
            continue
        # A value shared by many covers many ranks: one of them is drawn, so that it moves only near an end of them.
        ascending, value = pool.values[order, column], np.nan_to_num(values[:, column])
        first, beyond = (np.searchsorted(ascending, value, side=side) for side in ("left", "right"))
        position = rng.integers(first, np.maximum(beyond, first + 1))
        step = max(1, round(0.01 * len(order))) * rng.choice([-1, 1], size=len(copies))
        target = order[np.clip(position + step, 0, len(order) - 1)]
        present = ~np.isnan(values[:, column])
        codes[present, column] = pool.codes[target[present], column]
        values[present, column] = pool.values[target[present], column]
    if len(attacking.space.others):
        column = rng.choice(attacking.space.others, size=len(copies))
        codes[rows, column] = pool.codes[rng.integers(len(pool), size=len(copies)), column]
    return Cells(codes=codes, values=values)


def _replace(attacking: Attacker, view: AttackerView, copies: Cells, rng: np.random.Generator) -> AttackerView:
    """The release with random rows replaced by ``copies``; neighbours and sums are merged, not searched again.

    Of a release of which only a sample is held, the copies stand beside all rows, and as many of them in the sample as
    a sample gets: attacks that read no more than that are not shown the rest.
    """
    m, near = len(view.synthetic), copies
    if view.n_whole is not None:
        copies = copies.take(rng.random(len(copies)) < m / view.n_whole)
    copies = copies.take(np.arange(min(len(copies), m)))
    removed = np.zeros(m, dtype=bool)
    removed[rng.permutation(m)[: len(copies)]] = True
    kept = view.synthetic.take(~removed)
    release = Cells(
        codes=np.concatenate([kept.codes, copies.codes]), values=np.concatenate([kept.values, copies.values])
    )
    points = attacking.space.points(release)
    tables: Mapping[str, Neighbours] = {_VIEW: _merge(attacking, view, removed, near, points)}
    taken = view.synthetic.take(removed)
    sums = _merge_sums(attacking, view, taken, copies, release)
    return attacking.assemble(release, points, tables, sums, n_whole=view.n_whole)


def _merge(attacking: Attacker, view: AttackerView, removed: BoolArray, copies: Cells, points: Points) -> Neighbours:
    known = view.neighbours[_VIEW].to_synthetic
    k = K_NEIGHBOURS
    norm = VIEWS[_VIEW]
    new = nearest(attacking.candidate_points, attacking.space.points(copies), k, norm=norm, jobs=attacking.jobs)
    if view.n_whole is not None:
        merged = np.sort(np.concatenate([known.distance, new.distance], axis=1), axis=1)[:, :k]
        return Neighbours(distance=merged, row=np.full(merged.shape, -1, dtype=np.int64))
    gone = removed[np.maximum(known.row, 0)] | (known.row < 0)
    left = np.where(gone, np.inf, known.distance)
    merged = np.sort(np.concatenate([left, new.distance], axis=1), axis=1)[:, :k]
    # A list that lost entries is complete only up to the farthest distance it still vouches for.
    vouched = known.distance[:, -1]
    short = (merged[:, -1] > vouched) & np.isfinite(vouched)
    if short.any():
        queries = attacking.candidate_points.take(short)
        merged[short] = nearest(queries, points, k, norm=norm, jobs=attacking.jobs).distance
    return Neighbours(distance=merged, row=np.full(merged.shape, -1, dtype=np.int64))


def _merge_sums(
    attacking: Attacker, view: AttackerView, removed: Cells, copies: Cells, release: Cells
) -> dict[Rule, FloatArray]:
    if not len(copies):
        return {rule: view.agreement[rule].synthetic for rule in SUM_RULES}
    gone, new = attacking.sums(SUM_RULES, removed), attacking.sums(SUM_RULES, copies)
    merged: dict[Rule, FloatArray] = {}
    for rule in SUM_RULES:
        before = view.agreement[rule].synthetic
        left = -np.expm1(np.minimum(gone[rule] - before, 0.0))
        with np.errstate(divide="ignore"):
            sums = np.logaddexp(before + np.log(np.maximum(left, 0.0)), new[rule])
        # Where the removed rows made nearly the whole sum, the difference has no digits left: sum again.
        lost = left < 1e-6
        if lost.any():
            sums[lost] = attacking.agreement[rule].take(lost).log_sums(release, jobs=attacking.jobs)
        merged[rule] = sums
    return merged


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
    )


def _covered(control: Control, name: str, *, blocks_pass: bool = False) -> Result[Control]:
    """A control that could not be made; without the blind baseline nobody knows whether the split is random."""
    is_missing = control.status == "not_run"
    status: CoverageStatus = "not_applicable" if is_missing else "ran"
    return Result(value=control, coverage=(line(name, status, control.reason, blocks_pass=is_missing and blocks_pass),))


def _run_a_a(context: Attacked) -> Result[Control]:
    return _covered(a_a(control_setup(context), context.scores, context.names, context.rng), A_A.name)


def _run_null(context: Attacked) -> Result[Control]:
    return _covered(null(control_setup(context), context.rng), NULL.name)


def _run_blind(context: Attacked) -> Result[Control]:
    return _covered(blind_baseline(control_setup(context), context.rng), BLIND.name, blocks_pass=True)


def _run_planted(context: Attacked) -> Result[tuple[Planted, ...]]:
    """At the limits of all policies, and for a sensitivity curve, which decides nothing and which quick has none of."""
    limits = {policy.name: policy.tpr_at_fpr for policy in context.settings.policies}
    shares = () if context.settings.profile == "quick" else SENSITIVITY
    leaks = plant_leaks(control_setup(context), context.view, limits, shares, context.rng)
    if all(leak.recognisable for leak in leaks):
        return Result(value=leaks)
    reason = "strangers are as near to a person as a near copy would be, so such a copy gives nobody away here"
    return Result(value=leaks, coverage=(line("near copies", "not_applicable", reason),))


A_A: Step[Attacked, Control] = Step(
    name="A/A control", stage="attacked", run=_run_a_a, stream=(5, 0), progress="controls", beside=True
)
NULL: Step[Attacked, Control] = Step(
    name="null control", stage="attacked", run=_run_null, stream=(5, 1), progress="controls", beside=True
)
BLIND: Step[Attacked, Control] = Step(
    name="blind baseline", stage="attacked", run=_run_blind, stream=(5, 2), progress="controls", beside=True
)
PLANTED: Step[Attacked, tuple[Planted, ...]] = Step(
    name="planted leaks", stage="attacked", run=_run_planted, stream=(6,), progress="planted leaks"
)
