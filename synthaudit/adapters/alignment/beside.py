"""More real tables beside those of an audit: canaries, people said to be deleted, a reference, one person's record."""

from dataclasses import replace

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, reading_notes
from synthaudit.adapters.alignment.canonical import canonical_column, noted
from synthaudit.adapters.alignment.columns import match_names
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.person_key import with_key
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import as_text, levels_of
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage


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
        raise InputError("SA-103", table.where, N_("0 rows"), N_("Export the table again."))
    writing = options.writing_of(table.role)
    table = real.notations.read(replace(table, frame=mark_missing(table.frame, writing.missing)), writing)
    table = with_key(table, schema.entity, real.key)
    has_entity = schema.entity is not None and schema.entity in [str(name) for name in table.frame.columns]
    expected = [*schema.names, *([schema.entity] if schema.entity and needs_entity else [])]
    notes = [*reading_notes(table), *match_names(table, expected, real.train_names, schema.entity)]
    columns, refusals = {}, Refusals()
    for column in schema.columns:
        raw = table.frame[column.name]
        if not levels_of(raw).n_present:
            dtype = {"numeric": "float64", "datetime": "datetime64[us]"}.get(column.kind, "object")
            columns[column.name] = pd.Series([None] * len(raw), dtype=dtype)
            continue
        with refusals.of(table.where, column.name):
            columns[column.name], noticed = canonical_column(
                table, column, options.writing_of(table.role).decimal, real.spellings.get(column.name)
            )
            notes += noted(table.where_column(column.name), noticed)
    refusals.tell()
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
