"""Tables in which members and non-members are related: no unrelated release is accused, and no leak passes."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from figures import Record

import synthaudit
from synthaudit.generators.kde import Kde

N = 700


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Five numbers with a common factor, and two categories."""
    numbers = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 5))
    table = pd.DataFrame(numbers, columns=[f"x{i}" for i in range(5)])
    levels = [f"level {k}" for k in rng.zipf(1.8, n).clip(max=20)]
    return table.assign(a=rng.choice(list("abcd"), n), b=levels)


def relatives(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Of one law with the table: every number .3 standard deviations away, every category the same."""
    numbers = table.filter(like="x")
    moved = np.sqrt(1 - 0.3**2) * numbers.to_numpy() + 0.3 * rng.normal(size=numbers.shape)
    return table.assign(**dict(zip(numbers.columns, moved.T, strict=True)))


def curve(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A table sorted by its first column, which says the others."""
    place = np.sort(rng.normal(size=n))
    others = np.stack([np.sin(3 * place), place**2], axis=1) + 0.01 * rng.normal(size=(n, 2))
    return pd.DataFrame({"place": place, "sine": others[:, 0], "square": others[:, 1]})


def real(kind: str, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and a release that knows neither."""
    if kind == "every second row":
        rows = curve(2 * N, rng)
        return rows[::2].reset_index(drop=True), rows[1::2].reset_index(drop=True), curve(N, rng)
    train = people(N, rng)
    return train, relatives(train, rng) if kind == "relatives" else people(N, rng), people(N, rng)


def audited(kind: str, seed: int, *, leaky: bool = False) -> synthaudit.Audit:
    rng = np.random.default_rng([seed, 93])
    train, holdout, release = real(kind, rng)
    release = Kde(bandwidth=0.2).fit_sample(train, N, rng) if leaky else release
    return synthaudit.audit(train, release, holdout, profile="quick", policy="internal", jobs=1, seed=seed)


@pytest.mark.parametrize("leaky", [False, True])
def test_relatives_make_figures_void(leaky: bool) -> None:
    """Inconclusive, nothing denied, and the reasons say why; a leak that train alone gives away is detected."""
    report = audited("relatives", 0, leaky=leaky)
    assert report.controls is not None
    assert report.controls.stand_in is not None
    assert (report.outcome, report.leakage_detected, report.controls.stand_in.status) == (
        "inconclusive",
        True if leaky else None,
        "failed",
    )
    assert report.reasons[0].startswith("Members and non-members differ")
    assert any(reason.startswith("The stand-in control failed: Members and non-members,") for reason in report.reasons)
    gates = {gate.name: gate.outcome for gate in report.uses[0].gates}
    assert (gates["auc"], gates["tpr_at_fpr"]) == ("inconclusive", "inconclusive")


@pytest.mark.statistics
@pytest.mark.parametrize(
    ("kind", "detected", "voided"), [("relatives", 0, 20), ("every second row", 2, 0), ("random", 3, 0)]
)
def test_unrelated_releases_are_not_accused(kind: str, detected: int, voided: int, record_figure: Record) -> None:
    """20 seeds of each: no fail, few detected, and all tables of relatives have their figures voided."""
    reports = [audited(kind, seed) for seed in range(20)]
    outcomes = Counter(report.outcome for report in reports)
    alarms = sum(report.leakage_detected is True for report in reports)
    failed = sum(report.controls.stand_in.status == "failed" for report in reports)  # type: ignore[union-attr]
    record_figure(f"20 unrelated releases, {kind}: fail", outcomes["fail"], "0")
    record_figure(f"20 unrelated releases, {kind}: leakage detected", alarms, f"at most {detected}")
    record_figure(f"20 unrelated releases, {kind}: stand-in control failed", failed, f"at least {voided}")
    assert outcomes["fail"] == 0
    assert alarms <= detected
    assert failed >= voided
    if kind == "random":
        assert failed <= 1
