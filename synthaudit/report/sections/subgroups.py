"""Who is at risk: groups of people, and people who were said to be deleted."""

from dataclasses import dataclass

from synthaudit.checks.subgroups import MISSING, RARE
from synthaudit.files.catalogue import _, marks, plural
from synthaudit.report import words
from synthaudit.report.components import Cell, Named, Table, TextAndTable, figure, table
from synthaudit.report.facts import deleted_in_train, units
from synthaudit.report.numbers import count, measured, p_is, percent, pvalue, shown
from synthaudit.report.reasons import figures_hold
from synthaudit.report.retold import retold
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
        return (_("Whether some groups are at a higher risk than others could not be tested."),)
    tested = [group for group in groups if group.n_members is not None]
    at_risk = sorted((g for g in tested if g.stands_out), key=lambda g: g.pvalue_adjusted or 0.0)
    if at_risk:
        listed = marks().semicolon.join(f"{group_name(g)} ({p_is(g.pvalue_adjusted or 0.0)})" for g in at_risk[:10])
        more = _("; and {n} more").format(n=count(len(at_risk) - 10)) if len(at_risk) > 10 else ""
        first = _("Members stand out from non-members of the same group in: {listed}{more}.").format(
            listed=listed, more=more
        )
    else:
        first = _("In none of {n} groups do members stand out from non-members of the same group.").format(
            n=count(len(tested))
        )
    hidden = len(groups) - len(tested)
    shown_not = plural("One group is", "{hidden} groups are", hidden).format(hidden=count(hidden))
    note = (
        _(
            " {shown_not} not shown, for having fewer than 10 members or non-members, or because it would give "
            "away another that has."
        ).format(shown_not=shown_not)
        if hidden
        else ""
    )
    columns = sorted({g.by for g in groups if g.kind == "column"})
    kinds = (
        _(" and by the levels of {names}, declared sensitive").format(
            names=", ".join(marks().title(shown(name, _NAME)) for name in columns)
        )
        if columns
        else _("; no column is declared sensitive, so no other groups were formed")
    )
    if not figures_hold(report):
        first = _("A control failed, so these figures are invalid. {first}").format(first=first)
    return (
        first,
        _(
            "All {who} were cut into ten equal groups by how far they are from others{kinds}, before anybody "
            "knew who is a member. One attack, fixed beforehand, was then measured in each.{note}"
        ).format(who=who, kinds=kinds, note=note),
        _(
            "“Found” counts members above one threshold for all: the one that wrongly names 1 of 100 non-members "
            "of the whole audit. A group is named where p, adjusted for all groups, is below\u00a00.05; "
            "below\u00a00.001 "
            "no pass is given under a policy that allows nobody to be clearly exposed. A group that is not named "
            "may still leak less than its few people can show."
        ),
    )


def _groups(report: AuditReport) -> Table | None:
    """All groups with their intervals, in their order."""
    return table(
        "risk-table",
        _("Groups and what one attack finds in them, counted in {units}").format(units=units(report)),
        (
            _("Group"),
            _("Members"),
            _("Non-members"),
            _("AUC within the group (95 %)"),
            _("Members found at 1 false name in 100 (95 %)"),
            _("Non-members named"),
            _("Adjusted p"),
        ),
        [_row(group) for group in report.subgroups],
        numeric={1, 2, 3, 4, 5, 6},
    )


def _row(group: Subgroup) -> tuple[Cell, ...]:
    if group.kind == "rarity":
        name = Named(text=retold(shown(group.name, _NAME)), note=_("by rarity"))
    else:
        level = _(group.name) if group.name in (RARE, MISSING) else shown(group.name, _NAME)
        name = Named(text=level, note=shown(group.by, _NAME))
    if group.n_members is None or group.n_nonmembers is None:
        return (name, _("not shown"), _("not shown"), _("not shown"), _("not shown"), _("not shown"), _("not tested"))
    members_found = (
        _("{n} found; interval needs 368 non-members").format(n=count(group.n_found or 0))
        if isinstance(group.tpr_at_fpr, NotEstimable)
        else f"{count(group.n_found or 0)}{marks().colon}{measured(group.tpr_at_fpr, as_percent=True)}"
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
            _(
                "The list differs from the holdout even without the release, so the attacks prove nothing about "
                "it: only verbatim copies count here."
            )
        )
    lines.append(
        _(
            "The comparison assumes that the people of the list are like those of the holdout. People who ask to "
            "be deleted may not be; a classifier that never saw the release looked for such a difference"
        )
        + (
            "."
            if deleted.pvalue_without_release is None
            else _(" ({pvalue_without_release} if there is none).").format(
                pvalue_without_release=p_is(deleted.pvalue_without_release)
            )
        )
    )
    return tuple(lines)


