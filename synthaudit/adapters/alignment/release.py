"""What a release does to a column that would hide a copy without being an error: said, and held against a pass."""

import math

import pandas as pd

from synthaudit.adapters.alignment.keys import declare, has_many_values, is_named_like_a_key
from synthaudit.adapters.alignment.missing import missing_flags
from synthaudit.adapters.readers.raw import RawTable, percent, plural
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import KNOWN_MISSING, fold_text
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Column, Coverage, Schema

MOSTLY = 0.9
"""Share of one value of a column from which on a release that has no other is poor, and hides nothing."""
MAX_CHANCE = 1e-6
NOTED_MISSING = 0.05
BLOCKING_MISSING = 0.5
REPEATED_SHARE = 0.5


def release_notes(
    table: RawTable,
    release: pd.DataFrame,
    schema: Schema,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None,
    refusals: Refusals | None = None,
) -> list[Coverage]:
    """Coverage lines on constant, emptied and respelled columns of a release.

    Parameters
    ----------
    table : RawTable
        The release as read, for messages.
    release, train, holdout : pandas.DataFrame
        Canonical frames.
    schema : Schema
        Their columns.
    refusals : Refusals, optional
        Takes up what is wrong with columns, to be told later; else it is raised.

    Raises
    ------
    InputError
        SA-149 no level of train in the release, SA-150 a token where train has missing cells.
    """
    notes: list[Coverage] = []
    found = refusals or Refusals()
    for column in schema.columns:
        if column.name in found.names:
            continue
        with found.of(table.where, column.name):
            notes += _column_notes(column, table, release, schema, train, holdout)
    if refusals is None:
        found.tell()
    return notes


def _column_notes(
    column: Column,
    table: RawTable,
    release: pd.DataFrame,
    schema: Schema,
    train: pd.DataFrame,
    holdout: pd.DataFrame | None,
) -> list[Coverage]:
    notes: list[Coverage] = []
    name, where = column.name, table.where_column(column.name)
    real = train[name] if holdout is None else pd.concat([train[name], holdout[name]], ignore_index=True)
    if column.kind in ("categorical", "text", "identifier"):
        refuse_token(release[name], real, where)
    if column.kind == "categorical":
        notes += _level_notes(name, release[name], train[name], real, where, has_entity=schema.entity is not None)
    if column.kind == "numeric" and is_named_like_a_key(name):
        notes += _number_notes(name, release[name], real, where, has_entity=schema.entity is not None)
    notes += _hidden_notes(release[name], train[name], N_("Column '{name}'").format(name=printable(name)))
    return notes


def refuse_token(release: pd.Series, real: pd.Series, where: str) -> None:
    """SA-150 where a text of the release is a usual spelling of missing, and missing cells of real tables are empty."""
    if not real.isna().any():
        return
    known = set(real.dropna().unique())
    tokens = {value for value in release.dropna().unique() if value.strip() in KNOWN_MISSING and value not in known}
    if tokens:
        n = int(release.isin(tokens).sum())
        got = N_("{n} of {n_all} cells are a usual spelling of missing; in train such cells are empty").format(
            n=n, n_all=len(release)
        )
        flags = missing_flags(sorted({token.strip() for token in tokens}))
        raise InputError("SA-150", where, got, N_("Pass {flags}.").format(flags=flags))


