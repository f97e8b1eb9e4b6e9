"""The unit of every statistic: one person where entities are declared, else one row."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from synthaudit.types import BoolArray, FloatArray, IntArray

Summary = Literal["max", "mean"]


def entity_scores(scores: npt.ArrayLike, entity: npt.ArrayLike) -> dict[Summary, FloatArray]:
    """Summarise row scores by entity: its most suspicious row and its average row.

    Parameters
    ----------
    scores : (n,) array of float
        Finite scores of rows.
    entity : (n,) array of int
        Which entity each row belongs to.

    Returns
    -------
    dict
        ``"max"`` and ``"mean"``, (n_units,) each, entities in ascending order of code. The order of an entity's
        rows changes no bit of either.

    Examples
    --------
    >>> entity_scores([1.0, 5.0, 2.0], [7, 3, 7])
    {'max': array([5., 2.]), 'mean': array([5. , 1.5])}
    """
    row, code = np.asarray(scores, dtype=np.float64), np.asarray(entity)
    if row.shape != code.shape or row.ndim != 1:
        raise ValueError("scores and entity must be of the same length")
    by_entity = np.lexsort((row, code))
    row, code = row[by_entity], code[by_entity]
    start = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.empty(0, dtype=np.int64)
    size = np.diff(np.r_[start, len(code)])
    if not len(code):
        return {"max": row, "mean": row}
    return {"max": np.maximum.reduceat(row, start), "mean": np.add.reduceat(row, start) / size}


def entity_labels(is_member: npt.ArrayLike, entity: npt.ArrayLike) -> BoolArray:
    """Membership of entities, in ascending order of code.

    Raises
    ------
    ValueError
        Where an entity has rows on both sides: it is neither member nor non-member.

    Examples
    --------
    >>> entity_labels([True, False, True], [7, 3, 7]).tolist()
    [False, True]
    """
    label, code = np.asarray(is_member, dtype=np.bool_), np.asarray(entity)
    if label.shape != code.shape:
        raise ValueError("is_member and entity must be of the same length")
    _, unit = np.unique(code, return_inverse=True)
    members, rows = np.bincount(unit, weights=label), np.bincount(unit)
    mixed = int(((members > 0) & (members < rows)).sum())
    if mixed:
        raise ValueError(f"entities with rows among members and non-members: {mixed}")
    return members > 0


def folds(n: int, k: int, rng: np.random.Generator, entity: npt.ArrayLike | None = None) -> IntArray:
    """Deal rows into k folds at random, whole entities at a time and blind to labels.

    Parameters
    ----------
    n, k : int
        Rows and folds.
    rng : numpy.random.Generator
        Source of the draw.
    entity : (n,) array of int, optional
        Rows of one entity share a fold; without it each row is its own entity.

    Returns
    -------
    (n,) array of int
        Fold in 0..k-1; folds differ by at most one entity in size.

    Examples
    --------
    >>> fold = folds(6, 3, np.random.default_rng(0))
    >>> sorted(fold.tolist())
    [0, 0, 1, 1, 2, 2]
    """
    unit = np.arange(n) if entity is None else np.unique(np.asarray(entity), return_inverse=True)[1]
    if len(unit) != n:
        raise ValueError(f"entity has {len(unit)} codes for {n} rows")
    n_units = int(unit.max()) + 1 if n else 0
    dealt: IntArray = rng.permutation(np.arange(n_units, dtype=np.int64) % k)[unit]
    return dealt


def random_order(n: int, rng: np.random.Generator) -> IntArray:
    """Draw the order that breaks every tie of the audit: (n,) distinct priorities, the lowest goes first.

    One draw serves all attacks and both classes, so that ties favour nobody.
    """
    return rng.permutation(n).astype(np.int64)


def split_halves(is_member: BoolArray, rng: np.random.Generator) -> BoolArray:
    """(n,) mask of a random half that holds half of the members and half of the non-members."""
    half = np.zeros(len(is_member), dtype=np.bool_)
    for label in (True, False):
        units: IntArray = np.flatnonzero(is_member == label)
        half[rng.permutation(units)[: len(units) // 2]] = True
    return half


def check(scores: npt.ArrayLike, is_member: npt.ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Take scores (n,) or (K, n) and labels (n,), or raise ValueError on anything that statistics cannot mean."""
    score, label = np.asarray(scores, dtype=np.float64), np.asarray(is_member)
    if label.dtype != np.bool_:
        raise ValueError("is_member must be boolean")
    if label.ndim != 1 or score.ndim not in (1, 2) or score.shape[-1] != len(label):
        raise ValueError(f"scores of shape {score.shape} do not fit {label.shape} labels")
    if not np.isfinite(score).all():
        raise ValueError("scores must be finite")
    return score, label


def by_unit(
    scores: npt.ArrayLike, is_member: npt.ArrayLike, entity: npt.ArrayLike | None, summary: Summary
) -> tuple[FloatArray, BoolArray, npt.NDArray[Any]]:
    """One score and label per unit, and the position of the row that a unit was first met in."""
    score, label = check(scores, is_member)
    if entity is None:
        return score, label, np.arange(len(label))
    first = np.unique(np.asarray(entity), return_index=True)[1]
    return entity_scores(score, entity)[summary], entity_labels(label, entity), first
