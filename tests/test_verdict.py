"""A pass has to be earned; every doubt moves away from it."""

from dataclasses import replace

import pytest

from synthaudit.adapters.policy import load_policy
from synthaudit.types import (
    CanaryTest,
    ClaimCheck,
    ColumnReuse,
    Control,
    Controls,
    Copies,
    Coverage,
    Decidable,
    Decision,
    Estimate,
    Exposure,
    Finding,
    NotEstimable,
    PerRecord,
    Planted,
    ReleaseAlone,
    Reuse,
    Risk,
    Risks,
    Stack,
)
from synthaudit.verdict import TPR, Evidence, judge, leakage_detected

PARTNER = load_policy("partner")
CAN = Decidable(use="partner", pass_probability=0.5, n_needed=1_234)


def estimate(value: float) -> Estimate:
    return Estimate(value=value, low=value - 0.01, high=value + 0.01, confidence_level=0.95, n=2_000)


def finding(
    auc: float = 0.5, low: float = 0.5, high: float = 0.53, tpr_low: float | None = 0.0, tpr_high: float = 0.03
) -> Finding:
    return Finding(
        attack="dcr",
        view="quantile_l2",
        threat_model="no_box",
        pvalue=0.5,
        pvalue_adjusted=0.9,
        estimates={"auc": estimate(auc), TPR: estimate(0.01)},
        lower_bounds={"auc": low, TPR: tpr_low},
        upper_bounds={"auc": high, TPR: tpr_high},
        n_true_positives=10,
        tie_block=1,
        seconds=0.0,
    )


def control(status: str = "ok") -> Control:
    return Control(status=status, pvalue=0.5, auc=estimate(0.5), reason="words")  # type: ignore[arg-type]


def planted(kind: str = "verbatim", share: float = 0.03, found: int = 8) -> Planted:
    return Planted(kind=kind, share=share, found=found, of=10, gates=("partner",))  # type: ignore[arg-type]


CONTROLS = Controls(a_a=control(), null=control(), blind_baseline=control(), planted=(planted(), planted("near")))
DECISION = Decision(
    detected=False,
    pvalue_auc=0.5,
    pvalue_top=0.5,
    alpha_each=0.025,
    critical_z=3.0,
    n_attacks=15,
    n_permutations=9_999,
    strongest="dcr/quantile_l2",
    direction="near",
)
NO_EXCESS = Estimate(value=0.0, low=-0.002, high=0.002, confidence_level=0.95, n=4_000)
COPIES = Copies(
    train=0,
    holdout=0,
    n_train=2_000,
    n_holdout=2_000,
    expected=0.0,
    pvalue=1.0,
    excess=NO_EXCESS,
    synthetic_rows=0,
    n_synthetic=2_000,
    identical_to_train=False,
    recognisable=True,
)
CLEAN = Evidence(
    profile="standard",
    stack=None,
    per_record=None,
    findings=(finding(), finding()),
    decision=DECISION,
    copies=COPIES,
    exposure=Exposure(n_exposed=0, n_members=2_000, false_discovery_rate=0.05, attack="linkage_tolerant"),
    controls=CONTROLS,
    coverage=(Coverage(test="t", status="ran", reason="r"),),
)


def test_a_clean_audit_passes_and_says_what_it_tolerates() -> None:
    """Every gate passes, so the release does; the sentence carries the bound and the limit."""
    verdict = judge(PARTNER, CLEAN, CAN)
    assert verdict.outcome == "pass"
    assert all(gate.outcome == "pass" for gate in verdict.gates)
    assert "at most 0.030" in verdict.deciding
    assert "limit is 0.05" in verdict.deciding
    assert leakage_detected(CLEAN) is False


def test_a_pass_names_what_its_profile_leaves_out() -> None:
    """Once each, in the sentence that decides and at the gate of coverage; a failed release has other news."""
    missing = Coverage(test="shadow attacks", status="not_run", reason="r")
    evidence = replace(CLEAN, profile="quick", coverage=(missing, *CLEAN.coverage, missing))
    verdict = judge(PARTNER, evidence, CAN)
    told = "Every required test of the profile quick ran; left out: shadow attacks."
    assert verdict.deciding == f"{verdict.gates[1].reason} {told}"
    assert verdict.gates[-1].reason == told
    assert "left out" not in judge(PARTNER, replace(evidence, copies=COPIED), CAN).deciding


