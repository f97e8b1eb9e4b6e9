"""The server of ``synthaudit serve`` on a port of this machine, asked as a browser or an attacker asks."""

import http.client
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from synthaudit.web.application import application
from synthaudit.web.data_folder import DataFolder, Job
from synthaudit.web.processes import Processes
from synthaudit.web.server import configured, link
from synthaudit.web.site import Site
from synthaudit.web.worker import work


@dataclass(slots=True)
class InProcess(Processes):
    """Does every task at once and in this process, whose libraries are there already."""

    asked: list[str] = field(default_factory=list)

    def start(self, job: Job, task: str) -> None:
        self.asked.append(task)
        work(task, job)


@dataclass(slots=True)
class Idle(Processes):
    """Starts nothing."""

    def start(self, job: Job, task: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass(slots=True)
class Served:
    """A server that runs, and one browser with its cookie."""

    site: Site
    port: int
    cookie: str = ""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request; ``headers`` overrule those of a browser, and an empty one leaves its header out."""
        given = {"Host": self.host, "Cookie": self.cookie, **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                if value:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read().decode("utf-8", "replace")
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
        finally:
            connection.close()

    def open(self) -> None:
        """Follow a new link, and keep the cookie."""
        address = urlsplit(link(self.site.data, self.port))
        answer = self.ask(f"{address.path}?{address.query}")
        assert answer.status == 200, answer.text
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Hand in a form as the page's own forms are."""
        boundary, body = form(fields or {}, files or {})
        kind = f"multipart/form-data; boundary={boundary}"
        own = {"Origin": f"http://{self.host}", "Content-Type": kind, **(headers or {})}
        return self.ask(path, method="POST", headers=own, body=body)


def form(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """A form as browsers write it: quotes and line ends of a name in percent."""
    boundary, parts = secrets.token_hex(16), b""
    for name, value in fields.items():
        parts += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, (filename, content) in files.items():
        shown = filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = f'Content-Disposition: form-data; name="{name}"; filename="{shown}"\r\nContent-Type: text/csv'
        parts += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    return boundary, parts + f"--{boundary}--\r\n".encode()


@contextmanager
def served(folder: Path, processes: Processes, *, most_bytes: int = 1 << 30) -> Iterator[Served]:
    """A server on a free port, until the block ends."""
    site = Site(DataFolder.prepare(folder), processes, most_bytes)
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    server = uvicorn.Server(configured(application(site, port)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Served(site, port)
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
