"""What statistics hand over, how a policy judges it, and the report that a reader gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.composition import ReleaseAlone
from synthaudit.types.deleted import Deleted, DeletedCopies
from synthaudit.types.estimate import Measured, NotEstimable
from synthaudit.types.sealed import CanaryTest, ClaimCheck, EpsilonBound
from synthaudit.types.tables import (
    STRICT,
    ControlStatus,
    Coverage,
    Kind,
    Outcome,
    SealedSplit,
    ThreatModel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One attack in one view: its estimates and the bounds that the verdict is made of."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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
    hole: bool = False
    """Some attack finds fewer members above its 1 % FPR threshold than chance leaves there: rows near members are
    missing, whatever the strongest attack says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The worst-case auditor: a model of all scores, trained on labels and measured on people it has yet to see."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    auc: Measured
    pvalue: float
    """Two-sided, of the progressive test."""
    lower_bound: float | None
    """Of max(AUC, 1-AUC), too high in one audit of a thousand; a limit below it fails."""
    upper_bound: float | None
    """Of max(AUC, 1-AUC), upper end of the 95 % interval; must be below the limit for a pass."""
    n_scores: int
    n_folds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The worst attack, chosen on one half of the candidates and measured on the other, both ways."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    attack: str
    view: str
    auc: Measured
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Share of members found at one false-alarm rate, with its 95 % interval."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    fpr: float
    tpr: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Verbatim copies, counted by candidate unit (people where entities are declared)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_exposed: int
    n_members: int
    false_discovery_rate: float
    attack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReuse:
    """Whose rare exact values of one column the release repeats: counts of units, no value."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    column: str
    members: int
    """Members with a rare value that occurs in the release."""
    nonmembers: int
    excess: Measured
    """Share of members less the share of non-members; two-sided 95 %, this column alone."""
    pvalue: float
    """One-sided: as many members, or more."""
    pvalue_adjusted: float
    """After Holm, over the columns with a repeated rare value."""
    reused: bool
    """Adjusted p below .05: the release takes values of this column from members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Rare exact values that the release repeats, by column."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    at_most: int
    """A value is rare where it occurs at most so often in the attacker's sample of the population."""
    n_reference: int
    """Rows of that sample."""
    n_members: int
    n_nonmembers: int
    n_columns: int
    """Columns looked at."""
    columns: tuple[ColumnReuse, ...]
    """Those in which a rare value of anybody is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One attack on single people that does not ask who was in: how often it is right, and for whom."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["attribute_inference", "singling_out", "linkability"]
    column: str | None
    """The secret that is guessed; None for the other kinds."""
    members: Measured
    """Mean success; two-sided 95 %."""
    nonmembers: Measured
    without_release: Measured
    """Mean success with everybody where real rows of other people stand in for the release."""
    excess: Measured
    """Members less non-members; two-sided 95 %, this attack alone."""
    pvalue: float
    """One-sided: as large an excess, or larger."""
    pvalue_adjusted: float
    """After Holm, over all entries."""
    lower_bound: float | None = None
    """Of the excess, simultaneous over the secrets; a limit below it fails. None for kinds without a limit."""
    upper_bound: float | None = None
    """Of the excess, one-sided 95 % of this secret alone; the largest must be below the limit for a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks:
    """What the release gives away beside membership: guessing attributes, singling out, linking."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_members: int
    """Asked about: at most so many are drawn on each side."""
    n_nonmembers: int
    n_reference: int
    """Real rows of other people in place of the release in ``without_release``: as many as it has, if there are."""
    n_predicates: int
    """Of singling out."""
    declared: bool
    """The secrets are the columns that the user declared sensitive; else chosen by their names and entropy."""
    found: tuple[Risk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Rows that another row of the same table equals: counts, no row."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    synthetic: int
    n_synthetic: int
    train: int
    n_train: int
    unusual: bool
    """The release repeats itself more than as many rows of the training table's law would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfGenerator:
    """What a generator of some kind gives away when it is fitted on half of the training table; never of a release."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Family assumed."""
    requested: int
    """Halves drawn."""
    finished: int
    failures: tuple[str, ...]
    """One cause per kind of failure; no value of a table."""
    attack: str
    """Attack and view that was strongest in most halves, ``attack/view``; empty where none could be measured."""
    auc: Measured
    """Of the attack that is strongest on the other halves, turned so that it points to members."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR, of the same attack."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutHoldout:
    """What can be said without people whom the generator never saw: hints, and never a pass or a fail."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    nearer: Measured
    """Share of synthetic rows nearer to one half of train than rows of the other half are; ties count half."""
    suspected: Literal["near", "far"] | None
    """``near`` where the interval lies above one half, ``far`` where it lies below."""
    n_synthetic: int
    """Distinct synthetic rows behind it."""
    n_train: int
    """Rows in each half of train, the smaller."""
    kind: KindOfGenerator | None
    """None where no generator was named, or none could be fitted."""
    deleted: DeletedCopies | None = None
    """People said to be deleted, counted in the release; the one thing here that is no hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A test of the test: an audit of something whose truth is known."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    status: ControlStatus
    pvalue: float | None
    auc: Measured
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Leaks of known strength planted into the release, and how often the attacks found them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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
    attribute_excess: float | None = None
    """Limit of the excess share of members whose secret is guessed right; None sets no limit."""


GateName = Literal["auc", "tpr_at_fpr", "copies", "exposed", "attributes", "positive_control", "coverage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One limit of the policy and how the release stands to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: GateName
    outcome: Outcome
    limit: float | None
    value: float | None
    lower_bound: float | None
    upper_bound: float | None
    reason: str
    """One plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseVerdict:
    """What the release may be used for under one policy."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    use: str
    outcome: Outcome
    deciding: str
    """The test that decided, one plain sentence."""
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decidable:
    """Whether this many people can decide a use at all, worked out before any attack."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    use: str
    pass_probability: float
    """Chance, if nothing leaks, that the limits of AUC, members found and guessed secrets are met; no other gate."""
    n_needed: int | None
    """Members and non-members, each, that give a chance of 80 %; None above 200,000, and where a pass is ruled out."""
    n_secrets: int = 0
    """Secrets whose guessing the chance counts; 0 where the policy sets no limit, or none is guessed."""
    ruled_out: str | None = None
    """Test of the coverage record that rules out a pass beforehand, whatever is found; the chance is then 0."""


