"""What is asked for: the options of an audit, checked and gathered before any table is read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from joblib import cpu_count
from pydantic import TypeAdapter

from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.person_key import key_text
from synthaudit.adapters.alignment.sdv_metadata import SdvMetadata, is_sdv_metadata, read_sdv_metadata
from synthaudit.adapters.by_table import ALL, by_table, plain
from synthaudit.adapters.config import Claims, parse_claims
from synthaudit.adapters.options import REQUEST
from synthaudit.adapters.policy import load_policy, policies
from synthaudit.adapters.readers.raw import ReadOptions, TableRole
from synthaudit.adapters.readers.urls import masked
from synthaudit.adapters.toml import validated
from synthaudit.adapters.values import checked, checked_path
from synthaudit.attacks.plugins import plugin_versions
from synthaudit.commands.naming import named
from synthaudit.commands.reading import Reading, reading_of
from synthaudit.commands.signature import Signer
from synthaudit.errors import InputError
from synthaudit.files import KEPT, printable
from synthaudit.files.catalogue import N_
from synthaudit.generators import GENERATORS, GeneratorLike, as_generator
from synthaudit.runtime.budget import checked_seconds, parse_duration
from synthaudit.runtime.engine import Engine
from synthaudit.runtime.store import Store
from synthaudit.sealed_split.manifest import Manifest, load_manifest
from synthaudit.settings import CANDIDATES, RELEASE_ROWS, Settings
from synthaudit.types import AuditReport, Engagement, Policy, Schema, Vendor

# fmt: off
_SHOWN_FIRST = (
    "policy", "profile", "generator", "shadows", "attacks", "plugins", "copies_test", "candidates", "time_budget",
    "release_rows", "entity", "columns", "exclude", "rename", "rebalanced", "target", "missing", "schema",
    "sdv_metadata", "allow_overlap", "sheet", "sep", "decimal", "thousands", "encoding", "header_row", "skip_rows",
    "claims", "commitment", "vendor", "release", "dataset", "purpose", "auditor",
)
# fmt: on
"""The order in which the report shows what decides the figures."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """What is asked for, apart from the release itself."""

    train: Any
    settings: Settings
    holdout: Any = None
    reference: Any = None
    manifest: Manifest | None = None
    canaries: Path | None = None
    """The made-up people of the manifest who are not in train."""
    deleted: Any = None
    read: ReadOptions = field(default_factory=ReadOptions)
    """How the files of all tables are read."""
    read_by_table: Mapping[TableRole, ReadOptions] = field(default_factory=dict)
    """How the file of a role is, where it is otherwise."""
    align: AlignOptions = field(default_factory=AlignOptions)
    scores: bool = False
    """Whether ``scores.parquet`` is written."""
    internal: bool = False
    """Whether ``report.internal.html``, which names rows, is written."""
    fresh: bool = False
    """Whether what an earlier run finished is done again."""
    keep: int = KEPT
    """Earlier runs that stay in ``previous/``."""
    signer: Signer | None = None
    """Signs the seal of what is written; None = nobody does."""
    previous: AuditReport | None = None
    """An earlier audit of the same dataset, which the findings are held against."""

    def read_of(self, role: TableRole) -> ReadOptions:
        """How the file of a role is read."""
        return self.read_by_table.get(role, self.read)


def request(
    train: Any = None, holdout: Any = None, *, config: Mapping[str, Any] | None = None, **options: Any
) -> Request:
    """Check and gather the options of an audit.

    Parameters
    ----------
    train, holdout
        As for :func:`synthaudit.audit`.
    config : mapping, optional
        More for the provenance: paths, command line.
    **options
        By the names of ``synthaudit.adapters.options.REQUEST``, which has their defaults.
    """
    given = _completed({"train": train, "holdout": holdout, **options})
    given, manifest, canaries = _beside_manifest(given)
    if given["train"] is None:
        raise InputError(
            "SA-188", "train", N_("no table was given"), N_("Pass --train, or --manifest of a sealed split.")
        )
    engine = Engine.of(given["engine"])
    engine.check()
    parsed = {**given, **named(given), "claims": _claims(given["claims"])}
    family = None if given["generator"] is None else as_generator(given["generator"])
    policy = given["policy"]
    parsed["policy"] = policy if isinstance(policy, Policy) else load_policy(checked_path("policy", policy))
    parsed["schema"], parsed["sdv_metadata"] = _kinds(given["schema"], given["sdv_metadata"])
    reading = reading_of(given)
    align, decisive = _align_options(parsed, reading), _decisive(parsed, manifest)
    return Request(
        **{
            name: given[name]
            for name in ("train", "holdout", "reference", "deleted", "scores", "internal", "fresh", "keep")
        },
        manifest=manifest,
        canaries=canaries,
        read=reading.read,
        read_by_table=reading.read_by_table,
        align=align,
        settings=Settings(
            **{name: parsed[name] for name in ("policy", "profile", "shadows", "attacks", "seed", "copies_test")},
            target=parsed["target"],
            built_in=policies(),
            generator=family,
            jobs=given["jobs"] or cpu_count(),
            candidates=None if given["candidates"] == "all" else given["candidates"],
            engine=engine,
            time_budget=_seconds(given["time_budget"]),
            store=None if given["shadow_store"] is None else Store.given(given["shadow_store"]),
            release_rows=None if given["release_rows"] == "all" else given["release_rows"],
            vendor=Vendor(name=parsed["vendor"] or "", release=parsed["release"] or ""),
            engagement=Engagement(**{name: parsed[name] or "" for name in ("dataset", "purpose", "auditor")}),
            claim=parsed["claims"],
            # Stored in the evidence: a URL may hold a password.
            config=masked({**(config or {}), "audit": decisive}),
        ),
    )


def _completed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with the defaults of those that are not given, and lists in one form."""
    defaults = {option.name: option.default for option in REQUEST}
    unknown = sorted(options.keys() - defaults.keys())
    if unknown:
        raise TypeError(f"there is no option {unknown[0]!r}")
    given = checked({**defaults, **options})
    candidates, rows = given["candidates"], given["release_rows"]
    return {
        **given,
        "rename": given["rename"] or {},
        "entity": key_text(given["entity"]),
        "candidates": CANDIDATES[given["profile"]] if candidates is None else candidates,
        "release_rows": RELEASE_ROWS if rows is None else rows,
    }


