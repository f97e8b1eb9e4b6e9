"""Shadow releases: the generator family fitted again on sets of people whose membership is known."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from synthaudit.generators.fit_each import HERE, Effort, fit_each
from synthaudit.types import BoolArray, Generator, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shadows:
    """The shadow releases that could be made, in the order they were asked for."""

    releases: tuple[pd.DataFrame, ...]
    included: BoolArray
    """(k_finished, n_rows_pool) whether the shadow was fitted on the row."""
    ring: IntArray
    """(k_finished,) the permutation that the shadow's set was cut from. Sets of one ring tell of each other: who is in
    few of them is in the next."""
    failures: tuple[str, ...]
    """One cause per shadow that failed; no value of a table."""
    seconds: float


class Windows(NamedTuple):
    """Sets of units to fit shadows on."""

    included: BoolArray
    """(k, n_units)"""
    ring: IntArray
    """(k,) permutation that each set was cut from, ascending from 0."""


def inclusion_windows(n_units: int, n_included: int, k: int, rng: np.random.Generator) -> Windows:
    """Sets of units that the shadows are fitted on, drawn independently of the true membership.

    A random permutation of the units is closed to a ring and cut into windows at evenly spread starts; each window
    is one set. A new permutation starts as soon as the windows cover everybody and leave everybody out at least
    once, so that the sets differ in more than their cut.

    Parameters
    ----------
    n_units : int
        Units in the pool, at least 2.
    n_included : int
        Units to fit one shadow on. Where ``k`` sets of this size cannot include and leave out everybody twice, the
        nearest size is taken that can: from ``2 n_units / k`` to ``n_units - 2 n_units / k``.
    k : int
        Number of sets, at least 1.

    Returns
    -------
    Windows
        With ``k >= 4``, every unit is in at least two sets and outside at least two, and in about
        ``k * n_included / n_units`` of them. Where the sets hold half of the units (up to one), they come in
        pairs of complementary halves.

    Examples
    --------
    >>> import numpy as np
    >>> included, ring = inclusion_windows(100, 80, 16, np.random.default_rng(0))
    >>> included.sum(axis=1).tolist() == [80] * 16, np.unique(included.sum(axis=0)).tolist()
    (True, [12, 13])
    >>> ring.tolist()
    [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    """
    if not (n_units >= 2 and 1 <= n_included < n_units and k >= 1):
        raise ValueError(f"no {k} sets of {n_included} among {n_units} units")
    times = min(2, k // 2)
    least = -(-times * n_units // k)
    size = min(max(n_included, least), n_units - least)
    halves = abs(2 * size - n_units) <= 1
    # The fewest windows whose gaps are no longer than a window, nor than what a window leaves out.
    per_cycle = 2 if halves else -(-n_units // min(size, n_units - size))
    n_cycles = max(1, k // per_cycle)
    included = np.zeros((k, n_units), dtype=bool)
    ring = np.empty(k, dtype=np.int64)
    for cycle, windows in enumerate(np.array_split(np.arange(k), n_cycles)):
        order = rng.permutation(n_units)
        ring[windows] = cycle
        for i, window in enumerate(windows):
            start = i * n_units // len(windows)
            included[window, order[(start + np.arange(size)) % n_units]] = True
            if halves and i % 2:
                included[window] = ~included[window - 1]
    return Windows(included, ring)


def fit_shadows(
    pool: pd.DataFrame,
    unit: IntArray,
    n_units_included: int,
    n_rows: int,
    k: int,
    generator: Generator,
    rng: np.random.Generator,
    effort: Effort = HERE,
) -> Shadows:
    """Fit the generator on ``k`` inclusion sets and draw one release from each.

    Parameters
    ----------
    pool : DataFrame
        Rows whose membership is under attack, canonical cells.
    unit : (n_rows_pool,) int
        Code of the person each row belongs to; rows of one person are in or out together.
    n_units_included : int
        People to fit one shadow on, as many as the release under audit was fitted on.
    n_rows : int
        Rows of each shadow release, as many as the release under audit has.
    k : int
        Shadows asked for.
    generator : Generator
        The family.
    rng : Generator
        Each shadow gets a stream of its own before any starts, so results do not depend on ``effort.jobs``.
    effort : Effort, optional
        Where shadows are fitted and kept, and how many at a time: in threads, or in processes where the generator has a
        true attribute ``prefers_processes``; ``joblib.parallel_config`` overrules both.

    Returns
    -------
    Shadows
        A shadow that raises, or returns another shape than asked for, is a line of ``failures`` and nothing else.
    """
    started = time.perf_counter()
    _, code = np.unique(unit, return_inverse=True)
    windows = inclusion_windows(int(code.max()) + 1, n_units_included, k, rng)
    included = windows.included[:, code]
    results = fit_each(pool, included, n_rows, generator, rng.spawn(k), effort)
    names = [str(i + 1) for i in range(k)]
    return gathered(names, results, included, windows.ring, time.perf_counter() - started)


def gathered(
    names: Sequence[str], results: Sequence[pd.DataFrame | str], included: BoolArray, ring: IntArray, seconds: float
) -> Shadows:
    """Releases, and causes where there is none, sorted into ``Shadows``; one entry of everything per shadow."""
    finished = [i for i, result in enumerate(results) if not isinstance(result, str)]
    return Shadows(
        releases=tuple(result for result in results if not isinstance(result, str)),
        included=included[finished],
        ring=ring[finished],
        failures=tuple(
            f"shadow {name}: {result}" for name, result in zip(names, results, strict=True) if isinstance(result, str)
        ),
        seconds=seconds,
    )
