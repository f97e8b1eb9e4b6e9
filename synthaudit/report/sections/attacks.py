"""The attacks of the page: in words, the strongest in one chart and table, and all of them in another table."""

from dataclasses import dataclass

from markupsafe import Markup

from synthaudit.report import words
from synthaudit.report.charts import attack_label, attack_name, by_strength, forest, in_chart, stands, together_stands
from synthaudit.report.components import Cell, Missing, Named, Status, Table, figure, table
from synthaudit.report.numbers import count, number_or_dash, of_100, p_is, percent, pvalue, sentence, shown
from synthaudit.types import AuditReport, Finding, NotEstimable

_STANDS: dict[str, Status] = {
    "below": Status(word="within the limits", tone="good"),
    "open": Status(word="not decided", tone="open"),
    "above": Status(word="above a limit", tone="bad"),
}
_SURPRISING = 0.05
_NO_SHARE = Missing(why="Not measured: all attacks together have an AUC and no share of members found.")


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
        return ("No membership attack could be run; the coverage record below says why.",)
    verdict = "more than chance explains" if decision.detected else "nothing that chance does not explain"
    return (
        f"{count(decision.n_attacks)} attacks, chosen before looking, were judged together: they find {verdict}. "
        f"Telling members apart: {p_is(decision.pvalue_auc)}; members among the top scores: "
        f"{p_is(decision.pvalue_top)}; either counts below {decision.alpha_each:g}.",
        f"Strongest evidence: {attack_name(decision.strongest.partition('/')[0])}. {count(decision.n_permutations)} "
        "random relabellings of members and non-members say what chance can do.",
        *_together_text(report),
    )


def _together_text(report: AuditReport) -> tuple[str, ...]:
    stack = report.stack
    if stack is None:
        return ()
    if isinstance(stack.auc, NotEstimable):
        return (sentence(f"What all attacks find together could not be measured: {stack.auc.not_estimable}"),)
    than, auc = "more than" if stack.pvalue < _SURPRISING else "no more than", stack.auc
    return (
        f"{words.TOGETHER}: a model read all {count(stack.n_scores)} scores and was taught who some of the members "
        f"are. Of a member and a non-member whom it had yet to see it picks the member in {of_100(auc.value)} of 100 "
        f"tries ({of_100(auc.low)} to {of_100(auc.high)}), {than} chance explains ({p_is(stack.pvalue)}). Only the "
        "auditor can train it, for nobody else knows the members: it stands for a clever combination of these attacks, "
        "and a pass needs it below the limit as well.",
    )


def _note(report: AuditReport) -> str:
    rows, named = len(report.findings), len({finding.attack for finding in report.findings})
    drawn = len(in_chart(report))
    if not rows or drawn == rows:
        return ""
    some = f"the {drawn} strongest of {named} kinds of attack" if drawn < named else f"all {named} kinds of attack"
    several_rows = any(":" in finding.view for finding in report.findings)
    over_rows = " Where a person has several rows, “max” is the highest score and “mean” the average." * several_rows
    return (
        f"Chart and table show {some}, each in its strongest variant. The folded table holds all {rows} attacks."
        f"{over_rows}"
    )


def _strongest(report: AuditReport) -> Table | None:
    """The attacks of the chart, all of them together on top."""
    rows: list[tuple[Cell, ...]] = [
        (
            attack_name(finding.attack),
            _STANDS[stands(finding, report)],
            _estimate(finding, "auc"),
            _estimate(finding, "tpr_at_fpr_0.01"),
            words.THREATS[finding.threat_model][0],
        )
        for finding in in_chart(report)
    ]
    if report.stack:
        whole = Named(text=f"{words.TOGETHER}, taught who other members are", note=p_is(report.stack.pvalue))
        how = _STANDS[together_stands(report.stack, report)]
        rows.insert(0, (whole, how, figure(report.stack.auc), _NO_SHARE, "who is a member: auditor only"))
    return table(
        "attacks-table",
        "The strongest attacks with their 95 % intervals",
        ("Attack", "Stands", "AUC", "Members found at 1 false name in 100", "The attacker holds"),
        rows,
        numeric={2, 3},
    )


def _every(report: AuditReport) -> Table | None:
    """Every figure of every attack in every view."""
    return table(
        "attacks-full",
        "Every attack: estimates with 95 % intervals, bounds and p-values",
        (
            "Attack",
            "Stands",
            "AUC",
            "at least",
            "at most",
            "Found at 1 in 100",
            "at least",
            "at most",
            "Found at 1 in 10",
            "Found at 1 in 1,000",
            "p",
            "Adjusted p",
            "Members above the 1 % threshold",
            "Tied there",
        ),
        [
            (
                _attack_name(finding),
                _STANDS[stands(finding, report)].word,
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


def _attack_name(finding: Finding) -> Named:
    code = f"{shown(finding.attack, 60)}/{shown(finding.view, 40)}"
    holds = words.THREATS[finding.threat_model][0]
    return Named(text=attack_label(finding.attack, finding.view), note=holds, code=code)


def _estimate(finding: Finding, metric: str) -> str | Missing:
    return figure(finding.estimates.get(metric), as_percent=metric != "auc")


def _bound(value: float | None) -> str:
    return "none" if value is None else percent(value)
