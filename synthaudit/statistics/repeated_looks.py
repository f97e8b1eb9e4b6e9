"""Audits that follow each other: the chance that one of many passes by luck, and whether two differ beyond chance."""

import math
from dataclasses import dataclass

from synthaudit.statistics.laws import normal_sf

LEVEL = 0.05
"""Chance that one look passes a release that leaks more than the limit."""
_FPR, _WIDER_FPR = 0.01, 0.1
_STEEPER = 1.35
"""Of curves of normal scores 0.5 to 2 standard deviations apart it is 1.1 to 1.25; the rest is for noise in it."""


def false_pass_share(n_looks: int, level: float = LEVEL) -> float:
    """Chance of at least one false pass in this many independent looks.

    Parameters
    ----------
    n_looks : int
        Audits of releases of which each leaks more than the limit.
    level : float
        Chance of a false pass in one.

    Returns
    -------
    float
        ``1 - (1 - level)^n``; looks that are alike have less.

    Examples
    --------
    >>> [round(false_pass_share(n), 3) for n in (0, 1, 5, 20)]
    [0.0, 0.05, 0.226, 0.642]
    """
    return -math.expm1(n_looks * math.log1p(-level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Members that the attack which found most found at 1 % FPR."""

    n_found: int
    n_members: int
    n_nonmembers: int
    """Where the threshold was measured."""
    tpr_at_10: float | None
    """Share found at 10 % FPR, which says how much a shift of the threshold changes; None = not known."""
    n_attacks: int
    """Attacks among which it was chosen."""


def difference(now: Found, before: Found) -> float:
    """How far two audits of the same people are apart, in standard errors; positive where more are found now.

    The counts are compared on the scale of arcsine and square root, on which their variance does not depend on the
    share. Beside it there is that of the threshold, which each audit takes from its own non-members. People are the
    same in both audits, which can only bring counts nearer to each other: to take them for independent is on the safe
    side.

    Examples
    --------
    >>> few = Found(n_found=50, n_members=1000, n_nonmembers=1000, tpr_at_10=0.2, n_attacks=36)
    >>> many = Found(n_found=150, n_members=1000, n_nonmembers=1000, tpr_at_10=0.35, n_attacks=36)
    >>> round(difference(many, few), 1), difference(few, few)
    (3.5, 0.0)
    """
    scale = math.sqrt(_variance(now) + _variance(before))
    return (_transformed(now) - _transformed(before)) / scale


def is_beyond_chance(now: Found, before: Found, error: float = LEVEL) -> bool:
    """Whether they differ at a two-sided level of ``error``, after Bonferroni over the attacks.

    The attack that found most was chosen by its count: as many others might have been.

    Examples
    --------
    >>> few = Found(n_found=10, n_members=1000, n_nonmembers=1000, tpr_at_10=0.1, n_attacks=36)
    >>> more = Found(n_found=22, n_members=1000, n_nonmembers=1000, tpr_at_10=0.12, n_attacks=36)
    >>> is_beyond_chance(more, few)
    False
    """
    n_choices = max(now.n_attacks, before.n_attacks, 1)
    return bool(2 * normal_sf(abs(difference(now, before))) <= error / n_choices)


def _share(found: Found) -> float:
    return (found.n_found + 0.375) / (found.n_members + 0.75)


def _transformed(found: Found) -> float:
    return math.asin(math.sqrt(_share(found)))


def _variance(found: Found) -> float:
    share = _share(found)
    # How steep the curve is where the threshold stands, from the shares at 1 and at 10 %: of a curve that is a power of
    # the false-positive rate. Where members score as non-members do the power is 1.
    power = 1.0
    if found.tpr_at_10 is not None and found.tpr_at_10 > 0:
        # It is steeper at 1 % than from there to 10 % on the whole.
        power = min(max(_STEEPER * math.log(found.tpr_at_10 / share) / math.log(_WIDER_FPR / _FPR), 0.0), 1.0)
    threshold = power**2 * share * (1 - _FPR) / (_FPR * max(found.n_nonmembers, 1) * 4 * (1 - share))
    return 1 / (4 * max(found.n_members, 1)) + threshold
