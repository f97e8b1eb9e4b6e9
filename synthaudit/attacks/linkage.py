"""Linkage surprisal: synthetic rows that agree with a person where agreement is rare.

Own method after the idea of record linkage (Fellegi and Sunter 1969); see ``docs/attacks.md``.
"""

from dataclasses import dataclass

import numpy as np

from synthaudit.agreement import Rule, count_of
from synthaudit.types import AttackerView, Cells, FloatArray, ThreatModel

_RARE = 5


@dataclass(frozen=True, slots=True)
class Linkage:
    """``logsumexp_s M(x, S) - log m - logsumexp_r M(x, R) + log n_R`` with M of ``agreement.py``.

    ``linkage_sum`` takes M by surprisal, best where values are reused; ``linkage_tolerant`` takes it tolerantly, best
    against smoothing and noisy copies. They complement each other.
    """

    name: str
    rule: Rule
    view: str = "cells"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) how much better the release agrees with x than the population does; 0 where S = R."""
        n_reference = len(view.reference) - view.reference_is_candidates
        size = np.log(n_reference) - np.log(len(view.synthetic))
        sums = view.agreement[self.rule]
        return np.asarray(sums.synthetic - sums.reference + size, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ValueReuse:
    """Rare exact values that the release repeats.

    Sum over columns of ``log[((c_S(v) + .5) / (c_R(v) + .5)) (n_R / m)]`` for values that occur at most five times
    in the reference and at least once in the release. Sees what distances cannot: a generator that resamples each
    column on its own reuses rare values.
    """

    name: str = "value_reuse"
    view: str = "cells"
    threat_model: ThreatModel = "reference"

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log ratio of reuse, 0 for a candidate without a reused rare value."""
        own = int(view.reference_is_candidates)
        in_synthetic = count_of(candidates, view.synthetic)
        in_reference = count_of(candidates, view.reference) - own
        size = np.log(len(view.reference) - own) - np.log(len(view.synthetic))
        ratio = np.log(in_synthetic + 0.5) - np.log(in_reference + 0.5) + size
        is_reused = (in_reference <= _RARE) & (in_synthetic > 0) & (candidates.codes > 0)
        return np.asarray(np.where(is_reused, ratio, 0.0).sum(axis=1), dtype=np.float64)
