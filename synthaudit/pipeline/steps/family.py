"""What the scores of the family say once the labels are back."""

from dataclasses import dataclass
from functools import partial

from synthaudit.attacks import EXPOSURE
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked
from synthaudit.pipeline.step import Result, Step
from synthaudit.runtime.engine import spread
from synthaudit.statistics.bounds import FamilyBounds, family_bounds
from synthaudit.statistics.exposure import exposed, exposed_crosswise
from synthaudit.statistics.family_test import FamilyTest, family_decision
from synthaudit.statistics.power import smallest_detectable
from synthaudit.statistics.roc import auc, detection_curve, tpr_at_fpr
from synthaudit.statistics.worst_attack import worst_attack
from synthaudit.types import (
    CurvePoint,
    Estimate,
    Exposure,
    Finding,
    SmallestDetectable,
    Worst,
)

FPRS = (0.1, 0.01, 0.001)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SuiteResult:
    """The decision over the family, every attack's figures, and the worst attack."""

    test: FamilyTest
    findings: tuple[Finding, ...]
    worst: Worst
    curve: tuple[CurvePoint, ...]
    """Of the worst attack."""
    exposure: Exposure | None
    smallest: SmallestDetectable


def run(context: Attacked) -> Result[SuiteResult]:
    """Put the labels back, once for all attacks."""
    settings, pile = context.settings, context.pile
    scores, names, is_member, order = context.scores, context.names, pile.is_member, context.order
    test = family_decision(
        scores,
        names,
        is_member,
        rng=context.rng,
        n_permutations=settings.n_permutations,
        alpha=context.error_budget.family,
        order=order,
        run=partial(spread, engine=settings.engine, jobs=settings.jobs),
    )
    bounds = family_bounds(
        scores,
        is_member,
        order,
        context.rng,
        error=context.error_budget.family,
        limit=settings.policy.tpr_at_fpr,
    )
    findings = tuple(_finding(i, context, test, bounds) for i in range(len(names)))
    worst = worst_attack(scores, names, is_member, context.rng, order)
    place = names.index(f"{worst.attack}/{worst.view}")
    # An attack that ranks members low is an attack the other way round.
    overall = findings[place].estimates["auc"]
    turn = -1.0 if isinstance(overall, Estimate) and overall.value < 0.5 else 1.0
    n1, n0 = int(is_member.sum()), int((~is_member).sum())
    return Result(
        value=SuiteResult(
            test=test,
            findings=findings,
            worst=worst,
            curve=detection_curve(turn * scores[place], is_member, order),
            exposure=_exposure(context),
            smallest=smallest_detectable(n1, n0, test.decision.critical_z),
        )
    )


def _exposure(context: Attacked) -> Exposure | None:
    """Who stands out by the attack that was fixed beforehand; where nobody does, by those that other people chose."""
    scores, names, is_member = context.scores, context.names, context.pile.is_member
    fixed = next((scores[i] for i, name in enumerate(names) if name.startswith(f"{EXPOSURE.name}/")), None)
    if fixed is None:
        return None
    exposure = exposed(fixed, is_member, name=EXPOSURE.name)
    if exposure.n_exposed:
        return exposure
    crosswise = exposed_crosswise(scores, names, is_member, context.rng, context.order)
    return crosswise if crosswise.n_exposed else exposure


def _finding(i: int, context: Attacked, test: FamilyTest, bounds: FamilyBounds) -> Finding:
    """The figures of one attack in one view."""
    score, is_member, scored = context.scores[i], context.pile.is_member, context.scored
    n_views = len(context.names) // len(scored.attacks)
    attack, seconds = scored.attacks[i // n_views], scored.seconds[i // n_views]
    rates = {f"tpr_at_fpr_{fpr:g}": tpr_at_fpr(score, is_member, fpr, order=context.order) for fpr in FPRS}
    return Finding(
        attack=attack.name,
        view=context.names[i].split("/", 1)[1],
        threat_model=attack.threat_model,
        pvalue=float(test.pvalue[i]),
        pvalue_adjusted=float(test.pvalue_adjusted[i]),
        estimates={"auc": auc(score, is_member), **rates},
        lower_bounds=bounds.lower(i),
        upper_bounds=bounds.upper(i),
        n_true_positives=int(test.n_true_positives[i]),
        tie_block=int(test.tie_block[i]),
        seconds=round(seconds, 3),
    )


STEP: Step[Attacked, SuiteResult] = Step(
    name=N_("family of attacks"), stage="attacked", run=run, stream=(4,), progress=N_("statistics")
)
