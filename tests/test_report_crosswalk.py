"""Promise: the crosswalk says where figures belong, has its word for each that is missing, and never says that a law is
kept.
"""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from example_report import CLAIM, EPSILON, FAIL, NO_HOLDOUT, NO_RISKS, NOTHING, PASS, UNRESOLVED
from judged_reports import every

from synthaudit.report.components import Named
from synthaudit.report.reasons import chosen_gates, in_people
from synthaudit.report.sections import crosswalk
from synthaudit.types import AuditReport, Engagement, Gate, NotEstimable

DOCS = Path(__file__).parent.parent / "docs" / "crosswalk.md"
CLAIMS_COMPLIANCE = re.compile(
    r"\b(compl(y|ies|ied|iant|iance)|conform\w*|meets?|met|satisf\w+|fulfil\w*|lawful\w*|adequate\w*|certif\w+)\b", re.I
)
VOID = "not decided, for members and non-members cannot be compared"


def rows(report: AuditReport) -> dict[str, str]:
    """What a source asks -> the evidence of this audit, as a reader sees it."""
    told = {}
    for table in crosswalk.view(report).tables:
        for asks, evidence, _assumes, _gap in table.rows:
            assert isinstance(asks, Named)
            assert isinstance(evidence, str)
            told[asks.text] = evidence.replace("\u00a0", " ")
    return told


FIGURES = {
    "Singling out": "Singling out: members beyond others by 17 % (15 % to 19 %); clearly exposed: 37 of 2,000 records.",
    "Linkability": (
        "Linking: members beyond others by -0.2 % (-2.2 % to 1.8 %); word for word: 41 of 2,000 members, 1 of 2,000"
        " others."
    ),
    "Inference": "Guessing attributes: 2 tried, the largest excess 31 % (29 % to 33 %), of “income”.",
    "Means reasonably likely to be used": (
        "Attackers played: release only; release and a sample; release, sample, method."
    ),
    "Identified, directly or indirectly": (
        "Members found: 84 of 1,000 (63 to 105) at 1 false name in 100; clearly exposed: 37 of 2,000 records."
    ),
    "Direct extraction": (
        "Word for word: 41 of 2,000 members, 1 of 2,000 others; values of one person: used again in 1 of 1 columns."
    ),
    "Obtaining by queries": (
        "Asking the generator: not tested; members found: 84 of 1,000 (63 to 105) at 1 false name in 100."
    ),
    "Insignificant": (
        "Upper bound of members found: 101 of 1,000 (95 %); groups: 11 looked at, 2 stand out; the most isolated"
        " people: 20 looked at."
    ),
    "6.2 Threat modelling": "Attackers played: release only; release and a sample; release, sample, method.",
    "7.2 Data features": "9 of 9 columns audited; counted by records.",
    "7.3 Attack modelling": (
        "Groups: 11 looked at, 2 stand out; the most isolated people: 20 looked at; the split was drawn and sealed"
        " beforehand."
    ),
    "8.2 Assessing identifiability": (
        "Upper bound of members found: 101 of 1,000 (95 %); 13 attacks; planted leaks, no larger than the limit, seen:"
        " 10 of 10."
    ),
    "8.3 Mitigation": "Findings: 11.",
    "9 Governance": "Policy partner, auditor The office, a hash of the evidence.",
    "The guarantee": "Epsilon claimed: 0.4, delta 1e-06, for one person; refuted.",
    "Does it hold in practice?": "Epsilon shown: at least 0.84 at delta 1e-06 (95 %).",
    "What undermines it": "Not tested.",
    "Risk of re-identification, .09 for the public": (
        "Word for word: 41 of 2,000 members, 1 of 2,000 others; clearly exposed: 37 of 2,000 records."
    ),
}
"""The whole of a report that has every figure."""


def test_every_row_has_the_figures_of_the_report() -> None:
    """Each as the sections before it have it, word by word."""
    assert rows(replace(FAIL, engagement=Engagement(auditor="The office"))) == FIGURES


