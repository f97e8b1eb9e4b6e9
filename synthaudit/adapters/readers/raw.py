"""A table as it was read: names and cells checked, kinds not yet known."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.leave_out import exclude_flag, stand_in
from synthaudit.cells import characters_of, fold_text
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondCopy

TableRole = Literal["train", "holdout", "synthetic", "reference", "canaries", "deleted", "record"]

MAX_COLUMNS = 5_000
MAX_NAME_LENGTH = 256
MAX_CELL = 1 << 20
"""Bytes of one cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a table's file is read.

    Attributes
    ----------
    sep : str, optional
        Delimiter of delimited text; told from the header and 1,000 records if not given.
    encoding : str
        Codec of text files, strict.
    max_bytes : int, optional
        Limit of decoded bytes; 2 GiB and 200 times the packed size if not given.
    sheet : str, optional
        Sheet of a workbook; the only one that holds anything if not given.
    has_header : bool
        Whether the user said that the names of the columns are names, whatever they look like.
    header_row : int, optional
        Line of delimited text, or row of a sheet, that names the columns, counted from 1; what is above is no row.
    skip_rows : tuple of (first, last)
        Lines, or rows of a sheet, that are no rows of the table.
    exclude : frozenset of str
        Columns that are left out.
    only : frozenset of str, optional
        The columns that are not, where the user names these.
    may_exclude : bool
        Whether whoever reads can leave columns out: a message then says how.
    """

    sep: str | None = None
    encoding: str = "utf-8"
    max_bytes: int | None = None
    sheet: str | None = None
    has_header: bool = False
    header_row: int | None = None
    skip_rows: tuple[tuple[int, int], ...] = ()
    exclude: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    may_exclude: bool = True

    def leaves_out(self, name: str) -> bool:
        """Whether a column is not audited, so that its cells need not be plain values, nor its name be there."""
        return name in self.exclude or (self.only is not None and name not in self.only)

    def or_leave_out(self, names: Sequence[str], noun: Literal["it", "them"] = "it") -> str:
        """The end of an advice: how to leave columns out instead.

        Examples
        --------
        >>> ReadOptions().or_leave_out(["fax"]), ReadOptions(may_exclude=False).or_leave_out(["fax"])
        (', or leave it out with --exclude fax', '')
        """
        if not self.may_exclude:
            return ""
        message = N_(", or leave it out with {flag}") if noun == "it" else N_(", or leave them out with {flag}")
        return message.format(flag=exclude_flag(names))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawTable:
    """One table as it was read.

    Attributes
    ----------
    frame : pandas.DataFrame
        Fresh RangeIndex. Text is an object column of str and None (None = missing, ``""`` = a quoted empty
        cell); numbers are int64 or float64 (NaN = missing), times datetime64[us] in naive UTC, truth values the
        text ``"true"`` and ``"false"``. Integers beyond 2**53 are text.
    name : str
        Base name of the file or folder, ``"stdin"``, ``"frame"``, or the name of a table in a database.
    role : {"train", "holdout", "synthetic", "reference", "deleted", "record"}
        What the table is in the audit.
    sha256 : str
        Hash of the bytes as given; of the parts' hashes in order; of column names and cells for a frame or database.
    typed : bool
        True where the source had types of its own (anything but delimited text).
    notes : tuple of str
        What reading noticed and did not hold against the table.
    n_bytes : int
        Decoded bytes of a file, which count towards the limit.
    beyond : tuple of BeyondCopy
        What the file holds beside the table.
    """

    frame: pd.DataFrame
    name: str
    role: TableRole
    sha256: str
    typed: bool
    notes: tuple[str, ...] = ()
    n_bytes: int = 0
    beyond: tuple[BeyondCopy, ...] = ()

    @property
    def where(self) -> str:
        """Role and name, for messages."""
        return where_of(self.role, self.name)

    def where_column(self, name: str) -> str:
        """Role, name and one column, for messages."""
        return where_column(self.where, list(self.frame.columns).index(name), name)


def where_of(role: TableRole, name: str) -> str:
    """``train t.csv``, escaped."""
    return f"{role} {printable(name, 80)}"


def where_column(where: str, position: int, name: str) -> str:
    """``train t.csv, column 2 'inc'``, escaped."""
    return N_("{where}, column {position} '{name}'").format(where=where, position=position + 1, name=printable(name))


_COUNTED = {
    "cell": (N_("{n:d} cell"), N_("{n:d} cells")),
    "character": (N_("{n:d} character"), N_("{n:d} characters")),
    "column": (N_("{n:d} column"), N_("{n:d} columns")),
    "data set": (N_("{n:d} data set"), N_("{n:d} data sets")),
    "date": (N_("{n:d} date"), N_("{n:d} dates")),
    "field": (N_("{n:d} field"), N_("{n:d} fields")),
    "infinite cell": (N_("{n:d} infinite cell"), N_("{n:d} infinite cells")),
    "key": (N_("{n:d} key"), N_("{n:d} keys")),
    "level": (N_("{n:d} level"), N_("{n:d} levels")),
    "limit": (N_("{n:d} limit"), N_("{n:d} limits")),
    "line": (N_("{n:d} line"), N_("{n:d} lines")),
    "name": (N_("{n:d} name"), N_("{n:d} names")),
    "part": (N_("{n:d} part"), N_("{n:d} parts")),
    "record": (N_("{n:d} record"), N_("{n:d} records")),
    "row": (N_("{n:d} row"), N_("{n:d} rows")),
    "sheet": (N_("{n:d} sheet"), N_("{n:d} sheets")),
    "table": (N_("{n:d} table"), N_("{n:d} tables")),
    "value": (N_("{n:d} value"), N_("{n:d} values")),
}


def plural(n: int, noun: str) -> str:
    """``1 row``, ``2 rows``: of what messages count."""
    one, many = _COUNTED[noun]
    return (one if n == 1 else many).format(n=n)


def percent(share: float) -> str:
    """A share in [0, 1] as ``5 %``, two decimals at most."""
    return f"{round(100 * share, 2):g} %"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'threshold'?`` where a known name is close, else nothing.

    Examples
    --------
    >>> did_you_mean("treshold", ["threshold", "seed"])
    " Did you mean 'threshold'?"
    """
    other = like_one(name, known)
    return "" if other is None else N_(" Did you mean '{name}'?").format(name=printable(other))


