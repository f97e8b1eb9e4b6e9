"""Linkage surprisal: synthetic rows that agree with a person where agreement is rare.

Own method after the idea of record linkage (Fellegi and Sunter 1969); see ``docs/attacks.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.files.catalogue import N_
from synthaudit.linkage.agreement import Rule, count_of
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

_RARE = 5
_ABOUT: Mapping[Rule, About] = {
    "surprisal": About(
        label=N_("Record linkage"),
        idea=N_(
            "Log-sum over the rows of S of how surprising their agreement with x is, column by column, less the same"
            " over R. Agreement in a rare value counts for more, so no scale has to be chosen."
        ),
        sees=N_("Reused values, near copies, and people whose values are spread over several rows of S."),
        misses=N_(
            "Values that were moved a little everywhere, which the tolerant rule sees better; leaks in"
            " combinations of common values."
        ),
        cost=N_("One pass of the candidates over S and one over R, n (m + n_R) d comparisons, compiled, in blocks."),
        source=N_("Own, after the record linkage of Fellegi and Sunter 1969."),
    ),
    "tolerant": About(
        label=N_("Record linkage, tolerant"),
        idea=N_(
            "Log-sum over the rows of S of the log-likelihood ratio that a row is a noisy copy of x and not a"
            " stranger, less the same over R."
        ),
        sees=N_("Smoothed, interpolated and jittered copies, also with some columns changed altogether."),
        misses=N_(
            "Some of the exact reuse of rare values, which the strict rule weighs higher; noise much wider than"
            " 2 % of the ranks."
        ),
        cost=N_("One pass of the candidates over S and one over R, n (m + n_R) d comparisons, compiled, in blocks."),
        source=N_("Own, after the record linkage of Fellegi and Sunter 1969."),
    ),
}


@dataclass(frozen=True, slots=True)
class Linkage:
    """``logsumexp_s M(x, S) - log m - logsumexp_r M(x, R) + log n_R`` with M of ``linkage/agreement.py``.

    ``linkage_sum`` takes M by surprisal, best where values are reused; ``linkage_tolerant`` takes it tolerantly, best
    against smoothing and noisy copies. They complement each other.
    """

    name: str
    rule: Rule
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    declared: ClassVar[Declared] = Declared(looks_at="agreement", quick=("cells",))

    @property
    def about(self) -> About:
        """What the rule sees and misses."""
        return _ABOUT[self.rule]

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) how much better the release agrees with x than the population does; 0 where S = R."""
        n_reference = len(view.reference) - view.reference_is_candidates
        size = np.log(n_reference) - np.log(view.n_searched)
        sums = view.agreement[self.rule]
        return np.asarray(sums.synthetic - sums.reference + size, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LinkageClaim:
    """Log of the largest share of a synthetic row that x can claim.

    All candidates and the reference compete for every synthetic row t: the share of x is ``exp M(x, t)`` over the sum
    of ``exp M`` over all of them, with M of ``linkage/agreement.py`` by the rule of the view.
    """

    view: Rule
    name: str = "linkage_claim"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Claim on a synthetic row"),
        idea=N_(
            "Everybody who may have caused a synthetic row, all candidates and the reference, competes for it by how"
            " surprising the agreement is; the score is the log of the largest share that x gets of any row."
        ),
        sees=N_(
            "People whom a row resembles more than anybody else, be it a common or a rare kind of person: trees,"
            " copies, interpolation. The strongest single attack on most leaks."
        ),
        misses=N_("People who share all their values with others, and values drawn column by column."),
        cost=N_(
            "One pass of candidates and reference over S for each rule, (n + n_R) m d comparisons, compiled, in tiles."
        ),
        source=N_("Own, after the record linkage of Fellegi and Sunter 1969."),
    )
    declared: ClassVar[Declared] = Declared(
        looks_at="agreement",
        view_labels={"surprisal": N_("strict"), "tolerant": N_("tolerant"), "blended": N_("both rules")},
        quick=("blended",),
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) at most 0; 0 where x alone can have caused a row."""
        return view.claims[self.view]


@dataclass(frozen=True, slots=True)
class ValueReuse:
    """Rare exact values that the release repeats.

    Sum over columns of ``log[(c_S(v) + .5) / (c_R(v) m / n_R + .5)]``, the count of a value against the one expected of
    a release of m rows, for values that occur at most five times in the reference and at least once in the release.
    Sees what distances cannot: a generator that resamples each column on its own reuses rare values. Counts are
    smoothed on the scale of the release, so that a value that only x has speaks for x however many rows there are.
    """

    name: str = "value_reuse"
    view: str = "cells"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Rare values used again"),
        idea=N_(
            "Sum over columns of log[(c_S(v) + .5) / (c_R(v) m / n_R + .5)] where the value v of x occurs at most five"
            " times in R and at least once in S: rare values of the training data turn up again."
        ),
        sees=N_(
            "Generators that draw the values of each column from the training data, even each column on its own,"
            " where distances see nothing."
        ),
        misses=N_("Releases whose numbers are drawn or rounded anew, and tables without rare values."),
        cost=N_("One look-up of every cell, O((n + m + n_R) d): milliseconds."),
        source=N_("Own."),
    )
    declared: ClassVar[Declared] = Declared(looks_at="values", quick=("cells",))

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log ratio of reuse, 0 for a candidate without a reused rare value."""
        own = int(view.reference_is_candidates)
        in_synthetic = count_of(candidates, view.synthetic) if view.value_counts is None else view.value_counts
        in_reference = count_of(candidates, view.reference) - own
        expected = in_reference * (view.n_searched / max(len(view.reference) - own, 1))
        ratio = np.log(in_synthetic + 0.5) - np.log(expected + 0.5)
        is_reused = (in_reference <= _RARE) & (in_synthetic > 0) & (candidates.codes > 0)
        return np.asarray(np.where(is_reused, ratio, 0.0).sum(axis=1), dtype=np.float64)
