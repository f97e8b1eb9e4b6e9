"""Reports made by hand for the tests of evidence and report: no audit runs here.

``EXAMPLES`` maps a name to a report; each is a different reader's day. Run the module to write them as pages::

    python tests/example_report.py out/examples
"""

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from synthaudit.checks.explanation import Contribution, Explanation, Explanations
from synthaudit.evidence import SCHEMA_VERSION
from synthaudit.types import (
    AgainstTrain,
    AuditReport,
    CanaryTest,
    ClaimCheck,
    ColumnReuse,
    ColumnSummary,
    Control,
    Controls,
    Copies,
    Coverage,
    CurvePoint,
    Decidable,
    Decision,
    Deleted,
    EpsilonBound,
    EpsilonTry,
    Estimate,
    Exposure,
    Finding,
    Gate,
    IdentifierReuse,
    KeptTo,
    KindOfGenerator,
    Measured,
    NearCopies,
    NotEstimable,
    Outcome,
    PeopleMet,
    PerRecord,
    PerRecordAttack,
    Planted,
    Policy,
    Provenance,
    ReleaseAlone,
    Repeats,
    Reuse,
    ReusedIdentifiers,
    Risk,
    Risks,
    RowsKept,
    SealedSplit,
    ShadowRecord,
    SingleCopies,
    SingleRows,
    SmallestDetectable,
    Stack,
    StrangersCopied,
    Subgroup,
    TableSummary,
    ThreatModel,
    UseVerdict,
    Vendor,
    WithoutHoldout,
    Worst,
)
from synthaudit.types.column_bars import Bar, BarsOfColumn, ColumnBars

HOSTILE = "<script>document.title='pwned'</script>{{7*7}}\"' onload=alert(1) \u202eevil\u200b\x07\u2028"
"""Markup, template syntax, attribute breakers, and characters that hide or turn text."""

N = 2_000


def estimate(value: float, half: float = 0.02, n: int = 2 * N) -> Estimate:
    """An estimate with a symmetric interval cut to [0, 1]."""
    low, high = max(0.0, round(value - half, 4)), min(1.0, round(value + half, 4))
    return Estimate(value=value, low=low, high=high, confidence_level=0.95, n=n)


TOO_FEW = NotEstimable(not_estimable="fewer than 3,688 non-members")

POLICIES = {
    "internal": (0.65, 0.10, 0.005, True, 0.20),
    "partner": (0.60, 0.05, 0.002, False, 0.10),
    "public": (0.55, 0.03, 0.001, False, 0.05),
}


def policy(name: str) -> Policy:
    """One of the built-in policies."""
    auc, tpr, copies, exposed, attributes = POLICIES[name]
    return Policy(
        name=name,
        auc=auc,
        tpr_at_fpr=tpr,
        copies_excess=copies,
        exposed_allowed=exposed,
        source="synthaudit's default; no regulator sets a limit for membership",
        attribute_excess=attributes,
    )


def finding(attack: str, view: str, auc: float, tpr: float, threat: ThreatModel = "reference") -> Finding:
    """One attack with bounds a fixed distance from its estimates."""
    size = max(auc, 1 - auc)
    estimates: dict[str, Measured] = {
        "auc": estimate(auc),
        "tpr_at_fpr_0.1": estimate(min(1.0, 0.1 + 3 * max(0.0, tpr - 0.01)), 0.03),
        "tpr_at_fpr_0.01": estimate(tpr, 0.012),
        "tpr_at_fpr_0.001": TOO_FEW,
    }
    detected = size > 0.53
    return Finding(
        attack=attack,
        view=view,
        threat_model=threat,
        pvalue=0.0001 if detected else 0.41,
        pvalue_adjusted=0.0004 if detected else 0.97,
        estimates=estimates,
        lower_bounds={"auc": round(max(0.5, size - 0.03), 4), "tpr_at_fpr_0.01": max(0.0, round(tpr - 0.02, 4))},
        upper_bounds={"auc": round(min(1.0, size + 0.017), 4), "tpr_at_fpr_0.01": round(tpr + 0.015, 4)},
        n_true_positives=round(tpr * N),
        tie_block=1,
        seconds=0.4,
    )


ATTACKS: tuple[tuple[str, str, float, float, ThreatModel], ...] = (
    ("dcr", "quantile_l2", 0.55, 0.25, "no_box"),
    ("nndr", "quantile_l2", 0.40, 0.22, "no_box"),
    ("dcr_difference", "quantile_l2", 0.80, 0.60, "reference"),
    ("log_dcr_ratio", "quantile_l2", 0.85, 0.75, "reference"),
    ("log_dcr_ratio", "quantile_l1", 0.83, 0.72, "reference"),
    ("knn_density_ratio", "quantile_l1", 0.78, 0.58, "reference"),
    ("knn_density_ratio", "quantile_l2", 0.74, 0.55, "reference"),
    ("kde_ratio", "principal_axes", 0.50, 0.30, "reference"),
    ("extra_trees", "ordinal", 0.71, 0.50, "reference"),
    ("linkage_sum", "cells", 1.00, 1.00, "reference"),
    ("value_reuse", "cells", 0.62, 0.35, "reference"),
)
"""Attack, view, and how strongly it reacts: share of the leak seen by AUC and by the 1 % threshold."""


