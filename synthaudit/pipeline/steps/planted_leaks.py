"""The positive control: verbatim copies of known number put into the release, which the attacks must find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from synthaudit.attacker.view import K_NEIGHBOURS, AllRows, Attacker
from synthaudit.encoding import VIEWS, joined
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import SUM_RULES, Rule, count_of
from synthaudit.neighbours import nearest
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step
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
    """Plant leaks at the limits of the policies, and more copies for the sensitivity curve.

    Parameters
    ----------
    limits : mapping of str to float
        Use -> largest tolerated share of members found. The strictest comes first, and what is found at its share
        is the control of every looser use too: a leak of more people is easier to find.
    sensitivity : sequence of float
        Shares of members planted for no use in particular.
    """
    results = []
    shares = sorted(set(limits.values()))
    at_limits, curve = rng.spawn(2)
    for share, own in zip(shares, at_limits.spawn(len(shares)), strict=True):
        found, of = _plantings(setup, view, share, own)
        uses = tuple(
            use for use, limit in limits.items() if limit == share or (found >= PLANTINGS_NEEDED and limit > share)
        )
        results.append(Planted(kind="verbatim", share=share, found=found, of=of, gates=uses))
        if found >= PLANTINGS_NEEDED:
            break
    for share, own in zip(sensitivity, curve.spawn(len(sensitivity)), strict=True):
        found, of = _plantings(setup, view, share, own)
        results.append(Planted(kind="verbatim", share=share, found=found, of=of))
    return tuple(results)


def _plantings(setup: ControlSetup, view: AttackerView, share: float, rng: np.random.Generator) -> tuple[int, int]:
    """How often the neighbour and linkage attacks find a planted leak.

    Each time other candidates are called members, as many as there are, drawn at random: a leak that the release
    has of its own then counts for nothing, and only what was planted can be found. The rows of ``share`` of these
    members replace random rows of the release. Stops as soon as the answer to "in at least 8 of 10?" is certain.
    """
    # The workers are spent on plantings, not within one. Those that turn out not to be needed are not counted.
    alone = replace(setup, attacker=replace(setup.attacker, jobs=1))
    jobs = min(setup.attacker.jobs, PLANTINGS)
    streams = rng.spawn(PLANTINGS)
    n_found = of = 0
    for start in range(0, PLANTINGS, jobs):
        results = Parallel(n_jobs=jobs, prefer="threads")(
            delayed(_is_found)(alone, view, share, stream) for stream in streams[start : start + jobs]
        )
        for result in results:
            n_found, of = n_found + result, of + 1
            if n_found >= PLANTINGS_NEEDED or of - n_found > PLANTINGS - PLANTINGS_NEEDED:
                return n_found, of
    return n_found, of


def _is_found(setup: ControlSetup, view: AttackerView, share: float, rng: np.random.Generator) -> bool:
    """Plant once and attack."""
    attacking, n_units = setup.attacker, len(setup.is_member)
    n_members = int(setup.is_member.sum())
    members = rng.permutation(n_units)[:n_members]
    called_member = np.isin(np.arange(n_units), members)
    leaked = members[: max(1, round(share * n_members))]
    copies = attacking.candidates.take(np.isin(setup.unit, leaked))
    leaky = with_planted(attacking, view, planting(view, copies, rng))
    scores, _ = score_all(PLANTED_ATTACKS, leaky, attacking.candidates, rng, setup.by_unit)
    return detects(scores, called_member, rng, _PERMUTATIONS, setup.alpha)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planting:
    """Copies, and the rows of the release that make room for them."""

    copies: Cells
    held: Cells
    """The copies that stand in the rows that are held: all of them, or a sample where the release is one."""
    removed: BoolArray
    """(m,) rows that went."""


def planting(view: AttackerView, copies: Cells, rng: np.random.Generator) -> Planting:
    """Draw the rows of the release that ``copies`` replace.

    Of a release of which only a sample is held, the copies stand beside all rows, and as many of them in the sample as
    a sample gets: attacks that read no more than that are not shown the rest.
    """
    m, held = len(view.synthetic), copies
    if view.n_whole is not None:
        held = held.take(rng.random(len(held)) < m / view.n_whole)
    held = held.take(np.arange(min(len(held), m)))
    removed = np.zeros(m, dtype=bool)
    removed[rng.permutation(m)[: len(held)]] = True
    return Planting(copies=copies, held=held, removed=removed)


def with_planted(attacking: Attacker, view: AttackerView, planted: Planting) -> AttackerView:
    """The release with copies in place of some rows; neighbours and sums are merged, not searched again."""
    release = joined(view.synthetic.take(~planted.removed), planted.held)
    points = attacking.space.points(release)
    tables: Mapping[str, Neighbours] = {VIEW: _merge(attacking, view, planted, points)}
    if view.parts is not None:
        sums = _more_sums(attacking, view, planted.copies)
        return attacking.assemble(release, points, tables, sums, whole=_beside(attacking, view, planted.copies, tables))
    sums = _merge_sums(attacking, view, view.synthetic.take(planted.removed), planted.held, release)
    return attacking.assemble(release, points, tables, sums)


def _beside(attacking: Attacker, view: AttackerView, copies: Cells, tables: Mapping[str, Neighbours]) -> AllRows:
    """All rows with copies after them."""

    def parts() -> Iterator[tuple[Cells, Points]]:
        yield from view.all_rows()
        yield copies, attacking.space.points(copies)

    counts = count_of(attacking.candidates, copies)
    counts += 0 if view.value_counts is None else view.value_counts
    return AllRows(n=view.n_searched + len(copies), parts=parts, neighbours=tables, value_counts=counts)


def _more_sums(attacking: Attacker, view: AttackerView, copies: Cells) -> dict[Rule, FloatArray]:
    new = attacking.sums(SUM_RULES, copies)
    return {rule: np.logaddexp(view.agreement[rule].synthetic, new[rule]) for rule in SUM_RULES}


def _merge(attacking: Attacker, view: AttackerView, planted: Planting, points: Points) -> Neighbours:
    known = view.neighbours[VIEW].to_synthetic
    k = K_NEIGHBOURS
    norm = VIEWS[VIEW]
    # Copies farther than all that is known change no list.
    new = nearest(
        attacking.candidate_points,
        attacking.space.points(planted.copies),
        k,
        norm=norm,
        within=known.distance[:, -1],
        jobs=attacking.jobs,
    )
    if view.n_whole is not None:
        merged = np.sort(np.concatenate([known.distance, new.distance], axis=1), axis=1)[:, :k]
        return Neighbours(distance=merged, row=np.full(merged.shape, -1, dtype=np.int64))
    gone = planted.removed[np.maximum(known.row, 0)] | (known.row < 0)
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
    return Result(value=plant_leaks(control_setup(context), context.view, limits, shares, context.rng))


STEP: Step[Attacked, tuple[Planted, ...]] = Step(
    name=N_("planted leaks"), stage="attacked", run=run, stream=(6,), progress=N_("planted leaks")
)
