"""The attacks of the page: in words, the strongest in one chart and table, and all of them in another table."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from synthaudit.files.catalogue import N_, _, plural
from synthaudit.report import words
from synthaudit.report.charts import attack_label, attack_name, by_strength, forest, in_chart, stands, together_stands
from synthaudit.report.components import Cell, Missing, Named, Status, Table, Tone, figure, table
from synthaudit.report.numbers import count, number_or_dash, of_100, p_is, percent, pvalue, sentence, shown
from synthaudit.report.retold import retold
from synthaudit.types import AuditReport, Finding, NotEstimable

_STANDS: Mapping[str, tuple[str, Tone]] = {
    "below": (N_("within the limits"), "good"),
    "open": (N_("not decided"), "open"),
    "above": (N_("above a limit"), "bad"),
}
_SURPRISING = 0.05
_NO_SHARE = N_("Not measured: all attacks together have an AUC and no share of members found.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttacksView:
    """The section, ready to print."""

    text: tuple[str, ...]
    chart: Markup | None
    note: str
    """How much of the family the chart and the table below it show."""
    strongest: Table | None
    every: Table | None


def view(report: AuditReport) -> AttacksView:
    """All attacks, the strongest first."""
    return AttacksView(
        text=_text(report),
        chart=forest(report),
        note=_note(report),
        strongest=_strongest(report),
        every=_every(report),
    )


def _text(report: AuditReport) -> tuple[str, ...]:
    """The decision over all attacks, the strongest evidence, and what all of them find together."""
    decision = report.decision
    if decision is None:
        return (_("No membership attack could be run; the coverage record below says why."),)
    verdict = _("more than chance explains") if decision.detected else _("nothing that chance does not explain")
    return (
        _(
            "{n_attacks} attacks, chosen before looking, were judged together: they find {verdict}. Telling "
            "members apart: {pvalue_auc}; members among the top scores: {pvalue_top}; either counts below "
            "{alpha_each:g}."
        ).format(
            n_attacks=count(decision.n_attacks),
            verdict=verdict,
            pvalue_auc=p_is(decision.pvalue_auc),
            pvalue_top=p_is(decision.pvalue_top),
            alpha_each=decision.alpha_each,
        ),
        _(
            "Strongest evidence: {attack}. {n_permutations} random relabellings of members and non-members "
            "say what chance can do."
        ).format(
            attack=attack_name(decision.strongest.partition("/")[0]), n_permutations=count(decision.n_permutations)
        ),
        *_together_text(report),
    )


def _together_text(report: AuditReport) -> tuple[str, ...]:
    stack = report.stack
    if stack is None:
        return ()
    if isinstance(stack.auc, NotEstimable):
        return (
            sentence(
                _("What all attacks find together could not be measured: {not_estimable}").format(
                    not_estimable=retold(stack.auc.not_estimable)
                )
            ),
        )
    than, auc = _("more than") if stack.pvalue < _SURPRISING else _("no more than"), stack.auc
    return (
        _(
            "{together}: a model read all {n_scores} scores and was taught who some of the members are. Of a "
            "member and a non-member whom it had yet to see it picks the member in {auc} of 100 tries ({low} to "
            "{high}), {than} chance explains ({pvalue}). Only the auditor can train it, for nobody else knows "
            "the members: it stands for a clever combination of these attacks, and a pass needs it below the "
            "limit as well."
        ).format(
            together=_(words.TOGETHER),
            n_scores=count(stack.n_scores),
            auc=of_100(auc.value),
            low=of_100(auc.low),
            high=of_100(auc.high),
            than=than,
            pvalue=p_is(stack.pvalue),
        ),
    )


def _note(report: AuditReport) -> str:
    rows, named = len(report.findings), len({finding.attack for finding in report.findings})
    drawn = len(in_chart(report))
    if not rows or drawn == rows:
        return ""
    some = (
        _("the {drawn} strongest of {named} kinds of attack").format(drawn=drawn, named=named)
        if drawn < named
        else plural("the one kind of attack", "all {named} kinds of attack", named).format(named=named)
    )
    several_rows = any(":" in finding.view for finding in report.findings)
    over_rows = _(" Where a person has several rows, “max” is the highest score and “mean” the average.") * several_rows
    return _(
        "Chart and table show {some}, each in its strongest variant. The folded table holds all {rows} "
        "attacks.{over_rows}"
    ).format(some=some, rows=rows, over_rows=over_rows)


def _strongest(report: AuditReport) -> Table | None:
    """The attacks of the chart, all of them together on top."""
    rows: list[tuple[Cell, ...]] = [
        (
            attack_name(finding.attack),
            _status(stands(finding, report)),
            _estimate(finding, "auc"),
            _estimate(finding, "tpr_at_fpr_0.01"),
            words.THREATS[finding.threat_model][0],
        )
        for finding in in_chart(report)
    ]
    if report.stack:
        whole = Named(
            text=_("{together}, taught who other members are").format(together=_(words.TOGETHER)),
            note=p_is(report.stack.pvalue),
        )
        how = _status(together_stands(report.stack, report))
        rows.insert(
            0, (whole, how, figure(report.stack.auc), Missing(why=_(_NO_SHARE)), _("who is a member: auditor only"))
        )
    return table(
        "attacks-table",
        _("The strongest attacks with their 95 % intervals"),
        (_("Attack"), _("Stands"), "AUC", _("Members found at 1 false name in 100"), _("The attacker holds")),
        rows,
        numeric={2, 3},
    )


def _every(report: AuditReport) -> Table | None:
    """Every figure of every attack in every view."""
    every = table(
        "attacks-full",
        _("Every attack: estimates with 95 % intervals, bounds and p-values"),
        (
            _("Attack"),
            _("Stands"),
            "AUC",
            _("at least"),
            _("at most"),
            _("Found at 1 in 100"),
            _("at least"),
            _("at most"),
            _("Found at 1 in 10"),
            _("Found at 1 in 1,000"),
            "p",
            _("Adjusted p"),
            _("Members above the 1 % threshold"),
            _("Tied there"),
        ),
        [
            (
                _attack_name(finding),
                _status(stands(finding, report)).word,
                _estimate(finding, "auc"),
                number_or_dash(finding.lower_bounds.get("auc")),
                number_or_dash(finding.upper_bounds.get("auc")),
                _estimate(finding, "tpr_at_fpr_0.01"),
                _bound(finding.lower_bounds.get("tpr_at_fpr_0.01")),
                _bound(finding.upper_bounds.get("tpr_at_fpr_0.01")),
                _estimate(finding, "tpr_at_fpr_0.1"),
                _estimate(finding, "tpr_at_fpr_0.001"),
                pvalue(finding.pvalue),
                pvalue(finding.pvalue_adjusted),
                count(finding.n_true_positives),
                count(finding.tie_block),
            )
            for finding in by_strength(report.findings)
        ],
        numeric=set(range(2, 14)),
    )
    return every and every.without_empty_columns()


def _status(how: str) -> Status:
    word, tone = _STANDS[how]
    return Status(word=_(word), tone=tone)


def _attack_name(finding: Finding) -> Named:
    code = f"{shown(finding.attack, 60)}/{shown(finding.view, 40)}"
    holds = words.THREATS[finding.threat_model][0]
    return Named(text=attack_label(finding.attack, finding.view), note=holds, code=code)


def _estimate(finding: Finding, metric: str) -> str | Missing:
    return figure(finding.estimates.get(metric), as_percent=metric != "auc")


def _bound(value: float | None) -> str:
    return _("none") if value is None else percent(value)
