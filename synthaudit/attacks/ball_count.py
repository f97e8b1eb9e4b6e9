"""Ball counts: rows of the release and of the population within reach of a candidate (Hilprecht et al. 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import distances_to
from synthaudit.attacks.distance import DECLARED
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

RADII = (0.1, 0.25, 0.5)
"""Radii of the balls, as quantiles of the candidates' distances to their nearest reference row."""


@dataclass(frozen=True, slots=True)
class BallCount:
    """Mean over three radii of ``log((c_S + .5) / (m + 1)) - log((c_R + .5) / (n_R + 1))``.

    c_S and c_R count rows within the radius, up to the 20 nearest that the neighbour pass keeps, in both tables
    alike. The radii follow from the candidates' distances to the reference, labels unseen: candidates and reference
    rows are draws of one population, so these distances have the law of those between reference rows, and need no
    search of their own.
    """

    view: str
    name: str = "ball_count"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Ball counts"),
        idea=(
            N_(
                "Counts synthetic rows and reference rows within three small distances of a person. More"
                " synthetic rows "
                "than the population explains point to a member."
            )
        ),
        sees=N_("Several synthetic rows gathered around one person, and copies."),
        misses=N_("How near a row is within its ball, and people with nobody near: they all share one score."),
        cost=N_("O(n) once the neighbours are known."),
        source=N_(
            "Hilprecht, Härterich and Bernau 2019, Monte Carlo attack; set here against the count in a reference"
        ),
    )
    declared: ClassVar[Declared] = DECLARED

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) mean log ratio of counts per row; 0 where S = R."""
        table = view.neighbours[self.view]
        n_reference = len(view.reference) - view.reference_is_candidates
        size = np.log(n_reference + 1) - np.log(view.n_searched + 1)
        synthetic, reference = distances_to(table.to_synthetic), distances_to(table.to_reference)
        # A radius is the distance of some row: interpolation would fail where a distance is infinite.
        radii = np.quantile(reference[:, 0], RADII, method="inverted_cdf")
        excess = [_log_count(synthetic, radius) - _log_count(reference, radius) for radius in radii]
        return np.asarray(np.mean(excess, axis=0) + size, dtype=np.float64)


def _log_count(distance: FloatArray, radius: float) -> FloatArray:
    inside = (distance <= radius) & np.isfinite(distance)
    return np.asarray(np.log(inside.sum(axis=1) + 0.5), dtype=np.float64)
