"""``synthaudit plan``: what an audit will run and can decide, before it is run, or before anybody is asked for data."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from synthaudit.attacker.candidates import units_aside
from synthaudit.commands.audit import open_real
from synthaudit.commands.plan_cost import processor_seconds
from synthaudit.commands.read_release import align_release
from synthaudit.commands.request import Request, request
from synthaudit.pipeline.context import Tables, read_tables
from synthaudit.pipeline.coverage import told_beforehand
from synthaudit.pipeline.prepare import draw
from synthaudit.pipeline.step import Step
from synthaudit.pipeline.steps import STEPS
from synthaudit.pipeline.suite import chosen_attacks, left_out
from synthaudit.risks.attribute_inference import MOST_SECRETS
from synthaudit.settings import Settings
from synthaudit.statistics.power import critical_z, decidable, smallest_detectable
from synthaudit.types import Column, Coverage, Decidable, Policy, SmallestDetectable
from synthaudit.verdict.levels import PASS_CHANCE, ErrorBudget

MOST_PEOPLE = 1_000_000
"""Nobody is told to find more people than this."""
FEWEST_HELD_OUT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUse:
    """What so many people can decide under one policy."""

    use: str
    pass_probability: float
    """If nothing leaks, the limits of AUC, members found, copies and guessed secrets are met."""
    people_needed: int | None
    """In all, half of them held out, for a chance of 80 %; None above a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePlan:
    """What can be decided with so many people, drawn by ``synthaudit split``."""

    n_people: int
    n_train: int
    n_holdout: int
    n_members: int
    """Who are attacked."""
    n_nonmembers: int
    uses: tuple[PlannedUse, ...]
    smaller: tuple[tuple[int, SmallestDetectable], ...]
    """By people held out, from this plan's half of them down: the weakest leak that is seen four times in five."""