def test_no_number_of_people_is_named_where_none_would_help() -> None:
    """A gap that rules out a pass beforehand leaves the bound, and takes the promise of more people."""
    wide = replace(CLEAN, stack=stack(0.58, 0.55, 0.61))
    gone = replace(CAN, pass_probability=0.0, n_needed=None, ruled_out="rows of the release")
    assert (
        "1,234 members and as many non-members give four chances in five" in judge(PARTNER, wide, CAN).gates[0].reason
    )
    assert judge(PARTNER, wide, gone).gates[0].reason.endswith("the partner limit is 0.6.")
    assert "More people" in judge(PARTNER, wide, replace(CAN, n_needed=None)).gates[0].reason


def test_whose_bound_decided_is_named() -> None:
    """The model of all attacks where its bound is the wider one, else the worst attack."""
    gates = [
        judge(PARTNER, replace(CLEAN, stack=held), CAN).gates[0].reason
        for held in (None, stack(0.5, 0.5, 0.53), stack(0.58, 0.55, 0.61), stack(0.7, 0.61, 0.75))
    ]
    together = "for all attacks together, read by a model that was taught who other members are;"
    assert "for every attack;" in gates[0]
    assert "for every attack and for all of them together;" in gates[1]
    assert f"may be as high as 0.610 {together}" in gates[2]
    assert f"is at least 0.610 {together}" in gates[3]


def stack(auc: float, low: float | None, high: float | None) -> Stack:
    return Stack(auc=estimate(auc), pvalue=0.5, lower_bound=low, upper_bound=high, n_scores=20, n_folds=5)


COPIED = replace(COPIES, train=100, pvalue=1e-9, excess=replace(NO_EXCESS, value=0.05, low=0.04, high=0.06))
DETECTED = replace(DECISION, detected=True)


NO_EXCESS_OF_REUSE = Estimate(value=0.1, low=0.05, high=0.15, confidence_level=0.95, n=2_000)
REUSED = Reuse(
    at_most=1,
    n_reference=500,
    n_members=1_000,
    n_nonmembers=1_000,
    n_columns=3,
    columns=(
        ColumnReuse(
            column="pay",
            members=120,
            nonmembers=20,
            excess=NO_EXCESS_OF_REUSE,
            pvalue=1e-9,
            pvalue_adjusted=3e-9,
            reused=True,
        ),
    ),
)
REFUTED = ClaimCheck(
    epsilon=1.0,
    delta=0.0,
    unit="person",
    relation="add_remove",
    converted_epsilon=1.0,
    converted_delta=0.0,
    conversion=(),
    largest_tpr=0.027,
    stands="refuted",
    reason="what was released shows an epsilon of at least 2.000 (95 %)",
)
ALONE = ReleaseAlone(
    n_rows=500,
    sha256="",
    attack="dcr/quantile_l2",
    auc=estimate(0.5),
    tpr_at_fpr=estimate(0.01),
    detected=False,
    pvalue=0.6,
    copies_train=0,
    copies_holdout=0,
)
KNOWN_CANARIES = CanaryTest(
    n_in=40,
    n_out=40,
    copied_in=0,
    copied_out=0,
    auc=NotEstimable(not_estimable="not asked"),
    pvalue=0.003,
    known=True,
    reason="",
)


