"""Associations of a release that are those of the real rows in another shape.

A poor generator loses association, or makes some up where there was hardly any: noise for privacy does, and a network
that learned too little. A disguise of columns, one by one, makes none: it keeps an association, or bends it. So what is
bent, and no stronger than the real one, cannot be put down to a poor generator.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import NUMBERS, midrank
from synthaudit.statistics.laws import chi_squared_upper_quantile
from synthaudit.types import Cells, FloatArray, IntArray, Schema

_BINS = 8
_MOST_ROWS = 5_000
CHANCE = 1e-3
_RAREST = 0.02
"""Bins of a smaller share of either table count for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How two columns go together, phi-squared of their table of 8 by 8 quantiles or levels."""

    first: int
    second: int
    real: float
    """In the real rows."""
    mismatch: float
    """Squared distance of the singular values of the two tables of residuals, as a share of ``real``: no disguise of a
    column, in whatever order it puts its bins, changes them."""
    new: float
    """Part of that in the release that is no part of the real one; near 0 where it is the real one or any weaker,
    independence included."""


def new_associations(
    schema: Schema, real: Cells, release: Cells, n_effective: float, rng: np.random.Generator
) -> Iterator[Association]:
    """Compare the association of every two columns between the real rows and the release.

    Parameters
    ----------
    schema : Schema
    real, release : Cells
        At most 5,000 rows of each are read, drawn at random.
    n_effective : float
        Rows of the release that were drawn by themselves: of rows that repeat others fewer.

    Yields
    ------
    Association
        Of every two columns.

    Notes
    -----
    With r and s the standardised residuals ``(p_ab - p_a p_b) / sqrt(p_a p_b)`` of the real rows and of the release
    and L = <s, r> / <r, r> cut to [0, 1], new = |s - L r|^2, less the most that chance adds to it: the chi-squared
    quantile that is passed with a chance of .001 over all pairs.
    """
    columns = [i for i, column in enumerate(schema.columns) if column.kind in (*NUMBERS, "categorical")]
    drawn = [table.take(np.sort(rng.permutation(len(table))[:_MOST_ROWS])) for table in (real, release)]
    bins = [_binned(schema, i, *drawn) for i in columns]
    if not columns:
        return
    hot = [np.concatenate([_one_hot(pair[side]) for pair in bins], axis=1) for side in (0, 1)]
    n_rows = [len(table) for table in drawn]
    shares = [table.mean(axis=0) for table in hot]
    rows_made = min(n_effective, n_rows[1])
    level = CHANCE / max(len(columns) * (len(columns) - 1) // 2, 1)
    counted = np.minimum(*shares) >= _RAREST
    step = _BINS + 1
    for a in range(len(columns)):
        own = slice(a * step, (a + 1) * step)
        rest = slice((a + 1) * step, None)
        residuals = []
        for table, share, n in zip(hot, shares, n_rows, strict=True):
            expected = np.outer(share[own], share[rest])
            residual = (table[:, own].T @ table[:, rest] / n - expected) / np.sqrt(np.maximum(expected, 1e-12))
            residuals.append(np.where(np.outer(counted[own], counted[rest]), residual, 0.0))
        r, s = (x.reshape(step, -1, step).transpose(1, 0, 2).reshape(-1, step * step) for x in residuals)
        strength = (r**2).sum(axis=1)
        spectra = [np.linalg.svd(x.reshape(-1, step, step), compute_uv=False) for x in (r, s)]
        mismatch = ((spectra[0] - spectra[1]) ** 2).sum(axis=1) / np.maximum(strength, 1e-12)
        part = np.clip((r * s).sum(axis=1) / np.maximum(strength, 1e-12), 0.0, 1.0)
        free = counted[own].sum() * counted[rest].reshape(-1, step).sum(axis=1)
        chance = chi_squared_upper_quantile(level, np.maximum(free, 1)) * (1 / rows_made + part**2 / n_rows[0])
        new = ((s - part[:, None] * r) ** 2).sum(axis=1) - chance
        for b in range(len(new)):
            yield Association(
                first=columns[a],
                second=columns[a + 1 + b],
                real=float(strength[b]),
                mismatch=float(mismatch[b]),
                new=float(new[b]),
            )


def _binned(schema: Schema, i: int, real: Cells, release: Cells) -> tuple[IntArray, IntArray]:
    """Bins of one column in both tables, below 8; 8 where it is missing or a rarer level."""
    if schema.columns[i].kind in NUMBERS:
        values = real.values[:, i]
        ascending = np.sort(values[~np.isnan(values)])
        ranks = [np.minimum(_BINS * midrank(t.values[:, i], ascending), _BINS - 1) for t in (real, release)]
        both = [np.where(np.isnan(t.values[:, i]), _BINS, r) for t, r in zip((real, release), ranks, strict=True)]
        return both[0].astype(np.int64), both[1].astype(np.int64)
    level, count = np.unique(real.codes[:, i], return_counts=True)
    common = level[np.argsort(-count, kind="stable")[:_BINS]]
    order = np.argsort(common, kind="stable")
    both = []
    for table in (real, release):
        place = np.minimum(np.searchsorted(common[order], table.codes[:, i]), len(common) - 1)
        both.append(np.where(common[order][place] == table.codes[:, i], order[place], _BINS))
    return both[0].astype(np.int64), both[1].astype(np.int64)


def _one_hot(bins: IntArray) -> FloatArray:
    return np.asarray(bins[:, None] == np.arange(_BINS + 1), dtype=np.float64)
