"""Run one program with a limit of time and memory, and write how it ended: ``launch.py SECONDS BYTES ENDED.json ...``.

A program by itself, and a small one: on Linux the peak memory of a process begins with that of the process which
started it, so a bench that holds tables would charge every child with them.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(seconds: str, size: str, ended: str, *command: str) -> None:
    """Start, wait, write; nothing that the program started survives it."""

    def limit() -> None:
        # A signal that nobody handles ends the program whatever it is at; it may set the alarm anew.
        signal.alarm(int(seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (int(size), int(size)))

    began = time.monotonic()
    process = subprocess.Popen(command, preexec_fn=limit, start_new_session=True)
    try:
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = {
        "seconds": took,
        "processor": usage.ru_utime + usage.ru_stime,
        "bytes": peak,
        "exit": os.waitstatus_to_exitcode(status),
    }
    Path(ended).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
