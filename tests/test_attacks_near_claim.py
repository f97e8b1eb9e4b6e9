"""Noise on the values is seen on the scale of the values, and claims are what their definition says."""

import numpy as np
import pandas as pd
from attack_cases import case
from sklearn.metrics import roc_auc_score

from synthaudit.attacks.common.scale import spread_of
from synthaudit.attacks.near_claim import NearClaim


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Numbers and a level; one number has gaps."""
    columns: dict[str, object] = {f"x{i}": rng.normal(size=n) * 10**i for i in range(4)}
    columns["x0"] = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n))
    columns["level"] = rng.choice(["a", "b", "c"], size=n).astype(object)
    return pd.DataFrame(columns)


def test_claims_equal_the_definition() -> None:
    """With as many neighbours as people: the largest exp(-d / h) over their sum, person by person, in plain Python."""
    rng = np.random.default_rng(0)
    candidates, release, reference = people(30, rng), people(20, rng), people(25, rng)
    attacked = case(candidates, release, reference)
    everybody = pd.concat([candidates, reference], ignore_index=True)
    numbers = everybody.drop(columns="level").to_numpy()
    scale = spread_of(numbers)

    def distance(t: pd.Series, x: pd.Series) -> float:
        total = float(t["level"] != x["level"])
        for i in range(4):
            a, b = t[f"x{i}"], x[f"x{i}"]
            gaps = int(np.isnan(a)) + int(np.isnan(b))
            # A number is away from a gap by one level and by its own distance from the middle of nothing, 0.
            one, other = (0.0 if np.isnan(v) else v / scale[i] for v in (a, b))
            total += abs(one - other) + float(gaps == 1)
        return total

    d = np.array([[distance(t, x) for _, x in everybody.iterrows()] for _, t in release.iterrows()])
    weight = np.exp(-d / (0.25 * np.median(d.min(axis=1))))
    share = weight / weight.sum(axis=1, keepdims=True)
    found = attacked.scores(NearClaim(k=55))
    np.testing.assert_allclose(found, np.log(share.max(axis=0))[:30], rtol=1e-9, atol=1e-9)


def test_noise_on_the_values_is_found_where_ranks_are_blind() -> None:
    """Heavy tails and noise of one size everywhere: AUC above .75 and above the nearest by ranks."""
    rng = np.random.default_rng(1)

    def incomes(n: int) -> pd.DataFrame:
        return pd.DataFrame({f"x{i}": rng.standard_t(1.5, size=n) * rng.choice([0.02, 1.0], size=n) for i in range(3)})

    train, strangers, reference = incomes(500), incomes(500), incomes(500)
    release = train + rng.normal(scale=0.05, size=train.shape)
    attacked = case(pd.concat([train, strangers], ignore_index=True), release, reference)
    is_member = np.arange(1_000) < 500
    by_ranks = roc_auc_score(is_member, -attacked.view.neighbours["quantile_l1"].to_synthetic.distance[:, 0])
    found = roc_auc_score(is_member, attacked.scores(NearClaim()))
    assert found > 0.75
    assert found > by_ranks + 0.03


def test_an_extreme_row_and_tables_without_numbers_do_no_harm() -> None:
    """A sentinel of 1e300 hides nobody's copy; levels alone give finite scores; people may be their own reference."""
    rng = np.random.default_rng(2)
    train, strangers, reference = people(100, rng), people(100, rng), people(100, rng)
    reference.loc[0, "x1"] = 1e300
    attacked = case(pd.concat([train, strangers], ignore_index=True), train, reference)
    assert roc_auc_score(np.arange(200) < 100, attacked.scores(NearClaim())) > 0.99
    levels = train[["level"]]
    assert np.isfinite(case(levels, levels, None).scores(NearClaim())).all()


def test_an_independent_release_tells_nobody_apart() -> None:
    """Fresh people: AUC within four standard errors of one half."""
    rng = np.random.default_rng(3)
    scores = case(people(800, rng), people(400, rng), people(400, rng)).scores(NearClaim())
    standard_error = np.sqrt((800 + 1) / (12 * 400 * 400))
    assert abs(roc_auc_score(np.arange(800) < 400, scores) - 0.5) < 4 * standard_error


def test_the_spread_is_that_of_the_middle() -> None:
    """Normal values: their standard deviation within 10 %; a sentinel changes it by less than 1 %; constants give 1."""
    values = np.random.default_rng(4).normal(scale=3.0, size=(5_000, 1))
    plain = spread_of(values)[0]
    assert abs(plain / 3.0 - 1) < 0.1
    assert abs(spread_of(np.vstack([values, [[1e300]]]))[0] / plain - 1) < 0.01
    assert spread_of(np.array([[2.0, np.nan], [2.0, np.nan]])).tolist() == [1.0, 1.0]
