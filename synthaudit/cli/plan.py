"""``plan``: what an audit will run and can decide, in words."""

from typing import TYPE_CHECKING, Any

import click

from synthaudit.adapters.options import ALLOW_COMMANDS, LANG, RUN
from synthaudit.cli.options import CONTEXT, READING, changed, requested, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command, Option
from synthaudit.files.catalogue import N_, _, number

if TYPE_CHECKING:
    from synthaudit.commands.plan import AuditPlan, PeoplePlan

FEWEST = 40


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "What an audit of these tables would run and can decide, or what PEOPLE could decide before there is a table."
    ),
)
@click.option(
    "--people",
    cls=Option,
    type=click.IntRange(min=FEWEST),
    help=N_("Plan without tables: people that there are in all."),
)
@click.option(
    "--per-person", cls=Option, type=click.IntRange(min=1), default=1, help=N_("With --people: rows of each.")
)
@takes(
    *RUN,
    ALLOW_COMMANDS,
    changed("synthetic", help=N_("The release."), multiple=False, required=False),
    *READING,
    LANG,
)
def plan(people: int | None, per_person: int, synthetic: str | None, **flags: Any) -> None:
    """``plan``: of tables or of a number of people."""
    from synthaudit.commands.plan import plan_audit, plan_people

    if people is None:
        if synthetic is None:
            raise click.UsageError(
                _("Give --people N, or the tables of the audit: --train, --synthetic and --holdout.")
            )
        tell(*_of_tables(plan_audit(requested(flags, synthetic=synthetic), synthetic)))
        return
    if synthetic is not None or any(flags.get(table) is not None for table in ("train", "holdout", "reference")):
        raise click.UsageError(_("Give --people, or tables, not both."))
    tell(*_of_people(plan_people(people, requested({**flags, "train": "-"}).settings, per_person=per_person)))


def _of_people(plan: "PeoplePlan") -> list[str]:
    lines = [
        _("{n_people:,} people: {n_train:,} for the vendor, {n_holdout:,} held out, drawn by synthaudit split").format(
            n_people=plan.n_people, n_train=plan.n_train, n_holdout=plan.n_holdout
        ),
        _("{n_members:,} members and {n_nonmembers:,} non-members would be attacked").format(
            n_members=plan.n_members, n_nonmembers=plan.n_nonmembers
        ),
        "",
        _columns(_("use"), _("passes, if nothing leaks"), _("people needed in all for 4 passes in 5")),
    ]
    for use in plan.uses:
        needed = _("more than 1,000,000") if use.people_needed is None else number(use.people_needed)
        passes = _("{n:.0f} in 100 audits").format(n=100 * use.pass_probability)
        lines.append(_columns(use.use, passes, needed))
    lines += ["", _columns(_("held out"), _("weakest leak that is seen in 4 audits of 5"))]
    for n, smallest in plan.smaller:
        found = _(
            "{found:.0f} of 1,000 members found at 1 false name in 100, or {right:.0f} of 100 guesses right"
        ).format(found=1000 * smallest.tpr_at_fpr, right=100 * smallest.auc)
        lines.append(_columns(number(n), found))
    return [
        *lines,
        "",
        _("A smaller holdout finds leaks from these sizes on; what it does not find may still be there."),
    ]


def _columns(first: str, *others: str) -> str:
    """A line of a table; a word that is longer than its column keeps a blank behind it."""
    *middle, last = others
    return f"{first:<11} " + "".join(f"{text:<27} " for text in middle) + last


def _cost(plan: "AuditPlan") -> list[str]:
    from synthaudit.commands.plan_cost import WITHIN
    from synthaudit.report.numbers import duration

    if plan.seconds is None:
        return []
    shadows = (
        _("; the fits of {n_shadows} shadows come on top").format(n_shadows=plan.n_shadows) if plan.n_shadows else ""
    )
    return [
        _("cost      about {seconds} of one core, within a factor of {within}{shadows}").format(
            seconds=duration(plan.seconds), within=WITHIN, shadows=shadows
        )
    ]


def _of_tables(plan: "AuditPlan") -> list[str]:
    from synthaudit.files.retold import retold

    lines = [
        _("tables    {tables}").format(
            tables=", ".join(_("{role} {n:,} rows").format(role=role, n=n) for role, n in plan.n_rows.items())
        ),
        _("people    {people}").format(people=plan.people),
        *_cost(plan),
        _("attacks   {n_attacks}").format(n_attacks=plan.n_attacks),
        _("tests     {tests}").format(tests=", ".join(plan.steps)),
    ]
    lines += [
        _("left out  {test}: {reason}").format(test=retold(line.test), reason=retold(line.reason))
        for line in plan.left_out
    ]
    lines += [
        _("no pass   {test}: {reason}").format(test=retold(line.test), reason=retold(line.reason))
        for line in plan.blocking
    ]
    return lines
