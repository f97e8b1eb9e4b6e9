"""Tables of a database through SQLAlchemy: one table or Select, read only, in batches, its order of no account."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import UUID

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES, size_text
from synthaudit.adapters.readers.engines import KINDS, safe_engine
from synthaudit.adapters.readers.extras import need
from synthaudit.adapters.readers.frames import frame_hash, raw_column
from synthaudit.adapters.readers.raw import (
    RawTable,
    ReadOptions,
    TableRole,
    check_cells,
    check_names,
    plural,
    where_column,
    where_of,
)
from synthaudit.errors import InputError, SynthauditError
from synthaudit.files.catalogue import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, TableClause

MOST_ROWS, BATCH_BYTES = 1_000, 16 << 20
"""Of one batch."""

_WEB = frozenset({"http", "https", "ftp", "ftps", "sftp", "ssh", "data"})
_FORM = N_("Write dialect+driver://user@host/database#schema.table.")


def read_url(url: str, role: TableRole, options: ReadOptions) -> RawTable:
    """Read the table that the fragment of an SQLAlchemy URL names: ``postgresql+psycopg://me@host/db#schema.table``.

    Raises
    ------
    InputError
        SA-106 no database, SA-112 beyond the limit, SA-114 SQLAlchemy or a driver is missing, SA-120 cannot be read,
        and what a frame would raise.
    """
    where = where_of(role, "database")
    address, mark, fragment = url.rpartition("#")
    dialect = url.partition("://")[0].partition("+")[0].lower()
    if dialect in _WEB or (not mark and dialect not in KINDS):
        raise InputError(
            "SA-106", where_of(role, "URL"), N_("a kind of URL that is not read"), N_("Download it first.")
        )
    need("sqlalchemy", "db", where)
    if not mark or not fragment:
        raise InputError("SA-120", where, N_("no table is named"), _FORM)
    import sqlalchemy as sa

    schema, _, name = fragment.rpartition(".")
    with _faults(where), warnings.catch_warnings():
        # A type that the dialect does not know is said of a column; its cells are looked at anyway.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        engine = sa.create_engine(
            **safe_engine(sa.make_url(address), where), poolclass=sa.pool.NullPool, hide_parameters=True
        )
        with _reading(engine) as connection:
            table = sa.Table(
                unquote(name),
                sa.MetaData(),
                schema=unquote(schema) or None,
                autoload_with=connection,
                resolve_fks=False,
            )
            return _table(connection, sa.select(table), unquote(name), role, options)


def read_query(bind: Any, what: Any, *, role: TableRole, options: ReadOptions) -> RawTable:
    """Read a ``Select`` or ``Table`` by an engine, read only, or by a connection as it is.

    Raises
    ------
    InputError
        As `read_url`; SA-107 for other objects.
    """
    where = where_of(role, "database")
    need("sqlalchemy", "db", where)
    import sqlalchemy as sa

    if not isinstance(bind, sa.Engine | sa.Connection) or not isinstance(what, sa.TableClause | sa.Select):
        got = N_("a pair of {bind} and {what}").format(bind=type(bind).__name__, what=type(what).__name__)
        raise InputError("SA-107", where, got, N_("Give an engine or connection, and a Table or Select."))
    with _faults(where):
        if isinstance(bind, sa.Connection):
            return _table(bind, what, "query", role, options)
        with _reading(bind) as connection:
            return _table(connection, what, "query", role, options)


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """Whatever a driver says of a failure may hold the password or a cell: only its type is told."""
    try:
        yield
    except (SynthauditError, MemoryError):
        raise
    except ModuleNotFoundError as error:
        got = N_("the driver {driver} is not installed").format(
            driver=(error.name or N_("of this database")).partition(".")[0]
        )
        raise InputError("SA-114", where, got, N_("Install it, or name another after the + of the URL.")) from None
    except Exception as error:
        known = {
            "NoSuchTableError": (N_("no such table"), N_("Correct the name after the #, with its schema.")),
            "NoSuchModuleError": (N_("a kind of database that SQLAlchemy does not know"), _FORM),
            "ArgumentError": (N_("not the URL of a database"), _FORM),
        }
        got = N_("cannot be read ({kind})").format(kind=type(error).__name__)
        got, do = known.get(
            type(error).__name__, (got, N_("Check the URL, the server, and that you may read the table."))
        )
        raise InputError("SA-120", where, got, do) from None


@contextmanager
def _reading(engine: Any) -> "Iterator[Connection]":
    """A connection that cannot write, as far as its database knows how to refuse."""
    import sqlalchemy as sa

    with engine.connect() as connection:
        dialect = connection.dialect.name
        if dialect == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        elif dialect == "sqlite":
            connection.execute(sa.text("PRAGMA query_only = ON"))
        elif dialect in ("mysql", "mariadb"):
            connection.execute(sa.text("SET SESSION TRANSACTION READ ONLY"))
            connection.rollback()
        elif dialect == "oracle":
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        try:
            yield connection
        finally:
            connection.rollback()
            if dialect == "sqlite":
                # The engine may be the user's own, and hand the same connection out again.
                connection.execute(sa.text("PRAGMA query_only = OFF"))
            elif dialect in ("mysql", "mariadb"):
                connection.execute(sa.text("SET SESSION TRANSACTION READ WRITE"))


def _table(
    connection: "Connection", what: "Select[Any] | TableClause", name: str, role: TableRole, options: ReadOptions
) -> RawTable:
    import sqlalchemy as sa

    where = where_of(role, N_("table {name}").format(name=name))
    limit = DEFAULT_MAX_BYTES if options.max_bytes is None else options.max_bytes
    query = sa.select(what) if isinstance(what, sa.TableClause) else what
    # For this one statement: a connection may be the user's own.
    streamed = {"stream_results": True, "max_row_buffer": MOST_ROWS}
    with connection.execute(query, execution_options=streamed) as result:
        names = list(map(str, result.keys()))
        check_names(names, where)
        columns: list[list[Any]] = [[] for _ in names]
        n_bytes, size = 0, 1
        while batch := result.fetchmany(size):
            before = n_bytes
            for cells, values in zip(columns, zip(*batch, strict=True), strict=True):
                plain = [_plain(value) for value in values]
                cells += plain
                n_bytes += sum(8 + (len(value) if isinstance(value, str | bytes) else 0) for value in plain)
            size = max(1, min(MOST_ROWS, 4 * size, BATCH_BYTES * len(batch) // (n_bytes - before)))
            if n_bytes > limit:
                got = N_("larger than the limit of {limit}").format(limit=size_text(limit))
                raise InputError("SA-112", where, got, N_("Raise --max-bytes, or name fewer columns in a Select."))
    _check_rows(connection, query, len(columns[0]) if columns else 0, where)
    if not columns or not columns[0]:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Check the table."))
    frame = {}
    for i, (column, cells) in enumerate(zip(names, columns, strict=True)):
        place = where_column(where, i, column)
        array = np.empty(len(cells), dtype=object)
        array[:] = cells
        frame[column] = raw_column(pd.Series(array, dtype=object), place, column, options)
        check_cells(frame[column], place, row_named=False)
    ordered = by_content(pd.DataFrame(frame))
    return RawTable(
        frame=ordered,
        name=f"table {name}",
        role=role,
        sha256=frame_hash(ordered),
        typed=True,
        notes=(N_("the rows of a database have no order of their own: they are numbered in the order of their cells"),),
        n_bytes=n_bytes,
    )


def _check_rows(connection: "Connection", query: "Select[Any]", n_read: int, where: str) -> None:
    """SA-121 where the database counts other rows in the same transaction than were fetched."""
    import sqlalchemy as sa

    # Of the order nothing depends, and some databases refuse one within a query.
    n = connection.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery()))
    if n != n_read:
        got = N_("{rows} by the database's count, {n_read} read; nothing was audited").format(
            rows=plural(int(n or 0), "row"), n_read=n_read
        )
        raise InputError(
            "SA-121", where, got, N_("Read a table that nobody writes to, or a Select that gives the same rows.")
        )


def _plain(value: Any) -> Any:
    """A driver's value as one that a frame may hold; times of day and keys as text, durations as seconds."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, time):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def by_content(frame: pd.DataFrame) -> pd.DataFrame:
    """A raw frame with its rows in the order of their cells, missing ones last.

    Examples
    --------
    >>> by_content(pd.DataFrame({"a": [2.0, float("nan"), 1.0, 1.0], "b": ["x", "y", "z", "w"]}))["b"].tolist()
    ['w', 'z', 'x', 'y']
    """
    codes = []
    for name in frame.columns:
        code, levels = pd.factorize(frame[name], sort=True)
        codes.append(np.where(code < 0, len(levels), code))
    return frame.iloc[np.lexsort(codes[::-1])].reset_index(drop=True)
