"""Attacks on a release that is read part by part: what a row can be looked up for comes from every row."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attack_cases import case
from planted_cases import in_parts
from tables import mixed
from test_pipeline_streamed import AT_ONCE, people, release, written

import synthaudit
from synthaudit.attacker.view import Attacker
from synthaudit.attacks import ATTACKS
from synthaudit.attacks.common.declared import FamilyAttack
from synthaudit.encoding import joined
from synthaudit.linkage.agreement import count_of
from synthaudit.pipeline.steps.planted_leaks import planting, with_planted
from synthaudit.streaming import lookup
from synthaudit.types import AttackerView, Estimate, FloatArray, RowsRead

FAMILY = [attack for attack in ATTACKS if attack.threat_model != "shadow"]
FITTED = {"near_claim", "shifted_claim"}
"""They look at every row by a scale, or a move, that is fitted on the sample."""


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that a small release has several of."""
    monkeypatch.setattr(lookup, "BATCH", 1_300)
    monkeypatch.setattr(lookup, "PART", 700)


def scores_of(attack: FamilyAttack, attacking: Attacker, view: AttackerView) -> FloatArray:
    return attack.score(attacking.candidates, view, np.random.default_rng(3))


@pytest.mark.parametrize("with_reference", [True, False])
def test_parts_give_the_scores_of_the_whole(with_reference: bool) -> None:
    """Every attack, where the sample is the whole release: to the last bit but for sums over parts."""
    rng = np.random.default_rng(1)
    candidates, synthetic, reference = mixed(120, rng), mixed(200, rng), mixed(90, rng)
    synthetic.iloc[50:80] = candidates[:30]
    one = case(candidates, synthetic, reference if with_reference else None, competing=True)
    view = in_parts(one.ready, one.view, np.arange(200), (70, 1, 100, 29))
    for attack in FAMILY:
        expected = scores_of(attack, one.ready, one.view)
        np.testing.assert_allclose(
            scores_of(attack, one.ready, view), expected, rtol=1e-9, atol=1e-9, err_msg=f"{attack.name}/{attack.view}"
        )
        assert np.ptp(expected) > 0


def test_only_what_says_so_reads_the_sample() -> None:
    """Of half of the rows: the scores of all rows, but where an attack declares that it reads what is held."""
    rng = np.random.default_rng(2)
    candidates, synthetic, reference = mixed(150, rng), mixed(300, rng), mixed(120, rng)
    synthetic.iloc[:40] = candidates[:40]
    one = case(candidates, synthetic, reference, competing=True)
    view = in_parts(one.ready, one.view, np.sort(rng.permutation(300)[:150]), (100, 200))
    differ = set()
    for attack in FAMILY:
        if attack.name in FITTED:
            continue
        scores, expected = scores_of(attack, one.ready, view), scores_of(attack, one.ready, one.view)
        if not np.allclose(scores, expected, rtol=1e-9, atol=1e-9):
            differ.add(attack.name)
    assert differ == {attack.name for attack in FAMILY if attack.declared.reads_sample}


def test_copies_that_no_sample_holds_are_claimed_all_the_same() -> None:
    """The copies lie in the other half; who is fitted on the sample still finds them in every row."""
    rng = np.random.default_rng(4)
    candidates, synthetic, reference = mixed(150, rng), mixed(300, rng), mixed(120, rng)
    synthetic.iloc[:40] = candidates[:40]
    one = case(candidates, synthetic, reference, competing=True)
    view = in_parts(one.ready, one.view, np.arange(150, 300), (100, 200))
    blind = one.ready.look_at(one.view.synthetic.take(np.arange(150, 300)))
    for attack in [attack for attack in FAMILY if attack.name in FITTED]:
        found, unseen = (scores_of(attack, one.ready, look) for look in (view, blind))
        assert np.median(found[:40]) > np.quantile(found[40:], 0.95)
        assert np.median(unseen[:40]) < np.quantile(unseen[40:], 0.95)


