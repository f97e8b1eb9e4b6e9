"""How much time an audit has left, and what it leaves out when there is none."""

import numbers
import re
import time
from collections.abc import Callable
from typing import Any

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0}
MOST_SECONDS = 1e15
_TEXT = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")


def parse_duration(text: str) -> float:
    """Seconds of a duration such as ``90s``, ``30m`` or ``2h``.

    Raises
    ------
    InputError
        SA-223.

    Examples
    --------
    >>> parse_duration("30m"), parse_duration("1.5h")
    (1800.0, 5400.0)
    """
    match = _TEXT.fullmatch(text.strip().lower())
    return checked_seconds(float(match[1]) * _UNITS[match[2]] if match else 0.0)


def checked_seconds(seconds: Any) -> float:
    """Seconds that a budget may have; SA-223 where it may not."""
    is_number = isinstance(seconds, numbers.Real) and not isinstance(seconds, bool)
    if not is_number or not 0 < seconds < MOST_SECONDS:
        raise InputError("SA-223", "--time-budget", N_("no duration above zero"), N_("Write 90s, 30m or 2h."))
    return float(seconds)


class Budget:
    """A span of time that began with the audit; without a limit it is never spent.

    What a verdict cannot do without runs in any case: copies, neighbours, the first attacks, the controls. A budget
    may therefore be exceeded; it decides what is begun.

    Parameters
    ----------
    seconds : float, optional
        None = no limit.
    clock : callable
        Monotonic seconds.

    Examples
    --------
    >>> times = iter([0.0, 5.0, 11.0])
    >>> budget = Budget(10.0, clock=lambda: next(times))
    >>> budget.is_spent, budget.is_spent
    (False, True)
    """

    def __init__(self, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = float("inf") if seconds is None else clock() + seconds
        self.seconds = seconds

    @property
    def left(self) -> float:
        """Seconds, below zero once they are spent."""
        return self._end - self._clock()

    @property
    def is_limited(self) -> bool:
        """Whether it can be spent at all."""
        return self.seconds is not None

    @property
    def is_spent(self) -> bool:
        """Whether nothing more that can be left out should begin."""
        return self.left <= 0

    @property
    def reason(self) -> str:
        """Why something was left out."""
        return f"the time budget of {shown(self.seconds or 0.0)} was spent before it could begin"


def shown(seconds: float) -> str:
    """A duration in the largest unit that shows it as a short number.

    Examples
    --------
    >>> shown(90), shown(5_400)
    ('1.5 minutes', '1.5 hours')
    """
    for unit, size in (("hour", 3_600.0), ("minute", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}{'' if seconds == size else 's'}"
    return N_("{seconds:.3g} seconds").format(seconds=seconds)
