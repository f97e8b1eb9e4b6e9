"""Audits that follow each other: luck is told from change, and the chance of a false pass grows as it must."""

import numpy as np
import pytest

from synthaudit.statistics.repeated_looks import Found, difference, false_pass_share, is_beyond_chance


def test_the_share_of_false_passes_is_that_of_coins() -> None:
    """Against as many looks as are drawn, each passing 5 in 100."""
    rng = np.random.default_rng(0)
    for n in (1, 3, 14, 60):
        passed = (rng.random((20_000, n)) < 0.05).any(axis=1).mean()
        assert abs(false_pass_share(n) - passed) < 0.012
    assert false_pass_share(10, 0.01) == pytest.approx(1 - 0.99**10)


def audited(rng: np.random.Generator, n: int, n_attacks: int, share: float = 0.0, shift: float = 0.0) -> Found:
    """An audit in which one of several attacks sees this share of members, or all of them a little nearer."""
    member, other = rng.normal(size=(n_attacks, n)), np.sort(rng.normal(size=(n_attacks, n)), axis=1)[:, ::-1]
    member[0] += shift
    member[0, : round(share * n)] += 10
    n_found = (member > other[:, [n // 100]]).sum(axis=1)
    best = int(n_found.argmax())
    wide = float((member[best] > other[best, n // 10]).mean())
    return Found(n_found=int(n_found[best]), n_members=n, n_nonmembers=n, tpr_at_10=wide, n_attacks=n_attacks)


@pytest.mark.parametrize("leak", [{}, {"shift": 0.5}, {"shift": 1.0}, {"shift": 2.0}, {"share": 0.2}])
@pytest.mark.parametrize(("n_attacks", "most"), [(1, 18), (8, 5)])
def test_equal_releases_are_seldom_told_apart(leak: dict[str, float], n_attacks: int, most: int) -> None:
    """At most 5 of 100 by design, whatever the leak: 18 or fewer of 200 where it is so, but for one case in 100."""
    rng = np.random.default_rng(1)
    pairs = [(audited(rng, 500, n_attacks, **leak), audited(rng, 500, n_attacks, **leak)) for _ in range(200)]
    assert sum(is_beyond_chance(*pair) for pair in pairs) <= most


def test_a_leak_three_times_as_large_is_told() -> None:
    """5 of 100 members found against 15: at 1,000 people told in at least 18 of 20, and in its direction."""
    rng = np.random.default_rng(2)
    pairs = [(audited(rng, 1000, 36, share=0.141), audited(rng, 1000, 36, share=0.04)) for _ in range(20)]
    assert sum(is_beyond_chance(*pair) and difference(*pair) > 0 for pair in pairs) >= 18
    assert difference(*pairs[0]) == pytest.approx(-difference(*pairs[0][::-1]))


@pytest.mark.parametrize("n_found", [0, 1, 1000])
def test_the_ends_are_figures_too(n_found: int) -> None:
    """Nobody and everybody found, and a share at 10 % that is not known."""
    found = Found(n_found=n_found, n_members=1000, n_nonmembers=1000, tpr_at_10=None, n_attacks=1)
    assert difference(found, found) == 0
    assert not is_beyond_chance(found, found)


@pytest.mark.parametrize(("tpr_at_10", "power"), [(None, 1.0), (0.0, 1.0), (0.9, 1.0), (0.08, 0.0)])
def test_what_a_threshold_adds_is_by_how_steep_the_curve_is(tpr_at_10: float | None, power: float) -> None:
    """Counts vary as arcsines do, by 1 / 4n; a threshold of 1 in 100 of n others by .99 / .01 n, in proportion."""
    one, other = (
        Found(n_found=n, n_members=1_000, n_nonmembers=400, tpr_at_10=tpr_at_10, n_attacks=1) for n in (100, 90)
    )
    shares = np.array([100.375, 90.375]) / 1_000.75
    apart = np.diff(np.arcsin(np.sqrt(shares)))[0]
    threshold = power * (shares * 0.99 / 0.01 / 400 / 4 / (1 - shares)).sum()
    assert difference(other, one) == pytest.approx(apart / np.sqrt(2 / 4_000 + threshold))
