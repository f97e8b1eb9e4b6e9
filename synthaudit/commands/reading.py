"""How the tables of an audit are read, as their settings say: by all tables, and by one where it differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthaudit.adapters.alignment.person_key import key_columns, key_text
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.by_table import ALL, TABLES, by_table
from synthaudit.adapters.options import OPTIONS
from synthaudit.adapters.readers.raw import ReadOptions, TableRole
from synthaudit.adapters.values import ranges_of

_FILE = ("sep", "encoding", "sheet", "header_row", "skip_rows")
_CELLS = ("decimal", "thousands", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How files are read and how cells are written; the mappings hold what differs, by role."""

    read: ReadOptions
    read_by_table: Mapping[TableRole, ReadOptions]
    writing: Writing
    by_table: Mapping[TableRole, Writing]

    def read_of(self, role: TableRole) -> ReadOptions:
        """How the file of a role is read."""
        return self.read_by_table.get(role, self.read)

    def writing_of(self, role: TableRole) -> Writing:
        """How the table of a role writes its cells."""
        return self.writing.overruled_by(self.by_table.get(role, Writing()))


def _audited(given: Mapping[str, Any]) -> frozenset[str] | None:
    """Columns that are read, where the user names those that are audited."""
    columns = given.get("columns")
    if columns is None:
        return None
    entity = key_text(given.get("entity"))
    return _under_any_name((*columns, *([] if entity is None else [entity, *key_columns(entity, ())])), given)


def _under_any_name(columns: Iterable[str], given: Mapping[str, Any]) -> frozenset[str]:
    """Columns under train's names, and under those that a release has for them."""
    names = set(columns)
    return frozenset(names | {old for old, new in (given.get("rename") or {}).items() if new in names})


def reading_of(given: Mapping[str, Any]) -> Reading:
    """How tables are read, from options that were checked.

    Examples
    --------
    >>> reading = reading_of({"decimal": {"all": ",", "synthetic": "."}, "missing": ("NA",), "max_bytes": None})
    >>> reading.writing_of("train").decimal, reading.writing_of("synthetic").decimal, reading.read_of("train").sep
    (',', '.', None)
    """
    said = {name: by_table(given.get(name)) for name in (*_FILE, *_CELLS)}
    said["skip_rows"] = {table: ranges_of(text) for table, text in said["skip_rows"].items()}

    def of(table: str, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: said[name][table] for name in names if table in said[name]}

    whole = ReadOptions(
        encoding=OPTIONS["encoding"].default,
        max_bytes=given["max_bytes"],
        has_header=given.get("has_header", False),
        exclude=_under_any_name(given.get("exclude") or (), given),
        only=_audited(given),
        may_exclude="exclude" in given,
    )
    read = replace(whole, **of(ALL, _FILE))
    read_by_table: dict[TableRole, ReadOptions] = {}
    writing: dict[TableRole, Writing] = {}
    for table in TABLES:
        if of(table, _FILE):
            read_by_table[table] = replace(read, **of(table, _FILE))
        if of(table, _CELLS):
            writing[table] = Writing(**of(table, _CELLS))
    # Canaries lie in the format of train, and whoever asks about a person writes the record as train is.
    for role in ("canaries", "record"):
        if "train" in read_by_table:
            read_by_table[role] = read_by_table["train"]
        if "train" in writing:
            writing[role] = writing["train"]
    return Reading(read=read, read_by_table=read_by_table, writing=Writing(**of(ALL, _CELLS)), by_table=writing)
