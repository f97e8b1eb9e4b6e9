"""Ball counts."""

import numpy as np
import pytest
from attack_cases import case, false_alarms, odd_tables, planted_auc, release_is_reference, strangers
from scipy.spatial.distance import cdist
from scipy.stats import binom
from tables import mixed

from synthaudit.attacks.ball_count import RADII, BallCount
from synthaudit.neighbours import nearest
from synthaudit.types import AttackerView, Cells, NeighbourView, Points, Schema

VIEWS = ("quantile_l2", "quantile_l1")


@pytest.mark.parametrize("view", VIEWS)
def test_a_release_that_is_the_reference_gives_zero(view: str) -> None:
    """S = R: exactly 0 for everybody."""
    assert not release_is_reference(0).scores(BallCount(view)).any()


def line(queries: np.ndarray, synthetic: np.ndarray, reference: np.ndarray) -> AttackerView:
    """A view of points on a line."""
    x, s, r = (
        Points(numeric=t[:, None], codes=np.zeros((len(t), 0), dtype=np.int32)) for t in (queries, synthetic, reference)
    )
    to_synthetic, to_reference = (nearest(x, t, 20, norm="l1") for t in (s, r))
    cells = [Cells(codes=np.zeros((len(t), 1), dtype=np.int32), values=t[:, None]) for t in (synthetic, reference)]
    table = NeighbourView(name="line", to_synthetic=to_synthetic, to_reference=to_reference, smallest_positive=1.0)
    return AttackerView(
        schema=Schema(columns=()),
        synthetic=cells[0],
        reference=cells[1],
        reference_is_candidates=False,
        neighbours={"line": table},
    )


def test_swapping_release_and_reference_negates_where_the_radii_stay() -> None:
    """R the mirror image of S and candidates symmetric: both directions have the same radii, so the swap negates
    exactly."""
    rng = np.random.default_rng(0)
    half = rng.integers(-1_000, 1_000, size=100) / 1_024
    queries, s = np.r_[half, -half], rng.integers(-1_000, 1_000, size=90) / 1_024
    cells = Cells(codes=np.zeros((200, 1), dtype=np.int32), values=queries[:, None])
    forward = BallCount("line").score(cells, line(queries, s, -s), rng)
    backward = BallCount("line").score(cells, line(queries, -s, s), rng)
    assert forward.any()
    np.testing.assert_array_equal(forward, -backward)


@pytest.mark.parametrize("with_reference", [True, False])
def test_counts_are_those_of_all_pairs(with_reference: bool) -> None:
    """The score is the formula on a matrix of all distances, counts capped at 20, sizes unequal, nobody counted as
    their own neighbour."""
    rng = np.random.default_rng(1)
    tables = [mixed(n, rng, numbers=2, categories=1) for n in (300, 500, 200)]
    one = case(tables[0], tables[1], tables[2] if with_reference else None)
    points = one.view.points
    x, s, r = (points[t] for t in ("candidates", "synthetic", "reference"))

    def distances(rows: Points) -> np.ndarray:
        return np.asarray(
            cdist(x.numeric, rows.numeric, "cityblock") + cdist(x.codes, rows.codes, "cityblock").clip(0, 1)
        )

    to_s, to_r = distances(s), distances(r)
    if not with_reference:
        np.fill_diagonal(to_r, np.inf)
    n_reference = len(r) - (not with_reference)
    expected = np.zeros(len(x))
    for q in RADII:
        radius = np.sort(to_r.min(axis=1))[int(np.ceil(q * len(x))) - 1] + 1e-9
        counts = [np.minimum((d <= radius).sum(axis=1), 20) for d in (to_s, to_r)]
        expected += np.log((counts[0] + 0.5) / (len(s) + 1)) - np.log((counts[1] + 0.5) / (n_reference + 1))
    np.testing.assert_allclose(one.scores(BallCount("quantile_l1")), expected / 3, atol=1e-12)


def test_the_order_of_rows_changes_nothing() -> None:
    """Rows of all tables shuffled: the same score for the same person, to the last bit."""
    one = strangers(0)
    other, order = one.shuffled(np.random.default_rng(0))
    np.testing.assert_array_equal(other.scores(BallCount("quantile_l2")), one.scores(BallCount("quantile_l2"))[order])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("with_reference", [True, False])
def test_planted_copies_are_found(view: str, with_reference: bool) -> None:
    """Copied members against strangers: AUC above 0.85; a copy tells less where other rows share the ball."""
    assert planted_auc(BallCount(view), with_reference=with_reference) > 0.85


@pytest.mark.parametrize("with_reference", [True, False])
def test_a_release_that_knows_nobody_gives_chance(with_reference: bool) -> None:
    """No more alarms at .05 in 30 releases than 99.9 % of fair tests would raise."""
    assert false_alarms(BallCount("quantile_l2"), with_reference=with_reference, seeds=30) <= binom.ppf(0.999, 30, 0.05)


def test_odd_tables_give_numbers() -> None:
    """Tiny, constant, empty or one-column tables give finite scores."""
    for name, one in odd_tables():
        assert np.isfinite(one.scores(BallCount("quantile_l2"))).all(), name
