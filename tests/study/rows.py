"""The rows of the study in a file that only grows: one line an audit, written when it is done."""

import ast
import csv
import fcntl
import hashlib
import io
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from study.plan import Case

Said = Literal["yes", "no", "unknown", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one audit said."""

    part: str
    kind: str
    table: str
    size: int
    policy: str
    profile: str
    seed: int
    outcome: str
    """Under the policy of the case: ``pass``, ``inconclusive``, ``fail``; ``refused``, or ``error``."""
    internal: str = ""
    partner: str = ""
    public: str = ""
    detected: Said = ""
    gates: str = ""
    """Those with the outcome of the whole, unless it is a pass."""
    gaps: str = ""
    """Tests of the coverage record that rule out a pass."""
    controls: str = ""
    """Those that failed."""
    reason: str = ""
    """The deciding one, its beginning."""
    seconds: float = 0.0
    """Of the audit, on one core."""
    seconds_made: float = 0.0
    """Of making the tables; without those of generators in other environments."""
    release: str = ""
    """Hash of the release."""
    commit: str = ""
    code: str = ""
    """Hash of the program, see ``code_of``."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two audits the same, beside the program."""
        return _key(self)


def _key(case: Case | Row) -> tuple[str, ...]:
    return tuple(str(getattr(case, name)) for name in ("part", "kind", "table", "size", "policy", "profile", "seed"))


_NO_VERDICT = (
    "cli",
    "web",
    "api.py",
    "commands",
    "report",
    "files",
    "runtime",
    "evidence.py",
    "errors.py",
    "_version.py",
)
"""Rooms that hand tables to an audit and show what it says: no outcome depends on them."""
_MARKS = ("_", "N_", "plural", "translated")
"""Calls whose arguments are words for readers."""


def code_of(package: Path) -> str:
    """Hash of the modules that decide; comments, docstrings and messages may change without making a row old."""
    hashed = hashlib.sha256()
    for module in sorted(package.rglob("*.py")):
        if module.relative_to(package).parts[0] in _NO_VERDICT:
            continue
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
                node.args = []
        hashed.update(f"{module.relative_to(package)}\0{ast.dump(tree)}\0".encode())
    return hashed.hexdigest()[:12]


def read(file: Path) -> list[Row]:
    """The rows of a file, the last line left out where its writer was killed over it; none where there is no file.

    Raises
    ------
    ValueError
        The file has other columns.
    """
    if not file.exists():
        return []
    whole = [line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    table = csv.DictReader(whole)
    if whole and table.fieldnames != COLUMNS:
        raise ValueError(f"{file} has the columns {table.fieldnames}, not {COLUMNS}")
    return [_row(line) for line in table]


def append(file: Path, row: Row) -> None:
    """Write one line that is on the disk once this returns; an unfinished line of a killed writer is cut off first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as opened:
        # Two runs of the study at once: neither may take the other's line for an unfinished one.
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(0)
        opened.truncate(opened.read().rfind(b"\n") + 1)
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        if not opened.tell():
            writer.writeheader()
        writer.writerow(asdict(row))
        opened.seek(0, os.SEEK_END)
        opened.write(text.getvalue().encode())
        opened.flush()
        os.fsync(opened.fileno())


def missing(wanted: list[Case], rows: list[Row], code: str) -> list[Case]:
    """The cases that no row of this program answers."""
    done = {row.key for row in rows if row.code == code}
    return [case for case in wanted if _key(case) not in done]


COLUMNS = [field.name for field in fields(Row)]


def _row(line: dict[str, str]) -> Row:
    numbers = {"size": int(line["size"]), "seed": int(line["seed"])}
    seconds = {name: float(line[name]) for name in ("seconds", "seconds_made")}
    return Row(**{**line, **numbers, **seconds})  # type: ignore[arg-type]
