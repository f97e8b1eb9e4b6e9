"""Lists of the nearest rows so far, and how a block of rows is taken up into them, by scan and tree alike."""

from typing import NamedTuple

import numpy as np

from synthaudit.neighbours.coarse import Blocks, Bytes, Metric, Sums, Table, as_bytes, units
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import FloatArray, IntArray, Points


class Queries(NamedTuple):
    """Points whose nearest rows are asked for."""

    table: Table
    cells: Bytes
    """(n, q + p) on the scale of the rows."""
    first_self: int
    """Query i is the row of number ``first_self + i`` and does not meet it; -1 for none."""


class Lists(NamedTuple):
    """The k nearest rows of each query so far, ascending by distance, then by row."""

    distance: FloatArray
    """(n, k) squared for L2; inf for none."""
    row: IntArray
    """(n, k) the row's number; -1 for none."""
    offset: int
    """What is added to the position of a row that is read now to give its number; all rows before have smaller ones."""


def queries_of(points: Points, blocks: Blocks, first_self: int) -> Queries:
    """Points made ready to be compared with these rows."""
    table = Table(numeric=points.numeric, codes=points.codes)
    return Queries(table=table, cells=as_bytes(table, blocks.scale), first_self=first_self)


def empty_lists(n: int, k: int) -> Lists:
    """Lists of n queries before any row was read."""
    return Lists(distance=np.full((n, k), np.inf), row=np.full((n, k), -1, dtype=np.int64), offset=0)


@jit
def distance(queries: Table, i: int, rows: Table, row: int, squared: bool) -> float:
    """Distance of query i to a row, squared for L2; codes first, then numbers, always in one order."""
    queries, rows = bare(queries), bare(rows)
    numeric, codes = rows.numeric, rows.codes
    query_numeric, query_codes = queries.numeric, queries.codes
    total = 0.0
    for c in range(codes.shape[1]):
        total += 1.0 if codes[row, c] != query_codes[i, c] else 0.0
    for c in range(numeric.shape[1]):
        apart = query_numeric[i, c] - numeric[row, c]
        total += apart * apart if squared else abs(apart)
    return total


@jit
def take_up(queries: Queries, i: int, blocks: Blocks, block: int, lists: Lists, metric: Metric, bounds: Sums) -> None:
    """Put what is nearer among the rows of a block, which are at least as far as their ``bounds``, into list i."""
    queries, blocks, lists, bounds = bare(queries), bare(blocks), bare(lists), bare(bounds)
    nearest, number_of, order = lists.distance, lists.row, blocks.row
    start, stop, k = blocks.start[block], blocks.stop[block], nearest.shape[1]
    itself = queries.first_self + i if queries.first_self >= 0 else -1
    limit, last = nearest[i, k - 1], number_of[i, k - 1]
    most = units(limit, metric.unit)
    for j in range(stop - start):
        number = order[start + j] + lists.offset
        if bounds[j] > most or number == itself:
            continue
        apart = distance(queries.table, i, blocks.table, order[start + j], metric.squared)
        if apart > limit or (apart == limit and number > last):
            continue
        slot = k - 1
        while slot > 0 and (
            nearest[i, slot - 1] > apart or (nearest[i, slot - 1] == apart and number_of[i, slot - 1] > number)
        ):
            nearest[i, slot], number_of[i, slot] = nearest[i, slot - 1], number_of[i, slot - 1]
            slot -= 1
        nearest[i, slot], number_of[i, slot] = apart, number
        limit, last = nearest[i, k - 1], number_of[i, k - 1]
        most = units(limit, metric.unit)
