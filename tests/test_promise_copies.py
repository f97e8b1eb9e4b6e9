"""One row in twenty copied verbatim from train: the audit finds it, and so do the attacks by themselves."""

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from tables import three

import synthaudit

pytestmark = pytest.mark.statistics

SEEDS = 100


def leaky(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """2,000 members, 2,000 others, and a release of 100 different members and 1,900 fresh rows."""
    rng = np.random.default_rng([14, seed])
    train, holdout, fresh = three((2_000, 2_000, 1_900), rng)
    copies = train.iloc[rng.choice(2_000, 100, replace=False)]
    return train, holdout, pd.concat([copies, fresh], ignore_index=True)


def detected(seed: int, copies_test: bool) -> bool:
    """Whether the audit says that the release leaks."""
    train, holdout, release = leaky(seed)
    result = synthaudit.audit(train, release, holdout, profile="quick", jobs=1, seed=seed, copies_test=copies_test)
    return result.leakage_detected is True


@pytest.mark.parametrize("copies_test", [True, False], ids=["copies-test-on", "attacks-alone"])
def test_five_percent_of_copies_are_found(copies_test: bool, record_figure: Record) -> None:
    """Leakage detected in at least 95 of 100 seeds, with the copies test and with the attacks alone."""
    found = sum(Parallel(n_jobs=2)(delayed(detected)(seed, copies_test) for seed in range(SEEDS)))
    how = "audit" if copies_test else "attacks alone"
    record_figure(f"5 % verbatim copies, {SEEDS} seeds: found by the {how}", found, "at least 95")
    assert found >= 95
