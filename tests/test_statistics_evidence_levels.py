"""Levels of evidence about one person: thresholds by hand, bounds by scipy, and how often they are wrong."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.evidence_levels import Level, Reached, levels_of, share_of_strangers, strongest
from synthaudit.types import AtLeast, NotEstimable

NOBODY = Reached(record=False, members=0, n_members=0, strangers=0, n_strangers=0)


def held(members: int, n_members: int, strangers: int, n_strangers: int) -> Reached:
    return Reached(record=True, members=members, n_members=n_members, strangers=strangers, n_strangers=n_strangers)


def by_name(levels: tuple[Level, ...]) -> dict[str, Level]:
    return {level.name: level for level in levels}


def test_a_record_held_word_for_word_is_told_as_what_it_is() -> None:
    """200 of 1,500 members and 0 of 1,500 strangers: by hand, half of 5 % for this level, a fifth of it for members."""
    copied = levels_of(1.0, np.zeros(1500), np.zeros(1500), held(200, 1500, 0, 1500))[0]
    tpr, fpr = stats.beta.ppf(0.025 / 5, 200, 1301), 1 - (0.025 * 4 / 5) ** (1 / 1500)
    assert (copied.name, copied.met) == ("word_for_word", True)
    assert copied.tpr_low == pytest.approx(tpr)
    assert copied.fpr_high == pytest.approx(fpr)
    for prior, about in ((0.5, 0.97), (0.1, 0.82), (0.01, 0.30)):
        worth = copied.worth(prior)
        assert isinstance(worth, AtLeast)
        assert worth.at_least == pytest.approx(tpr * prior / (tpr * prior + fpr * (1 - prior)))
        assert int(100 * worth.at_least) / 100 == about
        assert (worth.n, worth.confidence_level) == (3000, 0.95)


def test_thresholds_are_those_of_the_strangers() -> None:
    """Strangers 1 to 1,999: of 2,000 two may be among the top 1 in 1,000, so only who is above 1,998 is; members count
    above the same thresholds."""
    strangers, members = np.arange(1.0, 2000.0), np.array([1998.5, 1990.0, 1950.0, 10.0])
    for score, met in ((1998.5, (True, True, True)), (1998.0, (False, True, True)), (1980.0, (False, False, True))):
        levels = levels_of(score, members, strangers, NOBODY)
        assert [level.name for level in levels] == ["top_1_in_1000", "top_1_in_100", "top_1_in_20"]
        assert tuple(level.met for level in levels) == met
        assert [(level.members, level.strangers) for level in levels] == [(1, 1), (2, 19), (3, 99)]
        # Without the level of copies the three share the error.
        for level, at_most in zip(levels, (1, 19, 99), strict=True):
            assert level.tpr_low == pytest.approx(stats.beta.ppf(0.05 / 3 / 5, level.members, 5 - level.members))
            assert level.fpr_high == pytest.approx(stats.beta.ppf(1 - 0.05 / 3 * 0.8, at_most + 1, 1999 - at_most))


def test_tied_strangers_give_nobody_a_level_and_no_sharper_bound() -> None:
    """All strangers equal: nobody tied with them is above, and that none of them is does not sharpen the bound."""
    levels = by_name(levels_of(1.0, np.ones(50), np.ones(99), NOBODY))
    assert [level.met for level in levels.values()] == [False, False]
    assert levels["top_1_in_20"].strangers == 0
    assert levels["top_1_in_20"].fpr_high == pytest.approx(stats.beta.ppf(1 - 0.025 * 0.8, 5, 95))


@pytest.mark.parametrize("n", [19, 60, 99, 350, 999, 1234])
def test_a_stranger_reaches_a_level_as_seldom_as_is_stated(n: int) -> None:
    """Of n + 1 strangers each is asked about in turn, the others are compared with: floor((n + 1) / N) reach 1 in N."""
    scores = np.random.default_rng(n).permutation(n + 1).astype(float)
    reached = [levels_of(scores[i], [0.0], np.delete(scores, i), NOBODY) for i in range(n + 1)]
    counts = {level.name: sum(by_name(levels)[level.name].met for levels in reached) for level in reached[0]}
    expected = {"top_1_in_1000": (n + 1) // 1000, "top_1_in_100": (n + 1) // 100, "top_1_in_20": (n + 1) // 20}
    assert counts == {name: count for name, count in expected.items() if count}


def test_copies_of_strangers_close_the_level_of_copies() -> None:
    """Of 1,000 people nine others may be held, not ten: so at most one stranger in 100 reaches it."""
    for strangers, met in ((0, True), (9, True), (10, False), (11, False)):
        assert levels_of(1.0, np.zeros(9), np.zeros(9), held(500, 999, strangers, 999))[0].met is met
    assert levels_of(1.0, np.zeros(9), np.zeros(9), held(5, 9, 0, 98)) == ()


def test_the_strongest_level_is_the_one_that_says_most() -> None:
    """One of 100 members above all strangers says less than 40 among their top 1 in 100; where all say nothing, the
    first; where none is reached, none."""
    strangers = np.arange(1000.0)
    members = np.r_[2000.0, np.full(39, 995.0), np.zeros(60)]
    levels = levels_of(2000.0, members, strangers, NOBODY)
    assert [level.met for level in levels] == [True, True, True]
    level = strongest(levels)
    assert level is not None
    assert level.name == "top_1_in_100"
    first, second = (
        replace(level, tpr_low=share, fpr_high=0.1) for level, share in zip(levels, (0.52, 0.59), strict=False)
    )
    assert strongest([first, second]) is second
    assert strongest([second, first]) is second
    nothing = levels_of(2000.0, np.zeros(100), strangers, NOBODY)
    level = strongest(nothing)
    assert level is not None
    assert (level.name, level.worth(0.5)) == (
        "top_1_in_1000",
        NotEstimable(not_estimable="tells nothing: as many strangers may reach this level as members do"),
    )
    assert strongest(levels_of(0.0, members, strangers, NOBODY)) is None


def test_no_number_is_below_the_prior() -> None:
    """For every count of 60 members and 120 strangers and three priors: above the prior, or nothing."""
    for members in range(61):
        for strangers in range(0, 121, 4):
            copied = levels_of(0.0, np.zeros(60), np.zeros(120), held(members, 60, strangers, 120))[0]
            for prior in (0.5, 0.1, 0.01):
                worth = copied.worth(prior)
                says = copied.tpr_low > copied.fpr_high
                assert isinstance(worth, AtLeast) == says
                assert isinstance(worth, NotEstimable) or worth.at_least > prior


@pytest.mark.parametrize(("tpr", "fpr"), [(0.05, 0.05), (0.3, 0.04), (0.08, 0.01), (0.6, 0.3)])
def test_the_bound_of_copies_is_wrong_no_more_often_than_its_part(tpr: float, fpr: float) -> None:
    """Over every pair of counts of 40 members and 150 strangers, weighed by its chance: at most the level's .03."""
    n1, n0 = 40, 150
    truth = tpr / (tpr + fpr)
    wrong = 0.0
    for members in range(n1 + 1):
        for strangers in range(n0 + 1):
            chance = stats.binom.pmf(members, n1, tpr) * stats.binom.pmf(strangers, n0, fpr)
            if chance > 1e-9:
                worth = levels_of(0.0, np.zeros(n1), np.zeros(n0), held(members, n1, strangers, n0))[0].worth(0.5)
                wrong += chance * (isinstance(worth, AtLeast) and worth.at_least > truth)
    assert wrong <= 0.05 * 3 / 5


