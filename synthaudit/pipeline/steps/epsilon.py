"""The lower bound of epsilon where a split allows one, the vendor's claim beside it, and the made-up people."""

from dataclasses import dataclass

from synthaudit.checks.epsilon import bound_epsilon, convert_claim, judge_claim
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.pipeline.steps.canaries import measure_canaries
from synthaudit.types import CanaryTest, ClaimCheck, Coverage, CoverageStatus, EpsilonBound, NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonResult:
    """The bound or why there is none, the claim if one was made, the canaries if there are any."""

    bound: EpsilonBound | NotEstimable
    claim: ClaimCheck | None
    canaries: CanaryTest | None


def run(context: Attacked) -> Result[EpsilonResult]:
    """Bound epsilon by the one attack that was fixed beforehand, and hold the vendor's claim against it; a claim that
    is refuted blocks a pass.
    """
    data, pile, claimed = context.data, context.pile, context.settings.claim
    claim = None if claimed is None else convert_claim(claimed, data, by_person=pile.by_person)
    delta = 0.0 if claim is None else claim.converted_delta or 0.0
    bound = bound_epsilon(data, pile, list(context.names), context.scores, context.order, delta)
    coverage: list[Coverage] = []
    canaries: CanaryTest | None = None
    if data.canaries is not None:
        canaries, by_canaries, covered = measure_canaries(context, delta)
        coverage.append(covered)
        # One design, one bound: canaries where the people themselves were not drawn by coins.
        if data.sealed is not None and data.sealed.design == "fixed" and by_canaries is not None:
            bound = by_canaries
    if isinstance(bound, EpsilonBound):
        coverage.append(
            line(STEP.name, "ran", N_("guesses on {n_coins:,} coins bound it from below").format(n_coins=bound.n_coins))
        )
    else:
        coverage.append(line(STEP.name, "not_applicable", bound.not_estimable))
    if claim is not None:
        claim = judge_claim(claim, bound)
        status: CoverageStatus = "not_run" if claim.stands == "not_tested" else "ran"
        coverage.append(line(N_("vendor's claim"), status, claim.reason, blocks_pass=claim.stands == "refuted"))
    return Result(value=EpsilonResult(bound=bound, claim=claim, canaries=canaries), coverage=tuple(coverage))


STEP: Step[Attacked, EpsilonResult] = Step(name=N_("epsilon"), stage="attacked", run=run, stream=(16,))
