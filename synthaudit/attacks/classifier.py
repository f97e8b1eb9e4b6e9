"""Density ratio by a classifier that tells the release from the reference (Sugiyama et al. 2012, section 4)."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from synthaudit.attacks.reference import reference_splits
from synthaudit.types import AttackerView, Cells, FloatArray, Points, ThreatModel


@dataclass(frozen=True, slots=True)
class ExtraTreesRatio:
    """Logit of the votes for "synthetic" of extremely randomised trees grown to single rows (Geurts et al. 2006).

    Never trained on membership: the classes are release (1) and reference (0). Leaves of one row keep the signal
    of single records that boosting smooths away.
    """

    n_trees: int = 200
    name: str = "extra_trees"
    view: str = "ordinal"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) smoothed log odds that a row is synthetic."""
        out = np.zeros(len(candidates))
        x, synthetic, reference = (_features(view.points[t]) for t in ("candidates", "synthetic", "reference"))
        for queries, rows in reference_splits(view, len(candidates), rng):
            trees = ExtraTreesClassifier(
                n_estimators=self.n_trees,
                min_samples_leaf=1,
                class_weight="balanced",
                n_jobs=view.jobs,
                random_state=int(rng.integers(2**31)),
            )
            trees.fit(
                np.concatenate([synthetic, reference[rows]]),
                np.concatenate([np.ones(len(synthetic)), np.zeros(len(rows))]),
            )
            # Threads add up votes in the order they finish; one worker keeps the last bit the same.
            trees.n_jobs = 1
            votes = trees.predict_proba(x[queries])[:, 1] * self.n_trees
            out[queries] = np.log(votes + 0.5) - np.log(self.n_trees - votes + 0.5)
        return out


def _features(points: Points) -> np.ndarray:
    return np.concatenate([points.numeric, points.codes], axis=1).astype(np.float32)
