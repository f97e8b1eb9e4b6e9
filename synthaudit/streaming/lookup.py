"""What is looked up in every row of a release of which only a sample is held: real rows, and nearest rows."""

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np
import pandas as pd

from synthaudit.encoding import NUMBERS, UNSEEN, VIEWS, CellEncoder, keys_of
from synthaudit.files import machine_faults
from synthaudit.neighbours import NearestLists, RowIndex
from synthaudit.neighbours.tree import grow
from synthaudit.runtime.engine import LOCAL, Engine, Task, spread
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray, Neighbours, Points, WholeRelease

BATCH = 250_000
"""Rows that are held at a time where they are searched."""
PART = 50_000
"""Rows that an attack holds at a time: attacks run side by side, and work out more than the cells of each row."""
_ODD = np.uint64(0x9E3779B97F4A7C15)


def batches(whole: WholeRelease, encoder: CellEncoder, size: int | None = None) -> Iterator[Cells]:
    """The rows as an audit encodes them, so many at a time, in the order of the file.

    A level that no table of the encoder holds has the code -1 whatever it is.
    """
    yield from (cells for cells, _ in delivered_batches(whole, encoder, size))


def delivered_batches(
    whole: WholeRelease, encoder: CellEncoder, size: int | None = None
) -> Iterator[tuple[Cells, FloatArray]]:
    """The same rows, and (n, d) their numbers with all decimals as they were delivered, NaN elsewhere."""
    most = BATCH if size is None else size
    is_number = np.array([column.kind in NUMBERS for column in encoder.schema.columns], dtype=np.bool_)
    numbers, others = np.flatnonzero(is_number), np.flatnonzero(~is_number)
    places = [
        encoder.levels[i].get_indexer(pd.Index(np.array(levels, dtype=object)))
        for i, levels in zip(others, whole.levels, strict=True)
    ]
    tables = [np.r_[-1, 0, np.where(place < 0, -1, place + 1)].astype(np.int32) for place in places]
    for start in range(0, whole.n_rows, most):
        size = min(most, whole.n_rows - start)
        with machine_faults():
            read = np.fromfile(whole.numbers, "<f8", size * len(numbers), offset=start * len(numbers) * 8)
            coded = np.fromfile(whole.codes, "<i4", size * len(others), offset=start * len(others) * 4)
        numeric, levels = read.reshape(size, len(numbers)), coded.reshape(size, len(others))
        codes = np.zeros((size, len(is_number)), dtype=np.int32)
        values, delivered = np.full(codes.shape, np.nan), np.full(codes.shape, np.nan)
        for i, column in enumerate(numbers):
            delivered[:, column] = numeric[:, i]
            compared = pd.Series(whole.rounding[i].of(numeric[:, i]))
            values[:, column] = keys_of(compared, "numeric", encoder.decimals[column])
            place = encoder.levels[column].get_indexer(pd.Index(values[:, column]))
            codes[:, column] = np.where(np.isnan(values[:, column]), 0, np.where(place < 0, UNSEEN, place + 1))
        for i, column in enumerate(others):
            # Codes beyond the levels are those of a column that has too many of them.
            codes[:, column] = tables[i][np.where(levels[:, i] < len(tables[i]) - 1, levels[:, i] + 1, 0)]
        yield Cells(codes=codes, values=values), delivered


