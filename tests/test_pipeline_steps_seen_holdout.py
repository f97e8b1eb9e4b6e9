"""What an audit says of a holdout that the vendor has seen, and of tables that were exchanged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from figures import Record
from tables import mixed
from verdict_cases import kept

import synthaudit
from synthaudit.generators.kde import Kde
from synthaudit.pipeline.step import line
from synthaudit.pipeline.steps import seen_holdout

SEEN = (
    "rows of the release keep to single rows of the holdout more than members do (closer in {} of 100 comparisons),"
    " which points to a holdout that the vendor has seen"
)
EXCHANGED = (
    "rows of the release keep to single rows of the holdout more than members do (closer in {} of 100 comparisons), and"
    " not to rows of train: the two tables may have been exchanged"
)
STRANGE = "rows of the release keep no closer to single rows of the holdout than members do"


def audited(of: str, seed: int, n: int = 600, **how: object) -> synthaudit.Audit:
    """A kernel release of train, of the holdout, or of both."""
    rng = np.random.default_rng([seed, 7])
    tables = {"train": mixed(n, rng), "holdout": mixed(n, rng)}
    made_of = pd.concat([tables[name] for name in of.split("+")], ignore_index=True)
    release = Kde(bandwidth=0.2).fit_sample(made_of, n, rng)
    return synthaudit.audit(tables["train"], release, tables["holdout"], profile="quick", jobs=1, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "detected", "tables", "reason"),
    [("train", True, "train", STRANGE), ("holdout", True, "holdout", EXCHANGED), ("train+holdout", True, "both", SEEN)],
)
def test_a_release_of_the_holdout_passes_no_audit(of: str, detected: bool | None, tables: str, reason: str) -> None:
    """Of both: train alone gives the leak away; of the holdout alone, the tables are called exchanged."""
    report = audited(of, 0)
    assert report.single_rows is not None
    assert (report.leakage_detected, report.single_rows.kept) == (detected, tables)
    nearer = report.single_rows.holdout.nearer
    said = reason.format(round(100 * nearer.value))  # type: ignore[union-attr]
    lines = [(each.reason, each.blocks_pass) for each in report.coverage if each.test == "seen holdout"]
    assert lines == [(said, tables != "train")]
    assert "pass" not in {use.outcome for use in report.uses}
    in_words = [sentence for sentence in report.reasons if sentence.startswith("Rows of the release lie closer to one")]
    assert len(in_words) == (tables != "train")


def test_what_alone_is_no_sign_is_noted() -> None:
    """The first clause without the second blocks no pass; too few rows are said to be so."""
    rows = kept("neither")
    assert seen_holdout._cover(None) == line(
        "seen holdout", "not_applicable", "there are too few different rows to compare"
    )
    assert seen_holdout._cover(rows) == line(
        "seen holdout",
        "ran",
        "noted: rows of the release keep somewhat closer to single rows of the holdout than members do (closer in 72 of"
        " 100 comparisons), as a release of another shape may",
    )
    at_the_level = replace(rows, holdout=replace(rows.holdout, pvalue=0.001))
    assert seen_holdout._cover(at_the_level) == line("seen holdout", "ran", STRANGE)


def test_everybody_is_asked_by_one_row_a_person() -> None:
    """Those set aside as reference too: 600 people a side, of two rows each."""
    rng = np.random.default_rng(8)
    train, holdout = (mixed(1_200, rng).assign(who=np.repeat(np.arange(600), 2) + 1_000 * side) for side in (0, 1))
    report = synthaudit.audit(train, mixed(700, rng), holdout, entity="who", profile="quick", jobs=1)
    assert report.single_rows is not None
    assert (report.single_rows.holdout.n_real, report.single_rows.train.n_real) == (600, 600)
    assert report.single_rows.kept == "neither"
    rows = seen_holdout._one_each(np.array([2, 0, 1, 0, 2, 2]), rng)
    assert [int(row) for row in rows][1:2] == [2]
    assert {int(rows[0]) in (1, 3), int(rows[2]) in (0, 4, 5)} == {True}


@pytest.mark.statistics
def test_no_release_of_both_tables_passes(record_figure: Record) -> None:
    """20 kernel releases fitted on train and holdout, 2,000 a side: none passes under partner, none is denied."""
    results = [audited("train+holdout", seed, 2_000, policy="partner") for seed in range(20)]
    passed = sum(result.outcome == "pass" for result in results)
    denied = sum(result.leakage_detected is False for result in results)
    record_figure("20 releases of train and holdout: pass under partner", passed, "0")
    record_figure("20 releases of train and holdout: no leakage detected", denied, "0")
    assert (passed, denied) == (0, 0)
