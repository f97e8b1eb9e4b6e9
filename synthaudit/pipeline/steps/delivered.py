"""What the delivered file holds beyond the table that is audited."""

from typing import get_args

from synthaudit.checks.row_order import rows_in_order
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import Result, Step
from synthaudit.types import BeyondCopy, BeyondKind, Delivered


def run(context: Tables) -> Result[Delivered]:
    """What was counted while the release was read, and whether its rows follow those of train.

    The one figure that depends on the order of a file: that is its question.
    """
    data = context.data
    tables = [context.encoder.encode(part.table) for part in data.releases] or [context.synthetic]
    n = max(
        rows_in_order(data.schema, context.train, table, data.train_entity, context.rng, context.settings.jobs)
        for table in tables
    )
    beyond = (*data.beyond, *((BeyondCopy(kind="row_order", n=n),) if n else ()))
    kinds = get_args(BeyondKind)
    ranked = tuple(sorted(beyond, key=lambda one: (kinds.index(one.kind), -one.n, one.column or "")))
    return Result(value=Delivered(beyond=ranked, copy=data.audited_copy))


STEP: Step[Tables, Delivered] = Step(name=N_("delivered file"), stage="tables", run=run, stream=(25,))
