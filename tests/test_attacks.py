"""Each attack does what its definition says, in the cases whose answer is known."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from attack_cases import Case, case, normals, release_is_reference, strangers
from scipy.stats import norm, spearmanr
from sklearn.metrics import roc_auc_score
from tables import mixed

from synthaudit.attacks import ATTACKS, COUNT_ATTACKS, LINKAGE_ATTACKS, NEIGHBOUR_ATTACKS
from synthaudit.attacks.distance import Dcr, KnnDensityRatio, LogDcrRatio, Nndr
from synthaudit.attacks.kde_ratio import KdeRatio
from synthaudit.attacks.linkage import Linkage, LinkageClaim, ValueReuse
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.linkage.agreement import RULES, SUM_RULES
from synthaudit.types import Attack, AttackerView, Cells, Schema, ShadowScores

L2 = "quantile_l2"

# The index is a share, and the radii of the balls belong to the reference; both have tests of their own.
RATIOS: list[Attack] = [
    a for a in NEIGHBOUR_ATTACKS if a.threat_model == "reference" and a.name not in {"dpi", "ball_count"}
]
EVERY = pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.threat_model != "shadow"], ids=lambda a: f"{a.name}-{a.view}"
)


@pytest.mark.parametrize(
    "attack",
    [*RATIOS, Linkage("linkage_sum", "surprisal"), Linkage("linkage_tolerant", "tolerant")],
    ids=lambda a: f"{a.name}-{a.view}",
)
def test_a_release_that_is_the_reference_gives_zero(attack: Attack) -> None:
    """S = R: every ratio is 0 for every candidate, to the last bit of a logarithm."""
    np.testing.assert_allclose(release_is_reference(0).scores(attack), 0.0, atol=1e-12)


@pytest.mark.parametrize("attack", RATIOS, ids=lambda a: f"{a.name}-{a.view}")
def test_swapping_release_and_reference_negates(attack: Attack) -> None:
    """A distance ratio of S to R is minus that of R to S."""
    one = strangers(0)
    np.testing.assert_allclose(one.scores(attack), -one.swapped().scores(attack), atol=1e-12)


@cache
def tiny() -> list[Case]:
    """One synthetic row, constant columns and missing cells, with a reference and without."""
    table = mixed(60, np.random.default_rng(2))
    table["x0"] = 1.0
    table["c0"] = None
    table.loc[:30, "x1"] = np.nan
    people, others = table[:40].reset_index(drop=True), table[40:].reset_index(drop=True)
    return [case(people, people[:1], reference, competing=True) for reference in (others, None)]


@EVERY
def test_scores_are_finite_when_tables_are_tiny_or_constant(attack: Attack) -> None:
    """One synthetic row, constant columns and missing cells give numbers, not gaps."""
    for one in tiny():
        assert np.isfinite(one.scores(attack)).all()


@cache
def copied() -> Case:
    """150 copied members, 150 other members, 300 strangers; half of the release is copies."""
    rng = np.random.default_rng(3)
    members, others, reference, fresh = (mixed(n, rng) for n in (300, 300, 300, 150))
    candidates = pd.concat([members, others], ignore_index=True)
    return case(candidates, pd.concat([members[:150], fresh], ignore_index=True), reference, competing=True)


BEYOND_CHANCE = 0.59
"""AUC that 150 against 300 people reach by chance once in a thousand times."""
LEAST = {
    **{a.name: 0.9 for a in (*NEIGHBOUR_ATTACKS, *LINKAGE_ATTACKS, *COUNT_ATTACKS)},
    **dict.fromkeys(("gen_lra", "extra_trees", "gradient_boosting", "logan", "linkage_claim", "shifted_claim"), 0.9),
    **dict.fromkeys(("near_claim", "pair_claim", "marginal_ratio", "subset_lift", "pseudo_likelihood"), 0.9),
    "ball_count": 0.8,
}
"""What these attacks are known to reach. Kernels smooth most of a copy away, and a ball does not tell how near a row is
within it."""


@EVERY
def test_verbatim_copies_score_highest(attack: Attack) -> None:
    """Half of the members copied: they rank above strangers beyond chance, and as high as is known of the attack."""
    scores = copied().scores(attack)
    is_copied = np.repeat([True, False], [150, 300])
    assert roc_auc_score(is_copied, np.r_[scores[:150], scores[300:]]) > LEAST.get(attack.name, BEYOND_CHANCE)


def test_copies_law_of_the_closest_record() -> None:
    """A share L of the release drawn from n1 members: f = 1 - (1 - 1/n1)^(L m) of them are copied, TPR at FPR 0 is f
    and the AUC is f + (1 - f)/2, within three standard errors of 20 releases."""
    n, share = 500, 0.3
    f = 1 - (1 - 1 / n) ** (share * n)
    tprs, aucs = [], []
    for seed in range(20):
        rng = np.random.default_rng([4, seed])
        members, strangers, fresh = (mixed(n, rng) for _ in range(3))
        drawn = members.iloc[rng.integers(n, size=int(share * n))]
        release = pd.concat([drawn, fresh[int(share * n) :]], ignore_index=True)
        scores = case(pd.concat([members, strangers], ignore_index=True), release, None).scores(Dcr(L2))
        tprs.append((scores[:n] > scores[n:].max()).mean())
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    assert abs(np.mean(tprs) - f) < 3 * np.std(tprs, ddof=1) / np.sqrt(20)
    assert abs(np.mean(aucs) - (f + (1 - f) / 2)) < 3 * np.std(aucs, ddof=1) / np.sqrt(20)


def test_copies_law_where_rows_collide_by_nature() -> None:
    """Copies with probability p among rows that collide with probability q: AUC = 1/2 + p(1 - q)/2."""
    n, p, q = 1_000, 0.3, 0.2
    aucs = []
    for seed in range(20):
        rng = np.random.default_rng([5, seed])

        def people(name: str, rng: np.random.Generator = rng) -> np.ndarray:
            own = np.array([f"{name} {i}" for i in range(n)], dtype=object)
            return np.where(rng.random(n) < q, "common", own)

        members, strangers = people("member"), people("stranger")
        release = np.r_[members[rng.random(n) < p], ["common"]]
        tables = [pd.DataFrame({"who": names}) for names in (np.r_[members, strangers], release)]
        scores = case(tables[0], tables[1], None).scores(Dcr(L2))
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    assert abs(np.mean(aucs) - (0.5 + p * (1 - q) / 2)) < 3 * np.std(aucs, ddof=1) / np.sqrt(20)


def test_kernel_density_ratio_of_two_normals() -> None:
    """Rank correlation with the exact log ratio above .95 in one dimension."""
    one, exact = normals(1)
    assert spearmanr(one.scores(KdeRatio()), exact).statistic > 0.95


@pytest.mark.parametrize("attack", [KdeRatio(), KnnDensityRatio(L2)], ids=lambda a: a.name)
def test_density_ratios_of_two_normals_in_four_dimensions(attack: Attack) -> None:
    """A density ratio orders candidates nearly as the exact one does, and the other way round when swapped."""
    one, exact = normals(4)
    assert spearmanr(one.scores(attack), exact).statistic > 0.85
    assert spearmanr(one.swapped().scores(attack), -exact).statistic > 0.85


def test_rows_of_the_release_may_stand_in_any_order() -> None:
    """Permuting S changes no distance, no agreement and no claim."""
    rng = np.random.default_rng(8)
    one = case(mixed(100, rng), mixed(90, rng), mixed(80, rng), competing=True)
    other = Case(
        ready=one.ready, view=one.ready.look_at(one.view.synthetic.take(rng.permutation(90))), reference=one.reference
    )
    for attack in (LogDcrRatio(L2), Nndr(L2), ValueReuse()):
        np.testing.assert_array_equal(one.scores(attack), other.scores(attack))
    for rule in RULES:
        np.testing.assert_allclose(one.scores(LinkageClaim(rule)), other.scores(LinkageClaim(rule)), atol=1e-12)
    for rule in SUM_RULES:
        np.testing.assert_allclose(one.view.agreement[rule].synthetic, other.view.agreement[rule].synthetic)


def test_value_reuse_sees_a_generator_that_distances_cannot() -> None:
    """Columns resampled on their own reuse rare values: reuse finds the members, the closest record does not."""
    rng = np.random.default_rng(9)
    members, strangers, reference = (mixed(600, rng).round(2) for _ in range(3))
    release = pd.DataFrame({c: rng.permutation(members[c].to_numpy()) for c in members.columns})
    one = case(pd.concat([members, strangers], ignore_index=True), release, reference)
    is_member = np.arange(1_200) < 600
    assert roc_auc_score(is_member, one.scores(ValueReuse())) > 0.7
    assert roc_auc_score(is_member, one.scores(Dcr(L2))) < 0.6


def test_shadow_scores_are_the_textbook_ratio() -> None:
    """With many shadows LiRA is the log ratio of the two normal laws and calibration their standard score."""
    rng = np.random.default_rng(10)
    k, n = 4_000, 3
    included = rng.random((k, n)) < 0.5
    shadow = rng.normal(np.where(included, 1.0, -1.0), np.where(included, 2.0, 0.5))
    target = np.array([-1.0, 0.0, 2.0])
    cells = Cells(codes=np.zeros((n, 1), dtype=np.int32), values=np.zeros((n, 1)))
    shadows = ShadowScores(base="b", target=target, shadow=shadow, included=included, ring=np.arange(k))
    view = AttackerView(
        schema=Schema(columns=()),
        synthetic=cells,
        reference=cells,
        reference_is_candidates=False,
        shadows={"b": shadows},
    )
    exact = norm.logpdf(target, 1, 2) - norm.logpdf(target, -1, 0.5)
    np.testing.assert_allclose(Lira("b").score(cells, view, rng), exact, rtol=0.1, atol=0.1)
    np.testing.assert_allclose(
        CalibratedDifference("b").score(cells, view, rng), (target + 1) / 0.5, rtol=0.1, atol=0.1
    )
