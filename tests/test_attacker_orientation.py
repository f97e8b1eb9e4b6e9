"""Which way columns run, told by associations alone."""

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from synthaudit.attacker.orientation import Associations, Orientation, blocks, orient
from synthaudit.types import BoolArray, FloatArray

NONE, ALL = np.zeros(4, dtype=bool), np.ones(4, dtype=bool)
UNTOLD = np.zeros(4)


def table(seed: int, n: int = 2_000, share: float = 0.8) -> tuple[FloatArray, BoolArray]:
    """Four associated numbers, and indicators of a level that goes with them."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=n)
    numbers = share * factor[:, None] + rng.normal(size=(n, 4))
    return numbers, (factor + rng.normal(size=n) > 0)[:, None]


def judged(sign: list[int], *, in_doubt: BoolArray = NONE, levels: bool = True, share: float = 0.8) -> Orientation:
    (real, real_levels), (made, made_levels) = table(0), table(1, share=share)
    keep = slice(None) if levels else slice(0)
    associations = Associations.of((real, made * np.array(sign)), (real_levels[:, keep], made_levels[:, keep]))
    return orient(associations, in_doubt, NONE, UNTOLD)


@pytest.mark.parametrize("sign", [[1, 1, 1, 1], [1, -1, 1, 1], [-1, 1, -1, 1], [-1, -1, -1, -1]])
def test_turned_columns_are_found_beside_a_level(sign: list[int]) -> None:
    told = judged(sign)
    assert told.sign.tolist() == sign
    assert told.is_turned.tolist() == [each < 0 for each in sign]
    assert not told.is_open.any()


def test_all_columns_turned_look_like_none_without_a_level() -> None:
    """Where they are in doubt, that is said; where their laws are in order, they are taken as they stand."""
    assert judged([-1, -1, -1, -1], in_doubt=ALL, levels=False).is_open.all()
    assert judged([-1, -1, -1, -1], levels=False).sign.tolist() == [1, 1, 1, 1]


def test_one_column_in_order_tells_how_the_others_run() -> None:
    told = judged([1, -1, -1, -1], in_doubt=np.array([False, True, True, True]), levels=False)
    assert told.sign.tolist() == [1, -1, -1, -1]
    assert not told.is_open.any()


def test_a_law_tells_where_associations_do_not() -> None:
    (real, real_levels), (made, made_levels) = table(0), table(1)
    associations = Associations.of((real, -made), (real_levels[:, :0], made_levels[:, :0]))
    told = orient(associations, ALL, NONE, np.array([-1.0, 0, 0, 0]))
    assert told.sign.tolist() == [-1, -1, -1, -1]
    assert not told.is_open.any()
    assert not told.is_turned.any()


def test_columns_without_association_are_not_called_turned() -> None:
    """At five standard deviations in none of 50 tables."""
    for seed in range(50):
        (real, real_levels), (made, made_levels) = table(0), table(100 + seed, share=0.0)
        associations = Associations.of((real, made), (real_levels, made_levels))
        assert not orient(associations, ALL, NONE, UNTOLD).is_turned.any()


@pytest.mark.parametrize("size", [0, 1, 7, 60])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 1.0])
def test_blocks_are_the_components_of_the_ties(size: int, share: float) -> None:
    """Held against scipy, for any number of columns and ties; a block has the name of its first column."""
    rng = np.random.default_rng([size, int(100 * share)])
    for _ in range(20):
        tied = rng.random((size, size)) < share
        tied |= tied.T
        block = blocks(tied)
        known = connected_components(tied, directed=False)[1] if size else np.empty(0, dtype=np.int64)
        first = [int(np.flatnonzero(known == component)[0]) for component in known]
        assert block.tolist() == first


def test_a_long_chain_is_one_block() -> None:
    """However the columns of the chain are ordered."""
    rng = np.random.default_rng(0)
    order = rng.permutation(300)
    tied = np.zeros((300, 300), dtype=bool)
    tied[order[1:], order[:-1]] = tied[order[:-1], order[1:]] = True
    assert not blocks(tied).any()
