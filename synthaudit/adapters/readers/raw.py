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

    def or_leave_out(self, names: Sequence[str], noun: str = "it") -> str:
        """The end of an advice: how to leave columns out instead.

        Examples
        --------
        >>> ReadOptions().or_leave_out(["fax"]), ReadOptions(may_exclude=False).or_leave_out(["fax"])
        (', or leave it out with --exclude fax', '')
        """
        return f", or leave {noun} out with {exclude_flag(names)}" if self.may_exclude else ""


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
    return f"{where}, column {position + 1} '{printable(name)}'"


def plural(n: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


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
    candidates = list(known)
    by_fold = {fold_text(other): other for other in candidates}
    close = difflib.get_close_matches(fold_text(name), by_fold, n=1, cutoff=0.6)
    return f" Did you mean '{printable(by_fold[close[0]])}'?" if close else ""


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
    got = f"column {shown} has an empty name" if len(places) == 1 else f"columns {shown} have empty names"
    do = "Name every column."
    if options is not None and options.may_exclude and len(places) <= 100:
        noun = "it" if len(places) == 1 else "them"
        do = f"Name {noun}{options.or_leave_out([stand_in(i) for i in places], noun)}."
    return InputError("SA-134", where, got, do)


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse column names that cannot be told apart, by eye or at all (SA-132 to SA-137).

    They are told by their places: a table without a header has cells for names.
    """
    if len(names) > MAX_COLUMNS:
        raise InputError("SA-137", where, f"{len(names)} columns; limit {MAX_COLUMNS}", "Leave some out.")
    unnamed = [i for i, name in enumerate(names) if not name.strip()]
    if unnamed:
        raise _unnamed(unnamed, where, None)
    for i, name in enumerate(names):
        if len(name) > MAX_NAME_LENGTH:
            got = f"the name of column {i + 1} is {len(name)} characters; limit {MAX_NAME_LENGTH}"
            raise InputError("SA-136", where, got, "Shorten it.")
        if any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in name):
            got = f"column {i + 1} has invisible characters in its name"
            raise InputError("SA-135", where, got, "Remove them.")
    seen: dict[str, int] = {}
    folded: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in seen:
            places = ", ".join(str(j + 1) for j, other in enumerate(names) if other == name)
            got = f"columns {places} have the same name"
            raise InputError("SA-132", where, got, "Give every column a name of its own.")
        twin = folded.get(fold_text(name))
        if twin is not None:
            got = f"the names of columns {twin + 1} and {i + 1} differ only in case, spaces or composition"
            raise InputError("SA-133", where, got, "Rename one of them.")
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
    size = "" if n is None else f" of {n} bytes"
    place = "" if row is None else f" in data row {row}"
    do = "Leave the column out, or look for a quote that is never closed."
    return InputError("SA-156", where, f"a cell{size}{place}; limit {MAX_CELL} bytes", do)


def long_record(where: str, limit: int, row: int | None) -> InputError:
    """SA-156 of a record whose cells may each be short enough."""
    place = "" if row is None else f" in data row {row}"
    do = "Leave columns out, or look for a quote that is never closed."
    return InputError("SA-156", where, f"a record{place}; limit {limit} bytes", do)


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
        got = f"{plural(n, noun)} {'is' if n == 1 else 'are'} there, {n_read} "
        got += f"{'was' if n_read == 1 else 'were'} read; nothing was audited"
        raise InputError("SA-121", where, got, "Export it in another format, such as Parquet, and report this.")
