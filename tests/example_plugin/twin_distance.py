"""The example of an attack in a package of its own."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class TwinDistance:
    """Minus the number of columns in which x differs from the most similar row of S (Hamming distance)."""

    name: str = "twin_distance"
    view: str = "cells"
    threat_model: ThreatModel = "no_box"
    about: ClassVar[About] = About(
        label="Most similar record, cell by cell",
        idea="Minus the number of columns in which x differs from the most similar row of S.",
        sees="Copies, also with some cells changed beyond recognition.",
        misses="Numbers moved a little, which count as different; people with common values.",
        cost="Every candidate with every row of S, n m d comparisons.",
        source="Hamming 1950.",
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) between -d and 0; 0 for a verbatim copy."""
        blocks = [candidates.codes[i : i + _BLOCK] for i in range(0, len(candidates), _BLOCK)]
        nearest = [(block[:, None] != view.synthetic.codes).sum(axis=2).min(axis=1) for block in blocks]
        return -np.concatenate(nearest).astype(np.float64)
