"""Letters say exactly who was told apart."""

from itertools import combinations
from string import ascii_lowercase

import numpy as np
import pytest

from synthaudit.statistics.letters import letters


@pytest.mark.parametrize("seed", range(40))
def test_two_share_a_letter_where_and_only_where_they_are_not_told_apart(seed: int) -> None:
    """Any pairs of up to 12, also such as no order would give; everybody has a letter."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 13))
    pairs = list(combinations(range(n), 2))
    different = {pair for pair in pairs if rng.random() < rng.uniform(0, 1)}
    shown = letters(n, different)
    assert all(shown)
    for first, second in pairs:
        assert bool(set(shown[first]) & set(shown[second])) == ((first, second) not in different)


def cliques(n: int, different: set[tuple[int, int]]) -> set[frozenset[int]]:
    """Largest sets of those who are not told apart, by trying all sets."""
    sets = [
        frozenset(chosen)
        for size in range(1, n + 1)
        for chosen in combinations(range(n), size)
        if not any(pair in different for pair in combinations(chosen, 2))
    ]
    return {each for each in sets if not any(each < other for other in sets)}


@pytest.mark.parametrize("seed", range(20))
def test_each_letter_is_a_largest_set(seed: int) -> None:
    """No letter is there twice, and none could be given to anybody else."""
    rng = np.random.default_rng(100 + seed)
    n = 7
    different = {pair for pair in combinations(range(n), 2) if rng.random() < 0.5}
    shown = letters(n, different)
    names = {name for each in shown for name in each}
    groups = [frozenset(i for i in range(n) if name in shown[i]) for name in names]
    assert len(set(groups)) == len(groups)
    assert set(groups) == cliques(n, different)


def test_the_example_of_an_order() -> None:
    """Four in a row of which neighbours cannot be told apart: a, ab, bc, c."""
    assert letters(4, [(0, 2), (0, 3), (3, 1)]) == (("a",), ("a", "b"), ("b", "c"), ("c",))


def test_nobody_and_impossible_pairs() -> None:
    """None has no letters; a pair needs two that are there."""
    assert letters(0, []) == ()
    for pair in ((0, 0), (0, 3), (-1, 1)):
        with pytest.raises(ValueError, match="no pair of 3"):
            letters(3, [pair])


def test_more_letters_than_the_alphabet_has() -> None:
    """Twelve in four threes, each told from its own three: 81 letters, all of them different."""
    different = [(3 * i + a, 3 * i + b) for i in range(4) for a, b in combinations(range(3), 2)]
    shown = letters(12, different)
    assert len({name for each in shown for name in each}) == 81
    names = [f"{letter}{again}" for again in ("", 2, 3, 4) for letter in ascii_lowercase]
    assert {name for each in shown for name in each} == set(names[:81])
