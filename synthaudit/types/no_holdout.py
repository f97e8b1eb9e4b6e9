"""What can be said without people whom the generator never saw."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from synthaudit.types.deleted import DeletedCopies
from synthaudit.types.estimate import Measured
from synthaudit.types.pieces import PieceKind
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfGenerator:
    """What a generator of some kind gives away when it is fitted on half of the training table; never of a release."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    generator: str
    """Family assumed."""
    requested: int
    """Halves drawn."""
    finished: int
    """Halves that a generator could be fitted on."""
    failures: tuple[str, ...]
    """One cause per kind of failure; no value of a table."""
    attack: str
    """Attack and view that was strongest in most halves, ``attack/view``; empty where none could be measured."""
    auc: Measured
    """Of the attack that is strongest on the other halves, turned so that it points to members."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR, of the same attack."""
    seconds: float
    """Seconds that it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleMet:
    """What single people of train have in some columns, found in the release; counts, no value."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    columns: tuple[str, ...]
    """Names of the columns, of which all cells of a person are met together."""
    met: int
    """People whose cells nobody else in train has, and the release has."""
    n_people: int
    """People of train who were looked up."""
    twins: int
    """Cells that two people of train have."""
    repeated: int
    """Cells that nobody in train has, and the release more than once."""
    pvalue: float
    """Of these columns alone, beyond three times of what life explains and twice of what repeats explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsKept:
    """Rows that keep to a single person of a half of train: of the release, and of the other half."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    scale: Literal["ranks", "values"]
    """By which rows are near: ranks of numbers, or the numbers themselves."""
    of_release: int
    """Rows of the release that keep to a single person."""
    n_release: int
    """Different rows, each held against both halves."""
    of_train: int
    """Rows of the other half that do."""
    n_train: int
    """Different rows of the other half."""
    pvalue: float
    """If rows of the release keep so close at most three times as often as those of the other half; alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesMet:
    """People of train by a rare piece of a text of each: found in the release, and in the other half of train."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: PieceKind
    """Kind of the pieces."""
    column: str
    """Name of the column that they come from."""
    in_release: int
    """People whose piece the release holds."""
    in_train: int
    """People whose piece the other half of train holds."""
    n_people: int
    """People with a rare piece."""
    pvalue: float
    """If the release holds them at most three times as often as the other half; of this kind and column alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstTrain:
    """The release held against what people of train have in common with each other."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    pvalue_met: float
    """Of all columns and combinations together; 1 where nothing could be looked up."""
    pvalue_kept: float
    """Of rows that keep to a single person, on both scales together; 1 where nothing could be looked up."""
    pvalue_pieces: float
    """Of rare pieces of texts, over kinds and columns together; 1 where nothing could be looked up."""
    met: PeopleMet | None
    """The surest; None where nothing is met more often than chance."""
    kept: RowsKept | None
    """The surest; None where no rows could be held against each other."""
    pieces: PiecesMet | None
    """The surest; None where no text has a rare piece."""
    n_combinations: int
    """Columns and combinations that were looked up."""
    found_at_least: float
    """Lower bound of the share of members found at 1 % FPR by looking them up; 0 where nothing is met."""
    counters: tuple[str, ...] = ()
    """Columns that count the rows; not looked up."""
    kept_at_least: float = 0.0
    """Lower bound of the share of members found at 1 % FPR by naming the one whom a row of the release keeps to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutHoldout:
    """What can be said without people whom the generator never saw: what is detected, and hints; never a pass."""

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
    """People said to be deleted, counted in the release."""
    against_train: AgainstTrain | None = None
    """What no chance explains; with ``deleted`` all that is no hint. None in evidence of version 1."""
