"""The attacks. A new one is one file here, one line below, one test file and one line in ``docs/attacks.md``."""

from synthaudit.attacks.classifier import ExtraTreesRatio
from synthaudit.attacks.density import KdeRatio
from synthaudit.attacks.distance import Dcr, DcrDifference, KnnDensityRatio, LogDcrRatio, Nndr
from synthaudit.attacks.linkage import Linkage, ValueReuse
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.encoding import VIEWS
from synthaudit.types import Attack

NEIGHBOUR_ATTACKS: tuple[Attack, ...] = tuple(
    attack(view) for view in VIEWS for attack in (Dcr, Nndr, DcrDifference, LogDcrRatio, KnnDensityRatio)
)
LINKAGE_ATTACKS: tuple[Attack, ...] = (
    Linkage("linkage_sum", "surprisal"),
    Linkage("linkage_tolerant", "tolerant"),
    ValueReuse(),
)
SHADOW_BASES = ("log_dcr", "linkage")
SHADOW_ATTACKS: tuple[Attack, ...] = tuple(
    attack(base) for base in SHADOW_BASES for attack in (Lira, CalibratedDifference)
)
ATTACKS: tuple[Attack, ...] = (
    *NEIGHBOUR_ATTACKS,
    KdeRatio(),
    ExtraTreesRatio(),
    *LINKAGE_ATTACKS,
    *SHADOW_ATTACKS,
)
"""The pre-registered family, fixed before any table is read."""
