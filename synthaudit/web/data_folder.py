"""The folder of the page: all that it knows lies in files, so that a killed server loses nothing that was finished.

::

    audits/ID/asked.json      what was asked for
              tables/         what the browser sent
              waiting.json    what waits for its turn
              began.json      what a process was started for
              read.json       what was read of the tables, or why they cannot be
              progress.json   how far the audit is
              ended.json      how it ended
              out/            what the audit wrote: evidence.json, report.html, ...
    splits/ID/                the same of a split
    comparisons/ID.html
    links/                    hashes of links that were not used yet
    open.html                 what the browser is started with: leads to a link, until it was used
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synthaudit.files import prepare_output_folder, write_atomic
from synthaudit.web.asked import Asked

Kind = Literal["audits", "splits"]
EVIDENCE = "out/evidence.json"
STARTER = "open.html"
_IS_ID = re.compile(r"[0-9a-f]{16}").fullmatch
_MOST_BYTES = 20_000_000
"""Of a file of state: what is larger was not written by us."""


@dataclass(frozen=True, slots=True)
class Job:
    """One audit, or one split: a folder of its own."""

    folder: Path

    @property
    def id(self) -> str:
        """Name of the folder, and part of its address."""
        return self.folder.name

    @property
    def tables(self) -> Path:
        """Folder of what the browser sent."""
        return self.folder / "tables"

    @property
    def output(self) -> Path:
        """Folder of what was written."""
        return self.folder / "out"

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return Asked.read(self.folder / "asked.json")

    def ask(self, asked: Asked) -> None:
        """Keep what is asked for."""
        write_atomic(self.folder / "asked.json", asked.to_json())

    def state(self, name: str) -> dict[str, Any] | None:
        """A file of state, such as ``progress``; None where there is none."""
        path = self.folder / f"{name}.json"
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            content = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) else None

    def note(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of state."""
        write_atomic(self.folder / f"{name}.json", json.dumps(content, indent=1, allow_nan=False) + "\n")

    def forget(self, *names: str) -> None:
        """Remove files of state."""
        for name in names:
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    @property
    def is_finished(self) -> bool:
        """Whether the verdict stands."""
        return (self.folder / EVIDENCE).is_file()

    def copies(self) -> list[Path]:
        """Tables that the browser sent and that are still here."""
        return sorted(path for path in self.tables.glob("*") if path.is_file())

    def delete_copies(self) -> None:
        """Remove them; what was found stays."""
        shutil.rmtree(self.tables, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """All audits and splits of this page."""

    root: Path

    @classmethod
    def prepare(cls, root: Path) -> "DataFolder":
        """Make it (0700); refused where it belongs to others.

        Raises
        ------
        CannotFinishError
            SA-301 to SA-304 and SA-308, as any output folder.
        """
        prepare_output_folder(root)
        for name in ("audits", "splits", "comparisons", "links"):
            prepare_output_folder(root / name, within=True)
        return cls(root.absolute())

    def new(self, kind: Kind) -> Job:
        """A new, empty folder with a name that nobody can guess."""
        job = Job(self.root / kind / secrets.token_hex(8))
        for folder in (job.folder, job.tables, job.output):
            folder.mkdir(mode=0o700)
        return job

    def find(self, kind: Kind, name: str) -> Job | None:
        """The one of this name; None where there is none. A name that is none of ours is not looked up."""
        if not _IS_ID(name):
            return None
        job = Job(self.root / kind / name)
        return job if (job.folder / "asked.json").is_file() else None

    def all(self, kind: Kind) -> Iterator[Job]:
        """All of them, the latest first."""
        jobs = [job for path in (self.root / kind).glob("*") if (job := self.find(kind, path.name)) is not None]
        return iter(sorted(jobs, key=lambda job: job.asked.created_utc, reverse=True))

    def everything(self) -> list[Job]:
        """All audits and splits, in no order."""
        folders = [path for kind in ("audits", "splits") for path in (self.root / kind).glob("*")]
        return [Job(path) for path in folders if _IS_ID(path.name) and (path / "asked.json").is_file()]

    def delete(self, job: Job) -> None:
        """Remove an audit or a split with all that lies in it."""
        # Its state first: what is half removed is none any more.
        job.forget("asked")
        shutil.rmtree(job.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what was begun and never handed in whole, by a server that was killed meanwhile."""
        for kind in ("audits", "splits"):
            for path in (self.root / kind).glob("*"):
                if _IS_ID(path.name) and not (path / "asked.json").is_file():
                    shutil.rmtree(path, ignore_errors=True)

    def comparison(self, name: str) -> Path | None:
        """The page of a comparison; None where there is none."""
        path = self.root / "comparisons" / f"{name}.html"
        return path if _IS_ID(name) and path.is_file() else None

    def new_comparison(self) -> tuple[str, Path]:
        """Name and path of the next one."""
        name = secrets.token_hex(8)
        return name, self.root / "comparisons" / f"{name}.html"
