"""People said to be deleted, made-up people and rare values: looked up in every row of a large release."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_pipeline_steps_canaries import N, canary_rows, split_of
from test_pipeline_steps_canaries import people as people_of_split
from test_pipeline_streamed import AT_ONCE, QUICK, ROWS, evidence, people, release, written

import synthaudit
from synthaudit.attacks import ATTACKS
from synthaudit.pipeline.steps import canaries as canaries_module
from synthaudit.pipeline.steps import deletion as deleted_module
from synthaudit.sealed_split.manifest import load_manifest
from synthaudit.streaming import lookup as whole_module
from synthaudit.types import EpsilonBound

WHOLE = {**QUICK, "release_rows": "all"}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_module, "BATCH", 1_300)


def line(found: synthaudit.Audit, test: str) -> str:
    """What the coverage says of a sample."""
    [one] = [line for line in found.coverage if line.test == test and "drawn at random" in line.reason]
    assert one.blocks_pass
    return one.reason


@pytest.fixture
def _only_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the tests beside the audit's own, the attacks that read nothing but distances."""
    kept = [attack for attack in ATTACKS if attack.view == "quantile_l2"]
    for module in (deleted_module, canaries_module):
        monkeypatch.setattr(module, "QUICK_FAMILY", kept)
    monkeypatch.setattr(deleted_module, "EXPOSURE_ATTACK", "log_dcr_ratio")
    monkeypatch.setattr(canaries_module, "ATTACK", "log_dcr_ratio/quantile_l2")


def lists() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and people of a list who have a level and decimals that no other table has."""
    train, holdout, listed = people(500, 1), people(600, 2), people(40, 3)
    listed.loc[:4, "c1"] = "level of the list"
    # Fewer decimals than the list, which must not make other figures depend on it.
    for table in (train, holdout):
        table["x1"] = table["x1"].round(3)
    return train, holdout, listed


@pytest.mark.usefixtures("_only_distances")
def test_deleted_people_are_looked_up_in_all_rows(tmp_path: Path) -> None:
    """Copies, and what distances tell, are those of a release held whole, to the last bit."""
    train, holdout, listed = lists()
    made = release(train)
    made["x1"] = made["x1"].round(3)
    made.loc[4_000:4_029] = listed[:30].to_numpy()
    # Missing in one row only, which no sample need hold: it changes every distance.
    made.loc[4_990, "x3"] = np.nan
    path = written(made.astype(listed.dtypes), tmp_path / "r.parquet")
    found = synthaudit.audit(train, path, holdout, deleted=listed, **QUICK)
    held = synthaudit.audit(train, path, holdout, deleted=listed, **WHOLE)
    assert found.deleted is not None
    assert held.deleted is not None
    # The control that never sees the release reads codes, which number the levels of whatever is held.
    control = found.deleted.pvalue_without_release
    assert found.deleted == replace(held.deleted, pvalue_without_release=control)
    assert found.deleted.attack == "log_dcr_ratio"
    assert (found.deleted.copied, found.deleted.known, found.leakage_detected) == (30, True, True)
    assert line(found, "people said to be deleted") == (
        "verbatim copies and nearest rows were looked up in all 5,000 synthetic rows; attacks that read anything else"
        " saw 500 drawn at random"
    )


def test_one_copy_that_no_sample_holds_is_found(tmp_path: Path) -> None:
    """A single deleted person among thousands of strangers counts as copied."""
    train, holdout, listed = lists()
    made = release(train)
    made.loc[4_321] = listed.loc[2]
    found = synthaudit.audit(train, written(made, tmp_path / "r.parquet"), holdout, deleted=listed, **QUICK)
    assert found.deleted is not None
    assert (found.deleted.copied, found.deleted.copied_nonmembers) == (1, 0)


def test_a_list_changes_no_other_figure(tmp_path: Path) -> None:
    """Levels and decimals of the list leave sample, distances and counts of the audit as they were."""
    train, holdout, listed = lists()
    made = release(train, 60)
    made.loc[4_000:4_004] = listed[:5].to_numpy()
    path = written(made.astype(listed.dtypes), tmp_path / "r.parquet")
    plain, found = (evidence(synthaudit.audit(train, path, holdout, deleted=d, **QUICK)) for d in (None, listed))
    assert found["deleted"] is not None
    for told in (plain, found):
        for key in ("deleted", "coverage", "tables", "uses", "reasons"):
            told.pop(key)
    assert found == plain


@pytest.mark.usefixtures("_only_distances")
def test_made_up_people_are_looked_up_in_all_rows(tmp_path: Path) -> None:
    """Copies, what distances tell, and the bound of epsilon by them are those of a release held whole."""
    made = split_of(tmp_path, 3, 60)
    train = pd.read_csv(made.train)
    rows = train[canary_rows(load_manifest(made.manifest), len(train))]
    strangers = people_of_split(902, ROWS - len(rows))
    mixed_in = pd.concat([strangers[:3_000], rows, strangers[3_000:]], ignore_index=True)
    mixed_in["joined"] = pd.to_datetime(mixed_in["joined"]).dt.strftime("%Y-%m-%d")
    path = tmp_path / "r.csv"
    mixed_in.to_csv(path, index=False)
    found, held = (
        synthaudit.audit(synthetic=path, manifest=made.manifest, policy="internal", **options)
        for options in (QUICK, WHOLE)
    )
    assert found.canaries is not None
    assert held.canaries is not None
    assert found.canaries == held.canaries
    assert (found.canaries.copied_in, found.canaries.copied_out) == (len(rows), 0)
    assert len(rows) > 20
    assert isinstance(found.epsilon, EpsilonBound)
    assert found.epsilon == held.epsilon
    assert found.copies.n_train + found.copies.n_holdout == N
    assert found.canaries.known
    assert "looked up in all 5,000" in line(found, "made-up people")


def test_rare_values_are_those_of_a_release_held_whole(tmp_path: Path) -> None:
    """Columns resampled from train, numbers, dates and keys with missing cells: every count and p-value the same."""
    rng = np.random.default_rng(4)
    train, holdout, strangers = people(700, 1), people(600, 2), people(ROWS, 5)
    for table, start in ((train, 0), (holdout, 1_000), (strangers, 2_000)):
        table["key"] = [f"k{start + i}" if i % 9 else None for i in range(len(table))]
    for name in ("x1", "key"):
        strangers[name] = train[name].to_numpy()[rng.integers(700, size=ROWS)]
    path = written(strangers, tmp_path / "r.parquet")
    found, held = (synthaudit.audit(train, path, holdout, **options) for options in (QUICK, WHOLE))
    assert found.reuse is not None
    assert found.reuse == held.reuse
    assert {one.column for one in found.reuse.columns if one.reused} >= {"x1", "key"}
    assert len(found.reuse.columns) > 2
    assert found.tables[2].n_rows == 10 * AT_ONCE // 2
