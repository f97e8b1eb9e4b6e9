"""Charts are drawn in a process of their own: an engine that dies for want of memory takes no audit with it."""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from synthaudit.errors import CannotFinishError
from synthaudit.files import machine_faults
from synthaudit.files.catalogue import N_
from synthaudit.files.system import of_its_own

_SECONDS = 300.0
"""For one chart, which takes less than one."""


class _Engine:
    """The process, started when it is first needed and kept for the next chart."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        """Let it start; it is not waited for."""
        with self._lock:
            self._started()

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("vega.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for the audit, which ends it.
                encoding="utf-8",
                **of_its_own(),
            )
        return self._process

    def answer(self, line: str) -> str:
        """What it answers to a line; SA-306 where it died."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            hanging = Timer(_SECONDS, process.kill)
            hanging.start()
            answer = ""
            try:
                with suppress(BrokenPipeError):
                    process.stdin.write(line + "\n")
                    process.stdin.flush()
                    answer = process.stdout.readline()
            except BaseException:
                # Its answer would be taken for that to the next line.
                process.kill()
                self.end()
                raise
            finally:
                hanging.cancel()
            if not answer.endswith("\n"):
                raise _died(self.end())
            return answer

    def stop(self) -> None:
        """End it at once, whatever it is at: nobody waits for a chart any more."""
        if self._process is not None:
            self._process.kill()
        self.end()

    def end(self) -> int:
        """End it, if it still runs; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            return process.wait(5)
        process.kill()
        return process.wait()


def _died(code: int) -> CannotFinishError:
    how = (
        N_("was ended by signal {number}").format(number=-code)
        if code < 0
        else N_("ended with exit code {code}").format(code=code)
    )
    got = N_(
        "the process that draws the charts {how}; it needs memory, and 70 GB of address space that it never fills"
    ).format(how=how)
    do = N_("Raise or lift the limit (ulimit -v). Evidence that is written is kept: synthaudit report draws it then.")
    return CannotFinishError(N_("SA-306 report: {got}. {do}").format(got=got, do=do))


@cache
def _engine() -> _Engine:
    engine = _Engine()
    atexit.register(engine.stop)
    return engine


def prepare_drawing() -> None:
    """Let the engine start while other things are done, so that nobody waits for it later."""
    with suppress(OSError):
        _engine().prepare()


def drawn(spec: Mapping[str, Any]) -> str:
    """The SVG of a Vega-Lite spec.

    Parameters
    ----------
    spec : mapping
        Its data within it: nothing is loaded from anywhere.

    Raises
    ------
    CannotFinishError
        SA-306 the engine died, as it does under a limit of the address space;
        SA-302, SA-303 it cannot be started.
    """
    engine = _engine()
    with machine_faults(N_("report: the process that draws the charts")):
        line = engine.answer(json.dumps(spec))
    answer = json.loads(line)
    if "svg" not in answer:
        raise RuntimeError(f"a chart could not be drawn: {answer['error']}")
    return str(answer["svg"])
