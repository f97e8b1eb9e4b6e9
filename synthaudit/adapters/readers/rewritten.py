"""Copies that are written anew before they are read: a JSON array as lines, files of SPSS, Stata and SAS as Parquet,
text without the lines around its table.
"""

from dataclasses import dataclass
from pathlib import Path

from synthaudit.adapters.readers.formats import STATISTICAL
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.types import BeyondCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A private copy of a table in a format that has a reader."""

    path: Path
    content: str
    """As ``Copied`` has it."""
    notes: tuple[str, ...] = ()
    beyond: tuple[BeyondCopy, ...] = ()
    """What the file held beside the table, and its copy does not."""
    sep: str | None = None
    """Delimiter that text itself shows, where its header alone would not."""


def rewritten(copy: Path, content: str, where: str, options: ReadOptions, *, rows_named: bool, spent: int) -> Rewritten:
    """The copy of a file, beside itself where its format is read as another.

    Raises
    ------
    InputError
        See ``jsonarray.write_lines``, ``stat_files.write_stat_file`` and ``trimming.trim``.
    """
    if content in STATISTICAL:
        from synthaudit.adapters.readers.stat_files import write_stat_file

        target = copy.with_suffix(".parquet")
        notes, beyond = write_stat_file(copy, target, where, options, spent)
        copy.unlink()
        return Rewritten(path=target, content="parquet", notes=notes, beyond=beyond)
    if content == "json":
        from synthaudit.adapters.readers.jsonarray import is_array, write_lines

        target = copy.with_suffix(".jsonl")
        if not is_array(copy, where):
            return Rewritten(path=copy.rename(target), content="jsonl")
        beyond = write_lines(copy, target, where, rows_named)
        copy.unlink()
        return Rewritten(path=target, content="jsonl", beyond=beyond)
    if content in ("csv", "tsv"):
        from synthaudit.adapters.readers.trimming import trim

        trimmed = trim(copy, where, options, prefer_tab=content == "tsv")
        beyond = (BeyondCopy(kind="metadata", n=trimmed.n_lines),)
        return Rewritten(path=copy, content=content, notes=trimmed.notes, beyond=beyond, sep=trimmed.sep)
    return Rewritten(path=copy, content=content)
