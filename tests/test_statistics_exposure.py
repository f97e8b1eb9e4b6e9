"""Who stands out one by one."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.exposure import exposed, exposed_crosswise, exposed_mask


def test_list_is_that_of_benjamini_and_hochberg() -> None:
    """The same people as scipy's adjusted p-values at or below q, on scores with ties."""
    rng = np.random.default_rng(0)
    label = rng.permutation(600) < 200
    scores = np.round(4 * (rng.normal(size=600) + 2.5 * (label & (rng.random(600) < 0.4)))) / 4
    other = scores[~label]
    pvalue = np.array([(1 + (other >= s).sum()) / (len(other) + 1) for s in scores[label]])
    expected = stats.false_discovery_control(pvalue) <= 0.05
    mask = exposed_mask(scores, label)
    assert expected.sum() > 10
    assert mask[label].tolist() == expected.tolist()
    assert not mask[~label].any()
    assert exposed(scores, label, name="linkage_sum").n_exposed == expected.sum()


def test_the_false_discovery_rate_holds() -> None:
    """40 of 400 members stand out more or less: the mean share of others on the list is at most 5 % + 3 errors."""
    rng = np.random.default_rng(1)
    label = np.arange(800) < 400
    false = []
    for _ in range(300):
        mask = exposed_mask(rng.normal(size=800) + 4 * (np.arange(800) < 40), label)
        false.append(mask[40:].sum() / max(mask.sum(), 1))
    assert np.mean(false) <= 0.05 + 3 * np.std(false) / np.sqrt(300)
    assert np.mean(false) > 0.01


def test_nobody_is_exposed_by_chance() -> None:
    """Leak-free: an empty list in at least 192 of 200 samples."""
    rng = np.random.default_rng(2)
    label = np.arange(1000) < 500
    assert sum(exposed(rng.normal(size=1000), label).n_exposed == 0 for _ in range(200)) >= 192


def test_the_smallest_list_has_twenty_people() -> None:
    """500 a side at q = .05: 19 members above everybody are no list, 20 are."""
    label = np.arange(1000) < 500
    for n, listed in ((19, 0), (20, 20)):
        scores = np.where(np.arange(1000) < n, 1.0, 0.0)
        assert exposed(scores, label, q=0.05).n_exposed == listed


def test_a_pvalue_at_the_limit_is_on_the_list() -> None:
    """One member above 19 non-members: p = 1/20, exactly q; above 18 it is not enough."""
    for n0, listed in ((19, 1), (18, 0)):
        assert exposed(np.r_[1.0, np.zeros(n0)], np.arange(n0 + 1) < 1, q=0.05).n_exposed == listed


def test_rounding_takes_nobody_off_the_list() -> None:
    """10 c of n members with c - 1 of n - 1 non-members at or above them: p = c / n is exactly the limit q 10 c / n."""
    for n in range(20, 400, 7):
        for c in range(1, n // 10 + 1):
            members = np.where(np.arange(n) < 10 * c, n - c + 0.5, 0.0)
            scores = np.r_[members, np.arange(1.0, n)]
            assert exposed(scores, np.arange(2 * n - 1) < n, q=0.1).n_exposed == 10 * c


def test_a_tie_with_a_nonmember_counts_against_exposure() -> None:
    """One non-member with the top score doubles the p-value of everybody who shares it."""
    label = np.arange(1000) < 500
    scores = np.where(np.arange(1000) < 20, 1.0, 0.0)
    scores[500] = 1.0
    assert exposed(scores, label, q=0.05).n_exposed == 0


def test_result_says_what_was_asked() -> None:
    """The rate, the number of members and the attack are part of the answer; no members, nobody exposed."""
    found = exposed([1.0, 2.0], np.array([False, False]), 0.1, "linkage_tolerant")
    assert (found.n_exposed, found.n_members, found.false_discovery_rate, found.attack) == (
        0,
        0,
        0.1,
        "linkage_tolerant",
    )


@pytest.mark.parametrize(("n_first", "listed", "rate"), [(9, 0, 0.05), (10, 10, 0.1), (19, 19, 0.1), (20, 20, 0.05)])
def test_fewer_people_are_named_at_twice_the_rate(n_first: int, listed: int, rate: float) -> None:
    """Members before all of as many strangers: 20 make a list at 5 %, 10 at 10 %, fewer none."""
    n = 1_000
    scores = np.r_[np.full(n_first, 9.0), np.zeros(2 * n - 1 - n_first)]
    exposure = exposed(scores, np.arange(2 * n - 1) < n)
    assert (exposure.n_exposed, exposure.false_discovery_rate) == (listed, rate)


def test_at_most_one_in_ten_is_named_by_chance() -> None:
    """15 of 400 members stand out among 400 strangers: of those named a tenth at most are others, on average."""
    rng, label, wrong = np.random.default_rng(5), np.arange(800) < 400, []
    for _ in range(300):
        named = np.flatnonzero(exposed_mask(rng.normal(size=800) + 5 * (np.arange(800) < 15), label))
        wrong.append((named >= 15).sum() / max(len(named), 1))
    assert np.mean(wrong) < 0.1


NAMES = [f"attack_{k}/cells" for k in range(40)]


def test_people_whom_another_attack_knows_are_named_and_few_others() -> None:
    """60 of 800 members stand out in one of 40 attacks: most are named, at most a tenth wrongly on average, the right
    attack is told.
    """
    rng, label, right, wrong = np.random.default_rng(6), np.arange(1_600) < 800, [], []
    for _ in range(40):
        scores = rng.normal(size=(40, 1_600))
        scores[17] += 6 * (np.arange(1_600) < 60)
        exposure = exposed_crosswise(scores, NAMES, label, rng, rng.permutation(1_600))
        assert (exposure.attack, exposure.view, exposure.crosswise) == ("attack_17", "cells", True)
        right.append(min(exposure.n_exposed, 60))
        wrong.append(max(exposure.n_exposed - 60, 0) / exposure.n_exposed)
    assert np.mean(right) > 57
    assert np.mean(wrong) < 0.1


def test_of_attacks_that_know_nothing_hardly_any_names_anybody() -> None:
    """A list of ten before the first stranger has chance 2^-10 in either half, whoever was chosen: at most 4 of 400."""
    rng, label = np.random.default_rng(7), np.arange(600) < 300
    named = [
        exposed_crosswise(rng.normal(size=(40, 600)), NAMES, label, rng, rng.permutation(600)).n_exposed > 0
        for _ in range(400)
    ]
    assert sum(named) <= 4


@pytest.mark.parametrize(("n1", "n0"), [(3, 3), (200, 3), (3, 200)])
def test_too_few_people_name_nobody(n1: int, n0: int) -> None:
    """A half would have one of a side, whom nobody is above."""
    scores, rng = np.arange(float(n1 + n0))[None, :], np.random.default_rng(0)
    exposure = exposed_crosswise(scores, ["a/b"], np.arange(n1 + n0) >= n0, rng, range(n1 + n0))
    assert (exposure.n_exposed, exposure.n_members) == (0, n1)
