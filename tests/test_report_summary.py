"""The first thirty seconds: plain words, natural frequencies, and no metric's name, line by line."""

import re
from dataclasses import replace
from typing import Any

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
    lines = [summary.heading, summary.lead, *summary.more_reasons, *summary.consequence, *cards, *summary.next_steps]
    return " ".join([*lines, *(value for _, value in summary.policy), *(dots.label for dots in summary.dots)])


def estimate(value: float) -> Estimate:
    """An estimate whose ends round to figures of their own."""
    return Estimate(value=value, low=value - 0.0204, high=value + 0.0306, confidence_level=0.95, n=4_000)


# --- the verdict ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "leak", "word", "heading"),
    [
        ("pass", False, "Pass", "No leakage detected above the limit"),
        ("pass", None, "Pass", "No leakage detected above the limit"),
        ("pass", True, "Pass", "Leakage detected, below the limit of partner"),
        ("fail", True, "Fail", "Leakage detected: limit exceeded"),
        ("fail", False, "Fail", "Limit exceeded"),
        ("inconclusive", True, "Inconclusive", "Inconclusive: leakage detected, limit not decided"),
        ("inconclusive", False, "Inconclusive", "Inconclusive: neither passed nor failed"),
        ("inconclusive", None, "Inconclusive", "Inconclusive: neither passed nor failed"),
    ],
)
def test_the_verdict_has_fixed_words(outcome: Outcome, leak: bool | None, word: str, heading: str) -> None:
    """A pass with a leak says so; what could not be tested is unresolved, never a pass."""
    summary = summarise(replace(PASS, outcome=outcome, leakage_detected=leak))
    assert (summary.outcome, summary.word, summary.heading) == (outcome, word, heading)


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


WORST, TRIES, LIMIT = "The worst attack told members from non-members in", "of 100 tries; the limit is", "the limit is"
FOUND = "members at 1 false name in 100; the limit is"


@pytest.mark.parametrize(
    ("decided", "lead"),
    [
        (gate("auc", "fail", 0.6, 0.632, 0.7), f"{WORST} at least 63 {TRIES} 60."),
        (gate("auc", "fail", 0.6, 0.639, 0.7), f"{WORST} at least 63 {TRIES} 60."),
        (gate("auc", "inconclusive", 0.6, 0.5, 0.681), f"{WORST} maybe as many as 69 {TRIES} 60."),
        (
            gate("auc", "pass", 0.6, 0.5, 0.531),
            f"Every attack and all of them together told members from non-members in at most 54 {TRIES} 60.",
        ),
        (
            gate("tpr_at_fpr", "pass", 0.05, 0.0, 0.0301),
            f"Every attack found at most 31 of 1,000 {FOUND} 50.",
        ),
        (
            gate("tpr_at_fpr", "inconclusive", 0.05, 0.01, 0.09),
            f"The worst attack found maybe as many as 90 of 1,000 {FOUND} 50.",
        ),
        (gate("tpr_at_fpr", "fail", 0.05, 0.0619, 0.2), f"The worst attack found at least 61 of 1,000 {FOUND} 50."),
        *(
            (
                gate("tpr_at_fpr", "fail", 0.05, 0.0619, 0.2, f"It is at least 0.062 for {exact}; the limit is."),
                f"{finder} found at least 61 of 1,000 {FOUND} 50.",
            )
            for exact, finder in (
                ("the search of rare pieces of cells", "The search of rare pieces of cells"),
                ("whoever looks up what only one person of train has", "Looking up what only one person of train has"),
                (
                    "whoever names the one person of train that a row of the release keeps to",
                    "Naming the one person of train whom a row of the release keeps close to",
                ),
            )
        ),
        # Where rounding would blur the limit, the next finer frequency, else the exact sentence.
        (gate("auc", "fail", 0.6, 0.603, 0.7), f"{WORST} at least 603 of 1,000 tries; the limit is 600."),
        (gate("auc", "fail", 0.6, 0.6002, 0.7), EXACT),
        (gate("tpr_at_fpr", "fail", 0.05, 0.0503, 0.2), f"The worst attack found at least 503 of 10,000 {FOUND} 500."),
        (gate("tpr_at_fpr", "fail", 0.05, 0.05002, 0.2), EXACT),
        # No bound, no limit, another gate: as it stands, a sentence with capital and stop.
        (gate("auc", "inconclusive", 0.6, 0.5, None), EXACT),
        (gate("auc", "fail", 0.6, None, 0.7), EXACT),
        (gate("auc", "fail", None, 0.632, 0.7), EXACT),
        (gate("copies", "fail", 0.002, 0.01, 0.02), EXACT),
        (gate("attributes", "fail", 0.1, 0.2, 0.3, "most are guessed"), "Most are guessed."),
    ],
)
def test_reasons_that_name_a_metric_are_told_in_people(decided: Gate, lead: str) -> None:
    """Rounding goes away from the claim; what a verdict says beyond its gate is kept in the lead, not in the uses."""
    summary = summarise(held(FAIL, decided))
    assert summary.lead == lead
    assert summary.uses is not None
    assert [row[2] for row in summary.uses.rows] == [lead]
    longer = summarise(held(FAIL, decided, tail=f" {REST}"))
    assert longer.lead == f"{lead} {REST}"
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
    assert summary.more_reasons == ("Rows are near.", f"{WORST} at least 63 {TRIES} 60.")


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
    summary = summarise(held(FAIL, decided))
    who = "All attacks together" if is_theirs else "The worst attack"
    assert summary.lead == f"{who} told members from non-members in {lead}"
    worst = "Record linkage. A coin: 50. Limit: 60."
    assert summary.cards[0].detail == worst + (" All attacks together: 66 (64 to 68)." if is_theirs else "")


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
    assert summarise(report).cards[0].detail == detail