# --- the report --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFit:
    """How well one generator family resembles the release under audit."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    auc: Measured
    """AUC of a classifier between a release of the family and the one under audit; near .5 = hard to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRecord:
    """What happened to the shadow generators."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    requested: int
    finished: int
    failures: tuple[str, ...]
    """One cause per failed shadow; no value of a table."""
    cost: str
    """What the failures cost the audit, one plain sentence."""
    seconds: float
    compared: tuple[FamilyFit, ...] = ()
    """Families that the one named was chosen from, where the user left the choice to the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRecordAttack:
    """One kind of features of the per-record attack, over all records."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
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
    pvalue: float
    """Of both attacks together (Bonferroni): small where the release tells who of these records was in."""
    cost: str
    """What it took and what failures cost, one plain sentence."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One group of candidates, formed without the labels, and what one pre-registered attack finds in it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["rarity", "column"]
    by: str
    """``rarity``, or the sensitive column."""
    name: str
    """Which tenth; the level, printed only where at least 10 members and 10 non-members have it."""
    n_members: int | None
    """None where suppressed, as is everything else of such a group."""
    n_nonmembers: int | None
    auc: Measured
    """Members of the group against its own non-members."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """Share of the group's members above the audit's own threshold: 1 % FPR over all non-members."""
    n_found: int | None
    """Members of the group above that threshold, ties broken at random."""
    n_named: int | None
    """Non-members of the group above it."""
    pvalue: float | None
    """Two-sided, of the rank sum within the group and the count at its top together, this group alone."""
    pvalue_adjusted: float | None
    """The same over all groups."""
    stands_out: bool
    """Adjusted p below .05."""


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
    without_holdout: WithoutHoldout | None = None
    """Hints of an audit without a holdout; None where there was one."""
