"""Replays: the generator family with its own default seed, fitted on random sets of candidates."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.attacker.candidates import Pile
from synthaudit.attacks.replay import aligned_products, replay_scores, traits
from synthaudit.files.catalogue import N_
from synthaudit.generators.fit_each import fit_each, fit_one
from synthaudit.generators.sdv import Sdv
from synthaudit.shadows.target import Target
from synthaudit.types import BoolArray, Coverage, CoverageStatus, Generator, Points, ShadowScores

_FEWEST = 8
"""Replays below which leaving one out says nothing of how to mix the others."""


def replayable(generator: object) -> Generator | None:
    """The family left to its own default seed; None where a fit draws anew every time or jumps with its rows."""
    if isinstance(generator, Sdv) and generator.name == "gaussian_copula":
        return replace(generator, reseed=False)
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replaying:
    """What came of the replays."""

    scores: Mapping[str, ShadowScores]
    """``replay``, or nothing where there is nothing to replay."""
    coverage: Coverage
    seconds: float


def run_replay(target: Target, generator: Generator, rng: np.random.Generator, *, n_replays: int = 64) -> Replaying:
    """Refit a generator that has a default seed, and score every candidate by rows that are made of the same noise.

    Parameters
    ----------
    target : Target
        The release must be in the row order in which it was published.
    generator : Generator
        The family, left to its own default seed: it ignores the stream that it is given. One that draws anew at every
        call has nothing to replay; two fits find out.
    rng : Generator
        Source of the sets.
    n_replays : int
        Fits, at least 8; one more is made to see whether the generator repeats itself.
    """
    began = time.monotonic()
    scores, (status, reason) = _replayed(target, generator, rng, n_replays)
    coverage = Coverage(test=N_("known-seed replay"), status=status, reason=reason, blocks_pass=status == "not_run")
    return Replaying(scores=scores, coverage=coverage, seconds=round(time.monotonic() - began, 3))


def _replayed(
    target: Target, generator: Generator, rng: np.random.Generator, n_replays: int
) -> tuple[Mapping[str, ShadowScores], tuple[CoverageStatus, str]]:
    """The scores, if there are any, and what is to be said of them."""
    data, pile, attacking, settings = target.data, target.pile, target.attacking, target.settings
    sets, first, second, shuffle, fits = rng.spawn(5)
    included = _drawn_sets(pile, n_replays, sets)
    pool, m = pile.frame(data), len(data.synthetic)
    twice = [fit_one(pool, included[0], m, generator, stream) for stream in (first, second)]
    causes = [release for release in twice if isinstance(release, str)]
    if causes:
        return {}, ("not_run", causes[0])
    pair = [attacking.space.points(target.encoder.encode(release)) for release in twice if not isinstance(release, str)]
    if not _repeats_itself(pair[0], pair[1], shuffle):
        return {}, (
            "not_applicable",
            N_("{name} draws anew at every call: it has no fixed seed to replay").format(name=generator.name),
        )
    effort = settings.effort("replays", "replays", n_replays, target.progress, None)
    streams = fits.spawn(n_replays)
    releases: list[pd.DataFrame | str] = fit_each(pool, included, m, generator, streams, effort)
    finished = np.array([not isinstance(release, str) for release in releases])
    if finished.sum() < _FEWEST:
        return {}, (
            "not_run",
            N_("{finished} of {n_replays} replays were fitted: too few").format(
                finished=int(finished.sum()), n_replays=n_replays
            ),
        )
    tables = [release for release in (*releases, data.synthetic) if not isinstance(release, str)]
    points = [attacking.space.points(target.encoder.encode(table)) for table in tables]
    scores = replay_scores(
        aligned_products(points),
        included[finished],
        traits(pile.candidates, attacking.candidate_points, attacking.space.numbers),
    )
    reason = N_("family assumed: {name} with its default seed; {finished} of {n_replays} refits").format(
        name=generator.name, finished=int(finished.sum()), n_replays=n_replays
    )
    return {"replay": scores}, ("ran" if finished.all() else "ran_low_power", reason)


def _drawn_sets(pile: Pile, n_replays: int, rng: np.random.Generator) -> BoolArray:
    """(n_replays, n_rows) random sets of as many people as there are members."""
    n1, n_units = int(pile.is_member.sum()), len(pile.is_member)
    included = np.zeros((n_replays, n_units), dtype=bool)
    for members in included:
        members[rng.permutation(n_units)[:n1]] = True
    return included[:, pile.unit]


def _repeats_itself(one: Points, two: Points, rng: np.random.Generator) -> bool:
    """Whether two fits on one table agree row by row: rows nearer than half of what they are after a shuffle."""
    products = aligned_products([one, two, two.take(rng.permutation(len(two)))])
    size = np.diag(products)
    aligned, shuffled = (size[0] + size[j] - 2 * products[0, j] for j in (1, 2))
    return bool(aligned <= shuffled / 2 + 1e-12)
