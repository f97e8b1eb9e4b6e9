"""``AuditReport`` <-> JSON: the evidence file that every reader of an audit starts from.

The JSON Schema of the file is generated from the types, never written by hand; after a change of the types::

    make schemas
"""

import ast
import inspect
import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DataclassSchema

from synthaudit.errors import InputError
from synthaudit.files import parsed_json, printable, read_document
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditReport

SCHEMA_VERSION = 2
"""Version of the evidence file that this release writes; docs/evidence.md says what makes it another one."""
READABLE = (1, SCHEMA_VERSION)
"""Versions that it reads: what an older one does not say is None, and its words and limits stay its own."""

MAX_BYTES = 16 << 20
MOST_VALUES = 300_000
"""Figures and texts: of 5,000 columns and as many gaps there are 120,000."""
_DO = N_("Give an evidence.json written by synthaudit.")

# Evidence is pasted into web pages and tickets: nothing in it may open a tag. ``ensure_ascii`` has already
# written everything beyond ASCII, U+2028 and U+2029 included, as \u and four digits.
_NOT_IN_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

_JSON_WORDS = {"None": "null", "True": "true", "False": "false"}
_EXPECTED = {
    "missing": N_("{field} is missing"),
    "unexpected_keyword_argument": N_("{field} is no field of this file"),
    "extra_forbidden": N_("{field} is no field of this file"),
    "literal_error": N_("{field} is none of the allowed words"),
    "finite_number": N_("{field} is not a finite number"),
}


@cache
def _adapter() -> TypeAdapter[AuditReport]:
    # Building it takes a moment and needs pydantic: only for those who read or write evidence, and once.
    return TypeAdapter(AuditReport)


def to_json(report: AuditReport) -> str:
    r"""Write a report as the text of ``evidence.json``.

    Equal reports give equal bytes: fields stand in the order of their declaration, mappings in the order of
    their keys. The text is ASCII; ``<``, ``>`` and ``&`` are written ``\u003c``, ``\u003e`` and ``\u0026``.

    Parameters
    ----------
    report : AuditReport
        Finite numbers only; ``provenance.config`` holds JSON values only.

    Returns
    -------
    str
        JSON, indented by one, with a line end.

    Raises
    ------
    ValueError
        A number of the report is not finite, so that it has no place in JSON or in a verdict.
    """
    return as_json(_adapter(), report)


def as_json(adapter: TypeAdapter[Any], value: Any) -> str:
    """Write frozen values as :func:`to_json` writes a report; ``adapter`` is of their type."""
    plain = adapter.dump_python(_canonical(value), mode="json", by_alias=True, warnings="error")
    return json.dumps(plain, indent=1, allow_nan=False).translate(_NOT_IN_MARKUP) + "\n"


def digest(report: AuditReport) -> str:
    """Hexadecimal SHA-256 of the ``evidence.json`` that :func:`to_json` makes of a report."""
    return sha256(to_json(report).encode()).hexdigest()


def from_json(text: str) -> AuditReport:
    """Read the text of an ``evidence.json``; the exact inverse of ``to_json``.

    Parameters
    ----------
    text : str
        As written by ``to_json`` of this schema version or an older one.

    Returns
    -------
    AuditReport
        Equal to the report that was written.

    Raises
    ------
    InputError
        SA-401 no JSON object, SA-402 another schema version, SA-403 a field that does not fit.

    Examples
    --------
    >>> from_json("{}")
    Traceback (most recent call last):
    synthaudit.errors.InputError: SA-402 evidence: no schema_version. Give an evidence.json written by synthaudit.
    """
    problem = N_("not a JSON object")
    try:
        raw = parsed_json(text, MOST_VALUES)
    except ValueError as error:
        raw, problem = None, str(error)
    if not isinstance(raw, dict):
        raise InputError("SA-401", "evidence", problem, _DO)
    if "schema_version" not in raw:
        raise InputError("SA-402", "evidence", N_("no schema_version"), _DO)
    version = raw["schema_version"]
    if version not in READABLE or type(version) is not int:
        got = (
            N_("schema_version {version}").format(version=version)
            if type(version) is int
            else N_("a schema_version that is no whole number")
        )
        raise InputError(
            "SA-402",
            "evidence",
            got,
            N_("This release reads schema_version 1 to {version}.").format(version=SCHEMA_VERSION),
        )
    try:
        return _adapter().validate_json(text, strict=True, by_alias=True)
    except ValidationError as error:
        # pydantic's own messages quote the input.
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    sentences = [
        _EXPECTED.get(problem["type"], N_("{field} has the wrong type")).format(field=_path(problem["loc"]))
        for problem in problems[:3]
    ]
    more = N_(" and {n} more").format(n=len(problems) - 3) if len(problems) > 3 else ""
    raise InputError("SA-403", "evidence", "; ".join(sentences) + more, N_("Give the file as synthaudit wrote it."))


