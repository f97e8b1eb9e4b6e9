"""Extremely randomised trees that tell two classes apart (Geurts, Ernst and Wehenkel 2006).

Those of scikit-learn by another way: every audit needs them for one control, and importing scikit-learn takes longer
than the rest of a small audit takes to import.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from synthaudit.runtime.jit import inlined, jit
from synthaudit.types import BoolArray, FloatArray, IntArray

Features = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomTrees:
    """Trees that split a few columns, drawn at random, at places drawn at random, and keep the best of these splits.

    Both classes weigh as much, however many rows they have.

    Parameters
    ----------
    n_trees : int
    leaf : int
        Fewest rows of a leaf.
    jobs : int
        Threads; the result does not depend on it.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, label = rng.normal(size=(400, 2)).astype(np.float32), np.arange(400) < 200
    >>> x[label, 1] += 3
    >>> score = RandomTrees().fit_score(x[::2], label[::2], x[1::2], rng)
    >>> bool(((score > 0.5) == label[1::2]).mean() > 0.85)
    True
    """

    n_trees: int = 30
    leaf: int = 5
    jobs: int = 1

    def fit_score(self, x: Features, label: BoolArray, asked: Features, rng: np.random.Generator) -> FloatArray:
        """(n_asked,) mean weight of the class True in the leaves that the rows reach.

        Parameters
        ----------
        x : (n, d) array
            Without missing values.
        label : (n,) array
        asked : (n_asked, d) array
        rng : Generator
            Columns and places of the splits.
        """
        weight = np.where(label, 1 / max(label.sum(), 1), 1 / max((~label).sum(), 1))
        n_columns = max(1, math.isqrt(x.shape[1]))
        table, queries = np.ascontiguousarray(x), np.ascontiguousarray(asked)
        votes = Parallel(n_jobs=self.jobs, prefer="threads", return_as="generator")(
            delayed(_tree)(table, label, weight, queries, n_columns, self.leaf, np.uint64(seed))
            for seed in rng.integers(2**63, size=self.n_trees)
        )
        total = np.zeros(len(queries))
        # In the order of the trees, so that the last bit is the same for any number of threads.
        for vote in votes:
            total += vote
        return total / self.n_trees


@inlined
def _draw(state: npt.NDArray[np.uint64]) -> np.uint64:
    """The next number of the generator splitmix64."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint64(z ^ (z >> np.uint64(31)))


@jit
def _split(
    x: Features,
    label: BoolArray,
    weight: FloatArray,
    rows: IntArray,
    order: IntArray,
    n_columns: int,
    leaf: int,
    state: npt.NDArray[np.uint64],
) -> tuple[int, float]:
    """Column and place of the best of a few random splits; column -1 where none keeps enough rows on both sides."""
    best, best_column, best_place = -1.0, -1, 0.0
    n_tried = 0
    # Beyond so many columns only until one is met that is not constant here.
    for i in range(len(order)):
        if i >= n_columns and n_tried > 0:
            break
        j = i + int(_draw(state) % np.uint64(len(order) - i))
        order[i], order[j] = order[j], order[i]
        column = order[i]
        low, high = np.inf, -np.inf
        for row in rows:
            value = x[row, column]
            low, high = min(low, value), max(high, value)
        if not low < high:
            continue
        n_tried += 1
        place = low + (high - low) * (float(_draw(state) >> np.uint64(11)) / 9007199254740992.0)
        if place >= high:
            place = low
        n_left, left_out, left_in, right_out, right_in = 0, 0.0, 0.0, 0.0, 0.0
        for row in rows:
            w = weight[row]
            if x[row, column] <= place:
                n_left += 1
                if label[row]:
                    left_in += w
                else:
                    left_out += w
            elif label[row]:
                right_in += w
            else:
                right_out += w
        if n_left < leaf or len(rows) - n_left < leaf:
            continue
        # The larger, the purer by Gini's index.
        purity = (left_in**2 + left_out**2) / (left_in + left_out) + (right_in**2 + right_out**2) / (
            right_in + right_out
        )
        if purity > best:
            best, best_column, best_place = purity, column, place
    return best_column, best_place


@jit
def _tree(
    x: Features, label: BoolArray, weight: FloatArray, asked: Features, n_columns: int, leaf: int, seed: np.uint64
) -> FloatArray:
    """(n_asked,) share of the class True in the leaf that each row reaches in one tree."""
    n = len(x)
    state = np.array([seed], dtype=np.uint64)
    order = np.arange(x.shape[1])
    rows = np.arange(n)
    reached = np.arange(len(asked))
    out = np.full(len(asked), 0.5)
    # Parts of `rows` and of `reached` that share a node; a part is grown to its leaves before the next is begun.
    stack = [(0, n, 0, len(asked))]
    while len(stack):
        start, end, first, last = stack.pop()
        if first == last:
            continue
        here = rows[start:end]
        inside, outside = 0.0, 0.0
        for row in here:
            if label[row]:
                inside += weight[row]
            else:
                outside += weight[row]
        column, place = -1, 0.0
        if inside > 0.0 and outside > 0.0 and end - start >= 2 * leaf:
            column, place = _split(x, label, weight, here, order, n_columns, leaf, state)
        if column < 0:
            if inside + outside > 0.0:
                out[reached[first:last]] = inside / (inside + outside)
            continue
        cut = start + _parted(x, here, column, place)
        asked_cut = first + _parted(asked, reached[first:last], column, place)
        stack.append((start, cut, first, asked_cut))
        stack.append((cut, end, asked_cut, last))
    return out


@jit
def _parted(x: Features, rows: IntArray, column: int, place: float) -> int:
    """Put the rows up to ``place`` before the others; how many they are."""
    n_left = 0
    for i in range(len(rows)):
        if x[rows[i], column] <= place:
            rows[i], rows[n_left] = rows[n_left], rows[i]
            n_left += 1
    return n_left
