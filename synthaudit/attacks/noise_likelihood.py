"""Likelihood ratio of near copies: how much likelier a synthetic row is somebody's, with noise, than a stranger's.

Own method; the density under no copy is a mean over all people, as in kernel density ratios.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, NamedTuple

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.near_people import MOST_KEPT, near_people, people_of
from synthaudit.files.catalogue import N_
from synthaudit.linkage.noise import Noise, log_fits, population_of
from synthaudit.types import About, AttackerView, Cells, FloatArray, IntArray, Points, ThreatModel

LAWS = tuple(Noise(size=size, replaced=0.2, unrelated=0.02) for size in (0.003, 0.01, 0.03))
"""The noises that the attack reckons with, equally likely."""
_KEPT = "noise_likelihood"
NEAREST = 10
"""People looked at for each row, by either distance."""


@dataclass(frozen=True, slots=True)
class NoiseLikelihood:
    """``max_t log K(t | x) - log((mean_y K(t | y) + prod_c p(t_c)) / 2)`` over the rows t of S.

    K is the density of a near copy by ``linkage/noise.py``: the mean over moves of .3, 1 and 3 % of the ranks, each
    category replaced with chance 0.2, a number unrelated with chance 0.02. y are all people, candidates and reference,
    and p their shares, so the row's density without a copy is half that of a copy of anybody and half that of
    independent columns. K is taken for the ``k`` people nearest to t in all columns and the ``k`` nearest in numbers
    alone, and is 0 for the others.
    """

    k: int = NEAREST
    name: str = "noise_likelihood"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Likelihood of a near copy"),
        idea=N_(
            "For each row of S the likelihood that it is x with its numbers moved by .3 to 3 % of the ranks and a few"
            " categories replaced, over that of a stranger: a copy of anybody at all, or a row of"
            " independent columns. The"
            " score is the largest ratio of any row."
        ),
        sees=N_("Near copies, in numbers and categories together, also where values are heavily rounded."),
        misses=N_(
            "Noise far above 3 % of the ranks, rows made of several people, and values of a column by themselves."
        ),
        cost=N_("The k = 10 nearest people of each synthetic row, found twice, then 2 k m d terms by three laws."),
        source=N_("Own, after the likelihood ratio of Neyman and Pearson 1933."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="distance", quick=("cells",))

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) in nats; people near to no row have the least score of the others."""
        originals = Originals(candidates, view, self.k)
        largest = originals.nobody()
        for rows, points in view.all_rows():
            fits = originals.fits(rows, points, (LAWS,), jobs=view.jobs)
            largest = np.maximum(largest, originals.largest(fits.near, fits.ratios(0)))
            if rows is view.synthetic and fits.near.size <= MOST_KEPT:
                view.kept[_KEPT] = (originals, fits)
        return originals.scores(largest)


class Fits(NamedTuple):
    """How well rows fit the people near to them."""

    near: IntArray
    """(m, k) people, each once; -1 fills up."""
    by_law: FloatArray
    """(n_laws, m, k) log-likelihood ratios against independent columns, -inf for nobody."""
    n_people: int

    def ratios(self, law: int, independent: float = 1.0) -> FloatArray:
        """(m, k) log-likelihood ratios against a row that is no copy of this person.

        Its density is that of a copy of anybody and ``independent`` times that of independent columns.
        """
        fit = self.by_law[law]
        anybody = np.logaddexp.reduce(fit, axis=1, keepdims=True) - np.log(self.n_people)
        return np.asarray(fit - np.logaddexp(anybody, np.log(independent)), dtype=np.float64)


class Originals:
    """The people whom a row may be a near copy of: candidates, then the reference.

    Parameters
    ----------
    candidates : Cells
        n candidates.
    view : AttackerView
        What the attacker holds; only the real people are looked at.
    k : int
        People looked at for each row, twice: the nearest in all columns and the nearest in numbers alone.
    """

    def __init__(self, candidates: Cells, view: AttackerView, k: int = NEAREST) -> None:
        people, points = people_of(candidates, view)
        self.population = population_of(people, view.schema)
        self._view, self._candidates = view, candidates
        self._points, self._k, self._n = points, min(k, len(people)), len(candidates)

    @classmethod
    def of_release(
        cls, candidates: Cells, view: AttackerView, laws: Sequence[Sequence[Noise]], *, jobs: int
    ) -> tuple["Originals", Fits]:
        """The originals, and how well a release that is held whole fits them by :data:`LAWS` and by ``laws``."""
        known: tuple[Originals, Fits] | None = view.kept.get(_KEPT)
        if known is not None and known[0]._candidates is candidates and known[0]._k == NEAREST:
            originals, fits = known
        else:
            originals = cls(candidates, view)
            fits = originals.fits(view.synthetic, view.points["synthetic"], (LAWS,), jobs=jobs)
        by_law = originals._by_law(view.synthetic, fits.near, laws)
        return originals, fits._replace(by_law=np.concatenate([fits.by_law, by_law]))

    def fits(self, rows: Cells, points: Points, laws: Sequence[Sequence[Noise]], *, jobs: int = 1) -> Fits:
        """How well m rows fit the people near to them, by each of ``laws``: mixtures of equally likely noises."""
        # In numbers first: another attack may be at the other search meanwhile.
        lists = [
            near_people(self._view, points, self._points, self._k, columns, jobs=jobs) for columns in ("numbers", "all")
        ]
        near = np.sort(np.concatenate(lists, axis=1), axis=1)
        near[:, 1:][near[:, 1:] == near[:, :-1]] = -1
        return Fits(near, self._by_law(rows, near, laws), len(self.population.people))

    def _by_law(self, rows: Cells, near: IntArray, laws: Sequence[Sequence[Noise]]) -> FloatArray:
        """(n_laws, m, 2 k) log-likelihood ratios of people near to m rows."""
        of_noise = {noise: log_fits(self.population, rows, near, noise) for noise in chain(*laws)}
        mixed = [np.logaddexp.reduce([of_noise[noise] for noise in law], axis=0) - np.log(len(law)) for law in laws]
        return np.array(mixed)

    def nobody(self) -> FloatArray:
        """(n + n_R,) what is known of everybody before any row is looked at."""
        return np.full(len(self.population.people), -np.inf)

    def largest(self, near: IntArray, ratios: FloatArray) -> FloatArray:
        """(n + n_R,) the largest ratio of any of these rows for each person; -inf where none is near, or fits."""
        largest = self.nobody()
        np.maximum.at(largest, near[near >= 0], ratios[near >= 0])
        return largest

    def scores(self, largest: FloatArray) -> FloatArray:
        """(n,) the largest ratio for each candidate; the least of all where no row is near, or fits."""
        scores = largest[: self._n]
        is_met = np.isfinite(scores)
        return np.where(is_met, scores, scores[is_met].min() if is_met.any() else 0.0)
