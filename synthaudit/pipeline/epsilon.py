"""The lower bound of epsilon where a split allows one, the vendor's claim beside it, and the made-up people."""

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.checks.epsilon import bound_epsilon, convert_claim, judge_claim
from synthaudit.encoding import CellEncoder, QuantileSpace
from synthaudit.pipeline.canaries import measure_canaries
from synthaudit.settings import Settings
from synthaudit.types import (
    AuditData,
    CanaryTest,
    Cells,
    ClaimCheck,
    Coverage,
    CoverageStatus,
    EpsilonBound,
    FloatArray,
    IntArray,
    NotEstimable,
)


def measure_epsilon(
    data: AuditData,
    encoder: CellEncoder,
    pile: Pile,
    space: QuantileSpace,
    synthetic: Cells,
    settings: Settings,
    names: list[str],
    scores: FloatArray,
    order: IntArray,
    rng: np.random.Generator,
) -> tuple[EpsilonBound | NotEstimable, ClaimCheck | None, CanaryTest | None, list[Coverage]]:
    """Bound epsilon by the one attack that was fixed beforehand, and hold the vendor's claim against it.

    Parameters
    ----------
    names, scores
        ``attack/view`` and the (K, n_units) scores of the family.
    order : (n_units,)
        The random order that breaks ties.

    Returns
    -------
    tuple
        The bound or why there is none, the claim if one was made, the canaries if there are any, and the coverage; a
        claim that is refuted blocks a pass.
    """
    claim = None if settings.claim is None else convert_claim(settings.claim, data, by_person=pile.by_person)
    delta = 0.0 if claim is None else claim.converted_delta or 0.0
    bound = bound_epsilon(data, pile, names, scores, order, delta)
    coverage: list[Coverage] = []
    canaries: CanaryTest | None = None
    if data.canaries is not None:
        canaries, by_canaries, covered = measure_canaries(data, encoder, space, pile, synthetic, settings, delta, rng)
        coverage.append(covered)
        # One design, one bound: canaries where the people themselves were not drawn by coins.
        if data.sealed is not None and data.sealed.design == "fixed" and by_canaries is not None:
            bound = by_canaries
    if isinstance(bound, EpsilonBound):
        reason = f"guesses on {bound.n_coins:,} coins bound it from below"
        coverage.append(Coverage(test="epsilon", status="ran", reason=reason))
    else:
        coverage.append(Coverage(test="epsilon", status="not_applicable", reason=bound.not_estimable))
    if claim is not None:
        claim = judge_claim(claim, bound)
        status: CoverageStatus = "not_run" if claim.stands == "not_tested" else "ran"
        refuted = claim.stands == "refuted"
        coverage.append(Coverage(test="vendor's claim", status=status, reason=claim.reason, blocks_pass=refuted))
    return bound, claim, canaries, coverage
