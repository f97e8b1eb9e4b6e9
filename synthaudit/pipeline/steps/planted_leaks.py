"""The positive control: copies of known number put into the release, which the attacks must find."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from joblib import Parallel, delayed

from synthaudit.attacker.view import K_NEIGHBOURS, Attacker
from synthaudit.encoding import VIEWS
from synthaudit.linkage.agreement import SUM_RULES, Rule
from synthaudit.neighbours import nearest
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps.controls import PLANTED_ATTACKS, VIEW, ControlSetup, control_setup, score_all
from synthaudit.statistics.family_test import detects
from synthaudit.types import AttackerView, BoolArray, Cells, FloatArray, Neighbours, Planted, Points
from synthaudit.verdict.levels import PLANTINGS, PLANTINGS_NEEDED

SENSITIVITY = (0.01, 0.05)
"""Shares of members planted for the sensitivity curve."""
_PERMUTATIONS = 499
"""Of each planting: its answer is yes or no at 5 %."""


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
    leaky = with_planted(attacking, view, copies, rng)
    scores, _ = score_all(PLANTED_ATTACKS, leaky, attacking.candidates, rng, setup.by_unit)
    return detects(scores, called_member, rng, _PERMUTATIONS, setup.alpha)


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


def with_planted(attacking: Attacker, view: AttackerView, copies: Cells, rng: np.random.Generator) -> AttackerView:
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
    remaining = view.synthetic.take(~removed)
    release = Cells(
        codes=np.concatenate([remaining.codes, copies.codes]), values=np.concatenate([remaining.values, copies.values])
    )
    points = attacking.space.points(release)
    tables: Mapping[str, Neighbours] = {VIEW: _merge(attacking, view, removed, near, points)}
    taken = view.synthetic.take(removed)
    sums = _merge_sums(attacking, view, taken, copies, release)
    return attacking.assemble(release, points, tables, sums, n_whole=view.n_whole)


def _merge(attacking: Attacker, view: AttackerView, removed: BoolArray, copies: Cells, points: Points) -> Neighbours:
    known = view.neighbours[VIEW].to_synthetic
    k = K_NEIGHBOURS
    norm = VIEWS[VIEW]
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


def run(context: Attacked) -> Result[tuple[Planted, ...]]:
    """At the limits of all policies, and for a sensitivity curve, which decides nothing and which quick has none of."""
    limits = {policy.name: policy.tpr_at_fpr for policy in context.settings.policies}
    shares = () if context.settings.profile == "quick" else SENSITIVITY
    leaks = plant_leaks(control_setup(context), context.view, limits, shares, context.rng)
    if all(leak.recognisable for leak in leaks):
        return Result(value=leaks)
    reason = "strangers are as near to a person as a near copy would be, so such a copy gives nobody away here"
    return Result(value=leaks, coverage=(line("near copies", "not_applicable", reason),))


STEP: Step[Attacked, tuple[Planted, ...]] = Step(
    name="planted leaks", stage="attacked", run=run, stream=(6,), progress="planted leaks"
)
