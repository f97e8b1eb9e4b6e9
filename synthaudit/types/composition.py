"""What each of several releases of one source gives away by itself."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAlone:
    """One of the releases that were audited together, attacked on its own by the attacks of the profile quick."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n_rows: int
    """Rows of this release."""
    sha256: str
    """Hexadecimal SHA-256 of its bytes as they were given."""
    attack: str
    """``attack/view`` whose AUC and TPR are shown, fixed beforehand; the union's own are among the findings."""
    auc: Measured
    """Of that attack."""
    tpr_at_fpr: Annotated[Measured, Field(alias="tpr_at_fpr_0.01")]
    """At 1 % FPR."""
    detected: bool
    """The one decision over the attacks of the profile quick, at 5 % for this release alone."""
    pvalue: float
    """Of that decision: the smaller of its two families, doubled."""
    copies_train: int
    """Members that occur in this release word for word."""
    copies_holdout: int
    """Non-members who occur in this release word for word."""
