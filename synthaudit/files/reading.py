"""Files that are read: regular ones alone, documents within limits; a file that cannot be read is an ``InputError``."""

import errno
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_JSON_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
MOST_DEEP = 64
"""Lists and objects within each other."""
MOST_DIGITS = 400
"""Of one number: float64 has no more than 309 before its point."""
_LONG_NUMBER = re.compile(rf"[0-9_]{{{MOST_DIGITS + 1}}}")


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_input(path: Path, where: str) -> BinaryIO:
    """Open a regular file for reading; anything else is SA-101 or SA-104."""
    try:
        # Asked before opening: opening a FIFO would wait for its writer.
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "error")
        raise InputError(
            "SA-101",
            where,
            N_("cannot be opened ({name})").format(name=name),
            N_("Check the path and its permissions."),
        ) from None
    except ValueError:
        raise InputError("SA-101", where, N_("cannot be opened (EINVAL)"), N_("Check the path.")) from None
    kinds = {stat.S_ISDIR: "folder", stat.S_ISFIFO: "fifo", stat.S_ISSOCK: "socket"}
    kind = next((name for is_kind, name in kinds.items() if is_kind(mode)), "device")
    raise InputError(
        "SA-104", where, N_("not a regular file ({kind})").format(kind=kind), N_("Give the path of one table.")
    )


def read_document(path: Path, where: str, most_bytes: int, code: str, do: str) -> bytes:
    """The bytes of a small file, such as a configuration; ``code`` where it is larger than such a file is."""
    with open_input(path, where) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise InputError(code, where, N_("larger than {most} bytes").format(most=most_bytes), do)
    return data


def excess(structure: str, most_values: int) -> str | None:
    """What goes beyond all that a document needs, by its text without strings and comments; None where nothing does.

    Parsers take minutes, gigabytes or all of the stack for what this tells at once.

    Examples
    --------
    >>> excess("[[1, 2], [3]]", 10), excess("[" * 99, 1_000), excess("1" * 500, 10), excess("1,2,3,4", 2)
    (None, 'lists within lists, 65 deep or more', 'a number of more than 400 digits', 'more than 2 values')
    """
    if max(sum(map(structure.count, marks)) for marks in (",[{", "]}")) > most_values:
        return N_("more than {most:,} values").format(most=most_values)
    if _LONG_NUMBER.search(structure):
        return N_("a number of more than {most} digits").format(most=MOST_DIGITS)
    depth = 0
    for bracket in _BRACKET.findall(structure):
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_DEEP:
            return N_("lists within lists, {depth} deep or more").format(depth=MOST_DEEP + 1)
    return None


def json_structure(text: str) -> str:
    """A JSON text without its strings."""
    return _JSON_STRING.sub("", text)


def parsed_json(text: str, most_values: int) -> Any:
    """What a JSON text says, where it is one that a program would write.

    Raises
    ------
    ValueError
        Not JSON, NaN or Infinity, a name twice in one object, or beyond what `excess` allows; the message is safe.

    Examples
    --------
    >>> parsed_json('{"a": [1, 2.5, "x"]}', 10)
    {'a': [1, 2.5, 'x']}
    """
    beyond = excess(json_structure(text), most_values)
    if beyond is not None:
        raise ValueError(beyond)
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_named_once)
    except (json.JSONDecodeError, RecursionError):
        # Its error holds the whole text, and would hang on to one that is raised here.
        pass
    raise ValueError("not valid JSON")


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN or Infinity, which are not JSON")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("the same name twice in one object")
    return named
