"""Epsilon: the published check, closed forms, and mechanisms whose epsilon is known."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.epsilon import (
    epsilon_lower_bound,
    largest_tpr,
    of_group,
    of_replacement,
    one_run,
    one_run_pairs,
)

RUNS = 400


def test_published_values() -> None:
    """The example of Steinke, Nasr and Jagielski, and the ceiling of 100 coins."""
    assert epsilon_lower_bound(1000, 100, 75, 1e-4) == pytest.approx(0.673, abs=5e-4)
    assert epsilon_lower_bound(100, 100, 100) == pytest.approx(3.49, abs=5e-3)


def test_pure_epsilon_is_the_clopper_pearson_bound_of_right_guesses() -> None:
    """At delta 0 the binomial tail at the bound is alpha, and the bound at a vanishing delta tends to it."""
    for r, v in ((50, 40), (100, 63), (400, 300)):
        bound = epsilon_lower_bound(r, r, v)
        assert stats.binom.sf(v - 1, r, 1 / (1 + np.exp(-bound))) == pytest.approx(0.05, abs=1e-9)
        assert epsilon_lower_bound(r, r, v, 1e-15) == pytest.approx(bound, abs=1e-8)


@pytest.mark.parametrize(
    ("coins", "guesses", "n_right"),
    [(400, 80, 1), (400, 80, 2), (400, 80, 30), (400, 80, 75), (10, 10, 10), (60, 8, 8)],
)
@pytest.mark.parametrize("delta", [1e-6, 1e-3])
def test_the_tail_at_the_bound_is_alpha(coins: int, guesses: int, n_right: int, delta: float) -> None:
    """Theorem 3.1 of Steinke, Nasr and Jagielski (2023), summed term by term: binomial tail and what delta may add."""
    bound = epsilon_lower_bound(coins, guesses, n_right, delta)
    law = stats.binom(guesses, 1 / (1 + np.exp(-bound)))
    added = max(sum(law.pmf(n_right - j) for j in range(1, i + 1)) / i for i in range(1, n_right + 1))
    tail = law.sf(n_right - 1) + 2 * coins * delta * added
    assert tail == pytest.approx(0.05, abs=1e-7) if bound else tail >= 0.05


def test_delta_only_weakens_the_bound() -> None:
    """More delta explains more right guesses."""
    bounds = [epsilon_lower_bound(1000, 100, 80, delta) for delta in (0.0, 1e-6, 1e-5, 1e-4, 1e-3)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] > bounds[-1]


def told(epsilon: float, coin: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Randomised response: every coin is told rightly with the odds of epsilon, and scored with noise below the gap."""
    right = rng.random(len(coin)) < 1 / (1 + np.exp(-epsilon))
    return np.where(right, coin, ~coin) + rng.uniform(0, 0.5, size=len(coin))


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_randomised_response_is_rarely_exceeded(epsilon: float) -> None:
    """A mechanism of known epsilon is accused in at most 29 of 400 runs, by coins and by pairs."""
    exceeded, paired = 0, 0
    for i in range(RUNS):
        rng = np.random.default_rng([17, i])
        coin = rng.random(1000) < 0.5
        exceeded += one_run(told(epsilon, coin, rng), coin, rng.permutation(1000)).lower_bound > epsilon
        first = rng.random(500) < 0.5
        # A pair's partners are replaced: one answer of epsilon for the pair.
        answer = told(epsilon, first, rng)
        paired += one_run_pairs(answer, 1 - answer, first, rng.permutation(500)).lower_bound > epsilon
    assert exceeded <= 29
    assert paired <= 29


def test_the_bound_comes_near_to_the_truth() -> None:
    """What is never exceeded could be a constant 0: 1,000 coins show at least two thirds of an epsilon of 2."""
    found = []
    for i in range(20):
        rng = np.random.default_rng([18, i])
        coin = rng.random(1000) < 0.5
        found.append(one_run(told(2.0, coin, rng), coin, rng.permutation(1000)).lower_bound)
    assert np.median(found) >= 4 / 3


def test_a_few_who_are_given_away_are_enough() -> None:
    """One member in five is named and nothing else is said: the hundred surest guesses are all right, far above chance.

    100 of 100 at a third of 5 % give log-odds of the exact lower bound (.05 / 3) ** (1 / 100).
    """
    rng = np.random.default_rng(20)
    coin = rng.random(1000) < 0.5
    named = coin & (rng.random(1000) < 0.25)
    found = one_run(named + rng.uniform(0, 0.5, size=1000), coin, rng.permutation(1000))
    low = (0.05 / 3) ** (1 / 100)
    assert found.lower_bound == pytest.approx(np.log(low / (1 - low)))


def test_noise_gives_nothing() -> None:
    """Scores that know nothing give a bound of 0 in at least 95 % of runs, also where all scores are equal."""
    silent, equal = 0, 0
    for i in range(RUNS):
        rng = np.random.default_rng([19, i])
        coin, order = rng.random(600) < 0.5, rng.permutation(600)
        silent += one_run(rng.normal(size=600), coin, order).lower_bound == 0
        equal += one_run(np.zeros(600), coin, order).lower_bound == 0
    assert silent >= 0.95 * RUNS
    assert equal >= 0.95 * RUNS


