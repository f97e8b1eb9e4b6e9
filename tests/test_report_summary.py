"""The first thirty seconds: plain words, natural frequencies, and no metric's name, line by line."""

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from example_report import (
    EXAMPLES,
    FAIL,
    GROUPS,
    HOSTILE,
    INVERTED,
    KNOWN,
    NO_HOLDOUT,
    NOTHING,
    PASS,
    PER_RECORD,
    TOLERATED,
    TOO_FEW,
    UNRESOLVED,
    stack,
    subgroup,
)
from verdict_cases import REFUTED

from synthaudit.report import words
from synthaudit.report.components import Card, Dots, Named, Status
from synthaudit.report.exports import junit_xml
from synthaudit.report.facts import policy_name, units
from synthaudit.report.summary import Summary, gives_isolated_away, summarise
from synthaudit.types import (
    AuditedCopy,
    AuditReport,
    BeyondCopy,
    Coverage,
    DeletedCopies,
    Delivered,
    Estimate,
    Gate,
    IdentifierReuse,
    Outcome,
    Planted,
    ReusedIdentifiers,
    StrangersCopied,
    UseVerdict,
)

COIN = "A coin is right in 50."


def above_the_fold(summary: Summary) -> str:
    """All that stands above the fold, but the table of uses."""
    cards = [part for card in summary.cards for part in (card.label, card.figure, card.unit, card.detail)]
    lines = [summary.heading, summary.lead, *summary.alarms, *summary.more_reasons, *summary.consequence, *cards]
    lines += summary.next_steps
    return " ".join([*lines, *(value for _, value in summary.policy), *(dots.label for dots in summary.dots)])


def estimate(value: float) -> Estimate:
    """An estimate whose ends round to figures of their own."""
    return Estimate(value=value, low=value - 0.0204, high=value + 0.0306, confidence_level=0.95, n=4_000)


# --- the verdict ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "leak", "word", "heading"),
    [
        ("pass", False, "Pass", "no leakage detected above the limit"),
        ("pass", None, "Pass", "no leakage detected above the limit"),
        ("pass", True, "Pass", "a small leak, below the limit"),
        ("fail", True, "Fail", "leakage detected, above the limit"),
        ("fail", False, "Fail", "a limit is exceeded"),
        ("inconclusive", True, "Inconclusive", "leakage detected, how much is not decided"),
        ("inconclusive", False, "Inconclusive", "neither passed nor failed"),
        ("inconclusive", None, "Inconclusive", "neither passed nor failed"),
    ],
)
def test_the_verdict_has_fixed_words(outcome: Outcome, leak: bool | None, word: str, heading: str) -> None:
    """A pass with a leak says so; what could not be tested is inconclusive, never a pass; a policy of one's own is
    named.
    """
    summary = summarise(replace(PASS, outcome=outcome, leakage_detected=leak))
    assert (summary.outcome, summary.word) == (outcome, word)
    assert summary.heading == f"{word} for partner use: {heading}"
    own = replace(PASS, outcome=outcome, leakage_detected=leak, policy=replace(PASS.policy, name="our own"))
    assert summarise(own).heading == f"{word} under the policy our own: {heading}"


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "hostile_text"])
def test_no_metric_is_named_above_the_fold(name: str) -> None:
    """The reader has not met AUC, TPR, FPR, ROC or a p-value yet."""
    assert re.findall(r"\b(AUC|TPR|FPR|ROC|p ?[<=]|DeLong)\b", above_the_fold(summarise(EXAMPLES[name]))) == []


def test_people_are_people_and_records_are_records() -> None:
    """Only where an entity column says who is who are people counted."""
    assert [units(PASS), units(FAIL)] == ["people", "records"]
    assert summarise(PASS).dots[0].label == "In the data: 17 of 1,000 people found"
    assert summarise(FAIL).dots[0].label == "In the data: 84 of 1,000 records found"


# --- reasons -------------------------------------------------------------------------------------------


def gate(name: str, outcome: str, limit: float | None, low: float | None, high: float | None, reason: str = "") -> Gate:
    """A gate whose reason names its metric."""
    return Gate(
        name=name,  # type: ignore[arg-type]
        outcome=outcome,  # type: ignore[arg-type]
        limit=limit,
        value=None,
        lower_bound=low,
        upper_bound=high,
        reason=reason or EXACT,
    )


EXACT = "The AUC is something; the limit is something else."
REST = "Every required test of the profile quick ran; left out: shadow attacks."


def held(report: AuditReport, *gates: Gate, tail: str = "") -> AuditReport:
    """A report whose verdict is that of its first gate, and whose further reasons are those of the others."""
    use = UseVerdict(use=report.policy.name, outcome=gates[0].outcome, deciding=f"{gates[0].reason}{tail}", gates=gates)
    return replace(report, uses=(use,), reasons=(use.deciding, *(each.reason for each in gates[1:])))


TOLD, TRIES, LIMIT = "Members can be told from non-members in", "of 100 tries; the limit is", "the limit is"
FOUND = "members can be found at 1 false name in 100; the limit is"


