"""Frozen values and protocols that the floors of the house hand to each other.

No computation and no I/O happens here. Rates are fractions in [0, 1]; scores grow with the belief that a
candidate is a member; arrays are never written to after they were handed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

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

_STRICT: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}


# --- tables -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the audited tables: how its cells are read and what it stands for."""

    name: str
    kind: Kind
    roles: tuple[Role, ...] = ()


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

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    test: str
    status: CoverageStatus
    reason: str
    blocks_pass: bool = False
    """True when a pass cannot be given with this gap."""


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
    coverage: tuple[Coverage, ...] = ()
    """What alignment left out or noticed."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """Role -> hash of the table's bytes as they were given."""


# --- what an attack sees --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """One table as arrays, one column each per audited column.

    ``codes`` are equal where, and only where, canonical cells are equal, across all tables of the audit;
    0 is missing. ``values`` hold numbers and times (NaN where missing or not a number).
    """

    codes: CodeArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: npt.NDArray[Any]) -> "Cells":
        """The rows with these positions, or where this mask is true."""
        return Cells(codes=self.codes[rows], values=self.values[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """One table as points of a mixed space: ``numeric`` (n, p) float64, ``codes`` (n, q) int32.

    Distance: sum of |difference| (L1) or squared difference (L2) over ``numeric`` plus the number of codes
    that differ; L2 takes the root of the total.
    """

    numeric: FloatArray
    codes: CodeArray

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, rows: npt.NDArray[Any]) -> "Points":
        """The rows with these positions, or where this mask is true."""
        return Points(numeric=self.numeric[rows], codes=self.codes[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The k nearest rows of each query, nearest first, ties by row position: (n, k) each."""

    distance: FloatArray
    row: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeighbourView:
    """The neighbour tables of one encoding, shared by every attack that reads distances."""

    name: str
    to_synthetic: Neighbours
    to_reference: Neighbours
    smallest_positive: float
    """Half of it is the constant that keeps log-distances finite."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgreementSums:
    """(n,) log-sums of the linkage agreement between each candidate and the rows of either table."""

    synthetic: FloatArray
    reference: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShadowScores:
    """Base scores of all candidates against every shadow release of a known membership."""

    base: str
    target: FloatArray
    """(n,) base score against the release under audit."""
    shadow: FloatArray
    """(k, n) base score against each shadow release."""
    included: BoolArray
    """(k, n) whether the shadow generator was fitted on the candidate."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttackerView:
    """All that an attack may look at: no labels, no split, cut to its threat model."""

    schema: Schema
    synthetic: Cells
    reference: Cells
    reference_is_candidates: bool
    """True where no reference could be set aside: candidate i is row i of ``reference`` and never its own
    reference."""
    points: Mapping[Literal["candidates", "synthetic", "reference"], Points] = field(default_factory=dict)
    """The same tables as points of the quantile space."""
    agreement: Mapping[str, AgreementSums] = field(default_factory=dict)
    """By rule of agreement, see ``agreement.py``."""
    neighbours: Mapping[str, NeighbourView] = field(default_factory=dict)
    shadows: Mapping[str, ShadowScores] = field(default_factory=dict)
    jobs: int = 1


class Attack(Protocol):
    """One membership attack: it scores, it never loads, fits a generator, or judges."""

    @property
    def name(self) -> str:
        """Name in the family, snake case."""
        ...

    @property
    def view(self) -> str:
        """Encoding it reads, ``"cells"`` where it reads the cells themselves."""
        ...

    @property
    def threat_model(self) -> ThreatModel:
        """What its attacker must hold."""
        ...

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) finite scores, higher = more likely a member."""
        ...


class Generator(Protocol):
    """A family of synthetic data generators that shadows are drawn from."""

    @property
    def name(self) -> str:
        """Name on the command line."""
        ...

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Fit on ``table`` (canonical cells, see AuditData) and draw ``n_rows`` rows of the same columns."""
        ...


# --- what statistics hand over --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; no number leaves ``statistics`` without one."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    value: float
    low: float
    high: float
    confidence_level: float
    n: int
    """Units behind it: people where entities are declared, else rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEstimable:
    """An answer that the data cannot give, with its reason; never a zero."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    not_estimable: str


