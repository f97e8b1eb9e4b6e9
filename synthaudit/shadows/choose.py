"""Which generator family a release looks like: what shadows are fitted of where nobody says how it was made."""

from dataclasses import dataclass

import numpy as np

from synthaudit.checks.two_sample import tell_apart
from synthaudit.files.catalogue import N_
from synthaudit.generators.auto import Auto
from synthaudit.generators.fingerprint import keys_of
from synthaudit.generators.fit_each import fit_one
from synthaudit.runtime.engine import Lost, Task, completed
from synthaudit.shadows.target import Target
from synthaudit.types import Cells, CoverageStatus, Estimate, FamilyFit, Generator, Measured, NotEstimable

UNLIKE = 0.9
"""Two-sample AUC of the chosen family above which it does not resemble the release."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """The family that was chosen, and how well every one did."""

    generator: Generator
    compared: tuple[FamilyFit, ...]


def choose_family(target: Target, synthetic: Cells, auto: Auto, rng: np.random.Generator) -> Choice:
    """Fit every family once, and take the one whose release a classifier tells worst from the release under audit.

    All are fitted on one set of candidates, as many as the release was made from, drawn without regard to who is a
    member; nothing here reads a label, so the p-values of whatever rests on the choice hold.

    Parameters
    ----------
    target : Target
    synthetic : Cells
        The release under audit.
    auto : Auto
        The families; the first where none can be compared.
    rng : Generator
        The set, the fits and the classifiers.
    """
    pile, settings = target.pile, target.settings
    draw, fit, compare = rng.spawn(3)
    n_units = len(pile.is_member)
    rows = (draw.permutation(n_units) < int(pile.is_member.sum()))[pile.unit]
    pool, n_rows = pile.frame(target.data), len(target.data.synthetic)
    tasks = [
        Task(
            function=fit_one,
            arguments=(pool, rows, n_rows, family, stream),
            key=keys_of(family, pool, n_rows)(rows, stream),
        )
        for family, stream in zip(auto.candidates, fit.spawn(len(auto.candidates)), strict=True)
    ]
    releases = completed(
        tasks,
        engine=settings.engine,
        jobs=settings.jobs,
        shelf=settings.store,
        on_done=lambda done: target.progress("families", done, len(tasks)),
    )
    compared = []
    for family, release, stream in zip(auto.candidates, releases, compare.spawn(len(tasks)), strict=True):
        auc: Measured
        if isinstance(release, str | Lost):
            auc = NotEstimable(not_estimable=str(release))
        else:
            space, refit = target.attacking.space, target.encoder.encode(release)
            auc = tell_apart(space, pile.candidates, synthetic, refit, stream, settings.jobs)
        compared.append(FamilyFit(generator=family.name, auc=auc))
    aucs = [each.auc.value if isinstance(each.auc, Estimate) else np.inf for each in compared]
    return Choice(generator=auto.candidates[int(np.argmin(aucs))], compared=tuple(compared))


def judge_choice(choice: Choice) -> tuple[CoverageStatus, str]:
    """The line of the coverage record: what was chosen, and whether it resembles the release at all."""
    name = choice.generator.name
    auc = next(fit.auc for fit in choice.compared if fit.generator == name)
    families = ", ".join(fit.generator for fit in choice.compared)
    if not isinstance(auc, Estimate):
        return "ran_low_power", N_("none of {families} could be compared with the release; {name} is assumed").format(
            families=families, name=name
        )
    apart = N_("AUC {auc:.2f}, {low:.2f} to {high:.2f}").format(auc=auc.value, low=auc.low, high=auc.high)
    if auc.value > UNLIKE:
        reason = N_(
            "none of {families} resembles the release; {name} comes nearest ({apart}): shadow attacks are weaker"
        ).format(families=families, name=name, apart=apart)
        return "ran_low_power", reason
    return "ran", N_("of {families}, releases of {name} are hardest to tell from this one ({apart})").format(
        families=families, name=name, apart=apart
    )