def findings(leak: float) -> tuple[Finding, ...]:
    """The family's findings for a leak of ``leak`` above chance, the strongest seeing all of it."""
    made = []
    for index, (attack, view, by_auc, by_top, threat) in enumerate(ATTACKS):
        jitter = ((index * 7) % 5 - 2) * 0.003
        made.append(
            finding(attack, view, round(0.5 + leak * by_auc + jitter, 4), round(0.01 + leak * by_top, 4), threat)
        )
    return tuple(made)


def curve(leak: float) -> tuple[CurvePoint, ...]:
    """A detection curve that starts at the leak and ends in the corner."""
    points = []
    for fpr in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        tpr = min(1.0, fpr + leak * (1 - fpr) * min(1.0, (fpr / 0.05) ** 0.3))
        low, high = max(0.0, tpr * 0.8 - 0.002), min(1.0, tpr * 1.18 + 0.002)
        points.append(CurvePoint(fpr=fpr, tpr=round(tpr, 5), low=round(low, 5), high=round(high, 5)))
    return tuple(points)


def control(auc: float, pvalue: float = 0.4) -> Control:
    """A control that behaved."""
    return Control(status="ok", pvalue=pvalue, auc=estimate(auc, 0.025), reason="As expected of data without a leak.")


def keeping(nearer: float, pvalue: float) -> KeptTo:
    """Beside one real table, in so many of all comparisons."""
    measured = replace(estimate(nearer, 0.03), confidence_level=0.998)
    return KeptTo(n_release=N, n_real=N, nearer=measured, pvalue=pvalue, pvalue_shape=2 * pvalue, kept=pvalue < 0.001)


NOT_RUN = Control(
    status="not_run",
    pvalue=None,
    auc=NotEstimable(not_estimable="no holdout was given"),
    reason="No holdout was given.",
)


def share(value: float) -> Estimate:
    """A share of 200 people, each end with 95 %."""
    return Estimate(value=value, low=value - 0.04, high=min(value + 0.03, 1.0), confidence_level=0.9, n=200)


PLANTED = (
    Planted(kind="verbatim", share=0.01, found=6, of=10),
    Planted(kind="verbatim", share=0.03, found=9, of=10, gates=("public",)),
    Planted(kind="verbatim", share=0.05, found=10, of=10, gates=("partner",)),
    Planted(kind="verbatim", share=0.05, found=5, of=5),
)
NEAR = (
    NearCopies(size=0.01, seen=share(0.97), attack="noise_likelihood/cells", known=share(0.99)),
    NearCopies(size=0.03, seen=share(0.84), attack="linkage_tolerant/cells:max", known=share(0.9)),
    NearCopies(size=0.0072, seen=share(0.98), attack="noise_likelihood/cells", known=share(0.99)),
)


def gates(outcome: Outcome, limits: Policy, size: float, found: float) -> tuple[Gate, ...]:
    """All seven gates; the attack gates carry the outcome, copies and exposure a failure only."""
    failed = outcome == "fail"
    return (
        Gate(
            name="auc",
            outcome=outcome,
            limit=limits.auc,
            value=size,
            lower_bound=round(size - 0.03, 4),
            upper_bound=round(size + 0.02, 4),
            reason="Telling members from non-members, worst attack.",
        ),
        Gate(
            name="tpr_at_fpr",
            outcome=outcome,
            limit=limits.tpr_at_fpr,
            value=found,
            lower_bound=round(found * 0.8, 4),
            upper_bound=round(found * 1.2, 4),
            reason="Members found at 1 false name in 100, worst attack.",
        ),
        Gate(
            name="copies",
            outcome="fail" if failed else "pass",
            limit=limits.copies_excess,
            value=0.02 if failed else 0.0005,
            lower_bound=0.014 if failed else 0.0,
            upper_bound=0.026 if failed else 0.001,
            reason="Members are compared with non-members copied verbatim.",
        ),
        Gate(
            name="exposed",
            outcome="fail" if failed else "pass",
            limit=0.0,
            value=37.0 if failed else 0.0,
            lower_bound=None,
            upper_bound=None,
            reason="Records that stand out on their own.",
        ),
        Gate(
            name="attributes",
            outcome="fail" if failed else "pass",
            limit=limits.attribute_excess,
            value=0.31 if failed else 0.004,
            lower_bound=0.27 if failed else -0.016,
            upper_bound=0.34 if failed else 0.021,
            reason="Members are compared with non-members whose secrets are guessed.",
        ),
        Gate(
            name="positive_control",
            outcome="pass",
            limit=0.8,
            value=1.0,
            lower_bound=None,
            upper_bound=None,
            reason="The planted leak was found in 10 of 10 plantings.",
        ),
        Gate(
            name="coverage",
            outcome="pass",
            limit=None,
            value=None,
            lower_bound=None,
            upper_bound=None,
            reason="Every required test ran.",
        ),
    )


DECIDING = {
    "pass": "Every upper bound is below its limit.",
    "fail": "linkage_sum finds more members than the limit allows.",
    "inconclusive": "The interval of linkage_sum includes the limit.",
}


