"""The pointed question about one person: what the answer rests on, and what it never says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tables import three
from test_cli import SECRET, call

import synthaudit
from synthaudit.errors import InputError
from synthaudit.statistics.single import pvalue_of, worth
from synthaudit.types import Estimate, NotEstimable


def tables(seed: int, copied: int = 30) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout and a release that holds the first rows of train."""
    train, holdout, release = three((300, 300, 300), np.random.default_rng(seed))
    release.iloc[:copied] = train.iloc[:copied]
    return train, release, holdout


def ask(record: pd.DataFrame, *given: Any, **options: Any) -> Any:
    return synthaudit.query(record, *given, jobs=1, **options)


def test_a_copied_member_gets_the_smallest_possible_pvalue() -> None:
    """Whoever is in the release word for word is above every stranger: p = 1 / (n0 + 1), and the copy is named."""
    train, release, holdout = tables(0)
    for row in range(0, 30, 6):
        answer = ask(train.iloc[[row]], train, release, holdout)
        assert answer.pvalue == pytest.approx(1 / (answer.n_nonmembers + 1))
        assert (answer.verbatim, answer.stands_in) == (True, "train")
        assert (answer.n_members, answer.n_nonmembers, answer.verbatim_members) == (299, 300, 29)


def test_the_worth_of_an_answer_is_bayes() -> None:
    """Shares, Bayes and Clopper-Pearson by hand; never a 0 or 1 that could not be otherwise."""
    label = np.arange(300) < 100
    scores = np.r_[np.full(20, 2.0), np.zeros(80), np.full(3, 2.0), np.zeros(197)]
    for prior in (0.5, 0.1, 0.01):
        found = worth(2.0, scores, label, prior)
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(0.2 * prior / (0.2 * prior + 0.015 * (1 - prior)))
        tpr, fpr = (stats.binomtest(k, n).proportion_ci(0.975, "exact") for k, n in ((20, 100), (3, 200)))
        assert found.low == pytest.approx(tpr.low * prior / (tpr.low * prior + fpr.high * (1 - prior)))
        assert found.high == pytest.approx(tpr.high * prior / (tpr.high * prior + fpr.low * (1 - prior)))
    nobody_else = worth(2.0, np.where(label, scores, 0.0), label, 0.5)
    assert isinstance(nobody_else, Estimate)
    assert (nobody_else.value, nobody_else.high) == (1.0, 1.0)
    assert 0.5 < nobody_else.low < 0.95
    assert isinstance(worth(9.0, scores, label, 0.5), NotEstimable)
    assert pvalue_of(2.0, scores[~label]) == 4 / 201


@pytest.mark.parametrize("side", ["train", "holdout"])
@pytest.mark.parametrize("reference_given", [True, False])
def test_the_persons_own_row_neither_competes_nor_calibrates(side: str, reference_given: bool) -> None:
    """Asking about a row of a table gives the answer of asking with that row taken out of the table beforehand."""
    train, release, holdout = tables(1)
    reference = three((200,), np.random.default_rng(9))[0] if reference_given else None
    rows = {"train": train, "holdout": holdout}
    record = rows[side].iloc[[17]]
    asked = ask(record, train, release, holdout, reference=reference)
    rows[side] = rows[side].drop(index=17)
    without = ask(record, rows["train"], release, rows["holdout"], reference=reference)
    assert (asked.stands_in, without.stands_in) == (side, "neither")
    assert asked.pvalue == without.pvalue
    assert (asked.tpr, asked.fpr, asked.ppv) == (without.tpr, without.fpr, without.ppv)


def test_a_person_of_several_rows() -> None:
    """With an entity column the rows are one person's; by key the person is found in train even if a cell differs."""
    train, release, holdout = tables(2)
    train["person"], holdout["person"] = np.arange(300) // 3, 1_000 + np.arange(300) // 3
    record = train.iloc[6:9].copy()
    record["x0"] += 1.0
    answer = ask(record, train, release, holdout, entity="person")
    assert (answer.n_rows, answer.stands_in, answer.n_members, answer.n_nonmembers) == (3, "train", 99, 100)
    same_rows = ask(train.iloc[6:9].drop(columns="person"), train, release, holdout, entity="person")
    assert (same_rows.stands_in, same_rows.n_members) == ("train", 99)
    with pytest.raises(InputError, match="SA-190 record frame: 2 people in 'person'"):
        ask(train.iloc[6:10], train, release, holdout, entity="person")


def test_what_is_no_question_is_refused() -> None:
    """Two rows without an entity column, a missing column, no holdout: bad input, told without a cell."""
    train, release, holdout = tables(3)
    with pytest.raises(InputError, match="SA-190 record frame: 2 rows; without --entity"):
        ask(train.iloc[:2], train, release, holdout)
    with pytest.raises(InputError, match="SA-138 record frame: 1 of 9 columns of train is missing: 'x1'"):
        ask(train.iloc[:1].drop(columns="x1"), train, release, holdout)
    with pytest.raises(InputError, match="SA-103 record frame: 0 rows"):
        ask(train.iloc[:0], train, release, holdout)
    with pytest.raises(InputError, match="SA-191"):
        ask(train.iloc[:1], train, release, None)


def test_missing_cells_of_a_record_are_no_error() -> None:
    """One person may lack a number and a category; a value nobody else has is told and used."""
    train, release, holdout = tables(4)
    record = train.iloc[[0]].copy()
    record["x0"], record["c0"], record["c1"] = np.nan, None, SECRET
    assert 0 < ask(record, train, release, holdout).pvalue <= 1


def test_the_command_prints_text_or_json_without_a_cell(tmp_path: Path) -> None:
    """Exit code 0 for any answer, 2 for bad input; the words that limit it are always there, no cell ever is."""
    train, release, holdout = tables(5)
    train.loc[0, "c0"] = SECRET
    for name, table in (("train", train), ("synthetic", release), ("holdout", holdout), ("record", train[:1])):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    flags = [p for n in ("record", "train", "synthetic", "holdout") for p in (f"--{n}", tmp_path / f"{n}.csv")]
    told = call("query", *flags, "--jobs", 1)
    assert told.returncode == 0
    assert "p = 0.003" in told.stdout
    assert "does not prove" in told.stdout
    assert "wrong for 3 of 100 strangers" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 110
    as_json = call("query", *flags, "--jobs", 1, "--json")
    answer = json.loads(as_json.stdout)
    assert answer["pvalue"] == pytest.approx(1 / 301)
    assert set(answer["ppv"]) == {"0.5", "0.1", "0.01"}
    cells = {SECRET, *train["c0"], *(f"{x:.3f}" for x in train.loc[0, ["x0", "x1"]])}
    assert not any(cell in text for cell in cells for text in (told.stdout, told.stderr, as_json.stdout))
    train[:2].to_csv(tmp_path / "record.csv", index=False)
    refused = call("query", *flags)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("synthaudit: SA-190 record record.csv: 2 rows")
