"""Whether members score higher than chance leaves them: against every relabelling of few people, and shares planted."""

import itertools
import math

import numpy as np
import pytest

from synthaudit.statistics.observed import observe
from synthaudit.statistics.one_sided import _most_found, members_found, one_sided_test
from synthaudit.types import Estimate, NotEstimable

B = 9_999


def test_pvalues_are_shares_of_all_relabellings() -> None:
    """Twelve people, 924 ways to choose six: the largest |z| of three scores, as chance has it.

    Only a score by which members stand above is held against it.
    """
    rng = np.random.default_rng(1)
    label, order = np.arange(12) < 6, np.arange(12)
    scores = rng.normal(size=(3, 12)) + np.array([[1.0], [0.4], [-2.0]]) * label
    again = [observe(scores, np.isin(order, chosen), order) for chosen in itertools.combinations(range(12), 6)]
    largest = np.array([np.abs(each.z).max() for each in again])
    smallest = np.array([each.p_count.min() for each in again])
    observed = observe(scores, label, order)
    assert (observed.z[:2] > 0).all()
    assert observed.z[2] < -2
    test = one_sided_test(scores, label, order, rng=rng, n_permutations=B)
    auc = float(np.mean(largest >= observed.z[:2].max() - 1e-9))
    top = float(np.mean(smallest <= observed.p_count[observed.is_many].min() + 1e-12))
    for pvalue, expected in ((test.pvalue_auc, auc), (test.pvalue_top, top)):
        assert 0.01 < expected < 0.9
        assert pvalue == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / B))
    assert test.each[2] == 1.0
    assert test.pvalue == test.each.min() == min(2 * test.pvalue_auc, 2 * test.pvalue_top, 1.0)
    assert test.strongest == int(test.each.argmin())


def test_of_scores_that_are_equally_sure_the_one_that_is_further_apart_is_named() -> None:
    """Both are as sure as so few permutations can say."""
    label = np.arange(400) < 200
    nearly = np.where(np.arange(400) < 190, 1.0, 0.0) * label
    for scores, strongest in (([nearly, label], 1), ([label, nearly], 0)):
        test = one_sided_test(scores, label, np.arange(400), rng=np.random.default_rng(0), n_permutations=99)
        assert test.each.tolist() == [0.02, 0.02]
        assert test.strongest == strongest


@pytest.mark.parametrize(("n1", "n0"), [(3, 100), (100, 3), (0, 9)])
def test_of_fewer_than_four_of_a_side_nothing_is_measured(n1: int, n0: int) -> None:
    """A half would have one, or none; both numbers are told."""
    label = np.arange(n1 + n0) < n1
    met = members_found([label * 1.0], label, np.arange(n1 + n0), rng=np.random.default_rng(0), alpha=0.01)
    assert isinstance(met.share, NotEstimable)
    assert f"there are {n1} and {n0}." in met.share.not_estimable
    assert met.lower_bound is None


def test_of_four_of_a_side_something_is() -> None:
    """The bound of so few says nothing, and that it is there."""
    label = np.arange(8) < 4
    met = members_found([label * 1.0], label, np.arange(8), rng=np.random.default_rng(0), alpha=0.01)
    assert met.lower_bound is not None


@pytest.mark.parametrize("n0", [1_500, 4_000])
def test_the_share_of_those_who_stand_out_is_measured(n0: int) -> None:
    """Three members in ten, by the second of three scores; the bound is below, and near."""
    rng, n1 = np.random.default_rng(2), 3_000
    label = np.arange(n1 + n0) < n1
    scores = rng.normal(size=(3, n1 + n0))
    scores[1, : 3 * n1 // 10] += 20
    met = members_found(scores, label, rng.permutation(n1 + n0), rng=rng, alpha=0.005)
    assert isinstance(met.share, Estimate)
    # Of the other members one in a hundred is above the threshold as well.
    assert met.share.low < 0.307 < met.share.high
    assert met.share.high - met.share.low < 0.06
    assert met.lower_bound is not None
    assert 0.24 < met.lower_bound < 0.31


def test_few_strangers_make_no_bound_of_noise() -> None:
    """Of 3,000 members and 200 strangers, all alike, one in a hundred is found, and the bound is below."""
    rng, n1, n0 = np.random.default_rng(4), 3_000, 200
    label = np.arange(n1 + n0) < n1
    met = members_found(rng.normal(size=(1, n1 + n0)), label, rng.permutation(n1 + n0), rng=rng, alpha=0.005)
    assert met.lower_bound is not None
    assert met.lower_bound <= 0.01


@pytest.mark.parametrize(("above", "is_seen"), [(0.0, True), (0.012, True), (0.05, False)])
def test_members_who_crowd_just_below_the_first_strangers_are_seen(above: float, is_seen: bool) -> None:
    """Four members in ten stand where so large a share of the strangers is above: up to twice the rate of 1 in 100."""
    rng, n = np.random.default_rng(3), 4_000
    label = np.arange(2 * n) < n
    strangers = rng.uniform(size=n)
    members = rng.uniform(size=n)
    members[: 4 * n // 10] = np.sort(strangers)[::-1][math.floor(above * n)] + 1e-12
    scores = np.concatenate([members, strangers])[None, :]
    met = members_found(scores, label, rng.permutation(2 * n), rng=rng, alpha=0.005)
    assert met.lower_bound is not None
    assert (met.lower_bound > 0.1) == is_seen


def test_the_score_that_finds_most_by_chance_is_not_believed() -> None:
    """Of a hundred that know nothing the best one is measured on people who had no say in the choice: one in 100."""
    label, shares = np.arange(2_000) < 1_000, []
    for seed in range(30):
        rng = np.random.default_rng((5, seed))
        met = members_found(rng.normal(size=(100, 2_000)), label, rng.permutation(2_000), rng=rng, alpha=0.005)
        assert isinstance(met.share, Estimate)
        shares.append(met.share.value)
    assert np.mean(shares) == pytest.approx(0.01, abs=3 * np.std(shares) / np.sqrt(30))


@pytest.mark.parametrize("seed", range(3))
def test_a_share_needs_both_halves(seed: int) -> None:
    """Of 735 strangers one half has 367, and a share needs 368."""
    label, rng = np.arange(1_470) < 735, np.random.default_rng(seed)
    for turned in (label, ~label):
        met = members_found(turned[None, :] * 1.0, turned, rng.permutation(1_470), rng=rng, alpha=0.01)
        assert isinstance(met.share, NotEstimable)
        assert "there are 367" in met.share.not_estimable or "and 367" in met.share.not_estimable


def test_of_scores_that_find_as_many_the_one_that_is_further_apart_is_chosen() -> None:
    """By its rank sum, wherever it stands."""
    label, places = np.arange(400) < 200, np.tile(np.arange(200.0), 2)
    found, apart = (np.where(label, share * places, places) + 1_000 * (np.arange(400) < 20) for share in (0.5, 0.9))
    everybody, order = np.ones(400, dtype=bool), np.arange(400)
    assert _most_found(np.stack([found, apart]), label, order, everybody) == 1
    assert _most_found(np.stack([apart, found]), label, order, everybody) == 0
