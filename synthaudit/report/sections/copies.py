"""Copies and people: records found word for word, and members who stand out."""

from dataclasses import dataclass

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
        (f"Members found word for word in the release, {who}", f"{count(copies.train)} of {count(copies.n_train)}"),
        (f"Non-members found word for word, {who}", f"{count(copies.holdout)} of {count(copies.n_holdout)}"),
        (
            "Members found, were copies shared out by chance" if copies.n_holdout else "Members met at most by chance",
            count(copies.expected),
        ),
        ("Share of members less share of non-members (95 %)", figure(copies.excess, as_percent=True)),
        ("Chance of so many members if nothing leaked (p)", pvalue(copies.pvalue)),
        ("Synthetic rows equal to a training row", f"{count(copies.synthetic_rows)} of {count(copies.n_synthetic)}"),
        *_repeats(report),
        ("Release is the training table", "yes" if copies.identical_to_train else "no"),
        *_alone(report),
    ]
    return Table(id="copies-table", caption="Verbatim copies", head=("Count", "Result"), rows=tuple(rows))


def _alone(report: AuditReport) -> list[tuple[str, str]]:
    """What the limit is held against: people whose row nobody else has, and whether they are enough."""
    copies, single, who = report.copies, report.copies.single, units(report)
    enough = "yes" if copies.recognisable else "no, too many share their row"
    row = ("Copies beyond the limit can be told from chance", enough)
    if single is None:
        return [row]
    return [
        (
            f"Of {who} whose row nobody else has: members, and non-members, found",
            f"{count(single.train)} of {count(single.n_train)}, and {count(single.holdout)} of"
            f" {count(single.n_holdout)}",
        ),
        (f"Share of {who} with a row that somebody else has too", percent(single.twins)),
        row,
    ]


def _strangers(report: AuditReport) -> tuple[str, ...]:
    """What the comparison with non-members rests on."""
    strangers = report.copies.strangers
    rows = report.single_rows
    told = []
    if strangers is not None:
        told.append(
            f"{count(strangers.rows)} different rows of non-members stand in the release word for word. If rows met"
            f" it as often as they meet each other, {p_is(strangers.pvalue)}."
        )
    if rows is not None:
        told.append(_KEPT[rows.kept])
    return tuple(told)


_KEPT: dict[KeptTables, str] = {
    "neither": "Rows of the release keep no closer to single rows of either real table than real rows of the other do.",
    "train": "Rows of the release keep closer to single rows of train than non-members do, and to none of the holdout.",
    "holdout": (
        "Rows of the release keep closer to single rows of the holdout than members do, and to none of train: the two"
        " tables may have been exchanged. No pass is given."
    ),
    "both": (
        "Rows of the release keep closer to single rows of both tables than real rows of the other table do: the vendor"
        " seems to have seen the holdout. No pass is given."
    ),
}


def _kept(report: AuditReport) -> Table | None:
    """How closely rows of the release keep to one row of each real table."""
    rows = report.single_rows
    sides = (
        ()
        if rows is None
        else (("the holdout, against members", rows.holdout), ("train, against non-members", rows.train))
    )
    return table(
        "kept-table",
        "How often a row of the release keeps closer to one row of a real table than a real row does",
        ("Towards", "In comparisons (99.8 %)", "p", "p, the release's shape taken off", "p, of very close rows"),
        [
            (
                name,
                figure(side.nearer, as_percent=True),
                pvalue(side.pvalue),
                pvalue(side.pvalue_shape),
                "not measured" if side.pvalue_close is None else pvalue(side.pvalue_close),
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
            "Rows of the release that repeat another of its rows",
            f"{count(repeats.synthetic)} of {count(repeats.n_synthetic)}"
            f" (training rows that do: {count(repeats.train)} of {count(repeats.n_train)})",
        )
    ]


def _exposure(report: AuditReport) -> str:
    exposure = report.exposure
    if exposure is None:
        return "Whether single members stand out could not be tested."
    label = attack_label(exposure.attack, exposure.view)
    how = f"“{label}”" + (", which was chosen on other people" if exposure.crosswise else "")
    return (
        f"{count(exposure.n_exposed)} of {count(exposure.n_members)} members can be named with confidence by the "
        f"attack {how}; at most {percent(exposure.false_discovery_rate)} of those named are expected to be wrong."
    )
