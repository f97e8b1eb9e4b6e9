"""The worst-case auditor finds what no single attack finds, and nothing where there is nothing."""

import numpy as np
from scipy.stats import norm

from synthaudit.pipeline.steps.stacking import rank_features, run_stack
from synthaudit.types import Estimate


def test_features_are_mid_ranks_and_their_tails() -> None:
    """u = (r - 1/2) / n with ties at their mean rank, then -log(1 - u)."""
    features = rank_features(np.array([[3.0, 1.0, 1.0, 9.0]]))
    u = np.array([2.5, 1.0, 1.0, 3.5]) / 4
    np.testing.assert_allclose(features, np.column_stack([u, -np.log(1 - u)]))


def test_two_halves_of_a_signal_are_put_together() -> None:
    """Scores z1 and z2 with a shift of d each: the best combination has AUC Phi(d), each alone Phi(d / sqrt 2)."""
    rng = np.random.default_rng(0)
    is_member = np.arange(6_000) % 2 == 0
    d = 0.8
    scores = rng.normal(size=(2, 6_000)) + d * is_member
    found = run_stack(scores, is_member, rng)
    assert isinstance(found.auc, Estimate)
    assert found.auc.low < norm.cdf(d) < found.auc.high
    assert found.auc.value > norm.cdf(d / np.sqrt(2)) + 0.05
    assert found.pvalue < 1e-10
    assert found.lower_bound is not None
    assert found.upper_bound is not None
    assert norm.cdf(d / np.sqrt(2)) < found.lower_bound < found.auc.low < found.auc.high == found.upper_bound
