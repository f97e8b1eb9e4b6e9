"""Raw tables to :class:`~synthaudit.types.AuditData`: the same columns, the same kinds, canonical cells.

The real tables decide: `align_real` reads them once, `with_synthetic` lays any number of releases against them. What
cannot be aligned is an error; what is left out is a line of the coverage record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.audited import AuditedForm, plain_keys
from synthaudit.adapters.alignment.beyond import beyond_cells, beyond_keys, columns_left_out
from synthaudit.adapters.alignment.canonical import Spelling, canonical_column
from synthaudit.adapters.alignment.columns import match_names, match_release, renamed
from synthaudit.adapters.alignment.declared import ColumnOverride, refuse_unknown
from synthaudit.adapters.alignment.differences import differences
from synthaudit.adapters.alignment.dressed_column import Notation
from synthaudit.adapters.alignment.keys import without_running_numbers
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
from synthaudit.adapters.alignment.release import release_notes
from synthaudit.adapters.alignment.schema import infer_with_notes
from synthaudit.adapters.alignment.sdv_metadata import laid_over
from synthaudit.adapters.readers.raw import RawTable, did_you_mean, plural
from synthaudit.cells import as_text, levels_of
from synthaudit.encoding import delivered_numbers
from synthaudit.errors import InputError
from synthaudit.files import printable
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
    marked = {table.role: _prepared(table, options) for table in (train, holdout, reference) if table is not None}
    declared, metadata_notes = _declared(marked["train"], options, key)
    has_limits = options.schema is None
    train, notations = read_train(marked.pop("train"), options.writing_of("train"), declared, with_limits=has_limits)
    train_names = tuple(map(str, train.frame.columns))
    read = {"train": train, **{role: notations.read(t, options.writing_of(role)) for role, t in marked.items()}}
    schema, kind_notes = _schema_of(train, read.get("holdout"), options, notations, key)
    tables = {role: with_key(table, entity, key) for role, table in read.items()}
    train, holdout, reference = tables["train"], tables.get("holdout"), tables.get("reference")
    coverage = [*(note for table in tables.values() for note in _reading_notes(table)), *metadata_notes, *kind_notes]
    for table in (holdout, reference):
        if table is not None:
            expected = [*schema.names, *([entity] if entity and table is holdout else [])]
            coverage += match_names(table, expected, train_names, entity)

    frames: dict[str, pd.DataFrame] = {}
    spellings: dict[str, Spelling] = {}
    for role, table in tables.items():
        frames[role], notes_of = _canonical(table, schema, options, spellings)
        coverage += notes_of
        if role == "train":
            spellings = spellings_of(schema, frames)
    people = people_of(train, holdout, reference, entity, options.allow_overlap)
    coverage += people.coverage
    for table in (holdout, reference):
        if table is not None:
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
        key=key,
        keys={role: as_text(table.frame[entity]) for role, table in tables.items() if entity and role != "reference"},
        spellings=spellings_of(schema, frames),
        notations=notations,
        options=options,
    )


def _declared(
    train: RawTable, options: AlignOptions, key: tuple[str, ...]
) -> tuple[Mapping[str, ColumnOverride], tuple[Coverage, ...]]:
    """What is said of single columns; those that name the person and those of the schema count as declared."""
    names_people = {name: ColumnOverride(kind="identifier") for name in key}
    if options.schema is not None:
        return {column.name: ColumnOverride(kind=column.kind) for column in options.schema.columns} | names_people, ()
    names = [str(name) for name in train.frame.columns]
    refuse_unknown(options.overrides, [*names, *map(limits_of, names)], train.where)
    overrides, notes = laid_over(options.metadata, options.overrides, train)
    return {**overrides, **names_people}, notes


def _schema_of(
    train: RawTable, holdout: RawTable | None, options: AlignOptions, notations: Notations, key: tuple[str, ...]
) -> tuple[Schema, tuple[Coverage, ...]]:
    """The schema of the options, or an inferred one and what was noticed."""
    names = [str(name) for name in train.frame.columns]
    schema = options.schema
    notes: tuple[Coverage, ...] = ()
    columns = schema.names if schema else options.columns
    for name in [*(columns or ()), *key]:
        if name not in names:
            got = f"no column '{printable(name)}', which the options name"
            raise InputError("SA-184", train.where, got, f"Correct the name.{did_you_mean(name, names)}")
    if not schema:
        if columns is not None:
            columns = (*columns, *(limits for limits, name in notations.limits.items() if name in columns))
        audited = [name for name in (names if columns is None else columns) if name not in key]
        schema, notes = infer_with_notes(
            train,
            holdout,
            notations.declared,
            entity=options.entity,
            columns=audited,
            decimal=options.writing_of("train").decimal,
        )
    if not schema.columns:
        raise InputError("SA-185", train.where, "no column left to audit", "Name one in --columns.")
    return schema, notes


def beside(
    real: RealTables, table: RawTable, *, needs_entity: bool = True
) -> tuple[pd.DataFrame, pd.Series | None, tuple[Coverage, ...]]:
    """One more real table in the cells of the aligned ones; it may have one row, and columns without any cell.

    Returns
    -------
    frame : pandas.DataFrame
        Canonical, see ``AuditData``.
    keys : pandas.Series or None
        Key of each row's person; None where no entity column is named, or it is not needed and not there.
    coverage : tuple of Coverage
        What was noticed.
    """
    options, schema = real.options, real.schema
    if table.frame.empty:
        raise InputError("SA-103", table.where, "0 rows", "Export the table again.")
    writing = options.writing_of(table.role)
    table = real.notations.read(replace(table, frame=mark_missing(table.frame, writing.missing)), writing)
    table = with_key(table, schema.entity, real.key)
    has_entity = schema.entity is not None and schema.entity in [str(name) for name in table.frame.columns]
    expected = [*schema.names, *([schema.entity] if schema.entity and needs_entity else [])]
    notes = [*_reading_notes(table), *match_names(table, expected, real.train_names, schema.entity)]
    columns = {}
    for column in schema.columns:
        raw = table.frame[column.name]
        if not levels_of(raw).n_present:
            dtype = {"numeric": "float64", "datetime": "datetime64[us]"}.get(column.kind, "object")
            columns[column.name] = pd.Series([None] * len(raw), dtype=dtype)
            continue
        columns[column.name], noticed = canonical_column(
            table, column, options.writing_of(table.role).decimal, real.spellings.get(column.name)
        )
        where = table.where_column(column.name)
        notes += [Coverage(test="reading", status="ran", reason=f"{where}: {note}.") for note in noticed]
    keys = as_text(table.frame[schema.entity]) if has_entity else None
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table.frame))), keys, tuple(notes)


def with_canaries(real: RealTables, inside: RawTable, outside: RawTable | None) -> RealTables:
    """Lay the made-up people of a sealed split beside the real tables: those in the training file, and those not."""
    parts = [beside(real, table) for table in (inside, outside) if table is not None and len(table.frame)]
    frame = pd.concat([part[0] for part in parts], ignore_index=True)
    keys = [part[1] for part in parts if part[1] is not None]
    return replace(
        real,
        canaries=frame,
        canary_is_in=np.arange(len(frame)) < len(inside.frame),
        keys={**real.keys, "canaries": pd.concat(keys, ignore_index=True)} if keys else real.keys,
    )


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
    options, schema = real.options, real.schema
    raw = _prepared(renamed(synthetic, options.rename, real.train_names), options)
    table, dressed = real.notations.read_with_notations(raw, options.release_writing, notations)
    table = with_key(table, schema.entity, real.key)
    coverage = [*real.coverage, *_reading_notes(table), *_match_release(table, real)]
    frame, notes = _canonical(table, schema, options, real.spellings)
    coverage += [*notes, *release_notes(table, frame, schema, real.train, real.holdout)]
    form = AuditedForm.of(schema, real.tables, real.notations.limits, real.deleted)
    left_out = columns_left_out(raw.frame, {*schema.names, schema.entity, *real.key})
    beyond = [*synthetic.beyond, *left_out, *beyond_cells(raw.frame, dressed, frame, form)]
    exact = delivered_numbers(schema, frame)
    frame, running = without_running_numbers(frame, schema)
    frame = form.audited(frame)
    keys = raw.frame[[name for name in real.key if name in raw.frame]]
    beyond += beyond_keys(keys)
    named, notes = named_people(table, schema.entity, real.keys)
    coverage += [*running, *notes]
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


def places_of(real: RealTables, header: RawTable) -> dict[str, int]:
    """Where a release with these columns has those of the schema, and the entity column if it has that too.

    Raises
    ------
    InputError
        SA-138 to SA-140, SA-184: as for a release that is read whole.
    """
    header = renamed(header, real.options.rename, real.train_names)
    _match_release(real.notations.read(header, real.options.release_writing), real)
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
        got = f"{plural(len(table.frame), 'row')}; at least {MIN_ROWS} expected"
        raise InputError("SA-169", table.where, got, "Give the whole table.")
    return replace(table, frame=mark_missing(table.frame, options.writing_of(table.role).missing))


def _reading_notes(table: RawTable) -> list[Coverage]:
    return [Coverage(test="reading", status="ran", reason=f"{table.where}: {note}.") for note in table.notes]


def _match_release(table: RawTable, real: RealTables) -> list[Coverage]:
    is_partial = real.options.columns is not None
    return match_release(table, real.schema, real.train_names, real.key, is_partial=is_partial)


def _canonical(
    table: RawTable, schema: Schema, options: AlignOptions, spellings: Mapping[str, Spelling]
) -> tuple[pd.DataFrame, list[Coverage]]:
    columns, coverage = {}, []
    decimal = options.writing_of(table.role).decimal
    for column in schema.columns:
        columns[column.name], notes = canonical_column(table, column, decimal, spellings.get(column.name))
        for note in notes:
            reason = f"{table.where_column(column.name)}: {note}."
            coverage.append(Coverage(test="reading", status="ran", reason=reason))
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table.frame))), coverage


def spellings_of(schema: Schema, frames: Mapping[str, pd.DataFrame]) -> dict[str, Spelling]:
    """How these tables spell the levels of each column of text."""

    def levels(column: Column) -> set[str]:
        return {value for frame in frames.values() for value in frame[column.name].unique() if value is not None}

    return {c.name: Spelling.of(levels(c)) for c in schema.columns if c.kind in ("categorical", "text", "identifier")}
