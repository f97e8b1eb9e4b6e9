"""Marginal ratio: how often the release and the population hold a candidate's cells of one, two and three columns."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.bins import binned, cell_counts, column_sets, log_lift
from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel


@dataclass(frozen=True, slots=True)
class MarginalRatio:
    """``sum_Q w_Q lift_Q(x)`` over sets Q of one, two and three columns, lift the log ratio of two cell frequencies.

    ``lift_Q(x) = log((c_S + a) / (m + 2a)) - log((c_R + b) / (n_R + 2b))`` with c the rows of S and R that share x's
    cell of Q, a = m / (m + n_R) and b = n_R / (m + n_R): 1/2 each where the tables are of one size, and no lift for a
    cell that neither table holds at any sizes. Numbers are read twice, in quantile bins of S and R pooled, as a
    generator that releases noisy or smoothed marginals knows them, and exactly, as one that resamples values does.

    ``w_Q`` is the mean over the candidates of ``1 / (1 + 1/(c_S + 1/2) + 1/(c_R + 1/2))``, the second and third term
    the variance of the lift, divided by how many sets of Q's size are read: counts of one, two and three columns
    weigh the same. Where columns are independent, sets of two and three repeat the counts of one and add little.

    Parameters
    ----------
    n_bins : int
        Quantile bins of a number, at least 1.
    most_sets : int
        Most sets of each size that are read; of more, so many are drawn, every column equally often.
    """

    n_bins: int = 16
    most_sets: int = 400
    name: str = "marginal_ratio"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Marginal ratio"),
        idea=N_(
            "Counts how often the release holds a person's values, alone and in twos and threes, against how often the"
            " population does. A generator that keeps the frequencies of its training rows keeps their chance excess."
        ),
        sees=N_(
            "Generators of marginals, copulas and Bayesian networks, with or without noise, where distances are"
            " blind; reused values; combinations that only the training rows had."
        ),
        misses=N_(
            "Leaks of few rows: a copied row is a few counts among many. Frequencies that the generator smoothed away."
        ),
        cost=N_("Proportional to (n + m + n_R) times the number of sets, at most d + 800 of them, read twice."),
        source=N_(
            "After Golob et al. 2024 (MAMA-MIA), without knowledge of the generator; log ratios smoothed by 1/2."
        ),
    )
    declared: ClassVar[Declared] = Declared(looks_at="values", reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) weighted sum of lifts; 0 where S = R, negated to the last bit where S and R change places."""
        tables = [binned(candidates, view, n_bins) for n_bins in (self.n_bins, None)]
        m, n_reference = len(view.synthetic), len(view.reference) - view.reference_is_candidates
        d = len(view.schema.columns)
        out = np.zeros(len(candidates))
        for size in (1, 2, 3):
            chosen = column_sets(d, size, max(self.most_sets, d if size == 1 else 0), rng)
            for columns in chosen:
                for table in tables:
                    in_synthetic, in_reference = cell_counts(table, columns)
                    variance = 1 / (in_synthetic + 0.5) + 1 / (in_reference + 0.5)
                    weight = float((1 / (1 + variance)).mean()) / len(chosen)
                    out += weight * log_lift(in_synthetic, in_reference, m, n_reference)
        return out
