"""One release under every attack of ours: the label-free family, its decision, and the auditors that learn."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthaudit
from power.measure import decision, power
from power.tables import Sample
from synthaudit.attacker.view import Attacker, attacker
from synthaudit.attacks import ATTACKS
from synthaudit.attacks.shadow_stack import ShadowStack
from synthaudit.encoding import CellEncoder, fit_cells, fit_space, joined
from synthaudit.generators.shadow_sets import fit_shadows
from synthaudit.pipeline.steps.stacking import N_FOLDS, fit_score, rank_features
from synthaudit.pipeline.suite import Scored, run_attacks
from synthaudit.shadows.score import score_shadows
from synthaudit.types import AttackerView, BoolArray, FloatArray, Generator

SHADOWS = 16

ABOVE = {"cli", "demo", "progress", "api", "batch", "release", "report", "pipeline", "controls", "checks", "verdict"}
"""Parts of synthaudit that no score can depend on: they import the attacks, not the other way round."""
LABEL_FREE = tuple(attack for attack in ATTACKS if attack.threat_model in ("no_box", "reference"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A release under attack, and the truth that no label-free attack sees."""

    sample: Sample
    frame: pd.DataFrame
    """The candidates, members and non-members shuffled together, in canonical cells."""
    is_member: BoolArray
    """(n,)"""
    attacker: Attacker
    encoder: CellEncoder
    release: pd.DataFrame
    view: AttackerView
    seconds: float
    """For encoding, neighbours and agreement sums, which all attacks share."""


def case_of(sample: Sample, release: pd.DataFrame) -> Case:
    """Shuffle the candidates and let the attacker look at the release."""
    n_train, n_holdout = len(sample.train), len(sample.holdout)
    order = sample.stream("pile").permutation(n_train + n_holdout)
    frame = pd.concat([sample.train, sample.holdout], ignore_index=True).take(order).reset_index(drop=True)
    began = time.perf_counter()
    encoder = fit_cells(sample.schema, [frame, sample.reference], [release])
    candidates, reference, synthetic = (encoder.encode(table) for table in (frame, sample.reference, release))
    space = fit_space(sample.schema, joined(candidates, reference), synthetic)
    ready = attacker(sample.schema, space, candidates, reference)
    view = ready.look_at(synthetic)
    return Case(
        sample=sample,
        frame=frame,
        is_member=order < n_train,
        attacker=ready,
        encoder=encoder,
        release=release,
        view=view,
        seconds=time.perf_counter() - began,
    )


def attacked(sample: Sample, release: pd.DataFrame, family: Generator | None) -> dict[str, Any]:
    """Figures of every label-free attack, of the decision over them, and of the auditors that learn.

    Parameters
    ----------
    family : Generator or None
        What an attacker with shadows refits; None where the release came from no generator of ours.
    """
    case = case_of(sample, release)
    scored = run_attacks(LABEL_FREE, case.view, case.attacker.candidates, sample.stream("attacks"), _silent)
    names = [f"{attack.name}/{attack.view}" for attack in scored.attacks]
    attacks = {
        name: power(row, case.is_member, sample.stream("ties"), seconds).as_json()
        for name, row, seconds in zip(names, scored.rows, scored.seconds, strict=True)
    }
    learned = {}
    for name, auditor in AUDITORS.items():
        began = time.perf_counter()
        scores = auditor(case, scored, family)
        if scores is not None:
            seconds = time.perf_counter() - began
            learned[name] = power(scores, case.is_member, sample.stream("ties"), seconds).as_json()
    return {
        "attacks": attacks,
        "learned": learned,
        "decision": decision(scored.rows, names, case.is_member, sample.stream("decision")),
        "seconds": round(case.seconds + sum(scored.seconds), 3),
        "seconds_shared": round(case.seconds, 3),
        "not_run": [gap.test for gap in scored.coverage if gap.status == "not_run"],
    }


def _silent(stage: str, done: int, total: int) -> None:
    """Take notice of no progress."""


# --- auditors that learn from labels or from shadows: not label-free ------------------------------------


def stack(case: Case, scored: Scored, family: Generator | None) -> FloatArray | None:
    """Cross-fitted stack of all scores, five folds: descriptive, its scores are no test."""
    rng = case.sample.stream("stack")
    features = rank_features(scored.rows)
    fold = rng.permutation(len(case.is_member)) % N_FOLDS
    out = np.empty(len(case.is_member))
    for k in range(N_FOLDS):
        inside = fold == k
        out[inside] = fit_score(features[~inside], case.is_member[~inside], features[inside], int(rng.integers(2**31)))
    return out


def shadow_stack(case: Case, scored: Scored, family: Generator | None) -> FloatArray | None:
    """Stack trained on the labels of 16 shadow releases of the release's own family."""
    if family is None:
        return None
    rng = case.sample.stream("shadow stack")
    n, n_members = len(case.frame), int(case.is_member.sum())
    shadows = fit_shadows(case.frame, np.arange(n), n_members, len(case.release), SHADOWS, family, rng)
    scores = score_shadows(case.attacker, case.encoder, case.release, shadows, rng, _silent)
    return ShadowStack(tuple(scores)).score(case.attacker.candidates, replace(case.view, shadows=scores), rng)


AUDITORS: dict[str, Callable[[Case, Scored, Generator | None], FloatArray | None]] = {
    "stack": stack,
    "shadow_stack": shadow_stack,
}


def code() -> list[Path]:
    """Files that the figures depend on: synthaudit up to the family of attacks, and what of the bench computes."""
    package = Path(synthaudit.__file__).parent
    files = [
        file for file in package.rglob("*.py") if file.relative_to(package).parts[0].removesuffix(".py") not in ABOVE
    ]
    return sorted(files) + [Path(__file__).with_name(name) for name in ("ours.py", "measure.py")]
