"""The subset lift is its formula, obeys its limiting cases, and names the columns that leak."""

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score
from tables import mixed, three

from synthaudit.attacks.common.bins import binned, cell_counts, log_lift
from synthaudit.attacks.subset_lift import SubsetLift, leaking_subset
from synthaudit.types import AttackerView, Cells, FloatArray

ATTACK = SubsetLift(most_sets=20)
N = 400
PAIR = (1, 4)


def scores_of(candidates: Cells, view: AttackerView, attack: SubsetLift = ATTACK) -> FloatArray:
    return attack.score(candidates, view, np.random.default_rng(0))


def independent(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Six columns of 30 levels each, without dependence."""
    levels = rng.integers(30, size=(n, 6))
    return pd.DataFrame({f"c{i}": [f"level {v}" for v in levels[:, i]] for i in range(6)})


def planted(rng: np.random.Generator, *, leaks: bool = True) -> tuple[Cells, AttackerView]:
    """400 members, then 400 strangers; a release of strangers whose two columns of PAIR are those of members."""
    members, strangers, reference, release = (independent(N, rng) for _ in range(4))
    if leaks:
        columns = list(members.columns[list(PAIR)])
        release[columns] = members[columns].sample(frac=1, random_state=0).to_numpy()
    return cells_view(pd.concat([members, strangers], ignore_index=True), release, reference)


def test_a_release_that_is_the_reference_gives_exactly_zero() -> None:
    """S = R, in whatever order: every count ratio is 1."""
    candidates, reference = three((200, 150), np.random.default_rng(0))
    shuffled = reference.sample(frac=1, random_state=0, ignore_index=True)
    assert not scores_of(*cells_view(candidates, shuffled, reference)).any()


@pytest.mark.parametrize("sizes", [(120, 120), (150, 90)], ids=["equal", "unequal"])
def test_swapping_release_and_reference_negates_exactly(sizes: tuple[int, int]) -> None:
    """At equal sizes and at others, to the last bit."""
    candidates, s, r = three((200, *sizes), np.random.default_rng(1))
    forward, backward = (scores_of(*cells_view(candidates, *pair)) for pair in ((s, r), (r, s)))
    np.testing.assert_array_equal(forward, -backward)
    assert forward.any()


def test_rows_may_stand_in_any_order() -> None:
    """Permuting S or R changes nothing; permuting the candidates permutes their scores."""
    rng = np.random.default_rng(2)
    x, view = cells_view(*three((100, 90, 80), rng))
    order = rng.permutation(100)
    shuffled = AttackerView(
        schema=view.schema,
        synthetic=view.synthetic.take(rng.permutation(90)),
        reference=view.reference.take(rng.permutation(80)),
        reference_is_candidates=False,
    )
    np.testing.assert_array_equal(scores_of(x, view), scores_of(x, shuffled))
    np.testing.assert_array_equal(scores_of(x, view)[order], scores_of(x.take(order), view))


@pytest.mark.parametrize("with_reference", [True, False])
def test_it_is_the_formula(with_reference: bool) -> None:
    """Two categories are one set, the same at every resolution: one log ratio of counts of equal rows, by pandas."""
    rng = np.random.default_rng(3)
    candidates, s, r = (mixed(n, rng, numbers=0, categories=2) for n in (80, 60, 100))
    x, view = cells_view(candidates, s, r if with_reference else None)
    r = r if with_reference else candidates
    own = int(not with_reference)
    m, n_reference = len(s), len(r) - own
    a, b = m / (m + n_reference), n_reference / (m + n_reference)
    keys = pd.MultiIndex.from_frame(candidates)
    c_s, c_r = (t.value_counts().reindex(keys, fill_value=0).to_numpy() for t in (s, r))
    expected = np.log((c_s + a) / (m + 2 * a)) - np.log((c_r - own + b) / (n_reference + 2 * b))
    np.testing.assert_allclose(scores_of(x, view), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_of_strangers_gives_chance(with_reference: bool) -> None:
    """S independent of the split: the rank test of members against non-members does not reject at .001."""
    candidates, s, r = three((600, 300, 300), np.random.default_rng(4))
    scores = scores_of(*cells_view(candidates, s, r if with_reference else None))
    assert mannwhitneyu(scores[:300], scores[300:]).pvalue > 0.001


@pytest.mark.parametrize("with_reference", [True, False])
def test_copies_are_seen(with_reference: bool) -> None:
    """Half of the members copied: they rank above strangers, also where the candidates are the reference."""
    members, strangers, reference, fresh = three((200, 200, 200, 100), np.random.default_rng(5))
    release = pd.concat([members[:100], fresh], ignore_index=True)
    candidates = pd.concat([members, strangers], ignore_index=True)
    scores = scores_of(*cells_view(candidates, release, reference if with_reference else None))
    assert roc_auc_score(np.r_[np.ones(100), np.zeros(200)], np.r_[scores[:100], scores[200:]]) > 0.95


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "label-blind"])
def test_the_columns_that_leak_are_named(seed: int, labelled: bool) -> None:
    """A release that knows members by two of six columns: the pair is named, no superset, no part of it."""
    x, view = planted(np.random.default_rng([6, seed]))
    is_member = np.arange(2 * N) < N if labelled else None
    found = leaking_subset(x, view, np.random.default_rng(0), is_member=is_member)
    assert found.columns == PAIR
    lift = log_lift(*cell_counts(binned(x, view, found.n_bins), PAIR), N, N)
    assert found.score == pytest.approx(roc_auc_score(is_member, lift) if labelled else lift.mean())
    # The planted pair is exact: of 900 cells the release holds those of all members and about 1/3 of the strangers'.
    assert found.z > 5


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "label-blind"])
def test_without_a_leak_no_subset_stands_out(labelled: bool) -> None:
    """The strongest of some 180 readings of a release of strangers: below 4 standard errors in each of 5 seeds."""
    is_member = np.arange(2 * N) < N if labelled else None
    for seed in range(5):
        x, view = planted(np.random.default_rng([7, seed]), leaks=False)
        assert leaking_subset(x, view, np.random.default_rng(0), is_member=is_member).z < 4


def test_strength_with_labels_is_the_rank_test() -> None:
    """z of the named subset is that of the Mann-Whitney test with its correction for ties."""
    x, view = planted(np.random.default_rng(8))
    is_member = np.arange(2 * N) < N
    found = leaking_subset(x, view, np.random.default_rng(0), is_member=is_member)
    lift = log_lift(*cell_counts(binned(x, view, found.n_bins), found.columns), N, N)
    test = mannwhitneyu(lift[is_member], lift[~is_member], use_continuity=False, method="asymptotic")
    n1 = n0 = N
    ties = np.unique(lift, return_counts=True)[1]
    spread = np.sqrt(n1 * n0 / 12 * (n1 + n0 + 1 - (ties**3 - ties).sum() / ((n1 + n0) * (n1 + n0 - 1))))
    assert found.z == pytest.approx((test.statistic - n1 * n0 / 2) / spread)


@pytest.mark.parametrize("columns", [["x0"], ["c0"], ["x0", "c0"], ["x0", "x1", "c0", "c1"]], ids=str)
@pytest.mark.parametrize("with_reference", [True, False])
def test_tiny_tables_give_finite_scores(columns: list[str], with_reference: bool) -> None:
    """Down to one column, one synthetic row, six reference rows, missing and constant cells."""
    rng = np.random.default_rng(9)
    table = mixed(20, rng)[columns]
    table = table.mask(pd.DataFrame(rng.random(table.shape) < 0.3, columns=columns))
    table[columns[-1]] = table[columns[-1]].dropna().iloc[0]
    x, view = cells_view(table, table[:1], table[14:] if with_reference else None)
    assert np.isfinite(scores_of(x, view)).all()
    assert np.isfinite(leaking_subset(x, view, rng).z)
