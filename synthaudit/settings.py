"""How an audit is run; what a profile means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synthaudit.adapters.config import Claims
from synthaudit.generators.auto import Auto
from synthaudit.generators.fit_each import Effort
from synthaudit.generators.ready_shadows import Releases
from synthaudit.runtime.engine import LOCAL, Engine
from synthaudit.runtime.shared import Shared
from synthaudit.runtime.store import Store
from synthaudit.types import Engagement, Generator, Policy, Vendor

PERMUTATIONS: Mapping[str, int] = {"quick": 999, "standard": 9_999, "thorough": 9_999}
_SHADOWS: Mapping[str, int] = {"quick": 0, "standard": 0, "thorough": 16}
_WHERE_A_GENERATOR_IS_NAMED = 16

CANDIDATES: Mapping[str, int] = {"quick": 5_000, "standard": 20_000, "thorough": 20_000}
"""People of each side that are attacked, where there are more and nobody asks for others."""

RELEASE_ROWS = 100_000
"""Rows of a release that is held whole; of a larger one all attacks but the nearest rows and copies read a sample."""

Progress = Callable[[str, int, int], None]
"""Told ``(stage, done, total)``."""
Notify = Callable[[str], None]
"""Told one sentence that the user should read before the audit goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an audit is run; see ``docs/commands.md``."""

    policy: Policy
    built_in: tuple[Policy, ...]
    """Policies whose use table is filled in, whatever the chosen one."""
    profile: str = "standard"
    shadows: int | None = None
    generator: Generator | Releases | Auto | None = None
    """``Auto`` until the audit has chosen."""
    attacks: tuple[str, ...] = ()
    """Names; empty = the whole family."""
    seed: int = 0
    jobs: int = 1
    candidates: int | None = CANDIDATES["standard"]
    """People of each side that are attacked, where there are more; None = everybody."""
    engine: Engine = LOCAL
    """Where generators are fitted."""
    time_budget: float | None = None
    """Seconds after which nothing more is begun that a verdict can do without; None = as long as it takes."""
    store: Store | None = None
    """Where finished fits are kept; None = nowhere."""
    shared: Shared | None = None
    """What audits of the same real tables share; None = this one is alone."""
    release_rows: int | None = RELEASE_ROWS
    """Rows of a release that is held whole, and twice those of the sample of a larger one; None = always held whole."""
    copies_test: bool = True
    """Whether the copies test may decide; switched off only to measure the attacks alone."""
    config: Mapping[str, Any] = field(default_factory=dict)
    vendor: Vendor = field(default_factory=Vendor)
    engagement: Engagement = field(default_factory=Engagement)
    target: str | None = None
    """Column that models trained on the release are to predict."""
    claim: Claims | None = None
    """Differential privacy, as the vendor claims it."""

    def effort(
        self,
        what: str,
        stage: str,
        total: int,
        progress: Progress,
        notify: Notify | None,
        most: float = float("inf"),
    ) -> Effort:
        """How generators are fitted: ``what`` names the fits, ``stage`` is what ``progress`` is told, ``most`` the
        seconds that they may take.
        """

        def on_done(done: int) -> None:
            progress(stage, done, total)

        return Effort(
            engine=self.engine,
            jobs=self.jobs,
            store=self.store,
            on_done=on_done,
            notify=notify,
            what=what,
            most=most,
        )

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The chosen policy, then the built-in ones."""
        return (self.policy, *(p for p in self.built_in if p.name != self.policy.name))

    @property
    def n_permutations(self) -> int:
        """Label permutations of the family's tests."""
        return PERMUTATIONS[self.profile]

    @property
    def lacks_shadows(self) -> bool:
        """Whether the shadows that the profile asks for were switched off."""
        return self.n_shadows == 0 and _SHADOWS[self.profile] > 0

    @property
    def n_shadows(self) -> int:
        """Shadow generators: as asked for, else as the profile says, else enough for the generator named.

        Of ready releases there are as many as there are, or as many as asked for.
        """
        if isinstance(self.generator, Releases):
            ready = len(self.generator.pairs)
            return ready if self.shadows is None else min(ready, self.shadows)
        if self.shadows is not None:
            return self.shadows
        return _WHERE_A_GENERATOR_IS_NAMED if self.generator is not None else _SHADOWS[self.profile]
