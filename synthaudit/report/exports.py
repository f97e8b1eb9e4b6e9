"""The same evidence for other programs: figures as CSV, gates as JUnit, the verdict as Markdown."""

import csv
import io
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from synthaudit.files.catalogue import _, marks, speaking
from synthaudit.report import words
from synthaudit.report.escaping import markdown, spreadsheet
from synthaudit.report.facts import heading
from synthaudit.report.names import day, names, title
from synthaudit.report.numbers import shown
from synthaudit.report.reasons import chosen_gates, in_people, reasons, why
from synthaudit.report.retold import retold, worded
from synthaudit.report.what_now import what_now
from synthaudit.types import AuditReport, Estimate, Measured, Outcome
from synthaudit.verdict.reasons import claim_refuted


def metrics_csv(report: AuditReport) -> str:
    """Every figure of every attack, one a line; no text in it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *("attack", "view", "threat_model", "metric", "value", "low", "high", "confidence_level", "n", "note"),
            *("release", "date", "verdict"),
        ]
    )
    # The same in every line, so that the files of several audits can be put below each other.
    audit = (report.vendor.release, day(report), report.outcome)
    for about, estimates, pvalue in _figures(report):
        for metric, measured in estimates.items():
            if isinstance(measured, Estimate):
                numbers = [measured.value, measured.low, measured.high, measured.confidence_level, measured.n]
                row = [*about, metric, *numbers, "", *audit]
            else:
                row = [
                    *about,
                    metric,
                    "",
                    "",
                    "",
                    "",
                    "",
                    f"not estimable: {measured.not_estimable}",
                    *audit,
                ]
            writer.writerow([spreadsheet(cell) for cell in row])
        writer.writerow([spreadsheet(cell) for cell in [*about, "pvalue", pvalue, "", "", "", "", "", *audit]])
    return out.getvalue()


def _figures(report: AuditReport) -> Iterator[tuple[tuple[str, str, str], Mapping[str, Measured], float]]:
    """Attack, view and threat model with estimates and p-value: the family, then what runs beside it."""
    for finding in report.findings:
        yield (finding.attack, finding.view, finding.threat_model), finding.estimates, finding.pvalue
    if report.stack:
        yield ("stack", "all_scores", "auditor"), {"auc": report.stack.auc}, report.stack.pvalue
    for risk in report.risks.found if report.risks else ():
        shares = {"members": risk.members, "nonmembers": risk.nonmembers, "without_release": risk.without_release}
        yield (risk.kind, risk.column or "", "no_box"), {**shares, "excess": risk.excess}, risk.pvalue
    for attack in report.per_record.attacks if report.per_record else ():
        estimates = {"auc": attack.auc, "auc_most_exposed": attack.auc_most_exposed}
        yield (attack.name, "most_isolated", "shadow"), estimates, attack.pvalue


@speaking("en")
def junit_xml(report: AuditReport) -> str:
    """One test case per gate of the chosen policy, and one for the vendor's claim where there is one; what is
    inconclusive is an error, never a success.
    """
    called = title(report)
    name = f"synthaudit {shown(report.policy.name, 80)}{f': {called}' if called else ''}"
    suite = ElementTree.Element("testsuite", name=name)
    for gate in chosen_gates(report).values():
        _case(suite, "synthaudit", gate.name, _JUNIT[gate.outcome], in_people(report, gate))
    if report.claim is not None:
        refuted = claim_refuted(report.claim)
        kind = {"refuted": "error", "not_refuted": "", "not_tested": "skipped"}[report.claim.stands]
        _case(suite, "synthaudit", "vendor_claim", kind, worded(refuted) if refuted else report.claim.reason)
    for item in report.coverage:
        if item.status == "not_run":
            _case(suite, "synthaudit.coverage", item.test, "skipped", item.reason)
    for count, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite)))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


_JUNIT: Mapping[Outcome, str] = {"pass": "", "fail": "failure", "inconclusive": "error"}


def _case(suite: ElementTree.Element, classname: str, name: str, kind: str, message: str) -> None:
    """A test case; ``kind`` is what became of it, empty where it succeeded."""
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=shown(name, 200))
    if kind:
        ElementTree.SubElement(case, kind, message=shown(message))


def summary_md(report: AuditReport) -> str:
    """The verdict in a screenful of Markdown."""
    leak = {True: _("detected"), False: _("not detected"), None: _("could not be tested")}[report.leakage_detected]
    lines = [
        f"# {words.OUTCOME_WORDS[report.outcome]} {markdown(heading(report))}",
        "",
        *(f"- {label}{marks().colon}{markdown(name)}" for label, name in names(report)),
        "",
        _("Leakage: {leak}.").format(leak=leak),
        "",
        *(f"- {markdown(reason)}" for reason in _told(report)),
        "",
        _("| use | outcome | what decided |"),
        "|---|---|---|",
        *(
            f"| {markdown(use.use)} | {words.OUTCOMES[use.outcome]} | {markdown(why(report, use))} |"
            for use in report.uses
        ),
        "",
        _("Not covered or with low power:"),
        "",
        *(
            f"- {markdown(words.name_of_test(c.test))}{marks().colon}{markdown(retold(c.reason))}"
            for c in report.coverage
            if c.status in ("not_run", "ran_low_power")
        ),
        "",
        _("What to do now: {page}.").format(page=markdown(what_now(report))),
        "",
        _("Passing once is no proof: this audit bounds the attacks it ran."),
    ]
    return "\n".join(lines) + "\n"


def _told(report: AuditReport) -> Iterator[str]:
    """Every reason, and that a claim is refuted, which evidence of earlier versions does not give as one."""
    told = reasons(report)
    yield from told
    refuted = claim_refuted(report.claim)
    if refuted is not None and worded(refuted) not in told:
        yield worded(refuted)
