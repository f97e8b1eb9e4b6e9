"""Promise: two releases that give as much away are seldom told apart, and two that differ threefold nearly always."""

from collections.abc import Callable

import numpy as np
import pytest
from figures import Record
from scipy import stats

from synthaudit.statistics.laws import normal_quantile
from synthaudit.statistics.members_found import (
    SharedHalves,
    _exchanged,
    auc_pvalue,
    found_pvalue,
    found_surplus,
    interval_pvalue,
    paired_difference,
    paired_pvalue,
    standing,
    unpaired_pvalue,
)
from synthaudit.statistics.roc import true_positives
from synthaudit.statistics.worst_attack import worst_attack
from synthaudit.types import BoolArray, Estimate, FloatArray

IS_MEMBER = np.arange(2_000) < 1_000
"""1,000 people a side."""
Leak = Callable[[np.random.Generator, float, BoolArray], FloatArray]


def a_few(rng: np.random.Generator, tpr: float, is_member: BoolArray) -> FloatArray:
    """Scores that put some members far above everybody else, and know nothing of the others."""
    stands_out = is_member & (rng.random(len(is_member)) < (tpr - 0.01) / 0.99)
    return rng.normal(size=len(is_member)) + 9 * stands_out


def everybody(rng: np.random.Generator, tpr: float, is_member: BoolArray) -> FloatArray:
    """Scores that are a little higher for every member."""
    return rng.normal(size=len(is_member)) + (normal_quantile(tpr) - normal_quantile(0.01)) * is_member


def release(rng: np.random.Generator, leak: Leak, tpr: float) -> FloatArray:
    """(4, n) scores of four attacks, one of which finds anything; two are nearly the same, as those of a family."""
    noise = rng.normal(size=(3, len(IS_MEMBER)))
    noise[2] = noise[1] + 0.1 * noise[2]
    return np.vstack([leak(rng, tpr, IS_MEMBER), noise])


def on_the_same_people(first: FloatArray, second: FloatArray, seed: int) -> float:
    """p-value of the test of scores."""
    halves = SharedHalves.draw(IS_MEMBER, seed)
    return paired_pvalue(standing(first, halves), standing(second, halves), halves, seed, 999)


def by_intervals(first: FloatArray, second: FloatArray, seed: int) -> float:
    """p-value of the test of what a report tells."""
    told = []
    for scores in (first, second):
        rng = np.random.default_rng((7, seed))
        worst = worst_attack(scores, [f"{i}/cells" for i in range(len(scores))], IS_MEMBER, rng, np.arange(2_000))
        assert isinstance(worst.tpr_at_fpr, Estimate)
        assert isinstance(worst.auc, Estimate)
        told.append((worst.tpr_at_fpr, worst.auc))
    return unpaired_pvalue(*told)


def told_apart(test: Callable[..., float], leak: Leak, tprs: tuple[float, float], n_pairs: int) -> int:
    """Of so many pairs of releases those that a test tells apart at 5 %."""
    n = 0
    for seed in range(n_pairs):
        rng = np.random.default_rng((11, seed))
        n += test(release(rng, leak, tprs[0]), release(rng, leak, tprs[1]), seed) < 0.05
    return n


@pytest.mark.parametrize("test", [on_the_same_people, by_intervals])
@pytest.mark.parametrize("leak", [a_few, everybody])
def test_releases_that_leak_alike_are_not_told_apart(
    test: Callable[..., float], leak: Leak, record_figure: Record
) -> None:
    """Of 20 pairs that are equally leaky at most 2 differ."""
    n = told_apart(test, leak, (0.10, 0.10), 20)
    record_figure(f"equally leaky pairs told apart, {test.__name__}, {leak.__name__}", n, "<= 2 of 20")
    assert n <= 2


@pytest.mark.parametrize("test", [on_the_same_people, by_intervals])
@pytest.mark.parametrize("leak", [a_few, everybody])
def test_a_threefold_leak_is_told_apart(test: Callable[..., float], leak: Leak, record_figure: Record) -> None:
    """Of 20 pairs with members found of 5 % and of 15 % at least 18 differ."""
    n = told_apart(test, leak, (0.05, 0.15), 20)
    record_figure(f"threefold leaks told apart, {test.__name__}, {leak.__name__}", n, ">= 18 of 20")
    assert n >= 18


