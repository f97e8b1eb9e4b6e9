"""What attacks find of membership: in all candidates, in groups of them, and in copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.estimate import Measured
from synthaudit.types.single_rows import StrangersCopied
from synthaudit.types.tables import STRICT, ThreatModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One attack in one view: its estimates and the bounds that the verdict is made of."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    attack: str
    """Name of the attack."""
    view: str
    """Encoding of the cells that it read; ``cells`` where it read the cells themselves."""
    threat_model: ThreatModel
    """What its attacker must hold beside the release."""
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
    """Seconds that it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The one decision over the pre-registered family of attacks."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    detected: bool
    """Either family rejects."""
    pvalue_auc: float
    """Family A: maximum of |z| of the AUC over attacks; rejects at ``alpha_each``."""
    pvalue_top: float
    """Family B: members above the 1 % FPR threshold, two-sided; rejects at ``alpha_each``."""
    alpha_each: float
    """Error of each of the two families."""
    critical_z: float
    """|z| of the AUC from which family A rejects."""
    n_attacks: int
    """Attacks of the family, each view counted."""
    n_permutations: int
    """Times that the labels were drawn anew."""
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
    """Measured on people whom the model had yet to see, with its interval."""
    pvalue: float
    """Two-sided, of the progressive test."""
    lower_bound: float | None
    """Of max(AUC, 1-AUC), too high in one audit of a thousand; a limit below it fails."""
    upper_bound: float | None
    """Of max(AUC, 1-AUC), upper end of the 95 % interval; must be below the limit for a pass."""
    n_scores: int
    """Scores of attacks that the model reads."""
    n_folds: int
    """Parts that the people were cut into; the model for each has seen those before it only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The worst attack, chosen on one half of the candidates and measured on the other, both ways."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    attack: str
    """Name of the attack that was chosen, on the first half."""
    view: str
    """View of that attack."""
    auc: Measured
    """Mean of both ways, with its interval."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Share of members found at one false-alarm rate, with its 95 % interval."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    fpr: float
    """Non-members named by mistake, as a share of them, in [0, 1]."""
    tpr: float
    """Members found, as a share of them, in [0, 1]."""
    low: float
    """Lower end of the interval of ``tpr``."""
    high: float
    """Upper end of the interval of ``tpr``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCopies:
    """Copies of people who have a row that nobody else of the real tables has: such a row gives its person away."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    train: int
    """Members, by such a row or by their key."""
    holdout: int
    """Non-members, likewise."""
    n_train: int
    """Members looked up."""
    n_holdout: int
    """Non-members looked up."""
    lower_bound: float
    """Of the share of members less that of non-members, to fail by."""
    upper_bound: float
    """Of the same, one-sided 95 %, to pass by."""
    twins: float
    """Share of all people with a row that somebody else has as well."""
    lower_bound_of_both: float | None = None
    """Of the share of both sides together, less what chance explains: what counts where the holdout was seen."""
    upper_bound_of_both: float | None = None
    """Of the same share, and of that of the members alone, one-sided 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Verbatim copies, counted by candidate unit (people where entities are declared)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    train: int
    """Members equal to at least one synthetic row."""
    holdout: int
    """Non-members equal to at least one synthetic row; 0 without a holdout."""
    n_train: int
    """Members looked up: the whole train table."""
    n_holdout: int
    """Non-members looked up: the whole holdout; 0 without one."""
    expected: float
    """Members among the copied candidates if nothing leaked."""
    pvalue: float
    """One-sided: as many members among the copied, or more, if nothing leaked."""
    excess: Measured
    """Share of members copied less the share of non-members copied."""
    synthetic_rows: int
    """Synthetic rows equal to a train row."""
    n_synthetic: int
    """Rows of the release."""
    identical_to_train: bool
    """The synthetic table is the train table, in any order of rows and columns."""
    recognisable: bool
    """False where so many people share their row that so few others cannot tell copies beyond the limit of the audit's
    policy from chance."""
    strangers: StrangersCopied | None = None
    """Whether the holdout was seen, by its rows; None without one, and in earlier audits."""
    single: SingleCopies | None = None
    """None without a holdout, and in evidence of version 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """People whose own record stands out, by conformal p-values and Benjamini-Hochberg."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_exposed: int
    """Members who are clearly exposed."""
    n_members: int
    """Members looked at."""
    false_discovery_rate: float
    """Expected share of people named by mistake among those named, at most."""
    attack: str
    """Name of the attack that named them."""
    view: str = "cells"
    """View of that attack."""
    crosswise: bool = False
    """Whether each half of the people was named by the attack that the other half chose; ``attack`` is then the one
    that named more of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One group of candidates, formed without the labels, and what one pre-registered attack finds in it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["rarity", "column"]
    """How the group was formed."""
    by: str
    """``rarity``, or the sensitive column."""
    name: str
    """Which tenth; the level, printed only where at least 10 members and 10 non-members have it."""
    n_members: int | None
    """None where suppressed, as is everything else of such a group."""
    n_nonmembers: int | None
    """None where suppressed."""
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
