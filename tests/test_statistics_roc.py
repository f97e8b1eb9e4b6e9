"""AUC and TPR at a fixed FPR: known answers, exact laws, coverage."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from synthaudit.statistics.roc import (
    auc,
    delong_components,
    detection_curve,
    joint_delong,
    nonmembers_needed,
    surely_above,
    surely_below,
    tpr_at_fpr,
    tpr_lower_bound,
    tpr_upper_bound,
    true_positives,
)
from synthaudit.types import Estimate, Measured, NotEstimable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def sample(rng: np.random.Generator, n1: int, n0: int, shift: float = 0.0, ties: bool = False) -> tuple[Floats, Bools]:
    """Normal scores, members moved up by ``shift``, in random order of units."""
    label = rng.permutation(n1 + n0) < n1
    scores = rng.normal(size=n1 + n0) + shift * label
    return (np.round(2 * scores) if ties else scores), label


def value(measured: Measured) -> Estimate:
    """The estimate that must be there."""
    assert isinstance(measured, Estimate)
    return measured


# --- AUC


@pytest.mark.parametrize("ties", [False, True])
def test_auc_is_the_share_of_won_pairs(ties: bool) -> None:
    """Value and variance agree with the O(n1 n0) definition of DeLong (1988), ties half; the value with sklearn."""
    rng = np.random.default_rng(3)
    scores, label = sample(rng, 37, 53, 0.7, ties)
    member, other = scores[label], scores[~label]
    won = (member[:, None] > other[None, :]) + 0.5 * (member[:, None] == other[None, :])
    aucs, v10, v01 = delong_components(scores, label)
    assert aucs[0] == pytest.approx(won.mean(), abs=1e-12)
    assert aucs[0] == pytest.approx(roc_auc_score(label, scores), abs=1e-12)
    assert v10[0] == pytest.approx(won.mean(axis=1), abs=1e-12)
    assert v01[0] == pytest.approx(won.mean(axis=0), abs=1e-12)
    _, cov = joint_delong(scores, label)
    variance = won.mean(axis=1).var(ddof=1) / 37 + won.mean(axis=0).var(ddof=1) / 53
    assert cov[0, 0] == pytest.approx(variance, rel=1e-12)


def test_joint_covariance_agrees_with_the_definition() -> None:
    """Off-diagonal terms are covariances of the two attacks' components over the same units."""
    rng = np.random.default_rng(4)
    scores, label = sample(rng, 30, 40, 0.5)
    both = np.stack([scores, scores + rng.normal(size=70)])
    aucs, cov = joint_delong(both, label)
    pairs = [(row[label][:, None] > row[~label][None, :]).astype(float) for row in both]
    by_hand = (
        np.cov(pairs[0].mean(axis=1), pairs[1].mean(axis=1))[0, 1] / 30
        + np.cov(pairs[0].mean(axis=0), pairs[1].mean(axis=0))[0, 1] / 40
    )
    assert cov[0, 1] == pytest.approx(by_hand, rel=1e-10)
    assert cov[1, 0] == cov[0, 1]
    assert aucs == pytest.approx([p.mean() for p in pairs], abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_swapped_labels_turn_the_auc_round(ties: bool) -> None:
    """AUC and both ends of its interval go to one minus themselves."""
    scores, label = sample(np.random.default_rng(5), 61, 47, 0.4, ties)
    there, back = value(auc(scores, label)), value(auc(scores, ~label))
    assert (back.value, back.low, back.high) == pytest.approx(
        (1 - there.value, 1 - there.high, 1 - there.low), abs=1e-14
    )
    assert value(auc(-scores, label)).value == pytest.approx(1 - there.value, abs=1e-15)


def test_ties_count_half() -> None:
    """One member above, one equal, one below the only score of the non-members: 1/2."""
    assert value(auc([2.0, 1.0, 0.0, 1.0, 1.0], np.array([True, True, True, False, False]))).value == 0.5


def test_perfect_separation_of_fifty_per_side() -> None:
    """The lower bound is .025^(1/50) squared = .863, not 1; the upper end is 1. Inverted, the mirror image."""
    scores = np.arange(100.0)
    found = value(auc(scores, scores >= 50))
    assert (found.value, round(found.low, 3), found.high, found.n) == (1.0, 0.863, 1.0, 100)
    found = value(auc(scores, scores < 50))
    assert (found.value, found.low, round(found.high, 3)) == (0.0, 0.0, 0.137)


def test_one_score_for_everybody() -> None:
    """AUC 1/2, and an interval as wide as what 500 equal scores on each side leave open: .9853/2 on either side."""
    found = value(auc(np.zeros(1000), np.arange(1000) < 500))
    certain = 0.025 ** (2 / 500)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, certain / 2, 1 - certain / 2))