def plan_people(n_people: int, settings: Settings | None = None, *, per_person: int = 1) -> PeoplePlan:
    """Work out what a split of so many people could decide.

    Parameters
    ----------
    n_people : int
        In all, at least 40; half of them go to the vendor.
    settings : Settings, optional
        Whose profile, attacks and policies count; by default those of an audit without options.
    per_person : int
        Rows of each; from two on a person is scored twice, by the largest and by the mean of the rows' scores, and a
        reference is set aside.

    Examples
    --------
    >>> from synthaudit.commands.request import request
    >>> plan = plan_people(1000, request("train.csv").settings)
    >>> plan.n_members, plan.n_nonmembers, [use.use for use in plan.uses]
    (500, 500, ['partner', 'internal', 'public'])
    """
    if settings is None:
        settings = request("-").settings
    by_person = per_person > 1
    n_attacks = len(chosen_attacks(settings)) * (2 if by_person else 1)
    n_secrets = 0 if settings.profile == "quick" else MOST_SECRETS
    attacked = partial(_attacked, by_person=by_person, most=settings.candidates)
    n_train, n_holdout = n_people - n_people // 2, n_people // 2
    n1, n0 = attacked(n_train, n_holdout)

    def chance(policy: Policy, n: int) -> float:
        sides = attacked(n - n // 2, n // 2)
        return decidable(policy, *sides, n_attacks, n_secrets).pass_probability

    uses = tuple(
        PlannedUse(
            use=policy.name,
            pass_probability=chance(policy, n_people),
            people_needed=_fewest(partial(chance, policy)),
        )
        for policy in settings.policies
    )
    z = critical_z(n_attacks, ErrorBudget.of_profile(settings.profile).family / 2)
    held_out = [n for n in (n_holdout, n_holdout // 2, n_holdout // 4, n_holdout // 8) if n >= FEWEST_HELD_OUT]
    smaller = tuple((n, smallest_detectable(*attacked(n_train, n), z)) for n in held_out)
    return PeoplePlan(
        n_people=n_people,
        n_train=n_train,
        n_holdout=n_holdout,
        n_members=n1,
        n_nonmembers=n0,
        uses=uses,
        smaller=smaller,
    )


def _attacked(n1: int, n0: int, *, by_person: bool, most: int | None) -> tuple[int, int]:
    """Members and non-members who are attacked: a sealed draw of single rows sets nobody aside."""
    aside = units_aside(n1, n0, most) if by_person else (0, 0)
    n1, n0 = n1 - aside[0], n0 - aside[1]
    return (n1, n0) if most is None else (min(n1, most), min(n0, most))


def _fewest(chance: Callable[[int], float]) -> int | None:
    """People in all from which on the chance is large enough, to the next twenty."""
    if chance(MOST_PEOPLE) < PASS_CHANCE:
        return None
    low, high = 0, MOST_PEOPLE // 20
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(20 * middle) >= PASS_CHANCE else (middle, high)
    return 20 * high


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """What the audit of these tables is going to do."""

    n_rows: dict[str, int]
    people: str
    """Who is attacked, and what they can decide, as the audit itself says it first."""
    seconds: float | None
    """Of one core, without fits of shadows; within a factor of three. None without a holdout."""
    n_shadows: int
    """Fits of a generator that come on top."""
    n_attacks: int
    steps: tuple[str, ...]
    """Tests that run, in their order."""
    left_out: tuple[Coverage, ...]
    """What the profile does not run."""
    blocking: tuple[Coverage, ...]
    """What rules out a pass already."""
    columns: tuple[Column, ...]
    """As they were read, in the order of train, without the key of a person."""
    entity: str | None
    notes: tuple[Coverage, ...]
    """What was noticed of the tables while they were read."""
    uses: tuple[Decidable, ...]
    """What so many people can decide for each use; empty without a holdout."""


def plan(train: Any = None, synthetic: Any = None, holdout: Any = None, **options: Any) -> AuditPlan:
    """Read the tables as :func:`synthaudit.audit` would, and say what it would do and could decide.

    Parameters
    ----------
    train, synthetic, holdout
        As for :func:`synthaudit.audit`.
    **options
        As of :func:`synthaudit.audit`, but for ``output`` and what goes with it.

    Returns
    -------
    AuditPlan
        Columns, notes, people, tests, and what each use could get.

    Raises
    ------
    InputError
        See ``docs/errors.md``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> people = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)).round(3), columns=list("abc"))
    >>> planned = plan(people[:200], people[400:], people[200:400], profile="quick")
    >>> [column.kind for column in planned.columns], [use.use for use in planned.uses]
    (['numeric', 'numeric', 'numeric'], ['partner', 'internal', 'public'])
    """
    return plan_audit(request(train, holdout, **options), synthetic)


def plan_audit(asked: Request, synthetic: Any) -> AuditPlan:
    """Read and align the tables, draw the candidates as the audit will, and stop before the first attack.

    Parameters
    ----------
    asked : Request
        As for the audit.
    synthetic
        The release.
    """
    settings = asked.settings
    with ExitStack() as resources:
        data = align_release(open_real(asked), synthetic, asked, resources)
        tables = read_tables(data, settings, lambda *_: None, lambda _: None, explaining=False)
        drawn = None if data.holdout is None else draw(tables)
        steps = list(_steps(tables))
    if drawn is None:
        people, seconds = "no holdout: membership cannot be measured, and nothing passes", None
    else:
        people = told_beforehand(drawn.pile, drawn.decidable)
        n_rows, n_columns = data.n_rows["synthetic"], len(data.schema.columns)
        seconds = processor_seconds(settings, len(drawn.pile.is_member), n_rows, n_columns)
    coverage = tables.coverage if drawn is None else drawn.known
    return AuditPlan(
        n_rows=dict(data.n_rows),
        people=people,
        seconds=seconds,
        n_shadows=settings.n_shadows,
        n_attacks=0 if drawn is None else len(drawn.attacks),
        steps=tuple(step.name for step in steps if settings.profile in step.profiles),
        left_out=(
            *left_out(settings),
            *(
                Coverage(test=step.name, status="not_run", reason=step.left_out)
                for step in steps
                if settings.profile not in step.profiles and step.left_out
            ),
        ),
        blocking=tuple(line for line in coverage if line.blocks_pass),
        columns=data.schema.columns,
        entity=data.schema.entity,
        notes=tuple(data.coverage),
        uses=() if drawn is None else drawn.decidable,
    )


def _steps(tables: Tables) -> Iterator[Step[Any, Any]]:
    """Those that such tables have something for."""
    stages = ("tables", "no_holdout") if tables.holdout is None else ("tables", "attacked")
    for step in STEPS:
        if step.stage in stages and (step.applies is None or step.applies(tables)):
            yield step
