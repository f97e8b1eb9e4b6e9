"""What the C library keeps of freed memory, and how often Python looks for what nothing refers to any more."""

import ctypes
import gc
import sys
from contextlib import suppress

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``mallopt``."""


def share_heap(arenas: int = 2) -> None:
    """Let all threads share a few heaps, so that what one has freed another can use; does nothing outside glibc.

    Short-lived workers would otherwise leave behind a heap each: a quarter of a gigabyte in an audit.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_ARENA_MAX, arenas)


def collect_seldom() -> None:
    """Look for objects that refer to each other alone after 50,000 new ones instead of 700.

    Libraries make half a million objects while they are imported and none of them is garbage: looking through them
    takes a tenth of a small audit. Tables are freed as ever, for nothing refers to them in a circle.
    """
    gc.set_threshold(50_000, 20, 10)
