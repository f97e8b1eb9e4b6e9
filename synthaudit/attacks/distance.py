"""The neighbour family: every attack that reads distances, all from one neighbour pass.

Sources: distance to closest record and its ratio, Platzer and Reutterer 2021; density ratio against a reference,
van Breugel et al. 2023 (DOMIAS). Distances alone mislead (Yao et al. 2025, "The DCR Delusion"): tables that pass
them stay attackable, so none of these is ever green on its own.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, Neighbours, ThreatModel

KNN = (1, 2, 3, 5, 10, 20)
"""Neighbour counts that the density ratio averages over; the largest is what the neighbour pass looks for."""
DECLARED = Declared(
    looks_at="distance", view_labels={"quantile_l2": N_("L2"), "quantile_l1": N_("L1")}, quick=("quantile_l2",)
)
"""Of every attack that reads the neighbours in an encoding."""


@dataclass(frozen=True, slots=True)
class Dcr:
    """Distance to the closest record: ``-d1(x, S)``."""

    view: str
    name: str = "dcr"
    threat_model: ThreatModel = "no_box"
    about: ClassVar[About] = About(
        label=N_("Nearest synthetic record"),
        idea=N_(
            "Minus the distance from x to the nearest row of S: a generator that memorises puts rows on top of its"
            " training rows."
        ),
        sees=N_("Copies and near copies."),
        misses=N_(
            "Anything where the population is dense: a near row is then no news, and the most ordinary people score"
            " highest. Rows that a filter pushed away from members turn it round."
        ),
        cost=N_("One neighbour search in S, shared with the other distance attacks: at worst n m d, O(n) more."),
        source=N_("Platzer and Reutterer 2021, distance to closest record."),
    )
    declared: ClassVar[Declared] = DECLARED

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) minus the distance to the nearest synthetic row."""
        return -view.neighbours[self.view].to_synthetic.distance[:, 0]


@dataclass(frozen=True, slots=True)
class Nndr:
    """Nearest-neighbour distance ratio: ``-(d1 + e) / (d2 + e)`` over distinct synthetic distances, 0/0 = 1."""

    view: str
    name: str = "nndr"
    threat_model: ThreatModel = "no_box"
    about: ClassVar[About] = About(
        label=N_("Nearest against second"),
        idea=N_(
            "Minus (d1 + e) / (d2 + e), d1 and d2 the distances from x to the nearest and to the next distinct row of"
            " S: a row of S that belongs to x is much nearer than the one after it."
        ),
        sees=N_("Copies and near copies that stand alone, in sparse and dense places alike."),
        misses=N_(
            "Several different near copies of one person, which are each other's second, and smooth overfitting."
        ),
        cost=N_("One neighbour search in S, shared with the other distance attacks: at worst n m d, O(n) more."),
        source=N_("Platzer and Reutterer 2021, nearest-neighbour distance ratio."),
    )
    declared: ClassVar[Declared] = DECLARED

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
    about: ClassVar[About] = About(
        label=N_("Synthetic less real distance"),
        idea=N_("d1(x, R) - d1(x, S): how much nearer the release comes to x than strangers do."),
        sees=N_("Nearness that the population does not explain, most of all around people far from everybody."),
        misses=N_("Leaks among ordinary people, where both distances are small and so is their difference."),
        cost=N_(
            "One neighbour search in S and one in R, shared with the other distance attacks: at worst n (m + n_R) d."
        ),
        source=N_("Own, the difference of two distances to the closest record (Platzer and Reutterer 2021)."),
    )
    declared: ClassVar[Declared] = DECLARED

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
    about: ClassVar[About] = About(
        label=N_("Synthetic to real distance"),
        idea=N_(
            "log(d1(x, R) + e) - log(d1(x, S) + e), e half the smallest positive distance: how many times nearer the"
            " release comes to x than strangers do."
        ),
        sees=N_(
            "Nearness that the population does not explain, in dense and sparse places; strong at few false alarms."
        ),
        misses=N_(
            "Leaks spread over many rows of S that each agree with x in part, and columns resampled on their own."
        ),
        cost=N_(
            "One neighbour search in S and one in R, shared with the other distance attacks: at worst n (m + n_R) d."
        ),
        source=N_(
            "Own; the density ratio of van Breugel et al. 2023 (DOMIAS, eq. 2) with one neighbour in each table."
        ),
    )
    declared: ClassVar[Declared] = DECLARED

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
    about: ClassVar[About] = About(
        label=N_("Crowding around the record"),
        idea=N_(
            "Mean over k in 1, 2, 3, 5, 10, 20 of log r_k(R) - log r_k(S), r_k the distance to the k-th nearest row:"
            " the release is denser around its training rows than the population is."
        ),
        sees=N_("A local excess of rows in S, from single near copies to small clusters."),
        misses=N_(
            "Single copies more often than the nearest row alone does, since larger k dilute them; a density that"
            " is right in every neighbourhood."
        ),
        cost=N_("The neighbour searches of the other distance attacks for 20 neighbours; O(20 n) more."),
        source=N_(
            "Loftsgaarden and Quesenberry 1965 for the density, van Breugel et al. 2023 (DOMIAS, eq. 2) for the ratio."
        ),
    )
    declared: ClassVar[Declared] = DECLARED

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
