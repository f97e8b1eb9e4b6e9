"""Whether the rows of a release come in the order of the training table, which tells who each was made from."""

import numpy as np

from synthaudit.encoding import distance_columns, fit_space, row_codes
from synthaudit.neighbours import RowIndex
from synthaudit.statistics.row_order import FEWEST_ROWS, content_blocks, follows_order
from synthaudit.types import Cells, IntArray, Schema

ORDER_ALPHA = 0.001
"""Of each release's order."""
N_QUESTIONS = 4
"""That share it."""
MOST = 2_000
"""Rows whose nearest training row is looked up."""


def rows_in_order(
    schema: Schema,
    train: Cells,
    release: Cells,
    entity: IntArray | None,
    rng: np.random.Generator,
    jobs: int = 1,
) -> int:
    """Rows of a release that come in the order of the training rows they are nearest to; 0 where none surely do.

    Parameters
    ----------
    schema : Schema
    train, release : Cells
        In the orders in which the files have them.
    entity : (n,) int, optional
        Person of each training row; each then counts once, where the release first comes near one of their rows.
    rng : numpy.random.Generator
        Draws the rows of a large release.
    jobs : int
        Threads; changes no figure.

    Notes
    -----
    Asked of rows that equal one training row, and of all rows by their nearest one (L2 in the quantile space of train):
    within what the release is sorted or grouped by, and of the first rows of its groups within what it is sorted by.
    Own; see :func:`statistics.row_order.follows_order`.
    """
    if min(len(train), len(release)) < FEWEST_ROWS:
        return 0
    block, by_sorting = (content_blocks(release.codes, grouped=grouped) for grouped in (True, False))
    for rows, match in (_equal(schema, train, release), _nearest(schema, train, release, rng, jobs)):
        if entity is None:
            pvalue, first = follows_order(match, block[rows]), np.unique(block[rows], return_index=True)[1]
        else:
            match = _first_row(entity)[match]
            pvalue, first = 1.0, np.sort(np.unique(match, return_index=True)[1])
        among_groups = follows_order(match[first], by_sorting[rows[first]], with_neighbours=entity is None)
        if N_QUESTIONS * min(pvalue, among_groups) < ORDER_ALPHA:
            return len(rows) if entity is None else len(first)
    return 0


def _equal(schema: Schema, train: Cells, release: Cells) -> tuple[IntArray, IntArray]:
    """Rows of the release that equal one training row and no other, and which."""
    columns = distance_columns(schema)
    rows = row_codes({"train": train, "release": release}, columns if columns.any() else ~columns)
    content, place, times = np.unique(rows["train"], return_index=True, return_counts=True)
    content, place = content[times == 1], place[times == 1]
    at = np.minimum(np.searchsorted(content, rows["release"]), max(len(content) - 1, 0))
    is_equal = content[at] == rows["release"] if len(content) else np.zeros(len(release), dtype=np.bool_)
    found = np.flatnonzero(is_equal)
    return found, place[at[found]].astype(np.int64) if len(found) else found


def _nearest(
    schema: Schema, train: Cells, release: Cells, rng: np.random.Generator, jobs: int
) -> tuple[IntArray, IntArray]:
    """Some rows of the release, in their order, and the training row nearest to each."""
    drawn = np.sort(rng.permutation(len(release))[:MOST])
    # A part at once keeps neighbours neighbours.
    if len(release) > MOST:
        start = int(rng.integers(len(release) - MOST // 2))
        drawn = np.unique(np.concatenate([drawn[::2], np.arange(start, start + MOST // 2)]))
    space = fit_space(schema, train, release)
    lists = RowIndex(space.points(train)).nearest(space.points(release.take(drawn)), 1, norm="l2", jobs=jobs)
    return drawn, lists.row[:, 0]


def _first_row(entity: IntArray) -> IntArray:
    """(n,) where the person of each row first stands."""
    _, first, person = np.unique(entity, return_index=True, return_inverse=True)
    return np.asarray(first[person.reshape(-1)], dtype=np.int64)