def from_bytes(data: bytes) -> AuditReport:
    """The report of the bytes of an ``evidence.json``.

    Raises
    ------
    InputError
        As :func:`from_json`; SA-401 too where they are more than any audit's, or no UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise InputError("SA-401", "evidence", N_("more than {most:,} bytes").format(most=MAX_BYTES), _DO)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("SA-401", "evidence", N_("not UTF-8"), _DO) from None
    return from_json(text)


def evidence_bytes(path: Path) -> bytes:
    """The bytes of an ``evidence.json``.

    Raises
    ------
    InputError
        SA-101 or SA-104 cannot be opened, SA-401 larger than any audit's.
    """
    return read_document(path, f"evidence {printable(path.name, 80)}", MAX_BYTES, "SA-401", _DO)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``evidence.json``: every property with what it means.

    Examples
    --------
    >>> json_schema()["properties"]["outcome"]["enum"]
    ['pass', 'fail', 'inconclusive']
    >>> json_schema()["$defs"]["Estimate"]["properties"]["low"]["description"]
    'Lower end of the two-sided interval.'
    """
    schema = _adapter().json_schema(by_alias=True, mode="serialization", schema_generator=_Described)
    version = schema["properties"]["schema_version"]
    schema["properties"]["schema_version"] = {**version, "const": SCHEMA_VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:synthaudit:evidence:{SCHEMA_VERSION}",
        **schema,
        "title": f"synthaudit evidence, schema version {SCHEMA_VERSION}",
    }


class _Described(GenerateJsonSchema):
    """Properties say what the docstrings of their fields say.

    pydantic can read these by itself, and then does so whenever evidence is read: a second that no audit should pay.
    """

    def dataclass_schema(self, schema: DataclassSchema) -> JsonSchemaValue:
        """The schema of a type, its properties described."""
        described = super().dataclass_schema(schema)
        meanings = _docstrings(schema["cls"])
        for field in schema["schema"]["fields"]:
            name = field.get("serialization_alias", field["name"])
            if field["name"] in meanings:
                described["properties"][name]["description"] = meanings[field["name"]]
        return described


def _docstrings(cls: type) -> dict[str, str]:
    """Field -> the text behind it, on one line and in the words of JSON."""
    tree = ast.parse(inspect.getsource(sys.modules[cls.__module__]))
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
    return {
        item.target.id: _in_json(text.value.value)
        for item, text in pairwise(body)
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _in_json(docstring: str) -> str:
    plain = re.sub(r":\w+:`(\w+)`", r"`\1`", " ".join(docstring.split()).replace("``", "`"))
    return re.sub(r"\b(?:None|True|False)\b", lambda word: _JSON_WORDS[word[0]], plain)


def _canonical(value: Any) -> Any:
    """The value with its mappings in key order, numpy scalars as plain numbers, and no number that is not finite.

    Half characters, which stand for the bytes of a path that are no text, are written out: JSON has none.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _canonical(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, Mapping):
        return {_canonical(key): _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (tuple, list)):
        return type(value)(_canonical(item) for item in value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number of the report is not finite")
    return value


def _path(loc: tuple[int | str, ...]) -> str:
    """Where in the file, as ``findings[0].pvalue``; keys come from the file and are cut and escaped."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{ascii(step)[1:-1][:40]}" for step in loc]
    return "".join(steps).lstrip(".")


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=1))
