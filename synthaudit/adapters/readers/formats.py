"""What formats there are: by a file's name, by its first bytes, and of a private copy of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synthaudit.adapters.readers.exports import UNREAD
from synthaudit.adapters.readers.raw import RawTable, TableRole, where_of
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondCopy

if TYPE_CHECKING:
    import pandas as pd

_FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xlsx": "xlsx",
    ".xlsb": "xlsb",
    ".ods": "ods",
    ".xls": "xls",
    ".sav": "sav",
    ".zsav": "sav",
    ".dta": "dta",
    ".sas7bdat": "sas7bdat",
    ".xpt": "xpt",
}
STATISTICAL = ("sav", "dta", "sas7bdat", "xpt")
"""Formats of SPSS, Stata and SAS."""
REWRITTEN = ("json", *STATISTICAL)
"""Formats that are read as another: lines of JSON, or Parquet."""
WORKBOOKS = {"xlsx": "zip", "xlsb": "zip", "ods": "zip", "xls": "xls"}
"""Formats of workbooks, and what their first bytes say."""
_PACKED = {".gz": "gzip", ".zst": "zstd"}
CODE = {
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".dill": "dill",
    ".npy": "npy",
    ".npz": "npz",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".rds": "rds",
    ".rda": "rds",
    ".rdata": "rds",
    ".pt": "torch",
    ".pth": "torch",
    ".feather": "feather",
    ".arrow": "arrow",
    ".ipc": "arrow",
}
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PAR1", "parquet"),
    (b"PARE", "encrypted parquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"ARROW1", "arrow"),
    (b"FEA1", "feather"),
    (b"\x93NUMPY", "npy"),
    (b"RDX2\n", "rds"),
    (b"RDX3\n", "rds"),
    (b"X\n\x00\x00\x00", "rds"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF-", "pdf"),
    (b"$FL2@(#)", "sav"),
    (b"$FL3@(#)", "sav"),
    (b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV", "encrypted sav"),
    (b"<stata_dta><header>", "dta"),
    # Before release 117 a file begins with its release, its order of bytes and a 1.
    *((bytes([release, order, 1]), "dta") for release in (104, 105, 108, *range(110, 116)) for order in (1, 2)),
    (b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c", "sas7bdat"),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "xpt"),
    (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!", "xpt"),
    (b"**COMPRESSED** **COMPRESSED** **COMPRESSED**", "cport"),
    (b"Obj\x01", "avro"),
    *((bytes([0x80, protocol]), "pickle") for protocol in range(2, 6)),
)
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".xz", ".bz2")
"""Ends of the names of what may hold a table, and is not read."""
READABLE = N_("Export CSV, TSV, Parquet or JSON lines.")


def format_of(name: str, where: str) -> tuple[str, str]:
    """Format and compression that a file's name promises."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    for suffix in suffixes[-2:]:
        if suffix in CODE:
            got = N_("format '{name}' can run code or is not safe to read, and is refused").format(name=CODE[suffix])
            raise InputError("SA-107", where, got, READABLE)
    packed = _PACKED.get(suffixes[-1], "none") if suffixes else "none"
    kind = suffixes[-1] if packed == "none" and suffixes else suffixes[-2] if len(suffixes) > 1 else ""
    if kind in UNREAD:
        raise UNREAD[kind].refusal(where)
    if kind not in _FORMATS:
        got = N_("the name ends in no format that is read ({formats}; .gz and .zst after it)").format(
            formats=", ".join(_FORMATS)
        )
        raise InputError("SA-107", where, got, READABLE)
    return _FORMATS[kind], packed


def may_be_table(name: str) -> bool:
    """Whether a file's name promises a table, be it one that is read or one that is refused.

    Examples
    --------
    >>> [may_be_table(name) for name in ("a.csv", "a.csv.gz", "a.pkl", "a.zip", "README.md", "a", "sha256sums")]
    [True, True, True, True, False, False, False]
    """
    suffixes = {suffix.lower() for suffix in Path(name).suffixes[-2:]}
    return not suffixes.isdisjoint((*_FORMATS, *CODE, *UNREAD, *_PACKED, *_ARCHIVES))


def content_of(head: bytes) -> str:
    """What the first bytes of a file say it is; ``"text"`` where they say nothing.

    Examples
    --------
    >>> content_of(b"PAR1...."), content_of(b"a,b")
    ('parquet', 'text')
    """
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "text")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copied:
    """A private copy of a table's file, decoded and of a format that is read."""

    path: Path
    content: str
    """``"csv"``, ``"tsv"``, ``"parquet"``, ``"jsonl"``, or a workbook."""
    name: str
    role: TableRole
    sha256: str
    notes: tuple[str, ...]
    beyond: tuple[BeyondCopy, ...] = ()
    """What the file holds beside the table."""
    sep: str | None = None
    """Delimiter that the file itself shows, where its header alone would not."""

    @property
    def where(self) -> str:
        """Role and name, for messages."""
        return where_of(self.role, self.name)

    @property
    def rows_named(self) -> bool:
        """Whether a message may name a row: of the release alone, since other tables hold real people."""
        return self.role == "synthetic"

    def table(self, frame: "pd.DataFrame") -> RawTable:
        """A frame with the name, the hash and the notes of this file."""
        return RawTable(
            frame=frame,
            name=self.name,
            role=self.role,
            sha256=self.sha256,
            typed=self.content in ("parquet", "jsonl", *WORKBOOKS),
            notes=self.notes,
            beyond=self.beyond,
        )
