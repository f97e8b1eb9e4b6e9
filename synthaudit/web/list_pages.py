"""All audits: the list, two and more of them side by side, and their history."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from synthaudit.files.catalogue import N_, Labels, marks
from synthaudit.web import errand, rendering
from synthaudit.web.audit_pages import OUTCOMES, TONES, verdict_of
from synthaudit.web.data_folder import Job
from synthaudit.web.site import Site, form_of, largest, missing, to

PHASES: Labels[str, str] = Labels(
    {
        "waiting": N_("waits for its turn"),
        "reading": N_("the tables are being read"),
        "unreadable": N_("the tables cannot be read yet"),
        "read": N_("waits for your answers"),
        "auditing": N_("under way"),
        "failed": N_("could not finish"),
        "interrupted": N_("interrupted"),
    }
)


def _moment(created_utc: str) -> str:
    """When an audit was asked for, to the minute: names of files repeat within a day.

    Examples
    --------
    >>> _moment("2026-01-31T09:05:59Z")
    '2026-01-31 09:05 UTC'
    """
    return f"{marks().days_in(created_utc[:10])} {created_utc[11:16]} UTC"


@dataclass(frozen=True, slots=True)
class ListPages:
    """Pages of several audits."""

    site: Site

    async def home(self, request: Request) -> Response:
        """The list; the form for tables where there is no audit yet."""
        audits = [self._row(job) for job in self.site.data.all("audits")]
        splits = list(self.site.data.all("splits"))
        if not audits and not splits:
            return rendering.page("new", split=None, instead=None, kept={}, **largest(self.site))
        return rendering.page("home", audits=audits, splits=splits, folder=self.site.data.root)

    def _row(self, job: Job) -> dict[str, Any]:
        phase, asked = self.site.phase(job), job.asked
        row = {"id": job.id, "title": asked.title, "date": _moment(asked.created_utc), "phase": phase, "asked": asked}
        if phase != "finished":
            return {**row, "word": PHASES[phase], "tone": "plain", "reason": ""}
        verdict = verdict_of(job)
        outcome = verdict["outcome"]
        return {**row, "word": OUTCOMES[outcome], "tone": TONES[outcome], "reason": verdict["reasons"][0]}

    async def compare(self, request: Request) -> Response:
        """Those that were ticked, side by side."""
        form = await form_of(request)
        jobs = [self.site.data.find("audits", name.removeprefix("audit-")) for name in form.fields]
        folders = [job.output for job in jobs if job is not None and job.is_finished]
        name, path = self.site.data.new_comparison()
        try:
            await errand.run("compare", path, *folders)
        except errand.ErrandError as failure:
            return rendering.error_page(failure.error, "/")
        return to(f"/comparisons/{name}.html")

    async def comparison(self, request: Request) -> Response:
        """The page that was written."""
        path = self.site.data.comparison(request.path_params["id"])
        return missing() if path is None else rendering.file(path)

    async def history(self, request: Request) -> Response:
        """All audits over time; made anew of what is there."""
        root = self.site.data.root
        page = root / "history.html"
        try:
            await errand.run("history", root / "audits", root / "history.db", page)
        except errand.ErrandError as failure:
            return rendering.error_page(failure.error, "/")
        return rendering.file(page)
