"""Raw tables to :class:`~synthaudit.types.AuditData`: the same columns, the same kinds, canonical cells.

The real tables decide: `align_real` reads them once, `with_synthetic` lays any number of releases against them. What
cannot be aligned is an error; what is left out is a line of the coverage record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.audited import AuditedForm, plain_keys
from synthaudit.adapters.alignment.beyond import beyond_cells, beyond_keys, columns_left_out
from synthaudit.adapters.alignment.canonical import Spelling, canonical_column, noted
from synthaudit.adapters.alignment.columns import match_names, match_release, renamed
from synthaudit.adapters.alignment.declared import ColumnOverride, refuse_unknown
from synthaudit.adapters.alignment.declared_use import refuse_without_law, refuse_without_levels
from synthaudit.adapters.alignment.differences import differences
from synthaudit.adapters.alignment.dressed_column import Notation
from synthaudit.adapters.alignment.keys import without_running_numbers
from synthaudit.adapters.alignment.made_up import known_keys
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.notations import Notations, limits_of, read_train
from synthaudit.adapters.alignment.overlap import (
    holdout_overlap,
    reference_overlap,
    row_codes,
    telling_columns,
    whole_rows,
)
from synthaudit.adapters.alignment.people import named_people, people_of
from synthaudit.adapters.alignment.person_key import key_columns, with_key
from synthaudit.adapters.alignment.release import constant_notes, release_notes
from synthaudit.adapters.alignment.schema import infer_with_notes
from synthaudit.adapters.alignment.scope import Scope, scope_of, unknown_notes
from synthaudit.adapters.alignment.sdv_metadata import laid_over
from synthaudit.adapters.readers.raw import RawTable, TableRole, plural
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import as_text
from synthaudit.encoding import delivered_numbers
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditData, BoolArray, Column, Coverage, IntArray, Schema, SealedSplit

MIN_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealTables:
    """The real tables of one or many audits, aligned; see ``AuditData`` for the frames."""

    schema: Schema
    train: pd.DataFrame
    holdout: pd.DataFrame | None
    reference: pd.DataFrame | None
    train_entity: IntArray | None
    holdout_entity: IntArray | None
    coverage: tuple[Coverage, ...]
    sha256: Mapping[str, str]
    keys: Mapping[str, pd.Series]
    """Role -> key of each row's person, where an entity column is named."""
    train_names: tuple[str, ...]
    """Every column of the train file, audited or not."""
    named: frozenset[str]
    """Every column of any real table."""
    scope: Scope
    key: tuple[str, ...]
    """The columns that name the person together; more than one are joined under the name ``schema.entity``."""
    spellings: Mapping[str, Spelling]
    notations: Notations
    options: AlignOptions
    canaries: pd.DataFrame | None = None
    canary_is_in: BoolArray | None = None
    sealed: SealedSplit | None = None
    pair: Mapping[str, IntArray] = field(default_factory=dict)
    deleted: pd.DataFrame | None = None
    deleted_entity: IntArray | None = None
    deleted_in_train: BoolArray | None = None
    reference_hashes: IntArray | None = None
    """(n,) hash of every row of a reference, on the columns that rows are told by, where a sample of it is held."""

    @property
    def tables(self) -> list[pd.DataFrame]:
        """Those whose cells say how cells are written."""
        return [t for t in (self.train, self.holdout, self.reference, self.canaries) if t is not None]

    @property
    def telling(self) -> list[str]:
        """Columns by which rows are found again in another table."""
        return telling_columns(self.schema)


def align(
    train: RawTable,
    synthetic: RawTable,
    holdout: RawTable | None = None,
    reference: RawTable | None = None,
    *,
    options: AlignOptions | None = None,
) -> AuditData:
    """The tables of one audit as canonical frames.

    Parameters
    ----------
    train, synthetic, holdout, reference : RawTable
        As `read_table` gives them.
    options : AlignOptions, optional
        What the user says about the tables.

    Raises
    ------
    InputError
        SA-131 to SA-174 and SA-184; see ``docs/errors.md``.

    Examples
    --------
    >>> from synthaudit.adapters.readers.tables import read_table
    >>> train = read_table(pd.DataFrame({"age": [34, 35], "zip": ["00501", "10001"]}), "train")
    >>> release = read_table(pd.DataFrame({"zip": [501, 10001], "age": ["34.0", " 36"]}), "synthetic")
    >>> align(train, release).synthetic
        age    zip
    0  34.0  00501
    1  36.0  10001
    """
    return with_synthetic(align_real(train, holdout, reference, options), synthetic)


