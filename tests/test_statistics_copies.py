"""Verbatim copies by candidate."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.copies import copies_test, excess_over_chance, listed_copies
from synthaudit.statistics.intervals import difference_of_shares
from synthaudit.types import Estimate, NotEstimable


def table(train: int, n1: int, holdout: int, n0: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates of which so many are copied on each side."""
    label = np.arange(n1 + n0) < n1
    copied = (np.arange(n1 + n0) < train) | (np.arange(n1 + n0) >= n1 + n0 - holdout)
    return copied, label


@pytest.mark.parametrize("counts", [(12, 1000, 2, 1000), (3, 300, 9, 1200), (0, 50, 5, 70), (50, 50, 70, 70)])
def test_pvalue_is_fishers(counts: tuple[int, int, int, int]) -> None:
    """The upper hypergeometric tail is Fisher's exact test, one-sided, for unequal sizes too."""
    train, n1, holdout, n0 = counts
    found = copies_test(*table(*counts))
    expected = stats.fisher_exact(np.array([[train, n1 - train], [holdout, n0 - holdout]]), alternative="greater")
    assert found.pvalue == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.expected == pytest.approx((train + holdout) * n1 / (n1 + n0))
    assert isinstance(found.excess, Estimate)
    assert found.excess.value == pytest.approx(train / n1 - holdout / n0)
    assert (found.excess.low, found.excess.high) == difference_of_shares(train, n1, holdout, n0, 0.95)


def test_no_copies_no_evidence() -> None:
    """0 of 2,000: p = 1 and an excess of at most 3.84/(n + 3.84) = .19 %."""
    found = copies_test(*table(0, 2000, 0, 2000))
    assert (found.expected, found.pvalue) == (0.0, 1.0)
    assert isinstance(found.excess, Estimate)
    z2 = stats.norm.ppf(0.975) ** 2
    assert (found.excess.low, found.excess.high) == pytest.approx((-z2 / (2000 + z2), z2 / (2000 + z2)))


def test_fewer_copies_than_expected_are_no_finding_here() -> None:
    """No member but twelve non-members copied: p is 1, and the excess is negative."""
    found = copies_test(*table(0, 1000, 12, 1000))
    assert found.pvalue == 1.0
    assert isinstance(found.excess, Estimate)
    assert found.excess.high < 0.001


def test_false_alarms_where_rows_collide() -> None:
    """Candidates collide with the release at 10 % on both sides: p < .05 in at most 29 of 400 draws."""
    rng = np.random.default_rng(0)
    label = np.arange(900) < 300
    alarms = sum(copies_test(rng.random(900) < 0.1, label).pvalue < 0.05 for _ in range(400))
    assert alarms <= 29


def test_without_nonmembers_there_is_nothing_to_compare() -> None:
    """The copies are counted; their excess is not estimable."""
    found = copies_test(*table(4, 10, 0, 0))
    assert (found.expected, found.pvalue) == (4.0, 1.0)
    assert found.excess == NotEstimable(not_estimable="An excess needs members and non-members; there are 10 and 0.")
    for copied in ([True], [True, False, True], [[True, False], [True, False]]):
        with pytest.raises(ValueError, match="same length"):
            copies_test(copied, [True, False])


@pytest.mark.parametrize(("m", "tail"), [(400, 0.0), (4_000, 0.0), (400, 1.0), (4_000, 1.0)])
def test_people_whom_a_release_never_knew_are_seldom_said_to_be_known(m: int, tail: float) -> None:
    """Train, release and list of one law, flat or with frequent records: p below .01 in 1 of 100 at most.

    Of 400 lists at most 11 may be, which happens to an honest test once in a thousand times; a release ten times as
    large as train meets more people by chance, and must not be accused of it.
    """
    rng = np.random.default_rng(5)
    share = 1 / (np.arange(200_000) + 2_000.0) ** tail
    share /= share.sum()
    wrong = 0
    for _ in range(400):
        train, listed, release = (rng.choice(len(share), size=n, p=share) for n in (400, 40, m))
        own = np.unique(listed[~np.isin(listed, train)])
        n_twins = int((np.unique(train, return_counts=True)[1][np.unique(train, return_inverse=True)[1]] > 1).sum())
        n_found = int(np.isin(own, release).sum())
        wrong += listed_copies(n_found, len(own), len(np.unique(release)), n_twins=n_twins, n_train=400)[1] < 0.01
    assert wrong <= stats.binom.isf(0.001, 400, 0.01)


def test_a_few_people_held_among_many_are_known() -> None:
    """4 of 40 where chance holds at most 1 - .01^(1/1000) of them: the binomial tail, by hand."""
    chance, pvalue = listed_copies(4, 40, 500, n_twins=0, n_train=1_000)
    assert chance == pytest.approx(1 - 0.01 ** (1 / 1_000))
    assert pvalue == pytest.approx(stats.binom.sf(3, 40, chance))
    assert listed_copies(0, 40, 500, n_twins=0, n_train=1_000)[1] == 1.0
    assert listed_copies(0, 0, 500, n_twins=0, n_train=1_000)[1] == 1.0


def test_the_excess_of_copies_is_newcombes_difference() -> None:
    """56 of 70 members against 48 of 80 others: example (a) of Newcombe (1998), and 104 copies in proportion 7 to 8."""
    found = copies_test(*table(56, 70, 48, 80))
    assert isinstance(found.excess, Estimate)
    assert [round(x, 4) for x in (found.excess.value, found.excess.low, found.excess.high)] == [0.2, 0.0524, 0.3339]
    assert (found.excess.n, found.excess.confidence_level) == (150, 0.95)
    assert found.expected == pytest.approx(104 * 70 / 150)


def test_without_a_holdout_the_excess_is_less_chance() -> None:
    """The exact interval of the share, less what chance copies at most."""
    excess = excess_over_chance(30, 500, 0.01)
    share = stats.binomtest(30, 500).proportion_ci(0.95, method="exact")
    assert (excess.value, excess.low, excess.high) == pytest.approx((0.05, share.low - 0.01, share.high - 0.01))
    assert (excess.n, excess.confidence_level) == (500, 0.95)


@pytest.mark.parametrize(("n_distinct", "times"), [(500, 1), (1_000, 1), (3_000, 3), (10_000_000, None)])
def test_chance_for_a_list_grows_with_the_release_and_ends_at_one(n_distinct: int, times: int | None) -> None:
    """In proportion where the release has more rows than train, never below the twin share of train."""
    chance, pvalue = listed_copies(4, 40, n_distinct, n_twins=3, n_train=1_000)
    twin = stats.binomtest(3, 1_000).proportion_ci(0.98, method="exact").high
    assert chance == pytest.approx(1.0 if times is None else times * twin)
    assert pvalue == pytest.approx(1.0 if times is None else stats.binom.sf(3, 40, times * twin))


@pytest.mark.parametrize("shape", [(4,), (5, 1), ()])
def test_flags_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """One for each candidate, in one row."""
    with pytest.raises(ValueError, match="of the same length"):
        copies_test(np.zeros(shape, dtype=bool), np.zeros(shape if shape != (4,) else (5,), dtype=bool))
