"""The per-record shadow attack: one classifier for one person, trained on releases made with and without them.

Stadler, Oprisanu and Troncoso 2022 ("Synthetic Data - Anonymisation Groundhog Day", section 4) describe a release by
summary statistics, histograms and correlations; Houssiau et al. 2022 (TAPAS) and Guepin et al. 2023 count the rows
that match the record on random sets of attributes. Many generator fits per record make it the dearest attack of all,
so it is kept for the most isolated people, whom generators expose first. This module is the pure part: whom to
attack, what to look at, and how to read it; ``shadows/per_record.py`` makes the releases.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Beside
from synthaudit.attacks.common.features import OneHot, fit_one_hot
from synthaudit.files.catalogue import N_
from synthaudit.neighbours import nearest
from synthaudit.types import About, BoolArray, Cells, FloatArray, IntArray, Points

_NEIGHBOURS = 5
_BINS = 16
_MOST_CORRELATED = 40
_LARGEST_SUBSET = 6
_NEAR = 1 / 32
"""Half the width of a bin around a number of the record, as a share of the population."""
_TREES = 100
_WORLDS_PER_LEAF = 40
"""A leaf holds one world for so many: trees grown to single worlds vote by the noise of their neighbours."""


def most_isolated(points: Points, unit: IntArray, n_records: int, jobs: int = 1) -> IntArray:
    """Rows of the most isolated units, by the mean distance to their five nearest strangers.

    Parameters
    ----------
    points : Points
        The n candidates, unlabelled.
    unit : (n,) int
        Person of each row; rows of the same person are no neighbours. A person counts by the most isolated row.
    n_records : int
        Units wanted; fewer come back where there are fewer.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    (n_records,) int
        One row of each unit, the most isolated first, ties by row.

    Examples
    --------
    >>> line = Points(numeric=np.array([[0.0], [0.1], [0.2], [0.9], [0.9]]), codes=np.zeros((5, 0), dtype=np.int32))
    >>> most_isolated(line, np.array([0, 1, 2, 3, 3]), 2).tolist()
    [3, 0]
    """
    n = len(unit)
    # The rows of one person may stand before all strangers.
    k = min(_NEIGHBOURS + int(np.bincount(unit).max()) - 1, n - 1)
    neighbours = nearest(points, points, k, norm="l2", exclude_self=True, jobs=jobs)
    stranger = (unit[neighbours.row] != unit[:, None]) & (neighbours.row >= 0)
    used = stranger & (np.cumsum(stranger, axis=1) <= _NEIGHBOURS)
    total = np.where(used, neighbours.distance, 0.0).sum(axis=1)
    isolation = total / np.maximum(used.sum(axis=1), 1)
    order = np.argsort(-isolation, kind="stable")
    _, first = np.unique(unit[order], return_index=True)
    return order[np.sort(first)[:n_records]].astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groundhog:
    """A release by its summary statistics, histograms and correlations; the same features for every record."""

    beside: ClassVar[Beside] = Beside(
        name="groundhog",
        view="the 20 most isolated people",
        threat_model="shadow",
        about=About(
            label=N_("Per-record shadows, summaries of the release"),
            idea=N_(
                "A random forest per person tells releases made with the person from releases made without, by means,"
                " extremes, histograms and correlations of the release."
            ),
            sees=N_("One person's pull on the totals: extremes, rare levels, outliers that carry a correlation."),
            misses=N_("People whose values are ordinary one by one; leaks of a generator unlike the family assumed."),
            cost=N_(
                "K fits of the generator for all records together, O(K m d^2) for features, one forest of K/2 rows"
                " each."
            ),
            source=N_("Stadler, Oprisanu and Troncoso 2022, section 4 (Groundhog)."),
        ),
        runs=N_("in the profile thorough"),
        short_label=N_("Summaries of the release"),
        looks_at=N_("Means, extremes, histograms and correlations."),
    )

    numbers: IntArray
    centre: FloatArray
    scale: FloatArray
    one_hot: OneHot

    def features(self, cells: Cells, points: Points) -> FloatArray:
        """(F,) features of one release."""
        x = (cells.values[:, self.numbers] - self.centre) / self.scale
        width = points.numeric.shape[1] + points.codes.shape[1]
        levels = [
            _level_shares(column, known) for column, known in zip(points.codes.T, self.one_hot.levels, strict=True)
        ]
        histograms = [np.histogram(u, bins=_BINS, range=(0.0, 1.0))[0] / len(u) for u in points.numeric.T]
        modes = [known[:1] for known in self.one_hot.levels]
        columns = [*points.numeric.T, *(codes == mode for codes, mode in zip(points.codes.T, modes, strict=True))]
        correlated = np.column_stack(columns[:_MOST_CORRELATED]) if width else np.zeros((len(cells), 0))
        return np.concatenate([_moments(x), *levels, *histograms, _correlations(correlated.astype(np.float64))])


def fit_groundhog(candidates: Cells, points: Points, numbers: IntArray) -> Groundhog:
    """Take scales and levels from the unlabelled candidates.

    Parameters
    ----------
    candidates, points : Cells, Points
        The same n rows.
    numbers : (p,) int
        Columns of ``candidates`` that are the numbers of ``points``.
    """
    x = candidates.values[:, numbers]
    missing = np.isnan(x)
    x = np.where(missing, np.inf, x)
    x.sort(axis=0)
    count = (~missing).sum(axis=0)
    low, centre, high = (
        x[np.minimum((share * count).astype(np.int64), len(x) - 1), np.arange(x.shape[1])] for share in (0.1, 0.5, 0.9)
    )
    centre = np.where(count > 0, centre, 0.0)
    spread = np.where(count > 0, high, 0.0) - np.where(count > 0, low, 0.0)
    return Groundhog(
        numbers=numbers, centre=centre, scale=np.where(spread > 0, spread, 1.0), one_hot=fit_one_hot(points)
    )


def _moments(x: FloatArray) -> FloatArray:
    """Mean, median, standard deviation, smallest and largest of every column, 0 where all is missing."""
    # Forests work in float32; what lies this far out is as far as it gets.
    x = np.clip(x, -1e9, 1e9)
    present = ~np.isnan(x)
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, x, 0.0).sum(axis=0) / count
    sd = np.sqrt((np.where(present, x - mean, 0.0) ** 2).sum(axis=0) / count)
    ascending = np.sort(np.where(present, x, np.inf), axis=0)
    column = np.arange(x.shape[1])
    middle = (ascending[(count - 1) // 2, column] + ascending[count // 2, column]) / 2
    extremes = np.stack([middle, ascending[0], ascending[count - 1, column]])
    return np.concatenate([mean, sd, np.where(np.isfinite(extremes), extremes, 0.0).ravel()])


def _level_shares(codes: np.ndarray, levels: np.ndarray) -> FloatArray:
    """Shares of the frequent levels, of the others together, of the most and least frequent level; distinct levels."""
    present, count = np.unique(codes, return_counts=True)
    place = np.minimum(np.searchsorted(present, levels), len(present) - 1)
    share = np.where(present[place] == levels, count[place], 0) / len(codes)
    return np.concatenate([share, [1 - share.sum(), count.max() / len(codes), count.min() / len(codes), len(present)]])


def _correlations(x: FloatArray) -> FloatArray:
    """Correlation of every pair of columns, 0 where one of them is constant."""
    centred = x - x.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    varies = length > 1e-9 * np.sqrt(len(x))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=varies)
    return np.asarray((unit.T @ unit)[np.triu_indices(x.shape[1], k=1)], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queries:
    """How many rows of a release match a record on sets of attributes; the same sets for every record."""

    beside: ClassVar[Beside] = Beside(
        name="query_based",
        view="the 20 most isolated people",
        threat_model="shadow",
        about=About(
            label=N_("Per-record shadows, matching rows"),
            idea=N_(
                "A random forest per person tells releases made with the person from releases made without, by how"
                " many rows match the record on random sets of attributes, numbers exactly or within a bin."
            ),
            sees=N_("Copies, near copies and reused combinations of values, weighed as this generator makes them."),
            misses=N_("Leaks that move no row near the record; leaks of a generator unlike the family assumed."),
            cost=N_(
                "K fits of the generator for all records together, O(K m d) per record and query, one forest of K/2"
                " rows each."
            ),
            source=N_("Houssiau et al. 2022 (TAPAS); Guepin et al. 2023, query-based attack."),
        ),
        runs=N_("in the profile thorough"),
        short_label=N_("Rows like the person's"),
        looks_at=N_("How many rows agree with the person on random sets of columns."),
    )

    numbers: IntArray
    records: Cells
    record_points: Points
    conditions: BoolArray
    """(d + p, Q) whether a query asks for the column's very cell (first d), or for a number within the bin."""

    def features(self, cells: Cells, points: Points) -> FloatArray:
        """(T, Q) matching rows of one release for every record and query."""
        asked = self.conditions.astype(np.float32)
        missing = np.isnan(cells.values[:, self.numbers])
        out = np.empty((len(self.records), asked.shape[1]))
        for t in range(len(out)):
            other = cells.codes != self.records.codes[t]
            far = np.abs(points.numeric - self.record_points.numeric[t]) > _NEAR
            far |= missing != np.isnan(self.records.values[t, self.numbers])
            unmet = np.concatenate([other, far], axis=1).astype(np.float32) @ asked
            out[t] = (unmet == 0).sum(axis=0)
        return out


