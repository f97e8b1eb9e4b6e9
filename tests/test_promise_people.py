"""People, not rows: families of the RAND table over years, whose rows are alike (``make test-statistics``)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed

import synthaudit
from synthaudit.types import Estimate

RAND = Path(__file__).parent.parent / "datasets" / "randhie.csv"
FIRST_SEED = 7_000


def by_family(i: int, n_parts: int) -> list[pd.DataFrame]:
    """Whole families of at most 20 rows, dealt at random into equal parts; ``family`` is the first column."""
    whole = pd.read_csv(RAND)
    codes = whole["family"].unique()
    part = np.random.default_rng([FIRST_SEED, i]).permutation(len(codes)) * n_parts // len(codes)
    home = pd.Series(part, index=codes)[whole["family"]].to_numpy()
    return [whole[home == k].reset_index(drop=True) for k in range(n_parts)]


def audited(i: int, entity: str | None, profile: str, n_parts: int) -> synthaudit.Audit:
    """A leak-free release: the rows of other families."""
    train, holdout, reference, fresh = by_family(i, n_parts)[:4]
    release = fresh.drop(columns="family")
    if entity is None:
        train, holdout, reference = (table.drop(columns="family") for table in (train, holdout, reference))
    else:
        reference = reference.drop(columns="family")
    return synthaudit.audit(
        train, release, holdout, reference=reference, entity=entity, profile=profile, jobs=1, allow_overlap=True, seed=i
    )


def detected(i: int) -> bool | None:
    return audited(i, "family", "quick", 8).leakage_detected


@pytest.mark.statistics
def test_families_are_rarely_accused(record_figure: Record) -> None:
    """200 leak-free audits by family, copies test and all: leakage detected in at most 16, and always judged."""
    found = Parallel(n_jobs=2)(delayed(detected)(i) for i in range(200))
    record_figure("200 leak-free audits of RAND by family: leakage detected", found.count(True), "at most 16")
    record_figure("200 leak-free audits of RAND by family: not judged", found.count(None), "at most 1")
    assert found.count(True) <= 16
    assert found.count(None) <= 1


@pytest.mark.statistics
def test_rows_of_families_deceive_a_model_of_rows(record_figure: Record) -> None:
    """The same leak-free release: a model of rows knows the relatives of those it is judged on, one of families none.

    By row the blind baseline fails as it must, so nothing passes and nothing is accused.
    """
    rows, families, outcomes = [], [], []
    for i in range(5):
        by_row, by_entity = audited(i, None, "standard", 4), audited(i, "family", "standard", 4)
        assert by_row.stack is not None
        assert by_entity.stack is not None
        assert isinstance(by_row.stack.auc, Estimate)
        assert isinstance(by_entity.stack.auc, Estimate)
        rows.append(by_row.stack.auc.value)
        families.append(by_entity.stack.auc.value)
        assert by_row.controls is not None
        outcomes.append((by_row.outcome, by_row.leakage_detected, by_row.controls.blind_baseline.status))
    record_figure("5 leak-free audits of RAND: mean AUC of the stack by row", round(float(np.mean(rows)), 3), "told")
    record_figure(
        "5 leak-free audits of RAND: mean AUC of the stack by family", round(float(np.mean(families)), 3), "told"
    )
    assert np.mean(families) == pytest.approx(0.5, abs=0.03)
    assert np.mean(rows) > np.mean(families) + 0.03
    assert outcomes == [("inconclusive", None, "failed")] * 5