@pytest.mark.parametrize(
    ("change", "gate", "outcome"),
    [
        ({"findings": (finding(), finding(0.7, low=0.61, high=0.75))}, "auc", "fail"),
        ({"findings": (finding(), finding(0.3, low=0.61, high=0.75))}, "auc", "fail"),
        ({"findings": (finding(), finding(0.59, low=0.57, high=0.61))}, "auc", "inconclusive"),
        ({"findings": (finding(), finding(0.5, low=0.6, high=0.6))}, "auc", "inconclusive"),
        ({"findings": (finding(tpr_low=0.051, tpr_high=0.2), finding())}, "tpr_at_fpr", "fail"),
        ({"findings": (finding(tpr_low=None, tpr_high=0.05), finding())}, "tpr_at_fpr", "inconclusive"),
        ({"findings": ()}, "auc", "inconclusive"),
        ({"stack": stack(0.5, 0.5, 0.53)}, "auc", "pass"),
        ({"stack": stack(0.58, 0.55, 0.61)}, "auc", "inconclusive"),
        ({"stack": stack(0.7, 0.61, 0.75)}, "auc", "fail"),
        ({"stack": stack(0.5, None, None)}, "auc", "inconclusive"),
        ({"copies": replace(COPIES, identical_to_train=True)}, "copies", "fail"),
        ({"copies": COPIED}, "copies", "fail"),
        ({"copies": replace(COPIED, pvalue=0.03)}, "copies", "inconclusive"),
        ({"copies": replace(COPIES, excess=NotEstimable(not_estimable="no holdout"))}, "copies", "inconclusive"),
        (
            {"exposure": Exposure(n_exposed=30, n_members=99, false_discovery_rate=0.05, attack="a")},
            "exposed",
            "inconclusive",
        ),
        (
            {
                "exposure": Exposure(n_exposed=30, n_members=99, false_discovery_rate=0.05, attack="a"),
                "decision": DETECTED,
            },
            "exposed",
            "fail",
        ),
        ({"exposure": None}, "exposed", "inconclusive"),
        ({"controls": None}, "positive_control", "inconclusive"),
        (
            {"controls": replace(CONTROLS, planted=(planted(), planted("near", found=7)))},
            "positive_control",
            "inconclusive",
        ),
        ({"controls": replace(CONTROLS, planted=(planted(),))}, "positive_control", "inconclusive"),
        (
            {"controls": replace(CONTROLS, planted=(planted(share=0.1), planted("near")))},
            "positive_control",
            "inconclusive",
        ),
        ({"controls": replace(CONTROLS, a_a=control("failed"))}, "coverage", "inconclusive"),
        ({"controls": replace(CONTROLS, null=control("failed"))}, "coverage", "inconclusive"),
        ({"controls": replace(CONTROLS, blind_baseline=control("failed"))}, "auc", "inconclusive"),
        ({"decision": replace(DETECTED, direction="far")}, "coverage", "inconclusive"),
        ({"decision": replace(DETECTED, hole=True)}, "coverage", "inconclusive"),
        ({"decision": replace(DETECTED, pvalue_top=0.02)}, "coverage", "inconclusive"),
        ({"reuse": REUSED}, "coverage", "inconclusive"),
        ({"canaries": KNOWN_CANARIES}, "coverage", "inconclusive"),
        ({"claim": REFUTED}, "coverage", "inconclusive"),
        ({"releases": (ALONE, replace(ALONE, pvalue=0.02))}, "coverage", "inconclusive"),
        (
            {"coverage": (Coverage(test="t", status="not_run", reason="r", blocks_pass=True),)},
            "coverage",
            "inconclusive",
        ),
    ],
)
def test_each_doubt_alone_takes_the_pass_away(change: dict[str, object], gate: str, outcome: str) -> None:
    """One changed piece of evidence, one gate that no longer passes, and the outcome that follows."""
    verdict = judge(PARTNER, replace(CLEAN, **change), CAN)  # type: ignore[arg-type]
    assert {g.name: g.outcome for g in verdict.gates}[gate] == outcome  # type: ignore[index]
    assert verdict.outcome == outcome
    assert verdict.deciding in {g.reason for g in verdict.gates if g.outcome == outcome}


def test_invalid_membership_figures_cannot_fail_a_release_either() -> None:
    """With a failed blind baseline even a perfect attack proves nothing, and leakage is untested."""
    broken = replace(CONTROLS, blind_baseline=control("failed"))
    evidence = replace(
        CLEAN, findings=(finding(0.99, low=0.98, high=1.0, tpr_low=0.9),), controls=broken, decision=DETECTED
    )
    assert judge(PARTNER, evidence, CAN).outcome == "inconclusive"
    assert leakage_detected(evidence) is None
    assert leakage_detected(replace(evidence, copies=COPIED)) is True


def test_a_fail_outweighs_every_inconclusive() -> None:
    """Copies beyond the limit fail a release although nothing else could be measured."""
    evidence = replace(CLEAN, findings=(), decision=None, controls=None, exposure=None, copies=COPIED)
    assert judge(PARTNER, evidence, None).outcome == "fail"


def test_an_inconclusive_names_the_sample_that_would_decide() -> None:
    """The number comes from the simulation before the attacks, not from the data."""
    evidence = replace(CLEAN, findings=(finding(0.55, high=0.65),))
    assert "1,234 members and as many non-members" in judge(PARTNER, evidence, CAN).deciding