def real_rows(whole: WholeRelease, encoder: CellEncoder, real: Cells, columns: BoolArray) -> IntArray:
    """(n,) how many synthetic rows equal each real row on these columns: decided on canonical cells.

    Hashes only say where to look: two rows count as equal where their cells are.
    """
    is_number = np.array([column.kind in NUMBERS for column in encoder.schema.columns], dtype=np.bool_) & columns
    others = columns & ~is_number
    content, first, row = np.unique(
        np.concatenate([real.codes[:, others].astype(np.float64), _plain(real.values[:, is_number])], axis=1),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    hashes, seed = _hashes(real.take(first), is_number, others, 0), 0
    while len(np.unique(hashes)) < len(content):
        seed += 1
        hashes = _hashes(real.take(first), is_number, others, seed)
    order = np.argsort(hashes)
    ascending, first = hashes[order], first[order]
    counts = np.zeros(len(content), dtype=np.int64)
    for cells in batches(whole, encoder):
        own = _hashes(cells, is_number, others, seed)
        place = np.minimum(np.searchsorted(ascending, own), len(ascending) - 1)
        hit = np.flatnonzero(ascending[place] == own)
        theirs, mine = cells.take(hit), real.take(first[place[hit]])
        same = (theirs.codes[:, others] == mine.codes[:, others]).all(axis=1)
        same &= (_plain(theirs.values[:, is_number]) == _plain(mine.values[:, is_number])).all(axis=1)
        counts += np.bincount(order[place[hit[same]]], minlength=len(counts))
    return np.asarray(counts[row.reshape(-1)], dtype=np.int64)


def values_met(whole: WholeRelease, encoder: CellEncoder, real: Cells) -> BoolArray:
    """(n, d) whether any synthetic row holds the value of a real cell in its column; a missing cell is none."""
    # By column: the values that are looked for, ascending where they are numbers; where each cell's stands; which met.
    values_by_column: list[FloatArray | None] = []
    place: list[IntArray] = []
    met: list[BoolArray] = []
    for i, column in enumerate(encoder.schema.columns):
        if column.kind in NUMBERS:
            ascending, back = np.unique(real.values[:, i], return_inverse=True)
            values_by_column.append(ascending)
            place.append(back.reshape(-1))
            met.append(np.zeros(len(ascending), dtype=np.bool_))
        else:
            values_by_column.append(None)
            place.append(np.maximum(real.codes[:, i], 0).astype(np.int64))
            met.append(np.zeros(len(encoder.levels[i]) + 1, dtype=np.bool_))
    for cells in batches(whole, encoder):
        for i, numbers in enumerate(values_by_column):
            if numbers is None:
                met[i][np.maximum(cells.codes[:, i], 0)] = True
            else:
                at = np.minimum(np.searchsorted(numbers, cells.values[:, i]), len(numbers) - 1)
                met[i][at[numbers[at] == cells.values[:, i]]] = True
    is_met = np.stack([met_values[at] for met_values, at in zip(met, place, strict=True)], axis=1)
    return np.asarray(is_met & (real.codes > 0), dtype=np.bool_)


def _plain(values: FloatArray) -> FloatArray:
    """Numbers with infinity, which no cell is, where one is missing: it equals itself."""
    return np.where(np.isnan(values), np.inf, values)


def _hashes(cells: Cells, is_number: BoolArray, others: BoolArray, seed: int) -> np.ndarray:
    total = np.full(len(cells), seed, dtype=np.uint64)
    columns: list[FloatArray | CodeArray] = [
        *(_plain(cells.values[:, i]) for i in np.flatnonzero(is_number)),
        *(cells.codes[:, i] for i in np.flatnonzero(others)),
    ]
    for column in columns:
        bits = column.view(np.uint64) if column.dtype == np.float64 else column.astype(np.uint64)
        total = (total ^ bits) * _ODD
        total ^= total >> np.uint64(29)
    return total


def nearest_of_all(
    rows: Iterator[Points],
    queries: Points,
    *,
    views: tuple[str, ...],
    k: int,
    engine: Engine = LOCAL,
    jobs: int = 1,
) -> Mapping[str, Neighbours]:
    """The k nearest of all ``rows`` for each query, by view, to the bit what a search of all rows at once finds.

    Batches are searched one after the other, or on a cluster a few at a time, so many as it has workers.
    """
    # Queries that lie together read the same leaves, which then are at hand.
    order = grow(queries).leaves.row
    back = np.argsort(order)
    lists = {view: NearestLists(queries.take(order), k, norm=VIEWS[view]) for view in views}
    if engine.kind == "local":
        for index in map(RowIndex, rows):
            for nearest in lists.values():
                nearest.read(index, jobs=jobs)
    else:
        while group := list(islice(rows, engine.count())):
            empty = [NearestLists(nearest.queries, k, norm=VIEWS[view]) for view, nearest in lists.items()]
            tasks = [Task(function=_search, arguments=(empty, batch)) for batch in group]
            for searched in spread(tasks, engine=engine):
                for nearest, in_batch in zip(lists.values(), searched, strict=True):
                    nearest.join(in_batch)
    to_all = {view: nearest.found() for view, nearest in lists.items()}
    return {view: Neighbours(distance=near.distance[back], row=near.row[back]) for view, near in to_all.items()}


def _search(lists: list[NearestLists], rows: Points) -> list[NearestLists]:
    """On another machine: all that is near in one batch."""
    index = RowIndex(rows)
    for nearest in lists:
        nearest.read(index)
    return lists
