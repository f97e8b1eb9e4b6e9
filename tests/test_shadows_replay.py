"""Known-seed replay against a generator whose noise is known, and against releases that know nothing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from figures import Record
from scipy.stats import binom, kstest, norm
from sklearn.metrics import roc_auc_score
from tables import mixed, schema_of

from synthaudit.adapters.policy import policies
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks.replay import Replay, aligned_products, replay_scores, traits
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.generators.cart import Cart
from synthaudit.settings import Settings
from synthaudit.shadows.replay import Replaying, run_replay
from synthaudit.shadows.target import Target
from synthaudit.statistics.family_test import family_decision
from synthaudit.types import AuditData, BoolArray, FloatArray, Generator, IntArray, Points


@dataclass(frozen=True)
class Seeded:
    """Mean plus Cholesky factor of the covariance times noise that is always the same."""

    seed: int = 42
    name: str = "seeded"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        x = table.to_numpy(float)
        root = np.linalg.cholesky(np.cov(x.T))
        noise = np.random.default_rng(self.seed).normal(size=(n_rows, x.shape[1]))
        return pd.DataFrame(x.mean(axis=0) + noise @ root.T, columns=table.columns)


def gaussian(n: int, d: int, rng: np.random.Generator) -> pd.DataFrame:
    root = np.linalg.cholesky(np.full((d, d), 0.5) + 0.5 * np.eye(d))
    return pd.DataFrame(rng.normal(size=(n, d)) @ root.T, columns=[f"x{i}" for i in range(d)])


def replayed(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    synthetic: pd.DataFrame,
    generator: Generator,
    *,
    n_replays: int = 48,
    jobs: int = 1,
    entity: tuple[IntArray, IntArray] | None = None,
) -> tuple[Replaying, FloatArray, BoolArray]:
    """The replays, the score of every unit by the linkage that needs no labels, and the truth by unit."""
    schema = schema_of(train)
    of_train, of_holdout = entity or (None, None)
    data = AuditData(schema=schema, train=train, holdout=holdout, synthetic=synthetic)
    encoder = fit_cells(schema, [train, holdout], [synthetic])
    pile = make_pile(
        encoder.encode(train),
        encoder.encode(holdout),
        None,
        train_entity=of_train,
        holdout_entity=of_holdout,
        rng=np.random.default_rng(0),
    )
    release = encoder.encode(synthetic)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    attacking = attacker(schema, fit_space(schema, real, release), pile.candidates, pile.reference)
    settings = Settings(policy=policies()[0], built_in=policies(), jobs=jobs)
    found = run_replay(
        Target(data=data, pile=pile, attacking=attacking, encoder=encoder, settings=settings, progress=lambda *_: None),
        generator,
        np.random.default_rng(1),
        n_replays=n_replays,
    )
    sums = attacking.look_at(release, found.scores).agreement["surprisal"]
    return found, sums.synthetic - sums.reference, pile.is_member


def auc_of(found: Replaying, is_member: BoolArray) -> float:
    return float(roc_auc_score(is_member, found.scores["replay"].target))


def test_the_noise_of_a_known_seed_cancels() -> None:
    """27 totals of 60 people: at least 90 % of the advantage of exact totals; linkage sees next to nothing."""
    theory = norm.cdf((27 / 60) ** 0.5)  # methods: mean released, centred on the pool, n0 = n1
    aucs, blind = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        train, holdout = gaussian(60, 6, rng), gaussian(60, 6, rng)
        found, linkage, is_member = replayed(train, holdout, Seeded().fit_sample(train, 60, rng), Seeded())
        aucs.append(auc_of(found, is_member))
        blind.append(roc_auc_score(is_member, linkage))
    assert np.mean(aucs) >= 0.5 + 0.9 * (theory - 0.5)
    assert np.mean(aucs) > np.mean(blind) + 0.1


def test_another_seed_leaves_nothing_to_cancel() -> None:
    """The same leak drawn with a seed that the attacker does not know: chance."""
    aucs = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        train, holdout = gaussian(60, 6, rng), gaussian(60, 6, rng)
        release = Seeded(7).fit_sample(train, 60, rng)
        found, _, is_member = replayed(train, holdout, release, Seeded(), n_replays=16)
        aucs.append(auc_of(found, is_member))
    assert abs(np.mean(aucs) - 0.5) < 3 * np.std(aucs) / 8**0.5


def test_a_generator_that_draws_anew_has_nothing_to_replay() -> None:
    """Sequential trees with a stream of their own per call: not applicable, and no score."""
    rng = np.random.default_rng(2)
    train, holdout = mixed(60, rng), mixed(60, rng)
    found, _, _ = replayed(train, holdout, Cart().fit_sample(train, 60, rng), Cart())
    assert found.coverage.status == "not_applicable"
    assert not found.scores


def test_a_generator_that_fails_costs_the_replay_only() -> None:
    """A line of coverage that names the kind of the failure and no message."""

    class Fails(Seeded):
        def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
            raise ZeroDivisionError(str(table.iloc[0, 0]))

    rng = np.random.default_rng(3)
    table = gaussian(30, 2, rng)
    found, _, _ = replayed(table, gaussian(30, 2, rng), table, Fails())
    assert (found.coverage.status, found.coverage.blocks_pass) == ("not_run", True)
    assert found.coverage.reason == "the generator seeded stopped with ZeroDivisionError"


def test_people_and_workers() -> None:
    """Rows of one person are in or out together, and the number of workers changes no bit."""
    rng = np.random.default_rng(4)
    train, holdout = gaussian(60, 3, rng), gaussian(60, 3, rng)
    entity = (np.repeat(np.arange(20), 3), np.repeat(np.arange(20, 40), 3))
    release = Seeded().fit_sample(train, 60, rng)
    one, _, _ = replayed(train, holdout, release, Seeded(), n_replays=12, entity=entity)
    two, _, _ = replayed(train, holdout, release, Seeded(), n_replays=12, entity=entity, jobs=2)
    np.testing.assert_array_equal(one.scores["replay"].target, two.scores["replay"].target)
    included = one.scores["replay"].included
    assert (included.sum(axis=1) == 60).all()
    # Sets of 20 whole people: the three rows of each are in the same sets.
    _, count = np.unique(included, axis=1, return_counts=True)
    assert (count % 3 == 0).all()


def test_row_products_are_those_of_one_hot_cells() -> None:
    """Squared distance from the products = squared differences of numbers plus mismatches, per row."""
    rng = np.random.default_rng(5)
    tables = [Points(numeric=rng.random((40, 3)), codes=rng.integers(3, size=(40, 2)).astype(np.int32)) for _ in "abc"]
    products = aligned_products(tables)
    for i, one in enumerate(tables):
        for j, other in enumerate(tables):
            square = ((one.numeric - other.numeric) ** 2).sum() + (one.codes != other.codes).sum()
            assert products[i, i] + products[j, j] - 2 * products[i, j] == pytest.approx(square / 40, abs=1e-12)


def test_the_release_is_taken_apart_exactly_where_it_is_linear() -> None:
    """A release that is the sum of its people's vectors, more replays than dimensions: the truth projected on them."""
    rng = np.random.default_rng(6)
    n, q, k = 200, 10, 60
    columns = rng.normal(size=(n, q))
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    sets = np.array([rng.permutation(n) < n // 2 for _ in range(k + 1)])
    releases = sets @ columns @ rng.normal(size=(q, 30))
    found = replay_scores(releases @ releases.T, sets[:-1], columns)
    exact = columns @ np.linalg.lstsq(columns, sets[-1] - 0.5, rcond=None)[0]
    assert np.corrcoef(found.target, exact)[0, 1] > 0.98
    assert found.shadow.shape == (k, n)


def test_replays_that_are_all_alike_give_no_score() -> None:
    """A constant generator: 0 for everybody."""
    rng = np.random.default_rng(7)
    sets = np.array([rng.permutation(30) < 15 for _ in range(12)])
    found = replay_scores(np.ones((13, 13)), sets, rng.normal(size=(30, 2)))
    np.testing.assert_array_equal(found.target, 0.0)


@pytest.mark.parametrize("columns", [["x0"], ["c0"], ["x0", "x1", "x2", "c0", "c1"]])
def test_traits_are_standardised_whatever_the_table(columns: list[str]) -> None:
    """One number, one category, both with gaps and extremes: finite, mean 0, variance 1, no constant column."""
    table = mixed(50, np.random.default_rng(8))[columns]
    table.iloc[:10, 0] = np.nan if columns[0] == "x0" else None
    table.iloc[11, 0] = 1e300 if columns[0] == "x0" else "once"
    schema = schema_of(table)
    cells = fit_cells(schema, [table], [table]).encode(table)
    space = fit_space(schema, cells, cells)
    found = traits(cells, space.points(cells), space.numbers)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(found.std(axis=0), 1.0)
    assert found.shape[1] > 0


def test_the_attack_hands_over_the_score_of_the_release() -> None:
    """``Replay`` reads the view ``replay`` and says that it needs the family."""
    assert (Replay().name, Replay().view, Replay().threat_model) == ("replay", "replay", "shadow")


@pytest.mark.statistics
def test_pvalues_are_uniform_where_the_release_knows_nothing(record_figure: Record) -> None:
    """Releases made of other people with the very seed, 200 splits: uniform p-values, as few small ones as chance."""
    pvalues = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        train, holdout, others = (gaussian(50, 4, rng) for _ in range(3))
        found, _, is_member = replayed(train, holdout, Seeded().fit_sample(others, 50, rng), Seeded(), n_replays=16)
        score = found.scores["replay"].target[None]
        test = family_decision(score, ["replay/replay"], is_member, rng=rng, n_permutations=999)
        pvalues.append(float(test.pvalue[0]))
    small, most = int(np.sum(np.array(pvalues) <= 0.05)), int(binom.isf(0.001, 200, 0.05))
    record_figure("replay p <= .05 of 200 leak-free releases", small, f"<= {most}")
    assert small <= most
    assert kstest(pvalues, "uniform").pvalue > 0.001