@pytest.mark.parametrize(
    ("decided", "lead"),
    [
        (gate("auc", "fail", 0.6, 0.632, 0.7), f"{TOLD} at least 63 {TRIES} 60."),
        (gate("auc", "fail", 0.6, 0.639, 0.7), f"{TOLD} at least 63 {TRIES} 60."),
        (gate("auc", "inconclusive", 0.6, 0.5, 0.681), f"{TOLD} maybe as many as 69 {TRIES} 60."),
        (
            gate("auc", "pass", 0.6, 0.5, 0.531),
            f"No attack, nor all of them together, tells members from non-members in more than 54 {TRIES} 60.",
        ),
        (
            gate("tpr_at_fpr", "pass", 0.05, 0.0, 0.0301),
            "No attack finds more than 31 of 1,000 members at 1 false name in 100; the limit is 50.",
        ),
        (gate("tpr_at_fpr", "inconclusive", 0.05, 0.01, 0.09), f"Maybe as many as 90 of 1,000 {FOUND} 50."),
        (gate("tpr_at_fpr", "fail", 0.05, 0.0619, 0.2), f"At least 61 of 1,000 {FOUND} 50."),
        *(
            (
                gate(
                    "tpr_at_fpr",
                    "fail",
                    0.05,
                    0.0619,
                    0.2,
                    f"The share of members found is at least 0.062 for {exact}; the limit is.",
                ),
                f"At least 61 of 1,000 members can be found at 1 false name in 100, by {finder}; the limit is 50.",
            )
            for exact, finder in (
                ("the search of rare pieces of cells", "the search of rare pieces of cells"),
                (
                    "whoever looks up what only one person of train has",
                    "whoever looks up what only one person of train has",
                ),
                (
                    "whoever names the one person of train that a row of the release keeps to",
                    "whoever names the one person of train whom a row of the release keeps close to",
                ),
            )
        ),
        # Where rounding would blur the limit, the next finer frequency, else the exact sentence.
        (gate("auc", "fail", 0.6, 0.603, 0.7), f"{TOLD} at least 603 of 1,000 tries; the limit is 600."),
        (gate("auc", "fail", 0.6, 0.6002, 0.7), EXACT),
        (gate("tpr_at_fpr", "fail", 0.05, 0.0503, 0.2), f"At least 503 of 10,000 {FOUND} 500."),
        (gate("tpr_at_fpr", "fail", 0.05, 0.05002, 0.2), EXACT),
        # Why figures mean nothing is no matter of a bound.
        (gate("auc", "inconclusive", 0.6, 0.5, 0.7, "The holdout was seen."), "The holdout was seen."),
        # No bound, no limit, another gate: as it stands, a sentence with capital and stop.
        (gate("auc", "inconclusive", 0.6, 0.5, None), EXACT),
        (gate("auc", "fail", 0.6, None, 0.7), EXACT),
        (gate("auc", "fail", None, 0.632, 0.7), EXACT),
        (gate("copies", "fail", 0.002, 0.01, 0.02), EXACT),
        (gate("attributes", "fail", 0.1, 0.2, 0.3, "most are guessed"), "Most are guessed."),
    ],
)
def test_reasons_that_name_a_metric_are_told_in_people(decided: Gate, lead: str) -> None:
    """Rounding goes away from the claim; what a verdict says beyond its gate is kept, and is no part of the lead."""
    report = replace(held(FAIL, decided), outcome=decided.outcome)
    summary = summarise(report)
    assert summary.lead == lead
    assert summary.uses is not None
    assert [row[2] for row in summary.uses.rows] == [lead]
    longer = summarise(replace(held(FAIL, decided, tail=f" {REST}"), outcome=decided.outcome))
    assert longer.lead == lead
    assert longer.more_reasons[0] == REST
    assert longer.uses == summary.uses


def test_every_reason_of_a_gate_is_told_in_people_and_in_its_place() -> None:
    """The deciding one first, then those of the diagnosis as they are, then those of the other gates."""
    report = held(FAIL, gate("copies", "fail", 0.002, 0.01, 0.02, "copies"), gate("auc", "fail", 0.6, 0.632, 0.7))
    report = replace(
        report,
        reasons=(report.reasons[0], "rows are near", *report.reasons[1:]),
        subgroups=(),
        deleted=None,
        per_record=None,
    )
    summary = summarise(report)
    assert summary.lead == "Copies."
    assert summary.more_reasons == ("Rows are near.", f"{TOLD} at least 63 {TRIES} 60.")


def test_a_fail_tells_no_reason_that_is_merely_undecided() -> None:
    """Of evidence of any version: what more people would decide is no reason for a fail, and stays in its table."""
    open_gate = gate("tpr_at_fpr", "inconclusive", 0.05, 0.01, 0.09)
    found = gate("coverage", "inconclusive", None, None, None, "Something was found.")
    report = held(FAIL, gate("auc", "fail", 0.6, 0.632, 0.7, "The AUC is high."), open_gate, found)
    report = replace(report, subgroups=(), deleted=None, per_record=None)
    assert summarise(report).more_reasons == ("Something was found.",)
    assert "Maybe as many as 90" in " ".join(summarise(replace(report, outcome="inconclusive")).more_reasons)


@pytest.mark.parametrize(
    ("decided", "lead", "is_theirs"),
    [
        (gate("auc", "fail", 0.6, 0.628, 0.7), f"at least 62 {TRIES} 60.", True),
        (gate("auc", "fail", 0.6, 0.64, 0.682), f"at least 64 {TRIES} 60.", False),
        (gate("auc", "inconclusive", 0.6, 0.5, 0.682), f"maybe as many as 69 {TRIES} 60.", True),
        (gate("auc", "inconclusive", 0.6, 0.628, 0.69), f"maybe as many as 69 {TRIES} 60.", False),
    ],
)
def test_it_is_said_when_all_attacks_together_decide(decided: Gate, lead: str, is_theirs: bool) -> None:
    """Their bound is the gate's, so the sentence and the card are about them."""
    summary = summarise(replace(held(FAIL, decided), outcome=decided.outcome))
    by = ", by all attacks together" if is_theirs else ""
    assert summary.lead == f"{TOLD} {lead.replace('; the', f'{by}; the')}"
    detail = "Record linkage. A coin: 50. Limit: 60."
    assert card_of(summary, APART).detail == detail + (" All attacks together: 66 (64 to 68)." if is_theirs else "")


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"stack": None}, "Record linkage. A coin: 50. Limit: 60."),
        ({"stack": replace(stack(0.662, 1e-9), auc=TOO_FEW)}, "Record linkage. A coin: 50. Limit: 60."),
        ({"stack": replace(stack(0.662, 1e-9), lower_bound=None)}, "Record linkage. A coin: 50. Limit: 60."),
        ({"uses": ()}, "Record linkage. A coin: 50. Limit: 60."),
    ],
)
def test_all_attacks_together_stand_on_the_card_only_where_they_decide(change: dict[str, Any], detail: str) -> None:
    """Not without a model, an estimate, a bound, or a gate."""
    report = replace(held(FAIL, gate("auc", "fail", 0.6, 0.628, 0.7)), **change)
    assert card_of(summarise(report), APART).detail == detail


def test_all_attacks_together_have_no_share_of_members_found() -> None:
    """A bound that happens to equal theirs is not theirs; without them nobody speaks of them."""
    passed = gate("tpr_at_fpr", "pass", 0.7, 0.0, 0.682)
    lead = "No attack finds more than 682 of 1,000 members at 1 false name in 100; the limit is 700."
    assert summarise(replace(held(FAIL, passed), outcome="pass")).lead == lead
    alone = replace(held(FAIL, gate("auc", "pass", 0.6, 0.5, 0.531)), stack=None, outcome="pass")
    assert summarise(alone).lead == f"No attack tells members from non-members in more than 54 {TRIES} 60."


