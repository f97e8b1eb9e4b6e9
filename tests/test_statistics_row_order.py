"""Whether rows follow the order of another table: exact where order is random, and blind to what content explains."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from figures import Record
from scipy import stats

from synthaudit.statistics.row_order import content_blocks, follows_order

ONE = np.zeros(400, dtype=np.int64)


@pytest.mark.parametrize("n_blocks", [1, 20])
def test_random_orders_are_found_as_often_as_said(n_blocks: int) -> None:
    """2,000 orders, with ties: p below .05 in at most 5 %, and below .01 in at most 1 %, 3 standard errors allowed."""
    rng, block = np.random.default_rng(0), np.repeat(np.arange(n_blocks), 200 // n_blocks)
    pvalues = np.array([follows_order(rng.integers(0, 150, 200), block) for _ in range(2_000)])
    assert (pvalues < 0.05).mean() <= 0.065
    assert (pvalues < 0.01).mean() <= 0.0167


def test_of_one_block_the_pvalue_is_that_of_the_rank_correlation() -> None:
    """Twice the normal tail of r times the root of n - 1, doubled once more for the neighbours; ties have mid-ranks."""
    rng = np.random.default_rng(5)
    for n in (12, 50, 300):
        match = np.round(np.arange(n) * 0.3 + rng.normal(0, n / 2, n)).astype(np.int64)
        r = stats.spearmanr(np.arange(n), match).statistic
        expected = min(1.0, 4 * stats.norm.sf(abs(r) * np.sqrt(n - 1)))
        assert follows_order(match, np.zeros(n, dtype=np.int64), with_neighbours=False) == pytest.approx(expected)


def test_blocks_of_different_sizes_are_added_up() -> None:
    """Each by its own ranks, with Hoeffding's variance of the sum of products."""
    rng = np.random.default_rng(6)
    sizes = (5, 40, 90)
    block, match = np.repeat(np.arange(3), sizes), rng.permutation(sum(sizes)) + np.arange(sum(sizes)) // 2
    total = variance = 0.0
    for b, n in enumerate(sizes):
        ranks = stats.rankdata(match[block == b])
        places, ranks = np.arange(n) - (n - 1) / 2, ranks - ranks.mean()
        total += float(places @ ranks)
        variance += float((places @ places) * (ranks @ ranks)) / (n - 1)
    expected = min(1.0, 4 * stats.norm.sf(abs(total) / np.sqrt(variance)))
    assert follows_order(match, block, with_neighbours=False) == pytest.approx(expected)


def test_equal_cells_that_stand_together_in_either_order_are_groups_of_their_block() -> None:
    """Two blocks, the second column down in one and up in the other: four groups of twenty rows."""
    codes = np.repeat(np.array([[1, 2], [1, 1], [2, 1], [2, 2]]), 20, axis=0)
    assert content_blocks(codes).tolist() == np.repeat([0, 1, 2, 3], 20).tolist()


@pytest.mark.parametrize("turn", [1, -1])
def test_an_order_is_found_either_way(turn: int) -> None:
    """Forwards and backwards, whole and in a fifth of the rows."""
    rng = np.random.default_rng(1)
    assert follows_order(np.arange(400)[::turn], ONE) < 1e-12
    partly = rng.permutation(400)
    at = np.sort(rng.permutation(400)[:120])
    partly[at] = np.sort(partly[at])[::turn]
    assert follows_order(partly, ONE) < 0.001


def test_parts_in_another_order_are_found_by_their_neighbours() -> None:
    """Twenty parts of twenty rows: no rank correlation is left; of one person's rows neighbours are not counted."""
    rng = np.random.default_rng(2)
    parts = np.concatenate(rng.permutation(np.arange(400).reshape(20, 20)))
    assert follows_order(parts, ONE) < 1e-12
    assert follows_order(parts, ONE, with_neighbours=False) > 1e-6


@pytest.mark.parametrize("times", [1, 2])
def test_neighbours_whose_matches_are_neighbours_come_as_often_as_chance_makes(times: int) -> None:
    """Two blocks, each in parts of four: counted one by one, against what all pairs make expected."""
    rng = np.random.default_rng(7)
    sizes = (80, 200)
    parts = [rng.permutation(np.arange(size).reshape(-1, 4)).ravel() // times for size in sizes]
    match, block = np.concatenate(parts), np.repeat([0, 1], sizes)
    n_pairs = sum(abs(a - b) == 1 for part in parts for a, b in pairwise(part.tolist()))
    alike = [sum(abs(a - b) == 1 for a, b in combinations(part.tolist(), 2)) for part in parts]
    expected = sum(2 * count / size for count, size in zip(alike, sizes, strict=True))
    pvalue = 2 * stats.poisson.sf(n_pairs - 1, expected)
    assert pvalue < 1e-6
    assert follows_order(match, block) == pytest.approx(pvalue)


def test_an_order_between_blocks_is_explained() -> None:
    """Sorted blocks of random order within: nothing; the same rows as one block: an order."""
    rng = np.random.default_rng(3)
    block = np.repeat(np.arange(40), 10)
    match = np.concatenate([10 * b + rng.permutation(10) for b in range(40)])
    assert follows_order(match, block, with_neighbours=False) > 0.001
    assert follows_order(match, ONE) < 1e-12
    assert follows_order(match[:5], block[:5]) == 1.0


def test_columns_that_explain_an_order() -> None:
    """Sorted up or down, missing first or last, by two columns, or grouped; an order that is none is left alone."""
    rng = np.random.default_rng(4)
    codes = rng.integers(1, 6, (200, 3)).astype(np.int32)
    assert len(np.unique(content_blocks(codes))) == 1
    for turn in (1, -1):
        ordered = codes[np.lexsort([codes[:, 1], codes[:, 0]])][::turn]
        for is_grouped in (True, False):
            blocks = content_blocks(ordered, grouped=is_grouped)
            assert len(np.unique(blocks)) == len(np.unique(ordered[:, :2], axis=0))
    last = np.sort(codes[:, :1], axis=0)
    last[-20:] = 0
    assert len(np.unique(content_blocks(last))) == 6
    grouped = codes[np.argsort(np.array([0, 3, 1, 5, 2, 4])[codes[:, 0]], kind="stable")]
    assert len(np.unique(content_blocks(grouped))) == 5
    assert len(np.unique(content_blocks(grouped, grouped=False))) == 1
    unique = (rng.permutation(200)[:, None] + 1).astype(np.int32)
    assert len(np.unique(content_blocks(unique))) == 1


@pytest.mark.statistics
def test_false_alarms_of_random_orders(record_figure: Record) -> None:
    """20,000 orders at .001, in one block and in twenty."""
    rng = np.random.default_rng(1_000)
    for n_blocks in (1, 20):
        block = np.repeat(np.arange(n_blocks), 200 // n_blocks)
        n = sum(follows_order(rng.permutation(200), block) < 0.001 for _ in range(20_000))
        record_figure(f"random orders of 20,000 with p < .001, blocks: {n_blocks}", n, "<= 36")
        assert n <= 36
