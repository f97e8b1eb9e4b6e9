"""Kinds of columns from SDV's metadata: a file that many owners of tables have already."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from synthaudit.adapters.alignment.declared import ColumnOverride, names_a_day
from synthaudit.adapters.readers.raw import RawTable, did_you_mean, plural
from synthaudit.errors import InputError
from synthaudit.files import parsed_json, printable, read_document
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage, Kind

MAX_BYTES = 16 << 20
MOST_VALUES = 300_000
VERSION = "METADATA_SPEC_VERSION"
_VERSIONS = ("SINGLE_TABLE_V1", "MULTI_TABLE_V1", "V1", "V2")

_CORRECT = N_("Correct the metadata.")
_KINDS: Mapping[str, Kind | None] = {
    "numerical": "numeric",
    "categorical": "categorical",
    "boolean": "boolean",
    "datetime": "datetime",
    "text": "text",
    # An id that repeats is a code or names a person of several rows: the cells decide.
    "id": None,
    "unknown": None,
}
# Beside these SDV takes the name of any provider of faker.
_PERSONAL = frozenset(
    {
        *("address", "administrative_unit", "city", "country_code", "credit_card_number", "email", "first_name"),
        *("iban", "ipv4_address", "ipv6_address", "last_name", "latitude", "license_plate", "longitude"),
        *("mac_address", "name", "passport_number", "phone_number", "postcode", "secondary_address", "ssn"),
        *("state", "state_abbr", "street_address", "swift11", "swift8", "user_agent_string", "user_name", "vin"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SdvMetadata:
    """What SDV's metadata says of one table.

    Attributes
    ----------
    overrides : mapping of str to ColumnOverride
        Kinds and roles by column; a kind of None is left to the cells.
    keys : tuple of str
        Columns said to be ids: identifiers, where no value repeats.
    """

    overrides: Mapping[str, ColumnOverride] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


def is_sdv_metadata(content: Any) -> bool:
    """Whether a mapping is in the form of SDV."""
    return isinstance(content, Mapping) and VERSION in content


def read_sdv_metadata(source: str | os.PathLike[str] | Mapping[str, Any]) -> SdvMetadata:
    """Read SDV's metadata of one table.

    Parameters
    ----------
    source : path or mapping
        JSON as SDV saves it, or what it holds: a single table, or several of which there is exactly one.

    Raises
    ------
    InputError
        SA-101 or SA-104 cannot be opened, SA-122 not such metadata.

    Examples
    --------
    >>> columns = {"age": {"sdtype": "numerical"}, "city": {"sdtype": "city", "pii": True}}
    >>> metadata = read_sdv_metadata({"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": columns})
    >>> metadata.overrides["age"].kind, metadata.overrides["city"].quasi_identifier
    ('numeric', True)
    """
    where = N_("SDV metadata")
    if not isinstance(source, Mapping):
        path = Path(source)
        where = N_("SDV metadata {name}").format(name=printable(path.name, 80))
        source = _parsed(path, where)
    table = _only_table(source, where)
    columns = table.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise InputError("SA-122", where, N_("no columns"), _CORRECT)
    overrides, keys = {}, []
    for name, description in columns.items():
        overrides[str(name)], is_key = _override(str(name), description, where)
        if is_key:
            keys.append(str(name))
    primary = table.get("primary_key")
    # SDV allows a key of several columns, of which none is unique by itself.
    if isinstance(primary, str) and primary not in keys:
        if primary not in overrides:
            got = N_("the primary key '{name}' is no column of it").format(name=printable(primary))
            raise InputError("SA-122", where, got, _CORRECT)
        keys.append(primary)
    return SdvMetadata(overrides=overrides, keys=tuple(keys))


def _parsed(path: Path, where: str) -> Mapping[str, Any]:
    data = read_document(path, where, MAX_BYTES, "SA-122", N_("Give the metadata, not the table."))
    do = N_("Give the file that SDV saved.")
    try:
        content = parsed_json(data.decode("utf-8-sig"), MOST_VALUES)
    except UnicodeDecodeError:
        raise InputError("SA-122", where, N_("not UTF-8"), do) from None
    except ValueError as error:
        raise InputError("SA-122", where, str(error), do) from None
    if not isinstance(content, Mapping):
        raise InputError("SA-122", where, N_("not a JSON object"), N_("Give the file that SDV saved."))
    return content


def _only_table(content: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if content.get(VERSION) not in _VERSIONS:
        do = N_("Give metadata that SDV saved, with {key} one of {versions}.").format(
            key=VERSION, versions=", ".join(_VERSIONS)
        )
        raise InputError("SA-122", where, N_("{key} is missing or unknown").format(key=VERSION), do)
    tables = content.get("tables")
    if tables is None:
        return content
    described = list(tables.values()) if isinstance(tables, Mapping) else []
    if len(described) != 1 or not isinstance(described[0], Mapping):
        got = N_("{tables}; exactly 1 expected").format(tables=plural(len(described), "table"))
        raise InputError("SA-122", where, got, N_("Keep the one that is audited."))
    return described[0]


def _override(name: str, description: Any, where: str) -> tuple[ColumnOverride, bool]:
    place = N_("{where}, column '{name}'").format(where=where, name=printable(name))
    sdtype = description.get("sdtype") if isinstance(description, Mapping) else None
    if not isinstance(sdtype, str):
        raise InputError("SA-122", place, N_("no sdtype"), _CORRECT)
    personal = sdtype not in _KINDS
    if personal and sdtype not in _PERSONAL and not _is_provider(sdtype):
        hint = did_you_mean(sdtype, [*_KINDS, *_PERSONAL])
        raise InputError(
            "SA-122", place, N_("unknown sdtype '{sdtype}'").format(sdtype=printable(sdtype)), f"{_CORRECT}{hint}"
        )
    kind, form = _KINDS.get(sdtype), None
    if kind == "datetime":
        form = description.get("datetime_format")
        kind = kind if form is None or names_a_day(form) else None
    pii = description.get("pii", personal)
    if not isinstance(pii, bool):
        raise InputError("SA-122", place, N_("'pii' is neither true nor false"), _CORRECT)
    # Who a person is: what an attacker knows, not the secret that is guessed.
    quasi_identifier = True if pii and sdtype != "id" else None
    form = form if kind is not None else None
    return ColumnOverride(kind=kind, quasi_identifier=quasi_identifier, format=form), sdtype == "id"


def _is_provider(sdtype: str) -> bool:
    from faker import Faker

    return sdtype.isidentifier() and not sdtype.startswith("_") and callable(getattr(Faker(), sdtype, None))


def laid_over(
    metadata: SdvMetadata | None, explicit: Mapping[str, ColumnOverride], train: RawTable
) -> tuple[Mapping[str, ColumnOverride], tuple[Coverage, ...]]:
    """The overrides of the metadata, those of the user on top, and what was noticed.

    Raises
    ------
    InputError
        SA-184 a column of the metadata that train lacks.
    """
    if metadata is None:
        return explicit, ()
    names = [str(name) for name in train.frame.columns]
    for name in metadata.overrides:
        if name not in names:
            got = N_("no column '{name}', which the SDV metadata describes").format(name=printable(name))
            raise InputError(
                "SA-184", train.where, got, N_("Correct the metadata.{hint}").format(hint=did_you_mean(name, names))
            )
    merged = dict(metadata.overrides)
    for name in metadata.keys:
        if is_unique(train.frame[name]):
            merged[name] = replace(merged[name], kind="identifier")
    for name, override in explicit.items():
        said = {f.name: value for f in fields(override) if (value := getattr(override, f.name)) is not None}
        merged[name] = replace(merged.get(name, ColumnOverride()), **said)
    n_new = len(set(names) - set(merged))
    if not n_new:
        return merged, ()
    reason = N_("{columns} of train not described by the SDV metadata: kinds were inferred").format(
        columns=plural(n_new, "column")
    )
    return merged, (Coverage(test=N_("kinds"), status="ran", reason=f"{reason}."),)


def is_unique(column: pd.Series) -> bool:
    """Whether every cell is there and none repeats."""
    return bool(column.notna().all() and column.is_unique)
