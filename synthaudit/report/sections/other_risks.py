"""Other risks: guessing attributes, singling out and linking, as the excess of members over non-members."""

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report import words
from synthaudit.report.components import Missing, Named, Table, TextAndTable, figure, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, percent, sentence, shown
from synthaudit.types import AuditReport, Estimate, Measured, Risk

_MOST_ROWS = 30
_NAME = 80
_ALPHA = 0.05
_NOTES = Labels(
    {
        "attribute_inference": N_("from all other columns"),
        "singling_out": N_("a description that fits nobody else"),
        "linkability": N_("both halves of a record lead to one row"),
    }
)


def view(report: AuditReport) -> TextAndTable:
    """What members have to bear beyond others."""
    return TextAndTable(text=_text(report), table=_table(report))


def _text(report: AuditReport) -> tuple[str, ...]:
    """What was tried, and which risks chance does not explain."""
    risks, who = report.risks, units(report)
    if risks is None:
        return (_("Whether attributes can be guessed, people singled out or records linked was not tried."),)
    if not risks.found:
        return (_("No column could be guessed, described or linked: this table is too small for these questions."),)
    beyond = [risk for risk in risks.found if risk.pvalue_adjusted < _ALPHA]
    named = ", ".join(_called(risk) for risk in sorted(beyond, key=_order)[:5])
    more = _(" and {n} more").format(n=count(len(beyond) - 5)) if len(beyond) > 5 else ""
    result = (
        _("Members bear more than chance explains: {named}{more}.").format(named=named, more=more)
        if beyond
        else _("In none of them members bear more than chance explains.")
    )
    return (
        _(
            "Three questions beside membership: can whoever knows the rest of a record guess what is missing; "
            "does a description read off a synthetic record fit exactly one person; do the two halves of a "
            "record lead to the same synthetic record? Each was tried on {n_members} members and {n_nonmembers} "
            "non-members ({who}), by an attacker who does not know which is which."
        ).format(n_members=count(risks.n_members), n_nonmembers=count(risks.n_nonmembers), who=who),
        _(
            "{result} Only the excess of members over non-members counts: what is guessed right of people the "
            "generator never saw follows from the population, and would follow from any good release. “Without "
            "the release” is the same attack on {n_reference} real records of other people in place of the "
            "release."
        ).format(result=result, n_reference=count(risks.n_reference)),
        _("{limit} Beyond chance means p below\u00a00.05, adjusted for the {n} lines of the table.{unshown}").format(
            limit=_limit(report), n=count(len(risks.found)), unshown=_unshown(risks.found)
        ),
    )


def _table(report: AuditReport) -> Table | None:
    """Every risk with both sides; the secrets by their excess."""
    return table(
        "risks-table",
        _("Success of attacks beside membership, by {units}").format(units=units(report)),
        (_("Risk"), _("Column"), _("Members"), _("Non-members"), _("Without the release"), _("Excess (95 %)")),
        [
            (
                Named(text=words.RISKS[risk.kind], note=_NOTES[risk.kind]),
                "" if risk.column is None else shown(risk.column, _NAME),
                *(_share(side) for side in (risk.members, risk.nonmembers, risk.without_release)),
                figure(risk.excess, as_percent=True),
            )
            for risk in (sorted(report.risks.found, key=_order)[:_MOST_ROWS] if report.risks else [])
        ],
        numeric={2, 3, 4, 5},
    )


def _limit(report: AuditReport) -> str:
    limit = report.policy.attribute_excess
    if limit is None:
        return _("The policy sets no limit on any of these figures.")
    return _(
        "The policy sets a limit of {limit} on the excess of every guessed attribute; singling out and "
        "linking are reported without a limit. “Leakage detected” above speaks of membership alone."
    ).format(limit=percent(limit))


def _unshown(risks: tuple[Risk, ...]) -> str:
    return (
        _(" The table shows {n} lines; evidence.json has all.").format(n=_MOST_ROWS) if len(risks) > _MOST_ROWS else ""
    )


def _called(risk: Risk) -> str:
    name = words.RISKS_WITHIN[risk.kind]
    if risk.column is not None:
        name = _("guessing “{column}”").format(column=shown(risk.column, _NAME))
    return f"{name} ({percent(risk.excess.value)})" if isinstance(risk.excess, Estimate) else name


def _share(side: Measured) -> str | Missing:
    return percent(side.value) if isinstance(side, Estimate) else Missing(why=sentence(side.not_estimable))


def _order(risk: Risk) -> tuple[int, float, str]:
    """Singling out and linking first, then the secrets by their excess."""
    kinds = ("singling_out", "linkability", "attribute_inference")
    value = risk.excess.value if isinstance(risk.excess, Estimate) else -1.0
    return (kinds.index(risk.kind), -value, risk.column or "")
