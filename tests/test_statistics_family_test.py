"""The decision over the family: exact laws, false alarms, power, speed."""

import math
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from synthaudit.runtime.engine import spread
from synthaudit.statistics import permutation
from synthaudit.statistics.family_test import FamilyTest, Permutations, detects, family_decision
from synthaudit.statistics.observed import observe
from synthaudit.statistics.permutation import relabelled
from synthaudit.statistics.units import entity_labels, entity_scores

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def names(k: int) -> list[str]:
    """K attacks."""
    return [f"attack_{i}/cells" for i in range(k)]


def awkward_family(rng: np.random.Generator, n: int) -> Floats:
    """Eight leak-free attacks as they come: correlated, tied, skewed, nearly and wholly constant."""
    common = rng.normal(size=n)
    heavy = common + 0.3 * rng.normal(size=n)
    return np.stack(
        [
            common,
            heavy,
            -heavy,
            np.round(common),
            np.exp(3 * common),
            (rng.random(n) < 0.02).astype(float),
            rng.standard_cauchy(size=n),
            np.zeros(n),
        ]
    )


def decide(scores: Floats, label: Bools, seed: int, n_permutations: int = 199) -> FamilyTest:
    """The decision with its own stream."""
    rng = np.random.default_rng(seed)
    return family_decision(scores, names(len(scores)), label, rng=rng, n_permutations=n_permutations)


# --- exactness


@pytest.mark.parametrize(("n1", "n0"), [(4, 5), (5, 4), (3, 6)])
def test_pvalues_are_those_of_all_relabellings(n1: int, n0: int) -> None:
    """With 20,000 permutations every p-value is within 4 standard errors of complete enumeration."""
    from itertools import combinations

    rng = np.random.default_rng(n1)
    n = n1 + n0
    scores = np.stack([rng.normal(size=n), rng.integers(3, size=n).astype(float)])
    label = rng.permutation(n) < n1
    found = decide(scores, label, 7, 20_000)
    every = []
    for members in combinations(range(n), n1):
        relabelled = np.zeros(n, dtype=bool)
        relabelled[list(members)] = True
        seen = observe(scores, relabelled, found.order)
        every.append(np.r_[np.abs(seen.z), seen.p_count.min()])
    law = np.array(every)
    size = np.abs(found.z)
    alone = (law[:, :2] >= size - 1e-12).mean(axis=0)
    family = (law[:, :2].max(axis=1)[:, None] >= size - 1e-12).mean(axis=0)
    top = (law[:, 2] <= observe(scores, label, found.order).p_count.min() + 1e-12).mean()
    tolerance = 4 * np.sqrt(0.25 / 20_000)
    assert found.pvalue == pytest.approx(alone, abs=tolerance)
    assert found.pvalue_adjusted == pytest.approx(family, abs=tolerance)
    assert found.decision.pvalue_auc == found.pvalue_adjusted.min()
    assert found.decision.pvalue_top == pytest.approx(top, abs=tolerance)


