"""Where a function changes sign: the method of Brent (1973), step by step as ``scipy.optimize.brentq`` takes it.

A module of its own because ``scipy.optimize`` brings every other method along, and takes a while to import.
"""

import math
from collections.abc import Callable

_ROUNDING = 8.881784197001252e-16
_MOST_STEPS = 100


def root(function: Callable[[float], float], low: float, high: float, *, precision: float = 2e-12) -> float:
    """A place between ``low`` and ``high``, at whose ends the signs differ, where the function is 0.

    Parameters
    ----------
    function : callable
        Float to float, continuous.
    low, high : float
    precision : float
        How far off the result may be.

    Raises
    ------
    ValueError
        The signs at the ends are the same.

    Examples
    --------
    >>> round(root(lambda x: x**2 - 2, 0.0, 2.0), 10)
    1.4142135624
    """
    before, here, across = low, high, low
    f_before, f_here, f_across = function(before), function(here), 0.0
    if f_before == 0:
        return before
    if f_here == 0:
        return here
    if (f_before < 0) == (f_here < 0):
        raise ValueError("the function must have different signs at both ends")
    step_before = step = 0.0
    for _ in range(_MOST_STEPS):
        if f_before != 0 and f_here != 0 and (f_before < 0) != (f_here < 0):
            across, f_across = before, f_before
            step_before = step = here - before
        if abs(f_across) < abs(f_here):
            before, here, across = here, across, here
            f_before, f_here, f_across = f_here, f_across, f_here
        least = (precision + _ROUNDING * abs(here)) / 2
        half = (across - here) / 2
        if f_here == 0 or abs(half) < least:
            break
        tried = None
        if abs(step_before) > least and abs(f_here) < abs(f_before):
            tried = _interpolated((before, f_before), (here, f_here), (across, f_across))
        if tried is not None and 2 * abs(tried) < min(abs(step_before), 3 * abs(half) - least):
            step_before, step = step, tried
        else:
            step_before = step = half
        before, f_before = here, f_here
        here += step if abs(step) > least else (least if half > 0 else -least)
        f_here = function(here)
    return here


def _interpolated(before: tuple[float, float], here: tuple[float, float], across: tuple[float, float]) -> float:
    """The step to where a line through two points is 0, or the inverse parabola through three."""
    (x0, f0), (x1, f1), (x2, f2) = before, here, across
    if x0 == x2:
        return -f1 * (x1 - x0) / (f1 - f0)
    if f0 == f2:
        return math.inf
    slope0, slope2 = (f0 - f1) / (x0 - x1), (f2 - f1) / (x2 - x1)
    return -f1 * (f2 * slope2 - f0 * slope0) / (slope2 * slope0 * (f2 - f0))
