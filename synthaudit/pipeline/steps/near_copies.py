"""How many people would be seen if the release held near copies of them: planted, and counted at the top of an attack.

Copies are those of non-members, of whom the release knows nothing, and other non-members are what they are held
against: a leak of the release's own neither helps nor hides them.
Beside the attacks of the audit somebody attacks who knows how the copies were made. Near copies that even this attacker
does not see give nobody away.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from synthaudit.attacks.noise_likelihood import LAWS, Fits, NoiseLikelihood, Originals
from synthaudit.files.catalogue import N_
from synthaudit.linkage.noise import Noise, noisy_copies
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps.controls import PLANTED_ATTACKS, ControlSetup, control_setup, score_all
from synthaudit.pipeline.steps.planted_leaks import planting, with_planted
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.types import (
    Attack,
    AttackerView,
    BoolArray,
    Coverage,
    Estimate,
    FloatArray,
    IntArray,
    Measured,
    NearCopies,
    NotEstimable,
)
from synthaudit.verdict.levels import NEAR_COPIES_FEWEST

SIZES = (0.01, 0.03)
"""Moves of the numbers, as shares of the ranks."""
DRAWN = (0.003, 0.03)
"""Ends of a third one, which the audit's seed draws, evenly on the scale of logarithms."""
PEOPLE = 400
"""Planted of each kind, where there are twice as many people."""
_ROOM = 0.2
"""Share of the release that one planting replaces at most, and so how many plantings it takes,"""
_PLANTINGS = 3
"""up to this number."""
_FPR = 0.01
_INDEPENDENT = (0.01, 0.1, 1.0, 1e6)
"""Weights of independent columns that the attacker who knows the noise tries."""
_NOISE = NoiseLikelihood()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ready:
    """What all plantings of an audit share."""

    setup: ControlSetup
    view: AttackerView
    attacks: tuple[Attack, ...]
    """Those that read neighbours and sums, which are merged."""
    reads_noise: bool
    """Whether the likelihood ratio is among the attacks of the audit."""
    originals: Originals
    noises: tuple[Noise, ...]
    rest: "_Held | _InParts"
    """What the release says by itself."""


def near_copies(
    setup: ControlSetup, view: AttackerView, attacks: Sequence[Attack], rng: np.random.Generator
) -> tuple[NearCopies, ...]:
    """Plant near copies of three kinds and count the people who are seen.

    Parameters
    ----------
    attacks : sequence of Attack
        The attacks of the audit; those that read claims, models or shadows are not made again.

    Returns
    -------
    tuple of NearCopies
        By size of the noise.
    """
    drawn = math.exp(rng.uniform(*np.log(DRAWN)))
    noises = tuple(Noise(size=size) for size in (*SIZES, drawn))
    originals, rest = _of_release(setup, view, [(noise,) for noise in noises])
    ready = _Ready(
        setup=replace(setup, attacker=replace(setup.attacker, jobs=1)),
        view=view,
        attacks=tuple(attack for attack in PLANTED_ATTACKS if attack in attacks),
        reads_noise=_NOISE in attacks,
        originals=originals,
        noises=noises,
        rest=rest,
    )
    tasks = [
        (which, people, stream)
        for which, own in enumerate(rng.spawn(len(noises)))
        for people, stream in _drawn(ready, own)
    ]
    plantings = Parallel(n_jobs=setup.attacker.jobs, prefer="threads")(delayed(_seen)(ready, *task) for task in tasks)
    results = []
    for which, noise in enumerate(noises):
        counts = [seen for task, seen in zip(tasks, plantings, strict=True) if task[0] == which]
        results.append(_measured(ready, noise, counts))
    return tuple(results)


def _of_release(
    setup: ControlSetup, view: AttackerView, known: Sequence[Sequence[Noise]]
) -> tuple[Originals, "_Held | _InParts"]:
    """The originals, and what the release says of them by the laws of the attack, 0, and of who knows the noise."""
    candidates, jobs = setup.attacker.candidates, setup.attacker.jobs
    if view.parts:
        originals = Originals(candidates, view)
        return originals, _InParts(originals, view, (LAWS, *known), jobs)
    originals, fits = Originals.of_release(candidates, view, known, jobs=jobs)
    return originals, _Held(originals, fits)


