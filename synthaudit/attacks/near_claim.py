"""Who is nearest to a synthetic row, on the scale of the values themselves, and by how much nearer than anybody else.

Own method. Ranks stretch where people are dense; noise that a generator adds to the values does not.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.scale import standardised
from synthaudit.encoding import joined
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import nearest
from synthaudit.types import About, AttackerView, Cells, FloatArray, Neighbours, ThreatModel

_WIDTH = 0.25
"""Of the kernel, in medians of the distance from a synthetic row to the nearest person."""


@dataclass(frozen=True, slots=True)
class NearClaim:
    """Log of the largest share of a synthetic row that x can claim by distance on standardised values.

    For every synthetic row t its ``k`` nearest people, candidates and reference, compete with ``exp(-d(x, t) / h)``: d
    is the sum over columns of differences in standard deviations, 1 for another level; h is a quarter of the median
    distance of t to the nearest.
    """

    k: int = 20
    name: str = "near_claim"
    view: str = "standardised"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Nearest of all people"),
        idea=N_(
            "All people, candidates and reference, compete for each synthetic row by their distance to it, numbers in"
            " standard deviations; the score is the log of the largest share that x gets of any row."
        ),
        sees=N_(
            "Rows with noise added to their numbers (kernel density estimates and their kin), copies, interpolation."
        ),
        misses=N_(
            "People who are near to no row, all of whom it takes for the same; heavy tails, where ranks do better."
        ),
        cost=N_("The k = 20 nearest people of each synthetic row: m (n + n_R) d."),
        source=N_("Own."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="distance")

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) at most 0; people among the nearest of no row have the least score of the others."""
        people = candidates if view.reference_is_candidates else joined(candidates, view.reference)
        points = standardised(view.schema, people)
        known, k = points(people), min(self.k, len(people))

        def near(rows: Cells) -> Neighbours:
            return nearest(points(rows), known, k, norm="l1", jobs=view.jobs)

        held = near(view.synthetic)
        width = _width(held.distance)
        claims = np.full(len(people), -np.inf)
        for rows in view.all_cells():
            neighbours = held if rows is view.synthetic else near(rows)
            fit = -neighbours.distance / width
            top = fit[:, :1]
            share = fit - top - np.log(np.exp(fit - top).sum(axis=1, keepdims=True))
            np.maximum.at(claims, neighbours.row.ravel(), share.ravel())
        mine = claims[: len(candidates)]
        met = np.isfinite(mine)
        return np.where(met, mine, mine[met].min() if met.any() else 0.0)


def _width(distance: FloatArray) -> float:
    """Of the kernel, from the distances of the rows that are held to the people near to them."""
    near, positive = float(np.median(distance[:, 0])), distance[distance > 0]
    return _WIDTH * near if near > 0 else float(positive.min()) if len(positive) else 1.0
