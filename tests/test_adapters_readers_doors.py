"""Promise: what comes through a door with an extra library is a table, and nothing of this machine goes out by it.

Bombs, links, document types and external entities in workbooks; databases whose URL, views or server ask for files,
memory or time; addresses of object stores. Each is tried with the library itself, and with a server where one is asked.
"""

import os
import socket
import socketserver
import sqlite3
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pyarrow import fs

from synthaudit.adapters.readers import engines, objects
from synthaudit.adapters.readers.objects import read_from
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import CannotFinishError, InputError

SECRET = "S3cretOfThisMachine"
SECONDS = 20
"""Of processor time of this process for one refusal."""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of this machine that no table may hold."""
    path = tmp_path / "secret.txt"
    path.write_text(f"{SECRET}\n{SECRET}\n")
    return path


def refused(source: Any, **options: Any) -> str:
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read_table(source, "train", options=ReadOptions(**options))
    assert time.process_time() - start < SECONDS
    message = str(caught.value)
    assert SECRET not in message
    assert "s3cret" not in message
    return message


# --- workbooks --------------------------------------------------------------------------------------------------


def workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["name", "age"], ["ann", 34], ["bob", 35]):
        sheet.append(row)
    book.save(path)
    return path


def with_members(path: Path, **members: bytes) -> Path:
    """The workbook with the content of some members changed, or with more of them; ``__`` stands for the slash."""
    named = {name.replace("__", "/").replace("_dot_", "."): data for name, data in members.items()}
    with zipfile.ZipFile(path) as book:
        content = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in {**content, **named}.items():
            book.writestr(name, data)
    return path


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
)
MEMBERS = ("xl__workbook_dot_xml", "xl__worksheets__sheet1_dot_xml", "xl___rels__workbook_dot_xml_dot_rels")
DOCTYPES: dict[str, bytes] = {
    "a billion laughs": b'<?xml version="1.0"?>' + LAUGHS + b"]><x>&j;</x>",
    "a quadratic blow-up": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]><x>' + b"&a;" * 9_999 + b"</x>",
    "a file": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///FILE">]><x>&e;</x>',
    "a file by parameter": b'<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///FILE"> %e;]><x/>',
    "an address": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
    "in UTF-16": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'.encode("utf-16"),
    "in UTF-16, big end first": '<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'.encode("utf-16-be"),
    "behind a comment": b"<!--" + b"x" * 300_000 + b"-->" + b'<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>',
}  # fmt: skip


@pytest.mark.parametrize("what", DOCTYPES)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_workbook_declares_no_document_type(tmp_path: Path, secret: Path, member: str, what: str) -> None:
    """In any part and encoding: refused before a parser sees it."""
    data = DOCTYPES[what].replace(b"FILE", os.fsencode(secret)[1:])
    path = with_members(workbook(tmp_path / "t.xlsx"), **{member: data})
    got = "a part that declares a document type, which no workbook has"
    assert refused(path) == f"SA-116 train t.xlsx: {got}. Save it again."


def test_members_beside_the_sheet_are_not_opened(tmp_path: Path, secret: Path) -> None:
    """Names that leave the archive, links, links to other books and macros: the cells are read, nothing is written."""
    path = with_members(workbook(tmp_path / "t.xlsx"), evil=b"x")
    with zipfile.ZipFile(path, "a") as book:
        link = zipfile.ZipInfo("xl/media/link")
        link.external_attr = 0o120777 << 16
        book.writestr(link, str(secret))
        for name in (
            "../../outside.txt",
            "/outside.txt",
            "C:\\outside.txt",
            "xl/externalLinks/externalLink1.xml",
            "xl/vbaProject.bin",
        ):
            book.writestr(name, b"x")
    before = sorted(tmp_path.rglob("*"))
    assert read_table(path, "train").frame.to_dict("list") == {"name": ["ann", "bob"], "age": [34, 35]}
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "outside.txt").exists()


def test_zip_bombs(tmp_path: Path) -> None:
    """Plain, by many members, by members of one name, by a size that is not true, one zip within another."""
    zeros = b"<x>" + b"0" * 300_000_000
    path = with_members(workbook(tmp_path / "t.xlsx"), xl__media__a=zeros)
    assert refused(path).startswith("SA-111 train t.xlsx: expands beyond 200 times its size.")
    assert refused(path, max_bytes=10_000_000).startswith("SA-111 train t.xlsx: expands beyond the limit of")
    raw = path.read_bytes()
    size = struct.pack("<L", len(zeros))
    path.write_bytes(raw.replace(size, struct.pack("<L", 1_000)))
    assert refused(path).startswith("SA-116 train t.xlsx: ")
    many = with_members(workbook(tmp_path / "u.xlsx"), **{f"m{i}": b"" for i in range(10_001)})
    assert refused(many).startswith("SA-116 train u.xlsx: ")
    nested = with_members(workbook(tmp_path / "v.xlsx"), inner_dot_zip=raw)
    assert read_table(nested, "train").frame["name"].tolist() == ["ann", "bob"]


@pytest.mark.parametrize("cell", ['<c r="XFD1048576"><v>1</v></c>', '<c r="ZZZZZZ99999999999"><v>1</v></c>'])
def test_a_sheet_that_asks_for_terabytes(tmp_path: Path, cell: str) -> None:
    """Two cells far apart, or at a place that is none."""
    schema = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row>'
    data = f'<worksheet xmlns="{schema}"><sheetData>{rows}</sheetData></worksheet>'
    path = with_members(workbook(tmp_path / "t.xlsx"), xl__worksheets__sheet1_dot_xml=data.encode())
    assert refused(path)[:6] in ("SA-113", "SA-116")


# --- SQLite -----------------------------------------------------------------------------------------------------

VIEWS = {
    "an endless view": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT x FROM c WHERE x > 1",
    "an endless count": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c",
    "a gigabyte of text": "SELECT printf('%.*c', 900000000, 'x') AS x",
    "a gigabyte of bytes": "SELECT zeroblob(900000000) AS x",
    "text doubled": "WITH RECURSIVE c(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM c) SELECT x FROM c",
    "wide and long": "SELECT " + ", ".join(f"printf('%.900000c', 'x') AS c{i}" for i in range(90))
    + " FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 9000) SELECT x FROM c)",
    "a file": "SELECT readfile('FILE') AS x",
    "a library": "SELECT load_extension('FILE') AS x",
    "a pattern without an end": "SELECT printf('%.100000c', 'a') LIKE '" + "%a" * 20_000 + "b' AS x",
}  # fmt: skip


def database(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (name TEXT, age INTEGER)")
        connection.execute("INSERT INTO people VALUES ('ann', 34), ('bob', 35)")
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


@pytest.mark.parametrize("what", VIEWS)
def test_a_view_takes_no_file_no_memory_and_no_time(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A database that a vendor sends may hold any query in the place of a table."""
    monkeypatch.setattr(engines, "SECONDS", 3)
    path = database(tmp_path / "t.db", f"CREATE VIEW v AS {VIEWS[what].replace('FILE', str(secret))}")
    start = time.process_time()
    try:
        table = read_table(f"sqlite:///{path}#v", "train", options=ReadOptions(max_bytes=50_000_000))
        # What SQLite itself cuts short is a missing or a small cell.
        said = table.frame.to_csv()
        assert len(said) < 1_000
    except InputError as error:
        said = str(error)
        assert said[:6] in {"SA-120", "SA-112", "SA-118", "SA-156"}
    assert SECRET not in said
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///{}",
        "sqlite+pysqlite:///{}",
        "sqlite:///file:{}?mode=ro&uri=true",
        "sqlite:///file:{}?uri=true",
        "sqlite:///file://{}?uri=true",
        "sqlite:///file://localhost{}?uri=true&cache=shared",
    ],
)
def test_a_file_of_sqlite_is_read_only(tmp_path: Path, url: str) -> None:
    """By each way to write its address; the file and its folder stay as they were."""
    path = database(tmp_path / "t 100%.db")
    before = path.read_bytes()
    address = url.format(str(path).replace("%", "%25") if "file:" in url else path)
    assert read_table(f"{address}#people", "train").frame["name"].tolist() == ["ann", "bob"]
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]  # noqa: PTH208


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///file:{}?mode=rwc&uri=true#people",
        "sqlite:///file:{}?mode=rw&uri=true#people",
        "sqlite:///file:{}?mode=memory&uri=true#people",
        "sqlite:///file:{}?vfs=unix-none&uri=true#people",
        "sqlite:///file:{}.new?uri=true#people",
        "sqlite:///file::memory:?uri=true#people",
        "sqlite:///{}?isolation_level=EXCLUSIVE#people",
        "sqlite:///{}?detect_types=3#people",
        "sqlite+pysqlcipher://:s3cret@/{}#people",
        "sqlite+aiosqlite:///{}#people",
        "sqlite:////dev/zero#people",
        "sqlite:////etc/passwd#people",
        "duckdb:///{}#people",
        "duckdb:///:memory:#people",
        "shillelagh://#file%3A%2F%2F{}",
        "csv:///{}#people",
        "access+pyodbc:///?odbc_connect=DRIVER=/tmp/x.so#people",
        "bigquery://p/d?credentials_path={}#people",
    ],
)
def test_other_files_and_drivers_are_not_opened(tmp_path: Path, url: str) -> None:
    """Nothing is made, locked or loaded."""
    path = database(tmp_path / "t.db")
    message = refused(url.format(path))
    assert message[:6] in ("SA-120", "SA-101", "SA-104"), message
    assert os.listdir(tmp_path) == ["t.db"]  # noqa: PTH208


