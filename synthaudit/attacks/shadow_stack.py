"""A model of all base scores and their calibrated forms that never sees a true label: it is trained on shadows.

In a shadow release the truth is known, for the attacker drew it. What the model learns there about the generator family
it applies once, to the release under audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.shadow import moments
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, BoolArray, Cells, FloatArray, ThreatModel

_RIDGE = 0.01
"""Inverse strength of the penalty: the features say nearly the same."""
_MOST_ROWS = 400_000


@dataclass(frozen=True, slots=True)
class ShadowStack:
    """Ridge-logistic regression on base scores b, their means over OUT shadows, ``mu_in - mu_out``, z and LiRA.

    A shadow plays the release in turn, with means taken over the shadows of other rings only: those of its own ring
    would tell by their counts who is in it.
    """

    bases: tuple[str, ...]
    """Names of the base scores it reads."""
    name: str = "shadow_stack"
    view: str = "all_bases"
    threat_model: ThreatModel = "shadow"
    about: ClassVar[About] = About(
        label=N_("Shadows, learned combination"),
        idea=N_(
            "Logistic regression on all base scores, their means over shadows with and without x and the likelihood"
            " ratios, trained on shadow releases alone, where the attacker knows who is in, and applied once to S."
        ),
        sees=N_(
            "What the family of generators does with a person, by several base scores at once; the strongest attack"
            " where the family is guessed right."
        ),
        misses=N_("Leaks of a generator unlike the family assumed. No gain was seen on deep generators at 1,000 rows."),
        cost=N_("The shadows of the likelihood ratio; a regression on K n rows."),
        source=N_("After Shokri et al. 2017 (shadow models) and Carlini et al. 2022, eq. 4."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="shadow", reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log odds that a candidate is in, as the shadows have taught it."""
        from sklearn.linear_model import LogisticRegression

        shadows = [view.shadows[base] for base in self.bases]
        included, ring = shadows[0].included, shadows[0].ring
        target = [_spread(base.target) for base in shadows]
        played = [np.array([_spread(row) for row in base.shadow]) for base in shadows]
        features, labels = [], []
        for k in range(len(ring)):
            # With one ring alone nothing but the shadow itself can be left out.
            others = ring != ring[k] if (ring != ring[k]).any() else np.arange(len(ring)) != k
            rows = [scores[k] for scores in played]
            features.append(_features(rows, [scores[others] for scores in played], included[others]))
            labels.append(included[k])
        known, label = np.concatenate(features), np.concatenate(labels)
        if len(known) > _MOST_ROWS:
            rows_kept = np.sort(rng.choice(len(known), size=_MOST_ROWS, replace=False))
            known, label = known[rows_kept], label[rows_kept]
        centre, spread = known.mean(axis=0), known.std(axis=0) + 1e-9
        model = LogisticRegression(C=_RIDGE, max_iter=1_000)
        model.fit((known - centre) / spread, label)
        unknown = _features(target, played, included)
        return np.asarray(model.decision_function((unknown - centre) / spread), dtype=np.float64)


def _spread(scores: FloatArray) -> FloatArray:
    """Log odds of the mid-ranks: releases are compared by order, whatever the scale of a score."""
    from scipy.stats import rankdata

    return np.asarray(logit((rankdata(scores) - 0.5) / len(scores)), dtype=np.float64)


def _features(
    release: Sequence[FloatArray], shadows: Sequence[FloatArray], included: BoolArray
) -> npt.NDArray[np.float64]:
    """(n, 5 bases): b, mu_out, mu_in - mu_out, z_out and the log likelihood ratio of each base score."""
    columns: list[FloatArray] = []
    for scores, shadow in zip(release, shadows, strict=True):
        mean_in, sd_in = moments(shadow, included)
        mean_out, sd_out = moments(shadow, ~included)
        z_in, z_out = (scores - mean_in) / sd_in, (scores - mean_out) / sd_out
        ratio = 0.5 * z_out**2 + np.log(sd_out) - 0.5 * z_in**2 - np.log(sd_in)
        columns += [scores, mean_out, mean_in - mean_out, z_out, ratio]
    return np.column_stack(columns)
