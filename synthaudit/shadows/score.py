"""Shadow releases scored like the release under audit: what shadow attacks are calibrated on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.attacker.view import Attacker
from synthaudit.attacks import SHADOW_BASES
from synthaudit.encoding import CellEncoder, canonical_order
from synthaudit.files.catalogue import N_
from synthaudit.generators.auto import Auto
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import Effort, TooLongError
from synthaudit.generators.ready_shadows import Membership, Releases
from synthaudit.generators.shadow_sets import Shadows, fit_shadows
from synthaudit.linkage.agreement import Rule
from synthaudit.settings import Progress, Settings
from synthaudit.shadows.target import Target
from synthaudit.types import BoolArray, Coverage, FloatArray, Generator, ShadowRecord, ShadowScores

_VIEWS = ("quantile_l2",)
_RULES: tuple[Rule, ...] = ("blended",)
"""All that the base scores read."""
_FEWEST = 4
"""Shadows below which no candidate is twice in and twice out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shadowing:
    """What came of the shadows; no scores where too few could be fitted."""

    scores: Mapping[str, ShadowScores]
    record: ShadowRecord | None
    coverage: Coverage


def without_shadows(settings: Settings) -> Shadowing:
    """No shadows, and whether the profile asks for them."""
    reason = N_("the profile {profile} runs none; ask for them with --shadows 16").format(profile=settings.profile)
    if settings.lacks_shadows:
        reason = N_("switched off by --shadows 0, although the profile {profile} asks for them").format(
            profile=settings.profile
        )
    gap = _coverage("not_run", reason, blocks_pass=settings.lacks_shadows)
    return Shadowing(scores={}, record=None, coverage=gap)


def run_shadows(target: Target, rng: np.random.Generator, most: float = float("inf")) -> Shadowing:
    """Fit the generator family on random sets of candidates, or read releases that somebody else fitted, and score
    every candidate against each. Fits that would take more than ``most`` seconds are not made.
    """
    settings, progress = target.settings, target.progress
    requested = settings.n_shadows
    if requested == 0:
        return without_shadows(settings)
    generator = settings.generator or Cart()
    if isinstance(generator, Auto):
        raise TypeError("choose a family first")
    progress("shadows", 0, requested)
    effort = settings.effort("shadows", N_("shadow fits"), requested, progress, target.notify, most)
    try:
        shadows = _shadows(target, generator, rng, effort)
    except TooLongError as error:
        return Shadowing(scores={}, record=None, coverage=_coverage("not_run", str(error), blocks_pass=True))
    finished = len(shadows.releases)
    cost = N_("Every shadow was fitted.")
    family = N_("family assumed: {name}").format(name=generator.name)
    if isinstance(generator, Releases):
        cost = N_("Every shadow release was read.")
        family = N_("releases made elsewhere; who is in which is taken from their lists")
    if finished < requested:
        failed = N_("{finished} of {requested} shadows failed").format(
            finished=requested - finished, requested=requested
        )
        cost = N_("{failed}; the shadow attacks rest on {finished} and are weaker for it.").format(
            failed=failed, finished=finished
        )
    record = ShadowRecord(
        generator=generator.name,
        requested=requested,
        finished=finished,
        failures=shadows.failures,
        cost=cost,
        seconds=round(shadows.seconds, 3),
    )
    if finished < _FEWEST or not _often_enough(shadows.included):
        reason = N_(
            "{finished} of {requested} shadows were fitted: too few to see every candidate twice in and twice out"
        ).format(finished=finished, requested=requested)
        return Shadowing(scores={}, record=record, coverage=_coverage("not_run", reason, blocks_pass=True))
    scores = score_shadows(target.attacking, target.encoder, target.data.synthetic, shadows, rng, progress)
    status = "ran" if finished == requested else "ran_low_power"
    return Shadowing(
        scores=scores,
        record=record,
        coverage=_coverage(status, f"{family}. {cost}"),
    )


def score_shadows(
    attacking: Attacker,
    encoder: CellEncoder,
    synthetic: pd.DataFrame,
    shadows: Shadows,
    rng: np.random.Generator,
    progress: Progress,
) -> dict[str, ShadowScores]:
    """Every base score of all candidates, against the release under audit and against each shadow release."""
    scores: dict[str, list[FloatArray]] = {}
    # One seed for all releases: a base score that draws columns must draw the same ones every time.
    seed = int(rng.integers(2**63))
    # The release itself comes first, then its shadows.
    for done, table in enumerate((synthetic, *shadows.releases)):
        cells = encoder.encode(table)
        view = attacking.look_at(cells.take(canonical_order(cells)), views=_VIEWS, rules=_RULES)
        for base, attack in SHADOW_BASES.items():
            values = attack.score(attacking.candidates, view, np.random.default_rng(seed))
            scores.setdefault(base, []).append(values)
        progress("shadows", done, len(shadows.releases))
    return {
        base: ShadowScores(
            base=base, target=values[0], shadow=np.array(values[1:]), included=shadows.included, ring=shadows.ring
        )
        for base, values in scores.items()
    }


def _shadows(target: Target, generator: Generator | Releases, rng: np.random.Generator, effort: Effort) -> Shadows:
    pile, settings = target.pile, target.settings
    pool = pile.frame(target.data)
    if isinstance(generator, Releases):
        membership = Membership(
            from_train=pile.from_train,
            row=pile.source_row,
            unit=pile.unit,
            n_train=pile.n_train,
            n_holdout=pile.n_holdout,
        )
        return generator.shadows(pool, membership, settings.n_shadows)
    n1, n_rows = int(pile.is_member.sum()), len(target.data.synthetic)
    return fit_shadows(pool, pile.unit, n1, n_rows, settings.n_shadows, generator, rng, effort)


def _often_enough(included: BoolArray) -> bool:
    return bool(((included.sum(axis=0) >= 2) & ((~included).sum(axis=0) >= 2)).all())


def _coverage(status: str, reason: str, *, blocks_pass: bool = False) -> Coverage:
    return Coverage(test=N_("shadow attacks"), status=status, reason=reason, blocks_pass=blocks_pass)  # type: ignore[arg-type]
