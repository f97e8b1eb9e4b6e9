"""Real rows are drawn in the release's shares of declared levels: as many as there can be, none of them twice."""

import numpy as np
import pytest

from synthaudit.attacker.rebalanced import same_shares
from synthaudit.types import CodeArray


def codes(*counts: int) -> CodeArray:
    """One column: so many rows of level 0, 1 and so on."""
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts)[:, None]


@pytest.mark.parametrize(
    ("real", "release", "drawn"),
    [
        # The same shares: everybody.
        ((500, 500), (50, 50), (500, 500)),
        # Level 0 has to be .8 of N with a hundredth short at most: N = 500 / .79.
        ((500, 500), (80, 20), (500, 126)),
        ((500, 500), (100, 0), (500, 0)),
        # N = 100 / .49, of which level 1 is half.
        ((900, 100), (50, 50), (102, 100)),
        # A level of at most a hundredth of the release costs nothing, though one real row has it.
        ((989, 1, 10), (98, 1, 1), (980, 1, 10)),
        # Levels that no real row has are no reason to draw fewer.
        ((500, 500, 0), (40, 40, 20), (500, 500, 0)),
    ],
)
def test_the_largest_part_with_these_shares(
    real: tuple[int, ...], release: tuple[int, ...], drawn: tuple[int, ...]
) -> None:
    """Worked out by hand from the formula."""
    rows = same_shares(codes(*real), codes(*release), np.random.default_rng(0)).rows
    assert tuple(np.bincount(codes(*real)[rows, 0], minlength=len(real))) == drawn
    assert len(set(rows.tolist())) == len(rows)


def test_levels_count_together() -> None:
    """Each level of both columns is known, and half of the release has pairs of them that nobody has."""
    real = np.array([[0, 0], [1, 1]] * 100, dtype=np.int32)
    release = np.array([[0, 0], [0, 1]] * 50, dtype=np.int32)
    got = same_shares(real, release, np.random.default_rng(0))
    assert got.unmatched == 0.5
    assert real[got.rows].tolist() == [[0, 0]] * 100


def test_nothing_in_common() -> None:
    got = same_shares(codes(5), np.full((4, 1), 7, dtype=np.int32), np.random.default_rng(0))
    assert (got.rows.tolist(), got.unmatched) == ([], 1.0)


def test_every_row_of_a_level_is_drawn_as_often_as_any_other() -> None:
    """Of 4 rows one in four draws each; over 4,000 draws within four standard deviations."""
    real, release = codes(4, 4), codes(80, 20)
    times = np.zeros(8)
    for seed in range(4_000):
        times[same_shares(real, release, np.random.default_rng(seed)).rows] += 1
    assert times[:4].tolist() == [4_000] * 4
    assert np.abs(times[4:] - 1_000).max() < 4 * np.sqrt(4_000 * 0.25 * 0.75)
