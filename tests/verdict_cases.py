"""A clean audit, and what may be found instead, for the tests of verdicts."""

from dataclasses import replace
from typing import Any

from synthaudit.adapters.policy import load_policy
from synthaudit.types import (
    CanaryTest,
    CellSearch,
    ClaimCheck,
    ColumnReuse,
    Control,
    Controls,
    Copies,
    Coverage,
    Decidable,
    Decision,
    Deleted,
    DeletedCopies,
    Estimate,
    Exposure,
    Finding,
    IdentifierReuse,
    KeptTables,
    KeptTo,
    NearCopies,
    NotEstimable,
    PerRecord,
    Planted,
    ReleaseAlone,
    Reuse,
    ReusedIdentifiers,
    Risk,
    Risks,
    SingleCopies,
    SingleRows,
    Stack,
    StrangersCopied,
    Subgroup,
)
from synthaudit.verdict import Grounds

PARTNER, INTERNAL = load_policy("partner"), load_policy("internal")
BOARD = replace(PARTNER, name="board", exposed_allowed=True)
"""As strict as ``partner``, but for people exposed, who are reported only."""
CAN = Decidable(use="partner", pass_probability=0.5, n_needed=1_234)
TPR = "tpr_at_fpr_0.01"
UNKNOWN = NotEstimable(not_estimable="not asked")


def estimate(value: float) -> Estimate:
    return Estimate(value=value, low=value - 0.01, high=value + 0.01, confidence_level=0.95, n=2_000)


def finding(
    auc: float | None = 0.5,
    low: float | None = 0.5,
    high: float | None = 0.53,
    tpr: float | None = 0.01,
    tpr_low: float | None = 0.0,
    tpr_high: float | None = 0.03,
) -> Finding:
    return Finding(
        attack="dcr",
        view="quantile_l2",
        threat_model="no_box",
        pvalue=0.5,
        pvalue_adjusted=0.9,
        estimates={name: UNKNOWN if x is None else estimate(x) for name, x in (("auc", auc), (TPR, tpr))},
        lower_bounds={"auc": low, TPR: tpr_low},
        upper_bounds={"auc": high, TPR: tpr_high},
        n_true_positives=10,
        tie_block=1,
        seconds=0.0,
    )


def stack(auc: float | None, low: float | None, high: float | None, pvalue: float = 0.5) -> Stack:
    measured = UNKNOWN if auc is None else estimate(auc)
    return Stack(auc=measured, pvalue=pvalue, lower_bound=low, upper_bound=high, n_scores=20, n_folds=5)


def control(status: str = "ok") -> Control:
    return Control(status=status, pvalue=0.5, auc=estimate(0.5), reason="Words of the control.")  # type: ignore[arg-type]


def planted(share: float = 0.03, found: int = 8, **more: Any) -> Planted:
    return Planted(kind="verbatim", share=share, found=found, **{"of": 10, "gates": ("partner",), **more})


def near(seen: float | None = 0.9, known: float | None = 0.95, n: int = 200, size: float = 0.01) -> NearCopies:
    """Near copies of which these shares are seen, each with .07 to either side; None = not estimable."""

    def share(value: float | None) -> Estimate | NotEstimable:
        if value is None:
            return NotEstimable(not_estimable="Nobody knows.")
        return Estimate(value=value, low=round(value - 0.07, 6), high=round(value + 0.07, 6), confidence_level=0.9, n=n)

    return NearCopies(size=size, seen=share(seen), attack="noise_likelihood/cells", known=share(known))


