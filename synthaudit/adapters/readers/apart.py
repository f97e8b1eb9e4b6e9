"""Libraries that a file can take down run in a process of their own, within limits; this one waits for its answer."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthaudit.adapters.readers import limited

SECONDS = 600
"""Of processor time that the other process may use."""
_LIMITS = ("SIGKILL", "SIGXCPU", "SIGXFSZ", "SIGABRT")
"""What ends a process that reaches a limit; allocators abort where they get no memory."""


def run_apart(program: Path, request: Mapping[str, Any], *, memory: int, n_bytes: int) -> dict[str, Any]:
    """The answer of a program that is run by its path, a JSON object with a ``status``.

    Parameters
    ----------
    program : Path
        Takes the request as JSON for its argument and prints its answer; imports nothing of synthaudit.
    request : mapping
        What the program is asked.
    memory, n_bytes : int
        Bytes of memory, and of any file, that it may take.

    Returns
    -------
    dict
        ``{"status": "too large"}`` where it reached a limit, ``{"status": "damaged"}`` where it ended otherwise.
    """
    limits = json.dumps({"memory": memory, "seconds": SECONDS, "n_bytes": n_bytes})
    command = [sys.executable, "-P", str(Path(limited.__file__)), str(program), limits, json.dumps(request)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=2 * SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"status": "too large"}
    if done.returncode < 0:
        ended = {getattr(signal, name) for name in _LIMITS if hasattr(signal, name)}
        return {"status": "too large" if -done.returncode in ended else "damaged"}
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"status": "damaged"}
    return answer
