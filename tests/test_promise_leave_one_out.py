"""Where a seal shows that the split was random, nobody is set aside: all the others are the reference of each."""

from dataclasses import dataclass
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
from figures import Record
from tables import mixed, schema_of

from synthaudit.attacker.candidates import Pile, Sampling, make_pile, sampling_of
from synthaudit.attacker.view import attacker
from synthaudit.attacks import QUICK_CLAIMS, QUICK_FAMILY, QUICK_VIEWS
from synthaudit.encoding import canonical_order, fit_cells, fit_space, joined
from synthaudit.pipeline.coverage import cover_reference
from synthaudit.pipeline.suite import names_of, run_attacks
from synthaudit.statistics.roc import auc, tpr_at_fpr
from synthaudit.types import AuditData, Cells, Estimate, SealedSplit

N = 600


def table(n: int, start: int = 0) -> pd.DataFrame:
    """One column, every value once."""
    return pd.DataFrame({"x": np.arange(start, start + n, dtype=float)})


@pytest.mark.parametrize(
    ("design", "by_person", "expected"),
    [(None, False, False), ("fixed", False, True), ("fixed", True, False), ("coins", False, False)],
)
def test_only_a_sealed_draw_of_rows_leaves_one_out(design: str | None, by_person: bool, expected: bool) -> None:
    """Without a seal relatives on both sides must stay visible, and a person's other rows are no reference."""
    entity = np.arange(N) // 2 if by_person else None
    data = AuditData(
        schema=schema_of(table(N)),
        train=table(N),
        holdout=table(N, N),
        synthetic=table(N),
        train_entity=entity,
        holdout_entity=entity,
        sealed=None if design is None else SealedSplit(design=design, commitment="0" * 64),  # type: ignore[arg-type]
    )
    sampling = sampling_of(data, None)
    assert sampling.leave_one_out is expected
    if expected:
        pile = _pile(*(_cells(data, role) for role in ("train", "holdout")), seed=0, sampling=sampling)
        assert (pile.reference, pile.n_aside, len(pile.candidates)) == (None, (0, 0), 2 * N)
        line = cover_reference(data, pile)
        assert (line.status, "drawn at random" in line.reason) == ("ran", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Figures of one attack: AUC and TPR with their intervals."""

    auc: Estimate
    tpr: Estimate


@pytest.mark.statistics
@pytest.mark.parametrize("kind", ["kernel", "copies"])
def test_intervals_cover_and_no_power_is_lost(kind: str, record_figure: Record) -> None:
    """95 % intervals around the mean over 200 splits, each against a reference of equal shares on the same tables."""
    runs = {loo: [_attacked(kind, seed, leave_one_out=loo) for seed in range(1_000, 1_200)] for loo in (False, True)}
    covered, gains = {}, {}
    for name in runs[True][0]:
        mean = fmean(run[name].auc.value for run in runs[True])
        covered[name] = sum(run[name].auc.low <= mean <= run[name].auc.high for run in runs[True])
        gains[name] = mean - fmean(run[name].auc.value for run in runs[False])
    best = {loo: max(fmean(run[name].tpr.value for run in runs[loo]) for name in runs[loo][0]) for loo in (False, True)}
    record_figure(
        f"{kind}: intervals of the AUC that cover, of 200, fewest of all attacks", min(covered.values()), ">= 176"
    )
    record_figure(f"{kind}: intervals of the AUC that cover, mean share", fmean(covered.values()) / 200, ">= .94")
    record_figure(
        f"{kind}: TPR of the best attack, all others against equal shares",
        [round(best[k], 3) for k in (True, False)],
        "not less by .005",
    )
    assert min(covered.values()) >= 176
    assert fmean(covered.values()) >= 188
    assert best[True] >= best[False] - 0.005


def _attacked(kind: str, seed: int, *, leave_one_out: bool) -> dict[str, Measured]:
    rng = np.random.default_rng([seed, len(kind)])
    train, holdout = mixed(N, rng), mixed(N, rng)
    release = _release(kind, train, rng)
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [release])
    synthetic = encoder.encode(release)
    synthetic = synthetic.take(canonical_order(synthetic))
    pile = _pile(
        encoder.encode(train), encoder.encode(holdout), seed=seed, sampling=Sampling(leave_one_out=leave_one_out)
    )
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    attacking = attacker(
        schema,
        fit_space(schema, real, synthetic),
        pile.candidates,
        pile.reference,
        views=QUICK_VIEWS,
        competing=QUICK_CLAIMS,
    )
    scored = run_attacks(QUICK_FAMILY, attacking.look_at(synthetic), pile.candidates, rng, lambda *_: None)
    order = rng.permutation(len(pile.is_member))
    figures = {}
    for name, score in zip(names_of(scored.attacks, pile.suffixes), scored.rows, strict=True):
        area, rate = auc(score, pile.is_member), tpr_at_fpr(score, pile.is_member, 0.01, order=order)
        assert isinstance(area, Estimate)
        assert isinstance(rate, Estimate)
        figures[name] = Measured(auc=area, tpr=rate)
    return figures


def _release(kind: str, train: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Members' rows moved by a third of a standard deviation, or 8 % copies among fresh rows."""
    if kind == "copies":
        release, n = mixed(N, rng), round(0.08 * N)
        release.iloc[:n] = train.iloc[rng.permutation(N)[:n]].to_numpy()
        return release
    release = train.iloc[rng.integers(N, size=N)].reset_index(drop=True)
    for name in release.select_dtypes("number"):
        release[name] += 0.35 * train[name].std() * rng.normal(size=N)
    return release


def _cells(data: AuditData, role: str) -> Cells:
    encoder = fit_cells(data.schema, [data.train, data.holdout], [data.synthetic])  # type: ignore[list-item]
    return encoder.encode(getattr(data, role))


def _pile(train: Cells, holdout: Cells, *, seed: int, sampling: Sampling) -> Pile:
    return make_pile(
        train,
        holdout,
        None,
        train_entity=None,
        holdout_entity=None,
        rng=np.random.default_rng(seed),
        sampling=sampling,
    )