CONTROLS = Controls(
    a_a=control(), null=control(), blind_baseline=control(), planted=(planted(),), near_copies=(near(), near(size=0.03))
)
BROKEN_SPLIT = replace(CONTROLS, blind_baseline=control("failed"))
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
DETECTED = replace(DECISION, detected=True)
COPIES = Copies(
    train=0,
    holdout=0,
    n_train=2_000,
    n_holdout=2_000,
    expected=0.0,
    pvalue=1.0,
    excess=Estimate(value=0.0, low=-0.002, high=0.002, confidence_level=0.95, n=4_000),
    synthetic_rows=0,
    n_synthetic=2_000,
    identical_to_train=False,
    recognisable=True,
    single=SingleCopies(
        train=0,
        holdout=0,
        n_train=2_000,
        n_holdout=2_000,
        lower_bound=-0.003,
        upper_bound=0.0015,
        twins=0.0,
        lower_bound_of_both=-0.0013,
        upper_bound_of_both=0.0016,
    ),
)


def copied(value: float, low: float, pvalue: float, high: float = 0.06, twins: float = 0.0, **more: Any) -> Copies:
    """1,200 of 2,000 members and 1,100 of 2,000 non-members, with this excess between these bounds."""
    excess = Estimate(value=value, low=low, high=high, confidence_level=0.95, n=4_000)
    single = SingleCopies(
        train=1_200, holdout=1_100, n_train=2_000, n_holdout=2_000, lower_bound=low, upper_bound=high, twins=twins
    )
    given = {"train": 1_200, "holdout": 1_100, "excess": excess, "pvalue": pvalue, "single": single, **more}
    return replace(COPIES, **given)


def strangers(pvalue: float, sharper: float) -> Copies:
    """9 rows of non-members, with these chances."""
    return replace(COPIES, strangers=StrangersCopied(rows=9, pvalue=pvalue, pvalue_sharper=sharper))


def kept(tables: KeptTables) -> SingleRows:
    """Rows of the release that keep to single rows of these tables."""
    nearer = Estimate(value=0.72, low=0.69, high=0.75, confidence_level=0.998, n=4_000)
    side = KeptTo(n_release=2_000, n_real=2_000, nearer=nearer, pvalue=1e-9, pvalue_shape=1e-9, kept=True)
    return SingleRows(
        holdout=replace(side, kept=tables in ("both", "holdout")),
        train=replace(side, kept=tables in ("both", "train")),
        kept=tables,
    )


def of_both(low: float | None, high: float | None, twins: float = 0.0, sharper: float = 0.0009) -> Copies:
    """1,200 of 2,000 members and 1,100 of 2,000 non-members, who were known too."""
    known_too = StrangersCopied(rows=9, pvalue=1e-9, pvalue_sharper=sharper)
    copies = copied(0.05, 0.0, 0.5, 0.004, twins, strangers=known_too)
    assert copies.single is not None
    return replace(copies, single=replace(copies.single, lower_bound_of_both=low, upper_bound_of_both=high))


COPIED = copied(0.05, 0.04, 1e-9)
EXPOSED = Exposure(n_exposed=1_030, n_members=2_000, false_discovery_rate=0.05, attack="linkage_tolerant")
CLEAN = Grounds(
    profile="standard",
    stack=None,
    per_record=None,
    findings=(finding(), finding()),
    decision=DECISION,
    copies=COPIES,
    exposure=replace(EXPOSED, n_exposed=0),
    controls=CONTROLS,
    coverage=(Coverage(test="t", status="ran", reason="r"),),
)


