"""The marginal ratio is its formula, obeys its limiting cases, and reaches the law of released means."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score
from tables import mixed, three

from synthaudit.attacks.marginal_ratio import MarginalRatio
from synthaudit.types import AttackerView, BoolArray, Cells, FloatArray

ATTACK = MarginalRatio(most_sets=60)


def scores_of(candidates: Cells, view: AttackerView, attack: MarginalRatio = ATTACK) -> FloatArray:
    return attack.score(candidates, view, np.random.default_rng(0))


def test_a_release_that_is_the_reference_gives_exactly_zero() -> None:
    """S = R, in whatever order: every count ratio is 1."""
    rng = np.random.default_rng(0)
    candidates, reference = three((200, 150), rng)
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
    np.testing.assert_allclose(scores_of(x, view)[order], scores_of(x.take(order), view), rtol=1e-12)


@pytest.mark.parametrize("with_reference", [True, False])
def test_it_is_the_formula(with_reference: bool) -> None:
    """Categories alone, all sets of one, two and three of four columns, both resolutions the same: by pandas."""
    rng = np.random.default_rng(3)
    candidates, s, r = (mixed(n, rng, numbers=0, categories=4) for n in (80, 60, 100))
    x, view = cells_view(candidates, s, r if with_reference else None)
    r = r if with_reference else candidates
    own = int(not with_reference)
    m, n_reference = len(s), len(r) - own
    a, b = m / (m + n_reference), n_reference / (m + n_reference)
    expected = np.zeros(len(candidates))
    for size in (1, 2, 3):
        sets = list(combinations(candidates.columns, size))
        for columns in map(list, sets):
            keys = pd.MultiIndex.from_frame(candidates[columns])
            c_s, c_r = (t.value_counts(columns).reindex(keys, fill_value=0).to_numpy() for t in (s, r))
            c_r = c_r - own
            weight = np.mean(1 / (1 + 1 / (c_s + 0.5) + 1 / (c_r + 0.5))) / len(sets)
            lift = np.log((c_s + a) / (m + 2 * a)) - np.log((c_r + b) / (n_reference + 2 * b))
            expected += 2 * weight * lift
    np.testing.assert_allclose(scores_of(x, view), expected, rtol=1e-10, atol=1e-12)


def binary(rows: BoolArray) -> pd.DataFrame:
    return pd.DataFrame(rows.astype(float), columns=[f"b{i}" for i in range(rows.shape[1])])


def test_independent_marginals_reach_the_law_of_released_means() -> None:
    """Case "sampled": m = n rows from the column means of n training rows, a reference of n_R = n rows.

    At n = 100 and d = 200 independent binary columns the best score has AUC Phi(sqrt(d/n) / sqrt 2 / sqrt 3) = .720.
    The mean over 16 seeds reaches at least 90 % of that advantage: .5 + .9 x .220 = .698.
    """
    n, d = 100, 200
    aucs = []
    for seed in range(16):
        rng = np.random.default_rng([14, seed])
        chance = rng.uniform(0.2, 0.8, size=d)
        members, strangers, reference = (rng.random((n, d)) < chance for _ in range(3))
        release = rng.random((n, d)) < members.mean(axis=0)
        candidates = binary(np.concatenate([members, strangers]))
        scores = scores_of(*cells_view(candidates, binary(release), binary(reference)), MarginalRatio())
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    assert np.mean(aucs) >= 0.698


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_of_strangers_gives_chance(with_reference: bool) -> None:
    """S independent of the split: the rank test of members against non-members does not reject at .001."""
    rng = np.random.default_rng(4)
    candidates, s, r = three((600, 300, 300), rng)
    scores = scores_of(*cells_view(candidates, s, r if with_reference else None))
    assert mannwhitneyu(scores[:300], scores[300:]).pvalue > 0.001


@pytest.mark.parametrize("with_reference", [True, False])
def test_columns_resampled_on_their_own_are_seen(with_reference: bool) -> None:
    """Reused values give members away; where the candidates are the reference, nobody counts for themselves."""
    rng = np.random.default_rng(5)
    members, strangers, reference = (mixed(300, rng) for _ in range(3))
    release = pd.DataFrame({c: rng.permutation(members[c].to_numpy()) for c in members.columns})
    candidates = pd.concat([members, strangers], ignore_index=True)
    scores = scores_of(*cells_view(candidates, release, reference if with_reference else None))
    assert roc_auc_score(np.arange(600) < 300, scores) > 0.7


def awkward() -> dict[str, pd.DataFrame]:
    """Twenty rows of each shape that breaks encoders."""
    rng = np.random.default_rng(6)
    table = mixed(20, rng)
    holes = table.mask(pd.DataFrame(rng.random(table.shape) < 0.4, columns=table.columns))
    holes[["x0", "c0"]] = np.nan
    return {
        "holes": holes,
        "one number": table[["x0"]],
        "one category": table[["c0"]],
        "numbers": table[["x0", "x1", "x2"]],
        "constant": table[["c0", "x0"]].assign(c0="all", x0=1.0),
    }


@pytest.mark.parametrize("shape", awkward())
@pytest.mark.parametrize("with_reference", [True, False])
def test_tiny_tables_give_finite_scores(shape: str, with_reference: bool) -> None:
    """Down to one synthetic row and six reference rows; a constant release of constant people says nothing."""
    table = awkward()[shape]
    scores = scores_of(*cells_view(table, table[:1], table[14:] if with_reference else None))
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) == 1 or shape != "constant"