@pytest.mark.parametrize(("bound", "of_1000"), [(0.0212, "22"), (0.0218, "22"), (0.022, "22"), (1.0, "1,000")])
def test_a_bound_is_rounded_up_as_the_verdict_has_it(bound: float, of_1000: str) -> None:
    """One figure has one value on the page, and an upper bound is never said to be lower than it is."""

    def bounded(gate: Gate) -> Gate:
        reason = f"The share of members found at 1 false name in 100 is at most {bound:.3f} (95 %) for every attack."
        return replace(gate, upper_bound=bound, reason=reason) if gate.name == "tpr_at_fpr" else gate

    report = replace(PASS, uses=tuple(replace(use, gates=tuple(map(bounded, use.gates))) for use in PASS.uses))
    assert f"Upper bound of members found: {of_1000} of 1,000 (95 %)" in rows(report)["Insignificant"]
    if bound < report.policy.tpr_at_fpr:
        assert f"finds more than {of_1000} of 1,000 members" in in_people(report, chosen_gates(report)["tpr_at_fpr"])


def test_what_was_not_measured_is_not_tested() -> None:
    """Of a report without any figure every row says so, but for copies, findings and who judged, which it has."""
    told = rows(replace(NOTHING, copies=replace(NO_HOLDOUT.copies, n_holdout=0, single=None)))
    assert {row for row, evidence in told.items() if "not tested" not in evidence.lower()} == {
        "8.3 Mitigation", "9 Governance", "The guarantee",
    }  # fmt: skip
    assert told["The guarantee"] == "Epsilon claimed: none."
    assert told["Direct extraction"].startswith("Word for word: 3 of 2,000 members, others not tested;")


OUTCOMES = {"pass": PASS, "fail": FAIL, "inconclusive": UNRESOLVED}
WITHOUT_HOLDOUT = ("findings", "decision", "worst", "stack", "curve", "exposure", "controls", "risks", "uses", "tables")


@pytest.mark.parametrize(("outcome", "holdout", "epsilon", "risk"), list(product(OUTCOMES, *[(True, False)] * 3)))
def test_every_case_has_its_word(outcome: str, holdout: bool, epsilon: bool, risk: bool) -> None:
    """Outcome, holdout, epsilon and attribute risk: a figure, "not decided" where a control failed, or "not tested"."""
    report = replace(
        OUTCOMES[outcome],
        epsilon=EPSILON if epsilon else NotEstimable(not_estimable="no coins"),
        claim=replace(CLAIM, stands="not_refuted") if epsilon else None,
        risks=NO_RISKS if risk else None,
    )
    if not holdout:
        report = replace(report, **{name: getattr(NO_HOLDOUT, name) for name in WITHOUT_HOLDOUT})
    told = rows(report)
    is_void = outcome == "inconclusive"
    if not (holdout and risk):
        inference = "Guessing attributes: not tested."
    elif is_void:
        inference = f"Guessing attributes: {VOID}."
    else:
        inference = "Guessing attributes: 2 tried, the largest excess 0.4 % (-1.6 % to 2.4 %), of “smoker”."
    assert told["Inference"] == inference
    found = {"pass": "17 of 1,000 (10 to 24)", "fail": "84 of 1,000 (63 to 105)"}.get(outcome, "")
    if not holdout:
        assert "embers found: not tested" in told["Identified, directly or indirectly"]
        # The attack on isolated people brings a sample of its own.
        played = "Attackers played: release, sample, method." if outcome == "fail" else "Attackers: not tested."
        assert told["Means reasonably likely to be used"] == played
    elif is_void:
        assert f"Members found: {VOID};" in told["Identified, directly or indirectly"]
    else:
        assert f"Members found: {found} at 1 false name in 100;" in told["Identified, directly or indirectly"]
    shown = "Epsilon shown: at least 0.84 at delta 1e-06 (95 %)." if epsilon else "Epsilon shown: not tested."
    claimed = "Epsilon claimed: 0.4, delta 1e-06, for one person; not refuted." if epsilon else "Epsilon claimed: none."
    assert (told["Does it hold in practice?"], told["The guarantee"]) == (shown, claimed)


def test_nothing_is_said_to_be_kept() -> None:
    """No word of compliance, whatever was found; a gap stands in every row."""
    for name, report in every():
        for row in (row for table in crosswalk.view(report).tables for row in table.rows):
            texts = [text for cell in row for text in ((cell.text, cell.note) if isinstance(cell, Named) else (cell,))]
            assert all(isinstance(text, str) and text.strip() for text in texts), name
            assert [text for text in texts if CLAIMS_COMPLIANCE.search(str(text))] == [], name


def test_the_documentation_has_every_source_and_part() -> None:
    """Each with what it asks, and no claim either."""
    text = DOCS.read_text("utf-8")
    for source in crosswalk.SOURCES:
        assert source.name in text
        for row in source.rows:
            assert row.part in text
    assert CLAIMS_COMPLIANCE.findall(text) == []
