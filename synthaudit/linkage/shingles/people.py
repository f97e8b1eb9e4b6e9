"""Whose cells are looked for: everybody on both sides, or a random sample of each where there are more."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables
from synthaudit.cells import text_column
from synthaudit.linkage.shingles.pieces import People
from synthaudit.linkage.shingles.texts import Hashes, mixed
from synthaudit.types import IntArray

MOST = 20_000
"""People of each side, and rows of a reference."""


def people_of(
    tables: Mapping[str, pd.DataFrame],
    entity: Mapping[str, IntArray],
    seed: int,
    most: int | None = MOST,
) -> People:
    """Rows of train, holdout and reference, in an order of their content.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``train``, ``holdout`` and maybe ``reference``, with the same columns.
    entity : mapping of str to (n,) int
        Person of each row of train and of holdout, where persons are named.
    seed : int
        Of the sample, which depends on the cells and not on the order of the files.
    most : int, optional
        People of each side; None = everybody.
    """
    rows = {role: _row_hashes(table) for role, table in tables.items()}
    # With the holdout in it nobody who made the release can know who will be in the sample.
    salt = np.sum([content.sum(dtype=np.uint64) for content in rows.values()], dtype=np.uint64) + np.uint64(
        seed % 2**64
    )
    chosen: list[tuple[str, IntArray, IntArray]] = []
    n_units, is_sample, n_members = 0, False, 0
    for role in ("train", "holdout", "reference"):
        if role not in tables:
            continue
        person = entity.get(role, np.arange(len(tables[role])))
        unit = np.unique(person, return_inverse=True)[1].reshape(-1)
        total = np.zeros(int(unit.max(initial=-1)) + 1, dtype=np.uint64)
        np.add.at(total, unit, rows[role])
        rank = np.argsort(np.argsort(mixed(total + salt), kind="stable"), kind="stable")
        kept = np.flatnonzero(rank[unit] < (len(total) if most is None else most))
        is_sample |= len(kept) < len(unit) and role != "reference"
        order = kept[np.lexsort((rows[role][kept], rank[unit[kept]]))]
        chosen.append((role, order, rank[unit[order]] + n_units))
        n_units += min(len(total), most or len(total))
        n_members = n_units if role == "train" else n_members
    asked = [part for part in chosen if part[0] != "reference"]
    n_asked = sum(len(order) for _, order, _ in asked)
    frames = [tables[role].iloc[order] for role, order, _ in chosen]
    n_asked_units = int(asked[-1][2].max()) + 1
    return People(
        frame=pd.concat(frames, ignore_index=True),
        source=np.concatenate([order + (role == "holdout") * len(tables["train"]) for role, order, _ in asked]),
        unit=np.concatenate([unit for _, _, unit in chosen]),
        n_units=n_units,
        n_asked=n_asked,
        is_member=np.arange(n_asked_units) < n_members,
        by_person=bool(entity),
        is_sample=is_sample,
    )


def real_people(real: RealTables, seed: int) -> People | None:
    """The people of aligned tables, with their keys where a column names them; None without a holdout."""
    tables = {"train": real.train, "holdout": real.holdout, "reference": real.reference}
    given = {role: table for role, table in tables.items() if table is not None}
    if real.holdout is None:
        return None
    if real.schema.entity is not None:
        given = {
            role: table.assign(**{real.schema.entity: real.keys.get(role, text_column([None] * len(table)))})
            for role, table in given.items()
        }
    entity = {"train": real.train_entity, "holdout": real.holdout_entity}
    return people_of(given, {role: codes for role, codes in entity.items() if codes is not None}, seed)


def _row_hashes(table: pd.DataFrame) -> Hashes:
    """(n,) of the contents of each row."""
    total: Hashes = np.zeros(len(table), dtype=np.uint64)
    for i in range(table.shape[1]):
        cell = pd.util.hash_array(table.iloc[:, i].to_numpy(), categorize=True)
        total = mixed(total + mixed(cell + np.uint64(i)))
    return total