class _Held:
    """What the rows of a release say that is held whole; copies stand in the place of some of them."""

    def __init__(self, originals: Originals, fits: Fits) -> None:
        self._originals, self._fits = originals, fits

    def largest(self, law: int, independent: float, removed: BoolArray) -> FloatArray:
        """(n_people,) the largest ratio of any row that was left."""
        return self._originals.largest(self._fits.near[~removed], self._fits.ratios(law, independent)[~removed])


class _InParts:
    """The same of a release that is read part by part, where copies stand beside all rows and none goes."""

    def __init__(self, originals: Originals, view: AttackerView, laws: Sequence[Sequence[Noise]], jobs: int) -> None:
        asked = [(0, 1.0), *((law, weight) for law in range(1, len(laws)) for weight in _INDEPENDENT)]
        self._largest = dict.fromkeys(asked, originals.nobody())
        for rows, points in view.all_rows():
            fits = originals.fits(rows, points, laws, jobs=jobs)
            for (law, weight), known in self._largest.items():
                of_part = originals.largest(fits.near, fits.ratios(law, weight))
                self._largest[law, weight] = np.maximum(known, of_part)

    def largest(self, law: int, independent: float, removed: BoolArray) -> FloatArray:
        """(n_people,) the largest ratio of any row."""
        return self._largest[law, independent]


