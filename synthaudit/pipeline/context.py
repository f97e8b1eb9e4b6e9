"""What the steps of an audit read, frozen: the tables, then the candidates and the attacker, then their scores."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.undressed import Undressed
from synthaudit.attacker.view import Attacker
from synthaudit.attacks.common.declared import FamilyAttack
from synthaudit.encoding import CellEncoder, QuantileSpace, fit_cells
from synthaudit.pipeline.step import Results
from synthaudit.pipeline.streamed import Streamed
from synthaudit.pipeline.suite import Scored
from synthaudit.runtime.budget import Budget
from synthaudit.settings import Notify, Progress, Settings
from synthaudit.shadows.target import Target
from synthaudit.types import (
    AttackerView,
    AuditData,
    Cells,
    Coverage,
    Decidable,
    FamilyFit,
    FloatArray,
    IntArray,
    Points,
    RowsRead,
    ShadowRecord,
)
from synthaudit.verdict.levels import ErrorBudget


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """The tables in one code of cells, before anything is drawn or attacked."""

    data: AuditData
    settings: Settings
    budget: Budget
    progress: Progress
    notify: Notify
    explaining: bool
    """Whether members that stand out are to be explained."""
    encoder: CellEncoder
    """Of all tables, the release among them."""
    train: Cells
    holdout: Cells | None
    synthetic: Cells
    """In the order in which the release was given."""
    streamed: Streamed | None
    """The rest of a release of which only a sample is held."""
    coverage: tuple[Coverage, ...]
    """The record so far."""
    results: Results = field(default_factory=Results)
    """Of the steps so far."""
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    """Of the step that runs."""

    @property
    def error_budget(self) -> ErrorBudget:
        """How the error of this audit is shared."""
        data = self.data
        n_lists = (data.deleted is not None) + (data.canaries is not None) + bool(data.releases)
        return ErrorBudget.of_profile(self.settings.profile, n_lists)

    def stream(self, number: tuple[int, ...]) -> np.random.Generator:
        """The random stream of this number under the audit's seed, always the same, whoever else draws."""
        return np.random.default_rng(np.random.SeedSequence(self.settings.seed, spawn_key=number))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared(Tables):
    """The pile of candidates, and an attacker who is ready to meet the release."""

    pile: Pile
    attacks: tuple[FamilyAttack, ...]
    """The family that is going to run."""
    rows_read: tuple[RowsRead, ...]
    """Those of them that read a part of the release."""
    real: Cells
    """Candidates and reference, unlabelled."""
    release: Cells
    """The rows of the release in an order of their content."""
    given_row: IntArray
    """(m,) where each of them stands in the release as it was given."""
    comparable: Cells
    """Those of the real rows whose laws the release is held against: all, or a part with the release's shares of levels
    that were changed on purpose."""
    undressed: Undressed | None
    """The release with the law of the real rows, where columns have another one."""
    space: QuantileSpace
    points: tuple[Points, Points]
    """Of the real rows and of the release."""
    attacking: Attacker
    decidable: tuple[Decidable, ...]
    """What this many people can decide under each policy."""
    compared: tuple[FamilyFit, ...]
    """Generator families that were compared with the release."""

    @property
    def target(self) -> Target:
        """What attacks that refit a generator start from."""
        return Target(
            data=self.data,
            pile=self.pile,
            attacking=self.attacking,
            encoder=self.encoder,
            settings=self.settings,
            progress=self.progress,
            notify=self.notify,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attacked(Prepared):
    """The scores of the family, still without a label."""

    view: AttackerView
    scored: Scored
    """By row."""
    scores: FloatArray
    """(K, n_units), by person or row."""
    names: Sequence[str]
    """(K,) ``attack/view`` of each."""
    order: IntArray
    """(n_units,) the random order that breaks ties, the same for everything."""
    shadows: ShadowRecord | None


def extended(context: Tables) -> dict[str, Any]:
    """All fields of a context, to make a larger one from."""
    return {each.name: getattr(context, each.name) for each in fields(context)}


def read_tables(data: AuditData, settings: Settings, progress: Progress, notify: Notify, *, explaining: bool) -> Tables:
    """Encode the tables of an audit, whose time begins to run."""
    budget = Budget(settings.time_budget)
    real = [table for table in (data.train, data.holdout, data.reference, data.canaries) if table is not None]
    beside = [] if data.whole is None else [data.whole.extremes]
    encoder = fit_cells(data.schema, real, [data.synthetic, *beside])
    return Tables(
        data=data,
        settings=settings,
        budget=budget,
        progress=progress,
        notify=notify,
        explaining=explaining,
        encoder=encoder,
        train=encoder.encode(data.train),
        holdout=None if data.holdout is None else encoder.encode(data.holdout),
        synthetic=encoder.encode(data.synthetic),
        streamed=Streamed.of(data),
        coverage=tuple(data.coverage),
    )
