"""Copies and people: records found word for word, and members who stand out."""

from dataclasses import dataclass

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report.charts import attack_label
from synthaudit.report.components import Missing, Table, figure, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, p_is, percent, pvalue
from synthaudit.types import AuditReport, KeptTables


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesView:
    """The section, ready to print."""

    copies: Table
    strangers: tuple[str, ...]
    """Whether non-members are the strangers that they are taken for."""
    kept: Table | None
    exposure: str


def view(report: AuditReport) -> CopiesView:
    """Copies on both sides, and the count of members who stand out."""
    return CopiesView(
        copies=_copies(report), strangers=_strangers(report), kept=_kept(report), exposure=_exposure(report)
    )


def _copies(report: AuditReport) -> Table:
    copies, who = report.copies, units(report)
    rows: list[tuple[str, str | Missing]] = [
        (
            _("Members found word for word in the release, {who}").format(who=who),
            _("{train} of {n_train}").format(train=count(copies.train), n_train=count(copies.n_train)),
        ),
        (
            _("Non-members found word for word, {who}").format(who=who),
            _("{holdout} of {n_holdout}").format(holdout=count(copies.holdout), n_holdout=count(copies.n_holdout)),
        ),
        (
            _("Members found, were copies shared out by chance")
            if copies.n_holdout
            else _("Members met at most by chance"),
            count(copies.expected),
        ),
        (_("Share of members less share of non-members (95 %)"), figure(copies.excess, as_percent=True)),
        (_("Chance of so many members if nothing leaked (p)"), pvalue(copies.pvalue)),
        (
            _("Synthetic rows equal to a training row"),
            _("{synthetic_rows} of {n_synthetic}").format(
                synthetic_rows=count(copies.synthetic_rows), n_synthetic=count(copies.n_synthetic)
            ),
        ),
        *_repeats(report),
        (_("Release is the training table"), _("yes") if copies.identical_to_train else _("no")),
        *_alone(report),
    ]
    return Table(id="copies-table", caption=_("Verbatim copies"), head=(_("Count"), _("Result")), rows=tuple(rows))


def _alone(report: AuditReport) -> list[tuple[str, str]]:
    """What the limit is held against: people whose row nobody else has, and whether they are enough."""
    copies, single, who = report.copies, report.copies.single, units(report)
    enough = _("yes") if copies.recognisable else _("no, too many share their row")
    row = (_("Copies beyond the limit can be told from chance"), enough)
    if single is None:
        return [row]
    return [
        (
            _("Of {who} whose row nobody else has: members, and non-members, found").format(who=who),
            _("{train} of {n_train}, and {holdout} of {n_holdout}").format(
                train=count(single.train),
                n_train=count(single.n_train),
                holdout=count(single.holdout),
                n_holdout=count(single.n_holdout),
            ),
        ),
        (_("Share of {who} with a row that somebody else has too").format(who=who), percent(single.twins)),
        row,
    ]


def _strangers(report: AuditReport) -> tuple[str, ...]:
    """What the comparison with non-members rests on."""
    strangers = report.copies.strangers
    rows = report.single_rows
    told = []
    if strangers is not None:
        told.append(
            _(
                "{rows} different rows of non-members stand in the release word for word. If rows met it as "
                "often as they meet each other, {pvalue}."
            ).format(rows=count(strangers.rows), pvalue=p_is(strangers.pvalue))
        )
    if rows is not None:
        told.append(_KEPT[rows.kept])
    return tuple(told)


_KEPT: Labels[KeptTables, str] = Labels(
    {
        "neither": N_(
            "Rows of the release keep no closer to single rows of either real table than real rows of the other do."
        ),
        "train": N_(
            "Rows of the release keep closer to single rows of train than non-members do, and to none of the holdout."
        ),
        "holdout": (
            N_(
                "Rows of the release keep closer to single rows of the holdout than members do, and to none of "
                "train: the two tables may have been exchanged. No pass is given."
            )
        ),
        "both": (
            N_(
                "Rows of the release keep closer to single rows of both tables than real rows of the other table do: "
                "the vendor seems to have seen the holdout. No pass is given."
            )
        ),
    }
)


def _kept(report: AuditReport) -> Table | None:
    """How closely rows of the release keep to one row of each real table."""
    rows = report.single_rows
    sides = (
        ()
        if rows is None
        else ((_("the holdout, against members"), rows.holdout), (_("train, against non-members"), rows.train))
    )
    return table(
        "kept-table",
        _("How often a row of the release keeps closer to one row of a real table than a real row does"),
        (
            _("Towards"),
            _("In comparisons (99.8 %)"),
            "p",
            _("p, the release's shape taken off"),
            _("p, of very close rows"),
        ),
        [
            (
                name,
                figure(side.nearer, as_percent=True),
                pvalue(side.pvalue),
                pvalue(side.pvalue_shape),
                _("not measured") if side.pvalue_close is None else pvalue(side.pvalue_close),
            )
            for name, side in sides
        ],
        numeric={1, 2, 3, 4},
    )


def _repeats(report: AuditReport) -> list[tuple[str, str]]:
    """How often rows of one table are equal to each other."""
    repeats = report.repeats
    if repeats is None:
        return []
    return [
        (
            _("Rows of the release that repeat another of its rows"),
            _("{synthetic} of {n_synthetic} (training rows that do: {train} of {n_train})").format(
                synthetic=count(repeats.synthetic),
                n_synthetic=count(repeats.n_synthetic),
                train=count(repeats.train),
                n_train=count(repeats.n_train),
            ),
        )
    ]


def _exposure(report: AuditReport) -> str:
    exposure = report.exposure
    if exposure is None:
        return _("Whether single members stand out could not be tested.")
    if exposure.crosswise:
        return _(
            "{n_exposed} of {n_members} members can be named with confidence by the attack “{attack}”, which was "
            "chosen on other people; at most {false_discovery_rate} of those named are expected to be wrong."
        ).format(
            n_exposed=count(exposure.n_exposed),
            n_members=count(exposure.n_members),
            attack=attack_label(exposure.attack, exposure.view),
            false_discovery_rate=percent(exposure.false_discovery_rate),
        )
    return _(
        "{n_exposed} of {n_members} members can be named with confidence by the attack “{attack}”; at most "
        "{false_discovery_rate} of those named are expected to be wrong."
    ).format(
        n_exposed=count(exposure.n_exposed),
        n_members=count(exposure.n_members),
        attack=attack_label(exposure.attack, exposure.view),
        false_discovery_rate=percent(exposure.false_discovery_rate),
    )
