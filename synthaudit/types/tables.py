"""Tables: columns, kinds, the aligned frames of one audit, and the record of what was covered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from synthaudit.types.delivered import AuditedCopy, BeyondCopy
    from synthaudit.types.pieces import FoundPieces, Pieces

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

Kind = Literal["numeric", "categorical", "datetime", "boolean", "text", "identifier"]
Role = Literal["entity", "sensitive", "quasi_identifier"]
Outcome = Literal["pass", "fail", "inconclusive"]
ThreatModel = Literal["no_box", "reference", "shadow", "black_box"]
CoverageStatus = Literal["ran", "ran_low_power", "not_run", "not_applicable"]
ControlStatus = Literal["ok", "noted", "failed", "not_run"]
Use = Literal["internal", "partner", "public"]
Design = Literal["fixed", "coins", "pairs"]

STRICT: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the audited tables: how its cells are read and what it stands for."""

    name: str
    kind: Kind
    roles: tuple[Role, ...] = ()
    inferred: tuple[Role, ...] = field(default=(), compare=False)
    """Of the roles, those that only the column's name suggests."""

    @property
    def is_declared_sensitive(self) -> bool:
        """Whether the user, and not the column's name, says that it is sensitive."""
        return "sensitive" in self.roles and "sensitive" not in self.inferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The audited columns in the order of the train table; the entity column is not among them."""

    columns: tuple[Column, ...]
    entity: str | None = None

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Names of the columns of the given kinds, in order."""
        return [column.name for column in self.columns if column.kind in kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One line of the coverage record: what was tested, what was not, and why."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    test: str
    """Name of the test or of the gap, in snake case."""
    status: CoverageStatus
    """``ran_low_power``: ran, and too weak to conclude."""
    reason: str
    """What was tested, or why not, one plain sentence."""
    blocks_pass: bool = False
    """True when a pass cannot be given with this gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSplit:
    """The auditor's own draw of members and non-members, committed to before the vendor got anything."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    design: Design
    """``fixed``: so many units in, drawn at random; ``coins``: each by its own coin; ``pairs``: one coin a pair."""
    commitment: str
    """Hexadecimal SHA-256 that was published with the training file; the tables were checked against it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Release:
    """One of several releases of one source."""

    table: pd.DataFrame
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How the numbers of a column are written in the real tables, which is all that is compared."""

    decimals: int | None = None
    """Further ones do not count; None where all do."""
    grain: int = 1
    """Microseconds of what moments are written in; finer ones are cut down."""

    def of(self, numbers: FloatArray) -> FloatArray:
        """(n,) the numbers as they are compared."""
        if self.grain > 1:
            numbers = numbers - numbers % self.grain
        return (
            numbers if self.decimals is None else np.asarray(np.round(numbers, self.decimals) + 0.0, dtype=np.float64)
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WholeRelease:
    """A release too large to hold, of which ``AuditData.synthetic`` is a random sample; its cells lie on disk."""

    n_rows: int
    sampled: IntArray
    """Position in the release of each row of the sample, ascending."""
    numbers: Path
    """(n_rows, p) float64, little-endian, row by row: the columns of numbers and times with all decimals as they were
    delivered, NaN where missing."""
    codes: Path
    """(n_rows, q) int32, likewise: the other columns; 0 is missing, -1 a level without a code."""
    levels: tuple[tuple[str | None, ...], ...]
    """By other column, what the codes from 1 on stand for: levels of real tables, and a category's further ones; None
    where the sample has no such row."""
    rounding: tuple[Rounding, ...]
    """By column of numbers, how they are rounded before they are compared."""
    extremes: pd.DataFrame
    """Two canonical rows with the most decimals of each number, and with a missing cell where there is one."""
    occurrences: IntArray
    """(c, 2) how often a row occurs, ascending, and how many different rows occur so often."""
    keys_met: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By column of text: letters and digits of the members' and non-members' values that the release holds."""
    digits_met: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The same by digits alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AuditData:
    """The aligned tables of one audit.

    Every frame has exactly ``schema.names`` as columns, a fresh RangeIndex, and canonical cells: ``numeric``
    is float64 (NaN = missing), ``datetime`` is datetime64[us] in naive UTC (NaT = missing), every other kind
    is an object column of ``str`` (None = missing; booleans are ``"true"`` and ``"false"``).
    """

    schema: Schema
    train: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame | None = None
    reference: pd.DataFrame | None = None
    train_entity: IntArray | None = None
    """(n_train,) code of the person each row belongs to; codes are shared with ``holdout_entity``."""
    holdout_entity: IntArray | None = None
    train_named: BoolArray | None = None
    """(n_train,) whether the release names the row's person by the entity key; None where it holds no such key."""
    holdout_named: BoolArray | None = None
    deleted: pd.DataFrame | None = None
    """People said to be deleted before training."""
    deleted_entity: IntArray | None = None
    """(n_deleted,) person of each row, numbered on their own."""
    deleted_named: BoolArray | None = None
    deleted_in_train: BoolArray | None = None
    """(n_deleted,) whether train holds the key of the row's person; None where no entity column is declared."""
    rebalanced: tuple[str, ...] = ()
    """Columns whose levels have other shares in the release on purpose, as the user says; categorical or boolean."""
    coverage: tuple[Coverage, ...] = ()
    """What alignment left out or noticed."""
    canaries: pd.DataFrame | None = None
    """Made-up people of a sealed split; they are in no other table."""
    canary_is_in: BoolArray | None = None
    """(n_canaries,) whether the training file held them."""
    canaries_named: BoolArray | None = None
    releases: tuple[Release, ...] = ()
    """The parts of ``synthetic``, where several releases are audited together."""
    sealed: SealedSplit | None = None
    """The auditor's own draw, verified; None where somebody else chose who is who."""
    pair: Mapping[str, IntArray] = field(default_factory=dict)
    """Role -> (n,) pair of each row's unit, in the design ``pairs``."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """Role -> hash of the table's bytes as they were given."""
    whole: WholeRelease | None = None
    """The release that ``synthetic`` is a sample of; None where ``synthetic`` is all of it."""

    key_columns: pd.DataFrame | None = None
    """(n_synthetic, k) text of the columns that name a row's person, where the release has them."""
    beyond: "tuple[BeyondCopy, ...]" = ()
    """What the delivered file holds that is not in ``synthetic``, apart from the order of its rows."""
    delivered_numbers: FloatArray | None = None
    """(n_synthetic, d) numbers and times of ``synthetic`` with all the decimals that were delivered; NaN elsewhere."""
    audited_copy: "AuditedCopy | None" = None
    """The file that ``synthetic`` was written to, where one was asked for."""
    pieces: "Pieces | None" = None
    """Rare pieces of the real cells; None where nobody looked for them in the release as it was delivered."""
    found: "FoundPieces | None" = None
    """Which of them stand in the release as it was delivered, or in any of several."""
    n_reference: int | None = None
    """Rows of the reference that was given, where ``reference`` is a random sample of it."""

    @property
    def n_rows(self) -> dict[str, int]:
        """Role -> rows of each table as it was given."""
        tables = {
            "train": self.train,
            "holdout": self.holdout,
            "synthetic": self.synthetic,
            "reference": self.reference,
            "deleted": self.deleted,
        }
        sizes = {role: len(table) for role, table in tables.items() if table is not None}
        if self.n_reference is not None:
            sizes["reference"] = self.n_reference
        return sizes if self.whole is None else {**sizes, "synthetic": self.whole.n_rows}
