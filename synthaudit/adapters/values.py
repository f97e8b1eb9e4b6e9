"""What each option takes: anything else is refused before a table is read, wherever the option was given."""

import codecs
import errno
import numbers
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synthaudit.adapters.by_table import ALL, TABLES, by_table, plain
from synthaudit.adapters.options import PROFILES
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.files.marks import LANGUAGES
from synthaudit.types import Vendor

CODE = "SA-180"
MAX_TEXT = 256
"""Characters of a column's name, a sheet's or a spelling of missing."""
MAX_SEED = 2**64
MAX_JOBS = 10_000
FEWEST_CANDIDATES = 1_000
FEWEST_RELEASE_ROWS = 1_000
ENOUGH = 10**15
"""Bytes, rows or people that no machine holds."""
DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'", "_")
_CONTROLS = "\t\x01\x1c\x1d\x1e\x1f"
"""Control characters that stand between cells: of Hive, and those that ASCII has for it."""
_NO_TEXT = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
"""Codecs of Python for text that no table is written in."""

Check = Callable[[str, Any], Any]
"""``(where, value) -> value``, or an InputError; None is never given to it."""


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they are worked with; those without a check here are checked where they are used.

    Raises
    ------
    InputError
        SA-101 a path that is none, SA-180 any other value that an option does not take.

    Examples
    --------
    >>> checked({"decimal": {"all": ",", "synthetic": "."}, "thousands": "space", "missing": "NA"})
    {'decimal': {'all': ',', 'synthetic': '.'}, 'thousands': ' ', 'missing': ('NA',)}
    """
    values = {}
    for name, value in given.items():
        if name in BY_TABLE:
            flag, nothing = (
                N_("option {option}").format(option=f"--{name.replace('_', '-')}"),
                () if name == "missing" else None,
            )
            values[name] = _by_table(flag, value, BY_TABLE[name], nothing)
        else:
            values[name] = value if value is None or name not in CHECKS else CHECKS[name](name, value)
    _refuse_one_mark_for_both(values)
    return values


def _by_table(where: str, value: Any, check: Check, nothing: Any) -> Any:
    if isinstance(value, Mapping):
        unknown = sorted(str(table) for table in value if table not in (*TABLES, ALL))
        if unknown:
            known = ", ".join((*TABLES, ALL))
            raise InputError(
                CODE,
                where,
                N_("no table '{name}'").format(name=printable(unknown[0])),
                N_("Choose from {known}.").format(known=known),
            )
    return plain({table: check(where, said) for table, said in by_table(value).items()}, nothing)


def _refuse_one_mark_for_both(values: Mapping[str, Any]) -> None:
    decimal, thousands = by_table(values.get("decimal")), by_table(values.get("thousands"))
    for table in (ALL, *TABLES):
        mark = thousands.get(table, thousands.get(ALL))
        if mark is not None and mark == decimal.get(table, decimal.get(ALL)):
            raise InputError(
                CODE,
                N_("option {option}").format(option="--thousands"),
                N_("the decimal mark itself"),
                N_("Give the mark between thousands."),
            )


# --- marks and spellings --------------------------------------------------------------------------------------


def _decimal(where: str, value: Any) -> str:
    if value not in DECIMALS:
        raise InputError(CODE, where, N_("no decimal mark"), N_("Give . or a comma."))
    return str(value)


def _thousands(where: str, value: Any) -> str:
    value = " " if value == "space" else value
    if value not in THOUSANDS:
        raise InputError(CODE, where, N_("no mark between thousands"), N_("Give one of , . ' _ or the word space."))
    return str(value)


def _delimiter(where: str, value: Any) -> str:
    """A delimiter as ``--sep`` names it; SA-180 where it is none."""
    value = "\t" if value in ("\\t", "TAB", "tab") else value
    if not isinstance(value, str) or len(value) != 1 or value in '"\n\r\0' or unicodedata.category(value) == "Cs":
        raise InputError(CODE, where, N_("not one character"), N_("Pass one character, or 'tab'."))
    if value.isalnum() or (unicodedata.category(value) == "Cc" and value not in _CONTROLS):
        raise InputError(
            CODE,
            where,
            N_("a letter, a digit or a control character"),
            N_("Pass the character between two cells, or 'tab'."),
        )
    return value


def _encoding(where: str, value: Any) -> str:
    """The name of a codec for text; SA-180 where there is none."""
    try:
        codec = codecs.lookup(value)
        if not getattr(codec, "_is_text_encoding", True) or codec.name.replace("-", "_") in _NO_TEXT:
            raise LookupError
    except (LookupError, TypeError, ValueError):
        do = N_("Pass a codec such as utf-8, utf-16, latin-1 or cp1252.")
        raise InputError(CODE, where, N_("no such text encoding"), do) from None
    return str(value)


def _header_row(where: str, value: Any) -> int:
    """The number of a line, which a command line has as text."""
    text = str(value).strip() if isinstance(value, str) or _is_whole(value) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 15 and int(text) >= 1):
        raise InputError(CODE, where, N_("no number of a line"), N_("Give 1 or more, counted from the first line."))
    return int(text)


def _skip_rows(where: str, value: Any) -> str:
    """Numbers of lines, and ranges of them, in one text."""
    text = str(value) if _is_whole(value) else value
    if isinstance(value, list | tuple) and value and all(_is_whole(number) for number in value):
        text = ",".join(map(str, value))
    if not isinstance(text, str) or not ranges_of(text):
        do = N_("Give numbers and ranges, counted from the first line: 1-3,1502.")
        raise InputError(CODE, where, N_("no numbers of lines"), do)
    return text.replace(" ", "")


def ranges_of(text: str) -> tuple[tuple[int, int], ...]:
    """Lines that a text names, as pairs of the first and the last; none where it is no such text.

    Examples
    --------
    >>> ranges_of("1-3, 1502"), ranges_of("0"), ranges_of("3-1"), ranges_of("last")
    (((1, 3), (1502, 1502)), (), (), ())
    """
    ranges = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,15})\s*(?:-\s*([0-9]{1,15})\s*)?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last:
            return ()
        ranges.append((first, last))
    return tuple(ranges)


def _missing(where: str, value: Any) -> tuple[str, ...]:
    return _texts(where, (value,) if isinstance(value, str) else value)


# --- texts ----------------------------------------------------------------------------------------------------


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(
            CODE, where, N_("an object of type {kind}").format(kind=type(value).__name__), N_("Give a text.")
        )
    if not value.strip():
        raise InputError(CODE, where, N_("an empty text"), N_("Give one, or leave the option out."))
    if len(value) > MAX_TEXT:
        raise InputError(
            CODE, where, N_("{n:,} characters; limit {limit}").format(n=len(value), limit=MAX_TEXT), N_("Shorten it.")
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise InputError(CODE, where, N_("invisible characters"), N_("Remove them."))
    return value


def _vendor(where: str, value: Any) -> Any:
    """Who made the release: a name, or a ``Vendor``, which may name the release too."""
    if isinstance(value, Vendor):
        for text in filter(None, (value.name, value.release)):
            _text(where, text)
        return value
    if not isinstance(value, str):
        raise InputError(
            CODE,
            where,
            N_("an object of type {kind}").format(kind=type(value).__name__),
            N_("Give a text, or a Vendor."),
        )
    return _text(where, value)


def _texts(where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        raise InputError(
            CODE, where, N_("an object of type {kind}").format(kind=type(value).__name__), N_("Give a list of texts.")
        )
    return tuple(_text(where, text) for text in value)


def _names(where: str, value: Any) -> tuple[str, ...]:
    """One name or more, each once."""
    names = tuple(dict.fromkeys(_texts(where, value)))
    if not names:
        raise InputError(CODE, where, N_("no name"), N_("Give one, or leave the option out."))
    return names


def _excluded(where: str, value: Any) -> tuple[str, ...]:
    """Names of columns, each once; none is a value as well."""
    return tuple(dict.fromkeys(_texts(where, value)))


def _entity(where: str, value: Any) -> Any:
    """The column that names a person, or several that do together."""
    if isinstance(value, str):
        return _text(where, value)
    names = _names(where, value)
    return names[0] if len(names) == 1 else names


def _attacks(where: str, value: Any) -> tuple[str, ...]:
    """Names of attacks; without any, the whole family."""
    return _texts(where, value)


def _rename(where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InputError(
            CODE, where, N_("an object of type {kind}").format(kind=type(value).__name__), N_("Give pairs of names.")
        )
    return {_text(where, old): _text(where, new) for old, new in value.items()}


def checked_path(where: str, value: Any) -> Any:
    """The path of a file or folder; SA-101 where no file can have it."""
    if not isinstance(value, str | os.PathLike):
        got = N_("an object of type {kind}").format(kind=type(value).__name__)
        raise InputError(CODE, where, got, N_("Give a path."))
    text = os.fsdecode(value)
    if not text.strip():
        raise InputError("SA-101", where, N_("an empty name"), N_("Give a path."))
    try:
        Path(text).stat()
    except ValueError:
        raise InputError("SA-101", where, N_("characters that no path has"), N_("Give a path.")) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG and "://" not in text:
            raise InputError("SA-101", where, N_("a name that is too long"), N_("Give a path.")) from None
    return value


def checked_source(where: str, value: Any) -> Any:
    """A table, whatever it is read from; SA-101 an empty name."""
    return checked_path(where, value) if isinstance(value, str | os.PathLike) else value


def _profile(where: str, value: Any) -> str:
    if value not in PROFILES:
        shown = (
            N_("unknown profile '{name}'").format(name=printable(value))
            if isinstance(value, str)
            else N_("no name of a profile")
        )
        raise InputError("SA-203", where, shown, N_("Choose from {names}.").format(names=", ".join(PROFILES)))
    return str(value)


def _lang(where: str, value: Any) -> str:
    if value not in LANGUAGES:
        raise InputError(
            CODE, where, N_("none of its values"), N_("Choose from {names}.").format(names=", ".join(LANGUAGES))
        )
    return str(value)


def _sdv_metadata(where: str, value: Any) -> Any:
    return value if isinstance(value, Mapping) else checked_path(where, value)


# --- numbers and switches -------------------------------------------------------------------------------------


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number, which neither ``True`` nor ``2.0`` is.

    Examples
    --------
    >>> _is_whole(2), _is_whole(True), _is_whole(2.0), _is_whole("2")
    (True, False, False, False)
    """
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _whole(code: str, least: int, most: int, shown_as: str, do: str) -> Check:
    """A check of a whole number within limits."""

    def check(where: str, value: Any) -> int:
        if not _is_whole(value):
            raise InputError(code, where, N_("no whole number"), do)
        if not least <= value <= most:
            shown = shown_as.format(n=value) if abs(value) <= ENOUGH else N_("a number beyond all limits")
            raise InputError(code, where, shown, do)
        return int(value)

    return check


