"""``batch.json``: what became of a batch, for other programs, and for the next batch in the same folder.

Its JSON Schema is generated from the types; after a change of them::

    make schemas
"""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from synthaudit.evidence import as_json
from synthaudit.files import parsed_json
from synthaudit.types.batch import BatchRecord

MAX_BYTES = 64 << 20
_MOST_VALUES = 2_000_000


@cache
def _adapter() -> TypeAdapter[BatchRecord]:
    return TypeAdapter(BatchRecord)


def to_json(record: BatchRecord) -> str:
    r"""The text of ``batch.json``: ASCII, with ``<``, ``>`` and ``&`` written out, so that no name opens a tag.

    Examples
    --------
    >>> from_json(to_json(record := from_json(EXAMPLE))) == record
    True
    """
    return as_json(_adapter(), record)


def from_json(text: str) -> BatchRecord | None:
    """The record of such a text; None of any other, be it of another version.

    Examples
    --------
    >>> from_json('{"schema_version": 2}') is None
    True
    """
    try:
        parsed_json(text, _MOST_VALUES)
        return _adapter().validate_json(text, strict=True)
    except (ValueError, ValidationError, RecursionError):
        return None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``batch.json``.

    Examples
    --------
    >>> json_schema()["properties"]["exit"]["enum"]
    ['leak', 'worst']
    """
    schema = _adapter().json_schema(mode="serialization")
    title = "synthaudit batch, schema version 1"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


EXAMPLE = """{"schema_version": 1, "status": "finished", "exit_code": 2, "exit": "leak", "code": "", "error": "",
"synthaudit_version": "1", "created_utc": "2026-11-30T09:41:00Z", "seconds": 1.5, "policy": "partner",
"profile": "quick", "seed": 0, "sha256": {"train": "ab"}, "n_releases": 1, "releases": [{"name": "v1", "file": "v1.csv",
"outcome": "error", "exit_code": 2, "code": "SA-102", "reason": "SA-102 synthetic v1.csv: 0 bytes."}],
"skipped": [], "removed": [], "before": []}"""
"""The least that such a file holds."""


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=1))
