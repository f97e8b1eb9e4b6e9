"""All rows against all queries, block by block: what is used where no tree can help, and what a tree must find."""

from functools import partial

import numpy as np

from synthaudit.neighbours.coarse import (
    BLOCK,
    Blocks,
    Metric,
    Sums,
    Table,
    add_bounds,
    coarsen,
    in_parts,
    metric_of,
    unfilled,
    units,
)
from synthaudit.neighbours.lists import Lists, Queries, queries_of, take_up
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import Points


def in_order(rows: Points, jobs: int = 1) -> Blocks:
    """At least one row, in blocks as they come."""
    m, start = len(rows), np.arange(0, len(rows), BLOCK)
    table = Table(numeric=rows.numeric, codes=rows.codes)
    blocks = unfilled(table, np.arange(m), start, np.minimum(start + BLOCK, m))
    in_parts(len(start), jobs, partial(coarsen, blocks))
    return blocks


def scan(queries: Points, blocks: Blocks, lists: Lists, *, squared: bool, first_self: int = -1) -> None:
    """Write what is nearer among all rows into the lists; equal distances in the order of rows."""
    bounds = np.empty(BLOCK, dtype=np.uint16)
    _scan(queries_of(queries, blocks, first_self), blocks, lists, metric_of(blocks, squared), bounds)


@jit
def _scan(queries: Queries, blocks: Blocks, lists: Lists, metric: Metric, bounds: Sums) -> None:
    queries, blocks, lists, bounds = bare(queries), bare(blocks), bare(lists), bare(bounds)
    cells, rows, nearest = queries.cells, blocks.cells, lists.distance
    last = nearest.shape[1] - 1
    for block in range(len(rows)):
        # A block stays in the cache for all queries.
        for i in range(len(cells)):
            if add_bounds(bounds, cells, i, rows, block, metric, units(nearest[i, last], metric.unit)):
                take_up(queries, i, blocks, block, lists, metric, bounds)
