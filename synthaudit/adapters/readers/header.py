"""A first line that may be a person: it is told by the places of its columns alone, and nothing is read behind it."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice

from synthaudit.adapters.notation.times import is_time
from synthaudit.adapters.readers.raw import MAX_NAME_LENGTH, ReadOptions
from synthaudit.cells import fold_text, is_identity_shaped
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

SAMPLE_RECORDS = 1_000
LONGEST_NAME = 80
"""Characters; a longer one is taken for a text that somebody wrote."""

_FIGURES = re.compile(r"[\W_]*\d[\d\W_]*")
"""Digits and marks alone: numbers, dates, codes, telephones."""


def check_header(
    names: Sequence[str], where: str, options: ReadOptions, records: Iterable[Sequence[object]] = ()
) -> None:
    """Refuse names that look like cells, until the user says that they are names.

    Parameters
    ----------
    names : sequence of str
        What stands where the names of the columns belong.
    where : str
        Role and file name.
    options : ReadOptions
        ``has_header`` where the user said so.
    records : iterable of sequence
        What stands below; of these the first 1,000 are looked at. A name that is also a cell of its column is none.

    Raises
    ------
    InputError
        SA-141 with positions only: a table without a header would have the cells of a person for names.

    Examples
    --------
    >>> check_header(["age", "city"], "train t.csv", ReadOptions(), [["34", "Rome"]])
    >>> check_header(["34", "Rome"], "train t.csv", ReadOptions(), [["51", "Rome"]])
    Traceback (most recent call last):
        ...
    synthaudit.errors.InputError: SA-141 train t.csv: what names columns 1, 2 look like cells of a row. Put a line of \
names above the first row, or pass --has-header if these are the names.
    """
    if options.has_header or are_counted(names):
        return
    alike = {i for i, name in enumerate(names) if looks_like_a_cell(name)}
    folded = [fold_text(name) for name in names]
    for record in islice(records, SAMPLE_RECORDS):
        if _surely_without(folded, record):
            continue
        alike |= {
            i
            for i, (name, cell) in enumerate(zip(folded, record, strict=False))
            if isinstance(cell, str) and name and fold_text(cell) == name
        }
    if alike:
        shown = ", ".join(str(i + 1) for i in sorted(alike)[:10]) + (", …" if len(alike) > 10 else "")
        got = (
            N_("what names column {shown} looks like cells of a row")
            if len(alike) == 1
            else N_("what names columns {shown} look like cells of a row")
        ).format(shown=shown)
        do = N_("Put a line of names above the first row, or pass --has-header if these are the names.")
        raise InputError("SA-141", where, got, do)


def _surely_without(folded: Sequence[str], record: Sequence[object]) -> bool:
    """Whether no cell can be one of the names: a record in plain letters need not be folded cell by cell."""
    line = "\n".join([cell for cell in record if isinstance(cell, str)])
    if not line.isascii():
        return False
    lower = line.lower()
    return not any(name in lower for name in folded if name)


def are_counted(names: Sequence[str]) -> bool:
    """Whether the columns are numbered from 0 or from 1, as programs do where there are no names."""
    return any(list(names) == [str(i + first) for i in range(len(names))] for first in (0, 1))


def looks_like_a_cell(name: str) -> bool:
    """Whether what should be a name is rather a number, a date, an address or a text of a person's.

    Examples
    --------
    >>> [looks_like_a_cell(text) for text in ("age", "34", "12.03.1984", "ann@mail.example")]
    [False, True, True, True]
    """
    if LONGEST_NAME < len(name) <= MAX_NAME_LENGTH or _FIGURES.fullmatch(name) or "@" in name or "://" in name:
        return True
    with suppress(ValueError):
        float(name)
        return True
    return is_time(name) or is_identity_shaped(name)