def test_copies_that_collide_by_nature_carry_no_pass_and_no_doubt() -> None:
    """Where rows are often equal the copies gate steps back and says so; the other gates decide."""
    copies = replace(
        COPIES, recognisable=False, train=900, holdout=880, pvalue=0.3, excess=replace(NO_EXCESS, value=0.01)
    )
    verdict = judge(PARTNER, replace(CLEAN, copies=copies), CAN)
    assert verdict.outcome == "pass"
    assert "collide by nature" in {g.name: g.reason for g in verdict.gates}["copies"]


def test_internal_reports_exposed_people_and_sets_no_limit() -> None:
    """The internal policy passes with exposed people in the text."""
    exposure = Exposure(n_exposed=30, n_members=2_000, false_discovery_rate=0.05, attack="a")
    verdict = judge(load_policy("internal"), replace(CLEAN, exposure=exposure), CAN)
    assert verdict.outcome == "pass"
    assert "30 of 2,000 people" in {g.name: g.reason for g in verdict.gates}["exposed"]


def test_what_fails_by_all_attacks_together_is_also_detected() -> None:
    """Leakage is detected by the stack at p < .001, and not before."""
    assert leakage_detected(replace(CLEAN, stack=replace(stack(0.7, 0.61, 0.75), pvalue=0.0009))) is True
    assert leakage_detected(replace(CLEAN, stack=replace(stack(0.7, 0.61, 0.75), pvalue=0.0011))) is False


def test_a_release_that_singles_out_the_isolated_cannot_pass() -> None:
    """Per-record p < .001: leakage is detected and the coverage gate is inconclusive; at .0011 neither."""

    def with_pvalue(pvalue: float) -> Evidence:
        record = PerRecord(
            generator="cart",
            n_records=20,
            requested=400,
            finished=400,
            failures=(),
            attacks=(),
            pvalue=pvalue,
            cost="None.",
            seconds=0.0,
        )
        return replace(CLEAN, per_record=record)

    assert leakage_detected(with_pvalue(0.0009)) is True
    assert judge(PARTNER, with_pvalue(0.0009), CAN).outcome == "inconclusive"
    assert leakage_detected(with_pvalue(0.0011)) is False
    assert judge(PARTNER, with_pvalue(0.0011), CAN).outcome == "pass"


def risk(column: str, low: float, high: float, kind: str = "attribute_inference") -> Risk:
    middle = estimate((low + high) / 2)
    return Risk(
        kind=kind,  # type: ignore[arg-type]
        column=column,
        members=middle,
        nonmembers=middle,
        without_release=middle,
        excess=middle,
        pvalue=0.5,
        pvalue_adjusted=0.5,
        lower_bound=low,
        upper_bound=high,
    )


def guessed(*found: Risk) -> Evidence:
    risks = Risks(
        n_members=2_000, n_nonmembers=2_000, n_reference=2_000, n_predicates=2_000, declared=True, found=found
    )
    return replace(CLEAN, risks=risks)


@pytest.mark.parametrize(
    ("low", "high", "outcome", "told"),
    [
        (0.0, 0.07, "pass", "at most 7 (95 %) more than of 100 non-members have any one secret"),
        (-0.2, -0.1, "pass", "at most 2 (95 %)"),
        (0.0, 0.0999, "pass", "at most 9.99 (95 %)"),
        (0.0, 0.1, "inconclusive", "maybe as many as"),
        (0.1, 0.2, "inconclusive", "maybe as many as 20 more than of 100 non-members have 'b'"),
        (0.104, 0.2, "fail", "at least 10.4 more than of 100 non-members have 'b'"),
        (0.47, 0.6, "fail", "at least 47 more than of 100 non-members have 'b'"),
    ],
)
def test_the_gate_of_guessed_attributes(low: float, high: float, outcome: str, told: str) -> None:
    """One secret above the limit fails, one that may be is open, and a pass needs all of them below."""
    evidence = guessed(risk("a", -0.01, 0.02), risk("b", low, high))
    verdict = judge(PARTNER, evidence, CAN)
    gate = next(g for g in verdict.gates if g.name == "attributes")
    assert gate.upper_bound == max(high, 0.02)
    assert gate.outcome == verdict.outcome == outcome
    assert told in gate.reason
    assert gate.reason.endswith(("the partner limit is 10.", "are needed to decide."))
    assert leakage_detected(evidence) is False


