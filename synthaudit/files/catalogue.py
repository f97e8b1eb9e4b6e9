"""The one catalogue of words: messages are the English sentences, and other languages are looked up by them.

A message is written where it is printed, ``_("{count} rows")``, and filled after the look-up,
``_("{count} rows").format(count=12)``: an f-string could not be looked up. What is built when a module is imported, or
kept in evidence, is only marked, ``N_("rows")``, and looked up when it is printed. ``make catalogue`` collects both.
What fills a message is written with the marks of its language: ``{x:.1f}`` is 0.5 here and 0,5 there.
"""

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from synthaudit.files.marks import ENGLISH, MARKS, Marks

DOMAIN = "synthaudit"
FOLDER = Path(__file__).parents[1] / "locale"
"""Holds the template, and of each language ``LANGUAGE/LC_MESSAGES/synthaudit.mo``."""

_HANDED_ON = "SYNTHAUDIT_LANG"

Key = TypeVar("Key")
Words = TypeVar("Words", bound=str | tuple[str, ...])


class _Catalogue(gettext.GNUTranslations):
    """One language; knows which messages it has."""

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """Every English message that it translates."""
        # Read by gettext from the file; of a plural the first form stands under (message, 0).
        known: Mapping[Any, str] = self._catalog  # type: ignore[attr-defined]
        return tuple(dict.fromkeys(key if isinstance(key, str) else key[0] for key in known if key))


class _Filling(Formatter):
    """Fills a message as ``str.format`` does, numbers in the marks of the moment."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """A value that is put into a message."""
        return marks().filled(value, format_spec)


_filling = _Filling()


class _Message(str):
    """A message of another language."""

    __slots__ = ()

    def format(self, *values: Any, **named: Any) -> str:
        """Fill the placeholders."""
        return _filling.vformat(self, values, named)


_ENGLISH: tuple[str, gettext.NullTranslations] = "en", gettext.NullTranslations()
_spoken: ContextVar[tuple[str, gettext.NullTranslations]] = ContextVar("spoken", default=_ENGLISH)


def language() -> str:
    """The language of the moment, as HTML names it.

    Examples
    --------
    >>> language()
    'en'
    """
    return _spoken.get()[0]


def marks() -> Marks:
    """How the language of the moment writes numbers and days."""
    return MARKS.get(language(), ENGLISH)


def number(value: Any, spec: str = ",") -> str:
    """A number in the language of the moment, where it stands in no message.

    Parameters
    ----------
    value : number
    spec : str
        As for ``format``.

    Examples
    --------
    >>> number(20190), number(0.5, ".2f")
    ('20,190', '0.50')
    """
    return marks().number(format(value, spec))


def translated(message: str) -> str:
    """A message in the language of the moment; its short name is ``_``.

    Parameters
    ----------
    message : str
        The English sentence. Named placeholders, ``{count}``, are filled afterwards with ``str.format``.

    Returns
    -------
    str
        The same text in English, and where a language lacks it.

    Examples
    --------
    >>> translated("{n} rows").format(n=3)
    '3 rows'
    """
    # The empty message is where gettext keeps what it knows of the file.
    return _in_language(_spoken.get()[1].gettext(message)) if message else message


def _in_language(text: str) -> str:
    if _spoken.get() is _ENGLISH:
        return text
    # It goes on with a sentence, and has no blank before it in English.
    return _Message(f"{marks().before_colon}{text}" if text.startswith(";") else text)


def plural(one: str, many: str, n: int) -> str:
    """The form that fits a number, of which a language may have more than two.

    Parameters
    ----------
    one, many : str
        The English forms; both have the same placeholders.
    n : int
        The number that they speak of.

    Examples
    --------
    >>> [plural("{n} row", "{n} rows", n).format(n=n) for n in (1, 2)]
    ['1 row', '2 rows']
    """
    return _in_language(_spoken.get()[1].ngettext(one, many, n))


def marked(message: str) -> str:
    """The message as it is, marked for the catalogue; its short name is ``N_``. It is looked up where it is printed.

    Examples
    --------
    >>> marked("rows")
    'rows'
    """
    return message


_ = translated
N_ = marked


class Labels(Mapping[Key, Words]):
    """Marked messages by key, looked up when they are read.

    Parameters
    ----------
    messages : mapping
        Key -> a marked message, or a tuple of them.

    Examples
    --------
    >>> Labels({"rows": marked("Rows")})["rows"]
    'Rows'
    """

    def __init__(self, messages: Mapping[Key, Words]) -> None:
        self._messages = dict(messages)

    def __getitem__(self, key: Key) -> Words:
        words: Any = self._messages[key]
        return translated(words) if isinstance(words, str) else tuple(map(translated, words))  # type: ignore[return-value]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)


def messages() -> tuple[str, ...]:
    """Every English message that the language of the moment translates; none in English."""
    translations = _spoken.get()[1]
    return translations.messages if isinstance(translations, _Catalogue) else ()


def handed_on() -> dict[str, str]:
    """What a process of ours gets as its environment, so that it goes on in this language; see :func:`speak_on`."""
    return {**os.environ, _HANDED_ON: language()}


def speak_on() -> None:
    """Go on in the language of the process that began this one."""
    speak(os.environ.get(_HANDED_ON, "en"))


def speak(name: str) -> None:
    """Look messages up in this language from now on, in this context and what is begun in it; see :func:`speaking`."""
    _spoken.set(_chosen(name, FOLDER))


def _chosen(name: str, folder: Path) -> tuple[str, gettext.NullTranslations]:
    return _ENGLISH if name == "en" else (name, gettext.translation(DOMAIN, folder, [name], class_=_Catalogue))


@contextmanager
def speaking(name: str, folder: Path = FOLDER) -> Iterator[None]:
    """Look messages up in this language within the block.

    Parameters
    ----------
    name : str
        Of a folder below ``folder``; ``en`` needs none.
    folder : Path
        Where the compiled catalogues lie.

    Raises
    ------
    FileNotFoundError
        There is no catalogue of this language.

    Examples
    --------
    >>> with speaking("en"):
    ...     translated("rows")
    'rows'
    """
    token = _spoken.set(_chosen(name, folder))
    try:
        yield
    finally:
        _spoken.reset(token)
