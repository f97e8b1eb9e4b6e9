"""Rows of the release that repeat each other.

A row written twice hides from attacks that set the nearest row against the second. Those here read distinct rows or
distinct distances, so repeats accuse nobody; a reader should know of them all the same.
"""

import numpy as np

from synthaudit.encoding import distance_columns, row_codes
from synthaudit.types import BoolArray, Cells, Coverage, IntArray, Repeats, Schema

UNUSUAL = 0.01
"""Share of rows that repeat another, beyond the share in train, from which on a release is said to repeat itself."""


def measure_repeats(schema: Schema, train: Cells, synthetic: Cells) -> Repeats:
    """Count the rows that another row of the same table equals, in the release and in train.

    Identifier columns are not compared: a row under a new identifier is the same row.

    Parameters
    ----------
    schema : Schema
    train, synthetic : Cells
        The training table and the release.

    Returns
    -------
    Repeats
        Counts of rows, no row. ``unusual`` compares equal numbers of rows of both tables: among more rows more are
        equal by chance.
    """
    columns = distance_columns(schema)
    rows = row_codes({"train": train, "synthetic": synthetic}, columns if columns.any() else ~columns)
    release = is_repeated(rows["synthetic"])
    return Repeats(
        synthetic=int(release.sum()),
        n_synthetic=len(synthetic),
        train=int(is_repeated(rows["train"]).sum()),
        n_train=len(train),
        unusual=bool(release.mean() > _natural(rows["train"], len(synthetic)) + UNUSUAL),
    )


def cover_repeats(found: Repeats) -> Coverage:
    """The line of the coverage record; repeats block no pass."""
    share = found.synthetic / max(found.n_synthetic, 1)
    reason = f"{_percent(share)} of the rows repeat another row of the release"
    reason += f" ({_percent(found.train / max(found.n_train, 1))} of the training rows repeat one of train)"
    if found.unusual:
        reason += "; the attacks that compare the nearest rows read each distinct row once"
    return Coverage(test="rows that repeat", status="ran", reason=reason)


def is_repeated(rows: IntArray) -> BoolArray:
    """(n,) whether another row has the same code.

    Examples
    --------
    >>> is_repeated(np.array([3, 1, 3])).tolist()
    [True, False, True]
    """
    _, inverse, count = np.unique(rows, return_inverse=True, return_counts=True)
    return np.asarray(count[inverse.reshape(-1)] > 1, dtype=np.bool_)


def _natural(train: IntArray, n_rows: int) -> float:
    """Share of rows that would repeat among ``n_rows`` drawn from the law of train.

    A row of train that occurs c times among n is taken to have the chance (c - 1) / (n - 1) of being met again at each
    draw; for as many rows as train has this is close to train's own share, for more it grows as it must.
    """
    _, inverse, count = np.unique(train, return_inverse=True, return_counts=True)
    chance = (count[inverse.reshape(-1)] - 1) / max(len(train) - 1, 1)
    return float((1 - (1 - chance) ** max(n_rows - 1, 0)).mean())


def _percent(share: float) -> str:
    return "less than 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %".replace(".0 %", " %")
