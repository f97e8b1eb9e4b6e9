"""Bars of single columns, for the internal edition."""

from synthaudit.checks.column_bars import measure_column_bars
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step
from synthaudit.types.column_bars import ColumnBars


def run(context: Tables) -> Result[ColumnBars]:
    """Count levels and ranges; of a large release those of its sample. Nothing of it becomes part of the report."""
    data = context.data
    return Result(
        value=measure_column_bars(context.encoder, data.train, context.train, context.synthetic, data.train_entity)
    )


STEP: Step[Tables, ColumnBars] = Step(
    name="column bars", stage="tables", run=run, applies=lambda context: context.explaining
)
