"""The worst attack for display: no optimism of choice."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.observed import observe
from synthaudit.statistics.roc import delong_components
from synthaudit.statistics.units import split_halves
from synthaudit.statistics.worst_attack import strongest, worst_attack
from synthaudit.types import Estimate, NotEstimable


def names(k: int) -> list[str]:
    """K attacks."""
    return [f"attack_{i}/view/{i}" for i in range(k)]


def test_choosing_the_worst_of_fifteen_adds_no_optimism() -> None:
    """Leak-free: the mean of 200 displayed AUCs is 1/2 to 3 standard errors, while the raw worst is above .52.

    The 95 % interval covers 1/2 in at least 184 of 200.
    """
    rng = np.random.default_rng(0)
    label = np.arange(600) < 300
    shown, raw, covered = [], [], 0
    for _ in range(200):
        scores = rng.normal(size=(15, 600))
        found = worst_attack(scores, names(15), label, rng, np.arange(600)).auc
        assert isinstance(found, Estimate)
        shown.append(found.value)
        covered += found.low <= 0.5 <= found.high
        raw.append(0.5 + np.abs(delong_components(scores, label)[0] - 0.5).max())
    assert abs(np.mean(shown) - 0.5) < 3 * np.std(shown) / np.sqrt(200)
    assert covered >= 184
    assert np.mean(raw) > 0.52


def test_a_leak_is_named_and_measured() -> None:
    """One of five attacks knows: it is named with its view, and its AUC and TPR come out."""
    rng = np.random.default_rng(1)
    label = np.arange(3000) < 1500
    scores = rng.normal(size=(5, 3000))
    scores[3] += 9 * (np.arange(3000) < 300)
    found = worst_attack(scores, names(5), label, rng, rng.permutation(3000))
    assert (found.attack, found.view) == ("attack_3", "view/3")
    assert isinstance(found.auc, Estimate)
    assert isinstance(found.tpr_at_fpr, Estimate)
    assert found.auc.value == pytest.approx(0.6, abs=0.02)
    assert found.auc.low < 0.6 < found.auc.high
    assert found.tpr_at_fpr.value == pytest.approx(0.2 + 0.8 * 0.01, abs=0.015)
    assert found.auc.n == 3000


def test_an_inverted_attack_is_turned_round() -> None:
    """Members score below non-members: the attacker turns the score round, so the AUC shown is above one half."""
    rng = np.random.default_rng(2)
    label = np.arange(1000) < 500
    scores = rng.normal(size=(2, 1000)) - np.array([[0.0], [1.0]]) * label
    found = worst_attack(scores, names(2), label, rng, rng.permutation(1000))
    assert found.attack == "attack_1"
    assert isinstance(found.auc, Estimate)
    assert found.auc.low > 0.7


def test_a_missing_top_is_turned_round_too() -> None:
    """No member among the top 5 %, the rest alike: chosen by its count at the top, and turned round."""
    rng = np.random.default_rng(3)
    label = np.arange(6000) < 3000
    scores = np.r_[rng.uniform(0, 0.97, 3000), rng.uniform(0, 1, 3000)]
    found = worst_attack(np.stack([scores, rng.normal(size=6000)]), names(2), label, rng, rng.permutation(6000))
    assert found.attack == "attack_0"
    assert isinstance(found.auc, Estimate)
    assert found.auc.value > 0.5


@pytest.mark.parametrize(("is_far", "is_by_auc"), [(False, True), (True, True), (False, False), (True, False)])
def test_the_way_an_attack_points_is_that_of_its_evidence(is_far: bool, is_by_auc: bool) -> None:
    """Of all members by the rank sum, of those at the top by their count, whatever the other says."""
    label, n = np.arange(2_000) < 1_000, 1_000
    places = np.arange(n) / n
    if is_by_auc:
        # Members stand lower (or higher), but for some above all others (or none there).
        members = np.r_[places[:960] - 0.2, np.full(40, 2.0)] if is_far else 0.2 + 0.8 * places - 0.03
        others = places if is_far else np.r_[places[:950], np.full(50, 2.0)]
    else:
        members = np.r_[places[:900], np.full(100, 2.0)] - 0.02 if not is_far else places[::-1] * 0.94 + 0.035
        others = places
    scores = np.r_[members, others][None, :]
    observed = observe(scores, label, np.arange(2_000))
    by_auc = 2 * stats.norm.sf(abs(observed.z[0]))
    assert (by_auc <= observed.p_top[0]) is np.bool_(is_by_auc)
    assert strongest(scores, label, np.arange(2_000))[2] == (-1 if is_far else 1)


@pytest.mark.parametrize("stronger", [0, 1])
def test_halves_that_disagree_name_the_stronger_evidence(stronger: int) -> None:
    """Each attack knows one half only: the estimate of neither half is a leak, the name is that of the stronger."""
    rng = np.random.default_rng(5)
    label = np.arange(2000) < 1000
    half = split_halves(label, np.random.default_rng(6))
    scores = rng.normal(size=(2, 2000))
    for attack, part in enumerate((half, ~half)):
        scores[attack] += (2.0 if attack == stronger else 0.6) * (label & part)
    found = worst_attack(scores, names(2), label, np.random.default_rng(6), rng.permutation(2000))
    assert found.attack == f"attack_{stronger}"
    assert isinstance(found.auc, Estimate)
    assert found.auc.low < 0.5 < found.auc.high


def test_small_halves_are_not_estimable() -> None:
    """Five hundred non-members make halves of 250: no TPR at 1 %; three units make no AUC either."""
    rng = np.random.default_rng(4)
    found = worst_attack(rng.normal(size=(2, 1000)), names(2), np.arange(1000) < 500, rng, rng.permutation(1000))
    assert isinstance(found.auc, Estimate)
    assert found.tpr_at_fpr == NotEstimable(
        not_estimable="On one half of the candidates, where the other half chose: The share of members found at 1 % "
        "false-positive rate needs 368 non-members and one member; there are 250 and 250."
    )
    tiny = worst_attack(np.zeros((1, 3)), names(1), np.arange(3) < 2, rng, np.arange(3))
    assert tiny.auc == NotEstimable(
        not_estimable="Choosing on one half and measuring on the other needs four of each; there are 2 and 1."
    )


def test_names_and_attacks_must_agree() -> None:
    """One name for two attacks is a mistake of the caller."""
    with pytest.raises(ValueError, match="1 names for 2 attacks"):
        worst_attack(np.zeros((2, 8)), names(1), np.arange(8) < 4, np.random.default_rng(0), np.arange(8))


@pytest.mark.parametrize("n1", [4, 6])
def test_four_of_each_have_an_auc(n1: int) -> None:
    """Halves of two and two, separated: the AUC is 1; with three of either side there is none, and the reason."""
    label = np.arange(10) < n1
    found = worst_attack(label[None, :].astype(float), names(1), label, np.random.default_rng(8), np.arange(10))
    assert isinstance(found.auc, Estimate)
    assert (found.auc.value, found.auc.n, found.attack, found.view) == (1.0, 10, "attack_0", "view/0")
    for label in (np.arange(10) < 3, np.arange(10) < 7):
        none = worst_attack(label[None, :].astype(float), names(1), label, np.random.default_rng(8), np.arange(10))
        assert none.auc == NotEstimable(
            not_estimable="Choosing on one half and measuring on the other needs four of each; there are "
            f"{label.sum()} and {(~label).sum()}."
        )
