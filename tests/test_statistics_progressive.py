"""The progressive test: valid although the model learns from labels."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from synthaudit.statistics.progressive import ProgressiveTest, progressive_test
from synthaudit.statistics.roc import auc
from synthaudit.statistics.units import folds
from synthaudit.types import Estimate, NotEstimable

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def learner(features: Floats, label: Bools) -> Callable[[Ints, Ints], Floats]:
    """Nearest class mean, which is all that a linear model learns here."""

    def fit_score(train: Ints, test: Ints) -> Floats:
        known = label[train]
        direction = features[train][known].mean(axis=0) - features[train][~known].mean(axis=0)
        return np.asarray(features[test] @ direction)

    return fit_score


def test_z_is_standard_under_the_null() -> None:
    """Noise features: over 500 tables z has mean 0, variance 1 and a uniform p (Kolmogorov-Smirnov p > .001)."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(500):
        label = rng.permutation(200) < 100
        features = rng.normal(size=(200, 10))
        found.append(progressive_test(learner(features, label), label, folds(200, 5, rng), rng))
    z = np.array([f.z for f in found])
    assert abs(z.mean()) < 3 / np.sqrt(500)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / 500)
    assert stats.kstest([f.pvalue for f in found], "uniform").pvalue > 0.001


def test_every_model_sees_earlier_folds_only() -> None:
    """Fold k is scored by a model of the folds before it; the first fold is scored by nobody."""
    rng = np.random.default_rng(1)
    label, fold = rng.permutation(60) < 30, folds(60, 4, rng)
    seen = []

    def fit_score(train: Ints, test: Ints) -> Floats:
        seen.append((sorted(set(fold[train].tolist())), sorted(set(fold[test].tolist()))))
        return rng.normal(size=len(test))

    progressive_test(fit_score, label, fold, rng)
    assert seen == [([0], [1]), ([0, 1], [2]), ([0, 1, 2], [3])]


def test_permutation_and_normal_pvalues_agree() -> None:
    """Labels permuted inside folds give the p-value of the normal limit to .02 at 60 a fold."""
    rng = np.random.default_rng(2)
    label = rng.permutation(300) < 120
    features = rng.normal(size=(300, 3)) + 0.15 * label[:, None]
    fold = folds(300, 5, rng)
    limit = progressive_test(learner(features, label), label, fold, rng)
    drawn = progressive_test(learner(features, label), label, fold, rng, n_permutations=20_000)
    assert drawn.z == limit.z
    assert 0.001 < limit.pvalue < 0.5
    assert drawn.pvalue == pytest.approx(limit.pvalue, abs=0.02)


def test_permutation_pvalues_of_tiny_folds_are_exact() -> None:
    """Two folds of five: the p-value is the share of all label orders of the second fold, to 4 standard errors."""
    from itertools import combinations

    score = np.array([0.1, 0.9, 0.4, 0.6, 0.8])
    label = np.array([True, True, False, False, True, False, True, False, True, True])
    fold = np.repeat([0, 1], 5)
    found = progressive_test(lambda train, test: score, label, fold, np.random.default_rng(0), n_permutations=20_000)
    ranks = stats.rankdata(score)
    observed = abs(ranks[label[5:]].sum() - 9)
    every = [abs(ranks[list(members)].sum() - 9) >= observed for members in combinations(range(5), 3)]
    assert found.pvalue == pytest.approx(np.mean(every), abs=4 * np.sqrt(0.25 / 20_000))


def test_people_not_rows() -> None:
    """Rows of one person are alike: by person at most 24 of 300 leak-free tables alarm, by row more than a third.

    By row the folds cut people in two, so the model recognises them; by person they do not.
    """
    rng = np.random.default_rng(3)
    by_person = by_row = 0
    entity = np.repeat(np.arange(60), 6)
    for i in range(300):
        label = (rng.permutation(60) < 30)[entity]
        features = rng.normal(size=(60, 12))[entity] + 0.1 * rng.normal(size=(360, 12))
        model = learner(features, label)
        fold = folds(360, 5, rng, entity=entity)
        by_person += progressive_test(model, label, fold, rng, entity=entity).pvalue < 0.05
        if i < 100:
            by_row += progressive_test(model, label, folds(360, 5, rng), rng).pvalue < 0.05
    assert by_person <= 24
    assert by_row > 33


