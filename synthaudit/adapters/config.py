"""The configuration file: TOML to a frozen :class:`Config`; None is a setting that the file leaves to others."""

import glob
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from synthaudit.adapters.alignment.schema import ColumnOverride
from synthaudit.adapters.options import OPTIONS, Option
from synthaudit.adapters.readers.parts import is_pattern
from synthaudit.adapters.toml import read_toml, validated
from synthaudit.files import printable

_STRICT: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
_Texts = tuple[str, ...]
# Without it true would be 1 and "yes" would be true.
_Int = Annotated[int, Field(strict=True)]
_Bool = Annotated[bool, Field(strict=True)]
_Float = Annotated[float, Field(strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """``[data]``: the tables and how they are read. Paths are relative to the configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    train: str | None = None
    holdout: str | None = None
    synthetic: str | None = None
    reference: str | None = None
    manifest: str | None = None
    deleted: str | None = None
    entity: str | _Texts | None = None
    columns: _Texts | None = None
    rename: dict[str, str] = field(default_factory=dict)
    missing: _Texts = ()
    sep: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    sheet: str | None = None
    sdv_metadata: str | None = None
    max_bytes: Annotated[_Int, Field(gt=0)] | None = None
    allow_overlap: _Bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """``[vendor] claims``: what the vendor says about differential privacy."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    dp_epsilon: Annotated[_Float, Field(gt=0)]
    dp_delta: Annotated[_Float, Field(ge=0, lt=1)] = 0.0
    unit: Literal["row", "person"] = "row"
    relation: Literal["add_remove", "replace_one"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorConfig:
    """``[vendor]``: who made the release and what they claim."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str = ""
    release: str = ""
    claims: Claims | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreatConfig:
    """``[threat]``: what the attacker has."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    generator: str | None = None
    shadows: Annotated[_Int, Field(ge=0)] | None = None
    attacks: _Texts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """``[run]``: effort and reproducibility."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    profile: Literal["quick", "standard", "thorough"] | None = None
    seed: Annotated[_Int, Field(ge=0)] | None = None
    time_budget_minutes: Annotated[_Float, Field(gt=0)] | None = None
    jobs: Annotated[_Int, Field(ge=1)] | None = None
    candidates: Annotated[_Int, Field(ge=1)] | Literal["all"] | None = None
    engine: str | None = None
    shadow_store: str | None = None
    release_rows: Annotated[_Int, Field(ge=1)] | Literal["all"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyConfig:
    """``[policy]``: the use that is judged; a built-in name or a TOML file beside the configuration."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    use: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputConfig:
    """``[output]``: where the results go; relative to the configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    dir: str | None = None
    scores: _Bool | None = None
    internal: _Bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    version: Literal[1] = 1
    data: DataConfig = field(default_factory=DataConfig)
    columns: dict[str, ColumnOverride] = field(default_factory=dict)
    vendor: VendorConfig = field(default_factory=VendorConfig)
    threat: ThreatConfig = field(default_factory=ThreatConfig)
    run: RunConfig = field(default_factory=RunConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    output: OutputConfig = field(default_factory=OutputConfig)


def parse_config(content: Mapping[str, Any], where: str = "config") -> Config:
    """A configuration from the content of a TOML file.

    Raises
    ------
    InputError
        SA-180 with every problem in one message.

    Examples
    --------
    >>> parse_config({"version": 1, "run": {"profile": "quick"}}).run.profile
    'quick'
    """
    return validated(TypeAdapter(Config), content, where)


def parse_claims(content: Mapping[str, Any]) -> Claims:
    """A vendor's claim from a mapping; SA-180 with every problem in one message.

    Examples
    --------
    >>> parse_claims({"dp_epsilon": 3.0, "unit": "person"}).dp_epsilon
    3.0
    """
    return validated(TypeAdapter(Claims), content, "claims")


def load_config(path: str | os.PathLike[str]) -> Config:
    """A configuration file; the paths in it count from its own folder.

    Raises
    ------
    InputError
        SA-101 cannot be opened, SA-180 not a configuration.
    """
    file = Path(path)
    config = parse_config(read_toml(file), printable(file.name, 80))
    for option in OPTIONS.values():
        if option.toml is not None and option.path is not None:
            section, name = option.toml.split(".")
            settings = getattr(config, section)
            text = getattr(settings, name)
            if text is not None:
                text = _beside(file.parent, option.path, text)
                config = replace(config, **{section: replace(settings, **{name: text})})
    return config


def _beside(folder: Path, pattern: str, text: str) -> str:
    """A setting whose path, the group of ``pattern``, counts from ``folder``."""
    match = re.fullmatch(pattern, text, re.DOTALL)
    if match is None or match[1] == "-" or "://" in match[1]:
        return text
    path = folder / match[1]
    # In a pattern of files only the file's own text has signs with a meaning.
    globbed = is_pattern(path) and glob.has_magic(match[1])
    return text[: match.start(1)] + str(Path(glob.escape(str(folder))) / match[1] if globbed else path)


def setting(config: Config, option: Option) -> Any:
    """What the file says of an option; None = nothing, or it has no place there."""
    return None if option.toml is None else reduce(getattr, option.toml.split("."), config)


def config_json_schema() -> dict[str, Any]:
    """JSON Schema of the configuration file, for editors.

    Examples
    --------
    >>> config_json_schema()["additionalProperties"]
    False
    """
    schema = TypeAdapter(Config).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "synthaudit configuration"}


if __name__ == "__main__":
    print(json.dumps(config_json_schema(), indent=1))
