"""One audit from aligned tables to a report: prepare, attack, take the steps, judge."""

import time
from importlib import import_module
from typing import Any

from threadpoolctl import threadpool_limits

from synthaudit.checks.explanation import Internal
from synthaudit.pipeline.assemble import judge_audit
from synthaudit.pipeline.attack import attack
from synthaudit.pipeline.context import Attacked, read_tables
from synthaudit.pipeline.prepare import prepare
from synthaudit.pipeline.step import Stage, Step, run_steps
from synthaudit.pipeline.steps import STEPS, column_bars, explanations
from synthaudit.runtime.jit import telling
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.types import AuditData, AuditReport


def run_audit(
    data: AuditData,
    settings: Settings,
    progress: Progress | None = None,
    notify: Notify | None = None,
    *,
    explaining: bool = False,
) -> tuple[AuditReport, Internal]:
    """Audit one release.

    Parameters
    ----------
    data : AuditData
        Aligned tables.
    settings : Settings
        Policy, profile, seed, workers.
    progress, notify : callable, optional
        Told how far the audit is, and what the user should know before it goes on.
    explaining : bool
        Find out why members that stand out do so, and how columns compare; it changes nothing in the report.

    Returns
    -------
    report : AuditReport
        Everything a reader gets; no row of anyone.
    internal : Internal
        One score per candidate row and attack, the explanations, and the bars of columns.
    """
    started = time.monotonic()
    notify = notify or (lambda _: None)
    _load(settings)
    # Sums over threads differ in the last bit with their number; ours are split over queries instead.
    with threadpool_limits(limits=1), telling(notify):
        tables = read_tables(data, settings, progress or (lambda *_: None), notify, explaining=explaining)
        tables = run_steps(steps_of("tables"), tables)
        if tables.holdout is None:
            alone = run_steps(steps_of("no_holdout"), tables)
            return judge_audit(alone, started), Internal(column_bars=alone.results.get(column_bars.STEP))
        attacked = run_steps(steps_of("attacked"), attack(prepare(tables)))
        return judge_audit(attacked, started), _internal(attacked)


def _load(settings: Settings) -> None:
    """Import scikit-learn where models are fitted, before threads are limited: later libraries know of no limit."""
    if settings.profile != "quick" or settings.attacks or settings.n_shadows:
        import_module("sklearn.ensemble")


def steps_of(stage: Stage) -> list[Step[Any, Any]]:
    """The steps of one stage, in their order."""
    return [step for step in STEPS if step.stage == stage]


def _internal(attacked: Attacked) -> Internal:
    """What is known of single rows, in the order of the given tables."""
    scored = attacked.scored
    scores = attacked.pile.scores_by_row(scored.rows, scored.attacks)
    results = attacked.results
    return Internal(
        scores=scores, explanations=results.get(explanations.STEP), column_bars=results.get(column_bars.STEP)
    )