Measured = Estimate | NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One attack in one view: its estimates and the bounds that the verdict is made of."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    attack: str
    view: str
    threat_model: ThreatModel
    pvalue: float
    """Randomisation p-value of the AUC, two-sided, alone."""
    pvalue_adjusted: float
    """The same within the family (maximum of |z|)."""
    estimates: Mapping[str, Measured]
    """``auc``, ``tpr_at_fpr_0.1``, ``tpr_at_fpr_0.01``, ``tpr_at_fpr_0.001``; two-sided 95 %, this attack alone."""
    lower_bounds: Mapping[str, float | None]
    """``auc`` (of max(AUC, 1-AUC)) and ``tpr_at_fpr_0.01``: simultaneous over the family; a limit below it fails."""
    upper_bounds: Mapping[str, float | None]
    """The same metrics: one-sided 95 % of this attack alone; the largest over the family must be below the limit."""
    n_true_positives: int
    """Members above the 1 % FPR threshold, ties broken at random."""
    tie_block: int
    """Candidates tied with that threshold, 1 = none."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The one decision over the pre-registered family of attacks."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    detected: bool
    pvalue_auc: float
    """Family A: maximum of |z| of the AUC over attacks; rejects at ``alpha_each``."""
    pvalue_top: float
    """Family B: members above the 1 % FPR threshold, two-sided; rejects at ``alpha_each``."""
    alpha_each: float
    critical_z: float
    n_attacks: int
    n_permutations: int
    strongest: str
    """Attack and view with the smallest p-value, ``attack/view``."""
    direction: Literal["near", "far"]
    """``far`` where the strongest evidence is rows near members that are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The worst attack, chosen on one half of the candidates and measured on the other, both ways."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    attack: str
    view: str
    auc: Measured
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Share of members found at one false-alarm rate, with its 95 % interval."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    fpr: float
    tpr: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Verbatim copies, counted by candidate unit (people where entities are declared)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    train: int
    """Members equal to at least one synthetic row."""
    holdout: int
    n_train: int
    n_holdout: int
    expected: float
    """Members among the copied candidates if nothing leaked."""
    pvalue: float
    excess: Measured
    """Share of members copied less the share of non-members copied."""
    synthetic_rows: int
    """Synthetic rows equal to a train row."""
    n_synthetic: int
    identical_to_train: bool
    """The synthetic table is the train table, in any order of rows and columns."""
    recognisable: bool
    """False where rows collide by nature, so that copies prove nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """People whose own record stands out, by conformal p-values and Benjamini-Hochberg."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    n_exposed: int
    n_members: int
    false_discovery_rate: float
    attack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A test of the test: an audit of something whose truth is known."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    status: ControlStatus
    pvalue: float | None
    auc: Measured
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Leaks of known strength planted into the release, and how often the attacks found them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    kind: Literal["verbatim", "near"]
    share: float
    """Share of the members planted."""
    found: int
    of: int
    recognisable: bool = True
    """False for near copies in a table where they are not found even if half of the members are planted: strangers
    are then as near to a person as a near copy."""
    gates: tuple[str, ...] = ()
    """The uses whose positive control this is; empty on the sensitivity curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """The tests of the test."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    a_a: Control
    """Two random halves of the non-members, one called members."""
    null: Control
    """The reference cut at random in two, one half plays the release."""
    blind_baseline: Control
    """Members against non-members told apart without the release."""
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallestDetectable:
    """The weakest leak that this audit would have found in 80 % of cases."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    auc: float
    tpr_at_fpr: Annotated[float, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""
    power: float
    n_members: int
    n_nonmembers: int


# --- policy and verdict -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits of one use of the release, and who set them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    auc: float
    """Limit of max(AUC, 1-AUC)."""
    tpr_at_fpr: Annotated[float, Field(alias="tpr_at_fpr_0.01")]
    """Limit of the share of members found at 1 % FPR."""
    copies_excess: float
    """Limit of the excess share of members copied verbatim."""
    exposed_allowed: bool
    """False: nobody may be clearly exposed."""
    source: str
    """Who set these limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One limit of the policy and how the release stands to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: Literal["auc", "tpr_at_fpr", "copies", "exposed", "positive_control", "coverage"]
    outcome: Literal["pass", "fail", "inconclusive"]
    limit: float | None
    value: float | None
    lower_bound: float | None
    upper_bound: float | None
    reason: str
    """One plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseVerdict:
    """What the release may be used for under one policy."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    use: str
    outcome: Outcome
    deciding: str
    """The test that decided, one plain sentence."""
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decidable:
    """Whether this many people can decide a use at all, simulated from the null before any attack."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    use: str
    pass_probability: float
    """Chance of a pass if nothing leaks."""
    n_needed: int | None
    """Members and non-members, each, that give a chance of 80 %; None above 200,000."""


# --- the report --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRecord:
    """What happened to the shadow generators."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    generator: str
    requested: int
    finished: int
    failures: tuple[str, ...]
    """One cause per failed shadow; no value of a table."""
    cost: str
    """What the failures cost the audit, one plain sentence."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """One table by role: counts and one hash, nothing else."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    role: Literal["train", "holdout", "synthetic", "reference"]
    n_rows: int
    n_units: int | None
    """People, where an entity column is declared."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One audited column: name, kind, and whether distances use it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    kind: Kind
    used: Literal["distance", "exact_match", "left_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """What the vendor said of the release; hostile text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is needed to run the audit again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

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
    subgroups: tuple[str, ...]
    """Reserved: who is at risk, by group."""
    tables: tuple[TableSummary, ...]
    columns: tuple[ColumnSummary, ...]
    vendor: Vendor
    provenance: Provenance