def test_all_attacks_together_have_no_share_of_members_found() -> None:
    """A bound that happens to equal theirs is not theirs; without them nobody speaks of them."""
    passed = gate("tpr_at_fpr", "pass", 0.7, 0.0, 0.682)
    assert summarise(held(FAIL, passed)).lead == f"Every attack found at most 682 of 1,000 {FOUND} 700."
    alone = replace(held(FAIL, gate("auc", "pass", 0.6, 0.5, 0.531)), stack=None)
    assert summarise(alone).lead == f"Every attack told members from non-members in at most 54 {TRIES} 60."


def test_invalid_figures_are_not_told_in_people() -> None:
    """Where the split is not random, the sentence that says so stays as it is; without controls it is not known."""
    decided = gate("auc", "inconclusive", 0.6, 0.5, 0.7)
    assert summarise(held(UNRESOLVED, decided)).lead == EXACT
    assert (
        summarise(replace(held(UNRESOLVED, decided), controls=None)).lead == f"{WORST} maybe as many as 70 {TRIES} 60."
    )


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
        ({"deleted": KNOWN}, (IN_TRAIN.format(2, "are"),)),
        ({"deleted": KNOWN, "reasons": ("Lead.", IN_TRAIN.format(2, "are"))}, (IN_TRAIN.format(2, "are"),)),
        ({"deleted": replace(KNOWN, n_in_train=0)}, ()),
        (
            {"without_holdout": replace(NO_HOLDOUT.without_holdout, deleted=ONLY_COPIES), "unit": "row"},  # type: ignore[type-var]
            (IN_TRAIN.format(3, "are"),),
        ),
        ({"without_holdout": NO_HOLDOUT.without_holdout}, ()),
        ({"coverage": (BLOCKS,)}, ("Blind baseline: The split is not random.",)),
        ({"coverage": (BLOCKS,), "reasons": ("Lead.", "Not covered: THE SPLIT is not random (1 more)")},
         ("Not covered: THE SPLIT is not random (1 more).",)),
        ({"coverage": (replace(BLOCKS, blocks_pass=False), replace(BLOCKS, status="not_run"))}, ()),
        (
            {"coverage": (BLOCKS,), "stack": WORSE, "per_record": PER_RECORD, "deleted": KNOWN},
            ("Blind baseline: The split is not random.", TOGETHER_FIND, GIVEN_AWAY,
             IN_TRAIN.format(2, "are")),
        ),
    ],
)  # fmt: skip
def test_what_no_gate_speaks_of_is_found_all_the_same(change: dict[str, Any], more: tuple[str, ...]) -> None:
    """Each finding by itself, at its level and below; nothing by luck, nothing twice."""
    assert summarise(replace(QUIET, **change)).more_reasons == more


def test_isolated_people_are_given_away_below_one_in_twenty() -> None:
    """The level that other sections use, too."""
    assert [gives_isolated_away(replace(PER_RECORD, pvalue=p)) for p in (0.0499, 0.05)] == [True, False]


# --- what it means for people --------------------------------------------------------------------------

NAMED = "were not in the data, 10 are wrongly named. Of 1,000"
GUESSES = "An attacker who only guesses finds 10."
FAR = (
    "Here the leak is what is missing: records close to the training data are found less often than by guessing, which "
    "tells who was in it just as well."
)
FAR_DECISION = INVERTED.decision
assert FAIL.worst is not None
assert FAR_DECISION is not None
NO_RATE = replace(FAIL.worst, tpr_at_fpr=TOO_FEW)


