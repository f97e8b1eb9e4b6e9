"""What one step of an audit is, and how a list of them is run: budget, progress and coverage, once for all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from joblib import Parallel, delayed

from synthaudit.adapters.options import PROFILES
from synthaudit.runtime.threads import one_thread
from synthaudit.types import Coverage, CoverageStatus

if TYPE_CHECKING:
    from synthaudit.pipeline.context import Tables

Stage = Literal["tables", "no_holdout", "attacked"]
"""When a step runs: on the tables alone, on them where there is no holdout, or once the attacks have scored."""

C = TypeVar("C", bound="Tables")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result(Generic[R]):
    """What a step gives: a value of its own, and what the coverage record says of it."""

    value: R
    coverage: tuple[Coverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step(Generic[C, R]):
    """One step of an audit; it knows nothing of evidence and report.

    Attributes
    ----------
    name : str
        As the coverage record names it.
    stage : str
        When it runs, and so which context it gets.
    run : callable
        Context to result; all randomness comes from ``context.rng``.
    stream : tuple of int
        Fixed number of its random stream under the audit's seed; empty = it draws nothing. A new step takes the next
        free one (``tests/test_pipeline_step.py`` names it), so that no figure of another step moves.
    profiles : tuple of str
        Which run it.
    applies : callable, optional
        Whether this audit has what it asks for.
    left_out : str
        What the coverage record says where profile or ``applies`` leave it out; empty = nothing.
    needs : tuple of str
        Names of earlier steps whose results it reads.
    cost : str
        ``needed`` runs in any case; ``spare`` is not begun once the time budget is spent.
    blocks_pass : bool
        Whether a pass is ruled out where the time budget leaves it out.
    progress : str
        What a user is shown while it runs; empty = it tells by itself, or nothing.
    beside : bool
        Whether it runs side by side with the step before it.
    """

    name: str
    stage: Stage
    run: Callable[[C], Result[R]]
    stream: tuple[int, ...] = ()
    profiles: tuple[str, ...] = PROFILES
    applies: Callable[[C], bool] | None = None
    left_out: str = ""
    needs: tuple[str, ...] = ()
    cost: Literal["needed", "spare"] = "needed"
    blocks_pass: bool = True
    progress: str = ""
    beside: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What the steps so far gave, by step."""

    values: Mapping[Step[Any, Any], Any] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, step: Step[Any, R]) -> R | None:
        """The value of a step; None where it did not run."""
        return self.values.get(step)

    def __getitem__(self, step: Step[Any, R]) -> R:
        """The value of a step that runs in every audit of its stage."""
        value: R = self.values[step]
        return value


def line(test: str, status: CoverageStatus, reason: str, *, blocks_pass: bool = False) -> Coverage:
    """One line of the coverage record."""
    return Coverage(test=test, status=status, reason=reason, blocks_pass=blocks_pass)


def run_steps(steps: Sequence[Step[C, Any]], context: C) -> C:
    """Run the steps in their order; the context comes back with their results and what the record says of them."""
    for group in _side_by_side(steps):
        omitted = {step: _omitted(step, context) for step in group}
        due = [step for step in group if omitted[step] is None]
        results = dict(zip(due, _run(due, context), strict=True))
        coverage: list[Coverage] = []
        for step in group:
            coverage += results[step].coverage if step in results else omitted[step] or ()
        values = {**context.results.values, **{step: result.value for step, result in results.items()}}
        context = replace(context, results=Results(values), coverage=(*context.coverage, *coverage))
    return context


def _side_by_side(steps: Sequence[Step[C, Any]]) -> Iterator[list[Step[C, Any]]]:
    """Steps that run at once, in their order."""
    group: list[Step[C, Any]] = []
    for step in steps:
        if group and not step.beside:
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def _omitted(step: Step[C, Any], context: C) -> tuple[Coverage, ...] | None:
    """What is said of a step that is left out; None of one that runs."""
    if context.settings.profile not in step.profiles or not (step.applies is None or step.applies(context)):
        return (line(step.name, "not_run", step.left_out),) if step.left_out else ()
    # Asked once: time that runs out between two questions would leave a step out without a word.
    if step.cost == "spare" and context.budget.is_spent:
        return (line(step.name, "not_run", context.budget.reason, blocks_pass=step.blocks_pass),)
    return None


def _run(steps: Sequence[Step[C, Any]], context: C) -> list[Result[Any]]:
    """The results, each step with its own random stream."""
    stages = dict.fromkeys(step.progress for step in steps if step.progress)
    for stage in stages:
        context.progress(stage, 0, 1)
    prepared = [replace(context, rng=context.stream(step.stream)) for step in steps]
    if len(steps) == 1:
        results = [steps[0].run(prepared[0])]
    else:
        work = Parallel(n_jobs=max(1, min(len(steps), context.settings.jobs)), prefer="threads")
        results = work(delayed(_alone)(step, own) for step, own in zip(steps, prepared, strict=True))
    for stage in stages:
        context.progress(stage, 1, 1)
    return list(results)


def _alone(step: Step[C, R], context: C) -> Result[R]:
    """Its result, worked out on this thread: OpenMP's limit is one of the thread, and the audit's own ends here."""
    with one_thread("openmp"):
        return step.run(context)
