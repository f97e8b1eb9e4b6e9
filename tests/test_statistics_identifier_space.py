"""The size of the space that identifiers come from, against spaces that were drawn from."""

from collections.abc import Callable

import numpy as np
import pytest

from synthaudit.statistics.identifier_space import _agreeing, _dense_share, collision_chance, is_counter

LETTERS = list("abcdefghijklmnopqrstuvwxyz")
NAMES = [
    f"{a}{b}{c}" for a in ("an", "ber", "cla", "do", "el") for b in ("na", "ra", "mi") for c in ("", "s", "t", "lo")
]
Draw = Callable[[np.random.Generator, int], list[str]]


def numbers(form: str, size: int) -> Draw:
    """Numbers below ``size``, uniform."""
    return lambda rng, n: [form.format(int(number)) for number in rng.integers(size, size=n)]


def mails(rng: np.random.Generator, n: int) -> list[str]:
    """Two names of 60, and a host of 2."""
    parts = [rng.choice(NAMES, n), rng.choice(NAMES, n), rng.choice(["one.org", "two.org"], n)]
    return [f"{first}.{last}@{host}" for first, last, host in zip(*parts, strict=True)]


def keys(rng: np.random.Generator, n: int) -> list[str]:
    """Eight random letters."""
    return ["".join(row) for row in rng.choice(LETTERS, (n, 8))]


def birthdays(rng: np.random.Generator, n: int) -> list[str]:
    """Day, month and year of 50 years, and four digits."""
    day, month, year = rng.integers(1, 29, n), rng.integers(1, 13, n), rng.integers(50, 100, n)
    tail = rng.integers(10_000, size=n)
    return [f"{d:02}{m:02}{y:02}-{t:04}" for d, m, y, t in zip(day, month, year, tail, strict=True)]


SPACES: dict[str, tuple[Draw, float]] = {
    "nine digits": (numbers("{:09}", 10**9), 1e-9),
    "a range of seven digits": (numbers("{}", 5_000_000), 2e-7),
    "a mail with a number": (numbers("u{:08}@example.org", 10**8), 1e-8),
    "hexadecimal": (numbers("{:012x}", 16**12), 16.0**-12),
    "mails of names": (mails, 1 / (60 * 60 * 2)),
    "random letters": (keys, 26.0**-8),
    "a birthday within": (birthdays, 1 / (28 * 12 * 50 * 10_000)),
}


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize(("n", "most"), [(200, 100), (2_000, 10)])
def test_the_chance_of_a_collision_is_that_of_the_space(name: str, n: int, most: int) -> None:
    """Never less than a third of the truth; of few values more than it, for every place and every run errs upwards."""
    draw, truth = SPACES[name]
    chance = collision_chance(sorted(set(draw(np.random.default_rng(0), n))))
    assert chance is not None
    assert 1 / 3 < chance / truth < most


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([f"{i}" for i in range(39)], "too few"),
        (NAMES[:39], "too few"),
        ([f"{'x-' * (i % 30)}{i}" for i in range(300)], "thirty forms of ten values"),
        (["--", "??", "!!"] * 100, "neither letters nor digits"),
        ([], "nothing"),
    ],
)
def test_a_form_that_says_nothing(values: list[str], why: str) -> None:
    """No chance is made up."""
    assert collision_chance(values) is None, why


def test_two_ways_of_writing_meet_only_within_each() -> None:
    """Values of another form never collide: the chance is the sum of the squared share of each form times its own."""
    rng = np.random.default_rng(2)
    plain, lettered = sorted(set(numbers("{:05}", 10**5)(rng, 900))), sorted(set(numbers("{:04}-x", 10**4)(rng, 300)))
    share = len(plain) / (len(plain) + len(lettered))
    alone = [collision_chance(values) for values in (plain, lettered)]
    assert alone[0] is not None
    assert alone[1] is not None
    expected = share**2 * alone[0] + (1 - share) ** 2 * alone[1]
    assert collision_chance([*plain, *lettered]) == pytest.approx(expected)


def test_a_form_that_few_have_says_nothing_of_the_space() -> None:
    """Fewer than one in twenty, though they are many enough to be looked at."""
    rng = np.random.default_rng(3)
    plain, odd = sorted(set(numbers("{:09}", 10**9)(rng, 1_900))), sorted(set(numbers("{:04}-x", 10**4)(rng, 60)))
    assert collision_chance([*plain, *odd]) == collision_chance(plain)


def test_words_make_no_large_space() -> None:
    """Names cut to eight letters have one length and are few all the same: 900 of each side would meet by chance."""
    rng = np.random.default_rng(1)
    names = sorted({mail.replace(".", "")[:8] for mail in mails(rng, 2_000)})
    chance = collision_chance(names)
    assert chance is not None
    assert 900 * 900 * chance > 1


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        (range(300), True),
        (range(1, 900, 3), True),
        (range(1, 1_200, 4), True),
        (range(0, 1_500, 5), False),
        ([*range(300), 10**9], True),  # a test person
        ([2_019_000_000 + 1_000_000 * (i % 5) + i // 5 for i in range(500)], True),  # by year
        (np.random.default_rng(0).integers(10**9, size=300).tolist(), False),
        (np.random.default_rng(0).permutation(2_000)[:900].tolist(), True),
    ],
)
@pytest.mark.parametrize("form", ["{:010}", "P-{:010}", "{:010}@example.org"])
def test_what_counts_up(values: list[int], counts: bool, form: str) -> None:
    """One place in four is taken, whatever letters stand around, in whatever order, also within a year."""
    assert is_counter([form.format(value) for value in values]) is counts


def test_a_site_may_stand_before_the_counter() -> None:
    """Within each of three sites; not where letters tell every value apart."""
    assert is_counter([f"{site}{i:04}" for site in ("north", "south", "west") for i in range(100)])
    assert not is_counter([f"{name}{i}" for i, name in enumerate(NAMES)])
    assert not is_counter(NAMES)
    assert not is_counter([])
    assert is_counter(["n1", "n2"])
    assert not is_counter(["n1"])
    assert is_counter([f"{i:018}" for i in range(300)])
    assert not is_counter([f"{i:019}" for i in range(300)])  # no such number is counted


def test_few_numbers_with_a_longer_beginning_are_no_counter() -> None:
    """Two neighbours among nine fill their range by chance; where no beginning is taken off they are all there is."""
    neighbours = [("", "1200"), ("", "1201")]
    assert (_dense_share(neighbours, 2), _dense_share(neighbours, 0)) == (0.0, 1.0)


def test_pairs_agree_with_one_more_than_there_are() -> None:
    """One of the six pairs of four values, and one more of either; of one value nothing is known."""
    assert _agreeing(np.array([0, 0, 1, 2])) == pytest.approx(2 / 7)
    assert _agreeing(np.array([5])) == 1.0
