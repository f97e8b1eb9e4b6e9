"""Worlds for the per-record attack: the generator family fitted with and without the most isolated candidates."""

import time
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from synthaudit.attacker.candidates import Pile
from synthaudit.attacks.per_record import (
    Groundhog,
    Queries,
    draw_queries,
    fit_groundhog,
    log_likelihood_ratio,
    most_isolated,
    vote_shares,
)
from synthaudit.encoding import CellEncoder, QuantileSpace, canonical_order
from synthaudit.files.catalogue import N_
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import TooLongError, fit_each
from synthaudit.runtime.store import key_of
from synthaudit.shadows.target import Target
from synthaudit.statistics.per_record import (
    MOST_TARGETS,
    evidence_pvalue,
    mean_auc,
    right_guesses,
    worst_target_auc,
)
from synthaudit.types import (
    BoolArray,
    Coverage,
    FloatArray,
    Generator,
    IntArray,
    PerRecord,
    PerRecordAttack,
)

_TOO_FEW = N_("{finished} of {n_worlds} worlds were made: too few with and without every record")
_BLOCKS = 4
"""Two quarters of the worlds train the forests; the other two test them, and each checks the choice of the other."""
_FEWEST_IN_BLOCK = 2
_N_QUERIES = 96


def draw_worlds(n_units: int, n_included: int, targets: IntArray, n_worlds: int, rng: np.random.Generator) -> BoolArray:
    """Sets of units that the worlds are made with, drawn independently of the true membership.

    Parameters
    ----------
    n_units : int
        Units in the pool.
    n_included : int
        Units in each world, as many as the release under audit was fitted on.
    targets : (T,) int
        Units under attack. Each is in one half of every quarter of the worlds (up to one world), and these halves are
        drawn for each target by itself, so that being in tells nothing of the other targets.
    n_worlds : int
        At least 1.

    Returns
    -------
    (n_worlds, n_units) bool
        The other units fill every world at random.

    Examples
    --------
    >>> worlds = draw_worlds(50, 20, np.arange(10), 8, np.random.default_rng(0))
    >>> np.unique(worlds.sum(axis=1)).tolist(), np.unique(worlds[:, :10].sum(axis=0)).tolist()
    ([20], [4])
    """
    if not len(targets) <= min(n_included, n_units - n_included):
        raise ValueError(f"{len(targets)} targets are too many to be in or out among {n_units} units")
    coins = [
        rng.permuted(np.tile(np.arange(len(block)) % 2 == 0, (len(targets), 1)), axis=1).T
        for block in _blocks(n_worlds)
    ]
    included = np.zeros((n_worlds, n_units), dtype=bool)
    included[:, targets] = np.concatenate(coins)
    others = np.setdiff1d(np.arange(n_units), targets)
    for world in included:
        world[rng.permutation(others)[: n_included - int(world.sum())]] = True
    return included


