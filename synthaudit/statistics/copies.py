"""Whether members are copied into the release more often than chance copies non-members."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low, difference_of_shares
from synthaudit.statistics.laws import binomial_sf, hypergeometric_sf
from synthaudit.types import Estimate, Measured, NotEstimable


class CopiesTest(NamedTuple):
    """Result of :func:`copies_test`."""

    expected: float
    """Members among the copied candidates if nothing leaked."""
    pvalue: float
    """One-sided: as many members copied, or more."""
    excess: Measured
    """Share of members copied less the share of non-members copied."""


def copies_test(is_copied: npt.ArrayLike, is_member: npt.ArrayLike) -> CopiesTest:
    """Test whether candidates found in the release are members more often than their share of the pool.

    Parameters
    ----------
    is_copied : (n_units,) array of bool
        Whether a candidate unit equals at least one synthetic row. Candidates are counted, never synthetic rows: a
        generator that repeats one row a thousand times has copied one person.
    is_member : (n_units,) array of bool

    Returns
    -------
    CopiesTest
        Given how many candidates are copied, the members among them are Hypergeometric(n1 + n0, n1, copied) if
        nothing leaked, for any n1 and n0; the p-value is its upper tail (Fisher's exact test, one-sided). Fewer than
        expected is not a leak by copies: p is then large, and the two-sided membership tests look at it. The excess
        has a two-sided 95 % interval, method 10 of Newcombe (1998).

    Examples
    --------
    >>> is_member = np.arange(2000) < 1000
    >>> is_copied = (np.arange(2000) < 12) | (np.arange(2000) >= 1998)  # 12 members and 2 non-members
    >>> found = copies_test(is_copied, is_member)
    >>> found.expected, round(found.pvalue, 4), round(found.excess.value, 4), round(found.excess.low, 4)
    (7.0, 0.0063, 0.01, 0.0027)
    """
    copied, label = np.asarray(is_copied, dtype=np.bool_), np.asarray(is_member, dtype=np.bool_)
    if copied.shape != label.shape or copied.ndim != 1:
        raise ValueError("is_copied and is_member must be of the same length")
    n1, n0 = int(label.sum()), int((~label).sum())
    train, holdout = int((copied & label).sum()), int((copied & ~label).sum())
    if min(n1, n0) == 0:
        lacking = NotEstimable(
            not_estimable=N_("An excess needs members and non-members; there are {n1:,} and {n0:,}.").format(
                n1=n1, n0=n0
            )
        )
        return CopiesTest(expected=float(train), pvalue=1.0, excess=lacking)
    low, high = difference_of_shares(train, n1, holdout, n0, 0.95)
    excess = Estimate(value=train / n1 - holdout / n0, low=low, high=high, confidence_level=0.95, n=n1 + n0)
    return CopiesTest(
        expected=(train + holdout) * n1 / (n1 + n0),
        pvalue=hypergeometric_sf(train - 1, n1 + n0, n1, train + holdout),
        excess=excess,
    )


def excess_over_chance(n_copied: int, n_members: int, chance: float) -> Estimate:
    """Share of members copied less the share that chance copies at most, where there are no non-members.

    Parameters
    ----------
    n_copied, n_members : int
        Members (people where entities are declared) that occur in the release, and all members.
    chance : float
        Upper bound of the share.

    Returns
    -------
    Estimate
        With the two-sided 95 % Clopper-Pearson interval of the share, less ``chance``.

    Examples
    --------
    >>> round(excess_over_chance(50, 1_000, 0.005).low, 3)
    0.032
    """
    low, high = (bound(n_copied, n_members, 0.025) for bound in (clopper_pearson_low, clopper_pearson_high))
    return Estimate(
        value=n_copied / n_members - chance, low=low - chance, high=high - chance, confidence_level=0.95, n=n_members
    )


def listed_copies(n_found: int, n_listed: int, n_distinct: int, *, n_twins: int, n_train: int) -> tuple[float, float]:
    """Test whether a release holds people whom it should not know more often than chance does.

    Parameters
    ----------
    n_found, n_listed : int
        Distinct records of these people that the release holds, and all their distinct records.
    n_distinct : int
        Distinct rows of the release.
    n_twins, n_train : int
        Training rows with a twin, and all training rows.

    Returns
    -------
    chance : float
        A fresh record equals one of ``n_train`` rows about as often as a training row has a twin; taken at the upper
        99 % Clopper-Pearson bound, and in proportion higher where the release has more rows than train.
    pvalue : float
        Binomial, so many found or more.

    Examples
    --------
    >>> chance, pvalue = listed_copies(4, 40, 1_000, n_twins=0, n_train=1_000)
    >>> round(chance, 4), pvalue < 1e-4
    (0.0046, True)
    """
    chance = min(1.0, clopper_pearson_high(n_twins, n_train, 0.01) * max(1.0, n_distinct / n_train))
    return chance, float(binomial_sf(n_found - 1, n_listed, chance))
