"""What a release gives away beside membership, and what it repeats."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReuse:
    """Whose rare exact values of one column the release repeats: counts of units, no value."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    column: str
    """Name of the column."""
    members: int
    """Members with a rare value that occurs in the release."""
    nonmembers: int
    """Non-members with a rare value that occurs in the release."""
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
    """Members asked about."""
    n_nonmembers: int
    """Non-members asked about."""
    n_columns: int
    """Columns looked at."""
    columns: tuple[ColumnReuse, ...]
    """Those in which a rare value of anybody is repeated."""


IdentifierForm = Literal["letters_and_digits", "digits", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierReuse:
    """How many values of one column, each of which belongs to one person, the release uses again: counts, no value."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    column: str
    """Name of the column."""
    compared_by: IdentifierForm
    """Case and punctuation never count; ``digits``: letters do not either; ``digest``: by hashes of the values."""
    members: int
    """Values of members alone that the release holds."""
    n_members: int
    """Different values of members alone."""
    nonmembers: int
    """Values of non-members alone that the release holds."""
    n_nonmembers: int
    """Different values of non-members alone."""
    n_synthetic: int
    """Different values of the release, at most."""
    space: Literal["large", "small", "counter"]
    """``small``: strangers are met by chance, or the form of the values does not tell; ``counter``: not tested."""
    expected: float | None
    """Values of members that chance would meet; None where the form does not tell."""
    pvalue_chance: float | None = None
    """One-sided: as many members' values by chance, or more; None but in a large space."""
    pvalue_comparison: float | None = None
    """One-sided: as many of those found are members', or more; None without a holdout."""
    pvalue_holdout: float | None = None
    """One-sided: as many non-members' values by chance, or more; None but in a very large space."""
    reused: bool = False
    """Members' values are used again, beyond non-members' and, where the space is large, beyond chance."""
    beyond_chance: bool = False
    """The same by the space alone, whatever the non-members are like."""
    holdout_seen: bool = False
    """Non-members' values are used again beyond chance: whoever made the release has seen the holdout."""
    excess_low: float | None = None
    """Share of members whose value is used again, beyond non-members' or beyond chance: lower end of a two-sided 95 %
    interval, in [-1, 1]; None where nothing is used again, and of quantities, which are no names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusedIdentifiers:
    """Columns whose real values never repeat, or that are declared identifiers, and what the release uses again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    alpha: float
    """Error of all tests together."""
    n_tests: int
    """By which it is divided."""
    columns: tuple[IdentifierReuse, ...]
    """In the order of the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One attack on single people that does not ask who was in: how often it is right, and for whom."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: Literal["attribute_inference", "singling_out", "linkability"]
    """What is attempted."""
    column: str | None
    """The secret that is guessed; None for the other kinds."""
    members: Measured
    """Mean success; two-sided 95 %."""
    nonmembers: Measured
    """Mean success; two-sided 95 %."""
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
    """Asked about, likewise."""
    n_reference: int
    """Real rows of other people in place of the release in ``without_release``: as many as it has, if there are."""
    n_predicates: int
    """Of singling out."""
    declared: bool
    """The secrets are the columns that the user declared sensitive; else chosen by their names and entropy."""
    found: tuple[Risk, ...]
    """One for each secret, and one for each other kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Rows that another row of the same table equals: counts, no row."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    synthetic: int
    """Rows of the release that another row of it equals."""
    n_synthetic: int
    """Rows of the release."""
    train: int
    """Rows of train that another row of it equals."""
    n_train: int
    """Rows of train."""
    unusual: bool
    """The release repeats itself more than as many rows of the training table's law would."""
