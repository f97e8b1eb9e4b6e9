"""English sentences in the language of the moment, told by their text.

Evidence and errors are for machines as well: their sentences are English, whatever language was asked for. They are
made of messages of the catalogue, so a sentence tells by its text which message it is, and what it was filled with.
That holds for evidence of earlier versions too; a sentence that is no message any more is shown as it stands.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from synthaudit.errors import InputError, SynthauditError
from synthaudit.files.catalogue import _, marks, messages, translated

_LONGEST = 1_000
"""Characters of a sentence; what is longer is none of ours."""
_FEWEST_LETTERS, _FEWEST_BESIDE_NUMBERS = 4, 2
"""Of a message without what it is filled with, or filled with numbers alone: fewer do not tell it from others."""
_FEWEST_IN_A_ROW = 8
_MOST_LOOSE_WORDS = 2
"""Words that a field may hold which is no message itself, where the message around it has few letters."""
_WORD = re.compile(r"[^\W\d]{2,}")
_QUOTES = {"'": "'", "“": "”"}
_ENDS = re.compile(r"(?<=[.?!]) (?=[^a-z])")
_JOINTS = re.compile(r"(?=[ ;,(])")
_NUMBER = re.compile(r"-?[\d,]*\.?\d+(e[-+]?\d+)?%?|inf|nan")
_GO_ON = tuple(" ,;(")
"""What begins with one goes on with a sentence, as a field made of several messages may."""
_NAMES = re.compile(r"('[^']*'(?:, '[^']*')*)(?: and ('[^']*'))?")
_COLONS = re.compile(": ")
_LISTS = re.compile(r"(: |; |, )")


def retold(text: str) -> str:
    """A sentence of the evidence, or of an error, in the language of the moment.

    Parameters
    ----------
    text : str
        In English; may hold names that others chose, which stay as they are.

    Returns
    -------
    str
        The same text in English, and where the catalogue does not know the sentence.

    Examples
    --------
    >>> retold("Nobody's record stands out by itself.")
    "Nobody's record stands out by itself."
    """
    known = messages()
    return _retold(text, known) if known and len(text) <= _LONGEST else text


def in_words(error: SynthauditError) -> str:
    """What is said of an error, in the language of the moment; its code, and all of it in English, stay as they are.

    Examples
    --------
    >>> in_words(InputError("SA-102", "synthetic s.csv", "0 bytes", "Export the table again."))
    'SA-102 synthetic s.csv: 0 bytes. Export the table again.'
    """
    if isinstance(error, InputError):
        return f"{error.code} {retold(error.where)}: {retold(error.got)}. {retold(error.do)}"
    return retold(str(error))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A message as what its sentences have in common."""

    message: str
    fields: tuple[str, ...]
    numeric: frozenset[str]
    """Fields that are numbers, for the message says how they are written."""
    quoted: frozenset[str]
    """Fields that bring their quotation marks with them."""
    literals: tuple[str, ...]
    """Text before, between and after the fields: one more than there are fields."""

    @property
    def letters(self) -> int:
        """How much tells it from others."""
        return sum(character.isalpha() for literal in self.literals for character in literal)

    def filled_with(self, text: str) -> dict[str, str] | None:
        """What the message was filled with to give this text; None where it does not.

        Each field is as short as it can be: the text is read once, however it was made.
        """
        first, *rest = self.literals
        if not text.startswith(first) or not text.endswith(self.literals[-1]):
            return None
        at = len(first)
        values: dict[str, str] = {}
        for place, (field, literal) in enumerate(zip(self.fields, rest, strict=True)):
            is_last = place == len(self.fields) - 1
            # Of two fields side by side the first has the text of both.
            end = len(text) - len(literal) if is_last else text.find(literal, at)
            if not literal and not is_last:
                end = next((text.find(later, at) for later in rest[place:-1] if later), len(text) - len(rest[-1]))
            value = text[at:end]
            if end < at or values.setdefault(field, value) != value:
                return None
            if field in self.numeric and not _NUMBER.fullmatch(value):
                return None
            at = end + len(literal)
        return values

    @property
    def is_telling(self) -> bool:
        """Whether a text can hardly fit by chance."""
        return self.letters >= (_FEWEST_BESIDE_NUMBERS if self.numeric >= set(self.fields) else _FEWEST_LETTERS)

    def is_name(self, field: str) -> bool:
        """Whether a field stands in quotation marks: what others chose is no message."""
        if field in self.quoted:
            return True
        place = self.fields.index(field)
        before, after = self.literals[place][-1:], self.literals[place + 1][:1]
        return before in _QUOTES and _QUOTES[before] == after


@lru_cache(maxsize=4)
def _patterns(known: tuple[str, ...]) -> tuple[_Pattern, ...]:
    """The messages that are filled, those first that a text can hardly fit by chance."""
    patterns = filter(None, map(_pattern, known))
    telling = [pattern for pattern in patterns if pattern.is_telling]
    return tuple(sorted(telling, key=lambda pattern: -pattern.letters))