def test_conversions_by_hand() -> None:
    """A person of three rows, and one unit replaced."""
    epsilon, delta = of_group(0.5, 1e-6, 3)
    assert epsilon == 1.5
    assert delta == pytest.approx(1e-6 * (1 + np.exp(0.5) + np.exp(1.0)))
    epsilon, delta = of_replacement(0.5, 1e-6)
    assert epsilon == 1.0
    assert delta == pytest.approx(1e-6 * (1 + np.exp(0.5)))


def test_what_a_claim_allows_is_the_best_possible_test() -> None:
    """At delta 0 the TPR allowed is that of randomised response, which reaches it: exp(epsilon) FPR."""
    assert largest_tpr(1.0, 0.0, 0.01) == pytest.approx(np.exp(1) * 0.01)
    assert largest_tpr(0.0, 0.0, 0.01) == 0.01
    assert largest_tpr(0.0, 0.05, 0.01) == pytest.approx(0.06)
    assert largest_tpr(5.0, 0.0, 0.5) == pytest.approx(1 - np.exp(-5) * 0.5)


@pytest.mark.parametrize(("coins", "guesses", "right"), [(10, 11, 5), (10, 5, 6), (10, 5, -1)])
def test_impossible_counts_are_refused(coins: int, guesses: int, right: int) -> None:
    """More guesses than coins, more right than guessed."""
    with pytest.raises(ValueError, match="guesses on"):
        epsilon_lower_bound(coins, guesses, right)


def test_guesses_are_counted_as_said() -> None:
    """100 coins: 2 % and 10 % are both the fewest, ten, who are all said to be in; of 50 half are said to be out.

    The forty highest scores went in and the ten lowest: 10 of 10 guesses are right, and 25 + 15 of 50.
    """
    included = (np.arange(100) < 40) | (np.arange(100) >= 90)
    found = one_run(-np.arange(100.0), included, np.arange(100))
    bounds = [epsilon_lower_bound(100, n, right, 0.0, 0.025) for n, right in ((10, 10), (50, 40))]
    assert [(t.n_guesses, t.n_right, t.lower_bound) for t in found.tries] == [(10, 10, bounds[0]), (50, 40, bounds[1])]
    assert found.lower_bound == max(bounds)
    assert found.ceiling == epsilon_lower_bound(100, 50, 50, 0.0, 0.025)


@pytest.mark.parametrize(
    ("share", "n_guesses", "n_right"), [(0.2, 20, 20), (0.21, 21, 11), (0.5, 50, 25), (1, 100, 50)]
)
def test_beyond_a_fifth_of_the_coins_half_are_said_to_be_out(share: float, n_guesses: int, n_right: int) -> None:
    """Everybody is in: the guesses that say out, fewer by one where their number is odd, are wrong."""
    (only,) = one_run(-np.arange(100.0), np.ones(100, dtype=bool), np.arange(100), shares=[share]).tries
    assert (only.n_guesses, only.n_right) == (n_guesses, n_right)


def test_equal_scores_are_guessed_in_the_order_that_was_drawn() -> None:
    """Singles: the lowest places are said to be in. Pairs: an even place says the first, the lowest go first."""
    order = np.arange(100)[::-1]
    (single,) = one_run(np.zeros(100), np.arange(100) >= 80, order, shares=[0.2]).tries
    assert (single.n_guesses, single.n_right) == (20, 20)
    (pairs,) = one_run_pairs(np.zeros(100), np.zeros(100), order % 2 == 0, order, shares=[0.2]).tries
    assert (pairs.n_guesses, pairs.n_right) == (20, 20)
    gap = np.where(np.arange(100) < 30, 5.0, 1.0)
    (widest,) = one_run_pairs(gap, np.zeros(100), np.arange(100) < 30, np.arange(100), shares=[0.3]).tries
    assert (widest.n_guesses, widest.n_right) == (30, 30)
    (back,) = one_run_pairs(np.zeros(100), gap, np.arange(100) >= 30, np.arange(100), shares=[0.3]).tries
    assert back.n_right == 30


def test_the_shares_that_are_guessed_are_fixed_beforehand() -> None:
    """The fiftieth, the tenth and the half of the coins, ten at least."""
    rng = np.random.default_rng(6)
    for m, sizes in ((1_000, [20, 100, 500]), (60, [10, 30]), (8, [8])):
        tries = one_run(rng.normal(size=m), rng.random(m) < 0.5, rng.permutation(m)).tries
        assert [attempt.n_guesses for attempt in tries] == sizes


@pytest.mark.parametrize(("epsilon", "delta"), [(0.5, 0.995), (0.0, 0.999), (3.0, 25.0)])
def test_a_delta_that_says_nothing_allows_everybody_and_no_more(epsilon: float, delta: float) -> None:
    """Converted for a person of many rows it may even be above 1."""
    assert largest_tpr(epsilon, delta) == 1.0