assert PASS.controls is not None
UNRELIABLE = replace(PASS.controls, stand_in=replace(PASS.controls.a_a, status="failed"))


@pytest.mark.parametrize(
    ("change", "consequence"),
    [
        (
            {},
            (f"Of 1,000 records that {NAMED} that were, 84 are found (95 % interval: 63 to 105).", GUESSES),
        ),
        (
            {"unit": "entity"},
            (f"Of 1,000 people who {NAMED} who were, 84 are found (95 % interval: 63 to 105).", GUESSES),
        ),
        (
            {"worst": NO_RATE},
            (
                "Shown one of the records from the data and one from outside, the worst attack points to the right one "
                f"in 64 of 100 tries. {COIN}",
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
                "At least 67 of 1,000 records that were in the data are found at 10 false names in 1,000.",
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


TOLERATES = "The policy tolerates up to 50 found; the audit rules out that any attack it ran finds more than 32 (95 %)."
RATE = gate("tpr_at_fpr", "pass", 0.05, 0.0, 0.0311)


@pytest.mark.parametrize(
    ("outcome", "bound", "told"),
    [
        ("pass", RATE, (TOLERATES,)),
        ("fail", RATE, ()),
        ("inconclusive", RATE, ()),
        ("pass", replace(RATE, upper_bound=None), ()),
        ("pass", replace(RATE, limit=None), ()),
        ("pass", replace(RATE, name="auc"), ()),
    ],
)
def test_a_pass_says_what_it_tolerates(outcome: Outcome, bound: Gate, told: tuple[str, ...]) -> None:
    """Limit and bound, the bound rounded up; nothing where there is no pass, no bound or no limit."""
    report = replace(held(FAIL, bound), outcome=outcome)
    assert summarise(report).consequence[2:] == told


@pytest.mark.parametrize(
    ("change", "dots"),
    [
        ({}, ((84, 1, 34, "bad", "In the data: 84 of 1,000 records found"), (10, 0, 10, "plain"))),
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


@pytest.mark.parametrize(("report", "exposed"), [(PASS, "none allowed"), (TOLERATED, "reported only")])
def test_the_policy_says_its_limits_and_who_set_them(report: AuditReport, exposed: str) -> None:
    """A limit is a choice of somebody."""
    found, right, copied = {"partner": ("50", "60", "0.2"), "internal": ("100", "65", "0.5")}[report.policy.name]
    assert summarise(report).policy == (
        ("Policy", report.policy.name),
        (
            "Limits",
            f"at most {found} of 1,000 members found at 10 false names in 1,000; right in at most {right} of 100 "
            f"tries; at most {copied}\u00a0% of members copied beyond chance; people clearly exposed: {exposed}",
        ),
        ("Set by", "synthaudit's default; no regulator sets a limit for membership."),
    )


BAD, GOOD, OPEN = (Status(word="above the limit", tone="bad"), Status(word="within the limit", tone="good"),
                   Status(word="not decided", tone="open"))  # fmt: skip
RIGHT = "right guesses, a member or not (62 to 66)"
SEEN = Card(
    label="Would a leak be seen?",
    figure="10 of 10",
    unit="planted leaks, no larger than the limit, were found",
    detail="Weakest leak seen in 80 of 100 cases: 31 of 1,000 found. Near copies: 84 of 100 seen.",
    status=Status(word="yes", tone="good"),
)
WORST_CARD = Card(
    label="Worst attack", figure="64 of 100", unit=RIGHT, detail="Record linkage. A coin: 50. Limit: 60.", status=BAD
)
EXPOSED_CARD = Card(
    label="Records at clear risk",
    figure="37",
    unit="of 2,000 members can be named with confidence",
    detail="At most 5 of 100 so named are expected to be wrong. Nobody allowed.",
    status=BAD,
)
NO_LIMIT = Status(word="reported, no limit", tone="plain")
"""Of people exposed whom the policy tolerates: nothing that has no limit is within it."""
COPIES_CARD = Card(
    label="Verbatim copies",
    figure="41",
    unit="of 2,000 members are in the release word for word",
    detail="Of 2,000 non-members: 1. Limit: 0.2\u00a0% more.",
    status=BAD,
)
NOT_TESTED: dict[str, Any] = {"figure": "not tested", "unit": ""}


def test_the_cards_hold_figure_chance_and_limit() -> None:
    """Worst attack, people, copies, and whether a leak would have been seen."""
    assert summarise(FAIL).cards == (WORST_CARD, EXPOSED_CARD, COPIES_CARD, SEEN)
    assert [card.status for card in summarise(TOLERATED).cards] == [GOOD, NO_LIMIT, GOOD, SEEN.status]
    assert [card.status for card in summarise(replace(FAIL, uses=())).cards] == [None] * 4


@pytest.mark.parametrize(
    ("auc", "figure", "unit", "limit"),
    [
        (estimate(0.641), "64 of 100", "right guesses, a member or not (62 to 67)", "60."),
        (estimate(0.5), "50 of 100", "right guesses, a member or not (48 to 53)", "60."),
        (estimate(0.448), "45 of 100", "right guesses, a member or not (43 to 48)", "60 or below 40."),
    ],
)
def test_the_card_of_the_worst_attack(auc: Estimate, figure: str, unit: str, limit: str) -> None:
    """An attack that is right when turned around has a limit on that side."""
    assert FAIL.worst is not None
    card = summarise(replace(FAIL, worst=replace(FAIL.worst, auc=auc))).cards[0]
    detail = f"Record linkage. A coin: 50. Limit: {limit}"
    assert card == replace(WORST_CARD, figure=figure, unit=unit, detail=detail)


def test_a_worst_attack_that_was_not_measured_is_not_tested() -> None:
    """With the reason, and never a figure."""
    assert FAIL.worst is not None
    no_auc = summarise(replace(FAIL, worst=replace(FAIL.worst, auc=TOO_FEW))).cards[0]
    assert no_auc == replace(WORST_CARD, **NOT_TESTED, detail="Fewer than 3,688 non-members.")
    none = summarise(replace(FAIL, worst=None)).cards[0]
    assert none == replace(WORST_CARD, **NOT_TESTED, detail="No attack could be run.")


def test_the_card_of_exposed_people() -> None:
    """Reported or forbidden, people or records, or not tested."""
    wrong = "At most 5 of 100 so named are expected to be wrong."
    internal = summarise(replace(TOLERATED, exposure=FAIL.exposure)).cards[1]
    detail = f"{wrong} Reported, no limit."
    assert internal == replace(EXPOSED_CARD, label="People at clear risk", detail=detail, status=NO_LIMIT)
    missing = summarise(replace(FAIL, exposure=None)).cards[1]
    assert missing == replace(EXPOSED_CARD, **NOT_TESTED, detail="See what could not be tested.")


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
    card = summarise(replace(FAIL, copies=replace(FAIL.copies, **change))).cards[2]
    assert card == replace(COPIES_CARD, figure=figure, unit=unit, detail=detail)


def test_the_card_of_copies_says_what_the_gate_says() -> None:
    """Too few people to tell chance copies is no word of a card whose gate has decided all the same."""
    shared = replace(FAIL, copies=replace(FAIL.copies, recognisable=False))
    assert summarise(shared).cards[2] == COPIES_CARD
    gates = tuple(replace(gate, outcome="inconclusive") for gate in FAIL.uses[0].gates)
    open_gate = replace(shared, uses=(replace(FAIL.uses[0], gates=gates), *FAIL.uses[1:]))
    detail = "So many people share their row with somebody else that chance copies may hide others."
    assert summarise(open_gate).cards[2].detail == detail


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
        return summarise(replace(FAIL, uses=uses, identifiers=own)).cards[2]

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
    card = summarise(replace(FAIL, controls=replace(FAIL.controls, planted=planted))).cards[3]
    assert card == (replace(SEEN, figure=figure) if figure else replace(SEEN, **NOT_TESTED))


def test_a_leak_of_unknown_size_is_said() -> None:
    """Without controls and without a forecast."""
    card = summarise(replace(FAIL, controls=None, smallest_detectable=None)).cards[3]
    assert card == replace(SEEN, **NOT_TESTED, detail="The weakest leak that would be seen is not known.")


# --- uses, gaps and next steps -------------------------------------------------------------------------


def test_uses_stand_in_a_fixed_order_each_once() -> None:
    """Internal, partner, public, the chosen one marked; a policy of one's own comes first; of two alike the first."""
    table = summarise(FAIL).uses
    assert table is not None
    assert (table.id, table.caption, table.head) == (
        "uses",
        "What this release may be used for",
        ("Use", "Under these limits", "What decided"),
    )
    assert [row[:2] for row in table.rows] == [
        (Named(text="Internal team"), Status(word="not judged", tone="open")),
        (Named(text="Partner under contract", note="this audit's policy"), Status(word="not allowed", tone="bad")),
        (Named(text="Open to the public"), Status(word="not allowed", tone="bad")),
    ]
    again = replace(FAIL, uses=(*FAIL.uses, replace(FAIL.uses[0], outcome="pass")))
    assert summarise(again).uses == table
    own = replace(
        PASS, policy=replace(PASS.policy, name="our own"), uses=(replace(PASS.uses[0], use="our own"), *PASS.uses)
    )
    rows = summarise(own).uses
    assert rows is not None
    assert [row[:2] for row in rows.rows][:2] == [
        (Named(text="our own", note="this audit's policy"), Status(word="allowed", tone="good")),
        (Named(text="Internal team"), Status(word="allowed", tone="good")),
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


TREAT = "Treat the release as not allowed under the policy partner: “could not test” is not “passed”."
BRING = (
    "Bring a holdout: people of the same kind whom the vendor never saw. Draw one at random, by person, before the "
    "next release is ordered: synthaudit split TABLE --out DIR does so."
)
TAKE_OUT = (
    "Find out why people of the list of deleted people are in the training table: delete them there and have a new"
    " release made, or give the list that belongs to this table."
)
VENDOR = (
    "Send this page to the vendor and ask how these attacks can succeed, and what will change.",
    "Audit the next release with the same command and the same limits.",
)
MORE = "About 1,050 members and as many non-members give an 80 % chance of a decision under partner if nothing leaks."
LACKING = tuple(Coverage(test=f"test {k}", status="not_run", reason=f"why {k}", blocks_pass=True) for k in "abcd")
WEAK = Coverage(test="weak", status="not_run", reason="no harm")
UNDECIDED = replace(PASS, outcome="inconclusive", coverage=())
HALF_A_CHANCE = replace(PASS.decidable[1], pass_probability=0.5)
HARDLY = (
    "More people would hardly help: if nothing leaked, this many would give a pass in {}\N{NO-BREAK SPACE}% of audits."
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
                "Do not hand this release on under the policy partner. Within the limits of: internal team.",
                TAKE_OUT,
                *VENDOR,
            ),
        ),
        (
            replace(FAIL, uses=(replace(FAIL.uses[0], use="our own", outcome="pass"), *TWO_PASS)),
            (
                "Do not hand this release on under the policy partner. Within the limits of: internal team, open to "
                "the public.",
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
            (TREAT, "Test a: why a."),
        ),
        (
            replace(open_by("auc"), coverage=(WEAK, *LACKING)),
            (TREAT, "Test a: why a.", "Test b: why b.", "Test c: why c.", MORE),
        ),
        (
            replace(
                open_by("auc"),
                coverage=LACKING[:1],
                decidable=(replace(HALF_A_CHANCE, pass_probability=0.0, n_needed=None, ruled_out="test a"),),
            ),
            (TREAT, "Test a: why a."),
        ),
        (replace(open_by("auc"), controls=FAILED_CONTROLS), (TREAT, ANEW)),
        (NO_HOLDOUT, (TREAT, BRING)),
        (replace(NO_HOLDOUT, decidable=PASS.decidable), (TREAT, BRING)),
    ],
)
def test_the_next_step_follows_from_the_verdict(report: AuditReport, steps: tuple[str, ...]) -> None:
    """Pass: within scope, again next time. Fail: do not hand on. Unresolved: not passed, and what is missing."""
    assert summarise(report).next_steps[:-1] == steps


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
    assert summarise(gap).next_steps[1] == f"{'x' * 79}…: why a."
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


BEYOND = (BeyondCopy(kind="row_order", n=2_000), BeyondCopy(kind="decimals", n=12, column="age"))


@pytest.mark.parametrize("copy", [None, AuditedCopy(n_rows=2_000, sha256="ab" * 32)])
def test_a_pass_for_the_audited_copy_is_none_for_the_file(copy: AuditedCopy | None) -> None:
    """The uses and the next step name the copy; of a file that holds nothing more, or that did not pass, neither."""
    summary = summarise(replace(PASS, delivered=Delivered(beyond=BEYOND, copy=copy)))
    assert summary.uses is not None
    words = [str(cell.word) for row in summary.uses.rows for cell in row if isinstance(cell, Status)]
    assert "allowed: audited copy" in words
    assert "allowed" not in words
    hand_on = "Hand on the audited copy" if copy else "Write the audited copy (--audited-copy FILE)"
    assert summary.next_steps[0].startswith(hand_on)
    plain = summarise(replace(PASS, delivered=Delivered(beyond=(), copy=copy)))
    assert plain.uses == summarise(PASS).uses
    assert plain.next_steps == summarise(PASS).next_steps
    assert summarise(replace(FAIL, delivered=Delivered(beyond=BEYOND))).next_steps == summarise(FAIL).next_steps