def test_invalid_figures_are_not_told_in_people() -> None:
    """Where the split is not random, the sentence that says so stays as it is; without controls it is not known."""
    decided = gate("auc", "inconclusive", 0.6, 0.5, 0.7)
    assert summarise(held(UNRESOLVED, decided)).lead == EXACT
    assert (
        summarise(replace(held(UNRESOLVED, decided), controls=None)).lead == f"{TOLD} maybe as many as 70 {TRIES} 60."
    )


def test_no_attack_has_the_name_of_a_program() -> None:
    """Evidence of earlier versions names the strongest one so; one of another package is named in words."""
    said = "Members' records lie closer (strongest attack: {})."
    names = {"dcr/quantile_l2:max": "Nearest synthetic record", "their_own/view": "their own"}
    report = replace(QUIET, reasons=tuple(said.format(name) for name in names))
    assert (summarise(report).lead, *summarise(report).more_reasons) == tuple(map(said.format, names.values()))


def test_a_sentence_that_is_not_its_gates_stands_as_it_is() -> None:
    """Evidence that another version worded: nothing is put into its mouth. No reason at all is said, too."""
    summary = summarise(FAIL)
    assert summary.lead == FAIL.reasons[0]
    assert summary.uses is not None
    assert [row[2] for row in summary.uses.rows] == [
        "The interval of linkage_sum includes the limit.",
        "linkage_sum finds more members than the limit allows.",
        "linkage_sum finds more members than the limit allows.",
    ]
    gateless = replace(PASS, uses=(UseVerdict(use="partner", outcome="pass", deciding="all is well", gates=()),))
    assert summarise(gateless).uses.rows[0][2] == "All is well."  # type: ignore[union-attr]
    assert summarise(replace(PASS, reasons=())).lead == "The evidence gives no reason."
    assert summarise(replace(PASS, reasons=())).more_reasons == ()


# --- what no gate speaks of ----------------------------------------------------------------------------

QUIET = replace(PASS, reasons=("Lead.",), coverage=())
TOGETHER_FIND = (
    "No single attack finds more than chance explains, but all together do: a model that was taught who some members "
    f"are points to the right one of a member and a non-member in 57 of 100 tries. {COIN}"
)
GIVEN_AWAY = (
    "Of the 20 most isolated people, an attacker who knows the kind of generator can tell who was in the data more "
    "often than chance explains."
)
STANDS_OUT = "Members of one group stand out from others of the same group:"
WORSE = stack(0.574, 0.0499)
BLOCKS = Coverage(test="blind baseline", status="ran", reason="the split is not random", blocks_pass=True)
ONLY_COPIES = DeletedCopies(
    n_listed=34,
    n_in_train=3,
    n_tested=34,
    copied=0,
    copied_in_train=0,
    expected=0.1,
    pvalue=1.0,
    recognisable=True,
    known=False,
)
DETECTED = FAIL.decision
SEEN_TOO = replace(PASS.copies, strangers=StrangersCopied(rows=9, pvalue=0.0009, pvalue_sharper=0.1))
CONTRADICTED = (
    "The vendor's claim of epsilon 1.5 is refuted: what was released shows an epsilon of at least 2.000 (95 %)."
)
IN_TRAIN = "{} of the 34 people on the list {} in train: they were not deleted, or the list is another one."


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({}, ()),
        ({"reasons": ("Lead.", "one more")}, ("One more.",)),
        ({"stack": WORSE}, (TOGETHER_FIND,)),
        ({"stack": replace(WORSE, pvalue=0.05)}, ()),
        ({"stack": replace(WORSE, auc=TOO_FEW)}, ()),
        ({"stack": None}, ()),
        ({"stack": WORSE, "decision": DETECTED}, ()),
        ({"stack": WORSE, "decision": None}, ()),
        ({"stack": WORSE, "leakage_detected": True}, ()),
        ({"stack": WORSE, "controls": UNRESOLVED.controls}, ()),
        ({"stack": WORSE, "controls": None}, (TOGETHER_FIND,)),
        ({"per_record": PER_RECORD}, (GIVEN_AWAY,)),
        ({"per_record": PER_RECORD, "unit": "row"}, (GIVEN_AWAY.replace("people", "records"),)),
        ({"per_record": replace(PER_RECORD, pvalue=0.05)}, ()),
        (
            {"subgroups": (*GROUPS, subgroup("rarity", "rarest tenth", 0.7, 0.01))},
            (f"{STANDS_OUT} the rarest tenth by rarity.",),
        ),
        (
            {"subgroups": (subgroup("plan", "B", 0.7, 0.02), subgroup("rarity", "rarest tenth", 0.7, 0.03))},
            (f"{STANDS_OUT} “B” of “plan” (and 1 more).",),
        ),
        (
            {"subgroups": tuple(subgroup("plan", name, 0.7, p) for name, p in (("A", 0.03), ("B", 0.04), ("C", 0.02)))},
            (f"{STANDS_OUT} “C” of “plan” (and 2 more).",),
        ),
        ({"subgroups": (subgroup("plan", "B", 0.7, 0.02),), "controls": UNRESOLVED.controls}, ()),
        ({"subgroups": (subgroup("plan", "B", 0.7, 0.02),), "copies": SEEN_TOO}, ()),
        ({"per_record": PER_RECORD, "controls": UNRESOLVED.controls}, ()),
        ({"without_holdout": NO_HOLDOUT.without_holdout}, ()),
        ({"coverage": (BLOCKS,)}, ("Control “Without the release”: The split is not random.",)),
        ({"coverage": (BLOCKS,), "reasons": ("Lead.", "Not covered: THE SPLIT is not random (1 more)")},
         ("Not covered: THE SPLIT is not random (1 more).",)),
        ({"coverage": (replace(BLOCKS, blocks_pass=False), replace(BLOCKS, status="not_run"))}, ()),
        (
            {"coverage": (BLOCKS,), "stack": WORSE, "per_record": PER_RECORD, "deleted": KNOWN},
            ("Control “Without the release”: The split is not random.", TOGETHER_FIND, GIVEN_AWAY),
        ),
    ],
)  # fmt: skip
def test_what_no_gate_speaks_of_is_found_all_the_same(change: dict[str, Any], more: tuple[str, ...]) -> None:
    """Each finding by itself, at its level and below; nothing by luck, nothing twice."""
    assert summarise(replace(QUIET, **change)).more_reasons == more


