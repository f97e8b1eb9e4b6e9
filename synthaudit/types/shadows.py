"""What came of fitting the generator family again."""

from dataclasses import dataclass
from typing import Any, ClassVar

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFit:
    """How well one generator family resembles the release under audit."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Name of the family."""
    auc: Measured
    """AUC of a classifier between a release of the family and the one under audit; near .5 = hard to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRecord:
    """What happened to the shadow generators."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Family assumed."""
    requested: int
    """Shadows asked for."""
    finished: int
    """Shadows that could be fitted."""
    failures: tuple[str, ...]
    """One cause per failed shadow; no value of a table."""
    cost: str
    """What the failures cost the audit, one plain sentence."""
    seconds: float
    """Seconds that they took."""
    compared: tuple[FamilyFit, ...] = ()
    """Families that the one named was chosen from, where the user left the choice to the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRecordAttack:
    """One kind of features of the per-record attack, over all records."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    """Name of the attack."""
    auc: Measured
    """Mean over the records of the AUC over test worlds: how exposed they are to the generator family assumed."""
    auc_most_exposed: Measured
    """Of the most exposed record, chosen on one half of the test worlds and measured on the other, both ways."""
    n_right: int
    """Right guesses on the release under audit."""
    n_guessed: int
    """Records with a guess; none is made where the attack cannot tell at all."""
    pvalue: float
    """Exact, one-sided, of the evidence on the release under audit, this attack alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRecord:
    """The per-record shadow attack on the most isolated candidates; nobody is named."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Family assumed."""
    n_records: int
    """Candidates attacked (people where entities are declared)."""
    requested: int
    """Worlds asked for."""
    finished: int
    """Worlds made: half of them train the forests, the others test them."""
    failures: tuple[str, ...]
    """One cause per kind of failure; no value of a table."""
    attacks: tuple[PerRecordAttack, ...]
    """One for each kind of features."""
    pvalue: float
    """Of both attacks together (Bonferroni): small where the release tells who of these records was in."""
    cost: str
    """What it took and what failures cost, one plain sentence."""
    seconds: float
    """Seconds that it took."""
