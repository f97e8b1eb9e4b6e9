"""The attacks. A new one is one file here, one line below, one test file and one section in ``docs/attacks.md``.

Attacks of other packages are found by ``plugins.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from synthaudit.attacks.ball_count import BallCount
from synthaudit.attacks.cell_likelihood import CellLikelihood
from synthaudit.attacks.distance import Dcr, DcrDifference, KnnDensityRatio, LogDcrRatio, Nndr
from synthaudit.attacks.dpi import Dpi
from synthaudit.attacks.gen_lra import GenLra
from synthaudit.attacks.kde_ratio import KdeRatio
from synthaudit.attacks.linkage import Linkage, LinkageClaim, ValueReuse
from synthaudit.attacks.logan import Logan
from synthaudit.attacks.marginal_ratio import MarginalRatio
from synthaudit.attacks.near_claim import NearClaim
from synthaudit.attacks.pair_claim import PairClaim
from synthaudit.attacks.per_record import Groundhog, Queries
from synthaudit.attacks.pseudo_likelihood import PseudoLikelihoodRatio
from synthaudit.attacks.replay import Replay
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.attacks.shadow_stack import ShadowStack
from synthaudit.attacks.shifted_claim import ShiftedClaim
from synthaudit.attacks.subset_lift import SubsetLift
from synthaudit.attacks.tree_ratios import ExtraTreesRatio, GradientBoostingRatio
from synthaudit.encoding import VIEWS
from synthaudit.linkage.agreement import RULES, Rule
from synthaudit.types import About, Attack, ThreatModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An attack that an audit makes beside the family: it scores a few people only, or is taught who is a member."""

    name: str
    view: str
    threat_model: ThreatModel | None
    """None: no attacker can make it, only the auditor, who knows the members."""
    about: About
    runs: str
    """When it runs, in words."""


EXPOSURE_ATTACK = "linkage_tolerant"
"""The one attack, fixed beforehand, by which single people are called exposed and whose AUC a control shows."""
NEIGHBOUR_ATTACKS: tuple[Attack, ...] = tuple(
    attack(view)
    for view in VIEWS
    for attack in (Dcr, Nndr, DcrDifference, LogDcrRatio, KnnDensityRatio, BallCount, Dpi)
)
LINKAGE_ATTACKS: tuple[Attack, ...] = (
    Linkage("linkage_sum", "surprisal"),
    Linkage(EXPOSURE_ATTACK, "tolerant"),
    ValueReuse(),
)
COUNT_ATTACKS: tuple[Attack, ...] = tuple(map(CellLikelihood, (1, 2, 3, 4)))
SHADOW_BASES: Mapping[str, Attack] = MappingProxyType(
    {
        "log_dcr": LogDcrRatio("quantile_l2"),
        "claim": LinkageClaim("blended"),
        **{f"cells_{attack.order}": attack for attack in map(CellLikelihood, (1, 2, 3, 4))},
    }
)
"""Scores that are measured against every shadow release; shadow attacks calibrate them."""
ALL_BASES = "all_bases"
"""View of a shadow attack that reads all base scores at once."""
SHADOW_ATTACKS: tuple[Attack, ...] = (
    *(attack(base) for base in ("log_dcr", "claim", "cells_4") for attack in (Lira, CalibratedDifference)),
    ShadowStack(tuple(SHADOW_BASES)),
    Replay(),
)
ATTACKS: tuple[Attack, ...] = (
    *NEIGHBOUR_ATTACKS,
    KdeRatio(),
    GenLra(),
    ExtraTreesRatio(),
    GradientBoostingRatio(),
    Logan(),
    *LINKAGE_ATTACKS,
    *map(LinkageClaim, RULES),
    ShiftedClaim(),
    NearClaim(),
    PairClaim("near_in_all"),
    PairClaim("near_in_numbers"),
    *COUNT_ATTACKS,
    MarginalRatio(),
    SubsetLift(),
    PseudoLikelihoodRatio(),
    *SHADOW_ATTACKS,
)
"""The pre-registered family, fixed before any table is read."""

BESIDE: tuple[Beside, ...] = (
    Beside(
        name="groundhog",
        view="the 20 most isolated people",
        threat_model="shadow",
        about=Groundhog.about,
        runs="in the profile thorough",
    ),
    Beside(
        name="query_based",
        view="the 20 most isolated people",
        threat_model="shadow",
        about=Queries.about,
        runs="in the profile thorough",
    ),
)
"""What ``synthaudit explain`` and the documentation describe beside the family."""

QUICK = frozenset(
    {
        *("dcr", "nndr", "dcr_difference", "log_dcr_ratio", "knn_density_ratio", "ball_count", "dpi"),
        *("linkage_sum", "linkage_tolerant", "value_reuse", "linkage_claim", "shifted_claim"),
        *("pair_claim", "cell_likelihood"),
    }
)
"""Names of the attacks that the profile ``quick`` runs, one pass of each kind."""


QUICK_VIEWS: tuple[str, ...] = tuple(VIEWS)[:1]
"""Encodings that the profile ``quick`` searches neighbours in."""
QUICK_CLAIMS: tuple[Rule, ...] = ("blended",)
"""Rules by which claims are made in the profile ``quick``: the best single one."""
_NOT_QUICK = frozenset(
    {
        *((attack.name, attack.view) for attack in NEIGHBOUR_ATTACKS if attack.view not in QUICK_VIEWS),
        *(("linkage_claim", rule) for rule in RULES if rule not in QUICK_CLAIMS),
        ("pair_claim", "near_in_numbers"),
    }
)


def is_quick(attack: Attack) -> bool:
    """Whether the profile ``quick`` runs this attack: cheap, and no second pass of the same kind."""
    return attack.name in QUICK and (attack.name, attack.view) not in _NOT_QUICK
