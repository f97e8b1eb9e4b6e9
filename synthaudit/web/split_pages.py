"""A table and no vendor yet: draw who goes to the vendor, and keep the rest."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_, Labels
from synthaudit.web import rendering
from synthaudit.web.asked import PERSON, Asked
from synthaudit.web.audit_pages import USE_WORDS
from synthaudit.web.columns import writing_of
from synthaudit.web.data_folder import Job
from synthaudit.web.site import Site, form_of, given_table, largest, missing, now, to

DESIGNS = ("fixed", "coins", "pairs")
PARTS: Labels[str, str] = Labels(
    {
        "train": N_("for the vendor"),
        "holdout": N_("stay with you"),
        "reference": N_("set aside"),
    }
)
FILES: Labels[str, str] = Labels(
    {
        "train": N_("The rows that the vendor gets, and no others."),
        "commitment": N_("Seals the draw, so that nobody can change it later. It tells the vendor nothing of anybody."),
        "holdout": N_("The rows that stay with you."),
        "reference": N_("Rows that were set aside before the draw, for the attacks."),
        "manifest": N_("Says how the draw was made. The audit needs it."),
    }
)
"""File of a split, without its ending -> what it is for."""


@dataclass(frozen=True, slots=True)
class SplitPages:
    """Pages of splits."""

    site: Site

    def _job(self, request: Request) -> Job | None:
        return self.site.data.find("splits", request.path_params["id"])

    async def new(self, request: Request) -> Response:
        """The form."""
        return rendering.page("split_new", **largest(self.site))

    async def create(self, request: Request) -> Response:
        """Take the table, and begin to split it."""
        job = self.site.data.new("splits")
        try:
            form = await form_of(request, job.tables)
            table = given_table(form, "table")
            if table is None:
                do = N_("Go back and choose a file, or give its path.")
                raise InputError("SA-433", N_("the table"), N_("no table was given"), do)
            people = [name.strip() for name in form.fields.get("people", "").split(",") if name.strip()]
            design = form.fields.get("design", "")
            asked = Asked(
                created_utc=now(),
                tables={"table": table},
                answers=dict.fromkeys(people, PERSON),
                writing=writing_of(form.fields),
                names={"design": design if design in DESIGNS else "fixed"},
            )
            job.ask(asked)
            self.site.start(job, "split")
        except BaseException:
            self.site.data.delete(job)
            raise
        return to(f"/splits/{job.id}")

    async def show(self, request: Request) -> Response:
        """The split, or that it is under way."""
        job = self._job(request)
        if job is None:
            return missing()
        if self.site.is_busy(job):
            return rendering.page("splitting", job=job, asked=job.asked)
        ended = job.state("ended")
        if ended is None or "error" in ended:
            return rendering.page("split_failed", job=job, asked=job.asked, error=(ended or {}).get("error"))
        return rendering.page(
            "split_done", job=job, asked=job.asked, made=ended, words=USE_WORDS, parts=PARTS, files=FILES
        )

    async def file(self, request: Request) -> Response:
        """A table of the split, or what seals it."""
        job, name = self._job(request), request.path_params["name"]
        ended = None if job is None else job.state("ended")
        if job is None or ended is None or name not in (*ended.get("vendor", ()), *ended.get("secret", ())):
            return missing()
        path = job.output / name
        return rendering.file(path, download=True) if path.is_file() else missing()

    async def delete(self, request: Request) -> Response:
        """Remove the split with its tables."""
        job = self._job(request)
        if job is None:
            return missing()
        await run_in_threadpool(self.site.end, job)
        await run_in_threadpool(self.site.data.delete, job)
        return to("/")