def _pattern(message: str) -> _Pattern | None:
    try:
        parts = list(Formatter().parse(message))
    except ValueError:
        return None
    fields, literals, numeric, quoted = [], [""], set(), set()
    for literal, field, spec, conversion in parts:
        literals[-1] += literal
        if field is not None:
            fields.append(field)
            literals.append("")
            numeric |= {field} if spec else set()
            quoted |= {field} if conversion == "r" else set()
    return _Pattern(message, tuple(fields), frozenset(numeric), frozenset(quoted), tuple(literals)) if fields else None


def _retold(text: str, known: tuple[str, ...]) -> str:
    if names := _NAMES.fullmatch(text):
        first, last = (marks().quoted(part or "") for part in names.groups())
        return _("{first} and {last}").format(first=first, last=last) if last else first
    if _NUMBER.fullmatch(text):
        return marks().number(text)
    if not any(character.isalpha() for character in text):
        return marks().numbers_in(text)
    whole = _as_message(text, known)
    return next(_in_parts(text, known), text) if whole is None else whole


def _as_message(text: str, known: tuple[str, ...]) -> str | None:
    """The text as one message; None where it is none."""
    if text in _exact(known):
        return translated(text)
    for pattern in _patterns(known):
        values = pattern.filled_with(text)
        if values is not None:
            told = {
                name: marks().quoted(v) if name in pattern.quoted else v if pattern.is_name(name) else _retold(v, known)
                for name, v in values.items()
            }
            loose = [
                value
                for name, value in values.items()
                if not pattern.is_name(name) and value[:1] not in _GO_ON and _as_sentence(value, known) is None
            ]
            most_words = _MOST_LOOSE_WORDS if pattern.letters < _FEWEST_IN_A_ROW else len(text)
            if any(_ENDS.search(v) or len(_WORD.findall(v)) > most_words for v in loose):
                continue
            return _fill(translated(pattern.message), told)
    return None


@lru_cache(maxsize=4)
def _exact(known: tuple[str, ...]) -> frozenset[str]:
    return frozenset(known)


def _as_sentence(text: str, known: tuple[str, ...]) -> str | None:
    """The text as one message, with a point behind it or within it."""
    message = _as_message(text, known)
    if message is None and text.endswith("."):
        message = _as_message(text[:-1], known)
        return None if message is None else f"{message}."
    return message


def _in_sentences(text: str, known: tuple[str, ...]) -> Iterator[str]:
    """The text as one sentence, and as several in a row."""
    if (sentence := _as_sentence(text, known)) is not None:
        yield sentence
    for end in _ENDS.finditer(text):
        first = _as_sentence(text[: end.start()], known)
        if first is not None:
            yield f"{first} {_retold(text[end.end() :], known)}"


def _in_parts(text: str, known: tuple[str, ...]) -> Iterator[str]:
    """The text as sentences, behind a colon, as a list, and as messages side by side: whole ones first."""
    yield from _in_sentences(text, known)
    behind_colons = list(_behind_colons(text, known))
    yield from (told for told, is_whole in behind_colons if is_whole)
    parts = _LISTS.split(text)
    told = [_separator(part) if place % 2 else _as_message(part, known) for place, part in enumerate(parts)]
    if len(parts) > 1 and None not in told:
        yield "".join(map(str, told))
    yield from _side_by_side(text, known)
    yield from (told for told, _ in behind_colons)
    if any(as_message is not None for as_message in told[::2]):
        yield "".join(part if as_message is None else as_message for part, as_message in zip(parts, told, strict=True))


def _separator(text: str) -> str:
    return {": ": marks().colon, "; ": marks().semicolon}.get(text, text)


def _side_by_side(text: str, known: tuple[str, ...]) -> Iterator[str]:
    cuts = [(text[: joint.start()], text[joint.start() :]) for joint in _JOINTS.finditer(text)]
    # A blank parts the words of a sentence as well.
    for first, rest in sorted(cuts, key=lambda cut: _is_behind_blank(cut[1])):
        for piece, other, is_first in ((first, rest, True), (rest, first, False)):
            if _is_behind_blank(rest) and not _is_several_words(piece):
                continue
            message = _as_message(piece, known)
            told = None if message is None else _retold(other, known)
            # Behind a blank the other piece is to be a message as well: words of a sentence are no messages.
            if told == other or (_is_behind_blank(rest) and _as_message(other, known) is None):
                continue
            if message is not None and told is not None:
                yield message + told if is_first else told + message


def _is_behind_blank(text: str) -> bool:
    return text.startswith(" ") and not text.startswith(" (")


def _is_several_words(piece: str) -> bool:
    """Whether a piece that only a blank parts from the rest can be a message, and no word of another sentence."""
    return len(piece.split()) > 1 and sum(map(str.isalpha, piece)) >= _FEWEST_IN_A_ROW


def _behind_colons(text: str, known: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """What is behind a colon as sentences, with what is before it, and whether that is a message as well."""
    for colon in _COLONS.finditer(text):
        # Not all that the rest may be: of many colons each would ask what is behind all later ones.
        behind = next(_in_sentences(text[colon.end() :], known), None)
        if behind is not None:
            before = text[: colon.start()]
            yield f"{_retold(before, known)}{marks().colon}{behind}", _as_message(before, known) is not None


def _fill(message: str, values: dict[str, str]) -> str:
    """The message with values that are texts already, whatever format it asks for."""
    return "".join(
        literal + ("" if field is None else values.get(field, ""))
        for literal, field, *_spec in Formatter().parse(message)
    )
