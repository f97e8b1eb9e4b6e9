"""Which gate decides and which stand against a pass: by hand, case by case."""

from typing import Any

import pytest

from synthaudit.adapters.policy import load_policy
from synthaudit.types import Outcome
from synthaudit.verdict.gravest import stands_against, times_exposed, times_its_limit
from synthaudit.verdict.reasons import GateResult, ReasonCode, because

PARTNER = load_policy("partner")


@pytest.mark.parametrize(("exposed", "members", "times"), [(200, 2_000, 2.0), (3, 1, 60.0), (3, 0, 60.0), (0, 0, 0.0)])
def test_exposed_people_are_held_against_the_share_who_may_be_found(exposed: int, members: int, times: float) -> None:
    """5 in 100 under partner; of no member at all, as of one."""
    assert times_exposed(exposed, members, PARTNER) == pytest.approx(times)


@pytest.mark.parametrize(
    ("name", "lower", "limit", "times"),
    [
        ("copies", 0.02, 0.005, 4.0),
        ("auc", 0.7, 0.6, 2.0),
        ("tpr", 0.2, 0.05, 4.0),
        ("auc", 0.7, 0.5, float("inf")),
        ("copies", None, 0.005, float("inf")),
        ("copies", 0.02, None, float("inf")),
        ("copies", 0.02, 0.0, float("inf")),
    ],
)
def test_how_many_times_its_limit(name: Any, lower: float | None, limit: float | None, times: float) -> None:
    """Beyond guessing; what nobody may reach is surpassed without end."""
    assert times_its_limit(name, lower, limit) == pytest.approx(times)


def gate(outcome: Outcome, code: ReasonCode) -> GateResult:
    return GateResult(name="top", outcome=outcome, reason=because(code))


@pytest.mark.parametrize(
    ("outcome", "code", "deciding", "stands"),
    [
        # Where no attack could be made, what is unknown for that reason is none of its own.
        ("inconclusive", ReasonCode.TOP_UNKNOWN, gate("inconclusive", ReasonCode.NO_ATTACK), False),
        ("inconclusive", ReasonCode.NOT_COVERED, gate("inconclusive", ReasonCode.NO_ATTACK), True),
        ("inconclusive", ReasonCode.TOP_UNKNOWN, gate("inconclusive", ReasonCode.NOT_COVERED), True),
        ("inconclusive", ReasonCode.LIMIT_OPEN, gate("inconclusive", ReasonCode.NOT_COVERED), True),
        # Beside a fail nothing that is merely undecided.
        ("inconclusive", ReasonCode.LIMIT_OPEN, gate("fail", ReasonCode.LIMIT_OPEN), False),
        ("inconclusive", ReasonCode.VALUES_REUSED, gate("fail", ReasonCode.LIMIT_OPEN), True),
        ("fail", ReasonCode.LIMIT_OPEN, gate("fail", ReasonCode.COPIES_OPEN), True),
        ("pass", ReasonCode.LIMIT_OPEN, gate("fail", ReasonCode.COPIES_OPEN), False),
        ("pass", ReasonCode.LIMIT_OPEN, gate("inconclusive", ReasonCode.NOT_COVERED), False),
    ],
)
def test_which_gates_stand_against_a_pass(
    outcome: Outcome, code: ReasonCode, deciding: GateResult, stands: bool
) -> None:
    """Beside the gate that decides."""
    assert stands_against(gate(outcome, code), deciding) is stands
