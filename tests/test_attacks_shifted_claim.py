"""Copies behind a constant are found where no distance sees them, and nothing is made up where there is none."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from attack_cases import case
from sklearn.metrics import roc_auc_score

from synthaudit.attacks.shifted_claim import ShiftedClaim, _apart
from synthaudit.generators.copies import with_copies

SHARE = 0.3
N = 1_000


def counts(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Whole numbers that many people share, as surveys have them, and prices."""
    factor = rng.normal(size=n)
    return pd.DataFrame(
        {
            "visits": rng.poisson(np.exp(0.7 * factor + 1.5)).astype(float),
            "price": np.round(np.exp(5 + factor + rng.normal(size=n))) / 4,
            "age": np.round(45 + 12 * rng.normal(size=n)),
            "score": np.round(10 * factor + 20 * rng.normal(size=n)),
        }
    )


def amounts(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Positive amounts in cents; the encoding rounds a release to the decimals of the real table."""
    factor = rng.normal(size=n)
    return pd.DataFrame({f"a{i}": np.round(np.exp(4 + factor + rng.normal(size=n)), 2) for i in range(4)})


def auc(
    law: Callable[[int, np.random.Generator], pd.DataFrame],
    leak: pd.DataFrame,
    train: pd.DataFrame,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """AUC of the attack, and of plain claims, on a release of fresh rows with 30 % of ``leak``."""
    release = with_copies(leak, law(N, rng), SHARE, rng)
    attacked = case(pd.concat([train, law(N, rng)], ignore_index=True), release, law(N, rng), competing=True)
    is_member = np.arange(2 * N) < N
    return (
        float(roc_auc_score(is_member, attacked.scores(ShiftedClaim()))),
        float(roc_auc_score(is_member, attacked.view.claims["blended"])),
    )


def test_a_constant_per_column_is_undone() -> None:
    """Whole numbers moved by odd constants: copies again. 30 % of copies found without error have AUC .65."""
    rng = np.random.default_rng(0)
    train = counts(N, rng)
    found, plain = auc(counts, train.add([31.0, 177.25, 33.0, 89.0]), train, rng)
    assert found > 0.6
    assert plain < 0.55


def test_a_factor_per_column_is_undone() -> None:
    """Other units, to the cent: whose digits survive the rounding are found, of at most .65 by the law of copies."""
    rng = np.random.default_rng(0)
    train = amounts(N, rng)
    found, plain = auc(amounts, train.mul([1.609, 1.19, 2.54, 2.2]), train, rng)
    assert found > 0.6
    assert plain < 0.55


@pytest.mark.parametrize("where", ["release", "reference"])
def test_an_extreme_row_hides_no_move(where: str) -> None:
    """One row of 1e9 among thousands, as a vendor can add it, leaves the bins as fine as they were."""
    rng = np.random.default_rng(0)
    train = counts(N, rng)
    release, reference = with_copies(train.add([31.0, 177.25, 33.0, 89.0]), counts(N, rng), SHARE, rng), counts(N, rng)
    (release if where == "release" else reference).iloc[0] = 1e9
    attacked = case(pd.concat([train, counts(N, rng)], ignore_index=True), release, reference, competing=True)
    assert roc_auc_score(np.arange(2 * N) < N, attacked.scores(ShiftedClaim())) > 0.6


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_undone_where_nothing_was_moved(seed: int) -> None:
    """Fresh rows: the scores are those of the claims on the release as it is, bit by bit."""
    rng = np.random.default_rng([7, seed])
    people, fresh, reference = counts(N, rng), counts(N, rng), counts(N, rng)
    attacked = case(people, fresh, reference, competing=True)
    assert attacked.scores(ShiftedClaim()).tobytes() == attacked.view.claims["blended"].tobytes()


def test_missing_numbers_and_columns_of_one_value_do_no_harm() -> None:
    """A column without numbers, one constant and one with gaps beside a moved one: the moved one is undone."""
    rng = np.random.default_rng(3)

    def holed(table: pd.DataFrame) -> pd.DataFrame:
        table = table.assign(empty=np.nan, same=1.0)
        return table.mask(pd.DataFrame(rng.random(table.shape) < 0.1, columns=table.columns))

    train = holed(counts(N, rng))
    release = with_copies(train.assign(price=train["price"] + 177.25), holed(counts(N, rng)), 1.0, rng)
    people = pd.concat([train, holed(counts(N, rng))], ignore_index=True)
    attacked = case(people, release, holed(counts(N, rng)), competing=True)
    is_member = np.arange(2 * N) < N
    assert roc_auc_score(is_member, attacked.scores(ShiftedClaim())) > 0.95


def test_values_heaped_at_both_ends_do_no_harm() -> None:
    """Two heaps and hardly anything between: bins at the ends hold more than their width, and a score comes out."""
    for seed in range(40):
        rng = np.random.default_rng([11, seed])

        def heaps(n: int, rng: np.random.Generator = rng) -> pd.DataFrame:
            return pd.DataFrame(
                {"a": np.where(rng.random(n) < rng.random(), 0.0, np.exp(rng.normal(7, 0.5, n)).round(4))}
            )

        attacked = case(heaps(60), heaps(60), heaps(60), competing=True)
        assert np.isfinite(attacked.scores(ShiftedClaim())).all()


def test_pairs_are_counted_by_how_far_apart_they_are() -> None:
    """As a cross-correlation counts them one by one, and in whole numbers."""
    rng = np.random.default_rng(5)
    first, second = rng.integers(0, 2_000, size=(2, 64)).astype(float)
    assert _apart(first, second).tolist() == np.correlate(first, second, mode="full").tolist()
