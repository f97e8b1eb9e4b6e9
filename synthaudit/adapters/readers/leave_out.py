"""Columns that the user leaves out: how they are named on a command line, and what stands for them where need be."""

import csv
import io
import shlex
from collections.abc import Sequence

from synthaudit.files import printable

NOT_READ = "(not read)"
"""Stands for a cell that is no plain value, in a column that is left out: all that is known is that it is there."""


def listed(names: Sequence[str]) -> str:
    """Names in one text, with commas between them; a name with a comma is quoted.

    Examples
    --------
    >>> listed(["site", "last, first"])
    'site,"last, first"'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def names_in(text: str) -> list[str]:
    """The names of such a text.

    Examples
    --------
    >>> names_in('site, "last, first",')
    ['site', 'last, first']
    """
    rows = csv.reader([text], skipinitialspace=True)
    return [name.strip() for row in rows for name in row if name.strip()]


def exclude_flag(names: Sequence[str]) -> str:
    """The flag that leaves columns out, as a shell takes it.

    Examples
    --------
    >>> exclude_flag(["fax", "q3 note"])
    "--exclude 'fax,q3 note'"
    """
    return f"--exclude {shlex.quote(listed([printable(name) for name in names]))}"


def stand_in(position: int) -> str:
    """What a column without a name is called where it is left out.

    Examples
    --------
    >>> stand_in(0)
    '(column 1)'
    """
    return f"(column {position + 1})"