def _drawn(ready: _Ready, rng: np.random.Generator) -> list[tuple[IntArray, np.random.Generator]]:
    """The people of each planting, nobody twice, and a stream for each."""
    strangers, rows_each = np.flatnonzero(~ready.setup.is_member), len(ready.setup.unit) / len(ready.setup.is_member)
    room = int(_ROOM * ready.view.n_searched / max(rows_each, 1.0))
    most = min(PEOPLE, len(strangers) // 2, max(room, 1))
    if not most:
        return []
    n_plantings = min(-(-PEOPLE // most), _PLANTINGS, len(strangers) // most)
    size = min(most, -(-PEOPLE // n_plantings))
    people = rng.permutation(strangers)[: n_plantings * size].reshape(n_plantings, size)
    return list(zip(people, rng.spawn(n_plantings), strict=True))


def _seen(
    ready: _Ready, which: int, people: IntArray, rng: np.random.Generator
) -> tuple[BoolArray, BoolArray, list[str]]:
    """Whom each attack sees of these people, (K, n); whom each guess of who knows the noise; names of the attacks."""
    setup, view, attacking = ready.setup, ready.view, ready.setup.attacker
    copies = noisy_copies(
        ready.originals.population, attacking.candidates.take(np.isin(setup.unit, people)), ready.noises[which], rng
    )
    planted = planting(view, copies, rng)
    names: list[str] = []
    scores = np.empty((0, len(setup.is_member)))
    if ready.attacks:
        leaky = with_planted(attacking, view, planted)
        scores, names = score_all(ready.attacks, leaky, attacking.candidates, rng, setup.by_unit)
    rows = planted.copies if view.parts else planted.held
    fits = ready.originals.fits(rows, attacking.space.points(rows), (LAWS, (ready.noises[which],)), jobs=1)

    def by_noise(laws: tuple[int, int], independent: float) -> FloatArray:
        """Each row speaks for itself, so what the rest of the release says is known already."""
        rest = ready.rest.largest(laws[0], independent, planted.removed)
        of_copies = ready.originals.largest(fits.near, fits.ratios(laws[1], independent))
        return ready.originals.scores(np.maximum(rest, of_copies))

    by_attack = setup.by_unit(by_noise((0, 0), 1.0)[None])
    known = setup.by_unit(np.array([by_noise((1 + which, 1), weight) for weight in _INDEPENDENT]))
    if ready.reads_noise:
        scores = np.concatenate([scores, by_attack])
        names = [*names, *[f"{_NOISE.name}/{_NOISE.view}"] * len(by_attack)]
    order = rng.permutation(len(setup.is_member))
    is_other = ~setup.is_member
    is_other[people] = False
    all_known = np.concatenate([known, by_attack])
    return _above(scores, people, is_other, order), _above(all_known, people, is_other, order), names


def _above(scores: FloatArray, people: IntArray, is_other: BoolArray, order: IntArray) -> BoolArray:
    """(K, n) which of these people stand above all but 1 % of the others; ties in a random order."""
    most = int(_FPR * is_other.sum() + 1e-9)
    above = np.zeros((len(scores), len(people)), dtype=bool)
    for row, score in zip(above, scores, strict=True):
        ranking = np.lexsort((order, -score))
        others_before = np.empty(len(score), dtype=np.int64)
        others_before[ranking] = np.cumsum(is_other[ranking])
        row[:] = others_before[people] <= most
    return above


def _measured(ready: _Ready, noise: Noise, plantings: Sequence[tuple[BoolArray, BoolArray, list[str]]]) -> NearCopies:
    """The counts of all plantings of one kind; people stand in a random order."""
    nobody = NotEstimable(not_estimable=N_("There are too few people to plant near copies of any."))
    if sum(seen.shape[1] for seen, _, _ in plantings) < 2:
        return NearCopies(size=noise.size, seen=nobody, attack="", known=nobody)
    seen, known = (np.concatenate(parts, axis=1) for parts in list(zip(*plantings, strict=True))[:2])
    share: Measured = NotEstimable(not_estimable=N_("None of the attacks that are made again was asked for."))
    best, attack = 0, ""
    if len(seen):
        best, share = _best(seen)
        attack = plantings[0][2][best]
    return NearCopies(size=noise.size, seen=share, attack=attack, known=_best(known)[1])


def _best(above: BoolArray) -> tuple[int, Estimate]:
    """The row with most, and the share of the people seen; each end holds with 95 %.

    Each half of the people is judged by the row that sees most of the other half.
    """
    halves = above[:, ::2], above[:, 1::2]
    chosen = [int(half.sum(axis=1).argmax()) for half in halves]
    n, k = above.shape[1], sum(int(half[row].sum()) for half, row in zip(halves, chosen[::-1], strict=True))
    low, high = clopper_pearson_low(k, n, 0.05), clopper_pearson_high(k, n, 0.05)
    best = max(chosen, key=lambda row: int(above[row].sum()))
    return best, Estimate(value=k / n, low=low, high=high, confidence_level=0.9, n=n)


def _said(copies: Sequence[NearCopies]) -> Coverage:
    """How many were seen, in the coverage record."""
    measured = [(leak.size, leak.seen) for leak in copies if isinstance(leak.seen, Estimate)]
    if not measured:
        reason = next(leak.seen.not_estimable for leak in copies if isinstance(leak.seen, NotEstimable))
        return line(STEP.name, "not_run", reason)
    counts = ", ".join(
        N_("{seen:.0%} at {size:.1f} % of the ranks").format(seen=seen.value, size=100 * size)
        for size, seen in measured
    )
    n = min(seen.n for _, seen in measured)
    few = N_("; {n} people are few to tell by").format(n=n) if n < NEAR_COPIES_FEWEST else ""
    reason = N_("planted as a check and seen by the best attack: {counts}{few}").format(counts=counts, few=few)
    return line(STEP.name, "ran_low_power" if few else "ran", reason)


def run(context: Attacked) -> Result[tuple[NearCopies, ...]]:
    """In every audit; whether what is not seen rules out a pass is a matter of the verdict."""
    copies = near_copies(control_setup(context), context.view, context.scored.attacks, context.rng)
    return Result(value=copies, coverage=(_said(copies),))


STEP: Step[Attacked, tuple[NearCopies, ...]] = Step(
    name=N_("near copies"), stage="attacked", run=run, stream=(22,), progress=N_("planted leaks")
)
