"""Bounds of the verdict: they hold as often as they say, together and alone."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from synthaudit.statistics import bounds
from synthaudit.statistics.bounds import auc_upper_one_sided, family_bounds, simultaneous_auc_lower
from synthaudit.statistics.roc import auc, tpr_upper_bound
from synthaudit.statistics.tpr_bounds import lower_bounds, upper_bounds
from synthaudit.types import Estimate

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def family(rng: np.random.Generator, n1: int, n0: int, truth: Floats, shared: float) -> tuple[Floats, Bools]:
    """Normal attacks of these AUCs whose noise has a common part."""
    label = np.arange(n1 + n0) < n1
    common = rng.normal(size=n1 + n0)
    noise = np.sqrt(shared) * common + np.sqrt(1 - shared) * rng.normal(size=(len(truth), n1 + n0))
    return noise + np.sqrt(2) * stats.norm.ppf(truth)[:, None] * label, label


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_simultaneous_lower_bounds_hold_together(shared: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six attacks, .30 to .75: any bound above its max(AUC, 1-AUC) in at most 29 of 400 samples at 5 %."""
    monkeypatch.setattr(bounds, "_DRAWS", 5_000)
    rng = np.random.default_rng(0)
    truth = np.array([0.3, 0.45, 0.5, 0.55, 0.6, 0.75])
    effect = np.maximum(truth, 1 - truth)
    wrong = 0
    for _ in range(400):
        scores, label = family(rng, 100, 150, truth, shared)
        wrong += bool((simultaneous_auc_lower(scores, label, 0.05, rng) > effect).any())
    assert wrong <= 29


def test_copies_of_one_attack_share_one_bound() -> None:
    """Perfect correlation costs nothing: ten copies have the bound of one, to the accuracy of the draws."""
    rng = np.random.default_rng(1)
    scores, label = family(rng, 200, 200, np.array([0.65]), 0.0)
    one = simultaneous_auc_lower(scores, label, 0.05, np.random.default_rng(2))
    ten = simultaneous_auc_lower(np.tile(scores, (10, 1)), label, 0.05, np.random.default_rng(2))
    assert ten == pytest.approx(np.full(10, one[0]), abs=0.002)
    alone = auc(scores[0], label)
    assert isinstance(alone, Estimate)
    assert one[0] == pytest.approx(alone.low, abs=0.001)


def test_lower_bounds_look_both_ways() -> None:
    """Scores turned round have the same bound, and it is never below one half."""
    rng = np.random.default_rng(3)
    scores, label = family(rng, 300, 300, np.array([0.65, 0.5]), 0.0)
    there = simultaneous_auc_lower(scores, label, 0.05, np.random.default_rng(4))
    back = simultaneous_auc_lower(-scores, label, 0.05, np.random.default_rng(4))
    assert back == pytest.approx(there, abs=1e-6)
    assert there[0] > 0.55
    assert there[1] == 0.5


def test_separated_and_constant_attacks_have_exact_bounds() -> None:
    """AUC 1 among two attacks: (.05/2/2)^(2/50) at error .05; a constant score bounds nothing above one half."""
    separated, constant = np.arange(100.0), np.zeros(100)
    label = np.arange(100) >= 50
    rng = np.random.default_rng(0)
    lower = simultaneous_auc_lower(np.stack([separated, constant]), label, 0.05, rng)
    assert lower == pytest.approx([0.0125 ** (2 / 50), 0.5])
    certain = 0.025 ** (2 / 50)
    upper = auc_upper_one_sided(np.stack([separated, -separated, constant]), label)
    assert upper == pytest.approx([1.0, 1.0, 1 - certain / 2])


