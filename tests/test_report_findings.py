"""Promise: a finding has a name that lasts, a gravity that its figures carry, a question, and a way to look again."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest
from example_report import EXAMPLES, FAIL, HASHES, PASS, policy
from judged_reports import POLICIES, every, judged

from synthaudit.errors import InputError
from synthaudit.report.finding_words import ASKED, KIND_OF, Kind, kind_words
from synthaudit.report.questions import MOST, questions
from synthaudit.report.reported_findings import reported_findings, severity_of
from synthaudit.report.retest import retest
from synthaudit.report.sections import findings
from synthaudit.report.since_previous import since_previous
from synthaudit.report.what_now import FINDINGS
from synthaudit.types import AuditReport, Policy


@cache
def reports() -> Mapping[str, AuditReport]:
    """Judged reports of every kind."""
    return dict(every())


def named(report: AuditReport) -> list[tuple[str, str]]:
    """Name and gravity of every finding."""
    return [(finding.name, finding.severity) for finding in reported_findings(report)]


BY_GROUNDS: Mapping[tuple[str, str], list[tuple[str, str]]] = {
    ("nothing", "partner"): [],
    ("too few people", "partner"): [],
    ("a small leak", "internal"): [("near-copies", "below")],
    ("a small leak", "public"): [("near-copies", "open")],
    # .95 of members found at least, .1 allowed; 1.4 % copied at least, 1 % allowed.
    ("near copies of everybody", "internal"): [("near-copies", "far_above"), ("copies", "above")],
    # 27 % copied at least, 54 times the limit; .28 found, 5.6 times.
    ("verbatim copies", "partner"): [("copies", "far_above"), ("near-copies", "far_above")],
    ("the training table", "internal"): [("copies", "far_above")],
    ("people exposed alone", "internal"): [("near-copies", "below")],
    ("people exposed alone", "partner"): [("near-copies", "above")],
    ("a secret", "internal"): [("attribute:income", "above")],
    ("a secret", "public"): [("attribute:income", "far_above")],
    ("values of one person", "internal"): [("own-values:ssn", "above")],
    ("values of one person", "public"): [("own-values:ssn", "far_above")],
    ("cells", "internal"): [("pieces:note", "above")],
    ("rare values", "internal"): [("rare-values:income", "noted")],
    ("rare values", "partner"): [("rare-values:income", "blocks")],
    ("rows removed", "partner"): [("rows-removed", "blocks")],
    ("a claim refuted", "partner"): [("claim", "blocks")],
    ("people not deleted", "partner"): [("deleted-in-train", "blocks")],
    ("people still known", "partner"): [("deleted-known", "blocks")],
    ("one of several releases", "partner"): [("one-release", "blocks")],
    ("the holdout was seen", "partner"): [("holdout-seen", "blocks")],
    ("two populations", "partner"): [],
    ("without a holdout", "partner"): [],
    ("copies without a holdout", "internal"): [("copies", "above")],
    ("a gap", "public"): [],
}
"""Worked out by hand from the grounds and the limits."""


@pytest.mark.parametrize(("name", "under"), BY_GROUNDS)
def test_what_was_found_has_its_name_and_gravity(name: str, under: str) -> None:
    """The farthest above its limit first, by the lower bound over the limit; from three times on it is far above."""
    assert named(judged(name, POLICIES[under], "standard")) == BY_GROUNDS[name, under]


@pytest.mark.parametrize(("times", "severity"), [(1.01, "above"), (2.999, "above"), (3.0, "far_above")])
def test_three_times_the_limit_is_far(times: float, severity: str) -> None:
    assert severity_of(times) == severity


def test_a_report_with_everything_names_everything_once() -> None:
    """By its kind, and by the column where there is one; figures beside it."""
    expected = [
        ("copies", "41 of 2,000 members, 1 of 2,000 non-members"),
        ("attribute:income", "guessed right more often of members than of others, by 31 %"),
        ("near-copies", "Members found at 1 false name in 100, worst attack."),
        ("own-values:national_number", "41 of 2,000 values of members"),
        ("rare-values:first_visit", "61 members, 5 non-members"),
        ("rare-values:income", "212 members, 3 non-members"),
        ("group", "the rarest tenth by rarity, p < 0.001"),
        ("isolated", "20 people looked at one by one, p < 0.001"),
        ("deleted-known", "34 people tested, p < 0.001"),
    ]
    made = [(finding.name, finding.seen.replace("\u00a0", " ")) for finding in reported_findings(FAIL)]
    assert made[:9] == expected
    assert [name for name, _ in made[9:]] == ["deleted-in-train", "claim"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_name_is_there_twice(name: str) -> None:
    names = [finding.name for finding in reported_findings(EXAMPLES[name])]
    assert len(names) == len(set(names))


# --- questions ------------------------------------------------------------------------------------------------


def test_every_kind_has_a_question_and_every_row_of_the_documentation_a_kind() -> None:
    assert set(KIND_OF) == set(FINDINGS)
    assert set(KIND_OF.values()) < set(get_args(Kind))
    assert all(kind_words(kind).topic in ASKED for kind in get_args(Kind))


def test_questions_follow_from_findings_claims_and_gaps() -> None:
    """Every finding has its question, the gravest first; others as long as there is room; each with a good answer."""
    for name, report in reports().items():
        made = reported_findings(report)
        asked = [question.topic for question in questions(report, made)]
        about = list(dict.fromkeys(kind_words(finding.kind).topic for finding in made))
        assert asked[: len(about)] == about, name
        assert len(asked) <= max(MOST, len(about)), name
        assert len(asked) == len(set(asked)), name
        assert ("left_out" in asked) is name.startswith(("without a holdout", "copies without")), name
        assert ("proof" in asked) is name.startswith("a claim that stands"), name
        assert ("beyond" in asked) is name.startswith("more than was audited"), name
        assert asked[-1] == "other_releases", name
        assert all(question.text.endswith("?") and question.good for question in questions(report, made)), name
    assert len(questions(FAIL, reported_findings(FAIL))) == MOST


# --- the next audit -------------------------------------------------------------------------------------------


def test_the_command_looks_again_in_the_same_way() -> None:
    """Everything as it was, but for release, folder and names of them."""
    config = {
        "command": (
            "synthaudit audit --train /home/jane/t.csv --synthetic=/x/a.csv --synthetic b.csv --release r7 -o out"
            " --policy 'our board.toml' --seed 3 --fresh"
        )
    }
    report = replace(PASS, provenance=replace(PASS.provenance, config=config))
    assert retest(report) == (
        "synthaudit audit --train t.csv --policy 'our board.toml' --seed 3 --synthetic NEW_RELEASE -o NEW_FOLDER",
        "synthaudit report NEW_FOLDER --previous THIS_FOLDER",
    )


def test_an_audit_that_nobody_typed_has_a_command_too() -> None:
    config = {"audit": {"policy": "public", "profile": "thorough", "entity": "who"}}
    report = replace(PASS, provenance=replace(PASS.provenance, config=config, seed=5))
    assert retest(report)[0] == (
        "synthaudit audit --train TRAIN --holdout HOLDOUT --policy public --profile thorough --seed 5 --entity who"
        " --synthetic NEW_RELEASE -o NEW_FOLDER"
    )


def with_train(report: AuditReport, sha256: str) -> AuditReport:
    """The report as if it were made of another training table."""
    hashes = {**report.provenance.sha256, "train": sha256}
    return replace(report, provenance=replace(report.provenance, sha256=hashes))


def test_findings_are_fixed_open_or_new() -> None:
    """By kind and column; the same release leaves all of them open."""
    since = since_previous(FAIL, PASS)
    assert set(since.state.values()) == {"new"}
    assert since.gone == ()
    assert set(since_previous(FAIL, FAIL).state.values()) == {"open"}
    fewer = replace(FAIL, reuse=replace(FAIL.reuse, columns=FAIL.reuse.columns[2:])) if FAIL.reuse else FAIL
    since = since_previous(fewer, FAIL)
    assert [(finding.name, state) for finding, state in since.gone] == [("rare-values:first_visit", "fixed")]
    assert since.state["rare-values:income"] == "open"


def test_what_was_not_looked_for_is_not_fixed() -> None:
    """No list of deleted people, no attack on isolated ones, a lesser profile, a column left out, no claim."""
    since = since_previous(replace(PASS, profile="quick"), replace(FAIL, profile="standard"))
    states = {finding.name: state for finding, state in since.gone}
    assert states == {
        "copies": "fixed",
        "attribute:income": "fixed",
        "near-copies": "not_tested",
        # FAIL names a column that none of its tables has.
        "own-values:national_number": "not_tested",
        "rare-values:first_visit": "not_tested",
        "rare-values:income": "not_tested",
        "group": "not_tested",
        "isolated": "not_tested",
        "deleted-known": "not_tested",
        "deleted-in-train": "not_tested",
        "claim": "not_tested",
    }
    same_profile = {finding.name: state for finding, state in since_previous(PASS, FAIL).gone}
    assert {name for name, state in same_profile.items() if state == "fixed"} == {
        "copies", "attribute:income", "near-copies", "rare-values:first_visit", "rare-values:income", "group",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("previous", "message"),
    [
        (
            with_train(FAIL, "ee" * 32),
            "SA-406 option --previous: it was made of another training table. Give the evidence of an audit with the"
            " same training table.",
        ),
        (
            replace(FAIL, policy=policy("public")),
            "SA-406 option --previous: it was judged by other limits. Give the evidence of an audit under the same"
            " policy.",
        ),
        (
            replace(FAIL, policy=replace(FAIL.policy, auc=0.61)),
            "SA-406 option --previous: it was judged by other limits. Give the evidence of an audit under the same"
            " policy.",
        ),
    ],
)
def test_audits_of_something_else_are_not_compared(previous: AuditReport, message: str) -> None:
    with pytest.raises(InputError) as refused:
        since_previous(PASS, previous)
    assert str(refused.value) == message


def test_the_table_says_what_became_of_each() -> None:
    """A column more, and a row for what is gone; the text says what fixed means."""
    shown = findings.view(PASS, FAIL)
    assert shown.table is not None
    assert shown.table.head[2] == "Since the earlier audit"
    assert "Held against the audit of 2026-11-20" in shown.text[-1]
    assert "Fixed means: looked for again, and not found." in shown.text[-1]
    alone = findings.view(PASS)
    assert alone.table is None
    assert alone.text == ("Nothing was found that chance does not explain. That is no proof that there is nothing.",)


def test_hashes_of_the_examples_are_of_one_dataset() -> None:
    """What the tests above compare."""
    assert PASS.provenance.sha256 == FAIL.provenance.sha256 == HASHES
    assert isinstance(PASS.policy, Policy)
