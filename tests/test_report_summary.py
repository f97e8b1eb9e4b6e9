"""The first thirty seconds: plain words, natural frequencies, and no metric's name."""

import re
from dataclasses import replace

import pytest
from example_report import EXAMPLES, FAIL, HOSTILE, INVERTED, NO_HOLDOUT, NOTHING, PASS, TOLERATED, UNRESOLVED, stack

from synthaudit.report.components import Status
from synthaudit.report.summary import Summary, plain, summarise
from synthaudit.types import AuditReport, Gate, NotEstimable


def words(summary: Summary) -> str:
    """All that stands above the fold, but the table of uses."""
    cards = [part for card in summary.cards for part in (card.label, card.figure, card.unit, card.detail)]
    lines = [summary.heading, summary.lead, *summary.more_reasons, *summary.consequence, *cards, *summary.next_steps]
    return " ".join([*lines, *(value for _, value in summary.policy), *(dots.label for dots in summary.dots)])


@pytest.mark.parametrize(
    ("report", "heading"),
    [
        (PASS, "No leakage detected above the limit"),
        (TOLERATED, "Leakage detected, below the limit of internal"),
        (FAIL, "Leakage detected: limit exceeded"),
        (UNRESOLVED, "Unresolved: neither passed nor failed"),
        (INVERTED, "Unresolved: leakage detected, limit not decided"),
        (NO_HOLDOUT, "Unresolved: neither passed nor failed"),
    ],
)
def test_the_verdict_has_fixed_words(report: AuditReport, heading: str) -> None:
    """A pass with a leak says so; what could not be tested is unresolved, never a pass."""
    assert summarise(report).heading == heading


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "hostile_text"])
def test_no_metric_is_named_above_the_fold(name: str) -> None:
    """The reader has not met AUC, TPR, FPR, ROC or a p-value yet."""
    assert re.findall(r"\b(AUC|TPR|FPR|ROC|p ?[<=]|DeLong)\b", words(summarise(EXAMPLES[name]))) == []


def test_a_leak_is_told_in_natural_frequencies() -> None:
    """Of a thousand people, wrongly named and found, with the interval and what guessing does."""
    assert summarise(FAIL).consequence == (
        "Of 1,000 records that were not in the data, 10 are wrongly named. Of 1,000 that were, 84 are found "
        "(95 % interval: 63 to 105).",
        "An attacker who only guesses finds 10.",
    )
    found, wrong = summarise(FAIL).dots
    assert (found.n, found.full, found.rest, found.tone) == (84, 1, 34, "bad")
    assert (wrong.n, wrong.full, wrong.rest, wrong.tone) == (10, 0, 10, "plain")


def test_people_are_people_and_records_are_records() -> None:
    """Only where an entity column says who is who are people counted."""
    assert summarise(PASS).dots[0].label == "In the data: 17 of 1,000 people found"
    assert summarise(FAIL).dots[0].label == "In the data: 84 of 1,000 records found"


def test_missing_rows_are_told_as_a_leak() -> None:
    """An inverted attack leaks, too."""
    assert summarise(INVERTED).consequence[-1] == (
        "Here the leak is what is missing: people close to the training data are found less often than by guessing, "
        "which tells who was in it just as well."
    )
    assert (
        summarise(INVERTED).cards[0].detail.replace("\u00a0", " ")
        == "Synthetic to real distance · L2. A coin: 50. Limit: 60 or below 40."
    )


def test_what_could_not_be_estimated_is_said_and_never_a_zero() -> None:
    """Without the strict rate the pair guess is told; without that, the reason; dots are drawn of estimates only."""
    assert FAIL.worst is not None
    gone = NotEstimable(not_estimable="12 non-members are too few")
    no_rate = summarise(replace(FAIL, worst=replace(FAIL.worst, tpr_at_fpr=gone)))
    assert no_rate.dots == ()
    assert no_rate.consequence == (
        "Shown one of the records from the data and one from outside, the worst attack points to the right one in "
        "64 of 100 tries. A coin is right in 50.",
    )
    nothing = summarise(replace(FAIL, worst=replace(FAIL.worst, tpr_at_fpr=gone, auc=gone)))
    assert nothing.consequence == (
        "How many records an attacker would find could not be measured: 12 non-members are too few.",
    )
    assert nothing.cards[0].figure == "not tested"


