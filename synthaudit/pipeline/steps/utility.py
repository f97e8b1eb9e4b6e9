"""How good the release is, beside how private: nothing here decides."""

from dataclasses import replace

from synthaudit.checks.prediction import measure_prediction
from synthaudit.checks.utility import measure_utility
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step, line
from synthaudit.types import Coverage, Prediction, Utility


def run(context: Tables) -> Result[Utility | None]:
    """Columns, pairs of columns, and the declared target; of a large release those of its sample."""
    data, rng = context.data, context.rng
    utility = measure_utility(data.schema, context.train, context.holdout, context.synthetic, rng)
    target = context.settings.target
    if utility is None or target is None:
        return Result(value=utility)
    prediction = _prediction(context, target)
    if isinstance(prediction, str):
        return Result(value=utility, coverage=_untested(target, prediction))
    return Result(value=replace(utility, prediction=prediction))


def _prediction(context: Tables, target: str) -> Prediction | str:
    if context.holdout is None:
        return N_("models are tested on a holdout, and there is none")
    schema = context.data.schema
    return measure_prediction(schema, target, context.train, context.holdout, context.synthetic, context.rng)


def _untested(target: str, reason: str) -> tuple[Coverage, ...]:
    return (line(N_("usefulness for '{target}'").format(target=target), "not_run", reason),)


STEP: Step[Tables, Utility | None] = Step(name=N_("utility"), stage="tables", run=run, stream=(24,))