@pytest.mark.statistics
@pytest.mark.parametrize("tpr", [0.01, 0.05, 0.15])
@pytest.mark.parametrize("leak", [a_few, everybody])
def test_the_error_is_kept(leak: Leak, tpr: float, record_figure: Record) -> None:
    """Of 400 pairs that are equally leaky, or do not leak at all, 5 % are told apart: 33 is above 29 of 30 studies."""
    n = told_apart(on_the_same_people, leak, (tpr, tpr), 400)
    record_figure(f"equally leaky pairs told apart, {leak.__name__} at {tpr:g}", n, "<= 33 of 400")
    assert n <= 33


def test_the_share_found_is_that_of_the_report() -> None:
    """Members above the threshold by standing are those above it by the scores of the attack."""
    rng = np.random.default_rng(3)
    scores, halves = a_few(rng, 0.3, IS_MEMBER), SharedHalves.draw(IS_MEMBER, 0)
    place, measured = standing(scores, halves), halves.measured
    threshold = np.sort(place[~halves.labels])[5]
    expected = true_positives(scores[measured], halves.labels, 0.01, order=halves.order[measured])[0]
    assert (place[halves.labels] < threshold).sum() == expected


def test_the_surplus_is_of_members_found_at_the_threshold() -> None:
    """Of either release those above its own threshold, one less the other; the other way round it is the opposite."""
    rng, halves = np.random.default_rng(5), SharedHalves.draw(IS_MEMBER, 0)
    first, second = (standing(a_few(rng, tpr, IS_MEMBER), halves) for tpr in (0.3, 0.1))
    found = [int((place[halves.labels] < np.sort(place[~halves.labels])[5]).sum()) for place in (first, second)]
    assert found_surplus(first, second, halves) == found[0] - found[1] > 0
    assert found_surplus(second, first, halves) == found[1] - found[0]


@pytest.mark.parametrize("leak", [a_few, everybody])
def test_a_difference_has_its_direction(leak: Leak) -> None:
    """Of 20 pairs with 5 % and 15 % found each that is told is told the right way round, either way."""
    for seed in range(20):
        rng, halves = np.random.default_rng((11, seed)), SharedHalves.draw(IS_MEMBER, seed)
        less, more = (standing(release(rng, leak, tpr), halves) for tpr in (0.05, 0.15))
        for first, second, expected in ((more, less, 1), (less, more, -1)):
            direction, pvalue = paired_difference(first, second, halves, seed, 999)
            assert direction == expected or pvalue > 0.05


def test_scores_may_be_on_any_scale() -> None:
    """A growing function of the scores of one release changes no p-value."""
    rng = np.random.default_rng(4)
    first, second = release(rng, a_few, 0.05), release(rng, a_few, 0.1)
    assert on_the_same_people(first, np.exp(second), 0) == on_the_same_people(first, second, 0)


def test_the_order_of_two_releases_is_no_matter() -> None:
    """The difference of AUCs is symmetric; so is what exchanges give, but for the draw."""
    rng, halves = np.random.default_rng(5), SharedHalves.draw(IS_MEMBER, 0)
    first, second = (standing(release(rng, everybody, tpr), halves) for tpr in (0.05, 0.08))
    assert auc_pvalue(first, second, halves) == pytest.approx(auc_pvalue(second, first, halves))
    assert found_pvalue(first, second, halves, 0) == pytest.approx(found_pvalue(second, first, halves, 0), abs=0.02)


