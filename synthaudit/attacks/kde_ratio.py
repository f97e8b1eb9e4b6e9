"""Kernel density ratio between release and reference (DOMIAS, van Breugel et al. 2023, eq. 2)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import logsumexp

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import fit_one_hot
from synthaudit.attacks.common.reference import reference_splits
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, Points, ThreatModel

_BANDWIDTHS = (0.25, 0.5, 1.0, 2.0)
_MOST_DIMENSIONS = 10
_MOST_ROWS = 4_000
_ROWS_FOR_BANDWIDTH = 1_000
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class KdeRatio:
    """``log p_S(x) - log p_R(x)`` by Gaussian kernels, in log space throughout.

    Both tables are brought to the same size, projected on the principal axes of the two together, whitened, and
    given the same rule for their bandwidth (leave-one-out likelihood), so that swapping S and R negates the score.
    """

    name: str = "kde_ratio"
    view: str = "principal_axes"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Kernel density ratio"),
        idea=(
            N_(
                "Compares a smooth density of the release with one of a population sample at each person. "
                "An overfitted generator leaves bumps of density at its members."
            )
        ),
        sees=N_("Smooth overfitting that raises the density around members."),
        misses=N_("Copies of single people and reused values, which smoothing on principal axes blurs."),
        cost=N_("O(a n (m + n_R)) on a = 10 axes at most; at most 4,000 rows of either table, drawn at random."),
        source=N_("van Breugel, Sun, Qian and van der Schaar 2023 (DOMIAS), eq. 2"),
    )
    declared: ClassVar[Declared] = Declared(looks_at="distance", most_rows=_MOST_ROWS, reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log density ratio."""
        out = np.zeros(len(candidates))
        for queries, rows in reference_splits(view, len(candidates), rng):
            size = min(len(view.synthetic), len(rows), _MOST_ROWS)
            synthetic = view.points["synthetic"].take(np.sort(rng.permutation(len(view.synthetic))[:size]))
            reference = view.points["reference"].take(rows[np.sort(rng.permutation(len(rows))[:size])])
            out[queries] = _log_ratio(view.points["candidates"].take(queries), synthetic, reference, rng)
        return out


def _log_ratio(queries: Points, synthetic: Points, reference: Points, rng: np.random.Generator) -> FloatArray:
    one_hot = fit_one_hot(synthetic, reference)
    pooled = np.concatenate([one_hot.transform(synthetic), one_hot.transform(reference)])
    centre = pooled.mean(axis=0)
    _, sizes, axes = np.linalg.svd(pooled - centre, full_matrices=False)
    variance = sizes**2 / len(pooled)
    if not variance.sum() > 0:
        return np.zeros(len(queries))
    enough = int(np.searchsorted(np.cumsum(variance) / variance.sum(), 0.95)) + 1
    kept = slice(0, min(enough, _MOST_DIMENSIONS, int((variance > 1e-12 * variance[0]).sum())))
    # The ridge keeps nearly flat axes from being blown up to the size of the others.
    scale = axes[kept].T / np.sqrt(variance[kept] + 1e-3 * variance[0])
    table = (pooled - centre) @ scale
    table += rng.normal(scale=0.01, size=table.shape)
    x = (one_hot.transform(queries) - centre) @ scale
    half = len(synthetic)
    return _log_density(x, table[:half]) - _log_density(x, table[half:])


def _log_density(x: FloatArray, table: FloatArray) -> FloatArray:
    """(n,) log of the kernel density of ``table`` at x, up to the constant (2 pi)^(-d/2)."""
    from scipy.spatial.distance import cdist

    n, d = table.shape
    scott = n ** (-1.0 / (d + 4))
    pilot = table[:_ROWS_FOR_BANDWIDTH]
    squared = cdist(pilot, pilot, "sqeuclidean")
    np.fill_diagonal(squared, np.inf)
    likelihood = [
        float(logsumexp(-squared / (2 * (b * scott) ** 2), axis=1).mean()) - d * np.log(b) for b in _BANDWIDTHS
    ]
    h = _BANDWIDTHS[int(np.argmax(likelihood))] * scott
    log_sums = np.empty(len(x))
    for i in range(0, len(x), _BLOCK):
        squared = cdist(x[i : i + _BLOCK], table, "sqeuclidean")
        nearest = squared.min(axis=1, keepdims=True)
        # In place, for a block that stays in the cache: less than half the time of logsumexp.
        np.subtract(nearest, squared, out=squared)
        squared *= 1 / (2 * h * h)
        np.exp(squared, out=squared)
        log_sums[i : i + _BLOCK] = np.log(squared.sum(axis=1)) - nearest[:, 0] / (2 * h * h)
    return np.asarray(log_sums - np.log(n) - d * np.log(h), dtype=np.float64)
