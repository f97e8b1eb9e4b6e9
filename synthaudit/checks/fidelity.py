"""Whether the release looks like the population at all.

Every attack compares rows with people. A release in other units, with its sign turned or its levels renamed is far
from everybody, so nothing is found in it, whatever it holds; and a release that resembles nobody cannot be told from
one in disguise. Neither can pass.
"""

import numpy as np
from scipy.stats import ks_2samp
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

from synthaudit.adapters.alignment.keys import declare, is_named_like_a_key
from synthaudit.encoding import NUMBERS
from synthaudit.types import Cells, CodeArray, Coverage, FloatArray, Kind, Points, Schema

FARTHEST = 0.35
"""Largest distance of one column's law in the release from that in the real rows (Kolmogorov-Smirnov for numbers,
total variation for levels, above what two halves of the real rows differ by)."""
TOLD_APART = 0.9
"""Largest AUC of a classifier between release and real rows."""
_MOST_ROWS = 1_000
_FOLDS = 2
_TREES = 20
"""Enough to tell an AUC of .9 from less."""


def check_resemblance(
    schema: Schema, real: Cells, synthetic: Cells, points: tuple[Points, Points], rng: np.random.Generator
) -> Coverage:
    """Compare each column's law, and all columns together, between the real rows and the release.

    Parameters
    ----------
    real, synthetic : Cells
        Candidates and reference together, unlabelled; the release.
    points : (Points, Points)
        The same two tables in the quantile space.

    Returns
    -------
    Coverage
        Blocks a pass where the release resembles nobody.
    """
    far = [
        column.name
        for i, column in enumerate(schema.columns)
        if _distance(column.kind, real, synthetic, i, rng) > FARTHEST
    ]
    if far:
        shown = ", ".join(f"'{name}'" for name in far[:5]) + (", ..." if len(far) > 5 else "")
        keys = [name for name in far if is_named_like_a_key(name)]
        advice = f". {declare(keys[0], has_entity=schema.entity is not None)}" if keys else ""
        return _coverage(
            f"{len(far)} of {len(schema.columns)} columns of the release have another law than the real rows ({shown}):"
            f" other units or other names for levels would hide every copy{advice}",
            blocks_pass=True,
        )
    apart = _told_apart(points, rng)
    if apart > TOLD_APART:
        reason = (
            f"a classifier tells the release from real rows nearly always (AUC {apart:.2f}): disguised rows look so too"
        )
        return _coverage(reason, blocks_pass=True)
    return _coverage(
        f"every column has a law near that of the real rows; a classifier tells them apart with AUC {apart:.2f}"
    )


def _distance(kind: Kind, real: Cells, synthetic: Cells, i: int, rng: np.random.Generator) -> float:
    if kind in NUMBERS:
        parts = [table.values[~np.isnan(table.values[:, i]), i] for table in (real, synthetic)]
        return float(ks_2samp(*parts).statistic) if all(len(part) for part in parts) else 0.0
    if kind in ("text", "identifier"):
        return 0.0
    codes = real.codes[:, i]
    half = rng.permutation(len(codes)) % 2 == 0
    return _variation(codes, synthetic.codes[:, i]) - _variation(codes[half], codes[~half])


def _variation(a: CodeArray, b: CodeArray) -> float:
    """Total variation between the laws of two columns of codes, in [0, 1]."""
    levels = np.unique(np.concatenate([a, b]))
    shares = [np.bincount(np.searchsorted(levels, x), minlength=len(levels)) / max(len(x), 1) for x in (a, b)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _told_apart(points: tuple[Points, Points], rng: np.random.Generator) -> float:
    """Cross-fitted AUC of release against real rows, on equal numbers of both; 0.5 where there is nothing to learn."""
    size = min(*(len(table) for table in points), _MOST_ROWS)
    tables = [_features(table.take(np.sort(rng.permutation(len(table))[:size]))) for table in points]
    x, y = np.concatenate(tables), np.repeat([0, 1], size)
    if size < 2 * _FOLDS or not x.shape[1]:
        return 0.5
    fold = np.concatenate([rng.permutation(size) % _FOLDS for _ in tables])
    score = np.empty(len(y))
    for f in range(_FOLDS):
        trees = ExtraTreesClassifier(n_estimators=_TREES, min_samples_leaf=5, random_state=int(rng.integers(2**31)))
        score[fold == f] = trees.fit(x[fold != f], y[fold != f]).predict_proba(x[fold == f])[:, 1]
    return float(roc_auc_score(y, score))


def _features(points: Points) -> FloatArray:
    return np.concatenate([points.numeric, points.codes], axis=1)


def _coverage(reason: str, *, blocks_pass: bool = False) -> Coverage:
    return Coverage(
        test="resemblance", status="ran_low_power" if blocks_pass else "ran", reason=reason, blocks_pass=blocks_pass
    )
