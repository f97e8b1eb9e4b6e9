"""The file of all audits: SQLite, one row an audit, known by the hash of its evidence.

A change is one transaction behind a rollback journal: whatever kills a writer, the next reader finds the file as it was
before or after. Writers wait for each other.
"""

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import machine_faults, printable
from synthaudit.files.catalogue import N_
from synthaudit.types.history import PastAudit

_APPLICATION, _FORMAT = 0x53594E41, 1
_PATIENCE = 60.0
"""Seconds that a writer waits for another one."""
_COLUMNS = tuple(field.name for field in fields(PastAudit))
_TYPES = {name: hint for name, hint in get_type_hints(PastAudit).items() if name in _COLUMNS}


def record(path: Path, audits: Iterable[PastAudit]) -> int:
    """Add audits to a history, which is made where there is none.

    Parameters
    ----------
    path : Path
        The file; made with mode 0600.
    audits : iterable of PastAudit
        Those that are in it already stay as they are.

    Returns
    -------
    int
        How many were new.

    Raises
    ------
    InputError
        SA-424 the file is no history.
    CannotFinishError
        SA-301 to SA-303 as for every output, SA-304 a link or a folder is at this name, SA-309 another process held the
        file for a minute.
    """
    with _writing(path) as database:
        before = _count(database)
        _insert(database, audits)
        return _count(database) - before


def replace_all(path: Path, audits: Iterable[PastAudit]) -> int:
    """Make a history hold these audits and no other; parameters and errors as of :func:`record`.

    Returns
    -------
    int
        How many audits it held that are not among them.
    """
    kept = list(audits)
    with _writing(path) as database:
        held = {row[0] for row in database.execute("SELECT evidence_sha256 FROM audits")}
        database.execute("DELETE FROM audits")
        _insert(database, kept)
        return len(held - {audit.evidence_sha256 for audit in kept})


def read(path: Path) -> tuple[PastAudit, ...]:
    """All audits, the oldest first.

    Raises
    ------
    InputError
        SA-424 there is no such file, or it is no history.
    CannotFinishError
        As :func:`record`.
    """
    if not path.is_file():
        got = N_("there is no such file")
        raise InputError("SA-424", _where(path), got, N_("Record audits in one with audit --history FILE."))
    with _opened(path) as database:
        _refuse_foreign(database, path)
        rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM audits ORDER BY created_utc, evidence_sha256")
        return tuple(_audit(row, path) for row in rows)


def _where(path: Path) -> str:
    return N_("history {name}").format(name=printable(path.name, 80))


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that nobody else writes beside; undone where it breaks off."""
    _make(path)
    with _opened(path) as database:
        # Taken before anything is read: what is decided by the content must hold until it is changed.
        database.execute("BEGIN IMMEDIATE")
        try:
            if _is_new(database):
                _create(database)
            _refuse_foreign(database, path)
            yield database
            database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise


def _make(path: Path) -> None:
    """An empty private file where there is none; a link is not followed."""
    what = _where(path)
    with machine_faults(what):
        if path.is_symlink() or path.is_dir():
            got = N_("SA-304 {what}: a link or a folder is at this name. Choose another name.").format(what=what)
            raise CannotFinishError(got)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
        if not stat.S_ISREG(path.lstat().st_mode):
            raise InputError("SA-424", what, N_("no regular file"), N_("Choose another name."))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # Only a file that is there: its name may hold what a URI reads as something else.
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
    with _faults(path):
        database = sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)
        try:
            # What a file brings along must not act, and what is committed is on the disk.
            for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "synchronous=FULL", "journal_mode=DELETE"):
                database.execute(f"PRAGMA {pragma}").fetchall()
            yield database
        finally:
            database.close()


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """What SQLite says as an error of ours; it may quote the file."""
    what = _where(path)
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            text = N_("SA-309 {what}: another process holds the file. Run the same command again.")
        elif code == sqlite3.SQLITE_FULL:
            text = N_("SA-301 {what}: the disk is full. Free some space and run the same command again.")
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            text = N_("SA-303 {what}: the file cannot be opened for writing. Check its permissions and its folder.")
        elif code == sqlite3.SQLITE_IOERR:
            text = N_("SA-302 {what}: the device reports a read or write error. Check the disk.")
        else:
            raise _no_history(path) from None
        raise CannotFinishError(text.format(what=what)) from None


def _no_history(path: Path) -> InputError:
    do = N_("Choose another file; a damaged one is made again by: synthaudit history --rebuild DIR... NEW_FILE")
    return InputError("SA-424", _where(path), N_("no history of synthaudit, or a damaged one"), do)


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def _is_new(database: sqlite3.Connection) -> bool:
    return not any(_pragma(database, name) for name in ("application_id", "user_version", "schema_version"))


def _create(database: sqlite3.Connection) -> None:
    columns = ", ".join(name if name != "evidence_sha256" else f"{name} TEXT PRIMARY KEY" for name in _COLUMNS)
    database.execute(f"CREATE TABLE audits ({columns}) WITHOUT ROWID")
    database.execute(f"PRAGMA application_id={_APPLICATION}")
    database.execute(f"PRAGMA user_version={_FORMAT}")


def _refuse_foreign(database: sqlite3.Connection, path: Path) -> None:
    if _is_new(database):
        got, do = N_("it holds no audit"), N_("Record audits in it with audit --history FILE.")
        raise InputError("SA-424", _where(path), got, do)
    if [row[0] for row in database.execute("PRAGMA quick_check(1)")] != ["ok"]:
        raise _no_history(path)
    if _pragma(database, "application_id") != _APPLICATION:
        raise _no_history(path)
    if _pragma(database, "user_version") != _FORMAT:
        got = N_("it was made by another version of synthaudit")
        do = N_("Make a new one: synthaudit history --rebuild DIR... NEW_FILE")
        raise InputError("SA-424", _where(path), got, do)


def _count(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM audits").fetchone()[0])


def _insert(database: sqlite3.Connection, audits: Iterable[PastAudit]) -> None:
    places = ", ".join("?" for _ in _COLUMNS)
    database.executemany(f"INSERT OR IGNORE INTO audits VALUES ({places})", map(astuple, audits))


def _audit(row: tuple[Any, ...], path: Path) -> PastAudit:
    """A row as it was written; SQLite holds anything in any column, and others may have written to the file."""
    for value, name in zip(row, _COLUMNS, strict=True):
        hint = _TYPES[name]
        allowed: Any = {str: str, int: int, float: float, int | None: int | None, float | None: float | None}.get(hint)
        is_known = value in ("pass", "fail", "inconclusive") if allowed is None else isinstance(value, allowed)
        # Beyond these no audit counts; what is not finite is not between them either.
        if not is_known or (isinstance(value, int | float) and not -(2**53) < value < 2**53):
            raise _no_history(path)
    return PastAudit(**dict(zip(_COLUMNS, row, strict=True)))