@pytest.mark.parametrize(
    ("change", "alarms"),
    [
        ({}, ()),
        ({"deleted": KNOWN}, (IN_TRAIN.format(2, "are"),)),
        ({"deleted": KNOWN, "reasons": ("Lead.", IN_TRAIN.format(2, "are"))}, (IN_TRAIN.format(2, "are"),)),
        ({"deleted": KNOWN, "reasons": (IN_TRAIN.format(2, "are"),)}, ()),
        ({"deleted": replace(KNOWN, n_in_train=0)}, ()),
        (
            {"without_holdout": replace(NO_HOLDOUT.without_holdout, deleted=ONLY_COPIES), "unit": "row"},  # type: ignore[type-var]
            (IN_TRAIN.format(3, "are"),),
        ),
        ({"claim": REFUTED}, (CONTRADICTED,)),
        ({"claim": REFUTED, "reasons": ("Lead.", CONTRADICTED)}, (CONTRADICTED,)),
        ({"claim": replace(REFUTED, stands="not_refuted")}, ()),
        (
            {"claim": REFUTED, "coverage": (Coverage(
                test="vendor's claim", status="ran", reason=REFUTED.reason, blocks_pass=True),)},
            (CONTRADICTED,),
        ),
    ],
)  # fmt: skip
def test_what_must_not_be_missed_stands_on_the_first_screen(change: dict[str, Any], alarms: tuple[str, ...]) -> None:
    """People who were not deleted, and a claim that is refuted: once, whatever decided, in evidence of any version."""
    for outcome in ("pass", "fail", "inconclusive"):
        summary = summarise(replace(QUIET, outcome=outcome, **change))
        assert (summary.alarms, summary.more_reasons) == (alarms, ())


def test_isolated_people_are_given_away_below_one_in_twenty() -> None:
    """The level that other sections use, too."""
    assert [gives_isolated_away(replace(PER_RECORD, pvalue=p)) for p in (0.0499, 0.05)] == [True, False]


# --- what it means for people --------------------------------------------------------------------------

NAMED = "were not in the data, 10 are wrongly named. Of 1,000"
GUESSES = " An attacker who only guesses finds 10."
BRIDGE = (
    "That is the strongest attack, measured on other people than it was chosen on. What is held against the limit holds"
    " for every attack at once: {} found (95 %); the limit is 50."
)
FAR = (
    "Here the leak is what is missing: records close to the training data are found less often than by guessing, which "
    "tells who was in it just as well."
)
FAR_DECISION = INVERTED.decision
assert FAIL.worst is not None
assert FAR_DECISION is not None
SURELY = BRIDGE.format("at least 67")
NO_RATE = replace(FAIL.worst, tpr_at_fpr=TOO_FEW)


assert PASS.controls is not None
UNRELIABLE = replace(PASS.controls, stand_in=replace(PASS.controls.a_a, status="failed"))


@pytest.mark.parametrize(
    ("change", "consequence"),
    [
        (
            {},
            (f"Of 1,000 records that {NAMED} that were, 84 are found (95 % interval: 63 to 105).{GUESSES}", SURELY),
        ),
        (
            {"unit": "entity"},
            (f"Of 1,000 people who {NAMED} who were, 84 are found (95 % interval: 63 to 105).{GUESSES}", SURELY),
        ),
        (
            {"worst": NO_RATE},
            (
                "Shown one of the records from the data and one from outside, the strongest attack points to the right "
                f"one in 64 of 100 tries. {COIN}",
            ),
        ),
        (
            {"worst": replace(NO_RATE, auc=TOO_FEW)},
            ("How many records an attacker would find could not be measured: fewer than 3,688 non-members.",),
        ),
        (
            {"worst": None},
            (
                "How many records an attacker would find could not be measured.",
                "At least 67 of 1,000 records that were in the data are found at 1 false name in 100.",
            ),
        ),
        (
            {"controls": UNRELIABLE, "uses": PASS.uses},
            (
                "How many records an attacker would find could not be measured: the people to compare with cannot be"
                " relied on.",
            ),
        ),
        (
            {"worst": replace(NO_RATE, auc=TOO_FEW), "decision": FAR_DECISION},
            ("How many records an attacker would find could not be measured: fewer than 3,688 non-members.", FAR),
        ),
        (
            {"worst": replace(NO_RATE, auc=TOO_FEW), "decision": replace(FAR_DECISION, detected=False)},
            ("How many records an attacker would find could not be measured: fewer than 3,688 non-members.",),
        ),
    ],
)
def test_a_leak_is_told_in_natural_frequencies(change: dict[str, Any], consequence: tuple[str, ...]) -> None:
    """Of a thousand, wrongly named and found, with what guessing does; what could not be estimated is never a zero."""
    assert summarise(replace(FAIL, **change)).consequence == consequence


RATE = gate("tpr_at_fpr", "pass", 0.05, 0.0123, 0.0311)


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        (RATE, ("at most 32",)),
        (replace(RATE, upper_bound=0.9995), ("at most 1,000",)),
        (replace(RATE, outcome="fail"), ("at least 12",)),
        (replace(RATE, outcome="inconclusive"), ("12 to 32",)),
        (replace(RATE, outcome="inconclusive", lower_bound=None), ("at most 32",)),
        (replace(RATE, outcome="inconclusive", upper_bound=None), ()),
        (replace(RATE, outcome="fail", lower_bound=None), ()),
        (replace(RATE, upper_bound=None), ()),
        (replace(RATE, limit=None), ()),
        (replace(RATE, name="auc"), ()),
    ],
)
def test_one_sentence_leads_from_the_figure_to_the_bound(bound: Gate, told: tuple[str, ...]) -> None:
    """What decides, the lower bound of a fail rounded down, the upper bound of a pass rounded up; nothing without."""
    bridge = tuple(BRIDGE.format(each) for each in told)
    assert summarise(held(FAIL, bound)).consequence[1:] == bridge


