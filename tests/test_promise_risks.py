"""The risks beside membership on releases that cannot leak: how seldom they accuse, how often they pass."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from risk_tables import encoded, measured, one, sensitive
from test_promise_false_alarms import COLUMNS, table
from test_promise_suite import RAND
from verdict_cases import CAN, CLEAN

from synthaudit.adapters.policy import load_policy
from synthaudit.types import Estimate, Risks
from synthaudit.verdict import judge

pytestmark = pytest.mark.statistics

FIRST_SEED = 7_000
KINDS = (("attribute_inference", "fixed"), ("singling_out", None), ("linkability", None))


def by_row(i: int) -> Risks:
    """Independent tables of 500 rows and 14 columns."""
    rng = np.random.default_rng([FIRST_SEED, i])
    train, *others = (table(500, 14, rng).rename(columns={"level3": "fixed"}) for _ in range(4))
    schema = sensitive(train, "fixed", "tail0", "count4", "rare1")
    return measured(encoded(train, *others, schema=schema), i)[0]


def by_family(i: int) -> Risks:
    """RAND by whole families of at most 20 rows: an eighth on each side, in the reference and in the release."""
    rng = np.random.default_rng([FIRST_SEED, i])
    whole = pd.read_csv(RAND).astype("float64")
    family = whole.pop("family").to_numpy().astype(np.int64)
    whole = whole.rename(columns={whole.columns[0]: "fixed"})
    codes = np.unique(family)
    part = (rng.permutation(len(codes)) * 8 // len(codes))[np.searchsorted(codes, family)]
    train, holdout, reference, release = (whole[part == k].reset_index(drop=True) for k in range(4))
    entities = (family[part == 0], family[part == 1])
    return measured(encoded(train, holdout, reference, release, entities=entities), i)[0]


@pytest.mark.parametrize("sides", [by_row, by_family])
def test_intervals_of_leak_free_releases_hold_no_excess(sides: Callable[[int], Risks], record_figure: Record) -> None:
    """100 releases of the same law: each kind's 95 % interval covers 0 in at least 90."""
    found = Parallel(n_jobs=2)(delayed(sides)(i) for i in range(100))
    name = sides.__name__
    for kind, column in KINDS:
        covered = 0
        for risks in found:
            excess = one(risks, kind, column).excess
            assert isinstance(excess, Estimate)
            covered += excess.low <= 0 <= excess.high
        record_figure(f"100 leak-free releases, {name}: interval of {kind} covers 0", covered, "at least 90")
        assert covered >= 90
    beyond = sum(any(risk.pvalue_adjusted < 0.05 for risk in risks.found) for risks in found)
    record_figure(f"100 leak-free releases, {name}: any risk called beyond chance", beyond, "at most 10")
    assert beyond <= 10


def gates(i: int, columns: int) -> dict[str, str]:
    """How the gate stands under each built-in policy: 2,000 per side, carved as the audit does it."""
    rng = np.random.default_rng([2026, 1_000 + i])
    train, holdout, fresh = (table(rows, columns, rng) for rows in (2_000, 3_000, 2_000))
    evidence = replace(CLEAN, risks=measured(encoded(train, holdout, None, fresh), i)[0])
    verdicts = {name: judge(load_policy(name), evidence, CAN) for name in ("internal", "partner", "public")}
    return {
        name: next((g.outcome for g in verdict.gates if g.name == "attributes"), "no gate")
        for name, verdict in verdicts.items()
    }


def test_leak_free_releases_pass_the_gate(record_figure: Record) -> None:
    """2,000 per side, 1 to 40 columns, 50 seeds: no fail; under ``partner`` at least 45 pass or have no gate."""
    found = Parallel(n_jobs=2)(delayed(gates)(i, COLUMNS[i % len(COLUMNS)]) for i in range(50))
    for name in ("internal", "partner", "public"):
        counts = Counter(outcome[name] for outcome in found)
        least = {"internal": 45, "partner": 45, "public": 0}[name]
        record_figure(
            f"50 leak-free releases at 2,000 per side: attribute gate under {name}",
            dict(sorted(counts.items())),
            f"no fail, at least {least} pass or no gate",
        )
        assert not counts["fail"]
        assert counts["pass"] + counts["no gate"] >= least
