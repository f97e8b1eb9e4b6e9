"""Pseudo-likelihood ratio: how well a cell follows from the rest of its row, in the release and in the population."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from synthaudit.attacks.common.bins import binned
from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.reference import reference_splits, some_rows
from synthaudit.encoding import number_columns
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, IntArray, ThreatModel

_Features = npt.NDArray[np.float32]
_MOST_ROWS = 20_000
"""Of either table: a forest grown to single rows is as large as its rows."""
_ROWS_PER_BIN = 8


@dataclass(frozen=True, slots=True)
class PseudoLikelihoodRatio:
    """``sum_c [log p_S(x_c | x_-c) - log p_R(x_c | x_-c)]``, each p by a small forest grown to single rows.

    The forest of a column and table splits by the other columns, for a number by its rank, else by its level. Where x
    arrives, ``p(v | leaf) = (count of v + f_v) / (rows + 1)`` averaged over the trees, v a quantile bin or a level
    (rare ones pooled) and f_v its smoothed share of the table. Release and reference get the same rule and seeds, so
    that S = R gives 0 and swapped tables the negative. A table of one column compares the shares themselves.

    Parameters
    ----------
    n_trees : int
        Trees of a column and table.
    n_bins : int
        Most quantile bins of a number; fewer in tables below 8 rows a bin. Twice as many levels are kept apart.
    most_columns : int
        Most columns that are read; of more, so many are drawn.
    """

    n_trees: int = 10
    n_bins: int = 32
    most_columns: int = 30
    name: str = "pseudo_likelihood"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Pseudo-likelihood ratio"),
        idea=N_(
            "Predicts every cell of a person from the person's other cells, once by the release and once by the"
            " population. Where the release predicts better, it holds the person's own combination of values."
        ),
        sees=N_("Memorised dependence between columns of any kind, without any distance between rows."),
        misses=N_(
            "Columns resampled on their own, where nothing follows from anything; columns beyond the 30 it reads."
        ),
        cost=N_(
            "Two forests of 10 trees for each of at most 30 columns: proportional to (m + n_R) log(m + n_R) + n. Where"
            " the unlabelled candidates play the reference, its forests are grown five times."
        ),
        source=N_("Besag 1975 (pseudo-likelihood); EPT, arXiv 2509.13046, 2025; forests as in Breiman 2001."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="combinations", most_rows=_MOST_ROWS, reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) sum of log ratios in nats."""
        n, d = candidates.codes.shape
        chosen = np.sort(rng.permutation(d)[: self.most_columns])
        seeds = rng.integers(2**31, size=len(chosen))
        x, synthetic, reference = _features(candidates, view)
        # Forests see the order of their rows; content decides it here, not the file.
        of_release = some_rows(np.lexsort(synthetic.T), _MOST_ROWS, rng)
        splits = [
            (queries, some_rows(rows[np.lexsort(reference[rows].T)], _MOST_ROWS, rng))
            for queries, rows in reference_splits(view, n, rng)
        ]
        fewest = min(len(of_release), *(len(rows) for _, rows in splits))
        n_bins = int(np.clip(fewest // _ROWS_PER_BIN, 1, self.n_bins))
        levels, is_number = binned(candidates, view, n_bins), number_columns(view.schema)

        def log_ratio(c: int, seed: int) -> FloatArray:
            wanted, in_synthetic, in_reference = _classes(
                levels.candidates[c], levels.synthetic[c], levels.reference[c], most=2 * n_bins
            )
            others = chosen[chosen != c]

            def log_p(queries: IntArray, table: _Features, classes: IntArray) -> FloatArray:
                from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

                share = (np.bincount(classes, minlength=2 * n_bins + 1) + 1 / (2 * n_bins + 1)) / (len(classes) + 1)
                if not len(others):
                    return np.asarray(np.log(share[wanted[queries]]), dtype=np.float64)
                kind = RandomForestRegressor if is_number[c] else RandomForestClassifier
                forest = kind(self.n_trees, max_features="sqrt", random_state=seed)
                forest.fit(table[:, others], table[:, c] if is_number[c] else classes)
                leaves, reached = forest.apply(table[:, others]), forest.apply(x[queries][:, others])
                return _log_probability(leaves, classes, reached, wanted[queries], share)

            out = log_p(np.arange(n), synthetic[of_release], in_synthetic[of_release])
            for queries, rows in splits:
                out[queries] -= log_p(queries, reference[rows], in_reference[rows])
            return out

        work = (delayed(log_ratio)(int(c), int(seed)) for c, seed in zip(chosen, seeds, strict=True))
        return np.asarray(sum(Parallel(n_jobs=view.jobs, prefer="threads")(work)), dtype=np.float64)


def _log_probability(
    leaves: IntArray, classes: IntArray, reached: IntArray, wanted: IntArray, share: FloatArray
) -> FloatArray:
    """(n,) log of the probability of the wanted class in the leaves reached; one column per tree."""
    total = np.zeros(len(wanted))
    for leaf, at in zip(leaves.T, reached.T, strict=True):
        counts = np.bincount(leaf * len(share) + classes, minlength=(int(leaf.max()) + 1) * len(share))
        rows = np.bincount(leaf)
        total += (counts[at * len(share) + wanted] + share[wanted]) / (rows[at] + 1)
    return np.asarray(np.log(total / leaves.shape[1]), dtype=np.float64)


def _features(candidates: Cells, view: AttackerView) -> tuple[_Features, _Features, _Features]:
    """(rows, d) per table: doubled mid-ranks of numbers in release and reference pooled, -1 where missing; codes."""
    tables = (candidates, view.synthetic, view.reference)
    features = [table.codes.astype(np.float32) for table in tables]
    for c in np.flatnonzero(number_columns(view.schema)):
        pooled = np.sort(np.concatenate([view.synthetic.values[:, c], view.reference.values[:, c]]))
        pooled = pooled[~np.isnan(pooled)]
        for table, feature in zip(tables, features, strict=True):
            values = table.values[:, c]
            rank = np.searchsorted(pooled, values, side="left") + np.searchsorted(pooled, values, side="right")
            feature[:, c] = np.where(np.isnan(values), -1, rank)
    return features[0], features[1], features[2]


def _classes(x: IntArray, s: IntArray, r: IntArray, *, most: int) -> tuple[IntArray, IntArray, IntArray]:
    """The most frequent levels of release and reference together as 0, 1, ...; all others as ``most``."""
    k = int(max(x.max(initial=0), s.max(), r.max())) + 1
    frequency = np.bincount(s, minlength=k) / len(s) + np.bincount(r, minlength=k) / len(r)
    frequent = np.argsort(-frequency, kind="stable")[:most]
    number = np.full(k, most, dtype=np.int64)
    number[frequent] = np.arange(len(frequent))
    return number[x], number[s], number[r]
