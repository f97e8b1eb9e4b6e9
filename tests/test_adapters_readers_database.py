"""Promises of database tables, on SQLite: the cells of a frame, no order, no writing, no password anywhere."""

import itertools
import json
import re
import sqlite3
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from tables import mixed

import synthaudit
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.adapters.readers.urls import masked
from synthaudit.cli.main import cli
from synthaudit.errors import InputError

PEOPLE = pd.DataFrame({"id": [3, 1, 2], "zip": ["00501", None, "10001"], "age": [34.0, np.nan, 35.5]})
ORDER = "the rows of a database have no order of their own: they are numbered in the order of their cells"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of one table, one view, and one table whose name needs quoting."""
    path = tmp_path / "people.db"
    with sqlite3.connect(path) as database:
        PEOPLE.to_sql("people", database, index=False)
        PEOPLE.to_sql('odd "name".x', database, index=False)
        database.execute("CREATE VIEW grown AS SELECT zip FROM people WHERE age > 35")
    database.close()
    return path


def refused(source: Any, options: ReadOptions | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_table(source, "train", options=options)
    return str(caught.value)


def test_a_table_by_its_url(file: Path) -> None:
    """The cells of the frame, in the order of their content; the hash is that of a frame in this order."""
    table = read_table(f"sqlite:///{file}#people", "train")
    expected = PEOPLE.sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(table.frame, read_table(expected, "train").frame)
    assert table.sha256 == read_table(expected, "train").sha256
    assert (table.name, table.typed, table.notes) == ("table people", True, (ORDER,))


def test_views_and_odd_names(file: Path) -> None:
    """A view is a table; what has a special meaning in the fragment is written in percent."""
    assert read_table(f"sqlite:///{file}#grown", "train").frame["zip"].tolist() == ["10001"]
    assert len(read_table(f"sqlite:///{file}#odd%20%22name%22%2Ex", "train").frame) == 3


def test_the_order_of_rows_is_of_no_account(tmp_path: Path) -> None:
    """Two tables with the same rows in another order have the same cells and hash; another row has another."""
    table = mixed(200, np.random.default_rng(0))
    hashes = []
    for i, frame in enumerate((table, table[::-1], table[1:])):
        engine = sa.create_engine(f"sqlite:///{tmp_path / f'{i}.db'}")
        frame.to_sql("t", engine, index=False)
        engine.dispose()
        hashes.append(read_table(f"sqlite:///{tmp_path / f'{i}.db'}#t", "train").sha256)
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_select_or_table_with_an_engine_or_connection(file: Path) -> None:
    """Each pair reads what it says; a connection keeps its transaction."""
    engine = sa.create_engine(f"sqlite:///{file}")
    people = sa.Table("people", sa.MetaData(), autoload_with=engine)
    adults = sa.select(people.c.zip).where(people.c.age > sa.bindparam("age", 35))
    assert read_table((engine, adults), "train").frame["zip"].tolist() == ["10001"]
    assert len(read_table((engine, people), "train").frame) == 3
    with engine.begin() as connection:
        connection.execute(sa.insert(people).values(id=9, zip="x", age=99))
        assert len(read_table((connection, adults), "train").frame) == 2
        connection.execute(sa.insert(people).values(id=10, zip="x", age=99))
    assert len(read_table((engine, people), "train").frame) == 5
    engine.dispose()
    got = "SA-107 train database: a pair of Engine and str. Give an engine or connection, and a Table or Select."
    assert refused((engine, "SELECT 1")) == got


def test_nothing_is_written(file: Path) -> None:
    """The connection refuses to write, and hands the engine back as it was."""
    engine = sa.create_engine(f"sqlite:///{file}")
    people = sa.Table("people", sa.MetaData(), autoload_with=engine)
    statements = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append((statement, cursor.connection.execute("PRAGMA query_only").fetchone()[0]))

    read_table((engine, people), "train")
    assert [on for statement, on in statements if "FROM people" in statement] == [1, 1]
    with engine.begin() as connection:
        connection.execute(sa.insert(people).values(id=9, zip="x", age=99))
    engine.dispose()


def test_rows_that_the_database_counts_otherwise(file: Path) -> None:
    """A query that gives other rows every time is refused: here one that has none left when it is counted."""
    engine = sa.create_engine(f"sqlite:///{file}")
    calls = itertools.count()
    sa.event.listen(engine, "connect", lambda raw, _: raw.create_function("calls", 0, lambda: next(calls)))
    people = sa.Table("people", sa.MetaData(), autoload_with=engine)
    n = len(read_table((engine, sa.select(people).order_by(people.c.zip)), "train").frame)
    do = "Read a table that nobody writes to, or a Select that gives the same rows."
    got = f"0 rows by the database's count, {n} read; nothing was audited. {do}"
    query = sa.select(people).where(sa.literal_column("calls()") < n)
    assert refused((engine, query)) == f"SA-121 train table query: {got}"
    engine.dispose()


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    """SQLite would make an empty database."""
    got = "SA-101 train database: cannot be opened (ENOENT). Check the path and its permissions."
    assert refused(f"sqlite:///{tmp_path / 'none.db'}#t") == got
    assert not (tmp_path / "none.db").exists()


def test_cells_of_every_type() -> None:
    """Big integers and decimals lose nothing, times are typed, keys are text: as in a pandas frame."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    types = {
        "big": (sa.BigInteger, 2**60, str(2**60)),
        "decimal": (sa.String, "1.50", "1.50"),
        "day": (sa.Date, date(2020, 1, 2), pd.Timestamp("2020-01-02")),
        "at": (sa.DateTime, datetime(2020, 1, 2, 3), pd.Timestamp("2020-01-02 03:00")),  # noqa: DTZ001
        "yes": (sa.Boolean, True, "true"),
        "key": (sa.Uuid, UUID(int=5), str(UUID(int=5))),
        "none": (sa.String, None, None),
    }
    table = sa.Table("t", sa.MetaData(), *(sa.Column(name, kind) for name, (kind, _, _) in types.items()))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(sa.insert(table).values({name: value for name, (_, value, _) in types.items()}))
    frame = read_table((engine, table), "train").frame
    assert frame.iloc[0].to_dict() == {name: expected for name, (_, _, expected) in types.items()}
    number = sa.select(sa.literal(Decimal("1.50"), sa.Numeric(9, 2)).label("d"))
    assert read_table((engine, number), "train").frame["d"].tolist() == ["1.50"]
    binary = sa.select(sa.literal(b"secret", sa.LargeBinary).label("b"))
    got = "SA-118 train table query, column 1 'b': cells of type bytes are not tabular. Flatten them, or leave them "
    got += "out with --exclude b."
    assert refused((engine, binary)) == got
    twins = sa.select(sa.literal(1).label("a"), sa.literal(2).label("a"))
    assert refused((engine, twins)).startswith("SA-132 train table query: columns 1, 2 have the same name.")
    engine.dispose()


