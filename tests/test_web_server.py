"""The server as a process: killed, started twice, ended politely; what was finished is there."""

import http.client
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import url2pathname

import pytest
from click.testing import CliRunner
from example_report import EXAMPLES
from web_server import Idle, served

from synthaudit.cli.main import cli
from synthaudit.errors import InputError
from synthaudit.evidence import to_json
from synthaudit.web.asked import Asked, Given
from synthaudit.web.data_folder import DataFolder
from synthaudit.web.server import link, listening, open_browser

Server = subprocess.Popen[str]


@pytest.fixture
def processes() -> Iterator[list[Server]]:
    """Servers that a test starts; none outlives it."""
    started: list[Server] = []
    yield started
    for server in started:
        server.kill()
        server.communicate()


def start(folder: Path, processes: list[Server]) -> tuple[Server, str]:
    """A server, and the link that it prints first."""
    command = [sys.executable, "-P", "-m", "synthaudit", "serve", "--no-browser", "--data-dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    processes.append(server)
    assert server.stdout is not None
    link = re.search(r"http://127\.0\.0\.1:\d+/open\?token=[\w-]+", server.stdout.readline())
    assert link is not None
    return server, link[0]


def ask(address: str, cookie: str = "") -> tuple[int, str, str]:
    """Status, cookie and text of an address."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=600)
    connection.request("GET", f"{parts.path}?{parts.query}", headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, (answer.getheader("set-cookie") or "").split(";")[0], text


def test_a_killed_server_loses_nothing_that_was_finished(tmp_path: Path, processes: list[Server]) -> None:
    """The audit is in the list again with its verdict; old windows are let in by the new link only. A second start
    opens the page that runs, and a polite end is one."""
    data = DataFolder.prepare(tmp_path / "data")
    job = data.new("audits")
    given = Given(shown="release-7.csv", path="/nowhere.csv", is_copy=False)
    job.ask(Asked(created_utc="2026-01-01T00:00:00Z", tables={"train": given, "synthetic": given}, use="internal"))
    job.note("began", {"task": "audit", "at": "2026-01-01T00:00:00Z"})
    (job.output / "evidence.json").write_text(to_json(EXAMPLES["fail"]), "utf-8")

    server, link = start(data.root, processes)
    origin = link.partition("/open")[0]
    status, cookie, _ = ask(link)
    assert (status, ask(link)[0]) == (200, 403)
    before = ask(f"{origin}/", cookie)[2]
    assert "release-7.csv" in before
    assert "Fail" in before
    second, another = start(data.root, processes)
    assert second.wait(600) == 0
    assert another.startswith(f"{origin}/open")
    assert ask(another)[0] == 200

    server.send_signal(signal.SIGKILL)
    server.wait(600)
    server, link = start(data.root, processes)
    origin = link.partition("/open")[0]
    assert ask(f"{origin}/", cookie)[0] == 403
    _, new_cookie, _ = ask(link)
    after = ask(f"{origin}/audits/{job.id}", new_cookie)[2]
    assert "Fail" in after

    server.send_signal(signal.SIGTERM)
    said = server.communicate(timeout=600)
    assert (server.returncode, "Traceback" in said[1]) == (130, False)


def test_the_browser_is_started_without_the_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other users see what a program is started with. It gets a file of ours alone, which leads to the link; the file
    goes when the link was used."""
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    with served(tmp_path / "data", Idle()) as page:
        address = link(page.site.data, page.port)
        open_browser(page.site.data, address)
        (uri,) = asked
        file = Path(url2pathname(urlsplit(uri).path))
        assert (file.as_uri(), stat.S_IMODE(file.stat().st_mode)) == (uri, 0o600)
        token = parse_qs(urlsplit(address).query)["token"][0]
        assert token not in uri
        (target,) = re.findall(r'content="0; url=([^"]+)"', file.read_text("utf-8"))
        assert unescape(target) == address
        assert ask(address)[0] == 200
        assert not file.exists()


def test_a_browser_of_windows_gets_the_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds no file of the Linux that runs under it."""
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", asked.append)
    monkeypatch.setattr("platform.release", lambda: "5.15.0-microsoft-standard-WSL2")
    open_browser(DataFolder.prepare(tmp_path / "data"), "http://127.0.0.1:1/open?token=x")
    assert asked == ["http://127.0.0.1:1/open?token=x"]


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """In words, with exit code 2, and nothing is served."""
    with listening(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="SA-434"), listening(port):
            pass
        result = CliRunner().invoke(
            cli, ["serve", "--no-browser", "--port", str(port), "--data-dir", str(tmp_path / "d")]
        )
        assert isinstance(result.exception, InputError)
        assert result.exception.code == "SA-434"


def test_it_listens_on_this_machine_alone() -> None:
    """Whatever the machine's other addresses are."""
    with listening(0) as taken:
        assert taken.getsockname()[0] == "127.0.0.1"


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    """Tables are not put where everybody may read and write."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    result = CliRunner().invoke(cli, ["serve", "--no-browser", "--data-dir", str(tmp_path / "open")])
    assert "SA-308" in str(result.exception)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """SA-114 with the command, and no traceback."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name in [name for name in sys.modules if name.startswith("synthaudit.web.server")]:
        monkeypatch.delitem(sys.modules, name)
    result = CliRunner().invoke(cli, ["serve", "--no-browser"])
    assert isinstance(result.exception, InputError)
    assert (result.exception.code, result.exception.got) == ("SA-114", "uvicorn is not installed")
    assert "synthaudit-privacy[web,pdf]" in result.exception.do
