"""What a file holds beside its table, by format: counted, never read into anything.

A new hiding place is a function here and a line in ``PLACES``. What packs a file (gzip, Zstandard) is unpacked before,
and says in ``compression.py`` what else it carries.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from synthaudit.adapters.readers.duck import connection, quoted
from synthaudit.adapters.readers.pages import DamagedError, table_bytes
from synthaudit.types import BeyondCopy, BeyondKind

_BLOCK = 1 << 20
_BLANK = re.compile(rb"\n(?=\n)")
_USUAL = ("pandas", "ARROW:schema", "huggingface")
"""What libraries write of a table's own types; nothing to tell as long as it is no larger than that takes."""
_USUAL_BYTES, _USUAL_BYTES_OF_COLUMN = 2_000, 500
_MEMBERS = re.compile(
    r"\[Content_Types\]\.xml|(_rels|xl/_rels|xl/worksheets/_rels)/[^/]*\.rels|docProps/(app|core)\.xml"
    r"|xl/(workbook|styles|sharedStrings|metadata)\.xml|xl/theme/theme1\.xml|xl/worksheets/sheet1\.xml"
)
"""Parts that a workbook of one plain sheet has."""


def beside_table(path: Path, content: str) -> tuple[BeyondCopy, ...]:
    """What the decoded copy of a file of this format holds beside its table; nothing of a file that cannot be read.

    Examples
    --------
    >>> from synthaudit.files import private_temporary
    >>> with private_temporary(".csv") as path:
    ...     _ = path.write_text("a,b\\n1,2\\n\\n3,4\\n\\n")
    ...     [(one.kind, one.n) for one in beside_table(path, "csv")]
    [('blank_lines', 2)]
    """
    places = PLACES.get(content, ())
    return summed(BeyondCopy(kind=kind, n=n) for place in places for kind, n in place(path))


def summed(counts: Iterable[BeyondCopy] | Iterable[tuple[BeyondCopy, ...]]) -> tuple[BeyondCopy, ...]:
    """Counts of several places or files, one of each kind and column; those of 0 are left out."""
    total: Counter[tuple[BeyondKind, str | None]] = Counter()
    for item in counts:
        for one in item if isinstance(item, tuple) else (item,):
            total[one.kind, one.column] += one.n
    return tuple(BeyondCopy(kind=kind, n=n, column=column) for (kind, column), n in total.items() if n)


def _blank_lines(path: Path) -> Iterator[tuple[BeyondKind, int]]:
    """Lines with nothing in them, which are skipped where a table has several columns."""
    with path.open("rb") as file:
        header = file.readline()
        if path.suffix != ".jsonl" and not re.search(rb"[,;\t|]", header):
            return
        n, last = 0, b"\n"
        while block := file.read(_BLOCK):
            n += len(_BLANK.findall(last + block))
            last = block[-1:]
    yield "blank_lines", n


def _blanks_around(path: Path) -> Iterator[tuple[BeyondKind, int]]:
    """Lines with blanks before or behind their record, which readers of JSON skip."""
    with path.open("rb") as file:
        yield "line_blanks", sum(line.strip(b"\r\n") != (bare := line.strip()) and bare != b"" for line in file)


def _parquet_entries(path: Path) -> Iterator[tuple[BeyondKind, int]]:
    """Key-value metadata other than what libraries write of the types."""
    import duckdb

    file = quoted(str(path))
    try:
        with connection(path) as duck:
            entries = duck.execute(f"SELECT key, octet_length(value) FROM parquet_kv_metadata({file})").fetchall()
            n_columns = len(duck.execute(f"SELECT name FROM parquet_schema({file})").fetchall())
    except duckdb.Error:
        return
    usual = {key.encode() for key in _USUAL}
    most = _USUAL_BYTES + _USUAL_BYTES_OF_COLUMN * n_columns
    yield "metadata", sum(not (bytes(key) in usual and (size or 0) <= most) for key, size in entries)


def _parquet_bytes(path: Path) -> Iterator[tuple[BeyondKind, int]]:
    """Bytes that belong to no column, and not to the footer."""
    try:
        yield "outside", max(path.stat().st_size - table_bytes(path), 0)
    except (OSError, ValueError, DamagedError):
        return


def _workbook_parts(path: Path) -> Iterator[tuple[BeyondKind, int]]:
    """Parts of a workbook other than those of one plain sheet: comments, pictures, properties, other sheets."""
    try:
        with zipfile.ZipFile(path) as workbook:
            names = workbook.namelist()
            comment = bool(workbook.comment)
    except (zipfile.BadZipFile, OSError):
        return
    yield "metadata", sum(_MEMBERS.fullmatch(name) is None for name in names) + comment


PLACES: Mapping[str, tuple[Callable[[Path], Iterator[tuple[BeyondKind, int]]], ...]] = {
    "csv": (_blank_lines,),
    "tsv": (_blank_lines,),
    "jsonl": (_blank_lines, _blanks_around),
    "parquet": (_parquet_entries, _parquet_bytes),
    "xlsx": (_workbook_parts,),
}
"""By format, where something may lie."""
