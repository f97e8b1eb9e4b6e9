"""Likelihood ratio of near copies: is a synthetic row more likely somebody's, with noise, than a stranger's?

Own method; the density under no copy is a mean over all people, as in kernel density ratios.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.encoding import joined
from synthaudit.linkage.noise import Noise, log_fits, population_of
from synthaudit.neighbours import nearest
from synthaudit.types import About, AttackerView, Cells, FloatArray, IntArray, Points, ThreatModel

_LAWS = tuple(Noise(size=size, replaced=0.1, unrelated=0.02) for size in (0.01, 0.03))
_NEAR = 20


@dataclass(frozen=True, slots=True)
class NoiseLikelihood:
    """``max_t log K(t | x) - log((mean_y K(t | y) + prod_c p(t_c)) / 2)`` over the rows t of S.

    K is the density of a near copy by ``linkage/noise.py``: the mean over moves of 1 % and of 3 % of the ranks, each
    category replaced with chance 0.1, a number unrelated with chance 0.02. y are all people, candidates and reference,
    and p their shares, so the row's density without a copy is half that of a copy of anybody and half that of
    independent columns. K is taken for the ``k`` people nearest to t in all columns and the ``k`` nearest in numbers
    alone, and is 0 for the others.
    """

    k: int = _NEAR
    name: str = "noise_likelihood"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label="Likelihood of a near copy",
        idea="For each row of S the likelihood that it is x with its numbers moved by 1 or 3 % of the ranks and a few"
        " categories replaced, over that of a stranger: a copy of anybody at all, or a row of independent columns. The"
        " score is the largest ratio of any row.",
        sees="Near copies, in numbers and categories together, also where values are heavily rounded.",
        misses="Noise far above 3 % of the ranks, rows made of several people, and values of a column by themselves.",
        cost="The k = 20 nearest people of each synthetic row, found twice, then 2 k m d terms of two laws, compiled.",
        source="Own, after the likelihood ratio of Neyman and Pearson 1933.",
    )
    declared: ClassVar[Declared] = Declared(looks_at="distance")

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) in nats; people near to no row have the least score of the others."""
        return noise_ratios(candidates, view, _LAWS, (1.0,), self.k)[0]


def noise_ratios(
    candidates: Cells, view: AttackerView, laws: Sequence[Noise], independent: Sequence[float], k: int = _NEAR
) -> FloatArray:
    """Score near copies made by any of ``laws``, all equally likely.

    Parameters
    ----------
    independent : sequence of float
        Weights of independent columns beside one copy of anybody, in the density of a row that is no copy of x.

    Returns
    -------
    (len(independent), n) float64
        As of :class:`NoiseLikelihood`; 0 for all where no row fits anybody.
    """
    people = candidates if view.reference_is_candidates else joined(candidates, view.reference)
    near, population = _near_people(view, min(k, len(people))), population_of(people, view.schema)
    fit = np.logaddexp.reduce([log_fits(population, view.synthetic, near, law) for law in laws], axis=0)
    anybody = np.logaddexp.reduce(fit, axis=1, keepdims=True) - np.log(len(people))
    scores = np.full((len(independent), len(people)), -np.inf)
    for score, weight in zip(scores, independent, strict=True):
        ratio = fit - np.logaddexp(anybody, np.log(len(laws) * weight))
        np.maximum.at(score, near[near >= 0], ratio[near >= 0])
        mine = np.isfinite(score)
        score[~mine] = score[mine].min() if mine.any() else 0.0
    return scores[:, : len(candidates)]


def _near_people(view: AttackerView, k: int) -> IntArray:
    """(m, 2 k) people near to each row, in all columns or in numbers alone, each once; -1 fills up."""
    points = view.points
    rows, known = points["synthetic"], points["candidates"]
    if not view.reference_is_candidates:
        known = Points(
            numeric=np.concatenate([known.numeric, points["reference"].numeric]),
            codes=np.concatenate([known.codes, points["reference"].codes]),
        )
    numeric = [Points(numeric=table.numeric, codes=table.codes[:, :0]) for table in (rows, known)]
    lists = [nearest(*pair, k, norm="l1", jobs=view.jobs).row for pair in ((rows, known), numeric)]
    near = np.sort(np.concatenate(lists, axis=1), axis=1)
    near[:, 1:][near[:, 1:] == near[:, :-1]] = -1
    return near