def test_a_real_difference_is_found_with_its_auc() -> None:
    """A known score: the AUC is that of the scored folds, its interval covers Phi(d / sqrt 2) in 184 to 198 of 200."""
    rng = np.random.default_rng(4)
    truth = stats.norm.cdf(0.5 / np.sqrt(2))
    covered = 0
    for _ in range(200):
        label = rng.permutation(400) < 200
        feature = rng.normal(size=400) + 0.5 * label
        found = progressive_test(lambda train, test, x=feature: x[test], label, folds(400, 5, rng), rng)  # type: ignore[misc]
        assert isinstance(found.auc, Estimate)
        covered += found.auc.low <= truth <= found.auc.high
        assert 300 <= found.auc.n <= 330
    assert 184 <= covered <= 198


def test_two_folds_give_the_auc_of_the_second() -> None:
    """With one scored fold the estimate is that of :func:`auc`."""
    rng = np.random.default_rng(5)
    label, score, fold = rng.permutation(80) < 40, rng.normal(size=80), folds(80, 2, rng)
    found = progressive_test(lambda train, test: score[test], label, fold, rng)
    second = fold == 1
    expected = auc(score[second], label[second])
    assert isinstance(found.auc, Estimate)
    assert isinstance(expected, Estimate)
    assert (found.auc.n, found.auc.confidence_level) == (expected.n, 0.95)
    assert (found.auc.value, found.auc.low, found.auc.high) == pytest.approx(
        (expected.value, expected.low, expected.high), abs=1e-12
    )


def test_separated_folds_have_an_honest_interval() -> None:
    """Perfect separation: AUC 1 and z as large as it can be, but a lower end below 1; constant scores: z = 0."""
    label = np.tile([True, False], 40)
    fold = np.repeat([0, 1, 2, 3], 20)
    found = progressive_test(lambda train, test: label[test].astype(float), label, fold, np.random.default_rng(0))
    assert isinstance(found.auc, Estimate)
    assert (found.auc.value, found.auc.high) == pytest.approx((1.0, 1.0))
    assert found.auc.low == pytest.approx(0.025 ** (2 / 10))
    assert found.z == pytest.approx(np.sqrt(3 * 19))
    constant = progressive_test(lambda train, test: np.zeros(len(test)), label, fold, np.random.default_rng(0))
    assert (constant.z, constant.pvalue) == (0.0, 1.0)


def test_folds_of_one_class_are_left_out() -> None:
    """Nothing can be learned or tested there; if that is all there is, there is no evidence and no AUC."""
    label = np.repeat([True, False], 10)
    found = progressive_test(
        lambda train, test: np.zeros(len(test)), label, np.repeat([0, 1], 10), np.random.default_rng(0)
    )
    reason = "No fold had members and non-members both in it and before it."
    assert found == ProgressiveTest(z=0.0, pvalue=1.0, auc=NotEstimable(not_estimable=reason))


def test_a_fold_with_one_member_counts_but_has_no_auc() -> None:
    """One member among five can be ranked; a variance needs two."""
    label = np.array([True, False, True, False, False, True, False, False, False])
    fold = np.repeat([0, 1], [4, 5])
    found = progressive_test(
        lambda train, test: np.arange(len(test), dtype=np.float64), label, fold, np.random.default_rng(0)
    )
    assert found.auc == NotEstimable(not_estimable="No fold had two members and two non-members.")
    assert found.z == pytest.approx(-1 / np.sqrt(2), abs=1e-9)


@pytest.mark.parametrize("bad", [np.zeros(3), np.full(5, np.nan)])
def test_scores_of_the_model_are_checked(bad: Floats) -> None:
    """Too few scores, or none: an error of the model, not a p-value."""
    label = np.array([True, False, True, False, False, True, False, False, True, True])
    with pytest.raises(ValueError, match="one finite score per test row"):
        progressive_test(lambda train, test: bad, label, np.repeat([0, 1], 5), np.random.default_rng(0))


def test_the_interval_of_separated_folds_counts_both_classes() -> None:
    """One scored fold of 6 members and 14 others: a lower end of .025^(1/6) .025^(1/14), as :func:`auc` gives."""
    label = np.r_[np.arange(20) < 10, np.arange(20) < 6]
    fold = np.repeat([0, 1], 20)
    found = progressive_test(lambda train, test: label[test].astype(float), label, fold, np.random.default_rng(0)).auc
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (1.0, 20)
    assert found.low == pytest.approx(0.025 ** (1 / 6) * 0.025 ** (1 / 14))


def test_no_p_value_is_below_one_in_all_permutations() -> None:
    """Members that are told surely are further out than any of 99 relabellings; the data itself is one more."""
    label = np.arange(400) < 200
    features = np.random.default_rng(0).normal(size=(400, 1)) + 20 * label[:, None]
    rng = np.random.default_rng(1)
    test = progressive_test(learner(features, label), label, folds(400, 4, rng), rng, 99)
    assert test.pvalue == 1 / 100
