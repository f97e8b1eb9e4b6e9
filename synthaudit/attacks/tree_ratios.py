"""Density ratio by a classifier that tells the release from the reference (Sugiyama et al. 2012, section 4).

Never trained on membership: the classes are release (1) and reference (0), of equal weight.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import ordinal, two_classes
from synthaudit.attacks.common.reference import reference_splits, some_rows
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

_MOST_ROWS = 20_000
"""Rows of release and of population that the randomised trees are grown from."""


@dataclass(frozen=True, slots=True)
class ExtraTreesRatio:
    """Logit of the votes for "synthetic" of extremely randomised trees grown to single rows (Geurts et al. 2006).

    Leaves of one row keep the signal of single records.
    """

    n_trees: int = 200
    name: str = "extra_trees"
    view: str = "ordinal"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Randomised trees, release against population"),
        idea=(
            N_(
                "Grows random trees that tell the release from a population sample, down to single rows. "
                "Members sit in corners of the table where trees vote for the release."
            )
        ),
        sees=N_("Overfitting in mixed columns without any distance: near copies, crowded corners, repeated values."),
        misses=N_(
            "Leaks that show only in how rows relate to each other, such as one person spread over several rows."
        ),
        cost=N_("O(t (m + n_R) log(m + n_R) + t n log m) for t = 200 trees; five times that without a reference."),
        source=N_("Geurts, Ernst and Wehenkel 2006; Sugiyama, Suzuki and Kanamori 2012, section 4"),
    )
    declared: ClassVar[Declared] = Declared(looks_at="classifier", most_rows=_MOST_ROWS, reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) smoothed log odds that a row is synthetic; 0 where S = R."""
        from sklearn.ensemble import ExtraTreesClassifier

        out = np.zeros(len(candidates))
        x, synthetic, reference = (ordinal(view.points[t]) for t in ("candidates", "synthetic", "reference"))
        for queries, rows in reference_splits(view, len(candidates), rng):
            some = some_rows(np.arange(len(synthetic)), _MOST_ROWS, rng)
            both = two_classes(synthetic[some], reference[some_rows(rows, _MOST_ROWS, rng)])
            trees = ExtraTreesClassifier(
                n_estimators=self.n_trees,
                min_samples_leaf=1,
                class_weight="balanced",
                n_jobs=view.jobs,
                random_state=int(rng.integers(2**31)),
            )
            trees.fit(both.x, both.label)
            # Threads add up votes in the order they finish; one worker keeps the last bit the same.
            trees.n_jobs = 1
            votes = trees.predict_proba(x[queries])[:, 1] * self.n_trees
            out[queries] = np.log(votes + 0.5) - np.log(self.n_trees - votes + 0.5)
        return out


@dataclass(frozen=True, slots=True)
class GradientBoostingRatio:
    """Log odds of gradient-boosted trees (Friedman 2001), deep enough to isolate single rows.

    The usual small trees smooth the signal of single records away; trees of up to 255 leaves, as small as one row,
    keep it.
    """

    n_rounds: int = 60
    name: str = "gradient_boosting"
    view: str = "ordinal"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Boosted trees, release against population"),
        idea=(
            N_(
                "Fits boosted trees that tell the release from a population sample, each correcting those before. "
                "Members look more synthetic than other real people do."
            )
        ),
        sees=N_("Overfitting in combinations of columns that single random trees rarely cut."),
        misses=N_("Differences finer than 255 bins of a column, and leaks that show only in how rows relate."),
        cost=N_("O(t d (m + n_R)) for t = 60 rounds of up to 255 leaves; five times that without a reference."),
        source=N_("Friedman 2001; Sugiyama, Suzuki and Kanamori 2012, section 4"),
    )
    declared: ClassVar[Declared] = Declared(looks_at="classifier", reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log odds that a row is synthetic; 0 where S = R."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        out = np.zeros(len(candidates))
        x, synthetic, reference = (ordinal(view.points[t]) for t in ("candidates", "synthetic", "reference"))
        for queries, rows in reference_splits(view, len(candidates), rng):
            both = two_classes(synthetic, reference[rows])
            trees = HistGradientBoostingClassifier(
                max_iter=self.n_rounds,
                learning_rate=0.15,
                max_leaf_nodes=255,
                min_samples_leaf=1,
                l2_regularization=1.0,
                max_features=0.5,
                early_stopping=False,
                random_state=int(rng.integers(2**31)),
            )
            # The odds of a class are its size too, which is no news; weights instead of this cost ten times as much.
            prior = np.log(len(synthetic)) - np.log(len(rows))
            out[queries] = trees.fit(both.x, both.label).decision_function(x[queries]) - prior
        return out
