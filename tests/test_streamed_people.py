"""People said to be deleted, made-up people and rare values: looked up in every row of a large release."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counting_generator import without_error_budget
from test_pipeline_steps_canaries import N, canary_rows, split_of
from test_pipeline_steps_canaries import people as people_of_split
from test_pipeline_streamed import AT_ONCE, QUICK, ROWS, evidence, people, release, written

import synthaudit
from synthaudit.attacks import QUICK_FAMILY
from synthaudit.pipeline.steps import canaries as canaries_module
from synthaudit.pipeline.steps import deletion as deleted_module
from synthaudit.sealed_split.manifest import load_manifest
from synthaudit.streaming import lookup as whole_module
from synthaudit.types import EpsilonBound

WHOLE = {**QUICK, "release_rows": "all"}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_module, "BATCH", 1_300)


@pytest.fixture
def _without_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the tests beside the audit's own, the attacks but one, whose moves are fitted on the sample."""
    every_row = [attack for attack in QUICK_FAMILY if attack.name != "shifted_claim"]
    for module in (deleted_module, canaries_module):
        monkeypatch.setattr(module, "QUICK_FAMILY", every_row)


def lists() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and people of a list who have a level and decimals that no other table has."""
    train, holdout, listed = people(500, 1), people(600, 2), people(40, 3)
    listed.loc[:4, "c1"] = "level of the list"
    # Fewer decimals than the list, which must not make other figures depend on it.
    for table in (train, holdout):
        table["x1"] = table["x1"].round(3)
    return train, holdout, listed


@pytest.mark.usefixtures("_without_moves")
def test_deleted_people_are_looked_up_in_all_rows(tmp_path: Path) -> None:
    """Copies, and what the attacks tell, are those of a release held whole."""
    train, holdout, listed = lists()
    synthetic = release(train)
    synthetic["x1"] = synthetic["x1"].round(3)
    synthetic.loc[4_000:4_029] = listed[:30].to_numpy()
    # Missing in one row only, which no sample need hold: it changes every distance.
    synthetic.loc[4_990, "x3"] = np.nan
    path = written(synthetic.astype(listed.dtypes), tmp_path / "r.parquet")
    streamed = synthaudit.audit(train, path, holdout, deleted=listed, **QUICK)
    held = synthaudit.audit(train, path, holdout, deleted=listed, **WHOLE)
    assert streamed.deleted is not None
    assert held.deleted is not None
    # The control that never sees the release reads codes, which number the levels of whatever is held.
    control = streamed.deleted.pvalue_without_release
    assert streamed.deleted == replace(held.deleted, pvalue_without_release=control)
    assert (streamed.deleted.copied, streamed.deleted.known, streamed.leakage_detected) == (30, True, True)


def test_one_copy_that_no_sample_holds_is_found(tmp_path: Path) -> None:
    """A single deleted person among thousands of strangers counts as copied."""
    train, holdout, listed = lists()
    synthetic = release(train)
    synthetic.loc[4_321] = listed.loc[2]
    streamed = synthaudit.audit(train, written(synthetic, tmp_path / "r.parquet"), holdout, deleted=listed, **QUICK)
    assert streamed.deleted is not None
    assert (streamed.deleted.copied, streamed.deleted.copied_nonmembers) == (1, 0)


def test_a_list_changes_no_other_figure(tmp_path: Path) -> None:
    """Levels and decimals of the list leave sample, distances and counts of the audit as they were."""
    train, holdout, listed = lists()
    synthetic = release(train, 60)
    synthetic.loc[4_000:4_004] = listed[:5].to_numpy()
    path = written(synthetic.astype(listed.dtypes), tmp_path / "r.parquet")
    plain, with_list = (evidence(synthaudit.audit(train, path, holdout, deleted=d, **QUICK)) for d in (None, listed))
    assert with_list["deleted"] is not None
    for figures in (plain, with_list):
        for key in ("deleted", "coverage", "tables", "uses", "reasons"):
            figures.pop(key)
    assert without_error_budget(with_list) == without_error_budget(plain)


@pytest.mark.usefixtures("_without_moves")
def test_made_up_people_are_looked_up_in_all_rows(tmp_path: Path) -> None:
    """Copies, what the attacks tell, and the bound of epsilon are those of a release held whole."""
    split = split_of(tmp_path, 3, 60)
    train = pd.read_csv(split.train)
    rows = train[canary_rows(load_manifest(split.manifest), len(train))]
    strangers = people_of_split(902, ROWS - len(rows))
    mixed_in = pd.concat([strangers[:3_000], rows, strangers[3_000:]], ignore_index=True)
    mixed_in["joined"] = pd.to_datetime(mixed_in["joined"]).dt.strftime("%Y-%m-%d")
    path = tmp_path / "r.csv"
    mixed_in.to_csv(path, index=False)
    streamed, held = (
        synthaudit.audit(synthetic=path, manifest=split.manifest, policy="internal", **options)
        for options in (QUICK, WHOLE)
    )
    assert streamed.canaries is not None
    assert held.canaries is not None
    assert streamed.canaries == held.canaries
    assert (streamed.canaries.copied_in, streamed.canaries.copied_out) == (len(rows), 0)
    assert len(rows) > 20
    assert isinstance(streamed.epsilon, EpsilonBound)
    assert streamed.epsilon == held.epsilon
    assert streamed.copies.n_train + streamed.copies.n_holdout == N
    assert streamed.canaries.known
    assert [one for one in streamed.coverage if one.test == "canaries"] == [
        one for one in held.coverage if one.test == "canaries"
    ]


def test_rare_values_are_those_of_a_release_held_whole(tmp_path: Path) -> None:
    """Columns resampled from train, numbers, dates and keys with missing cells: every count and p-value the same."""
    rng = np.random.default_rng(4)
    train, holdout, strangers = people(700, 1), people(600, 2), people(ROWS, 5)
    for table, start in ((train, 0), (holdout, 1_000), (strangers, 2_000)):
        table["key"] = [f"k{start + i}" if i % 9 else None for i in range(len(table))]
    for name in ("x1", "key"):
        strangers[name] = train[name].to_numpy()[rng.integers(700, size=ROWS)]
    path = written(strangers, tmp_path / "r.parquet")
    streamed, held = (synthaudit.audit(train, path, holdout, **options) for options in (QUICK, WHOLE))
    assert streamed.reuse is not None
    assert streamed.reuse == held.reuse
    assert {column.column for column in streamed.reuse.columns if column.reused} >= {"x1", "key"}
    assert len(streamed.reuse.columns) > 2
    assert streamed.tables[2].n_rows == 10 * AT_ONCE // 2
