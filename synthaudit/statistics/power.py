"""What a sample of this size can show: the weakest leak it would find, and the uses it can decide at all.

Everything here follows from the laws of AUC and of the count at the top when nothing leaks, so no simulation is
needed. Attacks of a family are taken as independent: real ones share evidence, their largest bound is lower than
that of independent ones, and the chance of a pass is never overstated. Nobody knows beforehand how often secrets are
guessed right; they count as if half of all guesses were, where the excess varies most.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from synthaudit.statistics.bounds import FPR
from synthaudit.statistics.exact_difference import NUISANCE_ERROR
from synthaudit.statistics.excess import MOST_UNITS
from synthaudit.statistics.intervals import difference_of_shares
from synthaudit.statistics.laws import (
    beta_quantile,
    betabinomial_quantile,
    betabinomial_upper_quantile,
    binomial_sf,
    normal_cdf,
    normal_quantile,
    normal_sf,
)
from synthaudit.statistics.ranks import allowed_false_positives
from synthaudit.statistics.roots import root
from synthaudit.statistics.tpr_bounds import kept_chance, kept_chances, tpr_upper, upper_rank
from synthaudit.types import Decidable, Policy, SmallestDetectable
from synthaudit.verdict.levels import PASS_CHANCE, PASS_ERROR

LARGEST_N = 200_000


def auc_spread(auc: float, n1: int, n0: int) -> float:
    """Standard deviation of the AUC of n1 members and n0 non-members (Hanley and McNeil 1982).

    At .5 it is the exact sqrt((n1 + n0 + 1) / (12 n1 n0)) of scores without ties.

    Examples
    --------
    >>> round(auc_spread(0.5, 500, 500), 4)
    0.0183
    """
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n1 - 1) * (one - auc**2) + (n0 - 1) * (two - auc**2)
    return math.sqrt(variance / (n1 * n0))


def smallest_detectable(n1: int, n0: int, critical_z: float, power: float = 0.8) -> SmallestDetectable:
    """Find the weakest leak that an attack would show with the given power.

    Parameters
    ----------
    n1, n0 : int
        Members and non-members, in units.
    critical_z : float
        |z| at which the family's test rejects: :attr:`Decision.critical_z` of the audit itself.
    power : float
        Chance of being found, in (0, 1).

    Returns
    -------
    SmallestDetectable
        ``auc`` = the A with A - 1/2 = critical_z sd(1/2) + z_power sd(A). ``tpr_at_fpr_0.01`` = f + (1 - f)/100 for
        the smallest share f of members who stand out plainly, such that the count at the top is as surprising as
        ``critical_z`` with that power; the others score like non-members. 1 where no leak is sure to be found.

    Examples
    --------
    >>> one = smallest_detectable(500, 500, 1.645)
    >>> round(one.auc, 3), round(one.tpr_at_fpr, 3)
    (0.545, 0.031)
    """
    z_power = normal_quantile(power)
    threshold = critical_z * auc_spread(0.5, n1, n0)

    def lacking(auc: float) -> float:
        return auc - 0.5 - threshold - z_power * auc_spread(auc, n1, n0)

    auc = root(lacking, 0.5, 1.0) if lacking(1.0) > 0 > lacking(0.5) else 1.0
    return SmallestDetectable(
        auc=auc,
        tpr_at_fpr=_smallest_tpr(n1, n0, float(normal_sf(critical_z)), power),
        power=power,
        n_members=n1,
        n_nonmembers=n0,
    )


def critical_z(n_attacks: int, error: float) -> float:
    """|z| that the largest of so many independent leak-free attacks exceeds with probability ``error``.

    Before an audit nobody knows how much its attacks share; they never reject at more than this.

    Examples
    --------
    >>> round(critical_z(1, 0.05), 2), round(critical_z(30, 0.0125), 2)
    (1.96, 3.53)
    """
    return -normal_quantile(-math.expm1(math.log1p(-error) / n_attacks) / 2)


def _smallest_tpr(n1: int, n0: int, tail: float, power: float) -> float:
    """Smallest TPR at 1 % FPR whose count reaches the upper ``tail`` of the null with the given power."""
    k = allowed_false_positives(n0, FPR)
    count = betabinomial_upper_quantile(tail, n1, k + 1, n0 - k) + 1
    # The threshold's true FPR is Beta(k+1, n0-k): average over the middles of 200 equal parts of that law.
    fpr = beta_quantile((np.arange(200) + 0.5) / 200, k + 1, n0 - k)

    def lacking(share: float) -> float:
        return float(np.mean(binomial_sf(count - 1, n1, share + (1 - share) * fpr))) - power

    if count > n1:
        return 1.0
    share = root(lacking, 0.0, 1.0) if lacking(0.0) < 0 else 0.0
    return share + (1 - share) * FPR


def worst_bounds(n1: int, n0: int, n_attacks: int, limit: float, chance: float = 0.5) -> tuple[float, float]:
    """Largest upper bounds (AUC, TPR at 1 % FPR) over a leak-free family, not exceeded with the given chance.

    The threshold of the TPR is chosen for its ``limit``.

    Examples
    --------
    >>> auc, tpr = worst_bounds(5000, 5000, 30, 0.03)
    >>> round(auc, 3), round(tpr, 3)
    (0.523, 0.022)
    """
    each = chance ** (1 / n_attacks)
    distance = normal_quantile((1 + each) / 2) * auc_spread(0.5, n1, n0)
    j = upper_rank(n1, n0, limit, FPR, PASS_ERROR)
    count = betabinomial_quantile(each, n1, j, n0 - j + 1)
    return _auc_bound(distance, n1, n0), tpr_upper(count, n1, n0, j, FPR, PASS_ERROR)


def decidable(policy: Policy, n1: int, n0: int, n_attacks: int, n_secrets: int = 0) -> Decidable:
    """Say whether this many units can decide a use, before any attack is run.

    Parameters
    ----------
    policy : Policy
        Its limits of AUC, TPR, copies and guessed secrets are asked about: those that a small sample cannot meet by
        luck alone. Copies count as if the release had none by chance.
    n1, n0 : int
        Members and non-members, in units.
    n_attacks : int
        Attacks, views and unit summaries that must all stay below the limits.
    n_secrets : int
        Columns that are guessed; they count where the policy limits that.

    Returns
    -------
    Decidable
        Chance that all upper bounds are below their limits if nothing leaks, and the number of members and of
        non-members, each, that would make it 80 %.

    Examples
    --------
    >>> partner = Policy(
    ...     name="partner", auc=0.6, tpr_at_fpr=0.05, copies_excess=0.005, exposed_allowed=False, source="example"
    ... )
    >>> found = decidable(partner, 500, 500, 30)
    >>> round(found.pass_probability, 2), found.n_needed
    (0.0, 860)
    """
    n_secrets = 0 if policy.attribute_excess is None else n_secrets
    limits = _Limits(
        policy.auc, policy.tpr_at_fpr, policy.copies_excess, n_attacks, policy.attribute_excess or 0.0, n_secrets
    )
    return Decidable(
        use=policy.name,
        pass_probability=_pass_probability(limits, n1, n0),
        n_needed=_n_needed(limits),
        n_secrets=n_secrets,
    )


class _Limits(NamedTuple):
    """What has to stay below what."""

    auc: float
    tpr: float
    copies: float
    n_attacks: int
    excess: float
    n_secrets: int


class _Rest(NamedTuple):
    """What keeps a release without a leak from passing, besides the count at the top."""

    by_auc: float
    by_secret: float

    def pass_probability(self, limits: _Limits, by_tpr: float) -> float:
        """Chance that nothing is above its limit; one attack's count at the top is below its own with ``by_tpr``."""
        return float((self.by_auc * by_tpr) ** limits.n_attacks * self.by_secret**limits.n_secrets)


