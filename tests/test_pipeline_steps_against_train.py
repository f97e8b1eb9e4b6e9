"""Audits without a holdout that detect, fail and never pass: planted leaks, fresh releases, and the order of files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from figures import Record
from tables import mixed, three

import synthaudit
from synthaudit.generators.cart import Cart
from synthaudit.generators.copies import with_copies
from synthaudit.generators.kde import Kde
from synthaudit.generators.marginals import Marginals
from synthaudit.generators.smote import Smote

N = 600
RAND = Path(__file__).parent.parent / "datasets" / "randhie.csv"
Make = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]


def audited(release: pd.DataFrame, train: pd.DataFrame, **options: Any) -> synthaudit.Audit:
    return synthaudit.audit(train, release, profile="quick", **{"jobs": 1, **options})


def shuffled(train: pd.DataFrame, fresh: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every column of train in an order of its own."""
    return pd.DataFrame({name: rng.permutation(train[name].to_numpy()) for name in train})


LEAKS: Mapping[str, Make] = {
    "shuffled columns": shuffled,
    "cart": lambda train, fresh, rng: Cart(leaf=5).fit_sample(train, len(train), rng),
    "smote": lambda train, fresh, rng: Smote().fit_sample(train, len(train), rng),
    "kernels": lambda train, fresh, rng: Kde().fit_sample(train, len(train), rng),
    "copies": lambda train, fresh, rng: with_copies(train, fresh, 0.05, rng),
}
HONEST: Mapping[str, Make] = {
    "fresh": lambda train, fresh, rng: fresh,
    "cart": lambda train, fresh, rng: Cart(leaf=5).fit_sample(fresh, len(train), rng),
    "marginals": lambda train, fresh, rng: Marginals().fit_sample(fresh, len(train), rng),
    "smote": lambda train, fresh, rng: Smote().fit_sample(fresh, len(train), rng),
    "kernels": lambda train, fresh, rng: Kde().fit_sample(fresh, len(train), rng),
}


@pytest.mark.parametrize("name", LEAKS)
def test_leaks_are_detected_in_words(name: str) -> None:
    """Each is seen, said, and no pass; hints are told no longer."""
    train, fresh = three((N, N), np.random.default_rng(0))
    result = audited(LEAKS[name](train, fresh, np.random.default_rng(1)), train)
    assert result.leakage_detected is True
    assert all(use.outcome != "pass" for use in result.uses)
    said = " ".join(result.reasons)
    assert "that nobody else in train has" in said or "keep as close to one single person" in said
    assert "suspected" not in said


def test_shuffled_columns_fail_by_the_share_found() -> None:
    """Whoever looks a number up finds more members than any policy allows."""
    train = mixed(N, np.random.default_rng(2))
    result = audited(shuffled(train, train, np.random.default_rng(3)), train, policy="internal")
    assert result.outcome == "fail"
    gate = next(gate for gate in result.uses[0].gates if gate.name == "tpr_at_fpr")
    assert gate.outcome == "fail"
    assert gate.limit is not None
    assert gate.lower_bound is not None
    assert gate.lower_bound > gate.limit
    assert "looks up what only one person of train has" in gate.reason


def test_tables_of_numbers_alone_are_not_accused_by_their_texts() -> None:
    """No column has a text, so that no piece was searched: p is 1, not 0 times 1."""
    train, fresh = (mixed(N, np.random.default_rng(seed), categories=0) for seed in (3, 4))
    result = audited(fresh, train)
    assert result.leakage_detected is None
    assert result.without_holdout is not None
    assert result.without_holdout.against_train is not None
    assert result.without_holdout.against_train.pvalue_pieces == 1.0


@pytest.mark.parametrize("name", HONEST)
def test_releases_of_other_people_are_not_accused(name: str) -> None:
    """Generators fitted on fresh rows."""
    train, fresh = three((N, N), np.random.default_rng(4))
    result = audited(HONEST[name](train, fresh, np.random.default_rng(5)), train)
    assert (result.leakage_detected, result.outcome) == (None, "inconclusive")


def test_the_order_of_the_files_and_the_workers_change_nothing() -> None:
    """Shuffled tables and two workers: the same figures to the last bit."""
    train, fresh = three((N, N), np.random.default_rng(6))
    first = audited(fresh, train).without_holdout
    second = audited(fresh.sample(frac=1, random_state=1), train.sample(frac=1, random_state=2), jobs=2).without_holdout
    assert first is not None
    assert second is not None
    assert first.against_train == second.against_train


def test_rows_that_count_up_are_named_and_not_looked_up() -> None:
    """Both tables number their rows from one."""
    train, fresh = (frame.assign(no=np.arange(1.0, N + 1)) for frame in three((N, N), np.random.default_rng(7)))
    result = audited(fresh, train)
    assert result.leakage_detected is None
    assert result.without_holdout is not None
    assert result.without_holdout.against_train is not None
    assert result.without_holdout.against_train.counters == ("no",)
    assert any("count the rows" in line.reason for line in result.coverage)


def bank(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Nearly unique incomes and balances, many zeros, and categories."""
    wealth = rng.normal(size=n)
    return pd.DataFrame(
        {
            "age": np.clip(np.round(45 + 14 * rng.normal(size=n)), 18, 95),
            "income": np.round(np.exp(10 + 0.5 * wealth + 0.6 * rng.normal(size=n))),
            "balance": np.where(rng.random(n) < 0.25, 0.0, np.round(np.exp(7 + wealth + rng.normal(size=n)), 2)),
            "score": np.round(600 + 60 * wealth + 40 * rng.normal(size=n)),
            "job": np.floor(np.abs(rng.normal(size=n) + 0.7 * wealth) * 4).astype(int).astype(str).astype(object),
            "region": rng.zipf(1.5, n).clip(max=20).astype(str).astype(object),
        }
    )


@pytest.mark.statistics
@pytest.mark.parametrize("name", LEAKS)
def test_leaks_of_1500_people_are_detected(name: str, record_figure: Record) -> None:
    """A table like a bank's: 18 of 20 or more."""
    found = 0
    for seed in range(1000, 1020):
        rng = np.random.default_rng([14, seed])
        train, fresh = bank(1_500, rng), bank(1_500, rng)
        found += audited(LEAKS[name](train, fresh, rng), train, seed=seed).leakage_detected is True
    record_figure(f"without a holdout, {name} fitted on train: detected of 20", found, ">= 18")
    assert found >= 18


@pytest.mark.statistics
@pytest.mark.parametrize("name", HONEST)
def test_releases_of_strangers_are_rarely_accused(name: str, record_figure: Record) -> None:
    """Tables like a bank's, and RAND by family: detected in 5 of 100 at most."""
    whole = pd.read_csv(RAND).astype("float64")
    families = np.unique(whole["family"])
    found = 0
    for seed in range(1000, 1100):
        rng = np.random.default_rng([15, seed])
        entity = None if seed % 2 else "family"
        if entity is None:
            train, fresh = bank(1_500, rng), bank(1_500, rng)
        else:
            sides = rng.permutation(families)[:900].reshape(2, 450)
            train, fresh = (whole[whole["family"].isin(side)].reset_index(drop=True) for side in sides)
            fresh = fresh.drop(columns="family")
        release = HONEST[name](train if entity is None else train.drop(columns="family"), fresh, rng)
        found += audited(release, train, seed=seed, entity=entity).leakage_detected is True
    record_figure(f"without a holdout, {name} fitted on strangers: detected of 100", found, "<= 5")
    assert found <= 5
