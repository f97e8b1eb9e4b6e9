"""What a sample size can show: the numbers of the literature of this project, and simulations."""

import numpy as np
import pytest
from scipy import stats

from synthaudit.statistics.bounds import auc_upper_one_sided
from synthaudit.statistics.intervals import difference_of_shares
from synthaudit.statistics.observed import observe
from synthaudit.statistics.power import auc_spread, decidable, smallest_detectable, worst_bounds
from synthaudit.statistics.tpr_bounds import tpr_upper, upper_bounds, upper_rank
from synthaudit.types import Policy


def policy(auc: float, tpr: float, excess: float | None = None, copies: float = 0.9) -> Policy:
    """Limits of some use, by default one that a few people show to be kept by copies."""
    return Policy(
        name="use",
        auc=auc,
        tpr_at_fpr=tpr,
        copies_excess=copies,
        exposed_allowed=True,
        source="test",
        attribute_excess=excess,
    )


@pytest.mark.parametrize(("n", "one", "thirty"), [(500, 0.545, 0.568), (1000, 0.532, 0.548), (5000, 0.514, 0.5215)])
def test_smallest_detectable_auc(n: int, one: float, thirty: float) -> None:
    """One attack tested one-sided, and a family of thirty with critical value 2.88: known to three digits."""
    assert smallest_detectable(n, n, 1.645).auc == pytest.approx(one, abs=6e-4)
    assert smallest_detectable(n, n, 2.88).auc == pytest.approx(thirty, abs=6e-4)


def test_spread_is_exact_without_a_leak() -> None:
    """sqrt((n1+n0+1)/(12 n1 n0)) at one half; 0 at one."""
    assert auc_spread(0.5, 40, 90) == pytest.approx(np.sqrt(131 / (12 * 40 * 90)))
    assert auc_spread(1.0, 40, 90) == 0.0


def test_a_leak_of_the_stated_size_is_found_in_four_of_five() -> None:
    """Planted at the smallest detectable TPR, the count at the top is as surprising as asked in 760 to 840 of 1,000."""
    n, critical = 1000, 2.8
    found = smallest_detectable(n, n, critical)
    share = (found.tpr_at_fpr - 0.01) / 0.99
    rng = np.random.default_rng(0)
    label, tail = np.arange(2 * n) < n, 2 * stats.norm.sf(critical)
    hits = 0
    for _ in range(1000):
        scores = rng.random(2 * n) + 5 * (label & (rng.random(2 * n) < share))
        hits += observe(scores[None, :], label, np.arange(2 * n)).p_top[0] <= tail
    assert hits == pytest.approx(800, abs=40)
    assert (found.power, found.n_members, found.n_nonmembers) == (0.8, n, n)


def test_hopeless_samples_say_one() -> None:
    """Three people a side cannot be sure to show any leak at a critical value of 4."""
    found = smallest_detectable(3, 3, 4.0)
    assert (found.auc, found.tpr_at_fpr) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("n1", "n0", "auc"),
    [
        (500, 500, 0.558),
        (1000, 1000, 0.540),
        (2000, 2000, 0.528),
        (3000, 3000, 0.522),
        (5000, 5000, 0.517),
        (2000, 500, 0.545),
    ],
)
def test_worst_bounds_of_thirty_attacks(n1: int, n0: int, auc: float) -> None:
    """AUC: medians measured with thirty real attacks and views, which share evidence; independent ones are a little
    worse, by less than .015. TPR: the median of 4,000 simulated families of independent ones, to one person.
    """
    found_auc, found_tpr = worst_bounds(n1, n0, 30, 0.05)
    assert auc - 0.0005 <= found_auc < auc + 0.015
    rng, j = np.random.default_rng(5), upper_rank(n1, n0, 0.05, 0.01, 0.05)
    counts = rng.binomial(n1, rng.beta(j, n0 - j + 1, size=(4_000, 30))).max(axis=1)
    near = [tpr_upper(int(np.median(counts)) + d, n1, n0, j, 0.01, 0.05) for d in (-1, 1)]
    assert near[0] <= found_tpr <= near[1]
    median = int(stats.betabinom(n1, j, n0 - j + 1).ppf(0.5 ** (1 / 30)))
    assert found_tpr == tpr_upper(median, n1, n0, j, 0.01, 0.05)


def test_pass_probability_is_that_of_the_simulated_rule() -> None:
    """Four independent leak-free attacks, 300 a side, limits .57 and .07: 500 simulated families agree to 7 %."""
    rng = np.random.default_rng(1)
    n, limits = 300, policy(0.57, 0.07)
    label, order = np.arange(2 * n) < n, np.arange(2 * n)
    passed = 0
    for _ in range(500):
        scores = rng.normal(size=(4, 2 * n))
        if (auc_upper_one_sided(scores, label) < limits.auc).all():
            bounds = upper_bounds(scores, label, order, limits.tpr_at_fpr, 0.01, 0.05)
            passed += bool((bounds < limits.tpr_at_fpr).all())
    found = decidable(limits, n, n, 4).pass_probability
    assert 0.1 < found < 0.9
    assert passed / 500 == pytest.approx(found, abs=0.07)


@pytest.mark.parametrize(("auc", "tpr", "n"), [(0.65, 0.10, 300), (0.60, 0.05, 1000), (0.55, 0.03, 3000)])
def test_usual_limits_need_about_the_usual_numbers(auc: float, tpr: float, n: int) -> None:
    """Twenty to forty attacks: an 80 % chance of a pass from about 300, 1,000 and 3,000 people a side."""
    for attacks in (20, 40):
        needed = decidable(policy(auc, tpr), n, n, attacks).n_needed
        assert needed is not None
        assert 0.75 * n < needed < 1.25 * n
        assert decidable(policy(auc, tpr), needed, needed, attacks).pass_probability >= 0.8
        assert decidable(policy(auc, tpr), needed - 10, needed - 10, attacks).pass_probability < 0.8


