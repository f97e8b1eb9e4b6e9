"""Probabilities and quantiles of the usual laws, from ``scipy.special`` alone.

``scipy.stats`` has them all, and takes longer to import than the statistics of a small audit take to compute; each of
its calls costs more than the function behind it. Counts and their parameters may be arrays, and broadcast.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from synthaudit.types import BoolArray, FloatArray, IntArray

Numbers = float | Sequence[float] | npt.NDArray[Any]


def normal_cdf(z: Numbers) -> FloatArray:
    """P(Z <= z)."""
    return np.asarray(special.ndtr(z), dtype=np.float64)


def normal_sf(z: Numbers) -> FloatArray:
    """P(Z > z)."""
    return np.asarray(special.ndtr(-np.asarray(z, dtype=np.float64)), dtype=np.float64)


def normal_quantile(p: float) -> float:
    """The z with P(Z <= z) = p.

    Examples
    --------
    >>> round(normal_quantile(0.975), 2)
    1.96
    """
    return float(special.ndtri(p))


def student_quantile(p: float, freedom: float) -> float:
    """The t with P(T <= t) = p."""
    return float(special.stdtrit(freedom, p))


def beta_cdf(x: Numbers, a: float, b: float) -> FloatArray:
    """P(X <= x), X ~ Beta(a, b)."""
    return np.asarray(special.betainc(a, b, x), dtype=np.float64)


def beta_quantile(p: Numbers, a: float, b: float) -> FloatArray:
    """The x with P(X <= x) = p."""
    return np.asarray(special.betaincinv(a, b, p), dtype=np.float64)


def beta_upper_quantile(p: Numbers, a: float, b: float) -> FloatArray:
    """The x with P(X > x) = p."""
    return np.asarray(special.betainccinv(a, b, p), dtype=np.float64)


def poisson_cdf(k: Numbers, mean: Numbers) -> FloatArray:
    """P(K <= k)."""
    return np.asarray(special.pdtr(k, mean), dtype=np.float64)


def poisson_sf(k: Numbers, mean: Numbers) -> FloatArray:
    """P(K > k); 1 below 0."""
    count = np.asarray(k)
    return np.where(count < 0, 1.0, special.pdtrc(np.maximum(count, 0), mean))


def binomial_sf(k: Numbers, n: Numbers, p: Numbers) -> FloatArray:
    """P(K > k), K ~ Bin(n, p).

    Examples
    --------
    >>> float(binomial_sf(1, 2, 0.5)), float(binomial_sf(-1, 2, 0.5)), float(binomial_sf(2, 2, 0.5))
    (0.25, 1.0, 0.0)
    """
    return _by_count(k, n, p, lambda k, n, p: special.betainc(k + 1, n - k, p), 1.0, 0.0)


def binomial_cdf(k: Numbers, n: Numbers, p: Numbers) -> FloatArray:
    """P(K <= k), K ~ Bin(n, p)."""
    return _by_count(k, n, p, lambda k, n, p: special.betainc(n - k, k + 1, 1 - p), 0.0, 1.0)


def _by_count(k: Numbers, n: Numbers, p: Numbers, inside: Callable[..., Any], below: float, above: float) -> FloatArray:
    """What ``inside`` gives for 0 <= k < n, and its ends outside."""
    count, trials = np.asarray(k), np.asarray(n)
    within = np.clip(count, 0, np.maximum(trials - 1, 0))
    value = inside(within, np.maximum(trials, 1), np.asarray(p, dtype=np.float64))
    return np.asarray(np.where(count < 0, below, np.where(count >= trials, above, value)), dtype=np.float64)


def binomial_pmf(k: Numbers, n: Numbers, p: Numbers) -> FloatArray:
    """P(K = k), K ~ Bin(n, p), 0 <= k <= n."""
    rest = np.subtract(n, k)
    choices = -np.log1p(n) - special.betaln(rest + 1, np.add(k, 1))
    return np.asarray(np.exp(choices + special.xlogy(k, p) + special.xlog1py(rest, np.negative(p))), dtype=np.float64)


def binomial_quantile(q: Numbers, n: int, p: float) -> IntArray:
    """Smallest k with P(K <= k) >= q, K ~ Bin(n, p).

    Examples
    --------
    >>> int(binomial_quantile(0.5, 10, 0.5)), binomial_quantile([0.01, 0.99], 10, 0.5).tolist()
    (5, [1, 9])
    """
    least = np.asarray(q, dtype=np.float64)
    return _first(lambda k: binomial_cdf(k, n, p) >= least, np.zeros(least.shape, dtype=np.int64), n)


def binomial_upper_quantile(q: Numbers, n: int, p: float) -> IntArray:
    """Smallest k with P(K > k) <= q, K ~ Bin(n, p).

    Examples
    --------
    >>> int(binomial_upper_quantile(0.05, 1000, 0.01))
    15
    """
    most = np.asarray(q, dtype=np.float64)
    return _first(lambda k: binomial_sf(k, n, p) <= most, np.zeros(most.shape, dtype=np.int64), n)


def _first(holds: Callable[[IntArray], BoolArray], low: IntArray, last: int) -> IntArray:
    """Smallest count from ``low`` on where it holds, as it does for ``last`` and above all others where it holds."""
    high = np.full_like(low, last)
    while (low < high).any():
        middle = (low + high) // 2
        met = holds(middle)
        low, high = np.where(met, low, np.minimum(middle + 1, high)), np.where(met, middle, high)
    return low


def betabinomial_pmf(k: Numbers, n: int, a: float, b: float) -> FloatArray:
    """P(K = k), K ~ Bin(n, X), X ~ Beta(a, b), 0 <= k <= n."""
    count = np.asarray(k)
    choices = -np.log(n + 1) - special.betaln(n - count + 1, count + 1)
    return np.asarray(
        np.exp(choices + special.betaln(count + a, n - count + b) - special.betaln(a, b)), dtype=np.float64
    )


def betabinomial_cdf(k: int, n: int, a: float, b: float) -> float:
    """P(K <= k), K ~ Bin(n, X), X ~ Beta(a, b).

    Examples
    --------
    >>> round(betabinomial_cdf(3, 10, 1, 1), 12)  # every count is as likely
    0.363636363636
    """
    return min(float(betabinomial_pmf(np.arange(min(k, n) + 1), n, a, b).sum()), 1.0)


def betabinomial_quantile(q: float, n: int, a: float, b: float) -> int:
    """Smallest k with P(K <= k) >= q."""
    reached = np.flatnonzero(betabinomial_pmf(np.arange(n + 1), n, a, b).cumsum() >= q)
    return int(reached[0]) if len(reached) else n


def betabinomial_upper_quantile(q: float, n: int, a: float, b: float) -> int:
    """Smallest k with P(K > k) <= q."""
    # Added up from the far end, where the terms are small.
    beyond = betabinomial_pmf(np.arange(n + 1), n, a, b)[::-1].cumsum()[::-1]
    return int(np.flatnonzero(np.append(beyond[1:], 0.0) <= q)[0])


def hypergeometric_pmf(k: Numbers, total: int, marked: int, drawn: int) -> FloatArray:
    """P(K = k) marked ones among ``drawn`` of ``total``, of which ``marked`` are; 0 for what cannot be."""
    count = np.asarray(k)
    is_possible = (count >= max(drawn - (total - marked), 0)) & (count <= min(marked, drawn))
    k = np.where(is_possible, count, max(drawn - (total - marked), 0))
    log = (
        special.betaln(marked + 1, 1)
        + special.betaln(total - marked + 1, 1)
        + special.betaln(total - drawn + 1, drawn + 1)
        - special.betaln(k + 1, marked - k + 1)
        - special.betaln(drawn - k + 1, total - marked - drawn + k + 1)
        - special.betaln(total + 1, 1)
    )
    return np.where(is_possible, np.exp(log), 0.0)


def hypergeometric_sf(k: int, total: int, marked: int, drawn: int) -> float:
    """P(K > k); the shorter tail is added up.

    Examples
    --------
    >>> round(hypergeometric_sf(0, 10, 5, 2), 12)  # 1 - (5/10)(4/9)
    0.777777777778
    """
    first, last = max(drawn - (total - marked), 0), min(marked, drawn)
    if k < first:
        return 1.0
    if k >= last:
        return 0.0
    if k < drawn * marked / total:
        return 1.0 - float(hypergeometric_pmf(np.arange(first, k + 1), total, marked, drawn).sum())
    return min(float(hypergeometric_pmf(np.arange(k + 1, last + 1), total, marked, drawn).sum()), 1.0)


def chi_squared_upper_quantile(p: Numbers, freedom: Numbers) -> FloatArray:
    """The x with P(X > x) = p."""
    return np.asarray(special.chdtri(freedom, p), dtype=np.float64)


def kolmogorov_upper_quantile(p: float) -> float:
    """The x that the largest distance of two samples, scaled, exceeds with probability p, in the limit."""
    return float(special.kolmogi(p))
