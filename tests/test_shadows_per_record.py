"""The per-record attack end to end against generators whose leak is known."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting_generator import Counting, n_fits
from figures import Record
from scipy.special import comb
from scipy.stats import binom, hypergeom, norm
from tables import mixed, schema_of

from synthaudit.adapters.policy import policies
from synthaudit.attacker.candidates import Pile, make_pile
from synthaudit.attacker.view import Attacker, attacker
from synthaudit.encoding import CellEncoder, fit_cells, fit_space, joined
from synthaudit.runtime.store import Store
from synthaudit.settings import Settings
from synthaudit.shadows.per_record import draw_worlds, per_record
from synthaudit.shadows.target import Target
from synthaudit.types import AuditData, Coverage, Estimate, Generator, IntArray, PerRecord, PerRecordAttack


@dataclass(frozen=True)
class Publish:
    """Releases the training data."""

    name: str = "publish"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        return table.take(rng.permutation(len(table))[np.arange(n_rows) % len(table)]).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Constant:
    """Releases the same table whatever it is fitted on."""

    table: pd.DataFrame
    name: str = "constant"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        return self.table.iloc[:n_rows].reset_index(drop=True)


@dataclass(frozen=True)
class Mean:
    """Releases nothing but the mean of x."""

    name: str = "mean"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        return pd.DataFrame({"x": np.full(n_rows, float(table["x"].mean())), "c": np.full(n_rows, "a", dtype=object)})


@dataclass(frozen=True)
class Fails:
    """Publishes some of the time."""

    share: float
    name: str = "fails"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        if rng.random() < self.share:
            raise ZeroDivisionError(str(table.iloc[0, 0]))
        return Publish().fit_sample(table, n_rows, rng)


def prepared(
    train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, entity: tuple[IntArray, IntArray] | None = None
) -> tuple[AuditData, Pile, Attacker, CellEncoder]:
    """What the pipeline hands to the per-record attack."""
    schema = schema_of(train)
    of_train, of_holdout = entity or (None, None)
    data = AuditData(
        schema=schema,
        train=train,
        holdout=holdout,
        synthetic=synthetic,
        train_entity=of_train,
        holdout_entity=of_holdout,
    )
    encoder = fit_cells(schema, [train, holdout], [synthetic])
    pile = make_pile(
        encoder.encode(train),
        encoder.encode(holdout),
        None,
        train_entity=of_train,
        holdout_entity=of_holdout,
        rng=np.random.default_rng(0),
    )
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    space = fit_space(schema, real, encoder.encode(synthetic))
    return data, pile, attacker(schema, space, pile.candidates, pile.reference), encoder


def target(prepared: tuple[AuditData, Pile, Attacker, CellEncoder], settings: Settings) -> Target:
    data, pile, attacking, encoder = prepared
    return Target(
        data=data, pile=pile, attacking=attacking, encoder=encoder, settings=settings, progress=lambda *_: None
    )


def attack(prepared: tuple[AuditData, Pile, Attacker, CellEncoder], generator: Generator, **how: Any) -> PerRecord:
    """The attack with few worlds and records."""
    jobs, seed = how.pop("jobs", 1), how.pop("seed", 0)
    store = how.pop("store", None)
    settings = Settings(policy=policies()[0], built_in=policies(), generator=generator, jobs=jobs, store=store)
    sizes = {"n_records": 4, "n_worlds": 32, **how}
    found = per_record(target(prepared, settings), np.random.default_rng(seed), **sizes)
    assert isinstance(found, PerRecord)
    return found


def value(estimate: object) -> float:
    assert isinstance(estimate, Estimate)
    return estimate.value


def by_name(found: PerRecord) -> dict[str, PerRecordAttack]:
    return {a.name: a for a in found.attacks}


def test_worlds_are_fair_coins_of_the_size_of_train() -> None:
    """Every target is in half of every quarter, worlds have n1 units, and no two targets go together."""
    targets = np.array([3, 50, 7, 99])
    included = draw_worlds(100, 30, targets, 400, np.random.default_rng(0))
    assert (included.sum(axis=1) == 30).all()
    for quarter in np.split(included, 4):
        assert (quarter[:, targets].sum(axis=0) == 50).all()
    together = np.corrcoef(included[:, targets].T.astype(float))[np.triu_indices(4, k=1)]
    assert np.abs(together).max() < 4 / 400**0.5
    others = np.delete(included, targets, axis=1).mean()
    assert others == pytest.approx((30 - 2) / 96)


def test_publishing_the_data_is_found_with_certainty() -> None:
    """Counts of matching rows: AUC 1 for every record, every guess right, and the smallest p-value there is."""
    rng = np.random.default_rng(1)
    train, holdout = mixed(40, rng), mixed(50, rng)
    found = attack(prepared(train, holdout, train), Publish(), n_records=5)
    counts = by_name(found)["query_based"]
    assert value(counts.auc) == value(counts.auc_most_exposed) == 1.0
    assert counts.n_right == counts.n_guessed == found.n_records == 5
    smallest = [hypergeom.pmf(t, 90, 40, 5) / comb(5, t) for t in range(6)]
    assert np.isclose(smallest, counts.pvalue, rtol=1e-9, atol=0.0).any()
    assert found.pvalue <= 2 * counts.pvalue


def test_a_constant_release_says_nothing() -> None:
    """AUC exactly .5, no guess, p = 1."""
    rng = np.random.default_rng(2)
    train, holdout, release = mixed(40, rng), mixed(40, rng), mixed(40, rng)
    found = attack(prepared(train, holdout, release), Constant(release))
    for one in found.attacks:
        assert (value(one.auc), value(one.auc_most_exposed)) == (0.5, 0.5)
        assert (one.n_right, one.n_guessed) == (0, 0)
        assert one.pvalue == pytest.approx(1.0)


def test_the_mean_gives_an_outlier_away_as_often_as_theory_says() -> None:
    """Mean of n of N people released: AUC = Phi(delta / n / sqrt(V_in + V_out)), sampling without replacement."""
    rng = np.random.default_rng(3)
    n = 20
    pool = pd.DataFrame({"x": np.r_[5.0, rng.normal(size=2 * n - 1)], "c": np.array(["b"] + ["a"] * (2 * n - 1))})
    pool["c"] = pool["c"].astype(object)  # the rare level makes the outlier the most isolated
    train, holdout = (part.reset_index(drop=True) for part in (pool[:n], pool[n:]))
    found = attack(prepared(train, holdout, Mean().fit_sample(train, n, rng)), Mean(), n_records=1, n_worlds=600)
    others = pool["x"].to_numpy()[1:]
    spread = others.var(ddof=1) / n**2
    v_in = (n - 1) * spread * (1 - (n - 1) / (2 * n - 1))
    v_out = n * spread * (1 - n / (2 * n - 1))
    theory = float(norm.cdf((5.0 - others.mean()) / n / (v_in + v_out) ** 0.5))
    measured = value(by_name(found)["groundhog"].auc)
    assert 0.75 < theory < 0.95
    assert measured == pytest.approx(theory, abs=0.1 * (theory - 0.5) + 0.03)


def test_the_number_of_workers_changes_nothing() -> None:
    """One or two workers: the same report but for the seconds."""
    rng = np.random.default_rng(4)
    train, holdout = mixed(30, rng), mixed(30, rng)
    ready = prepared(train, holdout, train)
    one, two = (attack(ready, Fails(0.1), jobs=jobs, n_records=2) for jobs in (1, 2))
    assert one.attacks == two.attacks
    assert (one.finished, one.failures) == (two.finished, two.failures)
    assert one.finished < one.requested


def canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Text as objects, as an audit hands it on; pandas 3 would guess a type of its own."""
    return table.astype({name: object for name in table if table[name].dtype.kind != "f"})


