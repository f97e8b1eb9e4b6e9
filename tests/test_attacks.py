"""Each attack does what its definition says, in the cases whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr
from sklearn.metrics import roc_auc_score
from tables import mixed, schema_of

from synthaudit.attacker import Attacker, attacker
from synthaudit.attacks import ATTACKS, NEIGHBOUR_ATTACKS
from synthaudit.attacks.classifier import ExtraTreesRatio
from synthaudit.attacks.density import KdeRatio
from synthaudit.attacks.distance import Dcr, KnnDensityRatio, LogDcrRatio, Nndr
from synthaudit.attacks.linkage import Linkage, ValueReuse
from synthaudit.attacks.shadow import CalibratedDifference, Lira
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.types import Attack, AttackerView, Cells, ShadowScores

L2 = "quantile_l2"


def prepare(
    candidates: pd.DataFrame, synthetic: pd.DataFrame, reference: pd.DataFrame | None
) -> tuple[Attacker, Cells, Cells | None]:
    """An attacker of these tables, and the encoded release and reference."""
    schema = schema_of(candidates)
    real = [candidates] if reference is None else [candidates, reference]
    encoder = fit_cells(schema, real, [synthetic])
    encoded = [encoder.encode(table) for table in real]
    space = fit_space(schema, joined(*encoded), encoder.encode(synthetic))
    given = None if reference is None else encoded[1]
    return attacker(schema, space, encoded[0], given), encoder.encode(synthetic), given


def scores_of(attack: Attack, view: AttackerView, candidates: Cells, seed: int = 0) -> np.ndarray:
    return attack.score(candidates, view, np.random.default_rng(seed))


RATIOS: list[Attack] = [a for a in NEIGHBOUR_ATTACKS if a.threat_model == "reference"]


@pytest.mark.parametrize(
    "attack",
    [*RATIOS, Linkage("linkage_sum", "surprisal"), Linkage("linkage_tolerant", "tolerant")],
    ids=lambda a: f"{a.name}-{a.view}",
)
def test_a_release_that_is_the_reference_gives_zero(attack: Attack) -> None:
    """S = R: every ratio is 0 for every candidate, to the last bit of a logarithm."""
    rng = np.random.default_rng(0)
    candidates, reference = mixed(200, rng), mixed(150, rng)
    ready, release, _ = prepare(candidates, reference, reference)
    np.testing.assert_allclose(scores_of(attack, ready.look_at(release), ready.candidates), 0.0, atol=1e-12)


@pytest.mark.parametrize("attack", RATIOS, ids=lambda a: f"{a.name}-{a.view}")
def test_swapping_release_and_reference_negates(attack: Attack) -> None:
    """A distance ratio of S to R is minus that of R to S."""
    rng = np.random.default_rng(1)
    candidates, s, r = mixed(200, rng), mixed(120, rng), mixed(120, rng)
    one, release, reference = prepare(candidates, s, r)
    assert reference is not None
    # One quantile scale for both directions: it is fitted on the real tables, which the swap would change.
    other = attacker(one.schema, one.space, one.candidates, release)
    forward = scores_of(attack, one.look_at(release), one.candidates)
    backward = scores_of(attack, other.look_at(reference), one.candidates)
    np.testing.assert_allclose(forward, -backward, atol=1e-12)


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.threat_model != "shadow"], ids=lambda a: f"{a.name}-{a.view}"
)
def test_scores_are_finite_when_tables_are_tiny_or_constant(attack: Attack) -> None:
    """One synthetic row, constant columns and missing cells give numbers, not gaps."""
    rng = np.random.default_rng(2)
    table = mixed(60, rng)
    table["x0"] = 1.0
    table["c0"] = None
    table.loc[:30, "x1"] = np.nan
    for reference in (table[40:].reset_index(drop=True), None):
        ready, release, _ = prepare(table[:40].reset_index(drop=True), table[:1].reset_index(drop=True), reference)
        assert np.isfinite(scores_of(attack, ready.look_at(release), ready.candidates)).all()


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.threat_model != "shadow"], ids=lambda a: f"{a.name}-{a.view}"
)
def test_verbatim_copies_score_highest(attack: Attack) -> None:
    """Half of the members copied: the copied rank above strangers; smoothing by kernels loses most of it."""
    rng = np.random.default_rng(3)
    members, strangers, reference, fresh = (mixed(n, rng) for n in (300, 300, 300, 150))
    release = pd.concat([members[:150], fresh], ignore_index=True)
    ready, cells, _ = prepare(pd.concat([members, strangers], ignore_index=True), release, reference)
    scores = scores_of(attack, ready.look_at(cells), ready.candidates)
    copied, others = scores[:150], scores[300:]
    assert roc_auc_score(np.r_[np.ones(150), np.zeros(300)], np.r_[copied, others]) > (
        0.6 if attack.name == "kde_ratio" else 0.9
    )


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
        ready, cells, _ = prepare(pd.concat([members, strangers], ignore_index=True), release, None)
        scores = scores_of(Dcr(L2), ready.look_at(cells), ready.candidates)
        tprs.append((scores[:n] > scores[n:].max()).mean())
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    assert abs(np.mean(tprs) - f) < 3 * np.std(tprs, ddof=1) / np.sqrt(20)
    assert abs(np.mean(aucs) - (f + (1 - f) / 2)) < 3 * np.std(aucs, ddof=1) / np.sqrt(20)


def test_copies_law_where_rows_collide_by_nature() -> None:
    """Copies with probability p among rows that collide with probability q: AUC = 1/2 + p(1 - q)/2."""
    n, p, q = 2_000, 0.3, 0.2
    aucs = []
    for seed in range(20):
        rng = np.random.default_rng([5, seed])

        def people(name: str, rng: np.random.Generator = rng) -> np.ndarray:
            own = np.array([f"{name} {i}" for i in range(n)], dtype=object)
            return np.where(rng.random(n) < q, "common", own)

        members, strangers = people("member"), people("stranger")
        release = np.r_[members[rng.random(n) < p], ["common"]]
        ready, cells, _ = prepare(
            pd.DataFrame({"who": np.r_[members, strangers]}), pd.DataFrame({"who": release}), None
        )
        scores = scores_of(Dcr(L2), ready.look_at(cells), ready.candidates)
        aucs.append(roc_auc_score(np.arange(2 * n) < n, scores))
    assert abs(np.mean(aucs) - (0.5 + p * (1 - q) / 2)) < 3 * np.std(aucs, ddof=1) / np.sqrt(20)


def normals(d: int) -> tuple[list[pd.DataFrame], np.ndarray]:
    """Candidates, S ~ N(0, I), R ~ N(0, 4 I) in d columns, and the exact log density ratio of the candidates."""
    rng = np.random.default_rng(6)
    tables = [rng.normal(scale=scale, size=(n, d)) for scale, n in ((1.5, 500), (1, 3_000), (2, 3_000))]
    exact = (norm.logpdf(tables[0]) - norm.logpdf(tables[0], scale=2)).sum(axis=1)
    return [pd.DataFrame(t, columns=[f"x{i}" for i in range(d)]) for t in tables], exact


def test_kernel_density_ratio_of_two_normals() -> None:
    """Rank correlation with the exact log ratio above .95 in one dimension."""
    tables, exact = normals(1)
    ready, cells, _ = prepare(*tables)
    assert spearmanr(scores_of(KdeRatio(), ready.look_at(cells), ready.candidates), exact).statistic > 0.95


@pytest.mark.parametrize(
    ("attack", "least"), [(KdeRatio(), 0.85), (KnnDensityRatio(L2), 0.85), (ExtraTreesRatio(), 0.9)]
)
def test_density_ratios_of_two_normals_in_four_dimensions(attack: Attack, least: float) -> None:
    """Every density ratio orders candidates nearly as the exact one does, and the other way round when swapped."""
    tables, exact = normals(4)
    ready, cells, reference = prepare(*tables)
    assert reference is not None
    forward = scores_of(attack, ready.look_at(cells), ready.candidates)
    swapped = attacker(ready.schema, ready.space, ready.candidates, cells)
    backward = scores_of(attack, swapped.look_at(reference), swapped.candidates)
    assert spearmanr(forward, exact).statistic > least
    assert spearmanr(backward, -exact).statistic > least


def test_rows_of_the_release_may_stand_in_any_order() -> None:
    """Permuting S changes no distance and no agreement."""
    rng = np.random.default_rng(8)
    candidates, s, r = mixed(100, rng), mixed(90, rng), mixed(80, rng)
    ready, cells, _ = prepare(candidates, s, r)
    shuffled = cells.take(rng.permutation(90))
    for attack in (LogDcrRatio(L2), Nndr(L2), ValueReuse()):
        np.testing.assert_array_equal(
            scores_of(attack, ready.look_at(cells), ready.candidates),
            scores_of(attack, ready.look_at(shuffled), ready.candidates),
        )
    for rule in ("surprisal", "tolerant"):
        one, other = (ready.look_at(table).agreement[rule].synthetic for table in (cells, shuffled))
        np.testing.assert_allclose(one, other)


def test_value_reuse_sees_a_generator_that_distances_cannot() -> None:
    """Columns resampled on their own reuse rare values: reuse finds the members, the closest record does not."""
    rng = np.random.default_rng(9)
    members, strangers, reference = (mixed(600, rng).round(2) for _ in range(3))
    release = pd.DataFrame({c: rng.permutation(members[c].to_numpy()) for c in members.columns})
    ready, cells, _ = prepare(pd.concat([members, strangers], ignore_index=True), release, reference)
    view = ready.look_at(cells)
    is_member = np.arange(1_200) < 600
    assert roc_auc_score(is_member, scores_of(ValueReuse(), view, ready.candidates)) > 0.7
    assert roc_auc_score(is_member, scores_of(Dcr(L2), view, ready.candidates)) < 0.6


def shadow_view(target: np.ndarray, shadow: np.ndarray, included: np.ndarray) -> AttackerView:
    rng = np.random.default_rng(0)
    table = mixed(30, rng)
    ready, cells, _ = prepare(table, table, table)
    scores = ShadowScores(base="b", target=target, shadow=shadow, included=included)
    return ready.look_at(cells, {"b": scores})


def test_shadow_scores_are_the_textbook_ratio() -> None:
    """With many shadows LiRA is the log ratio of the two normal laws and calibration their standard score."""
    rng = np.random.default_rng(10)
    k, n = 4_000, 3
    included = rng.random((k, n)) < 0.5
    means = np.where(included, 1.0, -1.0)
    shadow = rng.normal(means, np.where(included, 2.0, 0.5))
    target = np.array([-1.0, 0.0, 2.0])
    view = shadow_view(target, shadow, included)
    candidates = view.synthetic
    exact = norm.logpdf(target, 1, 2) - norm.logpdf(target, -1, 0.5)
    np.testing.assert_allclose(scores_of(Lira("b"), view, candidates), exact, rtol=0.1, atol=0.1)
    np.testing.assert_allclose(
        scores_of(CalibratedDifference("b"), view, candidates), (target + 1) / 0.5, rtol=0.1, atol=0.1
    )
