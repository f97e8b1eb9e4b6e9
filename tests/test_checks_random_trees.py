"""Randomised trees tell as much as those of scikit-learn, and nothing where there is nothing to tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

from synthaudit.checks.random_trees import Features, RandomTrees
from synthaudit.types import BoolArray

N = 600


def drawn(seed: int, shift: float, share: float = 0.4) -> tuple[Features, BoolArray]:
    """Eight columns, one of three levels and one constant; the classes differ in place and in width of two."""
    rng = np.random.default_rng(seed)
    x, label = rng.normal(size=(2 * N, 8)).astype(np.float32), rng.random(2 * N) < share
    x[:, 3], x[:, 4] = rng.integers(0, 3, 2 * N), 7.0
    x[label, 1] += shift
    x[label, 2] *= 1 + shift
    return x, label


@pytest.mark.parametrize("shift", [0.2, 0.5, 1.0])
def test_as_much_is_told_as_by_scikit_learn(shift: float) -> None:
    """AUC on other rows, mean of 20 draws: within .015 of the same trees by the reference implementation."""
    own, theirs = [], []
    for seed in range(20):
        x, label = drawn(seed, shift)
        score = RandomTrees().fit_score(x[:N], label[:N], x[N:], np.random.default_rng(seed))
        trees = ExtraTreesClassifier(30, min_samples_leaf=5, class_weight="balanced", random_state=seed)
        known = trees.fit(x[:N], label[:N]).predict_proba(x[N:])[:, 1]
        own.append(roc_auc_score(label[N:], score))
        theirs.append(roc_auc_score(label[N:], known))
    assert np.mean(theirs) > 0.52
    assert np.mean(own) == pytest.approx(np.mean(theirs), abs=0.015)


def test_where_the_classes_are_alike_nothing_is_told() -> None:
    """AUC of 60 draws without a difference: the mean is 1/2 within four standard errors."""
    aucs = []
    for seed in range(60):
        x, label = drawn(seed, 0.0)
        aucs.append(
            roc_auc_score(label[N:], RandomTrees().fit_score(x[:N], label[:N], x[N:], np.random.default_rng(1)))
        )
    assert np.mean(aucs) == pytest.approx(0.5, abs=4 * np.std(aucs, ddof=1) / np.sqrt(len(aucs)))


def test_both_classes_weigh_as_much() -> None:
    """One row in twenty is True: scores are as high as those of scikit-learn's balanced trees, not one in twenty."""
    x, label = drawn(3, 0.0, share=0.05)
    score = RandomTrees(n_trees=200).fit_score(x[:N], label[:N], x[N:], np.random.default_rng(0))
    trees = ExtraTreesClassifier(200, min_samples_leaf=5, class_weight="balanced", random_state=0)
    known = trees.fit(x[:N], label[:N]).predict_proba(x[N:])[:, 1]
    assert known.mean() > 0.25
    assert score.mean() == pytest.approx(known.mean(), abs=0.03)


def test_a_clear_cut_is_found_and_leaves_are_as_large_as_asked() -> None:
    """One column that is the label: every leaf is pure. A leaf of all rows knows nothing: 1/2 for everybody."""
    label = np.arange(100) % 2 == 0
    x = label[:, None].astype(np.float32)
    assert RandomTrees().fit_score(x, label, x, np.random.default_rng(0)).tolist() == label.astype(float).tolist()
    blunt = RandomTrees(leaf=51).fit_score(x, label, x, np.random.default_rng(0))
    assert blunt == pytest.approx(np.full(100, 0.5))


@given(seed=st.integers(0, 1_000), jobs=st.integers(2, 5))
def test_the_number_of_threads_changes_no_bit(seed: int, jobs: int) -> None:
    """Also between two runs of one stream."""
    x, label = drawn(seed, 0.3)
    one, many = (
        RandomTrees(n_trees=7, jobs=n).fit_score(x[:80], label[:80], x[80:200], np.random.default_rng(seed))
        for n in (1, jobs)
    )
    assert one.tolist() == many.tolist()


def test_one_class_or_constant_columns() -> None:
    """All rows True: 1. Nothing to split by: 1/2."""
    x = np.zeros((20, 2), dtype=np.float32)
    rng = np.random.default_rng(0)
    assert RandomTrees().fit_score(x, np.ones(20, dtype=bool), x, rng).tolist() == [1.0] * 20
    assert RandomTrees().fit_score(x, np.arange(20) < 6, x, rng) == pytest.approx(np.full(20, 0.5))
