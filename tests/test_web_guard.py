"""The page of this machine answers its own browser, and nobody and nothing else."""

import re
import socket
import stat
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from web_server import Idle, Served, form, served

from synthaudit.web.asked import Asked, Given
from synthaudit.web.guard import HEADERS
from synthaudit.web.rendering import REPORT_POLICY, script
from synthaudit.web.server import link

HOSTILE = '<img onerror="alert(1)" src=x>.csv'


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """A server with an open page; forms of at most 64 KiB."""
    with served(tmp_path / "data", Idle(), most_bytes=1 << 16) as server:
        server.open()
        yield server


def audit(page: Served, name: str = "r.csv") -> str:
    """An audit that was asked for; its address."""
    job = page.site.data.new("audits")
    given = {role: Given(shown=name, path=f"/nowhere/{role}.csv", is_copy=True) for role in ("train", "synthetic")}
    job.ask(Asked(created_utc="2026-01-01T00:00:00Z", tables=given))
    return f"/audits/{job.id}"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {}),
        (200, {"Host": "localhost:PORT"}),
        (421, {"Host": "evil.example:PORT"}),
        (421, {"Host": "127.0.0.1"}),
        (421, {"Host": "127.0.0.1.evil.example:PORT"}),
        (403, {"Cookie": ""}),
        (403, {"Cookie": "synthaudit-PORT=guessed"}),
        (403, {"Cookie": "synthaudit=x; =; ,"}),
    ],
)
def test_who_may_read(page: Served, status: int, headers: dict[str, str]) -> None:
    """Only a browser that opened a link, under the names of this machine: a name that was rebound gets nothing."""
    given = {name: value.replace("PORT", str(page.port)) for name, value in headers.items()}
    answer = page.ask(audit(page), headers=given)
    assert answer.status == status
    assert ("r.csv" in answer.text) == (status == 200)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (303, {"Origin": "http://127.0.0.1:PORT"}),
        (303, {"Origin": "", "Sec-Fetch-Site": "same-origin"}),
        (403, {"Origin": ""}),
        (403, {"Origin": "null"}),
        (403, {"Origin": "http://127.0.0.1:1"}),
        (403, {"Origin": "https://127.0.0.1:PORT"}),
        (403, {"Origin": "http://evil.example"}),
        (403, {"Origin": "", "Sec-Fetch-Site": "cross-site"}),
        (403, {"Origin": "", "Sec-Fetch-Site": "same-site"}),
        (403, {"Cookie": ""}),
    ],
)
def test_who_may_act(page: Served, status: int, headers: dict[str, str]) -> None:
    """Only a form of this page: what another sends, with the cookie or without, deletes nothing."""
    address = audit(page)
    given = {name: value.replace("PORT", str(page.port)) for name, value in headers.items()}
    assert page.post(f"{address}/delete", headers=given).status == status
    assert page.ask(address).status == (404 if status == 303 else 200)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_no_other_method(page: Served, method: str) -> None:
    """Forms are all that acts; nothing is allowed to other origins."""
    answer = page.ask("/", method=method, headers={"Origin": "http://evil.example"})
    assert (answer.status, answer.headers.get("access-control-allow-origin")) == (405, None)


def test_a_get_changes_nothing(page: Served) -> None:
    """What a link, an image or a prefetch can ask for deletes and starts nothing."""
    address = audit(page)
    for action in ("delete", "cancel", "begin", "again", "answers", "delete-tables"):
        assert page.ask(f"{address}/{action}").status == 405
    assert page.ask(address).status == 200


def test_a_link_is_good_once(page: Served) -> None:
    """Then it buys nothing any more; who has the cookie is led on, so the same link in a second tab works."""
    address = link(page.site.data, page.port)
    path = address[len(f"http://{page.host}") :]
    first = page.ask(path, headers={"Cookie": ""})
    # A page of its own leads on: a browser sends no cookie where another page, or a file, led here by a redirection.
    assert (first.status, 'content="0; url=/"' in first.text) == (200, True)
    cookie = first.headers["set-cookie"]
    assert re.fullmatch(rf"synthaudit-{page.port}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", cookie)
    assert page.ask(path, headers={"Cookie": ""}).status == 403
    assert page.ask(path, headers={"Cookie": cookie.split(";")[0]}).status == 303
    assert page.ask("/", headers={"Cookie": cookie.split(";")[0]}).status == 200
    assert not list((page.site.data.root / "links").iterdir())


@pytest.mark.parametrize("token", ["", "x", "../server.lock", "%00", "a" * 5_000])
def test_a_wrong_token_opens_nothing(page: Served, token: str) -> None:
    """And says so without a word of what would be right."""
    answer = page.ask(f"/open?token={token}", headers={"Cookie": ""})
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)


