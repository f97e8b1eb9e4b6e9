"""A program of its own: limits of memory, time and output, and then another program by its path.

It is run by its path and imports nothing of synthaudit; see ``apart.py``.
"""

import json
import runpy
import sys
from importlib import import_module
from typing import Any


def limit(memory: int, seconds: int, n_bytes: int) -> None:
    """Bound this process: bytes of memory, seconds of processor, bytes of a file that it writes."""
    try:
        resource: Any = import_module("resource")
    except ImportError:  # not on Windows
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, n_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


if __name__ == "__main__":
    program, limits, *arguments = sys.argv[1:]
    limit(**json.loads(limits))
    sys.argv = [program, *arguments]
    runpy.run_path(program, run_name="__main__")
