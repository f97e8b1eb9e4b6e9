"""Comparisons made by hand for the tests of their page: no audit and no test of statistics runs here."""

from dataclasses import replace

from example_report import EXAMPLES, FAIL, HOSTILE, HOSTILE_TEXT, PASS, TOLERATED

from synthaudit.report.comparability import differences
from synthaudit.report.comparison import ComparedRelease, Comparison, PairTest
from synthaudit.types import AuditReport, Prediction, Similarity, Utility

UTILITY = Utility(
    marginals=Similarity(release=0.93, real=0.97),
    pairs=Similarity(release=0.88, real=0.95),
    columns=(),
    n_rows=900,
    against_halves=False,
    prediction=Prediction(
        column="income", measure="r_squared", release=0.41, real=0.58, guess=0.0, n_trained=900, n_tested=900
    ),
)


def alike(report: AuditReport) -> AuditReport:
    """As if it had been made like ``PASS``."""
    made = replace(
        PASS.provenance, sha256={**PASS.provenance.sha256, "synthetic": report.provenance.sha256.get("synthetic", "")}
    )
    outcome = next((use.outcome for use in report.uses if use.use == PASS.policy.name), report.outcome)
    return replace(
        report,
        outcome=outcome,
        policy=PASS.policy,
        profile=PASS.profile,
        unit=PASS.unit,
        schema_version=PASS.schema_version,
        provenance=made,
    )


def release(name: str, report: AuditReport) -> ComparedRelease:
    """An audit in a folder of that name, with its report."""
    return ComparedRelease(report=report, evidence_sha256="ab" * 32, folder=name, link=f"../{name}/report.html")


TOLD_APART = Comparison(
    releases=(
        release("one", replace(PASS, utility=UTILITY)),
        release("two", replace(alike(TOLERATED), utility=replace(UTILITY, prediction=None))),
        release("three", alike(FAIL)),
    ),
    differences=(),
    pairs=(
        PairTest(first=0, second=1, adjusted=0.2),
        PairTest(first=0, second=2, adjusted=0.0004),
        PairTest(first=1, second=2, adjusted=0.049),
    ),
    letters=(("a",), ("a",), ("b",)),
    unpaired="not every audit has its scores beside it",
)
"""Three releases of which the third is told from the others; scores were missing, and one has no likeness."""
_EVERY = list(EXAMPLES.values())
NOT_COMPARABLE = Comparison(
    releases=tuple(release(name, report) for name, report in EXAMPLES.items()),
    differences=differences(_EVERY),
    pairs=(),
    letters=((),) * len(_EVERY),
    unpaired="",
)
"""Every example, made in every other way."""
_HOSTILE = alike(HOSTILE_TEXT)
HOSTILE_COMPARISON = replace(
    TOLD_APART,
    releases=(
        release(HOSTILE, replace(_HOSTILE, vendor=replace(_HOSTILE.vendor, name="", release=""))),
        *(release(HOSTILE, _HOSTILE) for _ in range(2)),
    ),
)
"""Names of folders, vendors and everything else that somebody else chose."""
COMPARISONS = {
    "compare": TOLD_APART,
    "compare_apart": NOT_COMPARABLE,
    "compare_hostile": HOSTILE_COMPARISON,
}
