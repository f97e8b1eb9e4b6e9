"""Whose rows surround a candidate, the release's or the population's (data plagiarism index, Ward et al. 2024)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import distances_to
from synthaudit.attacks.distance import DECLARED
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel


@dataclass(frozen=True, slots=True)
class Dpi:
    """Share of the release among the k nearest rows of release and reference together.

    Each of the k counts with the inverse of its distance: plain counts tie for most candidates and lose the order
    that matters at few false alarms. Rows as far as the k-th enter in equal parts, so that neither table is
    preferred. A row counts with the inverse of the size of its table too, so that tables of one law share equally
    whatever their sizes; this changes no rank.
    """

    view: str
    k: int = 20
    """At most 20, the length of the neighbour lists."""
    name: str = "dpi"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Data plagiarism index"),
        idea=(
            N_(
                "Looks at the rows nearest to a person in the release and a population sample put together. "
                "Too many, and too near, synthetic ones among them point to a member."
            )
        ),
        sees=N_("Copies, near copies, and synthetic rows that crowd around one person."),
        misses=N_("Leaks of a few columns only, where whole rows are no nearer than by chance."),
        cost=N_("O(n k) once the neighbours are known."),
        source=N_("Ward, Wang and Cheng 2024 (data plagiarism index), here weighted by inverse distance"),
    )
    declared: ClassVar[Declared] = DECLARED

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) share of the release, in [0, 1]; one half where S = R."""
        table = view.neighbours[self.view]
        floor = table.smallest_positive / 2
        synthetic, reference = distances_to(table.to_synthetic), distances_to(table.to_reference)
        both = np.sort(np.concatenate([synthetic, reference], axis=1), axis=1)
        farthest = both[:, [min(self.k, both.shape[1]) - 1]]
        nearer = (both < farthest).sum(axis=1, keepdims=True)
        part = (self.k - nearer) / (both == farthest).sum(axis=1, keepdims=True)

        def weight(distance: FloatArray, n_rows: int) -> FloatArray:
            counted = np.where(distance < farthest, 1.0, np.where(distance == farthest, part, 0.0))
            # Rows that do not exist are infinitely far and weigh nothing.
            return np.asarray((counted / (distance + floor)).sum(axis=1) / n_rows, dtype=np.float64)

        of_synthetic = weight(synthetic, view.n_searched)
        of_reference = weight(reference, len(view.reference) - view.reference_is_candidates)
        return of_synthetic / (of_synthetic + of_reference)
