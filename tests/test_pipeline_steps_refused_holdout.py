"""A holdout that cannot be believed: leaks fail all the same, strangers are not accused, others change nothing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import three

import synthaudit
from synthaudit.generators.kde import Kde

N = 1_000


def audited(train: pd.DataFrame, release: pd.DataFrame, holdout: pd.DataFrame, **options: Any) -> synthaudit.Audit:
    return synthaudit.audit(train, release, holdout, profile="quick", policy="partner", jobs=1, **options)


@pytest.fixture(scope="module")
def people() -> list[pd.DataFrame]:
    return three((N, N, N), np.random.default_rng(0))


def later(rows: pd.DataFrame) -> pd.DataFrame:
    """People of another year: they differ without the release."""
    return rows.assign(**{name: rows[name] + rows[name].std() for name in rows.select_dtypes("number").columns})


def test_kernels_of_both_tables_fail(people: list[pd.DataFrame]) -> None:
    """Members are known no better than the holdout, and rows of the release name single people of train."""
    train, holdout, _ = people
    both = pd.concat([train, holdout], ignore_index=True)
    result = audited(train, Kde().fit_sample(both, 2 * N, np.random.default_rng(1)), holdout)
    assert (result.outcome, result.leakage_detected) == ("fail", True)
    assert "for whoever names the one person of train that a row of the release keeps to" in result.reasons[0]
    assert any("points to a holdout that the vendor has seen" in reason for reason in result.reasons)
    against = result.report.refused_holdout
    assert against is not None
    assert against.kept_at_least > result.report.policy.tpr_at_fpr


def test_people_of_another_year_say_nothing_and_train_does(people: list[pd.DataFrame]) -> None:
    """The blind baseline fails: kernels of train fail by train's own halves, kernels of strangers by nothing."""
    train, holdout, fresh = people
    generated = [Kde().fit_sample(rows, N, np.random.default_rng(2)) for rows in (train, fresh)]
    leaky, harmless = (audited(train, release, later(holdout)) for release in generated)
    assert (leaky.outcome, leaky.leakage_detected) == ("fail", True)
    assert (harmless.outcome, harmless.leakage_detected) == ("inconclusive", None)
    assert harmless.report.refused_holdout is not None


def test_a_holdout_that_is_believed_is_all_that_counts(people: list[pd.DataFrame]) -> None:
    """Nothing more is looked at, and no line speaks of it."""
    train, holdout, fresh = people
    result = audited(train, fresh, holdout)
    assert result.report.refused_holdout is None
    assert not [line for line in result.coverage if line.test == "without the holdout"]
