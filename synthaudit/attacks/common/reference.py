"""Which reference rows may be compared with which candidates."""

from collections.abc import Iterator

import numpy as np

from synthaudit.types import AttackerView, IntArray

_FOLDS = 5


def reference_splits(view: AttackerView, n: int, rng: np.random.Generator) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of (candidates to score, reference rows to fit on), every candidate once.

    One pair where the attacker holds a reference of its own. Where the unlabelled candidates are the reference,
    label-blind folds, so that no candidate is ever compared with itself.
    """
    if not view.reference_is_candidates:
        yield np.arange(n), np.arange(len(view.reference))
        return
    fold = rng.permutation(n) % _FOLDS
    for f in range(_FOLDS):
        yield np.flatnonzero(fold == f), np.flatnonzero(fold != f)


def some_rows(rows: IntArray, most: int, rng: np.random.Generator) -> IntArray:
    """These rows, or ``most`` of them at random where there are more, in their order."""
    return rows if len(rows) <= most else rows[np.sort(rng.permutation(len(rows))[:most])]
