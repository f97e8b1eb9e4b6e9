"""Linkability: two attackers, each knowing half of a record, come to the same row."""

import numpy as np

from synthaudit.encoding import distance_columns, row_codes
from synthaudit.risks.closeness import Grid, shares_a_row
from synthaudit.types import Cells, FloatArray, Schema

N_CUTS = 4
N_NEIGHBOURS = 5


def linked(
    schema: Schema, queries: Grid, rows: Cells, row_grid: Grid, rng: np.random.Generator, *, jobs: int = 1
) -> FloatArray:
    """How often both halves of a candidate row are near one and the same row.

    Parameters
    ----------
    queries : Grid
        n rows of the people asked about.
    rows, row_grid : Cells, Grid
        The m rows that the attackers read, by content and on the grid.
    rng : numpy.random.Generator
        Cuts the columns in two, four times, and orders rows that are equally near, anew for each half: else two
        attackers who know next to nothing would agree on the rows that come first.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (n,) array of float
        Share of the cuts in which the five nearest rows by one half and by the other have one in common. Rows of equal
        content count as one.
    """
    used = np.flatnonzero(distance_columns(schema))
    halves = np.array([np.isin(row_grid.owner, rng.permutation(used)[: len(used) // 2]) for _ in range(N_CUTS)])
    order = np.array([[rng.permutation(len(rows)) for _ in range(2)] for _ in range(N_CUTS)], dtype=np.int32)
    content = row_codes({"rows": rows}, distance_columns(schema))["rows"]
    return shares_a_row(queries, row_grid, halves, order, content, N_NEIGHBOURS, jobs=jobs)