def test_too_few_units_are_not_estimable() -> None:
    """One member has no variance; the reason says what is there."""
    assert auc([1.0, 2.0, 3.0], np.array([True, False, False])) == NotEstimable(
        not_estimable="An AUC with its interval needs two members and two non-members; there are 1 and 2."
    )


def test_auc_takes_one_attack() -> None:
    """A matrix of scores is a family, not an attack."""
    with pytest.raises(ValueError, match="one attack"):
        auc(np.zeros((2, 4)), np.array([True, True, False, False]))
    with pytest.raises(ValueError, match="members and non-members are both needed"):
        delong_components([1.0, 2.0], np.array([True, True]))
    with pytest.raises(ValueError, match="two members"):
        joint_delong([1.0, 2.0, 0.0], np.array([True, False, False]))


@pytest.mark.parametrize(("n1", "n0", "truth"), [(60, 60, 0.5), (60, 60, 0.75), (150, 40, 0.6)])
def test_auc_interval_covers(n1: int, n0: int, truth: float) -> None:
    """The 95 % interval covers the truth of a normal shift in 93 to 97 % of 1,000 samples."""
    rng = np.random.default_rng(11)
    shift = np.sqrt(2) * stats.norm.ppf(truth)
    found = [value(auc(*sample(rng, n1, n0, shift))) for _ in range(1000)]
    assert 930 <= sum(e.low <= truth <= e.high for e in found) <= 970


def test_clusters_widen_the_interval_as_they_should() -> None:
    """20 rows a person, of almost one score: by person 90 to 98 % of 400 intervals cover 1/2, by row less than 60 %."""
    rng = np.random.default_rng(12)
    entity = np.repeat(np.arange(120), 20)
    by_person = by_row = 0
    for _ in range(400):
        label = (rng.permutation(120) < 60)[entity]
        scores = rng.normal(size=120)[entity] + 0.1 * rng.normal(size=2400)
        found = value(auc(scores, label, entity=entity))
        by_person += found.low <= 0.5 <= found.high
        by_row += (row := value(auc(scores, label))).low <= 0.5 <= row.high
        assert (found.value, found.n) == (row.value, 120)
    assert 360 <= by_person <= 392
    assert by_row < 240


def test_clusters_of_one_row_change_nothing_much() -> None:
    """With one row a person the cluster variance is DeLong's."""
    scores, label = sample(np.random.default_rng(13), 40, 50, 0.3)
    alone, clustered = value(auc(scores, label)), value(auc(scores, label, entity=np.arange(90)))
    assert (clustered.low, clustered.high) == pytest.approx((alone.low, alone.high), abs=1e-12)


# --- TPR at a fixed FPR


def test_smallest_holdouts_that_give_a_lower_bound() -> None:
    """3,688, 368 and 36 non-members for one attack; 7,780 and 775 for sixty pieces that share 2.5 %."""
    assert [nonmembers_needed(a) for a in (0.001, 0.01, 0.1)] == [3688, 368, 36]
    assert [nonmembers_needed(a, 0.025 / 60) for a in (0.001, 0.01)] == [7780, 775]
    for fpr, n0 in ((0.001, 3688), (0.01, 368), (0.1, 36)):
        assert surely_below(n0, fpr, 0.025) == 0
        assert surely_below(n0 - 1, fpr, 0.025) is None


@pytest.mark.parametrize(("n0", "fpr"), [(36, 0.1), (500, 0.01), (2000, 0.01), (4000, 0.001), (333, 0.1)])
def test_thresholds_follow_the_beta_rule(n0: int, fpr: float) -> None:
    """k is the largest with P(Beta(k+1, n0-k) > fpr) <= .025, j the smallest with P(Beta(j, n0-j+1) < fpr) <= .025."""
    k, j = surely_below(n0, fpr, 0.025), surely_above(n0, fpr, 0.025)
    assert k is not None
    assert j is not None
    assert stats.beta.sf(fpr, k + 1, n0 - k) <= 0.025 < stats.beta.sf(fpr, k + 2, n0 - k - 1)
    assert stats.beta.cdf(fpr, j, n0 - j + 1) <= 0.025 < stats.beta.cdf(fpr, j - 1, n0 - j + 2)
    assert k < fpr * n0 < j


def test_bounds_count_what_the_rule_says() -> None:
    """500 non-members at 1 %: the lower bound reads the first, the upper bound the eleventh highest of them."""
    assert (surely_below(500, 0.01, 0.025), surely_above(500, 0.01, 0.025)) == (0, 11)
    # Members at 1000.., non-members at 0..499; 3 members above all, 2 between the 4th and 5th highest non-member.
    scores = np.r_[np.full(3, 1000.0), np.full(2, 495.5), np.full(495, -1.0), np.arange(500.0)]
    label = np.arange(1000) < 500
    order = np.arange(1000)
    found = value(tpr_at_fpr(scores, label, 0.01, order=order))
    assert found.value == 5 / 500
    assert found.low == pytest.approx(stats.beta.ppf(0.025, 3, 498))
    assert found.high == pytest.approx(stats.beta.ppf(0.975, 6, 495))
    assert (found.confidence_level, found.n) == (0.95, 1000)


