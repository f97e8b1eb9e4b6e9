"""What an engine is made of: the parts of a URL that read a table, and none that reads files, writes or runs code.

Whoever needs another setting hands an engine of their own over in Python.
"""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from synthaudit.adapters.readers.raw import MAX_CELL
from synthaudit.errors import InputError
from synthaudit.files import open_input
from synthaudit.files.catalogue import N_

SECONDS = 600
"""That one query of SQLite may take: a view may never end."""
MAX_VALUE = 16 * MAX_CELL
"""Bytes of one value, or row, of SQLite: a view may make any."""

_POSTGRESQL = frozenset(
    {
        *("host", "port", "hostaddr", "user", "password", "dbname", "sslmode", "connect_timeout", "application_name"),
        *("options", "client_encoding", "target_session_attrs", "channel_binding", "gssencmode", "keepalives"),
    }
)
_MYSQL = frozenset({"charset", "collation", "connect_timeout", "read_timeout", "ssl_mode", "ssl_disabled"})
KINDS: Mapping[str, frozenset[str]] = {
    "sqlite": frozenset({"uri", "mode", "cache", "immutable"}),
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "oracle": frozenset({"service_name", "sid"}),
    "mssql": frozenset({"driver", "encrypt", "trustservercertificate", "applicationintent", "timeout"}),
}
"""Databases that a URL may name, and what its query may set."""
_NO_FILES: Mapping[str, Mapping[str, Any]] = {
    "pymysql": {"local_infile": False},
    "mysqldb": {"local_infile": 0},
    "mysqlconnector": {"allow_local_infile": False},
    "mariadbconnector": {"local_infile": False},
}
"""How drivers of MySQL are told that the server gets no file of this machine, which it may ask for at any time."""
_DRIVER = re.compile(r"[\w .{}()+-]+")


def safe_engine(url: Any, where: str) -> dict[str, Any]:
    """Arguments of ``sqlalchemy.create_engine`` that read this URL, and do nothing else.

    Raises
    ------
    InputError
        SA-101 or SA-104 no such file, SA-120 a database, driver or setting that is not taken.
    """
    kind, driver = url.get_backend_name(), url.drivername.partition("+")[2]
    if kind not in KINDS:
        do = N_("Give one of {kinds}, or in Python an engine and a table.").format(kinds=", ".join(KINDS))
        raise InputError("SA-120", where, N_("a kind of database that is not read by its URL"), do)
    settings = {key.lower(): value for key, value in url.query.items()}
    # An ODBC driver may be given by the path of a library, which is then run.
    if not settings.keys() <= KINDS[kind] or not _DRIVER.fullmatch(str(settings.get("driver", "x"))):
        got = N_("its URL has a setting beyond {settings}").format(settings=", ".join(sorted(KINDS[kind])))
        raise InputError("SA-120", where, got, N_("Leave it out, or give in Python an engine of your own."))
    if kind == "sqlite":
        return {"url": "sqlite://", "creator": _sqlite(url, driver, settings, where)}
    if kind not in ("mysql", "mariadb"):
        return {"url": url}
    if (driver or "mysqldb") not in _NO_FILES:
        got = N_("a driver that may send files of this machine to the server")
        raise InputError(
            "SA-120",
            where,
            got,
            N_("Write {kind}+ and one of {drivers}.").format(kind=kind, drivers=", ".join(_NO_FILES)),
        )
    return {"url": url, "connect_args": dict(_NO_FILES[driver or "mysqldb"])}


def _sqlite(url: Any, driver: str, settings: Mapping[str, Any], where: str) -> Any:
    """What opens a file of SQLite to be read only, and keeps its views from other files, from memory and from time."""
    name = url.database or ""
    if driver not in ("", "pysqlite") or settings.get("mode", "ro") != "ro":
        raise InputError(
            "SA-120", where, N_("a file of SQLite that is not opened to be read only"), N_("Write mode=ro.")
        )
    if name.startswith("file:"):
        name = unquote(re.sub(r"^file:(//(localhost)?(?=/))?", "", name.partition("?")[0]), errors="surrogateescape")
    if name in ("", ":memory:"):
        raise InputError("SA-120", where, N_("a database in memory, which is empty"), N_("Give its file."))
    open_input(Path(name), where).close()

    def connected() -> Any:
        import sqlite3

        address = f"file:{quote(os.fsencode(Path(name).absolute()))}?mode=ro"
        database = sqlite3.connect(address, uri=True, check_same_thread=False)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        database.execute("PRAGMA trusted_schema = OFF")
        end = time.monotonic() + SECONDS
        database.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        return database

    return connected
