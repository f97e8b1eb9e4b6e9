"""People between whom a synthetic row lies are found, and only they."""

import numpy as np
import pandas as pd
from attack_cases import case
from sklearn.metrics import roc_auc_score

from synthaudit.attacks.pair_claim import PairClaim


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Five numbers and a category; in five dimensions nobody lies on the line between two others."""
    columns: dict[str, object] = {f"x{i}": rng.normal(size=n) for i in range(5)}
    columns["level"] = rng.choice(["a", "b", "c", "d"], size=n).astype(object)
    return pd.DataFrame(columns)


def between(train: pd.DataFrame, m: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """``m`` rows half-way, or somewhere, between two random people near each other, and who took part."""
    numbers = train.drop(columns="level").to_numpy()
    first = rng.integers(len(train), size=m)
    distance = np.linalg.norm(numbers[first][:, None] - numbers[None], axis=2)
    second = np.argsort(distance, axis=1)[np.arange(m), rng.integers(1, 6, size=m)]
    place = rng.random((m, 1))
    rows = numbers[first] + place * (numbers[second] - numbers[first])
    release = pd.DataFrame(rows, columns=[f"x{i}" for i in range(5)])
    release["level"] = np.where(
        rng.random(m) < 0.5, train["level"].to_numpy()[first], train["level"].to_numpy()[second]
    )
    took_part = np.zeros(len(train), dtype=bool)
    took_part[first] = took_part[second] = True
    return release, took_part


def test_the_two_ends_of_an_interpolated_row_are_found() -> None:
    """SMOTE by hand: those who took part in a row outrank strangers (AUC above .95), distances do far worse."""
    rng = np.random.default_rng(0)
    train, strangers, reference = (people(1_500, rng) for _ in range(3))
    release, took_part = between(train, 1_000, rng)
    attacked = case(pd.concat([train, strangers], ignore_index=True), release, reference)
    scores = attacked.scores(PairClaim("near_in_numbers"))
    compared = np.concatenate([took_part, np.ones(1_500, dtype=bool)])
    is_member = np.arange(3_000) < 1_500
    found = roc_auc_score(is_member[compared], scores[compared])
    near = -attacked.view.neighbours["quantile_l2"].to_synthetic.distance[:, 0]
    assert found > 0.95
    assert roc_auc_score(is_member[compared], near[compared]) < found - 0.1


def test_a_copy_is_claimed_whole() -> None:
    """A copy lies on every line from its original: the original's share is 1 to the last digits."""
    rng = np.random.default_rng(1)
    train, strangers, reference = (people(200, rng) for _ in range(3))
    attacked = case(pd.concat([train, strangers], ignore_index=True), train.iloc[:50], reference)
    scores = attacked.scores(PairClaim("near_in_numbers"))
    assert (scores[:50] > np.log(0.99)).mean() > 0.9
    assert np.median(scores[200:]) < np.log(0.9)


def test_without_numbers_and_with_missing_cells_scores_are_finite() -> None:
    """A table of one category, one with missing numbers, and candidates that are their own reference."""
    rng = np.random.default_rng(2)
    table = people(60, rng)
    only_levels = table[["level"]]
    assert np.isfinite(case(only_levels, only_levels, only_levels).scores(PairClaim("near_in_numbers"))).all()
    table.loc[rng.random(60) < 0.3, "x0"] = np.nan
    assert np.isfinite(case(table, people(40, rng), None).scores(PairClaim("near_in_numbers"))).all()


def test_an_independent_release_tells_nobody_apart() -> None:
    """Fresh people: AUC within four standard errors of one half."""
    rng = np.random.default_rng(3)
    candidates, release, reference = people(800, rng), people(400, rng), people(400, rng)
    scores = case(candidates, release, reference).scores(PairClaim("near_in_numbers"))
    standard_error = np.sqrt((800 + 1) / (12 * 400 * 400))
    assert abs(roc_auc_score(np.arange(800) < 400, scores) - 0.5) < 4 * standard_error
