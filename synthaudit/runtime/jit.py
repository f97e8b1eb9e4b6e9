"""The one door to numba: compiled once, cached on disk, free of the interpreter lock."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

if "NUMBA_CACHE_DIR" not in os.environ and not os.access(Path(__file__).parent, os.W_OK):
    # An installation that nobody may write to: without a folder numba refuses to cache ("no locator available").
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="synthaudit-numba-")

import numba
from numba.core import cgutils, event
from numba.extending import intrinsic

_F = TypeVar("_F", bound=Callable[..., Any])
_A = TypeVar("_A")


def jit(function: _F) -> _F:
    """Compile ``function``; strict IEEE arithmetic, so that equal inputs give equal bits."""
    return cast(_F, numba.njit(cache=True, nogil=True, fastmath=False)(function))


def inlined(function: _F) -> _F:
    """As :func:`jit`, written out wherever a kernel calls it: nothing has to be handed on, array by array."""
    return cast(_F, numba.njit(cache=True, nogil=True, fastmath=False, inline="always")(function))


def _without_counts(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, numba.types.Array):
        struct = context.make_array(kind)(context, builder, value)
        nothing: Any = cgutils.get_null_value  # type: ignore[no-untyped-call,unused-ignore]
        struct.meminfo, struct.parent = nothing(struct.meminfo.type), nothing(struct.parent.type)
        return struct._getvalue()
    if isinstance(kind, numba.types.BaseTuple):
        kinds: Any = kind
        parts = [
            _without_counts(context, builder, part, builder.extract_value(value, i)) for i, part in enumerate(kinds)
        ]
        return context.make_tuple(builder, kind, parts)
    return value


def _bare(typing_context: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_counts(context, builder, signature.return_type, arguments[0])

    return value(value), code


bare = cast(Callable[[_A], _A], intrinsic(_bare))
"""The same array, or record of arrays, without counts of references: it lives as long as the kernel's argument.

Numba counts the references to every array that a kernel hands to another, or takes from a record, which takes longer
than what the innermost loops do with it: what has arrays of its caller begins with this. An array that a kernel made
itself may be gone before its bare one: never that.
"""


def _wide(typing_context: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite knows the names of a few attributes only, and refuses this one by its own way in.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return numba.types.void(), code


wide = cast(Callable[[], None], intrinsic(_wide))
"""Let the kernel that calls this be compiled for the widest registers: half of them by default, on processors that have
some of 64 bytes, as the first of these ran slower for it. The same arithmetic, so that no bit changes."""


class _Watch(event.Listener):
    """Tells of the first kernel that is compiled, and adds up what all of them take."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        self._notify, self._depth, self._began = notify, 0, 0.0
        self.seconds = 0.0

    def on_start(self, event: event.Event) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        self._began = time.monotonic()
        if not self.seconds:
            self._notify("compiling the search kernels, once on this machine: up to half a minute")

    def on_end(self, event: event.Event) -> None:
        self._depth -= 1
        if not self._depth:
            self.seconds += time.monotonic() - self._began


@contextmanager
def telling(notify: Callable[[str], None], *, least: float = 1.0) -> Iterator[None]:
    """Say when kernels are compiled, which happens once on a machine, and in the end how long it took,
    if that is ``least`` seconds.

    Kernels that are loaded from the disk are not compiled, and nothing is said of them.
    """
    watch = _Watch(notify)
    with event.install_listener("numba:compile", watch):
        yield
    if watch.seconds > least:
        notify(f"{watch.seconds:.0f} s of this went into compiling; the next audit does without")
