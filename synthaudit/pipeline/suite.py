"""The suite of attacks: which run, and what they score."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from synthaudit.attacks import ALL_BASES, ATTACKS, BESIDE, BY_RANK, is_quick
from synthaudit.attacks.by_rank import ByRank
from synthaudit.attacks.common.declared import Beside, FamilyAttack
from synthaudit.attacks.plugins import PluginAttack, plugin_attacks
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.runtime.budget import Budget
from synthaudit.runtime.threads import one_thread
from synthaudit.settings import Progress, Settings
from synthaudit.types import (
    Attack,
    AttackerView,
    Cells,
    Coverage,
    FloatArray,
)

_NEVER_LEFT_OUT = 8
"""Attacks that no time budget leaves out: they read distances and sums that are there already."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Scores of the attacks that ran, by row, and what became of the others."""

    rows: FloatArray
    """(n_attacks, n_rows)"""
    attacks: tuple[Attack, ...]
    seconds: tuple[float, ...]
    coverage: tuple[Coverage, ...]


def family() -> tuple[FamilyAttack, ...]:
    """The pre-registered family: our attacks, then those of installed plug-ins."""
    return (*ATTACKS, *plugin_attacks())


def chosen_attacks(settings: Settings) -> list[FamilyAttack]:
    """The attacks that the settings ask for: those named, else those of the profile.

    Shadow attacks only where there are shadows.
    """
    attacks = family()
    known = {attack.name for attack in attacks}
    unknown = sorted(set(settings.attacks) - known)
    if unknown:
        do = N_("Choose from {known}.").format(known=", ".join(sorted(known)))
        raise InputError("SA-201", "--attacks", N_("unknown attack {name!r}").format(name=unknown[0]), do)
    return [
        attack
        for attack in attacks
        if (attack.name in settings.attacks if settings.attacks else in_profile(attack, settings.profile))
        and (settings.n_shadows > 0 or attack.threat_model != "shadow")
    ]


def by_rank(chosen: Sequence[Attack]) -> list[ByRank]:
    """Those of the chosen attacks that also attack a release by rank."""
    names = {(attack.name, attack.view) for attack in chosen}
    return [again for again in BY_RANK if (again.attack.name, again.attack.view) in names]


def in_profile(attack: FamilyAttack, profile: str) -> bool:
    """Whether the profile runs the attack; shadow attacks run wherever there are shadows."""
    return profile != "quick" or attack.threat_model == "shadow" or is_quick(attack)


def explained() -> tuple[FamilyAttack | Beside, ...]:
    """Everything that can be explained: the family, then what an audit runs beside it."""
    return (*family(), *BESIDE)


def when_it_runs(name: str) -> str:
    """When the attack of this name runs, in words."""
    for beside in BESIDE:
        if beside.name == name:
            return beside.runs
    attacks = [attack for attack in family() if attack.name == name]
    if attacks[0].declared.runs:
        return attacks[0].declared.runs
    if attacks[0].threat_model == "shadow":
        return N_("in the profile thorough, and wherever there are shadows (--shadows)")
    quick = [attack.view for attack in attacks if in_profile(attack, "quick")]
    if not quick:
        return N_("in the profiles standard and thorough")
    return N_("in every profile") + (
        "" if len(quick) == len(attacks) else N_("; in quick on {quick} only").format(quick=", ".join(quick))
    )


def origin_of(attack: Attack | Beside) -> str:
    """Distribution and version of a plug-in, empty for our own attacks."""
    return attack.origin if isinstance(attack, PluginAttack) else ""


def left_out(settings: Settings) -> tuple[Coverage, ...]:
    """What the chosen profile leaves out by its nature, which blocks no pass: one line or none."""
    missing = [] if settings.attacks else [a for a in family() if not in_profile(a, settings.profile)]
    if not missing:
        return ()
    run = {attack.name for attack in chosen_attacks(settings)}
    names = dict.fromkeys(attack.name for attack in missing if attack.name not in run)
    views = dict.fromkeys(N_("the view {view}").format(view=attack.view) for attack in missing if attack.name in run)
    reason = N_("the profile {profile} leaves out {attacks}; the profile standard runs them").format(
        profile=settings.profile, attacks=", ".join((*names, *views))
    )
    return (Coverage(test=N_("attacks beyond the profile"), status="not_run", reason=reason),)


