"""The local likelihood ratio in closed form."""

import numpy as np
import pandas as pd
import pytest
from attack_cases import Case, case, false_alarms, normals, odd_tables, planted_auc, strangers
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import binom, spearmanr

from synthaudit.attacks.gen_lra import GenLra
from synthaudit.types import Points


def distances(a: Points, b: Points) -> np.ndarray:
    unequal = (a.codes[:, None, :] != b.codes[None, :, :]).sum(axis=2)
    return np.asarray(cdist(a.numeric, b.numeric, "cityblock") + unequal)


def spacing(points: Points) -> float:
    between = distances(points, points)
    np.fill_diagonal(between, np.inf)
    return float(np.median(between.min(axis=1)))


def tables_of(one: Case) -> tuple[Points, Points, Points]:
    points = one.view.points
    return points["candidates"], points["synthetic"], points["reference"]


def stacked(table: Points, row: Points) -> Points:
    return Points(numeric=np.concatenate([table.numeric, row.numeric]), codes=np.concatenate([table.codes, row.codes]))


def refitted(one: Case, k: int, bandwidth: float, shrinkage: float) -> list[float]:
    """Gen-LRA as defined: the density of R with x is fitted anew for each candidate x, its bandwidth shrunk for the
    one row more, and the log-likelihood of the k synthetic rows nearest to x is taken under both."""
    x, s, r = tables_of(one)
    h = bandwidth * spacing(r)

    def log_likelihood(at: Points, table: Points, h: float) -> float:
        normaliser = np.log(len(table)) + at.numeric.shape[1] * np.log(2 * h)
        return float((logsumexp(-distances(at, table) / h, axis=1) - normaliser).sum())

    gains = []
    for i, away in enumerate(distances(x, s)):
        near = s.take(np.argsort(away.round(9), kind="stable")[:k])
        with_x = stacked(r, x.take(np.array([i])))
        gains.append(log_likelihood(near, with_x, shrinkage * h) - log_likelihood(near, r, h))
    return gains


def test_closed_form_is_the_refitted_density() -> None:
    """With Scott's shrinkage of the bandwidth, n^(-1/(d + 4)), rank correlation above .98."""
    one, k, n = strangers(0, m=150, n_reference=100), 50, 100
    d = 9
    expected = refitted(one, k, 0.5, (n / (n + 1)) ** (1 / (d + 4)))
    assert spearmanr(one.scores(GenLra(k=k)), expected).statistic > 0.98


def test_closed_form_is_exact_where_the_bandwidth_stays() -> None:
    """With one bandwidth for both densities the two differ by k log(n_R / (n_R + 1)) and nothing else."""
    one, k, n = strangers(1, m=150, n_reference=100), 150, 100
    expected = np.array(refitted(one, k, 2.0, 1.0)) + k * np.log((n + 1) / n)
    np.testing.assert_allclose(one.scores(GenLra(k=k, bandwidth=2.0)), expected, rtol=1e-9)


def test_candidates_as_reference_leave_themselves_out() -> None:
    """Without a reference, each candidate is added to a density of all others."""
    rng = np.random.default_rng(2)
    candidates, synthetic = (pd.DataFrame(rng.normal(size=(n, 2)), columns=["a", "b"]) for n in (60, 80))
    one = case(candidates, synthetic, None)
    x, s, _ = tables_of(one)
    h = spacing(x)
    expected = []
    for i in range(60):
        mass = [logsumexp(-distances(s, t) / h, axis=1) for t in (x, x.take(np.arange(60) != i))]
        expected.append(np.minimum(mass[0] - mass[1], np.log(60)).sum())
    np.testing.assert_allclose(one.scores(GenLra(k=80, bandwidth=1.0)), expected, rtol=1e-9)


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_vanishing_bandwidth_counts_copies(with_reference: bool) -> None:
    """h to 0: log(n_R + 1) for every synthetic row that copies the candidate, nothing for any other row."""
    n = 50
    others = np.arange(n) + 0.25
    copies = np.arange(n) % 4
    people = np.arange(n, dtype=float)
    release = pd.DataFrame({"x": np.r_[np.repeat(people, copies), others]})
    # Every candidate has somebody else within less than the next candidate, in the reference or among the candidates.
    tables = (pd.DataFrame({"x": people}), pd.DataFrame({"x": others}))
    if with_reference:
        scores, n_reference = case(tables[0], release, tables[1]).scores(GenLra(k=10, bandwidth=1e-6)), n
    else:
        scores = case(pd.concat(tables, ignore_index=True), release, None).scores(GenLra(k=10, bandwidth=1e-6))
        np.testing.assert_allclose(scores[n:], np.log(2 * n), rtol=1e-12)
        scores, n_reference = scores[:n], 2 * n - 1
    np.testing.assert_allclose(scores, copies * np.log(n_reference + 1), rtol=1e-12)


def test_ratio_of_two_normals() -> None:
    """Four dimensions: rank correlation with the exact density ratio above .9, though it is no density ratio."""
    one, exact = normals(4)
    assert spearmanr(one.scores(GenLra()), exact).statistic > 0.9


def test_the_order_of_rows_changes_nothing() -> None:
    """Rows of all tables shuffled: the same score for the same person, up to rounding."""
    one = strangers(0)
    other, order = one.shuffled(np.random.default_rng(0))
    np.testing.assert_allclose(other.scores(GenLra()), one.scores(GenLra())[order], rtol=1e-12)


@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(with_reference: bool) -> None:
    """Copied members against strangers: AUC above 0.95."""
    assert planted_auc(GenLra(), with_reference=with_reference) > 0.95


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_that_knows_nobody_gives_chance(with_reference: bool) -> None:
    """No more alarms at .05 in 30 releases than 99.9 % of fair tests would raise."""
    assert false_alarms(GenLra(), with_reference=with_reference, seeds=30) <= binom.ppf(0.999, 30, 0.05)


def test_odd_tables_give_numbers() -> None:
    """Tiny, constant, empty or one-column tables give finite scores."""
    for name, one in odd_tables():
        assert np.isfinite(one.scores(GenLra())).all(), name
