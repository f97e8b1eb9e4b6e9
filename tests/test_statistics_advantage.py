"""What an attacker makes of the scores."""

import numpy as np
import pytest

from synthaudit.statistics.advantage import advantage, ppv
from synthaudit.types import Estimate, NotEstimable


def test_ppv_is_bayes_rule() -> None:
    """TPR 8.4 %, FPR 1 %: even odds make 89 % of the named members, one in a hundred 7.8 %."""
    assert ppv(0.084, 0.01, 0.5) == pytest.approx(0.084 / 0.094)
    assert ppv(0.084, 0.01, 0.01) == pytest.approx(0.00084 / (0.00084 + 0.0099))
    assert ppv(0.0, 0.0, 0.1) == 0.1


def test_advantage_has_no_optimism_under_the_null() -> None:
    """Scores that know nothing: the mean over 300 samples is within 3 standard errors of 0."""
    rng = np.random.default_rng(0)
    found = [advantage(rng.normal(size=100), np.arange(100) < 50, rng) for _ in range(300)]
    values = np.array([e.value for e in found if isinstance(e, Estimate)])
    assert len(values) == 300
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(300)


def test_advantage_of_a_plain_leak() -> None:
    """40 % of the members stand out: TPR - FPR is .4, and its interval covers it in at least 184 of 200 samples."""
    rng = np.random.default_rng(1)
    label = rng.permutation(1000) < 500
    covered = 0
    for _ in range(200):
        scores = rng.random(1000) + 5 * (label & (rng.random(1000) < 0.4))
        found = advantage(scores, label, rng)
        assert isinstance(found, Estimate)
        covered += found.low <= 0.4 <= found.high
    assert covered >= 184


def test_threshold_is_strict_and_ties_stay_together() -> None:
    """Two scores only: half of the members have the high one, no non-member has."""
    scores = np.r_[np.ones(50), np.zeros(150)]
    found = advantage(scores, np.arange(200) < 100, np.random.default_rng(2))
    assert isinstance(found, Estimate)
    assert (found.value, found.confidence_level, found.n) == (0.5, 0.95, 200)


def test_three_members_are_too_few() -> None:
    """Each half needs two of each."""
    found = advantage(np.zeros(10), np.arange(10) < 3, np.random.default_rng(0))
    assert found == NotEstimable(
        not_estimable="An advantage needs four members and four non-members; there are 3 and 7."
    )


def test_the_best_of_several_thresholds_is_taken() -> None:
    """Four scores: all members above 2, as many others at 2, both alike below: naming above 2 wins by all it names.

    Turned upside down, no threshold is better than naming nobody.
    """
    label = np.r_[np.ones(100), np.zeros(100), np.tile([1, 0], 50), np.tile([1, 0], 25)].astype(bool)
    scores = np.repeat([3.0, 2.0, 1.0, 0.0], [100, 100, 100, 50])
    found = advantage(scores, label, np.random.default_rng(5))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(100 / 175)
    inverted = advantage(np.repeat([1.0, 0.0], 100), np.arange(200) >= 100, np.random.default_rng(6))
    assert isinstance(inverted, Estimate)
    assert inverted.value == 0.0


def test_four_of_each_are_enough() -> None:
    """Members above non-members: each half names the other's two members, whatever the draw, on either side."""
    for label in (np.arange(12) >= 8, np.arange(12) >= 4):
        found = advantage(label.astype(float), label, np.random.default_rng(7))
        assert isinstance(found, Estimate)
        assert (found.value, found.n) == (1.0, 12)


@pytest.mark.parametrize("n0", [100, 1_000])
def test_a_threshold_is_best_by_shares_of_either_side(n0: int) -> None:
    """All members and three in ten of the others stand out: naming them is right by .7, however many the others are."""
    scores = np.r_[np.ones(100), np.arange(n0) % 10 < 3]
    found = advantage(scores, np.arange(100 + n0) < 100, np.random.default_rng(3))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.7)
