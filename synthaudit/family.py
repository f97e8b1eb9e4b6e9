"""The family of attacks: which run, what they score, and what the scores say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.attacks import ATTACKS
from synthaudit.errors import InputError
from synthaudit.settings import Progress, Settings
from synthaudit.statistics.bounds import family_bounds
from synthaudit.statistics.exposure import exposed
from synthaudit.statistics.randomisation import FamilyTest, family_decision
from synthaudit.statistics.roc import auc, detection_curve, tpr_at_fpr
from synthaudit.statistics.worst import worst_attack
from synthaudit.types import (
    Attack,
    AttackerView,
    BoolArray,
    Cells,
    Coverage,
    CurvePoint,
    Estimate,
    Exposure,
    Finding,
    FloatArray,
    IntArray,
    Worst,
)

FPRS = (0.1, 0.01, 0.001)
EXPOSURE_ATTACK = "linkage_tolerant"
"""The one attack, fixed beforehand, by which single people are called exposed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Scores of the attacks that ran, by row, and what became of the others."""

    rows: FloatArray
    """(n_attacks, n_rows)"""
    attacks: tuple[Attack, ...]
    seconds: tuple[float, ...]
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What the scores say once the labels are back."""

    test: FamilyTest
    findings: tuple[Finding, ...]
    worst: Worst
    curve: tuple[CurvePoint, ...]
    exposure: Exposure | None


def chosen_attacks(settings: Settings) -> list[Attack]:
    """The attacks that the settings ask for; shadow attacks only where there are shadows."""
    known = {attack.name for attack in ATTACKS}
    unknown = sorted(set(settings.attacks) - known)
    if unknown:
        do = f"Choose from {', '.join(sorted(known))}."
        raise InputError("SA-201", "--attacks", f"unknown attack {unknown[0]!r}", do)
    return [
        attack
        for attack in ATTACKS
        if (not settings.attacks or attack.name in settings.attacks)
        and (settings.n_shadows > 0 or attack.threat_model != "shadow")
    ]


def run_attacks(
    attacks: Sequence[Attack], view: AttackerView, candidates: Cells, rng: np.random.Generator, progress: Progress
) -> Scored:
    """Score the candidates; an attack that fails becomes a gap that blocks a pass, never a score.

    Every attack of the registry has a random stream of its own, so leaving one out changes no other.
    """
    streams = dict(zip(ATTACKS, rng.spawn(len(ATTACKS)), strict=True))
    rows, ran, seconds, gaps = [], [], [], []
    for done, attack in enumerate(attacks):
        progress("attacks", done, len(attacks))
        if attack.threat_model == "shadow" and attack.view not in view.shadows:
            continue
        began = time.monotonic()
        try:
            score = np.asarray(attack.score(candidates, view, streams[attack]), dtype=np.float64)
            fault = None if np.isfinite(score).all() else "it gave scores that are not finite numbers"
        except Exception as error:
            # The message may quote a cell; its type cannot.
            fault = f"it stopped with {type(error).__name__}"
        if fault is not None:
            test = f"attack {attack.name} on {attack.view}"
            gaps.append(Coverage(test=test, status="not_run", reason=fault, blocks_pass=True))
            continue
        rows.append(score)
        ran.append(attack)
        seconds.append(time.monotonic() - began)
    progress("attacks", len(attacks), len(attacks))
    if not rows:
        raise InputError("SA-202", "attacks", "none could be run", "Ask for others with --attacks.")
    gaps.append(Coverage(test="membership attacks", status="ran", reason=f"{len(rows)} attacks, each in its own view"))
    return Scored(rows=np.array(rows), attacks=tuple(ran), seconds=tuple(seconds), coverage=tuple(gaps))


def measure(
    scored: Scored,
    scores: FloatArray,
    suffixes: Sequence[str],
    is_member: BoolArray,
    *,
    order: IntArray,
    n_permutations: int,
    rng: np.random.Generator,
) -> Measured:
    """Put the labels back.

    Parameters
    ----------
    scores : (n_attacks * len(suffixes), n_units)
        Scores by unit.
    suffixes : sequence of str
        What each attack's views are called by unit.
    order : (n_units,)
        The random order that breaks ties, the same for everything.
    """
    names = names_of(scored.attacks, suffixes)
    test = family_decision(scores, names, is_member, rng=rng, n_permutations=n_permutations, order=order)
    bounds = family_bounds(scores, is_member, order, rng)
    findings = []
    for i, name in enumerate(names):
        attack, seconds = scored.attacks[i // len(suffixes)], scored.seconds[i // len(suffixes)]
        rates = {f"tpr_at_fpr_{fpr:g}": tpr_at_fpr(scores[i], is_member, fpr, order=order) for fpr in FPRS}
        findings.append(
            Finding(
                attack=attack.name,
                view=name.split("/", 1)[1],
                threat_model=attack.threat_model,
                pvalue=float(test.pvalue[i]),
                pvalue_adjusted=float(test.pvalue_adjusted[i]),
                estimates={"auc": auc(scores[i], is_member), **rates},
                lower_bounds=bounds.lower(i),
                upper_bounds=bounds.upper(i),
                n_true_positives=int(test.n_true_positives[i]),
                tie_block=int(test.tie_block[i]),
                seconds=round(seconds, 3),
            )
        )
    worst = worst_attack(scores, names, is_member, rng, order)
    place = names.index(f"{worst.attack}/{worst.view}")
    # An attack that ranks members low is an attack the other way round.
    whole = findings[place].estimates["auc"]
    turn = -1.0 if isinstance(whole, Estimate) and whole.value < 0.5 else 1.0
    single = [scores[i] for i, name in enumerate(names) if name.startswith(f"{EXPOSURE_ATTACK}/")]
    return Measured(
        test=test,
        findings=tuple(findings),
        worst=worst,
        curve=detection_curve(turn * scores[place], is_member, order),
        exposure=exposed(single[0], is_member, name=EXPOSURE_ATTACK) if single else None,
    )


def names_of(attacks: Sequence[Attack], suffixes: Sequence[str]) -> list[str]:
    """``attack/view`` of every row of a matrix of scores by unit."""
    return [f"{attack.name}/{attack.view}{suffix}" for attack in attacks for suffix in suffixes]
