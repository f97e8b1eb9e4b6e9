"""Linkage scores are their sums and claims, and say of themselves what they are."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from attack_cases import case, cells_view, odd_tables
from scipy.stats import binom, mannwhitneyu
from sklearn.metrics import roc_auc_score
from tables import mixed, three

from synthaudit.attacks import LINKAGE_ATTACKS
from synthaudit.attacks.linkage import Linkage, LinkageClaim, ValueReuse
from synthaudit.linkage.agreement import RULES, SUM_RULES, Rule


@pytest.mark.parametrize("with_reference", [True, False])
@pytest.mark.parametrize("rule", SUM_RULES)
def test_linkage_is_the_ratio_of_mean_agreement(rule: Rule, with_reference: bool) -> None:
    """The log of the mean of exp M over S less that over R, where the person themselves is no row of R."""
    rng = np.random.default_rng(0)
    tables = three((60, 40, 50), rng)
    one = case(tables[0], tables[1], tables[2] if with_reference else None)
    sums = one.view.agreement[rule]
    n_reference = 50 if with_reference else 59
    means = np.exp(sums.synthetic) / 40, np.exp(sums.reference) / n_reference
    np.testing.assert_allclose(one.scores(Linkage("one", rule)), np.log(means[0] / means[1]))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("with_reference", [True, False])
def test_a_copied_member_claims_the_copy(rule: Rule, with_reference: bool) -> None:
    """Nine columns agree with one person only: a share above one half for every copied member, for hardly any other."""
    rng = np.random.default_rng(1)
    members, others, reference, fresh = (mixed(n, rng) for n in (50, 50, 100, 50))
    release = pd.concat([members[:25], fresh], ignore_index=True)
    candidates = pd.concat([members, others], ignore_index=True)
    one = case(candidates, release, reference if with_reference else None, competing=True)
    share = np.exp(one.scores(LinkageClaim(rule)))
    assert (share[:25] > 0.5).all()
    assert (share <= 1 + 1e-12).all()
    assert roc_auc_score(np.arange(100) < 25, share) > 0.97


@pytest.mark.parametrize("with_reference", [True, False])
def test_claims_on_rows_of_strangers_give_chance(with_reference: bool) -> None:
    """S independent of the split: no more alarms at .05 in 20 releases than 99.9 % of fair tests would raise."""
    alarms = 0
    for seed in range(20):
        candidates, s, r = three((100, 50, 60), np.random.default_rng([2, seed]))
        scores = case(candidates, s, r if with_reference else None, competing=True).scores(LinkageClaim("blended"))
        alarms += int(mannwhitneyu(scores[:50], scores[50:]).pvalue < 0.05)
    assert alarms <= binom.ppf(0.999, 20, 0.05)


def test_people_who_are_alike_share_a_row() -> None:
    """Two candidates with the same cells get the same share of a row that agrees with both, at most one half."""
    rng = np.random.default_rng(3)
    people = mixed(20, rng)
    twice = pd.concat([people, people[:1]], ignore_index=True)
    one = case(twice, people[:1], mixed(30, rng), competing=True)
    share = np.exp(one.scores(LinkageClaim("blended")))
    assert share[0] == share[20]
    assert 0.49 < share[0] <= 0.5


def test_value_reuse_by_hand() -> None:
    """A value seen once in R and twice in S gives log(2.5 / (m / n_R + .5)); others give nothing."""
    reference = pd.DataFrame({"c": ["common"] * 7 + ["rare", "unused"]})
    release = pd.DataFrame({"c": ["common", "rare", "rare"]})
    candidates = pd.DataFrame({"c": ["common", "rare", "unused", None]})
    x, view = cells_view(candidates, release, reference)
    scores = ValueReuse().score(x, view, np.random.default_rng(0))
    np.testing.assert_allclose(scores, [0.0, np.log(2.5 / (3 / 9 + 0.5)), 0.0, 0.0])


def test_a_reused_value_speaks_for_its_owner_however_many_rows_there_are() -> None:
    """One row of 1,000 holds a number that the population of 20 does not: its owner ranks above everybody else."""
    rng = np.random.default_rng(0)
    reference, release = (pd.DataFrame({"x": rng.normal(size=n)}) for n in (20, 1_000))
    candidates = pd.DataFrame({"x": [release["x"][7], *rng.normal(size=9)]})
    x, view = cells_view(candidates, release, reference)
    np.testing.assert_allclose(ValueReuse().score(x, view, rng), [np.log(1.5 / 0.5), *[0.0] * 9])


def test_each_rule_says_what_it_sees() -> None:
    """Every linkage attack has texts of its own, and the sums of every rule that is summed can be explained."""
    assert {attack.rule for attack in LINKAGE_ATTACKS if isinstance(attack, Linkage)} == set(SUM_RULES)
    abouts = [*(attack.about for attack in LINKAGE_ATTACKS), *(LinkageClaim(rule).about for rule in RULES[:1])]
    for field in ("label", "idea", "sees", "misses"):
        assert len({getattr(about, field) for about in abouts}) == len(abouts), field
    assert set(get_args(Rule)) == set(RULES)


def test_odd_tables_give_numbers() -> None:
    """Tiny, constant, empty or one-column tables give finite claims and sums."""
    for name, one in odd_tables():
        for attack in (*LINKAGE_ATTACKS, *map(LinkageClaim, RULES)):
            assert np.isfinite(one.scores(attack)).all(), (name, attack)
