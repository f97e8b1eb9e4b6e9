"""The report of one audit, put together from what was measured."""

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from synthaudit._version import __version__
from synthaudit.attacks.plugins import plugin_versions
from synthaudit.checks.likeness import Likeness
from synthaudit.encoding import distance_columns
from synthaudit.evidence import SCHEMA_VERSION
from synthaudit.pipeline.diagnosis import seen, suspected
from synthaudit.pipeline.suite import Measured
from synthaudit.settings import Settings
from synthaudit.types import (
    AuditData,
    AuditReport,
    CanaryTest,
    ClaimCheck,
    ColumnSummary,
    Controls,
    Copies,
    Coverage,
    Decidable,
    Deleted,
    EpsilonBound,
    NotEstimable,
    PerRecord,
    Provenance,
    ReleaseAlone,
    Repeats,
    Reuse,
    Risks,
    ShadowRecord,
    SmallestDetectable,
    Stack,
    Subgroup,
    TableSummary,
    WithoutHoldout,
    Worst,
)
from synthaudit.verdict import Grounds, judge, leakage_detected


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What the report takes from an audit with a holdout."""

    measured: Measured
    stack: Stack | None
    per_record: PerRecord | None
    reuse: Reuse
    likeness: Likeness | None
    controls: Controls
    decidable: tuple[Decidable, ...]
    shadows: ShadowRecord | None
    smallest: SmallestDetectable
    n_units: tuple[int, int] | None
    epsilon: EpsilonBound | NotEstimable | None = None
    claim: ClaimCheck | None = None
    canaries: CanaryTest | None = None
    releases: tuple[ReleaseAlone, ...] = ()
    risks: Risks | None = None
    subgroups: tuple[Subgroup, ...] = ()
    deleted: Deleted | None = None


def assemble_report(
    data: AuditData,
    settings: Settings,
    copies: Copies,
    outcome: Outcome | None,
    coverage: Sequence[Coverage],
    started: float,
    *,
    repeats: Repeats | None = None,
    without_holdout: WithoutHoldout | None = None,
) -> AuditReport:
    """Judge what was measured and put the report together.

    Parameters
    ----------
    outcome : Outcome or None
        None without a holdout.
    coverage : sequence of Coverage
        Everything that ran, or did not.
    started : float
        ``time.monotonic()`` at the start of the audit.
    repeats : Repeats, optional
        Rows of the release that repeat each other.
    without_holdout : WithoutHoldout, optional
        Hints, where there was no holdout.
    """
    evidence = Grounds(
        profile=settings.profile,
        findings=() if outcome is None else outcome.measured.findings,
        decision=None if outcome is None else outcome.measured.test.decision,
        stack=None if outcome is None else outcome.stack,
        per_record=None if outcome is None else outcome.per_record,
        copies=copies,
        exposure=None if outcome is None else outcome.measured.exposure,
        controls=None if outcome is None else outcome.controls,
        coverage=tuple(coverage),
        risks=None if outcome is None else outcome.risks,
        canaries=None if outcome is None else outcome.canaries,
        reuse=None if outcome is None else outcome.reuse,
        releases=() if outcome is None else outcome.releases,
        claim=None if outcome is None else outcome.claim,
        subgroups=() if outcome is None else outcome.subgroups,
        deleted=outcome.deleted if outcome is not None else without_holdout.deleted if without_holdout else None,
    )
    can = (None,) * len(settings.policies) if outcome is None else outcome.decidable
    uses = tuple(judge(policy, evidence, c) for policy, c in zip(settings.policies, can, strict=True))
    chosen = uses[0]
    others = [gate.reason for gate in chosen.gates if gate.outcome != "pass"]
    detected = leakage_detected(evidence)
    told = seen(
        leakage_detected=detected,
        decision=evidence.decision,
        copies=copies,
        reuse=None if outcome is None else outcome.reuse,
        stack=evidence.stack,
        likeness=None if outcome is None else outcome.likeness,
        repeats=repeats,
        copies_said=any(gate.name == "copies" and gate.outcome != "pass" for gate in chosen.gates),
    )
    worst: Worst | None = None if outcome is None else outcome.measured.worst
    return AuditReport(
        schema_version=SCHEMA_VERSION,
        outcome=chosen.outcome,
        leakage_detected=detected,
        policy=settings.policy,
        reasons=tuple(dict.fromkeys([chosen.deciding, *told, *suspected(without_holdout), *others])),
        profile=settings.profile,
        unit="row" if data.train_entity is None else "entity",
        assumption=_assumption(data, compared=outcome is not None),
        findings=tuple(evidence.findings),
        decision=evidence.decision,
        worst=worst,
        stack=evidence.stack,
        curve=() if outcome is None else outcome.measured.curve,
        copies=copies,
        exposure=evidence.exposure,
        controls=evidence.controls,
        smallest_detectable=None if outcome is None else outcome.smallest,
        decidable=() if outcome is None else outcome.decidable,
        uses=uses,
        coverage=tuple(coverage),
        shadows=None if outcome is None else outcome.shadows,
        subgroups=tuple(evidence.subgroups),
        tables=_tables(data, None if outcome is None else outcome.n_units),
        columns=_columns(data),
        vendor=settings.vendor,
        provenance=_provenance(data, settings, started),
        per_record=evidence.per_record,
        reuse=None if outcome is None else outcome.reuse,
        sealed=data.sealed,
        epsilon=None if outcome is None else outcome.epsilon,
        claim=None if outcome is None else outcome.claim,
        canaries=evidence.canaries,
        releases=() if outcome is None else outcome.releases,
        risks=evidence.risks,
        deleted=None if outcome is None else outcome.deleted,
        repeats=repeats,
        without_holdout=without_holdout,
    )


def _tables(data: AuditData, n_units: tuple[int, int] | None) -> tuple[TableSummary, ...]:
    units = {} if n_units is None else {"train": n_units[0], "holdout": n_units[1]}
    if data.deleted_entity is not None:
        units["deleted"] = len(set(data.deleted_entity.tolist()))
    return tuple(
        TableSummary(
            role=role,  # type: ignore[arg-type]
            n_rows=n_rows,
            n_units=units.get(role),
            sha256=data.sha256.get(role, ""),
        )
        for role, n_rows in data.n_rows.items()
    )


def _columns(data: AuditData) -> tuple[ColumnSummary, ...]:
    schema = data.schema
    return tuple(
        ColumnSummary(name=column.name, kind=column.kind, used="distance" if used else "exact_match")
        for column, used in zip(schema.columns, distance_columns(schema), strict=True)
    )


def _provenance(data: AuditData, settings: Settings, started: float) -> Provenance:
    names = ("duckdb", "numba", "numpy", "pandas", "scikit-learn", "scipy")
    return Provenance(
        synthaudit_version=__version__,
        seed=settings.seed,
        n_rows=data.n_rows,
        sha256=dict(data.sha256),
        libraries={**plugin_versions(), "python": platform.python_version(), **{name: version(name) for name in names}},
        created_utc=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=round(time.monotonic() - started, 3),
        config={**settings.config, "jobs": settings.jobs},
    )


def _assumption(data: AuditData, *, compared: bool) -> str:
    if not compared:
        return "Without a holdout no comparison was made."
    if data.sealed is not None:
        return (
            "None about the generator: members and non-members were drawn at random, the tables agree with the seal,"
            " and the draw follows from its secret. It was fixed before the release was made if the commitment below"
            " is the one that came with the training table. The p-values hold if the vendor never saw the holdout."
        )
    return (
        "No sealed split was given: the p-values hold if members and non-members were drawn at random from one"
        " population, by whoever made the tables, and the vendor never saw the holdout."
    )