def test_no_gate_where_nothing_was_guessed_or_no_limit_is_set() -> None:
    """A custom policy without the limit, a table of one column, a quick audit: the gate is not there, and no other."""
    names = [gate.name for gate in judge(PARTNER, CLEAN, CAN).gates]
    assert "attributes" not in names
    single = guessed(risk("", 0.5, 0.9, "singling_out"))
    assert [gate.name for gate in judge(PARTNER, single, CAN).gates] == names
    free = replace(PARTNER, name="board", attribute_excess=None)
    assert [gate.name for gate in judge(free, guessed(risk("a", 0.5, 0.9)), CAN).gates] == names


def test_guesses_are_not_judged_where_the_sides_differ_anyway() -> None:
    """A failed blind baseline: what is guessed better of members may be what they are, and not a leak."""
    broken = replace(CONTROLS, blind_baseline=control("failed"))
    verdict = judge(PARTNER, replace(guessed(risk("a", 0.5, 0.9)), controls=broken), CAN)
    assert {g.name: g.outcome for g in verdict.gates}["attributes"] == "inconclusive"


def test_a_hostile_column_name_is_written_out_in_the_verdict() -> None:
    """The gate's sentence goes to terminals as well."""
    verdict = judge(PARTNER, guessed(risk("a\u202eb", 0.5, 0.9)), CAN)
    assert r"'a\u202eb'" in verdict.deciding


def test_reused_values_are_reported_where_people_may_be_exposed() -> None:
    """Reused values rule out a pass where nobody may be exposed, and only once they are sure."""
    allowed = replace(PARTNER, name="own", exposed_allowed=True)
    evidence = replace(CLEAN, reuse=REUSED)
    assert judge(allowed, evidence, CAN).outcome == "pass"
    assert "rare value of 'pay'" in judge(PARTNER, evidence, CAN).deciding
    unsure = replace(REUSED, columns=(replace(REUSED.columns[0], pvalue_adjusted=0.02),))
    assert judge(PARTNER, replace(CLEAN, reuse=unsure), CAN).outcome == "pass"


def test_canaries_that_are_known_are_a_leak() -> None:
    """They are nobody, and still only the training table can have taught the release who was in."""
    assert leakage_detected(CLEAN) is False
    assert leakage_detected(replace(CLEAN, canaries=KNOWN_CANARIES)) is True
    assert leakage_detected(replace(CLEAN, canaries=replace(KNOWN_CANARIES, known=False))) is False


@pytest.mark.parametrize(
    ("pvalue", "outcome", "detected"),
    [(0.03, "pass", False), (0.02, "inconclusive", False), (0.004, "inconclusive", True)],
)
def test_one_of_two_releases_counts_by_itself(pvalue: float, outcome: str, detected: bool) -> None:
    """Bonferroni over the releases: below .05 no pass, below .01 a leak, whatever the union says."""
    evidence = replace(CLEAN, releases=(replace(ALONE, pvalue=pvalue), ALONE))
    assert judge(PARTNER, evidence, CAN).outcome == outcome
    assert leakage_detected(evidence) is detected


def test_a_contradicted_claim_is_a_reason_of_its_own() -> None:
    """It is said with both figures, and it is no membership leak above any limit."""
    verdict = judge(PARTNER, replace(CLEAN, claim=REFUTED), CAN)
    assert verdict.deciding.startswith("The vendor's claim of epsilon 1 is contradicted: what was released shows")
    assert judge(PARTNER, replace(CLEAN, claim=replace(REFUTED, stands="not_refuted")), CAN).outcome == "pass"


def test_members_at_the_top_take_a_pass_only_where_nobody_may_be_exposed() -> None:
    """Family B at its own level of .025 rules out a pass under partner, not under internal, and not at .026."""
    internal = load_policy("internal")
    known = replace(CLEAN, decision=replace(DETECTED, pvalue_top=0.02))
    assert judge(PARTNER, known, CAN).outcome == "inconclusive"
    assert judge(internal, known, CAN).outcome == "pass"
    assert judge(PARTNER, replace(CLEAN, decision=replace(DETECTED, pvalue_top=0.026)), CAN).outcome == "pass"