def test_finished_worlds_are_kept(tmp_path: Path) -> None:
    """A second run makes none again and finds the same; another release looks through another lens and makes all."""
    rng = np.random.default_rng(4)
    train, holdout, release, other = (canonical(mixed(40, rng)) for _ in range(4))
    store, counts = Store(folder=tmp_path / "store"), tmp_path / "counts"
    counts.mkdir()
    made = []
    for synthetic in (release, release, other):
        found = attack(prepared(train, holdout, synthetic), Counting(str(counts)), store=store)
        made.append((n_fits(counts), replace(found, seconds=0.0)))
    without = attack(prepared(train, holdout, release), Counting(str(counts)))
    assert [n for n, _ in made] == [32, 32, 64]
    assert made[0][1] == made[1][1] == replace(without, seconds=0.0)


def test_people_are_in_or_out_with_all_their_rows() -> None:
    """Three rows each: people are counted, publishing gives them away, and every world holds whole people."""
    rng = np.random.default_rng(5)
    train, holdout = mixed(60, rng), mixed(75, rng)
    entity = (np.repeat(np.arange(20), 3), np.repeat(np.arange(20, 45), 3))
    ready = prepared(train, holdout, train, entity)
    seen: list[int] = []

    class Watch(Publish):
        def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
            seen.append(len(table))
            return super().fit_sample(table, n_rows, rng)

    found = attack(ready, Watch())
    assert set(seen) == {60}
    counts = by_name(found)["query_based"]
    assert value(counts.auc) == 1.0
    assert counts.n_right == found.n_records == 4


def test_failures_cost_worlds_not_the_audit_and_quote_no_cell() -> None:
    """A generator that never works: a line of coverage with the kind of the failure, no message of it."""
    rng = np.random.default_rng(6)
    train, holdout = mixed(30, rng), mixed(30, rng)
    ready = prepared(train, holdout, train)
    settings = Settings(policy=policies()[0], built_in=policies(), generator=Fails(1.0))
    found = per_record(target(ready, settings), np.random.default_rng(0), n_records=2, n_worlds=16)
    assert isinstance(found, Coverage)
    assert (found.status, found.blocks_pass) == ("not_run", True)
    assert found.reason.endswith("the generator fails stopped with ZeroDivisionError")


@pytest.mark.statistics
def test_a_release_that_knows_nothing_gives_no_small_pvalues(record_figure: Record) -> None:
    """Releases drawn from the population, attacked with the right family: p <= .05 as rarely as chance allows."""
    seeds = 100
    small = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        train, holdout, release = mixed(40, rng), mixed(40, rng), mixed(40, rng)
        found = attack(prepared(train, holdout, release), Publish(), n_records=8, n_worlds=24, seed=seed)
        small += found.pvalue <= 0.05
    most = int(binom.isf(0.001, seeds, 0.05))
    record_figure("per-record p <= .05 in 100 leak-free releases", small, f"<= {most}")
    assert small <= most
