"""Promises of database tables, on a PostgreSQL that the test starts itself."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from tables import mixed

from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

pytestmark = pytest.mark.postgres
PASSWORD = "p@ss/w#rd?x=y:z"


def program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(installed[-1]) if installed else shutil.which(name)
    assert path is not None, "PostgreSQL is missing (Debian: apt install postgresql)"
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on a socket of its own, with a password; the start of its URLs."""
    # Root may not run it, and a long path is no name for a socket.
    user = None
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))

    def run(*command: str, **more: Any) -> None:
        done = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False, **more)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        (folder / "password").write_text(PASSWORD)
        if user is not None:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        data = str(folder / "data")
        run(
            program("initdb"),
            "-D",
            data,
            "-U",
            "ann",
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(folder / "password"),
            "-N",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        control = (program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
        # Its output goes to the log alone: the server would hold a pipe open for ever.
        start = [*control, "-o", options, "start"]
        subprocess.run(start, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        try:
            yield f"postgresql+psycopg://ann:{quote(PASSWORD, safe='')}@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(server: str) -> Iterator[sa.Engine]:
    server_engine = sa.create_engine(server)
    yield server_engine
    server_engine.dispose()


def test_cells_of_every_type(server: str, engine: sa.Engine) -> None:
    """Exact decimals and big integers as text, moments in UTC, durations in seconds, keys and times of day as text."""
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "Odd.schema"'))
        connection.execute(
            sa.text(
                'CREATE TABLE "Odd.schema"."People" AS SELECT 9007199254740993::bigint AS big, 1.50::numeric(9,2) AS d,'
                " '2020-07-01 12:00+02'::timestamptz AS seen, '2020-01-02'::date AS day, true AS yes,"
                " '00000000-0000-0000-0000-000000000005'::uuid AS key, '01:02:03'::time AS at,"
                " '1 day 1 second'::interval AS took, '00501'::char(5) AS zip, NULL::int AS none, 0.1::real AS narrow"
            )
        )
    frame = read_table(f"{server}#Odd%2Eschema.People", "train").frame
    row = frame.iloc[0].to_dict()
    assert np.isnan(row.pop("none")) if isinstance(row["none"], float) else row.pop("none") is None
    assert row == {
        "big": "9007199254740993",
        "d": str(Decimal("1.50")),
        "seen": pd.Timestamp(datetime(2020, 7, 1, 10, tzinfo=UTC)).tz_localize(None),
        "day": pd.Timestamp("2020-01-02"),
        "yes": "true",
        "key": str(UUID(int=5)),
        "at": time(1, 2, 3).isoformat(),
        "took": timedelta(days=1, seconds=1).total_seconds(),
        "zip": "00501",
        "narrow": 0.1,
    }


@pytest.mark.parametrize("sql", ["'{1,2}'::int[]", "'{\"a\": 1}'::jsonb", "'secret'::bytea"])
def test_nested_and_binary_columns_are_refused(engine: sa.Engine, sql: str) -> None:
    """By the type of their cells, without a cell."""
    with pytest.raises(InputError, match=r"SA-118 train table query, column 1 'a': cells of type \w+ are not tabular"):
        read_table((engine, sa.select(sa.literal_column(sql).label("a"))), "train")


def test_the_order_of_rows_is_of_no_account(server: str, engine: sa.Engine) -> None:
    """An update moves rows to the end of the heap; cells and hash stay."""
    mixed(300, np.random.default_rng(0)).to_sql("t", engine, index=False)
    before = read_table(f"{server}#t", "train")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE t SET x0 = x0 WHERE x1 > 1"))
        first = connection.execute(sa.text("SELECT x1 FROM t LIMIT 1")).scalar()
    after = read_table(f"{server}#t", "train")
    assert first is not None
    assert before.sha256 == after.sha256
    pd.testing.assert_frame_equal(before.frame, after.frame)


def test_the_transaction_is_read_only_and_streamed(engine: sa.Engine) -> None:
    """The server itself says that it is read only; rows come through a cursor of the server, in batches."""
    setting = read_table((engine, sa.select(sa.func.current_setting("transaction_read_only").label("a"))), "train")
    assert setting.frame["a"].tolist() == ["on"]
    cursors = sa.select(sa.text("name, statement")).select_from(sa.text("pg_cursors"))
    assert len(read_table((engine, cursors), "train").frame) == 1
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SEQUENCE counted"))
    with pytest.raises(InputError, match="SA-120"):
        read_table((engine, sa.select(sa.func.nextval("counted").label("a"))), "train")
    with engine.begin() as connection:
        assert connection.execute(sa.text("SHOW transaction_read_only")).scalar() == "off"


def test_the_limit_holds_while_rows_come(engine: sa.Engine) -> None:
    """A hundred million rows stop after the first batches."""
    many = sa.select(sa.func.generate_series(1, 100_000_000).label("n"))
    with pytest.raises(InputError, match=r"SA-112 train table query: larger than the limit of 977 KiB"):
        read_table((engine, many), "train", options=ReadOptions(max_bytes=1_000_000))


def test_a_wrong_password_is_not_told(server: str) -> None:
    """Neither the one given nor what the server says."""
    with pytest.raises(InputError) as caught:
        read_table(server.replace(quote(PASSWORD, safe=""), "s3cret") + "#t", "train")
    assert str(caught.value) == (
        "SA-120 train database: cannot be read (OperationalError). "
        "Check the URL, the server, and that you may read the table."
    )