def test_the_limit_holds_while_rows_come(tmp_path: Path) -> None:
    """A query that would never end stops at the limit."""
    engine = sa.create_engine("sqlite://")
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    endless = sa.select(numbers.union_all(sa.select(numbers.c.n + 1)).c.n)
    got = "SA-112 train table query: larger than the limit of 977 KiB."
    assert refused((engine, endless), ReadOptions(max_bytes=1_000_000)).startswith(got)
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "sqlite:///x.db",
            "SA-120 train database: no table is named. Write dialect+driver://user@host/database#schema.",
        ),
        ("sqlite:///{}#none", "SA-120 train database: no such table. Correct the name after the #, with its schema."),
        ("sqlite://#t", "SA-120 train database: a database in memory, which is empty. Give its file."),
        ("nosuch://u:s3cret@h/d#t", "SA-120 train database: a kind of database that is not read by its URL."),
        ("postgresql://u:s3cret@h:port/d#t", "SA-120 train database: "),
        ("mysql+nosuch://u:s3cret@h/d#t", "SA-120 train database: a driver that may send files of this machine"),
        ("mysql+mysqldb://u:s3cret@h/d#t", "SA-114 train database: the driver MySQLdb is not installed."),
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/d#t", "SA-120 train database: cannot be read (OperationalError)."),
        ("sqlite://u:s3cret@h/{}#t", "SA-120 train database: "),
    ],
)
def test_what_cannot_be_read(file: Path, url: str, message: str) -> None:
    """Each with what to do; the password is in no message, whatever the driver says."""
    got = refused(url.format(file))
    assert got.startswith(message)
    assert "s3cret" not in got