def align_real(
    train: RawTable,
    holdout: RawTable | None = None,
    reference: RawTable | None = None,
    options: AlignOptions | None = None,
) -> RealTables:
    """Align the real tables once, for any number of `with_synthetic`."""
    options = options or AlignOptions()
    entity = options.schema.entity if options.schema else options.entity
    key = key_columns(entity, tuple(map(str, train.frame.columns)))
    refusals = Refusals()
    given = {table.role: _prepared(table, options) for table in (train, holdout, reference) if table is not None}
    scope = scope_of(given, options, key)
    read, notations, metadata_notes = _undressed(given, options, key, scope, refusals)
    train_names = tuple(map(str, read["train"].frame.columns))
    schema, kind_notes = _schema_of(read["train"], read.get("holdout"), options, notations, scope, refusals)
    tables = {role: with_key(table, entity, key) for role, table in read.items()}
    train, holdout, reference = tables["train"], tables.get("holdout"), tables.get("reference")
    coverage = [*(note for table in tables.values() for note in reading_notes(table)), *metadata_notes, *kind_notes]
    others = [table for table in (holdout, reference) if table is not None]
    for table in others:
        expected = [*schema.names, *([entity] if entity and table is holdout else [])]
        coverage += match_names(table, expected, train_names, entity)
    frames, notes = _canonical_tables(tables, schema, options, refusals)
    people = people_of(train, holdout, reference, entity, options.allow_overlap)
    coverage += [*notes, *people.coverage]
    for table in others:
        coverage += differences(table, frames[table.role], frames["train"], schema, people.train)
    columns = telling_columns(schema)
    codes = dict(zip(frames, row_codes(*(frame[columns] for frame in frames.values())), strict=True))
    if holdout is not None:
        whole = whole_rows(schema, frames)
        coverage += holdout_overlap(codes, people.train, holdout.where, options.allow_overlap, whole)
    if reference is not None:
        coverage += reference_overlap(codes, people.train, options.allow_overlap)
    return RealTables(
        schema=schema,
        train=frames["train"],
        holdout=frames.get("holdout"),
        reference=frames.get("reference"),
        train_entity=people.train,
        holdout_entity=people.holdout,
        coverage=tuple(coverage),
        sha256={role: table.sha256 for role, table in tables.items()},
        train_names=train_names,
        named=frozenset(str(name) for table in tables.values() for name in table.frame.columns),
        scope=scope,
        key=key,
        keys={role: as_text(table.frame[entity]) for role, table in tables.items() if entity and role != "reference"},
        spellings=spellings_of(schema, frames),
        notations=notations,
        options=options,
    )


def _undressed(
    tables: Mapping[TableRole, RawTable],
    options: AlignOptions,
    key: tuple[str, ...],
    scope: Scope,
    refusals: Refusals,
) -> tuple[dict[TableRole, RawTable], Notations, tuple[Coverage, ...]]:
    """The real tables with their quantities without their dress, and how train writes these."""
    declared, notes = _declared(tables["train"], options, key, scope)
    writing, with_limits = options.writing_of("train"), options.schema is None
    train, notations = read_train(tables["train"], writing, declared, with_limits=with_limits, refusals=refusals)
    read: dict[TableRole, RawTable] = {"train": train}
    for role, table in tables.items():
        if role != "train":
            read[role] = notations.read(table, options.writing_of(role), refusals=refusals)
    return read, notations, notes


def _canonical_tables(
    tables: Mapping[TableRole, RawTable], schema: Schema, options: AlignOptions, refusals: Refusals
) -> tuple[dict[str, pd.DataFrame], list[Coverage]]:
    """The real tables in canonical cells; codes are spelled as train has them."""
    frames: dict[str, pd.DataFrame] = {}
    coverage: list[Coverage] = []
    spellings: dict[str, Spelling] = {}
    for role, table in tables.items():
        frames[role], notes = _canonical(table, schema, options, spellings, refusals)
        refusals.tell()
        coverage += notes
        if role == "train":
            spellings = spellings_of(schema, frames)
    return frames, coverage


