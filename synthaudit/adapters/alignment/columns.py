"""Which columns a table must have, which it may have, and what it means that some are left out."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

from synthaudit.adapters.readers.raw import RawTable, did_you_mean, plural
from synthaudit.cells import fold_text
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.types import Coverage, Schema


def renamed(table: RawTable, rename: Mapping[str, str], train_names: tuple[str, ...]) -> RawTable:
    """A release under train's names.

    Raises
    ------
    InputError
        SA-132 a name twice, SA-184 a name that is in neither table.
    """
    if not rename:
        return table
    names = [str(name) for name in table.frame.columns]
    for old, new in rename.items():
        if old not in names or new not in train_names:
            where, name, known = (table.where, old, names) if old not in names else ("train", new, list(train_names))
            got = f"no column '{printable(name)}', which --rename names"
            do = f"Write --rename THEIRS=TRAINS.{did_you_mean(name, known)}"
            raise InputError("SA-184", where, got, do)
    new_names = [rename.get(name, name) for name in names]
    for new in rename.values():
        if new_names.count(new) > 1:
            got = f"column name '{printable(new)}' would occur {new_names.count(new)} times after --rename"
            raise InputError("SA-132", table.where, got, "Rename to a name that is free.")
    return replace(table, frame=table.frame.set_axis(new_names, axis=1))


def _refuse_missing_names(table: RawTable, expected: list[str]) -> None:
    names = [str(name) for name in table.frame.columns]
    lacking = [name for name in expected if name not in names]
    if not lacking:
        return
    folded = {fold_text(name): name for name in names}
    twin = folded.get(fold_text(lacking[0]))
    if twin is not None:
        got = f"no column '{printable(lacking[0])}'; found '{printable(twin)}'"
        do = "Rename it."
        if table.role == "synthetic":
            do = f"Pass --rename {shlex.quote(f'{printable(twin)}={printable(lacking[0])}')}."
        raise InputError("SA-140", table.where, got, do)
    verb = "is" if len(lacking) == 1 else "are"
    shown = ", ".join(f"'{printable(name)}'" for name in lacking[:5]) + (", …" if len(lacking) > 5 else "")
    got = f"{len(lacking)} of {len(expected)} columns of train {verb} missing: {shown}"
    do = "Add them, or audit the others with --columns."
    if table.role == "synthetic":
        do = "Add them, pass --rename for a column of another name, or audit the others with --columns."
    raise InputError("SA-138", table.where, got, do)


def match_names(
    table: RawTable, expected: list[str], train_names: tuple[str, ...], entity: str | None
) -> list[Coverage]:
    """A real table must have train's columns; what it has beyond them is left out and said."""
    _refuse_missing_names(table, expected)
    extra = [str(name) for name in table.frame.columns if str(name) not in (*train_names, entity)]
    if not extra:
        return []
    reason = f"{table.where}: {plural(len(extra), 'column')} that train lacks left out."
    return [Coverage(test="columns", status="not_run", reason=reason)]


def match_release(
    table: RawTable, schema: Schema, train_names: tuple[str, ...], key: tuple[str, ...], *, is_partial: bool
) -> list[Coverage]:
    """A release must have train's columns and no others; leaving some out of the audit is said and blocks a pass.

    The columns of the person's ``key`` may be there or not. ``is_partial`` says that the user chose the columns to
    audit.
    """
    names = [str(name) for name in table.frame.columns]
    _refuse_missing_names(table, schema.names)
    notes = []
    audited = {*schema.names, schema.entity, *key}
    unknown = [name for name in names if name not in audited and name not in train_names]
    left_out = [name for name in train_names if name not in audited]
    if unknown and not (is_partial or left_out):
        shown = ", ".join(f"'{printable(name)}'" for name in unknown[:5]) + (", …" if len(unknown) > 5 else "")
        got = f"{plural(len(unknown), 'column')} not in train: {shown}"
        do = "Remove them, pass --rename for a column of another name, or name the columns to audit with --columns."
        raise InputError("SA-139", table.where, got, do)
    released = [name for name in left_out if name in names] + unknown
    if released:
        shown = ", ".join(f"'{printable(name)}'" for name in released[:5]) + (", …" if len(released) > 5 else "")
        reason = f"{plural(len(released), 'column')} of the release left out of the audit on request: {shown}."
        notes.append(Coverage(test="columns", status="not_run", reason=reason, blocks_pass=True))
    n_absent = len(left_out) - len([name for name in left_out if name in names])
    if n_absent:
        reason = f"{plural(n_absent, 'column')} of train left out of the audit on request; the release lacks them too."
        notes.append(Coverage(test="columns", status="not_applicable", reason=reason))
    return notes
