"""One audit of the study, and its row."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from power.cache import digest

import synthaudit
from study.generators import alone, generated
from study.given import Given
from study.harmless import harmless
from study.large import large
from study.leaks import leaky
from study.plan import Case
from study.rows import Row, Said
from study.tables import sample
from synthaudit.errors import InputError
from synthaudit.generators.copies import with_copies
from synthaudit.types import AuditReport, UseVerdict

DETECTED: Mapping[bool | None, Said] = {True: "yes", False: "no", None: "unknown"}


def given(case: Case, cache: Path) -> Given:
    """The tables of a case; the same ones for the same case."""
    match case.part:
        case "decides" | "decides with fewer people" | "fitted on train":
            return generated(case, cache)
        case "never wrongly" | "further leaks" | "in a dress":
            return leaky(case)
        case "smallest detectable":
            return weakest(case)
        case "no false alarm" | "drift":
            return harmless(case)
        case "nothing leaks, no holdout" | "leaks, no holdout":
            return alone(case, cache)
        case "larger than memory" | "part by part" | "held whole":
            return large(case)


def weakest(case: Case) -> Given:
    """Copies as strong as the weakest leak that an audit of fresh rows says it can detect; the attacks alone decide."""
    drawn = sample(case.table, case.size, case.seed)
    fresh = Given(train=drawn.train, release=drawn.fresh, holdout=drawn.holdout, options={"copies_test": False})
    smallest = _audit(case, fresh).smallest_detectable
    assert smallest is not None
    # Of s copies in a hundred the share found at 1 % FPR is s + .01 (1 - s), and the AUC is (1 + s) / 2.
    by_tpr, by_auc = (smallest.tpr_at_fpr - 0.01) / 0.99, 2 * smallest.auc - 1
    share = by_tpr if case.kind == "copies, by TPR" else by_auc
    release = with_copies(drawn.train, drawn.fresh, share, np.random.default_rng([case.seed, 35]))
    return Given(train=drawn.train, release=release, holdout=drawn.holdout, options=fresh.options)


def audited(case: Case, code: str, commit: str, cache: Path) -> Row:
    """Make the tables, audit them, and say what came out; a refusal or an error is an outcome as well."""
    began = time.process_time()
    tables = given(case, cache)
    release = digest([tables.release])
    began_audit = time.process_time()
    try:
        said = _outcomes(case, _audit(case, tables))
    except InputError as error:
        said = {"outcome": "refused", "reason": str(error)}
    except Exception as error:
        said = {"outcome": "error", "reason": f"{type(error).__name__}: {error}"}
    return Row(
        part=case.part,
        kind=case.kind,
        table=case.table,
        size=case.size,
        policy=case.policy,
        profile=case.profile,
        seed=case.seed,
        release=release,
        seconds=round(time.process_time() - began_audit, 1),
        seconds_made=round(began_audit - began, 1),
        commit=commit,
        code=code,
        **{**said, "reason": " ".join(said["reason"].split())[:160]},
    )


def _audit(case: Case, tables: Given) -> synthaudit.Audit:
    if not tables.as_file:
        return _audit_of(case, tables, tables.release)
    with tempfile.TemporaryDirectory(prefix="study-") as folder:
        path = Path(folder) / "release.parquet"
        tables.release.to_parquet(path, index=False)
        return _audit_of(case, tables, path)


def _audit_of(case: Case, tables: Given, release: pd.DataFrame | Path) -> synthaudit.Audit:
    return synthaudit.audit(
        tables.train,
        release,
        tables.holdout,
        policy=case.policy,
        profile=case.profile,
        seed=case.seed,
        jobs=1,
        **tables.options,
    )


def _outcomes(case: Case, report: AuditReport) -> dict[str, Any]:
    uses: dict[str, UseVerdict] = {use.use: use for use in report.uses}
    controls = [] if report.controls is None else [
        name
        for name in ("blind_baseline", "stand_in", "null", "a_a")
        if (control := getattr(report.controls, name)) is not None and control.status == "failed"
    ]  # fmt: skip
    chosen = uses[case.policy]
    return {
        "outcome": report.outcome,
        "internal": uses["internal"].outcome,
        "partner": uses["partner"].outcome,
        "public": uses["public"].outcome,
        "detected": DETECTED[report.leakage_detected],
        "gates": " ".join(gate.name for gate in chosen.gates if gate.outcome == report.outcome != "pass"),
        "gaps": " ".join(sorted({line.test for line in report.coverage if line.blocks_pass})),
        "controls": " ".join(controls),
        "reason": chosen.deciding,
    }
