"""Shadow attacks: the release against what the generator family makes with and without each candidate."""

from dataclasses import dataclass

import numpy as np

from synthaudit.types import AttackerView, BoolArray, Cells, FloatArray, ThreatModel

_PRIOR_WEIGHT = 4.0
"""Shadows that the spread shared by all candidates counts for beside a candidate's own."""


@dataclass(frozen=True, slots=True)
class Lira:
    """Likelihood ratio of a base score between IN and OUT shadows (Carlini et al. 2022, eq. 4)."""

    view: str
    name: str = "lira"
    threat_model: ThreatModel = "shadow"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) ``log N(b; mu_in, sd_in) - log N(b; mu_out, sd_out)`` of the base score b."""
        shadows = view.shadows[self.view]
        mean_in, sd_in = _moments(shadows.shadow, shadows.included)
        mean_out, sd_out = _moments(shadows.shadow, ~shadows.included)
        z_in = (shadows.target - mean_in) / sd_in
        z_out = (shadows.target - mean_out) / sd_out
        return np.asarray(0.5 * z_out**2 + np.log(sd_out) - 0.5 * z_in**2 - np.log(sd_in), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CalibratedDifference:
    """Base score less its mean over OUT shadows, in units of their spread (Watson et al. 2022)."""

    view: str
    name: str = "calibrated_difference"
    threat_model: ThreatModel = "shadow"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) ``(b - mu_out) / sd_out``."""
        shadows = view.shadows[self.view]
        mean, sd = _moments(shadows.shadow, ~shadows.included)
        return np.asarray((shadows.target - mean) / sd, dtype=np.float64)


def _moments(scores: FloatArray, chosen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """(n,) mean and shrunken standard deviation over the chosen shadows of each candidate."""
    count = chosen.sum(axis=0)
    mean = np.where(chosen, scores, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(chosen, (scores - mean) ** 2, 0.0).sum(axis=0)
    freedom = np.maximum(count - 1, 0)
    shared = squares.sum() / max(float(freedom.sum()), 1.0)
    variance = (squares + _PRIOR_WEIGHT * shared) / (freedom + _PRIOR_WEIGHT)
    return mean, np.sqrt(np.maximum(variance, 1e-12))