@pytest.mark.parametrize(("lower", "found"), [(0.9995, 999), (0.05, 50)])
def test_what_is_surely_found_is_rounded_down(lower: float, found: int) -> None:
    """Where nothing is estimated the bound that failed is all there is."""
    bound = gate("tpr_at_fpr", "fail", 0.05, lower, 1.0)
    told = summarise(replace(held(FAIL, bound), worst=None)).consequence
    assert told[1] == f"At least {found} of 1,000 records that were in the data are found at 1 false name in 100."


@pytest.mark.parametrize(
    ("change", "dots"),
    [
        ({}, ((84, 1, 34, "bad", "In the data: 84 of 1,000 records found"), (10, 0, 10, "bad"))),
        ({"uses": ()}, ((84, 1, 34, "plain", "In the data: 84 of 1,000 records found"), (10, 0, 10, "plain"))),
        ({"worst": NO_RATE}, ()),
        ({"worst": None}, ()),
    ],
)
def test_dots_are_drawn_of_estimates_only(change: dict[str, Any], dots: tuple[tuple[Any, ...], ...]) -> None:
    """A thousand dots each, in the tone of the gate; those of chance beside them."""

    def as_told(drawn: Dots) -> tuple[Any, ...]:
        return (drawn.n, drawn.full, drawn.rest, drawn.tone, drawn.label)

    drawn = summarise(replace(FAIL, **change)).dots
    wrong = "Not in the data: 10 of 1,000 wrongly named"
    assert [as_told(each) for each in drawn] == [(*each, wrong)[:5] for each in dots]
    assert [each.id for each in drawn] == ["dots-in", "dots-out"][: len(dots)]


# --- limits and figures --------------------------------------------------------------------------------


@pytest.mark.parametrize(("report", "exposed"), [(PASS, "nobody allowed"), (TOLERATED, "reported, no limit")])
def test_the_policy_says_its_limits_and_who_set_them(report: AuditReport, exposed: str) -> None:
    """A limit is a choice of somebody."""
    found, right, copied = {"partner": ("50", "60", "0.2"), "internal": ("100", "65", "0.5")}[report.policy.name]
    assert summarise(report).policy == (
        ("Policy", report.policy.name),
        (
            "Limits",
            f"at most {found} of 1,000 members found at 1 false name in 100; right in at most {right} of 100 "
            f"tries; at most {copied}\u00a0% of members copied beyond chance; people clearly exposed: {exposed}",
        ),
        ("Set by", "synthaudit's default; no regulator sets a limit for membership."),
    )


BAD, GOOD, OPEN = (Status(word="above the limit", tone="bad"), Status(word="within the limit", tone="good"),
                   Status(word="not decided", tone="open"))  # fmt: skip
RIGHT = "guesses of the strongest attack are right (62 to 66)"
APART, COPIES, EXPOSED, WOULD = (
    "A member or not?",
    "Verbatim copies",
    "Records clearly exposed",
    "Would a leak be seen?",
)
SEEN = Card(
    label=WOULD,
    figure="10 of 10",
    unit="planted leaks, no larger than the limit, were found",
    detail="Weakest leak seen in 80 of 100 cases: 31 of 1,000 found. Near copies: 84 of 100 seen.",
    status=Status(word="yes", tone="good"),
)
WORST_CARD = Card(
    label=APART, figure="64 of 100", unit=RIGHT, detail="Record linkage. A coin: 50. Limit: 60.", status=BAD
)
EXPOSED_CARD = Card(
    label=EXPOSED,
    figure="37",
    unit="of 2,000 members can be named with confidence",
    detail="At most 5 of 100 so named are expected to be wrong. Nobody allowed.",
    status=BAD,
)
NO_LIMIT = Status(word="reported, no limit", tone="plain")
"""Of people exposed whom the policy tolerates: nothing that has no limit is within it."""
COPIES_CARD = Card(
    label=COPIES,
    figure="41",
    unit="of 2,000 members are in the release word for word",
    detail="Of 2,000 non-members: 1. Limit: 0.2\u00a0% more.",
    status=BAD,
)


def card_of(summary: Summary, label: str) -> Card:
    """The card that is called so."""
    return next(card for card in summary.cards if card.label == label)


def test_the_cards_hold_figure_chance_and_limit() -> None:
    """Guesses, people and copies; whether a leak would have been seen where nothing failed."""
    assert summarise(FAIL).cards == (WORST_CARD, EXPOSED_CARD, COPIES_CARD)
    assert [card.status for card in summarise(TOLERATED).cards] == [GOOD, GOOD, NO_LIMIT]
    assert [card.status for card in summarise(replace(FAIL, uses=())).cards] == [None] * 3


def test_the_card_that_is_farthest_above_its_limit_comes_first() -> None:
    """In the order of the reasons, which evidence gives the gravest first; what is above no limit comes after."""
    reasons: dict[str, str] = {gate.name: gate.reason for gate in FAIL.uses[0].gates}
    order = ("copies", "exposed", "auc")
    graver = replace(FAIL, reasons=tuple(reasons[name] for name in order))
    assert [card.label for card in summarise(graver).cards] == [COPIES, EXPOSED, APART]
    gates = tuple(replace(gate, outcome="pass") if gate.name == "copies" else gate for gate in FAIL.uses[0].gates)
    one_within = replace(graver, uses=(replace(FAIL.uses[0], gates=gates), *FAIL.uses[1:]))
    assert [card.label for card in summarise(one_within).cards] == [EXPOSED, APART, COPIES]


@pytest.mark.parametrize("change", [{"controls": UNRELIABLE}, {"copies": SEEN_TOO}])
def test_where_members_cannot_be_compared_no_card_tells_a_figure_of_them(change: dict[str, Any]) -> None:
    """Neither guesses nor people exposed; that something was measured is no word beside "not decided"."""
    summary = summarise(replace(UNDECIDED, worst=FAIL.worst, exposure=FAIL.exposure, **change))
    for label in (APART, "People clearly exposed"):
        card = card_of(summary, label)
        assert (card.figure, card.unit) == ("not decided", "")
        assert not re.search(r"\d", card.detail)


