"""The release under attack, and what its generator is fitted again on."""

from dataclasses import dataclass

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import Attacker
from synthaudit.encoding import CellEncoder
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.types import AuditData


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """What every attack that refits a generator starts from."""

    data: AuditData
    """With the release in the row order in which it was published."""
    pile: Pile
    """The candidates, whom refits are fitted on."""
    attacking: Attacker
    encoder: CellEncoder
    settings: Settings
    progress: Progress
    notify: Notify | None = None
