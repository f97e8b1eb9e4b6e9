"""What a candidate would add to the likelihood of the release near it (Gen-LRA, Ward et al. 2025), in closed form."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import by_content
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import log_kernel_sums, nearest
from synthaudit.types import About, AttackerView, Cells, FloatArray, Points, ThreatModel


@dataclass(frozen=True, slots=True)
class GenLra:
    """``sum over the k synthetic rows z nearest to x of log(1 + K_h(z - x) / (n_R p_R(z)))``.

    Adding x to the n_R rows of a kernel density estimate turns ``p_R(z)`` into ``(n_R p_R(z) + K_h(z - x)) /
    (n_R + 1)``, so the gain in log-likelihood of the nearest synthetic rows is this sum, less a constant: no density
    is fitted anew. A term is at most ``log(n_R + 1)``, as much as if no reference row were near z.

    The kernel is ``exp(-distance / h)`` in L1 (a product of Laplace kernels for numbers and of Aitchison-Aitken
    kernels for categories): it beats a Gaussian on principal axes, which blur what columns hold exactly.
    """

    k: int = 50
    bandwidth: float = 0.5
    """h in units of the median distance between a reference row and its nearest other row."""
    name: str = "gen_lra"
    view: str = "quantile_l1"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Local likelihood ratio"),
        idea=(
            N_(
                "Asks how much likelier the synthetic rows nearest to a person become once the person is added to a "
                "population sample. People whose absence leaves synthetic rows unexplained are likely members."
            )
        ),
        sees=N_("Synthetic rows that only this person explains: copies and near copies where the population is thin."),
        misses=N_("People in dense regions, whose place the population fills."),
        cost=N_("O(d (n m + n_R m + n_R^2)) time, memory of the tables."),
        source=N_("Ward, Wang and Cheng 2025 (Gen-LRA); the closed form is own"),
    )
    declared: ClassVar[Declared] = Declared(looks_at="distance", reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) gain in log-likelihood, in [0, k log(n_R + 1)]."""
        queries, reference = view.points["candidates"], view.points["reference"]
        # Ties at the k-th distance go by position: sorted rows make the choice independent of the file.
        synthetic = by_content(view.points["synthetic"])
        h = self.bandwidth * _spacing(reference, view.jobs)
        found = nearest(queries, synthetic, min(self.k, len(synthetic)), norm="l1", jobs=view.jobs)
        gain = -found.distance / h - log_kernel_sums(synthetic, reference, h, jobs=view.jobs)[found.row]
        if view.reference_is_candidates:
            # The mass holds the kernel of x itself: log(mass / (mass - K)).
            limit = -np.log1p(1.0 / (len(reference) - 1))
            terms = -np.log(-np.expm1(np.minimum(gain, limit)))
        else:
            terms = np.minimum(np.logaddexp(0.0, gain), np.log(len(reference) + 1))
        return np.asarray(terms.sum(axis=1), dtype=np.float64)


def _spacing(points: Points, jobs: int) -> float:
    """Median distance to the nearest other row, repeats of a row left out; 1 where all rows are equal."""
    distance = nearest(points, points, 1, norm="l1", exclude_self=True, jobs=jobs).distance
    distance = distance[(distance > 0) & np.isfinite(distance)]
    return float(np.median(distance)) if len(distance) else 1.0
