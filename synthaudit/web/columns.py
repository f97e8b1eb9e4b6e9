"""What was read of the columns, and what is said of them: doubts, each answered by a click."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthaudit.files.catalogue import N_, Labels, _, language, marks
from synthaudit.files.retold import retold
from synthaudit.web.asked import ANSWERS, FLAGS, LEAVE_OUT, PERSON, TEXTS, Writing

WORDS: Labels[str, str] = Labels(
    {
        "numeric": N_("a number"),
        "categorical": N_("a category"),
        "datetime": N_("a date or time"),
        "boolean": N_("yes or no"),
        "text": N_("free text"),
        "identifier": N_("an identifier (ID)"),
        PERSON: N_("names a person"),
        LEAVE_OUT: N_("leave it out"),
    }
)
"""What a column is, or is to be."""
LABELS: Labels[str, str] = Labels(
    {
        "decimal": N_("Decimal mark"),
        "thousands": N_("Mark between thousands"),
        "missing": N_("Words for a missing cell"),
        "rename": N_("Columns with another name in the synthetic table"),
        "sep": N_("Mark between cells"),
        "encoding": N_("Encoding of text"),
        "sheet": N_("Sheet of the workbook"),
        "header-row": N_("Line that names the columns"),
        "has-header": N_("The first line holds names of columns, though they look like cells"),
        "allow-overlap": N_("Go on though held-out rows are also in the real table; nothing passes then"),
        "exclude": N_("leave it out"),
        "entity": N_("names a person"),
    }
)
"""Option of the command line -> what the page calls it."""
_FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_HINT = re.compile(r"\. Say what it is: \[columns\..*$")
_ITS_NAME = re.compile(r"^Column '.*?': ")
_PASS = re.compile(r"\b[Pp]ass(?= “)")
_ROLES = {"train": "the real table", "holdout": "the held-out rows", "synthetic": "the synthetic table"}
_OF_A_COPY = re.compile(r"\b(train|holdout|synthetic) \1\.\w+(?:\.\w+)?")
"""A role, and the file that a table of this role was kept as."""
_ROLE = re.compile(r"(?<![\w'“/.-])(train|holdout)(?!['”\w/-]|\.\w)")
_LONGEST = 200
_NAMED = re.compile(r"'([^']{1,256})'")
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column on the page."""

    name: str
    kind: str
    """As it was read; empty where it was not."""
    doubts: tuple[str, ...]
    answer: str
    """What was said of it; empty = as it was read."""
    must_be_said: bool = False
    """Whether nothing passes until somebody says what it is, also where that is what it was read as."""

    @property
    def is_asked(self) -> bool:
        """Whether it is shown before the others."""
        return bool(self.doubts) or bool(self.answer)


def column_views(read: Mapping[str, Any], answers: Mapping[str, str]) -> list[ColumnView]:
    """Columns that were read, those that an error names, and those of which something was said, in this order."""
    views = {
        column["name"]: ColumnView(
            name=column["name"],
            kind=column["kind"],
            doubts=tuple(map(_doubt, column["doubts"])),
            answer=answers.get(column["name"], ""),
            must_be_said=any(_HINT.search(doubt["reason"]) for doubt in column["doubts"]),
        )
        for column in read.get("columns", ())
    }
    error = read.get("error") or {}
    reason = on_the_page(error.get("got", ""))
    for name in named(error, views):
        kind = views[name].kind if name in views else ""
        views[name] = ColumnView(name=name, kind=kind, doubts=(reason,), answer=answers.get(name, ""))
    for name, answer in answers.items():
        views.setdefault(name, ColumnView(name=name, kind="", doubts=(), answer=answer))
    return list(views.values())


def _doubt(doubt: Mapping[str, Any]) -> str:
    """A doubt in words for the page, whose choices stand below it."""
    if doubt["test"] == "entity":
        return _("It looks like the key of a person. If it says whose row it is, choose “names a person”.")
    told = sentence_on_the_page(_ITS_NAME.sub("", doubt["reason"]))
    is_asked = _HINT.search(doubt["reason"])
    return _("{told} Say what it is: until then nothing passes.").format(told=told) if is_asked else told


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
    """What a form says of how tables are written."""
    texts = {name: fields.get(name, "")[:_LONGEST] for name in TEXTS}
    flags = {name: fields.get(name) == "yes" for name in FLAGS}
    return Writing(**texts, **flags)  # type: ignore[arg-type]


def on_the_page(text: str) -> str:
    """A sentence that names options of the command line, with the names that the fields of the page have.

    Tables are called what the page calls them, and not by their roles; that is part of a translation elsewhere.

    Examples
    --------
    >>> on_the_page("Pass --missing NA, or --exclude. See --no-such.")
    'Fill in “Words for a missing cell” NA, or “leave it out”. See --no-such.'
    >>> on_the_page("train train.csv: column 'train' is not in train or holdout")
    "the real table: column 'train' is not in the real table or the held-out rows"
    """
    told = _FLAG.sub(lambda flag: marks().title(LABELS[flag[1]]) if flag[1] in LABELS else flag[0], retold(text))
    if language() != "en":
        return told
    told = _PASS.sub(lambda verb: verb[0].replace("Pass", "Fill in").replace("pass", "fill in"), told)
    return _ROLE.sub(lambda role: _ROLES[role[1]], _OF_A_COPY.sub(lambda copy: _ROLES[copy[1]], told))


def sentence_on_the_page(text: str) -> str:
    """A note by itself: how a configuration file would answer it is left out, for the page asks.

    Examples
    --------
    >>> sentence_on_the_page('train train.csv: a note. Say what it is: [columns."a"] kind = "text".')
    'The real table: a note.'
    """
    told = on_the_page(_HINT.sub(".", text))
    return told[:1].upper() + told[1:]


def other_notes(read: Mapping[str, Any]) -> Sequence[str]:
    """What was noticed and is no column's doubt."""
    told = {doubt["reason"] for column in read.get("columns", ()) for doubt in column["doubts"]}
    notes = [*read.get("notes", ()), *(line for line in read.get("blocking", ()) if line not in read.get("notes", ()))]
    return [sentence_on_the_page(note["reason"]) for note in notes if note["reason"] not in told]
