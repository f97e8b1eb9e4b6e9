"""Which columns an audit is about: not those that the user leaves out, nor those without a cell in any real table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.readers.raw import RawTable, TableRole, did_you_mean, plural
from synthaudit.cells import levels_of
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage

MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is audited.

    Attributes
    ----------
    wanted : tuple of str
        Columns of train to be audited, in its order.
    empty : tuple of str
        Columns of train that nobody leaves out and that have no cell in any real table: a release should have none
        there either, and that is all that is audited of them.
    excluded : tuple of str
        What ``--exclude`` names.
    """

    wanted: tuple[str, ...]
    empty: tuple[str, ...]
    excluded: tuple[str, ...]


def scope_of(tables: Mapping[TableRole, RawTable], options: AlignOptions, key: Sequence[str]) -> Scope:
    """From the real tables, missing cells marked; ``key`` names the person.

    Raises
    ------
    InputError
        SA-180 a column that is audited or names the person, and is left out; SA-184 a name that train lacks.
    """
    train = tables["train"]
    names = [str(name) for name in train.frame.columns]
    chosen = options.schema.names if options.schema else options.columns
    for name in [*(chosen or ()), *key]:
        if name not in names:
            got = N_("no column '{name}', which the options name").format(name=printable(name))
            raise InputError(
                "SA-184", train.where, got, N_("Correct the name.{hint}").format(hint=did_you_mean(name, names))
            )
    for name in options.exclude:
        if name in key or name in (options.columns or ()):
            which = "--entity" if name in key else "--columns"
            got = N_("'{name}', which {which} names").format(name=printable(name), which=which)
            raise InputError(
                "SA-180", N_("option {option}").format(option="--exclude"), got, N_("Leave it out of one of the two.")
            )
    wanted = [name for name in (names if chosen is None else chosen) if name not in key and name not in options.exclude]
    frames = [table.frame for table in tables.values()]
    empty = [] if options.schema else [name for name in wanted if not any(holds(frame, name) for frame in frames)]
    return Scope(
        wanted=tuple(name for name in wanted if name not in empty), empty=tuple(empty), excluded=options.exclude
    )


def holds(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column is there and has a cell that is not missing."""
    return name in frame and levels_of(frame[name]).n_present > 0


def unknown_notes(excluded: Collection[str], known: Collection[str], where: str) -> list[Coverage]:
    """Names of ``--exclude`` that no table has: said, for another release of a batch may have such a column.

    Raises
    ------
    InputError
        SA-184 a name that is nearly that of a column.
    """
    unknown = [name for name in excluded if name not in known]
    for name in unknown:
        hint = did_you_mean(name, known)
        if hint:
            got = N_("no column '{name}' here or in a real table, which --exclude names").format(name=printable(name))
            raise InputError("SA-184", where, got, N_("Correct the name.{hint}").format(hint=hint))
    if not unknown:
        return []
    reason = N_("{where}: neither here nor in a real table is a column that --exclude names: {names}.").format(
        where=where, names=shown(unknown)
    )
    return [Coverage(test=N_("columns"), status="not_applicable", reason=reason)]


def shown(names: Sequence[str]) -> str:
    """The first names, for a message."""
    return ", ".join(f"'{printable(name)}'" for name in names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def empty_notes(release: pd.DataFrame, empty: Sequence[str], *, is_whole: bool) -> list[Coverage]:
    """What a release has in columns that are empty in every real table: nothing is right, a cell is a finding."""
    notes = []
    filled = [name for name in empty if holds(release, name)]
    for name in filled:
        n = levels_of(release[name]).n_present
        there = plural(n, "cell") if is_whole else N_("at least {cells}").format(cells=plural(n, "cell"))
        reason = N_("Column '{name}' is empty in every real table, and the release has {there} in it.").format(
            name=printable(name), there=there
        )
        notes.append(Coverage(test=N_("columns"), status="ran", reason=reason, blocks_pass=True))
    rest = [name for name in empty if name not in filled]
    if rest:
        what = N_("{columns} without any cell in a real table").format(columns=plural(len(rest), "column"))
        reason = N_("{what}, nor in the release{bound}: {names}.").format(
            what=what, bound="" if is_whole else N_(", as far as it was looked at"), names=shown(rest)
        )
        notes.append(Coverage(test=N_("columns"), status="ran", reason=reason))
    return notes


def left_out_notes(release: pd.DataFrame, names: Sequence[str], *, is_whole: bool) -> list[Coverage]:
    """Columns that are in no attack on request: what the release holds there rules out a pass."""
    present = [name for name in names if name in release]
    filled = [name for name in present if not is_whole or holds(release, name)]
    notes = []
    if filled:
        reason = N_("{columns} of the release left out of the audit on request: {names}.").format(
            columns=plural(len(filled), "column"), names=shown(filled)
        )
        notes.append(Coverage(test=N_("columns"), status="not_run", reason=reason, blocks_pass=True))
    empty = [name for name in present if name not in filled]
    if empty:
        reason = N_("{columns} left out of the audit on request; the release has no cell there:").format(
            columns=plural(len(empty), "column")
        )
        notes.append(Coverage(test=N_("columns"), status="not_applicable", reason=f"{reason} {shown(empty)}."))
    return notes
