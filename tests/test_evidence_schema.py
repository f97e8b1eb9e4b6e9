"""The schema of the evidence: every field is explained, and a version keeps what it promises."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from example_report import EXAMPLES, PASS
from referencing import Registry, Resource

from synthaudit.evidence import READABLE, SCHEMA_VERSION, json_schema, to_json

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "evidence.md").read_text("utf-8")
PROMISED = HERE / "evidence_v2" / "fields.json"
"""Fields of version 2 as they were when the promise was written; lines are added to it and never taken away."""
_NOT_SHAPE = frozenset({"title", "description", "default", "const"})


@cache
def schema() -> dict[str, Any]:
    """The schema as it is now."""
    return json_schema()


def types(of: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every type by its name; that of the whole file is called ``evidence``."""
    yield from of["$defs"].items()
    yield "evidence", of


def shape(prop: Any) -> Any:
    """What a property may hold, without what is said of it."""
    if isinstance(prop, dict):
        return {key: shape(value) for key, value in sorted(prop.items()) if key not in _NOT_SHAPE}
    return [shape(item) for item in prop] if isinstance(prop, list) else prop


def fields(of: dict[str, Any]) -> dict[str, Any]:
    """``Type.field`` -> its shape, and whether it is always there."""
    return {
        f"{name}.{key}": {"always": key in defined.get("required", ()), "holds": shape(prop)}
        for name, defined in types(of)
        for key, prop in defined["properties"].items()
    }


def broken(promised: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Fields that are gone, may be missing now, or hold something else; another word in a list of words is none."""
    return [
        name
        for name, field in promised.items()
        if name not in now
        or (field["always"] and not now[name]["always"])
        or not _fits(field["holds"], now[name]["holds"])
    ]


def _fits(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        words = set(old.get("enum", ())) <= set(new.get("enum", ()))
        rest = old.keys() - {"enum"}
        return words and rest == new.keys() - {"enum"} and all(_fits(old[key], new[key]) for key in rest)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_fits, old, new))
    return bool(old == new)


def test_every_type_and_every_field_is_explained() -> None:
    """In words of JSON, on one line, and not by the name alone."""
    said = {name: defined.get("description", "") for name, defined in types(schema())}
    said |= {
        f"{name}.{key}": prop.get("description", "")
        for name, defined in types(schema())
        for key, prop in defined["properties"].items()
    }
    assert len(said) > 450
    for name, text in said.items():
        assert len(text) > 5, name
        assert text[-1] in ".?!", name
        # The description of a type is that of its docstring, which says more and in the words of Python.
        assert "." not in name or not re.search(r"``|:\w+:`|\bNone\b|\bTrue\b|\bFalse\b|\n", text), (name, text)
        key = name.rpartition(".")[2].replace("_", " ")
        assert text.strip(".").lower() != key, name


def test_a_field_has_the_meaning_of_its_own_type() -> None:
    """Also under the name of the file where that is another one, and beside a reference."""
    worst = schema()["$defs"]["Worst"]["properties"]
    assert worst["tpr_at_fpr_0.01"]["description"] == "At 1 % FPR."
    assert schema()["properties"]["copies"]["$ref"] == "#/$defs/Copies"
    assert schema()["properties"]["copies"]["description"] != schema()["$defs"]["Copies"]["description"]
    assert schema()["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_the_schema_has_a_name_of_its_own_for_each_version() -> None:
    """An absolute one, below which its own types are found; the page says which."""
    name = schema()["$id"]
    assert re.fullmatch(r"urn:[a-z]+:[a-z]+:\d+", name)
    assert name == f"urn:synthaudit:evidence:{SCHEMA_VERSION}"
    assert "`urn:synthaudit:evidence:`" in PAGE
    by_name = {"$ref": name}
    known = Registry().with_resource(name, Resource.from_contents(schema()))
    validator = jsonschema.Draft202012Validator(by_name, registry=known)
    for report in EXAMPLES.values():
        validator.validate(json.loads(to_json(report)))
    wrong = json.loads(to_json(PASS)) | {"copies": 3}
    assert [error.json_path for error in validator.iter_errors(wrong)] == ["$.copies"]


def test_nothing_that_the_version_promises_is_gone() -> None:
    """Fields are where they were, hold what they held, and are as sure to be there.

    Where this fails another ``SCHEMA_VERSION`` is due, and a folder of its own for its fields.
    """
    assert PROMISED.parent.name == f"evidence_v{SCHEMA_VERSION}"
    assert broken(json.loads(PROMISED.read_text("utf-8")), fields(schema())) == []


def test_every_field_of_today_is_promised() -> None:
    """A new one is added to the list as soon as it is there: ``python -P tests/test_evidence_schema.py`` does it."""
    assert fields(schema()).keys() <= json.loads(PROMISED.read_text("utf-8")).keys()


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({"description": "In other words."}, True),
        ({"enum": ["pass", "fail", "inconclusive", "withdrawn"]}, True),
        ({"enum": ["pass", "fail"]}, False),
        ({"type": "integer"}, False),
        ({"minimum": 0}, False),
        (None, False),
    ],
)
def test_a_broken_promise_would_be_seen(change: dict[str, Any] | None, *, is_kept: bool) -> None:
    """The comparison itself: words may be added, nothing else."""
    promised = {"evidence.outcome": fields(schema())["evidence.outcome"]}
    assert promised["evidence.outcome"]["always"]
    held = schema()["properties"]["outcome"]
    changed = {**schema(), "properties": {} if change is None else {"outcome": {**held, **change}}}
    assert (broken(promised, fields(changed)) == []) is is_kept
    optional = {**changed, "required": []}
    assert broken(promised, fields(optional)) == ["evidence.outcome"]


def test_the_changelog_has_every_version_and_every_field_that_came_with_it() -> None:
    """Held against evidence that version 1 wrote: what it lacks came later, and is named."""
    sections = re.findall(r"^### Version (\d+)$", PAGE, re.M)
    assert sections == [str(version) for version in sorted(READABLE, reverse=True)]
    named = set(re.findall(r"`([\w.]+)`", PAGE.partition("### Version 2")[2].partition("### Version 1")[0]))
    known = {key for path in (HERE / "evidence_v1").glob("*.json") for key in keys(json.loads(path.read_text("utf-8")))}
    top = set(schema()["properties"]) - {key for key in known if "." not in key}
    assert top
    assert top <= named
    assert {path for path in named if path in known} == set()
    for path in named - {"Planted", "near"}:
        defined: dict[str, Any] = schema()
        for step in path.split("."):
            assert step in defined["properties"], path
            defined = _type_of(defined["properties"][step])


def test_the_program_of_the_page_reads_an_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It finds the schema in the package, validates, and prints the verdict."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "evidence.json").write_text(to_json(PASS))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/evidence.md", "exec"), {})
    assert capsys.readouterr().out == "pass False\n"


def keys(value: Any, above: str = "") -> Iterator[str]:
    """``a.b`` for every key of an object within objects and lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{above}{key}"
            yield from keys(inner, f"{above}{key}.")
    elif isinstance(value, list):
        for item in value:
            yield from keys(item, above)


def _type_of(prop: dict[str, Any]) -> dict[str, Any]:
    """The first type that a property refers to, however deep."""
    match = re.search(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(prop))
    return schema()["$defs"][match[1]] if match else {"properties": {}}


if __name__ == "__main__":
    old = json.loads(PROMISED.read_text("utf-8")) if PROMISED.is_file() else {}
    lines = [f"{json.dumps(name)}: {json.dumps(field)}" for name, field in {**fields(schema()), **old}.items()]
    PROMISED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
