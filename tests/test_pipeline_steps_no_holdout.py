"""Audits without a holdout: hints against worked-out values, and never a pass."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_report import NO_HOLDOUT, PASS
from figures import Record
from joblib import Parallel, delayed
from tables import mixed, schema_of, three

import synthaudit
from synthaudit.checks.train_distance import measure_nearness
from synthaudit.encoding import fit_cells
from synthaudit.generators.cart import Cart
from synthaudit.report.render import render_report
from synthaudit.report.sections import no_holdout
from synthaudit.types import Estimate, IntArray, NotEstimable

N = 400


def nearness(
    train: pd.DataFrame, release: pd.DataFrame, seed: int = 0, entity: IntArray | None = None
) -> tuple[Estimate, str | None]:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [release])
    found = measure_nearness(
        schema, encoder.encode(train), encoder.encode(release), entity, np.random.default_rng(seed)
    )
    assert isinstance(found.nearer, Estimate)
    return found.nearer, found.suspected


# --- distances ---------------------------------------------------------------------------------------------------


def test_train_itself_is_nearer_in_three_quarters() -> None:
    """Half of a verbatim release lies in the first half of train, the rest is the second half itself: 3/4 exactly."""
    train = mixed(N, np.random.default_rng(0))
    share, suspected = nearness(train, train.sample(frac=1, random_state=1))
    assert share.value == 0.75
    assert suspected == "near"


def test_rows_that_repeat_count_once() -> None:
    """Every row of the release ten times: the same figure and the same interval to the last bit."""
    train, release = three((N, N), np.random.default_rng(1))
    assert nearness(train, release) == nearness(train, pd.concat([release] * 10))


def test_the_share_agrees_with_brute_force() -> None:
    """One column of numbers: every comparison of a synthetic row with a row of the second half, made one by one."""
    rng = np.random.default_rng(2)
    train, release = (pd.DataFrame({"x": np.round(rng.normal(size=n), 1)}) for n in (40, 30))
    # The check draws people by one permutation: those with a number below half are the first half.
    in_a = np.random.default_rng(5).permutation(40) < 20
    ascending = np.sort(train["x"].to_numpy())

    def rank(x: np.ndarray) -> np.ndarray:
        return (np.searchsorted(ascending, x, "left") + np.searchsorted(ascending, x, "right")) / 80

    a, b = rank(train["x"].to_numpy()[in_a]), rank(train["x"].to_numpy()[~in_a])
    s = rank(np.unique(release["x"]))
    to_a = [np.abs(points[:, None] - a).min(axis=1) for points in (s, b)]
    expected = np.mean([(mine < theirs) + (mine == theirs) / 2 for mine in to_a[0] for theirs in to_a[1]])
    share, _ = nearness(train, release, seed=5)
    assert share.value == pytest.approx(expected, abs=1e-12)


def test_people_are_halved_and_not_rows() -> None:
    """Everybody has five equal rows: by row a stranger's release looks far, by person it does not."""
    train, release = three((100, 300), np.random.default_rng(3))
    rows = pd.concat([train] * 5, ignore_index=True)
    person = np.tile(np.arange(100), 5)
    by_row, by_person = nearness(rows, release), nearness(rows, release, entity=person)
    assert by_row[1] == "far"
    assert by_person[1] is None
    assert by_person[0].low < 0.5 < by_person[0].high


def test_three_people_cannot_be_compared() -> None:
    """Too few people for two halves: no figure, its reason, and no suspicion."""
    train, release = three((30, 30), np.random.default_rng(10))
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [release])
    cells, person = encoder.encode(train), np.arange(30) % 3
    found = measure_nearness(schema, cells, encoder.encode(release), person, np.random.default_rng(0))
    assert found.nearer == NotEstimable(not_estimable="too few people or rows to compare")
    assert found.suspected is None


@pytest.mark.statistics
def test_fresh_rows_are_as_near_as_train(record_figure: Record) -> None:
    """300 fresh releases: suspected in at most 26 (5 % and three standard errors), mean share within .495 to .505."""

    def one(seed: int) -> tuple[float, bool]:
        train, release = three((N, N), np.random.default_rng([31, seed]))
        share, suspected = nearness(train, release, seed)
        return share.value, suspected is not None

    found = Parallel(n_jobs=2, prefer="threads")(delayed(one)(seed) for seed in range(300))
    mean, wrong = float(np.mean([share for share, _ in found])), sum(suspected for _, suspected in found)
    record_figure("300 fresh releases without a holdout: suspected", wrong, "at most 26")
    record_figure("300 fresh releases without a holdout: mean share nearer", mean, ".495 to .505")
    assert wrong <= 26
    assert 0.495 <= mean <= 0.505


