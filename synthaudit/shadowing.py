"""Shadow releases scored like the release under audit: what shadow attacks are calibrated on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synthaudit.attacker import Attacker
from synthaudit.encoding import CellEncoder, canonical_order
from synthaudit.generators.cart import Cart
from synthaudit.generators.shadows import fit_shadows
from synthaudit.pile import Pile
from synthaudit.settings import Progress, Settings
from synthaudit.types import AuditData, BoolArray, Coverage, FloatArray, ShadowRecord, ShadowScores

_FEWEST = 4
"""Shadows below which no candidate is twice in and twice out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shadowing:
    """What came of the shadows; no scores where too few could be fitted."""

    scores: Mapping[str, ShadowScores]
    record: ShadowRecord | None
    coverage: Coverage


def run_shadows(
    data: AuditData,
    pile: Pile,
    attacking: Attacker,
    encoder: CellEncoder,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress,
) -> Shadowing:
    """Fit the generator family on random sets of candidates and score every candidate against each release."""
    wanted = settings.n_shadows
    if wanted == 0:
        reason = f"the profile {settings.profile} runs none; ask for them with --shadows 16"
        return Shadowing(scores={}, record=None, coverage=_coverage("not_run", reason))
    generator = settings.generator or Cart()
    progress("shadows", 0, wanted)
    n_members = int(pile.is_member.sum())
    shadows = fit_shadows(
        pile.frame(data), pile.unit, n_members, len(data.synthetic), wanted, generator, rng, settings.jobs
    )
    finished = len(shadows.releases)
    cost = "Every shadow was fitted."
    if finished < wanted:
        failed = f"{wanted - finished} of {wanted} shadows failed"
        cost = f"{failed}; the shadow attacks rest on {finished} and are weaker for it."
    record = ShadowRecord(
        generator=generator.name,
        requested=wanted,
        finished=finished,
        failures=shadows.failures,
        cost=cost,
        seconds=round(shadows.seconds, 3),
    )
    if finished < _FEWEST or not _often_enough(shadows.included):
        reason = f"{finished} of {wanted} shadows were fitted: too few to see every candidate twice in and twice out"
        return Shadowing(scores={}, record=record, coverage=_coverage("not_run", reason, blocks_pass=True))
    scores: dict[str, list[FloatArray]] = {}
    # The release itself comes first, then its shadows.
    for done, table in enumerate((data.synthetic, *shadows.releases)):
        cells = encoder.encode(table)
        for base, values in attacking.base_scores(cells.take(canonical_order(cells))).items():
            scores.setdefault(base, []).append(values)
        progress("shadows", done, wanted)
    status = "ran" if finished == wanted else "ran_low_power"
    return Shadowing(
        scores={
            base: ShadowScores(base=base, target=values[0], shadow=np.array(values[1:]), included=shadows.included)
            for base, values in scores.items()
        },
        record=record,
        coverage=_coverage(status, f"family assumed: {generator.name}. {cost}"),
    )


def _often_enough(included: BoolArray) -> bool:
    return bool(((included.sum(axis=0) >= 2) & ((~included).sum(axis=0) >= 2)).all())


def _coverage(status: str, reason: str, *, blocks_pass: bool = False) -> Coverage:
    return Coverage(test="shadow attacks", status=status, reason=reason, blocks_pass=blocks_pass)  # type: ignore[arg-type]