def test_copies_planted_beside_all_rows_give_the_sums_and_counts_of_a_search() -> None:
    """Neighbours, sums and counts merged from what is known are those of the longer release."""
    rng = np.random.default_rng(5)
    one = case(mixed(100, rng), mixed(160, rng), mixed(80, rng), competing=True)
    view = in_parts(one.ready, one.view, np.arange(0, 160, 2), (60, 100))
    copies = one.ready.candidates.take(np.arange(7))
    merged = with_planted(one.ready, view, planting(view, copies, rng))
    fresh = one.ready.look_at(joined(one.view.synthetic, copies))
    assert merged.n_searched == 167
    assert sum(len(cells) for cells in merged.all_cells()) == 167
    assert len(merged.synthetic) == 80
    assert merged.value_counts is not None
    assert np.array_equal(merged.value_counts, count_of(one.ready.candidates, fresh.synthetic))
    for rule, sums in merged.agreement.items():
        np.testing.assert_allclose(sums.synthetic, fresh.agreement[rule].synthetic, rtol=1e-9)
    expected = fresh.neighbours["quantile_l2"].to_synthetic.distance[:, :20]
    np.testing.assert_array_equal(merged.neighbours["quantile_l2"].to_synthetic.distance, expected)


QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1}
EQUAL = ("auc", "tpr_at_fpr_0.01")


def jittered(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every number moved a little; what repeats stays."""
    moved = rows.copy()
    for name in ("x0", "x1", "x2"):
        moved[name] = rows[name] + 0.02 * rows[name].std() * rng.normal(size=len(rows))
    return moved


def leaky(kind: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and 5,000 rows: of strangers, and among them copies or near copies of members."""
    rng = np.random.default_rng(6)
    train, holdout = people(700, 1), people(700, 2)
    if kind == "near copies":
        made = release(train, 100)
        made.iloc[3_000 - 100 : 3_000] = jittered(train[:100], rng)
        return train, holdout, made
    return train, holdout, release(train, 60 if kind == "copies" else 0)


@pytest.mark.parametrize("kind", ["copies", "near copies", "strangers"])
def test_a_streamed_audit_ends_as_one_of_a_release_held_whole(kind: str, tmp_path: Path) -> None:
    """The profile quick: outcomes under every policy, figures of attacks, copies, pieces and near copies are the same.

    Verbatim leaks are planted beside all rows, and in the place of some where the release is held: other draws, so that
    one planting in ten may end otherwise.
    """
    train, holdout, made = leaky(kind)
    path = written(made.astype(train.dtypes.to_dict()), tmp_path / "r.parquet")
    streamed, held = (synthaudit.audit(train, path, holdout, release_rows=rows, **QUICK) for rows in (AT_ONCE, "all"))
    assert [(use.use, use.outcome) for use in streamed.uses] == [(use.use, use.outcome) for use in held.uses]
    assert streamed.leakage_detected == held.leakage_detected == (kind != "strangers")
    assert streamed.copies == held.copies
    assert streamed.reuse == held.reuse
    assert streamed.cells == held.cells
    for mine, theirs in zip(streamed.findings, held.findings, strict=True):
        assert (mine.attack, mine.view) == (theirs.attack, theirs.view)
        if mine.attack not in FITTED:
            for name in EQUAL:
                assert mine.estimates[name] == theirs.estimates[name], mine.attack
    assert streamed.controls is not None
    assert held.controls is not None
    for near, as_near in zip(streamed.controls.near_copies, held.controls.near_copies, strict=True):
        for one, other in ((near.seen, as_near.seen), (near.known, as_near.known)):
            assert isinstance(one, Estimate)
            assert isinstance(other, Estimate)
            assert one.value == pytest.approx(other.value, abs=0.01)


def test_a_leak_that_only_models_see_shows_in_the_sample(tmp_path: Path) -> None:
    """Pairs of columns keep to members, pair by pair, so that no row is anybody's: one row in six is enough."""
    rng = np.random.default_rng(8)
    n, m = 400, 6_000

    def table(numbers: FloatArray) -> pd.DataFrame:
        return pd.DataFrame(numbers, columns=[f"x{i}" for i in range(6)])

    members, others, more = (rng.normal(size=(size, 6)) for size in (n, n, n))
    pairs = [members[rng.integers(n, size=m)][:, k : k + 2] + 0.1 * rng.normal(size=(m, 2)) for k in (0, 2, 4)]
    path = written(table(np.hstack(pairs)), tmp_path / "r.parquet")
    found = synthaudit.audit(
        table(members),
        path,
        table(others),
        reference=table(more),
        attacks=["marginal_ratio", "gradient_boosting"],
        release_rows=2_000,
        **QUICK,
    )
    assert found.leakage_detected
    assert found.report.rows_read == (
        RowsRead(attack="gradient_boosting", n_rows=1_000),
        RowsRead(attack="marginal_ratio", n_rows=1_000),
    )
