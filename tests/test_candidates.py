"""An audit of a sample says so, finds the same leaks, and looks up copies for everybody."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import three

import synthaudit
from synthaudit.attacks import ATTACKS, BY_RANK
from synthaudit.errors import InputError
from synthaudit.pipeline.coverage import cover_models, rows_read
from synthaudit.types import Estimate, RowsRead

REASON = (
    "1,000 of 1,295 members and 1,000 of 1,555 non-members, drawn at random, were attacked; --candidates all attacks"
    " everybody"
)


def tables(seed: int) -> list[pd.DataFrame]:
    return three((1_500, 1_800, 1_500), np.random.default_rng(seed))


def attacked(audit: synthaudit.Audit) -> int:
    """People whom the worst attack was measured on."""
    assert audit.worst is not None
    assert isinstance(audit.worst.auc, Estimate)
    return audit.worst.auc.n


def test_the_report_says_how_many_were_drawn() -> None:
    """450 are set aside, 1,000 of the rest of each side drawn; the whole tables stand in the provenance."""
    train, holdout, release = tables(0)
    audit = synthaudit.audit(train, release, holdout, profile="quick", candidates=1_000)
    lines = [line for line in audit.coverage if line.test == "candidates"]
    assert [(line.status, line.reason, line.blocks_pass) for line in lines] == [("ran", REASON, False)]
    assert audit.provenance.n_rows == {"train": 1_500, "holdout": 1_800, "synthetic": 1_500}
    assert attacked(audit) == 2_000


def test_copies_of_people_outside_the_sample_are_found() -> None:
    """Every copied row is counted, though a third of the members is not attacked."""
    train, holdout, release = tables(1)
    release.iloc[:300] = train.iloc[:300].to_numpy()
    audit = synthaudit.audit(train, release, holdout, profile="quick", candidates=1_000)
    assert audit.copies.train == 300
    assert audit.outcome == "fail"


def test_scores_of_people_outside_the_sample_are_not_written(tmp_path: Path) -> None:
    """One score for each of 1,000 rows a table, at the places of the tables as given."""
    train, holdout, release = tables(2)
    synthaudit.audit(train, release, holdout, profile="quick", candidates=1_000, scores=True, output=tmp_path)
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    counted = scores[(scores["attack"] == "dcr") & (scores["view"] == "quantile_l2")].groupby("table")["row"]
    assert counted.nunique().to_dict() == {"train": 1_000, "holdout": 1_000}
    # The largest of 1,000 of 1,500 positions is below 1,450 with a chance of 3^-50.
    assert counted.max()["train"] > 1_450


def test_everybody_or_a_thousand() -> None:
    """Fewer people than decide anything are refused, with what to do."""
    train, holdout, release = tables(3)
    with pytest.raises(InputError) as error:
        synthaudit.audit(train, release, holdout, candidates=999)
    assert str(error.value) == "SA-209 candidates: 999. Give 1,000 or more people of each side, or all."
    whole = synthaudit.audit(train, release, holdout, profile="quick", candidates="all")
    assert attacked(whole) == 1_500 + 1_800 - 450


def test_models_that_read_a_part_of_the_release_are_named() -> None:
    """The coverage says which attacks read how many of the rows; below their limit, there is nothing to say."""
    train, holdout, release = three((1_000, 1_200, 4_001), np.random.default_rng(4))

    def told(rows: int) -> list[str]:
        audit = synthaudit.audit(train, release.iloc[:rows], holdout, attacks=["kde_ratio", "logan"], profile="quick")
        return [line.reason for line in audit.coverage if line.test == "rows read by models"]

    assert told(4_000) == []
    assert told(4_001) == [
        "of 4,001 synthetic rows some attacks fit a model on fewer, drawn at random: kde_ratio 4,000"
    ]


def test_attacks_that_read_fewest_rows_are_named_first() -> None:
    """All attacks on a large release, word by word; what reads every row, and what was not asked for, is left out."""
    (line,) = cover_models(rows_read(ATTACKS, 20_001, 20_001), 20_001, 20_001)
    assert line.reason == (
        "of 20,001 synthetic rows some attacks fit a model on fewer, drawn at random: kde_ratio 4,000, logan 10,000,"
        " extra_trees 20,000, pseudo_likelihood 20,000"
    )
    chosen = [attack for attack in ATTACKS if attack.name in ("dcr", "gradient_boosting", "logan")]
    assert rows_read(chosen, 20_001, 20_001) == (RowsRead(attack="logan", n_rows=10_000),)
    assert rows_read(chosen[:1], 20_001, 20_001) == rows_read(chosen, 10_000, 10_000) == ()
    assert cover_models((), 20_001, 20_001) == ()


def test_what_reads_a_sample_is_named_and_a_small_sample_lets_nothing_pass() -> None:
    """Of 300,000 rows 50,000, 20,000 and 19,999 are held; attacks that read every row are not named."""
    chosen = [attack for attack in ATTACKS if attack.name in ("dcr", "gradient_boosting", "logan", "value_reuse")]
    chosen += [again for again in BY_RANK if again.view == "quantile_l1_by_rank"]
    for held, blocks in ((50_000, False), (20_000, False), (19_999, True)):
        read = rows_read(chosen, 300_000, held)
        assert read[0] == RowsRead(attack="logan", n_rows=10_000)
        assert read[1:] == (RowsRead(attack="gradient_boosting", n_rows=held),)
        (line,) = cover_models(read, 300_000, held)
        assert line.blocks_pass == blocks
        assert line.reason.startswith(
            "of 300,000 synthetic rows some attacks read fewer, drawn at random: logan 10,000, "
        )
        assert line.reason.endswith("; a pass takes 20,000 (--release-rows 40000)") == blocks
