"""The one door to numba: compiled once, cached on disk, free of the interpreter lock."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

if "NUMBA_CACHE_DIR" not in os.environ and not os.access(Path(__file__).parent, os.W_OK):
    # An installation that nobody may write to: without a folder numba refuses to cache ("no locator available").
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="synthaudit-numba-")

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def jit(function: _F) -> _F:
    """Compile ``function``; strict IEEE arithmetic, so that equal inputs give equal bits."""
    return cast(_F, numba.njit(cache=True, nogil=True, fastmath=False)(function))
