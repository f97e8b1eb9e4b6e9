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
    """What the table was given as."""
    n_rows: int
    """Its rows, as it was given."""
    n_units: int | None
    """People, where an entity column is declared."""
    sha256: str
    """Hexadecimal SHA-256 of its bytes as they were given; empty where there are none, as of a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One audited column: name, kind, and whether distances use it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    """As train names it."""
    kind: Kind
    """How its cells are read."""
    used: Literal["distance", "exact_match", "left_out"]
    """``distance``: numbers near each other count as near; ``exact_match``: cells are equal or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """What the vendor said of the release; hostile text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str = ""
    """Who made the release; empty where nobody says."""
    release: str = ""
    """What the release is called; the name of its file where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Of which data the release was made, what it is for, and who audits it; hostile text, empty where nobody says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    dataset: str = ""
    """Which data the release was made of."""
    purpose: str = ""
    """What the release is for."""
    auditor: str = ""
    """Who audits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is needed to run the audit again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    synthaudit_version: str
    """Version of synthaudit that made the audit."""
    seed: int
    """Same inputs, seed and versions, same figures."""
    n_rows: Mapping[str, int]
    """Role of a table -> its rows as it was given."""
    sha256: Mapping[str, str]
    """Role of a table -> hexadecimal SHA-256 of its bytes as they were given."""
    libraries: Mapping[str, str]
    """Name of a library or plug-in -> its version."""
    created_utc: str
    """When the audit ended, ``2026-11-30T09:41:00Z``."""
    seconds: float
    """Seconds that the audit took."""
    config: Mapping[str, Any]
    """Resolved settings, command line and jobs; with ``seconds`` and ``created_utc`` all that may differ
    between two runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Everything that a reader gets; no row of anyone. Round-trips through ``evidence.json``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    schema_version: int
    """Version of this file's fields and of their meaning."""
    outcome: Outcome
    """The verdict for the chosen policy; ``inconclusive`` is no pass."""
    leakage_detected: bool | None
    """None where it could not be tested."""
    policy: Policy
    """The chosen limits."""
    reasons: tuple[str, ...]
    """One plain sentence each, the deciding one first."""
    profile: str
    """What was run: ``quick``, ``standard`` or ``thorough``."""
    unit: Literal["row", "entity"]
    """Who is a member: a row, or a person who may have several."""
    assumption: str
    """What replaces a sealed split: why labels may be permuted."""
    findings: tuple[Finding, ...]
    """One for each attack and view."""
    decision: Decision | None
    """Whether leakage was detected by attacks; None where none could be compared."""
    worst: Worst | None
    """None where no attack could be measured."""
    stack: Stack | None
    """None where no model was trained; the coverage says why."""
    curve: tuple[CurvePoint, ...]
    """Detection curve of the worst attack."""
    copies: Copies
    """Rows of people that the release holds word for word."""
    exposure: Exposure | None
    """None where nobody could be held against a holdout."""
    controls: Controls | None
    """None where no attack ran."""
    smallest_detectable: SmallestDetectable | None
    """None where no attack ran."""
    decidable: tuple[Decidable, ...]
    """By use, the chosen policy first."""
    uses: tuple[UseVerdict, ...]
    """The chosen policy first, then the built-in ones."""
    coverage: tuple[Coverage, ...]
    """Every test and every gap; what is not here was not looked at."""
    shadows: ShadowRecord | None
    """None where no generator was fitted again."""
    per_record: PerRecord | None
    """None where the profile runs no attack on single records."""
    subgroups: tuple[Subgroup, ...]
    """Who is at risk: tenths by rarity, then the groups of every column declared sensitive."""
    tables: tuple[TableSummary, ...]
    """Every table that was read, by role."""
    columns: tuple[ColumnSummary, ...]
    """Every audited column, in the order of the train table."""
    vendor: Vendor
    """What the release is called, and by whom."""
    provenance: Provenance
    """What is needed to run the audit again."""
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