def like_one(name: str, known: Iterable[str]) -> str | None:
    """The known name that is closest, None where none is close."""
    by_fold = {fold_text(other): other for other in known}
    close = difflib.get_close_matches(fold_text(name), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def named(names: Sequence[str], where: str, options: ReadOptions, places: Sequence[int] | None = None) -> list[str]:
    """Checked names, with a stand-in for every column that has none and is left out.

    ``places`` says where these columns stand, where some between them were taken out.

    Raises
    ------
    InputError
        SA-132 to SA-137, as `check_names`.

    Examples
    --------
    >>> named(["", "age"], "train t.csv", ReadOptions(exclude=frozenset({"(column 1)"})))
    ['(column 1)', 'age']
    """
    standing = range(len(names)) if places is None else places
    known = [
        stand_in(i) if not name.strip() and options.leaves_out(stand_in(i)) else name
        for i, name in zip(standing, names, strict=True)
    ]
    unnamed = [i for i, name in zip(standing, known, strict=True) if not name.strip()]
    if unnamed and len(names) <= MAX_COLUMNS:
        raise _unnamed(unnamed, where, options)
    check_names(known, where)
    return known


def _unnamed(places: Sequence[int], where: str, options: ReadOptions | None) -> InputError:
    """SA-134 with all columns that have no name; without options where a door knows no stand-in for them."""
    shown = ", ".join(str(i + 1) for i in places[:10]) + (", …" if len(places) > 10 else "")
    got = (
        N_("column {shown} has an empty name").format(shown=shown)
        if len(places) == 1
        else N_("columns {shown} have empty names").format(shown=shown)
    )
    do = N_("Name every column.")
    if options is not None and options.may_exclude and len(places) <= 100:
        or_leave_out = options.or_leave_out([stand_in(i) for i in places], "it" if len(places) == 1 else "them")
        do = N_("Name it{or_leave_out}.") if len(places) == 1 else N_("Name them{or_leave_out}.")
        do = do.format(or_leave_out=or_leave_out)
    return InputError("SA-134", where, got, do)


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse column names that cannot be told apart, by eye or at all (SA-132 to SA-137).

    They are told by their places: a table without a header has cells for names.
    """
    if len(names) > MAX_COLUMNS:
        raise InputError(
            "SA-137",
            where,
            N_("{n} columns; limit {limit}").format(n=len(names), limit=MAX_COLUMNS),
            N_("Leave some out."),
        )
    unnamed = [i for i, name in enumerate(names) if not name.strip()]
    if unnamed:
        raise _unnamed(unnamed, where, None)
    for i, name in enumerate(names):
        if len(name) > MAX_NAME_LENGTH:
            got = N_("the name of column {position} is {n} characters; limit {limit}").format(
                position=i + 1, n=len(name), limit=MAX_NAME_LENGTH
            )
            raise InputError("SA-136", where, got, N_("Shorten it."))
        if any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in name):
            got = N_("column {position} has invisible characters in its name").format(position=i + 1)
            raise InputError("SA-135", where, got, N_("Remove them."))
    seen: dict[str, int] = {}
    folded: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in seen:
            places = ", ".join(str(j + 1) for j, other in enumerate(names) if other == name)
            got = N_("columns {places} have the same name").format(places=places)
            raise InputError("SA-132", where, got, N_("Give every column a name of its own."))
        twin = folded.get(fold_text(name))
        if twin is not None:
            got = N_("the names of columns {first} and {position} differ only in case, spaces or composition").format(
                first=twin + 1, position=i + 1
            )
            raise InputError("SA-133", where, got, N_("Rename one of them."))
        seen[name] = folded[fold_text(name)] = i


def check_cells(column: pd.Series, where: str, row_named: bool) -> int:
    """Refuse a text column with a cell above 1 MiB (SA-156), and count its characters."""
    if column.dtype != object:
        return 0
    lengths = characters_of(column)
    for row in np.flatnonzero(lengths * 4 > MAX_CELL):
        n = bytes_beyond(column.iloc[row])
        if n is not None:
            raise long_cell(where, n, int(row) + 1 if row_named else None)
    return int(lengths.sum())


def among_empty(names: Sequence[str], position: int, cells: pd.Series) -> pd.DataFrame:
    """A frame with one column in its place among empty ones.

    Examples
    --------
    >>> among_empty(["a", "b"], 1, pd.Series(["x"])).to_dict("list")
    {'a': [0], 'b': ['x']}
    """
    nothing = np.zeros(len(cells), dtype=np.int8)
    return pd.DataFrame({name: cells if i == position else nothing for i, name in enumerate(names)})


def bytes_beyond(cell: str) -> int | None:
    """Bytes of a text that is longer than a cell may be, else None.

    Examples
    --------
    >>> bytes_beyond("x"), bytes_beyond("é" * 600_000)
    (None, 1200000)
    """
    # UTF-8 has at most four bytes a character: only then is a cell worth encoding.
    if len(cell) * 4 <= MAX_CELL:
        return None
    n = len(cell.encode("utf-8", "surrogatepass"))
    return n if n > MAX_CELL else None


def long_cell(where: str, n: int | None, row: int | None) -> InputError:
    """SA-156 with what is known of the cell."""
    size = "" if n is None else N_(" of {n} bytes").format(n=n)
    place = "" if row is None else N_(" in data row {row}").format(row=row)
    do = N_("Leave the column out, or look for a quote that is never closed.")
    return InputError(
        "SA-156",
        where,
        N_("a cell{size}{place}; limit {limit} bytes").format(size=size, place=place, limit=MAX_CELL),
        do,
    )


def long_record(where: str, limit: int, row: int | None) -> InputError:
    """SA-156 of a record whose cells may each be short enough."""
    place = "" if row is None else N_(" in data row {row}").format(row=row)
    do = N_("Leave columns out, or look for a quote that is never closed.")
    return InputError("SA-156", where, N_("a record{place}; limit {limit} bytes").format(place=place, limit=limit), do)


def check_count(where: str, n: int, n_read: int, noun: str = "record") -> None:
    """SA-121 where as many records, or cells or characters of them, are there and another number was read.

    Examples
    --------
    >>> check_count("train t.csv", 10, 10)
    >>> try:
    ...     check_count("train t.csv", 10, 9)
    ... except InputError as error:
    ...     error.got
    '10 records are there, 9 were read; nothing was audited'
    """
    if n != n_read:
        got = {
            (True, True): N_("{counted} is there, {n_read} was read; nothing was audited"),
            (True, False): N_("{counted} is there, {n_read} were read; nothing was audited"),
            (False, True): N_("{counted} are there, {n_read} was read; nothing was audited"),
            (False, False): N_("{counted} are there, {n_read} were read; nothing was audited"),
        }[n == 1, n_read == 1].format(counted=plural(n, noun), n_read=n_read)
        raise InputError("SA-121", where, got, N_("Export it in another format, such as Parquet, and report this."))
