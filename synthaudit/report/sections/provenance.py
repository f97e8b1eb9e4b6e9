"""Method and reproduction: what is needed to run the audit again, without folders, hosts or people."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from synthaudit.adapters.options import READ, RUN
from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.report.components import Named, Table, table
from synthaudit.report.numbers import count, duration, level, shown
from synthaudit.types import AuditReport, Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceView:
    """The section, ready to print."""

    command: str
    method: Table
    tables: Table | None
    columns: Table | None
    config: Table | None


def view(report: AuditReport) -> ProvenanceView:
    """Command, versions, tables, columns and settings."""
    return ProvenanceView(
        command=command(report.provenance.config) or equal_command(report),
        method=_method(report),
        tables=_tables(report),
        columns=_columns(report),
        config=config(report.provenance.config),
    )


def _tables(report: AuditReport) -> Table | None:
    """Counts and one hash per table."""
    return table(
        "tables-table",
        _("Tables of this audit"),
        (_("Table"), _("Rows"), _("People"), "SHA-256"),
        [
            (
                words.ROLES[summary.role],
                count(summary.n_rows),
                _("not declared") if summary.n_units is None else count(summary.n_units),
                Named(text="", code=shown(summary.sha256, 80)),
            )
            for summary in report.tables
        ],
        numeric={1, 2},
    )


def _columns(report: AuditReport) -> Table | None:
    """The audited columns, their kinds, and how attacks used them."""
    return table(
        "columns-table",
        _("Columns of this audit"),
        (_("Column"), _("Kind"), _("Used")),
        [(shown(column.name, 80), words.KINDS[column.kind], words.USED[column.used]) for column in report.columns],
    )


def _method(report: AuditReport) -> Table:
    """Versions, seed, unit and time."""
    provenance = report.provenance
    libraries = ", ".join(
        f"{shown(name, 40)} {shown(version, 40)}" for name, version in sorted(provenance.libraries.items())
    )
    levels = sorted(
        {
            value.confidence_level
            for f in report.findings
            for value in f.estimates.values()
            if isinstance(value, Estimate)
        }
    )
    rows: list[tuple[str, str]] = [
        ("synthaudit", shown(provenance.synthaudit_version, 40)),
        (_("Seed"), str(provenance.seed)),
        (_("Profile"), shown(report.profile, 40)),
        (_("Counted unit"), _("person (an entity column is declared)") if report.unit == "entity" else _("row")),
        (_("Confidence level of intervals"), ", ".join(map(level, levels)) or _("none measured")),
        (_("Libraries"), libraries or _("not recorded")),
        (_("Time taken"), duration(provenance.seconds)),
        (_("Evidence schema"), str(report.schema_version)),
    ]
    return Table(
        id="method-table", caption=_("How these figures were made"), head=(_("What"), _("Value")), rows=tuple(rows)
    )


def config(config: Mapping[str, Any]) -> Table | None:
    """The settings that were made, one row each; what is not set is left out."""
    settings = {key: value for key, value in config.items() if key != "command"}
    return table(
        "config-table",
        _("Settings, folders left out; what is not named was left as it is"),
        (_("Setting"), _("Value")),
        [(shown(name, 80), shown(value, 600)) for name, value in sorted(_flat(_without_folders(settings)))],
    )


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every setting as text, under a name that says where it belongs."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            # What is asked of an audit needs no heading of its own.
            yield from _flat(item, str(key) if name in ("", "audit") else f"{name}, {key}")
    elif isinstance(value, bool):
        yield name, _("yes") if value else _("no")
    elif isinstance(value, (list, tuple)):
        if value:
            yield name, ", ".join(str(item) for item in value)
    elif value is not None and value != "":
        yield name, str(value)


def equal_command(report: AuditReport) -> str:
    """A command that makes this audit again, where it was asked for in another way; "" where that is not known.

    Tables have the names of their roles, for where they lie is nobody's business.
    """
    asked = report.provenance.config.get("audit")
    if not isinstance(asked, Mapping):
        return ""
    roles = [table.role for table in report.tables if table.role in ("train", "holdout", "reference", "deleted")]
    tokens = ["synthaudit", "audit", *(part for role in roles for part in (f"--{role}", role.upper()))]
    tokens += ["--synthetic", "RELEASE"]
    given = {**asked, "seed": report.provenance.seed}
    for option in (*RUN, *READ):
        value = given.get(option.name)
        if option.kind == "table" or value in (None, option.default) or isinstance(value, (Mapping, bool)):
            continue
        text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        if text:
            tokens += [(option.flags or (f"--{option.name.replace('_', '-')}",))[0], text]
    return shown(shlex.join([*tokens, "-o", "OUT"]), 2000)


def command(config: Mapping[str, Any]) -> str:
    """The command line with file names but without folders, which name people and machines; "" if unknown."""
    command = config.get("command")
    try:
        tokens = shlex.split(command) if isinstance(command, str) else [str(token) for token in command or ()]
    except (TypeError, ValueError):
        return ""
    return shown(shlex.join(_without_folders(token) for token in tokens), 2000)


def _without_folders(value: Any) -> Any:
    if isinstance(value, str):
        option, equals, path = value.rpartition("=")
        return option + equals + re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    if isinstance(value, Mapping):
        return {str(key): _without_folders(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_folders(item) for item in value]
    return value
