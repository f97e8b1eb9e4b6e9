"""What several attacks read: distances to count by, points as plain numbers for trees, kernels and networks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthaudit.attacker.view import K_NEIGHBOURS
from synthaudit.types import FloatArray, IntArray, Neighbours, Points

_MOST_LEVELS = 24
_DIGITS = 10


def distances_to(neighbours: Neighbours) -> FloatArray:
    """(n, 20) distances to the nearest rows, ascending, inf where there is none; to count rows within a distance.

    Many distances are equal sums of rank differences: rounding keeps them equal whatever the order of the terms.
    """
    return np.round(neighbours.distance[:, :K_NEIGHBOURS], _DIGITS)


def ordinal(points: Points) -> npt.NDArray[np.float32]:
    """(n, p + q) numbers followed by codes as they are, for trees, which cut a column anywhere."""
    return np.concatenate([points.numeric, points.codes], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class OneHot:
    """Categories as one column per frequent level; all other levels of a category share one column."""

    levels: tuple[npt.NDArray[np.int32], ...]

    def transform(self, points: Points) -> FloatArray:
        """(n, d) numbers, then one-hot categories scaled so that one mismatch costs 1 in squared distance."""
        columns = [points.numeric]
        for i, level in enumerate(self.levels):
            known = points.codes[:, i][:, None] == level[None, :]
            rest = ~known.any(axis=1, keepdims=True)
            columns.append(np.concatenate([known, rest], axis=1) / np.sqrt(2))
        return np.concatenate(columns, axis=1)


def fit_one_hot(*tables: Points) -> OneHot:
    """Find the 24 most frequent levels of each categorical column in all tables together."""
    codes = np.concatenate([table.codes for table in tables])
    levels = []
    for i in range(codes.shape[1]):
        level, count = np.unique(codes[:, i], return_counts=True)
        levels.append(level[np.argsort(-count, kind="stable")[:_MOST_LEVELS]])
    return OneHot(levels=tuple(levels))


@dataclass(frozen=True, slots=True, eq=False)
class TwoClasses:
    """Release (1) and reference (0) as one training table, its rows in the order of their content.

    What a model learns from it does not depend on the order of rows in either file.
    """

    x: npt.NDArray[Any]
    label: IntArray


def two_classes(synthetic: npt.NDArray[Any], reference: npt.NDArray[Any]) -> TwoClasses:
    """Stack (m, d) rows of the release on (n_R, d) rows of the reference and sort them."""
    x = np.concatenate([synthetic, reference])
    label = np.repeat([1, 0], [len(synthetic), len(reference)])
    order = np.lexsort((label, *x.T))
    return TwoClasses(x=x[order], label=label[order])


def by_content(points: Points) -> Points:
    """The same rows in the order of their content."""
    return points.take(np.lexsort((*points.codes.T, *points.numeric.T)))
