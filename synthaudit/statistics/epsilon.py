"""A lower bound of the differential-privacy epsilon from one release, and what a claimed epsilon allows.

The bound needs a design of its own: units that went in or stayed out by fair coins (or one coin a pair), guesses that
are fixed before any coin is read, and every coin counted. ``synthaudit split --coins`` and ``--pairs`` make such a
design. A detection rate pooled over one release is no such bound, and a bound of 0 is no evidence of safety.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, expit, logit

from synthaudit.statistics.intervals import clopper_pearson_low
from synthaudit.statistics.roots import root
from synthaudit.types import BoolArray, EpsilonTry, FloatArray

_MOST = 50.0
"""Epsilons above it are never asked for: exp(50) odds."""
SHARES = (0.02, 0.1, 0.5)
"""Shares of the coins that are guessed, fixed beforehand; the error is split between them."""
_FEWEST = 10
_FEW = 0.2
"""Share of the coins up to which every guess says in."""


def epsilon_lower_bound(n_coins: int, n_guesses: int, n_right: int, delta: float = 0.0, alpha: float = 0.05) -> float:
    """Largest epsilon that so many right guesses rule out.

    Parameters
    ----------
    n_coins : int
        m units, each in by a fair coin of its own; or m pairs, one coin each.
    n_guesses, n_right : int
        r guesses fixed beforehand and v of them right, r at most m.
    delta : float
        Of the (epsilon, delta) guarantee in question, in [0, 1).
    alpha : float
        Error in (0, 1): a mechanism of epsilon at most the bound is accused at most this often.

    Returns
    -------
    float
        0 where nothing is ruled out.

    Notes
    -----
    For any (epsilon, delta)-private mechanism P(V >= v) <= b + 2 m delta a, with W binomial
    (r, 1 / (1 + exp(-epsilon))), b = P(W >= v) and a the largest of P(v - i <= W < v) / i over i >= 1 (Steinke, Nasr
    and Jagielski 2023, theorem 5.2). The bound is the largest epsilon at which the right side is at most ``alpha``.

    Examples
    --------
    >>> round(epsilon_lower_bound(1000, 100, 75, 1e-4), 3), round(epsilon_lower_bound(100, 100, 100), 2)
    (0.673, 3.49)
    >>> epsilon_lower_bound(1000, 100, 55)
    0.0
    """
    if not 0 <= n_right <= n_guesses <= n_coins:
        raise ValueError(f"{n_right} right of {n_guesses} guesses on {n_coins} coins")
    if delta == 0.0:
        # The exact lower bound of the share of right guesses, as log-odds.
        return max(0.0, float(logit(clopper_pearson_low(n_right, n_guesses, alpha)))) if n_right else 0.0
    if n_right == 0 or _tail(0.0, n_coins, n_guesses, n_right, delta) > alpha:
        return 0.0
    if _tail(_MOST, n_coins, n_guesses, n_right, delta) <= alpha:
        return _MOST
    return root(lambda e: _tail(e, n_coins, n_guesses, n_right, delta) - alpha, 0.0, _MOST, precision=1e-10)


def _tail(epsilon: float, n_coins: int, n_guesses: int, n_right: int, delta: float) -> float:
    """Largest probability of at least ``n_right`` right guesses under (epsilon, delta)."""
    q = expit(epsilon)
    i = np.arange(1, n_right + 1)
    below = np.append(bdtr(n_right - 1 - i[:-1], n_guesses, q), 0.0)
    between = bdtr(n_right - 1, n_guesses, q) - below
    return float(bdtrc(n_right - 1, n_guesses, q)) + 2 * n_coins * delta * float((between / i).max())


class OneRun(NamedTuple):
    """Result of :func:`one_run`."""

    lower_bound: float
    """The largest over the tries, each at its part of the error: valid together."""
    ceiling: float
    """The bound if every guess had been right: more cannot be shown with so many coins."""
    tries: tuple[EpsilonTry, ...]


def one_run(
    scores: npt.ArrayLike,
    included: npt.ArrayLike,
    order: npt.ArrayLike,
    *,
    delta: float = 0.0,
    alpha: float = 0.05,
    shares: Sequence[float] = SHARES,
) -> OneRun:
    """Bound epsilon from units that were in or out by independent fair coins.

    Parameters
    ----------
    scores : (m,) array of float
        Of one attack that was fixed before any coin was read and that reads no coin.
    included : (m,) array of bool
        The coins.
    order : (m,) array of int
        A random order that breaks ties, drawn without the coins.
    delta, alpha : float
        As in :func:`epsilon_lower_bound`; ``alpha`` is split evenly over ``shares``.
    shares : sequence of float
        Shares of the coins that are guessed. Few guesses (at most a fifth of the coins) all say in, for the highest
        scores: copies of some show who was in, and nothing shows who was out. Of more, half say out for the lowest.

    Returns
    -------
    OneRun

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> included = rng.random(1000) < 0.5
    >>> told = one_run(included + rng.normal(size=1000), included, rng.permutation(1000))
    >>> told.lower_bound > 0.5, one_run(rng.normal(size=1000), included, rng.permutation(1000)).lower_bound
    (True, 0.0)
    """
    score, coin = np.asarray(scores, dtype=np.float64), np.asarray(included, dtype=np.bool_)
    down = np.lexsort([np.asarray(order), -score])
    m = len(score)

    def right(n_guesses: int) -> int:
        n_in = n_guesses if n_guesses <= _FEW * m else (n_guesses + 1) // 2
        out = down[m - (n_guesses - n_in) :]
        return int(coin[down[:n_in]].sum() + (~coin[out]).sum())

    return _tries(m, right, delta, alpha, shares)


def one_run_pairs(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    first_is_in: npt.ArrayLike,
    order: npt.ArrayLike,
    *,
    delta: float = 0.0,
    alpha: float = 0.05,
    shares: Sequence[float] = SHARES,
) -> OneRun:
    """Bound epsilon from pairs of whom one, by a fair coin, was in.

    Parameters
    ----------
    first, second : (m,) arrays of float
        Scores of the two partners; the partner with the higher score is guessed to be in. Which of the two is called
        first must not depend on the coin.
    first_is_in : (m,) array of bool
        The coins.
    order : (m,) array of int
        A random order that breaks ties of the differences, drawn without the coins; where both partners score the same,
        the parity of the pair's place decides.

    Returns
    -------
    OneRun
        A bound for neighbours that differ by one unit replaced.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> coin = rng.random(500) < 0.5
    >>> a, b = coin + rng.normal(size=500), ~coin + rng.normal(size=500)
    >>> one_run_pairs(a, b, coin, rng.permutation(500)).lower_bound > 1
    True
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    coin, place = np.asarray(first_is_in, dtype=np.bool_), np.asarray(order)
    guess: BoolArray = np.where(a == b, place % 2 == 0, a > b)
    # Scores may be infinite; the difference of two that are equal is none.
    with np.errstate(invalid="ignore"):
        gap: FloatArray = np.where(a == b, 0.0, np.abs(a - b))
    down = np.lexsort([place, -gap])
    return _tries(len(a), lambda n: int((guess == coin)[down[:n]].sum()), delta, alpha, shares)


