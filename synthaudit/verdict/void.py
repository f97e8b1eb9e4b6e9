"""Why membership figures mean nothing where a control failed, and are no comfort where the holdout was seen."""

from typing import Protocol

from synthaudit.types import Copies, ReusedIdentifiers, SingleRows
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import SEEN_ALPHA
from synthaudit.verdict.reasons import Reason, ReasonCode, because, holdout_seen, kept_to_holdout


class _Compared(Protocol):
    """What tells whether non-members are strangers to the release: grounds and reports have it."""

    @property
    def copies(self) -> Copies: ...
    @property
    def single_rows(self) -> SingleRows | None: ...
    @property
    def identifiers(self) -> ReusedIdentifiers | None: ...


def figures_void(grounds: Grounds) -> Reason | None:
    """The reason of the plainest control that failed; None where none did."""
    if not grounds.split_is_random:
        return because(ReasonCode.SIDES_DIFFER)
    if grounds.figures_hold:
        return None
    name, control = grounds.failed_controls[0]
    code = ReasonCode.STRANGERS_DIFFER if name == "A/A" else ReasonCode.SIDES_RELATED
    return because(code, reason=control.reason)


def no_comfort(compared: _Compared) -> Reason | None:
    """Why to be found no better than non-members says nothing; None where they are strangers."""
    strangers = compared.copies.strangers
    if strangers is not None and strangers.pvalue < SEEN_ALPHA:
        return because(ReasonCode.STRANGERS_COPIED, rows=strangers.rows)
    return kept_to_holdout(compared.single_rows) or holdout_seen(compared.identifiers)
