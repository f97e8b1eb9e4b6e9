"""What every page of the server works on: its folder, its processes, and the forms that come in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from synthaudit.errors import InputError
from synthaudit.files import printable, set_aside
from synthaudit.files.catalogue import N_, _
from synthaudit.web.asked import Given
from synthaudit.web.data_folder import DataFolder, Job
from synthaudit.web.processes import MOST_AT_ONCE, Processes
from synthaudit.web.rendering import refusal
from synthaudit.web.upload import MOST_BYTES, Form, read_form

Phase = Literal["reading", "unreadable", "read", "auditing", "finished", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class Site:
    """The server, as its pages see it."""

    data: DataFolder
    processes: Processes = field(default_factory=Processes)
    most_bytes: int = MOST_BYTES

    def phase(self, job: Job) -> Phase:
        """Where an audit stands, read off its files and its process."""
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
        """Let a process do a task, from a clean slate.

        Raises
        ------
        InputError
            SA-432 too many run already.
        """
        jobs = [*self.data.all("audits"), *self.data.all("splits")]
        if self.processes.n_running(jobs) >= MOST_AT_ONCE:
            got = N_("{n} others are under way").format(n=MOST_AT_ONCE)
            do = N_("Wait until one of them has ended, or cancel one, and start this one then.")
            raise InputError("SA-432", N_("this audit"), got, do)
        job.forget("ended", "progress", *(["read"] if task == "read" else []))
        if task == "audit":
            # An older verdict must not be taken for the next one's.
            set_aside(job.output, [path.name for path in job.output.iterdir()])
        job.note("began", {"task": task, "at": now()})
        self.processes.start(job, task)


def now() -> str:
    """The moment, for lists."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to(path: str) -> Response:
    """Lead the browser on after a form."""
    return RedirectResponse(path, status_code=303)


def missing() -> Response:
    """There is no such page."""
    return refusal(404, _("There is no such page. It may have been deleted."))


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
