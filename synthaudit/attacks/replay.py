"""Known-seed replay: refit the generator with its default seed and compare releases row by row.

A generator that samples from a fixed seed draws the same random numbers whatever it was fitted on: row i of two
releases differs by the training sets alone, and the noise of sampling, which hides members from every other attack,
cancels. The release under audit is written as a mixture of replays whose training sets are known; the same mixture of
the sets says who was in. This module is the pure part; ``shadows/replay.py`` refits the generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import fit_one_hot
from synthaudit.files.catalogue import N_
from synthaudit.types import (
    About,
    AttackerView,
    BoolArray,
    Cells,
    FloatArray,
    IntArray,
    Points,
    ShadowScores,
    ThreatModel,
)

_RIDGES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Of the mixture, in units of the mean squared length of a replay."""
_SHRINKAGES = (1e-3, 1e-2, 1e-1, 1.0)
"""Of the traits, in units of their mean eigenvalue."""
_MOST_PAIRED = 20
_FARTHEST = 10.0


@dataclass(frozen=True, slots=True)
class Replay:
    """Mixture weight of the replays that were fitted on x, smoothed over people with like traits."""

    view: str = "replay"
    name: str = "replay"
    threat_model: ThreatModel = "shadow"
    about: ClassVar[About] = About(
        label=N_("Known-seed replay"),
        idea=N_(
            "Refits the family with its default seed on random sets of candidates, so that row i of every release is"
            " made of the same random numbers, writes this release as a ridge-regression mixture of those, and gives x"
            " the mixture's weight of the sets that hold x, smoothed over the traits that totals depend on."
        ),
        sees=N_(
            "The pull of x on means, scales and correlations, without the noise of sampling that hides it elsewhere."
        ),
        misses=N_(
            "Everything if the vendor set another seed, shuffled the rows or used another family or version;"
            " generators whose row i jumps with the training set (trees, networks trained by batches)."
        ),
        cost=N_("K + 1 fits of the generator; O(K^2 m d) for the products, O(K n q) for q traits."),
        source=N_("Own; tracing from exact means after Dwork et al. 2015."),
    )
    declared: ClassVar[Declared] = Declared(
        looks_at="shadow",
        runs=N_("wherever there are shadows of gaussian_copula (--generator gaussian_copula)"),
        reads_sample=True,
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) estimated membership, centred on 0."""
        return view.shadows[self.view].target


def aligned_products(releases: Sequence[Points]) -> FloatArray:
    """Inner products of releases as long vectors of cells, row by row.

    Parameters
    ----------
    releases : sequence of Points
        L releases of the same m rows.

    Returns
    -------
    (L, L) array of float
        Sum over rows of the products of numbers plus half of the number of equal codes, which is the product of
        one-hot codes where one mismatch costs 1 in squared distance; per row.
    """
    numeric = np.array([release.numeric.ravel() for release in releases])
    products = numeric @ numeric.T
    for i, release in enumerate(releases):
        for j in range(i + 1):
            equal = int((release.codes == releases[j].codes).sum())
            products[i, j] += equal / 2
            products[j, i] = products[i, j]
    return np.asarray(products / max(len(releases[0]), 1), dtype=np.float64)


def traits(candidates: Cells, points: Points, numbers: IntArray) -> FloatArray:
    """What totals of a table depend on: scaled numbers and squares, normal scores and their products, levels.

    Parameters
    ----------
    candidates, points : Cells, Points
        The same n rows.
    numbers : (p,) int
        Columns of ``candidates`` that are the numbers of ``points``.

    Returns
    -------
    (n, q) array of float
        Standardised columns, constant ones left out; products of the first 20 numbers only.
    """
    raw = candidates.values[:, numbers]
    missing = np.isnan(raw)
    score = np.where(missing, 0.0, ndtri(np.clip(points.numeric, 1e-6, 1 - 1e-6)))
    scaled = _scaled(raw, missing)
    paired = score[:, :_MOST_PAIRED]
    first, second = np.triu_indices(paired.shape[1])
    levels = fit_one_hot(points).transform(points)[:, points.numeric.shape[1] :]
    columns = np.concatenate([score, scaled, scaled**2, paired[:, first] * paired[:, second], levels], axis=1)
    columns -= columns.mean(axis=0)
    spread = columns.std(axis=0)
    varies = spread > 1e-9
    return np.asarray(columns[:, varies] / spread[varies], dtype=np.float64)


def _scaled(raw: FloatArray, missing: BoolArray) -> FloatArray:
    """Numbers by their median and the spread of the middle 80 %, missing at 0, the farthest drawn in."""
    out = np.zeros(raw.shape)
    for i in range(raw.shape[1]):
        present = raw[~missing[:, i], i]
        if len(present):
            low, middle, high = np.quantile(present, [0.1, 0.5, 0.9])
            unit = high - low if high > low else 1.0
            out[~missing[:, i], i] = np.clip((present - middle) / unit, -_FARTHEST, _FARTHEST)
    return out


def replay_scores(products: npt.ArrayLike, included: BoolArray, columns: FloatArray) -> ShadowScores:
    """Estimate who was in the training set of each release from the releases of known sets.

    Parameters
    ----------
    products : (K + 1, K + 1) array of float
        :func:`aligned_products` of K replays and, last, the release under audit.
    included : (K, n) array of bool
        Whether the replay was fitted on the candidate; sets drawn independently of each other.
    columns : (n, q) array of float
        :func:`traits`.

    Returns
    -------
    ShadowScores
        Base ``replay``. ``target``: the score of the release under audit; ``shadow``: of every replay by the others.

    Notes
    -----
    With G the products centred on the replays' mean and g those with the release, the mixture is
    ``a = (G + ridge I)^-1 g`` and the raw score ``y = sum_k a_k (included_k - mean)``. A release depends on its
    training set through totals of traits, so y is projected on the traits with a ridge of their own. Both ridges, and
    whether to project at all, are those with the highest mean correlation between the score and the known membership
    of replays left out one by one; no label of the release under audit is read. For a release that is a linear
    function of q totals the AUC is about Phi(sqrt(q / n) / sqrt(1 + q / K)) at n members and n non-members.
    """
    gram = np.asarray(products, dtype=np.float64)
    k = len(included)
    left, eigenvalue = _axes(columns)
    # Replays one by one, each by the others, and the release under audit by all of them: (ridges, K + 1, n).
    mixtures = np.stack([_mixtures(gram, included, j) for j in range(k + 1)], axis=1)
    chosen, best = mixtures[0], -np.inf
    for raw in mixtures:
        for scores in (raw, *(_projected(raw, left, eigenvalue, shrinkage) for shrinkage in _SHRINKAGES)):
            quality = float(np.mean([_correlation(s, i) for s, i in zip(scores[:-1], included, strict=True)]))
            if quality > best:
                chosen, best = scores, quality
    return ShadowScores(
        base="replay", target=chosen[-1], shadow=chosen[:-1], included=included, ring=np.arange(k, dtype=np.int64)
    )


def _mixtures(gram: FloatArray, included: BoolArray, j: int) -> FloatArray:
    """(ridges, n) raw scores of release j by all replays but itself."""
    others = np.delete(np.arange(len(included)), j) if j < len(included) else np.arange(len(included))
    inner, cross = gram[np.ix_(others, others)], gram[others, j]
    mean = inner.mean(axis=0)
    size, axes = np.linalg.eigh(inner - mean - mean[:, None] + mean.mean())
    along = axes.T @ (cross - cross.mean() - mean + mean.mean())
    known = included[others].astype(np.float64)
    known -= known.mean(axis=0)
    total = float(size.sum())
    if not total > 0:
        return np.zeros((len(_RIDGES), included.shape[1]))
    weight = [axes @ (along / (np.maximum(size, 0.0) + ridge * total / len(others))) for ridge in _RIDGES]
    return np.asarray(np.array(weight) @ known, dtype=np.float64)


def _axes(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Principal axes of the traits over candidates (n, r), and their eigenvalues (r,)."""
    value, vector = np.linalg.eigh(columns.T @ columns / max(len(columns), 1))
    is_positive = value > 1e-9 * max(float(value.max(initial=0.0)), 1e-300)
    return columns @ vector[:, is_positive] / np.sqrt(len(columns) * value[is_positive]), value[is_positive]


def _projected(raw: FloatArray, left: FloatArray, eigenvalue: FloatArray, shrinkage: float) -> FloatArray:
    weight = eigenvalue / (eigenvalue + shrinkage * eigenvalue.mean()) if len(eigenvalue) else eigenvalue
    return np.asarray(((raw @ left) * weight) @ left.T, dtype=np.float64)


def _correlation(score: FloatArray, included: BoolArray) -> float:
    centred, known = score - score.mean(), included - included.mean()
    length = float(np.sqrt((centred**2).sum() * (known**2).sum()))
    return float(centred @ known) / length if length > 0 else 0.0