def test_more_attacks_make_a_pass_rarer() -> None:
    """The chance is a product over attacks."""
    one = decidable(policy(0.6, 0.05), 600, 600, 1).pass_probability
    assert decidable(policy(0.6, 0.05), 600, 600, 5).pass_probability == pytest.approx(one**5)


@pytest.mark.parametrize(("auc", "tpr"), [(0.5, 0.1), (0.6, 0.01), (0.6, 0.0), (0.501, 0.5)])
def test_limits_out_of_reach_have_no_number(auc: float, tpr: float) -> None:
    """No release without a leak is below these with 200,000 people; there is no n to name."""
    found = decidable(policy(auc, tpr), 200, 200, 30)
    assert (found.use, found.n_needed) == ("use", None)
    assert found.pass_probability == pytest.approx(0.0, abs=1e-12)


def test_tiny_samples_decide_nothing() -> None:
    """One unit has no AUC; twenty have bounds above any limit in use."""
    assert decidable(policy(0.65, 0.1), 1, 1, 1).pass_probability == 0.0
    assert decidable(policy(0.65, 0.1), 20, 20, 1).pass_probability == 0.0


def test_a_limit_above_every_bound_always_passes() -> None:
    """A policy that allows everything is decidable by the AUC of any two people."""
    assert decidable(policy(1.0, 0.999), 2000, 2000, 1).pass_probability == pytest.approx(1.0)


@pytest.mark.parametrize(("limit", "n"), [(0.01, 299), (0.005, 598), (0.002, 1497)])
def test_too_few_people_cannot_show_that_nobody_is_copied(limit: float, n: int) -> None:
    """The limit of copies alone asks for so many members, however many others there are."""
    chances = [decidable(policy(1.0, 0.999, copies=limit), n1, 5_000, 1).pass_probability for n1 in (n - 1, n)]
    assert (chances[0], chances[1] > 0.99) == (0.0, True)


def exact_chance(limit: float, n1: int, n0: int, rate: float) -> float:
    """Over all counts of secrets guessed right of either side, the chance that the bound of the excess is below."""
    total = 0.0
    for b in range(n0 + 1):
        # The bound grows with the members' count: the largest count that passes says it all.
        low, high = -1, n1 + 1
        while high - low > 1:
            middle = (low + high) // 2
            bound = difference_of_shares(middle, n1, b, n0, 0.9)[1]
            low, high = (middle, high) if bound < limit else (low, middle)
        total += stats.binom.pmf(b, n0, rate) * stats.binom.cdf(low, n1, rate)
    return float(total)


@pytest.mark.parametrize(("limit", "n1", "n0"), [(0.2, 100, 100), (0.1, 300, 200), (0.1, 200, 400), (0.15, 60, 60)])
def test_the_gate_of_guessed_secrets_is_counted_at_its_worst(limit: float, n1: int, n0: int) -> None:
    """The chance is that of secrets of which half are guessed right, and never above that of any other share.

    Counts are whole, and the chance is on the safe side by a few of them.
    """
    found = decidable(policy(1.0, 0.999, limit), n1, n0, 1, 1).pass_probability
    without = decidable(policy(1.0, 0.999), n1, n0, 1, 1).pass_probability
    assert found / without == pytest.approx(exact_chance(limit, n1, n0, 0.5), abs=5 / min(n1, n0))
    for rate in (0.02, 0.1, 0.3, 0.5, 0.9):
        assert found / without <= exact_chance(limit, n1, n0, rate) + 1e-3


def test_secrets_count_once_each_and_only_under_a_limit() -> None:
    """Ten secrets are the tenth power of one; without a limit, and without a secret, nothing changes."""
    many, one, none = (decidable(policy(0.6, 0.05, 0.1), 900, 900, 1, k) for k in (10, 1, 0))
    ratio = one.pass_probability / none.pass_probability
    assert many.pass_probability == pytest.approx(none.pass_probability * ratio**10)
    assert (many.n_secrets, one.n_secrets, none.n_secrets) == (10, 1, 0)
    assert decidable(policy(0.6, 0.05, 0.1), 900, 900, 1) == none
    assert many.n_needed is not None
    assert none.n_needed is not None
    assert many.n_needed >= none.n_needed
    free = decidable(policy(0.6, 0.05), 900, 900, 1, 10)
    assert (free.pass_probability, free.n_needed, free.n_secrets) == (none.pass_probability, none.n_needed, 0)
    assert decidable(policy(0.6, 0.05, 0.001), 900, 900, 1, 1).n_needed is None


def test_more_people_than_are_asked_about_do_not_help() -> None:
    """Secrets are guessed of 3,000 people a side at most: a limit that these cannot meet is met by no number."""
    small, large = (decidable(policy(1.0, 0.999, 0.03), n, n, 1, 1).pass_probability for n in (3_000, 60_000))
    assert small == pytest.approx(large)


@pytest.mark.parametrize(("n1", "n0"), [(1, 2000), (2000, 1), (0, 2000)])
def test_one_person_on_a_side_decides_nothing(n1: int, n0: int) -> None:
    """Even a policy that allows everything is not passed where an AUC has no variance."""
    assert decidable(policy(1.0, 0.999), n1, n0, 1).pass_probability == 0.0
