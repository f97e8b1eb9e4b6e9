"""What other programs read of a report: every figure, gate and gap of it is there, and nothing else."""

import csv
import io
from dataclasses import replace
from typing import Literal
from xml.etree import ElementTree

import pytest
from example_report import CLAIM, EXAMPLES, FAIL, PASS, PER_RECORD

from synthaudit.report.exports import junit_xml, metrics_csv, summary_md
from synthaudit.report.numbers import shown
from synthaudit.report.reasons import chosen_gates
from synthaudit.types import AuditReport, Coverage, Estimate

SAID = {True: "detected", False: "not detected", None: "could not be tested"}
ENDS = {"pass": None, "fail": "failure", "inconclusive": "error"}


def with_all(report: AuditReport) -> AuditReport:
    """A report with records that were attacked one by one, and a claim."""
    return replace(report, per_record=PER_RECORD, claim=CLAIM)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_gate_claim_and_gap_is_a_test_case(name: str) -> None:
    """Gates end as they ended, a refuted claim is an error, what did not run is skipped; the counts are theirs."""
    report = with_all(EXAMPLES[name])
    text = junit_xml(report)
    assert text.startswith("<?xml version='1.0' encoding=")
    suite = ElementTree.fromstring(text)
    cases = [(case.get("classname"), case[0].tag if len(case) else None) for case in suite]
    gates = [("synthaudit", ENDS[gate.outcome]) for gate in chosen_gates(report).values()]
    gaps = [("synthaudit.coverage", "skipped") for item in report.coverage if item.status == "not_run"]
    assert cases == [*gates, ("synthaudit", "error"), *gaps]
    kinds = [kind for _, kind in cases]
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    assert {key: suite.get(key) for key in counted} == {key: str(kinds.count(kind)) for key, kind in counted.items()}
    assert suite.get("tests") == str(len(cases))


@pytest.mark.parametrize("stands", ["refuted", "not_tested"])
def test_a_claim_says_what_became_of_it(stands: Literal["refuted", "not_tested"]) -> None:
    """That it is refuted, in a whole sentence, or why it was not tested."""
    claim = replace(CLAIM, stands=stands)
    suite = ElementTree.fromstring(junit_xml(replace(PASS, claim=claim)))
    (message,) = [case[0].get("message") for case in suite if case.get("name") == "vendor_claim"]
    refuted = f"The vendor's claim of epsilon 0.4 is refuted: {CLAIM.reason}."
    assert message == (refuted if stands == "refuted" else CLAIM.reason)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_figure_is_a_line(name: str) -> None:
    """Of attacks, the stack, other risks and single records: each estimate with its ends, each p-value."""
    report = with_all(EXAMPLES[name])
    lines = list(csv.DictReader(io.StringIO(metrics_csv(report))))
    pvalues = [float(line["value"]) for line in lines if line["metric"] == "pvalue"]
    assert pvalues == [
        *(finding.pvalue for finding in report.findings),
        *([report.stack.pvalue] if report.stack else []),
        *(risk.pvalue for risk in (report.risks.found if report.risks else ())),
        *(attack.pvalue for attack in PER_RECORD.attacks),
    ]
    risks = report.risks.found if report.risks else ()
    of_risks = [(line["attack"], line["view"]) for line in lines if line["metric"] == "excess"]
    assert of_risks == [(risk.kind, shown(risk.column or "")) for risk in risks]
    read = [(line["attack"], line["metric"], line["value"], line["low"], line["high"]) for line in lines]
    for attack in PER_RECORD.attacks:
        for metric, measured in (("auc", attack.auc), ("auc_most_exposed", attack.auc_most_exposed)):
            assert isinstance(measured, Estimate)
            ends = (str(measured.value), str(measured.low), str(measured.high))
            assert (attack.name, metric, *ends) in read


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_summary_says_whether_there_is_a_leak_and_what_is_not_covered(name: str) -> None:
    """One of three words, and a line for each test that did not run or saw little."""
    report = EXAMPLES[name]
    text = summary_md(report)
    assert f"\nLeakage: {SAID[report.leakage_detected]}.\n" in text
    gaps = text.partition("Not covered or with low power:\n\n")[2].partition("\n\nWhat to do now")[0]
    listed = [line for line in gaps.split("\n") if line.startswith("- ")]
    assert len(listed) == sum(item.status in ("not_run", "ran_low_power") for item in report.coverage)


def test_the_examples_say_all_three() -> None:
    """What the tests above are worth."""
    assert {report.leakage_detected for report in EXAMPLES.values()} == set(SAID)
    assert PASS.leakage_detected is False
    assert FAIL.leakage_detected is True


def test_a_long_name_of_a_policy_is_cut_to_80_characters() -> None:
    """Whoever wrote the file with the limits chose it."""
    for length, cut in ((80, "p" * 80), (81, "p" * 79 + "…")):
        suite = ElementTree.fromstring(junit_xml(replace(PASS, policy=replace(PASS.policy, name="p" * length))))
        assert str(suite.get("name")).startswith(f"synthaudit {cut}:")


def test_a_long_name_of_a_gap_is_cut_to_200_characters() -> None:
    """It may hold the name of a column."""
    gaps = tuple(Coverage(test="c" * n, status="not_run", reason="Why not.") for n in (200, 201))
    suite = ElementTree.fromstring(junit_xml(replace(PASS, coverage=gaps)))
    names = [case.get("name") for case in suite if case.get("classname") == "synthaudit.coverage"]
    assert names == ["c" * 200, "c" * 199 + "…"]
