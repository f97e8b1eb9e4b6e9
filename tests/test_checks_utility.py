"""Similarity of columns and pairs against laws that are known, and models against what they can reach at best."""

import numpy as np
import pandas as pd
import pytest

from synthaudit.checks.prediction import measure_prediction
from synthaudit.checks.utility import measure_utility, variation
from synthaudit.encoding import fit_cells
from synthaudit.types import Cells, Column, Kind, Prediction, Schema, Similarity, Utility

KINDS: dict[str, Kind] = {"age": "numeric", "income": "numeric", "smoker": "categorical", "note": "text"}
SCHEMA = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in KINDS.items()))


def people(n: int, seed: int) -> pd.DataFrame:
    """Two numbers with correlation .8, a level that follows the first, and a text that nobody compares."""
    rng = np.random.default_rng(seed)
    age = rng.normal(size=n)
    income = 0.8 * age + 0.6 * rng.normal(size=n)
    smoker = np.where(rng.random(n) < 1 / (1 + np.exp(-2 * age)), "yes", "no")
    return pd.DataFrame({"age": age, "income": income, "smoker": smoker, "note": [f"{seed} {i}" for i in range(n)]})


def shuffled_columns(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.permutation(table[name].to_numpy()) for name in table.columns})


def cells(train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame) -> tuple[Cells, Cells, Cells]:
    encoder = fit_cells(SCHEMA, [train, holdout], [release])
    return encoder.encode(train), encoder.encode(holdout), encoder.encode(release)


def measured(train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame) -> Utility:
    utility = measure_utility(SCHEMA, *cells(train, holdout, release), np.random.default_rng(0))
    assert utility is not None
    assert utility.pairs is not None
    return utility


def test_total_variation_is_that_of_two_known_laws() -> None:
    """Binomial laws of 3 tosses at .5 and .75, written out as samples: 27/64 - 8/64 and so on add up to 31/64 ... ."""
    fair = np.repeat([0, 1, 2, 3], [8, 24, 24, 8])
    loaded = np.repeat([0, 1, 2, 3], [1, 9, 27, 27])
    assert variation(fair, loaded) == pytest.approx((7 + 15 + 3 + 19) / 2 / 64)
    assert variation(fair, np.repeat([7, 8], 32)) == 1.0


def test_fresh_people_are_as_like_train_as_the_holdout_and_copies_more_so() -> None:
    """20 seeds: fresh rows differ from the holdout's own likeness by less than .01; train itself has likeness 1."""
    differences = []
    for seed in range(20):
        train, holdout, fresh = (people(2_000, 3 * seed + i) for i in range(3))
        utility = measured(train, holdout, fresh)
        differences.append((utility.marginals.release - utility.marginals.real, _gain(utility)))
        copied = measured(train, holdout, train)
        assert (copied.marginals.release, copied.pairs) == (1.0, _ones(copied))
        assert copied.marginals.real == pytest.approx(utility.marginals.real)
    assert np.abs(np.mean(differences, axis=0)).max() < 0.005


def _gain(utility: Utility) -> float:
    assert utility.pairs is not None
    return utility.pairs.release - utility.pairs.real


def _ones(utility: Utility) -> Similarity:
    assert utility.pairs is not None
    return Similarity(release=1.0, real=utility.pairs.real)


def test_shuffled_columns_keep_their_laws_and_lose_their_pairs() -> None:
    """The likeness of a pair falls by the total variation between a joint law and the product of its margins."""
    train, holdout = people(4_000, 0), people(4_000, 1)
    shuffled = shuffled_columns(train, 2)
    utility = measured(train, holdout, shuffled)
    assert utility.marginals.release == 1.0
    many = people(400_000, 3)
    bins = [np.searchsorted(many[name].quantile(np.arange(1, 8) / 8), many[name]) for name in ("age", "income")]
    bins.append((many["smoker"] == "yes").to_numpy().astype(int))
    lost = []
    for i, j in ((0, 1), (0, 2), (1, 2)):
        joint = np.histogram2d(bins[i], bins[j], bins=(np.arange(9) - 0.5, np.arange(9) - 0.5))[0] / len(many)
        lost.append(np.abs(joint - np.outer(joint.sum(axis=1), joint.sum(axis=0))).sum() / 2)
    assert _gain(utility) == pytest.approx(-np.mean(lost), abs=0.03)


