"""The end of an audit: what the steps gave, held against the limits and put together as a report."""

import platform
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from synthaudit._version import __version__
from synthaudit.attacks.plugins import plugin_versions
from synthaudit.encoding import distance_columns
from synthaudit.evidence import SCHEMA_VERSION
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Attacked, Tables
from synthaudit.pipeline.reasons import reasons
from synthaudit.pipeline.step import Results
from synthaudit.pipeline.steps import (
    against_train,
    cell_search,
    composition,
    controls,
    copies,
    deleted_copies,
    deletion,
    delivered,
    duplicates,
    epsilon,
    family,
    likeness,
    near_copies,
    no_holdout,
    other_risks,
    per_record,
    planted_leaks,
    rare_values,
    refused_holdout,
    reused_identifiers,
    seen_holdout,
    stacking,
    stand_in,
    subgroups,
    utility,
)
from synthaudit.settings import Settings
from synthaudit.types import (
    AuditData,
    AuditReport,
    ColumnSummary,
    Controls,
    Provenance,
    TableSummary,
    WithoutHoldout,
)
from synthaudit.verdict import Grounds, Verdict, decide, in_words, leakage_detected


def judge_audit(context: Tables, started: float) -> AuditReport:
    """Hold what the steps gave against the limits, and put the report together.

    Parameters
    ----------
    context : Tables
        At the end of an audit; more than tables where there was a holdout.
    started : float
        ``time.monotonic()`` at the start of the audit.
    """
    results, settings, data = context.results, context.settings, context.data
    attacked, grounds = context if isinstance(context, Attacked) else None, _grounds(context)
    verdicts = _verdicts(context, grounds)
    suite, measured_epsilon = results.get(family.STEP), results.get(epsilon.STEP)
    return AuditReport(
        schema_version=SCHEMA_VERSION,
        outcome=verdicts[0].outcome,
        leakage_detected=leakage_detected(grounds),
        policy=settings.policy,
        reasons=_reasons(context, grounds, verdicts[0]),
        profile=settings.profile,
        unit="row" if data.train_entity is None else "entity",
        assumption=_assumption(data, compared=attacked is not None),
        findings=tuple(grounds.findings),
        decision=grounds.decision,
        worst=None if suite is None else suite.worst,
        stack=grounds.stack,
        curve=() if suite is None else suite.curve,
        copies=grounds.copies,
        exposure=grounds.exposure,
        controls=grounds.controls,
        smallest_detectable=None if suite is None else suite.smallest,
        uses=tuple(map(in_words, verdicts)),
        coverage=context.coverage,
        subgroups=tuple(grounds.subgroups),
        tables=_tables(data, _n_units(attacked)),
        columns=_columns(data),
        vendor=settings.vendor,
        provenance=_provenance(data, settings, started),
        per_record=grounds.per_record,
        reuse=grounds.reuse,
        cells=grounds.cells,
        sealed=data.sealed,
        epsilon=None if measured_epsilon is None else measured_epsilon.bound,
        claim=grounds.claim,
        canaries=grounds.canaries,
        releases=tuple(grounds.releases),
        risks=grounds.risks,
        deleted=results.get(deletion.STEP),
        repeats=results[duplicates.STEP],
        without_holdout=_without_holdout(context),
        refused_holdout=results.get(refused_holdout.STEP),
        identifiers=grounds.identifiers,
        single_rows=grounds.single_rows,
        delivered=grounds.delivered,
        engagement=settings.engagement,
        utility=results[utility.STEP],
        **_of_attacks(attacked),
    )


def _of_attacks(attacked: Attacked | None) -> dict[str, Any]:
    """What there is of attacks alone, and of how they were made."""
    if attacked is None:
        return {"decidable": (), "shadows": None, "rows_read": ()}
    return {"decidable": attacked.decidable, "shadows": attacked.shadows, "rows_read": attacked.rows_read}


