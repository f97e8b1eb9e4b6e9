"""Combinations of exact values: the formula, its limiting cases, and the law of resampled columns."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from scipy.stats import binom, mannwhitneyu, norm
from sklearn.metrics import roc_auc_score
from tables import mixed, three

from synthaudit.attacks import cell_likelihood
from synthaudit.attacks.cell_likelihood import CellLikelihood
from synthaudit.types import AttackerView, BoolArray, Cells, FloatArray


def scores_of(order: int, candidates: Cells, view: AttackerView, seed: int = 0) -> FloatArray:
    return CellLikelihood(order).score(candidates, view, np.random.default_rng(seed))


def with_gaps(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rounded numbers and categories, of which a fifth of two columns is missing."""
    table = mixed(n, rng, numbers=2, categories=3)
    table[["x0", "x1"]] = np.floor(table[["x0", "x1"]])
    return table.mask(pd.DataFrame({c: rng.random(n) < 0.2 * (c in ("x0", "c1")) for c in table.columns}))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("with_reference", [True, False])
def test_it_is_the_formula(order: int, with_reference: bool) -> None:
    """Subset by subset in plain Python: missing is a value like any other, nobody counts for themselves, and the
    population is everybody else, reference and candidates together."""
    candidates, s, r = (with_gaps(n, np.random.default_rng([0, n])) for n in (60, 40, 50))
    x, view = cells_view(candidates, s, r if with_reference else None)
    people = pd.concat([candidates, r], ignore_index=True) if with_reference else candidates
    real, release = ([tuple(row) for row in t.astype(str).to_numpy()] for t in (people, s))
    n, m, others = len(candidates), len(s), len(real) - 1
    expected = np.zeros(n)
    for columns in combinations(range(5), order):
        cells = [tuple(row[c] for c in columns) for row in real]
        made = [tuple(row[c] for c in columns) for row in release]
        for i in range(n):
            mu = m * (cells.count(cells[i]) - 1 + 0.3) / (others + 1)
            one = m / (n / 2)
            expected[i] += made.count(cells[i]) * np.log(1 + one / mu) - one
    np.testing.assert_allclose(scores_of(order, x, view), expected, rtol=1e-10)


def test_values_that_no_fitted_table_holds_count_for_nobody() -> None:
    """A release of unseen values repeats nobody's: each subset of two takes m / (N / 2) and gives nothing."""
    x, view = cells_view(*three((40, 30, 20), np.random.default_rng(1), numbers=2, categories=2))
    unseen = Cells(codes=np.full((30, 4), -1, dtype=np.int32), values=np.full((30, 4), np.nan))
    shadow = AttackerView(schema=view.schema, synthetic=unseen, reference=view.reference, reference_is_candidates=False)
    np.testing.assert_allclose(scores_of(2, x, shadow), -6 * 30 / 20)


def test_more_columns_than_there_are_give_nothing() -> None:
    """Three columns have no subset of four: 0 for everybody."""
    x, view = cells_view(*three((40, 30, 20), np.random.default_rng(2), numbers=1, categories=2))
    assert not scores_of(4, x, view).any()
    assert scores_of(3, x, view).any()


def test_many_subsets_are_drawn_and_few_are_not() -> None:
    """Of 286 subsets of 13 columns 250 different ones are read, the same for the same stream; of 120 all are."""
    rng = np.random.default_rng(3)
    tables = three((40, 40, 20), rng, numbers=0, categories=13)
    x, view = cells_view(*tables)
    np.testing.assert_array_equal(scores_of(3, x, view, 1), scores_of(3, x, view, 1))
    assert (scores_of(3, x, view, 1) != scores_of(3, x, view, 2)).any()
    # Nobody's values are repeated: what is left is one term for each subset that is read.
    strangers = tables[1].map(lambda level: f"not {level}")
    np.testing.assert_allclose(scores_of(3, *cells_view(tables[0], strangers, tables[2])), -250 * 40 / 20)
    few = cells_view(*(table.iloc[:, :10] for table in tables))
    np.testing.assert_array_equal(scores_of(3, *few, 1), scores_of(3, *few, 2))


