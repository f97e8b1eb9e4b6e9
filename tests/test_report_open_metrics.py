"""What a monitoring system reads of a report: the verdict and its figures, and nothing that a name could forge."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from example_report import EXAMPLES, FAIL, PASS, UNRESOLVED
from payloads import PAYLOADS, filled
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

from synthaudit.files import written_out
from synthaudit.report.open_metrics import metrics_prom
from synthaudit.report.reasons import chosen_gates, figures_told, members_found
from synthaudit.types import AuditReport, Engagement, Estimate, UseVerdict

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]
COMMON = ("dataset", "vendor", "release", "policy")


def read(text: str) -> Series:
    """Every sample, by both formats' own parsers, which agree; no two are of one name and labels."""
    read_by = []
    for families in (openmetrics_parser.text_string_to_metric_families, parser.text_string_to_metric_families):
        samples = [sample for family in families(text) for sample in family.samples]
        series = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
        assert len(series) == len(samples)
        read_by.append(series)
    assert read_by[0] == read_by[1]
    return read_by[0]


def of(series: Series, name: str, **labels: str) -> float | None:
    """The one value of these labels, whatever the release is called."""
    values = [
        value
        for (key, given), value in series.items()
        if key == name and {item for item in given if item[0] not in COMMON} == set(labels.items())
    ]
    assert len(values) < 2
    return values[0] if values else None


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_verdict_is_one_of_three(name: str) -> None:
    """One of the three lines is 1, of the verdict, of every use and of every gate; so is one of leakage."""
    report = EXAMPLES[name]
    series = read(metrics_prom(report))
    for outcome in ("pass", "fail", "inconclusive"):
        assert of(series, "synthaudit_outcome", outcome=outcome) == (report.outcome == outcome)
        for use in report.uses:
            assert of(series, "synthaudit_use_outcome", use=written_out(use.use), outcome=outcome) == (
                use.outcome == outcome
            )
        for gate in chosen_gates(report).values():
            value = of(series, "synthaudit_gate_outcome", gate=gate.name, outcome=outcome)
            assert value == (gate.outcome == outcome)
    states = {"detected": True, "not_detected": False, "not_tested": None}
    for state, leaks in states.items():
        assert of(series, "synthaudit_leakage", state=state) == (report.leakage_detected is leaks)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_what_was_not_measured_has_no_line(name: str) -> None:
    """Neither have figures that cannot be relied on: a missing figure is never 0."""
    report = EXAMPLES[name]
    series = read(metrics_prom(report))
    members = members_found(report) if figures_told(report) else None
    for part in ("value", "low", "high"):
        expected = getattr(members[1], part) if members and isinstance(members[1], Estimate) else None
        assert of(series, "synthaudit_members_found", part=part) == expected
        auc = report.worst.auc if report.worst and figures_told(report) else None
        expected = getattr(auc, part) if isinstance(auc, Estimate) else None
        assert of(series, "synthaudit_worst_attack_auc", part=part) == expected
    for gate in chosen_gates(report).values():
        for field in ("limit", "lower_bound", "upper_bound"):
            assert of(series, f"synthaudit_gate_{field}", gate=gate.name) == getattr(gate, field)
    assert of(series, "synthaudit_copied", of="nonmembers") == (
        report.copies.holdout if report.copies.n_holdout else None
    )
    assert all(math.isfinite(value) for value in series.values())


def test_the_examples_have_both() -> None:
    """What the test above is worth: figures that are told, and figures that are not."""
    assert {figures_told(report) for report in EXAMPLES.values()} == {True, False}


def test_the_audit_is_dated_and_counted() -> None:
    """Age, time, rows and gaps, so that an old audit and an untested release can ring a bell."""
    series = read(metrics_prom(FAIL))
    moment = datetime.fromtimestamp(of(series, "synthaudit_audit_timestamp_seconds") or 0, UTC)
    assert moment.strftime("%Y-%m-%dT%H:%M:%SZ") == FAIL.provenance.created_utc
    assert of(series, "synthaudit_audit_seconds") == FAIL.provenance.seconds
    assert of(series, "synthaudit_rows", table="train") == FAIL.provenance.n_rows["train"]
    not_run = sum(item.status == "not_run" for item in FAIL.coverage)
    assert of(series, "synthaudit_tests", status="not_run") == not_run > 0
    made = {"version": FAIL.provenance.synthaudit_version, "schema_version": "2", "profile": FAIL.profile}
    assert of(series, "synthaudit_audit_info", **made) == 1
    undated = replace(PASS, provenance=replace(PASS.provenance, created_utc="yesterday"))
    assert of(read(metrics_prom(undated)), "synthaudit_audit_timestamp_seconds") is None


def test_every_line_says_which_release_it_is_of() -> None:
    """Files of several releases can lie in one folder of a collector."""
    named = replace(FAIL, engagement=Engagement(dataset="Patients 2025"))
    expected = {"dataset": "Patients 2025", "vendor": "Vendor A", "release": "2026-11", "policy": "partner"}
    for _, labels in read(metrics_prom(named)):
        assert expected.items() <= dict(labels).items()


def test_a_use_that_is_named_twice_is_told_once() -> None:
    """A policy of the user's may be called like a built-in one: the chosen one comes first, and a file that names a
    series twice would be refused as a whole.
    """
    (chosen,) = [use for use in FAIL.uses if use.use == "partner"]
    other = UseVerdict(use="partner", outcome="pass", deciding="x", gates=())
    series = read(metrics_prom(replace(FAIL, uses=(chosen, other))))
    assert of(series, "synthaudit_use_outcome", use="partner", outcome="fail") == 1


@pytest.mark.parametrize("report", [FAIL, UNRESOLVED], ids=("fail", "unresolved"))
def test_no_name_forges_a_line(report: AuditReport) -> None:
    """With any text in every field there are as many series of each name, whose labels hold the text as it is shown."""
    names = sorted(name for name, _ in read(metrics_prom(filled(report, "word"))))
    for payload in (*PAYLOADS, 'x"} 1\nsynthaudit_outcome{outcome="pass', "x\\", "\\n", "# EOF\n", "a" * 900):
        text = metrics_prom(filled(report, payload))
        series = read(text)
        assert sorted(name for name, _ in series) == names, payload
        shown = payload if len(payload) <= 200 else payload[:199] + "…"
        assert {dict(labels)["release"] for _, labels in series} == {written_out(shown)}, payload
        assert text.endswith("\n# EOF\n")