@lru_cache(maxsize=1024)
def _pass_probability(limits: _Limits, n1: int, n0: int) -> float:
    """Chance that every upper bound of independent leak-free attacks and secrets is below its limit."""
    rest = _rest(limits, n1, n0)
    if rest is None:
        return 0.0
    by_tpr = kept_chance(n1, n0, upper_rank(n1, n0, limits.tpr, FPR, PASS_ERROR), limits.tpr, FPR, PASS_ERROR)
    return rest.pass_probability(limits, by_tpr)


def _rest(limits: _Limits, n1: int, n0: int) -> _Rest | None:
    """The other chances; None where nothing can pass."""
    if min(n1, n0) < 2 or limits.auc <= 0.5 or not _no_copy_is_enough(limits.copies, n1):
        return None
    if _auc_bound(0.0, n1, n0) >= limits.auc:
        return None
    farthest = 0.5 - 1e-9
    if _auc_bound(farthest, n1, n0) >= limits.auc:
        farthest = root(lambda d: _auc_bound(d, n1, n0) - limits.auc, 0.0, farthest)
    by_auc = 1 - 2 * float(normal_sf(farthest / auc_spread(0.5, n1, n0)))
    by_secret = _secret_kept(limits.excess, min(n1, MOST_UNITS), min(n0, MOST_UNITS)) if limits.n_secrets else 1.0
    return _Rest(by_auc, by_secret)


def _no_copy_is_enough(limit: float, n1: int) -> bool:
    """Whether so many members of whom nobody is copied show that fewer than the limit are."""
    return n1 * math.log1p(-limit) < math.log(PASS_ERROR - NUISANCE_ERROR)


@lru_cache(maxsize=1024)
def _secret_kept(limit: float, n1: int, n0: int) -> float:
    """Chance that the upper bound of one secret's excess is below the limit, where nobody's is guessed better.

    The excess of shares of one half is normal; half a person is taken off, for counts are whole.
    """

    def lacking(excess: float) -> float:
        a, b = (0.5 + excess / 2) * n1, (0.5 - excess / 2) * n0
        return difference_of_shares(a, n1, b, n0, 1 - 2 * PASS_ERROR)[1] - limit

    if lacking(-1.0) >= 0:
        return 0.0
    farthest = root(lacking, -1.0, 1.0) if lacking(1.0) > 0 else 1.0
    spread = 0.5 * math.sqrt(1 / n1 + 1 / n0)
    return float(normal_cdf((farthest - 0.5 / min(n1, n0)) / spread))


@lru_cache(maxsize=1024)
def _n_needed(limits: _Limits) -> int | None:
    """Units on each side for an 80 % chance, to the next ten; counts are whole, so it may dip again above."""

    def enough(n: int) -> bool:
        rest = _rest(limits, n, n)
        # Any rank that gives the chance will do: the best one need not be known.
        return rest is not None and any(
            rest.pass_probability(limits, by_tpr) >= PASS_CHANCE
            for _, by_tpr in kept_chances(n, n, limits.tpr, FPR, PASS_ERROR)
        )

    if not enough(LARGEST_N):
        return None
    low, high = 0, LARGEST_N // 10
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(10 * middle) else (middle, high)
    return 10 * high


def _auc_bound(distance: float, n1: int, n0: int) -> float:
    """One-sided upper bound where the AUC is ``distance`` from 1/2."""
    auc = 0.5 + distance
    return float(expit(logit(auc) - normal_quantile(PASS_ERROR) * auc_spread(auc, n1, n0) / (auc * (1 - auc))))
