"""How large the space is that an identifier is drawn from: the chance that two strangers have the same one.

A national number that a release shares with a member means nothing where numbers are few, and nearly everything where
there are 700 million. The size is read off the form of the real values: which of their characters vary, and how.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

FEWEST = 40
"""Values without which nothing is said of a form."""
USUAL = 0.8
"""Share of the values that must have a usual form."""
COUNTED = 0.95
"""Share of the values that must belong to a counter."""
DENSE = 4
"""A counter fills at least one place of so many."""
DEPENDENT = 1.5
"""Neighbouring letters that are equal together so much more often than apart spell words."""
MOST_CHARACTERS = 64
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_Matrix = npt.NDArray[np.str_]


def collision_chance(values: Sequence[str]) -> float | None:
    """Chance that two values drawn from the space of these are equal.

    Parameters
    ----------
    values : sequence of str
        Different values, folded.

    Returns
    -------
    float or None
        None where their form says nothing, as that of names does. A value is split into runs of digits and of letters.
        Digits count place by place, each given the one before it; a run of letters counts as a word, which is at most
        as rare as the number of pairs can show. Where all have one length, letters that do not depend on their
        neighbours, as in random keys, count by place too; the smaller chance is taken, for both are bounds.

    Notes
    -----
    A place's chance is the share of pairs of values that agree there (Simpson's index without replacement), with one
    more pair, so that few values make a space look small and never large.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> chance = collision_chance([f"ID-{n:09}" for n in rng.integers(10**9, size=2_000)])
    >>> 0.5e-9 < chance < 2e-9
    True
    >>> collision_chance(["anna", "bob"]) is None
    True
    """
    short = [value for value in values if len(value) <= MOST_CHARACTERS]
    bounds = [bound for bound in (_by_runs(short, len(values)), _by_places(short, len(values))) if bound is not None]
    return min(bounds, default=None)


def is_counter(values: Sequence[str]) -> bool:
    """Whether values are counted up: their digits, within the same letters and leading digits, leave few gaps.

    Parameters
    ----------
    values : sequence of str
        Different values, folded.

    Examples
    --------
    >>> is_counter([f"P{n:05}" for n in range(300)]), is_counter([f"{n}" for n in range(0, 3_000_000, 9_973)])
    (True, False)
    """
    parts = [
        ("".join(c for c in value if not c.isdecimal()), "".join(c for c in value if c.isdecimal())) for value in values
    ]
    parts = [(rest, digits) for rest, digits in parts if 0 < len(digits) <= 18]
    if len(parts) < max(COUNTED * len(values), 2):
        return False
    # A year or a site may stand before the counter.
    return any(_dense_share(parts, n) >= COUNTED * len(values) / len(parts) for n in range(7))


def _dense_share(parts: Sequence[tuple[str, str]], n_leading: int) -> float:
    groups: dict[tuple[str, str], list[int]] = {}
    for rest, digits in parts:
        groups.setdefault((rest, digits[:n_leading]), []).append(int(digits[n_leading:] or 0))
    dense = 0
    for numbers in groups.values():
        # A group by a longer beginning must be large enough that chance does not fill its range.
        if n_leading and len(numbers) < FEWEST // 2:
            continue
        # One value far off, a test person, takes no counter away.
        low, high = np.quantile(np.array(numbers, dtype=np.float64), [0.02, 0.98], method="nearest")
        inside = sum(low <= number <= high for number in numbers)
        dense += len(numbers) if len(numbers) > 1 and high - low + 1 < DENSE * inside else 0
    return dense / len(parts)


def _by_runs(values: Sequence[str], n_all: int) -> float | None:
    """Over the usual orders of runs of letters and digits, the product over their runs."""
    split = [_RUNS.findall(value) for value in values]
    return _over_forms(split, n_all, lambda runs: tuple(run[0].isdecimal() for run in runs), _chance_of_runs)


def _by_places(values: Sequence[str], n_all: int) -> float | None:
    """Where nearly all have one length: the product over their places."""
    kept = ["".join(c for c in value if c.isalnum()) for value in values]
    length, n = Counter(map(len, kept)).most_common(1)[0] if kept else (0, 0)
    if not length or n < max(COUNTED * n_all, FEWEST):
        return None
    places = np.array([list(value) for value in kept if len(value) == length])
    return _product(places)


def _over_forms(
    split: Sequence[list[str]],
    n_all: int,
    form_of: Callable[[list[str]], tuple[bool, ...]],
    chance_of: Callable[[list[list[str]]], float],
) -> float | None:
    forms: dict[tuple[bool, ...], list[list[str]]] = {}
    for runs in split:
        forms.setdefault(form_of(runs), []).append(runs)
    usual = [group for form, group in forms.items() if form and len(group) >= max(FEWEST, 0.05 * n_all)]
    n_usual = sum(map(len, usual))
    if n_usual < USUAL * n_all or not usual:
        return None
    return float(sum((len(group) / n_usual) ** 2 * chance_of(group) for group in usual))


def _chance_of_runs(group: list[list[str]]) -> float:
    chance = 1.0
    for run in zip(*group, strict=True):
        if run[0].isdecimal():
            width = max(map(len, run))
            chance *= _product(np.array([list(text.zfill(width)) for text in run]))
        else:
            chance *= _agreeing(np.unique(np.array(run), return_inverse=True)[1].reshape(-1))
    return chance


def _product(places: _Matrix) -> float:
    """Chance that two rows agree in all places, each given the one before it."""
    codes = [np.unique(places[:, i], return_inverse=True)[1].reshape(-1) for i in range(places.shape[1])]
    alone = [_agreeing(code) for code in codes]
    chance, before = 1.0, None
    for i, code in enumerate(codes):
        given = alone[i] if before is None else _agreeing(code + 64_000 * codes[before]) / alone[before]
        has_letters = bool(np.char.isalpha(places[:, i]).any())
        # Words repeat their letters together; they are no random keys, and count nothing here.
        if not has_letters or given <= DEPENDENT * alone[i]:
            chance *= min(given, 1.0)
        before = i
    return chance


def _agreeing(codes: npt.NDArray[np.integer]) -> float:
    """Share of pairs that agree, with one more pair that does."""
    counts = np.unique(codes, return_counts=True)[1].astype(np.float64)
    n = float(counts.sum())
    return float(((counts * (counts - 1)).sum() / 2 + 1) / (n * (n - 1) / 2 + 1))