SECRETS = ("s3cret", "k3y", "t0ken")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ann:s3cret@host:5432/db#schema.table",
        "postgresql://ann:s3c/ret#s3cret?s3cret@s3cret@host/db#t",
        "postgresql://host/db?user=ann&password=s3cret#t",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3Ds3cret#t",
        "s3://k3y:s3cret@bucket/part-*.parquet?region=x&session_token=t0ken",
        "abfs://account:k3y@container/t.csv?sas_token=t0ken#t0ken",
    ],
)
def test_a_url_is_stored_without_what_opens_the_door(url: str) -> None:
    """Alone, within an option, in lists and mappings; the host and the table stay readable."""
    for shown in (masked(url), masked(f"--train={url}"), masked(["x", url])[1], masked({"a": {"b": url}})["a"]["b"]):
        assert not any(secret in shown.replace("#t0ken", "") for secret in SECRETS), shown
        assert "://***@" in shown or "?***" in shown
    assert masked("s3://bucket/part-?.csv") == "s3://bucket/part-?.csv"
    assert masked("a@b?c=d") == "a@b?c=d"


def test_no_password_in_anything_that_an_audit_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence, reports, messages and what is printed: the password of a URL that was read is in none of them."""
    train, holdout, release = (mixed(rows, np.random.default_rng(i)) for i, rows in enumerate((200, 200, 200)))
    with sqlite3.connect(tmp_path / "real.db") as database:
        train.to_sql("train", database, index=False)
        holdout.to_sql("holdout", database, index=False)
    database.close()
    release.to_csv(tmp_path / "s.csv", index=False)
    url = f"sqlite:///file:{tmp_path}/real.db?mode=ro&uri=true&cache=s3cret#"
    (tmp_path / "c.toml").write_text(f'[data]\nholdout = "{url}holdout"\n')
    arguments = ["audit", "--train", f"{url}train", "--config", str(tmp_path / "c.toml"), "--jobs", "1"]
    arguments += ["--synthetic", str(tmp_path / "s.csv"), "-o", str(tmp_path / "out"), "--profile", "quick"]
    monkeypatch.setattr("sys.argv", ["synthaudit", *arguments])
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code in (0, 1, 3), done.output
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 4
    for shown in (done.output, *(path.read_text("utf-8", "replace") for path in written)):
        assert "s3cret" not in shown
    config = json.loads((tmp_path / "out" / "evidence.json").read_text())["provenance"]["config"]
    assert config["train"] == f"sqlite:///file:{tmp_path}/real.db?***#train"
    assert config["command"][3] == config["train"]
    help_text = CliRunner().invoke(cli, ["audit", "--config", str(tmp_path / "c.toml"), "--help"]).output
    assert re.search("--holdout", help_text)
    assert "s3cret" not in help_text


def test_the_tables_of_a_database_give_the_audit_of_their_files(tmp_path: Path) -> None:
    """Same cells, same figures: p-values of a database table and of the frame agree to the last digit."""
    train, holdout, release = (mixed(rows, np.random.default_rng(i)) for i, rows in enumerate((200, 200, 200)))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'real.db'}")
    train.to_sql("train", engine, index=False)
    query = sa.select(sa.Table("train", sa.MetaData(), autoload_with=engine))
    options: dict[str, Any] = {"profile": "quick", "jobs": 1}
    stored = synthaudit.audit((engine, query), release, holdout, **options)
    engine.dispose()
    framed = synthaudit.audit(train, release, holdout, **options)
    assert [f.pvalue for f in stored.findings] == [f.pvalue for f in framed.findings]


def test_a_pair_is_one_release(tmp_path: Path) -> None:
    """A pair as the release is one table, not two releases."""
    table = mixed(200, np.random.default_rng(0))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'real.db'}")
    table.to_sql("t", engine, index=False)
    people = sa.Table("t", sa.MetaData(), autoload_with=engine)
    result = synthaudit.audit(table, (engine, people), profile="quick", jobs=1)
    engine.dispose()
    assert result.reasons[0] == "The release is the training table itself, row for row."
