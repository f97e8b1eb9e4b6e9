"""A time budget leaves out what it must, says so, and never lets what is left pass."""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tables import three

import synthaudit
from synthaudit.attacks import ATTACKS
from synthaudit.errors import InputError
from synthaudit.generators.cart import Cart
from synthaudit.generators.fit_each import Effort, TooLongError, fit_each
from synthaudit.runtime.budget import Budget, parse_duration, shown


def clock(*times: float) -> Callable[[], float]:
    """A clock that shows these moments in turn."""
    moments = iter(times)
    return lambda: next(moments)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1_800), ("1.5h", 5_400), (" 2 H ", 7_200)])
def test_durations_are_read_as_written(text: str, seconds: float) -> None:
    """A number and its unit, whatever the case and the blanks."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "0m", "-5m", "1d", "soon", "30m30s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The message says how one is written."""
    with pytest.raises(InputError) as error:
        parse_duration(text)
    assert str(error.value) == "SA-223 --time-budget: no duration above zero. Write 90s, 30m or 2h."


def test_a_budget_is_spent_when_its_time_is_over() -> None:
    """Ten seconds from the start, by the clock; without a limit never."""
    budget = Budget(10, clock=clock(100, 109, 110, 111))
    assert [budget.is_spent for _ in range(3)] == [False, True, True]
    assert Budget().left == float("inf")
    assert shown(1_800) == "30 minutes"


def tables() -> list[pd.DataFrame]:
    return three((700, 900, 700), np.random.default_rng(5))


def test_a_spent_budget_keeps_the_first_attacks_and_rules_out_a_pass() -> None:
    """Of a microsecond, eight attacks and the controls are left; whatever else the profile asks for is named."""
    train, holdout, release = tables()
    audit = synthaudit.audit(train, release, holdout, time_budget=1e-6)
    left_out = {line.test for line in audit.coverage if line.blocks_pass and "time budget" in line.reason}
    assert len(audit.findings) == 8
    assert {"other risks", "combination of attacks"} <= left_out
    suite = [attack for attack in ATTACKS if attack.threat_model != "shadow"]
    assert sum(test.startswith("attack ") for test in left_out) == len(suite) - 8
    assert audit.outcome == "inconclusive"
    assert audit.controls is not None
    assert audit.controls.planted


def test_a_long_budget_changes_nothing() -> None:
    """An hour for a few seconds of work: the figures of an audit without a budget."""
    train, holdout, release = tables()
    plain, budgeted = (
        synthaudit.audit(train, release, holdout, profile="quick", time_budget=budget) for budget in (None, "1h")
    )
    assert plain.decision == budgeted.decision
    assert plain.outcome == budgeted.outcome
    assert [f.estimates for f in plain.findings] == [f.estimates for f in budgeted.findings]


def test_a_copy_fails_whatever_the_budget() -> None:
    """Copies are looked up in any case."""
    train, holdout, _ = tables()
    assert synthaudit.audit(train, train, holdout, time_budget=1e-6).outcome == "fail"


def test_fits_that_would_take_too_long_are_not_begun() -> None:
    """The first fit tells; nothing else is fitted, and the words say what the rest would have taken."""
    pool = tables()[0].astype({"c0": object})
    fits: list[int] = []

    class Slow(Cart):
        def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
            fits.append(1)
            return super().fit_sample(table, n_rows, rng)

    included = np.random.default_rng(0).random((20, len(pool))) < 0.5
    streams = np.random.default_rng(1).spawn(20)
    with pytest.raises(TooLongError, match=r"19 more shadows of cart: .* the time budget has 0 seconds"):
        fit_each(pool, included, 100, Slow(), streams, Effort(most=0.0))
    assert len(fits) == 1


@pytest.mark.parametrize("n_looks", [4, 20])
def test_nothing_is_left_out_without_a_word_whenever_time_runs_out(
    n_looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that passes the limit at its n-th look: every attack and every other test ran, or is named."""
    train, holdout, release = three((250, 250, 250), np.random.default_rng(6))
    looks = itertools.count()
    monkeypatch.setattr(
        "synthaudit.pipeline.context.Budget", lambda _: Budget(n_looks, clock=lambda: float(next(looks)))
    )
    audit = synthaudit.audit(train, release, holdout, time_budget=3_600)
    assert next(looks) > n_looks
    named = {line.test for line in audit.coverage if line.blocks_pass and "time budget" in line.reason}
    assert named
    n_attacks = sum(attack.threat_model != "shadow" for attack in ATTACKS)
    assert len(audit.findings) + sum(test.startswith("attack ") for test in named) == n_attacks
    assert ("other risks" in named) == (audit.risks is None)
    assert ("combination of attacks" in named) == (audit.stack is None)
