"""The public surface as one value: commands with their options, Python names, types, entry points, schemas.

    python -P -m golden.surface --record

writes ``surface.json``, which ``tests/test_public_surface.py`` compares with what is there now.
"""

import argparse
import hashlib
import inspect
import json
import re
import sys
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import click

import synthaudit
import synthaudit.types
from synthaudit.cli.main import cli

HERE = Path(__file__).parent
SURFACE = HERE / "surface.json"
ROOT = HERE.parents[1]
SCHEMAS = ("evidence.schema.json", "config.schema.json")


def surface() -> dict[str, Any]:
    """Everything that a user, a script or a plug-in may rely on, as JSON values."""
    described = {
        "commands": commands(cli, "synthaudit"),
        "python": {name: python_name(getattr(synthaudit, name)) for name in synthaudit.__all__},
        "types": {name: type_name(getattr(synthaudit.types, name)) for name in sorted(public(synthaudit.types))},
        "plugins": plugin_group(),
        "schemas": {name: hashlib.sha256((ROOT / "docs" / name).read_bytes()).hexdigest() for name in SCHEMAS},
    }
    plain: dict[str, Any] = json.loads(json.dumps(described))
    return plain


def commands(command: click.Command, name: str) -> dict[str, Any]:
    """A command and those below it, by their whole names."""
    described = {
        name: {
            "help": inspect.cleandoc(command.help or ""),
            "environment": command.context_settings.get("auto_envvar_prefix"),
            "parameters": {str(item.name): parameter(item) for item in command.params},
        }
    }
    for child in command.commands.values() if isinstance(command, click.Group) else ():
        described |= commands(child, f"{name} {child.name}")
    return described


def parameter(item: click.Parameter) -> dict[str, Any]:
    """One option or argument."""
    described = {
        "kind": item.param_type_name,
        "names": list(item.opts),
        "secondary_names": list(item.secondary_opts),
        "type": item.type.name,
        "choices": list(item.type.choices) if isinstance(item.type, click.Choice) else None,
        "default": plain_default(item.default),
        "metavar": item.metavar,
        "multiple": item.multiple,
        "nargs": item.nargs,
        "required": item.required,
        "eager": item.is_eager,
    }
    if isinstance(item, click.Option):
        described |= {"is_flag": item.is_flag, "help": item.help, "hidden": item.hidden}
    return described


def plain_default(default: object) -> object:
    """The default as JSON; click has had several words for none."""
    return default if isinstance(default, str | int | float | bool) else None


def public(module: Any) -> set[str]:
    """Names that a module of the package offers: neither private, nor a module."""
    return {name for name, value in vars(module).items() if name[0] != "_" and not inspect.ismodule(value)}


def python_name(value: Any) -> dict[str, Any]:
    """Signature of a callable, and the public members of a class with theirs."""
    described: dict[str, Any] = {"signature": unqualified(str(inspect.signature(value)))}
    if inspect.isclass(value):
        described["members"] = sorted(name for name in dir(value) if name[0] != "_")
        described["fields"] = dataclass_fields(value)
    return described


def type_name(value: Any) -> dict[str, Any]:
    """What an exported type is: the fields of a dataclass, the members of a protocol, else its text."""
    if inspect.isclass(value):
        described: dict[str, Any] = {"members": sorted(name for name in dir(value) if name[0] != "_")}
        described["annotations"] = sorted(inspect.get_annotations(value))
        if is_dataclass(value):
            described["fields"] = dataclass_fields(value)
        return described
    return {"text": unqualified(str(value))}


def dataclass_fields(value: type) -> dict[str, str]:
    """Field -> its type and, where there is one, its default."""
    if not is_dataclass(value):
        return {}
    described = {}
    for item in fields(value):
        kind = item.type.__name__ if type(item.type) is type else str(item.type)
        default = "" if item.default is MISSING else f" = {item.default!r}"
        described[item.name] = f"{unqualified(kind)}{default}{' = ...' if item.default_factory is not MISSING else ''}"
    return described


def unqualified(text: str) -> str:
    """A type's text without the modules where ours are defined, and arrays as short as every numpy would write them."""
    text = re.sub(r"\bsynthaudit\.(?:\w+\.)*(?=[A-Z])", "", text)
    return re.sub(r"numpy\.ndarray\[.*?numpy\.dtype\[([\w.]+)\]\]", r"array[\1]", text)


def plugin_group() -> str:
    """The group of entry points that an author is told to register an attack in; the old wheel shows that it serves."""
    (group,) = set(re.findall(r'entry-points\."([\w.]+)"', (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    return str(group)


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """A line for each key whose value differs, is gone or is new."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for key in dict.fromkeys([*old, *new])
            for line in differences(old.get(key, "-"), new.get(key, "-"), f"{path}/{key}")
        ]
    return [] if old == new and type(old) is type(new) else [f"{path}: {json.dumps(old)} -> {json.dumps(new)}"]


def main() -> int:
    """Compare, or record."""
    parser = argparse.ArgumentParser(prog="golden.surface", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write surface.json")
    if parser.parse_args().record:
        SURFACE.write_text(json.dumps(surface(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    lines = differences(json.loads(SURFACE.read_text("utf-8")), surface())
    print("\n".join(lines) or "the public surface is as it was")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
