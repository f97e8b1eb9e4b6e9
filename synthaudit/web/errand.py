"""A short process that the server waits for: write a report anew, hold audits side by side, or show their history.

``python -P -m synthaudit.web.errand NAME ARGUMENT...``
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from synthaudit.files.catalogue import N_, handed_on, language, speak_on
from synthaudit.web.worker import in_parts

_SECONDS = 600


class ErrandError(Exception):
    """Why an errand was not done, in the parts of an error."""

    def __init__(self, error: Mapping[str, str]) -> None:
        super().__init__()
        self.error = error


def write_report(folder: str, form: str, edition: str) -> None:
    """The report of an audit, as PDF, Markdown, HTML or letter."""
    from synthaudit import api

    api.write_report(folder, form, edition, lang=language())


def compare(page: str, *folders: str) -> None:
    """Audits side by side."""
    from synthaudit import api

    api.compare(folders, page, lang=language())


def history(folder: str, file: str, page: str) -> None:
    """All audits below a folder."""
    from synthaudit import api

    api.history([folder], file, page, lang=language())


ERRANDS: Mapping[str, Callable[..., None]] = {"write_report": write_report, "compare": compare, "history": history}


async def run(name: str, *arguments: str | Path) -> None:
    """Run an errand in a process of its own, and wait for it.

    Raises
    ------
    ErrandError
        It was not done.
    """
    command: Sequence[str] = (sys.executable, "-P", "-m", __name__, name, *map(str, arguments))
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=silent, stdout=asyncio.subprocess.PIPE, stderr=silent, env=handed_on()
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise ErrandError({"text": N_("it took more than ten minutes and was ended")}) from None
    try:
        answer = json.loads(said)
    except ValueError:
        answer = {"error": {"text": N_("the process that does it was ended")}}
    if answer.get("error"):
        raise ErrandError(answer["error"])


def main() -> None:
    """One errand; prints what went wrong as JSON, or an empty object."""
    speak_on()
    name, *arguments = sys.argv[1:]
    try:
        ERRANDS[name](*arguments)
        answer: dict[str, object] = {}
    except Exception as error:
        answer = {"error": in_parts(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
