"""Shadow attacks: the release against what the generator family makes with and without each candidate."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, BoolArray, Cells, FloatArray, ThreatModel

_PRIOR_WEIGHT = 4.0
"""Shadows that the spread shared by all candidates counts for beside a candidate's own."""
_DECLARED = Declared(
    looks_at="shadow",
    view_labels={"log_dcr": N_("by distance"), "claim": N_("by claim"), "cells_4": N_("by 4 columns")},
    reads_sample=True,
)


@dataclass(frozen=True, slots=True)
class Lira:
    """Likelihood ratio of a base score between IN and OUT shadows (Carlini et al. 2022, eq. 4)."""

    view: str
    name: str = "lira"
    threat_model: ThreatModel = "shadow"
    about: ClassVar[About] = About(
        label=N_("Shadows, likelihood ratio"),
        idea=N_(
            "log N(b; mu_in, sd_in) - log N(b; mu_out, sd_out) of a base score b, the two normal laws taken over"
            " shadow releases whose generator was fitted with and without x: what this release does with x against what"
            " the generator family does."
        ),
        sees=N_("Whatever moves the base score of x when x is in the data, weighed by how much it moves for x itself."),
        misses=N_("Leaks of a generator unlike the family assumed; with few shadows the two laws are hardly known."),
        cost=N_("K fits of the generator and K neighbour and agreement passes, K (n m d) and the fits; O(K n) more."),
        source=N_("Carlini et al. 2022, eq. 4 (LiRA)."),
    )
    declared: ClassVar[Declared] = _DECLARED

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) ``log N(b; mu_in, sd_in) - log N(b; mu_out, sd_out)`` of the base score b."""
        shadows = view.shadows[self.view]
        mean_in, sd_in = moments(shadows.shadow, shadows.included)
        mean_out, sd_out = moments(shadows.shadow, ~shadows.included)
        z_in = (shadows.target - mean_in) / sd_in
        z_out = (shadows.target - mean_out) / sd_out
        return np.asarray(0.5 * z_out**2 + np.log(sd_out) - 0.5 * z_in**2 - np.log(sd_in), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CalibratedDifference:
    """Base score less its mean over OUT shadows, in units of their spread (Watson et al. 2022)."""

    view: str
    name: str = "calibrated_difference"
    threat_model: ThreatModel = "shadow"
    about: ClassVar[About] = About(
        label=N_("Shadows, calibrated"),
        idea=N_(
            "(b - mu_out) / sd_out: a base score b less its mean over shadow releases made without x, in standard"
            " deviations. Takes out how easy x is to hit for anybody."
        ),
        sees=N_(
            "The same as the likelihood ratio, and more of it with few shadows, as one law has to be known, not two."
        ),
        misses=N_(
            "Leaks of a generator unlike the family assumed; how strongly x itself would show if it were in the data."
        ),
        cost=N_("The shadows of the likelihood ratio, none of its own; O(K n) more."),
        source=N_("Watson et al. 2022, difficulty calibration."),
    )
    declared: ClassVar[Declared] = _DECLARED

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) ``(b - mu_out) / sd_out``."""
        shadows = view.shadows[self.view]
        mean, sd = moments(shadows.shadow, ~shadows.included)
        return np.asarray((shadows.target - mean) / sd, dtype=np.float64)


def moments(scores: FloatArray, chosen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """(n,) mean and shrunken standard deviation over the chosen shadows of each candidate."""
    count = chosen.sum(axis=0)
    own = np.where(chosen, scores, 0.0).sum(axis=0) / np.maximum(count, 1)
    # Somebody whom no chosen shadow holds is taken for the average of the chosen.
    mean = np.where(count > 0, own, own[count > 0].mean() if count.any() else scores.mean())
    squares = np.where(chosen, (scores - mean) ** 2, 0.0).sum(axis=0)
    freedom = np.maximum(count - 1, 0)
    shared = squares.sum() / max(float(freedom.sum()), 1.0)
    variance = (squares + _PRIOR_WEIGHT * shared) / (freedom + _PRIOR_WEIGHT)
    return mean, np.sqrt(np.maximum(variance, 1e-12))