def per_record(pvalue: float) -> PerRecord:
    return PerRecord(
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


def risk(column: str | None, low: float | None, high: float | None, kind: str = "attribute_inference") -> Risk:
    excess = UNKNOWN if low is None or high is None else estimate((low + high) / 2)
    return Risk(
        kind=kind,  # type: ignore[arg-type]
        column=column,
        members=UNKNOWN,
        nonmembers=UNKNOWN,
        without_release=UNKNOWN,
        excess=excess,
        pvalue=0.5,
        pvalue_adjusted=0.5,
        lower_bound=low,
        upper_bound=high,
    )


def risks(*found: Risk) -> Risks:
    return Risks(n_members=2_000, n_nonmembers=2_000, n_reference=2_000, n_predicates=9, declared=True, found=found)


def column(name: str, p: float = 3e-9, alone: float = 1e-9) -> ColumnReuse:
    return ColumnReuse(
        column=name,
        members=1_120,
        nonmembers=1_020,
        excess=estimate(0.1),
        pvalue=alone,
        pvalue_adjusted=p,
        reused=True,
    )


def reuse(*columns: ColumnReuse) -> Reuse:
    return Reuse(at_most=1, n_reference=500, n_members=2_000, n_nonmembers=2_000, n_columns=3, columns=columns)


def identifier(name: str = "ssn", members: int = 0, nonmembers: int = 0, **judged: Any) -> IdentifierReuse:
    """So many of 2,000 values of each side; ``judged`` as the step has it."""
    return IdentifierReuse(
        column=name,
        members=members,
        n_members=2_000,
        nonmembers=nonmembers,
        n_nonmembers=1_900,
        n_synthetic=2_000,
        **{"compared_by": "letters_and_digits", "space": "large", "expected": 0.0057, **judged},
    )


def identifiers(*columns: IdentifierReuse) -> ReusedIdentifiers:
    return ReusedIdentifiers(alpha=0.001, n_tests=len(columns), columns=columns)


def cells(low: float | None = None, *, detected: bool = True) -> CellSearch:
    """A search of cells that found runs of notes in two columns, and this share of the members at least."""
    return CellSearch(
        detected=detected,
        pvalue=0.0002 if detected else 0.006,
        n_scores=12,
        n_pieces=40_000,
        n_members=2_000,
        n_nonmembers=2_000,
        kind="run_16",
        columns_from=("note",) if detected else (),
        columns_in=("id", "a\u202eb") if detected else (),
        auc=estimate(0.9),
        tpr_at_fpr=UNKNOWN if low is None else estimate(low + 0.02),
        tpr_lower_bound=low,
    )


def release(pvalue: float) -> ReleaseAlone:
    return ReleaseAlone(
        n_rows=500,
        sha256="",
        attack="dcr/quantile_l2",
        auc=estimate(0.5),
        tpr_at_fpr=estimate(0.01),
        detected=False,
        pvalue=pvalue,
        copies_train=0,
        copies_holdout=0,
    )


def group(by: str, name: str, p: float | None, alone: float = 0.0001) -> Subgroup:
    return Subgroup(
        kind="rarity" if by == "rarity" else "column",
        by=by,
        name=name,
        n_members=70,
        n_nonmembers=70,
        auc=estimate(0.6),
        tpr_at_fpr=estimate(0.02),
        n_found=2,
        n_named=2,
        pvalue=alone,
        pvalue_adjusted=p,
        stands_out=True,
    )


REFUTED = ClaimCheck(
    epsilon=1.5,
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
CANARIES = CanaryTest(
    n_in=40, n_out=40, copied_in=0, copied_out=0, auc=UNKNOWN, pvalue=0.003, known=True, reason="Not looked at."
)
DELETED = Deleted(
    n_listed=1_400,
    n_in_train=0,
    n_tested=1_400,
    n_nonmembers=2_000,
    attack="linkage_tolerant",
    auc=estimate(0.5),
    n_attacks=17,
    pvalue_auc=0.5,
    pvalue_top=0.5,
    direction="near",
    copied=0,
    copied_nonmembers=0,
    n_copies_nonmembers=2_000,
    pvalue_copies=0.5,
    pvalue=0.5,
    pvalue_without_release=0.5,
    comparable=True,
    known=False,
    smallest_auc=0.6,
)
DELETED_ONLY_COPIES = DeletedCopies(
    n_listed=1_400,
    n_in_train=1_300,
    copied_in_train=0,
    n_tested=1_400,
    copied=0,
    expected=0.1,
    pvalue=1.0,
    recognisable=True,
    known=False,
)
