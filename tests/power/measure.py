"""What scores are worth once the labels are back: AUC by midranks, TPR at 1 % FPR as a step function, with counts."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.family_test import family_decision
from synthaudit.statistics.ranks import allowed_false_positives, descending, members_above
from synthaudit.statistics.roc import delong_components
from synthaudit.statistics.units import random_order
from synthaudit.types import BoolArray, FloatArray

FPR = 0.01
PERMUTATIONS = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What one score reaches on one release."""

    auc: float
    tpr: float
    """Share of members above the score that ``allowed`` non-members exceed, equal scores in random order."""
    found: int
    """Members behind ``tpr``."""
    members: int
    allowed: int
    """Non-members that a false-positive rate of 1 % may name."""
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """For the cache."""
        return asdict(self)


def power(scores: npt.ArrayLike, is_member: BoolArray, rng: np.random.Generator, seconds: float = 0.0) -> Power:
    """Measure the scores of one attack, (n,)."""
    score = np.asarray(scores, dtype=np.float64)
    above = members_above(is_member, descending(score, random_order(len(score), rng)))
    members, allowed = int(is_member.sum()), allowed_false_positives(int((~is_member).sum()), FPR)
    # With every non-member allowed there is no (k+1)-th one to stay above.
    found = int(above[allowed]) if allowed < len(above) else members
    return Power(
        auc=float(delong_components(score, is_member)[0][0]),
        tpr=found / members,
        found=found,
        members=members,
        allowed=allowed,
        seconds=round(seconds, 3),
    )


def decision(scores: FloatArray, names: list[str], is_member: BoolArray, rng: np.random.Generator) -> dict[str, Any]:
    """The one decision over the family (K, n): whether leakage is detected, and its two p-values."""
    found = family_decision(scores, names, is_member, rng=rng, n_permutations=PERMUTATIONS).decision
    return {
        "detected": found.detected,
        "pvalue_auc": found.pvalue_auc,
        "pvalue_top": found.pvalue_top,
        "strongest": found.strongest,
    }