def _beside_manifest(given: dict[str, Any]) -> tuple[dict[str, Any], Manifest | None, Path | None]:
    """Options with what a sealed split says of them, its manifest, and the file of its canaries."""
    if given["manifest"] is None:
        return given, None, None
    manifest = load_manifest(given["manifest"])
    path = Path(given["manifest"])
    folder = path if path.is_dir() else path.parent
    files = {role: folder / file.name for role, file in manifest.files.items()}
    if given["entity"] is not None and given["entity"] != manifest.entity:
        got = N_("the split was drawn by another column than --entity names, or by row")
        raise InputError("SA-243", "manifest", got, N_("Leave --entity out: the manifest says it."))
    tables = {role: files.get(role) for role in ("train", "holdout", "reference") if given[role] is None}
    missing = by_table(given["missing"])
    sealed = {"entity": manifest.entity, "missing": plain({ALL: manifest.missing, **missing}, ())}
    return {**given, **tables, **sealed}, manifest, files.get("canaries")


def _claims(claims: Claims | Mapping[str, Any] | None) -> Claims | None:
    return claims if isinstance(claims, Claims) or claims is None else parse_claims(claims)


def _seconds(time_budget: str | float | None) -> float | None:
    if time_budget is None:
        return None
    return parse_duration(time_budget) if isinstance(time_budget, str) else checked_seconds(time_budget)


def _kinds(schema: Any, sdv_metadata: Any) -> tuple[Schema | Mapping[str, ColumnOverride], SdvMetadata | None]:
    """What is said of columns: a whole schema or what single columns are, and SDV's metadata."""
    if isinstance(schema, Schema):
        if sdv_metadata is not None:
            raise InputError("SA-186", "schema", N_("a whole schema beside SDV metadata"), N_("Give one of the two."))
        return schema, None
    metadata = None if sdv_metadata is None else read_sdv_metadata(sdv_metadata)
    if isinstance(schema, str | Path) or is_sdv_metadata(schema):
        return {}, read_sdv_metadata(cast("Any", schema))
    if not isinstance(schema, Mapping | None):
        got = N_("an object of type {kind}").format(kind=type(schema).__name__)
        raise InputError("SA-186", "schema", got, N_("Give a Schema, a mapping by column, or SDV's metadata."))
    return {str(name): _override(str(name), override) for name, override in (schema or {}).items()}, metadata


def _override(column: str, override: Mapping[str, Any] | ColumnOverride) -> ColumnOverride:
    if isinstance(override, ColumnOverride):
        return override
    where = N_("schema, column '{name}'").format(name=printable(column))
    known = {f.name for f in fields(ColumnOverride)}
    if not isinstance(override, Mapping):
        raise InputError(
            "SA-186", where, N_("an object of type {kind}").format(kind=type(override).__name__), N_("Give a mapping.")
        )
    unknown = sorted(str(name) for name in override if name not in known)
    if unknown:
        do = N_("Choose from {names}.").format(names=", ".join(sorted(known)))
        raise InputError("SA-186", where, N_("unknown key '{name}'").format(name=printable(unknown[0])), do)
    return validated(TypeAdapter(ColumnOverride), override, where)


def _align_options(parsed: Mapping[str, Any], reading: Reading) -> AlignOptions:
    schema = parsed["schema"]
    names = ("entity", "columns", "exclude", "rename", "rebalanced", "target", "allow_overlap")
    return AlignOptions(
        **{name: parsed[name] for name in names},
        writing=reading.writing,
        by_table=reading.by_table,
        overrides={} if isinstance(schema, Schema) else schema,
        metadata=parsed["sdv_metadata"],
        schema=schema if isinstance(schema, Schema) else None,
    )


def _decisive(parsed: Mapping[str, Any], manifest: Manifest | None) -> dict[str, Any]:
    """What decides the figures beside tables and seed: a finished release is done again where it differs."""
    generator = parsed["generator"]
    values = {**parsed, "generator": None if generator is None else _identity(generator)}
    decisive = {option.name: _plain(values[option.name]) for option in REQUEST if option.resume == "value"}
    decisive["plugins"] = dict(plugin_versions())
    decisive["commitment"] = None if manifest is None else manifest.commitment
    return {name: decisive[name] for name in dict.fromkeys((*_SHOWN_FIRST, *decisive))}


def _plain(value: Any) -> Any:
    """A setting as JSON has it; a policy by its name, for the evidence holds it whole."""
    if isinstance(value, Policy):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _identity(generator: GeneratorLike) -> str:
    """What tells one generator from another; an object may have changed under the same name, and equals none."""
    if isinstance(generator, str) and generator in GENERATORS:
        return generator
    fingerprint = getattr(as_generator(generator), "fingerprint", None)
    return str(fingerprint()) if callable(fingerprint) else uuid4().hex
