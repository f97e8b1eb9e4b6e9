"""Kernel density ratio between release and reference (DOMIAS, van Breugel et al. 2023, eq. 2)."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from synthaudit.attacks.reference import reference_splits
from synthaudit.types import AttackerView, Cells, FloatArray, Points, ThreatModel

_BANDWIDTHS = (0.25, 0.5, 1.0, 2.0)
_MOST_DIMENSIONS = 10
_MOST_LEVELS = 24
_MOST_ROWS = 4_000
_ROWS_FOR_BANDWIDTH = 1_000
_BLOCK = 1_024


@dataclass(frozen=True, slots=True)
class KdeRatio:
    """``log p_S(x) - log p_R(x)`` by Gaussian kernels, in log space throughout.

    Both tables are brought to the same size, projected on the principal axes of the two together, whitened, and
    given the same rule for their bandwidth (leave-one-out likelihood), so that swapping S and R negates the score.
    """

    name: str = "kde_ratio"
    view: str = "principal_axes"
    threat_model: ThreatModel = "reference"

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
    levels = _common_levels(synthetic, reference)
    pooled = np.concatenate([_one_hot(synthetic, levels), _one_hot(reference, levels)])
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
    x = (_one_hot(queries, levels) - centre) @ scale
    half = len(synthetic)
    return _log_density(x, table[:half]) - _log_density(x, table[half:])


def _log_density(x: FloatArray, table: FloatArray) -> FloatArray:
    """(n,) log of the kernel density of ``table`` at x, up to the constant (2 pi)^(-d/2)."""
    n, d = table.shape
    scott = n ** (-1.0 / (d + 4))
    pilot = table[:_ROWS_FOR_BANDWIDTH]
    squared = _squared_distances(pilot, pilot)
    np.fill_diagonal(squared, np.inf)
    likelihood = [
        float(logsumexp(-squared / (2 * (b * scott) ** 2), axis=1).mean()) - d * np.log(b) for b in _BANDWIDTHS
    ]
    h = _BANDWIDTHS[int(np.argmax(likelihood))] * scott
    blocks = [
        logsumexp(-_squared_distances(x[i : i + _BLOCK], table) / (2 * h * h), axis=1) for i in range(0, len(x), _BLOCK)
    ]
    return np.asarray(np.concatenate(blocks) - np.log(n) - d * np.log(h), dtype=np.float64)


def _squared_distances(a: FloatArray, b: FloatArray) -> FloatArray:
    squared = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2 * (a @ b.T)
    return np.asarray(np.maximum(squared, 0.0), dtype=np.float64)


def _common_levels(*tables: Points) -> list[np.ndarray]:
    """The most frequent levels of each categorical column; the rest share one level of their own."""
    codes = np.concatenate([table.codes for table in tables])
    levels = []
    for i in range(codes.shape[1]):
        level, count = np.unique(codes[:, i], return_counts=True)
        levels.append(level[np.argsort(-count, kind="stable")[:_MOST_LEVELS]])
    return levels


def _one_hot(points: Points, levels: list[np.ndarray]) -> FloatArray:
    """Numbers, then one-hot categories scaled so that one mismatch costs 1 in squared distance."""
    columns = [points.numeric]
    for i, level in enumerate(levels):
        known = points.codes[:, i][:, None] == level[None, :]
        rest = ~known.any(axis=1, keepdims=True)
        columns.append(np.concatenate([known, rest], axis=1) / np.sqrt(2))
    return np.concatenate(columns, axis=1)
