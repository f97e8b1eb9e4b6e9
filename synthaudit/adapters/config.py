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

from pydantic import Discriminator, Field, Tag, TypeAdapter

from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.by_table import ALL, TABLES, by_table, plain
from synthaudit.adapters.options import OPTIONS, Option
from synthaudit.adapters.readers.parts import is_pattern
from synthaudit.adapters.toml import read_toml, validated
from synthaudit.files import printable
from synthaudit.files.marks import Language

_STRICT: dict[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
_Texts = tuple[str, ...]
# Without it true would be 1 and "yes" would be true.
_Int = Annotated[int, Field(strict=True)]
_Bool = Annotated[bool, Field(strict=True)]
_Float = Annotated[float, Field(strict=True)]
_Line = Annotated[int, Field(strict=True, ge=1)]
_SkipRows = Annotated[str, Field(pattern=r"^[0-9]+(-[0-9]+)?(, ?[0-9]+(-[0-9]+)?)*$")]
_Decimal = Literal[".", ","]
_Thousands = Literal[",", ".", " ", "'", "_", "space"]


def _form(value: Any) -> str:
    """Which form of a path or table a value has; the names do not show in messages."""
    return "(path)" if isinstance(value, str) else "(paths)" if isinstance(value, list | tuple) else "(table)"


_Path = Annotated[str, Field(min_length=1), Tag("(path)")]
_Paths = Annotated[tuple[_Path, ...], Field(min_length=1), Tag("(paths)")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableConfig:
    """``[data.train]`` and so on: where a table is, and what of its writing differs from that of the others."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    path: _Path | None = None
    missing: _Texts = ()
    sep: str | None = None
    decimal: _Decimal | None = None
    thousands: _Thousands | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_row: _Line | None = None
    skip_rows: _SkipRows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseConfig:
    """``[data.synthetic]``: as any other table; ``path`` may be a list of several releases."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    path: Annotated[_Path | _Paths, Discriminator(_form)] | None = None
    missing: _Texts = ()
    sep: str | None = None
    decimal: _Decimal | None = None
    thousands: _Thousands | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_row: _Line | None = None
    skip_rows: _SkipRows | None = None


_Table = Annotated[_Path | Annotated[TableConfig, Tag("(table)")], Discriminator(_form)] | None
_Release = Annotated[_Path | _Paths | Annotated[ReleaseConfig, Tag("(table)")], Discriminator(_form)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """``[data]``: the tables and how they are read. Paths are relative to the configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    train: _Table = None
    holdout: _Table = None
    synthetic: _Release = None
    reference: _Table = None
    manifest: _Path | None = None
    deleted: _Table = None
    entity: str | _Texts | None = None
    columns: _Texts | None = None
    exclude: _Texts | None = None
    rename: dict[str, str] = field(default_factory=dict)
    missing: _Texts = ()
    sep: str | None = None
    decimal: _Decimal | None = None
    thousands: _Thousands | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_row: _Line | None = None
    skip_rows: _SkipRows | None = None
    sdv_metadata: _Path | None = None
    max_bytes: Annotated[_Int, Field(gt=0)] | None = None
    has_header: _Bool | None = None
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

    name: str | None = None
    release: str | None = None
    claims: Claims | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """``[audit]``: which data the release was made from, what it is for, and who audits it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    dataset: str | None = None
    purpose: str | None = None
    auditor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseShares:
    """``[release]``: what was done to the release on purpose, and what it is to be used for."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    rebalanced: _Texts | None = None
    target: str | None = None


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
    shadow_store: _Path | None = None
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

    dir: _Path | None = None
    audited_copy: _Path | None = None
    scores: _Bool | None = None
    internal: _Bool | None = None
    lang: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    version: Literal[1] = 1
    data: DataConfig = field(default_factory=DataConfig)
    columns: dict[str, ColumnOverride] = field(default_factory=dict)
    release: ReleaseShares = field(default_factory=ReleaseShares)
    vendor: VendorConfig = field(default_factory=VendorConfig)
    audit: AuditConfig = field(default_factory=AuditConfig)
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
            value = getattr(settings, name)
            if value is not None:
                value = _found(file.parent, option.path, value)
                config = replace(config, **{section: replace(settings, **{name: value})})
    return config


def _found(folder: Path, pattern: str, value: Any) -> Any:
    """A path, several, or a table with them, whose paths count from ``folder``."""
    if value is None:
        return None
    if isinstance(value, str):
        return _beside(folder, pattern, value)
    if isinstance(value, tuple):
        return tuple(_beside(folder, pattern, text) for text in value)
    return replace(value, path=_found(folder, pattern, value.path))


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
    if option.toml is None:
        return None
    value: Any = reduce(getattr, option.toml.split("."), config)
    if isinstance(value, TableConfig | ReleaseConfig):
        return value.path
    if not option.by_table:
        return value
    tables = {name: getattr(config.data, name) for name in TABLES}
    described = {name: table for name, table in tables.items() if isinstance(table, TableConfig | ReleaseConfig)}
    own = {name: by_table(getattr(table, option.name)).get(ALL) for name, table in described.items()}
    return plain(by_table({ALL: value, **own}), option.default if option.multiple else None)


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
