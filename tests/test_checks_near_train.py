"""Rows that keep to single people: the law of closeness, planted kernels, and people with many rows."""

import numpy as np
import pytest

from synthaudit.checks.near_train import TOPS, keeping_to_people
from synthaudit.types import FloatArray, IntArray, Points


def points(x: FloatArray) -> Points:
    return Points(numeric=np.ascontiguousarray(x), codes=np.zeros((len(x), 0), dtype=np.int32))


def kept(train: FloatArray, release: FloatArray, seed: int = 0, person: IntArray | None = None) -> list[float]:
    who = np.arange(len(train)) if person is None else person
    return [each.pvalue for each in keeping_to_people(points(train), points(release), who, np.random.default_rng(seed))]


@pytest.mark.parametrize("k", [2, 5])
def test_closeness_has_its_law_in_any_number_of_dimensions(k: int) -> None:
    """Even rows in a cube, and constant columns: the share above each limit is that of the F distribution."""
    rng = np.random.default_rng(1)
    train, release = (np.concatenate([rng.random((n, k)), np.zeros((n, 30))], axis=1) for n in (2_000, 1_000))
    found = keeping_to_people(points(train), points(release), np.arange(2_000), rng)
    for each, top in zip(found, TOPS, strict=True):
        assert each.of_release / each.n_release == pytest.approx(top, rel=0.4, abs=0.003)
        assert each.of_train / each.n_train == pytest.approx(top, rel=0.4, abs=0.003)


def test_rows_made_from_single_people_are_found() -> None:
    """Little noise on every row, and rows between two people; fresh rows and train's own law are not."""
    rng = np.random.default_rng(2)
    train, fresh, noise = (rng.normal(size=(600, 6)) for _ in range(3))
    between = train + rng.random((600, 1)) ** 3 * (train[rng.permutation(600)] - train) * 0.2
    assert min(kept(train, train + 0.05 * noise)) < 1e-6
    assert min(kept(train, between)) < 1e-6
    assert min(kept(train, fresh)) > 0.05
    # A release of another shape: on a plane, in a cluster, in a wider cloud.
    for other in (fresh * [1, 1, 0.01, 0.01, 0.01, 0.01], 0.1 * fresh, 3 * fresh):
        assert min(kept(train, other)) > 0.05


def test_people_are_counted_and_not_their_rows() -> None:
    """Everybody has four rows close together: fresh people are no closer to one than people to each other."""
    rng = np.random.default_rng(3)
    centre, strangers = rng.normal(size=(200, 4)), rng.normal(size=(200, 4))
    person = np.repeat(np.arange(200), 4)
    train = centre[person] + 0.01 * rng.normal(size=(800, 4))
    release = strangers[person] + 0.01 * rng.normal(size=(800, 4))
    assert min(kept(train, release, person=person)) > 0.05
    assert min(kept(train, train + 0.001 * rng.normal(size=(800, 4)), person=person)) < 1e-6


def test_few_people_and_few_different_rows_say_nothing() -> None:
    """Ten people, or two different rows: no count."""
    rng = np.random.default_rng(4)
    assert kept(rng.normal(size=(10, 2)), rng.normal(size=(50, 2))) == []
    assert kept(rng.integers(2, size=(500, 1)).astype(float), rng.integers(2, size=(500, 1)).astype(float)) == []


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3])
def test_the_share_of_members_named_is_never_promised_too_high(share: float) -> None:
    """Near copies of a share of the members among fresh rows, 50 times: the bound exceeds the share in at most 3."""
    promised = []
    for seed in range(50):
        rng = np.random.default_rng([5, seed])
        train, release, noise = (rng.normal(size=(600, 6)) for _ in range(3))
        n = round(share * len(train))
        release[:n] = train[:n] + 0.02 * noise[:n]
        each = keeping_to_people(points(train), points(release), np.arange(600), rng)
        promised.append(max(kept.found_at_least(0.05 / len(each)) for kept in each))
    assert sum(bound > max(share, 0.01) for bound in promised) <= 3
    assert np.mean(promised) >= share / 10