def test_two_gigabytes_are_refused_before_they_are_sent(page: Served) -> None:
    """By the length that is announced, while not a byte of the content was sent; nothing is kept."""
    head = (
        f"POST /audits HTTP/1.1\r\nHost: {page.host}\r\nOrigin: http://{page.host}\r\nCookie: {page.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {2 << 30}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", page.port), timeout=600) as connection:
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert not list((page.site.data.root / "audits").iterdir())


def test_what_announces_no_length_is_refused_where_it_grows_too_long(page: Served) -> None:
    """Piece by piece, without a length: what had come in by then is removed."""
    boundary, content = form({}, {"train": ("t.csv", b"a\n" * 50_000)})
    head = (
        f"POST /audits HTTP/1.1\r\nHost: {page.host}\r\nOrigin: http://{page.host}\r\nCookie: {page.cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", page.port), timeout=600) as connection:
        connection.sendall(head.encode() + f"{len(content):x}\r\n".encode() + content + b"\r\n0\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert not list((page.site.data.root / "audits").iterdir())


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 30, "0x10"])
def test_a_length_that_is_none(page: Served, length: str) -> None:
    """Nothing of it is read."""
    headers = {"Origin": f"http://{page.host}", "Content-Length": length}
    assert page.ask("/audits", method="POST", headers=headers).status in (400, 413)


@pytest.mark.parametrize(
    "path",
    [
        "/audits/../../etc/passwd",
        "/audits/%2e%2e",
        "/audits/..%2f..%2fserver.lock",
        "/audits/ID/out/asked.json",
        "/audits/ID/out/../asked.json",
        "/audits/ID/out/%2e%2e%2fasked.json",
        "/audits/ID/out//etc/passwd",
        "/audits/ID/tables/train.csv",
        "/splits/ID/out/manifest.json",
        "/comparisons/../history.html",
        "/comparisons/%2e%2e%2fhistory.html",
        "/static/../base.html",
        "/server.lock",
        "/" + "a" * 3_000,
    ],
)
def test_no_path_leads_to_another_file(page: Served, path: str) -> None:
    """Names of folders are drawn by us, and names of files are on a list: no other is looked up."""
    (page.site.data.root / "history.html").write_text("secret", "utf-8")
    answer = page.ask(path.replace("ID", audit(page).removeprefix("/audits/")))
    assert answer.status == 404
    assert "secret" not in answer.text


def test_every_answer_keeps_to_itself(page: Served) -> None:
    """Pages, refusals and files have the headers; scripts come from here alone, and reports run none."""
    for answer in (
        page.ask("/"),
        page.ask("/nowhere"),
        page.ask("/static/page.js"),
        page.ask("/", headers={"Cookie": ""}),
    ):
        assert HEADERS.items() <= answer.headers.items()
        assert "server" not in answer.headers
    policy = HEADERS["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script" not in REPORT_POLICY
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(", script())


class Elements(HTMLParser):
    """Names of elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attrs if name.startswith("on"))}


def test_a_file_name_is_text_on_every_page(page: Served) -> None:
    """A vendor's file may be called as it likes: it is shown, and becomes no element."""
    files = dict.fromkeys(("train", "synthetic"), (HOSTILE, b"a,b\n1,2\n"))
    address = page.post("/audits", {}, files).location
    assert address.startswith("/audits/")
    for path in (address, "/"):
        text = page.ask(path).text
        assert "&lt;img onerror=" in text
        assert not Elements(text).names & {"img", "onerror"}


def test_nobody_else_can_read_the_folder(page: Served) -> None:
    """Folders 0700, files 0600, whatever the umask and the names that were sent."""
    page.post("/audits", {}, {role: (f"../../{role}.csv", b"a\n1\n") for role in ("train", "synthetic")})
    root = page.site.data.root
    paths = [root, *root.rglob("*")]
    assert [path for path in paths if stat.S_IMODE(path.lstat().st_mode) & 0o077] == []
    assert {path.name for path in root.rglob("tables/*")} == {"train.csv", "synthetic.csv"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"use=public"),
        ("text/plain", b"use=public"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=train"),
        ("multipart/form-data; boundary=x", b"nothing of it"),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 30),
    ],
)
def test_a_form_that_is_none(page: Served, kind: str, body: bytes) -> None:
    """It is refused in words, and leaves nothing."""
    headers = {"Origin": f"http://{page.host}", "Content-Type": kind}
    answer = page.ask("/audits", method="POST", headers=headers, body=body)
    assert (answer.status, "SA-430" in answer.text) == (400, True)
    assert not list((page.site.data.root / "audits").iterdir())