def test_the_bounds_of_scores_hold_together() -> None:
    """Normal scores, members one deviation higher: over 2,000 worlds the share of members above a threshold, which the
    law gives, is below a bound in at most 67 of 1,000."""
    rng, wrong = np.random.default_rng(7), 0
    for _ in range(2000):
        strangers, members = rng.normal(size=399), 1 + rng.normal(size=200)
        ordered = np.sort(strangers)
        for level in levels_of(0.0, members, strangers, NOBODY):
            threshold = ordered[-(400 // level.one_in)]
            tpr, fpr = stats.norm.sf(threshold - 1), stats.norm.sf(threshold)
            if level.tpr_low / level.fpr_high > tpr / fpr:
                wrong += 1
                break
    assert wrong <= 2 * 67


def test_what_strangers_have_in_all_is_the_two_ways_together() -> None:
    """Scores lie within each other, copies do not: 1 in 20 and 1 in 100; fewer strangers, fewer ways."""
    assert share_of_strangers(levels_of(0.0, [0.0], np.arange(999.0), held(0, 1, 0, 999))) == pytest.approx(0.06)
    assert share_of_strangers(levels_of(0.0, [0.0], np.arange(50.0), held(0, 1, 0, 50))) == 0.05
    assert share_of_strangers(()) == 0.0
