"""TOML files as frozen dataclasses: every unknown key an error, all errors at once, no value quoted."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from synthaudit.adapters.readers.raw import like_one
from synthaudit.errors import InputError
from synthaudit.files import excess, printable, read_document
from synthaudit.files.catalogue import N_

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
    "missing": N_("'{path}' is missing"),
    "missing_argument": N_("'{path}' is missing"),
    "missing_keyword_only_argument": N_("'{path}' is missing"),
    "string_type": N_("'{path}' must be a text"),
    "bool_type": N_("'{path}' must be true or false"),
    "bool_parsing": N_("'{path}' must be true or false"),
    "int_type": N_("'{path}' must be a whole number"),
    "int_parsing": N_("'{path}' must be a whole number"),
    "int_from_float": N_("'{path}' must be a whole number"),
    "float_type": N_("'{path}' must be a number"),
    "float_parsing": N_("'{path}' must be a number"),
    "finite_number": N_("'{path}' must be finite"),
    "dict_type": N_("'{path}' must be a table"),
    "mapping_type": N_("'{path}' must be a table"),
    "dataclass_type": N_("'{path}' must be a table"),
    "tuple_type": N_("'{path}' must be a list"),
    "list_type": N_("'{path}' must be a list"),
    "union_tag_invalid": N_("'{path}' must be a path"),
    "too_short": N_("'{path}' must not be empty"),
}
_BOUNDS = {
    "greater_than": ("gt", N_("'{path}' must be above {limit}")),
    "greater_than_equal": ("ge", N_("'{path}' must be at least {limit}")),
    "less_than": ("lt", N_("'{path}' must be below {limit}")),
    "less_than_equal": ("le", N_("'{path}' must be at most {limit}")),
    "literal_error": ("expected", N_("'{path}' must be {limit}")),
    "string_too_short": ("min_length", N_("'{path}' must have at least {limit}")),
}


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises
    ------
    InputError
        SA-101 or SA-104 cannot be opened, SA-180 not TOML.
    """
    where = printable(path.name, 80)
    data = read_document(path, where, MAX_BYTES, CODE, N_("Give a configuration file."))
    try:
        text = data.decode("utf-8")
        beyond = _excess(text)
        if beyond is not None:
            raise InputError(CODE, where, beyond, N_("No configuration needs it; shorten the file."))
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(
            CODE, where, N_("not UTF-8 at byte {position}").format(position=error.start), N_("Save it as UTF-8.")
        ) from None
    except tomllib.TOMLDecodeError as error:
        # The parser's own words may quote the line.
        place = re.search(r"at line \d+, column \d+|at end of document", str(error))
        got = N_("not valid TOML {place}").format(place=place.group() if place else "").strip()
        raise InputError(CODE, where, got, N_("Correct the syntax.")) from None


def _excess(text: str) -> str | None:
    """What goes beyond all that a configuration needs, told before the parser works on it."""
    structure = _NO_STRUCTURE.sub(lambda match: "" if match[0].startswith("#") else "_", text)
    if _DOTTED.search(structure):
        return N_("names of more than {most} parts").format(most=MOST_PARTS)
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
    more = [N_("{n} more").format(n=len(problems) - MOST_PROBLEMS)] if len(problems) > MOST_PROBLEMS else []
    raise InputError(CODE, where, "; ".join(sentences + more), N_("Correct the file."))


def _sentence(problem: Any, schema: dict[str, Any]) -> str:
    kind = problem["type"]
    is_unknown = kind in ("unexpected_keyword_argument", "extra_forbidden")
    # A branch of a union has a name in the path that no file has; an unknown key has any name.
    *parents, last = problem["loc"] or ("the file",)
    loc = [part for part in parents if not _is_branch(part)] + ([last] if is_unknown or not _is_branch(last) else [])
    path = ".".join(printable(str(part)) for part in loc)
    if is_unknown:
        known = _node(schema, loc[:-1]).get("properties", {})
        name = like_one(str(loc[-1]), known)
        if name is None:
            return N_("unknown key '{path}'").format(path=path)
        return N_("unknown key '{path}' (did you mean '{name}'?)").format(path=path, name=printable(name))
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        return text.format(path=path, limit=problem["ctx"][key])
    return _EXPECTED.get(kind, N_("'{path}' has the wrong type")).format(path=path)


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