@pytest.mark.parametrize(
    ("auc", "figure", "unit", "limit"),
    [
        (estimate(0.641), "64 of 100", "guesses of the strongest attack are right (62 to 67)", "60."),
        (estimate(0.5), "50 of 100", "guesses of the strongest attack are right (48 to 53)", "60."),
        (estimate(0.448), "45 of 100", "guesses of the strongest attack are right (43 to 48)", "60 or below 40."),
    ],
)
def test_the_card_of_the_worst_attack(auc: Estimate, figure: str, unit: str, limit: str) -> None:
    """An attack that is right when turned around has a limit on that side."""
    assert FAIL.worst is not None
    card = card_of(summarise(replace(FAIL, worst=replace(FAIL.worst, auc=auc))), APART)
    detail = f"Record linkage. A coin: 50. Limit: {limit}"
    assert card == replace(WORST_CARD, figure=figure, unit=unit, detail=detail)


def test_what_was_not_measured_has_no_card() -> None:
    """It is told among what could not be tested, and never as a figure."""
    assert FAIL.worst is not None
    for worst in (None, replace(FAIL.worst, auc=TOO_FEW)):
        assert summarise(replace(FAIL, worst=worst)).cards == (EXPOSED_CARD, COPIES_CARD)
    assert summarise(replace(FAIL, exposure=None)).cards == (WORST_CARD, COPIES_CARD)


def test_the_card_of_exposed_people() -> None:
    """Reported or forbidden, people or records."""
    wrong = "At most 5 of 100 so named are expected to be wrong."
    internal = card_of(summarise(replace(TOLERATED, exposure=FAIL.exposure)), "People clearly exposed")
    detail = f"{wrong} Reported, no limit."
    assert internal == replace(EXPOSED_CARD, label="People clearly exposed", detail=detail, status=NO_LIMIT)


@pytest.mark.parametrize(
    ("change", "figure", "unit", "detail"),
    [
        (
            {"identical_to_train": True},
            "all",
            "of the training table is in the release",
            "The release holds the same rows as the training table.",
        ),
        (
            {"n_holdout": 0, "single": None},
            "41",
            COPIES_CARD.unit,
            "Without a holdout, chance is read off rows that train and the release repeat.",
        ),
        (
            {"strangers": StrangersCopied(rows=9, pvalue=0.0009, pvalue_sharper=0.1)},
            "41",
            COPIES_CARD.unit,
            "Of 2,000 non-members: 1 too. The vendor seems to have known them, so both count. Limit: 0.2\xa0%.",
        ),
    ],
)
def test_copies_that_prove_nothing_are_called_so(change: dict[str, Any], figure: str, unit: str, detail: str) -> None:
    """A count without its chance is no finding; the training table itself is one."""
    card = card_of(summarise(replace(FAIL, copies=replace(FAIL.copies, **change))), COPIES)
    assert card == replace(COPIES_CARD, figure=figure, unit=unit, detail=detail)


def test_the_card_of_copies_says_what_the_gate_says() -> None:
    """Too few people to tell chance copies is no word of a card whose gate has decided all the same."""
    shared = replace(FAIL, copies=replace(FAIL.copies, recognisable=False))
    assert card_of(summarise(shared), COPIES) == COPIES_CARD
    gates = tuple(replace(gate, outcome="inconclusive") for gate in FAIL.uses[0].gates)
    open_gate = replace(shared, uses=(replace(FAIL.uses[0], gates=gates), *FAIL.uses[1:]))
    detail = "So many people share their row with somebody else that chance copies may hide others."
    assert card_of(summarise(open_gate), COPIES).detail == detail


def test_the_card_of_copies_tells_of_members_named_by_a_value_of_their_own() -> None:
    """Where that is what breaks its limit; elsewhere copies are told."""
    column = IdentifierReuse(
        column="mail",
        compared_by="digits",
        members=20,
        n_members=2_000,
        nonmembers=0,
        n_nonmembers=2_000,
        n_synthetic=2_000,
        space="large",
        expected=0.004,
        reused=True,
        excess_low=0.0061,
    )
    other = replace(column, column="note", members=19, excess_low=0.0058)
    own = ReusedIdentifiers(alpha=0.001, n_tests=2, columns=(other, column))

    def card(lower_bound: float) -> Card:
        gates = tuple(
            replace(gate, lower_bound=lower_bound) if gate.name == "copies" else gate for gate in FAIL.uses[0].gates
        )
        uses = (replace(FAIL.uses[0], gates=gates), *FAIL.uses[1:])
        cards = summarise(replace(FAIL, uses=uses, identifiers=own)).cards
        return next(card for card in cards if card.label in (COPIES, "Members named"))

    assert card(0.0041) == COPIES_CARD
    assert card(0.0061) == replace(
        COPIES_CARD,
        label="Members named",
        figure="20",
        unit="of 2,000 values that only members have are in the release",
        detail="In “mail”: each belongs to one person. Limit: 0.2\N{NO-BREAK SPACE}% of the members.",
    )


def leak(found: int, of: int, *gates: str) -> Planted:
    """A planted leak of a share that does not matter here."""
    return Planted(kind="near", share=0.05, found=found, of=of, gates=gates)


@pytest.mark.parametrize(
    ("planted", "figure"),
    [
        ((leak(8, 9, "partner"), leak(3, 10, "public"), leak(7, 10, "internal", "partner"), leak(1, 10)), "15 of 19"),
        ((leak(0, 10, "partner"),), "0 of 10"),
        ((leak(0, 0, "partner"), leak(9, 10, "public"), leak(10, 10)), None),
        ((), None),
    ],
)
def test_only_plantings_of_the_policy_count_as_seen(planted: tuple[Planted, ...], figure: str | None) -> None:
    """Those at its own limit, and only if they were made."""
    assert FAIL.controls is not None
    report = replace(FAIL, outcome="inconclusive", controls=replace(FAIL.controls, planted=planted))
    assert [card for card in summarise(report).cards if card.label == WOULD] == (
        [replace(SEEN, figure=figure)] if figure else []
    )


def test_a_leak_of_unknown_size_is_said() -> None:
    """Without a forecast."""
    report = replace(FAIL, outcome="inconclusive", smallest_detectable=None)
    detail = "The weakest leak that would be seen is not known. Near copies: 84 of 100 seen."
    assert card_of(summarise(report), WOULD) == replace(SEEN, detail=detail)


# --- uses, gaps and next steps -------------------------------------------------------------------------