# --- the kind of generator ---------------------------------------------------------------------------------------


def publish(table: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
    """Return the training rows."""
    return table.sample(n_rows, replace=n_rows > len(table), random_state=seed)


def ignore(table: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
    """Return strangers, whoever was trained on."""
    return mixed(n_rows, np.random.default_rng([32, seed]))


def audited(release: pd.DataFrame, train: pd.DataFrame, **options: Any) -> synthaudit.Audit:
    return synthaudit.audit(train, release, profile="quick", jobs=1, **options)


def test_a_generator_that_publishes_its_data_gives_everybody_away() -> None:
    """Fitted on half of train it returns that half: an AUC of 1, whatever the release under audit looks like."""
    train, fresh = three((N, N), np.random.default_rng(4))
    hints = audited(fresh, train, generator=publish).without_holdout
    assert hints is not None
    assert hints.kind is not None
    assert isinstance(hints.kind.auc, Estimate)
    assert hints.kind.auc.value > 0.99
    assert hints.suspected is None


def test_a_generator_that_ignores_its_data_gives_nobody_away() -> None:
    """An AUC of 1/2 within its interval, even where the release under audit is the training table itself."""
    train = mixed(N, np.random.default_rng(5))
    hints = audited(train, train, generator=ignore).without_holdout
    assert hints is not None
    assert hints.kind is not None
    assert isinstance(hints.kind.auc, Estimate)
    assert hints.kind.auc.low < 0.5 < hints.kind.auc.high
    assert abs(hints.kind.auc.value - 0.5) < 0.06


def test_a_generator_that_stops_is_a_gap_and_no_figure() -> None:
    """The coverage says so and quotes nothing."""

    def stops(table: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
        raise ValueError(str(table.iloc[0, 0]))

    train, fresh = three((N, N), np.random.default_rng(6))
    result = audited(fresh, train, generator=stops)
    assert result.without_holdout is not None
    assert result.without_holdout.kind is None
    line = next(c for c in result.coverage if c.test == "kind of generator on halves of train")
    assert line.status == "not_run"
    assert "ValueError" in line.reason
    assert str(train.iloc[0, 0]) not in line.reason


# --- the audit ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "suspected", "detected"),
    [
        (lambda train, fresh: train.sample(frac=1, random_state=0), "near", True),
        (lambda train, fresh: Cart(leaf=1).fit_sample(train, len(train), np.random.default_rng(7)), "near", True),
        (lambda train, fresh: fresh, None, None),
    ],
    ids=["verbatim", "memorising", "fresh"],
)
@pytest.mark.parametrize("policy", ["internal", "partner"])
def test_nothing_passes_without_a_holdout(make: Any, suspected: str | None, detected: bool | None, policy: str) -> None:
    """Train alone: leaks are found, the hint is told no longer, nothing passes, the way to a holdout is named."""
    train, fresh = three((600, 600), np.random.default_rng(8))
    result = audited(make(train, fresh), train, policy=policy)
    assert result.outcome == ("fail" if detected else "inconclusive")
    assert (result.leakage_detected, result.findings) == (detected, ())
    assert result.without_holdout is not None
    assert result.without_holdout.suspected == suspected
    assert "Leakage suspected, not shown" not in " ".join(result.reasons)
    assert all(use.outcome != "pass" for use in result.uses)
    assert "synthaudit split TABLE --out DIR" in " ".join(c.reason for c in result.coverage)
    assert "synthaudit split TABLE --out DIR" in result.to_json()


def test_the_page_tells_hints_as_hints() -> None:
    """The section stands only where there was no holdout, speaks of the kind of generator, and names the command."""
    view = no_holdout.view(NO_HOLDOUT)
    assert view is not None
    hints = " ".join(view.text)
    assert "61" in hints
    assert "leakage is suspected" in hints
    assert "72 of 100" in hints
    assert "not of the release under audit" in hints
    assert "synthaudit split TABLE --out DIR" in hints
    assert 'id="alone"' in render_report(NO_HOLDOUT)
    assert 'id="alone"' not in render_report(PASS)


def test_the_order_of_the_files_and_the_workers_change_nothing() -> None:
    """Shuffled tables and two workers: the same hints to the last bit."""
    train, fresh = three((N, N), np.random.default_rng(9))
    first = audited(fresh, train, generator="marginals").without_holdout
    shuffled = [table.sample(frac=1, random_state=3) for table in (fresh, train)]
    second = synthaudit.audit(shuffled[1], shuffled[0], profile="quick", jobs=2, generator="marginals").without_holdout
    assert first is not None
    assert second is not None
    assert first.nearer == second.nearer
    assert first.kind is not None
    assert second.kind is not None
    assert first.kind.auc == second.kind.auc