def test_whoever_is_never_found_is_left_out_without_a_change() -> None:
    """The exchange of all people, written down plainly, gives the same p-value to the error of its draws."""
    rng, halves = np.random.default_rng(6), SharedHalves.draw(IS_MEMBER, 0)
    one, other = (standing(release(rng, everybody, tpr), halves) for tpr in (0.05, 0.09))
    members = halves.labels

    def surplus(first: FloatArray, second: FloatArray) -> int:
        found = [(each[members] < np.sort(each[~members])[5]).sum() for each in (first, second)]
        return int(found[0] - found[1])

    exchanged = []
    for _ in range(2_000):
        swap = rng.random(len(members)) < 0.5
        exchanged.append(surplus(np.where(swap, other, one), np.where(swap, one, other)))
    plain = (np.abs(exchanged) >= abs(surplus(one, other))).mean()
    assert found_pvalue(one, other, halves, 0) == pytest.approx(plain, abs=0.04)


def test_an_interval_that_ends_where_the_other_stands() -> None:
    """Two figures with intervals of equal length differ at 5 % where they lie 1.96 standard errors apart."""
    half = 0.02
    reach = np.sqrt(2) * np.sqrt(2) * half
    low, high = (
        Estimate(value=v, low=v - half, high=v + half, confidence_level=0.95, n=100) for v in (0.4, 0.4 + reach)
    )
    assert interval_pvalue(low, high) == pytest.approx(0.05)
    assert interval_pvalue(high, low) == interval_pvalue(low, high)
    assert unpaired_pvalue((low, high), (low, low)) == pytest.approx(0.1)
    assert unpaired_pvalue((low, high), (low, high)) == 1.0
    wide, other = (
        Estimate(value=v, low=a, high=b, confidence_level=0.95, n=9) for v, a, b in ((0.1, 0.05, 0.35), (0.6, 0.3, 0.7))
    )
    apart = 0.5 * normal_quantile(0.975) / (np.sqrt(2) * np.hypot(0.3, 0.25))
    assert interval_pvalue(wide, other) == pytest.approx(2 * stats.norm.sf(apart))
    sure, surely = (Estimate(value=v, low=v, high=v, confidence_level=0.95, n=9) for v in (0.1, 0.6))
    assert (interval_pvalue(sure, sure), interval_pvalue(sure, surely)) == (1.0, 0.0)


def test_the_direction_is_that_of_the_figure_that_differs_more() -> None:
    """Of the share found or of the AUC, where the two point to different releases."""
    halves = SharedHalves.draw(IS_MEMBER, 0)
    n, rng = len(halves.labels), np.random.default_rng(7)
    noise, members = rng.permutation(n) / n, np.flatnonzero(halves.labels)
    # Smaller is nearer to the top. A fifth of the members before all others, the rest a little behind.
    crowded = noise + 0.15 * halves.labels
    crowded[members[: len(members) // 5]] = -noise[members[: len(members) // 5]]
    assert paired_difference(crowded, noise, halves, 0, 999)[0] == 1
    assert paired_difference(noise, crowded, halves, 0, 999)[0] == -1
    # All members nearer than others in the mean, and none among the very first; in the other release eight are.
    nearer = np.where(halves.labels, 0.1 + 0.5 * noise, noise)
    few = noise.copy()
    few[members[:8]] = -noise[members[:8]]
    assert found_surplus(few, nearer, halves) > 0
    assert paired_difference(few, nearer, halves, 0, 999)[0] == -1
    assert paired_difference(nearer, few, halves, 0, 999)[0] == 1


def test_releases_that_show_all_and_the_opposite_differ() -> None:
    """Neither AUC has a variance; the difference has no doubt, whichever comes first."""
    halves = SharedHalves.draw(IS_MEMBER, 0)
    places = np.arange(len(halves.labels)) / len(halves.labels)
    shown = places + 2.0 * ~halves.labels
    assert auc_pvalue(shown, places + 2.0 * halves.labels, halves) == 0.0
    assert auc_pvalue(places + 2.0 * halves.labels, shown, halves) == 0.0
    assert auc_pvalue(shown, shown, halves) == 1.0


def test_exchanges_are_as_many_as_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few are held at a time."""
    rng, labels = np.random.default_rng(8), np.arange(40) < 20
    for cells in (1, 100, 1 << 22):
        monkeypatch.setattr("synthaudit.statistics.members_found._MOST_CELLS", cells)
        assert _exchanged(rng.normal(size=(2, 40)), labels, 1, rng, 99).shape == (99,)
