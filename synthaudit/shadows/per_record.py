"""Worlds for the per-record attack: the generator family fitted with and without the most isolated candidates."""

import time
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import Attacker
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
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import TooLongError, fit_each
from synthaudit.runtime.store import key_of
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.statistics.per_record import (
    MOST_TARGETS,
    evidence_pvalue,
    mean_auc,
    right_guesses,
    worst_target_auc,
)
from synthaudit.types import (
    AuditData,
    BoolArray,
    Coverage,
    FloatArray,
    Generator,
    IntArray,
    PerRecord,
    PerRecordAttack,
)

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
    data: AuditData,
    pile: Pile,
    attacking: Attacker,
    encoder: CellEncoder,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress,
    *,
    n_records: int = MOST_TARGETS,
    n_worlds: int = 400,
    notify: Notify | None = None,
    most: float = float("inf"),
) -> PerRecord | Coverage:
    """Attack the most isolated candidates one by one.

    Whom to attack, the worlds, the forests and every guess are fixed before a label is read.

    Parameters
    ----------
    data, pile, attacking, encoder, settings, progress, notify, most
        As for ``run_shadows``.
    rng : Generator
        Every world has a stream of its own before any starts, so results do not depend on the workers.
    n_records : int
        Candidates to attack, 1 to 20; fewer where one side has fewer.
    n_worlds : int
        Generator fits, shared by all records; the standard error of one record's AUC is about .8 / sqrt(n_worlds).

    Returns
    -------
    PerRecord or Coverage
        Coverage, with its reason, where too few worlds could be made.
    """
    began = time.monotonic()
    generator = cast("Generator", settings.generator or Cart())
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    draw, ask, fit, grow = rng.spawn(4)
    rows = most_isolated(attacking.candidate_points, pile.unit, min(n_records, n1, n0, MOST_TARGETS), settings.jobs)
    targets = pile.unit[rows]
    numbers, points = attacking.space.numbers, attacking.candidate_points
    lens = _Lens(
        space=attacking.space,
        encoder=encoder,
        groundhog=fit_groundhog(pile.candidates, points, numbers),
        queries=draw_queries(pile.candidates.take(rows), points.take(rows), numbers, _N_QUERIES, ask),
    )
    included = draw_worlds(n1 + n0, n1, targets, n_worlds, draw)
    pool, n_rows = pile.frame(data), len(data.synthetic)
    effort = settings.effort("worlds of the per-record attack", "per-record worlds", n_worlds, progress, notify, most)
    fits = (pool, included[:, pile.unit], n_rows, generator, fit.spawn(n_worlds), effort)
    looks: list[tuple[FloatArray, FloatArray] | str]
    try:
        looks = fit_each(*fits, look=lens.features, look_key=key_of(lens))
    except TooLongError as error:
        return Coverage(test="per-record attack", status="not_run", reason=str(error), blocks_pass=True)
    finished = np.array([not isinstance(look, str) for look in looks])
    failures = tuple(sorted({look for look in looks if isinstance(look, str)}))
    inside = included[:, targets]
    if not _often_enough(inside, finished):
        reason = f"{int(finished.sum())} of {n_worlds} worlds were made: too few with and without every record"
        reason = " ; ".join((reason, *failures))
        return Coverage(test="per-record attack", status="not_run", reason=reason, blocks_pass=True)
    # The release under audit comes after the worlds.
    seen = [look for look in (*looks, lens.features(data.synthetic)) if not isinstance(look, str)]
    summaries = np.array([summary for summary, _ in seen])
    counts = np.array([count for _, count in seen])
    quarter = np.repeat(np.arange(_BLOCKS), [len(block) for block in _blocks(n_worlds)])[finished]
    features = {"groundhog": [summaries] * len(rows), "query_based": [counts[:, t] for t in range(len(rows))]}
    attacks = tuple(
        _judge(name, per_target, inside[finished], quarter, pile.is_member[targets], (n1, n0), stream, settings.jobs)
        for (name, per_target), stream in zip(features.items(), grow.spawn(len(features)), strict=True)
    )
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
        return f"{wanted} fits of the generator, every one of them made."
    return f"{wanted} fits of the generator; {wanted - finished} failed, and the attack rests on {finished}."
