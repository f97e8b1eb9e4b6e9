"""What was read of the columns, and what is said of them: doubts, each answered by a click."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthaudit.files.catalogue import N_, Labels
from synthaudit.web.asked import ANSWERS, LEAVE_OUT, PERSON, Writing

WORDS: Labels[str, str] = Labels(
    {
        "numeric": N_("a number"),
        "categorical": N_("a category"),
        "datetime": N_("a date or time"),
        "boolean": N_("yes or no"),
        "text": N_("free text"),
        "identifier": N_("an identifier"),
        PERSON: N_("names a person"),
        LEAVE_OUT: N_("leave it out"),
    }
)
"""What a column is, or is to be."""
_NAMED = re.compile(r"'([^']{1,256})'")
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column on the page."""

    name: str
    kind: str
    """In words; empty where it was not read."""
    doubts: tuple[str, ...]
    answer: str
    """What was said of it; empty = as it was read."""

    @property
    def is_asked(self) -> bool:
        """Whether it is shown before the others."""
        return bool(self.doubts) or bool(self.answer)


def column_views(read: Mapping[str, Any], answers: Mapping[str, str]) -> list[ColumnView]:
    """Columns that were read, those that an error names, and those of which something was said, in this order."""
    views = {
        column["name"]: ColumnView(
            name=column["name"],
            kind=WORDS[column["kind"]],
            doubts=tuple(doubt["reason"] for doubt in column["doubts"]),
            answer=answers.get(column["name"], ""),
        )
        for column in read.get("columns", ())
    }
    error = read.get("error") or {}
    reason = error.get("got", "")
    for name in named(error, views):
        kind = views[name].kind if name in views else ""
        views[name] = ColumnView(name=name, kind=kind, doubts=(reason,), answer=answers.get(name, ""))
    for name, answer in answers.items():
        views.setdefault(name, ColumnView(name=name, kind="", doubts=(), answer=answer))
    return list(views.values())


def named(error: Mapping[str, str], known: Mapping[str, Any]) -> list[str]:
    """Columns that an error speaks of: those that it names where it says where, and those that it lists.

    Examples
    --------
    >>> named({"where": "train t.csv, column 'age'", "got": "3 cells are no numbers, not 'x'"}, {"age": 0})
    ['age']
    >>> named({"where": "synthetic s.csv", "got": "2 columns that train lacks: 'a', 'b'"}, {})
    ['a', 'b']
    """
    at_its_place = [name for name in _NAMED.findall(error.get("where", "")) if "column" in error["where"]]
    listed = _NAMED.findall(error.get("got", "")) if not at_its_place else []
    names = [name for name in dict.fromkeys((*at_its_place, *listed)) if "\\u" not in name and "…" not in name]
    return names[:_MOST_NAMED]


def answers_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What a form says of columns; what it leaves as it was read is not in it."""
    answers = {}
    for field, name in fields.items():
        place = field.removeprefix("name-")
        answer = fields.get(f"answer-{place}", "")
        if field != place and answer in ANSWERS:
            answers[name] = answer
    return answers


def writing_of(fields: Mapping[str, str]) -> Writing:
    """What a form says of how cells are written."""
    texts = {name: fields.get(name, "")[:200] for name in ("decimal", "thousands", "missing")}
    flags = {name: fields.get(name) == "yes" for name in ("has_header", "allow_overlap")}
    return Writing(
        decimal=texts["decimal"],
        thousands=texts["thousands"],
        missing=texts["missing"],
        has_header=flags["has_header"],
        allow_overlap=flags["allow_overlap"],
    )


def other_notes(read: Mapping[str, Any]) -> Sequence[str]:
    """What was noticed and is no column's doubt."""
    told = {doubt["reason"] for column in read.get("columns", ()) for doubt in column["doubts"]}
    notes = [*read.get("notes", ()), *(line for line in read.get("blocking", ()) if line not in read.get("notes", ()))]
    return [note["reason"] for note in notes if note["reason"] not in told]
