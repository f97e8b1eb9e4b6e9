"""The server as a process: killed, started twice, ended politely; what was finished is there."""

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from example_report import EXAMPLES

from synthaudit.cli.main import cli
from synthaudit.errors import InputError
from synthaudit.evidence import to_json
from synthaudit.web.asked import Asked, Given
from synthaudit.web.data_folder import DataFolder
from synthaudit.web.server import listening

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
    assert (status, ask(link)[0]) == (303, 403)
    before = ask(f"{origin}/", cookie)[2]
    assert "release-7.csv" in before
    assert "Fail" in before
    second, another = start(data.root, processes)
    assert second.wait(600) == 0
    assert another.startswith(f"{origin}/open")
    assert ask(another)[0] == 303

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