@pytest.mark.parametrize(("n1", "n0"), [(150, 250), (250, 150)])
def test_relabelled_counts_and_sums_follow_their_laws(n1: int, n0: int) -> None:
    """Counts of the kernel are BetaBinomial and its rank sums have the permutation variance, either class drawn."""
    rng = np.random.default_rng(0)
    label = np.arange(n1 + n0) < n1
    family = observe(rng.normal(size=(2, n1 + n0)), label, rng.permutation(n1 + n0))
    blocks = permutation._Exact.of(family, label, 20_000).blocks(20_000, rng)
    z, p = (np.concatenate(part) for part in zip(*blocks, strict=True))
    assert z.shape == (20_000, 2)
    assert (z**2).mean(axis=0) == pytest.approx([1, 1], abs=4 * np.sqrt(2 / 20_000))
    assert stats.kstest(z[:, 0], stats.halfnorm.cdf).pvalue > 0.001
    # The smallest p-value of two attacks at two depths: between the tail of one and the sum of all.
    depths = ((family.p_table, family.k), (family.p_first_table, family.k_first))
    assert [k for _, k in depths] == [n0 // 100, 1]
    for level in (0.01, 0.05, 0.2):
        tails = [stats.betabinom(n1, k + 1, n0 - k).pmf(np.flatnonzero(table <= level)).sum() for table, k in depths]
        assert max(tails) - 0.01 < (p <= level).mean() < 2 * sum(tails) + 0.01


@pytest.mark.parametrize(("n1", "n0"), [(23, 40), (40, 23)])
def test_rank_sums_and_counts_are_those_of_the_units_drawn(n1: int, n0: int) -> None:
    """Every relabelling by hand, in whole numbers, over the border of a block: equal to the last bit."""
    rng, n, times = np.random.default_rng(3), n1 + n0, 300
    label = np.arange(n) < n1
    family = observe(awkward_family(rng, n), label, rng.permutation(n))
    blocks = permutation._Exact.of(family, label, times).blocks(times, np.random.default_rng(4))
    z, p = (np.concatenate(part) for part in zip(*blocks, strict=True))
    again, pool, by_hand = np.random.default_rng(4), np.arange(n), []
    random = np.concatenate([again.integers(0, 2**32, (b, min(n1, n0)), dtype=np.uint32) for b in (256, times - 256)])
    for numbers in random.tolist():
        for i, number in enumerate(numbers):
            j = i + (number * (n - i) >> 32)
            pool[[i, j]] = pool[[j, i]]
        drawn = np.isin(np.arange(n), pool[: len(numbers)])
        members = drawn if n1 <= n0 else ~drawn
        sums = np.abs(family.ranks[members].astype(np.int64).sum(axis=0))
        smallest = min(
            table[int((~members[row]).cumsum().searchsorted(k + 1)) - k]
            for row in family.positions
            for table, k in ((family.p_table, family.k), (family.p_first_table, family.k_first))
        )
        by_hand.append((sums / np.where(family.spread > 0, family.spread, np.inf), smallest))
    assert z.tolist() == [row.tolist() for row, _ in by_hand]
    assert p.tolist() == [float(smallest) for _, smallest in by_hand]


@pytest.mark.parametrize("n1", [1600, 2400])
def test_exact_and_large_paths_agree(n1: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit of size the p-values come from the normal and from a part of the units: the same to .02."""
    rng = np.random.default_rng(1)
    label = rng.permutation(4000) < n1
    scores = awkward_family(rng, 4000)
    scores[0] += 0.05 * label
    exact = decide(scores, label, 3, 9_999)
    monkeypatch.setattr(permutation, "_EXACT_UNITS", 0)
    large = decide(scores, label, 3, 9_999)
    assert large.pvalue == pytest.approx(exact.pvalue, abs=0.02)
    assert large.pvalue_adjusted == pytest.approx(exact.pvalue_adjusted, abs=0.02)
    assert large.decision.pvalue_top == pytest.approx(exact.decision.pvalue_top, abs=0.02)
    assert large.decision.critical_z == pytest.approx(exact.decision.critical_z, abs=0.08)
    assert large.pvalue[-1] == exact.pvalue[-1] == 1.0


def test_a_sparse_attack_on_a_large_sample_is_judged_exactly() -> None:
    """Two of 40,000 units differ, both members, one unit in ten is a member: p = .01, where a normal says 2e-5."""
    label = np.arange(40_000) < 4_000
    scores = (np.arange(40_000) < 2).astype(float)
    dense = np.random.default_rng(0).normal(size=40_000)
    # Whether they stand above all others or, two more of them, below.
    found = decide(np.stack([scores, dense, -np.roll(scores, 2)]), label, 1, 4_999)
    assert found.z[[0, 2]] == pytest.approx([np.sqrt(18), -np.sqrt(18)], rel=0.001)
    assert found.pvalue[[0, 2]] == pytest.approx(0.01, abs=4 * np.sqrt(0.01 / 5_000))


@pytest.mark.parametrize(("n", "n1"), [(1_500, 300), (1_500, 700)])
def test_the_units_that_are_looked_at_are_enough_but_for_one_chance_in_a_billion(n: int, n1: int) -> None:
    """Over all attacks and relabellings; with two units fewer at the top they would not be."""
    n_attacks, n_permutations = 12, 9_999
    label = np.arange(n) < n1
    observed = observe(np.random.default_rng(0).normal(size=(n_attacks, n)), label, np.arange(n))
    k, reach = observed.k, permutation._reach(observed, n_permutations)

    def chance_beyond(count: int) -> float:
        """That more members stand before the (k + 1)-th other, by counting orders in whole numbers."""
        orders = (math.comb(m + k, m) * math.comb(n - m - k - 1, n1 - m) for m in range(count + 1, n1 + 1))
        return sum(orders) / math.comb(n, n1)

    assert chance_beyond(reach) * n_attacks * n_permutations <= 1e-9
    assert chance_beyond(reach - 2) * n_attacks * n_permutations > 1e-9


def test_the_same_stream_gives_the_same_bits() -> None:
    """And another stream other p-values."""
    rng = np.random.default_rng(2)
    label = rng.permutation(400) < 200
    scores = awkward_family(rng, 400)
    first, second, other = (decide(scores, label, seed) for seed in (5, 5, 6))
    assert first.decision == second.decision
    assert first.pvalue.tobytes() == second.pvalue.tobytes()
    assert first.decision != other.decision


def test_threads_change_no_bit() -> None:
    """Permutations are drawn in parts that bring their own streams, wherever they are drawn; the parts differ."""
    rng = np.random.default_rng(3)
    label = rng.permutation(400) < 200
    observed = observe(awkward_family(rng, 400), label, rng.permutation(400))
    alone, threaded = (
        relabelled(observed, label, 4_999, np.random.default_rng(7), partial(spread, jobs=jobs)) for jobs in (1, 2)
    )
    assert alone.largest_z.tobytes() == threaded.largest_z.tobytes()
    assert alone.smallest_p.tobytes() == threaded.smallest_p.tobytes()
    assert alone.n_as_extreme.tobytes() == threaded.n_as_extreme.tobytes()
    assert len(np.unique(alone.largest_z)) > 2 * 512


# --- the rule


def test_a_rejection_is_a_z_above_the_critical_one() -> None:
    """Family A rejects where, and only where, the largest |z| exceeds the critical value that is reported."""
    rng = np.random.default_rng(3)
    seen = set()
    for seed in range(60):
        label = rng.permutation(200) < 100
        scores = rng.normal(size=(3, 200)) + 0.4 * label
        found = decide(scores, label, seed)
        rejects = found.decision.pvalue_auc <= 0.025
        assert rejects == (np.abs(found.z).max() > found.decision.critical_z)
        seen.add(rejects)
    assert seen == {True, False}


def test_of_too_few_relabellings_the_critical_value_is_the_largest() -> None:
    """Of 19 not one in forty may be as large: none rejects by them, whatever its size."""
    label = np.arange(200) < 100
    noise = np.random.default_rng(0).normal(size=(1, 200))
    critical = [decide(noise, label, seed, 19).decision.critical_z for seed in range(20)]
    # The largest of 19 standard normal sizes is below 1.2 once in 25; the smallest is nearly never above it.
    assert sum(z > 1.2 for z in critical) >= 16
    assert not decide(noise + 9 * label, label, 0, 19).decision.detected


def test_critical_value_of_independent_attacks() -> None:
    """Thirty independent attacks at .025: the quantile of the largest of thirty |z|, 3.34, to .06."""
    rng = np.random.default_rng(4)
    found = decide(rng.normal(size=(30, 1000)), np.arange(1000) < 500, 1, 9_999)
    assert found.decision.critical_z == pytest.approx(stats.norm.ppf((1 + 0.975 ** (1 / 30)) / 2), abs=0.06)


def test_swapped_labels_turn_the_evidence_round() -> None:
    """z changes its sign, the p-value of the AUC family stays, near becomes far."""
    rng = np.random.default_rng(5)
    label = rng.permutation(300) < 150
    scores = rng.normal(size=(2, 300)) + np.array([[0.5], [0.0]]) * label
    near, far = decide(scores, label, 1), decide(scores, ~label, 1)
    assert near.z.tolist() == (-far.z).tolist()
    assert near.decision.pvalue_auc == pytest.approx(far.decision.pvalue_auc, abs=0.005)
    assert (near.decision.direction, far.decision.direction) == ("near", "far")
    assert near.decision.strongest == far.decision.strongest == "attack_0/cells"


def test_copies_of_one_attack_cost_nothing() -> None:
    """Ten times the same attack is one attack: the adjusted p-value equals the single one."""
    rng = np.random.default_rng(6)
    label = rng.permutation(200) < 100
    scores = np.tile(rng.normal(size=200) + 0.2 * label, (10, 1))
    found = decide(scores, label, 1)
    assert found.pvalue_adjusted.tolist() == found.pvalue.tolist()


def test_constant_scores_never_reject_in_family_a() -> None:
    """z = 0 and p = 1, alone and adjusted."""
    found = decide(np.zeros((2, 60)), np.arange(60) < 30, 1)
    assert (found.z.tolist(), found.pvalue.tolist(), found.pvalue_adjusted.tolist()) == ([0, 0], [1, 1], [1, 1])
    assert found.decision.critical_z == 0.0


def test_a_sparse_leak_is_seen_by_the_top_alone() -> None:
    """3 % of the members at the very top move the AUC by .015, less than its error, and still are found."""
    rng = np.random.default_rng(7)
    n = 1000
    label = np.arange(2 * n) < n
    scores = rng.normal(size=(1, 2 * n))
    scores[0, :30] += 9
    found = decide(scores, label, 2, 999)
    assert found.decision.detected
    assert found.decision.pvalue_top <= 0.002 < 0.025 < found.decision.pvalue_auc
    assert found.decision.direction == "near"
    assert found.n_true_positives[0] >= 30


def test_missing_neighbours_are_found_and_called_far() -> None:
    """Rows near members deleted: no member among the top, AUC below 1/2, in all of 20 samples."""
    rng = np.random.default_rng(8)
    n = 1000
    label = np.arange(2 * n) < n
    for seed in range(20):
        near = stats.norm.ppf(rng.uniform(0, 0.85, size=n))
        found = decide(np.r_[near, rng.normal(size=n)][None, :], label, seed)
        assert found.decision.detected
        assert found.decision.direction == "far"
        assert found.z[0] < 0
        assert found.n_true_positives[0] <= 4


def test_too_few_at_the_top_alone_are_far() -> None:
    """Only the top 3 % is missing: the AUC hardly moves, the empty top is the finding."""
    rng = np.random.default_rng(9)
    n = 3000
    near = stats.norm.ppf(rng.uniform(0, 0.985, size=n))
    found = decide(np.r_[near, rng.normal(size=n)][None, :], np.arange(2 * n) < n, 1, 999)
    assert found.decision.pvalue_top <= 0.025
    assert found.n_true_positives[0] == 0
    assert found.decision.direction == "far"


def test_few_expected_at_the_top_cannot_be_too_few() -> None:
    """300 non-members allow 3 false positives: no member above them has p = 2/16, whatever the release."""
    label = np.arange(600) < 300
    found = decide(np.where(label, 0.0, 1.0)[None, :], label, 1)
    assert found.n_true_positives.tolist() == [0]
    assert found.pvalue_top[0] == pytest.approx(0.125, abs=0.002)


def test_counts_match_the_given_order_of_ties() -> None:
    """An order drawn before is used, and handed back."""
    label = np.arange(300) < 150
    order = np.random.default_rng(3).permutation(300)
    found = family_decision(
        np.zeros((1, 300)), ["a/b"], label, rng=np.random.default_rng(0), n_permutations=99, order=order
    )
    first = np.argsort(order)
    expected = np.flatnonzero(np.cumsum(~label[first]) == 2)[0] - 1
    assert found.order.tolist() == order.tolist()
    assert (found.n_true_positives.tolist(), found.tie_block.tolist()) == ([expected], [300])


def test_names_and_attacks_must_agree() -> None:
    """One name for two attacks is a mistake of the caller."""
    with pytest.raises(ValueError, match="1 names for 2 attacks"):
        family_decision(np.zeros((2, 4)), ["a/b"], np.arange(4) < 2, rng=np.random.default_rng(0))


# --- false alarms


def test_false_alarms_of_an_awkward_family() -> None:
    """Correlated, tied, skewed and constant scores: at most 29 of 400 leak-free releases are called leaky at 5 %.

    The p-value of one continuous attack is uniform (Kolmogorov-Smirnov p > .001); that of the counts is never too
    small: at most a share t + 3 standard errors below t.
    """
    rng = np.random.default_rng(10)
    alarms, alone, top = 0, [], []
    for seed in range(400):
        label = rng.permutation(300) < 120
        found = decide(awkward_family(rng, 300), label, seed)
        alarms += found.decision.detected
        alone.append(found.pvalue[0])
        top.append(found.decision.pvalue_top)
    assert alarms <= 29
    assert stats.kstest(np.array(alone) - rng.random(400) / 200, "uniform").pvalue > 0.001
    for t in (0.025, 0.05, 0.1, 0.3):
        assert (np.array(top) <= t).mean() <= t + 3 * np.sqrt(t * (1 - t) / 400)


def test_people_are_permuted_not_rows() -> None:
    """Five rows a person with one score: permuting rows alarms in over 30 % of leak-free tables.

    By person it does so in at most 29 of 400. The code and the scores are the same; only the unit differs.
    """
    rng = np.random.default_rng(11)
    by_person = by_row = 0
    for seed in range(400):
        entity = np.repeat(np.arange(80), 5)
        label = (rng.permutation(80) < 40)[entity]
        scores = rng.normal(size=80)[entity] + 0.2 * rng.normal(size=400)
        people = np.stack(list(entity_scores(scores, entity).values()))
        by_person += decide(people, entity_labels(label, entity), seed).decision.detected
        if seed < 100:
            by_row += decide(scores[None, :], label, seed).decision.detected
    assert by_person <= 29
    assert by_row > 30


# --- planted leaks


def test_detects_is_the_same_rule() -> None:
    """Shared permutations and single calls agree with the decision on a plain leak and on a plain nothing."""
    rng = np.random.default_rng(12)
    label = rng.permutation(600) < 300
    leak, nothing = rng.normal(size=(2, 600)) + 0.5 * label, np.zeros((2, 600))
    nothing[0] = np.arange(600) % 2
    shared = Permutations.draw(label, rng)
    assert [shared.detects(leak), shared.detects(nothing)] == [True, False]
    assert [detects(leak, label, rng), detects(nothing, label, rng)] == [True, False]


def test_shared_permutations_are_right_on_average() -> None:
    """Over 300 draws of labels a leak-free family is detected at most 24 times."""
    rng = np.random.default_rng(13)
    scores = awkward_family(rng, 200)
    found = sum(Permutations.draw(rng.permutation(200) < 100, rng, 199).detects(scores) for _ in range(300))
    assert found <= 24


def test_a_hole_is_seen_beside_a_stronger_attack() -> None:
    """One attack finds members, another finds none of them at its top: the first says where, the hole stays.

    Of 1,000 members 10 are expected above the threshold; none is there with chance 2 to the power of -11.
    """
    rng = np.random.default_rng(6)
    label = rng.permutation(2_000) < 1_000
    strong = rng.normal(size=2_000) + label
    empty = rng.normal(size=2_000)
    top = np.argsort(-empty)[:40]
    empty[top[label[top]]] = -9.0
    with_hole, without = (
        decide(np.stack([strong, empty]), label, 1),
        decide(np.stack([strong, rng.normal(size=2_000)]), label, 1),
    )
    assert (with_hole.decision.direction, with_hole.decision.hole) == ("near", True)
    assert (without.decision.direction, without.decision.hole) == ("near", False)


def test_holes_are_rarely_imagined() -> None:
    """Of 400 sets of ten attacks that know nothing at most 20 have a hole; 2.5 % are allowed."""
    found = 0
    for i in range(400):
        rng = np.random.default_rng([7, i])
        found += decide(rng.normal(size=(10, 400)), rng.permutation(400) < 200, i, 199).decision.hole
    assert found <= 20


def test_the_decision_says_what_it_was_made_of() -> None:
    """Half of alpha each, attacks and permutations as given; p-values are whole counts over B + 1."""
    rng = np.random.default_rng(21)
    label = rng.permutation(100) < 30
    found = family_decision(rng.normal(size=(3, 100)), names(3), label, rng=rng, n_permutations=499, alpha=0.2).decision
    assert (found.alpha_each, found.n_attacks, found.n_permutations) == (0.1, 3, 499)
    for pvalue in (found.pvalue_auc, found.pvalue_top):
        assert pvalue * 500 == pytest.approx(round(pvalue * 500))
        assert 1 / 500 <= pvalue <= 1
    assert found.detected == (min(found.pvalue_auc, found.pvalue_top) <= 0.1)


def test_no_pvalue_is_below_that_of_the_labels_themselves() -> None:
    """Of B relabellings none is as extreme as a perfect separation: both p-values are 1 / (B + 1), never 0."""
    label = np.arange(200) < 100
    decision = decide(-np.arange(200.0)[None], label, 3, 199).decision
    assert (decision.pvalue_auc, decision.pvalue_top) == (1 / 200, 1 / 200)
