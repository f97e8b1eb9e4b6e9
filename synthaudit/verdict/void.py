"""Why membership figures mean nothing, where a control failed."""

from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import Reason, ReasonCode, because


def figures_void(grounds: Grounds) -> Reason | None:
    """The reason of the plainest control that failed; None where none did."""
    if not grounds.split_is_random:
        return because(ReasonCode.SIDES_DIFFER)
    if grounds.figures_hold:
        return None
    name, control = grounds.failed_controls[0]
    code = ReasonCode.STRANGERS_DIFFER if name == "A/A" else ReasonCode.SIDES_RELATED
    return because(code, reason=control.reason)