def _blocks(n_worlds: int) -> list[IntArray]:
    return np.array_split(np.arange(n_worlds), _BLOCKS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lens:
    """Tables to features: what every world and the release under audit are looked at through."""

    space: QuantileSpace
    encoder: CellEncoder
    groundhog: Groundhog
    queries: Queries

    def features(self, release: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """(F,) summaries and (T, Q) counts of matching rows."""
        cells = self.encoder.encode(release)
        # Sums over rows differ in the last bit with their order.
        cells = cells.take(canonical_order(cells))
        points = self.space.points(cells)
        return self.groundhog.features(cells, points), self.queries.features(cells, points)


def per_record(
    target: Target,
    rng: np.random.Generator,
    *,
    n_records: int = MOST_TARGETS,
    n_worlds: int = 400,
    most: float = float("inf"),
) -> PerRecord | Coverage:
    """Attack the most isolated candidates one by one.

    Whom to attack, the worlds, the forests and every guess are fixed before a label is read.

    Parameters
    ----------
    target : Target
    rng : Generator
        Every world has a stream of its own before any starts, so results do not depend on the workers.
    n_records : int
        Candidates to attack, 1 to 20; fewer where one side has fewer.
    n_worlds : int
        Generator fits, shared by all records; the standard error of one record's AUC is about .8 / sqrt(n_worlds).
    most : float
        Seconds that the fits may take.

    Returns
    -------
    PerRecord or Coverage
        Coverage, with its reason, where too few worlds could be made.
    """
    began = time.monotonic()
    pile, settings = target.pile, target.settings
    generator = cast("Generator", settings.generator or Cart())
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    draw, ask, fit, grow = rng.spawn(4)
    points = target.attacking.candidate_points
    rows = most_isolated(points, pile.unit, min(n_records, n1, n0, MOST_TARGETS), settings.jobs)
    lens = _lens(target, rows, ask)
    included = draw_worlds(n1 + n0, n1, pile.unit[rows], n_worlds, draw)
    try:
        looks = _look_at_worlds(target, generator, lens, included, fit, most)
    except TooLongError as error:
        return _not_run(str(error))
    finished = np.array([not isinstance(look, str) for look in looks])
    failures = tuple(sorted({reason for reason in looks if isinstance(reason, str)}))
    if not _often_enough(included[:, pile.unit[rows]], finished):
        reason = _TOO_FEW.format(finished=int(finished.sum()), n_worlds=n_worlds)
        return _not_run(" ; ".join((reason, *failures)))
    features = [look for look in (*looks, lens.features(target.data.synthetic)) if not isinstance(look, str)]
    attacks = _attacks(features, included[finished], finished, rows, pile, settings.jobs, grow)
    return PerRecord(
        generator=generator.name,
        n_records=len(rows),
        requested=n_worlds,
        finished=int(finished.sum()),
        failures=failures,
        attacks=attacks,
        pvalue=min(1.0, len(attacks) * min(attack.pvalue for attack in attacks)),
        cost=_cost(n_worlds, int(finished.sum())),
        seconds=round(time.monotonic() - began, 3),
    )


def _lens(target: Target, rows: IntArray, rng: np.random.Generator) -> _Lens:
    """What releases are looked at through, made from the candidates alone."""
    candidates, attacking = target.pile.candidates, target.attacking
    numbers, points = attacking.space.numbers, attacking.candidate_points
    return _Lens(
        space=attacking.space,
        encoder=target.encoder,
        groundhog=fit_groundhog(candidates, points, numbers),
        queries=draw_queries(candidates.take(rows), points.take(rows), numbers, _N_QUERIES, rng),
    )


def _look_at_worlds(
    target: Target, generator: Generator, lens: _Lens, included: BoolArray, rng: np.random.Generator, most: float
) -> list[tuple[FloatArray, FloatArray] | str]:
    """Fit the generator on every world; features of its release, or why there is none."""
    pile, settings, n_worlds = target.pile, target.settings, len(included)
    effort = settings.effort(
        N_("worlds of the per-record attack"), N_("per-record worlds"), n_worlds, target.progress, target.notify, most
    )
    pool, n_rows = pile.frame(target.data), len(target.data.synthetic)
    fits = (pool, included[:, pile.unit], n_rows, generator, rng.spawn(n_worlds), effort)
    return fit_each(*fits, look=lens.features, look_key=key_of(lens))


def _attacks(
    looks: list[tuple[FloatArray, FloatArray]],
    included: BoolArray,
    finished: BoolArray,
    rows: IntArray,
    pile: Pile,
    jobs: int,
    rng: np.random.Generator,
) -> tuple[PerRecordAttack, ...]:
    """Both attacks on every record: by summaries of a release, and by counts of rows that match the record. The release
    under audit comes after the worlds.
    """
    targets = pile.unit[rows]
    summaries = np.array([summary for summary, _ in looks])
    counts = np.array([count for _, count in looks])
    quarter = np.repeat(np.arange(_BLOCKS), [len(block) for block in _blocks(len(finished))])[finished]
    features = {
        Groundhog.beside.name: [summaries] * len(rows),
        Queries.beside.name: [counts[:, t] for t in range(len(rows))],
    }
    sizes = int(pile.is_member.sum()), int((~pile.is_member).sum())
    inside, is_member = included[:, targets], pile.is_member[targets]
    return tuple(
        _judge(name, per_target, inside, quarter, is_member, sizes, stream, jobs)
        for (name, per_target), stream in zip(features.items(), rng.spawn(len(features)), strict=True)
    )


def _not_run(reason: str) -> Coverage:
    return Coverage(test=N_("per-record attack"), status="not_run", reason=reason, blocks_pass=True)


def _often_enough(inside: BoolArray, finished: BoolArray) -> bool:
    """Whether every quarter still has two worlds with each record and two without."""
    return all(
        min(made.sum(axis=0).min(), (~made).sum(axis=0).min()) >= _FEWEST_IN_BLOCK
        for made in (inside[block][finished[block]] for block in _blocks(len(inside)))
    )


def _judge(
    name: str,
    features: list[FloatArray],
    inside: BoolArray,
    quarter: IntArray,
    is_member: BoolArray,
    sizes: tuple[int, int],
    rng: np.random.Generator,
    jobs: int,
) -> PerRecordAttack:
    """Grow one forest per record, test it, and let it speak on the release, which is the last row of the features."""
    train = np.flatnonzero(quarter < 2)
    test = np.flatnonzero(quarter >= 2)
    seeds = rng.integers(2**31, size=len(features))
    votes = np.array(
        Parallel(n_jobs=jobs, prefer="threads")(
            delayed(vote_shares)(x[train], inside[train, t], x[[*test, -1]], int(seeds[t]))
            for t, x in enumerate(features)
        )
    )
    tested = inside[test].T
    evidence = np.array([log_likelihood_ratio(v[:-1], i, v[-1]) for v, i in zip(votes, tested, strict=True)])
    n_right, n_guessed = right_guesses(evidence, is_member)
    return PerRecordAttack(
        name=name,
        auc=mean_auc(votes[:, :-1], tested),
        auc_most_exposed=worst_target_auc(votes[:, :-1], tested, quarter[test] == 2),
        n_right=n_right,
        n_guessed=n_guessed,
        pvalue=evidence_pvalue(evidence, is_member, *sizes),
    )


def _cost(wanted: int, finished: int) -> str:
    if finished == wanted:
        return N_("{wanted} fits of the generator, every one of them made.").format(wanted=wanted)
    return N_("{wanted} fits of the generator; {failed} failed, and the attack rests on {finished}.").format(
        wanted=wanted, failed=wanted - finished, finished=finished
    )