def use(name: str, outcome: Outcome, size: float, found: float) -> UseVerdict:
    """The verdict under one built-in policy."""
    return UseVerdict(
        use=name, outcome=outcome, deciding=DECIDING[outcome], gates=gates(outcome, policy(name), size, found)
    )


COVERAGE = (
    Coverage(test="Membership attacks that read distances", status="ran", reason="8 attack views on all 9 columns."),
    Coverage(test="Verbatim copies", status="ran", reason="Rows can be told apart in this table."),
    Coverage(
        test="Members found at 1 false name in 1,000",
        status="ran_low_power",
        reason="Needs 3,688 non-members, 2,000 were given.",
    ),
    Coverage(test="Shadow attacks", status="not_run", reason="Left out by profile standard; --shadows 16 runs them."),
    Coverage(test="Attribute guessing", status="ran", reason="2 columns marked sensitive."),
    Coverage(test="Near copies", status="not_applicable", reason="Strangers are as near as a near copy."),
)

COLUMNS = (
    ColumnSummary(name="age", kind="numeric", used="distance"),
    ColumnSummary(name="income", kind="numeric", used="distance"),
    ColumnSummary(name="visits", kind="numeric", used="distance"),
    ColumnSummary(name="plan", kind="categorical", used="distance"),
    ColumnSummary(name="site", kind="categorical", used="distance"),
    ColumnSummary(name="smoker", kind="boolean", used="distance"),
    ColumnSummary(name="first_visit", kind="datetime", used="distance"),
    ColumnSummary(name="note", kind="text", used="exact_match"),
    ColumnSummary(name="record_no", kind="identifier", used="exact_match"),
)

HASHES = {"train": "3b" * 32, "holdout": "9f" * 32, "synthetic": "c4" * 32}


def reuse(column: str, members: int, nonmembers: int, *, reused: bool) -> ColumnReuse:
    """One column in which rare values are repeated for so many of 2,000 on each side."""
    share = (members - nonmembers) / N
    excess = Estimate(value=share, low=share - 0.01, high=share + 0.01, confidence_level=0.95, n=2 * N)
    p = 1e-9 if reused else 0.4
    return ColumnReuse(
        column=column,
        members=members,
        nonmembers=nonmembers,
        excess=excess,
        pvalue=p,
        pvalue_adjusted=min(1.0, 2 * p),
        reused=reused,
    )


NO_REUSE = Reuse(
    at_most=1,
    n_reference=1_000,
    n_members=N,
    n_nonmembers=N,
    n_columns=9,
    columns=(reuse("income", 14, 12, reused=False),),
)


def risk(kind: str, column: str | None, members: float, nonmembers: float, *, pvalue: float = 0.4) -> Risk:
    """One risk beside membership, 2,000 asked on each side."""
    excess = round(members - nonmembers, 4)
    secret = kind == "attribute_inference"
    return Risk(
        kind=kind,  # type: ignore[arg-type]
        column=column,
        members=estimate(members, n=N),
        nonmembers=estimate(nonmembers, n=N),
        without_release=estimate(nonmembers, n=2 * N),
        excess=Estimate(value=excess, low=excess - 0.02, high=excess + 0.02, confidence_level=0.95, n=2 * N),
        pvalue=pvalue,
        pvalue_adjusted=min(1.0, 4 * pvalue),
        lower_bound=excess - 0.025 if secret else None,
        upper_bound=excess + 0.017 if secret else None,
    )


def risks(*found: Risk) -> Risks:
    """Everything beside membership."""
    return Risks(n_members=N, n_nonmembers=N, n_reference=2 * N, n_predicates=2_000, declared=True, found=found)


NO_RISKS = risks(
    risk("attribute_inference", "income", 0.031, 0.029),
    risk("attribute_inference", "smoker", 0.724, 0.72),
    risk("singling_out", None, 0.036, 0.037),
    risk("linkability", None, 0.018, 0.019),
)


def stack(auc: float, pvalue: float) -> Stack:
    """All attacks together, with bounds a fixed distance from the estimate."""
    size = max(auc, 1 - auc)
    return Stack(
        auc=estimate(auc),
        pvalue=pvalue,
        lower_bound=max(0.5, round(size - 0.034, 4)),
        upper_bound=round(size + 0.02, 4),
        n_scores=11,
        n_folds=5,
    )


def per_record_attack(name: str, auc: float, n_right: int, pvalue: float) -> PerRecordAttack:
    """One kind of attack on twenty isolated people."""
    return PerRecordAttack(
        name=name,
        auc=estimate(auc),
        auc_most_exposed=estimate(auc + 0.1, 0.05),
        n_right=n_right,
        n_guessed=20,
        pvalue=pvalue,
    )


