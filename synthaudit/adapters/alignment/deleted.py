"""People said to be deleted before training, and one person's record: real tables beside those of the audit."""

from dataclasses import replace

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.alignment.beside import beside
from synthaudit.adapters.alignment.differences import differences
from synthaudit.adapters.alignment.overlap import entity_codes, overlap_of, row_codes
from synthaudit.adapters.readers.drawn import row_hashes
from synthaudit.adapters.readers.raw import RawTable, percent
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import BoolArray, Coverage, IntArray


def with_deleted(real: RealTables, table: RawTable) -> RealTables:
    """Lay a list of people said to be deleted beside the aligned real tables.

    People of the list who are in train are no error: that they are is an answer.

    Raises
    ------
    InputError
        As for a holdout; SA-193 people or rows of the list in the holdout, or its rows in the reference.
    """
    frame, keys, notes = beside(real, table)
    coverage = [*notes, *differences(table, frame, real.train, real.schema, real.train_entity)]
    entity: IntArray | None = None
    in_train: BoolArray | None = None
    if keys is not None:
        entity, _, _ = entity_codes(keys, None)
        in_train = np.asarray(keys.isin(real.keys["train"].dropna()) & keys.notna(), dtype=np.bool_)
        if "holdout" in real.keys:
            n = int(keys.dropna().drop_duplicates().isin(real.keys["holdout"].dropna()).sum())
            if n and not real.options.allow_overlap:
                got = (
                    N_("{n} key of '{name}' is also in the holdout")
                    if n == 1
                    else N_("{n} keys of '{name}' are also in the holdout")
                ).format(n=n, name=printable(str(real.schema.entity)))
                raise InputError("SA-193", table.where, got, N_("Leave these people out of one of the two."))
            if n:
                reason = (
                    N_("{where}: {n} key is also in the holdout")
                    if n == 1
                    else N_("{where}: {n} keys are also in the holdout")
                ).format(where=table.where, n=n)
                coverage.append(_blocking(reason))
    columns = real.telling
    for role, real_table in (("holdout", real.holdout), ("reference", real.reference)):
        if real_table is None:
            continue
        if role == "reference" and real.reference_hashes is not None:
            mine, theirs = row_hashes(frame[columns]).view(np.int64), real.reference_hashes
        else:
            mine, theirs = row_codes(frame[columns], real_table[columns])
        overlap = overlap_of(mine, theirs, real.holdout_entity if role == "holdout" else None)
        if not overlap.is_excess:
            continue
        got = N_("{share} of rows are also in the {role} (expected by chance {expected})").format(
            share=percent(overlap.share), role=role, expected=percent(overlap.expected)
        )
        if overlap.is_telling and not real.options.allow_overlap:
            raise InputError("SA-193", table.where, got, N_("Leave these people out of one of the two."))
        coverage.append(_blocking(f"{table.where}: {got}"))
    return replace(
        real,
        deleted=frame,
        deleted_entity=entity,
        deleted_in_train=in_train,
        coverage=(*real.coverage, *coverage),
        sha256={**real.sha256, "deleted": table.sha256},
        keys=real.keys if keys is None else {**real.keys, "deleted": keys},
    )


def one_person(real: RealTables, table: RawTable) -> tuple[pd.DataFrame, str | None]:
    """Lay the record of one person beside the aligned real tables: its canonical rows, and the person's key.

    Raises
    ------
    InputError
        SA-190 more than one person; missing or unreadable columns as for a holdout.
    """
    frame, keys, _ = beside(real, table, needs_entity=False)
    entity = real.schema.entity
    if entity is None and len(frame) > 1:
        do = N_("Give one row, or name the column of people with --entity.")
        raise InputError(
            "SA-190", table.where, N_("{n} rows; without --entity a row is a person").format(n=len(frame)), do
        )
    if keys is None:
        return frame, None
    n_people = len(np.unique(entity_codes(keys, None)[0]))
    if n_people > 1:
        got = N_("{n_people} people in '{name}'").format(n_people=n_people, name=printable(str(entity)))
        raise InputError("SA-190", table.where, got, N_("Give the rows of one person."))
    return frame, None if keys.isna().any() else str(keys.iloc[0])


def _blocking(reason: str) -> Coverage:
    return Coverage(test=N_("overlap"), status="ran_low_power", reason=f"{reason}.", blocks_pass=True)
