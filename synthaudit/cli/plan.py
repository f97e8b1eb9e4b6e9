"""``plan``: what an audit will run and can decide, in words."""

from typing import TYPE_CHECKING, Any

import click

from synthaudit.adapters.options import ALLOW_COMMANDS, RUN
from synthaudit.cli.options import CONTEXT, READING, changed, requested, takes
from synthaudit.cli.terminal import tell

if TYPE_CHECKING:
    from synthaudit.commands.plan import AuditPlan, PeoplePlan

FEWEST = 40


@click.command(context_settings=CONTEXT)
@click.option("--people", type=click.IntRange(min=FEWEST), help="Plan without tables: people that there are in all.")
@click.option("--per-person", type=click.IntRange(min=1), default=1, help="With --people: rows of each.")
@takes(
    *RUN,
    ALLOW_COMMANDS,
    changed("synthetic", help="The release.", multiple=False, required=False),
    *READING,
)
def plan(people: int | None, per_person: int, synthetic: str | None, **flags: Any) -> None:
    """What an audit of these tables would run and can decide, or what PEOPLE could decide before there is a table."""
    from synthaudit.commands.plan import plan_audit, plan_people

    if people is None:
        if synthetic is None:
            raise click.UsageError("Give --people N, or the tables of the audit: --train, --synthetic and --holdout.")
        tell(*_of_tables(plan_audit(requested(flags, synthetic=synthetic), synthetic)))
        return
    if synthetic is not None or any(flags.get(table) is not None for table in ("train", "holdout", "reference")):
        raise click.UsageError("Give --people, or tables, not both.")
    tell(*_of_people(plan_people(people, requested({**flags, "train": "-"}).settings, per_person=per_person)))


def _of_people(plan: "PeoplePlan") -> list[str]:
    lines = [
        f"{plan.n_people:,} people: {plan.n_train:,} for the vendor, {plan.n_holdout:,} held out, drawn by"
        " synthaudit split",
        f"{plan.n_members:,} members and {plan.n_nonmembers:,} non-members would be attacked",
        "",
        f"{'use':<12}{'passes, if nothing leaks':<28}people needed in all for 4 passes in 5",
    ]
    for use in plan.uses:
        needed = "more than 1,000,000" if use.people_needed is None else f"{use.people_needed:,}"
        lines.append(f"{use.use:<12}{f'{100 * use.pass_probability:.0f} in 100 audits':<28}{needed}")
    lines += ["", f"{'held out':<12}weakest leak that is seen in 4 audits of 5"]
    for n, smallest in plan.smaller:
        weakest = f"{1000 * smallest.tpr_at_fpr:.0f} of 1,000 members found at 10 false names in 1,000"
        lines.append(f"{n:<12,}{weakest}, or {100 * smallest.auc:.0f} of 100 guesses right")
    return [*lines, "", "A smaller holdout finds leaks from these sizes on; what it does not find may still be there."]


def _cost(plan: "AuditPlan") -> list[str]:
    from synthaudit.commands.plan_cost import WITHIN
    from synthaudit.report.numbers import duration

    if plan.seconds is None:
        return []
    shadows = f"; the fits of {plan.n_shadows} shadows come on top" if plan.n_shadows else ""
    return [f"cost      about {duration(plan.seconds)} of one core, within a factor of {WITHIN}{shadows}"]


def _of_tables(plan: "AuditPlan") -> list[str]:
    lines = [
        f"tables    {', '.join(f'{role} {n:,} rows' for role, n in plan.n_rows.items())}",
        f"people    {plan.people}",
        *_cost(plan),
        f"attacks   {plan.n_attacks}",
        f"tests     {', '.join(plan.steps)}",
    ]
    lines += [f"left out  {line.test}: {line.reason}" for line in plan.left_out]
    lines += [f"no pass   {line.test}: {line.reason}" for line in plan.blocking]
    return lines
