"""Attacks on a release whose columns of another law were brought back to the law of the real rows.

See ``attacker/undressed.py`` for how, and for why nothing that rests on exact values is among them.
"""

from dataclasses import dataclass, replace

import numpy as np

from synthaudit.attacks.common.declared import Declared, FamilyAttack
from synthaudit.types import About, AttackerView, Cells, FloatArray, ThreatModel

SUFFIX = "_by_rank"


@dataclass(frozen=True, slots=True)
class ByRank:
    """The same attack, which gets to see the release with the law of the real rows only.

    Examples
    --------
    >>> from synthaudit.attacks import CLAIM
    >>> ByRank(CLAIM).view
    'blended_by_rank'
    """

    attack: FamilyAttack

    @property
    def name(self) -> str:
        """Name of the attack."""
        return self.attack.name

    @property
    def view(self) -> str:
        """View of the attack, and that it is by rank."""
        return f"{self.attack.view}{SUFFIX}"

    @property
    def threat_model(self) -> ThreatModel:
        """That of the attack."""
        return self.attack.threat_model

    @property
    def about(self) -> About:
        """What the attack is."""
        return self.attack.about

    @property
    def declared(self) -> Declared:
        """What the attack declares."""
        return self.attack.declared

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) scores of the attack on the other look at the release."""
        assert view.by_rank is not None
        return self.attack.score(candidates, replace(view.by_rank, jobs=view.jobs), rng)
