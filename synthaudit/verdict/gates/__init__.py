"""The gates. A new one is one file here, one line below, its name in ``GateName`` and cases in the table of tests."""

from collections.abc import Callable, Mapping

from synthaudit.types import Decidable, Outcome, Policy
from synthaudit.types.policy import GateName
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
PLAINEST: Mapping[Outcome, GateName] = {"fail": "copies", "inconclusive": "auc", "pass": "tpr_at_fpr"}
"""The gate that is told first where several have the outcome of the whole: copies are the plainest reason to refuse,
the share of people found the plainest to accept."""