def test_uses_stand_in_a_fixed_order_each_once() -> None:
    """Internal, partner, public, the chosen one marked; a policy of one's own comes first; of two alike the first."""
    table = summarise(FAIL).uses
    assert table is not None
    assert (table.id, table.caption, table.head) == (
        "uses",
        "What decided for each use",
        ("Use", "Outcome", "What decided"),
    )
    assert [row[:2] for row in table.rows] == [
        (Named(text="Internal team"), Status(word="inconclusive", tone="open")),
        (Named(text="Partner under contract", note="this audit's policy"), Status(word="fail", tone="bad")),
        (Named(text="Open to the public"), Status(word="fail", tone="bad")),
    ]
    again = replace(FAIL, uses=(*FAIL.uses, replace(FAIL.uses[0], outcome="pass")))
    assert summarise(again).uses == table
    assert summarise(again).badges == tuple((row[0].text, row[1]) for row in table.rows)  # type: ignore[union-attr]
    own = replace(
        PASS, policy=replace(PASS.policy, name="our own"), uses=(replace(PASS.uses[0], use="our own"), *PASS.uses)
    )
    rows = summarise(own).uses
    assert rows is not None
    assert [row[:2] for row in rows.rows][:2] == [
        (Named(text="our own", note="this audit's policy"), Status(word="pass", tone="good")),
        (Named(text="Internal team"), Status(word="pass", tone="good")),
    ]
    assert summarise(NOTHING).uses is None


def test_gaps_are_what_could_not_be_tested() -> None:
    """What did not run or was too weak is listed, those that rule out a pass first; what ran is no gap."""
    assert summarise(UNRESOLVED).untested == (
        Named(
            text="Members found at 1 false name in 1,000",
            note="Needs 3,688 non-members, 2,000 were given.",
            code="ran, too weak to conclude",
        ),
        Named(text="Shadow attacks", note="Left out by profile standard; --shadows 16 runs them.", code="not run"),
    )
    blocking = Coverage(test="epsilon", status="ran_low_power", reason="too few", blocks_pass=True)
    first = summarise(replace(UNRESOLVED, coverage=(*UNRESOLVED.coverage, blocking))).untested[0]
    assert first == Named(text="Epsilon", note="Too few.", code="ran, too weak to conclude")


TREAT = "Treat the release as not passed under the policy partner: “could not test” is not “passed”."
BRING = (
    "Bring a holdout: people of the same kind whom the vendor never saw. Draw one at random, by person, before the "
    "next release is ordered: synthaudit split TABLE --out DIR does so."
)
TAKE_OUT = (
    "Find out why people of the list of deleted people are in the training table: delete them there and have a new"
    " release made, or give the list that belongs to this table."
)
VENDOR = (
    "Send the vendor the edition for vendors, with its questions: how can these attacks succeed, and what will change?",
    "Audit the next release with the same command and the same limits.",
)
MEND = "Mend first what rules out a pass, however many people there are: {}."
MORE = "About 1,050 members and as many non-members give an 80 % chance of a decision under partner if nothing leaks."
LACKING = tuple(Coverage(test=f"test {k}", status="not_run", reason=f"why {k}", blocks_pass=True) for k in "abcd")
WEAK = Coverage(test="weak", status="not_run", reason="no harm")
UNDECIDED = replace(PASS, outcome="inconclusive", coverage=())
HALF_A_CHANCE = replace(PASS.decidable[1], pass_probability=0.5)
HARDLY = (
    "More people would hardly help: if nothing leaked, this many would give a pass in {} % of audits."
    " Ask the vendor to mend the leak."
)
NO_MATTER = "More people would not help: what stands above is no matter of their number."
ANEW = "More people would not help: members and non-members have to be drawn anew."
assert PASS.controls is not None
FAILED_CONTROLS = replace(PASS.controls, null=replace(PASS.controls.null, status="failed"))


def open_by(name: str, chance: float = 0.5) -> AuditReport:
    """Inconclusive under partner, by one gate alone; such a chance of a pass if nothing leaks."""
    use = next(use for use in PASS.uses if use.use == "partner")
    gates = tuple(replace(gate, outcome="inconclusive" if gate.name == name else "pass") for gate in use.gates)
    uses = tuple(replace(use, outcome="inconclusive", gates=gates) if each is use else each for each in PASS.uses)
    return replace(UNDECIDED, uses=uses, decidable=(replace(HALF_A_CHANCE, pass_probability=chance),))


ALL_PASS, TWO_PASS = (
    tuple(replace(use, outcome="pass" if use.use in passing else "fail") for use in FAIL.uses)
    for passing in (("internal",), ("internal", "public"))
)


@pytest.mark.parametrize(
    ("report", "steps"),
    [
        (
            PASS,
            (
                "The release may be used under the policy partner, within the scope stated below.",
                "Keep evidence.json beside this page, and audit every new release again: this verdict does not carry "
                "over.",
            ),
        ),
        (FAIL, ("Do not hand this release on under the policy partner.", TAKE_OUT, *VENDOR)),
        (replace(FAIL, deleted=None), ("Do not hand this release on under the policy partner.", *VENDOR)),
        (
            replace(FAIL, uses=ALL_PASS),
            (
                "Do not hand this release on under the policy partner. It passes for: internal team.",
                TAKE_OUT,
                *VENDOR,
            ),
        ),
        (
            replace(FAIL, uses=(replace(FAIL.uses[0], use="our own", outcome="pass"), *TWO_PASS)),
            (
                "Do not hand this release on under the policy partner. It passes for: internal team, open to the "
                "public.",
                TAKE_OUT,
                *VENDOR,
            ),
        ),
        (open_by("auc"), (TREAT, MORE)),
        (open_by("copies"), (TREAT, MORE)),
        (open_by("auc", chance=0.8), (TREAT, HARDLY.format(80))),
        (open_by("tpr_at_fpr", chance=0.97), (TREAT, HARDLY.format(97))),
        (open_by("exposed"), (TREAT, NO_MATTER)),
        (open_by("coverage", chance=0.97), (TREAT, NO_MATTER)),
        (replace(open_by("auc"), decidable=PASS.decidable[:1]), (TREAT,)),
        (
            replace(open_by("auc"), decidable=(replace(HALF_A_CHANCE, n_needed=None),), coverage=LACKING[:1]),
            (TREAT, MEND.format("test a")),
        ),
        (
            replace(open_by("auc"), coverage=(WEAK, *LACKING)),
            (TREAT, MEND.format("test a, test b, test c and 1 more"), MORE),
        ),
        (
            replace(
                open_by("auc"),
                coverage=LACKING[:1],
                decidable=(replace(HALF_A_CHANCE, pass_probability=0.0, n_needed=None, ruled_out="test a"),),
            ),
            (TREAT, MEND.format("test a")),
        ),
        (replace(open_by("auc"), coverage=(replace(LACKING[0], status="ran"),)), (TREAT, MEND.format("test a"))),
        (replace(open_by("auc"), controls=FAILED_CONTROLS), (TREAT, ANEW)),
        (NO_HOLDOUT, (TREAT, BRING)),
        (replace(NO_HOLDOUT, decidable=PASS.decidable), (TREAT, BRING)),
    ],
)
def test_the_next_step_follows_from_the_verdict(report: AuditReport, steps: tuple[str, ...]) -> None:
    """Pass: within scope, again next time. Fail: do not hand on. Unresolved: not passed, and what is missing."""
    assert summarise(report).next_steps[:-1] == steps
    assert summarise(report).first_steps == (*steps, summarise(report).next_steps[-1])[:2]