def draw_queries(
    records: Cells, record_points: Points, numbers: IntArray, n_queries: int, rng: np.random.Generator
) -> Queries:
    """Draw the sets of attributes: all single conditions, the whole record twice, and random sets of 2 to 6 columns.

    Parameters
    ----------
    records, record_points : Cells, Points
        The T records under attack.
    numbers : (p,) int
        Columns of ``records`` that are the numbers of ``record_points``.
    n_queries : int
        Random sets Q' beside the others.
    rng : Generator
        Which columns, and whether a number must match exactly or within the bin.
    """
    d, p = records.codes.shape[1], len(numbers)
    bin_of = np.full(d, -1)
    bin_of[numbers] = d + np.arange(p)
    single = np.eye(d + p, dtype=bool)
    exact, within = np.zeros((2, 1, d + p), dtype=bool)
    exact[0, :d] = True
    within[0, np.where(bin_of >= 0, bin_of, np.arange(d))] = True
    random = np.zeros((n_queries, d + p), dtype=bool)
    for query in random:
        size = min(int(rng.integers(2, _LARGEST_SUBSET + 1)), d)
        columns = rng.permutation(d)[:size]
        loose = (rng.random(size) < 0.5) & (bin_of[columns] >= 0)
        query[np.where(loose, bin_of[columns], columns)] = True
    asked = np.unique(np.concatenate([single, exact, within, random]), axis=0)
    return Queries(numbers=numbers, records=records, record_points=record_points, conditions=asked.T)


