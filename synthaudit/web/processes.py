"""Audits in processes of their own: started, looked after and ended, also those that another server began."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from synthaudit.files import create_private
from synthaudit.files.catalogue import handed_on
from synthaudit.files.system import HAS_LOCKS, end_at_once, hold, of_its_own
from synthaudit.web.data_folder import Job

LOCK = "worker.lock"
"""Held locked by the process of a job as long as it lives; its number stands in it."""
MOST_AT_ONCE = 2
"""Jobs of a kind that run at a time, for each uses all cores; the others wait for their turn."""
_SECONDS_TO_END = 5.0
"""Until a process that was asked to end is ended."""


@dataclass(slots=True)
class Processes:
    """The processes that this server started."""

    _started: dict[Path, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, job: Job, task: str) -> None:
        """Run a task of :mod:`synthaudit.web.worker` on a job; its result is a file of the job's folder."""
        command = [sys.executable, "-P", "-m", "synthaudit.web.worker", task, str(job.folder)]
        silent = subprocess.DEVNULL
        self._started[job.folder] = subprocess.Popen(
            command, stdin=silent, stdout=silent, stderr=silent, env=handed_on(), **of_its_own()
        )

    def is_running(self, job: Job) -> bool:
        """Whether a process works on a job."""
        process = self._started.get(job.folder)
        if process is not None:
            if process.poll() is None:
                return True
            del self._started[job.folder]
        return holder_of(job.folder) is not None

    def end(self, job: Job) -> None:
        """End the process of a job: politely, so that it cleans up, then at once."""
        process = self._started.pop(job.folder, None)
        if process is None:
            number = holder_of(job.folder)
            if number is not None:
                with suppress(OSError):
                    os.kill(number, signal.SIGTERM)
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
        end_at_once(process)
        process.wait()

    def end_all(self) -> None:
        """End all that this server started."""
        for folder in list(self._started):
            self.end(Job(folder))


def holder_of(folder: Path) -> int | None:
    """Number of the process that holds a job; None where none does, or where locks do not exist."""
    path = folder / LOCK
    if not HAS_LOCKS:
        return None
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        if hold(descriptor, wait=False):
            return None
        number = os.read(descriptor, 20)
        return int(number) if number.isdigit() else None
    finally:
        os.close(descriptor)


def hold_job(folder: Path) -> int:
    """Say that this process works on a job, until it ends."""
    with create_private(folder / LOCK) as file:
        descriptor = os.dup(file.fileno())
    hold(descriptor)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor
