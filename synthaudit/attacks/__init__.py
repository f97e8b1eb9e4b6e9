"""The attacks. A new one is one file here, one line in ``ATTACKS`` below, and one test file.

What else the package knows of an attack, its class declares (``common/declared.py``). Attacks of other packages are
found by ``plugins.py``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from synthaudit.attacks.ball_count import BallCount
from synthaudit.attacks.by_rank import ByRank
from synthaudit.attacks.cell_likelihood import CellLikelihood
from synthaudit.attacks.cell_shingles import CELL_SHINGLES, TEXT_SIMILARITY
from synthaudit.attacks.common.declared import Beside, FamilyAttack
from synthaudit.attacks.distance import Dcr, DcrDifference, KnnDensityRatio, LogDcrRatio, Nndr
from synthaudit.attacks.dpi import Dpi
from synthaudit.attacks.gen_lra import GenLra
from synthaudit.attacks.kde_ratio import KdeRatio
from synthaudit.attacks.linkage import Linkage, LinkageClaim, ValueReuse
from synthaudit.attacks.logan import Logan
from synthaudit.attacks.marginal_ratio import MarginalRatio
from synthaudit.attacks.near_claim import NearClaim
from synthaudit.attacks.noise_likelihood import NoiseLikelihood
from synthaudit.attacks.pair_claim import PairClaim
from synthaudit.attacks.per_record import Groundhog, Queries
from synthaudit.attacks.pseudo_likelihood import PseudoLikelihoodRatio
from synthaudit.attacks.replay import Replay
from synthaudit.attacks.row_relations import RowRelations
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.attacks.shadow_stack import ShadowStack
from synthaudit.attacks.shifted_claim import ShiftedClaim
from synthaudit.attacks.subset_lift import SubsetLift
from synthaudit.attacks.tree_ratios import ExtraTreesRatio, GradientBoostingRatio
from synthaudit.encoding import VIEWS
from synthaudit.linkage.agreement import RULES, Rule
from synthaudit.types import Attack

NEIGHBOUR_ATTACKS: tuple[FamilyAttack, ...] = tuple(
    attack(view)
    for view in VIEWS
    for attack in (Dcr, Nndr, DcrDifference, LogDcrRatio, KnnDensityRatio, BallCount, Dpi)
)
STRICT = Linkage("linkage_sum", "surprisal")
"""By its 1 % threshold the internal edition flags people who are not called exposed."""
EXPOSURE = Linkage("linkage_tolerant", "tolerant")
"""By its scores single people are called exposed, and controls and lists of deleted people are shown."""
CLAIM = LinkageClaim("blended")
"""By its scores guesses are made who was in: it is strong on most leaks.

These three have their tasks by name, fixed before any table is read.
"""
LINKAGE_ATTACKS: tuple[FamilyAttack, ...] = (STRICT, EXPOSURE, ValueReuse())
COUNT_ATTACKS: tuple[FamilyAttack, ...] = tuple(map(CellLikelihood, (1, 2, 3, 4)))
SHADOW_BASES: Mapping[str, Attack] = MappingProxyType(
    {
        "log_dcr": LogDcrRatio("quantile_l2"),
        "claim": CLAIM,
        **{f"cells_{attack.order}": attack for attack in map(CellLikelihood, (1, 2, 3, 4))},
    }
)
"""Scores that are measured against every shadow release; shadow attacks calibrate them."""
ALL_BASES = "all_bases"
"""View of a shadow attack that reads all base scores at once."""
SHADOW_ATTACKS: tuple[FamilyAttack, ...] = (
    *(attack(base) for base in ("log_dcr", "claim", "cells_4") for attack in (Lira, CalibratedDifference)),
    ShadowStack(tuple(SHADOW_BASES)),
    Replay(),
)
ATTACKS: tuple[FamilyAttack, ...] = (
    *NEIGHBOUR_ATTACKS,
    KdeRatio(),
    GenLra(),
    ExtraTreesRatio(),
    GradientBoostingRatio(),
    Logan(),
    *LINKAGE_ATTACKS,
    *map(LinkageClaim, RULES),
    ShiftedClaim(),
    RowRelations("gaps"),
    RowRelations("remainders"),
    RowRelations("order"),
    NearClaim(),
    NoiseLikelihood(),
    PairClaim("near_in_all"),
    PairClaim("near_in_numbers"),
    *COUNT_ATTACKS,
    MarginalRatio(),
    SubsetLift(),
    PseudoLikelihoodRatio(),
    *SHADOW_ATTACKS,
)
"""The pre-registered family, fixed before any table is read; what costs most stands last."""

BY_RANK: tuple[ByRank, ...] = (
    ByRank(Dcr("quantile_l2")),
    ByRank(Nndr("quantile_l2")),
    ByRank(LogDcrRatio("quantile_l2")),
    ByRank(KnnDensityRatio("quantile_l2")),
    ByRank(Nndr("quantile_l1")),
    ByRank(LogDcrRatio("quantile_l1")),
    ByRank(STRICT),
    ByRank(EXPOSURE),
    *(ByRank(LinkageClaim(rule)) for rule in RULES),
    ByRank(CellLikelihood(4)),
)
"""Those that a release whose columns have another law is attacked by once more: cheap, and whatever the others find
there, one of these finds as well. None rests on exact values."""

BESIDE: tuple[Beside, ...] = (CELL_SHINGLES, TEXT_SIMILARITY, Groundhog.beside, Queries.beside)
"""What ``synthaudit explain`` and the documentation describe beside the family."""


def is_quick(attack: FamilyAttack) -> bool:
    """Whether the profile ``quick`` runs this attack in its view."""
    return attack.view in attack.declared.quick


QUICK_FAMILY: tuple[FamilyAttack, ...] = tuple(
    attack for attack in ATTACKS if attack.threat_model != "shadow" and is_quick(attack)
)
"""The attacks of the profile ``quick``; comparisons beside the audit's own make them whatever the profile."""
QUICK_VIEWS: tuple[str, ...] = tuple(view for view in VIEWS if view in {attack.view for attack in QUICK_FAMILY})
"""Encodings that they search neighbours in."""
QUICK_CLAIMS: tuple[Rule, ...] = tuple(rule for rule in RULES if rule in {attack.view for attack in QUICK_FAMILY})
"""Rules that they make claims by."""
