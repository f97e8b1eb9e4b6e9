"""Subset lift: which combinations of columns the release knows the candidates by.

Weaker than linkage, but it names the columns: :func:`leaking_subset`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.bins import Binned, binned, cell_counts, column_sets, log_lift
from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, BoolArray, Cells, FloatArray, ThreatModel

RESOLUTIONS = (8, 25, None)
"""Quantile bins of a number; None = exact values."""
SIZES = (2, 3, 4, 5, 6)
"""Columns in a combination; a table of fewer columns is read whole."""
_PARSIMONY = 0.95
"""A column is dropped from a leaking combination where this share of the strength is left without it."""


@dataclass(frozen=True, slots=True)
class SubsetLift:
    """Mean over random sets of 2 to 6 columns of the log ratio of how often S and R hold x's cell of the set.

    Every set is read at 8 and 25 quantile bins of S and R pooled and at exact values. For one set and resolution the
    lift is ``log((c_S + a) / (m + 2a)) - log((c_R + b) / (n_R + 2b))``, see ``bins.log_lift``.

    Parameters
    ----------
    most_sets : int
        Most sets of each size that are read; of more, so many are drawn, every column equally often.
    """

    most_sets: int = 40
    name: str = "subset_lift"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Subset lift"),
        idea=N_(
            "Takes random combinations of two to six columns and compares how many rows of the release and of the"
            " population share a person's values in all of them. Rows that the generator memorised are"
            " shared too often."
        ),
        sees=N_("Combinations of values that only training rows had, in whichever columns; names the combination."),
        misses=N_(
            "Values moved beyond their bin; generators without dependence between columns; tables of one column."
        ),
        cost=N_("Proportional to (n + m + n_R) times the number of sets, at most 200, read three times."),
        source=N_(
            "Own; counts on attribute subsets as in query-based attacks, Houssiau et al. 2022, Guepin et al. 2023."
        ),
    )
    declared: ClassVar[Declared] = Declared(looks_at="combinations", reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) mean lift; 0 where S = R, negated to the last bit where S and R change places."""
        sets = _sets(len(view.schema.columns), self.most_sets, rng)
        out = np.zeros(len(candidates))
        for table in (binned(candidates, view, n_bins) for n_bins in RESOLUTIONS):
            for columns in sets:
                out += _lift(table, columns)
        return out / (len(RESOLUTIONS) * len(sets))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakingSubset:
    """The combination of columns by which the release knows people best."""

    columns: tuple[int, ...]
    """Positions in the schema, ascending."""
    n_bins: int | None
    """Quantile bins of numbers; None = exact values."""
    score: float
    """With labels the AUC of the lift, members against non-members; without, the candidates' mean lift in nats."""
    z: float
    """Score less its value without a leak (1/2, 0), in standard errors. The best of many: descriptive, not a test."""


def leaking_subset(
    candidates: Cells,
    view: AttackerView,
    rng: np.random.Generator,
    *,
    is_member: BoolArray | None = None,
    most_sets: int = 200,
) -> LeakingSubset:
    """The combination of one to six columns whose cells give most away.

    Searched among all single columns, up to ``most_sets`` sets of each size from two to six and their subsets: from the
    strongest, columns are dropped as long as 95 % of its z is left, so that no column is named that adds little.

    Parameters
    ----------
    candidates : Cells
        n rows.
    view : AttackerView
        The release and the reference.
    rng : Generator
        Draws the sets.
    is_member : (n,) bool, optional
        Who is a member, when scoring is over. Without, a set is strong where the release holds the cells of the
        candidates more often than the reference does, which a release that knows nobody cannot do on average.
    most_sets : int
        At least 1.

    Returns
    -------
    LeakingSubset
        Of equally strong sets the one found first, small sets before large ones.
    """
    d = len(view.schema.columns)
    sets = [(c,) for c in range(d)] + (_sets(d, most_sets, rng) if d > 1 else [])
    tables = {n_bins: binned(candidates, view, n_bins) for n_bins in RESOLUTIONS}

    def strength(n_bins: int | None, columns: Sequence[int]) -> tuple[float, float]:
        return _strength(_lift(tables[n_bins], columns), len(view.synthetic), len(view.reference), is_member)

    by_strength = [(strength(n_bins, columns)[1], n_bins, columns) for columns in sets for n_bins in tables]
    z, n_bins, columns = max(by_strength, key=lambda each: each[0])
    while len(columns) > 1:
        without = {smaller: strength(n_bins, smaller)[1] for smaller in _one_fewer(columns)}
        smaller = max(without, key=without.__getitem__)
        if without[smaller] < _PARSIMONY * z:
            break
        columns, z = smaller, max(z, without[smaller])
    score, z = strength(n_bins, columns)
    return LeakingSubset(columns=columns, n_bins=n_bins, score=score, z=z)


def _sets(d: int, most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    return [columns for size in SIZES for columns in column_sets(d, size, most, rng)] or [tuple(range(d))]


def _one_fewer(columns: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (columns[:i] + columns[i + 1 :] for i in range(len(columns)))


def _lift(table: Binned, columns: Sequence[int]) -> FloatArray:
    in_synthetic, in_reference = cell_counts(table, columns)
    return log_lift(in_synthetic, in_reference, table.synthetic.shape[1], table.reference.shape[1] - table.own)


def _strength(lift: FloatArray, m: int, n_reference: int, is_member: BoolArray | None) -> tuple[float, float]:
    """Score and z of one set; 0 standard errors where the lift does not vary."""
    from scipy.stats import rankdata

    if is_member is None:
        # The lift varies with all three samples: candidates, release and reference.
        error = float(lift.std()) * sqrt(1 / len(lift) + 1 / m + 1 / n_reference)
        return float(lift.mean()), float(lift.mean()) / error if error > 0 else 0.0
    ranks = rankdata(lift)
    n1, n0 = int(is_member.sum()), int((~is_member).sum())
    excess = float(ranks[is_member].sum()) - n1 * (n1 + n0 + 1) / 2
    spread = sqrt(n1 * n0 * float(ranks.var(ddof=1)) / (n1 + n0))
    return 0.5 + excess / (n1 * n0), excess / spread if spread > 0 else 0.0
