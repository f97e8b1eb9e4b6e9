"""Which people stand out one by one: conformal p-values and a bound on the share of false names."""

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.units import check
from synthaudit.types import BoolArray, Exposure, FloatArray

RATES = (0.05, 0.1)
"""False discovery rates: the second where the first names nobody. A list by the first has at least 20 people where both
sides are equal, by the second at least 10."""
_ROUNDING = 4 * np.finfo(np.float64).eps
"""What an adjusted p-value is off by at most, relative to itself."""


def exposed(scores: npt.ArrayLike, is_member: npt.ArrayLike, q: float | None = None, name: str = "") -> Exposure:
    """Count the members who stand out of the non-members.

    Parameters
    ----------
    scores : (n,) array of float
        Of one attack, fixed before any label was read.
    is_member : (n,) array of bool
    q : float, optional
        False discovery rate in (0, 1): the expected share of the list that is there by chance. By default the first of
        :data:`RATES` that names anybody.
    name : str
        The attack.

    Returns
    -------
    Exposure

    Notes
    -----
    p_i = (1 + #{non-members scoring at least s_i}) / (n0 + 1) for each member, then Benjamini and Hochberg (1995),
    which holds for conformal p-values that share their non-members (Bates et al. 2023). The smallest p-value is
    1/(n0 + 1), so a list of fewer than n1 / (q (n0 + 1)) people is out of reach: 20 where both sides are equal.

    Examples
    --------
    >>> scores = np.r_[np.full(30, 9.0), np.zeros(70), np.zeros(100)]
    >>> exposed(scores, np.arange(200) < 100, name="linkage_sum").n_exposed
    30
    """
    score, label = check(scores, is_member)
    rate = _rate(score, label) if q is None else q
    n_exposed = int(_mask(score, label, rate).sum())
    return Exposure(n_exposed=n_exposed, n_members=int(label.sum()), false_discovery_rate=rate, attack=name)


def exposed_mask(scores: npt.ArrayLike, is_member: npt.ArrayLike, q: float | None = None) -> BoolArray:
    """(n,) the members that :func:`exposed` counts.

    Examples
    --------
    >>> exposed_mask([5.0, 0.0, 1.0, 0.0], np.array([True, True, False, False]), q=0.7).tolist()
    [True, False, False, False]
    """
    score, label = check(scores, is_member)
    return _mask(score, label, _rate(score, label) if q is None else q)


def _rate(score: FloatArray, label: BoolArray) -> float:
    """The first rate by which anybody is named; the first of all where nobody is by any."""
    return next((rate for rate in RATES if _mask(score, label, rate).any()), RATES[0])


def _mask(score: FloatArray, label: BoolArray, q: float) -> BoolArray:
    nonmember = np.sort(score[~label])
    pvalue = (1 + len(nonmember) - np.searchsorted(nonmember, score[label], side="left")) / (len(nonmember) + 1)
    mask = np.zeros(len(label), dtype=np.bool_)
    if len(pvalue):
        # What rounding alone puts above q is at q.
        mask[label] = _adjusted(pvalue) <= q * (1 + _ROUNDING)
    return mask


def _adjusted(pvalue: FloatArray) -> FloatArray:
    """(n,) each p-value as the false discovery rate at which it is still rejected (Benjamini and Hochberg 1995)."""
    order = np.argsort(pvalue, kind="stable")
    rates = pvalue[order] * (len(pvalue) / np.arange(1, len(pvalue) + 1))
    adjusted = np.empty(len(pvalue))
    adjusted[order] = np.minimum.accumulate(rates[::-1])[::-1]
    return adjusted