def _level_notes(
    name: str, release: pd.Series, train: pd.Series, real: pd.Series, where: str, *, has_entity: bool
) -> list[Coverage]:
    known = {fold_text(value) for value in real.dropna().unique()}
    unseen = {value for value in release.dropna().unique() if fold_text(value) not in known}
    if not unseen:
        return []
    n_unseen = int(release.isin(unseen).sum())
    n = int(release.notna().sum())
    counts = train.value_counts()
    repeated = float(counts[counts > 1].sum()) / max(int(counts.sum()), 1)
    if n_unseen == n and repeated >= REPEATED_SHARE:
        got, do = N_("0 of {n} cells are levels of train").format(n=n), declare(name, has_entity=has_entity)
        if is_named_like_a_key(name):
            raise InputError(
                "SA-149", where, N_("{got}; it looks like a key that the release invents anew").format(got=got), do
            )
        got = N_("{got}; the values differ in spelling").format(got=got)
        if not has_many_values(train):
            raise InputError("SA-149", where, got, N_("Write the levels as train does."))
        do = N_("Write the levels as train does. {do}").format(do=do)
        raise InputError("SA-149", where, N_("{got}, or the release invents them anew").format(got=got), do)
    reason = N_("{where}: {levels} not in train or holdout ({share} of cells).").format(
        where=where, levels=plural(len(unseen), "level"), share=percent(n_unseen / n)
    )
    if n_unseen == n and (is_named_like_a_key(name) or has_many_values(train)):
        reason = N_("{reason} If the release invents them anew: {advice}").format(
            reason=reason, advice=declare(name, has_entity=has_entity)
        )
    return [Coverage(test=N_("levels"), status="ran", reason=reason)]


def _number_notes(name: str, release: pd.Series, real: pd.Series, where: str, *, has_entity: bool) -> list[Coverage]:
    """A key of whole numbers that the release counts on its own would be read as a quantity."""
    numbers = release.dropna()
    if numbers.empty or (numbers % 1 != 0).any() or numbers.isin(real).any():
        return []
    reason = N_("{where}: no number of it is in train or holdout. If it is a key: {advice}").format(
        where=where, advice=declare(name, has_entity=has_entity)
    )
    return [Coverage(test=N_("keys"), status="ran", reason=reason)]


def _hidden_notes(release: pd.Series, train: pd.Series, column: str) -> list[Coverage]:
    notes = []
    counts = train.value_counts()
    n_present = int(release.notna().sum())
    if len(counts) > 1 and release.nunique() == 1:
        # The chance that honest draws give one level only, at the share of the most frequent one.
        share = float(counts.iloc[0]) / float(counts.sum())
        chance = math.exp(n_present * math.log(share))
        reason = N_("{column} is constant in the release and has {n} values in train.").format(
            column=column, n=len(counts)
        )
        notes.append(
            Coverage(
                test=N_("columns"),
                status="ran_low_power",
                reason=reason,
                blocks_pass=chance < MAX_CHANCE and share < MOSTLY,
            )
        )
    in_release, in_train = float(release.isna().mean()), float(train.isna().mean())
    more = in_release - in_train
    if more > NOTED_MISSING:
        reason = N_("{column} is missing in {share} of the release's rows and {share_of_train} of train's.").format(
            column=column, share=percent(in_release), share_of_train=percent(in_train)
        )
        blocks = more > BLOCKING_MISSING
        notes.append(Coverage(test=N_("missing cells"), status="ran_low_power", reason=reason, blocks_pass=blocks))
    return notes


def constant_notes(
    release: pd.DataFrame, schema: Schema, train: pd.DataFrame, holdout: pd.DataFrame | None
) -> list[Coverage]:
    """Columns that have one value in every row of train and holdout, and another one in the release.

    Parameters
    ----------
    release : pandas.DataFrame
        As it is audited: finer numbers and other spellings are none of it.
    schema, train, holdout
        As for `release_notes`.
    """
    notes = []
    for name in schema.names:
        real = train[name] if holdout is None else pd.concat([train[name], holdout[name]], ignore_index=True)
        if real.isna().any() or real.nunique() != 1:
            continue
        cells = release[name].dropna()
        n = int((cells != real.iloc[0]).sum())
        if n:
            other = N_("another one in {rows} of the release").format(rows=plural(n, "row"))
            reason = N_("Column '{name}' has one value in every real row, and {other}.").format(
                name=printable(name), other=other
            )
            notes.append(Coverage(test=N_("columns"), status="ran", reason=reason, blocks_pass=True))
    return notes
