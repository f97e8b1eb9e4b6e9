"""The way of one audit: tables, what was read, the use, progress, verdict."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_, Labels, _, plural
from synthaudit.files.retold import retold
from synthaudit.web import errand, rendering
from synthaudit.web.asked import ANSWERS, NAMES, Asked, Given, Profile, Use
from synthaudit.web.columns import WORDS, answers_of, column_views, other_notes, sentence_on_the_page, writing_of
from synthaudit.web.data_folder import Job
from synthaudit.web.site import BUSY, Site, form_of, given_table, largest, missing, now, to

USES: tuple[Use, ...] = get_args(Use)
PROFILES: tuple[Profile, ...] = get_args(Profile)
OUTCOMES: Labels[str, str] = Labels({"pass": N_("Pass"), "fail": N_("Fail"), "inconclusive": N_("Inconclusive")})
TONES = {"pass": "good", "fail": "bad", "inconclusive": "open"}
ROLES: Labels[str, str] = Labels(
    {"train": N_("Real table"), "synthetic": N_("Synthetic table"), "holdout": N_("Held-out rows")}
)
USE_WORDS: Labels[str, str] = Labels(
    {"internal": N_("Our own team"), "partner": N_("A partner under contract"), "public": N_("Anybody")}
)
MADE: Mapping[str, tuple[str, str]] = {
    "report.html": ("html", "shareable"),
    "report.pdf": ("pdf", "shareable"),
    "letter.pdf": ("letter", "shareable"),
    "report.vendor.html": ("html", "vendor"),
    "report.md": ("md", "shareable"),
}
"""Files that are made of the evidence when somebody asks for them, and they are not there: the form and the edition."""
FILES = ("evidence.json", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg", *MADE)
"""Files of an audit that the page hands out."""
_FIRST_STAGES: Labels[str, str] = Labels(
    {
        "waiting": N_("It begins by itself as soon as another one has ended."),
        "reading": N_("It takes seconds, or minutes where tables are large."),
        "auditing": N_("The audit begins."),
    }
)
"""What is said before a process has said anything."""
NAMES_LONGEST = 256
ENOUGH = 0.8
"""Chance of a pass, if nothing leaks, from which on people are enough."""


@dataclass(frozen=True, slots=True)
class AuditPages:
    """Pages of audits."""

    site: Site

    def _job(self, request: Request) -> Job | None:
        return self.site.data.find("audits", request.path_params["id"])

    async def new(self, request: Request) -> Response:
        """The form for the tables of an audit; with ``?split=`` those of a split are there already, and with
        ``?instead=`` those of an audit that could not be read.
        """
        instead = self._replaceable(request.query_params.get("instead", ""))
        split_id = request.query_params.get("split", "") if instead is None else instead.asked.split_id
        kept = {} if instead is None else {role: table.shown for role, table in instead.asked.tables.items()}
        split = self.site.data.find("splits", split_id)
        return rendering.page("new", split=split, instead=instead, kept=kept, **largest(self.site))

    def _replaceable(self, name: str) -> Job | None:
        """An audit whose files may be exchanged, for it has no verdict yet; None where there is none."""
        job = self.site.data.find("audits", name)
        return None if job is None or self.site.phase(job) in (*BUSY, "finished") else job

    async def create(self, request: Request) -> Response:
        """Take the tables, and begin to read them."""
        job = self.site.data.new("audits")
        try:
            form = await form_of(request, job.tables)
            split_id = form.fields.get("split", "")
            roles = ("synthetic",) if split_id else ("train", "synthetic", "holdout")
            instead = self._replaceable(form.fields.get("instead", ""))
            before = {} if instead is None else instead.asked.tables
            asked = self._asked(split_id, {role: given_table(form, role) or before.get(role) for role in roles})
            job.ask(asked.moved_to(job.tables))
            if instead is not None:
                self.site.data.delete(instead)
            self.site.start(job, "read")
        except BaseException:
            self.site.data.delete(job)
            raise
        return to(f"/audits/{job.id}")

    def _asked(self, split_id: str, tables: Mapping[str, Given | None]) -> Asked:
        """What is asked for, once the tables that are needed are there.

        Raises
        ------
        InputError
            SA-433 one of them is missing.
        """
        split = self.site.data.find("splits", split_id)
        needed = {"synthetic": N_("the synthetic table that came back")}
        if split is None:
            needed = {"train": N_("the real table that the vendor got"), **needed}
        for role, what in needed.items():
            if tables.get(role) is None:
                do = N_("Go back and choose a file, or give its path.")
                raise InputError("SA-433", what, N_("no table was given"), do)
        manifest = "" if split is None else str(split.output / str((split.state("ended") or {}).get("manifest", "")))
        given = {role: table for role, table in tables.items() if table is not None}
        return Asked(created_utc=now(), tables=given, manifest=manifest)

    async def show(self, request: Request) -> Response:
        """The audit, wherever it stands."""
        job = self._job(request)
        if job is None:
            return missing()
        phase, asked = self.site.phase(job), job.asked
        common: dict[str, Any] = {"job": job, "asked": asked, "phase": phase}
        at = 4 if (job.state("waiting") or job.state("began") or {}).get("task") == "audit" else 2
        if phase in BUSY:
            return rendering.page("progress", **common, at=at, progress=self._progress(job, phase))
        if phase == "finished":
            return rendering.page("finished", **common, **verdict_of(job), copies=job.copies(), tones=TONES)
        if phase in ("failed", "interrupted"):
            error = (job.state("ended") or {}).get("error")
            has_read = job.state("read") is not None
            return rendering.page("failed", **common, at=at, error=error, has_read=has_read)
        return self._what_was_read(job, common)

    def _what_was_read(self, job: Job, common: Mapping[str, Any]) -> Response:
        read = job.state("read") or {}
        views = column_views(read, common["asked"].answers)
        return rendering.page(
            "read",
            **common,
            error=_in_their_words(read.get("error"), common["asked"]),
            n_rows=read.get("n_rows", {}),
            columns=views,
            notes=other_notes(read),
            answers=ANSWERS,
            words=WORDS,
        )

    async def answer(self, request: Request) -> Response:
        """Answers about columns: read again where they changed, else lead on."""
        job = self._job(request)
        if job is None:
            return missing()
        form, asked = await form_of(request), job.asked
        if self.site.phase(job) in BUSY:
            return to(f"/audits/{job.id}")
        answered = asked.answered(answers_of(form.fields), writing_of(form.fields))
        read = job.state("read")
        if answered == asked and read is not None and "error" not in read:
            return to(f"/audits/{job.id}/use")
        job.ask(answered)
        self.site.start(job, "read")
        return to(f"/audits/{job.id}")

    async def use(self, request: Request) -> Response:
        """Who will see the release, and what this many people can decide."""
        job = self._job(request)
        read = None if job is None else job.state("read")
        if job is None:
            return missing()
        if read is None or "error" in read or self.site.phase(job) in BUSY:
            return to(f"/audits/{job.id}")
        asked = job.asked
        uses = [_use_view(use, read) for use in USES]
        has_holdout = bool(read["uses"])
        minutes = None if read["seconds"] is None else duration(read["seconds"])
        return rendering.page(
            "use",
            job=job,
            asked=asked,
            uses=uses,
            has_holdout=has_holdout,
            people=read["people"],
            blocking=[sentence_on_the_page(note["reason"]) for note in read["blocking"]] if has_holdout else [],
            minutes=minutes,
            words=USE_WORDS,
            longest=NAMES_LONGEST,
        )

    async def begin(self, request: Request) -> Response:
        """Begin the audit."""
        job = self._job(request)
        if job is None:
            return missing()
        form, asked = await form_of(request), job.asked
        if self.site.phase(job) in BUSY:
            return to(f"/audits/{job.id}")
        use, thorough = form.fields.get("use", asked.use), form.fields.get("profile", "")
        profile = next((name for name in PROFILES if name == thorough), asked.profile)
        if use not in USES:
            do = N_("Go back and choose one: it decides what is allowed.")
            raise InputError("SA-433", N_("who will see the release"), N_("nothing was chosen"), do)
        names = {name: form.fields.get(name, asked.names.get(name, ""))[:NAMES_LONGEST].strip() for name in NAMES}
        job.ask(replace(asked, use=use, profile=profile, names=names))
        self.site.start(job, "audit")
        return to(f"/audits/{job.id}")

    async def again(self, request: Request) -> Response:
        """Back to the answers, from a finished or a broken audit: its verdict is set aside when it begins anew."""
        job = self._job(request)
        if job is None:
            return missing()
        if self.site.phase(job) not in BUSY:
            self.site.start(job, "read")
        return to(f"/audits/{job.id}")

    async def cancel(self, request: Request) -> Response:
        """End what is under way."""
        job = self._job(request)
        if job is None:
            return missing()
        await run_in_threadpool(self.site.end, job)
        return to(f"/audits/{job.id}")

    async def progress(self, request: Request) -> Response:
        """How far it is, for the script."""
        job = self._job(request)
        if job is None:
            return JSONResponse({"phase": "deleted"}, status_code=404)
        phase = self.site.phase(job)
        return JSONResponse({"phase": phase, **self._progress(job, phase)})

    def _progress(self, job: Job, phase: str) -> dict[str, Any]:
        """Stage, share, and times in words."""
        state = job.state("progress") or {}
        if phase != "auditing" or not state:
            return {"stage": _FIRST_STAGES.get(phase, ""), "done": None, "total": None, "times": ""}
        elapsed = max(time.time() - state["begun"], 0.0)
        seconds = (job.state("read") or {}).get("seconds")
        return {
            "stage": retold(state["stage"]),
            "done": state["done"],
            "total": state["total"],
            "times": _times(elapsed, seconds),
        }

    async def file(self, request: Request) -> Response:
        """A file of the audit; what is not there yet is made of the evidence."""
        job, name = self._job(request), request.path_params["name"]
        if job is None or name not in FILES or not job.is_finished:
            return missing()
        if name in MADE and not (job.output / name).is_file():
            try:
                await errand.run("write_report", job.output, *MADE[name])
            except errand.ErrandError as failure:
                return rendering.error_page(failure.error, f"/audits/{job.id}")
        path = job.output / name
        return rendering.file(path) if path.is_file() else missing()

    async def delete_tables(self, request: Request) -> Response:
        """Remove what the browser sent; the report stays."""
        job = self._job(request)
        if job is None:
            return missing()
        if self.site.phase(job) not in BUSY:
            job.delete_copies()
        return to(f"/audits/{job.id}")

    async def delete(self, request: Request) -> Response:
        """Remove the audit with all that lies in its folder."""
        job = self._job(request)
        if job is None:
            return missing()
        await run_in_threadpool(self.site.end, job)
        await run_in_threadpool(self.site.data.delete, job)
        return to("/")


def _in_their_words(error: dict[str, str] | None, asked: Asked) -> dict[str, str] | None:
    """An error that calls tables as whoever handed them in did, and not by the roles that copies are named by."""
    if error is None or "where" not in error:
        return error
    where = error["where"]
    for role, table in asked.tables.items():
        own = f"{role} {printable(Path(table.path).name)}"
        if where.startswith(own):
            return {**error, "where": f"{ROLES[role]}, {printable(table.shown)}{where[len(own) :]}"}
    return error


def verdict_of(job: Job) -> dict[str, Any]:
    """Outcome and reason, as the evidence has them."""
    ended = job.state("ended") or _of_evidence(job)
    return {
        "outcome": ended["outcome"],
        "word": OUTCOMES[ended["outcome"]],
        "heading": ended.get("heading") or OUTCOMES[ended["outcome"]],
        "next_steps": ended.get("next_steps", ()),
        "reasons": ended["reasons"],
        "uses": [(USE_WORDS[use], OUTCOMES[outcome], TONES[outcome]) for use, outcome in ended["uses"].items()
                 if use in USES],
    }  # fmt: skip


def _of_evidence(job: Job) -> dict[str, Any]:
    """The same where the process ended before it could say so."""
    evidence = Job(job.output).state("evidence") or {}
    uses = {use["use"]: use["outcome"] for use in evidence.get("uses", ())}
    reasons = evidence.get("reasons") or [""]
    return {"outcome": evidence.get("outcome", "inconclusive"), "reasons": reasons, "uses": uses}


def _use_view(use: Use, read: Mapping[str, Any]) -> dict[str, Any]:
    """What this many people can decide for a use."""
    can = read["uses"].get(use)
    if can is None or read["blocking"]:
        # Why nothing passes stands below all uses: it is no matter of people.
        return {"use": use, "passes": None}
    passes, is_enough = round(100 * can["chance"]), can["chance"] >= ENOUGH
    return {"use": use, "passes": passes, "needed": can["needed"], "is_enough": is_enough}


def _times(elapsed: float, seconds: float | None) -> str:
    """How long it has run, and how long it will, as far as anybody can tell."""
    ran = _("{time} so far").format(time=duration(elapsed))
    if seconds is None:
        return ran
    if elapsed < seconds:
        return _("{ran}, about {time} left; this estimate may be three times too short or too long").format(
            ran=ran, time=duration(seconds - elapsed)
        )
    return _("{ran}, longer than the {time} that were estimated for an idle machine").format(
        ran=ran, time=duration(seconds)
    )


def duration(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> [duration(seconds) for seconds in (0.4, 59, 61, 3700)]
    ['1 second', '59 seconds', '1 minute', '1 hour']
    """
    n = max(1, round(seconds))
    if n < 60:
        return plural("{n} second", "{n} seconds", n).format(n=n)
    n = round(n / 60)
    if n < 60:
        return plural("{n} minute", "{n} minutes", n).format(n=n)
    n = round(n / 60)
    return plural("{n} hour", "{n} hours", n).format(n=n)
