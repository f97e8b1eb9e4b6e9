"""Whom the per-record attack picks, what it looks at, and how it reads a vote."""

import numpy as np
import pandas as pd
import pytest
from tables import mixed, schema_of

from synthaudit.attacks.per_record import (
    draw_queries,
    fit_groundhog,
    log_likelihood_ratio,
    most_isolated,
    vote_shares,
)
from synthaudit.encoding import QuantileSpace, fit_cells, fit_space
from synthaudit.types import Cells, Points


def encoded(*tables: pd.DataFrame) -> tuple[QuantileSpace, list[Cells]]:
    """The first table is the pool of candidates."""
    schema = schema_of(tables[0])
    encoder = fit_cells(schema, tables[:1], tables[1:])
    cells = [encoder.encode(table) for table in tables]
    return fit_space(schema, cells[0], cells[-1]), cells


def test_the_most_isolated_are_those_of_the_definition() -> None:
    """Brute force: mean of the five smallest distances to rows of others, by the person's most isolated row."""
    rng = np.random.default_rng(0)
    points = Points(numeric=rng.random((80, 3)), codes=rng.integers(4, size=(80, 2)).astype(np.int32))
    unit = np.sort(rng.integers(30, size=80))
    square = ((points.numeric[:, None] - points.numeric) ** 2).sum(axis=2)
    distance = np.sqrt(square + (points.codes[:, None] != points.codes).sum(axis=2))
    distance[unit[:, None] == unit] = np.inf
    isolation = np.sort(distance, axis=1)[:, :5].mean(axis=1)
    by_unit = pd.Series(isolation).groupby(unit).max().sort_values(ascending=False)
    rows = most_isolated(points, unit, 10)
    assert unit[rows].tolist() == by_unit.index[:10].tolist()
    np.testing.assert_allclose(isolation[rows], by_unit.to_numpy()[:10])


def test_a_persons_own_rows_are_no_neighbours() -> None:
    """Ten equal rows of one person far from everybody are isolated; ten people who are alike are not."""
    numeric = np.r_[np.linspace(0, 0.3, 30), np.full(10, 1.0)][:, None]
    points = Points(numeric=numeric, codes=np.zeros((40, 0), dtype=np.int32))
    together, apart = np.r_[np.arange(30), np.full(10, 30)], np.arange(40)
    assert most_isolated(points, together, 1).tolist() == [30]
    assert most_isolated(points, apart, 1)[0] < 30


def test_queries_count_the_rows_that_match() -> None:
    """Each count equals a count by hand over the cells and the quantiles, missing cells matching missing ones only."""
    rng = np.random.default_rng(1)
    pool, release = mixed(60, rng), mixed(80, rng)
    for table in (pool, release):
        table.loc[rng.random(len(table)) < 0.3, "x1"] = np.nan
    release.iloc[:5] = pool.iloc[:5].to_numpy()
    space, (people, rows) = encoded(pool, release)
    records = np.arange(8)
    points = space.points(people)
    asked = draw_queries(people.take(records), points.take(records), space.numbers, 40, np.random.default_rng(2))
    counts = asked.features(rows, space.points(rows))
    u, s = points.numeric, space.points(rows).numeric
    d = pool.shape[1]
    for t in records:
        for q, conditions in enumerate(asked.conditions.T):
            met = np.ones(len(release), dtype=bool)
            for c in np.flatnonzero(conditions):
                if c < d:
                    met &= rows.codes[:, c] == people.codes[t, c]
                else:
                    known = np.isnan(rows.values[:, space.numbers[c - d]])
                    met &= known == np.isnan(people.values[t, space.numbers[c - d]])
                    met &= np.abs(s[:, c - d] - u[t, c - d]) <= 1 / 32
            assert counts[t, q] == met.sum()
    whole = asked.conditions[:d].all(axis=0)
    assert (counts[:5, whole] == 1).all()