def _or_all(least: int, of_what: str) -> Check:
    """A check of a number that may also be ``"all"``."""
    number = _whole(
        "SA-209",
        least,
        ENOUGH,
        "{n:,}",
        N_("Give {least:,} or more {of_what}, or all.").format(least=least, of_what=of_what),
    )

    def check(where: str, value: Any) -> Any:
        return value if isinstance(value, str) and value == "all" else number(where, value)

    return check


def _flag(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(
            CODE, where, N_("an object of type {kind}").format(kind=type(value).__name__), N_("Give True or False.")
        )
    return value


BY_TABLE: Mapping[str, Check] = {
    "missing": _missing,
    "sep": _delimiter,
    "decimal": _decimal,
    "thousands": _thousands,
    "encoding": _encoding,
    "sheet": _text,
    "header_row": _header_row,
    "skip_rows": _skip_rows,
}
CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(("train", "holdout", "reference", "deleted", "table"), checked_source),
    **dict.fromkeys(("manifest", "shadow_store", "output", "audited_copy"), checked_path),
    "sdv_metadata": _sdv_metadata,
    "entity": _entity,
    "columns": _names,
    **dict.fromkeys(("exclude", "rebalanced"), _excluded),
    "attacks": _attacks,
    "rename": _rename,
    "vendor": _vendor,
    **dict.fromkeys(("engine", "release", "dataset", "purpose", "auditor", "target"), _text),
    "profile": _profile,
    "lang": _lang,
    "max_bytes": _whole(CODE, 1, ENOUGH, N_("{n:,} bytes"), N_("Give 1 or more.")),
    "shadows": _whole("SA-204", 0, 10_000, N_("{n:,} shadows"), N_("Ask for 0 to 10,000.")),
    "jobs": _whole("SA-207", 1, MAX_JOBS, N_("{n:,} workers"), N_("Give 1 or more, or leave it out for all cores.")),
    "seed": _whole("SA-205", 0, MAX_SEED - 1, "{n:,}", N_("Give 0 or more, below 2^64.")),
    "keep": _whole(CODE, 0, 10_000, N_("{n:,} runs"), N_("Give 0 to 10,000.")),
    "candidates": _or_all(FEWEST_CANDIDATES, N_("people of each side")),
    "release_rows": _or_all(FEWEST_RELEASE_ROWS, N_("rows")),
    "canaries": _whole("SA-245", 0, ENOUGH, N_("{n:,} canaries"), N_("Ask for none, or for 40 to 100,000.")),
    **dict.fromkeys(("scores", "internal", "fresh", "has_header", "allow_overlap", "copies_test"), _flag),
}