def test_the_policy_says_its_limits_and_who_set_them() -> None:
    """A limit is a choice of somebody."""
    assert dict(summarise(PASS).policy) == {
        "Policy": "partner",
        "Limits": "at most 50 of 1,000 members found at 10 false names in 1,000; right in at most 60 of 100 tries; at "
        "most 0.2\u00a0% of members copied beyond chance; people clearly exposed: none allowed",
        "Set by": "synthaudit's default; no regulator sets a limit for membership.",
    }


def test_the_cards_hold_figure_chance_and_limit() -> None:
    """Worst attack, people, copies, and whether a leak would have been seen."""
    cards = summarise(FAIL).cards
    assert [card.figure for card in cards] == ["64 of 100", "37", "41", "20 of 20"]
    assert [card.status.word for card in cards if card.status] == [
        "above the limit", "above the limit", "above the limit", "yes",
    ]  # fmt: skip
    assert cards[2].detail == "Of 2,000 non-members: 1. Limit: 0.2\u00a0% more."
    assert cards[3].detail == "Weakest leak seen in 80 of 100 cases: 31 of 1,000 found."


@pytest.mark.parametrize(
    ("change", "figure", "detail"),
    [
        ({"identical_to_train": True}, "all", "The release holds the same rows as the training table."),
        ({"n_holdout": 0}, "3", "Without a holdout, chance is guessed from rows that train repeats."),
        (
            {"recognisable": False},
            "3",
            "Rows of this table are often equal by nature, so copies prove nothing here.",
        ),
    ],
)
def test_copies_that_prove_nothing_are_called_so(change: dict[str, bool], figure: str, detail: str) -> None:
    """A count without its chance is no finding; the training table itself is one."""
    card = summarise(replace(PASS, copies=replace(PASS.copies, **change))).cards[2]  # type: ignore[arg-type]
    assert (card.figure, card.detail) == (figure, detail)


def test_uses_stand_in_a_fixed_order_each_once() -> None:
    """Internal, partner, public, the chosen one marked; a policy of one's own comes first."""
    table = summarise(FAIL).uses
    assert table is not None
    told = [(getattr(row[0], "text", ""), getattr(row[0], "note", ""), row[1]) for row in table.rows]
    assert told == [
        ("Internal team", "", Status(word="not judged", tone="open")),
        ("Partner under contract", "this audit's policy", Status(word="not allowed", tone="bad")),
        ("Open to the public", "", Status(word="not allowed", tone="bad")),
    ]
    own = summarise(replace(PASS, uses=(replace(PASS.uses[0], use="our own"), *PASS.uses))).uses
    assert own is not None
    assert getattr(own.rows[0][0], "text", "") == "our own"
    assert summarise(NOTHING).uses is None


def test_gaps_are_what_could_not_be_tested() -> None:
    """What did not run or was too weak is listed, what ran and was found stands among the findings."""
    assert any(line.startswith("Blind baseline: ") for line in summarise(UNRESOLVED).more_reasons)
    assert [(gap.text, gap.code) for gap in summarise(UNRESOLVED).untested] == [
        ("Members found at 1 false name in 1,000", "ran, too weak to conclude"),
        ("Shadow attacks", "not run"),
    ]


def test_the_next_step_follows_from_the_verdict() -> None:
    """Pass: within scope, again next time. Fail: do not hand on. Unresolved: not passed, and what is missing."""
    assert summarise(PASS).next_steps[0] == (
        "The release may be used under the policy partner, within the scope stated below."
    )
    assert summarise(FAIL).next_steps[0] == "Do not hand this release on under the policy partner."
    kept = replace(FAIL, uses=(FAIL.uses[0], replace(FAIL.uses[1], outcome="pass"), FAIL.uses[2]))
    assert summarise(kept).next_steps[0].endswith("Within the limits of: internal team.")
    assert summarise(NO_HOLDOUT).next_steps[:2] == (
        "Treat the release as not allowed under the policy partner: “could not test” is not “passed”.",
        "Bring a holdout: people of the same kind whom the vendor never saw. Draw one at random, by person, before the "
        "next release is ordered: synthaudit split TABLE --out DIR does so.",
    )
    assert summarise(UNRESOLVED).next_steps[-1] == (
        "About 3,100 members and as many non-members give an 80 % chance of a decision under public if nothing leaks."
    )