def test_summaries_are_of_the_law_not_of_order_or_size() -> None:
    """A release shuffled, or written twice, has the same summaries."""
    rng = np.random.default_rng(3)
    pool, release = mixed(60, rng), mixed(80, rng)
    release.loc[:20, "x0"] = np.nan
    space, (people, rows) = encoded(pool, release)
    look = fit_groundhog(people, space.points(people), space.numbers)

    def features(cells: Cells) -> np.ndarray:
        return look.features(cells, space.points(cells))

    np.testing.assert_allclose(features(rows.take(rng.permutation(80))), features(rows), atol=1e-12)
    np.testing.assert_allclose(features(rows.take(np.tile(np.arange(80), 2))), features(rows), atol=1e-12)


def test_summaries_hold_the_figures_they_are_named_for() -> None:
    """Mean, deviation, median and extremes of a number in units of the pool; shares of levels; correlations."""
    pool = pd.DataFrame({"x": np.arange(101.0), "c": np.array(["a", "b"] * 50 + ["a"], dtype=object)})
    release = pd.DataFrame({"x": [10.0, 20.0, 90.0, 100.0], "c": np.array(["a", "a", "a", "b"], dtype=object)})
    space, (people, rows) = encoded(pool, release)
    found = fit_groundhog(people, space.points(people), space.numbers).features(rows, space.points(rows))
    x = (release["x"].to_numpy() - 50) / 80
    np.testing.assert_allclose(found[:5], [x.mean(), x.std(), np.median(x), x.min(), x.max()])
    np.testing.assert_allclose(found[5:11], [0.75, 0.25, 0.0, 0.75, 0.25, 2.0])
    assert found[-1] == pytest.approx(np.corrcoef(x, release["c"] == "a")[0, 1])


@pytest.mark.parametrize("case", ["constant", "all missing", "numbers only", "categories only", "one column"])
def test_features_are_finite_whatever_the_table(case: str) -> None:
    """Constant and empty columns, one kind of column, a single column, extremes: numbers, not gaps."""
    rng = np.random.default_rng(4)
    pool, release = mixed(30, rng), mixed(20, rng)
    for table in (pool, release):
        if case == "constant":
            table["x0"], table["c0"] = 1.0, "a"
        if case == "all missing":
            table["x0"], table["c0"] = np.nan, None
    release.loc[0, "x1"] = 1e300
    columns = [
        c for c in pool if case[0] in "nco" and (case == "constant" or str(c)[0] == {"n": "x"}.get(case[0], "c"))
    ]
    columns = columns[:1] if case == "one column" else columns or list(pool)
    space, (people, rows) = encoded(pool[columns], release[columns])
    points = space.points(people)
    look = fit_groundhog(people, points, space.numbers)
    asked = draw_queries(people.take(np.arange(3)), points.take(np.arange(3)), space.numbers, 20, rng)
    for features in (look, asked):
        found = features.features(rows, space.points(rows))
        assert np.isfinite(found.astype(np.float32)).all()
        assert found.size > 0


def test_the_evidence_of_a_vote_is_the_ratio_of_two_normal_laws() -> None:
    """Votes N(.6, .2) with and N(.4, .2) without: the log ratio of the densities, up to what 100 trees know."""
    rng = np.random.default_rng(5)
    included = np.arange(40_000) % 2 == 0
    votes = np.where(included, 0.6, 0.4) + 0.2 * rng.normal(size=len(included))
    for seen in (0.3, 0.5, 0.9):
        exact = 0.2 * (seen - 0.5) / (0.2**2 + 0.25 / 100)
        assert log_likelihood_ratio(votes, included, seen) == pytest.approx(exact, abs=0.06)


def test_evidence_is_bounded_and_silent_without_any() -> None:
    """Perfect separation in 50 worlds says at most log 50; one vote for all says 0."""
    included = np.arange(50) % 2 == 0
    assert log_likelihood_ratio(included.astype(float), included, 1.0) == pytest.approx(np.log(50))
    assert log_likelihood_ratio(np.full(50, 0.37), included, 0.37) == 0.0


def test_a_forest_learns_a_count_that_gives_the_record_away() -> None:
    """One feature of thirty is 1 with the record and 0 without: worlds not trained on are told apart."""
    rng = np.random.default_rng(6)
    included = np.arange(120) % 2 == 0
    features = rng.normal(size=(120, 30))
    features[:, 4] = included
    votes = vote_shares(features[:60], included[:60], features[60:], seed=0)
    assert votes[included[60:]].min() > votes[~included[60:]].max()