def vote_shares(features: FloatArray, included: BoolArray, others: FloatArray, seed: int) -> FloatArray:
    """Train the forest of one record and apply it.

    Parameters
    ----------
    features : (W, F) array of float
        Of worlds whose membership is known.
    included : (W,) array of bool
        Whether the record was in; both must occur.
    others : (V, F) array of float
        Of the releases to judge.

    Returns
    -------
    (V,) array of float
        Mean vote for "in", in [0, 1].
    """
    from sklearn.ensemble import RandomForestClassifier

    leaf = max(1, len(features) // _WORLDS_PER_LEAF)
    forest = RandomForestClassifier(n_estimators=_TREES, min_samples_leaf=leaf, n_jobs=1, random_state=seed)
    forest.fit(features.astype(np.float32), included)
    return np.asarray(forest.predict_proba(others.astype(np.float32))[:, 1], dtype=np.float64)


def log_likelihood_ratio(votes: FloatArray, included: BoolArray, seen: float) -> float:
    """What one vote says of membership, by the votes of worlds that the forest was not trained on.

    Two normal laws of one variance (linear discriminant analysis); a vote of B trees is not known better than to
    .25 / B. No answer is surer than the number of worlds can show.

    Parameters
    ----------
    votes, included : (V,) arrays
        Of test worlds, both classes.
    seen : float
        Vote on the release under audit.

    Returns
    -------
    float
        ``log p(seen | in) - log p(seen | out)``, at most log V either way; 0 where all votes are the same.
    """
    if np.ptp(votes) == 0:
        return 0.0
    mean_in, mean_out = votes[included].mean(), votes[~included].mean()
    within = votes - np.where(included, mean_in, mean_out)
    variance = (within**2).sum() / max(len(votes) - 2, 1) + 0.25 / _TREES
    ratio = (mean_in - mean_out) * (seen - (mean_in + mean_out) / 2) / variance
    return float(np.clip(ratio, -np.log(len(votes)), np.log(len(votes))))
