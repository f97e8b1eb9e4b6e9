"""How often the release repeats the exact values of a person, alone and in combination, against chance.

Own method. A generator that was fitted on x makes the cells of x about ``m / n1`` times more often than the rest of the
population explains. The population is everybody the attacker knows, reference and unlabelled candidates together,
without x itself: a cell that somebody else holds as well is then no evidence for x.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import ClassVar

import numpy as np
import pandas as pd

from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, IntArray, ThreatModel

_MOST_SUBSETS = 250
_DENSE = 1 << 17
"""Numbers of combinations up to here are counted as they are; beyond, those that occur are numbered anew."""
_LARGEST_KEY = 1 << 62
_PSEUDO_COUNT = 0.3
"""Added to each population count: what is unseen among some thousands is not impossible."""
_COLUMNS = {1: N_("1 column"), 2: N_("2 columns"), 3: N_("3 columns"), 4: N_("4 columns")}
"""Labels of the views, by how many columns are looked at together."""


@dataclass(frozen=True, slots=True)
class CellLikelihood:
    """Poisson log-likelihood ratio of cell counts, summed over subsets of ``order`` columns.

    With Q the exact cell of x in a subset, ``mu = m (c(Q) + 0.3) / (n + 1)`` its expected count from the population of
    the n others, and ``one = m / (N / 2)`` what one more row of training data adds when half of the N candidates are
    members: ``sum_Q c_S(Q) log(1 + one / mu) - one``. All subsets, or 250 drawn at random where there are more.
    """

    order: int
    name: str = "cell_likelihood"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Combinations of exact values"),
        idea=N_(
            "How often the release holds the exact values of x in 1, 2, 3 or 4 columns at once, against what everybody"
            " else known to the attacker explains: the log-likelihood ratio of Poisson counts, summed over subsets of"
            " columns."
        ),
        sees=N_(
            "Values resampled column by column (one column), trees, Bayes nets and everything that repeats"
            " combinations of rare values (several); where distances are blind."
        ),
        misses=N_("Values that were changed at all: noise, rounding, interpolation."),
        cost=N_("One count of n + m + n_R cells for each of at most 250 subsets of columns."),
        source=N_("Own."),
    )

    @property
    def view(self) -> str:
        """How many columns are looked at together."""
        return f"{self.order}_way"

    @property
    def declared(self) -> Declared:
        """One column alone is about its values."""
        return Declared(
            looks_at="values" if self.order == 1 else "combinations",
            view_labels={self.view: _COLUMNS[self.order]},
            quick=(self.view,),
        )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log-likelihood ratio; 0 for a table of fewer columns than the order."""
        n, m = len(candidates), view.n_searched
        real = [] if view.reference_is_candidates else [view.reference.codes]
        subsets = _subsets(candidates.codes.shape[1], self.order, rng)
        one = 2 * m / n
        out = np.zeros(n)
        for rows in view.all_cells():
            # The first n are the candidates, the last ones the rows of the release.
            codes = np.concatenate([candidates.codes, *real, rows.codes])
            n_real = len(codes) - len(rows)
            for cell in _cells(np.ascontiguousarray(codes.T), subsets):
                size = int(cell.max()) + 1
                population = np.bincount(cell[:n_real], minlength=size)[cell[:n]] - 1
                repeats = np.bincount(cell[n_real:], minlength=size)[cell[:n]]
                expected = m * (population + _PSEUDO_COUNT) / n_real
                # What one more row of training data adds to this part of the release.
                out += repeats * np.log1p(one / expected) - 2 * len(rows) / n
        return out


def _subsets(d: int, order: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Every subset of this many columns, or a random few where there are many."""
    if comb(d, order) <= _MOST_SUBSETS:
        return list(combinations(range(d), order))
    drawn: dict[tuple[int, ...], None] = {}
    while len(drawn) < _MOST_SUBSETS:
        drawn[tuple(sorted(rng.choice(d, size=order, replace=False).tolist()))] = None
    return list(drawn)


def _cells(codes: np.ndarray, subsets: Iterable[tuple[int, ...]]) -> Iterator[IntArray]:
    """One number for each distinct combination of values, by subset; subsets in a row share what they begin with.

    codes : (d, n)
    """
    # Codes start at -1.
    sizes = (codes.max(axis=1) + 2).tolist()
    begun: list[tuple[int, IntArray, int]] = []
    for columns in subsets:
        shared = 0
        while shared < len(begun) and begun[shared][0] == columns[shared]:
            shared += 1
        del begun[shared:]
        for column in columns[shared:]:
            cell, size = codes[column].astype(np.int64) + 1, sizes[column]
            if begun:
                _, before, n_before = begun[-1]
                if n_before * size > _LARGEST_KEY:
                    before, levels = pd.factorize(before)
                    n_before = len(levels)
                cell, size = before * size + cell, n_before * size
            begun.append((column, cell, size))
        _, cell, size = begun[-1]
        # Only what is counted: to number a combination takes longer than to count it.
        yield cell if size <= _DENSE else pd.factorize(cell)[0]
