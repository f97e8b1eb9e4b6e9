"""Who is at risk, as a reader sees it."""

from dataclasses import replace

import pytest
from example_report import FAIL, GROUPS, KNOWN, NO_HOLDOUT, PASS, UNKNOWN, subgroup
from test_report_page import row
from verdict_cases import CAN, CLEAN, PARTNER

from synthaudit.adapters.policy import load_policy
from synthaudit.report.page import page
from synthaudit.report.sections import subgroups
from synthaudit.types import Deleted
from synthaudit.verdict import judge, leakage_detected


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_groups_stand_with_their_counts_and_intervals() -> None:
    """Every group has its row; a hidden one shows nothing at all, and the text counts it."""
    view = subgroups.view(FAIL)
    assert row(view.groups, "rarest tenth") == [
        "200",
        "200",
        "0.710 (0.650 to 0.770)",
        "4: 2 % (0 % to 4 %)",
        "2",
        "< 0.001",
    ]
    assert set(row(view.groups, "tenth 9 of 10")) == {"not shown", "not tested"}
    text = plain(" ".join(view.text))
    assert (
        "stand out from non-members of the same group in: the rarest tenth by rarity (p < 0.001); “B” of “plan”" in text
    )
    assert "1 groups are not shown" not in text
    assert "One group is not shown" in text
    assert "levels of “plan”, declared sensitive" in text
    assert any("Members of one group stand out" in reason for reason in page(FAIL).summary.more_reasons)
    clean = plain(" ".join(subgroups.view(PASS).text))
    assert "In none of 10 groups" in clean
    assert "no column is declared sensitive" in clean


def test_what_was_not_tested_is_said() -> None:
    """Without a holdout there are no groups; without a list nothing is said of deleted people."""
    untested = subgroups.view(NO_HOLDOUT)
    assert untested.text == ("Whether some groups are at a higher risk than others could not be tested.",)
    assert subgroups.view(PASS).deleted is None


@pytest.mark.parametrize(
    ("deleted", "words"),
    [
        (KNOWN, "The release still knows people who were said to be deleted (p < 0.001)."),
        (replace(KNOWN, direction="far", pvalue_copies=0.5), "keeps its distance from them more than from non-members"),
        (replace(KNOWN, direction="far"), "The release still knows people who were said to be deleted (p < 0.001)."),
        (KNOWN, "2 of the 34 people on the list are in train: they were not deleted, or the list is another one."),
        (KNOWN, "The release holds 1 of them word for word. They are tested like the others of the list."),
        (UNKNOWN, "34 of them could show an AUC of 0.66 in 80 of 100 cases"),
        (replace(UNKNOWN, comparable=False), "the attacks prove nothing about it: only verbatim copies count here"),
    ],
)
def test_deleted_people_in_words(deleted: Deleted, words: str) -> None:
    """Known, known by what is missing, in train, no sign with what could be seen, another population."""
    view = subgroups.view(replace(FAIL, deleted=deleted)).deleted
    assert view is not None
    assert words in plain(" ".join(view.text))
    assert row(view.table, "Compared: deleted, non-members")[0].startswith("3")


@pytest.mark.parametrize(("p", "detected", "partner"), [(0.0009, True, "inconclusive"), (0.0011, False, "pass")])
def test_a_group_at_risk_takes_the_pass_away_where_nobody_may_be_exposed(
    p: float, detected: bool, partner: str
) -> None:
    """Below .001 leakage is detected and partner does not pass; internal, which reports exposed people, still does."""
    evidence = replace(CLEAN, subgroups=(*GROUPS, subgroup("plan", "Level-Text", 0.6, p)))
    assert leakage_detected(evidence) is detected
    verdict = judge(PARTNER, evidence, CAN)
    assert verdict.outcome == partner
    assert judge(load_policy("internal"), evidence, CAN).outcome == "pass"
    reasons = " ".join(gate.reason for gate in verdict.gates)
    assert ("a group of 'plan'" in reasons) is detected
    assert "Level-Text" not in reasons


def test_a_release_that_knows_deleted_people_passes_nowhere() -> None:
    """Known: leakage, and no pass under any policy; no sign of it changes nothing."""
    for name in ("internal", "partner"):
        assert judge(load_policy(name), replace(CLEAN, deleted=KNOWN), CAN).outcome == "inconclusive"
        assert judge(load_policy(name), replace(CLEAN, deleted=UNKNOWN), CAN).outcome == "pass"
    in_train = judge(PARTNER, replace(CLEAN, deleted=replace(UNKNOWN, n_in_train=3)), CAN)
    assert in_train.deciding == (
        "3 of the 34 people on the list are in train: they were not deleted, or the list is another one."
    )
    assert leakage_detected(replace(CLEAN, deleted=KNOWN)) is True
    assert leakage_detected(replace(CLEAN, deleted=UNKNOWN)) is False
