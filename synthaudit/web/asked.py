"""What somebody asks for on the page: tables, answers about their columns, the use; kept as JSON beside the audit."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from synthaudit.types import Kind

Use = Literal["internal", "partner", "public"]
Profile = Literal["quick", "standard", "thorough"]
ROLES = ("train", "synthetic", "holdout", "table")
"""Tables that can be handed in; ``table`` is the one that is to be split."""
KINDS: tuple[Kind, ...] = ("numeric", "categorical", "datetime", "boolean", "text", "identifier")
PERSON, LEAVE_OUT = "person", "leave_out"
ANSWERS = (PERSON, LEAVE_OUT, *KINDS)
"""What can be said of a column."""
NAMES = ("vendor", "dataset", "purpose")
"""What the report may call things by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A table as it was handed in."""

    shown: str
    """Name that its file had; chosen by others."""
    path: str
    """Where it lies."""
    is_copy: bool
    """Whether it was sent by the browser, and is a copy of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How the tables are written, where somebody says so; empty = told from the tables."""

    decimal: str = ""
    thousands: str = ""
    missing: str = ""
    """Spellings of a missing cell, with commas between them."""
    rename: str = ""
    """Columns that the release calls otherwise, ``theirs=real``, with commas between them."""
    sep: str = ""
    encoding: str = ""
    sheet: str = ""
    header_row: str = ""
    has_header: bool = False
    allow_overlap: bool = False

    def options(self) -> dict[str, Any]:
        """As keywords of :func:`synthaudit.audit`.

        Examples
        --------
        >>> Writing(decimal=",", missing="NA, ?", rename="Alter=age", header_row="2", has_header=True).options()
        {'decimal': ',', 'missing': ('NA', '?'), 'rename': {'Alter': 'age'}, 'header_row': 2, 'has_header': True}
        """
        given: dict[str, Any] = {name: getattr(self, name) for name in ("decimal", "thousands")}
        given["missing"] = tuple(_parts(self.missing))
        given["rename"] = {theirs.strip(): real.strip() for theirs, _, real in map(_halves, _parts(self.rename))}
        given |= {name: getattr(self, name) for name in ("sep", "encoding", "sheet")}
        given["header_row"] = int(self.header_row) if self.header_row.isascii() and self.header_row.isdigit() else None
        given |= {name: getattr(self, name) for name in FLAGS}
        return {name: value for name, value in given.items() if value}


FLAGS = ("has_header", "allow_overlap")
TEXTS = tuple(field.name for field in fields(Writing) if field.name not in FLAGS)
"""Fields of :class:`Writing` that are texts."""


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _halves(text: str) -> tuple[str, str, str]:
    return text.partition("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One audit, as far as it has been asked for."""

    created_utc: str
    tables: Mapping[str, Given]
    answers: Mapping[str, str] = field(default_factory=dict)
    """Column -> one of ``ANSWERS``."""
    writing: Writing = field(default_factory=Writing)
    manifest: str = ""
    """Of a sealed split, whose tables are then not handed in."""
    use: Use | None = None
    profile: Profile = "standard"
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the audit is called on the page: its release."""
        return self.tables["synthetic"].shown

    @property
    def split_id(self) -> str:
        """Name of the split whose release this is; empty where it is none's."""
        return Path(self.manifest).parents[1].name if self.manifest else ""

    def moved_to(self, folder: Path) -> "Asked":
        """With the copies of tables in a folder; those that lie elsewhere are moved there."""
        tables = {}
        for role, table in self.tables.items():
            path = folder / Path(table.path).name
            if table.is_copy and Path(table.path) != path:
                Path(table.path).replace(path)
            tables[role] = replace(table, path=str(path)) if table.is_copy else table
        return replace(self, tables=tables)

    def options(self) -> dict[str, Any]:
        """As keywords of :func:`synthaudit.audit`, the release among them.

        Examples
        --------
        >>> given = Given(shown="r.csv", path="/t/synthetic.csv", is_copy=True)
        >>> answers = {"id": "person", "zip": "categorical", "note": "leave_out"}
        >>> asked = Asked(created_utc="", tables={"synthetic": given}, answers=answers, use="public")
        >>> asked.options()["entity"], asked.options()["exclude"], asked.options()["schema"]
        (['id'], ['note'], {'zip': {'kind': 'categorical'}})
        """
        by_answer = {answer: [name for name, given in self.answers.items() if given == answer] for answer in ANSWERS}
        options: dict[str, Any] = {role: given.path for role, given in self.tables.items()}
        options |= {"release": _short(self.title), "profile": self.profile, **self.writing.options()}
        options |= {name: _short(text) for name, text in self.names.items() if text}
        if self.manifest:
            options["manifest"] = self.manifest
        if self.use is not None:
            options["policy"] = self.use
        if by_answer[PERSON]:
            options["entity"] = by_answer[PERSON]
        if by_answer[LEAVE_OUT]:
            options["exclude"] = by_answer[LEAVE_OUT]
        kinds = {name: {"kind": kind} for kind in KINDS for name in by_answer[kind]}
        return {**options, "schema": kinds} if kinds else options

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> "Asked":
        """From its file, which nobody else writes to."""
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
        given["tables"] = {role: Given(**table) for role, table in given["tables"].items()}
        return cls(**{**given, "writing": Writing(**given["writing"])})

    def answered(self, answers: Mapping[str, str], writing: Writing) -> "Asked":
        """With other answers."""
        return replace(self, answers=dict(answers), writing=writing)


def _short(text: str) -> str:
    """A name as the report takes it: what hides is left out, and so is what is beyond 256 characters."""
    return "".join(character for character in text if character.isprintable())[:256]