def test_ties_at_the_threshold_are_random_for_the_value_and_excluded_for_the_lower_bound() -> None:
    """30 % of the members and 5 % of the others share the top score: a strict threshold says 0, the truth is 6 %."""
    label = np.arange(4000) < 2000
    scores = np.where(label, np.arange(4000) < 600, np.arange(4000) >= 3900).astype(float)
    found = [
        value(tpr_at_fpr(scores, label, 0.01, order=np.random.default_rng(seed).permutation(4000)))
        for seed in range(200)
    ]
    # Members before the 21st of 100 non-members in a random order of 700: 600 * 21 / 101 of 2,000 on average.
    expected = 600 * 21 / 101 / 2000
    values = np.array([e.value for e in found])
    assert abs(values.mean() - expected) < 4 * values.std() / np.sqrt(200)
    assert all(e.low == 0.0 for e in found)
    count, tied = true_positives(scores, label, 0.01, order=np.arange(4000))
    assert (count, tied) == (600, 700)


def test_below_the_smallest_holdout_there_is_no_number() -> None:
    """367 non-members: not estimable at 1 %, with the number that would do; the one-sided upper bound still exists."""
    scores, label = sample(np.random.default_rng(0), 400, 367)
    found = tpr_at_fpr(scores, label, 0.01, order=np.arange(767))
    assert found == NotEstimable(
        not_estimable="The share of members found at 1 % false-positive rate needs 368 non-members and one member; "
        "there are 367 and 400."
    )
    assert tpr_lower_bound(scores, label, 0.01) is None
    assert 0 < tpr_upper_bound(scores, label, 0.01, order=np.arange(767)) < 0.1


def test_without_a_threshold_above_the_upper_bound_is_one() -> None:
    """One non-member cannot show that a threshold has a false-positive rate of 10 % or more."""
    assert tpr_upper_bound([0.0, 1.0], np.array([True, False]), 0.1, order=[0, 1]) == 1.0
    with pytest.raises(ValueError, match="below 1"):
        true_positives([0.0, 1.0], np.array([True, False]), 1.0, order=[0, 1])


def test_true_positives_follow_their_law() -> None:
    """If nothing leaks the count is BetaBinomial(n1; k+1, n0-k), tied scores or not: chi-square p > .001."""
    rng = np.random.default_rng(21)
    n1, n0, draws = 120, 250, 3000
    law = stats.betabinom(n1, 3, n0 - 2)
    for ties in (False, True):
        counts = np.array(
            [
                true_positives(*sample(rng, n1, n0, ties=ties), 0.01, order=rng.permutation(n1 + n0))[0]
                for _ in range(draws)
            ]
        )
        cells = np.r_[law.pmf(np.arange(5)), law.sf(4)] * draws
        seen = np.r_[[(counts == x).sum() for x in range(5)], (counts > 4).sum()]
        assert stats.chisquare(seen, cells).pvalue > 0.001


@pytest.mark.parametrize(("n1", "n0"), [(500, 500), (1500, 400)])
def test_tpr_bounds_hold(n1: int, n0: int) -> None:
    """Normal shift of 1: TPR at 1 % is .0925; each bound is on the wrong side in at most 29 of 400 samples."""
    rng = np.random.default_rng(22)
    truth = stats.norm.sf(stats.norm.isf(0.01) - 1.0)
    too_high = too_low = 0
    for _ in range(400):
        found = value(tpr_at_fpr(*sample(rng, n1, n0, 1.0), 0.01, order=np.arange(n1 + n0)))
        too_high += found.low > truth
        too_low += found.high < truth
    assert too_high <= 29
    assert too_low <= 29


def test_entities_are_named_by_their_highest_row() -> None:
    """Rows summarised to people by hand give the same answer."""
    rng = np.random.default_rng(23)
    entity = np.repeat(np.arange(900), 3)
    label = np.arange(900) < 450
    rows = rng.normal(size=2700)
    order = rng.permutation(2700)
    by_row = tpr_at_fpr(rows, label[entity], 0.01, order=order, entity=entity)
    assert by_row == tpr_at_fpr(rows.reshape(900, 3).max(axis=1), label, 0.01, order=order[::3])