# --- servers ----------------------------------------------------------------------------------------------------

_MYSQL = "mysql+pymysql://u:s3cret@127.0.0.1:{port}/d"
_POSTGRES = "postgresql+psycopg://u:s3cret@127.0.0.1:{port}/d"


@contextmanager
def listening(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class Counts(socketserver.BaseRequestHandler):
    """A server that notes who comes."""

    seen = 0

    def handle(self) -> None:
        type(self).seen += 1


@pytest.mark.parametrize(
    "setting",
    [
        *(f"{_POSTGRES}?{key}={{file}}#t" for key in (
            "sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile", "service", "servicefile", "sslpassword",
            "krbsrvname", "SSLROOTCERT", "sslmode=verify-full&sslrootcert", "load_balance_hosts",
        )),
        *(f"{_MYSQL}?{key}={{file}}#t" for key in (
            "local_infile", "LOCAL_INFILE", "read_default_file", "read_default_group", "init_command", "ssl_ca",
            "ssl_key", "ssl_cert", "unix_socket", "client_flag", "plugin_dir", "charset=utf8mb4&local_infile",
            "defer_connect", "allow_local_infile", "option_files", "server_public_key", "sql_mode",
        )),
        "mysql+pyodbc://u:s3cret@127.0.0.1:{port}/d#t",
        "mysql+asyncmy://u:s3cret@127.0.0.1:{port}/d#t",
        "mysql+cymysql://u:s3cret@127.0.0.1:{port}/d?local_infile=1#t",
        "mssql+pyodbc://u:s3cret@127.0.0.1:{port}/d?driver=/tmp/x.so#t",
        "mssql+pyodbc://u:s3cret@127.0.0.1:{port}/d?driver=..%2Fx.so#t",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3D{file}#t",
        "oracle+oracledb://u:s3cret@127.0.0.1:{port}/?config_dir={file}#t",
        "oracle+oracledb://u:s3cret@127.0.0.1:{port}/?wallet_location={file}#t",
    ],
)  # fmt: skip
def test_a_setting_that_reads_files_is_refused_before_anybody_is_called(setting: str, secret: Path) -> None:
    """No server hears of it."""
    Counts.seen = 0
    with listening(Counts) as port:
        message = refused(setting.format(port=port, file=secret))
        assert message.startswith("SA-120 train database: "), message
        assert Counts.seen == 0


class Asks(socketserver.BaseRequestHandler):
    """A server of MySQL that asks for a file of the client in answer to its first question."""

    wanted = b""
    flags = 0
    got = b""

    def packet(self) -> bytes:
        head = self.exactly(4)
        return self.exactly(int.from_bytes(head[:3], "little"))

    def exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            more = self.request.recv(n - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def send(self, number: int, data: bytes) -> None:
        self.request.sendall(len(data).to_bytes(3, "little") + bytes([number]) + data)

    def handle(self) -> None:
        greeting = b"\x0a8.0.0\x00" + struct.pack("<L", 1) + b"abcdefgh\x00" + struct.pack("<H", 0xFFFF & ~0x0800)
        greeting += b"\x21" + struct.pack("<H", 2) + struct.pack("<H", 0x000F) + b"\x15" + b"\x00" * 10
        self.send(0, greeting + b"ijklmnopqrst\x00" + b"mysql_native_password\x00")
        try:
            type(self).flags = int.from_bytes(self.packet()[:4], "little")
            fine = b"\x00\x00\x00\x02\x00\x00\x00"
            self.send(2, fine)
            while self.packet().startswith(b"\x03SET"):
                self.send(1, fine)
            self.send(1, b"\xfb" + self.wanted)
            self.request.settimeout(5)
            while more := self.request.recv(65_536):
                type(self).got += more
        except (ConnectionError, TimeoutError):
            pass


def test_a_server_of_mysql_gets_no_file(secret: Path) -> None:
    """The driver says that it sends none, and sends none though it is asked; without our setting it would."""
    pymysql = pytest.importorskip("pymysql")
    Asks.wanted = os.fsencode(secret)
    with listening(Asks) as port:
        message = refused(_MYSQL.format(port=port) + "#t")
        assert message.startswith("SA-120 train database: cannot be read ("), message
        assert not Asks.flags & 0x80
        assert SECRET.encode() not in Asks.got
        Asks.got = b""
        login: dict[str, Any] = {"host": "127.0.0.1", "port": port, "user": "u", "password": "x", "read_timeout": 2}
        with pymysql.connect(**login, local_infile=True) as connection, pytest.raises(pymysql.err.Error):
            connection.cursor().execute("SELECT 1")
        time.sleep(0.2)
        assert Asks.flags & 0x80
        assert SECRET.encode() in Asks.got, "the server of this test asks for nothing"


# --- object stores ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "s3://k3y:s3cret@b/t.csv?endpoint_override=127.0.0.1:9&scheme=http&region=x&connect_timeout=1",
        "s3://k3y:s3cret@b/t.csv?nonsense=s3cret",
        "s3://",
        "gs://b/t.csv",
        "gs://",
        "abfs://s3cret@/?nonsense=s3cret",
        "abfss://b@127.0.0.1/t.csv?nonsense=s3cret",
        "hdfs://127.0.0.1:1/t.csv?nonsense=%00",
        "viewfs://s3cret",
    ],
)
def test_addresses_that_are_none(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused in seconds with words of our own; what the library says may hold a key."""
    monkeypatch.setattr(objects, "RETRY_SECONDS", 1)
    with pytest.raises((InputError, CannotFinishError)) as caught:
        read_table(uri, "train")
    assert not {"s3cret", "k3y"} & set(str(caught.value).replace("'", " ").split())
    assert str(caught.value)[:6] in ("SA-101", "SA-302")


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:9/t.csv",
        "ftp://127.0.0.1/t.csv",
        "data:text/csv,a",
        "file://host/t.csv",
        "memory://t.csv#t",
        "github://a:b@/t.csv#t",
        "zip://t.csv::file:///x.zip#t",
        "jar:file:///x.jar#t",
        "file:///proc/self/environ",
        "file:///dev/stdin",
        "file:///etc/passwd?x=1",
    ],
)
def test_other_addresses_are_not_followed(uri: str) -> None:
    """Neither the web nor files of this machine that are no tables; no name is looked up."""
    message = refused(uri)
    assert message[:6] in ("SA-101", "SA-104", "SA-106", "SA-107", "SA-120"), message


def test_stored_objects_pass_the_checks_of_files(tmp_path: Path) -> None:
    """A store in memory, through the interface by which pyarrow takes any: bombs, code and links out of a folder."""
    fsspec = pytest.importorskip("fsspec")
    import gzip

    memory = fsspec.filesystem("memory", skip_instance_cache=True)
    objects = {
        "b/t.csv": b"a,b\n1,2\n",
        "b/bomb.csv.gz": gzip.compress(b"a\n" + b"0" * 400_000_000),
        "b/code.pkl": b"\x80\x04",
        "b/code.csv": b"\x80\x04\x95",
        "b/book.xlsx": b"PK\x03\x04",
        "b/header.csv": b"Ann,34\nBob,35\n",
        "b/parts/../../x.csv": b"a\n1\n",
    }
    for name, data in objects.items():
        memory.pipe(f"/{name}", data)
    store = fs.PyFileSystem(fs.FSSpecHandler(memory))
    assert read_from(store, "b/t.csv", "train", ReadOptions()).frame.to_dict("list") == {"a": ["1"], "b": ["2"]}
    expected = {
        "b/bomb.csv.gz": "SA-111", "b/code.pkl": "SA-107", "b/code.csv": "SA-10", "b/book.xlsx": "SA-116",
        "b/header.csv": "SA-141", "b/none.csv": "SA-101",
    }  # fmt: skip
    for name, code in expected.items():
        with pytest.raises(InputError) as caught:
            read_from(store, name, "train", ReadOptions())
        assert str(caught.value).startswith(code), name
    memory.store.clear()


def test_no_door_calls_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Workbooks and files of SQLite are read without a socket."""

    def none(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", none)
    assert len(read_table(workbook(tmp_path / "t.xlsx"), "train").frame) == 2
    assert len(read_table(f"sqlite:///{database(tmp_path / 't.db')}#people", "train").frame) == 2
