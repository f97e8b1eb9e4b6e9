"""Which people stand out one by one: conformal p-values and a bound on the share of false names."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synthaudit.statistics.observed import observe
from synthaudit.statistics.units import check, split_halves
from synthaudit.types import BoolArray, Exposure, FloatArray

RATES = (0.05, 0.1)
"""False discovery rates: the second where the first names nobody. A list by the first has at least 20 people where both
sides are equal, by the second at least 10."""
_FEWEST = 4
"""Of either side, to choose on one half and name on the other."""
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


def exposed_crosswise(
    scores: npt.ArrayLike,
    names: Sequence[str],
    is_member: npt.ArrayLike,
    rng: np.random.Generator,
    order: npt.ArrayLike,
) -> Exposure:
    """Count the members who stand out by the attack that other people chose.

    Parameters
    ----------
    scores : (K, N) array of float
    names : K strings
        ``attack/view``.
    is_member : (N,) array of bool
    rng : numpy.random.Generator
        Source of the halves, each with half of the members and half of the non-members.
    order : (N,) array
        Tie order, see :func:`units.random_order`.

    Returns
    -------
    Exposure
        By the second of :data:`RATES`, in each half by itself; nobody where there are fewer than four on a side. Chosen
        is the attack with the most surprising count of members at its top.

    Examples
    --------
    >>> rng, is_member = np.random.default_rng(0), np.arange(400) < 200
    >>> scores = rng.normal(size=(9, 400)) + 9 * (np.arange(9) == 4)[:, None] * (np.arange(400) < 40)
    >>> exposure = exposed_crosswise(scores, [f"attack_{k}/cells" for k in range(9)], is_member, rng, np.arange(400))
    >>> exposure.n_exposed >= 40, exposure.attack
    (True, 'attack_4')
    """
    score, label = check(np.atleast_2d(np.asarray(scores, dtype=np.float64)), is_member)
    priority, n_named, chosen = np.asarray(order, dtype=np.int64), [0], [0]
    if min(int(label.sum()), int((~label).sum())) >= _FEWEST:
        half = split_halves(label, rng)
        for choose in (half, ~half):
            observed = observe(score[:, choose], label[choose], priority[choose])
            attack = int(np.where(observed.is_many, observed.p_count, np.inf).argmin())
            chosen.append(attack)
            n_named.append(int(_mask(score[attack, ~choose], label[~choose], RATES[1]).sum()))
    name, _, view = names[chosen[int(np.argmax(n_named))]].partition("/")
    return Exposure(
        n_exposed=sum(n_named),
        n_members=int(label.sum()),
        false_discovery_rate=RATES[1],
        attack=name,
        view=view,
        crosswise=True,
    )


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
