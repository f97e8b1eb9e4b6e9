"""People who were said to be deleted before training: what the release still shows of them."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """People said to be deleted before training, as a group, against the non-members."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_listed: int
    """People on the list (rows, where no entity column is declared)."""
    n_in_train: int
    """Of these, found in the train table all the same; tested like the others."""
    n_tested: int
    """Deleted people who were attacked."""
    n_nonmembers: int
    """Non-members that they were compared with."""
    attack: str
    """The pre-registered attack of ``auc``."""
    auc: Measured
    """Deleted people against non-members."""
    n_attacks: int
    """Attacks that were tried on them."""
    pvalue_auc: float
    """Largest |z| of the AUC over the attacks."""
    pvalue_top: float
    """Deleted people above the 1 % threshold, the most surprising count over the attacks."""
    direction: Literal["near", "far"]
    """``far`` where the strongest evidence is rows near the deleted that are missing."""
    copied: int
    """Deleted people who occur verbatim in the release."""
    copied_nonmembers: int
    """Non-members who occur verbatim in the release."""
    n_copies_nonmembers: int
    """Non-members looked up: the whole holdout."""
    pvalue_copies: float
    """One-sided: as many of the deleted copied, or more."""
    pvalue: float
    """Of the three tests together (Bonferroni)."""
    pvalue_without_release: float | None
    """Of a classifier that never sees the release: small where the list differs from the holdout by itself."""
    comparable: bool
    """False where it does: the tests by attacks then prove nothing, and copies alone count."""
    known: bool
    """The release still knows people who were said to be deleted: p below .01."""
    smallest_auc: float
    """The AUC that so many people would have shown in 80 % of cases."""
    copied_in_train: int = 0
    """Of those copied, the ones who are in train."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedCopies:
    """People said to be deleted before training who occur in the release, where there is no holdout to compare with."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_listed: int
    """People on the list (rows, where no entity column is declared)."""
    n_in_train: int
    """Of these, found in the train table all the same; tested like the others."""
    n_tested: int
    """People of the list who were looked up."""
    copied: int
    """Of those tested, in the release verbatim or by key."""
    copied_in_train: int
    """Of these, the ones who are in train."""
    expected: float
    """Of those tested, the most that chance explains, read off the twins within train."""
    pvalue: float
    """One-sided: as many of them, or more, if the release never knew them."""
    recognisable: bool
    """False where rows of train have twins by nature: a copy then proves nothing."""
    known: bool
    """The release still knows people who were said to be deleted: p below .01, and copies can be told from chance."""
