"""Ctrl-C and a polite request to end (SIGTERM): exit code 130 and no traceback, whenever they come.

While the program is imported there is nothing to clean up, and it leaves at once. While a command runs, an exception
ends it, so that temporary copies of real tables are removed on the way out. When it is done, its exit code stands. What
comes before Python reads the first line of this package is Python's own to answer.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType
from typing import Any

EXIT_CODE = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SOON = 0.01
"""Seconds until an interruption that went unheard comes again."""

_Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


class Interruption(KeyboardInterrupt):
    """An interruption of a command.

    Once a plain ``KeyboardInterrupt`` has passed an ``exec`` of text, such as the making of a dataclass, Python ends by
    the signal whatever exit code it is given. Of a class of its own it takes no notice.
    """


def leave_at_once() -> None:
    """From here on a signal ends the process without a word, as long as there is nothing to clean up."""
    _answer(lambda number, frame: os._exit(EXIT_CODE))


def let_it_end() -> None:
    """From here on signals are ignored, until the process is gone: all is written, and the exit code says what."""
    _answer(signal.SIG_IGN)


@contextmanager
def interruptible() -> Iterator[list[int]]:
    """Raise :class:`Interruption` where a signal comes; gives the signals that came.

    Some code drops exceptions, such as what runs when an object is removed: there the signal comes again. Libraries
    written in C may make an error of their own of it, or print it: that it came is seen in the list.
    """
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise Interruption

    def dropped(unraisable: Any) -> None:
        if not issubclass(unraisable.exc_type, Interruption):
            hooks[1](unraisable)
            return
        again = Timer(_SOON, signal.raise_signal, (came[-1],))
        again.daemon = True
        again.start()

    def printed(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if not issubclass(kind, Interruption):
            hooks[0](kind, error, trace)

    hooks = sys.excepthook, sys.unraisablehook
    before = _answer(interrupt)
    sys.excepthook, sys.unraisablehook = printed, dropped
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.excepthook, sys.unraisablehook = hooks


def _answer(handler: _Handler) -> dict[signal.Signals, Any]:
    """Let signals be handled so; how they were before."""
    # What runs in the background of a shell inherits that Ctrl-C is ignored, and goes on.
    before = {number: signal.getsignal(number) for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN}
    for number in before:
        signal.signal(number, handler)
    return before
