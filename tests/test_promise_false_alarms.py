"""Leak-free releases: how often the audit cries wolf, and how often it lets them pass (``make test-statistics``)."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed

import synthaudit

pytestmark = pytest.mark.statistics

COLUMNS = (1, 2, 5, 14, 40)


def table(n: int, columns: int, rng: np.random.Generator) -> pd.DataFrame:
    """Heavy-tailed, rounded and correlated numbers, skewed categories, one column with a 99 % majority level."""
    factor = rng.normal(size=n)
    made: dict[str, np.ndarray] = {}
    for i in range(columns):
        if i % 5 == 0:
            made[f"tail{i}"] = rng.standard_t(2, size=n) + factor
        elif i % 5 == 1:
            made[f"rare{i}"] = np.where(rng.random(n) < 0.99, "usual", "rare").astype(object)
        elif i % 5 == 2:
            made[f"income{i}"] = np.round(np.exp(8 + factor + rng.normal(size=n)), -1)
        elif i % 5 == 3:
            made[f"level{i}"] = np.array([f"l{k}" for k in rng.zipf(1.6, size=n).clip(max=50)], dtype=object)
        else:
            made[f"count{i}"] = rng.poisson(np.exp(0.5 * factor + 1)).astype(float)
    return pd.DataFrame(made)


def audited(i: int, n: int, n_holdout: int, columns: int) -> synthaudit.Audit:
    rng = np.random.default_rng([2026, i])
    train, holdout, fresh = (table(rows, columns, rng) for rows in (n, n_holdout, n))
    return synthaudit.audit(train, fresh, holdout, policy="partner", seed=i, jobs=1)


def outcome(i: int, n: int, n_holdout: int, columns: int) -> tuple[str, bool | None]:
    result = audited(i, n, n_holdout, columns)
    return result.outcome, result.leakage_detected


def test_leak_free_tables_are_rarely_accused(record_figure: Record) -> None:
    """200 audits of all shapes: ``fail`` in at most 16 and leakage detected in at most 16."""
    plans = [
        (i, n, n // 4 if i % 3 == 2 else n, COLUMNS[i // 2 % len(COLUMNS)])
        for i in range(200)
        for n in [(300, 1_000)[i % 2]]
    ]
    results = Parallel(n_jobs=2)(delayed(outcome)(*plan) for plan in plans)
    counts = Counter(result[0] for result in results)
    alarms = sum(result[1] is True for result in results)
    record_figure("200 leak-free audits: fail", counts["fail"], "at most 16")
    record_figure("200 leak-free audits: leakage detected", alarms, "at most 16")
    assert counts["fail"] <= 16
    assert alarms <= 16


def test_leak_free_tables_pass_where_they_are_large_enough(record_figure: Record) -> None:
    """2,000 per side after carving, 1 to 40 columns: at least 60 % pass under ``partner``."""
    results = Parallel(n_jobs=2)(
        delayed(outcome)(1_000 + i, 2_000, 3_000, COLUMNS[i % len(COLUMNS)]) for i in range(50)
    )
    by_columns = {c: sum(r[0] == "pass" for r in results[j :: len(COLUMNS)]) for j, c in enumerate(COLUMNS)}
    passed = sum(by_columns.values())
    record_figure("50 leak-free audits at 2,000 per side: pass under partner", f"{passed} {by_columns}", "at least 30")
    assert passed >= 30