def _tries(m: int, right: Callable[[int], int], delta: float, alpha: float, shares: Sequence[float]) -> OneRun:
    sizes = sorted({min(m, max(_FEWEST, round(share * m))) for share in shares})
    each = alpha / len(sizes)
    tries = []
    for size in sizes:
        n_right = right(size)
        bound = epsilon_lower_bound(m, size, n_right, delta, each)
        tries.append(EpsilonTry(n_guesses=size, n_right=n_right, lower_bound=bound))
    return OneRun(
        lower_bound=max(attempt.lower_bound for attempt in tries),
        ceiling=max(epsilon_lower_bound(m, size, size, delta, each) for size in sizes),
        tries=tuple(tries),
    )


def of_group(epsilon: float, delta: float, n: int) -> tuple[float, float]:
    """Convert a guarantee for one row into that for a person of up to ``n`` rows (group privacy).

    Examples
    --------
    >>> epsilon, delta = of_group(1.0, 1e-6, 3)
    >>> epsilon, round(delta * 1e6, 2)
    (3.0, 11.11)
    """
    return n * epsilon, delta * float(np.exp(np.arange(n) * epsilon).sum())


def of_replacement(epsilon: float, delta: float) -> tuple[float, float]:
    """Convert a guarantee for adding or removing a unit into that for replacing one, which is both in turn.

    Examples
    --------
    >>> epsilon, delta = of_replacement(1.0, 1e-6)
    >>> epsilon, round(delta * 1e6, 3)
    (2.0, 3.718)
    """
    return 2 * epsilon, delta * (1 + float(np.exp(epsilon)))


def largest_tpr(epsilon: float, delta: float, fpr: float = 0.01) -> float:
    """Largest share of members that any attack can find at this false-alarm rate if the guarantee holds.

    Notes
    -----
    TPR <= min(exp(epsilon) a + delta, 1 - exp(-epsilon) (1 - a - delta)) at a = ``fpr`` (Kairouz, Oh and Viswanath
    2015).

    Examples
    --------
    >>> round(largest_tpr(1.0, 0.0), 4), round(largest_tpr(10.0, 0.0), 5)
    (0.0272, 0.99996)
    """
    one = float(np.exp(min(epsilon, 700.0))) * fpr + delta
    other = 1.0 - float(np.exp(-epsilon)) * (1.0 - fpr - delta)
    # A delta for a large group may be above 1, and then says nothing.
    return min(one, other, 1.0)
