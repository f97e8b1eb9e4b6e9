"""How like the real rows a release is, column by column and pair by pair, beside what fresh real rows reach."""

from itertools import combinations

import numpy as np

from synthaudit.encoding import NUMBERS, canonical_order
from synthaudit.types import Cells, Column, ColumnSimilarity, FloatArray, IntArray, Kind, Schema, Similarity, Utility

MOST_ROWS = 20_000
"""Rows of each table that are compared."""
N_BINS = 20
"""Of a number, of equal shares of real rows; levels are compared one by one."""
N_BINS_PAIRED = 8
"""Of a number in a pair, and levels of a category there, the most common ones."""
MOST_COLUMNS = 30
"""Of more columns, pairs of so many are compared, drawn at random."""
COMPARED: tuple[Kind, ...] = ("numeric", "datetime", "categorical", "boolean")
"""Keys and sentences have no law of their own."""


def measure_utility(
    schema: Schema, train: Cells, holdout: Cells | None, release: Cells, rng: np.random.Generator
) -> Utility | None:
    """Hold the release and as many real people against train.

    Parameters
    ----------
    schema : Schema
    train, holdout, release : Cells
        In one code of cells. Without a holdout one half of train is held against the other.
    rng : Generator
        Rows that are compared; none of the figures depends on the order of a table.

    Returns
    -------
    Utility or None
        None where no column has a law to compare, or a table is empty.

    Notes
    -----
    Similarity is 1 minus the total variation distance, ``sum |p - q| / 2`` over levels, bins or pairs of them. It falls
    with fewer rows even between tables of one law, hence the figure of real people beside it.

    Examples
    --------
    >>> from synthaudit.encoding import fit_cells
    >>> import pandas as pd
    >>> schema = Schema(columns=(Column(name="sex", kind="categorical"), Column(name="smokes", kind="categorical")))
    >>> real = pd.DataFrame({"sex": list("ffmm") * 50, "smokes": list("yyyn") * 50})
    >>> mixed = real.assign(smokes=list("ynyy") * 50)
    >>> train, release = map(fit_cells(schema, [real], [mixed]).encode, (real, mixed))
    >>> utility = measure_utility(schema, train, train, release, np.random.default_rng(0))
    >>> utility.marginals.release, utility.pairs.release
    (1.0, 0.5)
    """
    places = [i for i, column in enumerate(schema.columns) if column.kind in COMPARED]
    known, fresh = _halves(train, rng) if holdout is None else (train, holdout)
    n = min(len(fresh), len(release), MOST_ROWS)
    if not places or not n or not len(known):
        return None
    drawn = [drawn_rows(table, size, rng) for table, size in ((known, MOST_ROWS), (release, n), (fresh, n))]
    columns = [schema.columns[i] for i in places]
    fine = [_levels(column, i, drawn, None) for column, i in zip(columns, places, strict=True)]
    by_column = tuple(
        ColumnSimilarity(column=column.name, kind=column.kind, release=like.release, real=like.real)
        for column, like in zip(columns, (_similarity(*levels) for levels in fine), strict=True)
    )
    chosen = np.sort(rng.choice(len(places), min(len(places), MOST_COLUMNS), replace=False))
    coarse = [_levels(columns[i], places[i], drawn, N_BINS_PAIRED) for i in chosen]
    pairs = [_similarity(*map(_paired, one, other)) for one, other in combinations(coarse, 2)]
    return Utility(
        marginals=_mean(by_column),
        pairs=_mean(pairs) if pairs else None,
        columns=by_column,
        n_rows=n,
        against_halves=holdout is None,
    )


def _halves(train: Cells, rng: np.random.Generator) -> tuple[Cells, Cells]:
    order = canonical_order(train)[rng.permutation(len(train))]
    return train.take(order[::2]), train.take(order[1::2])


def drawn_rows(cells: Cells, n: int, rng: np.random.Generator) -> Cells:
    """So many rows, or all, in an order of their content: whatever their order in the file, they are the same."""
    order = canonical_order(cells)
    return cells.take(order[np.sort(rng.choice(len(cells), n, replace=False))] if n < len(cells) else order)


def _levels(column: Column, place: int, tables: list[Cells], most: int | None) -> list[IntArray]:
    """By table, the level or bin of each row of one column; edges and common levels are those of the real rows."""
    known, _, fresh = tables
    if column.kind in NUMBERS:
        values = np.concatenate([table.values[:, place] for table in (known, fresh)])
        values = values[~np.isnan(values)]
        share = np.linspace(0, 1, (most or N_BINS) + 1)[1:-1]
        edges = np.unique(np.quantile(values, share)) if len(values) else np.zeros(0)
        return [_binned(table.values[:, place], edges) for table in tables]
    codes = [table.codes[:, place].astype(np.int64) for table in tables]
    if most is None:
        return codes
    level, count = np.unique(np.concatenate([codes[0], codes[2]]), return_counts=True)
    common = level[np.argsort(-count, kind="stable")[:most]]
    # Of the others, those that no real row has stay apart: no other level is like them.
    return [np.where(np.isin(code, common), code, np.where(np.isin(code, level), -2, -1)) for code in codes]


def _binned(values: FloatArray, edges: FloatArray) -> IntArray:
    """Bin of each number; of a missing one a bin of its own."""
    bins = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), len(edges) + 1, bins).astype(np.int64)


def _paired(one: IntArray, other: IntArray) -> IntArray:
    """One level for each pair of levels, which are few and not far below 0."""
    least = 2
    return (one + least) * (1 << 32) + other + least


def _similarity(known: IntArray, release: IntArray, fresh: IntArray) -> Similarity:
    return Similarity(release=1 - variation(known, release), real=1 - variation(known, fresh))


def variation(one: IntArray, other: IntArray) -> float:
    """Total variation distance between the laws of two samples of levels, in [0, 1].

    Examples
    --------
    >>> variation(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.25
    """
    level, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    share = [
        np.bincount(part, minlength=len(level)) / len(part)
        for part in (place.reshape(-1)[: len(one)], place.reshape(-1)[len(one) :])
    ]
    return float(np.abs(share[0] - share[1]).sum() / 2)


def _mean(parts: "tuple[ColumnSimilarity, ...] | list[Similarity]") -> Similarity:
    return Similarity(
        release=float(np.mean([part.release for part in parts])), real=float(np.mean([part.real for part in parts]))
    )
