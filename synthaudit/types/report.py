"""The report that a reader gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.composition import ReleaseAlone
from synthaudit.types.controls import Controls, SmallestDetectable
from synthaudit.types.deleted import Deleted
from synthaudit.types.delivered import Delivered
from synthaudit.types.estimate import NotEstimable
from synthaudit.types.findings import Copies, CurvePoint, Decision, Exposure, Finding, Stack, Subgroup, Worst
from synthaudit.types.no_holdout import AgainstTrain, WithoutHoldout
from synthaudit.types.pieces import CellSearch
from synthaudit.types.policy import Decidable, Policy, UseVerdict
from synthaudit.types.risks import Repeats, Reuse, ReusedIdentifiers, Risks
from synthaudit.types.rows_read import RowsRead
from synthaudit.types.sealed import CanaryTest, ClaimCheck, EpsilonBound
from synthaudit.types.shadows import PerRecord, ShadowRecord
from synthaudit.types.single_rows import SingleRows
from synthaudit.types.tables import STRICT, Coverage, Kind, Outcome, SealedSplit
from synthaudit.types.utility import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """One table by role: counts and one hash, nothing else."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    role: Literal["train", "holdout", "synthetic", "reference", "deleted"]
    n_rows: int
    n_units: int | None
    """People, where an entity column is declared."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One audited column: name, kind, and whether distances use it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    kind: Kind
    used: Literal["distance", "exact_match", "left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """What the vendor said of the release; hostile text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str = ""
    release: str = ""
    """What the release is called; the name of its file where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Of which data the release was made, what it is for, and who audits it; hostile text, empty where nobody says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    dataset: str = ""
    purpose: str = ""
    auditor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is needed to run the audit again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    synthaudit_version: str
    seed: int
    n_rows: Mapping[str, int]
    sha256: Mapping[str, str]
    libraries: Mapping[str, str]
    created_utc: str
    seconds: float
    config: Mapping[str, Any]
    """Resolved settings, command line and jobs; with ``seconds`` and ``created_utc`` all that may differ
    between two runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Everything that a reader gets; no row of anyone. Round-trips through ``evidence.json``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    schema_version: int
    outcome: Outcome
    leakage_detected: bool | None
    """None where it could not be tested."""
    policy: Policy
    reasons: tuple[str, ...]
    """One plain sentence each, the deciding one first."""
    profile: str
    unit: Literal["row", "entity"]
    assumption: str
    """What replaces a sealed split: why labels may be permuted."""
    findings: tuple[Finding, ...]
    decision: Decision | None
    worst: Worst | None
    stack: Stack | None
    """None where no model was trained; the coverage says why."""
    curve: tuple[CurvePoint, ...]
    """Detection curve of the worst attack."""
    copies: Copies
    exposure: Exposure | None
    controls: Controls | None
    smallest_detectable: SmallestDetectable | None
    decidable: tuple[Decidable, ...]
    uses: tuple[UseVerdict, ...]
    """The chosen policy first, then the built-in ones."""
    coverage: tuple[Coverage, ...]
    shadows: ShadowRecord | None
    per_record: PerRecord | None
    """None where the profile runs no attack on single records."""
    subgroups: tuple[Subgroup, ...]
    """Who is at risk: tenths by rarity, then the groups of every column declared sensitive."""
    tables: tuple[TableSummary, ...]
    columns: tuple[ColumnSummary, ...]
    vendor: Vendor
    provenance: Provenance
    reuse: Reuse | None = None
    """Columns whose rare values the release repeats; None where it could not be tested."""
    sealed: SealedSplit | None = None
    """None without a manifest: ``assumption`` says what replaces it."""
    epsilon: EpsilonBound | NotEstimable | None = None
    """None without a holdout."""
    claim: ClaimCheck | None = None
    """None where the vendor claims nothing."""
    canaries: CanaryTest | None = None
    """None where the split held none."""
    releases: tuple[ReleaseAlone, ...] = ()
    """Each of several releases by itself; everything else is about their union. Empty for a single one."""
    risks: Risks | None = None
    """Beside membership; None where the profile looks at none of them, or there is no holdout."""
    deleted: Deleted | None = None
    """People said to be deleted; None where no list was given or none of it could be tested."""
    repeats: Repeats | None = None
    """Rows of the release that repeat each other."""
    cells: CellSearch | None = None
    """The search of rare pieces of cells; None without a holdout."""
    without_holdout: WithoutHoldout | None = None
    """Hints of an audit without a holdout; None where there was one."""
    refused_holdout: AgainstTrain | None = None
    """What the release shows without the holdout; None where the holdout could be believed, or there was none."""
    identifiers: ReusedIdentifiers | None = None
    """Values of one person that the release uses again; None where no column has such values."""
    single_rows: SingleRows | None = None
    """Whether the release keeps to single rows of the holdout, or of train; None where it could not be tested."""
    delivered: Delivered | None = None
    """What the delivered file holds beyond what was audited; None in evidence of version 1."""
    engagement: Engagement | None = None
    """None in evidence of releases of synthaudit that did not ask."""
    rows_read: tuple[RowsRead, ...] = ()
    """Attacks that read fewer rows of the release than it has, the fewest first; all others read all."""
    utility: Utility | None = None
    """How good the release is; None where no column can be compared, and in older evidence."""
