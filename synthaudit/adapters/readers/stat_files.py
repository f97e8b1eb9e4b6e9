"""Files of SPSS, Stata and SAS: measured, and written as Parquet by another process, to be read as any other."""

import codecs
from pathlib import Path
from typing import Any

from synthaudit.adapters.readers import stat_table
from synthaudit.adapters.readers.apart import run_apart
from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES
from synthaudit.adapters.readers.extras import need
from synthaudit.adapters.readers.raw import ReadOptions, check_names, plural
from synthaudit.adapters.readers.stat_counts import DamagedError, counts_of
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondCopy

MEMORY = 1 << 30
"""Bytes that the other process may use, beside what the cells take as objects of Python."""
_OBJECTS = 6
"""Times the decoded bytes that cells take there: some 46 bytes a cell were measured."""
_SHOWN = 10


def write_stat_file(
    source: Path, target: Path, where: str, options: ReadOptions, spent: int
) -> tuple[tuple[str, ...], tuple[BeyondCopy, ...]]:
    """Write a file of SPSS, Stata or SAS as Parquet.

    Parameters
    ----------
    source : Path
        Its suffix is the format.
    spent : int
        Decoded bytes of earlier parts of the same table, which count towards the limit.

    Returns
    -------
    notes : tuple of str
        What was noticed: columns read by their labels, codes read as missing.
    beyond : tuple of BeyondCopy
        What the file holds beside the table.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-113 needs too much memory, SA-114 pyreadstat is missing, SA-115 several data sets,
        SA-116 damaged, SA-121 rows or columns that are lost, SA-127 another encoding, SA-132 names.
    """
    need("pyreadstat", "stats", where)
    limit = (DEFAULT_MAX_BYTES if options.max_bytes is None else options.max_bytes) - spent
    try:
        counts = counts_of(source, source.suffix[1:])
    except DamagedError:
        raise _damaged(where) from None
    if counts.tables > 1:
        got = N_("{data_sets} in one file").format(data_sets=plural(counts.tables, "data set"))
        raise InputError("SA-115", where, got, N_("Export the one that is meant to a file of its own."))
    request = {"source": str(source), "target": str(target), "encoding": _codec(options.encoding), "n_bytes": limit}
    with machine_faults():
        create_private(target).close()
    answer = run_apart(Path(stat_table.__file__), request, memory=MEMORY + _OBJECTS * limit, n_bytes=MEMORY + limit)
    if answer["status"] != "ok":
        raise _refused(answer, where)
    # Before DuckDB renames those that differ only in case.
    check_names(answer["names"], where)
    counts.check(where, answer["rows"], len(answer["names"]))
    return _notes(answer), (BeyondCopy(kind="metadata", n=answer["beside"]),)


def _codec(encoding: str) -> str | None:
    """The encoding of files that name none, as C libraries call it; None where the user said nothing."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        do = N_("Pass a codec such as utf-8, latin-1 or cp1252.")
        raise InputError(
            "SA-180", N_("option {option}").format(option="--encoding"), N_("no such text encoding"), do
        ) from None
    return None if name == "utf-8" else name


def _damaged(where: str) -> InputError:
    return InputError(
        "SA-116", where, N_("not a valid file of its format, damaged or cut short"), N_("Export it again.")
    )


def _refused(answer: dict[str, Any], where: str) -> InputError:
    status = answer["status"]
    if status == "empty":
        return InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    if status == "decodes":
        got = N_("decodes to {n} bytes, beyond the limit").format(n=answer["n"])
        return InputError("SA-113", where, got, N_("Raise --max-bytes only if you trust the file."))
    if status == "too large":
        got = N_("a file that needs more memory or time than the limits allow")
        return InputError("SA-113", where, got, N_("Export it as CSV, or raise --max-bytes if you trust the file."))
    if status == "encoding":
        do = N_("Pass --encoding with the right one, such as cp1252, or export it again as UTF-8.")
        return InputError("SA-127", where, N_("text in another encoding than the file names"), do)
    if status == "twins":
        return InputError(
            "SA-132", where, N_("several columns have the same name"), N_("Give every column a name of its own.")
        )
    return _damaged(where)


def _notes(answer: dict[str, Any]) -> tuple[str, ...]:
    """In words, without a cell or a label."""
    notes = []
    if answer["labels"]:
        notes.append(
            N_("value labels are read in place of their codes in {columns}").format(columns=_columns(answer["labels"]))
        )
    if answer["some labels"]:
        notes.append(
            N_("codes are read in {columns}, whose value labels do not tell all values apart").format(
                columns=_columns(answer["some labels"])
            )
        )
    if missing := answer["missing"]:
        cells = plural(sum(missing.values()), "cell")
        notes.append(
            N_("{cells} with a code that the file declares missing, in {columns}").format(
                cells=cells, columns=_columns([int(i) for i in missing])
            )
        )
    if answer["no times"]:
        notes.append(
            N_("times outside of the years 1 to 9999 are read as numbers in {columns}").format(
                columns=_columns(answer["no times"])
            )
        )
    return tuple(notes)


def _columns(positions: list[int]) -> str:
    shown = ", ".join(str(i + 1) for i in positions[:_SHOWN]) + (", …" if len(positions) > _SHOWN else "")
    return (
        N_("column {shown}").format(shown=shown) if len(positions) == 1 else N_("columns {shown}").format(shown=shown)
    )
