"""Near copies: leak-free releases are not held up by them, and leaks of them do not pass (``make test-statistics``)."""

import numpy as np
import pandas as pd
import pytest
from figures import Record
from gaming import jittered
from tables import mixed, transactions

import synthaudit
from synthaudit.generators.cart import Cart
from synthaudit.types import AuditReport, Gate

pytestmark = pytest.mark.statistics

SEEDS, N = range(1_000, 1_010), 1_100
TABLES = {"mixed": mixed, "transactions": transactions}


def audited(train: pd.DataFrame, release: pd.DataFrame, holdout: pd.DataFrame, seed: int) -> AuditReport:
    return synthaudit.audit(train, release, holdout, policy="partner", profile="standard", seed=seed, jobs=1).report


def planted_gate(report: AuditReport) -> Gate:
    (use,) = (use for use in report.uses if use.use == "partner")
    (gate,) = (gate for gate in use.gates if gate.name == "positive_control")
    return gate


@pytest.mark.parametrize("table", list(TABLES))
@pytest.mark.parametrize("generator", ["fresh", "cart"])
def test_leak_free_releases_are_not_held_up(table: str, generator: str, record_figure: Record) -> None:
    """Fresh people, or a tree generator fitted on them, at 1,100 a side: 9 of 10 get through the gate."""
    through = 0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        train, holdout, fresh = (TABLES[table](N, rng) for _ in range(3))
        release = fresh if generator == "fresh" else Cart().fit_sample(fresh, N, rng)
        gate = planted_gate(audited(train, release, holdout, seed))
        through += gate.outcome == "pass"
    record_figure(f"{len(SEEDS)} releases, {generator}, {table}: through the gate", through, "at least 9")
    assert through >= 9


@pytest.mark.parametrize("table", list(TABLES))
@pytest.mark.parametrize("noise", [0.01, 0.03])
def test_twice_the_limit_does_not_pass(table: str, noise: float, record_figure: Record) -> None:
    """Near copies of 10 % of the members, one column shuffled, under a limit of 5 %: of 10 none passes."""
    passed = detected = 0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        train, holdout, release = (TABLES[table](N, rng) for _ in range(3))
        copies = jittered(train.sample(N // 10, random_state=rng), train, noise, rng)
        category = rng.choice(copies.select_dtypes("object").columns)
        copies[category] = rng.permutation(copies[category].to_numpy())
        report = audited(train, pd.concat([release.iloc[len(copies) :], copies], ignore_index=True), holdout, seed)
        passed += report.outcome == "pass"
        detected += report.leakage_detected is True
    named = f"{len(SEEDS)} near copies of 10 %, moved by {noise:.0%}, {table}"
    record_figure(f"{named}: leakage detected", detected, "recorded")
    record_figure(f"{named}: pass", passed, "0")
    assert not passed
