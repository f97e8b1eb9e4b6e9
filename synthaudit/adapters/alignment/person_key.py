"""A person's key of several columns, such as site and subject: joined into one column, early and unambiguously."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.readers.leave_out import listed, names_in
from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.source import Source
from synthaudit.cells import as_text, text_column
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import IntArray

SEPARATOR = "\u01c21"
"""Between the parts of a joined key: a letter, so that it stays where keys are compared by letters and digits."""
_ESCAPED = "\u01c20"
_MAY_LACK = ("synthetic", "reference", "record")


def key_text(entity: str | Sequence[str] | None) -> str | None:
    """What names the person, in one text: a column, or several with commas between them.

    Examples
    --------
    >>> key_text(["site", "subject"]), key_text(["a,b", "c"]), key_text("patient"), key_text(())
    ('site,subject', '"a,b",c', 'patient', None)
    """
    if entity is None or isinstance(entity, str):
        return entity
    if len(entity) < 2:
        return entity[0] if entity else None
    return listed(entity)


def key_columns(entity: str | None, names: Collection[str]) -> tuple[str, ...]:
    """The columns that a text names: the one of exactly this name, else the parts between its commas.

    Examples
    --------
    >>> key_columns("site, subject", ["site", "subject"]), key_columns("site, subject", ["site, subject"])
    (('site', 'subject'), ('site, subject',))
    """
    if entity is None:
        return ()
    if entity in names or "," not in entity:
        return (entity,)
    return tuple(dict.fromkeys(names_in(entity))) or (entity,)


def joined_keys(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """(n,) key of each row as text; None where any part of it is missing.

    Examples
    --------
    >>> keys = joined_keys(pd.DataFrame({"site": [1, 11], "subject": [11, 1]}), ["site", "subject"])
    >>> keys.nunique(), len(keys[0])
    (2, 5)
    """
    if len(columns) == 1:
        return as_text(frame[columns[0]])
    parts = [as_text(frame[name]) for name in columns]
    rows = zip(*parts, strict=True)
    return text_column([None if None in row else SEPARATOR.join(map(_escaped, row)) for row in rows])


def _escaped(part: str) -> str:
    return part.replace(SEPARATOR[0], _ESCAPED)


def with_key(table: RawTable, entity: str | None, columns: Sequence[str]) -> RawTable:
    """A table, its missing cells marked, with the joined key as its last column, where it has all parts of one.

    Raises
    ------
    InputError
        SA-132 a column has the name of the joined key, SA-138 a real table lacks a part.
    """
    if entity is None or len(columns) < 2:
        return table
    names = [str(name) for name in table.frame.columns]
    lacking = [name for name in columns if name not in names]
    if not lacking:
        _refuse_twice(entity, names, table.where)
        return replace(table, frame=table.frame.assign(**{entity: joined_keys(table.frame, columns)}))
    if entity not in names and table.role not in _MAY_LACK:
        got = N_("no column '{name}', which is a part of the person's key").format(name=printable(lacking[0]))
        raise InputError("SA-138", table.where, got, N_("Add it, or name the person by other columns with --entity."))
    return table


def _refuse_twice(entity: str, names: Collection[str], where: str) -> None:
    if entity in names:
        got = N_("column name '{name}' is also that of the person's key").format(name=printable(entity))
        raise InputError("SA-132", where, got, N_("Rename the column."))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyedSource:
    """A large table with the joined key as its last column; see :class:`Source`."""

    source: Source
    entity: str
    places: tuple[int, ...]
    """Of the parts."""
    missing: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns in their order."""
        return (*self.source.names, self.entity)

    @property
    def n_rows(self) -> int:
        """Rows in all."""
        return self.source.n_rows

    def batches(self, columns: Sequence[int]) -> Iterator[list[pd.Series]]:
        """These columns, so many rows at a time."""
        last = len(self.source.names)
        read = sorted({i for i in columns if i != last} | set(self.places if last in columns else ()))
        for batch in self.source.batches(read):
            cells = dict(zip(read, batch, strict=True))
            if last in columns:
                cells[last] = self._keys([cells[place] for place in self.places])
            yield [cells[i] for i in columns]

    def pick(self, rows: IntArray) -> RawTable:
        """The rows at these 0-based positions, ascending, with the parts of their keys."""
        return self.source.pick(rows)

    def column(self, position: int) -> RawTable:
        """One whole column in its place among empty ones; nobody asks for the key."""
        return self.source.column(position)

    def table(self, frame: pd.DataFrame) -> RawTable:
        """A frame with the name, the hash and the notes of this table."""
        return self.source.table(frame)

    def present_kinds(self) -> list[str | None]:
        """What the cells of each column are."""
        return [*self.source.present_kinds(), "O"]

    def _keys(self, parts: Sequence[pd.Series]) -> pd.Series:
        # Missing text of a batch may be NaN.
        cells = {
            str(i): text_column(np.where(part.isna().to_numpy(), np.array(None), part.to_numpy()))
            if part.dtype == object
            else part.reset_index(drop=True)
            for i, part in enumerate(parts)
        }
        marked = mark_missing(pd.DataFrame(cells), self.missing)
        return joined_keys(marked, list(marked.columns))


def keyed(
    source: Source, entity: str | None, columns: Sequence[str], missing: tuple[str, ...], names: Sequence[str]
) -> Source:
    """A large table with the joined key of its people, where it has all parts of one.

    Parameters
    ----------
    names : sequence of str
        Its columns under train's names.
    """
    if entity is None or len(columns) < 2 or not set(columns) <= set(names):
        return source
    _refuse_twice(entity, names, source.table(pd.DataFrame()).where)
    places = tuple(list(names).index(name) for name in columns)
    return KeyedSource(source=source, entity=entity, places=places, missing=missing)
