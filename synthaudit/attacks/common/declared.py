"""What an attack declares beside the protocol of plug-ins, so that nothing else has to know it by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from synthaudit.types import About, Attack, ThreatModel

LooksAt = Literal[
    "distance", "agreement", "values", "combinations", "classifier", "line", "shift", "relation", "shadow"
]
"""The kind of trace that an attack looks for; the report has a sentence for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Facts of one attack that the profiles, the coverage and the report go by."""

    looks_at: LooksAt | None
    """None for an attack of another package: nobody can say."""
    view_labels: Mapping[str, str] = field(default_factory=dict)
    """What the report calls its views, for an attack that has several. A view means the same in every attack."""
    quick: tuple[str, ...] = ()
    """Views that the profile ``quick`` runs: cheap, and no second pass of the same kind."""
    most_rows: int | None = None
    """Most synthetic rows that it fits a model on, drawn at random; None where it reads them all."""
    reads_sample: bool = False
    """Whether it reads ``view.synthetic``, of a release larger than memory a sample, and not ``view.all_rows()``."""
    runs: str = ""
    """When it runs, in words, where threat model and profile do not say."""


class FamilyAttack(Attack, Protocol):
    """A member of the family: an attack, and what it declares."""

    @property
    def declared(self) -> Declared:
        """Facts that the profiles, the coverage and the report go by."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An attack that an audit makes beside the family: it scores a few people only, is taught who is a
    member, or reads what no member of the family gets to see.
    """

    name: str
    view: str
    threat_model: ThreatModel | None
    """None: no attacker can make it, only the auditor, who knows the members."""
    about: About
    runs: str
    """When it runs, in words."""
    short_label: str
    looks_at: str
    """What it looks at, in words under the short label in the report."""
