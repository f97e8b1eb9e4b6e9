"""Rows of the release that repeat each other.

A row written twice hides from an attack that sets the nearest row against the second; the one here reads distinct
distances. Repeats accuse nobody, for members and non-members meet the same ones; a reader should know of them.
"""

import numpy as np
from scipy.special import gammaln

from synthaudit.encoding import distance_columns, row_codes
from synthaudit.files.catalogue import N_
from synthaudit.types import BoolArray, Cells, Coverage, IntArray, Repeats, Schema

UNUSUAL = 0.01
"""Share of rows that repeat another, beyond that in as many training rows, from which on a release repeats itself."""


def measure_repeats(schema: Schema, train: Cells, synthetic: Cells, occurrences: IntArray | None = None) -> Repeats:
    """Count the rows that another row of the same table equals, in the release and in train.

    Identifier columns are not compared: a row under a new identifier is the same row.

    Parameters
    ----------
    schema : Schema
    train, synthetic : Cells
        The training table and the release.
    occurrences : (c, 2) int, optional
        How often rows of the whole release occur, and how many of them so often, where ``synthetic`` is a sample.

    Returns
    -------
    Repeats
        Counts of rows, no row. ``unusual`` compares equal numbers of rows of both tables: among more rows more are
        equal by chance.
    """
    columns = distance_columns(schema)
    rows = row_codes({"train": train, "synthetic": synthetic}, columns if columns.any() else ~columns)
    if occurrences is None:
        times = np.unique(rows["synthetic"], return_counts=True)[1]
        occurrences = np.stack(np.unique(times, return_counts=True), axis=1)
    often, n_rows = occurrences.T
    n_synthetic = int((often * n_rows).sum())
    size = min(len(train), n_synthetic)
    return Repeats(
        synthetic=int((often * n_rows)[often > 1].sum()),
        n_synthetic=n_synthetic,
        train=int(is_repeated(rows["train"]).sum()),
        n_train=len(train),
        unusual=_share(often, n_rows, size) > share_repeated(rows["train"], size) + UNUSUAL,
    )


def cover_repeats(repeats: Repeats) -> Coverage:
    """The line of the coverage record; repeats block no pass."""
    share = repeats.synthetic / max(repeats.n_synthetic, 1)
    reason = N_("{share} of the rows repeat another row of the release").format(share=_percent(share))
    reason += N_(" ({n_train} of the training rows repeat one of train)").format(
        n_train=_percent(repeats.train / max(repeats.n_train, 1))
    )
    if repeats.unusual:
        reason += N_("; that accuses nobody, for members and non-members meet the same repeats")
    return Coverage(test=N_("rows that repeat"), status="ran", reason=reason)


def is_repeated(rows: IntArray) -> BoolArray:
    """(n,) whether another row has the same code.

    Examples
    --------
    >>> is_repeated(np.array([3, 1, 3])).tolist()
    [True, False, True]
    """
    _, inverse, count = np.unique(rows, return_inverse=True, return_counts=True)
    return np.asarray(count[inverse.reshape(-1)] > 1, dtype=np.bool_)


def share_repeated(rows: IntArray, size: int) -> float:
    """Expected share of rows that another equals in a random sample of ``size`` of them.

    A row that occurs c times among m has one of the other c - 1 beside it in the sample with probability
    1 - C(m - c, size - 1) / C(m - 1, size - 1).

    Examples
    --------
    >>> round(share_repeated(np.array([1, 1, 2, 3]), 2), 4)  # one pair of six is equal
    0.1667
    """
    return _share(*np.unique(np.unique(rows, return_counts=True)[1], return_counts=True), size)


def _share(count: IntArray, n_rows: IntArray, size: int) -> float:
    """The same, where ``n_rows`` different rows occur ``count`` times each."""
    m = int((count * n_rows).sum())
    size = min(size, m)
    if size < 2:
        return 0.0
    rest = np.maximum(m - count, 0)
    log_none = gammaln(rest + 1) - gammaln(np.maximum(rest - size + 1, 0) + 1) - gammaln(m) + gammaln(m - size + 1)
    none = np.where(rest >= size - 1, np.exp(np.minimum(log_none, 0.0)), 0.0)
    return float((n_rows * count * (1 - none)).sum() / m)


def _percent(share: float) -> str:
    return N_("less than 0.1 %") if 0 < share < 0.001 else f"{100 * share:.1f} %".replace(".0 %", " %")
