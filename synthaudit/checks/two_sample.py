"""Classifier two-sample test: how well two releases of one pool can be told apart (Lopez-Paz and Oquab 2017)."""

import numpy as np

from synthaudit.encoding import UNSEEN, QuantileSpace
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import nearest
from synthaudit.statistics.roc import auc
from synthaudit.types import Cells, Estimate, FloatArray, Measured, NotEstimable

_MOST_ROWS = 2_000
_FOLDS = 2
_TREES = 100
_LEAF = 5


def tell_apart(
    space: QuantileSpace, pool: Cells, first: Cells, second: Cells, rng: np.random.Generator, jobs: int = 1
) -> Measured:
    """Cross-fitted AUC of a classifier between the rows of two releases; .5 where they are of one kind.

    A row is seen as it stands, and beside the pool: which of its numbers and levels nobody has, how near the nearest
    people are, and in how many columns it agrees with the nearest. That tells copies, rows between people and rows with
    noise on them from each other, which stand in the same places.

    Parameters
    ----------
    space : QuantileSpace
        Where distances are taken.
    pool : Cells
        Real rows that the releases may have been made from, members and non-members alike, unlabelled.
    first, second : Cells
        The releases; equal numbers of their rows are used, 2,000 at most.
    rng : Generator
        Rows, folds and trees.
    jobs : int
        Threads; the result does not depend on it.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    size = min(len(first), len(second), _MOST_ROWS)
    if size < 2 * _FOLDS:
        return NotEstimable(not_estimable=N_("{size} rows are too few to tell two releases apart").format(size=size))
    drawn = [table.take(np.sort(rng.permutation(len(table))[:size])) for table in (first, second)]
    x = np.concatenate([_features(space, pool, table, jobs) for table in drawn])
    y = np.repeat([False, True], size)
    fold = np.concatenate([rng.permutation(size) % _FOLDS for _ in drawn])
    folds: list[Estimate] = []
    for f in range(_FOLDS):
        seed = int(rng.integers(2**31))
        trees = ExtraTreesClassifier(
            n_estimators=_TREES, min_samples_leaf=_LEAF, max_features=0.5, random_state=seed, n_jobs=jobs
        )
        score = trees.fit(x[fold != f], y[fold != f]).predict_proba(x[fold == f])[:, 1]
        fold_auc = auc(score, y[fold == f])
        if isinstance(fold_auc, NotEstimable):
            return fold_auc
        folds.append(fold_auc)
    # However the two folds err together, the mean of the ends covers the mean.
    value, low, high = (float(np.mean([getattr(part, end) for part in folds])) for end in ("value", "low", "high"))
    return Estimate(value=value, low=low, high=high, confidence_level=folds[0].confidence_level, n=2 * size)


def _features(space: QuantileSpace, pool: Cells, release: Cells, jobs: int) -> FloatArray:
    known = np.column_stack([np.isin(release.codes[:, j], pool.codes[:, j]) for j in range(pool.codes.shape[1])])
    # A level that nobody has is one to both releases, also where only one of them was there to be encoded.
    cells = Cells(codes=np.where(known, release.codes, UNSEEN), values=release.values)
    points, people = space.points(cells), space.points(pool)
    near = nearest(points, people, 2, norm="l2", jobs=jobs)
    first = near.row[:, 0]
    same = cells.codes == pool.codes[first]
    step = points.numeric - people.numeric[first]
    return np.column_stack(
        [points.numeric, points.codes, ~known, same, np.abs(step), near.distance, known.sum(axis=1), same.sum(axis=1)]
    )
