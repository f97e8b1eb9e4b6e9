"""Who is at risk: groups of people, and people who were said to be deleted."""

from dataclasses import dataclass

from synthaudit.report import words
from synthaudit.report.components import Cell, Named, Table, TextAndTable, figure, table
from synthaudit.report.facts import deleted_in_train, units
from synthaudit.report.numbers import NBSP, count, measured, p_is, percent, pvalue, shown
from synthaudit.report.reasons import figures_hold
from synthaudit.report.summary import group_name
from synthaudit.types import AuditReport, Deleted, DeletedCopies, NotEstimable, Subgroup

_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupsView:
    """The section, ready to print."""

    text: tuple[str, ...]
    groups: Table | None
    deleted: TextAndTable | None
    """People who were said to be deleted; None where none were listed."""


def view(report: AuditReport) -> SubgroupsView:
    """Which groups stand out, and whether the release still knows people who were said to be deleted."""
    return SubgroupsView(text=_text(report), groups=_groups(report), deleted=_deleted(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    """In words: which groups stand out, and how they were made."""
    groups, who = report.subgroups, units(report)
    if not groups:
        return ("Whether some groups are at a higher risk than others could not be tested.",)
    tested = [group for group in groups if group.n_members is not None]
    at_risk = sorted((g for g in tested if g.stands_out), key=lambda g: g.pvalue_adjusted or 0.0)
    if at_risk:
        listed = "; ".join(f"{group_name(g)} ({p_is(g.pvalue_adjusted or 0.0)})" for g in at_risk[:10])
        more = f"; and {count(len(at_risk) - 10)} more" if len(at_risk) > 10 else ""
        first = f"Members stand out from non-members of the same group in: {listed}{more}."
    else:
        first = f"In none of {count(len(tested))} groups do members stand out from non-members of the same group."
    hidden = len(groups) - len(tested)
    shown_not = "One group is" if hidden == 1 else f"{count(hidden)} groups are"
    note = (
        f" {shown_not} not shown, for having fewer than 10 members or non-members, or because it would give away"
        " another that has."
        if hidden
        else ""
    )
    columns = sorted({g.by for g in groups if g.kind == "column"})
    kinds = (
        f" and by the levels of {', '.join(f'“{shown(name, _NAME)}”' for name in columns)}, declared sensitive"
        if columns
        else "; no column is declared sensitive, so no other groups were formed"
    )
    if not figures_hold(report):
        first = f"A control failed, so these figures are invalid. {first}"
    return (
        first,
        f"All {who} were cut into ten equal groups by how far they are from others{kinds}, before anybody knew who is a"
        f" member. One attack, fixed beforehand, was then measured in each.{note}",
        "“Found” counts members above one threshold for all: the one that wrongly names 1 of 100 non-members of the"
        f" whole audit. A group is named where p, adjusted for all groups, is below{NBSP}0.05; below{NBSP}0.001 no pass"
        " is given under a policy that allows nobody to be clearly exposed. A group that is not named may still leak"
        " less than its few people can show.",
    )


def _groups(report: AuditReport) -> Table | None:
    """All groups with their intervals, in their order."""
    return table(
        "risk-table",
        f"Groups and what one attack finds in them, counted in {units(report)}",
        (
            "Group",
            "Members",
            "Non-members",
            "AUC within the group (95 %)",
            "Members found at 1 false name in 100 (95 %)",
            "Non-members named",
            "Adjusted p",
        ),
        [_row(group) for group in report.subgroups],
        numeric={1, 2, 3, 4, 5, 6},
    )


def _row(group: Subgroup) -> tuple[Cell, ...]:
    if group.kind == "rarity":
        name = Named(text=shown(group.name, _NAME), note="by rarity")
    else:
        name = Named(text=shown(group.name, _NAME), note=shown(group.by, _NAME))
    if group.n_members is None or group.n_nonmembers is None:
        return (name, "not shown", "not shown", "not shown", "not shown", "not shown", "not tested")
    members_found = (
        f"{count(group.n_found or 0)} found; interval needs 368 non-members"
        if isinstance(group.tpr_at_fpr, NotEstimable)
        else f"{count(group.n_found or 0)}: {measured(group.tpr_at_fpr, as_percent=True)}"
    )
    return (
        name,
        count(group.n_members),
        count(group.n_nonmembers),
        figure(group.auc),
        members_found,
        count(group.n_named or 0),
        pvalue(group.pvalue_adjusted),
    )


# --- people said to be deleted -------------------------------------------------------------------------------


def _deleted(report: AuditReport) -> TextAndTable | None:
    if report.deleted is not None:
        return TextAndTable(text=_deleted_text(report, report.deleted), table=_deleted_table(report.deleted))
    copies = None if report.without_holdout is None else report.without_holdout.deleted
    if copies is not None:
        return TextAndTable(text=_copies_text(report, copies), table=_copies_table(copies))
    return None


def _deleted_text(report: AuditReport, deleted: Deleted) -> tuple[str, ...]:
    """Whether the release still knows them, by attacks and copies."""
    lines = [*_in_train(report, deleted), _deleted_verdict(deleted)]
    if not deleted.comparable:
        lines.append(
            "The list differs from the holdout even without the release, so the attacks prove nothing about it: only"
            " verbatim copies count here."
        )
    lines.append(
        "The comparison assumes that the people of the list are like those of the holdout. People who ask to be deleted"
        " may not be; a classifier that never saw the release looked for such a difference"
        + (
            "."
            if deleted.pvalue_without_release is None
            else f" ({p_is(deleted.pvalue_without_release)} if there is none)."
        )
    )
    return tuple(lines)


def _in_train(report: AuditReport, listed: Deleted | DeletedCopies) -> list[str]:
    """That some of the list are in train, and what the release holds of them; nothing where none are."""
    said = deleted_in_train(report)
    held = f"The release holds {count(listed.copied_in_train)} of them word for word."
    return [] if said is None else [f"{said} {held} They are tested like the others of the list."]


def _deleted_verdict(deleted: Deleted) -> str:
    if deleted.known and deleted.direction == "far" and deleted.pvalue_copies * 3 >= 0.01:
        return (
            "The release still knows people who were said to be deleted: it keeps its distance from them more than from"
            f" non-members ({p_is(deleted.pvalue)})."
        )
    if deleted.known:
        return f"The release still knows people who were said to be deleted ({p_is(deleted.pvalue)})."
    return (
        f"No sign that the release knows people who were said to be deleted ({p_is(deleted.pvalue)}). "
        f"{count(deleted.n_tested)} of them could show an AUC of {deleted.smallest_auc:.2f} in 80 of 100 cases; a "
        "weaker trace may be there unseen."
    )


def _deleted_table(deleted: Deleted) -> Table | None:
    """The figures behind it."""
    rows: list[tuple[Cell, ...]] = [
        ("On the list, of them in the training table", f"{count(deleted.n_listed)}, {count(deleted.n_in_train)}"),
        ("Compared: deleted, non-members", f"{count(deleted.n_tested)}, {count(deleted.n_nonmembers)}"),
        (
            Named(
                text="AUC, deleted against non-members (95 %)",
                note=words.ATTACKS.get(deleted.attack, shown(deleted.attack, 40)),
            ),
            figure(deleted.auc),
        ),
        (f"p of the AUCs of {count(deleted.n_attacks)} attacks together", pvalue(deleted.pvalue_auc)),
        ("p of those at the top of these attacks", pvalue(deleted.pvalue_top)),
        (
            "In the release word for word",
            f"{count(deleted.copied)} of {count(deleted.n_tested)} deleted, {count(deleted.copied_nonmembers)} of"
            f" {count(deleted.n_copies_nonmembers)} non-members ({percent(_share(deleted))} against"
            f" {percent(deleted.copied_nonmembers / max(deleted.n_copies_nonmembers, 1))})",
        ),
        ("p of the copies", pvalue(deleted.pvalue_copies)),
        ("p of all three tests together", pvalue(deleted.pvalue)),
        ("p without the release", pvalue(deleted.pvalue_without_release)),
    ]
    return table("deleted-table", "People said to be deleted", ("What", "Result"), rows, numeric={1})


def _share(deleted: Deleted) -> float:
    return deleted.copied / max(deleted.n_tested, 1)


def _copies_text(report: AuditReport, copies: DeletedCopies) -> tuple[str, ...]:
    """The same where there was no holdout, and copies were counted alone."""
    of = f"{count(copies.copied)} of {count(copies.n_tested)} {units(report)} said to be deleted"
    if copies.known:
        first = (
            f"The release still knows people who were said to be deleted: it holds {of} word for word, where chance"
            f" explains {copies.expected:.1f} at most ({p_is(copies.pvalue)})."
        )
    elif not copies.recognisable:
        first = (
            f"The release holds {of} word for word. Rows of this table are often equal by nature, so this says nothing."
        )
    else:
        first = f"The release holds {of} word for word; chance explains {copies.expected:.1f}."
    lines = [
        first,
        "Without a holdout nothing but verbatim copies could be looked for; other traces may be there unseen.",
    ]
    return (*_in_train(report, copies), *lines)


def _copies_table(copies: DeletedCopies) -> Table | None:
    rows = [
        ("On the list, of them in the training table", f"{count(copies.n_listed)}, {count(copies.n_in_train)}"),
        ("In the release word for word", f"{count(copies.copied)} of {count(copies.n_tested)}"),
        ("Of these, in the training table", count(copies.copied_in_train)),
        ("Explained by chance, read off twins within train", f"{copies.expected:.1f}"),
        ("p of the copies", pvalue(copies.pvalue)),
    ]
    return table("deleted-table", "People said to be deleted", ("What", "Result"), rows, numeric={1})