def test_upper_bound_of_an_auc_of_one_half() -> None:
    """logit is flat at 1/2: the bound is expit(4 x 1.645 sd), with sd the estimated one."""
    scores = np.arange(1000.0)
    label = np.arange(1000) % 4 < 2
    found = auc(scores, label, confidence_level=0.9)
    assert isinstance(found, Estimate)
    expected = max(found.high, 1 - found.low)
    assert auc_upper_one_sided(scores, label)[0] == pytest.approx(expected, abs=1e-12)
    assert auc_upper_one_sided(scores, ~label)[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("truth", [0.5, 0.55, 0.45, 0.6])
def test_a_pass_at_the_limit_is_rare_by_auc(truth: float) -> None:
    """With the truth at the limit, the upper bound of max(AUC, 1-AUC) is below it in at most 67 of 1,000 samples."""
    rng = np.random.default_rng(5)
    limit = max(truth, 1 - truth)
    wrong = 0
    for _ in range(1000):
        scores, label = family(rng, 150, 100, np.array([truth]), 0.0)
        wrong += auc_upper_one_sided(scores, label)[0] < limit
    assert wrong <= 67
    if truth == 0.5:
        assert wrong == 0


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_a_pass_at_the_limit_is_rare_by_tpr(share: float) -> None:
    """A share of the members stands out: below TPR = share + (1 - share)/100 in at most 29 of 400 samples."""
    rng = np.random.default_rng(6)
    n1, n0 = 600, 500
    label = np.arange(n1 + n0) < n1
    truth = share + (1 - share) * 0.01
    wrong = 0
    for _ in range(400):
        scores = rng.random(n1 + n0) + 5 * (label & (rng.random(n1 + n0) < share))
        wrong += tpr_upper_bound(scores, label, 0.01, order=np.arange(n1 + n0)) < truth
    assert wrong <= 29


def test_family_bounds_spend_the_error_as_documented() -> None:
    """Half for the AUCs together, half for the K TPRs in equal parts; upper bounds are those of each attack alone."""
    rng = np.random.default_rng(7)
    scores, label = family(rng, 600, 700, np.array([0.5, 0.7, 0.9]), 0.5)
    order = rng.permutation(1300)
    found = family_bounds(scores, label, order, np.random.default_rng(8), error=0.04, limit=0.05)
    expected = simultaneous_auc_lower(scores, label, 0.02, np.random.default_rng(8))
    assert found.auc_lower == tuple(expected.tolist())
    assert found.tpr_lower == tuple(lower_bounds(scores, label, 0.05, 0.01, 0.02 / 3).tolist())
    assert found.auc_upper == tuple(auc_upper_one_sided(scores, label, 0.05).tolist())
    assert found.tpr_upper == tuple(upper_bounds(scores, label, order, 0.05, 0.01, 0.05).tolist())
    assert found.lower(1) == {"auc": found.auc_lower[1], "tpr_at_fpr_0.01": found.tpr_lower[1]}
    assert found.upper(2) == {"auc": found.auc_upper[2], "tpr_at_fpr_0.01": found.tpr_upper[2]}


def test_separated_and_constant_attacks_of_unequal_sides() -> None:
    """20 members and 50 others: each class has its own root, whichever is called member, whichever side is above."""
    for label in (np.arange(70) < 20, np.arange(70) >= 20):
        above = label.astype(float)
        scores = np.stack([above, -above, np.zeros(70)])
        lower = simultaneous_auc_lower(scores, label, 0.05, np.random.default_rng(0))
        piece = 0.05 / 3 / 2
        assert lower == pytest.approx([piece ** (1 / 20) * piece ** (1 / 50)] * 2 + [0.5])
        constant = 1 - 0.025 ** (1 / 20) * 0.025 ** (1 / 50) / 2
        assert auc_upper_one_sided(scores, label) == pytest.approx([1.0, 1.0, constant])
        below = auc_upper_one_sided(scores, label, alpha=0.01)[2]
        assert below == pytest.approx(1 - 0.005 ** (1 / 20) * 0.005 ** (1 / 50) / 2)


def test_an_attack_with_a_bound_of_its_own_takes_its_share_of_the_error() -> None:
    """Beside one that is constant an attack has what it has alone at half of the error."""
    label, scores = np.arange(80) < 40, np.random.default_rng(5).normal(size=80) + (np.arange(80) < 40)
    both = simultaneous_auc_lower(np.stack([scores, np.zeros(80)]), label, 0.1, np.random.default_rng(0))
    alone = simultaneous_auc_lower(scores, label, 0.05, np.random.default_rng(0))
    assert both.tolist() == [alone[0], 0.5]
