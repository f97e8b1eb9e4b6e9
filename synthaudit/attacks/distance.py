"""The neighbour family: every attack that reads distances, all from one neighbour pass.

Sources: distance to closest record and its ratio, Platzer and Reutterer 2021; density ratio against a reference,
van Breugel et al. 2023 (DOMIAS). Distances alone mislead (Yao et al. 2025, "The DCR Delusion"): tables that pass
them stay attackable, so none of these is ever green on its own.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.types import AttackerView, Cells, FloatArray, Neighbours, ThreatModel

KNN = (1, 2, 3, 5, 10, 20)
"""Neighbour counts that the density ratio averages over; the largest is what the neighbour pass looks for."""


@dataclass(frozen=True, slots=True)
class Dcr:
    """Distance to the closest record: ``-d1(x, S)``."""

    view: str
    name: str = "dcr"
    threat_model: ThreatModel = "no_box"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) minus the distance to the nearest synthetic row."""
        return -view.neighbours[self.view].to_synthetic.distance[:, 0]


@dataclass(frozen=True, slots=True)
class Nndr:
    """Nearest-neighbour distance ratio: ``-(d1 + e) / (d2 + e)`` over distinct synthetic distances, 0/0 = 1."""

    view: str
    name: str = "nndr"
    threat_model: ThreatModel = "no_box"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) minus the ratio of the nearest to the second nearest distance, in [-1, 0)."""
        table = view.neighbours[self.view]
        floor = table.smallest_positive / 2
        return -(table.to_synthetic.distance[:, 0] + floor) / (_second(table.to_synthetic) + floor)


@dataclass(frozen=True, slots=True)
class DcrDifference:
    """How much nearer the release is than the population: ``d1(x, R) - d1(x, S)``."""

    view: str
    name: str = "dcr_difference"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) difference of nearest distances; 0 where S = R."""
        table = view.neighbours[self.view]
        return table.to_reference.distance[:, 0] - table.to_synthetic.distance[:, 0]


@dataclass(frozen=True, slots=True)
class LogDcrRatio:
    """``log(d1(x, R) + e) - log(d1(x, S) + e)``, e = half the smallest positive distance."""

    view: str
    name: str = "log_dcr_ratio"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log ratio of nearest distances; 0 where S = R."""
        table = view.neighbours[self.view]
        floor = table.smallest_positive / 2
        return np.log(table.to_reference.distance[:, 0] + floor) - np.log(table.to_synthetic.distance[:, 0] + floor)


@dataclass(frozen=True, slots=True)
class KnnDensityRatio:
    """Mean over k of ``log r_k(R) - log r_k(S)``, r_k the distance to the k-th nearest row."""

    view: str
    name: str = "knn_density_ratio"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) mean log ratio of k-th distances; unequal table sizes shift it by a constant, which no rank sees."""
        table = view.neighbours[self.view]
        floor = table.smallest_positive / 2
        ratios = []
        for k in KNN:
            to_reference = table.to_reference.distance[:, k - 1]
            to_synthetic = table.to_synthetic.distance[:, k - 1]
            if np.isfinite(to_reference).all() and np.isfinite(to_synthetic).all():
                ratios.append(np.log(to_reference + floor) - np.log(to_synthetic + floor))
        return np.mean(ratios, axis=0) if ratios else np.zeros(len(candidates))


def _second(neighbours: Neighbours) -> FloatArray:
    """Distance to the second nearest *distinct* row: repeats of a synthetic row are one row.

    Rows at exactly the nearest distance count as repeats of it, which holds for copies, the case that matters.
    """
    distance = neighbours.distance
    beyond = np.where(distance > distance[:, :1], distance, np.inf)
    second = beyond.min(axis=1)
    return np.where(np.isfinite(second), second, distance[:, 0])
