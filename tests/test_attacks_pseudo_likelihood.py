"""The pseudo-likelihood ratio obeys its limiting cases and orders people as the exact ratio of a known law does."""

import numpy as np
import pandas as pd
import pytest
from attack_cases import cells_view
from scipy.stats import mannwhitneyu, spearmanr
from sklearn.metrics import roc_auc_score
from tables import mixed, three

from synthaudit.attacks.pseudo_likelihood import PseudoLikelihoodRatio
from synthaudit.types import AttackerView, Cells, FloatArray

ATTACK = PseudoLikelihoodRatio(n_trees=4)


def scores_of(candidates: Cells, view: AttackerView, attack: PseudoLikelihoodRatio = ATTACK) -> FloatArray:
    return attack.score(candidates, view, np.random.default_rng(0))


def test_a_release_that_is_the_reference_gives_exactly_zero() -> None:
    """S = R, in whatever order: the same forests say the same twice."""
    candidates, reference = three((200, 150), np.random.default_rng(0))
    shuffled = reference.sample(frac=1, random_state=0, ignore_index=True)
    assert not scores_of(*cells_view(candidates, shuffled, reference)).any()


@pytest.mark.parametrize("sizes", [(120, 120), (150, 90)], ids=["equal", "unequal"])
def test_swapping_release_and_reference_negates_exactly(sizes: tuple[int, int]) -> None:
    """At equal sizes and at others, to the last bit: both tables get the same rule and the same seeds."""
    candidates, s, r = three((200, *sizes), np.random.default_rng(1))
    forward, backward = (scores_of(*cells_view(candidates, *pair)) for pair in ((s, r), (r, s)))
    np.testing.assert_array_equal(forward, -backward)
    assert forward.any()


def test_rows_may_stand_in_any_order_and_workers_share_the_columns() -> None:
    """Permuting S or R, or using two threads, changes nothing; permuting the candidates permutes their scores."""
    rng = np.random.default_rng(2)
    x, view = cells_view(*three((100, 90, 80), rng))
    order = rng.permutation(100)
    shuffled = AttackerView(
        schema=view.schema,
        synthetic=view.synthetic.take(rng.permutation(90)),
        reference=view.reference.take(rng.permutation(80)),
        reference_is_candidates=False,
        jobs=2,
    )
    np.testing.assert_array_equal(scores_of(x, view), scores_of(x, shuffled))
    np.testing.assert_array_equal(scores_of(x, view)[order], scores_of(x.take(order), view))


@pytest.mark.parametrize("kind", ["categories", "numbers"])
def test_it_is_the_exact_ratio_of_a_small_discrete_law(kind: str) -> None:
    """Two random laws on 3 x 4 x 2 cells, 6,000 rows each: Spearman with the exact pseudo-likelihood ratio > .97."""
    rng = np.random.default_rng(3)
    shape = (3, 4, 2)
    laws = [rng.dirichlet(np.full(24, 1.5)).reshape(shape) for _ in range(2)]
    cells = np.stack(np.unravel_index(np.arange(24), shape), axis=1)

    def table(rows: np.ndarray) -> pd.DataFrame:
        frame = pd.DataFrame(rows.astype(float), columns=["a", "b", "c"])
        return frame if kind == "numbers" else frame.map(lambda v: f"level {v:.0f}")

    s, r = (table(cells[rng.choice(24, size=6_000, p=law.ravel())]) for law in laws)
    conditional = [sum(np.log(law / law.sum(axis=c, keepdims=True)) for c in range(3)) for law in laws]
    exact = (conditional[0] - conditional[1]).ravel()
    scores = scores_of(*cells_view(table(cells), s, r), PseudoLikelihoodRatio())
    assert spearmanr(scores, exact).statistic > 0.97


def test_one_column_is_the_ratio_of_its_shares() -> None:
    """Nothing to predict from: the log ratio of smoothed shares, by hand."""
    candidates, s, r = (pd.DataFrame({"c": list(cells)}) for cells in ("ab", "a" * 60 + "b" * 20, "a" * 20 + "b" * 60))
    # 10 bins would keep 20 levels apart: 21 classes share the one row of smoothing.
    shares = [(count + 1 / 21) / 81 for count in (60, 20)]
    expected = np.log(shares[0] / shares[1])
    np.testing.assert_allclose(scores_of(*cells_view(candidates, s, r)), [expected, -expected], rtol=1e-12)


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_of_strangers_gives_chance(with_reference: bool) -> None:
    """S independent of the split: the rank test of members against non-members does not reject at .001."""
    candidates, s, r = three((600, 300, 300), np.random.default_rng(4))
    scores = scores_of(*cells_view(candidates, s, r if with_reference else None))
    assert mannwhitneyu(scores[:300], scores[300:]).pvalue > 0.001


@pytest.mark.parametrize("with_reference", [True, False])
def test_memorised_dependence_is_seen(with_reference: bool) -> None:
    """Two of three independent columns copied as pairs from members: seen by what follows from what, and only so."""
    rng = np.random.default_rng(5)

    def people(n: int) -> pd.DataFrame:
        levels = rng.integers(40, size=(n, 2))
        table = pd.DataFrame({f"c{i}": [f"level {v}" for v in levels[:, i]] for i in range(2)})
        return table.assign(x=rng.normal(size=n))

    members, strangers, reference, release = (people(n) for n in (300, 300, 300, 600))
    donors = rng.integers(300, size=600)
    release["c1"], release["x"] = (members[c].to_numpy()[donors] for c in ("c1", "x"))
    candidates = pd.concat([members, strangers], ignore_index=True)
    is_member = np.arange(600) < 300
    given = reference if with_reference else None
    assert roc_auc_score(is_member, scores_of(*cells_view(candidates, release, given))) > 0.6
    release["x"] = rng.permutation(release["x"])
    apart = scores_of(*cells_view(candidates, release, given))
    assert mannwhitneyu(apart[is_member], apart[~is_member]).pvalue > 0.001


def test_no_more_than_the_stated_columns_are_read() -> None:
    """Of nine columns three are drawn; what stands in the other six changes no score."""
    rng = np.random.default_rng(6)
    candidates, s, r = three((100, 80, 80), rng)
    attack = PseudoLikelihoodRatio(n_trees=4, most_columns=3)
    x, view = cells_view(candidates, s, r)
    scores = scores_of(x, view, attack)
    read = []
    for i in range(9):
        changed = candidates.assign(**{candidates.columns[i]: rng.permutation(candidates.iloc[:, i])})
        read.append(not np.array_equal(scores, scores_of(*cells_view(changed, s, r), attack)))
    assert sum(read) == 3


@pytest.mark.parametrize("columns", [["x0"], ["c0"], ["x0", "c0"], ["x0", "x1", "c0", "c1"]], ids=str)
@pytest.mark.parametrize("with_reference", [True, False])
def test_tiny_tables_give_finite_scores(columns: list[str], with_reference: bool) -> None:
    """Down to one column, one synthetic row, six reference rows, missing and constant cells."""
    rng = np.random.default_rng(9)
    table = mixed(20, rng)[columns]
    table = table.mask(pd.DataFrame(rng.random(table.shape) < 0.3, columns=columns))
    table[columns[-1]] = table[columns[-1]].dropna().iloc[0]
    for release in (table[:1], pd.concat([table, mixed(30, rng)[columns]])):
        x, view = cells_view(table, release, table[14:] if with_reference else None)
        assert np.isfinite(scores_of(x, view)).all()