def test_copies_law() -> None:
    """A share L of the release drawn from n1 members: f = 1-(1-1/n1)^(L m) stand out, AUC = f+(1-f)/2.

    Above the highest of n0 non-members stand these, and of the others one in n0 + 1 by chance.
    """
    rng = np.random.default_rng(24)
    n, m, share = 1000, 2000, 0.3
    f = 1 - (1 - 1 / n) ** (share * m)
    label = np.arange(2 * n) < n
    tprs, aucs = [], []
    for _ in range(60):
        scores = rng.random(2 * n)
        scores[rng.integers(n, size=int(share * m))] = 2.0
        tprs.append(true_positives(scores, label, 1e-9, order=np.arange(2 * n))[0] / n)
        aucs.append(value(auc(scores, label)).value)
    for found, truth in ((tprs, f + (1 - f) / (n + 1)), (aucs, f + (1 - f) / 2)):
        assert abs(np.mean(found) - truth) < 3 * np.std(found) / np.sqrt(60)


@pytest.mark.parametrize(("p", "q"), [(0.05, 0.0), (0.05, 0.02), (0.3, 0.005)])
def test_colliding_copies_law(p: float, q: float) -> None:
    """Copied with probability p, colliding with q: AUC = 1/2 + p(1-q)/2; TPR by random ties, at level (k+1)/(n0+1).

    With pm = p+(1-p)q the copied members stand at the top among a share q of the non-members: at level a the TPR is
    pm + (1-pm)(a-q)/(1-q) if a >= q, else a pm/q.
    """
    rng = np.random.default_rng(25)
    n = 1000
    label = np.arange(2 * n) < n
    tprs, aucs = [], []
    for _ in range(150):
        scores = (rng.random(2 * n) < np.where(label, p + (1 - p) * q, q)).astype(float)
        tprs.append(true_positives(scores, label, 0.01, order=rng.permutation(2 * n))[0] / n)
        aucs.append(value(auc(scores, label)).value)
    level, pm = 11 / 1001, p + (1 - p) * q
    tpr = pm + (1 - pm) * (level - q) / (1 - q) if level >= q else level * pm / q
    assert abs(np.mean(aucs) - (0.5 + p * (1 - q) / 2)) < 3 * np.std(aucs) / np.sqrt(150)
    assert abs(np.mean(tprs) - tpr) < 3 * np.std(tprs) / np.sqrt(150) + 0.001


# --- the curve


@pytest.mark.parametrize("ties", [False, True])
def test_curve_passes_through_the_estimates(ties: bool) -> None:
    """At 1 % and 10 % the curve has the value and the bounds of the single estimates; it ends in (1, 1)."""
    scores, label = sample(np.random.default_rng(26), 700, 1000, 1.0, ties)
    order = np.arange(1700)
    curve = {round(p.fpr, 9): p for p in detection_curve(scores, label, order, points=31)}
    for fpr in (0.01, 0.1):
        expected = value(tpr_at_fpr(scores, label, fpr, order=order))
        point = curve[fpr]
        assert (point.tpr, point.low, point.high) == pytest.approx((expected.value, expected.low, expected.high))
    last = curve[1.0]
    assert (last.tpr, last.low, last.high) == (1.0, 1.0, 1.0)


def test_curve_never_interpolates_and_never_falls() -> None:
    """Every point is a whole count over whole counts; steps go up."""
    scores, label = sample(np.random.default_rng(27), 90, 110, 0.5, ties=True)
    curve = detection_curve(scores, label, np.arange(200))
    fprs, tprs = np.array([p.fpr for p in curve]) * 110, np.array([p.tpr for p in curve]) * 90
    assert np.abs(fprs - np.rint(fprs)).max() < 1e-9
    assert np.abs(tprs - np.rint(tprs)).max() < 1e-9
    assert (np.diff(tprs) >= 0).all()
    assert curve[0].fpr == 1 / 110
    assert curve[0].low == 0.0
    assert all(p.low <= p.tpr <= p.high for p in curve)


def test_curve_of_one_class_is_empty() -> None:
    """Nothing to compare, nothing to draw."""
    assert detection_curve([1.0, 2.0], np.array([True, True]), [0, 1]) == ()


def test_estimates_count_people_and_say_their_level() -> None:
    """Rows without entities, people with them, members and others in unequal numbers."""
    label, entity = np.arange(900) >= 800, np.arange(900) // 2
    order = np.arange(900)
    scores = np.sin(np.arange(900.0))
    for level in (0.8, 0.95):
        for found, n in (
            (auc(scores, label, confidence_level=level), 900),
            (auc(scores, label, entity=entity, confidence_level=level), 450),
            (tpr_at_fpr(scores, label, 0.01, order=order, confidence_level=level), 900),
            (tpr_at_fpr(scores, label, 0.01, order=order, entity=entity, confidence_level=level), 450),
        ):
            assert isinstance(found, Estimate)
            assert (found.n, found.confidence_level) == (n, level)