def run_attacks(
    attacks: Sequence[Attack],
    view: AttackerView,
    candidates: Cells,
    rng: np.random.Generator,
    progress: Progress,
    budget: Budget | None = None,
) -> Scored:
    """Score the candidates; an attack that fails becomes a gap that blocks a pass, never a score.

    The random stream of an attack depends on its own name and view alone, so that no other attack, added, left out
    or installed, changes its scores.

    With a limited ``budget`` the cheapest attacks run first, and those that it does not reach become gaps as well: time
    knows nothing of the labels, so the family that is left keeps its error.
    """
    root = int(rng.integers(2**63))
    possible = [attack for attack in attacks if attack.threat_model != "shadow" or _has_shadows(attack, view)]
    # The workers are spent on attacks, not within one.
    alone = replace(view, jobs=1)
    # The last in the registry take longest: they go first, so that no worker waits for one of them at the end.
    first_long = budget is None or not budget.is_limited
    ordered = possible[::-1] if first_long else possible
    fewest = min(_NEVER_LEFT_OUT, len(ordered))
    work = Parallel(n_jobs=view.jobs, prefer="threads", return_as="generator")(
        delayed(_score)(attack, alone, candidates, root, None if i < fewest else budget)
        for i, attack in enumerate(ordered)
    )
    results = []
    for done, result in enumerate(work):
        progress("attacks", done, len(possible))
        results.append(result)
    rows, ran, seconds, gaps = [], [], [], []
    for attack, (score, took) in zip(possible, results[::-1] if first_long else results, strict=True):
        if isinstance(score, str):
            origin = origin_of(attack)
            test = N_("attack {name}{by} on {view}").format(
                name=attack.name, by=N_(" of the {origin}").format(origin=origin) if origin else "", view=attack.view
            )
            gaps.append(Coverage(test=test, status="not_run", reason=score, blocks_pass=True))
            continue
        rows.append(score)
        ran.append(attack)
        seconds.append(took)
    progress("attacks", len(possible), len(possible))
    if not rows:
        raise InputError("SA-202", "attacks", N_("none could be run"), N_("Ask for others with --attacks."))
    gaps.append(
        Coverage(
            test=N_("membership attacks"),
            status="ran",
            reason=N_("{n} attacks, each in its own view").format(n=len(rows)),
        )
    )
    return Scored(rows=np.array(rows), attacks=tuple(ran), seconds=tuple(seconds), coverage=tuple(gaps))


def gaps_of(scored: Scored, where: str) -> tuple[Coverage, ...]:
    """What did not run beside the audit's own attacks: a family that lost a member must not count as silent."""
    return tuple(replace(line, test=f"{where}, {line.test}") for line in scored.coverage if line.blocks_pass)


def _score(
    attack: Attack, view: AttackerView, candidates: Cells, root: int, budget: Budget | None = None
) -> tuple[FloatArray | str, float]:
    """Scores of one attack, or why there are none, and the seconds it took."""
    if budget is not None and budget.is_spent:
        return budget.reason, 0.0
    stream = np.random.default_rng([root, *f"{attack.name}/{attack.view}".encode()])
    began = time.monotonic()
    try:
        # OpenMP's limit is one of the thread, so the audit's own does not reach into a worker.
        with one_thread("openmp"):
            score = np.asarray(attack.score(candidates, view, stream))
        fault = _fault(score, len(candidates))
    # A plug-in that ends the process would end it with the exit code of a pass, or of a fail.
    except (Exception, SystemExit, GeneratorExit) as error:
        # The message may quote a cell; its type cannot.
        return N_("it stopped with {name}").format(name=type(error).__name__), 0.0
    return fault or score.astype(np.float64), time.monotonic() - began


def _has_shadows(attack: Attack, view: AttackerView) -> bool:
    """Whether the shadows that the attack reads were made; a plug-in's view need not be named after them."""
    reads_any = isinstance(attack, PluginAttack) or attack.view == ALL_BASES
    return attack.view in view.shadows or (reads_any and len(view.shadows) > 0)


def _fault(score: np.ndarray, n: int) -> str | None:
    """Why these are no scores of n candidates; None where they are."""
    if score.dtype.kind not in "biuf" or score.shape != (n,):
        return N_("it gave something other than one number per candidate")
    if not np.isfinite(score.astype(np.float64)).all():
        return N_("it gave scores that are not finite numbers")
    return None


def names_of(attacks: Sequence[Attack], suffixes: Sequence[str]) -> list[str]:
    """``attack/view`` of every row of a matrix of scores by unit."""
    return [f"{attack.name}/{attack.view}{suffix}" for attack in attacks for suffix in suffixes]
