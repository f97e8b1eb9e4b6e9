"""Compiling is told of, and only then."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import numpy as np
from synthaudit.runtime.jit import telling
from synthaudit.neighbours.tree import grow
from synthaudit.types import Points

said = []
with telling(said.append, least=0):
    grow(Points(numeric=np.zeros((1, 1)), codes=np.zeros((1, 0), dtype=np.int32)))
print(len(said), *said, sep="|")
"""


def run(cache: Path) -> list[str]:
    """What a process of its own says, with its kernels in a folder."""
    command = [sys.executable, "-P", "-c", SCRIPT]
    environment = {"NUMBA_CACHE_DIR": str(cache), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip().split("|")


def test_the_first_run_says_that_it_compiles_and_the_second_is_silent(tmp_path: Path) -> None:
    """An empty cache: one word before and one after. A full one: nothing."""
    first, second = run(tmp_path), run(tmp_path)
    assert first[:2] == ["2", "compiling the search kernels, once on this machine: up to half a minute"]
    assert first[2].endswith("s of this went into compiling; the next audit does without")
    assert second == ["0"]