def _declared(
    train: RawTable, options: AlignOptions, key: tuple[str, ...], scope: Scope
) -> tuple[Mapping[str, ColumnOverride], tuple[Coverage, ...]]:
    """What is said of single columns; those that name the person, of the schema or not audited count as declared."""
    unread = [str(name) for name in train.frame.columns if name not in scope.wanted]
    names_people = {name: ColumnOverride(kind="identifier") for name in (*unread, *key)}
    if options.schema is not None:
        return {column.name: ColumnOverride(kind=column.kind) for column in options.schema.columns} | names_people, ()
    names = [str(name) for name in train.frame.columns]
    refuse_unknown(options.overrides, [*names, *map(limits_of, names)], train.where)
    overrides, notes = laid_over(options.metadata, options.overrides, train)
    return {**overrides, **names_people}, notes


def _schema_of(
    train: RawTable,
    holdout: RawTable | None,
    options: AlignOptions,
    notations: Notations,
    scope: Scope,
    refusals: Refusals,
) -> tuple[Schema, tuple[Coverage, ...]]:
    """The schema of the options, or an inferred one and what was noticed."""
    schema, notes = options.schema, tuple[Coverage, ...]()
    if schema:
        refusals.tell()
        schema = replace(schema, columns=tuple(column for column in schema.columns if column.name in scope.wanted))
    else:
        limits = [limits for limits, name in notations.limits.items() if name in scope.wanted]
        schema, notes = infer_with_notes(
            train,
            holdout,
            notations.declared,
            entity=options.entity,
            columns=(*scope.wanted, *limits),
            decimal=options.writing_of("train").decimal,
            refusals=refusals,
        )
    if not schema.columns:
        raise InputError("SA-185", train.where, N_("no column left to audit"), N_("Leave fewer out."))
    refuse_without_levels(options.rebalanced, schema, train)
    refuse_without_law(options.target, schema, train)
    return schema, notes


def with_synthetic(real: RealTables, synthetic: RawTable, notations: Mapping[str, Notation] | None = None) -> AuditData:
    """Lay one release against the aligned real tables.

    Parameters
    ----------
    real : RealTables
        As from `align_real`.
    synthetic : RawTable
        The release, or a sample of its rows.
    notations : mapping, optional
        How columns of the whole release are written, where these are a sample.

    Raises
    ------
    InputError
        SA-131, SA-138 to SA-154, SA-169, SA-184.
    """
    schema, is_whole = real.schema, notations is None
    raw = _prepared(renamed(synthetic, real.options.rename, real.train_names), real.options)
    table, dressed, frame, coverage = _read_release(real, raw, notations)
    form = AuditedForm.of(schema, real.tables, real.notations.limits, real.deleted)
    beyond = [*synthetic.beyond, *beyond_cells(raw.frame, dressed, frame, form)]
    beyond += columns_left_out(raw.frame, {*schema.names, schema.entity, *real.key}, is_whole=is_whole)
    exact = delivered_numbers(schema, frame)
    frame, running = without_running_numbers(frame, schema)
    frame = form.audited(frame)
    keys = raw.frame[[name for name in real.key if name in raw.frame]]
    beyond += beyond_keys(raw.frame, known_keys(real.keys.values(), real.key))
    named, notes = named_people(table, schema.entity, real.keys)
    coverage += [*constant_notes(frame, schema, real.train, real.holdout), *running, *notes]
    return AuditData(
        schema=schema,
        train=real.train,
        synthetic=frame,
        holdout=real.holdout,
        reference=real.reference,
        train_entity=real.train_entity,
        holdout_entity=real.holdout_entity,
        train_named=named.get("train"),
        holdout_named=named.get("holdout"),
        deleted=real.deleted,
        deleted_entity=real.deleted_entity,
        deleted_named=named.get("deleted"),
        deleted_in_train=real.deleted_in_train,
        rebalanced=real.options.rebalanced,
        coverage=tuple(coverage),
        canaries=real.canaries,
        canary_is_in=real.canary_is_in,
        canaries_named=named.get("canaries"),
        sealed=real.sealed,
        pair=real.pair,
        sha256={**real.sha256, "synthetic": table.sha256},
        n_reference=None if real.reference_hashes is None else len(real.reference_hashes),
        key_columns=plain_keys(keys) if real.key else None,
        beyond=tuple(beyond),
        delivered_numbers=exact,
    )


