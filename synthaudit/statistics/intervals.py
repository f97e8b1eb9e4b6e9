"""Intervals of shares and of their differences, and the two ways in which estimates are combined here."""

import math

from scipy.special import softmax

from synthaudit.statistics.laws import beta_quantile, normal_quantile
from synthaudit.types import Estimate


def clopper_pearson_low(successes: int, n: int, alpha: float) -> float:
    """Exact lower bound of a share; it is too high with probability at most ``alpha`` (Clopper and Pearson 1934)."""
    return 0.0 if successes <= 0 else float(beta_quantile(alpha, successes, n - successes + 1))


def clopper_pearson_high(successes: int, n: int, alpha: float) -> float:
    """Exact upper bound of a share; it is too low with probability at most ``alpha``.

    Examples
    --------
    >>> round(clopper_pearson_high(0, 300, 0.05), 4)  # the rule of three: about 3/n
    0.0099
    """
    return 1.0 if successes >= n else float(beta_quantile(1.0 - alpha, successes + 1, n - successes))


def wilson(successes: float, n: int, confidence_level: float) -> tuple[float, float]:
    """Two-sided score interval of a share (Wilson 1927)."""
    z = normal_quantile((1.0 + confidence_level) / 2.0)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    scale = 1.0 + z * z / n
    low = 0.0 if successes == 0 else (centre - half) / scale
    return low, 1.0 if successes == n else (centre + half) / scale


def difference_of_shares(a: float, n_a: int, b: float, n_b: int, confidence_level: float) -> tuple[float, float]:
    """Two-sided interval of a/n_a - b/n_b for independent samples: method 10 of Newcombe (Stat. Med. 17, 1998).

    Examples
    --------
    >>> low, high = difference_of_shares(56, 70, 48, 80, 0.95)  # Newcombe's example (a)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    (low_a, high_a), (low_b, high_b) = wilson(a, n_a, confidence_level), wilson(b, n_b, confidence_level)
    share_a, share_b = a / n_a, b / n_b
    difference = share_a - share_b
    return (
        difference - math.hypot(share_a - low_a, high_b - share_b),
        difference + math.hypot(high_a - share_a, share_b - low_b),
    )


def logit_interval(value: float, variance: float, z: float) -> tuple[float, float]:
    """Interval of a value in (0, 1): normal on the logit scale, variance by the delta method."""
    middle = math.log(value / (1.0 - value))
    half = z * math.sqrt(variance) / (value * (1.0 - value))
    # The logistic function is the softmax of x and 0: to the last bit exp(x) / (1 + exp(x)), as recorded intervals are.
    low, high = (float(softmax([x, 0.0])[0]) for x in (middle - half, middle + half))
    return low, high


def mean_of_independent(a: Estimate, b: Estimate) -> Estimate:
    """Mean of two independent estimates; its interval adds squared distances (MOVER, Zou and Donner 2008).

    Examples
    --------
    >>> half = Estimate(value=0.5, low=0.4, high=0.6, confidence_level=0.95, n=50)
    >>> round(mean_of_independent(half, half).low, 4), mean_of_independent(half, half).n
    (0.4293, 100)
    """
    value = (a.value + b.value) / 2
    return Estimate(
        value=value,
        low=value - math.hypot(a.value - a.low, b.value - b.low) / 2,
        high=value + math.hypot(a.high - a.value, b.high - b.value) / 2,
        confidence_level=a.confidence_level,
        n=a.n + b.n,
    )
