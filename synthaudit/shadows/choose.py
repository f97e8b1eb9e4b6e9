"""Which generator family a release looks like: what shadows are fitted of where nobody says how it was made."""

from dataclasses import dataclass

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.checks.two_sample import tell_apart
from synthaudit.encoding import CellEncoder, QuantileSpace
from synthaudit.generators.auto import Auto
from synthaudit.generators.fingerprint import keys_of
from synthaudit.generators.fit_each import fit_one
from synthaudit.runtime.engine import Lost, Task, completed
from synthaudit.settings import Progress, Settings
from synthaudit.types import AuditData, Cells, CoverageStatus, Estimate, FamilyFit, Generator, Measured, NotEstimable

UNLIKE = 0.9
"""Two-sample AUC of the chosen family above which it does not resemble the release."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """The family that was chosen, and how well every one did."""

    generator: Generator
    compared: tuple[FamilyFit, ...]


def choose_family(
    data: AuditData,
    pile: Pile,
    space: QuantileSpace,
    encoder: CellEncoder,
    synthetic: Cells,
    auto: Auto,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress,
) -> Choice:
    """Fit every family once, and take the one whose release a classifier tells worst from the release under audit.

    All are fitted on one set of candidates, as many as the release was made from, drawn without regard to who is a
    member; nothing here reads a label, so the p-values of whatever rests on the choice hold.

    Parameters
    ----------
    data, pile, space, encoder, settings, progress
        As for ``run_shadows``.
    synthetic : Cells
        The release under audit.
    auto : Auto
        The families; the first where none can be compared.
    rng : Generator
        The set, the fits and the classifiers.
    """
    draw, fit, compare = rng.spawn(3)
    n_units = len(pile.is_member)
    rows = (draw.permutation(n_units) < int(pile.is_member.sum()))[pile.unit]
    pool, n_rows = pile.frame(data), len(data.synthetic)
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
        on_done=lambda done: progress("families", done, len(tasks)),
    )
    compared = []
    for family, release, stream in zip(auto.candidates, releases, compare.spawn(len(tasks)), strict=True):
        found: Measured
        if isinstance(release, str | Lost):
            found = NotEstimable(not_estimable=str(release))
        else:
            found = tell_apart(space, pile.candidates, synthetic, encoder.encode(release), stream, settings.jobs)
        compared.append(FamilyFit(generator=family.name, auc=found))
    told = [one.auc.value if isinstance(one.auc, Estimate) else np.inf for one in compared]
    return Choice(generator=auto.candidates[int(np.argmin(told))], compared=tuple(compared))


def judge_choice(choice: Choice) -> tuple[CoverageStatus, str]:
    """The line of the coverage record: what was chosen, and whether it resembles the release at all."""
    name = choice.generator.name
    found = next(one.auc for one in choice.compared if one.generator == name)
    families = ", ".join(one.generator for one in choice.compared)
    if not isinstance(found, Estimate):
        return "ran_low_power", f"none of {families} could be compared with the release; {name} is assumed"
    told = f"AUC {found.value:.2f}, {found.low:.2f} to {found.high:.2f}"
    if found.value > UNLIKE:
        reason = f"none of {families} resembles the release; {name} comes nearest ({told}): shadow attacks are weaker"
        return "ran_low_power", reason
    return "ran", f"of {families}, releases of {name} are hardest to tell from this one ({told})"
