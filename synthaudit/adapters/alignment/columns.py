"""Which columns a table must have, which it may have, and what it means that some are left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from synthaudit.adapters.alignment.renaming import proposed, rename_flags
from synthaudit.adapters.alignment.scope import Scope, empty_notes, left_out_notes, shown
from synthaudit.adapters.readers.leave_out import exclude_flag
from synthaudit.adapters.readers.raw import RawTable, did_you_mean, plural
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
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
            got = N_("no column '{name}', which --rename names").format(name=printable(name))
            do = N_("Write --rename THEIRS=TRAINS.{hint}").format(hint=did_you_mean(name, known))
            raise InputError("SA-184", where, got, do)
    new_names = [rename.get(name, name) for name in names]
    for new in rename.values():
        if new_names.count(new) > 1:
            got = N_("column name '{name}' would occur {n} times after --rename").format(
                name=printable(new), n=new_names.count(new)
            )
            raise InputError("SA-132", table.where, got, N_("Rename to a name that is free."))
    return replace(table, frame=table.frame.set_axis(new_names, axis=1))


def _refuse_names(
    table: RawTable, expected: Sequence[str], known: Collection[str], unknown: Sequence[str], entity: str | None
) -> None:
    """Everything about the names of a table in one message: those it lacks, has otherwise, or has beyond others.

    Parameters
    ----------
    expected : sequence of str
        Columns that it must have.
    known : collection of str
        Columns that no other one is to be called.
    unknown : sequence of str
        Columns that it must not have; one that may be another's under its own name is told as that.
    entity : str, optional
        The column that names the person, which cannot be left out.
    """
    names = [str(name) for name in table.frame.columns]
    is_release = table.role == "synthetic"
    lacking = [name for name in expected if name not in names]
    pairs = proposed(lacking, [name for name in names if name not in known])
    absent = [name for name in lacking if name not in pairs.values()]
    unknown = [name for name in unknown if name not in pairs]
    told: list[tuple[str, str, str]] = []
    if absent:
        got = (
            N_("{n_absent} of {n} columns of train is missing: {names}")
            if len(absent) == 1
            else N_("{n_absent} of {n} columns of train are missing: {names}")
        ).format(n_absent=len(absent), n=len(expected), names=shown(absent))
        rename = N_(", pass --rename for a column of another name") if is_release else ""
        may_be_left_out = len(absent) < len(expected) and entity not in absent
        rest = N_(", or leave them out with {flag}").format(flag=exclude_flag(absent)) if may_be_left_out else ""
        told.append(("SA-138", got, N_("Add them{rename}{rest}.").format(rename=rename, rest=rest)))
    if pairs:
        got = (
            N_("no column {wanted}; found {others}") if len(pairs) == 1 else N_("no columns {wanted}; found {others}")
        ).format(wanted=shown(list(pairs.values())), others=shown(list(pairs)))
        do = (
            N_("Pass {flags}.").format(flags=rename_flags(pairs))
            if is_release
            else N_("Rename it.")
            if len(pairs) == 1
            else N_("Rename them.")
        )
        told.append(("SA-140", got, do))
    if unknown:
        got = N_("{columns} not in train: {names}").format(columns=plural(len(unknown), "column"), names=shown(unknown))
        do = N_("Remove them, pass --rename for a column of another name, or leave them out with {flag}.")
        told.append(("SA-139", got, do.format(flag=exclude_flag(unknown))))
    if told:
        raise InputError(told[0][0], table.where, "; ".join(got for _, got, _ in told), " ".join(do for *_, do in told))


def match_names(
    table: RawTable, expected: list[str], train_names: tuple[str, ...], entity: str | None
) -> list[Coverage]:
    """A real table must have train's columns; what it has beyond them is left out and said."""
    _refuse_names(table, expected, train_names, [], entity)
    extra = [str(name) for name in table.frame.columns if str(name) not in (*train_names, entity)]
    if not extra:
        return []
    reason = N_("{where}: {columns} that train lacks left out.").format(
        where=table.where, columns=plural(len(extra), "column")
    )
    return [Coverage(test=N_("columns"), status="not_run", reason=reason)]


def match_release(
    table: RawTable,
    schema: Schema,
    train_names: tuple[str, ...],
    key: tuple[str, ...],
    scope: Scope,
    *,
    is_partial: bool,
    is_whole: bool,
) -> list[Coverage]:
    """A release must have train's columns and no others; what it holds in columns left out rules out a pass.

    The columns of the person's ``key`` may be there or not, and those that are empty in every real table.
    ``is_partial`` says that the user chose the columns to audit, ``is_whole`` that all rows of the release are here.
    """
    names = [str(name) for name in table.frame.columns]
    audited = {*schema.names, *scope.empty, schema.entity, *key}
    left_out = [name for name in train_names if name not in audited]
    unknown = [name for name in names if name not in audited and name not in (*train_names, *scope.excluded)]
    is_partial = is_partial or any(name not in scope.excluded for name in left_out)
    _refuse_names(table, schema.names, train_names, [] if is_partial else unknown, schema.entity)
    others = [name for name in scope.excluded if name not in train_names]
    notes = left_out_notes(table.frame, [*left_out, *others, *unknown], is_whole=is_whole)
    n_absent = sum(name not in names for name in left_out)
    if n_absent:
        reason = N_("{columns} of train left out of the audit on request; the release lacks them too.").format(
            columns=plural(n_absent, "column")
        )
        notes.append(Coverage(test=N_("columns"), status="not_applicable", reason=reason))
    return [*notes, *empty_notes(table.frame, scope.empty, is_whole=is_whole)]
