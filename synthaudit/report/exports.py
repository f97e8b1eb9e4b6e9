"""The same evidence for other programs: figures as CSV, gates as JUnit, the verdict as Markdown."""

import csv
import io
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from synthaudit.report.escaping import markdown, spreadsheet
from synthaudit.report.names import day, names, title
from synthaudit.report.numbers import shown
from synthaudit.report.reasons import chosen_gates
from synthaudit.report.what_now import what_now
from synthaudit.types import AuditReport, Estimate, Measured

_VERDICT = {"pass": "pass", "fail": "FAIL", "inconclusive": "INCONCLUSIVE"}


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
                row = [*about, metric, "", "", "", "", "", f"not estimable: {measured.not_estimable}", *audit]
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


def junit_xml(report: AuditReport) -> str:
    """One test case per gate of the chosen policy; an inconclusive gate is an error, never a success."""
    gates = chosen_gates(report).values()
    counts = {outcome: sum(gate.outcome == outcome for gate in gates) for outcome in ("fail", "inconclusive")}
    called = title(report)
    suite = ElementTree.Element(
        "testsuite",
        name=f"synthaudit {shown(report.policy.name, 80)}{f': {called}' if called else ''}",
        tests=str(len(gates)),
        failures=str(counts["fail"]),
        errors=str(counts["inconclusive"]),
    )
    for gate in gates:
        case = ElementTree.SubElement(suite, "testcase", classname="synthaudit", name=shown(gate.name, 200))
        if gate.outcome != "pass":
            kind = "failure" if gate.outcome == "fail" else "error"
            ElementTree.SubElement(case, kind, message=shown(gate.reason))
    for item in report.coverage:
        if item.status == "not_run":
            case = ElementTree.SubElement(
                suite, "testcase", classname="synthaudit.coverage", name=shown(item.test, 200)
            )
            ElementTree.SubElement(case, "skipped", message=shown(item.reason))
    suite.set("skipped", str(sum(item.status == "not_run" for item in report.coverage)))
    suite.set("tests", str(len(suite)))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def summary_md(report: AuditReport) -> str:
    """The verdict in a screenful of Markdown."""
    leak = {True: "detected", False: "not detected", None: "could not be tested"}[report.leakage_detected]
    lines = [
        f"# synthaudit: {_VERDICT[report.outcome]} under {markdown(report.policy.name)}",
        "",
        *(f"- {label}: {markdown(name)}" for label, name in names(report)),
        "",
        f"Leakage: {leak}.",
        "",
        *(f"- {markdown(reason)}" for reason in report.reasons),
        "",
        "| use | verdict | deciding test |",
        "|---|---|---|",
        *(f"| {markdown(use.use)} | {use.outcome} | {markdown(use.deciding)} |" for use in report.uses),
        "",
        "Not covered or with low power:",
        "",
        *(
            f"- {markdown(c.test)}: {markdown(c.reason)}"
            for c in report.coverage
            if c.status in ("not_run", "ran_low_power")
        ),
        "",
        f"What to do now: {markdown(what_now(report))}.",
        "",
        "Passing once is no proof: this audit bounds the attacks it ran.",
    ]
    return "\n".join(lines) + "\n"