def _read_release(
    real: RealTables, raw: RawTable, notations: Mapping[str, Notation] | None
) -> tuple[RawTable, dict[str, Notation], pd.DataFrame, list[Coverage]]:
    """A release without its dress, how it was dressed, its canonical cells, and what was noticed up to there."""
    options, refusals = real.options, Refusals()
    unknown = unknown_notes(options.exclude, [*real.named, *map(str, raw.frame.columns)], raw.where)
    table, dressed = real.notations.read_with_notations(raw, options.release_writing, notations, refusals)
    table = with_key(table, real.schema.entity, real.key)
    coverage = [*real.coverage, *reading_notes(table), *unknown]
    coverage += _match_release(table, real, is_whole=notations is None)
    frame, notes = _canonical(table, real.schema, options, real.spellings, refusals)
    coverage += [*notes, *release_notes(table, frame, real.schema, real.train, real.holdout, refusals)]
    refusals.tell()
    return table, dressed, frame, coverage


def places_of(real: RealTables, header: RawTable) -> dict[str, int]:
    """Where a release with these columns has those of the schema, and the entity column if it has that too.

    Raises
    ------
    InputError
        SA-138 to SA-140, SA-184: as for a release that is read whole.
    """
    header = renamed(header, real.options.rename, real.train_names)
    _match_release(real.notations.read(header, real.options.release_writing), real, is_whole=False)
    audited = {*real.schema.names, real.schema.entity}
    places = {str(name): i for i, name in enumerate(header.frame.columns)}
    places |= {limits: places[name] for limits, name in real.notations.limits.items()}
    return {name: i for name, i in places.items() if name in audited}


def delivered(real: RealTables, table: RawTable) -> dict[str, int]:
    """Where a release has its columns, all of them and whatever is audited: train's in their order, then others."""
    names = [str(name) for name in renamed(table, real.options.rename, real.train_names).frame.columns]
    place = {name: i for i, name in enumerate(real.train_names)}
    return {name: names.index(name) for name in sorted(names, key=lambda name: (place.get(name, len(place)), name))}


def _prepared(table: RawTable, options: AlignOptions) -> RawTable:
    if len(table.frame) < MIN_ROWS:
        got = N_("{rows}; at least {least} expected").format(rows=plural(len(table.frame), "row"), least=MIN_ROWS)
        raise InputError("SA-169", table.where, got, N_("Give the whole table."))
    return replace(table, frame=mark_missing(table.frame, options.writing_of(table.role).missing))


def reading_notes(table: RawTable) -> list[Coverage]:
    """What was noticed while a table was read."""
    return noted(table.where, table.notes)


def _match_release(table: RawTable, real: RealTables, *, is_whole: bool) -> list[Coverage]:
    is_partial = real.options.columns is not None
    return match_release(
        table, real.schema, real.train_names, real.key, real.scope, is_partial=is_partial, is_whole=is_whole
    )


def _canonical(
    table: RawTable, schema: Schema, options: AlignOptions, spellings: Mapping[str, Spelling], refusals: Refusals
) -> tuple[pd.DataFrame, list[Coverage]]:
    columns, coverage = {}, []
    decimal = options.writing_of(table.role).decimal
    for column in schema.columns:
        if column.name in refusals.names:
            continue
        with refusals.of(table.where, column.name):
            columns[column.name], notes = canonical_column(table, column, decimal, spellings.get(column.name))
            coverage += noted(table.where_column(column.name), notes)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table.frame))), coverage


def spellings_of(schema: Schema, frames: Mapping[str, pd.DataFrame]) -> dict[str, Spelling]:
    """How these tables spell the levels of each column of text."""

    def levels(column: Column) -> set[str]:
        return {value for frame in frames.values() for value in frame[column.name].unique() if value is not None}

    return {c.name: Spelling.of(levels(c)) for c in schema.columns if c.kind in ("categorical", "text", "identifier")}