def _in_train(report: AuditReport, listed: Deleted | DeletedCopies) -> list[str]:
    """That some of the list are in train, and what the release holds of them; nothing where none are."""
    said = deleted_in_train(report)
    held = _("The release holds {copied_in_train} of them word for word.").format(
        copied_in_train=count(listed.copied_in_train)
    )
    return (
        []
        if said is None
        else [_("{said} {held} They are tested like the others of the list.").format(said=said, held=held)]
    )


def _deleted_verdict(deleted: Deleted) -> str:
    if deleted.known and deleted.direction == "far" and deleted.pvalue_copies * 3 >= 0.01:
        return _(
            "The release still knows people who were said to be deleted: it keeps its distance from them "
            "more than from non-members ({pvalue})."
        ).format(pvalue=p_is(deleted.pvalue))
    if deleted.known:
        return _("The release still knows people who were said to be deleted ({pvalue}).").format(
            pvalue=p_is(deleted.pvalue)
        )
    return _(
        "No sign that the release knows people who were said to be deleted ({pvalue}). {n_tested} of them "
        "could show an AUC of {smallest_auc:.2f} in 80 of 100 cases; a weaker trace may be there unseen."
    ).format(pvalue=p_is(deleted.pvalue), n_tested=count(deleted.n_tested), smallest_auc=deleted.smallest_auc)


def _deleted_table(deleted: Deleted) -> Table | None:
    """The figures behind it."""
    rows: list[tuple[Cell, ...]] = [
        (_("On the list, of them in the training table"), f"{count(deleted.n_listed)}, {count(deleted.n_in_train)}"),
        (_("Compared: deleted, non-members"), f"{count(deleted.n_tested)}, {count(deleted.n_nonmembers)}"),
        (
            Named(
                text=_("AUC, deleted against non-members (95 %)"),
                note=words.attack_name(deleted.attack) or shown(deleted.attack, 40),
            ),
            figure(deleted.auc),
        ),
        (
            _("p of the AUCs of {n_attacks} attacks together").format(n_attacks=count(deleted.n_attacks)),
            pvalue(deleted.pvalue_auc),
        ),
        (_("p of those at the top of these attacks"), pvalue(deleted.pvalue_top)),
        (
            _("In the release word for word"),
            _(
                "{copied} of {n_tested} deleted, {copied_nonmembers} of {n_copies_nonmembers} non-members "
                "({share} against {share_nonmembers})"
            ).format(
                copied=count(deleted.copied),
                n_tested=count(deleted.n_tested),
                copied_nonmembers=count(deleted.copied_nonmembers),
                n_copies_nonmembers=count(deleted.n_copies_nonmembers),
                share=percent(_share(deleted)),
                share_nonmembers=percent(deleted.copied_nonmembers / max(deleted.n_copies_nonmembers, 1)),
            ),
        ),
        (_("p of the copies"), pvalue(deleted.pvalue_copies)),
        (_("p of all three tests together"), pvalue(deleted.pvalue)),
        (_("p without the release"), pvalue(deleted.pvalue_without_release)),
    ]
    return table("deleted-table", _("People said to be deleted"), (_("What"), _("Result")), rows, numeric={1})


def _share(deleted: Deleted) -> float:
    return deleted.copied / max(deleted.n_tested, 1)


def _copies_text(report: AuditReport, copies: DeletedCopies) -> tuple[str, ...]:
    """The same where there was no holdout, and copies were counted alone."""
    of = _("{copied} of {n_tested} {units} said to be deleted").format(
        copied=count(copies.copied), n_tested=count(copies.n_tested), units=units(report)
    )
    if copies.known:
        first = _(
            "The release still knows people who were said to be deleted: it holds {of} word for word, where "
            "chance explains {expected:.1f} at most ({pvalue})."
        ).format(of=of, expected=copies.expected, pvalue=p_is(copies.pvalue))
    elif not copies.recognisable:
        first = _(
            "The release holds {of} word for word. Rows of this table are often equal by nature, so this says nothing."
        ).format(of=of)
    else:
        first = _("The release holds {of} word for word; chance explains {expected:.1f}.").format(
            of=of, expected=copies.expected
        )
    lines = [
        first,
        _("Without a holdout nothing but verbatim copies could be looked for; other traces may be there unseen."),
    ]
    return (*_in_train(report, copies), *lines)


def _copies_table(copies: DeletedCopies) -> Table | None:
    rows = [
        (_("On the list, of them in the training table"), f"{count(copies.n_listed)}, {count(copies.n_in_train)}"),
        (
            _("In the release word for word"),
            _("{copied} of {n_tested}").format(copied=count(copies.copied), n_tested=count(copies.n_tested)),
        ),
        (_("Of these, in the training table"), count(copies.copied_in_train)),
        (_("Explained by chance, read off twins within train"), f"{copies.expected:.1f}"),
        (_("p of the copies"), pvalue(copies.pvalue)),
    ]
    return table("deleted-table", _("People said to be deleted"), (_("What"), _("Result")), rows, numeric={1})