def _verdicts(context: Tables, grounds: Grounds) -> tuple[Verdict, ...]:
    policies = context.settings.policies
    decidable = context.decidable if isinstance(context, Attacked) else (None,) * len(policies)
    return tuple(decide(policy, grounds, can) for policy, can in zip(policies, decidable, strict=True))


def _grounds(context: Tables) -> Grounds:
    """All that the verdict may rest on."""
    results = context.results
    suite, measured_epsilon = results.get(family.STEP), results.get(epsilon.STEP)
    listed = results.get(deletion.STEP) or results.get(deleted_copies.STEP)
    releases, groups = results.get(composition.STEP), results.get(subgroups.STEP)
    return Grounds(
        profile=context.settings.profile,
        findings=() if suite is None else suite.findings,
        decision=None if suite is None else suite.test.decision,
        stack=results.get(stacking.STEP),
        per_record=results.get(per_record.STEP),
        copies=results[copies.STEP],
        exposure=None if suite is None else suite.exposure,
        controls=_controls(results),
        coverage=context.coverage,
        risks=results.get(other_risks.STEP),
        canaries=None if measured_epsilon is None else measured_epsilon.canaries,
        reuse=results.get(rare_values.STEP),
        releases=() if releases is None else releases,
        claim=None if measured_epsilon is None else measured_epsilon.claim,
        subgroups=() if groups is None else groups,
        cells=results.get(cell_search.STEP),
        deleted=listed,
        identifiers=results[reused_identifiers.STEP],
        single_rows=results.get(seen_holdout.STEP),
        by_rank=context.undressed.columns if isinstance(context, Attacked) and context.undressed else (),
        rebalanced=context.data.rebalanced,
        delivered=results[delivered.STEP],
        listed_alpha=context.error_budget.listed,
        against_train=results.get(against_train.STEP) or results.get(refused_holdout.STEP),
        sampled=_sampled(context),
    )


def _sampled(context: Tables) -> tuple[int, int] | None:
    n_rows, n_held = context.data.n_rows["synthetic"], len(context.synthetic)
    reads = isinstance(context, Attacked) and any(attack.declared.reads_sample for attack in context.attacks)
    return (n_held, n_rows) if reads and n_held < n_rows else None


def _controls(results: Results) -> Controls | None:
    a_a, null, blind = (results.get(step) for step in (controls.A_A, controls.NULL, controls.BLIND))
    planted = results.get(planted_leaks.STEP)
    if a_a is None or null is None or blind is None or planted is None:
        return None
    return Controls(
        a_a=a_a,
        null=null,
        blind_baseline=blind,
        planted=planted,
        stand_in=results.get(stand_in.STEP),
        near_copies=results.get(near_copies.STEP) or (),
    )


def _without_holdout(context: Tables) -> WithoutHoldout | None:
    hints = context.results.get(no_holdout.HINTS)
    if hints is None:
        return None
    results = context.results
    return replace(hints, deleted=results.get(deleted_copies.STEP), against_train=results[against_train.STEP])


def _n_units(attacked: Attacked | None) -> tuple[int, int] | None:
    """People on each side, where persons are named."""
    if attacked is None or not attacked.pile.by_person:
        return None
    return attacked.pile.n_units


def _reasons(context: Tables, grounds: Grounds, verdict: Verdict) -> tuple[str, ...]:
    results = context.results
    return reasons(
        grounds,
        verdict,
        likeness=results.get(likeness.STEP),
        repeats=results[duplicates.STEP],
        without_holdout=_without_holdout(context),
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
        return N_(
            "Without a holdout members were compared with nobody: what is detected holds if rows of the "
            "release were drawn one by one, and not from relatives of the people of train."
        )
    if data.sealed is not None:
        return N_(
            "None about the generator: members and non-members were drawn at random, the tables agree with "
            "the seal, and the draw follows from its secret. It was fixed before the release was made if the "
            "commitment below is the one that came with the training table. The p-values hold if the vendor "
            "never saw the holdout."
        )
    return N_(
        "No sealed split was given: the p-values hold if members and non-members were drawn at random from "
        "one population, by whoever made the tables, and the vendor never saw the holdout."
    )
