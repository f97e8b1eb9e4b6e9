"""TOML files as frozen dataclasses: every unknown key an error, all errors at once, no value quoted."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from synthaudit.adapters.readers.raw import did_you_mean
from synthaudit.errors import InputError
from synthaudit.files import excess, printable, read_document

CODE = "SA-180"
MAX_BYTES = 1 << 20
MOST_VALUES = 100_000
MOST_PARTS = 8
"""Of a dotted name."""
MOST_PROBLEMS = 20
"""Of one file in one message."""
_NO_STRUCTURE = re.compile(
    r"#[^\n]*+"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5})?"
    r'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?'
    r"|'[^'\n]*+'?",
    re.DOTALL,
)
"""Comments and texts, an open one to its end; a name in quotes is a part like any other."""
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")
_T = TypeVar("_T")

_EXPECTED = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "missing_keyword_only_argument": "is missing",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be finite",
    "dict_type": "must be a table",
    "mapping_type": "must be a table",
    "dataclass_type": "must be a table",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "union_tag_invalid": "must be a path",
    "too_short": "must not be empty",
}
_BOUNDS = {
    "greater_than": ("gt", "must be above"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be below"),
    "less_than_equal": ("le", "must be at most"),
    "literal_error": ("expected", "must be"),
    "string_too_short": ("min_length", "must have at least"),
}


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises
    ------
    InputError
        SA-101 or SA-104 cannot be opened, SA-180 not TOML.
    """
    where = printable(path.name, 80)
    data = read_document(path, where, MAX_BYTES, CODE, "Give a configuration file.")
    try:
        text = data.decode("utf-8")
        beyond = _excess(text)
        if beyond is not None:
            raise InputError(CODE, where, beyond, "No configuration needs it; shorten the file.")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(CODE, where, f"not UTF-8 at byte {error.start}", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's own words may quote the line.
        place = re.search(r"at line \d+, column \d+|at end of document", str(error))
        got = f"not valid TOML {place.group() if place else ''}".strip()
        raise InputError(CODE, where, got, "Correct the syntax.") from None


def _excess(text: str) -> str | None:
    """What goes beyond all that a configuration needs, told before the parser works on it."""
    structure = _NO_STRUCTURE.sub(lambda match: "" if match[0].startswith("#") else "_", text)
    if _DOTTED.search(structure):
        return f"names of more than {MOST_PARTS} parts"
    return excess(structure, MOST_VALUES)


def validated(adapter: TypeAdapter[_T], content: Mapping[str, Any], where: str) -> _T:
    """The dataclass that a TOML content describes.

    Raises
    ------
    InputError
        SA-180 with every problem in one message.
    """
    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    schema = adapter.json_schema()
    # As many as are read: of each unknown key a like one is looked for.
    sentences = list(dict.fromkeys(_sentence(problem, schema) for problem in problems[:MOST_PROBLEMS]))
    more = [f"{len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
    raise InputError(CODE, where, "; ".join(sentences + more), "Correct the file.")


def _sentence(problem: Any, schema: dict[str, Any]) -> str:
    kind = problem["type"]
    is_unknown = kind in ("unexpected_keyword_argument", "extra_forbidden")
    # A branch of a union has a name in the path that no file has; an unknown key has any name.
    *parents, last = problem["loc"] or ("the file",)
    loc = [part for part in parents if not _is_branch(part)] + ([last] if is_unknown or not _is_branch(last) else [])
    path = ".".join(printable(str(part)) for part in loc)
    if is_unknown:
        known = _node(schema, loc[:-1]).get("properties", {})
        hint = did_you_mean(str(loc[-1]), known)
        return f"unknown key '{path}'" + (f" ({hint.strip().replace('Did', 'did')})" if hint else "")
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        return f"'{path}' {text} {problem['ctx'][key]}"
    return f"'{path}' {_EXPECTED.get(kind, 'has the wrong type')}"


def _is_branch(part: Any) -> bool:
    return isinstance(part, str) and re.search(r"[\[\]()]", part) is not None


def _node(schema: dict[str, Any], loc: list[Any]) -> dict[str, Any]:
    """The part of a JSON Schema that describes one place."""

    def resolved(node: dict[str, Any]) -> dict[str, Any]:
        options = [node, *node.get("anyOf", []), *node.get("oneOf", [])]
        options += [inner for option in options[1:] for inner in option.get("oneOf", [])]
        named = [option["$ref"] for option in options if "$ref" in option]
        return schema["$defs"][named[0].rsplit("/", 1)[1]] if named else node

    node = resolved(schema)
    for part in loc:
        inner = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
        node = resolved(cast("dict[str, Any]", inner)) if isinstance(inner, dict) else {}
    return node
