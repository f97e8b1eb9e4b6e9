"""Every verdict says which part of ``docs/what-now.md`` fits it, and that part is there."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from example_report import CANARIES, EXAMPLES, FAIL, INVERTED, NO_HOLDOUT, PASS, TOLERATED, UNKNOWN, UNRESOLVED
from judged_reports import POLICIES, judged
from test_report_summary import FAILED_CONTROLS, LACKING, open_by

from synthaudit.report import what_now as page
from synthaudit.report.escaping import markdown
from synthaudit.report.exports import summary_md
from synthaudit.report.summary import summarise
from synthaudit.report.what_now import findings, sections, what_now
from synthaudit.types import AuditReport, Coverage, Policy, StrangersCopied, WithoutHoldout

TEXT = (Path(__file__).parent.parent / "docs" / "what-now.md").read_text("utf-8")


def headings() -> list[str]:
    return re.findall(r"^## (.+)$", TEXT, re.MULTILINE)


def test_the_page_has_every_section_that_is_named() -> None:
    """And its own list names every heading, in their order."""
    assert set(page.SECTIONS) <= set(headings())
    assert re.findall(r"^- \[(.+)\]\(#.+\)$", TEXT, re.MULTILINE) == headings()
    anchors = re.findall(r"^- \[.+\]\(#(.+)\)$", TEXT, re.MULTILINE)
    assert anchors == [re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings()]


def test_the_page_has_every_finding_that_is_named() -> None:
    """In the order of its table, whose first cell begins with the name."""
    table = TEXT.split("## A leak was found")[1].split("\n## ")[0]
    first = re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)[1:]
    assert len(first) == len(page.FINDINGS)
    assert all(cell.startswith(name) for cell, name in zip(first, page.FINDINGS, strict=True))


def line(test: str, reason: str) -> tuple[Coverage, ...]:
    return (Coverage(test=test, status="ran_low_power", reason=reason, blocks_pass=True),)


def alone(**pvalues: float) -> WithoutHoldout:
    """Without a holdout, with other p-values."""
    without = NO_HOLDOUT.without_holdout
    assert without is not None
    assert without.against_train is not None
    return replace(without, against_train=replace(without.against_train, **pvalues))  # type: ignore[arg-type]


SHARES = "1 column ('a') whose levels have other shares than in the real rows: other names look so too"
SEEN = StrangersCopied(rows=9, pvalue=0.0009, pvalue_sharper=0.1)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (PASS, ("It passed",)),
        (TOLERATED, ("It passed",)),
        (FAIL, ("A leak was found",)),
        (open_by("auc"), ("Inconclusive: too few people",)),
        (open_by("copies"), ("Inconclusive: too few people",)),
        (open_by("positive_control"), ("Inconclusive: something blocks a pass",)),
        (replace(open_by("auc"), coverage=LACKING[:1]), ("Inconclusive: something blocks a pass",)),
        (
            replace(open_by("coverage"), coverage=line("resemblance", SHARES)),
            ("The release was rebalanced on purpose",),
        ),
        (
            replace(open_by("coverage"), coverage=line("rebalanced columns", "only 51 of 1,000 real rows")),
            ("The release was rebalanced on purpose",),
        ),
        (
            replace(open_by("coverage"), coverage=line("resemblance", "1 column ('a') reversed")),
            ("Inconclusive: something blocks a pass",),
        ),
        (replace(open_by("auc"), controls=FAILED_CONTROLS), ("Members and non-members differ",)),
        (
            replace(open_by("auc"), copies=replace(PASS.copies, strangers=SEEN)),
            ("The vendor has seen the holdout, or the tables were exchanged",),
        ),
        (replace(NO_HOLDOUT, leakage_detected=None, without_holdout=None), ("There is no holdout",)),
        (replace(open_by("auc"), leakage_detected=True), ("A leak was found", "Inconclusive: too few people")),
        (INVERTED, ("A leak was found", "Inconclusive: something blocks a pass")),
        # Rare values that one column shares more often with members, by a test that is no part of the detection.
        (replace(open_by("auc"), leakage_detected=False, reuse=FAIL.reuse), ("Inconclusive: too few people",)),
        (UNRESOLVED, ("Members and non-members differ",)),
    ],
)
def test_a_verdict_names_the_section_that_fits(report: AuditReport, expected: tuple[str, ...]) -> None:
    assert sections(report) == expected


@pytest.mark.parametrize(
    ("report", "found"),
    [
        (PASS, ()),
        (replace(PASS, copies=replace(PASS.copies, identical_to_train=True)), ("verbatim copies",)),
        (replace(PASS, copies=replace(PASS.copies, pvalue=0.0049)), ("verbatim copies",)),
        (replace(PASS, copies=replace(PASS.copies, pvalue=0.005)), ()),
        (INVERTED, ("rows near the training data are missing",)),
        (
            FAIL,
            (
                "verbatim copies",
                "values of one person",
                "rare values, rare pieces of cells",
                "near copies, rows close to single people",
                "a group stands out",
                "attributes guessed too well",
                "the most isolated people",
                "people said to be deleted are still known",
                "people said to be deleted are in train",
            ),
        ),
        (replace(PASS, deleted=replace(UNKNOWN, known=True)), ("people said to be deleted are still known",)),
        (replace(PASS, canaries=CANARIES), ("near copies, rows close to single people",)),
        # Where a control failed membership figures say nothing; what was copied is copied.
        (
            replace(FAIL, controls=FAILED_CONTROLS, deleted=None, canaries=None),
            ("verbatim copies", "values of one person", "attributes guessed too well"),
        ),
        (
            replace(NO_HOLDOUT, without_holdout=alone(pvalue_kept=0.0099)),
            ("near copies, rows close to single people",),
        ),
        (replace(NO_HOLDOUT, without_holdout=alone(pvalue_met=0.0099)), ("rare values, rare pieces of cells",)),
        (replace(NO_HOLDOUT, without_holdout=alone(pvalue_pieces=0.0049)), ("free text",)),
        (replace(NO_HOLDOUT, without_holdout=alone(pvalue_kept=0.01, pvalue_met=0.01, pvalue_pieces=0.005)), ()),
    ],
)
def test_what_was_found_is_named(report: AuditReport, found: tuple[str, ...]) -> None:
    assert findings(report) == found


@pytest.mark.parametrize("name", ["without a holdout", "the holdout was seen", "nothing planted"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_what_could_not_be_looked_for_was_not_found(name: str, policy: Policy) -> None:
    """Nobody to compare with, or nobody who is a stranger: that the very top is unknown is no leak."""
    assert findings(judged(name, policy, "standard")) == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_page_and_summary_say_it_last(name: str) -> None:
    """As text: nothing has to be loaded."""
    report = EXAMPLES[name]
    where = what_now(report)
    assert summarise(report).next_steps[-1] == f"Read on, in synthaudit's documentation: {where}."
    assert f"\nWhat to do now: {markdown(where)}.\n" in summary_md(report)
