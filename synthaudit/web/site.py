"""What every page works on: the folder, processes and who waits for one, and the forms that come in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from synthaudit.errors import InputError
from synthaudit.files import printable, set_aside
from synthaudit.files.catalogue import N_, _
from synthaudit.web.asked import Given
from synthaudit.web.data_folder import DataFolder, Job
from synthaudit.web.guard import size
from synthaudit.web.processes import MOST_AT_ONCE, Processes
from synthaudit.web.rendering import refusal
from synthaudit.web.upload import MOST_BYTES, Form, read_form

Phase = Literal["waiting", "reading", "unreadable", "read", "auditing", "finished", "failed", "interrupted"]
BUSY: tuple[Phase, ...] = ("waiting", "reading", "auditing")
"""Phases that end by themselves."""
_LANES: Mapping[str, str] = {"audit": "audits", "read": "tables", "split": "tables"}
"""Task -> those that it waits for: nobody waits for hours to see what was read."""


@dataclass(frozen=True, slots=True)
class Site:
    """The server, as its pages see it."""

    data: DataFolder
    processes: Processes = field(default_factory=Processes)
    most_bytes: int = MOST_BYTES

    def phase(self, job: Job) -> Phase:
        """Where an audit stands, read off its files and its process."""
        if job.state("waiting") is not None:
            return "waiting"
        is_running = self.processes.is_running(job)
        began = job.state("began") or {}
        if began.get("task") == "audit":
            if is_running:
                return "auditing"
            ended = job.state("ended")
            if ended is None:
                # Its verdict may stand though nobody was left to say so.
                return "finished" if job.is_finished else "interrupted"
            return "failed" if "error" in ended else "finished"
        if is_running:
            return "reading"
        read = job.state("read")
        if read is None:
            return "interrupted"
        return "unreadable" if "error" in read else "read"

    def start(self, job: Job, task: str) -> None:
        """Let a process do a task as soon as there is room for it: at once, or when :meth:`move_on` finds some."""
        if task == "read":
            # What was read under other answers must not be taken for what these give.
            job.forget("read")
        job.note("waiting", {"task": task, "since": time.time()})
        self.move_on()

    def move_on(self) -> None:
        """Begin what waits, the longest first, as far as there is room."""
        waiting = self._waiting()
        if not waiting:
            return
        running = [job for job in self.data.everything() if self.processes.is_running(job)]
        lanes = [_LANES.get((job.state("began") or {}).get("task", "")) for job in running]
        for job, task in waiting:
            if lanes.count(_LANES[task]) < MOST_AT_ONCE:
                self._begin(job, task)
                lanes.append(_LANES[task])

    def _waiting(self) -> list[tuple[Job, str]]:
        """Who waits, and for what; the longest first."""
        states = [(job, job.state("waiting")) for job in self.data.everything()]
        waiting = [(job, state) for job, state in states if state is not None and state.get("task") in _LANES]
        return [(job, state["task"]) for job, state in sorted(waiting, key=lambda each: float(each[1]["since"]))]

    def _begin(self, job: Job, task: str) -> None:
        """From a clean slate."""
        job.forget("waiting", "ended", "progress")
        if task == "audit":
            # An older verdict must not be taken for the next one's.
            set_aside(job.output, [path.name for path in job.output.iterdir()])
        job.note("began", {"task": task, "at": now()})
        self.processes.start(job, task)

    def is_busy(self, job: Job) -> bool:
        """Whether a process works on a job, or is to."""
        return job.state("waiting") is not None or self.processes.is_running(job)

    def end(self, job: Job) -> None:
        """End what is under way, or give up its turn."""
        job.forget("waiting")
        self.processes.end(job)


def now() -> str:
    """The moment, for lists."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to(path: str) -> Response:
    """Lead the browser on after a form."""
    return RedirectResponse(path, status_code=303)


def missing() -> Response:
    """There is no such page."""
    return refusal(404, _("It may have been deleted."))


def largest(site: Site) -> dict[str, Any]:
    """What a form for files says of their size."""
    return {"most_bytes": site.most_bytes, "most": size(site.most_bytes)}


async def form_of(request: Request, folder: Path | None = None) -> Form:
    """The form of a request; files go to ``folder``."""
    return await read_form(request.headers.get("content-type", ""), request.stream(), folder)


def given_table(form: Form, role: str) -> Given | None:
    """A table that was sent, or named by its path; None where neither was.

    Raises
    ------
    InputError
        SA-431 a path that is none of this machine's.
    """
    path = form.fields.get(f"{role}-path", "").strip().strip('"')
    if path:
        return _on_this_machine(path)
    if role in form.files:
        shown, copy = form.files[role]
        return Given(shown=shown, path=str(copy), is_copy=True)
    return None


def _on_this_machine(text: str) -> Given:
    where = N_("path '{path}'").format(path=printable(text, 200))
    do = N_("Give the whole path of a file on this machine, as a file manager shows it.")
    try:
        path = Path(text).expanduser()
        is_there = path.is_absolute() and path.exists()
    except (OSError, ValueError, RuntimeError):
        is_there = False
    if "://" in text:
        raise InputError("SA-431", where, N_("an address, and this page asks no other machine"), do)
    if not is_there:
        raise InputError("SA-431", where, N_("no file is there"), do)
    return Given(shown=path.name, path=str(path), is_copy=False)