def test_rows_may_stand_in_any_order() -> None:
    """Permuting S or R changes no bit; permuting the candidates permutes their scores."""
    rng = np.random.default_rng(4)
    x, view = cells_view(*three((100, 90, 80), rng))
    order = rng.permutation(100)
    shuffled = AttackerView(
        schema=view.schema,
        synthetic=view.synthetic.take(rng.permutation(90)),
        reference=view.reference.take(rng.permutation(80)),
        reference_is_candidates=False,
    )
    scores = scores_of(2, x, view)
    np.testing.assert_array_equal(scores, scores_of(2, x, shuffled))
    np.testing.assert_array_equal(scores[order], scores_of(2, x.take(order), view))


def binary(rows: BoolArray) -> pd.DataFrame:
    return pd.DataFrame(rows.astype(float), columns=[f"b{i}" for i in range(rows.shape[1])])


@pytest.mark.parametrize(("with_reference", "spread"), [(True, 10 / 3), (False, 3)])
def test_independent_marginals_reach_the_law_of_released_means(with_reference: bool, spread: float) -> None:
    """n rows drawn from the column means of n members, a pool of n members, n strangers and a reference of n.

    The direction is the release less everybody known. With p the mean of the pool its variance is 3/2n and members
    and strangers lie 1/n apart, a column: AUC = Phi(sqrt(d/n) / sqrt 3). A reference of n beside it gives 5/3n:
    Phi(sqrt(d/n) / sqrt(10/3)). The mean over 16 seeds meets it within three standard errors, at n = 100, d = 200.
    """
    n, d = 100, 200
    aucs = []
    for seed in range(16):
        rng = np.random.default_rng([5, seed])
        chance = rng.uniform(0.2, 0.8, size=d)
        members, strangers, reference = (rng.random((n, d)) < chance for _ in range(3))
        release = rng.random((n, d)) < members.mean(axis=0)
        tables = [binary(table) for table in (np.concatenate([members, strangers]), release, reference)]
        scores = scores_of(1, *cells_view(tables[0], tables[1], tables[2] if with_reference else None))
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    error = np.std(aucs, ddof=1) / np.sqrt(len(aucs))
    assert error < 0.01
    assert abs(np.mean(aucs) - norm.cdf(np.sqrt(d / n / spread))) < 3 * error


def test_combinations_see_what_single_values_do_not() -> None:
    """Rows of six skewed categories resampled whole: each member is in with f = 1 - (1 - 1/n)^n, so f + (1 - f)/2 is
    perfect. Four columns come within .03 of it, one column stays .1 below."""
    n = 300
    f = 1 - (1 - 1 / n) ** n
    aucs: dict[int, list[float]] = {1: [], 4: []}
    for seed in range(6):
        rng = np.random.default_rng([6, seed])
        members, strangers, reference = (mixed(n, rng, numbers=0, categories=6) for _ in range(3))
        release = members.iloc[rng.integers(n, size=n)].reset_index(drop=True)
        x, view = cells_view(pd.concat([members, strangers], ignore_index=True), release, reference)
        for order, found in aucs.items():
            found.append(float(roc_auc_score(np.arange(2 * n) < n, scores_of(order, x, view))))
    assert abs(np.mean(aucs[4]) - (f + (1 - f) / 2)) < 0.03
    assert np.mean(aucs[1]) < f + (1 - f) / 2 - 0.1


@pytest.mark.parametrize("order", [1, 4])
@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_of_strangers_gives_chance(order: int, with_reference: bool) -> None:
    """S independent of the split: no more alarms at .05 in 30 releases than 99.9 % of fair tests would raise."""
    alarms = 0
    for seed in range(30):
        candidates, s, r = three((200, 80, 70), np.random.default_rng([7, seed]), numbers=2, categories=3)
        scores = scores_of(order, *cells_view(candidates.round(1), s.round(1), r.round(1) if with_reference else None))
        alarms += int(mannwhitneyu(scores[:100], scores[100:]).pvalue < 0.05)
    assert alarms <= binom.ppf(0.999, 30, 0.05)


@pytest.mark.parametrize("bits", [7, 9])
def test_combinations_beyond_64_bits_are_numbered_on_the_way(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever numbers would grow too large, they are begun anew: the same scores to the last bit."""
    x, view = cells_view(*(with_gaps(n, np.random.default_rng([3, n])) for n in (60, 40, 50)))
    whole = scores_of(4, x, view)
    monkeypatch.setattr(cell_likelihood, "_LARGEST_KEY", 1 << bits)
    monkeypatch.setattr(cell_likelihood, "_DENSE", 1)
    assert scores_of(4, x, view).tolist() == whole.tolist()