def gate(name: str, outcome: str, limit: float, low: float | None, high: float | None) -> Gate:
    """A gate whose reason names its metric."""
    return Gate(
        name=name, outcome=outcome, limit=limit, value=None, lower_bound=low, upper_bound=high,  # type: ignore[arg-type]
        reason="The AUC is something; the limit is something else.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (
            gate("auc", "fail", 0.6, 0.632, 0.7),
            "The worst attack told members from non-members in at least 63 of 100 tries; the limit is 60.",
        ),
        (
            gate("tpr_at_fpr", "pass", 0.05, 0.0, 0.0301),
            "Every attack found at most 31 of 1,000 members at 1 false name in 100; the limit is 50.",
        ),
        (
            gate("tpr_at_fpr", "inconclusive", 0.05, 0.01, 0.09),
            "The worst attack found maybe as many as 90 of 1,000 members at 1 false name in 100; the limit is 50.",
        ),
        (
            gate("auc", "fail", 0.6, 0.603, 0.7),
            "The worst attack told members from non-members in at least 603 of 1,000 tries; the limit is 600.",
        ),
        (gate("auc", "fail", 0.6, 0.6002, 0.7), "The AUC is something; the limit is something else."),
        (gate("auc", "inconclusive", 0.6, None, None), "The AUC is something; the limit is something else."),
        (gate("copies", "fail", 0.002, 0.01, 0.02), "The AUC is something; the limit is something else."),
    ],
)
def test_reasons_that_name_a_metric_are_told_in_people(held: Gate, told: str) -> None:
    """Rounding goes away from the claim, and where it would blur the limit the exact sentence stays."""
    report = replace(FAIL, uses=(replace(FAIL.uses[0], gates=(held,)),))
    assert plain(report, held.reason) == told


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (
            gate("auc", "fail", 0.6, 0.628, 0.7),
            "All attacks together told members from non-members in at least 62 of 100 tries; the limit is 60.",
        ),
        (
            gate("auc", "fail", 0.6, 0.64, 0.7),
            "The worst attack told members from non-members in at least 64 of 100 tries; the limit is 60.",
        ),
        (
            gate("auc", "inconclusive", 0.6, 0.5, 0.682),
            "All attacks together told members from non-members in maybe as many as 69 of 100 tries; the limit is 60.",
        ),
        (
            gate("auc", "pass", 0.7, 0.5, 0.682),
            "Every attack and all of them together told members from non-members in at most 69 of 100 tries; the limit "
            "is 70.",
        ),
    ],
)
def test_it_is_said_when_all_attacks_together_decide(held: Gate, told: str) -> None:
    """Their bound is the gate's, so the sentence and the card are about them."""
    report = replace(FAIL, uses=(replace(FAIL.uses[0], gates=(held,)),))
    assert plain(report, held.reason) == told
    is_theirs = held.lower_bound == 0.628 or held.upper_bound == 0.682
    assert ("All attacks together: 66 (64 to 68)." in summarise(report).cards[0].detail) is is_theirs


def test_a_pass_keeps_what_its_profile_leaves_out() -> None:
    """In the lead; the uses say only what decided them."""
    rest = "Every required test of the profile quick ran; left out: shadow attacks."
    deciding = f"{PASS.uses[0].gates[1].reason} {rest}"
    report = replace(PASS, reasons=(deciding,), uses=(replace(PASS.uses[0], deciding=deciding), *PASS.uses[1:]))
    summary = summarise(report)
    found = "Every attack found at most 21 of 1,000 members at 1 false name in 100; the limit is 50."
    assert summary.lead == f"{found} {rest}"
    assert summary.uses is not None
    assert found in summary.uses.rows[1]


def test_what_no_gate_speaks_of_is_found_all_the_same() -> None:
    """A combination that finds what no single attack does, and isolated people who are given away; nothing by luck."""
    assert summarise(PASS).more_reasons == (PASS.reasons[1],)
    quiet = replace(PASS, reasons=(), stack=stack(0.574, 1e-6))
    assert [line[:40] for line in summarise(quiet).more_reasons] == ["No single attack finds more than chance "]
    assert summarise(replace(FAIL, reasons=(), subgroups=(), deleted=None)).more_reasons == (
        "Of the 20 most isolated records, an attacker who knows the kind of generator can tell who was in the data "
        "more often than chance explains.",
    )


def test_invalid_figures_are_not_told_in_people() -> None:
    """Where the split is not random, the sentence that says so stays as it is."""
    held = gate("auc", "inconclusive", 0.6, 0.5, 0.7)
    report = replace(UNRESOLVED, uses=(replace(UNRESOLVED.uses[0], gates=(held,)),))
    assert plain(report, held.reason) == held.reason


def test_long_hostile_names_are_cut() -> None:
    """A policy's name cannot fill the page."""
    summary = summarise(replace(PASS, policy=replace(PASS.policy, name=HOSTILE * 9)))
    assert all(len(step) < 400 for step in summary.next_steps)
