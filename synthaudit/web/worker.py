"""The process of one job: read its tables, audit them, split one, or write a file; the result lies in its folder.

``python -P -m synthaudit.web.worker TASK FOLDER``
"""

import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from synthaudit.errors import InputError, SynthauditError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_, language, speak_on
from synthaudit.web.asked import FLAGS, TEXTS
from synthaudit.web.data_folder import Job
from synthaudit.web.processes import hold_job

_SECONDS_BETWEEN = 0.5
"""Between two notes of progress."""
FEWEST_PEOPLE = 40


class Cancelled(KeyboardInterrupt):
    """Somebody asked for an end; temporary copies of tables are removed on the way out."""


def read(job: Job) -> Mapping[str, Any]:
    """What the tables hold, and what so many people can decide; the columns also where they cannot be audited."""
    from synthaudit import api

    options = job.asked.options()
    try:
        plan = api.plan(**options)
    except InputError as error:
        return {"error": in_parts(error), "columns": _columns_of_train(options)}
    return {
        "n_rows": plan.n_rows,
        "columns": _columns(plan.columns, plan.notes),
        "entity": plan.entity,
        "notes": [_note(note) for note in plan.notes],
        "people": plan.people,
        "seconds": plan.seconds,
        "uses": {use.use: {"chance": use.pass_probability, "needed": use.n_needed} for use in plan.uses},
        "blocking": [_note(note) for note in plan.blocking],
    }


def _columns_of_train(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of the real table by itself, so that something can be said of them; none where it cannot be read either."""
    from synthaudit import api

    about = (*TEXTS, *FLAGS, "exclude", "schema", "entity")
    try:
        schema, notes = api.infer_schema(options["train"], **{name: options[name] for name in about if name in options})
    except (SynthauditError, KeyError):
        return []
    return _columns(schema.columns, notes)


def _columns(columns: Iterable[Any], notes: Iterable[Any]) -> list[dict[str, Any]]:
    """Kind, role and doubts of each."""
    notes = list(notes)
    return [
        {
            "name": column.name,
            "kind": column.kind,
            "roles": list(column.roles),
            "doubts": [
                _note(note)
                for note in notes
                if note.test in ("kinds", "entity") and f"'{printable(column.name)}'" in note.reason
            ],
        }
        for column in columns
    ]


def _note(note: Any) -> dict[str, Any]:
    return {"test": note.test, "reason": note.reason, "blocks_pass": note.blocks_pass}


def audit(job: Job) -> Mapping[str, Any]:
    """The audit itself; its evidence and its report lie in ``out/``."""
    from synthaudit import api
    from synthaudit.report.summary import summarise

    result = api.audit(**job.asked.options(), output=job.output, progress=noted_progress(job), lang=language())
    return {
        "outcome": result.outcome,
        "leakage_detected": result.leakage_detected,
        "heading": summarise(result.report).heading,
        "next_steps": list(summarise(result.report).first_steps),
        "reasons": list(result.reasons),
        "use": result.policy.name,
        "uses": {use.use: use.outcome for use in result.uses},
    }


def split(job: Job) -> Mapping[str, Any]:
    """A sealed split, and what so many people could decide."""
    from synthaudit import api

    asked = job.asked
    people = [name for name, answer in asked.answers.items() if answer == "person"]
    made = api.split(
        asked.tables["table"].path,
        job.output,
        entity=people or None,
        design=asked.names.get("design", "fixed"),  # type: ignore[arg-type]
        **asked.writing.options(),
    )
    secret = [path.name for path in (made.holdout, made.reference, made.manifest) if path is not None]
    n_people = sum(made.n_units.values())
    per_person = max(1, round(sum(made.n_rows.values()) / n_people)) if people else 1
    plan = api.plan_people(n_people, per_person=per_person) if n_people >= FEWEST_PEOPLE else None
    uses = () if plan is None else plan.uses
    return {
        "vendor": [made.train.name, "commitment.txt"],
        "secret": secret,
        "manifest": made.manifest.name,
        "n_units": made.n_units,
        "n_rows": made.n_rows,
        "is_by_person": bool(people),
        "commitment": made.commitment,
        "uses": {use.use: {"chance": use.pass_probability, "needed": use.people_needed} for use in uses},
    }


def noted_progress(job: Job) -> Callable[[str, int, int], None]:
    """A callback that notes how far an audit is, so often that a reader sees it move."""
    begun, last = time.time(), [0.0]

    def progress(stage: str, done: int, total: int) -> None:
        now = time.time()
        if done not in (0, total) and now - last[0] < _SECONDS_BETWEEN:
            return
        last[0] = now
        job.note("progress", {"stage": stage, "done": done, "total": total, "begun": begun, "at": now})

    return progress


def in_parts(error: BaseException) -> dict[str, str]:
    """What went wrong, without a cell of any table."""
    if isinstance(error, InputError):
        return {"code": error.code, "where": error.where, "got": error.got, "do": error.do}
    if isinstance(error, SynthauditError):
        return {"text": str(error)}
    if isinstance(error, MemoryError):
        return {"text": N_("SA-306 out of memory. Audit fewer rows, or on a larger machine.")}
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    text = N_("SA-399 internal error: {name} at {where}. Please report this; nothing was judged.").format(
        name=type(error).__name__, where=" > ".join(places[-4:])
    )
    return {"text": text}


TASKS: Mapping[str, tuple[str, Callable[[Job], Mapping[str, Any]]]] = {
    "read": ("read", read),
    "audit": ("ended", audit),
    "split": ("ended", split),
}
"""Task -> the file of its result, and what does it."""


def work(task: str, job: Job) -> None:
    """Do a task and write its result, or what went wrong."""
    name, run = TASKS[task]
    try:
        result = run(job)
    except Cancelled:
        return
    except Exception as error:
        result = {"error": in_parts(error)}
    job.note(name, result)


def main() -> None:
    """One task, as the server asks for it."""

    def cancel(number: int, frame: FrameType | None) -> None:
        raise Cancelled

    signal.signal(signal.SIGTERM, cancel)
    # Ctrl-C is for the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    speak_on()
    task, folder = sys.argv[1:]
    hold_job(Path(folder))
    work(task, Job(Path(folder)))


if __name__ == "__main__":
    main()
