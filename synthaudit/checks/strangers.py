"""Rows of non-members that stand in the release word for word: whether chance explains them, or somebody saw them."""

import numpy as np

from synthaudit.checks.copies import Counted, Side, compared_columns
from synthaudit.checks.met_people import equal_rows_left_out
from synthaudit.encoding import joined, row_codes
from synthaudit.statistics.laws import binomial_sf
from synthaudit.statistics.meetings import REPEATING, SHARPER
from synthaudit.types import BoolArray, CodeArray, FloatArray, IntArray, Schema, StrangersCopied

ASKED_BELOW = 0.01
"""p of so many rows met by chance below which rows that the release repeats are asked for another explanation."""
COMMON_BELOW = 0.01
"""p of the rank-sum test by which rows met by chance are rows of common values."""


def strangers_copied(schema: Schema, train: Side, holdout: Side, counted: Counted) -> StrangersCopied:
    """Different rows of non-members that the release holds, and the chance of so many if nobody saw the holdout.

    A release that is merely sharper than life meets them more often: the second chance allows it three times as many.
    Two rows of different people are equal as often in the real tables as between release and holdout: given all equal
    pairs, those with the release are binomial with its share of the pairs, whatever the law of the rows and the sizes.

    Tables from which equal rows were left out do not say how often rows meet. Then the rows that the release itself
    repeats do, where those that it meets have common values, as rows met by chance have and picked ones do not.
    """
    columns = compared_columns(schema)
    rows = row_codes({"train": train.cells, "holdout": holdout.cells}, columns)
    is_met = np.zeros(len(holdout.cells), dtype=bool) if counted.holdout is None else counted.holdout > 0
    n_met = len(np.unique(rows["holdout"][is_met]))
    strangers = _of_people(rows["holdout"], holdout.entity)
    real = np.concatenate([_of_people(rows["train"], train.entity), strangers])
    held = np.unique(real, return_counts=True)[1].astype(np.float64)
    n_twins = int((held * (held - 1) / 2).sum())
    pairs = counted.n_distinct * len(strangers), len(real) * (len(real) - 1) / 2
    pvalue, sharper = (
        float(binomial_sf(n_met - 1, n_met + n_twins, times * pairs[0] / (times * pairs[0] + pairs[1])))
        for times in (1, SHARPER)
    )
    if pvalue < ASKED_BELOW and _are_thinned(schema, train, holdout) and _are_common(train, holdout, columns, is_met):
        n_repeated = counted.n_synthetic - counted.n_distinct
        by_repeats = float(binomial_sf(n_met - 1, n_met + n_twins + n_repeated, REPEATING / (1 + REPEATING)))
        pvalue, sharper = max(pvalue, by_repeats), max(sharper, by_repeats)
    return StrangersCopied(rows=n_met, pvalue=pvalue, pvalue_sharper=sharper)


def _of_people(rows: IntArray, entity: IntArray | None) -> IntArray:
    """Rows, each once for every person who has it."""
    return rows if entity is None else np.unique(np.stack([rows, entity]), axis=1)[0]


def _are_thinned(schema: Schema, train: Side, holdout: Side) -> bool:
    """Whether equal rows were left out of the real tables."""
    entity = [np.arange(len(side.cells)) if side.entity is None else side.entity for side in (train, holdout)]
    apart = int(entity[0].max(initial=-1)) + 1
    person = np.unique(np.r_[entity[0], entity[1] + apart], return_inverse=True)[1].reshape(-1)
    columns = tuple(np.flatnonzero(compared_columns(schema)).tolist())
    return equal_rows_left_out(schema, joined(train.cells, holdout.cells), person, columns)


def _are_common(train: Side, holdout: Side, columns: BoolArray, is_met: BoolArray) -> bool:
    """Whether the rows that are met have commoner values than the others of the holdout."""
    if is_met.all() or not is_met.any():
        return False
    codes = np.concatenate([train.cells.codes, holdout.cells.codes])[:, columns]
    rarity = sum((_rarity(column) for column in codes.T), np.zeros(len(codes)))[len(train.cells) :]
    from scipy.stats import mannwhitneyu  # exact for a few rows; hardly an audit gets here

    test = mannwhitneyu(rarity[is_met], rarity[~is_met], alternative="less")
    return bool(test.pvalue < COMMON_BELOW)


def _rarity(column: CodeArray) -> FloatArray:
    """(n,) minus log share of the rows that have the same cell."""
    _, place, count = np.unique(column, return_inverse=True, return_counts=True)
    return np.asarray(-np.log(count / len(column))[place.reshape(-1)], dtype=np.float64)
