"""Text that no real table has, made up by whoever made the release: what of it the audited copy keeps.

An identifier, a key or a note can say anything in a code of its own: a hash, letters exchanged, a packed record. No
attack reads that, and no law tells it from what was honestly made up. So the copy numbers made-up identifiers and keys
anew, and keeps of made-up text the words that stand in the real tables.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.audited import UNSEEN, AuditedForm, ColumnForm, plain_text
from synthaudit.adapters.alignment.keys import RunningNumber
from synthaudit.adapters.alignment.person_key import SEPARATOR
from synthaudit.cells import as_text, fold_key, text_column
from synthaudit.types import BoolArray

_HIDDEN = "*"
"""Stands for words that no real table has, side by side."""
_WORDS = re.compile(r"(\*\d*|\w+)")
_NUMBER = re.compile(r" \*\d+$")
"""Tells texts apart that have the same known words."""


class Rewriting(Protocol):
    """What the copy writes in place of one column's made-up text."""

    def is_made_up(self, text: str) -> bool:
        """Whether a text, as it is audited, is written otherwise in the copy."""
        ...

    def kept(self, text: str) -> str:
        """What is left of it, without a number."""
        ...


@dataclass(frozen=True, slots=True)
class MadeUpKeys:
    """Keys and identifiers: of those that no real table has nothing is kept.

    Attributes
    ----------
    known : collection of str
        The letters and digits of the real ones.
    """

    known: Collection[str]

    def is_made_up(self, text: str) -> bool:
        """Whether no real table has it."""
        return fold_key(text) not in self.known

    def kept(self, text: str) -> str:
        """Nothing: the name of what is unseen."""
        del text
        return UNSEEN


@dataclass(frozen=True, slots=True)
class MadeUpText:
    """Free text: of a text that no real table has the real tables' words are kept, and what they put between words.

    Examples
    --------
    >>> notes = MadeUpText.of(["seen today, well", "well fed"])
    >>> notes.kept("fed well, xq7 x2f today"), notes.kept("today,well"), notes.is_made_up("fed today")
    ('fed well, * today', 'today well', False)
    """

    known: Collection[str]
    words: Collection[str]
    between: Collection[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "MadeUpText":
        """From the different texts of the real tables."""
        parts = [_WORDS.split(plain_text(text) or "") for text in texts]
        return cls(
            known=frozenset(map(fold_key, texts)),
            words=frozenset(word for part in parts for word in part[1::2]),
            between=frozenset(mark for part in parts for mark in part[::2]),
        )

    def is_made_up(self, text: str) -> bool:
        """Whether the real tables have neither the text nor all that it is made of."""
        return fold_key(text) not in self.known and self.kept(text) != text

    def kept(self, text: str) -> str:
        """The text with other words hidden, and other marks between words as blanks."""
        return "".join(self._kept(_WORDS.split(_NUMBER.sub("", text)))).strip()

    def _kept(self, parts: list[str]) -> Iterator[str]:
        was_hidden = False
        for mark, word in zip(parts[::2], [*parts[1::2], ""], strict=True):
            is_hidden = bool(word) and word not in self.words
            if not (is_hidden and was_hidden):
                yield mark if mark in self.between else " "
                yield _HIDDEN if is_hidden else word
            was_hidden = is_hidden


def rewritings(form: AuditedForm, keys: Mapping[str, Collection[str]]) -> dict[str, Rewriting]:
    """By column, of identifiers, free text and the columns that name the person.

    Parameters
    ----------
    form : AuditedForm
        How cells are audited.
    keys : mapping
        As from :func:`known_keys`.
    """
    of_cells = {column.column.name: rewriting_of(column) for column in form.columns}
    of_keys = {name: MadeUpKeys(known) for name, known in keys.items()}
    return {name: rewriting for name, rewriting in (of_cells | of_keys).items() if rewriting is not None}


def rewriting_of(form: ColumnForm) -> Rewriting | None:
    """Of one column; None where its made-up cells say nothing in the copy as it is."""
    if form.spelled is None or form.column.kind not in ("identifier", "text"):
        return None
    return MadeUpKeys(form.spelled) if form.column.kind == "identifier" else MadeUpText.of(form.spelled.values())


def known_keys(keys: Iterable[pd.Series], columns: Collection[str]) -> dict[str, frozenset[str]]:
    """Column -> letters and digits of the real people's keys in it.

    Parameters
    ----------
    keys : iterable of pandas.Series
        Of each real table, the key of each row's person.
    columns : collection of str
        Those that name the person together, in the order in which they were joined.
    """
    joined = pd.concat([*keys, text_column([])]).dropna().unique()
    parts = [key.split(SEPARATOR) if len(columns) > 1 else [key] for key in joined]
    return {name: frozenset(fold_key(part[i]) for part in parts) for i, name in enumerate(columns)}


def count_made_up(cells: pd.Series, rewriting: Rewriting) -> int:
    """Cells of one column, in the order of the file, that the copy writes otherwise.

    A column that merely numbers its people or rows says nothing, and neither does one that is as a copy has it.
    """
    texts = text_column(as_text(cells).map(plain_text, na_action="ignore").tolist())
    if isinstance(rewriting, MadeUpKeys) and RunningNumber(len(texts)).read(texts.dropna().unique()).holds:
        return 0
    return 0 if numbered(texts, rewriting).equals(texts) else int(_made_up(texts, rewriting).sum())


def numbered(texts: pd.Series, rewriting: Rewriting) -> pd.Series:
    """(n,) the column as a copy has it: different made-up texts by the number in which they first come."""
    made_up = _made_up(texts, rewriting)
    codes, distinct = pd.factorize(texts[made_up])
    # All of one length, so that they sort as numbers do; far from 1, so that they do not seem to count the rows.
    first, word = 10 ** len(str(len(texts))) + 1, _word(rewriting)
    written = [
        f"{word} {i}" if isinstance(rewriting, MadeUpKeys) else f"{rewriting.kept(text)} *{i}"
        for i, text in enumerate(distinct, first)
    ]
    cells = texts.to_numpy(copy=True)
    cells[made_up] = np.array(written, dtype=object)[codes]
    return text_column(cells)


def kept_of(cells: pd.Series, rewriting: Rewriting) -> pd.Series:
    """(n,) what is kept of each cell, without numbers."""
    levels = cells.dropna().unique()
    kept = {text: rewriting.kept(text) for text in levels if rewriting.is_made_up(text)}
    return cells.map(lambda text: kept.get(text, text), na_action="ignore")


def _made_up(texts: pd.Series, rewriting: Rewriting) -> BoolArray:
    is_made_up = {text: rewriting.is_made_up(text) for text in texts.dropna().unique()}
    return np.array([is_made_up.get(text, False) for text in texts], dtype=np.bool_)


def _word(rewriting: Rewriting) -> str:
    """Begins the name of a made-up key; no real one begins with it."""
    word = UNSEEN
    while isinstance(rewriting, MadeUpKeys) and any(key.startswith(fold_key(word)) for key in rewriting.known):
        word += "x"
    return word
