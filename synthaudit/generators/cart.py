"""Sequential regression trees, after synthpop: the generator family that ships with synthaudit.

The first column is resampled; every next one is drawn from the leaf of a tree that predicts it from the columns
before it (Nowok, Raab and Dibben 2016, "synthpop: Bespoke creation of synthetic data in R", J. Stat. Softw. 74(11)).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.generators.numbers import is_ordered
from synthaudit.types import FloatArray, IntArray

_MOST_INDICATORS = 12
"""A target with more levels than this is projected, so that a split costs the same for 20 and for 20,000 levels."""
_N_PROJECTIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """Sequential classification and regression trees (implements ``Generator``).

    Every cell of the release is a value of the training table, drawn from a leaf of at least ``leaf`` rows: small
    leaves memorise, large ones keep only coarse dependence.

    Parameters
    ----------
    leaf : int, default 5
        Fewest training rows in a leaf, at least 1; 5 is synthpop's default.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"age": [30.0, 31.0, 70.0, 71.0], "retired": pd.Series(["no", "no", "yes", "yes"])})
    >>> release = Cart(leaf=2).fit_sample(table, 1000, np.random.default_rng(0))
    >>> bool(((release["age"] > 50) == (release["retired"] == "yes")).all())
    True
    """

    leaf: int = 5
    name: str = "cart"

    def __post_init__(self) -> None:
        if self.leaf < 1:
            raise ValueError(f"leaf must be at least 1, got {self.leaf}")

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Fit on ``table`` and draw a release.

        Parameters
        ----------
        table : DataFrame
            Canonical cells (see ``AuditData``), at least one row and one column.
        n_rows : int
            Rows to draw, at least 1.
        rng : Generator
            The only source of randomness.

        Returns
        -------
        DataFrame
            ``n_rows`` rows, the columns and dtypes of ``table``, a fresh RangeIndex.
        """
        from sklearn.tree import DecisionTreeRegressor

        columns = [_coded(table.iloc[:, j]) for j in range(table.shape[1])]
        donors: list[IntArray] = []
        for j, column in enumerate(columns):
            target = column.target(rng)
            if j == 0 or not np.ptp(target, axis=0).any():
                donors.append(rng.integers(len(table), size=n_rows))
                continue
            predictors = np.column_stack([c.predictor(target, self.leaf) for c in columns[:j]])
            # A synthetic cell is known by the training row it came from, so it is encoded by look-up.
            drawn = np.column_stack([predictors[rows, c] for c, rows in enumerate(donors)])
            tree = DecisionTreeRegressor(min_samples_leaf=self.leaf, random_state=int(rng.integers(2**31)))
            tree.fit(predictors, target)
            donors.append(_draw_from_leaves(tree.apply(predictors), tree.apply(drawn), rng))
        return take_cells(table, donors)


def take_cells(table: pd.DataFrame, rows: list[IntArray]) -> pd.DataFrame:
    """Table whose column j holds the cells ``rows[j]`` of column j of ``table``; dtypes are kept."""
    series = {j: table.iloc[:, j].take(donors).reset_index(drop=True) for j, donors in enumerate(rows)}
    release = pd.DataFrame(series)
    release.columns = table.columns
    return release


def _draw_from_leaves(leaf_of_row: IntArray, leaf_of_draw: IntArray, rng: np.random.Generator) -> IntArray:
    """Position of a random training row in the leaf that each draw fell into."""
    order: IntArray = np.argsort(leaf_of_row, kind="stable")
    size = np.bincount(leaf_of_row)
    start = np.cumsum(size) - size
    offset = (rng.random(len(leaf_of_draw)) * size[leaf_of_draw]).astype(np.int64)
    donors: IntArray = order[start[leaf_of_draw] + offset]
    return donors


@dataclass(frozen=True, slots=True)
class _Coded:
    """One training column as integers: ordered columns by dense rank with missing = -1, others by level."""

    codes: IntArray
    ordered: bool

    def target(self, rng: np.random.Generator) -> FloatArray:
        """(n, p) outputs whose variance within a leaf is the impurity that a split lowers.

        Numbers and times: the rank, as no unit or outlier can dominate it, and an indicator of missing. Levels:
        indicators, whose summed variance is the Gini impurity; many levels are projected at random to a few
        outputs, which keeps distances between class shares (Johnson and Lindenstrauss 1984).
        """
        if self.ordered:
            missing = self.codes < 0
            counts = np.bincount(self.codes[~missing]) if not missing.all() else np.ones(1)
            midrank = (np.cumsum(counts) - 0.5 * counts) / counts.sum()
            rank = np.where(missing, 0.5, midrank[self.codes])
            return np.column_stack([rank, missing]) if missing.any() else rank[:, None]
        n_levels = int(self.codes.max()) + 1
        if n_levels > _MOST_INDICATORS:
            return rng.normal(scale=_N_PROJECTIONS**-0.5, size=(n_levels, _N_PROJECTIONS))[self.codes]
        return np.eye(n_levels)[self.codes]

    def predictor(self, target: FloatArray, leaf: int) -> npt.NDArray[np.float32]:
        """(n,) one number per row for the trees to cut; only its order matters, ties included.

        Missing numbers lie below all others, where one cut sets them apart. Levels are put in the order of the
        first principal component of their mean target, for which the best cut of one output is the best partition
        of the levels (Coppersmith, Hong and Hosking 1999); levels too rare to fill a leaf are pooled.
        """
        if self.ordered:
            return self.codes.astype(np.float32)
        counts = np.bincount(self.codes)
        level = np.where(counts < leaf, len(counts), np.arange(len(counts)))[self.codes]
        present, level = np.unique(level, return_inverse=True)
        weight = np.bincount(level)
        means = np.column_stack([np.bincount(level, output) / weight for output in target.T])
        centred = means - target.mean(axis=0)
        scatter = np.einsum("l,li,lj->ij", weight, centred, centred)
        axis = np.linalg.eigh(scatter)[1][:, -1]
        place = np.empty(len(present), dtype=np.float32)
        place[np.argsort(np.einsum("li,i->l", centred, axis), kind="stable")] = np.arange(len(present))
        return place[level]


def _coded(column: "pd.Series[Any]") -> _Coded:
    codes, _ = pd.factorize(column, sort=is_ordered(column))
    if is_ordered(column):
        return _Coded(codes.astype(np.int64), ordered=True)
    _, codes = np.unique(codes, return_inverse=True)  # missing, -1, becomes the level 0
    return _Coded(codes.astype(np.int64), ordered=False)