def test_long_hostile_names_are_cut() -> None:
    """A policy's name, a level or a test cannot fill the page, nor turn its text."""
    long = replace(PASS, policy=replace(PASS.policy, name=HOSTILE * 9, source="s" * 201))
    assert policy_name(long) == "<script>document.title='pwned'</script>…"
    assert summarise(long).policy[2] == ("Set by", "s" * 199 + "…")
    assert all(len(step) < 400 for step in summarise(long).next_steps)
    named = replace(QUIET, subgroups=(subgroup("b" * 81, "\u202e" + "n" * 80, 0.7, 0.01),))
    n, b = "n" * 78, "b" * 79
    assert summarise(named).more_reasons == (f"{STANDS_OUT} “\\u202e{n}…” of “{b}…”.",)
    rare = replace(QUIET, subgroups=(subgroup("rarity", "t" * 81, 0.7, 0.01),))
    assert summarise(rare).more_reasons == (f"{STANDS_OUT} the {'t' * 79}… by rarity.",)
    gap = replace(UNDECIDED, coverage=(replace(LACKING[0], test="x" * 81),))
    assert summarise(gap).next_steps[1] == MEND.format(f"{'x' * 79}…")
    own = replace(PASS, uses=(replace(PASS.uses[0], use="u" * 41),))
    assert summarise(own).uses.rows[0][0] == Named(text="u" * 39 + "…")  # type: ignore[union-attr]


def test_a_gate_without_words_is_shown_by_its_name() -> None:
    """A new gate needs no line here; the others keep theirs."""
    assert words.gate_label("copies") == "Members copied verbatim beyond chance"
    assert words.gate_label("rows_repeated") == "Rows repeated"


def test_junit_holds_the_gates_of_the_chosen_policy_wherever_it_stands() -> None:
    """One case each, by name; an inconclusive gate is an error."""
    turned = replace(UNRESOLVED, uses=UNRESOLVED.uses[::-1])
    assert junit_xml(turned) == junit_xml(UNRESOLVED)
    assert '<testcase classname="synthaudit" name="auc">\n    <error message="Telling members' in junit_xml(turned)


@pytest.mark.parametrize(
    ("stands", "case"),
    [
        ("not_refuted", '<testcase classname="synthaudit" name="vendor_claim" />'),
        ("not_tested", '<testcase classname="synthaudit" name="vendor_claim">\n    <skipped message="'),
        ("refuted", '<testcase classname="synthaudit" name="vendor_claim">\n    <error message="The vendor\'s claim'),
    ],
)
def test_junit_holds_the_claim_of_the_vendor(stands: Any, case: str) -> None:
    """A case of its own where there is one: no success where it is refuted, or could not be tested."""
    assert case in junit_xml(replace(PASS, claim=replace(REFUTED, stands=stands)))
    assert "vendor_claim" not in junit_xml(replace(PASS, claim=None))


def test_junit_says_why_a_claim_does_not_stand_or_could_not_be_tested() -> None:
    """In the words of the page where it is refuted, else by the reason that the evidence holds."""
    refuted = replace(REFUTED, reason="Too few coins.")
    for claim, words_of in ((refuted, "The vendor's claim"), (replace(refuted, stands="not_tested"), "Too few coins.")):
        suite = ElementTree.fromstring(junit_xml(replace(PASS, claim=claim)))
        (case,) = [each for each in suite if each.get("name") == "vendor_claim"]
        assert str(case[0].get("message")).startswith(words_of)


BEYOND = (BeyondCopy(kind="row_order", n=2_000), BeyondCopy(kind="decimals", n=12, column="age"))


def test_what_else_there_is_has_the_title_of_the_outcome() -> None:
    """Beside a fail it was found as well; else there is nothing that was found."""
    assert [str(summarise(report).more_title) for report in (PASS, FAIL)] == ["Also to know", "Also found"]


@pytest.mark.parametrize("copy", [None, AuditedCopy(n_rows=2_000, sha256="ab" * 32)])
def test_a_pass_for_the_audited_copy_is_none_for_the_file(copy: AuditedCopy | None) -> None:
    """The uses and the next step name the copy; of a file that holds nothing more, or that did not pass, neither."""
    summary = summarise(replace(PASS, delivered=Delivered(beyond=BEYOND, copy=copy)))
    assert summary.uses is not None
    words = [str(cell.word) for row in summary.uses.rows for cell in row if isinstance(cell, Status)]
    assert "pass: audited copy" in words
    assert "pass" not in words
    assert summary.alarms == (
        "This pass is for the audited copy, not for the delivered file: that file also holds rows in the order of the"
        " training table and more decimals than the real tables have.",
    )
    hand_on = "Hand on the audited copy" if copy else "Write the audited copy (--audited-copy FILE)"
    assert summary.next_steps[0].startswith(hand_on)
    plain = summarise(replace(PASS, delivered=Delivered(beyond=(), copy=copy)))
    assert plain.uses == summarise(PASS).uses
    assert plain.next_steps == summarise(PASS).next_steps
    failed = summarise(replace(FAIL, delivered=Delivered(beyond=BEYOND)))
    assert (failed.next_steps, failed.alarms) == (summarise(FAIL).next_steps, summarise(FAIL).alarms)
