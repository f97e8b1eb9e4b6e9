"""The gates. A new one is one file here, one line below, its name in ``GateName`` and cases in the table of tests."""

from collections.abc import Callable

from synthaudit.types import Decidable, Policy
from synthaudit.verdict.gates.attributes import attributes
from synthaudit.verdict.gates.copies import copies
from synthaudit.verdict.gates.coverage import coverage
from synthaudit.verdict.gates.exposed import exposed
from synthaudit.verdict.gates.positive_control import positive_control
from synthaudit.verdict.gates.rates import auc, tpr_at_fpr
from synthaudit.verdict.gates.top import top
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.reasons import GateResult

GATES: tuple[Callable[[Policy, Grounds, Decidable | None], GateResult | None], ...] = (
    auc,
    tpr_at_fpr,
    copies,
    exposed,
    top,
    attributes,
    positive_control,
    coverage,
)
"""In the order of the evidence. None: no gate here."""
