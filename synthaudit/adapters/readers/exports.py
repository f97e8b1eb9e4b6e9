"""Formats that are known and not read, by name, by content, or by the folders of a table, and how to export them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_LINES, _WIDTH = 1_000, 1 << 16
"""Of text that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a format is called, and how its table is written as one that is read."""

    name: str
    do: str

    def refusal(self, where: str) -> InputError:
        """SA-107 with the way out."""
        return InputError("SA-107", where, N_("{name}, which is not read").format(name=self.name), self.do)


def _by_duckdb(function: str) -> str:
    return N_("Write it as Parquet, for example in DuckDB: COPY (FROM {function}('PATH')) TO 'table.parquet'.").format(
        function=function
    )


_AVRO = Export(name=N_("a file of Avro"), do=_by_duckdb("read_avro"))
_CPORT = Export(name=N_("a file of PROC CPORT"), do=N_("Write it in SAS by a libname with the engine xport."))
_FIXED = Export(
    name=N_("columns of fixed width"),
    do=N_(
        "Write it as CSV with the widths of its columns, for example in Python: "
        "pandas.read_fwf('PATH', widths=WIDTHS, dtype=str).to_csv('table.csv', index=False)."
    ),
)
UNREAD: Mapping[str, Export] = {
    ".avro": _AVRO,
    ".orc": Export(
        name=N_("a file of ORC"),
        do=N_(
            "Write it as Parquet, for example in Python: "
            "pyarrow.parquet.write_table(pyarrow.orc.read_table('PATH'), 'table.parquet')."
        ),
    ),
    ".fwf": _FIXED,
    ".asc": _FIXED,
    ".dat": Export(
        name=N_("a format that its name does not tell"),
        do=N_(
            "Name it .csv where a delimiter stands between its columns; write it as CSV where they have fixed widths."
        ),
    ),
    ".por": Export(name=N_("a portable file of SPSS"), do=N_("Save it as .sav.")),
    ".sas7bcat": Export(name=N_("a catalogue of SAS formats"), do=N_("Give the table itself, a .sas7bdat.")),
    ".cpt": _CPORT,
    ".cport": _CPORT,
}
"""By the end of a file's name."""
CONTENTS: Mapping[str, Export] = {"avro": _AVRO, "cport": _CPORT}
"""By what the first bytes say."""
_DELTA = Export(name=N_("a Delta table"), do=_by_duckdb("delta_scan"))
_ICEBERG = Export(name=N_("an Iceberg table"), do=_by_duckdb("iceberg_scan"))
_HUDI = Export(name=N_("a Hudi table"), do=N_("Write it as Parquet in Spark: spark.read.format('hudi').load('PATH')."))


def refuse_lake(folders: Collection[str], where: str) -> None:
    """Refuse a folder whose parts hold replaced and deleted rows as well, which only its log tells from the others.

    Parameters
    ----------
    folders : collection of str
        Names of the folders in it.

    Raises
    ------
    InputError
        SA-107 a table of Delta, Iceberg or Hudi.

    Examples
    --------
    >>> refuse_lake(["year=2026"], "train people")
    >>> try:
    ...     refuse_lake(["_delta_log"], "train people")
    ... except InputError as error:
    ...     error.got
    'a Delta table, which is not read'
    """
    names = set(folders)
    for marks, lake in (({"_delta_log"}, _DELTA), ({"metadata", "data"}, _ICEBERG), ({".hoodie"}, _HUDI)):
        if marks <= names:
            raise lake.refusal(where)


def refuse_fixed_width(path: Path, where: str) -> None:
    """Refuse text without a delimiter whose lines are all as long, padded, and cut by a blank in the same place.

    Raises
    ------
    InputError
        SA-130: it would be read as one column.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        lines = [line.rstrip("\n") for line in islice(iter(lambda: file.readline(_WIDTH), ""), _LINES)]
    lines = [line for line in lines if line]
    if len(lines) < 3 or len({len(line) for line in lines}) > 1:
        return
    is_padded = any("  " in line.lstrip() or line.endswith(" ") for line in lines)
    header = lines[0].rstrip()
    gaps = set(range(len(header) - len(header.lstrip()) + 1, len(header)))
    for line in lines:
        gaps = {i for i in gaps if line[i] == " "}
    if gaps and is_padded:
        got = N_("no delimiter, and columns of fixed width as it seems")
        raise InputError("SA-130", where, got, N_("{do} Or pass --sep.").format(do=_FIXED.do))