def test_a_smaller_release_is_held_against_as_many_people() -> None:
    """200 fresh rows beside 5,000 of the holdout: either likeness is that of 200 rows, within .02 over 20 seeds."""
    gains = []
    for seed in range(20):
        utility = measured(people(5_000, 3 * seed), people(5_000, 3 * seed + 1), people(200, 3 * seed + 2))
        assert utility.n_rows == 200
        gains.append(utility.marginals.release - utility.marginals.real)
    assert abs(np.mean(gains)) < 0.01


def test_without_a_holdout_one_half_of_train_is_held_against_the_other() -> None:
    """Fresh rows and the other half are alike in the same way; the order of the rows changes nothing."""
    train, release = people(3_000, 5), people(3_000, 6)
    by_order = []
    for own in (train, train.iloc[::-1]):
        seen, _, made = cells(own, own, release)
        by_order.append(measure_utility(SCHEMA, seen, None, made, np.random.default_rng(1)))
    assert by_order[0] == by_order[1]
    assert by_order[0] is not None
    assert by_order[0].against_halves
    assert by_order[0].marginals.release == pytest.approx(by_order[0].marginals.real, abs=0.02)


def test_levels_that_nobody_has_are_like_nothing() -> None:
    """A category under other names has likeness 0, in its column and in all of its pairs."""
    train, holdout = people(2_000, 7), people(2_000, 8)
    utility = measured(train, holdout, train.assign(smoker=train["smoker"].map({"yes": "ja", "no": "nein"})))
    assert utility.columns[2].release == 0.0
    assert utility.pairs is not None
    assert utility.pairs.release == pytest.approx(1 / 3)


# --- models ---------------------------------------------------------------------------------------------


def predicted(target: str, train: pd.DataFrame, holdout: pd.DataFrame, release: pd.DataFrame) -> Prediction:
    prediction = measure_prediction(SCHEMA, target, *cells(train, holdout, release), np.random.default_rng(0))
    assert isinstance(prediction, Prediction)
    return prediction


def test_models_reach_what_the_law_allows_and_noise_teaches_nothing() -> None:
    """Income is age times .8 and noise of variance .36: R squared .64 at best. Shuffled columns teach the mean."""
    train, holdout, fresh = (people(6_000, seed) for seed in (11, 12, 13))
    shuffled = shuffled_columns(train, 14)
    good, poor = predicted("income", train, holdout, fresh), predicted("income", train, holdout, shuffled)
    assert (good.measure, good.guess, good.n_trained, good.n_tested) == ("r_squared", 0.0, 6_000, 6_000)
    assert good.release == pytest.approx(0.64, abs=0.04)
    assert good.real == pytest.approx(0.64, abs=0.04)
    assert poor.release < 0.02


def test_levels_are_guessed_as_well_as_their_law_allows() -> None:
    """P(yes | age) = 1 / (1 + exp(-2 age)): guessing by the sign of age is right in 2 E|p - .5| / 2 + .5 of cases."""
    train, holdout, fresh = (people(6_000, seed) for seed in (21, 22, 23))
    age = np.random.default_rng(24).normal(size=400_000)
    best = float(np.maximum(1 / (1 + np.exp(-2 * age)), 1 / (1 + np.exp(2 * age))).mean())
    prediction = predicted("smoker", train, holdout, fresh)
    assert prediction.guess == 0.5
    assert prediction.release == pytest.approx(best, abs=0.03)
    reversed_names = fresh.assign(smoker=fresh["smoker"].map({"yes": "no", "no": "yes"}))
    assert predicted("smoker", train, holdout, reversed_names).release == pytest.approx(1 - best, abs=0.03)


@pytest.mark.parametrize(
    ("n", "levels", "reason"),
    [
        (99, 2, "fewer than 100 rows with a value of the target"),
        (600, 1, "the target has 1 levels in train; from 2 to 50 can be guessed"),
        (600, 51, "the target has 51 levels in train; from 2 to 50 can be guessed"),
    ],
)
def test_what_cannot_be_guessed_is_said(n: int, levels: int, reason: str) -> None:
    train, holdout, release = (
        people(n, seed).assign(smoker=[f"level {i % levels}" for i in range(n)]) for seed in range(3)
    )
    assert measure_prediction(SCHEMA, "smoker", *cells(train, holdout, release), np.random.default_rng(0)) == reason