def subgroup(by: str, name: str, auc: float | None, p: float = 0.8, n: int = N // 10) -> Subgroup:
    """A group with as many members as non-members, or, without an AUC, one that is not shown."""
    hidden = NotEstimable(not_estimable="fewer than 10 members or non-members")
    shown = auc is not None
    return Subgroup(
        kind="rarity" if by == "rarity" else "column",
        by=by,
        name=name,
        n_members=n if shown else None,
        n_nonmembers=n if shown else None,
        auc=estimate(auc, 0.06, 2 * n) if auc is not None else hidden,
        tpr_at_fpr=estimate(0.02, 0.02) if shown else hidden,
        n_found=round(0.02 * n) if shown else None,
        n_named=2 if shown else None,
        pvalue=p / 5 if shown else None,
        pvalue_adjusted=p if shown else None,
        stands_out=shown and p < 0.05,
    )


TENTHS = tuple(subgroup("rarity", f"tenth {i} of 10", 0.5) for i in range(1, 10))
GROUPS = (*TENTHS, subgroup("rarity", "rarest tenth", 0.52))
LEAKY_GROUPS = (
    *TENTHS[:8],
    subgroup("rarity", "tenth 9 of 10", None),
    subgroup("rarity", "rarest tenth", 0.71, 0.0002),
    subgroup("plan", "B", 0.61, 0.02, 70),
    subgroup("plan", "(rare levels)", 0.52, 0.9, 31),
)
KNOWN = Deleted(
    n_listed=34,
    n_in_train=2,
    n_tested=34,
    n_nonmembers=N,
    attack="linkage_tolerant",
    auc=estimate(0.74, 0.08, N + 34),
    n_attacks=17,
    pvalue_auc=0.0002,
    pvalue_top=0.0001,
    direction="near",
    copied=4,
    copied_nonmembers=1,
    n_copies_nonmembers=3_000,
    pvalue_copies=4e-7,
    pvalue=1.2e-6,
    pvalue_without_release=0.41,
    comparable=True,
    known=True,
    smallest_auc=0.66,
    copied_in_train=1,
)
UNKNOWN = replace(KNOWN, n_in_train=0, copied_in_train=0, pvalue=0.4, known=False)


PER_RECORD = PerRecord(
    generator="cart",
    n_records=20,
    requested=400,
    finished=398,
    failures=("the generator cart stopped with ValueError",),
    attacks=(per_record_attack("groundhog", 0.54, 12, 0.2), per_record_attack("query_based", 0.81, 18, 0.0002)),
    pvalue=0.0004,
    cost="400 fits of the generator; 2 failed, and the attack rests on 398.",
    seconds=305.0,
)


EPSILON = EpsilonBound(
    lower_bound=0.84,
    ceiling=5.2,
    delta=1e-6,
    confidence_level=0.95,
    relation="replace_one",
    units="people",
    n_coins=1_000,
    attack="linkage_claim/blended:max",
    tries=(
        EpsilonTry(n_guesses=20, n_right=15, lower_bound=0.1),
        EpsilonTry(n_guesses=500, n_right=371, lower_bound=0.84),
    ),
)
CLAIM = ClaimCheck(
    epsilon=0.4,
    delta=1e-6,
    unit="person",
    relation="add_remove",
    converted_epsilon=0.8,
    converted_delta=2.5e-6,
    conversion=("claimed for adding or removing a unit; replacing one is both in turn, so epsilon counts twice",),
    largest_tpr=0.0223,
    stands="refuted",
    reason="this release shows an epsilon of at least 0.840 (95 %); the claim, in the same terms, is 0.800 at most",
)
CANARIES = CanaryTest(
    n_in=48,
    n_out=52,
    copied_in=3,
    copied_out=0,
    auc=estimate(0.71, 0.1, n=100),
    pvalue=0.0004,
    known=True,
    reason="The release tells which of them were in",
)


def _passing() -> AuditReport:
    leak = 0.02
    return AuditReport(
        schema_version=SCHEMA_VERSION,
        outcome="pass",
        leakage_detected=False,
        policy=policy("partner"),
        reasons=(
            "No attack found members better than the limit allows; every upper bound is below its limit.",
            "The planted leak of 5 % was found in 20 of 20 plantings.",
        ),
        profile="standard",
        unit="entity",
        assumption="Train and holdout were drawn at random from the same people, and the vendor never saw the holdout. "
        "synthaudit did not draw them, so this is an assumption, not a fact of this audit.",
        findings=findings(leak),
        decision=Decision(
            detected=False,
            pvalue_auc=0.43,
            pvalue_top=0.31,
            alpha_each=0.025,
            critical_z=2.79,
            n_attacks=11,
            n_permutations=9_999,
            strongest="linkage_sum/cells",
            direction="near",
        ),
        worst=Worst(attack="linkage_sum", view="cells", auc=estimate(0.519), tpr_at_fpr=estimate(0.017, 0.007)),
        stack=stack(0.511, 0.3),
        curve=curve(0.01),
        copies=Copies(
            train=3,
            holdout=2,
            n_train=N,
            n_holdout=N,
            expected=2.5,
            pvalue=0.5,
            excess=Estimate(value=0.0005, low=-0.001, high=0.002, confidence_level=0.95, n=2 * N),
            synthetic_rows=3,
            n_synthetic=N,
            identical_to_train=False,
            recognisable=True,
            strangers=StrangersCopied(rows=2, pvalue=0.4, pvalue_sharper=0.9),
            single=SingleCopies(
                train=3, holdout=2, n_train=N, n_holdout=N, lower_bound=-0.0021, upper_bound=0.0019, twins=0.0
            ),
        ),
        exposure=Exposure(n_exposed=0, n_members=N, false_discovery_rate=0.05, attack="linkage_tolerant"),
        controls=Controls(
            a_a=control(0.503),
            null=control(0.496),
            blind_baseline=control(0.508),
            planted=PLANTED,
            near_copies=NEAR,
            stand_in=control(0.499),
        ),
        smallest_detectable=SmallestDetectable(auc=0.535, tpr_at_fpr=0.031, power=0.8, n_members=N, n_nonmembers=N),
        decidable=(
            Decidable(use="internal", pass_probability=0.99, n_needed=310),
            Decidable(use="partner", pass_probability=0.91, n_needed=1_050),
            Decidable(use="public", pass_probability=0.34, n_needed=3_100),
        ),
        uses=(
            use("partner", "pass", 0.519, 0.017),
            use("internal", "pass", 0.519, 0.017),
            use("public", "inconclusive", 0.519, 0.017),
        ),
        coverage=COVERAGE,
        shadows=None,
        subgroups=GROUPS,
        tables=(
            TableSummary(role="train", n_rows=4_480, n_units=N, sha256=HASHES["train"]),
            TableSummary(role="holdout", n_rows=4_512, n_units=N, sha256=HASHES["holdout"]),
            TableSummary(role="synthetic", n_rows=4_480, n_units=None, sha256=HASHES["synthetic"]),
        ),
        columns=COLUMNS,
        vendor=Vendor(name="Vendor A", release="2026-11"),
        provenance=Provenance(
            synthaudit_version="0.1.0",
            seed=0,
            n_rows={"train": 4_480, "holdout": 4_512, "synthetic": 4_480},
            sha256=HASHES,
            libraries={"numpy": "2.4.6", "pandas": "3.1.1", "scikit-learn": "1.9.0"},
            created_utc="2026-11-20T09:41:07Z",
            seconds=48.2,
            config={
                "command": "synthaudit audit --train /home/jane/train.csv --synthetic=/mnt/x/v.csv --entity person",
                "jobs": 2,
                "profile": "standard",
                "attacks": ["dcr", "linkage_sum"],
                "time_budget_minutes": None,
            },
        ),
        per_record=None,
        reuse=NO_REUSE,
        risks=NO_RISKS,
        single_rows=SingleRows(holdout=keeping(0.498, 0.4), train=keeping(0.507, 0.2), kept="neither"),
        repeats=Repeats(synthetic=0, n_synthetic=N, train=4, n_train=4_480, unusual=False),
    )


PASS = _passing()
OWN_NUMBERS = IdentifierReuse(
    column="national_number",
    compared_by="letters_and_digits",
    members=41,
    n_members=N,
    nonmembers=0,
    n_nonmembers=N,
    n_synthetic=N,
    space="large",
    expected=0.0014,
    pvalue_chance=3e-60,
    pvalue_comparison=2e-13,
    pvalue_holdout=1.0,
    reused=True,
    beyond_chance=True,
)

FAIL = replace(
    PASS,
    outcome="fail",
    leakage_detected=True,
    reasons=(
        "The linkage attack finds 84 of 1,000 members where the policy allows 50.",
        "41 members are copied verbatim where chance explains 21.",
    ),
    unit="row",
    findings=(
        *findings(0.15),
        finding("lira", "shadow", 0.634, 0.081, "shadow"),
        finding("calibrated_difference", "shadow", 0.628, 0.075, "shadow"),
    ),
    decision=Decision(
        detected=True,
        pvalue_auc=0.0001,
        pvalue_top=0.0001,
        alpha_each=0.025,
        critical_z=2.79,
        n_attacks=13,
        n_permutations=9_999,
        strongest="linkage_sum/cells",
        direction="near",
    ),
    worst=Worst(attack="linkage_sum", view="cells", auc=estimate(0.641), tpr_at_fpr=estimate(0.084, 0.021)),
    curve=curve(0.12),
    copies=replace(
        PASS.copies,
        train=41,
        holdout=1,
        expected=21.0,
        pvalue=3e-11,
        excess=estimate(0.02, 0.006),
        synthetic_rows=52,
        single=SingleCopies(
            train=41, holdout=1, n_train=N, n_holdout=N, lower_bound=0.011, upper_bound=0.028, twins=0.0004
        ),
    ),
    exposure=Exposure(n_exposed=37, n_members=N, false_discovery_rate=0.05, attack="linkage_tolerant"),
    sealed=SealedSplit(design="pairs", commitment="c0ffee" * 10 + "beef"),
    epsilon=EPSILON,
    claim=CLAIM,
    canaries=CANARIES,
    subgroups=LEAKY_GROUPS,
    deleted=KNOWN,
    reuse=replace(
        NO_REUSE,
        columns=(
            reuse("visits", 12, 9, reused=False),
            reuse("first_visit", 61, 5, reused=True),
            reuse("income", 212, 3, reused=True),
        ),
    ),
    identifiers=ReusedIdentifiers(alpha=0.001, n_tests=1, columns=(OWN_NUMBERS,)),
    risks=risks(
        risk("attribute_inference", "smoker", 0.76, 0.72, pvalue=0.003),
        risk("attribute_inference", "income", 0.34, 0.03, pvalue=1e-60),
        risk("singling_out", None, 0.21, 0.04, pvalue=1e-30),
        risk("linkability", None, 0.017, 0.019),
    ),
    uses=(
        use("partner", "fail", 0.641, 0.084),
        use("internal", "inconclusive", 0.641, 0.084),
        use("public", "fail", 0.641, 0.084),
    ),
    shadows=ShadowRecord(
        generator="cart",
        requested=16,
        finished=15,
        failures=("shadow 7: the generator returned 0 rows",),
        cost="One shadow fewer widens the shadow attacks' intervals by about 3 %.",
        seconds=80.1,
    ),
    stack=replace(stack(0.662, 1e-9), n_scores=13),
    per_record=PER_RECORD,
)

RELEASES = tuple(
    ReleaseAlone(
        n_rows=4_480,
        sha256=HASHES["synthetic"],
        attack="linkage_sum/cells",
        auc=estimate(value),
        tpr_at_fpr=estimate(value - 0.48),
        detected=value > 0.53,
        pvalue=0.003 if value > 0.53 else 0.2,
        copies_train=21,
        copies_holdout=20,
    )
    for value in (0.521, 0.534)
)

TOLERATED = replace(
    PASS,
    releases=RELEASES,
    leakage_detected=True,
    policy=policy("internal"),
    reasons=("Leakage was detected; every upper bound is below the limits of internal.",),
    findings=findings(0.06),
    decision=replace(FAIL.decision, n_attacks=11) if FAIL.decision else None,
    worst=Worst(attack="linkage_sum", view="cells", auc=estimate(0.561), tpr_at_fpr=estimate(0.04, 0.012)),
    stack=stack(0.574, 1e-6),
    curve=curve(0.04),
    uses=(
        use("internal", "pass", 0.561, 0.04),
        use("partner", "inconclusive", 0.561, 0.04),
        use("public", "fail", 0.561, 0.04),
    ),
)

INVERTED = replace(
    PASS,
    outcome="inconclusive",
    leakage_detected=True,
    reasons=(
        "Rows near the training data were removed from the release; that leaks who was in it, and blocks a pass.",
    ),
    findings=tuple(finding(f.attack, f.view, 0.448, 0.002, f.threat_model) for f in PASS.findings),
    decision=replace(FAIL.decision, direction="far") if FAIL.decision else None,
    worst=Worst(attack="log_dcr_ratio", view="quantile_l2", auc=estimate(0.448), tpr_at_fpr=estimate(0.0, 0.002)),
    stack=stack(0.556, 1e-5),
    curve=tuple(
        CurvePoint(fpr=p.fpr, tpr=0.0 if p.fpr < 0.01 else p.fpr * 0.6, low=0.0, high=p.fpr) for p in PASS.curve
    ),
    uses=tuple(replace(u, outcome="inconclusive", deciding="Rows near members are missing.") for u in PASS.uses),
)

NO_HOLDOUT = replace(
    PASS,
    outcome="inconclusive",
    leakage_detected=None,
    reasons=("No holdout was given, so the absence of leakage cannot be concluded.",),
    unit="row",
    findings=(),
    decision=None,
    worst=None,
    stack=None,
    curve=(),
    copies=replace(
        PASS.copies,
        holdout=0,
        n_holdout=0,
        expected=0.0,
        excess=NotEstimable(not_estimable="no holdout was given"),
        recognisable=False,
    ),
    exposure=None,
    subgroups=(),
    reuse=None,
    risks=None,
    controls=None,
    smallest_detectable=None,
    decidable=(),
    uses=tuple(
        UseVerdict(
            use=name,
            outcome="inconclusive",
            deciding="No holdout was given.",
            gates=(
                Gate(
                    name="coverage",
                    outcome="inconclusive",
                    limit=None,
                    value=None,
                    lower_bound=None,
                    upper_bound=None,
                    reason="No holdout was given, so membership could not be tested.",
                ),
            ),
        )
        for name in ("partner", "internal", "public")
    ),
    coverage=(
        Coverage(test="Membership attacks", status="not_run", reason="No holdout was given.", blocks_pass=True),
        Coverage(test="Controls", status="not_run", reason="No holdout was given.", blocks_pass=True),
        Coverage(test="Verbatim copies", status="ran_low_power", reason="Without a holdout chance cannot be counted."),
    ),
    tables=tuple(replace(t, n_units=None) for t in PASS.tables if t.role != "holdout"),
    without_holdout=WithoutHoldout(
        nearer=estimate(0.61),
        suspected="near",
        n_synthetic=4_480,
        n_train=2_240,
        kind=KindOfGenerator(
            generator="cart",
            requested=4,
            finished=3,
            failures=("the generator cart stopped with ValueError",),
            attack="linkage_claim/blended",
            auc=estimate(0.72),
            tpr_at_fpr=estimate(0.14),
            seconds=31.0,
        ),
        against_train=AgainstTrain(
            pvalue_met=0.31,
            pvalue_kept=0.84,
            pvalue_pieces=1.0,
            met=PeopleMet(columns=("income",), met=6, n_people=4_480, twins=2, repeated=1, pvalue=0.01),
            kept=RowsKept(scale="ranks", of_release=41, n_release=4_000, of_train=28, n_train=4_000, pvalue=0.84),
            pieces=None,
            n_combinations=31,
            found_at_least=0.0,
        ),
    ),
)

NOTHING = replace(
    NO_HOLDOUT,
    without_holdout=None,
    reasons=(),
    assumption="",
    uses=(),
    coverage=(),
    tables=(),
    columns=(),
    vendor=Vendor(),
    provenance=replace(PASS.provenance, n_rows={}, sha256={}, libraries={}, created_utc="", config={}),
)

UNRESOLVED = replace(
    PASS,
    outcome="inconclusive",
    policy=policy("public"),
    reasons=("The interval of the worst attack includes the limit of public: this many people cannot decide it.",),
    exposure=None,
    controls=Controls(
        a_a=replace(control(0.503), status="noted", pvalue=0.012, reason="Slightly unusual; noted."),
        null=control(0.496),
        blind_baseline=Control(
            status="failed", pvalue=0.0002, auc=estimate(0.61), reason="Train and holdout differ without the release."
        ),
        planted=PLANTED,
        near_copies=NEAR,
    ),
    uses=(
        use("public", "inconclusive", 0.519, 0.017),
        use("internal", "pass", 0.519, 0.017),
        use("partner", "pass", 0.519, 0.017),
    ),
    coverage=(
        Coverage(test="Blind baseline", status="ran", reason="The split is not random.", blocks_pass=True),
        *COVERAGE,
    ),
)

HOSTILE_TEXT = replace(
    FAIL,
    policy=replace(FAIL.policy, name=HOSTILE, source=HOSTILE),
    reasons=(HOSTILE,),
    profile=HOSTILE,
    assumption=HOSTILE,
    findings=(replace(FAIL.findings[0], attack=HOSTILE, view=HOSTILE), *FAIL.findings[1:]),
    decision=replace(FAIL.decision, strongest=HOSTILE) if FAIL.decision else None,
    worst=Worst(attack=HOSTILE, view=HOSTILE, auc=estimate(0.641), tpr_at_fpr=NotEstimable(not_estimable=HOSTILE)),
    exposure=replace(FAIL.exposure, attack=HOSTILE) if FAIL.exposure else None,
    reuse=replace(NO_REUSE, columns=(reuse(HOSTILE, 30, 0, reused=True), reuse("<script>", 20, 0, reused=True))),
    risks=risks(
        risk("attribute_inference", HOSTILE, 0.3, 0.1, pvalue=1e-9),
        risk("attribute_inference", "<script>", 0.3, 0.2, pvalue=1e-9),
        replace(risk("linkability", None, 0.0, 0.0), excess=NotEstimable(not_estimable=HOSTILE)),
    ),
    controls=Controls(
        a_a=NOT_RUN,
        null=replace(NOT_RUN, reason=HOSTILE, auc=NotEstimable(not_estimable=HOSTILE)),
        blind_baseline=NOT_RUN,
        planted=(Planted(kind="near", share=0.01, found=0, of=0, gates=(HOSTILE,)),),
        near_copies=(
            NearCopies(size=0.01, seen=NotEstimable(not_estimable=HOSTILE), attack=HOSTILE, known=share(0.5)),
        ),
    ),
    decidable=(Decidable(use=HOSTILE, pass_probability=0.4, n_needed=None),),
    uses=(
        UseVerdict(
            use=HOSTILE, outcome="fail", deciding=HOSTILE, gates=(replace(FAIL.uses[0].gates[0], reason=HOSTILE),)
        ),
    ),
    coverage=(Coverage(test=HOSTILE, status="not_run", reason=HOSTILE),),
    stack=replace(stack(0.5, 0.5), auc=NotEstimable(not_estimable=HOSTILE)),
    epsilon=NotEstimable(not_estimable=HOSTILE),
    releases=(replace(RELEASES[0], sha256=HOSTILE, attack=f"{HOSTILE}/x", auc=NotEstimable(not_estimable=HOSTILE)),),
    claim=replace(CLAIM, unit=HOSTILE, conversion=(HOSTILE,), reason=HOSTILE),
    canaries=replace(CANARIES, auc=NotEstimable(not_estimable=HOSTILE), reason=HOSTILE),
    per_record=replace(
        PER_RECORD,
        generator=HOSTILE,
        failures=(HOSTILE,),
        attacks=(replace(PER_RECORD.attacks[0], name=HOSTILE, auc=NotEstimable(not_estimable=HOSTILE)),),
        cost=HOSTILE,
    ),
    shadows=ShadowRecord(generator=HOSTILE, requested=1, finished=0, failures=(HOSTILE,), cost=HOSTILE, seconds=1.0),
    subgroups=(*LEAKY_GROUPS, subgroup(HOSTILE, HOSTILE, 0.6, 0.0001)),
    deleted=replace(KNOWN, attack=HOSTILE),
    tables=(replace(FAIL.tables[0], sha256=HOSTILE),),
    columns=(
        ColumnSummary(name=HOSTILE, kind="text", used="left_out"),
        ColumnSummary(name="javascript:alert(1)", kind="text", used="distance"),
        *COLUMNS,
    ),
    vendor=Vendor(name=HOSTILE, release=HOSTILE),
    provenance=replace(
        FAIL.provenance,
        synthaudit_version=HOSTILE,
        created_utc=HOSTILE,
        libraries={HOSTILE: HOSTILE},
        config={HOSTILE: [HOSTILE, {"deep": HOSTILE}], "command": HOSTILE},
    ),
)

EXAMPLES: dict[str, AuditReport] = {
    "pass": PASS,
    "fail": FAIL,
    "tolerated": TOLERATED,
    "inverted": INVERTED,
    "unresolved": UNRESOLVED,
    "no_holdout": NO_HOLDOUT,
    "nothing": NOTHING,
    "hostile_text": HOSTILE_TEXT,
}


def explanation(row: int, synthetic_row: int, column: str = "income") -> Explanation:
    """A flagged member whose row fits a synthetic row in every way that there are words for."""
    parts = (
        Contribution(column=column, nats=7.6, relation="same", n_same=1),
        Contribution(column="record_no", nats=6.9, relation="same", n_same=0),
        Contribution(column="age", nats=3.4, relation="close", apart=0.004),
        Contribution(column="visits", nats=1.2, relation="close", apart=0.031),
        Contribution(column="smoker", nats=0.4, relation="same", n_same=700),
        Contribution(column="note", nats=0.1, relation="both_missing", n_same=50),
        Contribution(column="first_visit", nats=0.0, relation="one_missing"),
        Contribution(column="plan", nats=0.0, relation="different"),
        Contribution(column="site", nats=0.0, relation="different", apart=0.4),
    )
    return Explanation(
        row=row,
        synthetic_row=synthetic_row,
        why="exposed" if row < 1_000 else "threshold",
        attack="linkage_tolerant" if row < 1_000 else "linkage_sum",
        score=20.0,
        agreement=sum(part.nats for part in parts),
        contributions=parts,
    )


EXPLANATIONS = Explanations(
    records=tuple(explanation(41 * i, 7 * i) for i in range(1, 51)),
    attacks=("linkage_tolerant", "linkage_sum"),
    n_exposed=37,
    n_above=131,
    n_members=N,
    n_reference=1_000,
)
HOSTILE_EXPLANATIONS = replace(EXPLANATIONS, records=(explanation(3, 4, HOSTILE), explanation(5, 6, "<script>")))


def ranges(*edges: int, train: tuple[float, ...], release: tuple[float, ...]) -> tuple[Bar, ...]:
    """Bars between these edges, open at both ends."""
    ends = [None, *map(Decimal, edges), None]
    return tuple(
        Bar(holds="range", low=low, high=high, train=known, release=made)
        for low, high, known, made in zip(ends, ends[1:], train, release, strict=False)
    )


COLUMN_BARS = ColumnBars(
    columns=(
        BarsOfColumn(
            column="age",
            kind="numeric",
            bars=(
                *ranges(20, 40, 10_000, train=(0.2, 0.4, 0.3), release=(0.1, 0.5, 0.3)),
                Bar(holds="range", low=Decimal(10_000), with_missing=True, train=0.1, release=0.1),
            ),
        ),
        BarsOfColumn(
            column="first_visit",
            kind="datetime",
            bars=ranges(12 * 2010, 12 * 2015 + 6, train=(0.5, 0.25, 0.25), release=(0.5, 0.25, 0.25)),
        ),
        BarsOfColumn(
            column="smokes",
            kind="categorical",
            bars=(
                Bar(holds="level", level="never", train=0.7, release=0.4),
                Bar(holds="missing", train=0.2, release=0.5),
                Bar(holds="others", train=0.1, release=0.1),
            ),
        ),
        BarsOfColumn(column="patient", kind="identifier", why_not="kind"),
        BarsOfColumn(column="deaths", kind="numeric", why_not="flat"),
    ),
    n_train=4_480,
    n_release=4_480,
)
HOSTILE_BARS = replace(
    COLUMN_BARS,
    columns=(
        BarsOfColumn(
            column=HOSTILE,
            kind="categorical",
            bars=(Bar(holds="level", level=HOSTILE, train=1.0, release=1.0),),
        ),
        BarsOfColumn(column=HOSTILE, kind="text", why_not="kind"),
    ),
)


def write(folder: Path) -> None:
    """Write every example as a page, the index of them all, comparisons, and the other editions."""
    from example_batch import BATCH
    from example_comparison import COMPARISONS

    from synthaudit.report import render_index, render_internal, render_report
    from synthaudit.report.render import render_comparison, render_vendor

    folder.mkdir(parents=True, exist_ok=True)
    for name, report in EXAMPLES.items():
        (folder / f"{name}.html").write_text(render_report(report), encoding="utf-8")
    (folder / "index.html").write_text(render_index(BATCH), encoding="utf-8")
    for name, comparison in COMPARISONS.items():
        (folder / f"{name}.html").write_text(render_comparison(comparison), encoding="utf-8")
    (folder / "internal.html").write_text(
        render_internal(FAIL, EXPLANATIONS, column_bars=COLUMN_BARS), encoding="utf-8"
    )
    for name in ("fail", "hostile_text"):
        (folder / f"{name}.vendor.html").write_text(render_vendor(EXAMPLES[name]), encoding="utf-8")
    (folder / "fail.changes.html").write_text(render_report(FAIL, previous=PASS), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
